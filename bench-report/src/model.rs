//! What a report is made from: plain data with units in the names, nothing derived.
//!
//! Separate because every source ends here and every format starts here, so that neither knows
//! the other. `sample.rs` holds what was measured once, `machine.rs` where it was measured,
//! `benchmark.rs` what benchmarks took, `tour.rs` the parts of the article, `autopsy.rs` its study with its flaws one by one, `peer.rs` what other implementations took, `estimate.rs` a
//! value with its interval. Next: [`crate::source`] fills it, [`crate::compare`] derives numbers
//! from it.

pub mod autopsy;
mod benchmark;
mod estimate;
mod machine;
mod peer;
mod sample;
pub mod tour;

use serde::{Deserialize, Serialize};

pub use benchmark::{Benchmark, Benchmarks, Reported, Sampling, Throughput, Timing, Unit};
pub use estimate::{Estimate, Interval};
pub use machine::{Cache, CoreKind, Cpu, Isa, Limits, Machine, State};
pub use peer::{Answers, Peer, PeerWorkload, Peers};
pub use sample::{Sample, Worker};

/// Everything that one report is about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The studies, in the order in which they were named.
    pub studies: Vec<Study>,
    /// Results of benchmarks, one for each directory and baseline, in the order named.
    pub benchmarks: Vec<Benchmarks>,
    /// Other implementations measured beside ours, in the order named.
    pub peers: Vec<Peers>,
    /// Tours of the article, in the order named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tours: Vec<tour::Tour>,
    /// Autopsies of the article's study, in the order named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub autopsies: Vec<autopsy::Autopsy>,
    /// Machines that were described without a study, in the order named.
    pub machines: Vec<Described>,
    /// What was named but could not be read, and why.
    pub unread: Vec<Unread>,
}

impl Report {
    /// Whether everything that was named could be read.
    pub fn is_whole(&self) -> bool {
        self.unread.is_empty()
    }

    /// Whether there is nothing to report on.
    pub fn is_empty(&self) -> bool {
        let Self { studies, benchmarks, peers, tours, autopsies, machines, unread: _ } = self;
        let is_measured =
            [studies.is_empty(), benchmarks.is_empty(), peers.is_empty()].contains(&false);
        !is_measured && tours.is_empty() && autopsies.is_empty() && machines.is_empty()
    }

    /// Puts everything of `other` behind what is here.
    pub fn append(&mut self, mut other: Self) {
        self.studies.append(&mut other.studies);
        self.benchmarks.append(&mut other.benchmarks);
        self.peers.append(&mut other.peers);
        self.tours.append(&mut other.tours);
        self.autopsies.append(&mut other.autopsies);
        self.machines.append(&mut other.machines);
        self.unread.append(&mut other.unread);
    }
}

/// A machine from a file of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Described {
    /// Name of the file it was read from, without its directory.
    pub file_name: String,
    /// Where something could have been measured.
    pub machine: Machine,
    /// What the program was allowed to use.
    pub limits: Limits,
    /// What the machine was doing.
    pub state: State,
}

/// A file, or a part of one, that is missing from the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Name of the file, with as much of its path as tells it from others.
    pub name: String,
    /// What is wrong with it.
    pub reason: String,
}

/// One run of the measuring program on one machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Study {
    /// Name of the file it was read from, without its directory.
    pub file_name: String,
    /// When it was measured, in seconds since 1970 (UTC), if known.
    pub created_unix_s: Option<u64>,
    /// Seed of the order of measuring, if known.
    pub seed: Option<u64>,
    /// Name of the instruction set that the scans used.
    pub isa: String,
    /// Whether it ran to its end; false if it was interrupted.
    pub complete: bool,
    /// One word for the machine and the build: equal in two studies of the same, if known.
    pub fingerprint: Option<String>,
    /// What was asked for.
    pub plan: Plan,
    /// Where it was measured.
    pub machine: Machine,
    /// What the program was allowed to use.
    pub limits: Limits,
    /// What the machine was doing when the study began.
    pub state: State,
    /// What reading the clocks costs, if known.
    pub timer: Option<Timer>,
    /// What was measured; at least one.
    pub workloads: Vec<Workload>,
    /// What was planned but not measured.
    pub skipped: Vec<Skipped>,
    /// What the measuring program complained about, each ending in what to do.
    pub warnings: Vec<String>,
}

/// What a study was asked to do; `None` means unknown or not asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Name of the preset.
    pub preset: Option<String>,
    /// How workers were placed on CPUs, as on the command line.
    pub placement: Option<String>,
    /// Time that the whole study was given.
    pub budget_s: Option<f64>,
    /// Relative width of the interval at which measuring stops.
    pub precision: Option<f64>,
    /// Number of blocks, if it was fixed.
    pub blocks: Option<u64>,
}

/// What reading the clocks costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timer {
    /// Least step that was seen, if known.
    pub resolution_ns: Option<f64>,
    /// One reading of the wall clock, if known.
    pub clock_ns: Option<f64>,
    /// One reading of the CPU clock, if known.
    pub cpu_clock_ns: Option<f64>,
    /// Whether it never went back for a thread that moved between CPUs, if known.
    pub is_monotonic: Option<bool>,
}

