//! Whether groups of times differ: rank tests, and what many of them at once may claim.
//!
//! Separate because a p-value is the second line, never the first: reports give the ratio with its
//! interval (Kalibera & Jones, ISMM 2013) and these beside it. Next: [`super::bootstrap`] for that
//! interval.

use statrs::distribution::{ChiSquared, ContinuousCDF as _, Normal};

use super::ranks::Midranks;
use crate::model::Estimate;

/// Up to this many pairs of group sizes the p-value of [`mann_whitney`] is counted exactly.
const EXACT_PAIRS: usize = 2500;

/// A test statistic with its p-value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// H of Kruskal and Wallis, or U of Mann and Whitney.
    pub statistic: f64,
    /// Probability of a statistic at least as extreme if the groups do not differ.
    pub p_value: f64,
}

/// Whether any of the groups tends to greater values, or `None` if there are not two groups with
/// values, or all values are equal.
///
/// Asks before pooling whether workers differ (Hoefler & Belli 2015, rule 10). H with the
/// correction for ties, against χ² with groups - 1 degrees of freedom (Kruskal & Wallis, JASA 47,
/// 1952, eqs. 1.1 to 1.3), which wants about five values in each group.
pub fn kruskal_wallis(groups: &[&[f64]]) -> Option<Test> {
    let groups: Vec<&[f64]> = groups.iter().copied().filter(|group| !group.is_empty()).collect();
    let values = groups.concat();
    let n = values.len() as f64;
    let midranks = Midranks::of(&values);
    let untied = 1.0 - midranks.ties / (n.powi(3) - n);
    if groups.len() < 2 || untied <= 0.0 {
        return None;
    }
    let mut ranks = midranks.ranks.as_slice();
    let mut sum = 0.0;
    for group in &groups {
        let (own, rest) = ranks.split_at(group.len());
        sum += own.iter().sum::<f64>().powi(2) / group.len() as f64;
        ranks = rest;
    }
    let statistic = (12.0 / (n * (n + 1.0)) * sum - 3.0 * (n + 1.0)) / untied;
    let chi_squared = ChiSquared::new((groups.len() - 1) as f64).ok()?;
    Some(Test { statistic, p_value: chi_squared.sf(statistic.max(0.0)) })
}

/// Whether one of two groups tends to greater values, two-sided, or `None` if one is empty or all
/// values are equal.
///
/// U counts the pairs in which the first is greater, a tie for half. Without ties and for few
/// values the p-value is counted exactly; otherwise it is the normal approximation with
/// corrections for ties and continuity (Mann & Whitney, Ann. Math. Stat. 18, 1947; Lehmann,
/// "Nonparametrics", 1975, section 1.4).
pub fn mann_whitney(first: &[f64], second: &[f64]) -> Option<Test> {
    let (m, n) = (first.len(), second.len());
    let midranks = Midranks::of(&[first, second].concat());
    let all = (m + n) as f64;
    let pairs = (m * n) as f64;
    let variance = pairs / 12.0 * ((all + 1.0) - midranks.ties / (all * (all - 1.0)));
    if m == 0 || n == 0 || variance <= 0.0 {
        return None;
    }
    let statistic =
        midranks.ranks[..m].iter().sum::<f64>() - m as f64 * f64::midpoint(m as f64, 1.0);
    let from_middle = (statistic - pairs / 2.0).abs();
    let p_value = if midranks.ties == 0.0 && m * n <= EXACT_PAIRS {
        exact_tail(m, n, (pairs / 2.0 - from_middle) as usize) * 2.0
    } else {
        2.0 * Normal::standard().sf((from_middle - 0.5).max(0.0) / variance.sqrt())
    };
    Some(Test { statistic, p_value: p_value.min(1.0) })
}

/// P(U <= u) for m and n values that do not differ: `orders[k]` ways to have U = k, built up by the
/// Gaussian binomial: the product over i of (1 - q^(n+i)) / (1 - q^i).
fn exact_tail(m: usize, n: usize, u: usize) -> f64 {
    let pairs = m * n;
    let mut orders = vec![0.0; pairs + 1];
    orders[0] = 1.0;
    for i in 1..=m {
        for k in (n + i..=pairs).rev() {
            orders[k] -= orders[k - n - i];
        }
        for k in i..=pairs {
            orders[k] += orders[k - i];
        }
    }
    orders[..=u].iter().sum::<f64>() / orders.iter().sum::<f64>()
}

/// p-values corrected for having been looked at together, in the same order: comparing one with 5 %
/// keeps the chance of any false alarm among all at 5 % (Holm, Scand. J. Statist. 6, 1979).
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut corrected = vec![0.0; p_values.len()];
    let mut greatest = 0.0_f64;
    for (place, idx) in order.into_iter().enumerate() {
        let others = (p_values.len() - place) as f64;
        greatest = greatest.max((p_values[idx] * others).min(1.0));
        corrected[idx] = greatest;
    }
    corrected
}

