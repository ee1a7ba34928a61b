//! The block bootstrap: draws of whole blocks, and the intervals that are read from them.
//!
//! Separate because every interval of a derived figure (a ratio, a gain, a coefficient of a law)
//! comes from the same draws. Next: [`super::scaling`] and [`mod@super::fit`], which use them.
//!
//! # Which interval
//!
//! The percentile interval is too narrow for few blocks B: its width lacks a factor
//! √(B / (B - 1)), and it takes a normal quantile where Student's t is due. [`expanded_interval`]
//! corrects both by reading more extreme percentiles. Measured coverage stands with the example
//! `coverage` in the table of [`mod@super::fit`].

use rand::{RngExt as _, SeedableRng as _, rngs::ChaCha8Rng};
use statrs::distribution::{ContinuousCDF as _, Normal, StudentsT};

use super::center::median;
use crate::model::Interval;

/// Resamples behind every bootstrap interval.
pub const RESAMPLES: usize = 2000;

/// Blocks below which no 95 % interval of a median exists: with five, even the span from the least
/// to the greatest value covers only 93.75 %.
pub const FEWEST_BLOCKS: usize = 6;

/// Share of the resamples that lies outside at each end.
const TAIL: f64 = 0.025;

/// Seed of the resampling: fixed, so that the same inputs give the same bytes.
const SEED: u64 = 0x005a_4d50_4c45;

/// Draws of whole blocks, the same for every configuration of a workload.
///
/// What a block shares (a warm machine, a busy neighbour) stays together in each draw, so that a
/// ratio of two configurations keeps the benefit of having been measured side by side (Kalibera &
/// Jones, "Rigorous Benchmarking in Reasonable Time", ISMM 2013: resample at the level at which
/// the variation arises, and report a ratio with its interval).
#[derive(Clone, Debug)]
pub struct Resamples {
    /// `draws[r * blocks + i]` is the block at place i of draw r.
    draws: Vec<u32>,
    blocks: usize,
}

impl Resamples {
    /// [`RESAMPLES`] draws of `blocks` blocks with replacement, or `None` for fewer than
    /// [`FEWEST_BLOCKS`].
    pub fn of_blocks(blocks: usize) -> Option<Self> {
        if blocks < FEWEST_BLOCKS {
            return None;
        }
        let mut random = ChaCha8Rng::seed_from_u64(SEED);
        let draw = |_| random.random_range(0..blocks as u32);
        Some(Self { draws: (0..RESAMPLES * blocks).map(draw).collect(), blocks })
    }

    /// The draws: each lists the position of a block once for every time it was drawn.
    pub fn draws(&self) -> impl Iterator<Item = &[u32]> {
        self.draws.chunks_exact(self.blocks)
    }

    /// The median of `values` (one per block) in every draw.
    ///
    /// # Panics
    ///
    /// `values` are fewer than the blocks.
    pub fn medians(&self, values: &[f64]) -> Vec<f64> {
        let mut drawn = vec![0.0; self.blocks];
        let in_draw = |draw: &[u32]| {
            for (place, &block) in drawn.iter_mut().zip(draw) {
                *place = values[block as usize];
            }
            median(&mut drawn)
        };
        self.draws().map(in_draw).collect()
    }
}

/// The 95 % percentile interval of bootstrap replicates (Efron 1979): the lowest and the highest
/// 2.5 % are left out.
///
/// # Panics
///
/// `replicates` is empty.
pub fn percentile_interval(replicates: Vec<f64>) -> Interval {
    between_tails(replicates, TAIL)
}

/// The 95 % interval of bootstrap replicates from `blocks` blocks, honest also for few of them: the
/// expanded percentile interval.
///
/// At each end a share of Φ(-√(B / (B - 1)) t) is left out instead of 2.5 %, with t the 97.5 %
/// quantile of Student's distribution with B - 1 degrees of freedom (Hesterberg, "What Teachers
/// Should Know About the Bootstrap", The American Statistician 69, 2015, section 4.3).
///
/// # Panics
///
/// `replicates` is empty, or `blocks` is less than 2.
pub fn expanded_interval(replicates: Vec<f64>, blocks: usize) -> Interval {
    between_tails(replicates, expanded_tail(blocks))
}

/// The share of replicates that [`expanded_interval`] leaves out at each end.
fn expanded_tail(blocks: usize) -> f64 {
    assert!(blocks > 1, "an interval needs 2 blocks or more, not {blocks}");
    let b = blocks as f64;
    let student = StudentsT::new(0.0, 1.0, b - 1.0);
    let t = student.map_or(f64::INFINITY, |student| student.inverse_cdf(1.0 - TAIL));
    Normal::standard().cdf(-(b / (b - 1.0)).sqrt() * t)
}

