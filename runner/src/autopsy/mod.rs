//! The autopsy: the study of 2014 again, with its flaws switched on one by one.
//!
//! Every *condition* is a set of flaws: none, each alone, the first two, three and so on, and all at
//! once. Every block runs the whole benchmark (serial code and pools of each size) once under each
//! condition, in random order, so that speed-ups under two conditions are compared within a block. An
//! *engine* runs the benchmark: our own backends, and the reconstructed function of 2014 where Python 3
//! with NumPy is present. Beside it the article's explanation is put to the test: whether the last core
//! is busy with something else. The outcome is `autopsy.json`, raw data only.
//!
//! | module | what it is |
//! |---|---|
//! | [`flaw`] | the flaws and the conditions made of them; pure |
//! | `seats` | where workers sit if hardware threads count as cores; pure |
//! | `blocks` | measuring: block after block |
//! | `ours`, `python` | the engines |
//! | `last_core`, `injector` | what else runs on the last core, and whether that would be seen |
//! | [`record`] | `autopsy.json` |
//!
//! Separate from [`crate::study`], which measures well; from there come the order, the samples and the
//! checks. Next: [`flaw`].

mod blocks;
pub mod flaw;
mod injector;
mod last_core;
mod ours;
mod python;
pub mod record;
mod seats;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kernel::isa::Isa;

use crate::backend::published::Part;
use crate::backend::{self, Job, Mode, Question, Work};
use crate::input::AnySamples;
use crate::machine::counters::SystemReader;
use crate::machine::{self, Capture, Tree, clock};
use crate::placement::Choice;
use crate::study::interrupt::Interrupt;
use crate::study::plan::MAX_WORKERS;
use crate::study::progress::Progress;
use crate::study::take::{Asked, Bench};
use crate::workload::presets::{TWELVE, TWELVE_COUNTS};
use crate::workload::{Expected, WidthRange, Workload};
use crate::{for_any, measure, placement, workload};

use blocks::{Ended, Pace};
use flaw::{Flaw, conditions};
use ours::Ours;
use python::Python;
use record::{Autopsy, Density, Engine, LastCore, Untestable};

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// What our backends count.
    pub workload: Workload,
    /// What Python counts: as many samples of the same generator, and so many widths.
    pub python_work: (usize, usize),
    /// The interpreter; `None` leaves it out.
    pub python: Option<PathBuf>,
    /// Pools of so many workers.
    pub workers: Vec<usize>,
    /// Where workers sit.
    pub placement: Choice,
    /// How long to measure.
    pub extent: Extent,
    /// The serial code takes at least this long for all passes; `None` is a single pass, for tests.
    pub target: Option<Duration>,
    /// Seed of the random order.
    pub seed: u64,
    /// The instruction set that counts.
    pub isa: &'static Isa,
    /// Folder of the file.
    pub out: PathBuf,
    /// Where to tell how far it is.
    pub progress: Progress,
    /// Who may stop it.
    pub interrupt: Interrupt,
}

/// Pools of the study of 2014, and one of a single worker.
pub const WORKERS: [usize; 5] = [1, 2, 3, 4, 6];
/// Samples and widths of the study of 2014.
pub const FULL: (usize, usize) = (10_000, 100);
/// Samples and widths that Python counts in a quarter of a second.
pub const SHORT: (usize, usize) = (2_000, 25);
/// The serial code on our backends takes at least this long: starting a pool is not everything then.
pub const TARGET: Duration = Duration::from_millis(50);

/// How long to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// So many blocks of each part.
    Blocks(NonZeroUsize),
    /// About so long; but at least [`FLOOR_BLOCKS`](crate::study::plan::FLOOR_BLOCKS) blocks.
    Budget(Duration),
}

/// Shares of the time: our backends, Python, the last core.
const SHARES: [f64; 3] = [0.4, 0.4, 0.2];

