//! Fits one law to one series: the estimate, how sure it is, and how well it predicts what it has
//! not seen.
//!
//! Separate from the choice between laws, which needs all fits. Next: [`super::choice`].
//!
//! # Method
//!
//! 1. One observation is ln X of one worker count in one block, with the level of the block taken
//!    out ([`Aligned`]). Logarithms, because noise of times is multiplicative; throughput and not
//!    speed-up, because S(1) = 1 says nothing and would put the error of the baseline into every
//!    point.
//! 2. The loss is Huber's, quadratic up to 1.345 σ (Huber, Ann. Math. Stat. 35, 1964), with σ from
//!    the median absolute residual. The descent starts from a grid with least squares; σ and the fit
//!    then take turns twice.
//! 3. Whole blocks are drawn [`RESAMPLES`](super::RESAMPLES) times. Each draw is fitted again,
//!    beginning at the estimate and with the same σ, and gets back the level of its blocks.
//! 4. Intervals are [`expanded_interval`]s of whatever follows from the parameters.

use super::{
    bootstrap::{Resamples, expanded_interval},
    center::{median, robust_deviation, steady_mean},
    descent::{Bounds, Local, descend, solve},
    laws::{Law, MOST_PARAMETERS, Values},
    series::{Aligned, Point, Series, Setting},
};
use crate::model::Estimate;

/// Where Huber's loss becomes linear, in standard deviations: 95 % as exact as least squares if the
/// noise is normal after all.
const HUBER: f64 = 1.345;

/// Times σ is estimated again after the first fit.
const ROUNDS: usize = 2;

/// Least σ, as a share of a time: below the resolution of any clock. Keeps made-up data without
/// noise from dividing by 0.
pub const LEAST_SIGMA: f64 = 1e-9;

/// A series made ready for fitting, and the draws of its blocks: the same for all laws.
#[derive(Clone, Debug)]
pub struct Observations<'a> {
    series: &'a Series,
    /// `columns[j][b]`: aligned ln X of point j in block b.
    columns: Vec<Vec<f64>>,
    draws: Vec<Draw>,
}

/// One draw of whole blocks.
#[derive(Clone, Debug)]
struct Draw {
    /// How often each block was drawn.
    times: Vec<f64>,
    /// Level of the drawn blocks together.
    level: f64,
}

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
    /// As `place`, of every draw.
    drawn: Vec<Values>,
    /// Parameters that the series tells something about.
    is_identified: [bool; MOST_PARAMETERS],
    bounds: [Option<Bound>; MOST_PARAMETERS],
    curvature: [Values; MOST_PARAMETERS],
    setting: Setting,
    work: f64,
    blocks: usize,
}

impl<'a> Observations<'a> {
    /// Aligns the blocks of `series` and draws them; no draws for too few blocks.
    pub fn of(series: &'a Series) -> Self {
        let aligned = Aligned::of(series);
        let columns = (0..series.points().len()).map(|point| aligned.column(point)).collect();
        let draw = |blocks: &[u32]| {
            let mut times = vec![0.0; aligned.levels.len()];
            for &block in blocks {
                times[block as usize] += 1.0;
            }
            let levels: Vec<f64> = blocks.iter().map(|&b| aligned.levels[b as usize]).collect();
            Draw { times, level: steady_mean(&levels) }
        };
        let resamples = Resamples::of_blocks(aligned.levels.len());
        let draws = resamples.map(|resamples| resamples.draws().map(draw).collect());
        Self { series, columns, draws: draws.unwrap_or_default() }
    }

    /// The series itself.
    pub fn series(&self) -> &'a Series {
        self.series
    }

    /// Observations that count once the levels of the blocks are taken out: one for each count and
    /// block, less the levels, of which one stays in the scale.
    pub fn independent(&self) -> usize {
        let blocks = self.series.blocks().len();
        self.columns.len() * blocks - (blocks - 1)
    }

    /// Median of ln X of one point, levels taken out.
    fn center(&self, point: usize) -> f64 {
        median(&mut self.columns[point].clone())
    }
}

