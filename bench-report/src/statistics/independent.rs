//! The interval of one median whose samples stand alone: no blocks, no pairs.
//!
//! Separate from blocks because benchmarks are not measured in them. Next:
//! [`rank_interval`](super::rank_interval).

use super::{median, rank_interval};
use crate::model::Estimate;

/// The median of `values`, at least one, with its 95 % interval by ranks if there are enough.
pub fn median_with_interval(values: &[f64]) -> Estimate {
    Estimate { value: median(&mut values.to_vec()), interval: rank_interval(values) }
}
