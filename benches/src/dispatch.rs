//! What it costs to hand work out and to collect it: a pass that has nothing to count.
//!
//! Every backend that can have two workers does passes of two tasks over a single sample, so that
//! almost nothing but dispatch and reduction is left; beside them stand rayon's `join` on a warm pool
//! and Python's `multiprocessing.Pool`. All stay alive, and are asked in turn in random order, so that
//! the machine does the same to all; between two of them the workers of the one before [come to
//! rest](Way::rested_pass_ns). Apart from [`crate::session`] because that one pins its thread,
//! and a pinned caller would sit on a worker's CPU. Next: `benches/dispatch.rs`.

use std::cell::RefCell;
use std::error::Error;
use std::num::NonZeroUsize;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kernel::isa;
use runner::backend::{self, Job, Mode, Question, Scaling, Work};
use runner::input::AnySamples;
use runner::machine::affinity;
use runner::placement;

use crate::program::{self, Program};

/// Two workers, as many as the smallest machine with a question about scaling has CPUs.
pub const WORKERS: usize = 2;
/// How long workers that were asked last are left alone before others are asked: processes look for
/// the next order for 1 ms before they sleep, on the CPUs where the others are to be measured.
const REST: Duration = Duration::from_millis(3);
/// How long an answer of a worker may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Does passes of two tasks on two workers: nanoseconds of one pass, the mean of so many.
pub type Pass<'a> = Box<dyn FnMut(NonZeroUsize) -> Result<f64, Box<dyn Error>> + 'a>;

/// A way to hand two tasks to two workers.
pub struct Way<'a> {
    /// As in the table.
    pub name: String,
    /// Does passes, and checks their answers.
    pub pass_ns: Pass<'a>,
}

impl std::fmt::Debug for Way<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Way({})", self.name)
    }
}

impl Way<'_> {
    /// As [`pass_ns`](Self::pass_ns), on workers that are awake and alone: whoever was asked before has
    /// come to rest, and as many passes that are not measured come first.
    ///
    /// # Errors
    /// As `pass_ns`.
    pub fn rested_pass_ns(&mut self, passes: NonZeroUsize) -> Result<f64, Box<dyn Error>> {
        std::thread::sleep(REST);
        (self.pass_ns)(passes)?;
        (self.pass_ns)(passes)
    }
}

/// One sample, at the origin of the line.
///
/// # Panics
/// Never: the sample is finite.
pub fn samples() -> AnySamples {
    let samples = kernel::Samples::from_rows(&[0.0], 1);
    AnySamples::Double(samples.unwrap_or_else(|error| panic!("{error}")))
}

/// A task for each worker: does the window around the origin hold the sample?
///
/// # Panics
/// Never: the question fits the sample.
pub fn job(samples: &AnySamples) -> Job<'_> {
    let question = Question {
        work: Work::Count,
        isa: isa::best().name().into(),
        center: vec![0.0],
        widths: vec![1.0; WORKERS],
        widths_per_scan: NonZeroUsize::MIN,
        parts: NonZeroUsize::MIN,
    };
    Job::new(samples, question, Mode::Strong).unwrap_or_else(|error| panic!("{error}"))
}

/// Every backend that can have two workers here, ready.
///
/// # Errors
/// What [`backend::Backend::prepare`] says.
pub fn backends<'a>(job: &'a Job<'a>) -> Result<Vec<Way<'a>>, backend::Error> {
    let placement = placement::in_order(WORKERS, affinity::allowed());
    let able = backend::ALL
        .iter()
        .filter(|backend| backend.scaling() == Scaling::Any && backend.availability().is_ok());
    able.map(|backend| {
        let mut team = backend.prepare(job, &placement, PATIENCE)?;
        let pass_ns: Pass<'a> = Box::new(move |passes| {
            let mut counts = [0; WORKERS];
            let sample = team.measure(passes, &mut counts)?;
            right(counts == [1; WORKERS], &counts)?;
            Ok(sample.wall_ns as f64 / passes.get() as f64)
        });
        Ok(Way { name: backend.name().into(), pass_ns })
    })
    .collect()
}

