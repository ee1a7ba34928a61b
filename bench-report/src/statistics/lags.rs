//! How many independent samples a list of samples in the order measured is worth.
//!
//! Separate from [`super::unpaired`], which needs the number, because it is the answer to another
//! question: how long one sample remembers the one before. Next: [`super::unpaired`].
//!
//! # What is estimated
//!
//! The variance of a sample median of dependent samples is that of independent ones times
//! τ = 1 + 2 Σ `ρ_k`, where `ρ_k` is the autocorrelation at lag k of the *signs* of the samples
//! around their median (Sen, "Asymptotic Normality of Sample Quantiles for m-Dependent Processes",
//! Ann. Math. Stat. 39, 1968): the median only asks on which side a sample lies. Signs do not see
//! how far an outlier is out, and remember less than the samples do: for normal samples
//! (2 / π) arcsin of their correlation.
//!
//! The sum over all lags does not converge. It ends where the sum of two neighbouring lags is not
//! above 0, and such sums may only fall (the initial monotone sequence of Geyer, "Practical Markov
//! Chain Monte Carlo", Statistical Science 7, 1992). For independent samples this ends a little
//! above 1, which errs to the wide side. A center that is taken from the samples makes every
//! estimated `ρ_k` too small by about τ / n; the K lags that were summed get it back.

use super::center::median;

/// Fewest samples that any list is worth: below two, no spread is known.
const FEWEST: f64 = 2.0;

/// Lags after which the sum ends in any case: a list that remembers for longer is one long drift.
const MOST_LAGS: usize = 1000;

/// Up to this lag every pair of lags is computed. Beyond, the next pair lies an eighth of its lag farther,
/// and those between count as much as the one before them: the sequence is monotone, so that errs to the
/// wide side. A list that remembers for [`MOST_LAGS`] then costs about a ninth of all its lags, and a
/// file cannot choose how long it is computed on.
const DENSE_LAGS: usize = 64;

/// What a list of samples remembers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    /// τ of the signs, at least 1: a τ-th of the samples, if independent, would tell their median
    /// as well.
    pub inflation: f64,
    /// How many independent samples the list is worth, at least 2 and at most their number.
    pub effective: f64,
    /// Degrees of freedom of τ as an estimated variance: n / (2 K + 1) for K summed lags, at least 1
    /// (Priestley, "Spectral Analysis and Time Series", 1981, section 6.2: a sum of autocorrelations
    /// up to lag K has a relative variance of 2 (2 K + 1) / n, and a variance with ν degrees of
    /// freedom has 2 / ν).
    pub freedom: f64,
}

impl Memory {
    /// What `values`, in the order measured, remember.
    ///
    /// Takes `O(n min(K, 120))` steps, where K is the number of lags until they have forgotten.
    pub fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        let (tau, lags) = sign_time(values);
        let inflation =
            if lags == 0 { 1.0 } else { (tau * (1.0 + 2.0 * lags as f64 / n)).max(1.0) };
        let effective = (n / inflation).max(FEWEST).min(n);
        Self { inflation, effective, freedom: (n / (2.0 * lags as f64 + 1.0)).max(1.0) }
    }
}

/// τ of the signs as it is summed, and the greatest lag in the sum.
fn sign_time(values: &[f64]) -> (f64, usize) {
    if values.is_empty() {
        return (1.0, 0);
    }
    let signs = signs(values);
    let covariance =
        |lag: usize| signs.iter().zip(&signs[lag..]).map(|(early, late)| early * late).sum::<f64>();
    summed(signs.len().min(MOST_LAGS), covariance)
}

/// τ and the greatest lag in its sum, below `most`, of signs with this covariance at a lag.
fn summed(most: usize, mut covariance: impl FnMut(usize) -> f64) -> (f64, usize) {
    let variance = covariance(0);
    if variance == 0.0 {
        return (1.0, 0);
    }
    let (mut sum, mut before, mut lag) = (0.0, f64::INFINITY, 0);
    while lag + 1 < most {
        let pair = ((covariance(lag) + covariance(lag + 1)) / variance).min(before);
        if pair <= 0.0 {
            break;
        }
        // Whole pairs from this one to the next that is computed, none beyond the last.
        let wanted = if lag < DENSE_LAGS { 1 } else { lag / 16 };
        let pairs = wanted.min((most - lag) / 2);
        sum += pair * pairs as f64;
        before = pair;
        lag += 2 * pairs;
    }
    (2.0 * sum - 1.0, lag.saturating_sub(1))
}

