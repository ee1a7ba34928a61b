//! Pairs of samples in two or three dimensions: sums for a whole list of distances, without a histogram.
//!
//! The distance of a pair is the largest of its d differences. So every pair belongs to the dimension in
//! which it differs most, and the pairs of one dimension are looked at together, in the order of its
//! column x, a block of as many samples as a vector has lanes at a time:
//!
//! ```text
//! for each block of samples i, one in each lane:
//!     for each threshold b:
//!         the next samples j behind the block, as long as x_j − x_i <= t_b in every lane:
//!             S  += 1, e_1, …, e_d    in the lanes where no other difference is larger than x_j − x_i
//!         S_b = S
//!         further samples j, as long as x_j − x_i <= t_b in some lane:
//!             S_b += the same         in the lanes where that holds as well
//!         add S_b to the sums within threshold b
//! ```
//!
//! S goes on from one threshold to the next: nearly all pairs are looked at once, without asking for the
//! threshold. Where the second piece ended is where it begins for the next block or later, so no end is
//! ever searched for, and all second pieces of a threshold together are no longer than the column. One
//! sample at a time, with vectors of samples j, would need both ends of a short piece for each threshold:
//! twice the time. With ties, a pair belongs to the first of its largest dimensions: differences of
//! earlier dimensions must be less, those of later ones may be equal.
//!
//! Most samples near in x are far in the other dimensions. Therefore the samples are cut into [`Cell`]s by
//! the other dimensions, and each is in the order of x. A cell further away than the last threshold is not
//! looked at, and one at a distance g from a block only from t_b >= g on. Samples that are equal in all
//! dimensions are in one cell; so x_j = x_i in different cells is never the largest difference.
//!
//! Next: [`block`], the arithmetic; [`super::near`], for any d; [`crate::pairs`], which cuts the cells.

mod block;

use std::array;
use std::ops::Range;

use super::lanes::{Job, Lanes};
use super::masked::Masked;
pub(crate) use block::bounds;
use block::{Block, Columns, Edge, add, add_all, plus};

/// Samples in cells, in each of which they are in the order of one dimension.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// The dimension's column.
    pub(crate) along: Vec<f64>,
    /// The other columns in the same order, earlier dimensions first.
    pub(crate) others: Vec<Vec<f64>>,
    /// Number of earlier dimensions.
    pub(crate) earlier: usize,
    /// The cells.
    pub(crate) cells: Vec<Cell>,
}

/// Samples that are near to each other in the other dimensions; equal samples are in the same cell.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// Their places.
    pub(crate) places: Range<usize>,
    /// Their least and greatest value in each of the other dimensions.
    pub(crate) bounds: Vec<(f64, f64)>,
}

/// Sums of pairs of samples for each of several thresholds.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sums {
    /// Number of pairs, for each threshold.
    pub(crate) counts: Vec<u64>,
    /// e_1 … e_d of the first threshold, then of the next.
    pub(crate) sums: Vec<f64>,
}

impl Sums {
    pub(crate) fn new(thresholds: usize, d: usize) -> Self {
        Self { counts: vec![0; thresholds], sums: vec![0.0; thresholds * d] }
    }

    /// The sums of parts, added in their order.
    pub(crate) fn total(parts: &[Self], thresholds: usize, d: usize) -> Self {
        let mut sums = Self::new(thresholds, d);
        for part in parts {
            sums.add(part);
        }
        sums
    }

    fn add(&mut self, other: &Self) {
        for (to, from) in self.counts.iter_mut().zip(&other.counts) {
            *to += from;
        }
        for (to, from) in self.sums.iter_mut().zip(&other.sums) {
            *to += from;
        }
    }
}

/// The pairs that belong to an order's dimension and whose sample before the other is in a part of a cell.
#[derive(Clone, Debug)]
pub(crate) struct Walk<'a> {
    pub(crate) order: &'a Order,
    /// Ascending.
    pub(crate) thresholds: &'a [f64],
    /// The cell's number.
    pub(crate) cell: usize,
    /// Places in that cell.
    pub(crate) places: Range<usize>,
}

impl Job for Walk<'_> {
    type Output = Sums;
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Sums {
        let vectors = lanes.double();
        match (self.order.others.len(), self.order.earlier) {
            (1, 0) => walk::<_, 1, 0, 3>(vectors, &self),
            (1, _) => walk::<_, 1, 1, 3>(vectors, &self),
            (2, 0) => walk::<_, 2, 0, 4>(vectors, &self),
            (2, 1) => walk::<_, 2, 1, 4>(vectors, &self),
            (others, _) => {
                assert_eq!(others, 2, "orders are made of two or three columns");
                walk::<_, 2, 2, 4>(vectors, &self)
            }
        }
    }
}

/// The pairs of a walk with samples of every cell, within each threshold; OTHERS other dimensions, EARLIER of
/// them earlier, SUMS = d + 1: the number of pairs is a sum as well.
#[inline(always)]
fn walk<V: Masked, const OTHERS: usize, const EARLIER: usize, const SUMS: usize>(
    vectors: V,
    walk: &Walk<'_>,
) -> Sums {
    let Walk { order, thresholds, ref places, .. } = *walk;
    let columns = Columns {
        along: &order.along,
        others: array::from_fn::<_, OTHERS, _>(|k| &order.others[k][..]),
    };
    let block = |start| columns.block(vectors, start..places.end.min(start + V::WIDTH));
    let blocks: Vec<_> = places.clone().step_by(V::WIDTH).map(block).collect();
    let mut totals = Totals::new(vectors, thresholds.len());
    for target in 0..order.cells.len() {
        let Some(mut partner) = Partner::new(walk, target) else {
            continue;
        };
        for block in &blocks {
            meet::<V, OTHERS, EARLIER, SUMS>(vectors, &columns, block, &mut partner, &mut totals);
        }
    }
    totals.sums(vectors)
}

