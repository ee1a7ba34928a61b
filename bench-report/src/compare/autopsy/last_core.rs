//! The article's explanation as a hypothesis: the last worker gains little because something else is busy
//! on its core.
//!
//! Separate from the flaws because it is no flaw but a claim, and never was tested. It predicts that the
//! last worker gains what others leave of its CPU: 1 − f, where f is their share. Both sides are measured
//! independently, the gain by what gets done, f by the ticks of the system. The claim is supported where
//! there is foreign load and it explains what is missing; it is refuted where the last worker has its CPU
//! for itself, nobody else and no host takes time of it, and it gains little all the same. All figures are ratios of sums over
//! blocks; whole blocks are drawn for intervals. Next: [`super`].

use crate::{
    model::{
        Estimate,
        autopsy::{LastCore, LastCoreBlock, LastCoreSample},
    },
    statistics::{
        FEWEST_BLOCKS, Resamples,
        bootstrap::{percentile_interval, stretch},
    },
};

/// A worker that gets this share of its CPU has it for itself.
pub const OWN: f64 = 0.98;
/// A last worker that gains at most this much gains little.
pub const LITTLE: f64 = 0.5;
/// A last worker that gains at least this much adds a whole core: nothing needs an explanation.
pub const WHOLE: f64 = 0.95;
/// Gain and prediction must be known to this much before their agreement means anything.
pub const CLOSE: f64 = 0.1;
/// The whole interval of the slope of recovered against injected load is so near to 1 at most.
pub const SLOPE: f64 = 0.2;
/// A last worker beside others that use at most this share of its CPU is beside nobody.
pub const NOBODY: f64 = 0.02;
/// Others that explain more than this share of what is missing explain most of it.
pub const MOST: f64 = 0.5;
/// CPUs that the article's own claim, about a fourth core, needs.
pub const ARTICLE_CPUS: usize = 4;

/// What is known about the last core.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    /// CPUs, and so the number of the last worker.
    pub cpus: usize,
    /// Blocks in which every worker was proven to be on its CPU.
    pub blocks: usize,
    /// What the last worker adds, in multiples of one worker alone.
    pub gain: Estimate,
    /// Share of its CPU that the last worker got.
    pub own: Estimate,
    /// Share of it that others used, or the host withheld.
    pub foreign: Estimate,
    /// Gain less what the claim predicts, 1 − foreign.
    pub missed: Estimate,
    /// The share of what is missing, 1 − gain, that foreign load explains.
    pub explained: Estimate,
    /// Whether the system tells what the host withheld, in every block.
    pub is_steal_known: bool,
    /// Loads that were put on the CPU on purpose.
    pub loads: Vec<Load>,
    /// Recovered load for each unit of injected load; `None` if nothing was injected.
    pub slope: Option<Estimate>,
}

/// A load that was put on the CPU on purpose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Load {
    /// The share that it was asked to use.
    pub asked: f64,
    /// The share that it used.
    pub injected: f64,
    /// The share by which foreign load grew.
    pub recovered: Estimate,
}

/// What becomes of the claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The last worker gains less than a core, there is foreign load, and it explains what is missing.
    Supported,
    /// It has its CPU for itself, nobody takes time of it, and it gains little all the same.
    Refuted,
    /// There is nothing to explain.
    NothingToExplain,
    /// The figures do not decide.
    CannotTell(Doubt),
}

/// Why the figures do not decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// There are too few blocks for intervals.
    TooFewBlocks,
    /// A load that was put there on purpose is not seen as large as it is.
    LoadNotSeen,
    /// Gain and prediction, or what foreign load explains, are not known well enough.
    TooWide,
    /// The last worker gains little, but what the host withheld is not known.
    StealUnknown,
    /// It is not certain that there is foreign load at all.
    NoLoad,
    /// Something is missing that others do not explain, but not so much that the claim is refuted.
    OtherCause,
}

/// Everything that the blocks tell; `None` if there is none in which all that is needed is known.
pub fn tested(last_core: &LastCore) -> Option<Tested> {
    let rows: Vec<Row> =
        last_core.blocks.iter().filter_map(|block| row(last_core, block)).collect();
    let loads = rows.iter().map(|row| row.beside.len()).min()?;
    let estimate = |of: &dyn Fn(&[&Row]) -> f64| over_blocks(&rows, of);
    let load = |idx: usize| Load {
        asked: rows[0].beside[idx].asked,
        injected: ratio(rows.iter().map(|row| (row.beside[idx].injected, 1.0))),
        recovered: estimate(&|rows| recovered(rows, idx)),
    };
    Some(Tested {
        cpus: last_core.cpus.len(),
        blocks: rows.len(),
        gain: estimate(&gain),
        own: estimate(&|rows| ratio(rows.iter().map(|row| row.own))),
        foreign: estimate(&foreign),
        missed: estimate(&|rows| gain(rows) - (1.0 - foreign(rows))),
        explained: estimate(&|rows| foreign(rows) / (1.0 - gain(rows))),
        is_steal_known: rows.iter().all(|row| row.is_steal_known),
        loads: (0..loads).map(load).collect(),
        slope: (loads > 0).then(|| estimate(&|rows| slope(rows, loads))),
    })
}

impl Tested {
    /// Whether this is the article's own claim, about a fourth worker.
    pub fn is_the_articles(&self) -> bool {
        self.cpus == ARTICLE_CPUS
    }

