//! What is known of a task that is over, and of a worker that was lost.
//!
//! Plain data, separate from the handles that deliver it. All times are those of
//! [`clock::now_ns`](crate::machine::clock::now_ns), which all processes of a machine share.

use serde::{Deserialize, Serialize};

use super::Error;

/// A task that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Done<O> {
    /// Its number in the call that handed it in, from 0.
    pub task: usize,
    /// Its value, or why there is none.
    pub value: Result<O, Error>,
    /// Who did it, and when.
    pub record: Record,
}

/// Who did a task, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Number of the worker, from 0; `None` if no worker had it.
    pub worker: Option<usize>,
    /// Id of the worker's process.
    pub process: Option<u32>,
    /// When the task was handed in.
    pub submitted_ns: u64,
    /// When its function began in the worker; `None` if the worker did not live to tell.
    pub began_ns: Option<u64>,
    /// When its function ended.
    pub ended_ns: Option<u64>,
    /// When the parent knew how it ended.
    pub received_ns: u64,
}

/// A worker that was lost and replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// [`Error::Died`] or [`Error::Hung`].
    pub error: Error,
    /// When the parent knew of it.
    pub noticed_ns: u64,
    /// What it had to do; `None` if it was idle.
    pub function: Option<&'static str>,
}
