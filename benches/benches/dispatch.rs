//! What handing out two empty tasks to two warm workers costs, in every backend, beside rayon's `join`
//! and Python's `multiprocessing.Pool`.
//!
//! Criterion times each way by itself; then all are asked in turn, in random order, each when the one
//! before has come to rest, and the table shows the median of each with its rank interval. Next: `benches::dispatch`.

use std::error::Error;
use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use benches::dispatch::{self, Way};
use benches::medians::{Medians, Ranked};
use benches::session::Mode;
use benches::workload::SEED;
use criterion::Criterion;
use runner::machine::affinity;
use runner::study::order;

/// Passes of one sample: enough for the clock, few enough to be left alone by the scheduler's tick.
const PASSES: NonZeroUsize = NonZeroUsize::new(50).unwrap();
/// Samples of each way.
const ROUNDS: usize = 201;

fn main() -> ExitCode {
    // Backends may start this program as their workers.
    if let Some(code) = runner::backend::serve_if_asked() {
        return code;
    }
    affinity::allowed();
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let samples = dispatch::samples();
    let job = dispatch::job(&samples);
    let mut ways = dispatch::backends(&job)?;
    ways.push(dispatch::join()?);
    ways.push(dispatch::join_both()?);
    match dispatch::python() {
        Ok(python) => ways.extend(python),
        Err(reason) => eprintln!("not available: Python's Pool: {reason}"),
    }
    let mut criterion = Criterion::default()
        .without_plots()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500))
        .sample_size(20)
        .configure_from_args();
    for way in &mut ways {
        time(&mut criterion, way);
    }
    criterion.final_summary();
    if Mode::of(std::env::args()) == Mode::Measure && std::env::args().len() <= 2 {
        tabulate(&mut ways)?;
    }
    Ok(())
}

/// Lets criterion time one way.
///
/// # Panics
/// If it fails or answers wrongly.
fn time(criterion: &mut Criterion, way: &mut Way<'_>) {
    criterion.benchmark_group("dispatch").bench_function(way.name.clone(), |bencher| {
        bencher.iter_custom(|iterations| {
            let passes = NonZeroUsize::new(iterations as usize).unwrap_or(NonZeroUsize::MIN);
            let pass_ns = (way.pass_ns)(passes);
            let pass_ns = pass_ns.unwrap_or_else(|error| panic!("{}: {error}", way.name));
            Duration::from_nanos((pass_ns * iterations as f64) as u64)
        });
    });
}

/// Asks all in turn, prints and writes the medians.
fn tabulate(ways: &mut [Way<'_>]) -> Result<(), Box<dyn Error>> {
    let mut ranked: Vec<_> =
        ways.iter().map(|way| Ranked { name: way.name.clone(), pass_ns: Vec::new() }).collect();
    for round in order::blocks(SEED, 0, ways.len()).take(ROUNDS) {
        for way in round {
            ranked[way].pass_ns.push(ways[way].rested_pass_ns(PASSES)?);
        }
    }
    let caption = format!(
        "dispatch: an empty pass of {} tasks on {} warm workers, interleaved, {PASSES} passes a sample, after as many that are not measured",
        dispatch::WORKERS,
        dispatch::WORKERS
    );
    let table = Medians::new("dispatch", caption, ranked);
    let mut out = io::stdout().lock();
    writeln!(out, "\n{}", table.markdown())?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("parzen");
    for path in table.write(&folder)? {
        writeln!(out, "wrote {}", path.display())?;
    }
    Ok(())
}
