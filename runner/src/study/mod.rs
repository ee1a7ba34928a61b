//! A study: what each further worker adds, measured so that the answer can be believed.
//!
//! For each workload, every configuration (backend × number of workers) is measured once per block,
//! blocks are random permutations, and every count of every sample is checked against the oracle.
//! The outcome is a [`Study`], raw data only.
//!
//! ```text
//! samples, expected counts ─► teams of all configurations ─► passes (on the baseline) ─► warm-up
//!     ─► blocks: random order, each configuration once ─► record ─► warnings ─► study.json
//! ```
//!
//! Separate from `backend`, which runs one configuration, and from `bench-report`, which judges.
//! Next: [`order`] (grid and blocks), [`record`] (the file), [`conditions`] (warnings).

pub mod conditions;
pub mod order;
pub mod progress;
pub mod record;
pub mod warning;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use kernel::isa::Isa;

use crate::backend::{self, Job, Mode, Question, Team};
use crate::for_any;
use crate::input::AnySamples;
use crate::machine::{self, affinity, pages};
use crate::measure::{self, Wrong};
use crate::placement::Placement;
use crate::workload::{self, Workload};
use order::Configuration;
use progress::Progress;
pub use record::{Measured, Study, WorkloadRecord};
use warning::Warning;

/// More workers than this are refused.
pub const MAX_WORKERS: usize = 1024;
/// Time for the blocks of all workloads together, unless another is asked for.
pub const BUDGET: Duration = Duration::from_secs(30);
/// However small the budget, so many blocks are measured.
pub const MIN_BLOCKS: usize = 10;
/// However large the budget, not more: then the intervals are narrow enough for anything.
pub const MAX_BLOCKS: usize = 400;
/// More measured samples of one workload than this are refused: no reader of the file takes them.
pub const MAX_SAMPLES: usize = 100_000;

/// What to measure.
#[derive(Clone, Debug)]
pub struct Options {
    /// The workloads, one after another.
    pub workloads: Vec<Workload>,
    /// Numbers of workers; 1 is measured in any case.
    pub workers: Vec<usize>,
    /// How long to measure.
    pub extent: Extent,
    /// Seed of the random order.
    pub seed: u64,
    /// The instruction set that counts.
    pub isa: &'static Isa,
    /// Where to tell how far it is.
    pub progress: Progress,
}

/// How long to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// So many blocks of each workload, at least 1.
    Blocks(NonZeroUsize),
    /// As many blocks as fit into this time for all workloads together, from [`MIN_BLOCKS`] to
    /// [`MAX_BLOCKS`] of each, and [`MAX_SAMPLES`] at most.
    Budget(Duration),
}

/// Why there is no study.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The numbers of workers cannot be used.
    #[error("{workers} workers asked for; allowed: 1 to {MAX_WORKERS}")]
    Workers {
        /// The first offending number.
        workers: usize,
    },
    /// More samples than a file may hold.
    #[error(
        "{blocks} blocks of {configurations} configurations asked for; \
         allowed: 1 to {} blocks, {MAX_SAMPLES} samples of a workload",
        MAX_SAMPLES / (*configurations).max(1)
    )]
    Samples {
        /// Blocks of each workload.
        blocks: usize,
        /// Samples in each block.
        configurations: usize,
    },
    /// Nothing to measure.
    #[error("no workload asked for; at least 1 is needed")]
    NoWorkload,
    /// A workload cannot be prepared.
    #[error("workload '{workload}' cannot be prepared")]
    Workload {
        /// Its name.
        workload: &'static str,
        /// Why.
        source: workload::Error,
    },
    /// A configuration cannot be measured.
    #[error("workload '{workload}', {configuration}: no measurement")]
    Backend {
        /// Name of the workload.
        workload: &'static str,
        /// The configuration in words.
        configuration: String,
        /// Why.
        source: backend::Error,
    },
    /// A configuration counts wrongly.
    #[error(
        "workload '{workload}', {configuration}: width {width} counted {found}, it must be {expected}"
    )]
    Count {
        /// Name of the workload.
        workload: &'static str,
        /// The configuration in words.
        configuration: String,
        /// The width of the first wrong task.
        width: f64,
        /// What was counted.
        found: u64,
        /// What had to be counted.
        expected: u64,
    },
    /// The result cannot be written.
    #[error("{} cannot be written", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// Measures everything that `options` name. Takes as long as [`Options::extent`] says, and some
