//! The ways to run a job: who counts which task, and how the work is handed out.
//!
//! A [`Backend`] is prepared once for a job and a placement and then measured many times: threads,
//! processes or whatever else it needs exist before the first measured sample and live until its
//! [`Team`] is dropped. Teams that are not being measured sleep.
//!
//! What a measured sample holds is the same for every backend:
//!
//! - One *pass* is the whole job. Where work is handed out, it is handed out again for every pass,
//!   and its results are collected after every pass: what a user waits for is in the figure.
//!   (Repeating inside the workers would make dispatch vanish from short jobs: beside one pass over
//!   the article's sample, some 200 µs of counting, waking threads and being woken is not small.)
//! - `wall_ns` is time as the caller sees it, from before the first pass to after the last.
//! - Each worker's start and stop are those of its own counting, on the same clock.
//! - Counts of *every* pass are compared, so that no pass can be wrong unnoticed.
//!
//! To add a backend, write one file here and one line in [`ALL`]; the command line, studies and tests
//! iterate it, and no file outside this folder names a backend. Next: [`serial`], [`threads`].

pub mod job;
pub mod serial;
mod slot;
pub mod threads;

use std::fmt;
use std::num::NonZeroUsize;

use serde::Serialize;

pub use job::Job;

use crate::placement::Placement;

/// Every backend, the baseline first: the best serial code, against which speed-ups are told.
pub const ALL: &[&dyn Backend] = &[&serial::Serial, &threads::Threads];

/// A way to run jobs.
pub trait Backend: fmt::Debug + Sync {
    /// Short name, as in `study.json`.
    fn name(&self) -> &'static str;

    /// How many workers it can have.
    fn scaling(&self) -> Scaling;

    /// A team that is ready to be measured: one worker on each CPU of `placement`.
    ///
    /// # Errors
    /// - [`Error::Workers`] if this backend cannot have so many workers;
    /// - [`Error::Start`] if the system does not give them.
    fn prepare<'a>(
        &self,
        job: &'a Job<'a>,
        placement: &Placement,
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

/// Workers that wait for one job. Dropping the team ends them.
pub trait Team {
    /// Runs the whole job `passes` times and measures them together. `counts[t]` becomes the count of
    /// task t.
    ///
    /// # Errors
    /// - [`Error::Died`] if a worker panicked; the team is of no use afterwards;
    /// - [`Error::Unstable`] if two passes did not count the same;
    /// - [`Error::Start`] if the system does not give a worker.
    ///
    /// # Panics
    /// If `counts` has not one place for each task.
    fn measure(&mut self, passes: NonZeroUsize, counts: &mut [u64]) -> Result<Sample, Error>;
}

/// One measured sample: raw times in ns, nothing derived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sample {
    /// All passes together, as the caller sees them.
    pub wall_ns: u64,
    /// Each worker's part, in the order of the placement.
    pub workers: Vec<WorkerSample>,
}

/// What one worker did in one measured sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkerSample {
    /// The logical CPU it was on at the end (the planned one where the system does not tell).
    pub cpu: usize,
    /// When it began to count in the first pass, in ns since the sample's beginning.
    pub start_ns: u64,
    /// When it ended counting in the last pass, in ns since the sample's beginning.
    pub stop_ns: u64,
    /// CPU time of its thread from the first pass to the last, waiting in a spin barrier included;
    /// `None` where the system does not tell.
    pub cpu_ns: Option<u64>,
    /// Whether it was proven after the sample that the worker is bound to the planned CPU.
    pub pinned: bool,
}

/// Why a measurement failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
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
    /// A worker panicked.
    #[error("a worker of backend '{backend}' died: {message}")]
    Died {
        /// Its name.
        backend: &'static str,
        /// The last words of the worker.
        message: String,
    },
    /// Two passes over the same samples did not count the same.
    #[error("backend '{backend}' counted task {task} twice with different results")]
    Unstable {
        /// Its name.
        backend: &'static str,
        /// The first such task of a worker.
        task: usize,
    },
}

/// Refuses a placement that `backend` cannot follow.
fn check_workers(backend: &dyn Backend, placement: &Placement) -> Result<(), Error> {
    let workers = placement.workers();
    if backend.scaling().allows(workers) {
        return Ok(());
    }
    let allowed = match backend.scaling() {
        Scaling::One => "exactly 1",
        Scaling::Any => "1 or more",
    };
    Err(Error::Workers { backend: backend.name(), workers, allowed })
}

/// What a panic said, as far as it is text.
fn last_words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no reason".into())
}