/// Whether a ratio lies above 1 although it was picked as the greatest of `many`: its 95 % interval,
/// widened in logarithms to Bonferroni's level for so many, still does. `None` without an interval.
pub fn greatest_is_above_one(greatest: Estimate, many: usize) -> Option<bool> {
    let interval = greatest.interval?;
    let quantile = |level: f64| Normal::standard().inverse_cdf(1.0 - level / 2.0);
    let wider = quantile(0.05 / many.max(1) as f64) / quantile(0.05);
    Some(greatest.value.ln() > wider * (greatest.value.ln() - interval.low.ln()))
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _, rngs::ChaCha8Rng};

    use super::*;
    use crate::model::Interval;

    #[test]
    fn the_greatest_of_many_must_lie_farther_above_one() {
        let ratio = |low| Estimate { value: 1.1, interval: Some(Interval { low, high: 1.2 }) };
        assert_eq!(greatest_is_above_one(ratio(1.01), 1), Some(true));
        // ln 1.1 is 2.2 standard errors; of ten it would have to be 2.8.
        assert_eq!(greatest_is_above_one(ratio(1.01), 10), Some(false));
        assert_eq!(greatest_is_above_one(ratio(1.09), 10), Some(true));
        assert_eq!(greatest_is_above_one(ratio(0.99), 1), Some(false));
        assert_eq!(greatest_is_above_one(Estimate { interval: None, ..ratio(1.0) }, 1), None);
    }

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-12
    }

    #[test]
    fn kruskal_wallis_of_hand_computed_ranks() {
        // Rank sums 6, 15, 24: H = 12 / 90 * (36 + 225 + 576) / 3 - 30 = 7.2; χ² with two degrees
        // of freedom has the tail exp(-H / 2).
        let test = kruskal_wallis(&[&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0], &[7.0, 8.0, 9.0]]).unwrap();
        assert!(close(test.statistic, 7.2) && close(test.p_value, (-3.6_f64).exp()), "{test:?}");
    }

    #[test]
    fn kruskal_wallis_needs_two_groups_and_two_values() {
        assert_eq!(kruskal_wallis(&[&[1.0, 2.0]]), None);
        assert_eq!(kruskal_wallis(&[&[1.0, 2.0], &[]]), None);
        assert_eq!(kruskal_wallis(&[&[1.0, 1.0], &[1.0]]), None);
    }

    /// With two groups H is the square of U's z-score, ties included.
    #[test]
    fn two_groups_give_the_square_of_mann_whitney() {
        let (a, b) = ([1.0, 2.0, 2.0, 7.0, 8.0], [2.0, 9.0, 9.0, 10.0]);
        let h = kruskal_wallis(&[&a, &b]).unwrap().statistic;
        let u = mann_whitney(&a, &b).unwrap().statistic;
        let ties = 24.0 + 6.0;
        let variance = 20.0 / 12.0 * (10.0 - ties / 72.0);
        assert!(close(h, (u - 10.0_f64).powi(2) / variance), "{h} {u}");
    }

    #[test]
    fn mann_whitney_of_few_values_is_exact() {
        // Of the 20 orders of three and three, one has U = 0 and one U = 9.
        let test = mann_whitney(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0]).unwrap();
        assert!(close(test.statistic, 0.0) && close(test.p_value, 0.1), "{test:?}");
        let test = mann_whitney(&[4.0, 5.0, 6.0], &[1.0, 2.0, 3.0]).unwrap();
        assert!(close(test.statistic, 9.0) && close(test.p_value, 0.1), "{test:?}");
        let test = mann_whitney(&[1.0, 4.0], &[2.0, 3.0]).unwrap();
        assert!(close(test.p_value, 1.0), "{test:?}");
        assert_eq!(mann_whitney(&[], &[1.0]), None);
    }

    /// Counted over all 252 orders of five and five, against the recursion.
    #[test]
    fn exact_tail_agrees_with_counting_all_orders() {
        for u in 0..=25 {
            let few = (0_u32..1 << 10).filter(|mask| mask.count_ones() == 5).filter(|mask| {
                let first = (0..10).filter(|i| mask >> i & 1 == 1);
                let greater = |i: u32| (0..i).filter(|j| mask >> j & 1 == 0).count();
                first.map(greater).sum::<usize>() <= u
            });
            assert!(close(exact_tail(5, 5, u), few.count() as f64 / 252.0), "u = {u}");
        }
    }

    #[test]
    fn exact_and_approximate_p_values_meet_for_many_values() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let first: Vec<f64> = (0..50).map(|_| random.random()).collect();
        let second: Vec<f64> = (0..50).map(|_| random.random::<f64>() + 0.1).collect();
        let exact = mann_whitney(&first, &second).unwrap().p_value;
        let mut tied = first.clone();
        tied[0] = second[0];
        let approximate = mann_whitney(&tied, &second).unwrap().p_value;
        assert!((exact - approximate).abs() < 0.02, "{exact} against {approximate}");
    }

    #[test]
    fn groups_that_do_not_differ_raise_few_alarms() {
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let mut group = || (0..12).map(|_| random.random()).collect::<Vec<f64>>();
        let alarms = (0..400).filter(|_| {
            let groups = [group(), group(), group(), group()];
            kruskal_wallis(&groups.each_ref().map(Vec::as_slice)).unwrap().p_value < 0.05
        });
        let alarms = alarms.count() as u64;
        let (least, greatest) = super::super::proportion::expected_counts(0.05, 400, 1e-3);
        assert!((least..=greatest).contains(&alarms), "{alarms} of 400");
    }

    #[test]
    fn holm_corrects_step_by_step() {
        let corrected = holm(&[0.01, 0.04, 0.03, 0.005]);
        for (found, told) in corrected.into_iter().zip([0.03, 0.06, 0.06, 0.02]) {
            assert!(close(found, told), "{found} instead of {told}");
        }
        assert!(holm(&[0.9, 0.9]).iter().all(|&p| close(p, 1.0)));
        assert!(holm(&[]).is_empty());
    }
}