/// What is minimised: the observations of some points under one law.
struct Problem<'a> {
    law: &'static Law,
    setting: &'a Setting,
    /// Points with their observations, one per block.
    columns: Vec<(&'a Point, &'a [f64])>,
    bounds: Bounds,
    starts: Vec<Values>,
}

impl<'a> Problem<'a> {
    /// Without point number `without`, if there is one. `None` if the law has more parameters than
    /// there are points.
    fn of(
        law: &'static Law,
        observations: &'a Observations<'_>,
        without: Option<usize>,
    ) -> Option<Self> {
        let series = observations.series;
        let pairs = series.points().iter().zip(observations.columns.iter().map(Vec::as_slice));
        let columns = pairs.enumerate().filter(|(point, _)| Some(*point) != without);
        let columns: Vec<_> = columns.map(|(_, pair)| pair).collect();
        let (bounds, starts) = search_space(law, series, &columns);
        let parameters = bounds.is_free.iter().filter(|&&is_free| is_free).count();
        let enough = parameters <= columns.len();
        enough.then(|| Self { law, setting: series.setting(), columns, bounds, starts })
    }

    /// The loss around `place`, with each block counted `times` and Huber's loss linear beyond
    /// `limit`.
    fn local(&self, place: &Values, times: &[f64], limit: f64) -> Local {
        let mut local = Local::default();
        for &(point, column) in &self.columns {
            let (expected, slopes) = ln_throughput(self.law, self.setting, point, place);
            let (mut weight, mut pull) = (0.0, 0.0);
            for (&observed, &times) in column.iter().zip(times) {
                let residual = observed - expected;
                let near = residual.clamp(-limit, limit);
                local.loss += times * near * (residual - near / 2.0);
                pull += times * near;
                weight += if residual == 0.0 { times } else { times * near / residual };
            }
            for i in 0..MOST_PARAMETERS {
                local.downhill[i] += pull * slopes[i];
                for j in 0..MOST_PARAMETERS {
                    local.curvature[i][j] += weight * slopes[i] * slopes[j];
                }
            }
        }
        local
    }

    /// The best place that a descent with least squares reaches from any start.
    fn least_squares(&self, times: &[f64]) -> Values {
        let local = |place: &Values| self.local(place, times, f64::INFINITY);
        let ends = self.starts.iter().map(|&start| descend(local, &self.bounds, start));
        let best = ends.min_by(|a, b| a.1.loss.total_cmp(&b.1.loss));
        best.map_or([0.0; MOST_PARAMETERS], |(place, _)| place)
    }

    /// The best place under Huber's loss, with its σ.
    fn robust(&self, times: &[f64]) -> (Values, f64) {
        let mut place = self.least_squares(times);
        let mut sigma = LEAST_SIGMA;
        for _ in 0..ROUNDS {
            sigma = robust_deviation(&self.residuals(&place), 0.0).max(LEAST_SIGMA);
            let local = |place: &Values| self.local(place, times, HUBER * sigma);
            place = descend(local, &self.bounds, place).0;
        }
        (place, sigma)
    }

    fn residuals(&self, place: &Values) -> Vec<f64> {
        let of_column = |&(point, column): &(&Point, &'a [f64])| {
            let (expected, _) = ln_throughput(self.law, self.setting, point, place);
            column.iter().map(move |observed| observed - expected)
        };
        self.columns.iter().flat_map(of_column).collect()
    }
}