/// -1, 0 or 1 for each value: below, at or above the median; their mean taken out.
fn signs(values: &[f64]) -> Vec<f64> {
    let center = median(&mut values.to_vec());
    let sign = |&value: &f64| f64::from(i8::from(value > center) - i8::from(value < center));
    let mut signs: Vec<f64> = values.iter().map(sign).collect();
    let mean = signs.iter().sum::<f64>() / signs.len() as f64;
    for sign in &mut signs {
        *sign -= mean;
    }
    signs
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng as _, rngs::ChaCha8Rng};
    use rand_distr::{Distribution as _, StandardNormal};

    use super::*;

    /// `x_i = φ x_(i-1) + e_i`, from its stationary distribution.
    fn autoregressive(phi: f64, n: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
        let mut normal = || -> f64 { StandardNormal.sample(random) };
        let mut last = normal() / (1.0 - phi * phi).sqrt();
        let next = |_| {
            last = phi * last + normal();
            last
        };
        (0..n).map(next).collect()
    }

    /// 1 + 2 Σ (2 / π) arcsin φ^k.
    fn truth(phi: f64) -> f64 {
        let lag = |k| (phi.powi(k)).asin() * 2.0 / std::f64::consts::PI;
        1.0 + 2.0 * (1..200).map(lag).sum::<f64>()
    }

    #[test]
    fn the_inflation_of_autoregressive_samples_is_known() {
        let mut random = ChaCha8Rng::seed_from_u64(21);
        for phi in [0.0, 0.3, 0.6, 0.8] {
            let lists = 200;
            let sum: f64 = (0..lists)
                .map(|_| Memory::of(&autoregressive(phi, 400, &mut random)).inflation)
                .sum();
            let (found, told) = (sum / f64::from(lists), truth(phi));
            assert!((0.9..1.25).contains(&(found / told)), "φ = {phi}: {found} instead of {told}");
        }
    }

    #[test]
    fn a_steady_drift_leaves_few_independent_samples() {
        let drift: Vec<f64> = (0..100).map(f64::from).collect();
        let memory = Memory::of(&drift);
        assert!(memory.effective < 4.0 && memory.freedom < 4.0, "{memory:?}");
    }

    /// However long a list remembers, its lags are computed at most about 120 times, and what is not
    /// computed is not taken for less than it is.
    #[test]
    fn the_work_on_a_long_memory_is_bounded_and_errs_to_the_wide_side() {
        for decay in [0.9_f64, 0.99, 0.999, 1.0] {
            let mut computed = 0;
            let (found, reach) = summed(MOST_LAGS, |lag| {
                computed += 1;
                decay.powi(lag as i32)
            });
            assert!(computed <= 120, "{computed} lags for {decay}");
            assert!(reach < MOST_LAGS, "{reach}");
            let all: f64 = (1..=reach).map(|lag| decay.powi(lag as i32)).sum();
            let truth = 1.0 + 2.0 * all;
            assert!((0.999..1.1).contains(&(found / truth)), "{decay}: {found}, not {truth}");
        }
        // What is soon forgotten is summed lag by lag.
        let (found, reach) = summed(MOST_LAGS, |lag| if lag < 40 { 1.0 } else { 0.0 });
        assert_eq!((found.to_bits(), reach), (79.0_f64.to_bits(), 39));
    }

    #[test]
    fn nothing_is_worth_more_than_its_number() {
        let alternating: Vec<f64> = (0..50).map(|i| f64::from(i % 2)).collect();
        let effective = Memory::of(&alternating).effective;
        assert!((47.0..=50.0).contains(&effective), "{effective}");
        let lists: [&[f64]; 3] = [&[3.0; 20], &[1.0, 2.0], &[]];
        for list in lists {
            let memory = Memory::of(list);
            assert!(memory.effective <= list.len() as f64, "{memory:?}");
            assert!(memory.inflation >= 1.0 && memory.freedom >= 1.0, "{memory:?}");
        }
    }
}
