//! Measures one engine: block after block, in each every condition once, in random order.
//!
//! Separate from the engines, which run the benchmark once under one condition. Inside a run the sizes
//! come in random order, too, unless the fixed order is the flaw under test. The file is written anew
//! after every block and after every failure, from the first complete block on; a run that fails is told and ends its block, and the next
//! block begins. Next: `ours` and `python`, the engines.

use std::time::{Duration, Instant};

use super::flaw::{Condition, Flaw};
use super::record::{Autopsy, Block, Failure, Run, Timing};
use super::{Error, Extent, Options};
use crate::study::order;
use crate::study::plan::{FLOOR_BLOCKS, MAX_BLOCKS};
use crate::study::progress::{Reached, Steps, seconds};

/// After so many failures an engine is given up.
pub(super) const MOST_FAILURES: usize = 3;

/// Runs the benchmark.
pub(super) trait Runs {
    /// Measures `sizes` in this order under `condition`: one timing for each.
    ///
    /// # Errors
    /// [`Stopped`]
    fn run(&mut self, condition: &Condition, sizes: &[usize]) -> Result<Vec<Timing>, Stopped>;
}

/// Why a run did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stopped {
    /// Somebody asked to stop; nothing is wrong.
    Interrupted,
    /// What happened, in words.
    Failed(String),
}

impl From<String> for Stopped {
    fn from(message: String) -> Self {
        Self::Failed(message)
    }
}

/// Whether measuring went to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// It did.
    Complete,
    /// Somebody asked to stop.
    Interrupted,
}

/// The time of one part of an autopsy, and how far it is.
pub(super) struct Pace {
    extent: Extent,
    time: Duration,
    began: Instant,
    steps: Steps,
    samples: usize,
}

impl Pace {
    /// `share` of all time, for blocks of so many `samples`.
    pub(super) fn new(options: &Options, about: &str, samples: usize, share: f64) -> Self {
        let (time, people) = match options.extent {
            Extent::Blocks(blocks) => (Duration::MAX, format!("{blocks} blocks")),
            Extent::Budget(budget) => {
                let time = budget.mul_f64(share);
                (time, format!("at most about {}", seconds(time)))
            }
        };
        let steps = options.progress.series(about, samples, &people);
        Self { extent: options.extent, time, began: Instant::now(), steps, samples }
    }

    /// Whether `done` blocks are enough.
    pub(super) fn is_enough(&self, done: usize) -> bool {
        match self.extent {
            Extent::Blocks(blocks) => done >= blocks.get(),
            Extent::Budget(_) => {
                let used = self.began.elapsed();
                let next = used.div_f64(done.max(1) as f64);
                done >= MAX_BLOCKS || done >= FLOOR_BLOCKS && used + next > self.time
            }
        }
    }

    /// Draws how far it is: `place` samples of block number `block` are done.
    pub(super) fn at(&self, block: usize, place: usize, what: &str) {
        let of_block = place as f64 / self.samples as f64;
        let done = block as f64 + of_block;
        let used_s = self.began.elapsed().as_secs_f64();
        let part = match self.extent {
            Extent::Blocks(blocks) => done / blocks.get() as f64,
            Extent::Budget(_) => {
                let by_time = used_s / self.time.as_secs_f64().max(1e-3);
                by_time.min(done / FLOOR_BLOCKS as f64)
            }
        };
        let left_s = used_s * (1.0 / part.clamp(1e-3, 1.0) - 1.0);
        let left = Duration::try_from_secs_f64(left_s).unwrap_or_default();
        self.steps.at(Reached { blocks: block, of_block, part, left }, what);
    }
}

/// Measures engine number `index` of `autopsy` until it is enough, and keeps the file up to date.
///
/// # Errors
/// [`Error::Unwritable`] if the file cannot be written.
pub(super) fn measure(
    options: &Options,
    autopsy: &mut Autopsy,
    index: usize,
    runs: &mut dyn Runs,
    pace: &Pace,
) -> Result<Ended, Error> {
    let conditions = autopsy.engines[index].conditions.clone();
    let sizes = autopsy.engines[index].sizes.clone();
    // Streams of one engine: one for the order of conditions, one for the sizes of each.
    let stream = |place: usize| (index * 1000 + place) as u64;
    let mut orders = order::blocks(options.seed, stream(0), conditions.len());
    let mut of_sizes: Vec<_> = (0..conditions.len())
        .map(|place| order::blocks(options.seed, stream(place + 1), sizes.len()))
        .collect();
    for block in 0.. {
        let failed = autopsy.engines[index].failures.len();
        if pace.is_enough(block) || failed >= MOST_FAILURES {
            break;
        }
        autopsy.engines[index].blocks.push(Block::default());
        let order = orders.next().unwrap_or_default();
        for (place, condition) in order.into_iter().enumerate() {
            if options.interrupt.is_requested() {
                autopsy.keep(&options.out)?;
                return Ok(Ended::Interrupted);
            }
            let one = &conditions[condition];
            pace.at(block, place, &one.describe());
            let shuffled = of_sizes[condition].next().unwrap_or_default();
            let sizes = ordered(one, &sizes, &shuffled);
            match runs.run(one, &sizes) {
                Ok(timings) => {
                    let runs = &mut autopsy.engines[index].blocks[block].runs;
                    runs.push(Run { condition, timings });
                }
                Err(Stopped::Interrupted) => {
                    autopsy.keep(&options.out)?;
                    return Ok(Ended::Interrupted);
                }
                Err(Stopped::Failed(message)) => {
                    let what = one.describe();
                    autopsy.engines[index].failures.push(Failure { block, what, message });
                    break;
                }
            }
        }
        autopsy.keep(&options.out)?;
    }
    Ok(Ended::Complete)
}

/// The sizes ascending where that is the flaw, otherwise in the order `shuffled`.
fn ordered(condition: &Condition, sizes: &[usize], shuffled: &[usize]) -> Vec<usize> {
    if condition.has(Flaw::Order) {
        return sizes.to_vec();
    }
    shuffled.iter().map(|&place| sizes[place]).collect()
}

#[cfg(test)]
mod tests;