/// What is left when a share of `tail` is left out at each end, rounded down.
fn between_tails(mut replicates: Vec<f64>, tail: f64) -> Interval {
    let outside = (replicates.len() as f64 * tail) as usize;
    let last = replicates.len() - 1 - outside;
    let (_, &mut low, _) = replicates.select_nth_unstable_by(outside, f64::total_cmp);
    let (_, &mut high, _) = replicates.select_nth_unstable_by(last, f64::total_cmp);
    Interval { low, high }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentile_interval_leaves_out_fifty_of_two_thousand_at_each_end() {
        let replicates = (0..2000).rev().map(f64::from).collect();
        assert_eq!(percentile_interval(replicates), Interval { low: 50.0, high: 1949.0 });
    }

    /// t quantiles from any table: 2.5706 (5), 2.2622 (9), 2.0227 (39 degrees of freedom).
    #[test]
    fn expanded_tail_follows_from_tabulated_t() {
        for (blocks, t) in [(6, 2.570_582), (10, 2.262_157), (40, 2.022_691)] {
            let b = f64::from(blocks);
            let told = Normal::standard().cdf(-(b / (b - 1.0)).sqrt() * t);
            let found = expanded_tail(blocks as usize);
            assert!((found / told - 1.0).abs() < 1e-4, "{found} instead of {told}");
        }
        assert!((expanded_tail(1_000_000) - TAIL).abs() < 1e-5);
    }

    #[test]
    fn expanded_interval_contains_the_percentile_interval() {
        let replicates: Vec<f64> = (0..2000).map(f64::from).collect();
        let narrow = percentile_interval(replicates.clone());
        let wide = expanded_interval(replicates, 6);
        assert!(wide.low < narrow.low && narrow.high < wide.high, "{wide:?}");
        assert_eq!(wide, Interval { low: 4.0, high: 1995.0 });
    }

    #[test]
    fn resampling_is_deterministic_and_needs_six_blocks() {
        let values: Vec<f64> = (0..12).map(|i| f64::from(i * i)).collect();
        let medians = || Resamples::of_blocks(12).unwrap().medians(&values);
        assert_eq!(medians(), medians());
        assert_eq!(medians().len(), RESAMPLES);
        assert!(Resamples::of_blocks(FEWEST_BLOCKS - 1).is_none());
    }

    #[test]
    fn every_draw_has_as_many_blocks_as_were_measured() {
        let resamples = Resamples::of_blocks(7).unwrap();
        assert_eq!(resamples.draws().count(), RESAMPLES);
        assert!(resamples.draws().all(|draw| draw.len() == 7));
        assert!(resamples.draws().flatten().all(|&block| block < 7));
    }

    /// Made-up data with a known ratio: of 200 studies, about 95 % of the intervals must cover it.
    /// The bootstrap of a median of 20 is a little conservative; far fewer than 180 is a bug.
    #[test]
    fn bootstrap_interval_of_a_ratio_covers_the_truth() {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let mut noise = || (0..4).map(|_| random.random_range(-0.05..0.05)).sum::<f64>();
        let resamples = Resamples::of_blocks(20).unwrap();
        let covered = (0..200).filter(|_| {
            let slow: Vec<f64> = (0..20).map(|_| 2.0 * (1.0 + noise())).collect();
            let fast: Vec<f64> = (0..20).map(|_| 1.0 + noise()).collect();
            let pairs = resamples.medians(&slow).into_iter().zip(resamples.medians(&fast));
            percentile_interval(pairs.map(|(slow, fast)| slow / fast).collect()).contains(2.0)
        });
        let covered = covered.count();
        assert!((180..=200).contains(&covered), "{covered} of 200");
    }

    /// Two configurations that drift together: whole blocks are drawn, so the drift cancels.
    #[test]
    fn drift_that_a_block_shares_cancels_in_the_ratio() {
        let drift: Vec<f64> = (0..20).map(|block| 1.0 + 0.1 * f64::from(block)).collect();
        let twice: Vec<f64> = drift.iter().map(|value| 2.0 * value).collect();
        let resamples = Resamples::of_blocks(20).unwrap();
        let pairs = resamples.medians(&twice).into_iter().zip(resamples.medians(&drift));
        let interval = percentile_interval(pairs.map(|(a, b)| a / b).collect());
        assert!((interval.high - interval.low).abs() < 1e-12, "{interval:?}");
    }
}