/// seconds to generate samples and count them with the oracle.
///
/// # Errors
/// Everything in [`enum@Error`] but [`Error::Unwritable`].
pub fn run(options: &Options) -> Result<Study, Error> {
    check(options)?;
    let machine::Capture { machine, limits, .. } = machine::capture();
    let grid = order::grid(backend::ALL, &options.workers, affinity::allowed());
    let configurations: Vec<Configuration> =
        grid.iter().map(|(backend, placement)| order::configuration(*backend, placement)).collect();
    check_samples(options.extent, configurations.len())?;
    let mut warnings = conditions::of_machine(&machine, &limits, &configurations);
    let mut study = Study {
        format: record::FORMAT,
        version: record::VERSION,
        created_unix_s: SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs()),
        seed: options.seed,
        isa: options.isa.name(),
        machine,
        workloads: Vec::new(),
        warnings: Vec::new(),
    };
    for (stream, workload) in options.workloads.iter().enumerate() {
        let subject = Subject { workload, options, grid: &grid, configurations: &configurations };
        let (record, stolen) = subject.measure(stream as u64)?;
        warnings.extend(stolen);
        let stored = workload.checksum.map(|checksum| checksum.to_string());
        warnings.extend(conditions::of_workload(&record, stored));
        study.workloads.push(record);
    }
    study.warnings = warnings.iter().map(ToString::to_string).collect();
    Ok(study)
}

fn check(options: &Options) -> Result<(), Error> {
    if options.workloads.is_empty() {
        return Err(Error::NoWorkload);
    }
    match options.workers.iter().find(|&&workers| workers == 0 || workers > MAX_WORKERS) {
        Some(&workers) => Err(Error::Workers { workers }),
        None => Ok(()),
    }
}

/// Refuses more samples than [`MAX_SAMPLES`].
fn check_samples(extent: Extent, configurations: usize) -> Result<(), Error> {
    match extent {
        Extent::Blocks(blocks) if blocks.get().saturating_mul(configurations) > MAX_SAMPLES => {
            Err(Error::Samples { blocks: blocks.get(), configurations })
        }
        _ => Ok(()),
    }
}

/// A backend and where its workers sit.
type Cell = (&'static dyn backend::Backend, Placement);

/// A workload that is to be measured, and how.
struct Subject<'a> {
    workload: &'a Workload,
    options: &'a Options,
    grid: &'a [Cell],
    configurations: &'a [Configuration],
}

/// What measuring a workload gave.
struct Swept {
    passes: NonZeroUsize,
    blocks: Vec<Vec<Measured>>,
    /// Whether the host took time away during the blocks.
    stolen: Option<Warning>,
}