/// Why there is no autopsy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The numbers of workers cannot be used.
    #[error("{workers} workers asked for; allowed: 1 to {MAX_WORKERS}")]
    Workers {
        /// The first offending number.
        workers: usize,
    },
    /// The workload cannot be prepared.
    #[error("the workload cannot be prepared")]
    Workload(#[from] workload::Error),
    /// Workers cannot sit where they should.
    #[error(transparent)]
    Placement(#[from] placement::Error),
    /// The serial code cannot be measured.
    #[error("the serial code cannot be measured")]
    Backend(#[from] backend::Error),
    /// The result cannot be written.
    #[error("{} cannot be written", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl From<kernel::Error> for Error {
    fn from(error: kernel::Error) -> Self {
        Self::Workload(error.into())
    }
}

/// Runs all of it and writes `autopsy.json` after every block. What fails is in the result; an
/// interruption leaves [`Autopsy::complete`] unset.
///
/// # Errors
/// Nothing can be measured, or the file cannot be written.
pub fn run(options: &Options) -> Result<Autopsy, Error> {
    if let Some(&workers) = options.workers.iter().find(|w| !(1..=MAX_WORKERS).contains(*w)) {
        return Err(Error::Workers { workers });
    }
    let capture = machine::capture();
    let topology = &capture.machine.topology;
    options.placement.place(1, topology, &capture.limits.allowed_cpus)?;
    let mut autopsy = begun(options, &capture);
    autopsy.write(&options.out)?;
    let is_over = |ended| ended == Ended::Interrupted || options.interrupt.is_requested();
    if is_over(measure_ours(options, &capture, &mut autopsy)?)
        || is_over(measure_python(options, &mut autopsy)?)
        || is_over(measure_last_core(options, &capture, &mut autopsy)?)
    {
        return Ok(autopsy);
    }
    autopsy.complete = true;
    autopsy.write(&options.out)?;
    Ok(autopsy)
}

/// An autopsy of which nothing is measured yet.
fn begun(options: &Options, capture: &Capture) -> Autopsy {
    let Capture { machine, limits, state } = capture.clone();
    let widths = TWELVE.widths().map(|widths| widths.as_slice().to_vec()).unwrap_or_default();
    let density = Density {
        n: FULL.0,
        d: 2,
        widths,
        counts: TWELVE_COUNTS.to_vec(),
        truth: 0.5 / std::f64::consts::PI,
    };
    Autopsy {
        format: record::FORMAT,
        version: record::VERSION,
        created_unix_s: crate::study::unix_s(),
        seed: options.seed,
        isa: options.isa.name().into(),
        complete: false,
        machine,
        limits,
        state,
        engines: Vec::new(),
        last_core: LastCore { absent: Some("it was not reached".into()), ..LastCore::default() },
        density,
    }
}

/// The question of a workload with one task for each width.
fn question(options: &Options, workload: &Workload) -> Result<Question, Error> {
    Ok(Question {
        work: Work::Count,
        isa: options.isa.name().into(),
        center: workload.center.to_vec(),
        widths: workload.widths.widths()?.as_slice().to_vec(),
        widths_per_scan: NonZeroUsize::MIN,
        parts: NonZeroUsize::MIN,
    })
}

/// What an oracle counts.
fn counts(workload: &Workload, samples: &AnySamples) -> Result<Vec<u64>, Error> {
    Ok(for_any!(samples, samples => workload.counts(samples))?)
}

/// An engine of which nothing is measured yet.
fn engine(
    (name, title): (&'static str, &str),
    (n, widths): (usize, usize),
    options: &Options,
    untestable: Vec<Untestable>,
) -> Engine {
    let is_testable = |flaw: &&Flaw| untestable.iter().all(|one| one.flaw != flaw.name());
    let flaws: Vec<Flaw> = Flaw::ALL.iter().filter(is_testable).copied().collect();
    let sizes = std::iter::once(0).chain(options.workers.iter().copied()).collect();
    Engine {
        name,
        title: title.into(),
        version: None,
        absent: None,
        n,
        widths,
        passes: 1,
        sizes,
        untestable,
        conditions: conditions(&flaws),
        blocks: Vec::new(),
        failures: Vec::new(),
    }
}

/// The benchmark on our backends.
fn measure_ours(
    options: &Options,
    capture: &Capture,
    autopsy: &mut Autopsy,
) -> Result<Ended, Error> {
    options.progress.tell("counting the workload");
    let samples = options.workload.samples()?;
    let expected = counts(&options.workload, &samples)?;
    let job = Job::new(&samples, question(options, &options.workload)?, Mode::Strong)?;
    let (topology, allowed) = (&capture.machine.topology, &capture.limits.allowed_cpus);
    let siblings = seats::siblings_first(topology, &options.placement.within(allowed));
    let untestable = siblings
        .as_ref()
        .err()
        .map(|reason| Untestable { flaw: Flaw::Logical.name(), reason: (*reason).into() });
    let about = ("ours", "the counting code of this project, on its process backends");
    let sizes = (samples.n(), job.question().widths.len());
    let mut engine = engine(about, sizes, options, untestable.into_iter().collect());
    engine.version = Some(concat!("runner ", env!("CARGO_PKG_VERSION")).into());
    let parts = [Part::SerialInChild, Part::Pool, Part::BlockingPool];
    let unavailable = parts.iter().find_map(|part| part.backend().availability().err());
    engine.absent = unavailable.map(Into::into);
    let seat = |workers| {
        let placed = options.placement.place(workers, topology, allowed);
        // What can be wrong does not depend on the number of workers, and was tried for one.
        placed.unwrap_or_else(|error| unreachable!("{error}"))
    };
    let (passes, serial) = calibrated(&job, &seat(1), options.target)?;
    engine.passes = passes.get();
    let per_block = engine.conditions.len();
    autopsy.engines.push(engine);
    if unavailable.is_some() {
        return Ok(Ended::Complete);
    }
    let siblings = siblings.unwrap_or_default();
    let (job, expected) = (&job, &expected[..]);
    let mut runs = Ours { job, expected, passes, serial, seat: &seat, siblings_first: &siblings };
    let pace = Pace::new(options, "[1/3] our backends", per_block, SHARES[0]);
    blocks::measure(options, autopsy, 0, &mut runs, &pace)
}

/// Passes that make a timing of the serial code as long as `target`, and how long they take.
fn calibrated(
    job: &Job<'_>,
    placement: &placement::Placement,
    target: Option<Duration>,
) -> Result<(NonZeroUsize, Duration), Error> {
    let mut team = Part::Serial.backend().prepare(job, placement, Duration::MAX)?;
    let mut counts = vec![0; job.question().places()];
    let passes = match target {
        Some(target) => measure::passes_for(team.as_mut(), target, &mut counts)?,
        None => NonZeroUsize::MIN,
    };
    let serial = Duration::from_nanos(team.measure(passes, &mut counts)?.wall_ns);
    team.dismiss()?;
    Ok((passes, serial))
}

/// The benchmark in Python.
fn measure_python(options: &Options, autopsy: &mut Autopsy) -> Result<Ended, Error> {
    let (n, count) = options.python_work;
    let workload = Workload {
        n,
        widths: WidthRange { count, ..options.workload.widths },
        expected: Expected::Oracle,
        checksum: None,
        generator: workload::Generator::NumpyStandardNormal,
        ..options.workload.clone()
    };
    let expected = counts(&workload, &workload.samples()?)?;
    let widths = workload.widths.widths()?.as_slice().to_vec();
    let untestable = Flaw::ALL.iter().filter(|flaw| !python::FLAWS.contains(flaw));
    let reason = "processes of Python are not put on CPUs";
    let untestable =
        untestable.map(|flaw| Untestable { flaw: flaw.name(), reason: reason.into() }).collect();
    let about = ("python", "the function and the Pool of 2014, as reconstructed, in Python");
    let mut engine = engine(about, (n, count), options, untestable);
    let interpreter = options.python.as_deref().unwrap_or(Path::new(""));
    let mut runs = Python {
        interpreter: interpreter.to_owned(),
        n,
        seed: workload.seed,
        widths: &widths,
        expected: &expected,
        patience: python::PATIENCE,
        interrupt: &options.interrupt,
    };
    let asked = options.python.is_some();
    let version = if asked { runs.version() } else { Err("it was left out".into()) };
    match version {
        Ok(version) => engine.version = Some(version),
        Err(reason) => engine.absent = Some(reason),
    }
    let (per_block, is_absent) = (engine.conditions.len(), engine.absent.is_some());
    let index = autopsy.engines.len();
    autopsy.engines.push(engine);
    if is_absent {
        return Ok(Ended::Complete);
    }
    let pace = Pace::new(options, "[2/3] Python", per_block, SHARES[1]);
    blocks::measure(options, autopsy, index, &mut runs, &pace)
}

/// What the last core gives.
fn measure_last_core(
    options: &Options,
    capture: &Capture,
    autopsy: &mut Autopsy,
) -> Result<Ended, Error> {
    let samples = options.workload.samples()?;
    let expected = counts(&options.workload, &samples)?;
    let job = Job::new(&samples, question(options, &options.workload)?, Mode::Throughput)?;
    let cpus = &capture.limits.allowed_cpus;
    let (reader, timer) = (SystemReader::find(&Tree::new(Path::new("/"))), clock::timer());
    let (loading, counting) = (Asked::loading(&job), Asked { job, expected });
    let mut bench = Bench {
        counting: &counting,
        loading: &loading,
        passes: NonZeroUsize::MIN,
        order: Duration::ZERO,
        reader: &reader,
        timer: &timer,
        allowed: cpus,
        watch: &|_| {},
    };
    let backend = last_core::backend();
    let absent = not_testable(capture).or(backend.is_none().then(|| "no backend can".into()));
    let failed = match (absent, backend) {
        (Some(absent), _) => Some(absent),
        (None, None) => None,
        (None, Some(one)) => {
            last_core::calibrate(&mut bench, one, last_core::target(options)).err()
        }
    };
    autopsy.last_core = LastCore {
        cpus: cpus.clone(),
        absent: failed,
        passes: bench.passes.get(),
        ..LastCore::default()
    };
    let (None, Some(backend)) = (&autopsy.last_core.absent, backend) else {
        return Ok(Ended::Complete);
    };
    let pace = Pace::new(options, "[3/3] the last core", last_core::samples_per_block(), SHARES[2]);
    last_core::measure(options, autopsy, &bench, backend, &pace)
}

/// Why nothing can be learned about a last core here.
fn not_testable(capture: &Capture) -> Option<String> {
    let Capture { limits, .. } = capture;
    let cpus = limits.allowed_cpus.len();
    match limits.quota_cpus {
        _ if limits.mask_unknown => Some("it is not known which CPUs may be used".into()),
        _ if cpus < 2 => Some("there is only one CPU, so there is no last one".into()),
        Some(quota) if quota < cpus as f64 => {
            Some(format!("a quota of {quota} CPUs holds up {cpus} workers, whatever else runs"))
        }
        _ => None,
    }
}
