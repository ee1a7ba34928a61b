//! The study of 2014 again, with its flaws switched on one by one.
//!
//! Separate because nothing here is a study: a condition is a set of flaws, and what is compared are
//! conditions. Next: [`crate::source::autopsy`] fills it, [`mod@crate::compare::autopsy`] decomposes it.

use serde::{Deserialize, Serialize};

use super::{Limits, Machine, State};

/// One autopsy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Autopsy {
    /// Name of the file it was read from, without its directory.
    pub file_name: String,
    /// When it was measured, in seconds since 1970 (UTC), if known.
    pub created_unix_s: Option<u64>,
    /// Seed of the order of measuring, if known.
    pub seed: Option<u64>,
    /// Whether it ran to its end.
    pub complete: bool,
    /// Where it was measured.
    pub machine: Machine,
    /// What the program was allowed to use.
    pub limits: Limits,
    /// What the machine was doing.
    pub state: State,
    /// Whoever ran the benchmark.
    pub engines: Vec<Engine>,
    /// What the last core gave.
    pub last_core: LastCore,
    /// Counts of the published sample, if the file has them.
    pub density: Option<Density>,
}

/// Whoever ran the benchmark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Engine {
    /// Short name.
    pub name: String,
    /// One human sentence.
    pub title: String,
    /// Versions of what ran it, if known.
    pub version: Option<String>,
    /// Why it was not measured, if it was not.
    pub absent: Option<String>,
    /// Samples, at least 1.
    pub n: u64,
    /// Widths, one task each; at least 1.
    pub widths: u64,
    /// How often a timing repeats the job; at least 1.
    pub passes: u64,
    /// What was measured: first 0, the serial code, then different numbers of workers.
    pub sizes: Vec<u64>,
    /// Flaws that could not be switched on: name and reason.
    pub untestable: Vec<(String, String)>,
    /// Flaws that were switched on but cannot do here what they did in 2014: name and reason.
    #[serde(default)]
    pub not_reproduced: Vec<(String, String)>,
    /// The flaws that were switched on, in the order in which steps add them; all different.
    pub flaws: Vec<String>,
    /// One for each of [`Engine::roles`], in that order.
    pub conditions: Vec<Condition>,
    /// Runs of blocks that were not finished; they are in no figure.
    pub unfinished_runs: u64,
    /// What went wrong, in words.
    pub failures: Vec<String>,
}

/// What a condition is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// No flaw.
    Clean,
    /// Only the flaw of this position in [`Engine::flaws`].
    Alone(usize),
    /// So many flaws, the first of them; at least two.
    Step(usize),
    /// All flaws, measured apart from the last step.
    All,
}

impl Role {
    /// Its position among [`Engine::roles`] of so many flaws.
    pub fn place(self, flaws: usize) -> usize {
        let steps = flaws.saturating_sub(1);
        match self {
            Self::Clean => 0,
            Self::Alone(flaw) => 1 + flaw,
            Self::Step(count) => (flaws + count).saturating_sub(1),
            Self::All => 1 + flaws + steps,
        }
    }
}

impl Engine {
    /// The conditions that `flaws` flaws make, in the order of [`Engine::conditions`].
    pub fn roles(flaws: usize) -> impl Iterator<Item = Role> {
        let alone = (0..flaws).map(Role::Alone);
        let steps = (2..=flaws).map(Role::Step);
        [Role::Clean].into_iter().chain(alone).chain(steps).chain([Role::All])
    }

    /// Complete blocks: every condition has a timing of every size in each.
    pub fn blocks(&self) -> usize {
        self.conditions.first().and_then(|one| one.sizes.first()).map_or(0, Vec::len)
    }
}

/// What was measured under one condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    /// `sizes[s][b]` is the timing of size s in block b.
    pub sizes: Vec<Vec<Timing>>,
}

/// One size, timed once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// Wall time; more than 0.
    pub wall_ns: u64,
    /// What of it was starting a pool.
    pub startup_ns: u64,
    /// What of that was bringing the workers their samples, if known.
    #[serde(default)]
    pub transfer_ns: Option<u64>,
    /// The first pass of a pool that was made inside the timer; it is not in `wall_ns`.
    #[serde(default)]
    pub first_pass_ns: Option<u64>,
    /// Time that all allowed CPUs were busy for others, if known; ticks may make it negative.
    #[serde(default)]
    pub foreign_ns: Option<i64>,
    /// Time that the host withheld from all of them, if known.
    #[serde(default)]
    pub stolen_ns: Option<u64>,
    /// Time that a quota withheld, if known.
    #[serde(default)]
    pub throttled_ns: Option<u64>,
}

/// Leave one core free: workers that each do a job of their own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LastCore {
    /// The CPUs, all different: every list of one entry per CPU is about these.
    pub cpus: Vec<u64>,
    /// Why it was not measured, if it was not.
    pub absent: Option<String>,
    /// The complete blocks.
    pub blocks: Vec<LastCoreBlock>,
    /// Samples of blocks that were not finished; they are in no figure.
    pub unfinished_samples: u64,
    /// What went wrong, in words.
    pub failures: Vec<String>,
}

/// Each setting once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastCoreBlock {
    /// The place in [`LastCore::cpus`] of the CPU that this block is about.
    pub place: usize,
    /// One worker, on that CPU.
    pub alone: LastCoreSample,
    /// A worker on every other CPU.
    pub all_but_one: LastCoreSample,
    /// A worker on every CPU.
    pub all: LastCoreSample,
    /// A worker on every CPU, and on that CPU a spinner of known share.
    pub beside: Vec<LastCoreSample>,
}

/// Workers that each did a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastCoreSample {
    /// From the first beginning to the last end; more than 0.
    pub wall_ns: u64,
    /// Each worker; at least one.
    pub workers: Vec<LastCoreWorker>,
    /// Time that each CPU was busy for others; below 0 where ticks miscount. One for each CPU.
    pub foreign_ns: Option<Vec<i64>>,
    /// Time that the host withheld from each CPU. One for each CPU.
    pub stolen_ns: Option<Vec<u64>>,
    /// The spinner, if there was one.
    pub injected: Option<Injected>,
}

/// One worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastCoreWorker {
    /// Its CPU, if it is proven that it was there all the time.
    pub cpu: Option<u64>,
    /// Wall time of its job, more than 0, if known.
    pub busy_ns: Option<u64>,
    /// CPU time of its thread meanwhile, if known.
    pub cpu_ns: Option<u64>,
}

/// A spinner of known share.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Injected {
    /// What it was asked to use, within 0 and 1.
    pub share: f64,
    /// CPU time that it used while it lived.
    pub cpu_ns: u64,
    /// How long it lived; more than 0.
    pub wall_ns: u64,
}

/// Counts at one point, from which densities follow by the right formula and by the published one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Density {
    /// Samples, at least 1.
    pub n: u64,
    /// Dimensions, 1 to 16.
    pub d: u64,
    /// Window widths, above 0; at least one.
    pub widths: Vec<f64>,
    /// One for each width, at most `n`.
    pub counts: Vec<u64>,
    /// The density to be estimated, above 0.
    pub truth: f64,
}

#[cfg(test)]
mod tests {
    use super::{Engine, Role};

    #[test]
    fn every_role_knows_its_place() {
        for flaws in 0..7 {
            let found: Vec<usize> = Engine::roles(flaws).map(|role| role.place(flaws)).collect();
            assert_eq!(found, (0..found.len()).collect::<Vec<_>>());
            assert_eq!(Engine::roles(flaws).last(), Some(Role::All));
        }
    }
}
