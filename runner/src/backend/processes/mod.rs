//! Processes: workers with address spaces of their own, as Python's `multiprocessing` has them.
//!
//! The program starts itself as workers. Each sits on its CPU, lives as long as its team, and is told
//! what to do through a socket. Two things vary, and give six backends:
//!
//! | | |
//! |---|---|
//! | [`Transfer`] | how workers come by their samples: a copy through the socket, as pickling does, or one sealed block of memory that all map |
//! | [`Schedule`] | how the tasks of a pass reach them |
//!
//! The schedules are those of `multiprocessing.Pool`, and measuring them apart is the point: `apply`
//! looks like parallel code and waits for every single task.
//!
//! | file | what it is |
//! |---|---|
//! | `wire` | messages and frames; pure |
//! | `channel` | one end of a socket |
//! | `shared` | samples in sealed memory; the one `unsafe` |
//! | `worker` | the child's side |
//! | `calls` | the same for typed functions: what a worker can be called with |
//! | `callee` | the parent's side of those: one worker that is called |
//! | `crew` | the parent's side: talking, waiting, and every way in which a worker can fail |
//! | `child` | one worker as a process: how it starts and ends |
//! | `ledger` | counts as they come in; pure |
//! | `team` | handing out the work and collecting counts and times |
//!
//! Linux only: elsewhere nothing ties a child's life to its parent's.

#[cfg(target_os = "linux")]
pub(crate) mod callee;
mod calls;
#[cfg(target_os = "linux")]
mod channel;
#[cfg(target_os = "linux")]
mod child;
#[cfg(target_os = "linux")]
mod crew;
#[cfg(target_os = "linux")]
mod ledger;
#[cfg(target_os = "linux")]
mod shared;
#[cfg(target_os = "linux")]
mod team;
#[cfg(target_os = "linux")]
mod wire;
#[cfg(target_os = "linux")]
mod worker;

use std::time::Duration;

#[cfg(target_os = "linux")]
pub use child::set_program;
#[cfg(target_os = "linux")]
pub(crate) use wire::Returned;
#[cfg(target_os = "linux")]
pub(crate) use worker::serve_functions_if_asked;
#[cfg(target_os = "linux")]
pub use worker::{ARGUMENT, serve_if_asked};

pub use calls::Callable;

use super::{Backend, Error, Job, Mode, Scaling, Team, check};
use crate::placement::Placement;

/// How workers come by their samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// All map the same sealed memory, read-only.
    Shared,
    /// Each gets the bytes through its socket.
    Copied,
}

/// How the tasks of a pass reach the workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    /// One order for each worker, with its share of the tasks.
    Map,
    /// One task at a time, to one worker after the other: the next one starts when it is done.
    Apply,
    /// A queue: each worker gets the next task when it answers. Results are put in order at the end.
    ApplyAsync,
}

/// The backends of processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Processes {
    /// How workers come by their samples.
    pub transfer: Transfer,
    /// How the tasks of a pass reach them.
    pub schedule: Schedule,
}

impl Processes {
    /// Shared samples, static shares.
    pub const SHARED_MAP: Self = Self::new(Transfer::Shared, Schedule::Map);
    /// Shared samples, one blocking task at a time.
    pub const SHARED_APPLY: Self = Self::new(Transfer::Shared, Schedule::Apply);
    /// Shared samples, a queue of tasks.
    pub const SHARED_APPLY_ASYNC: Self = Self::new(Transfer::Shared, Schedule::ApplyAsync);
    /// Copied samples, static shares.
    pub const COPIED_MAP: Self = Self::new(Transfer::Copied, Schedule::Map);
    /// Copied samples, one blocking task at a time.
    pub const COPIED_APPLY: Self = Self::new(Transfer::Copied, Schedule::Apply);
    /// Copied samples, a queue of tasks.
    pub const COPIED_APPLY_ASYNC: Self = Self::new(Transfer::Copied, Schedule::ApplyAsync);

    const fn new(transfer: Transfer, schedule: Schedule) -> Self {
        Self { transfer, schedule }
    }
}