    /// What becomes of the claim.
    pub fn verdict(&self) -> Verdict {
        let figures = [self.gain, self.own, self.foreign, self.missed, self.explained];
        let [Some(gain), Some(own), Some(foreign), Some(missed), Some(explained)] =
            figures.map(|figure| figure.interval)
        else {
            return Verdict::CannotTell(Doubt::TooFewBlocks);
        };
        if gain.low >= WHOLE {
            return Verdict::NothingToExplain;
        }
        if !self.sees_load() {
            return Verdict::CannotTell(Doubt::LoadNotSeen);
        }
        if gain.high <= LITTLE && own.low >= OWN && foreign.high <= NOBODY {
            return if self.is_steal_known {
                Verdict::Refuted
            } else {
                Verdict::CannotTell(Doubt::StealUnknown)
            };
        }
        if gain.high >= 1.0 || missed.high - missed.low > 2.0 * CLOSE {
            return Verdict::CannotTell(Doubt::TooWide);
        }
        if !explained.contains(1.0) {
            Verdict::CannotTell(Doubt::OtherCause)
        } else if foreign.low <= 0.0 {
            Verdict::CannotTell(Doubt::NoLoad)
        } else if explained.low <= MOST {
            Verdict::CannotTell(Doubt::TooWide)
        } else {
            Verdict::Supported
        }
    }

    /// Whether foreign load is seen as large as it is: the whole interval of the slope is near 1.
    pub fn sees_load(&self) -> bool {
        let interval = self.slope.and_then(|slope| slope.interval);
        interval.is_some_and(|slope| 1.0 - SLOPE <= slope.low && slope.high <= 1.0 + SLOPE)
    }
}

/// What one block tells about its CPU.
#[derive(Clone, Debug)]
struct Row {
    /// Work per ns of one worker alone, of all but one, and of all.
    rates: [f64; 3],
    /// CPU time and wall time of the worker on the CPU, among all.
    own: (f64, f64),
    /// Time of others and wall time.
    foreign: (f64, f64),
    is_steal_known: bool,
    beside: Vec<Beside>,
}

/// What one sample beside a spinner tells.
#[derive(Clone, Copy, Debug)]
struct Beside {
    asked: f64,
    injected: f64,
    /// Time of others, the spinner among them, and wall time.
    foreign: (f64, f64),
}

fn row(last_core: &LastCore, block: &LastCoreBlock) -> Option<Row> {
    let (place, cpu) = (block.place, last_core.cpus[block.place]);
    let last = block.all.workers.iter().find(|worker| worker.cpu == Some(cpu))?;
    let beside = block.beside.iter().map(|sample| {
        rate(sample)?;
        let injected = sample.injected?;
        Some(Beside {
            asked: injected.share,
            injected: injected.cpu_ns as f64 / injected.wall_ns as f64,
            foreign: of_others(sample, place)?,
        })
    });
    Some(Row {
        rates: [rate(&block.alone)?, rate(&block.all_but_one)?, rate(&block.all)?],
        own: (last.cpu_ns? as f64, last.busy_ns? as f64),
        foreign: of_others(&block.all, place)?,
        is_steal_known: block.all.stolen_ns.as_ref().is_some_and(|all| place < all.len()),
        beside: beside.collect::<Option<_>>()?,
    })
}

/// Jobs per ns of all workers together; `None` if one is not proven to have been on its CPU.
fn rate(sample: &LastCoreSample) -> Option<f64> {
    let rate = |worker: &crate::model::autopsy::LastCoreWorker| {
        worker.cpu?;
        Some(1.0 / worker.busy_ns? as f64)
    };
    sample.workers.iter().map(rate).sum()
}

/// Time that others had of the CPU at `place`, or the host withheld, and wall time.
fn of_others(sample: &LastCoreSample, place: usize) -> Option<(f64, f64)> {
    let foreign_ns = *sample.foreign_ns.as_ref()?.get(place)?;
    let stolen_ns = sample.stolen_ns.as_ref().and_then(|all| all.get(place)).copied();
    Some((foreign_ns as f64 + stolen_ns.unwrap_or(0) as f64, sample.wall_ns as f64))
}

/// Sum over sum.
fn ratio(pairs: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (above, below) = pairs.fold((0.0, 0.0), |sums, pair| (sums.0 + pair.0, sums.1 + pair.1));
    above / below
}

fn gain(rows: &[&Row]) -> f64 {
    ratio(rows.iter().map(|row| (row.rates[2] - row.rates[1], row.rates[0])))
}

fn foreign(rows: &[&Row]) -> f64 {
    ratio(rows.iter().map(|row| row.foreign))
}

/// By how much foreign load grew beside load number `idx`.
fn recovered(rows: &[&Row], idx: usize) -> f64 {
    ratio(rows.iter().map(|row| row.beside[idx].foreign)) - foreign(rows)
}

/// The slope of a line through the origin: Σ x y / Σ x².
fn slope(rows: &[&Row], loads: usize) -> f64 {
    ratio((0..loads).map(|idx| {
        let injected = ratio(rows.iter().map(|row| (row.beside[idx].injected, 1.0)));
        (injected * recovered(rows, idx), injected * injected)
    }))
}

/// A figure of all blocks with the interval that draws of whole blocks give.
fn over_blocks(rows: &[Row], of: &dyn Fn(&[&Row]) -> f64) -> Estimate {
    let value = of(&rows.iter().collect::<Vec<_>>());
    let interval = Resamples::of_blocks(rows.len()).map(|resamples| {
        let stretch = stretch(rows.len().max(FEWEST_BLOCKS));
        let replicate = |draw: &[u32]| {
            let drawn: Vec<&Row> = draw.iter().map(|&block| &rows[block as usize]).collect();
            value + stretch * (of(&drawn) - value)
        };
        percentile_interval(resamples.draws().map(replicate).collect())
    });
    Estimate { value, interval }
}

#[cfg(test)]
mod tests;
