//! What a study leaves behind: the contents of `study.json`, version 2.
//!
//! Plain data. Nothing derived is stored: medians, intervals and ratios are computed by whoever reads
//! the file (`bench-report`), so that every figure can be recomputed from the raw samples. The file
//! appears whole or not at all. It is always made from a journal, never beside it: next
//! [`super::assemble`], which fills these structs, and [`super::journal`].

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Error;
use super::grid::{Configuration, Skipped};
use super::journal::Resumed;
use super::plan::Plan;
use super::tags::Tag;
use crate::backend::{Mode, Sample, WorkerSample};
use crate::machine::clock::Timer;
use crate::machine::pages::Pages;
use crate::machine::{Limits, Machine, State, affinity};
use crate::output::file;
use crate::workload::Level;

/// Name of the file in the output folder.
pub const FILE: &str = "study.json";
/// What the file calls itself.
pub const FORMAT: &str = "parzen-study";
/// Version of the format.
pub const VERSION: u32 = 2;

/// A whole study.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Study {
    /// [`FORMAT`].
    pub format: &'static str,
    /// [`VERSION`].
    pub version: u32,
    /// When the study began, in seconds since 1970.
    pub created_unix_s: u64,
    /// Seed of the random order.
    pub seed: u64,
    /// Name of the instruction set that counted.
    pub isa: String,
    /// Whether everything that was planned has been measured.
    pub complete: bool,
    /// What was planned.
    pub plan: Plan,
    /// One word for `machine`, to tell at a glance whether two studies are of the same.
    pub fingerprint: String,
    /// Where it was measured: what makes a machine the same machine.
    pub machine: Machine,
    /// What this process may use of it.
    pub limits: Limits,
    /// What changes on it from hour to hour.
    pub state: State,
    /// How fine the clocks are, and what a reading costs.
    pub timer: Timer,
    /// When it went on after an interruption, and under which conditions.
    pub resumptions: Vec<Resumed>,
    /// What was measured: a workload in a mode.
    pub workloads: Vec<Series>,
    /// What was planned but cannot be measured here.
    pub skipped: Vec<Skipped>,
    /// What a reader must know, in words.
    pub warnings: Vec<String>,
}

/// Everything about a series that is known before its first block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Subject {
    /// Short name of the workload.
    pub name: String,
    /// One sentence for people.
    pub title: String,
    /// Number of samples.
    pub n: usize,
    /// Number of dimensions.
    pub d: usize,
    /// How samples are stored, in NumPy's words: `f8` or `f4`.
    pub element: String,
    /// How samples came about.
    pub generator: String,
    /// Seed of the generator; `None` if it has none.
    pub sample_seed: Option<u64>,
    /// Identity of the samples.
    pub checksum: String,
    /// d coordinates.
    pub center: Vec<f64>,
    /// The widths that are counted.
    pub widths: Vec<f64>,
    /// The checked count of each width.
    pub counts: Vec<u64>,
    /// How the work grows with the workers.
    pub mode: Mode,
    /// The cache level that the samples were sized for, if for any.
    pub level: Option<Level>,
    /// Widths that one scan counts.
    pub widths_per_scan: usize,
    /// Parts that the samples are cut into; a task scans one of them.
    #[serde(default = "one")]
    pub parts: usize,
    /// Tasks of one pass of one job.
    pub tasks: usize,
    /// What a task is, in words.
    pub task: String,
    /// Bytes of all samples: what one scan reads.
    pub bytes: u64,
    /// The pages that hold them; `None` where the system does not tell.
    pub pages: Option<Pages>,
    /// What is compared; the first is the baseline.
    pub configurations: Vec<Configuration>,
    /// How often each measured sample repeats the whole job.
    pub passes: usize,
}

/// Samples that nobody cut are one part.
fn one() -> usize {
    1
}

/// One workload in one mode, with everything that was measured of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Series {
    /// What was measured.
    #[serde(flatten)]
    pub subject: Subject,
    /// Why no more blocks were measured.
    pub stopped_by: StoppedBy,
    /// The pages that held the samples each time that the study went on within this series; `None`
    /// where the system does not tell.
    pub pages_again: Vec<Option<Pages>>,
    /// Block after block, in the order measured.
    pub blocks: Vec<Block>,
}

/// Why a series has no more blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoppedBy {
    /// Every interval is as tight as was asked.
    Precision,
    /// Its part of the time was used up.
    Budget,
    /// As many blocks as were asked for, or as a file may hold.
    Blocks,
    /// The study was interrupted, or a measurement failed.
    Interrupt,
}

/// Every configuration once, between two samples of the baseline.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Block {
    /// The baseline, before the others; `None` only in a block that was cut short.
    pub opening: Option<Measured>,
    /// Every configuration once, in the order measured.
    pub samples: Vec<Measured>,
    /// The baseline, after the others; `None` only in a block that was cut short.
    pub closing: Option<Measured>,
    /// Share of each allowed CPU that others used just before the block, 0 to 1.
    pub idle_foreign: Option<Vec<f64>>,
    /// Whether the study was interrupted inside or right before this block.
    pub resumed: bool,
}

impl Block {
    /// Whether all of it was measured: the closing sample is the last one.
    pub fn is_complete(&self) -> bool {
        self.closing.is_some()
    }

    /// Every sample in the order measured.
    pub fn measured(&self) -> impl Iterator<Item = &Measured> + Clone {
        self.opening.iter().chain(&self.samples).chain(&self.closing)
    }

    /// The same, to be changed.
    pub(super) fn measured_mut(&mut self) -> impl Iterator<Item = &mut Measured> {
        self.opening.iter_mut().chain(&mut self.samples).chain(&mut self.closing)
    }
}

