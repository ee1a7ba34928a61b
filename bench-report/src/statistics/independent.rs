//! The median of independent samples, with the bootstrap interval that infinitely many draws give.
//!
//! Separate from [`super::bootstrap`], which draws whole blocks of several configurations: samples
//! of a benchmark program have no blocks, and without blocks the distribution of the bootstrap
//! medians has a closed form, so that nothing needs to be drawn. Next: [`super::ranks`] for the
//! interval of a median by ranks.
//!
//! # The distribution of bootstrap medians
//!
//! Let x_1 ≤ … ≤ x_n be the sorted values. A resample takes n of them with replacement (Efron 1979),
//! so the number of draws among the i least values is binomial with n trials and chance i/n, and the
//! k-th least draw is among them with probability
//!
//! P(k, i) = P(Bin(n, i/n) ≥ k) = I_{i/n}(k, n - k + 1),
//!
//! where I is the regularised incomplete beta function (David & Nagaraja, "Order Statistics", 2003,
//! section 2.1). For odd n = 2m - 1 the median is the m-th least draw, and P(m, i) is its
//! distribution.
//!
//! For even n = 2m the median is the mean of the m-th draw L and the next one U. For i ≤ j, both
//! "L is among the i least values" and "U is beyond the j least" hold exactly if m draws are among
//! the i least and the m others beyond the j least:
//!
//! P(L ≤ i, U > j) = C(n, m) (i/n)^m (1 - j/n)^m.
//!
//! Let i* be the number of values up to t and g(i) ≥ i, for i ≤ i*, the number of values x with
//! (x_i + x) / 2 ≤ t. The mean of both is at most t if L = i for some i ≤ i* and U ≤ g(i). Summed
//! over i, with P(L = i, U ≤ g) = P(L = i) - P(L ≤ i, U > g) + P(L ≤ i - 1, U > g):
//!
//! F(t) = P(m, i*) - C(n, m) Σ_{i ≤ i*} ((i/n)^m - ((i - 1)/n)^m) (1 - g(i)/n)^m.
//!
//! g falls while i grows, so F(t) takes one walk over the values. A quantile is the least t with
//! F(t) ≥ p. It lies between that of L and that of U, which are next to each other; halving finds it
//! to the last bit.

use statrs::function::{beta::beta_reg, factorial::ln_binomial};

use super::{bootstrap::FEWEST_BLOCKS, median};
use crate::model::{Estimate, Interval};

/// Share of the bootstrap medians that lies outside a 95 % interval at each end.
const TAIL: f64 = 0.025;

/// Values up to which the powers in F(t) are finite doubles.
const MOST_EXACT: usize = 2000;

/// The median with its 95 % percentile bootstrap interval; without an interval for fewer than
/// [`FEWEST_BLOCKS`] values.
///
/// It costs a sort and some hundred walks over the values.
///
/// # Panics
///
/// `values` is empty or holds a NaN.
pub fn median_with_interval(values: &[f64]) -> Estimate {
    Estimate { value: median(&mut values.to_vec()), interval: median_interval(values, TAIL) }
}

/// The interval that leaves the share `tail`, above 0 and below 0.5, of the bootstrap medians of
/// `values` outside at each end; `None` for fewer than [`FEWEST_BLOCKS`] values.
///
/// # Panics
///
/// `values` holds a NaN.
pub fn median_interval(values: &[f64], tail: f64) -> Option<Interval> {
    if values.len() < FEWEST_BLOCKS {
        return None;
    }
    let medians = Medians::of(values);
    Some(Interval { low: medians.quantile(tail), high: medians.quantile(1.0 - tail) })
}

/// The distribution of the medians of all resamples of some values.
struct Medians {
    /// The values, ascending.
    sorted: Vec<f64>,
    /// Only for an even number of values up to [`MOST_EXACT`].
    pairs: Option<Pairs>,
}

/// C(n, m) (i/n)^m (1 - j/n)^m in three factors of which none leaves the range of a double.
struct Pairs {
    /// C(n, m) / 4^m.
    scale: f64,
    /// `below[i]` is (2i/n)^m, for i from 0 to n.
    below: Vec<f64>,
    /// `beyond[j]` is (2(1 - j/n))^m, for j from 0 to n.
    beyond: Vec<f64>,
}

impl Pairs {
    fn of(n: usize) -> Self {
        let m = n / 2;
        let power = |part: usize| (2.0 * part as f64 / n as f64).powi(m as i32);
        Self {
            scale: (ln_binomial(n as u64, m as u64) - n as f64 * std::f64::consts::LN_2).exp(),
            below: (0..=n).map(power).collect(),
            beyond: (0..=n).map(|j| power(n - j)).collect(),
        }
    }
}

