//! Which law describes a series: all fits side by side, and a verdict that may be "cannot tell".
//!
//! Separate from fitting because here laws compete. Next: [`super::information`] for the criterion,
//! [`super::usl`] for what the coefficients of the universal law mean.
//!
//! Two judges must agree: AICc, how well a law describes all counts for the parameters it spends,
//! and the error with which it predicts each count from the others. The second is needed because a
//! law that bends a little wrong is refuted by any number of blocks, and then AICc only rewards
//! flexibility. Points with more workers than CPUs do not enter (see [`Series`]).

use super::{
    center::mean,
    fit::{Bound, Fit, Observations},
    information::{aicc, deltas, weights},
    laws::{self, Derived, Law, Parameter},
    series::{Point, Series},
    usl::Reading,
};
use crate::model::Estimate;

/// A law whose AICc is less than this above the best is as good (Burnham & Anderson 2002, 2.6).
const AS_GOOD: f64 = 2.0;

/// Least mean square, relative: below the resolution of any clock.
const LEAST_MEAN_SQUARE: f64 = super::fit::LEAST_SIGMA * super::fit::LEAST_SIGMA;

/// Predictions go to so many times the largest measured count, no further.
const FARTHEST: u32 = 2;

/// All laws on one series.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Laws that could be fitted, in the order of [`laws::ALL`].
    pub fits: Vec<LawFit>,
    /// Laws that could not, and why.
    pub left_out: Vec<LeftOut>,
    /// Which law to believe.
    pub verdict: Verdict,
    /// Throughput as all laws together predict it, weighted by their Akaike weights, measured
    /// counts first; intervals take the weights as given. Empty without weights.
    pub averaged: Vec<Prediction>,
}

/// One law on one series.
#[derive(Clone, Debug, PartialEq)]
pub struct LawFit {
    /// The law.
    pub law: &'static Law,
    /// Its parameters, without those that the series tells nothing about.
    pub parameters: Vec<FittedParameter>,
    /// What follows from them and exists within the whole interval.
    pub derived: Vec<FittedDerived>,
    /// Robust standard deviation of the residuals, relative.
    pub sigma: f64,
    /// Akaike's criterion; `None` for too few observations.
    pub aicc: Option<f64>,
    /// How much more than the least criterion.
    pub delta: Option<f64>,
    /// Akaike weight, a share of 1.
    pub weight: Option<f64>,
    /// Relative error (root mean square) of predicting each worker count from the others; `None` if
    /// the others do not determine the law.
    pub loo_error: Option<f64>,
    /// Throughput at the measured counts, then at those asked for.
    pub predictions: Vec<Prediction>,
    /// For the universal law: what its coefficients allow to say.
    pub reading: Option<Reading>,
}

/// A parameter with its estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FittedParameter {
    /// What it is.
    pub parameter: &'static Parameter,
    /// Its value.
    pub estimate: Estimate,
    /// The bound it lies on, if any: then it is not an estimate but a limit.
    pub at_bound: Option<Bound>,
}

/// A derived quantity with its estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FittedDerived {
    /// As in the literature.
    pub symbol: &'static str,
    /// In words.
    pub meaning: &'static str,
    /// Unit; empty for a pure number.
    pub unit: &'static str,
    /// Its value.
    pub estimate: Estimate,
}

/// Throughput at one number of workers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prediction {
    /// Number of workers.
    pub workers: u32,
    /// Work per second.
    pub throughput: Estimate,
    /// Whether this count was measured or lies beyond or between.
    pub basis: Basis,
}

/// What a prediction stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The count was measured.
    Measured,
    /// It lies between measured counts.
    Between,
    /// It lies beyond them: draw it so that everybody sees it.
    Beyond,
}

/// A law that could not be fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeftOut {
    /// The law.
    pub law: &'static Law,
    /// Why, in words.
    pub reason: &'static str,
}

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

/// Fits every law to `series` and compares them.
///
/// Predictions are made for the measured counts and for `ahead`: counts up to twice the largest
/// measured one, with known cores if those of the series are known. Others are left out.
pub fn choose(series: &Series, ahead: &[Point]) -> Choice {
    let observations = Observations::of(series);
    let mut fits = Vec::new();
    let mut left_out = Vec::new();
    for &law in laws::ALL {
        match Fit::of(law, &observations) {
            Ok(fit) => fits.push(fit),
            Err(reason) => left_out.push(LeftOut { law, reason }),
        }
    }
    let scores = Scores::of(&fits, &observations);
    let points = predicted_points(series, ahead);
    let law_fits = fits.iter().enumerate().map(|(idx, fit)| law_fit(fit, &scores, idx, &points));
    Choice {
        fits: law_fits.collect(),
        left_out,
        verdict: verdict(&fits, &scores),
        averaged: averaged(&fits, &scores, &points),
    }
}

