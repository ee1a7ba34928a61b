//! Other implementations of the same job, measured beside ours in one run.
//!
//! Separate because a peer is judged by its answers as well as by its times. Next:
//! [`crate::source`] fills it from `peers.json`.

use serde::{Deserialize, Serialize};

/// One run of a program that measures implementations side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peers {
    /// Name of the file it was read from, without its directory.
    pub file_name: String,
    /// When it was measured, in seconds since 1970 (UTC), if known.
    pub created_unix_s: Option<u64>,
    /// Brand of the processor, if known.
    pub cpu: Option<String>,
    /// The jobs, at least one.
    pub workloads: Vec<PeerWorkload>,
}

/// One job and who did it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeerWorkload {
    /// Short name.
    pub name: String,
    /// One human sentence.
    pub title: String,
    /// Samples.
    pub n: u64,
    /// Dimensions.
    pub d: u64,
    /// Centers.
    pub centers: u64,
    /// Widths of each center.
    pub widths: u64,
    /// Name of the entry that all others are compared with, if one is ours.
    pub reference: Option<String>,
    /// The implementations, in the order of the file; at least one.
    pub entries: Vec<Peer>,
}

impl PeerWorkload {
    /// The work of the job: samples tested against a window.
    pub fn tests(&self) -> f64 {
        self.n as f64 * self.centers as f64 * self.widths as f64
    }
}

/// One implementation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peer {
    /// Its name, unique in the workload.
    pub name: String,
    /// Its version, if known.
    pub version: Option<String>,
    /// Whether it is of the project that compares itself, as the reference is: no rival.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ours: bool,
    /// Whether it is the reference a second time: whatever its ratio is off 1 is error.
    #[serde(default, skip_serializing_if = "is_false")]
    pub control: bool,
    /// Threads or processes it used, if known.
    pub workers: Option<u64>,
    /// Time to prepare (build an index), once for each round, in nanoseconds; may be empty.
    pub build_ns: Vec<f64>,
    /// Time to answer, one for each round, in nanoseconds; empty if it was not measured.
    pub query_ns: Vec<f64>,
    /// The block of each round, ascending, as many as `query_ns`; empty if unknown. Rounds of two entries
    /// in one block were measured side by side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<u64>,
    /// Whether its answers are right.
    pub answers: Answers,
    /// What else is known of right answers, in words, such as what happens on the faces of a window; may
    /// be empty. What is known of wrong ones stands in [`Answers::Wrong`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Why it was not measured, if it was not.
    pub absent: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// How an implementation's answers compare with the exact counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answers {
    /// All equal.
    Exact,
    /// So many differ.
    Wrong {
        /// Answers that differ.
        wrong: u64,
        /// Answers checked.
        checked: u64,
        /// What is wrong in words; may be empty.
        note: String,
    },
    /// Nobody looked.
    Unchecked,
}