impl Subject<'_> {
    /// Generates the samples, has the oracle count them, and measures.
    fn measure(&self, stream: u64) -> Result<(WorkloadRecord, Option<Warning>), Error> {
        let name = self.workload.name;
        self.options.progress.tell(&format!("{name}: generating and checking samples"));
        let samples = self.workload.samples().map_err(|error| self.unprepared(error))?;
        let checksum = samples.checksum().to_string();
        self.measure_samples(&samples, checksum, stream)
    }

    fn measure_samples(
        &self,
        samples: &AnySamples,
        checksum: String,
        stream: u64,
    ) -> Result<(WorkloadRecord, Option<Warning>), Error> {
        let workload = self.workload;
        let refused = |error: kernel::Error| self.unprepared(error.into());
        let counts = for_any!(samples, samples => workload.counts(samples))
            .map_err(|error| self.unprepared(error))?;
        let widths = workload.widths.widths().map_err(refused)?.as_slice().to_vec();
        let question = Question {
            isa: self.options.isa.name().into(),
            center: workload.center.to_vec(),
            widths: widths.clone(),
            widths_per_scan: NonZeroUsize::MIN,
        };
        let job = Job::new(samples, question, Mode::Strong);
        let Swept { passes, blocks, stolen } =
            self.sweep(&job.map_err(refused)?, &widths, &counts, stream)?;
        let record = WorkloadRecord {
            name: workload.name,
            title: workload.title,
            n: samples.n(),
            d: samples.d(),
            element: samples.element(),
            generator: workload.generator.description(),
            sample_seed: Some(workload.seed),
            checksum,
            center: workload.center.to_vec(),
            widths,
            task: "one width, one scan",
            bytes: samples.bytes(),
            pages: for_any!(samples, samples => pages::of_samples(samples)),
            counts,
            configurations: self.configurations.to_vec(),
            passes: passes.get(),
            blocks,
            warm_up_passes: passes.get(),
        };
        Ok((record, stolen))
    }

    /// Prepares all teams, finds the passes, warms every team up, and measures the blocks.
    fn sweep(
        &self,
        job: &Job<'_>,
        widths: &[f64],
        expected: &[u64],
        stream: u64,
    ) -> Result<Swept, Error> {
        let mut teams = Vec::new();
        for (index, (backend, placement)) in self.grid.iter().enumerate() {
            let team = backend.prepare(job, placement, Duration::from_secs(5));
            teams.push(team.map_err(|error| self.wrong(index, widths, error.into()))?);
        }
        // The grid begins with the baseline.
        let passes =
            measure::passes_for(teams[0].as_mut(), measure::SAMPLE, &mut vec![0; expected.len()])
                .map_err(|error| self.wrong(0, widths, error.into()))?;
        let mut take = |index: usize| {
            let team: &mut dyn Team = teams[index].as_mut();
            let sample = measure::checked(team, passes, expected);
            sample.map_err(|wrong| self.wrong(index, widths, wrong))
        };
        let mut warm_up_ns = 0;
        for index in 0..self.grid.len() {
            warm_up_ns += take(index)?.wall_ns;
        }
        let blocks = self.blocks(warm_up_ns);
        let mut steps = self.options.progress.blocks(self.workload.name, blocks, warm_up_ns);
        let mut measured = Vec::with_capacity(blocks);
        let before = conditions::ticks();
        for order in order::blocks(self.options.seed, stream, self.grid.len()).take(blocks) {
            let block = order
                .into_iter()
                .map(|configuration| Ok(Measured { configuration, sample: take(configuration)? }))
                .collect::<Result<Vec<_>, Error>>()?;
            steps.done(block.iter().map(|measured| measured.sample.wall_ns).sum());
            measured.push(block);
        }
        let stolen = conditions::stolen(self.workload.name, before, conditions::ticks());
        Ok(Swept { passes, blocks: measured, stolen })
    }

    /// Number of blocks, one of which takes about `block_ns`.
    fn blocks(&self, block_ns: u64) -> usize {
        match self.options.extent {
            Extent::Blocks(blocks) => blocks.get(),
            Extent::Budget(budget) => fitting(budget, self.options.workloads.len(), block_ns)
                .min(MAX_SAMPLES / self.grid.len().max(1)),
        }
    }

    fn unprepared(&self, source: workload::Error) -> Error {
        Error::Workload { workload: self.workload.name, source }
    }

    fn wrong(&self, index: usize, widths: &[f64], wrong: Wrong) -> Error {
        let workload = self.workload.name;
        let configuration = self.configurations[index].describe();
        match wrong {
            Wrong::Failed(source) => Error::Backend { workload, configuration, source },
            Wrong::Count { width, found, expected } => {
                Error::Count { workload, configuration, width: widths[width], found, expected }
            }
        }
    }
}

/// Blocks of `block_ns` that fit into one of `workloads` equal parts of `budget`, within the limits.
fn fitting(budget: Duration, workloads: usize, block_ns: u64) -> usize {
    let blocks = budget.as_nanos() / workloads.max(1) as u128 / u128::from(block_ns.max(1));
    usize::try_from(blocks).unwrap_or(MAX_BLOCKS).clamp(MIN_BLOCKS, MAX_BLOCKS)
}

#[cfg(test)]
mod tests {
    use super::{MAX_BLOCKS, MIN_BLOCKS, fitting};
    use std::time::Duration;

    #[test]
    fn blocks_fill_their_part_of_the_budget() {
        let budget = Duration::from_secs(30);
        assert_eq!(fitting(budget, 2, 150_000_000), 100);
        assert_eq!(fitting(budget, 1, 150_000_000), 200);
        assert_eq!(fitting(budget, 2, 60_000_000_000), MIN_BLOCKS);
        assert_eq!(fitting(budget, 2, 0), MAX_BLOCKS);
    }
}