impl Backend for Processes {
    fn name(&self) -> &'static str {
        match (self.transfer, self.schedule) {
            (Transfer::Shared, Schedule::Map) => "processes-shared-map",
            (Transfer::Shared, Schedule::Apply) => "processes-shared-apply",
            (Transfer::Shared, Schedule::ApplyAsync) => "processes-shared-apply-async",
            (Transfer::Copied, Schedule::Map) => "processes-copied-map",
            (Transfer::Copied, Schedule::Apply) => "processes-copied-apply",
            (Transfer::Copied, Schedule::ApplyAsync) => "processes-copied-apply-async",
        }
    }

    fn summary(&self) -> &'static str {
        match (self.transfer, self.schedule) {
            (Transfer::Shared, Schedule::Map) => {
                "pinned processes that map the same samples, static shares"
            }
            (Transfer::Shared, Schedule::Apply) => {
                "pinned processes that map the same samples, one blocking task at a time"
            }
            (Transfer::Shared, Schedule::ApplyAsync) => {
                "pinned processes that map the same samples, a queue of tasks"
            }
            (Transfer::Copied, Schedule::Map) => {
                "pinned processes with a copy of the samples each, static shares"
            }
            (Transfer::Copied, Schedule::Apply) => {
                "pinned processes with a copy of the samples each, one blocking task at a time"
            }
            (Transfer::Copied, Schedule::ApplyAsync) => {
                "pinned processes with a copy of the samples each, a queue of tasks"
            }
        }
    }

    fn scaling(&self) -> Scaling {
        Scaling::Any
    }

    /// Where nobody waits for anybody, only an order for all passes can be given.
    fn modes(&self) -> &'static [Mode] {
        match self.schedule {
            Schedule::Map => Mode::ALL,
            Schedule::Apply | Schedule::ApplyAsync => &[Mode::Strong, Mode::Weak],
        }
    }

    #[cfg(target_os = "linux")]
    fn availability(&self) -> Result<(), &'static str> {
        if child::can_start() {
            return Ok(());
        }
        Err("this program cannot be started as a worker: its main does not call serve_if_asked")
    }

    #[cfg(not(target_os = "linux"))]
    fn availability(&self) -> Result<(), &'static str> {
        Err("workers that end with their parent need Linux")
    }

    /// Shared samples are a copy in memory that can be sealed, from which replicas are made.
    fn extra_bytes(&self, job: &Job<'_>, workers: usize) -> u64 {
        let Some(samples) = job.samples() else { return 0 };
        let copies = match (self.transfer, job.mode().replicates()) {
            (Transfer::Shared, false) => 1,
            (Transfer::Shared, true) => workers as u64 + 1,
            (Transfer::Copied, _) => workers as u64,
        };
        samples.bytes().saturating_mul(copies)
    }

    fn prepare<'a>(
        &self,
        job: &'a Job<'a>,
        placement: &Placement,
        patience: Duration,
    ) -> Result<Box<dyn Team + 'a>, Error> {
        check(self, job, placement)?;
        let backend = self.name();
        if job.samples().is_none() {
            let reason = "a function cannot be sent to another process";
            return Err(Error::Unavailable { backend, reason });
        }
        self.prepare_here(job, placement, patience)
    }
}

#[cfg(target_os = "linux")]
impl Processes {
    fn prepare_here<'a>(
        self,
        job: &'a Job<'a>,
        placement: &Placement,
        patience: Duration,
    ) -> Result<Box<dyn Team + 'a>, Error> {
        Ok(Box::new(team::Processed::prepare(self, job, placement, patience)?))
    }
}

#[cfg(not(target_os = "linux"))]
impl Processes {
    fn prepare_here<'a>(
        self,
        _job: &'a Job<'a>,
        _placement: &Placement,
        _patience: Duration,
    ) -> Result<Box<dyn Team + 'a>, Error> {
        let reason = "workers that end with their parent need Linux";
        Err(Error::Unavailable { backend: self.name(), reason })
    }
}

/// Starts `program` as workers: nothing to do on a system without them.
///
/// # Errors
/// None here.
#[cfg(not(target_os = "linux"))]
pub fn set_program(_program: impl Into<std::path::PathBuf>) -> Result<(), std::path::PathBuf> {
    Ok(())
}

/// Serves as a worker if the program was started as one: never, on a system without them.
#[cfg(not(target_os = "linux"))]
pub fn serve_if_asked() -> Option<std::process::ExitCode> {
    None
}

/// The same for a program with functions.
#[cfg(not(target_os = "linux"))]
pub(crate) fn serve_functions_if_asked(_: &[&dyn Callable]) -> Option<std::process::ExitCode> {
    None
}
