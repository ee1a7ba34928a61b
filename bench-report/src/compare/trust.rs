//! Whether the numbers of a workload can be believed: equal things compared, the return to the
//! first configuration, disturbed samples, and our own share of the time.
//!
//! Separate because none of it is a result. Nothing is dropped here or anywhere: what is doubtful
//! is counted and shown beside the headline. Next: [`crate::answer`], which turns it into
//! warnings.

use super::{Measured, combined, pass_ns, ticks::Counted};
use crate::{
    model::{Block, Estimate, Role, Sample},
    statistics::{FEWEST_BLOCKS, median, ratio},
};

/// Relative difference between the opening and the closing sample beyond which a block is flagged.
pub const MOST_DRIFT: f64 = 0.02;

/// Blocks that make one comparison of the false-alarm rate, at least.
pub const GROUP_BLOCKS: usize = 10;

/// How long the CPUs are watched before each block.
const WATCHED_NS: f64 = 5e7;

/// What speaks for and against the numbers of a workload.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trust {
    /// One for each control.
    pub controls: Vec<Control>,
    /// How the first configuration changed from the beginning to the end of the blocks.
    pub drift: Option<Drift>,
    /// What others used of the CPUs just before the blocks.
    ///
    /// One such time is five ticks long, so that a single daemon which runs for a moment looks like a
    /// fifth of a CPU, and on many CPUs there is always one. Therefore CPU by CPU over all blocks
    /// first, and the greatest of the sums.
    pub idle: Option<Counted>,
    /// Greatest share of the measured time of a configuration that our own clock readings took.
    pub observer_share: Option<f64>,
    /// Blocks in which or before which an interrupted study went on.
    pub resumed_blocks: u64,
}

/// A configuration against an exact copy of itself: whatever they differ by is not real.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Control {
    /// The copy.
    pub entry: usize,
    /// What it copies.
    pub original: usize,
    /// T(copy) / T(original), which is truly 1.
    pub ratio: Estimate,
    /// Disjoint groups of at least [`GROUP_BLOCKS`] blocks in which both were compared again.
    pub groups: u64,
    /// How many of those claimed a difference.
    pub false_alarms: u64,
}

impl Control {
    /// Whether the interval holds 1; `None` without interval.
    pub fn holds(&self) -> Option<bool> {
        self.ratio.interval.map(|interval| interval.contains(1.0))
    }
}

/// Closing over opening sample, minus 1, of each block that has both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// Blocks that have both.
    pub blocks: u64,
    /// Blocks that drifted by more than [`MOST_DRIFT`] either way.
    pub flagged: u64,
    /// Median over the blocks.
    pub median: f64,
    /// The one farthest from 0.
    pub farthest: f64,
}

/// The disturbed samples of one configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tagged {
    /// Samples with at least one tag, if every sample tells.
    pub samples: Option<u64>,
    /// Every tag with the number of samples that carry it.
    pub tags: Vec<(String, u64)>,
    /// What is left without them, if enough is.
    pub untagged: Option<Untagged>,
    /// Share of the measured time that our own clock readings took.
    pub observer_share: Option<f64>,
}

/// The headline again, over undisturbed blocks only.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Untagged {
    /// Blocks in which neither this configuration nor the serial code was disturbed.
    pub blocks: u64,
    /// Speed-up over the serial code in these.
    pub speed_up: Estimate,
}

pub(super) fn of(measured: &Measured<'_>) -> Trust {
    let workload = measured.workload;
    let entries = workload.entries.iter().enumerate();
    let control = |(entry, role): (usize, Role)| match role {
        Role::Control { original } => Some(control(measured, entry, original)),
        Role::Measured | Role::Roof => None,
    };
    let observed = (0..workload.entries.len())
        .filter_map(|idx| observer_share(&workload.entries[idx].samples));
    Trust {
        controls: entries.map(|(idx, entry)| (idx, entry.role)).filter_map(control).collect(),
        drift: drift(measured),
        idle: idle(&workload.blocks),
        observer_share: observed.reduce(f64::max),
        resumed_blocks: workload.blocks.iter().filter(|block| block.resumed).count() as u64,
    }
}

/// The greatest share of a CPU over all blocks that tell.
fn idle(blocks: &[Block]) -> Option<Counted> {
    let told: Vec<&Vec<f64>> =
        blocks.iter().filter_map(|block| block.idle_foreign.as_ref()).collect();
    let mut sums: Vec<f64> = Vec::new();
    for shares in &told {
        sums.resize(shares.len().max(sums.len()), 0.0);
        sums.iter_mut().zip(*shares).for_each(|(sum, share)| *sum += share);
    }
    let most = sums.into_iter().reduce(f64::max)?;
    let blocks = told.len() as f64;
    Some(Counted { share: most / blocks, span_ns: WATCHED_NS * blocks })
}

