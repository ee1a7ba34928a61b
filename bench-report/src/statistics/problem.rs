//! One law and the observations of one series as a problem of least loss.
//!
//! Separate from [`mod@super::fit`], which says what a solution means: here are the observations,
//! the robust loss with its slopes, and where a descent may begin. Next: [`super::descent`] solves
//! it.

use super::{
    bootstrap::Resamples,
    center::{median, robust_deviation, steady_mean},
    descent::{Bounds, Local, descend},
    laws::{Law, MOST_PARAMETERS, Values},
    series::{Aligned, Point, Series, Setting},
    sums::{Residuals, Sums},
};

/// Where Huber's loss becomes linear, in standard deviations: 95 % as exact as least squares if the
/// noise is normal after all.
pub(super) const HUBER: f64 = 1.345;

/// Times σ is estimated again after the first fit.
const ROUNDS: usize = 2;

/// Least σ, as a share of a time: below the resolution of any clock. Keeps made-up data without
/// noise from dividing by 0.
pub(super) const LEAST_SIGMA: f64 = 1e-9;

/// A series made ready for fitting, and the draws of its blocks: the same for all laws.
#[derive(Clone, Debug)]
pub struct Observations<'a> {
    pub(super) series: &'a Series,
    /// `columns[j][b]`: aligned ln X of point j in block b.
    pub(super) columns: Vec<Vec<f64>>,
    pub(super) draws: Vec<Draw>,
}

/// One draw of whole blocks.
#[derive(Clone, Debug)]
pub(super) struct Draw {
    /// How often each block was drawn.
    pub(super) times: Vec<f64>,
    /// Level of the drawn blocks together.
    pub(super) level: f64,
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
    pub(super) fn center(&self, point: usize) -> f64 {
        median(&mut self.columns[point].clone())
    }
}

/// What is minimised: the observations of some points under one law.
pub(super) struct Problem<'a> {
    law: &'static Law,
    setting: &'a Setting,
    /// Points with their observations, one per block.
    columns: Vec<(&'a Point, &'a [f64])>,
    pub(super) bounds: Bounds,
    starts: Vec<Values>,
}

impl<'a> Problem<'a> {
    /// Without point number `without`, if there is one. `None` if the law has more parameters than
    /// there are points.
    pub(super) fn of(
        law: &'static Law,
        observations: &'a Observations<'_>,
        without: Option<usize>,
    ) -> Option<Self> {
        let series = observations.series;
        let pairs = series.points().iter().zip(observations.columns.iter().map(Vec::as_slice));
        let columns = pairs.enumerate().filter(|(point, _)| Some(*point) != without);
        let columns: Vec<_> = columns.map(|(_, pair)| pair).collect();
        if columns.is_empty() {
            return None;
        }
        let (bounds, starts) = search_space(law, series, &columns);
        let parameters = bounds.is_free.iter().filter(|&&is_free| is_free).count();
        let enough = parameters <= columns.len();
        enough.then(|| Self { law, setting: series.setting(), columns, bounds, starts })
    }

    /// The loss of all observations around `place`, with Huber's loss linear beyond `limit`.
    pub(super) fn local(&self, place: &Values, limit: f64) -> Local {
        let mut local = Local::default();
        for &(point, column) in &self.columns {
            let (expected, slopes) = ln_throughput(self.law, self.setting, point, place);
            let (mut weight, mut pull) = (0.0, 0.0);
            for &observed in column {
                let residual = observed - expected;
                let near = residual.clamp(-limit, limit);
                local.loss += near * (residual - near / 2.0);
                pull += near;
                weight += (limit / residual.abs()).min(1.0);
            }
            local.add(pull, weight, &slopes);
        }
        local
    }

    /// The residuals at `place`, for the sums of draws.
    pub(super) fn residuals_at(&self, place: &Values, limit: f64) -> Residuals {
        let mut residuals = Residuals::new();
        for &(point, column) in &self.columns {
            let (expected, _) = ln_throughput(self.law, self.setting, point, place);
            residuals.add(expected, column, limit);
        }
        residuals
    }

    /// The place of least loss by `sums` that a descent from `start` reaches.
    pub(super) fn descend(&self, sums: &Sums<'_>, start: Values) -> (Values, Local) {
        let expected = |place: &Values, point: usize| {
            ln_throughput(self.law, self.setting, self.columns[point].0, place)
        };
        descend(|place| sums.local(|point| expected(place, point)), &self.bounds, start)
    }

    /// The best place that a descent with least squares reaches from any start.
    fn least_squares(&self) -> Values {
        let once = vec![1.0; self.columns[0].1.len()];
        let residuals = self.residuals_at(&self.starts[0], f64::INFINITY);
        let sums = residuals.sums(&once);
        let ends = self.starts.iter().map(|&start| self.descend(&sums, start));
        let best = ends.min_by(|a, b| a.1.loss.total_cmp(&b.1.loss));
        best.map_or([0.0; MOST_PARAMETERS], |(place, _)| place)
    }

    /// The best place under Huber's loss, with its σ.
    pub(super) fn robust(&self) -> (Values, f64) {
        let mut place = self.least_squares();
        let mut sigma = LEAST_SIGMA;
        for _ in 0..ROUNDS {
            sigma = robust_deviation(&self.residuals(&place), 0.0).max(LEAST_SIGMA);
            place = self.huber(place, sigma);
        }
        (place, sigma)
    }

    /// The place of least loss with a given σ that a descent from `start` reaches.
    pub(super) fn huber(&self, start: Values, sigma: f64) -> Values {
        descend(|place| self.local(place, HUBER * sigma), &self.bounds, start).0
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
pub(super) fn ln_throughput(
    law: &Law,
    setting: &Setting,
    point: &Point,
    place: &Values,
) -> (f64, Values) {
    let shape = (law.shape)(setting, point, &place[1..law.parameters.len()]);
    let [first, second, third] = shape.slopes.map(|slope| slope / shape.value);
    (place[0] + shape.value.ln(), [1.0, first, second, third])
}
