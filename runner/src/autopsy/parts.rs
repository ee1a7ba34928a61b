//! What is asked of each engine, and of the last core: the work, the conditions, and what cannot be
//! tested here.
//!
//! Separate from the conditions, which are pure, and from the engines, which run one of them. Next:
//! `blocks`, which measures.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::blocks::{self, Ended, Pace};
use super::flaw::{Flaw, conditions};
use super::ours::Ours;
use super::python::{self, Python};
use super::record::{Autopsy, Engine, Failure, LastCore, Untestable};
use super::{Error, FULL, Interpreter, Options, last_core, seats};
use crate::backend::published::Part;
use crate::backend::{self, Backend, Job, Mode, Question, Work};
use crate::input::AnySamples;
use crate::machine::counters::SystemReader;
use crate::machine::{Capture, Tree, clock};
use crate::placement::Placement;
use crate::study::take::{Asked, Bench};
use crate::workload::{Expected, WidthRange, Workload};
use crate::{for_any, measure, placement, workload};

/// Shares of the time: our backends, Python, the last core.
const SHARES: [f64; 3] = [0.4, 0.4, 0.2];
/// CPUs that the article's claim about a fourth core is about.
const ARTICLE_CPUS: usize = 4;
/// Why a fixed order can do nothing here.
const SHORT_TIMINGS: &str = "it acts by heat and clock over minutes, and all timings of a run take \
    seconds here";

/// A flaw with a reason.
fn because(flaw: Flaw, reason: &str) -> Untestable {
    Untestable { flaw: flaw.name(), reason: reason.into() }
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
pub(super) fn counts(workload: &Workload, samples: &AnySamples) -> Result<Vec<u64>, Error> {
    Ok(for_any!(samples, samples => workload.counts(samples))?)
}

/// An engine of which nothing is measured yet.
pub(super) fn engine(
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
        not_reproduced: Vec::new(),
        conditions: conditions(&flaws),
        blocks: Vec::new(),
        failures: Vec::new(),
    }
}

/// The benchmark on our backends.
pub(super) fn ours(
    options: &Options,
    capture: &Capture,
    autopsy: &mut Autopsy,
) -> Result<Ended, Error> {
    options.progress.tell("counting the workload");
    let samples = options.workload.samples()?;
    let expected = counts(&options.workload, &samples)?;
    let job = Job::new(&samples, question(options, &options.workload)?, Mode::Strong)?;
    let alone = Job::new(&samples, question(options, &options.workload)?, Mode::Throughput)?;
    let (topology, allowed) = (&capture.machine.topology, &capture.limits.allowed_cpus);
    let siblings = seats::siblings_first(topology, &options.placement.within(allowed));
    let untestable = siblings.as_ref().err().map(|reason| because(Flaw::Logical, reason));
    let about = ("ours", "the counting code of this project, on its process backends");
    let sizes = (samples.n(), job.question().widths.len());
    let mut engine = engine(about, sizes, options, untestable.into_iter().collect());
    engine.not_reproduced.push(because(Flaw::Order, SHORT_TIMINGS));
    engine.version = Some(concat!("runner ", env!("CARGO_PKG_VERSION")).into());
    let parts = [Part::SerialInChild, Part::Pool, Part::BlockingPool];
    let unavailable = parts.iter().find_map(|part| part.backend().availability().err());
    engine.absent = unavailable.map(Into::into);
    let seat = |workers| {
        let placed = options.placement.place(workers, topology, allowed);
        // What can be wrong does not depend on the number of workers, and was tried for one.
        placed.unwrap_or_else(|error| unreachable!("{error}"))
    };
    let (passes, serial) = calibrated(Part::Serial.backend(), &job, &seat(1), options.target)?;
    engine.passes = passes.get();
    let per_block = engine.conditions.len();
    autopsy.engines.push(engine);
    if unavailable.is_some() {
        return Ok(Ended::Complete);
    }
    let siblings = siblings.unwrap_or_default();
    let (job, expected) = (&job, &expected[..]);
    let mut runs = Ours {
        job,
        alone: &alone,
        expected,
        passes,
        serial,
        seat: &seat,
        siblings_first: &siblings,
        reader: &SystemReader::find(&Tree::new(Path::new("/"))),
        allowed,
    };
    let pace = Pace::new(options, "[1/3] our backends", per_block, SHARES[0]);
    blocks::measure(options, autopsy, 0, &mut runs, &pace)
}

/// Passes that make a sample of `backend` as long as `target`, and how long they take.
fn calibrated(
    backend: &dyn Backend,
    job: &Job<'_>,
    placement: &Placement,
    target: Option<Duration>,
) -> Result<(NonZeroUsize, Duration), backend::Error> {
    let mut team = backend.prepare(job, placement, Duration::MAX)?;
    let mut counts = vec![0; job.question().places()];
    let passes = match target {
        Some(target) => measure::passes_for(team.as_mut(), target, &mut counts)?,
        None => NonZeroUsize::MIN,
    };
    let order = Duration::from_nanos(team.measure(passes, &mut counts)?.wall_ns);
    team.dismiss()?;
    Ok((passes, order))
}