fn control(measured: &Measured<'_>, entry: usize, original: usize) -> Control {
    let times = [original, entry].map(|idx| &measured.passes[idx]);
    let entries = &measured.workload.entries;
    let times_ns = [original, entry].map(|idx| pass_ns(&entries[idx], measured.workload));
    let alarms = groups(times_ns[0].len()).map(|(from, to)| {
        let [original, copy] = [&times_ns[0][from..to], &times_ns[1][from..to]];
        let interval = ratio(copy, original).interval;
        u64::from(interval.is_some_and(|interval| !interval.contains(1.0)))
    });
    let alarms: Vec<u64> = alarms.collect();
    Control {
        entry,
        original,
        ratio: combined(times, |[original, copy]| copy / original),
        groups: alarms.len() as u64,
        false_alarms: alarms.iter().sum(),
    }
}

/// Cuts blocks in the order measured into as many groups as possible, equal to within one block.
fn groups(blocks: usize) -> impl Iterator<Item = (usize, usize)> {
    let count = blocks / GROUP_BLOCKS;
    (0..count).map(move |group| (group * blocks / count, (group + 1) * blocks / count))
}

fn drift(measured: &Measured<'_>) -> Option<Drift> {
    let ends = measured.workload.blocks.iter().filter_map(|block| {
        let (opening, closing) = (block.opening.as_ref()?, block.closing.as_ref()?);
        Some(closing.wall_ns as f64 / opening.wall_ns as f64 - 1.0)
    });
    let mut drifts: Vec<f64> = ends.collect();
    let farthest = drifts.iter().copied().max_by(|a, b| a.abs().total_cmp(&b.abs()))?;
    Some(Drift {
        blocks: drifts.len() as u64,
        flagged: drifts.iter().filter(|drift| drift.abs() > MOST_DRIFT).count() as u64,
        median: median(&mut drifts),
        farthest,
    })
}

pub(super) fn tagged(measured: &Measured<'_>, idx: usize) -> Tagged {
    let samples = &measured.workload.entries[idx].samples;
    let mut tags: Vec<(String, u64)> = Vec::new();
    for tag in samples.iter().filter_map(|sample| sample.tags.as_ref()).flatten() {
        match tags.binary_search_by(|(known, _)| known.cmp(tag)) {
            Ok(place) => tags[place].1 += 1,
            Err(place) => tags.insert(place, (tag.clone(), 1)),
        }
    }
    Tagged {
        samples: samples
            .iter()
            .map(|sample| sample.tags.as_ref().map(|tags| u64::from(!tags.is_empty())))
            .sum(),
        tags,
        untagged: untagged(measured, idx),
        observer_share: observer_share(samples),
    }
}

/// The speed-up over the blocks in which both samples are undisturbed.
fn untagged(measured: &Measured<'_>, idx: usize) -> Option<Untagged> {
    let base = measured.reference.filter(|&base| base != idx)?;
    let samples = [base, idx].map(|idx| &measured.workload.entries[idx].samples);
    let clean = (0..samples[0].len()).filter(|&block| {
        samples.iter().all(|samples| samples[block].tags.as_ref().is_some_and(Vec::is_empty))
    });
    let clean: Vec<usize> = clean.collect();
    if clean.len() < FEWEST_BLOCKS {
        return None;
    }
    if clean.len() == samples[0].len() {
        return Some(Untagged {
            blocks: clean.len() as u64,
            speed_up: measured.speed_up(base, idx),
        });
    }
    let times = samples.map(|samples| {
        clean.iter().map(|&block| samples[block].wall_ns as f64).collect::<Vec<f64>>()
    });
    let jobs = measured.jobs(idx) / measured.jobs(base);
    let speed_up = ratio(&times[0], &times[1]).scaled(jobs);
    Some(Untagged { blocks: clean.len() as u64, speed_up })
}

/// Our own clock readings over the measured time, if every sample tells.
fn observer_share(samples: &[Sample]) -> Option<f64> {
    let observer = samples.iter().map(|sample| sample.observer_ns.map(|ns| ns as f64));
    let observer_ns = observer.sum::<Option<f64>>()?;
    Some(observer_ns / samples.iter().map(|sample| sample.wall_ns as f64).sum::<f64>())
}
