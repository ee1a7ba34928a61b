//! Fits one law to one series: the estimate, how sure it is, and how well it predicts what it has
//! not seen.
//!
//! Separate from the choice between laws, which needs all fits. Next: [`super::choice`].
//!
//! # Method
//!
//! 1. One observation is ln X of one worker count in one block, with the level of the block taken
//!    out ([`Aligned`](super::series::Aligned)). Logarithms, because noise of times is
//!    multiplicative; throughput and not speed-up, because S(1) = 1 says nothing and would put the
//!    error of the baseline into every point.
//! 2. The loss is Huber's, quadratic up to 1.345 σ (Huber, Ann. Math. Stat. 35, 1964), with σ from
//!    the median absolute residual. The descent starts from a grid with least squares; σ and the fit
//!    then take turns twice.
//! 3. Whole blocks are drawn [`RESAMPLES`](super::RESAMPLES) times. Each draw is fitted again,
//!    beginning at the estimate, with the same σ and a loss of second order around it
//!    (`sums`), and gets back the level of its blocks. Its
//!    parameters are moved away from the estimate by [`stretch`], but not beyond their bounds.
//! 4. Intervals are [`percentile_interval`]s of whatever follows from the drawn parameters.

use super::{
    bootstrap::{percentile_interval, stretch},
    descent::{Bounds, solve},
    laws::{Law, MOST_PARAMETERS, Values},
    problem::{Draw, HUBER, Problem, ln_throughput},
    series::{Point, Setting},
};
use crate::model::Estimate;

pub use super::problem::Observations;

/// A bound that an estimate lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The least allowed value.
    Lower,
    /// The greatest allowed value.
    Upper,
}

/// A law fitted to a series.
#[derive(Clone, Debug)]
pub struct Fit {
    /// The law.
    pub law: &'static Law,
    /// σ of the noise, relative: robust, of the residuals.
    pub sigma: f64,
    /// ln g and the coordinates of the shape.
    place: Values,
    /// As `place`, of every draw, stretched.
    drawn: Vec<Values>,
    /// Parameters that the series tells something about.
    is_identified: [bool; MOST_PARAMETERS],
    bounds: [Option<Bound>; MOST_PARAMETERS],
    curvature: [Values; MOST_PARAMETERS],
    setting: Setting,
    work: f64,
}

