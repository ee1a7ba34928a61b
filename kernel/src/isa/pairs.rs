//! Pairs of samples in two or three dimensions: sums for a whole list of distances, without a histogram.
//!
//! The distance of a pair is the largest of its d differences. So every pair belongs to the dimension in
//! which it differs most, and the pairs of one dimension are looked at together, in the order of its
//! column x:
//!
//! ```text
//! for each sample i, for each threshold b:
//!     for the samples j behind i with t_(b−1) < x_j − x_i <= t_b:     a contiguous piece of the order
//!         if no other difference is larger than x_j − x_i:            then this is the distance
//!             add 1, e_1, …, e_d of the differences to the sums of b
//! ```
//!
//! The ends of the pieces only move forward from one i to the next, and inside a piece nothing depends on
//! the distance: comparisons, and additions under their mask. With ties, a pair belongs to the first of its
//! largest dimensions: differences of earlier dimensions must be less, those of later ones may be equal.
//!
//! Most samples near in x are far in the other dimensions. Therefore the samples are cut into [`Cell`]s by
//! the other dimensions, and each is in the order of x. A cell further away than the last threshold is not
//! looked at, and one at a distance g from a sample only from t_b >= g on.
//!
//! Next: [`super::near`], for any d; [`crate::pairs`], which cuts the cells.

use std::array;
use std::cmp::Ordering;
use std::ops::Range;

use super::lanes::{GROUP, Job, Lanes};
use super::masked::Masked;

/// Samples in cells, in each of which they are in the order of one dimension.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// The dimension's column; [`GROUP`] values more than samples.
    pub(crate) along: Vec<f64>,
    /// The other columns in the same order, earlier dimensions first; [`GROUP`] values more than samples.
    pub(crate) others: Vec<Vec<f64>>,
    /// Number of earlier dimensions.
    pub(crate) earlier: usize,
    /// The cells.
    pub(crate) cells: Vec<Cell>,
}

/// Samples that are near to each other in the other dimensions.
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

    pub(crate) fn add(&mut self, other: &Self) {
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

/// The pairs of a walk with samples of every cell, between each threshold and the one before; OTHERS other
/// dimensions, EARLIER of them earlier, SUMS = d + 1: the number of pairs is a sum as well.
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
    let mut totals = vec![[vectors.splat(0.0); SUMS]; thresholds.len()];
    for target in 0..order.cells.len() {
        let Some(mut partner) = Partner::new(walk, target) else {
            continue;
        };
        for i in places.clone() {
            let center = columns.center(vectors, i);
            let near = partner.nearest(columns.gap(i, partner.cell));
            let mut start = partner.start(near, i);
            for (b, totals) in totals.iter_mut().enumerate().skip(near) {
                let end = partner.end(b, i);
                if start < end {
                    add::<V, OTHERS, EARLIER, SUMS>(vectors, &columns, &center, start..end, totals);
                }
                start = end;
            }
        }
    }
    let mut sums = Sums { counts: Vec::new(), sums: Vec::new() };
    for total in totals {
        sums.counts.push(vectors.sum(total[0]) as u64);
        sums.sums.extend(total[1..].iter().map(|&sum| vectors.sum(sum)));
    }
    sums
}

/// A cell as seen from the samples of a walk, one after the other.
struct Partner<'a> {
    along: &'a [f64],
    thresholds: &'a [f64],
    cell: &'a Cell,
    /// Whether it is the walk's own cell, one before or one behind.
    side: Ordering,
    /// First sample that comes after the last sample asked for.
    first: usize,
    /// End of the samples within each threshold of the last sample asked for it.
    ends: Vec<usize>,
}

impl<'a> Partner<'a> {
    /// The cell with this number, if it is near enough.
    fn new(walk: &Walk<'a>, target: usize) -> Option<Self> {
        let Walk { order, thresholds, .. } = *walk;
        let [own, cell] = [walk.cell, target].map(|number| &order.cells[number]);
        if apart(own, cell) > *thresholds.last()? {
            return None;
        }
        let along = &order.along[..];
        let x = along[walk.places.start];
        let place = |threshold: &f64| {
            let values = &along[cell.places.clone()];
            cell.places.start + values.partition_point(|value| value - x <= *threshold)
        };
        let ends = thresholds.iter().map(place).collect();
        let first = cell.places.start;
        Some(Self { along, thresholds, cell, side: target.cmp(&walk.cell), first, ends })
    }

    /// Number of thresholds that are less than a distance.
    fn nearest(&self, gap: f64) -> usize {
        if gap <= 0.0 { 0 } else { self.thresholds.partition_point(|threshold| *threshold < gap) }
    }

    /// Where the samples begin that come after sample i and are not within threshold `near` - 1 of it.
    ///
    /// Of two samples with the same value, the one in the earlier cell or place comes first.
    #[inline(always)]
    fn start(&mut self, near: usize, i: usize) -> usize {
        if near > 0 {
            return self.end(near - 1, i);
        }
        let (x, stop) = (self.along[i], self.cell.places.end);
        match self.side {
            Ordering::Equal => self.first = i + 1,
            Ordering::Greater => {
                while self.first < stop && self.along[self.first] < x {
                    self.first += 1;
                }
            }
            Ordering::Less => {
                while self.first < stop && self.along[self.first] <= x {
                    self.first += 1;
                }
            }
        }
        self.first
    }

