//! The backends in the roles of the code that was published in 2014.
//!
//! Separate because whoever repeats that study asks for a role (the pool, the pool that blocks), and
//! only this folder knows names. All pools bring every worker a copy of the samples, as pickling did.
//! Next: [`crate::autopsy`].

use super::processes::Processes;
use super::{Backend, serial, threads};

/// What the study compared with its serial code, and what a reader would: threads, and the pool.
pub const COMPARED: [&dyn Backend; 2] = [&threads::Threads, POOL];

/// Processes that are handed a copy of the samples and one task at a time, without waiting for its answer.
const POOL: &dyn Backend = &Processes::COPIED_APPLY_ASYNC;

/// A part in the study of 2014.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The serial code, in the process that hands out the work.
    Serial,
    /// The serial code, in a process of its own that was started for it.
    SerialInChild,
    /// A pool with a queue of tasks, `apply_async`.
    Pool,
    /// A pool in which every task waits for the one before, `apply`.
    BlockingPool,
}

impl Part {
    /// Who plays it.
    pub fn backend(self) -> &'static dyn Backend {
        match self {
            Self::Serial => &serial::Serial,
            Self::SerialInChild => &Processes::COPIED_MAP,
            Self::Pool => POOL,
            Self::BlockingPool => &Processes::COPIED_APPLY,
        }
    }
}