/// The least distance of two boxes, from their bounds in each dimension.
fn apart(a: &[(f64, f64)], b: &[(f64, f64)]) -> f64 {
    let sides = a.iter().zip(b);
    sides.fold(0.0, |most: f64, (a, b)| most.max(b.0 - a.1).max(a.0 - b.1))
}

/// A cell as seen from the blocks of a walk, one after the other.
struct Partner<'a> {
    along: &'a [f64],
    thresholds: &'a [f64],
    cell: &'a Cell,
    /// Whether it is the walk's own cell.
    is_own: bool,
    /// First sample with a greater value than the first one of the last block that asked.
    first: usize,
    /// For each threshold a place: samples before it are within the threshold of every later block in x, or come
    /// before that block.
    ends: Vec<usize>,
}

impl<'a> Partner<'a> {
    /// The cell with this number, if it is near enough.
    fn new(walk: &Walk<'a>, target: usize) -> Option<Self> {
        let Walk { order, thresholds, .. } = *walk;
        let [own, cell] = [walk.cell, target].map(|number| &order.cells[number]);
        if apart(&own.bounds, &cell.bounds) > *thresholds.last()? {
            return None;
        }
        let along = &order.along[..];
        let x = along[walk.places.start];
        let place = |threshold: &f64| {
            let values = &along[cell.places.clone()];
            cell.places.start + values.partition_point(|value| value - x <= *threshold)
        };
        let ends = thresholds.iter().map(place).collect();
        let (is_own, first) = (target == walk.cell, place(&0.0));
        Some(Self { along, thresholds, cell, is_own, first, ends })
    }

    /// Number of thresholds that are less than the distance of a block.
    fn nearest(&self, bounds: &[(f64, f64)]) -> usize {
        let gap = apart(bounds, &self.cell.bounds);
        if gap <= 0.0 { 0 } else { self.thresholds.partition_point(|threshold| *threshold < gap) }
    }

    /// Where to begin with a block that is further away than the thresholds before `near`: samples before that
    /// place differ most in another dimension, or come before the block.
    #[inline(always)]
    fn start(&mut self, near: usize, block: &Range<usize>) -> usize {
        if self.is_own {
            return block.start + 1;
        }
        let (start, limit) = match near.checked_sub(1) {
            Some(less) => (&mut self.ends[less], self.thresholds[less]),
            None => (&mut self.first, 0.0),
        };
        let x = self.along[block.start];
        while *start < self.cell.places.end && self.along[*start] - x <= limit {
            *start += 1;
        }
        *start
    }
}

/// Sums for each threshold, in every lane.
struct Totals<V: Masked, const SUMS: usize> {
    /// For this threshold.
    within: Vec<[V::Vector; SUMS]>,
    /// For this threshold and all later ones.
    onward: Vec<[V::Vector; SUMS]>,
}

impl<V: Masked, const SUMS: usize> Totals<V, SUMS> {
    fn new(vectors: V, thresholds: usize) -> Self {
        let none = || vec![[vectors.splat(0.0); SUMS]; thresholds];
        Self { within: none(), onward: none() }
    }

    #[inline(always)]
    fn sums(self, vectors: V) -> Sums {
        let mut sums = Sums { counts: Vec::new(), sums: Vec::new() };
        let mut before = [vectors.splat(0.0); SUMS];
        for (within, onward) in self.within.iter().zip(&self.onward) {
            before = plus(vectors, &before, onward);
            let all = plus(vectors, &before, within).map(|sum| vectors.sum(sum));
            sums.counts.push(all[0] as u64);
            sums.sums.extend(&all[1..]);
        }
        sums
    }
}

/// Adds the pairs of a block with the samples of a cell that come after it.
#[inline(always)]
fn meet<V: Masked, const OTHERS: usize, const EARLIER: usize, const SUMS: usize>(
    vectors: V,
    columns: &Columns<'_, OTHERS>,
    block: &Block<V, OTHERS>,
    partner: &mut Partner<'_>,
    totals: &mut Totals<V, SUMS>,
) {
    let near = partner.nearest(&block.bounds);
    let (thresholds, end) = (partner.thresholds, partner.cell.places.end);
    let mut start = partner.start(near, &block.places);
    // From here on, samples come after every one of the block.
    let behind = if partner.is_own { block.places.end } else { start };
    // Two sums in turn: one would be waited for, addition after addition.
    let mut sums = [[vectors.splat(0.0); SUMS]; 2];
    for (b, &threshold) in thresholds.iter().enumerate().skip(near) {
        let certain = partner.ends[b].max(start);
        for j in start..certain.min(behind) {
            let lanes = vectors.first(j - block.places.start);
            add::<V, OTHERS, EARLIER, SUMS>(vectors, block, columns.at(j), lanes, &mut sums[0]);
        }
        let rest = columns.of(start.max(behind).min(certain)..certain);
        add_all::<V, OTHERS, EARLIER, SUMS>(vectors, &rest, block, &mut sums);
        start = certain;
        let within = plus(vectors, &sums[0], &sums[1]);
        if certain == end {
            totals.onward[b] = plus(vectors, &totals.onward[b], &within);
            return;
        }
        let mut edge = Edge { behind, end, limit: vectors.splat(threshold), sums: within };
        partner.ends[b] = edge.add::<OTHERS, EARLIER>(vectors, columns, block, certain);
        totals.within[b] = plus(vectors, &totals.within[b], &edge.sums);
    }
}
