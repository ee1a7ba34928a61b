//! Pairs of samples in any number of dimensions: distances in vectors, and sums one pair after the other.
//!
//! ```text
//! for each sample i, in the order of one column:
//!     for the samples j behind i, as long as x_j − x_i <= the last threshold:
//!         D = max over the columns of |fl(x_j − x_i)|                       a vector of samples j
//!         those with D <= the last threshold: rank D, add 1, e_1, …, e_d
//! ```
//!
//! Next: [`super::pairs`], which needs neither rank nor histogram, where there are two or three columns.

use std::ops::Range;

use super::lanes::{GROUP, Job, Lanes};
use super::masked::Masked;
use super::pairs::Sums;
use super::pieces::group_at;

/// Pairs of samples, the first of which is in a part of them.
#[derive(Clone, Debug)]
pub(crate) struct Near<'a> {
    /// Every column in the order of the first; [`GROUP`] values more than samples.
    pub(crate) columns: &'a [Vec<f64>],
    /// Ascending, at least one.
    pub(crate) thresholds: &'a [f64],
    /// What differences are multiplied by for the sums; a power of two.
    pub(crate) scale: f64,
    /// Places of the first samples.
    pub(crate) places: Range<usize>,
}

impl Job for Near<'_> {
    type Output = Sums;
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Sums {
        near(lanes.double(), &self)
    }
}

/// The pairs between each threshold and the one before.
#[inline(always)]
fn near<V: Masked>(vectors: V, near: &Near<'_>) -> Sums {
    let last = near.thresholds[near.thresholds.len() - 1];
    let x = &near.columns[0][..near.columns[0].len() - GROUP];
    let mut pairs = Pairs::new(near);
    let mut end = 0;
    for i in near.places.clone() {
        end = end.max(i + 1);
        while end < x.len() && x[end] - x[i] <= last {
            end += 1;
        }
        for start in (i + 1..end).step_by(V::WIDTH) {
            let mut bits = within(vectors, near.columns, (i, start), vectors.splat(last));
            bits &= vectors.bits(vectors.first(end - start));
            while bits != 0 {
                pairs.add(i, start + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
    }
    pairs.sums
}

/// Which of the samples from a place on are within `limit` of sample i.
#[inline(always)]
fn within<V: Masked>(
    vectors: V,
    columns: &[Vec<f64>],
    (i, start): (usize, usize),
    limit: V::Vector,
) -> u32 {
    /// Columns after which it is asked whether any sample is left.
    const SOME: usize = 4;
    let mut mask = vectors.first(V::WIDTH);
    for columns in columns.chunks(SOME) {
        let mut distance = vectors.splat(0.0);
        for column in columns {
            let group = group_at(column, start);
            let difference = vectors.sub(vectors.load(group, 0), vectors.splat(column[i]));
            distance = vectors.grow(distance, difference);
        }
        mask = vectors.at_most(mask, distance, limit);
        if vectors.bits(mask) == 0 {
            break;
        }
    }
    vectors.bits(mask)
}

/// Adds one pair after the other.
struct Pairs<'a> {
    near: &'a Near<'a>,
    sums: Sums,
    /// e_0 … e_d of the pair.
    e: Vec<f64>,
}

impl<'a> Pairs<'a> {
    fn new(near: &'a Near<'a>) -> Self {
        let d = near.columns.len();
        Self { near, sums: Sums::new(near.thresholds.len(), d), e: vec![0.0; d + 1] }
    }

    /// Adds the pair of samples i and j.
    #[inline(always)]
    fn add(&mut self, i: usize, j: usize) {
        let Near { columns, thresholds, scale, .. } = self.near;
        let d = columns.len();
        let mut distance = 0.0_f64;
        self.e.fill(0.0);
        self.e[0] = 1.0;
        for (k, column) in columns.iter().enumerate() {
            let difference = (column[j] - column[i]).abs();
            distance = distance.max(difference);
            let a = difference * scale;
            for m in (0..=k).rev() {
                self.e[m + 1] += a * self.e[m];
            }
        }
        let b = thresholds.partition_point(|&threshold| threshold < distance);
        self.sums.counts[b] += 1;
        for (sum, e) in self.sums.sums[b * d..][..d].iter_mut().zip(&self.e[1..]) {
            *sum += e;
        }
    }
}
