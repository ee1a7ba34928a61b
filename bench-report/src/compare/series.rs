//! One number per block, as its median, and its median in every draw of blocks.
//!
//! Separate because every interval of a ratio or a difference is found the same way: compute it
//! from medians, again in each draw, and read the interval from the draws. Next:
//! [`crate::statistics`], which says why the draws are stretched.

use crate::{
    model::Estimate,
    statistics::{Resamples, median, stretched_interval},
};

/// A quantity that every block measured once.
pub(super) struct Series {
    pub(super) median: f64,
    /// The median in each draw; empty if there are too few blocks.
    drawn: Vec<f64>,
    blocks: usize,
}

impl Series {
    /// `values` are at least one, and one for each block of `resamples`.
    pub(super) fn of(values: &[f64], resamples: Option<&Resamples>) -> Self {
        let drawn = resamples.map_or_else(Vec::new, |resamples| resamples.medians(values));
        Self { median: median(&mut values.to_vec()), drawn, blocks: values.len() }
    }
}

/// A function of medians with its interval; all `series` are of the same blocks.
pub(super) fn combined<const N: usize>(
    series: [&Series; N],
    of: impl Fn([f64; N]) -> f64,
) -> Estimate {
    let value = of(series.map(|series| series.median));
    let draws = series.iter().map(|series| series.drawn.len()).min().unwrap_or(0);
    let replicates = (0..draws).map(|draw| of(series.map(|series| series.drawn[draw])));
    let interval =
        (draws > 0).then(|| stretched_interval(value, replicates.collect(), series[0].blocks));
    Estimate { value, interval }
}
