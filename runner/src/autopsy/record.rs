//! What an autopsy leaves behind: the contents of `autopsy.json`, version 1.
//!
//! Plain data, nothing derived: effects and verdicts are computed by whoever reads the file
//! (`bench-report`). `docs/formats.md` tells it field by field. Times have the names that they have in
//! `study.json`, but no struct is shared with [`crate::study::record`]: a [`Timing`] holds sums over all CPUs
//! where a study has a number for each, and a [`LastCoreSample`] three of the fields of a sample. Next:
//! `blocks`, which fills it.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Error;
use super::flaw::Condition;
use crate::machine::{Limits, Machine, State};
use crate::study::record::write_whole;

/// Name of the file in the output folder.
pub const FILE: &str = "autopsy.json";
/// What the file calls itself.
pub const FORMAT: &str = "parzen-autopsy";
/// Version of the format.
pub const VERSION: u32 = 1;

/// A whole autopsy.
#[derive(Clone, Debug, Serialize)]
pub struct Autopsy {
    /// [`FORMAT`].
    pub format: &'static str,
    /// [`VERSION`].
    pub version: u32,
    /// When it began, in seconds since 1970.
    pub created_unix_s: u64,
    /// Seed of the random order.
    pub seed: u64,
    /// Name of the instruction set that counted.
    pub isa: String,
    /// Whether everything that was planned has been measured.
    pub complete: bool,
    /// Where it was measured.
    pub machine: Machine,
    /// What this process may use of it.
    pub limits: Limits,
    /// What changes on it from hour to hour.
    pub state: State,
    /// Whoever ran the benchmark.
    pub engines: Vec<Engine>,
    /// What the last core gives, and what else runs on it.
    pub last_core: LastCore,
    /// The sample of 2014 under its twelve widths.
    pub density: Density,
}

/// Whoever runs the benchmark, with everything that was measured of it.
#[derive(Clone, Debug, Serialize)]
pub struct Engine {
    /// Short name.
    pub name: &'static str,
    /// One sentence for people.
    pub title: String,
    /// Versions of what ran it.
    pub version: Option<String>,
    /// Why it was not measured, if it was not.
    pub absent: Option<String>,
    /// Number of samples.
    pub n: usize,
    /// Number of widths, one task each.
    pub widths: usize,
    /// How often a timing repeats the whole job.
    pub passes: usize,
    /// What every run measures: 0 is the serial code, N a pool of N workers.
    pub sizes: Vec<usize>,
    /// Flaws that cannot be switched on here, and why.
    pub untestable: Vec<Untestable>,
    /// Flaws that are switched on but cannot do here what they did in 2014, and why.
    pub not_reproduced: Vec<Untestable>,
    /// The conditions, each of which every block has once.
    pub conditions: Vec<Condition>,
    /// Block after block, in the order measured; the last one may lack runs.
    pub blocks: Vec<Block>,
    /// What went wrong: nothing else is missing because of it.
    pub failures: Vec<Failure>,
}

/// A flaw that cannot be switched on, or that does nothing here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Untestable {
    /// Its name.
    pub flaw: &'static str,
    /// Why not.
    pub reason: String,
}

/// Every condition once, in random order.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Block {
    /// In the order measured.
    pub runs: Vec<Run>,
}

/// The whole benchmark once, under one condition.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Run {
    /// Position of the condition.
    pub condition: usize,
    /// One timing for each size, in the order measured.
    pub timings: Vec<Timing>,
}

/// One size, measured once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Timing {
    /// 0 for the serial code, otherwise the workers of the pool.
    pub workers: usize,
    /// What the benchmark's timer showed.
    pub wall_ns: u64,
    /// What of it was starting the pool; 0 where pools are started before.
    pub startup_ns: u64,
    /// What of that was bringing the workers their samples; `None` where it is not told apart.
    pub transfer_ns: Option<u64>,
    /// The first, cold pass of a pool made inside the timer. It is not in `wall_ns`: warming up is none
    /// of that flaw.
    pub first_pass_ns: Option<u64>,
    /// Time that the allowed CPUs were busy for others while the job was done, all CPUs together.
    pub foreign_ns: Option<i64>,
    /// Time that the host withheld from them meanwhile.
    pub stolen_ns: Option<u64>,
    /// Time that a quota withheld meanwhile.
    pub throttled_ns: Option<u64>,
}

