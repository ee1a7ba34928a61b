//! The interval of a median by ranks, and ranks with ties: no distribution is assumed.
//!
//! Separate from the bootstrap because it needs no draws and has exact coverage. Next:
//! [`super::difference`] compares groups by their ranks.

use crate::model::Interval;

/// Rank probability that lies outside at each end.
const TAIL: f64 = 0.025;

/// The 95 % interval of the median by ranks, or `None` for fewer than
/// [`FEWEST_BLOCKS`](super::FEWEST_BLOCKS) values.
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

/// Ranks from 1; equal values share the mean of theirs.
#[derive(Clone, Debug, PartialEq)]
pub struct Midranks {
    /// `ranks[i]` belongs to value i.
    pub ranks: Vec<f64>,
    /// Sum of t³ - t over the groups of t equal values: what the corrections for ties need.
    pub ties: f64,
}

impl Midranks {
    /// Ranks of `values`, in their order.
    #[expect(clippy::float_cmp, reason = "a tie is exact equality")]
    pub fn of(values: &[f64]) -> Self {
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        let mut midranks = Self { ranks: vec![0.0; values.len()], ties: 0.0 };
        let mut before = 0;
        for equal in order.chunk_by(|&a, &b| values[a] == values[b]) {
            let size = equal.len() as f64;
            for &idx in equal {
                midranks.ranks[idx] = before as f64 + f64::midpoint(size, 1.0);
            }
            midranks.ties += size.powi(3) - size;
            before += equal.len();
        }
        midranks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    #[expect(clippy::float_cmp, reason = "halves and whole numbers are exact")]
    fn equal_values_share_their_ranks() {
        let midranks = Midranks::of(&[5.0, 1.0, 5.0, 9.0, 5.0]);
        assert_eq!(midranks.ranks, [3.0, 1.0, 3.0, 5.0, 3.0]);
        assert_eq!(midranks.ties, 24.0);
        assert_eq!(Midranks::of(&[]).ties, 0.0);
    }
}