/// What the two judges say, one entry for each fit.
struct Scores {
    aicc: Vec<Option<f64>>,
    delta: Vec<Option<f64>>,
    weight: Vec<Option<f64>>,
    /// Squares of the errors, one for each left-out count.
    loo: Vec<Option<Vec<f64>>>,
    most_workers: u32,
}

impl Scores {
    fn of(fits: &[Fit], observations: &Observations<'_>) -> Self {
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
}

fn law_fit(fit: &Fit, scores: &Scores, idx: usize, points: &[(Point, Basis)]) -> LawFit {
    let parameter = |idx: usize| FittedParameter {
        parameter: &fit.law.parameters[idx],
        estimate: fit.estimate(|values| values[idx]),
        at_bound: fit.bound(idx),
    };
    let prediction = |(point, basis): &(Point, Basis)| Prediction {
        workers: point.workers,
        throughput: fit.throughput(point),
        basis: *basis,
    };
    LawFit {
        law: fit.law,
        parameters: fit.identified().map(parameter).collect(),
        derived: fit.law.derived.iter().filter_map(|derived| existing(fit, derived)).collect(),
        sigma: fit.sigma,
        aicc: scores.aicc[idx],
        delta: scores.delta[idx],
        weight: scores.weight[idx],
        loo_error: scores.loo[idx].as_ref().map(|squares| mean(squares).sqrt()),
        predictions: points.iter().map(prediction).collect(),
        reading: Reading::of(fit, scores.most_workers),
    }
}

/// A derived quantity, unless it is infinite somewhere within its interval or has none.
fn existing(fit: &Fit, derived: &'static Derived) -> Option<FittedDerived> {
    let estimate = fit.estimate(derived.of);
    let interval = estimate.interval?;
    let exists = [estimate.value, interval.low, interval.high].into_iter().all(f64::is_finite);
    let Derived { symbol, meaning, unit, .. } = *derived;
    exists.then_some(FittedDerived { symbol, meaning, unit, estimate })
}

fn predicted_points(series: &Series, ahead: &[Point]) -> Vec<(Point, Basis)> {
    let most = series.most_workers();
    let are_cores_known = series.points().iter().all(|point| point.cores.is_some());
    let is_measured = |point: &Point| series.points().iter().any(|p| p.workers == point.workers);
    let measured = series.points().iter().map(|&point| (point, Basis::Measured));
    let ahead = ahead.iter().filter(|point| {
        let is_known = point.cores.is_some() || !are_cores_known;
        is_known && (1..=FARTHEST * most).contains(&point.workers) && !is_measured(point)
    });
    let basis = |point: &Point| if point.workers > most { Basis::Beyond } else { Basis::Between };
    measured.chain(ahead.map(|point| (*point, basis(point)))).collect()
}

fn verdict(fits: &[Fit], scores: &Scores) -> Verdict {
    let ranking = scores.ranking();
    let laws = |idxs: &[usize]| idxs.iter().map(|&idx| fits[idx].law).collect();
    let Some(&best) = ranking.first() else {
        return Verdict::CannotTell { candidates: vec![], doubt: Doubt::TooFewObservations };
    };
    let as_good = |&idx: &usize| scores.delta[idx].is_some_and(|delta| delta < AS_GOOD);
    let close: Vec<usize> = ranking.iter().copied().filter(as_good).collect();
    if close.len() > 1 {
        return Verdict::CannotTell { candidates: laws(&close), doubt: Doubt::AsGood };
    }
    let Some(own) = &scores.loo[best] else {
        return Verdict::CannotTell { candidates: laws(&[best]), doubt: Doubt::Untested };
    };
    let rival = ranking.into_iter().find(|&idx| {
        idx != best && scores.loo[idx].as_ref().is_some_and(|other| is_clearly_worse(own, other))
    });
    match rival {
        Some(rival) => {
            Verdict::CannotTell { candidates: laws(&[best, rival]), doubt: Doubt::PredictsWorse }
        }
        None => Verdict::Best(fits[best].law),
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

/// Predictions of all laws, weighted.
fn averaged(fits: &[Fit], scores: &Scores, points: &[(Point, Basis)]) -> Vec<Prediction> {
    let weighted: Vec<(&Fit, f64)> =
        fits.iter().zip(&scores.weight).filter_map(|(fit, &w)| Some((fit, w?))).collect();
    let Some(&(first, _)) = weighted.first() else { return vec![] };
    let prediction = |&(point, basis): &(Point, Basis)| {
        let mut value = 0.0;
        let mut drawn: Vec<f64> = Vec::new();
        for &(fit, weight) in &weighted {
            let (own, replicates) = fit.throughputs(&point);
            value += weight * own;
            drawn.resize(replicates.len(), 0.0);
            drawn.iter_mut().zip(replicates).for_each(|(sum, x)| *sum += weight * x);
        }
        let throughput = first.with_interval(value, drawn);
        Prediction { workers: point.workers, throughput, basis }
    };
    points.iter().map(prediction).collect()
}
