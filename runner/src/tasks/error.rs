//! What can become of a task instead of a value.
//!
//! Separate because callers match on it: each variant is another thing to do next.

use std::time::Duration;

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Worker processes are not available: on this system, or in this program.
    #[error("worker processes are not available: {reason}")]
    Unavailable {
        /// Why not.
        reason: &'static str,
    },
    /// The system gave no worker, or what it gave is none.
    #[error("no worker could be started: {reason}")]
    Start {
        /// The last reason.
        reason: String,
    },
    /// The function gave an error.
    #[error("{message}")]
    Failed {
        /// Its text.
        message: String,
    },
    /// The function panicked.
    #[error("a task panicked: {message}")]
    Panicked {
        /// What the panic said.
        message: String,
    },
    /// The worker ended in the middle of the task.
    #[error("worker {worker} (process {process}) died: {how}")]
    Died {
        /// Its number.
        worker: usize,
        /// Id of its process.
        process: u32,
        /// How it ended, as the system says.
        how: String,
    },
    /// The task took longer than allowed, and its worker was killed.
    #[error(
        "worker {worker} (process {process}) had not answered for {:.1} s and was killed",
        patience.as_secs_f64()
    )]
    Hung {
        /// Its number.
        worker: usize,
        /// Id of its process.
        process: u32,
        /// How long it was waited for.
        patience: Duration,
    },
    /// The workers have no such function: `serve_if_asked` was not given it.
    #[error("workers have no function '{name}'; they have: {known}")]
    Unknown {
        /// The name that was called.
        name: &'static str,
        /// The names that they have.
        known: String,
    },
    /// An input or a value cannot travel.
    #[error("a value cannot be sent between processes: {problem}")]
    Encoding {
        /// What is wrong with it.
        problem: String,
    },
    /// The pool ended before the task did.
    #[error("the pool ended before the task")]
    Closed,
    /// Nobody owes the queue a result any more.
    #[error("no process owes the queue a result")]
    Empty,
}