impl Fit {
    /// Fits `law`.
    ///
    /// # Errors
    ///
    /// Why the law cannot be fitted to this series, in words.
    pub fn of(law: &'static Law, observations: &Observations<'_>) -> Result<Self, &'static str> {
        let series = observations.series;
        if !law.applies_to.contains(&series.setting().mode) {
            return Err("it does not answer the question of this series");
        }
        if let Some(lack) = (law.lacks)(series) {
            return Err(lack);
        }
        let problem = Problem::of(law, observations, None).ok_or("too few worker counts")?;
        let blocks = series.blocks().len();
        let (place, sigma) = problem.robust();
        let factor = stretch(blocks.max(2));
        let residuals = problem.residuals_at(&place, HUBER * sigma);
        let redrawn = |draw: &Draw| {
            let mut drawn = problem.descend(&residuals.sums(&draw.times), place).0;
            drawn[0] += draw.level;
            problem.bounds.stretched(&place, &drawn, factor)
        };
        Ok(Self {
            law,
            sigma,
            place,
            drawn: observations.draws.iter().map(redrawn).collect(),
            is_identified: problem.bounds.is_free,
            bounds: active(&problem.bounds, &place),
            curvature: problem.local(&place, HUBER * sigma).curvature,
            setting: *series.setting(),
            work: series.points()[0].work,
        })
    }

    /// Parameters that the series tells something about, by their position in the law.
    pub fn identified(&self) -> impl Iterator<Item = usize> {
        (0..self.law.parameters.len()).filter(|&idx| self.is_identified[idx])
    }

    /// The bound that parameter `idx` lies on.
    pub fn bound(&self, idx: usize) -> Option<Bound> {
        self.bounds[idx]
    }

    /// The parameters as they are reported.
    pub fn values(&self) -> Values {
        self.reported(&self.place)
    }

    /// The parameters of every draw of blocks, stretched: their percentiles are the intervals.
    pub fn drawn_values(&self) -> impl Iterator<Item = Values> {
        self.drawn.iter().map(|place| self.reported(place))
    }

    fn reported(&self, place: &Values) -> Values {
        (self.law.values)(place[0].exp(), &place[1..self.law.parameters.len()], self.work)
    }

    /// Whatever follows from the parameters, with its interval.
    pub fn estimate(&self, of: impl Fn(&Values) -> f64) -> Estimate {
        let replicates: Vec<f64> = self.drawn_values().map(|values| of(&values)).collect();
        with_interval(of(&self.values()), replicates)
    }

    /// The throughput at `point`, in work per second, with its interval.
    pub fn throughput(&self, point: &Point) -> Estimate {
        let (value, replicates) = self.throughputs(point);
        with_interval(value, replicates)
    }

    /// The throughput at `point`: of the estimate, and of every draw.
    pub(super) fn throughputs(&self, point: &Point) -> (f64, Vec<f64>) {
        let at = |place| ln_throughput(self.law, &self.setting, point, place).0.exp();
        (at(&self.place), self.drawn.iter().map(at).collect())
    }

    /// Correlation of the estimates of two parameters of the shape (of their coordinates), from the
    /// inverse of the curvature, or `None` if the series does not tell both.
    pub fn correlation(&self, a: usize, b: usize) -> Option<f64> {
        let column = |idx: usize| {
            let mut unit = [0.0; MOST_PARAMETERS];
            unit[idx] = 1.0;
            solve(&self.curvature, &unit, self.is_identified)
        };
        let (of_a, of_b) = (column(a), column(b));
        let correlation = of_a[b] / (of_a[a] * of_b[b]).sqrt();
        correlation.is_finite().then_some(correlation)
    }

    /// Mean square of the residuals on a common yardstick: those beyond 1.345 `sigma` count with
    /// Huber's loss, so that laws are compared on the body of the data, not on its outliers.
    pub fn mean_square(&self, observations: &Observations<'_>, sigma: f64) -> f64 {
        let limit = HUBER * sigma;
        let mut sum = 0.0;
        for (point, column) in observations.series.points().iter().zip(&observations.columns) {
            let (expected, _) = ln_throughput(self.law, &self.setting, point, &self.place);
            for observed in column {
                let near = (observed - expected).clamp(-limit, limit);
                sum += near * (2.0 * (observed - expected) - near);
            }
        }
        sum / observations.independent() as f64
    }

    /// Squares of the relative errors with which the law predicts each worker count from the
    /// others, with the same σ and beginning at the estimate, or `None` if the others do not determine every parameter.
    pub fn leave_one_out(&self, observations: &Observations<'_>) -> Option<Vec<f64>> {
        let error = |without: usize| {
            let problem = Problem::of(self.law, observations, Some(without))?;
            if problem.bounds.is_free != self.is_identified {
                return None;
            }
            let place = problem.huber(self.place, self.sigma);
            let point = &observations.series.points()[without];
            let (expected, _) = ln_throughput(self.law, &self.setting, point, &place);
            Some((observations.center(without) - expected).powi(2))
        };
        (0..observations.columns.len()).map(error).collect()
    }
}

/// A value with the interval of stretched replicates; without one if there are none.
pub(super) fn with_interval(value: f64, replicates: Vec<f64>) -> Estimate {
    let is_known = !replicates.is_empty();
    Estimate { value, interval: is_known.then(|| percentile_interval(replicates)) }
}

/// Which bounds the estimate lies on.
fn active(bounds: &Bounds, place: &Values) -> [Option<Bound>; MOST_PARAMETERS] {
    std::array::from_fn(|i| match place[i] {
        _ if !bounds.is_free[i] => None,
        value if value <= bounds.low[i] => Some(Bound::Lower),
        value if value >= bounds.high[i] => Some(Bound::Upper),
        _ => None,
    })
}