/// A configuration that was planned but not measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Skipped {
    /// What was left out, in words.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// What grows with the number of workers (Bailey, "Twelve Ways to Fool the Masses", 1991, asks for
/// it in every title).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Nothing: all workers share one job.
    Strong,
    /// The job: every worker adds its own share, and all wait for each other after each pass.
    Weak,
    /// The number of independent jobs: one for each worker.
    Throughput,
}

impl Mode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Strong, Self::Weak, Self::Throughput];

    /// Its name in files and titles.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Weak => "weak",
            Self::Throughput => "throughput",
        }
    }

    /// How many times the serial job is done by this many workers.
    pub fn jobs(self, workers: u64) -> f64 {
        match self {
            Self::Strong => 1.0,
            Self::Weak | Self::Throughput => workers as f64,
        }
    }
}

/// One problem in one mode, solved in several configurations, block by block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Workload {
    /// Short name, as on the command line.
    pub name: String,
    /// One human sentence.
    pub title: String,
    /// What grows with the number of workers.
    pub mode: Mode,
    /// Cache level that the samples were sized for, as `L2`, if they were.
    pub level: Option<String>,
    /// Widths that one scan of the samples counts, if known.
    pub widths_per_scan: Option<u64>,
    /// Number of samples, at least 1.
    pub n: u64,
    /// Number of dimensions, at least 1.
    pub d: u64,
    /// Name of the element type, as `f8`.
    pub element: String,
    /// Where the samples come from, as `text`.
    pub generator: String,
    /// Seed of the generator, if it has one and it is known.
    pub sample_seed: Option<u64>,
    /// Checksum of the samples with its method, as `xxh3:…`.
    pub checksum: String,
    /// Center of the window; `d` coordinates.
    pub center: Vec<f64>,
    /// Widths of the windows, at least one.
    pub widths: Vec<f64>,
    /// What one task is.
    pub task: String,
    /// Tasks of one pass over one job, if known.
    pub tasks: Option<u64>,
    /// Size of the samples in memory.
    pub bytes: Option<u64>,
    /// Which pages hold the samples, if known.
    pub pages: Option<Pages>,
    /// The checked answer: one count per width.
    pub counts: Vec<u64>,
    /// How often one measured sample repeats the whole job; at least 1.
    pub passes: u64,
    /// Passes that ran before the first measured one, if they were the same for all.
    pub warm_up_passes: Option<u64>,
    /// Why measuring ended, as `precision` or `budget`.
    pub stopped_by: Option<String>,
    /// The configurations, in the order of the file; at least one.
    pub entries: Vec<Entry>,
    /// The complete blocks, in the order measured; at least one.
    pub blocks: Vec<Block>,
    /// Samples of a last block that was not finished; they are in no figure.
    pub unfinished_samples: Option<u64>,
}

impl Workload {
    /// The work of one pass of a configuration: samples tested against a window.
    pub fn tests_per_pass(&self, workers: u64) -> f64 {
        self.n as f64 * self.widths.len() as f64 * self.mode.jobs(workers)
    }

    /// Bytes of samples that one pass of a configuration reads, if known: each scan reads all of them.
    pub fn bytes_per_pass(&self, workers: u64) -> Option<f64> {
        let scans = (self.widths.len() as u64).div_ceil(self.widths_per_scan?);
        Some(self.bytes? as f64 * scans as f64 * self.mode.jobs(workers))
    }
}

/// One round in which every configuration was measured exactly once.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// The entries in the order in which they were measured.
    pub order: Vec<usize>,
    /// The first entry measured before all others, if it was.
    pub opening: Option<Sample>,
    /// The first entry measured after all others, if it was.
    pub closing: Option<Sample>,
    /// Share of each allowed CPU that others used just before the block.
    pub idle_foreign: Option<Vec<f64>>,
    /// The study was interrupted and went on inside or right before this block.
    pub resumed: bool,
}

/// Why an entry was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// For its own sake.
    Measured,
    /// As an exact copy of another entry, to see what equal things differ by.
    Control {
        /// The entry that it copies.
        original: usize,
    },
    /// For loading the samples alone, which bounds every count of them.
    Roof,
}

/// One configuration with what was measured of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Name of the backend.
    pub backend: String,
    /// Number of workers, at least 1.
    pub workers: u64,
    /// The CPU planned for each worker; empty if unpinned or unknown.
    pub cpus: Vec<u64>,
    /// More workers than CPUs.
    pub oversubscribed: bool,
    /// Why it was measured.
    pub role: Role,
    /// `samples[b]` was measured in block `b`; the same blocks for every entry of a workload.
    pub samples: Vec<Sample>,
}

impl Entry {
    /// Whether it counts as a result: copies and bounds do not.
    pub fn is_result(&self) -> bool {
        self.role == Role::Measured
    }
}

/// Which pages hold the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pages {
    /// Memory looked at.
    pub bytes: u64,
    /// Part of it on huge pages.
    pub huge_bytes: u64,
    /// Size of the small pages.
    pub base_page_bytes: Option<u64>,
}
