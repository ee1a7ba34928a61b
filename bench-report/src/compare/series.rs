//! One number per block, as its median, and its steady center in every draw of blocks.
//!
//! Separate because every interval of a ratio or a difference is found the same way: compute it
//! from the centers, again in each draw, and read the interval from the draws. Next:
//! [`crate::statistics::blocks`], which does that.

use crate::{
    model::Estimate,
    statistics::{
        blocks::{Blocks, Centers},
        median,
    },
};

/// A quantity that every block measured once.
pub(super) struct Series {
    pub(super) median: f64,
    pub(super) centers: Centers,
}

impl Series {
    /// `values` are above 0, one for each of the `blocks`.
    pub(super) fn of(values: &[f64], blocks: &Blocks) -> Self {
        Self { median: median(&mut values.to_vec()), centers: blocks.centers(values) }
    }
}

/// A function of centers with its interval; all `series` are of the same blocks.
pub(super) fn combined<const N: usize>(
    series: [&Series; N],
    of: impl Fn([f64; N]) -> f64,
) -> Estimate {
    crate::statistics::blocks::combined(series.map(|series| &series.centers), of)
}
