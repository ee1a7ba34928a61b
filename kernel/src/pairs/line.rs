//! Pairs of numbers: one dimension, two pointers for each threshold.
//!
//! The samples before sample i that are within t of it are contiguous in ascending order, and their sum of
//! distances G follows from that of the sample before:
//!
//! ```text
//! for each sample i:
//!     drop the samples j with x_i − x_j > t:      G −= x_(i−1) − x_j,  m −= 1
//!     move the others on:                         G += m (x_i − x_(i−1))
//!     take in sample i − 1
//! ```
//!
//! Samples are dropped before the others move, so G is never larger than m t, however far away the next
//! sample is; prefix sums of the samples would hold an outlier's magnitude for good.

use crate::isa::{GROUP, Sums};
use crate::samples::{Element, Run};
use crate::team::{self, Team};

/// The samples of a run of one dimension, ascending.
pub(super) fn sorted<T: Element>(run: &Run<'_, T>) -> Vec<f64> {
    let mut x: Vec<f64> = run.columns()[0].iter().map(|value| value.widen()).collect();
    x.sort_unstable_by(f64::total_cmp);
    x
}

/// Sorts places by a value. Any order of equal ones will do.
pub(super) fn sort(places: &mut [u32], value: impl Fn(u32) -> f64) {
    places.sort_unstable_by(|&a, &b| value(a).total_cmp(&value(b)));
}

/// Places of the values of a column, ascending.
pub(super) fn places<T: Element>(column: &[T]) -> Vec<u32> {
    let mut places: Vec<u32> = (0..column.len() as u32).collect();
    sort(&mut places, |place| column[place as usize].widen());
    places
}

/// The values of a column at `places`, and [`GROUP`] more.
pub(super) fn ordered<T: Element>(column: &[T], places: &[u32]) -> Vec<f64> {
    let values = places.iter().map(|&place| column[place as usize].widen());
    values.chain([0.0; GROUP]).collect()
}

/// Number of pairs of values of a column within a threshold; `places` as of [`places`].
pub(super) fn pairs_within<T: Element>(column: &[T], places: &[u32], threshold: f64) -> u64 {
    let value = |i: usize| column[places[i] as usize].widen();
    let (mut count, mut first) = (0, 0);
    for i in 0..places.len() {
        while value(i) - value(first) > threshold {
            first += 1;
        }
        count += (i - first) as u64;
    }
    count
}

/// Sums of the pairs within each threshold, distances in units.
pub(super) fn sums(x: &[f64], thresholds: &[f64], unit: f64, team: &dyn Team) -> Sums {
    let within = team::map(team, thresholds.to_vec(), |threshold| within(x, threshold, unit));
    let mut sums = Sums::new(thresholds.len(), 1);
    for (b, (count, sum)) in within.into_iter().enumerate() {
        (sums.counts[b], sums.sums[b]) = (count, sum);
    }
    sums
}

/// Number of pairs within a threshold, and the sum of their distances in units.
fn within(x: &[f64], threshold: f64, unit: f64) -> (u64, f64) {
    let (mut count, mut total) = (0, 0.0);
    let (mut first, mut near) = (0, 0.0);
    for i in 1..x.len() {
        while first < i && x[i] - x[first] > threshold {
            near -= (x[i - 1] - x[first]) / unit;
            first += 1;
        }
        if first == i {
            near = 0.0;
            continue;
        }
        near += (i - first) as f64 * ((x[i] - x[i - 1]) / unit);
        count += (i - first) as u64;
        total += near;
    }
    (count, total)
}
