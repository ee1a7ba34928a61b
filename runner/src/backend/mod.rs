//! The ways to run a job: who counts which task, and how the work is handed out.
//!
//! A [`Backend`] prepares a [`Team`] for a job and a placement. A team lives for one measured sample:
//! it is prepared, warmed up, measured and [dismissed](Team::dismiss), so that starting and ending
//! workers is sampled as often as the work itself, address spaces are fresh every time, and no worker
//! is alive that is not being measured.
//!
//! What a measured sample holds is the same for every backend:
//!
//! - One *pass* is the whole job. Where work is handed out, it is handed out again for every pass,
//!   and its results are collected after every pass: what a user waits for is in the figure.
//!   (Repeating inside the workers would make dispatch vanish from short jobs.) In
//!   [`Mode::Throughput`] nothing is shared and each worker does all its passes in one go.
//! - `wall_ns` runs from before the first pass to after the last. It falls into *dispatch* (until the
//!   first worker begins), *compute* (until the last worker has ended) and *reduction* (until all
//!   counts are in their places), summed over the passes. What lies outside, starting workers, bringing
//!   them their samples and ending them, is timed apart.
//! - All times are read from [`clock`](crate::machine::clock), which all processes share.
//! - Counts of *every* pass are compared, so that no pass can be wrong unnoticed.
//!
//! To add a backend, write one file here and one line in [`ALL`]; the command line, studies and tests
//! iterate it, and no file outside this folder names a backend. Next: [`serial`], [`threads`], [`processes`].

pub mod job;
pub mod par_iter;
pub mod processes;
pub mod published;
pub mod serial;
mod slot;
pub mod threads;
mod wait;

use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use job::{Bound, Job, Mode, Question, Work};
pub use processes::serve_if_asked;

use processes::Processes;

use crate::machine::counters::ThreadCounters;
use crate::placement::Placement;

/// Every backend, the baseline first: the best serial code, against which speed-ups are told.
pub const ALL: &[&dyn Backend] = &[
    &serial::Serial,
    &threads::Threads,
    &par_iter::Rayon,
    &Processes::SHARED_MAP,
    &Processes::SHARED_APPLY,
    &Processes::SHARED_APPLY_ASYNC,
    &Processes::COPIED_MAP,
    &Processes::COPIED_APPLY,
    &Processes::COPIED_APPLY_ASYNC,
];

/// One backend for each way in which workers can hold samples, all with static shares: in the memory of
/// one process, mapped by several, or copied to each.
pub const BY_MEMORY: [(&str, &dyn Backend); 3] = [
    ("threads", &threads::Threads),
    ("processes-shared", &Processes::SHARED_MAP),
    ("processes-copied", &Processes::COPIED_MAP),
];

/// The backend called `name`.
///
/// # Errors
/// [`Error::Unknown`] lists the known names.
pub fn by_name(name: &str) -> Result<&'static dyn Backend, Error> {
    let known = || ALL.iter().map(|backend| backend.name()).collect::<Vec<_>>().join(", ");
    let found = ALL.iter().find(|backend| backend.name() == name).copied();
    found.ok_or_else(|| Error::Unknown { name: name.into(), known: known() })
}

/// A way to run jobs.
pub trait Backend: fmt::Debug + Sync {
    /// Short name, as on the command line and in `study.json`.
    fn name(&self) -> &'static str;

    /// What it is, in one line.
    fn summary(&self) -> &'static str;

    /// How many workers it can have.
    fn scaling(&self) -> Scaling;

