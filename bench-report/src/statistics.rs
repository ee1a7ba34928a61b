//! Medians, rank intervals and the block bootstrap: pure functions on numbers.
//!
//! No normal distribution is assumed anywhere, because times on a shared machine are not normal
//! (Hoefler & Belli, "Scientific Benchmarking of Parallel Computing Systems", SC 2015, rules 5
//! to 8). Next: [`crate::compare`], which asks these questions about workloads.

use rand::{RngExt as _, SeedableRng as _, rngs::ChaCha8Rng};

use crate::model::Interval;

/// Resamples behind every bootstrap interval.
pub const RESAMPLES: usize = 2000;

/// Blocks below which no 95 % interval of a median exists: with five, even the span from the least
/// to the greatest value covers only 93.75 %.
pub const FEWEST_BLOCKS: usize = 6;

/// Share of the resamples, and of rank probability, that lies outside at each end.
const TAIL: f64 = 0.025;

/// Seed of the resampling: fixed, so that the same inputs give the same bytes.
const SEED: u64 = 0x005a_4d50_4c45;

/// Middle value, or the mean of the two middle values; `values` come back in another order.
///
/// # Panics
///
/// `values` is empty or holds a NaN in a way that leaves no order (NaNs sort last).
pub fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    let is_even = values.len().is_multiple_of(2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if is_even {
        let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        f64::midpoint(lower, upper)
    } else {
        upper
    }
}

/// The 95 % interval of the median by ranks, or `None` for fewer than [`FEWEST_BLOCKS`] values.
///
/// From the r-th least to the r-th greatest value, with the largest r for which
/// P(Bin(n, 1/2) < r) <= 2.5 %; it holds for every continuous distribution (Hoefler & Belli 2015,
/// after Le Boudec, "Performance Evaluation of Computer and Communication Systems", 2010).
pub fn rank_interval(values: &[f64]) -> Option<Interval> {
    let rank = lower_rank(values.len())?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    Some(Interval { low: sorted[rank - 1], high: sorted[sorted.len() - rank] })
}

/// The r of [`rank_interval`], counted from 1.
fn lower_rank(n: usize) -> Option<usize> {
    let mut ln_probability = -(n as f64) * std::f64::consts::LN_2;
    let mut below = 0.0;
    let mut rank = 0;
    while rank < n {
        below += ln_probability.exp();
        if below > TAIL {
            break;
        }
        ln_probability += ((n - rank) as f64 / (rank + 1) as f64).ln();
        rank += 1;
    }
    (rank > 0).then_some(rank)
}

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
        self.draws.chunks_exact(self.blocks).map(in_draw).collect()
    }
}

/// The 95 % percentile interval of bootstrap replicates (Efron 1979): the lowest and the highest
/// 2.5 % are left out.
///
/// # Panics
///
/// `replicates` is empty.
pub fn percentile_interval(mut replicates: Vec<f64>) -> Interval {
    replicates.sort_by(f64::total_cmp);
    let outside = (replicates.len() as f64 * TAIL) as usize;
    Interval { low: replicates[outside], high: replicates[replicates.len() - 1 - outside] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "these medians are exact")]
    fn median_of_odd_even_and_one() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&mut [7.0]), 7.0);
    }

    /// The greatest rank whose binomial sum, in whole numbers, stays within 2.5 % of 2^n.
    fn exact_rank(n: u32) -> Option<usize> {
        let (mut ways, mut below) = (1_u128, 0_u128);
        for rank in 0..u128::from(n) {
            below += ways;
            if below * 1000 > (1_u128 << n) * 25 {
                return (rank > 0).then_some(rank as usize);
            }
            ways = ways * (u128::from(n) - rank) / (rank + 1);
        }
        None
    }

    #[test]
    fn ranks_agree_with_exact_binomial_sums() {
        for n in 0..=100 {
            assert_eq!(lower_rank(n as usize), exact_rank(n), "n = {n}");
        }
        let told = [(5, None), (6, Some(1)), (10, Some(2)), (20, Some(6)), (70, Some(27))];
        for (n, rank) in told {
            assert_eq!(lower_rank(n), rank, "n = {n}");
        }
    }

    #[test]
    fn rank_of_many_values_is_near_the_normal_approximation() {
        let n = 100_000_f64;
        let expected = n / 2.0 - 1.96 * n.sqrt() / 2.0;
        let rank = lower_rank(100_000).unwrap() as f64;
        assert!((rank - expected).abs() < 2.0, "{rank} against {expected}");
    }

    #[test]
    fn rank_interval_of_ten_values_leaves_out_one_at_each_end() {
        let values: Vec<f64> = (1..=10).rev().map(f64::from).collect();
        assert_eq!(rank_interval(&values), Some(Interval { low: 2.0, high: 9.0 }));
        assert_eq!(rank_interval(&values[..5]), None);
    }

    #[test]
    fn percentile_interval_leaves_out_fifty_of_two_thousand_at_each_end() {
        let replicates = (0..2000).rev().map(f64::from).collect();
        assert_eq!(percentile_interval(replicates), Interval { low: 50.0, high: 1949.0 });
    }

    #[test]
    fn resampling_is_deterministic_and_needs_six_blocks() {
        let values: Vec<f64> = (0..12).map(|i| f64::from(i * i)).collect();
        let medians = || Resamples::of_blocks(12).unwrap().medians(&values);
        assert_eq!(medians(), medians());
        assert_eq!(medians().len(), RESAMPLES);
        assert!(Resamples::of_blocks(FEWEST_BLOCKS - 1).is_none());
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
