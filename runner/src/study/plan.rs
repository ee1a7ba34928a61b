//! What a study is asked to measure, as the program holds it and as files say it.
//!
//! [`Options`] is what [`super::run`] takes; [`Plan`] is the same in plain data, stamped on the journal
//! and on `study.json`, so that a study can go on later with exactly what was asked. Separate from
//! the command line, because tests and other programs ask, too. Next: [`super::grid`].

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use kernel::isa::Isa;
use serde::{Deserialize, Serialize};

use super::Error;
use super::grid::Skipped;
use super::interrupt::Interrupt;
use super::progress::Progress;
use crate::backend::{Backend, Mode};
use crate::placement::Choice;
use crate::workload::{Level, WidthRange, Workload};

/// More workers than this are refused.
pub const MAX_WORKERS: usize = crate::placement::workers::MOST;
/// However soon intervals are tight, so many blocks are measured: those of the second look.
pub const MIN_BLOCKS: usize = 12;
/// However small the budget, so many: with fewer there is no 95 % interval of a median by ranks.
pub const FLOOR_BLOCKS: usize = 6;
/// However large the budget, not more: then the intervals are narrow enough for anything.
pub const MAX_BLOCKS: usize = 400;
/// More measured samples of one series than this are refused: no reader of the file takes them.
pub const MAX_SAMPLES: usize = 100_000;
/// Half of the width of a 95 % interval that is tight enough, as a share of the speed-up.
pub const PRECISION: f64 = 0.01;

/// What to measure, and where to keep it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Name of the bundle that was asked for, if any.
    pub preset: Option<String>,
    /// What to measure, one after another.
    pub series: Vec<Series>,
    /// Where workers sit.
    pub placement: Choice,
    /// How long to measure.
    pub extent: Extent,
    /// A sample of the baseline lasts at least this long: [`measure::SAMPLE`](crate::measure::SAMPLE), unless
    /// nobody looks at the times.
    pub sample: Duration,
    /// Seed of the random order.
    pub seed: u64,
    /// The instruction set that counts.
    pub isa: &'static Isa,
    /// Folder of the journal.
    pub out: PathBuf,
    /// Where to tell how far it is.
    pub progress: Progress,
    /// Who may stop it.
    pub interrupt: Interrupt,
}

/// A workload in a mode.
#[derive(Clone, Debug)]
pub struct Series {
    /// What is counted.
    pub workload: Workload,
    /// The cache level that its samples were sized for, if for any.
    pub level: Option<Level>,
    /// How the work grows with the workers.
    pub mode: Mode,
    /// Widths that one scan counts.
    pub widths_per_scan: NonZeroUsize,
    /// Who runs it; the baseline is measured in any case.
    pub backends: Vec<&'static dyn Backend>,
    /// Numbers of workers; 1 is measured in any case.
    pub workers: Vec<usize>,
    /// What had to be assumed about the machine to size the samples.
    pub assumed: Option<String>,
    /// Why the samples may not live where [`level`](Self::level) says, if so.
    pub shortfall: Option<String>,
}

/// How long to measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Extent {
    /// So many blocks of each series, at least 1.
    Blocks(NonZeroUsize),
    /// Until every speed-up's interval is as tight as `precision` (half width as a share of the
    /// estimate), at most for `time`, which all series share.
    Adaptive {
        /// Time for all series together.
        time: Duration,
        /// Half width of an interval that is tight enough.
        precision: f64,
    },
}

/// What was asked, in plain data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Name of the bundle, if one was asked for.
    pub preset: Option<String>,
    /// Where workers sit.
    pub placement: String,
    /// Time for all series together, in seconds.
    pub budget_s: Option<f64>,
    /// Half width of an interval that is tight enough, as a share.
    pub precision: Option<f64>,
    /// Blocks of each series.
    pub blocks: Option<usize>,
    /// What to measure, one after another.
    pub series: Vec<PlannedSeries>,
}

/// A series in plain data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedSeries {
    /// Name of the workload.
    pub workload: String,
    /// The cache level that its samples were sized for, if for any.
    pub level: Option<Level>,
    /// Number of samples.
    pub n: usize,
    /// Number of widths.
    pub widths: usize,
    /// How the work grows with the workers.
    pub mode: Mode,
    /// Widths that one scan counts.
    pub widths_per_scan: NonZeroUsize,
    /// Names of the backends.
    pub backends: Vec<String>,
    /// Numbers of workers.
    pub workers: Vec<usize>,
    /// The cache whose size was not known, and the size that was taken.
    #[serde(default)]
    pub assumed: Option<String>,
    /// Why the samples are smaller than their level asks for, if they are.
    #[serde(default)]
    pub shortfall: Option<String>,
}

impl Options {
    /// The same in plain data.
    pub fn plan(&self) -> Plan {
        let (budget_s, precision, blocks) = match self.extent {
            Extent::Blocks(blocks) => (None, None, Some(blocks.get())),
            Extent::Adaptive { time, precision } => {
                (Some(time.as_secs_f64()), Some(precision), None)
            }
        };
        let series = self.series.iter().map(Series::plan).collect();
        let (preset, placement) = (self.preset.clone(), self.placement.to_string());
        Plan { preset, placement, budget_s, precision, blocks, series }
    }

    /// Refuses what cannot be measured.
    pub(super) fn check(&self) -> Result<(), Error> {
        if self.series.is_empty() {
            return Err(Error::NoSeries);
        }
        let mut workers = self.series.iter().flat_map(|series| &series.workers);
        match workers.find(|&&workers| workers == 0 || workers > MAX_WORKERS) {
            Some(&workers) => Err(Error::Workers { workers }),
            None => Ok(()),
        }
    }
}