    /// The modes in which it can run a job.
    fn modes(&self) -> &'static [Mode] {
        Mode::ALL
    }

    /// Whether it can run on this system.
    ///
    /// # Errors
    /// The reason why not.
    fn availability(&self) -> Result<(), &'static str> {
        Ok(())
    }

    /// Bytes of samples that all workers together hold beside the job's own.
    fn extra_bytes(&self, job: &Job<'_>, workers: usize) -> u64 {
        match job.samples() {
            Some(samples) if job.mode().replicates() && self.scaling() == Scaling::Any => {
                samples.bytes().saturating_mul(workers as u64)
            }
            _ => 0,
        }
    }

    /// A team that is ready to be measured: a worker on each seat of `placement`, with its samples.
    ///
    /// `patience` is how long an answer of a worker may take before it counts as hung, where that can
    /// be told: threads of this process cannot be given up.
    ///
    /// # Errors
    /// - [`Error::Workers`] if this backend cannot have so many workers;
    /// - [`Error::Unavailable`] if it cannot run here, or not this job;
    /// - [`Error::Start`] if the system does not give the workers;
    /// - what can befall workers, as [`Team::measure`].
    fn prepare<'a>(
        &self,
        job: &'a Job<'a>,
        placement: &Placement,
        patience: Duration,
    ) -> Result<Box<dyn Team + 'a>, Error>;
}

/// How many workers a backend can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaling {
    /// Exactly one.
    One,
    /// Any number from 1.
    Any,
}

impl Scaling {
    /// Whether `workers` workers are possible.
    pub fn allows(self, workers: usize) -> bool {
        match self {
            Self::One => workers == 1,
            Self::Any => workers >= 1,
        }
    }
}

/// Workers that wait for one job. Dropping the team ends them, too, without a word.
pub trait Team {
    /// The processes that the workers are; none where they are threads of this one.
    fn processes(&self) -> Vec<u32> {
        Vec::new()
    }

    /// What it cost to bring the team to life.
    fn startup(&self) -> Startup;

    /// Runs the whole job `passes` times and measures them together. `counts[i]` becomes the count of
    /// width i.
    ///
    /// # Errors
    /// After any of these the team is of no use:
    /// - [`Error::Died`], [`Error::Hung`], [`Error::Garbled`] for what befell a worker;
    /// - [`Error::Unstable`] if two passes, or two workers, did not count the same;
    /// - [`Error::Start`] if the system does not give a worker.
    ///
    /// # Panics
    /// If `counts` has not one place for each width and part ([`Question::places`]).
    fn measure(&mut self, passes: NonZeroUsize, counts: &mut [u64]) -> Result<Sample, Error>;

    /// Ends the workers and waits until they are gone; how long that took, in ns.
    ///
    /// # Errors
    /// [`Error::Died`] or [`Error::Hung`] if a worker does not end as it should.
    fn dismiss(self: Box<Self>) -> Result<u64, Error>;
}

/// What it cost to bring a team to life, in ns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Startup {
    /// Starting the workers and putting them on their CPUs.
    pub setup_ns: u64,
    /// Bringing them their samples; 0 where they share those of the caller.
    pub transfer_ns: u64,
}

/// One measured sample: raw times in ns, nothing derived.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// All passes together.
    pub wall_ns: u64,
    /// What of it passed before, while and after workers counted; `None` where a scheduler does
    /// not tell.
    #[serde(flatten)]
    pub phases: Option<Phases>,
    /// How often a clock was read inside `wall_ns`, one after another: the observer's cost.
    pub clock_readings: u64,
    /// Each worker's part, in the order of the placement.
    pub workers: Vec<WorkerSample>,
}

/// Where `wall_ns` went: the three add up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phases {
    /// From handing out a pass until the first worker began to count, summed over passes.
    pub dispatch_ns: u64,
    /// From then until the last worker ended.
    pub compute_ns: u64,
    /// From then until all counts were in their places.
    pub reduction_ns: u64,
}

/// What one worker did in one measured sample. `None` is what the system, or the scheduler that the
/// backend uses, does not tell.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkerSample {
    /// The logical CPU it was on at the end.
    pub cpu: Option<usize>,
    /// Whether it was proven after the sample that the worker is bound to the planned CPU.
    pub pinned: bool,
    /// How often it was found on another CPU than the time before. It is looked for after every pass
    /// that was handed out, and once after all passes where they follow each other without. `None`
    /// where a scheduler gives no occasion to look.
    pub migrations: Option<u64>,
    /// When it began to count in the first pass, in ns since the sample's beginning.
    pub start_ns: Option<u64>,
    /// When it ended counting in the last pass, in ns since the sample's beginning.
    pub stop_ns: Option<u64>,
    /// Wall time that it spent counting.
    pub busy_ns: Option<u64>,
    /// Tasks that it did.
    pub tasks: u64,
    /// CPU time of its thread from the first pass to the last, waiting included.
    pub cpu_ns: Option<u64>,
    /// Of that, CPU time in which it looked for work or for the others.
    pub waiting_cpu_ns: Option<u64>,
    /// How often it read its CPU clock inside the sample: the observer's cost, too.
    pub cpu_clock_readings: u64,
    /// What the system counted of its thread meanwhile.
    #[serde(flatten)]
    pub counters: ThreadCounters,
    /// The clock of its core right before the sample, measured.
    pub clock_mhz_before: Option<f64>,
    /// The clock of its core right after the sample, measured.
    pub clock_mhz: Option<f64>,
}

