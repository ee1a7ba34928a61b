//! The lines of a journal.
//!
//! Separate from what they add up to ([`super::content`]): this is the format, field by field.

use serde::{Deserialize, Serialize};

use crate::machine::clock::Timer;
use crate::machine::pages::Pages;
use crate::machine::{Limits, Machine, State};
use crate::study::grid::Skipped;
use crate::study::plan::Plan;
use crate::study::record::{Measured, StoppedBy, Subject};

/// What a journal calls itself.
pub const FORMAT: &str = "parzen-journal";
/// Version of the format.
pub const VERSION: u32 = 1;

/// One line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "lowercase")]
pub enum Line {
    /// The first line.
    Header(Box<Header>),
    /// A series begins.
    Series(Box<SeriesStart>),
    /// A sample was taken.
    Sample(Box<Taken>),
    /// A series has ended.
    End {
        /// Which, counted from 0.
        series: usize,
        /// Why.
        stopped_by: StoppedBy,
    },
    /// The study goes on after an interruption.
    Resumed(Box<Resumed>),
    /// A series goes on after an interruption: its samples were made again.
    Again {
        /// Which, counted from 0.
        series: usize,
        /// The pages that hold the samples now.
        pages: Option<Pages>,
    },
    /// The study has ended; nothing follows.
    Finished,
}

/// What is known before anything is measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// When the study began, in seconds since 1970.
    pub created_unix_s: u64,
    /// Version and checksum of the program that measures.
    pub program: String,
    /// Seed of the random order.
    pub seed: u64,
    /// Name of the instruction set that counts.
    pub isa: String,
    /// What is to be measured.
    pub plan: Plan,
    /// What makes the machine the same machine.
    pub machine: Machine,
    /// What this process may use of it.
    pub limits: Limits,
    /// What changes on it from hour to hour.
    pub state: State,
    /// The clocks.
    pub timer: Timer,
    /// What the machine deserves to be warned of.
    pub warnings: Vec<String>,
}

/// A series begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesStart {
    /// Which, counted from 0.
    pub series: usize,
    /// What of the plan cannot be measured.
    pub skipped: Vec<Skipped>,
    /// What the samples deserve to be warned of.
    pub warnings: Vec<String>,
    /// What is measured.
    #[serde(flatten)]
    pub subject: Subject,
}

/// A sample was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    /// The series, counted from 0.
    pub series: usize,
    /// The block, counted from 0.
    pub block: usize,
    /// The place in the block: 0 is the opening sample, then every configuration once, last the
    /// closing sample.
    pub place: usize,
    /// With the opening sample: share of each allowed CPU that others used just before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_foreign: Option<Vec<f64>>,
    /// The sample.
    #[serde(flatten)]
    pub measured: Measured,
}

/// The study goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resumed {
    /// When, in seconds since 1970.
    pub unix_s: u64,
    /// The time for all series from here on; `None` for a study with fixed blocks.
    pub budget_s: Option<f64>,
    /// What may have changed on the machine.
    #[serde(default)]
    pub state: Option<State>,
    /// The clocks, measured again.
    #[serde(default)]
    pub timer: Option<Timer>,
}