/// One sample of one configuration, with what happened around it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Position in [`Subject::configurations`].
    pub configuration: usize,
    /// Its times; `wall_ns` is for all passes together.
    #[serde(flatten)]
    pub sample: Sample,
    /// Starting the workers.
    pub setup_ns: u64,
    /// Bringing them their samples.
    pub transfer_ns: u64,
    /// Ending the workers; `None` if they did not end as they should.
    pub teardown_ns: Option<u64>,
    /// Passes before the measured ones.
    pub warm_up_passes: usize,
    /// How long they took.
    pub warm_up_ns: u64,
    /// Whether times had become steady at the end of the warm-up; `None` if there were too few to
    /// tell.
    pub steady: Option<bool>,
    /// Estimated cost of the program's own readings of wall and CPU clocks inside `wall_ns`.
    pub observer_ns: u64,
    /// CPU time of the thread that handed the work out; `None` where the system does not tell.
    pub caller_ns: Option<u64>,
    /// The CPU that this thread was on before and after; `None` if it moved or is unknown.
    pub caller_cpu: Option<usize>,
    /// CPU time of this program that no CPU can be named for, because its threads may have moved.
    pub unplaced_ns: u64,
    /// Time that the host withheld from each allowed CPU.
    pub stolen_ns: Option<Vec<u64>>,
    /// Time that each allowed CPU was busy, less what this program is known to have used of it. Ticks
    /// may make it negative: add up many samples before judging. `unplaced_ns` is still in it.
    pub foreign_ns: Option<Vec<i64>>,
    /// Time for which the quota of a control group was used up.
    pub throttled_ns: Option<u64>,
    /// Periods in which it was.
    pub throttled_periods: Option<u64>,
    /// Events in which a core or package slowed down against heat, the warm-up included.
    pub thermal_events: Option<u64>,
    /// Time in which some thread of the machine waited for a CPU, the warm-up included.
    pub cpu_pressure_ns: Option<u64>,
    /// What casts doubt on the sample, sorted. A tagged sample is kept like any other.
    pub tags: Vec<Tag>,
}

impl Measured {
    /// The CPUs that its workers were on from its beginning to its end; `None` if one may have moved.
    pub fn worker_cpus(&self) -> Option<Vec<usize>> {
        let stayed = |worker: &WorkerSample| worker.stayed().then_some(worker.cpu)?;
        self.sample.workers.iter().map(stayed).collect()
    }

    /// Whether `cpu` may have had a worker.
    pub fn concerns(&self, cpu: usize) -> bool {
        self.worker_cpus().is_none_or(|cpus| cpus.contains(&cpu))
    }

    /// Whether a control group withheld CPU time from the sample.
    pub fn is_throttled(&self) -> bool {
        [self.throttled_periods, self.throttled_ns].iter().flatten().any(|&counted| counted > 0)
    }

    /// From the start of its workers to their end, without what lies between the phases.
    pub fn span_ns(&self) -> u64 {
        let teardown_ns = self.teardown_ns.unwrap_or(0);
        let outside = [self.setup_ns, self.transfer_ns, self.warm_up_ns, teardown_ns];
        outside.iter().fold(self.sample.wall_ns, |sum, ns| sum.saturating_add(*ns))
    }
}

impl Study {
    /// Whether any series has a block from its opening to its closing sample.
    pub fn has_complete_block(&self) -> bool {
        self.workloads.iter().any(|series| series.blocks.iter().any(Block::is_complete))
    }

    /// Samples in which a worker was not proven to be on its CPU; 0 where the system cannot tell.
    pub fn unpinned(&self) -> usize {
        if affinity::current().is_none() {
            return 0;
        }
        let blocks = self.workloads.iter().flat_map(|series| &series.blocks);
        let samples = blocks.flat_map(Block::measured);
        samples.filter(|measured| measured.tags.contains(&Tag::Unpinned)).count()
    }

    /// Writes `study.json` into `folder`, which is made if need be; the path of the file.
    ///
    /// # Errors
    /// [`Error::Unwritable`] names the path and the system's reason; an older file is then still whole.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, Error> {
        let unwritable = |source| Error::Unwritable { path: folder.join(FILE), source };
        write_whole(self, folder, FILE).map_err(unwritable)
    }
}

/// Writes `value` as JSON into the file `name` in `folder`, which is made if need be, whole or not at
/// all; the path of the file.
///
/// # Errors
/// The system's reason; an older file is then still whole.
pub(crate) fn write_whole(
    value: &impl Serialize,
    folder: &Path,
    name: &str,
) -> std::io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    file::whole(&folder.join(name), |out| {
        serde_json::to_writer(&mut *out, value)?;
        out.write_all(b"\n")
    })
}

/// Whether the file in `folder` is the whole study that began then with this seed.
pub(super) fn is_written(folder: &Path, created_unix_s: u64, seed: u64) -> bool {
    /// What tells one study from another.
    #[derive(PartialEq, Deserialize)]
    struct Identity {
        created_unix_s: u64,
        seed: u64,
        complete: bool,
    }
    let found = std::fs::read(folder.join(FILE)).ok();
    let found = found.and_then(|bytes| serde_json::from_slice::<Identity>(&bytes).ok());
    found == Some(Identity { created_unix_s, seed, complete: true })
}

/// Makes `folder` if need be, and proves that files can be written there: known before a long
/// measurement rather than after it.
///
/// # Errors
/// [`Error::Unwritable`] names the folder and the system's reason.
pub fn check_writable(folder: &Path) -> Result<(), Error> {
    std::fs::create_dir_all(folder)
        .and_then(|()| tempfile::tempfile_in(folder))
        .map(drop)
        .map_err(|source| Error::Unwritable { path: folder.to_owned(), source })
}