/// Bounds and starts; a coordinate without influence on any point is not free.
fn search_space(
    law: &'static Law,
    series: &Series,
    columns: &[(&Point, &[f64])],
) -> (Bounds, Vec<Values>) {
    let coordinates = (law.coordinates)(series);
    let mut bounds = Bounds {
        low: [f64::NEG_INFINITY; MOST_PARAMETERS],
        high: [f64::INFINITY; MOST_PARAMETERS],
        is_free: [true, false, false, false],
    };
    let mut starts = vec![[0.0; MOST_PARAMETERS]];
    for (idx, coordinate) in (1..).zip(&coordinates) {
        (bounds.low[idx], bounds.high[idx]) = (coordinate.low, coordinate.high);
        let with = |start: &Values, &value: &f64| {
            let mut start = *start;
            start[idx] = value;
            start
        };
        starts = starts.iter().flat_map(|s| coordinate.starts.iter().map(|v| with(s, v))).collect();
    }
    for (idx, is_free) in bounds.is_free.iter_mut().enumerate() {
        let slope = |point| ln_throughput(law, series.setting(), point, &starts[0]).1[idx];
        *is_free = columns.iter().any(|&(point, _)| slope(point) != 0.0);
    }
    for start in &mut starts {
        let (point, column) = columns[0];
        start[0] = column[0] - ln_throughput(law, series.setting(), point, start).0;
    }
    (bounds, starts)
}

/// ln X at one point, and its derivatives.
fn ln_throughput(law: &Law, setting: &Setting, point: &Point, place: &Values) -> (f64, Values) {
    let shape = (law.shape)(setting, point, &place[1..law.parameters.len()]);
    let [first, second, third] = shape.slopes.map(|slope| slope / shape.value);
    (place[0] + shape.value.ln(), [1.0, first, second, third])
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
        let once = vec![1.0; series.blocks().len()];
        let (place, sigma) = problem.robust(&once);
        let redrawn = |draw: &Draw| {
            let local = |place: &Values| problem.local(place, &draw.times, HUBER * sigma);
            let mut drawn = descend(local, &problem.bounds, place).0;
            drawn[0] += draw.level;
            drawn
        };
        Ok(Self {
            law,
            sigma,
            place,
            drawn: observations.draws.iter().map(redrawn).collect(),
            is_identified: problem.bounds.is_free,
            bounds: active(&problem.bounds, &place),
            curvature: problem.local(&place, &once, HUBER * sigma).curvature,
            setting: *series.setting(),
            work: series.points()[0].work,
            blocks: series.blocks().len(),
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

    /// The parameters of every draw of blocks.
    pub fn drawn_values(&self) -> impl Iterator<Item = Values> {
        self.drawn.iter().map(|place| self.reported(place))
    }

    fn reported(&self, place: &Values) -> Values {
        (self.law.values)(place[0].exp(), &place[1..self.law.parameters.len()], self.work)
    }

    /// Whatever follows from the parameters, with its interval.
    pub fn estimate(&self, of: impl Fn(&Values) -> f64) -> Estimate {
        let replicates: Vec<f64> = self.drawn_values().map(|values| of(&values)).collect();
        self.with_interval(of(&self.values()), replicates)
    }

    /// The throughput at `point`, in work per second, with its interval.
    pub fn throughput(&self, point: &Point) -> Estimate {
        let (value, replicates) = self.throughputs(point);
        self.with_interval(value, replicates)
    }

    /// The throughput at `point`: of the estimate, and of every draw.
    pub(super) fn throughputs(&self, point: &Point) -> (f64, Vec<f64>) {
        let at = |place| ln_throughput(self.law, &self.setting, point, place).0.exp();
        (at(&self.place), self.drawn.iter().map(at).collect())
    }

    pub(super) fn with_interval(&self, value: f64, replicates: Vec<f64>) -> Estimate {
        let is_known = !replicates.is_empty();
        let interval = is_known.then(|| expanded_interval(replicates, self.blocks));
        Estimate { value, interval }
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
    /// others, or `None` if the others do not determine every parameter.
    pub fn leave_one_out(&self, observations: &Observations<'_>) -> Option<Vec<f64>> {
        let once = vec![1.0; self.blocks];
        let error = |without: usize| {
            let problem = Problem::of(self.law, observations, Some(without))?;
            if problem.bounds.is_free != self.is_identified {
                return None;
            }
            let (place, _) = problem.robust(&once);
            let point = &observations.series.points()[without];
            let (expected, _) = ln_throughput(self.law, &self.setting, point, &place);
            Some((observations.center(without) - expected).powi(2))
        };
        (0..observations.columns.len()).map(error).collect()
    }
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
