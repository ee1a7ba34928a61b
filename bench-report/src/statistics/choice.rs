//! Which law describes a series: all fits side by side, and a verdict that may be "cannot tell".
//!
//! Separate from fitting because here laws compete. Next: [`super::verdict`] decides, and
//! [`super::usl`] says what the coefficients of the universal law mean. Points with more workers than
//! CPUs do not enter (see [`Series`]).

use super::{
    center::mean,
    fit::{Bound, Fit, Observations, with_interval},
    laws::{self, Derived, Law, Parameter},
    series::{Point, Series},
    usl::Reading,
    verdict::{Scores, Verdict},
};
use crate::model::Estimate;

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
    /// counts first; intervals hold what the laws differ by and take the weights as given. Empty
    /// without weights.
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
        verdict: scores.verdict(&fits),
        averaged: averaged(&fits, &scores, &points),
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
        is_known
            && (1..=most.saturating_mul(FARTHEST)).contains(&point.workers)
            && !is_measured(point)
    });
    let basis = |point: &Point| if point.workers > most { Basis::Beyond } else { Basis::Between };
    measured.chain(ahead.map(|point| (*point, basis(point)))).collect()
}

/// Predictions of all laws, weighted: the mean of what they say, and draws of which each law has
/// as large a share as its weight, so that the interval holds what the laws differ by.
///
/// (Burnham & Anderson 2002, section 4.3: the variance of an average over models has their spread in
/// it. A weighted mean of each draw would only have the variance within them.)
fn averaged(fits: &[Fit], scores: &Scores, points: &[(Point, Basis)]) -> Vec<Prediction> {
    let weighted: Vec<(&Fit, f64)> =
        fits.iter().zip(&scores.weight).filter_map(|(fit, &w)| Some((fit, w?))).collect();
    if weighted.is_empty() {
        return vec![];
    }
    let prediction = |&(point, basis): &(Point, Basis)| {
        let mut value = 0.0;
        let mut pooled: Vec<f64> = Vec::new();
        let mut share = 0.0;
        for &(fit, weight) in &weighted {
            let (own, replicates) = fit.throughputs(&point);
            value += weight * own;
            share += weight;
            // Draws are alike, so which ones stand for a law does not matter.
            let until = (share * replicates.len() as f64).round() as usize;
            pooled.extend(replicates.iter().take(until).skip(pooled.len()));
        }
        let throughput = with_interval(value, pooled);
        Prediction { workers: point.workers, throughput, basis }
    };
    points.iter().map(prediction).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::series::{Mode, Setting};

    /// Two counts leave laws apart that agree on them: the interval of all together reaches from
    /// one law to the other, not only around their mean.
    #[test]
    fn the_interval_of_all_laws_holds_what_they_differ_by() {
        let setting = Setting { mode: Mode::Strong, quota_cpus: None, tasks: None };
        let points = [1, 2, 3].map(|workers| Point { workers, work: 1.0, cores: None });
        let row = |b: i32| {
            let noise = |j: i32| 1.0 + 0.01 * f64::from((b * 7 + j * 5) % 11 - 5);
            vec![1000.0 * noise(0), 560.0 * noise(1), 420.0 * noise(2)]
        };
        let blocks = (0..10).map(row).collect();
        let series = Series::new(setting, points.to_vec(), blocks).unwrap();
        let choice = choose(&series, &[Point { workers: 6, work: 1.0, cores: None }]);
        let told = choice.averaged.last().unwrap().throughput.interval.unwrap();
        let weighty = choice.fits.iter().filter(|fit| fit.weight.is_some_and(|w| w > 0.1));
        let values: Vec<f64> =
            weighty.map(|fit| fit.predictions.last().unwrap().throughput.value).collect();
        assert!(values.len() > 1, "{choice:?}");
        assert!(values.iter().all(|&value| told.contains(value)), "{values:?} in {told:?}");
    }
}