/// What the interpreter says of itself; why it is absent, if nobody named it.
///
/// # Errors
/// [`Error::Python`] if it was named and cannot do it.
pub(super) fn version(options: &Options) -> Result<Result<String, String>, Error> {
    let ask = |interpreter: &PathBuf| {
        let python = Python {
            interpreter: interpreter.clone(),
            n: 1,
            seed: 0,
            widths: &[],
            expected: &[],
            patience: python::PATIENCE,
            interrupt: &options.interrupt,
        };
        python.version()
    };
    match &options.python {
        Interpreter::None => Ok(Err("it was left out".into())),
        Interpreter::IfPresent(interpreter) => Ok(ask(interpreter)),
        Interpreter::Named(interpreter) => match ask(interpreter) {
            Err(_) if options.interrupt.is_requested() => Ok(Err("interrupted".into())),
            Err(reason) => Err(Error::Python { reason }),
            found => Ok(found),
        },
    }
}

/// The benchmark in Python, whose version, or absence, is known.
pub(super) fn python(
    options: &Options,
    autopsy: &mut Autopsy,
    version: Result<String, String>,
) -> Result<Ended, Error> {
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
    let unknown = Flaw::ALL.iter().filter(|flaw| !python::FLAWS.contains(flaw));
    let untestable = unknown.map(|&flaw| because(flaw, "processes of Python are not put on CPUs"));
    let about = ("python", "the function and the Pool of 2014, as reconstructed, in Python");
    let mut engine = engine(about, (n, count), options, untestable.collect());
    if options.python_work != FULL {
        engine.not_reproduced.push(because(Flaw::Order, SHORT_TIMINGS));
    }
    match version {
        Ok(version) => engine.version = Some(version),
        Err(reason) => engine.absent = Some(reason),
    }
    let (per_block, is_absent) = (engine.conditions.len(), engine.absent.is_some());
    let index = autopsy.engines.len();
    autopsy.engines.push(engine);
    let (Interpreter::IfPresent(interpreter) | Interpreter::Named(interpreter), false) =
        (&options.python, is_absent)
    else {
        return Ok(Ended::Complete);
    };
    let mut runs = Python {
        interpreter: interpreter.clone(),
        n,
        seed: workload.seed,
        widths: &widths,
        expected: &expected,
        patience: python::PATIENCE,
        interrupt: &options.interrupt,
    };
    let pace = Pace::new(options, "[2/3] Python", per_block, SHARES[1]);
    blocks::measure(options, autopsy, index, &mut runs, &pace)
}

/// What the last core gives.
pub(super) fn last_core(
    options: &Options,
    capture: &Capture,
    autopsy: &mut Autopsy,
) -> Result<Ended, Error> {
    let samples = options.workload.samples()?;
    let expected = counts(&options.workload, &samples)?;
    let job = Job::new(&samples, question(options, &options.workload)?, Mode::Throughput)?;
    let cpus = &last_cores(options, capture)?;
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
    let absent = not_testable(capture, cpus.len());
    autopsy.last_core = LastCore { cpus: cpus.clone(), absent, ..LastCore::default() };
    let Some(backend) = backend else {
        autopsy.last_core.absent = Some("no backend can".into());
        return Ok(Ended::Complete);
    };
    if autopsy.last_core.absent.is_some() {
        return Ok(Ended::Complete);
    }
    let (one, target) = (placement::in_order(1, cpus), last_core::target(options));
    match calibrated(backend, &bench.counting.job, &one, target) {
        Ok(found) => (bench.passes, bench.order) = found,
        Err(error) => {
            let (what, message) = ("finding the length of a sample".into(), error.to_string());
            autopsy.last_core.failures.push(Failure { block: 0, what, message });
            return Ok(Ended::Complete);
        }
    }
    autopsy.last_core.passes = bench.passes.get();
    let pace = Pace::new(options, "[3/3] the last core", last_core::samples_per_block(), SHARES[2]);
    last_core::measure(options, autopsy, &bench, backend, &pace)
}

/// The CPUs whose last one is looked at, ascending: the first of the placement, as many as the article's
/// claim is about. On more of them it would be another claim.
fn last_cores(options: &Options, capture: &Capture) -> Result<Vec<usize>, Error> {
    let allowed = &capture.limits.allowed_cpus;
    let within = options.placement.within(allowed);
    let most = within.len().clamp(1, ARTICLE_CPUS);
    let mut cpus = options.placement.place(most, &capture.machine.topology, allowed)?.cpus();
    cpus.sort_unstable();
    cpus.dedup();
    // Who is not put on CPUs by its placement is put on them here: the claim is about cores.
    Ok(if cpus.len() < most { within[..most.min(within.len())].to_vec() } else { cpus })
}

/// Why nothing can be learned about a last core among so many CPUs here.
fn not_testable(capture: &Capture, cpus: usize) -> Option<String> {
    let Capture { limits, .. } = capture;
    match limits.quota_cpus {
        _ if limits.mask_unknown => Some("it is not known which CPUs may be used".into()),
        _ if cpus < 2 => Some("there is only one CPU, so there is no last one".into()),
        Some(quota) if quota < cpus as f64 => {
            Some(format!("a quota of {quota} CPUs holds up {cpus} workers, whatever else runs"))
        }
        _ => None,
    }
}