impl WorkerSample {
    /// Whether it was on one CPU from the beginning of the sample to its end, as far as can be proven.
    pub fn stayed(&self) -> bool {
        self.pinned && self.migrations.is_none_or(|migrations| migrations == 0)
    }
}

/// Why a measurement failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such backend.
    #[error("unknown backend '{name}'; known: {known}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// Every known name.
        known: String,
    },
    /// The backend cannot run on this system, or not this job.
    #[error("backend '{backend}' is not available: {reason}")]
    Unavailable {
        /// Its name.
        backend: &'static str,
        /// Why not.
        reason: &'static str,
    },
    /// The backend cannot have this number of workers.
    #[error("backend '{backend}' cannot have {workers} workers; allowed: {allowed}")]
    Workers {
        /// Its name.
        backend: &'static str,
        /// The number asked for.
        workers: usize,
        /// What it can have.
        allowed: &'static str,
    },
    /// Workers could not be started.
    #[error("backend '{backend}' could not start {workers} workers")]
    Start {
        /// Its name.
        backend: &'static str,
        /// How many it tried to start.
        workers: usize,
        /// The system's reason.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A worker ended although it should not: it panicked or was killed.
    #[error("a worker of backend '{backend}' died: {message}")]
    Died {
        /// Its name.
        backend: &'static str,
        /// The last words of the worker, or what the system says about its end.
        message: String,
    },
    /// A worker does not answer.
    #[error("worker {worker} of backend '{backend}' has not answered for {:.1} s", patience.as_secs_f64())]
    Hung {
        /// Its name.
        backend: &'static str,
        /// The worker's number.
        worker: usize,
        /// How long it was waited for.
        patience: Duration,
    },
    /// A worker answers what makes no sense.
    #[error("worker {worker} of backend '{backend}' gave an answer that makes no sense: {problem}")]
    Garbled {
        /// Its name.
        backend: &'static str,
        /// The worker's number.
        worker: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// Two passes, or two workers, did not count the same over the same samples.
    #[error(
        "backend '{backend}' counted width number {} twice with different results: \
         worker {worker} counted {}, before it was {}", changed.width, changed.now, changed.before
    )]
    Unstable {
        /// Its name.
        backend: &'static str,
        /// The worker that counted last.
        worker: usize,
        /// What it counted, and what was counted before.
        changed: Changed,
    },
}

/// A width that was counted twice with different results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    /// The width, counted from 0; from a team, its place ([`Question::places`]).
    pub width: usize,
    /// The first count.
    pub before: u64,
    /// The count that differs from it.
    pub now: u64,
}

/// Refuses a placement or mode that `backend` cannot follow.
fn check(backend: &dyn Backend, job: &Job<'_>, placement: &Placement) -> Result<(), Error> {
    let name = backend.name();
    backend.availability().map_err(|reason| Error::Unavailable { backend: name, reason })?;
    if !backend.modes().contains(&job.mode()) {
        let reason = "it cannot run a job in this mode";
        return Err(Error::Unavailable { backend: name, reason });
    }
    let workers = placement.workers();
    if backend.scaling().allows(workers) {
        return Ok(());
    }
    let allowed = match backend.scaling() {
        Scaling::One => "exactly 1",
        Scaling::Any => "1 or more",
    };
    Err(Error::Workers { backend: name, workers, allowed })
}

/// What a panic said, as far as it is text.
fn last_words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no reason".into())
}
