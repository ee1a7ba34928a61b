//! The verdict on all fits: one law, or that one cannot tell.
//!
//! Separate from [`super::choice`], which lays the fits out. Next: [`super::information`] for the
//! criterion.
//!
//! Two judges must agree: AICc, how well a law describes all counts for the parameters it spends,
//! and the error with which it predicts each count from the others. The second is needed because a
//! law that bends a little wrong is refuted by any number of blocks, and then AICc only rewards
//! flexibility.

use super::{
    center::mean,
    fit::Fit,
    information::{aicc, deltas, weights},
    laws::Law,
    problem::{LEAST_SIGMA, Observations},
};

/// A law whose AICc is less than this above the best is as good (Burnham & Anderson 2002, 2.6).
const AS_GOOD: f64 = 2.0;

/// Least mean square, relative: below the resolution of any clock.
const LEAST_MEAN_SQUARE: f64 = LEAST_SIGMA * LEAST_SIGMA;

/// Which law to believe.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// This one: best by both judges, and clearly.
    Best(&'static Law),
    /// None of these before the others.
    CannotTell {
        /// Laws that remain, best criterion first; empty if nothing could be compared.
        candidates: Vec<&'static Law>,
        /// Why.
        doubt: Doubt,
    },
}

/// Why no law is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Too few observations to compare laws.
    TooFewObservations,
    /// Several laws describe the data as well: criteria less than 2 apart.
    AsGood,
    /// The law that describes best predicts clearly worse than another.
    PredictsWorse,
    /// The best law needs every worker count that was measured: nothing is left to test it on.
    Untested,
}

/// What the two judges say, one entry for each fit.
pub(super) struct Scores {
    pub(super) aicc: Vec<Option<f64>>,
    pub(super) delta: Vec<Option<f64>>,
    pub(super) weight: Vec<Option<f64>>,
    /// Squares of the errors, one for each left-out count.
    pub(super) loo: Vec<Option<Vec<f64>>>,
    pub(super) most_workers: u32,
}

impl Scores {
    /// Judges `fits`, all made from `observations`.
    pub(super) fn of(fits: &[Fit], observations: &Observations<'_>) -> Self {
        // One yardstick for all: the noise that the closest law leaves.
        let sigma = fits.iter().map(|fit| fit.sigma).fold(f64::INFINITY, f64::min);
        let criterion = |fit: &Fit| {
            let square = fit.mean_square(observations, sigma).max(LEAST_MEAN_SQUARE);
            aicc(observations.independent(), fit.identified().count() + 1, square)
        };
        let aicc: Vec<_> = fits.iter().map(criterion).collect();
        let delta = deltas(&aicc);
        let weight = weights(&delta);
        let loo = fits.iter().map(|fit| fit.leave_one_out(observations)).collect();
        Self { aicc, delta, weight, loo, most_workers: observations.series().most_workers() }
    }

    /// Fits with a criterion, best first.
    fn ranking(&self) -> Vec<usize> {
        let mut order: Vec<_> = (0..self.aicc.len()).filter(|&i| self.aicc[i].is_some()).collect();
        order.sort_by(|&a, &b| self.aicc[a].partial_cmp(&self.aicc[b]).unwrap_or(a.cmp(&b)));
        order
    }

    /// Which law to believe.
    pub(super) fn verdict(&self, fits: &[Fit]) -> Verdict {
        let ranking = self.ranking();
        let laws = |idxs: &[usize]| idxs.iter().map(|&idx| fits[idx].law).collect();
        let Some(&best) = ranking.first() else {
            return Verdict::CannotTell { candidates: vec![], doubt: Doubt::TooFewObservations };
        };
        let as_good = |&idx: &usize| self.delta[idx].is_some_and(|delta| delta < AS_GOOD);
        let close: Vec<usize> = ranking.iter().copied().filter(as_good).collect();
        if close.len() > 1 {
            return Verdict::CannotTell { candidates: laws(&close), doubt: Doubt::AsGood };
        }
        let Some(own) = &self.loo[best] else {
            return Verdict::CannotTell { candidates: laws(&[best]), doubt: Doubt::Untested };
        };
        let rival = ranking.into_iter().find(|&idx| {
            idx != best && self.loo[idx].as_ref().is_some_and(|other| is_clearly_worse(own, other))
        });
        match rival {
            Some(rival) => Verdict::CannotTell {
                candidates: laws(&[best, rival]),
                doubt: Doubt::PredictsWorse,
            },
            None => Verdict::Best(fits[best].law),
        }
    }
}

/// Whether `own` errors exceed the `other` ones by more than one standard error of their paired
/// difference (the one-standard-error rule of Breiman, Friedman, Olshen & Stone, "Classification
/// and Regression Trees", 1984, section 3.4.3). Without it, two laws that predict the same to four
/// digits would disagree by a coin toss.
fn is_clearly_worse(own: &[f64], other: &[f64]) -> bool {
    let differences: Vec<f64> = own.iter().zip(other).map(|(own, other)| own - other).collect();
    let folds = differences.len() as f64;
    let center = mean(&differences);
    let squares: f64 = differences.iter().map(|d| (d - center).powi(2)).sum();
    let standard_error = (squares / (folds - 1.0).max(1.0) / folds).sqrt();
    center > standard_error && mean(own) > LEAST_MEAN_SQUARE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worse_in_one_count_alone_is_not_clearly_worse() {
        assert!(!is_clearly_worse(&[1.0, 1.0, 1.0, 9.0], &[1.0, 1.0, 1.0, 1.0]));
        assert!(is_clearly_worse(&[2.0, 3.0, 2.0, 3.0], &[1.0, 1.0, 1.0, 1.0]));
        assert!(!is_clearly_worse(&[1.0, 1.0], &[2.0, 2.0]));
        assert!(!is_clearly_worse(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0]));
    }

    /// Errors that no clock resolves are no reason to prefer another law.
    #[test]
    fn errors_below_any_clock_are_no_errors() {
        assert!(!is_clearly_worse(&[1e-20, 2e-20, 3e-20], &[0.0, 0.0, 0.0]));
    }
}