impl Medians {
    fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let n = sorted.len();
        let has_pairs = n.is_multiple_of(2) && n <= MOST_EXACT;
        Self { sorted, pairs: has_pairs.then(|| Pairs::of(n)) }
    }

    /// The least median that at least the share `p` of all medians does not exceed.
    ///
    /// For an even number of values above [`MOST_EXACT`] it is the middle between the quantiles of
    /// the two draws, which differs from it by less than two neighbors differ.
    fn quantile(&self, p: f64) -> f64 {
        let n = self.sorted.len();
        let value = |k| self.sorted[rank_quantile(n, k, p) - 1];
        if !n.is_multiple_of(2) {
            return value(n / 2 + 1);
        }
        let (low, high) = (value(n / 2), value(n / 2 + 1));
        match &self.pairs {
            Some(pairs) => self.halved(pairs, p, low, high),
            None => f64::midpoint(low, high),
        }
    }

    /// The least t in `low` to `high` with F(t) ≥ p, which `high` fulfils.
    fn halved(&self, pairs: &Pairs, p: f64, mut low: f64, mut high: f64) -> f64 {
        if self.share_up_to(low, pairs) >= p {
            return low;
        }
        loop {
            let middle = f64::midpoint(low, high);
            if middle <= low || middle >= high {
                return high;
            }
            if self.share_up_to(middle, pairs) >= p {
                high = middle;
            } else {
                low = middle;
            }
        }
    }

    /// F(t): the share of the medians of an even number of values that are at most `t`.
    fn share_up_to(&self, t: f64, pairs: &Pairs) -> f64 {
        let n = self.sorted.len();
        let up_to = self.sorted.partition_point(|&value| value <= t);
        let mut partners = n;
        let mut beyond = 0.0;
        for i in 1..=up_to {
            let value = self.sorted[i - 1];
            while partners > i && f64::midpoint(value, self.sorted[partners - 1]) > t {
                partners -= 1;
            }
            beyond += (pairs.below[i] - pairs.below[i - 1]) * pairs.beyond[partners];
        }
        rank_share(n, n / 2, up_to) - pairs.scale * beyond
    }
}

/// P(k, i): the chance that the k-th least of n draws is among the i least values.
fn rank_share(n: usize, k: usize, i: usize) -> f64 {
    match i {
        0 => 0.0,
        i if i >= n => 1.0,
        i => beta_reg(k as f64, (n - k + 1) as f64, i as f64 / n as f64),
    }
}

/// The least i with P(k, i) ≥ p, from 1 to n.
fn rank_quantile(n: usize, k: usize, p: f64) -> usize {
    let (mut below, mut reached) = (0, n);
    while reached - below > 1 {
        let middle = usize::midpoint(below, reached);
        if rank_share(n, k, middle) >= p {
            reached = middle;
        } else {
            below = middle;
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The medians of all n^n resamples, ascending.
    fn all_medians(values: &[f64]) -> Vec<f64> {
        let n = values.len();
        let drawn = |number: usize| {
            let mut draw: Vec<f64> =
                (0..n).map(|place| values[number / n.pow(place as u32) % n]).collect();
            median(&mut draw)
        };
        let mut medians: Vec<f64> = (0..n.pow(n as u32)).map(drawn).collect();
        medians.sort_unstable_by(f64::total_cmp);
        medians
    }

    #[track_caller]
    fn assert_equal_to_all_resamples(values: &[f64]) {
        let medians = all_medians(values);
        let law = Medians::of(values);
        for percent in 1..100 {
            // Halfway between two resamples, so that rounding decides nothing.
            let place = medians.len() * percent / 100;
            let p = (place as f64 + 0.5) / medians.len() as f64;
            let (exact, ours) = (medians[place], law.quantile(p));
            assert!((exact - ours).abs() <= 1e-15 * exact, "{percent} %: {exact} and {ours}");
        }
    }

    #[test]
    fn quantiles_are_those_of_all_resamples() {
        assert_equal_to_all_resamples(&[3.0, 1.0, 7.0, 2.0]);
        assert_equal_to_all_resamples(&[3.0, 1.0, 7.0, 2.0, 2.5]);
        assert_equal_to_all_resamples(&[10.0, 11.5, 10.2, 18.0, 10.9, 10.4]);
    }

    #[test]
    fn equal_values_are_counted_as_often_as_they_occur() {
        assert_equal_to_all_resamples(&[2.0, 1.0, 2.0, 2.0]);
        assert_equal_to_all_resamples(&[1.0, 3.0, 1.0, 3.0, 3.0, 2.0]);
        assert_equal_to_all_resamples(&[5.0, 5.0, 5.0, 5.0, 5.0]);
        let constant = median_with_interval(&[4.0; 100]);
        let expected = Estimate { value: 4.0, interval: Some(Interval { low: 4.0, high: 4.0 }) };
        assert_eq!(constant, expected);
    }

    #[test]
    fn few_values_have_no_interval() {
        assert_eq!(median_with_interval(&[1.0, 2.0, 3.0, 4.0, 5.0]).interval, None);
        assert!(median_with_interval(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).interval.is_some());
    }

    #[test]
    fn the_exact_law_and_the_one_for_many_values_meet() {
        let values = |n: usize| (0..n).map(|i| i as f64 / n as f64).collect::<Vec<_>>();
        for n in [1999, 2000, 2001, 2002] {
            let Interval { low, high } = median_interval(&values(n), TAIL).unwrap();
            let half = 1.96 * 0.5 / (n as f64).sqrt();
            assert!((low - (0.5 - half)).abs() < 1.5e-3, "{n}: {low}");
            assert!((high - (0.5 + half)).abs() < 1.5e-3, "{n}: {high}");
        }
    }

    #[test]
    fn the_greatest_values_stay_in_range() {
        let mut values = vec![f64::MAX; 50];
        values.extend([f64::MIN_POSITIVE; 50]);
        let Interval { low, high } = median_interval(&values, TAIL).unwrap();
        assert!(low >= f64::MIN_POSITIVE && low < high && high <= f64::MAX);
    }
}