impl Extent {
    /// What a plan says.
    ///
    /// # Errors
    /// [`Error::Plan`] if a plan that was read from a file has neither or makes no sense.
    pub fn of_plan(plan: &Plan) -> Result<Self, Error> {
        let wrong =
            || Error::Plan(format!("blocks {:?}, budget {:?} s", plan.blocks, plan.budget_s));
        if let Some(blocks) = plan.blocks {
            return NonZeroUsize::new(blocks).map(Self::Blocks).ok_or_else(wrong);
        }
        let time = plan.budget_s.and_then(|s| Duration::try_from_secs_f64(s).ok());
        let time = time.ok_or_else(wrong)?;
        Ok(Self::Adaptive { time, precision: plan.precision.unwrap_or(PRECISION) })
    }

    /// Most blocks of a series with so many configurations.
    ///
    /// # Errors
    /// [`Error::Samples`] if more samples are asked for than [`MAX_SAMPLES`].
    pub(super) fn most_blocks(self, configurations: usize) -> Result<usize, Error> {
        let most = MAX_SAMPLES / (configurations + 2);
        match self {
            Self::Blocks(blocks) if blocks.get() > most => {
                Err(Error::Samples { blocks: blocks.get(), configurations })
            }
            Self::Blocks(blocks) => Ok(blocks.get()),
            Self::Adaptive { .. } => Ok(most.min(MAX_BLOCKS)),
        }
    }
}

impl PlannedSeries {
    /// `workload` in the size that was planned, if it was sized for a cache: what the machine tells of
    /// caches and memory now may give another one.
    pub(super) fn sized(&self, workload: Workload) -> Workload {
        if self.level.is_none() {
            return workload;
        }
        let widths = WidthRange { count: self.widths, ..workload.widths };
        Workload { n: self.n, widths, ..workload }
    }
}

impl Series {
    /// The same in plain data.
    pub fn plan(&self) -> PlannedSeries {
        PlannedSeries {
            workload: self.workload.name.into(),
            level: self.level,
            n: self.workload.n,
            widths: self.workload.widths.count,
            mode: self.mode,
            widths_per_scan: self.widths_per_scan,
            backends: self.backends.iter().map(|backend| backend.name().into()).collect(),
            workers: self.workers.clone(),
            assumed: self.assumed.clone(),
            shortfall: self.shortfall.clone(),
        }
    }

    /// Into how many parts each scan is cut, so that tasks come out even for every number of workers.
    ///
    /// Samples that were sized for this machine are cut; a named workload is not, because what its
    /// tasks are is part of it, and equal on every machine.
    pub fn parts(&self) -> NonZeroUsize {
        if self.level.is_none() || self.mode.replicates() {
            return NonZeroUsize::MIN;
        }
        let scans = self.workload.widths.count.div_ceil(self.widths_per_scan.get());
        crate::share::parts(scans, self.workload.n, &self.workers)
    }

    /// What a task is, in words.
    pub(super) fn task(&self) -> String {
        let widths = match self.widths_per_scan.get() {
            1 => "one width".into(),
            most => format!("up to {most} widths"),
        };
        match self.parts().get() {
            1 => format!("{widths}, one scan"),
            parts => format!("{widths}, one of {parts} parts of a scan"),
        }
    }

    /// Whether loading the samples alone is measured, too: where it may be what bounds all workers
    /// together. A named workload's samples are as large as they are, so nothing is known of them.
    pub fn has_roof(&self) -> bool {
        self.level.is_some_and(Level::is_shared)
    }

    /// `dram, strong`, for messages.
    pub fn describe(&self) -> String {
        let dial = match self.widths_per_scan.get() {
            1 => String::new(),
            widths => format!(", {widths} widths per scan"),
        };
        format!("{}, {}{dial}", self.workload.name, self.mode.name())
    }

    /// A configuration of this series that is not measured.
    pub(super) fn skip(&self, configuration: String, reason: String) -> Skipped {
        let (workload, mode) = (self.workload.name.into(), self.mode.name().into());
        Skipped { workload, mode, configuration, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::{Extent, MAX_BLOCKS, MAX_SAMPLES, Plan};
    use std::num::NonZeroUsize;
    use std::time::Duration;

    fn plan(budget_s: Option<f64>, blocks: Option<usize>) -> Plan {
        let (preset, placement) = (None, "any".into());
        Plan { preset, placement, budget_s, precision: Some(0.5), blocks, series: Vec::new() }
    }

    #[test]
    fn an_extent_comes_back_from_its_plan() {
        let time = Duration::from_secs(2);
        let adaptive = Extent::Adaptive { time, precision: 0.5 };
        assert_eq!(Extent::of_plan(&plan(Some(2.0), None)).unwrap(), adaptive);
        let blocks = Extent::Blocks(NonZeroUsize::new(7).unwrap());
        assert_eq!(Extent::of_plan(&plan(None, Some(7))).unwrap(), blocks);
        for wrong in [plan(None, None), plan(None, Some(0)), plan(Some(-1.0), None)] {
            assert!(Extent::of_plan(&wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn no_series_gets_more_samples_than_a_file_may_hold() {
        let adaptive = Extent::Adaptive { time: Duration::MAX, precision: 0.0 };
        assert_eq!(adaptive.most_blocks(8).unwrap(), MAX_BLOCKS);
        assert_eq!(adaptive.most_blocks(998).unwrap(), MAX_SAMPLES / 1000);
        let blocks = |n| Extent::Blocks(NonZeroUsize::new(n).unwrap());
        assert_eq!(blocks(10_000).most_blocks(8).unwrap(), 10_000);
        assert!(blocks(10_001).most_blocks(8).is_err());
    }
}
