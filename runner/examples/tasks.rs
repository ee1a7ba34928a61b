//! Functions of a program, called in other processes of it: every call, and what becomes of failures.
//!
//! `cargo run -p runner --example tasks`
//!
//! The article's `Process`, `Queue` and `Pool` in Rust. It is a program and not a doctest, because it
//! starts itself as workers.

use std::io::{self, Write};
use std::process::ExitCode;

use runner::tasks::{self, Callable, Function, Options, Pool, Process, Queue};

static CUBE: Function<u64, u64> = Function::new("cube", |x| Ok(x * x * x));
static ROOT: Function<f64, f64> = Function::new("root", |x| {
    if x < 0.0 { Err(format!("{x} has no real root")) } else { Ok(x.sqrt()) }
});
static ABORT: Function<(), ()> = Function::new("abort", |()| std::process::abort());

/// What the workers can be called with.
pub(crate) const FUNCTIONS: &[&dyn Callable] = &[&CUBE, &ROOT, &ABORT];

fn main() -> ExitCode {
    // First thing in main: a worker never gets beyond this.
    if let Some(code) = tasks::serve_if_asked(FUNCTIONS) {
        return code;
    }
    match show(&mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _unheard = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Both parts, one after the other.
pub(crate) fn show(out: &mut impl Write) -> Result<(), Box<dyn std::error::Error>> {
    queue(out).and_then(|()| pool(out))
}

/// A process for each input; results come as they arrive.
fn queue(out: &mut impl Write) -> Result<(), Box<dyn std::error::Error>> {
    let queue = Queue::new();
    let start = |x| Process::start(&CUBE, x, &queue);
    let processes: Vec<Process> = (1..=4).map(start).collect::<Result<_, _>>()?;
    let mut cubes = processes.iter().map(|_| queue.get()).collect::<Result<Vec<u64>, _>>()?;
    processes.into_iter().try_for_each(Process::join)?;
    cubes.sort_unstable();
    writeln!(out, "queue, sorted: {cubes:?}")?;
    Ok(())
}

/// Four workers, called in every way.
fn pool(out: &mut impl Write) -> Result<(), Box<dyn std::error::Error>> {
    let pool = Pool::start(4, Options::default())?;
    writeln!(out, "apply: {}", pool.apply(&CUBE, 2)?)?;
    writeln!(out, "map: {:?}", pool.map(&CUBE, 1..=6)?)?;
    let handle = pool.map_async(&CUBE, 1..=6); // does not wait
    let one = pool.apply_async(&ROOT, 2.25);
    writeln!(out, "apply_async: {}", one.get()?)?;
    writeln!(out, "map_async: {:?}", handle.get()?)?;
    let mut cubes = Vec::new();
    for done in pool.unordered(&CUBE, 1..=6) {
        cubes.push(done.value?); // in order of arrival
    }
    cubes.sort_unstable();
    writeln!(out, "unordered, sorted: {cubes:?}")?;
    if let Err(error) = pool.apply(&ROOT, -1.0) {
        writeln!(out, "an error: {error}")?;
    }
    if let Err(tasks::Error::Died { how, .. }) = pool.apply(&ABORT, ()) {
        writeln!(out, "a worker's death: {how}")?;
    }
    writeln!(out, "the pool goes on: {}", pool.apply(&CUBE, 3)?)?;
    pool.close()?;
    Ok(())
}