/// A run that could not be finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The block, counted from 0.
    pub block: usize,
    /// What was being measured, in words.
    pub what: String,
    /// What happened.
    pub message: String,
}

/// Leave one core free: what does the last worker add, and what else runs on its CPU?
#[derive(Clone, Debug, Default, Serialize)]
pub struct LastCore {
    /// The CPUs, ascending: every list of one entry per CPU is about these.
    pub cpus: Vec<usize>,
    /// Why it was not measured, if it was not.
    pub absent: Option<String>,
    /// How often a sample repeats the job of each worker.
    pub passes: usize,
    /// Block after block; the last one may lack samples.
    pub blocks: Vec<LastCoreBlock>,
    /// What went wrong.
    pub failures: Vec<Failure>,
}

/// One worker alone, all but one, all, and all beside a spinner of known share: each once.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LastCoreBlock {
    /// The CPU that is left free, that one worker alone sits on, and that a spinner shares.
    pub cpu: usize,
    /// In the order measured.
    pub samples: Vec<LastCoreSample>,
}

/// Workers that each do a job of their own, one on each CPU.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LastCoreSample {
    /// What it is: `alone`, `all_but_one`, `all`, or `beside` a spinner.
    pub setting: &'static str,
    /// From the first worker's beginning to the last one's end.
    pub wall_ns: u64,
    /// Each worker.
    pub workers: Vec<Worker>,
    /// Time that each CPU was busy, less what this program's workers used of it.
    pub foreign_ns: Option<Vec<i64>>,
    /// Time that the host withheld from each CPU.
    pub stolen_ns: Option<Vec<u64>>,
    /// CPU time of this program that no CPU can be named for.
    pub unplaced_ns: u64,
    /// The spinner, if there was one.
    pub injected: Option<Injected>,
}

/// One worker of a [`LastCoreSample`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Worker {
    /// Its CPU, if it was there from beginning to end.
    pub cpu: Option<usize>,
    /// Wall time in which it did its job.
    pub busy_ns: Option<u64>,
    /// CPU time of its thread meanwhile.
    pub cpu_ns: Option<u64>,
}

/// What a spinner was asked for, and what it got.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Injected {
    /// Share of the CPU that it was asked to use.
    pub share: f64,
    /// CPU time that it used while it lived.
    pub cpu_ns: u64,
    /// How long it lived: a little longer than the sample.
    pub wall_ns: u64,
}

/// Counts at the origin, from which densities follow by the right formula and by the published one.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Density {
    /// Number of samples.
    pub n: usize,
    /// Number of dimensions.
    pub d: usize,
    /// The widths.
    pub widths: Vec<f64>,
    /// The count of each.
    pub counts: Vec<u64>,
    /// The density that is to be estimated.
    pub truth: f64,
}

impl Autopsy {
    /// Writes [`FILE`] into `folder`, which is made if need be; the path of the file.
    ///
    /// # Errors
    /// [`Error::Unwritable`]; an older file is then still whole.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, Error> {
        let unwritable = |source| Error::Unwritable { path: folder.join(FILE), source };
        write_whole(self, folder, FILE).map_err(unwritable)
    }

    /// Whether any block is complete.
    pub fn has_complete_block(&self) -> bool {
        let of_engine = |engine: &Engine| {
            engine.blocks.iter().any(|block| block.runs.len() == engine.conditions.len())
        };
        let samples = super::last_core::samples_per_block();
        self.engines.iter().any(of_engine)
            || self.last_core.blocks.iter().any(|block| block.samples.len() == samples)
    }

    /// Writes the file if it holds something: an earlier one is not replaced by nothing.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn keep(&self, folder: &Path) -> Result<(), Error> {
        if self.has_complete_block() { self.write(folder).map(drop) } else { Ok(()) }
    }

    /// Everything that went wrong, in words.
    pub fn failures(&self) -> Vec<String> {
        let of = |name: &str, failures: &[Failure]| -> Vec<String> {
            let one = |failure: &Failure| {
                let Failure { block, what, message } = failure;
                format!("{name}, block {}, {what}: {message}", block + 1)
            };
            failures.iter().map(one).collect()
        };
        let engines = self.engines.iter().flat_map(|engine| of(engine.name, &engine.failures));
        engines.chain(of("last core", &self.last_core.failures)).collect()
    }
}