    /// End of the samples within threshold b of sample i; asked for later and later samples.
    #[inline(always)]
    fn end(&mut self, b: usize, i: usize) -> usize {
        let (x, stop) = (self.along[i], self.cell.places.end);
        let threshold = self.thresholds[b];
        let end = &mut self.ends[b];
        while *end < stop && self.along[*end] - x <= threshold {
            *end += 1;
        }
        *end
    }
}

/// The least distance of samples of two cells in the other dimensions.
fn apart(a: &Cell, b: &Cell) -> f64 {
    let sides = a.bounds.iter().zip(&b.bounds);
    sides.fold(0.0, |most: f64, (a, b)| most.max(b.0 - a.1).max(a.0 - b.1))
}

/// Every column in the order of one of them.
struct Columns<'a, const OTHERS: usize> {
    along: &'a [f64],
    others: [&'a [f64]; OTHERS],
}

/// A sample in every lane.
struct Center<V: Masked, const OTHERS: usize> {
    along: V::Vector,
    others: [V::Vector; OTHERS],
}

impl<const OTHERS: usize> Columns<'_, OTHERS> {
    #[inline(always)]
    fn center<V: Masked>(&self, vectors: V, i: usize) -> Center<V, OTHERS> {
        let others = array::from_fn(|k| vectors.splat(self.others[k][i]));
        Center { along: vectors.splat(self.along[i]), others }
    }

    /// The distance of sample i from a cell in the other dimensions.
    #[inline(always)]
    fn gap(&self, i: usize, cell: &Cell) -> f64 {
        let mut gap = 0.0_f64;
        for (column, &(low, high)) in self.others.iter().zip(&cell.bounds) {
            gap = gap.max(low - column[i]).max(column[i] - high);
        }
        gap
    }
}

/// Adds the sums over a piece of an order to `totals`.
#[inline(always)]
fn add<V: Masked, const OTHERS: usize, const EARLIER: usize, const SUMS: usize>(
    vectors: V,
    columns: &Columns<'_, OTHERS>,
    center: &Center<V, OTHERS>,
    piece: Range<usize>,
    totals: &mut [V::Vector; SUMS],
) {
    // Two sums in turn: one would be waited for, addition after addition.
    let mut sums = [[vectors.splat(0.0); SUMS]; 2];
    let all = vectors.first(V::WIDTH);
    for start in piece.clone().step_by(GROUP) {
        let along = group_at(columns.along, start);
        let others = array::from_fn(|k| group_at(columns.others[k], start));
        let left = piece.end - start;
        if left >= GROUP {
            for at in (0..GROUP).step_by(2 * V::WIDTH) {
                for (half, sums) in sums.iter_mut().enumerate() {
                    let at = at + half * V::WIDTH;
                    step::<V, OTHERS, EARLIER, SUMS>(
                        vectors,
                        center,
                        (along, others),
                        at,
                        all,
                        sums,
                    );
                }
            }
        } else {
            for at in (0..left).step_by(V::WIDTH) {
                let some = vectors.first(left - at);
                let [sums, _] = &mut sums;
                step::<V, OTHERS, EARLIER, SUMS>(vectors, center, (along, others), at, some, sums);
            }
        }
    }
    for (k, total) in totals.iter_mut().enumerate() {
        *total = vectors.add(*total, vectors.add(sums[0][k], sums[1][k]));
    }
}

/// Values from a place on, of the column of the order and of the others.
type Groups<'a, const OTHERS: usize> = (&'a [f64; GROUP], [&'a [f64; GROUP]; OTHERS]);

/// [`add`] for one vector of samples, of which `among` are of the piece.
#[inline(always)]
fn step<V: Masked, const OTHERS: usize, const EARLIER: usize, const SUMS: usize>(
    vectors: V,
    center: &Center<V, OTHERS>,
    (along, others): Groups<'_, OTHERS>,
    at: usize,
    among: V::Mask,
    sums: &mut [V::Vector; SUMS],
) {
    let distance = vectors.sub(vectors.load(along, at), center.along);
    let mut mask = among;
    let mut differences = [distance; OTHERS];
    for k in 0..OTHERS {
        let difference = vectors.abs(vectors.sub(vectors.load(others[k], at), center.others[k]));
        mask = if k < EARLIER {
            vectors.less(mask, difference, distance)
        } else {
            vectors.at_most(mask, difference, distance)
        };
        differences[k] = difference;
    }
    sums[0] = vectors.add_where(mask, sums[0], vectors.splat(1.0));
    let a = differences[0];
    if OTHERS == 1 {
        sums[1] = vectors.add_where(mask, sums[1], vectors.add(distance, a));
        sums[2] = vectors.add_product_where(mask, sums[2], distance, a);
    } else {
        let b = differences[OTHERS - 1];
        let (sum, product) = (vectors.add(a, b), vectors.mul(a, b));
        sums[1] = vectors.add_where(mask, sums[1], vectors.add(distance, sum));
        sums[2] = vectors.add_where(mask, sums[2], product);
        sums[2] = vectors.add_product_where(mask, sums[2], distance, sum);
        sums[SUMS - 1] = vectors.add_product_where(mask, sums[SUMS - 1], distance, product);
    }
}

/// The values of a column from `start` on.
#[inline(always)]
fn group_at(column: &[f64], start: usize) -> &[f64; GROUP] {
    column[start..].first_chunk().expect("columns go on after their last sample")
}