/// rayon's `join`, called by a thread of its pool: what a program pays that is inside already.
///
/// The caller does both tasks if nobody has stolen the second one by then, which is what happens to
/// empty tasks: no work is handed over.
///
/// # Errors
/// What the system says if it gives no threads.
pub fn join() -> Result<Way<'static>, rayon::ThreadPoolBuildError> {
    let one = || std::hint::black_box(1_usize);
    joined("rayon::join (caller may do both)", move |_| rayon::join(one, one))
}

/// As [`join`], but each task waits until the other one has begun, so that it takes both threads: what
/// handing a task over costs.
///
/// # Errors
/// As [`join`].
pub fn join_both() -> Result<Way<'static>, rayon::ThreadPoolBuildError> {
    let begun = [Begun::default(), Begun::default()];
    joined("rayon::join, both threads", move |_| {
        let pass = begun[0].0.load(Ordering::Relaxed) + 1;
        let meet = |mine: &Begun, other: &Begun| {
            mine.0.store(pass, Ordering::Release);
            let mut looks = 0_u32;
            while other.0.load(Ordering::Acquire) < pass {
                looks += 1;
                // The other one may need this CPU.
                if looks > LOOKS { std::thread::yield_now() } else { std::hint::spin_loop() }
            }
            std::hint::black_box(1)
        };
        rayon::join(|| meet(&begun[0], &begun[1]), || meet(&begun[1], &begun[0]))
    })
}

/// How often a thread looks for the other one before it lets others run.
const LOOKS: u32 = 10_000;

/// The last pass in which a task has begun, on cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Begun(AtomicUsize);

/// Passes that are each one call of `join`, inside a warm pool.
fn joined(
    name: &str,
    join: impl Fn(usize) -> (usize, usize) + Sync + 'static,
) -> Result<Way<'static>, rayon::ThreadPoolBuildError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(WORKERS).build()?;
    let pass_ns: Pass<'static> = Box::new(move |passes| {
        let passes = passes.get();
        let (elapsed, answers) = pool.install(|| {
            let began = Instant::now();
            let answers: usize = (0..passes).map(&join).map(|(a, b)| a + b).sum();
            (began.elapsed(), answers)
        });
        right(answers == WORKERS * passes, &answers)?;
        Ok(elapsed.as_nanos() as f64 / passes as f64)
    });
    Ok(Way { name: name.into(), pass_ns })
}

fn right(is_right: bool, answer: &dyn std::fmt::Debug) -> Result<(), String> {
    if is_right { Ok(()) } else { Err(format!("wrong answer {answer:?}, expected 1 of each task")) }
}

/// Python's `multiprocessing.Pool`, with `map` and with `apply`.
///
/// # Errors
/// Why there is none.
pub fn python() -> Result<Vec<Way<'static>>, Box<dyn Error>> {
    let python = Rc::new(RefCell::new(Program::start(
        "python3",
        program::python(&["peers/pool.py"]),
        PATIENCE,
    )?));
    let version = python.borrow_mut().answer()?;
    let way = |way: &'static str| {
        let python = Rc::clone(&python);
        let name = format!("Python {version} Pool.{way}");
        Way {
            name,
            pass_ns: Box::new(move |passes| pass_of(&mut python.borrow_mut(), way, passes)),
        }
    };
    Ok(["map", "apply"].map(way).into())
}

fn pass_of(python: &mut Program, way: &str, passes: NonZeroUsize) -> Result<f64, Box<dyn Error>> {
    python.ask(&format!("{way} {passes}"))?;
    Ok(python.answer()?.parse()?)
}

#[cfg(test)]
mod tests {
    use super::{join, join_both};
    use std::num::NonZeroUsize;

    #[test]
    fn both_joins_do_their_tasks() {
        let passes = NonZeroUsize::new(100).unwrap();
        for mut way in [join().unwrap(), join_both().unwrap()] {
            for _ in 0..2 {
                assert!((way.pass_ns)(passes).unwrap() > 0.0, "{way:?}");
            }
        }
    }
}
