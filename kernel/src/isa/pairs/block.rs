//! A block of samples, one in each lane, and the pairs that it makes with samples that come after it.
//!
//! Apart from [`super`], which knows of cells and thresholds: here is the arithmetic. A sample j is the same
//! number in every lane, so that pieces of samples need no vectors of their own and may begin anywhere.

use std::array;
use std::ops::Range;

use super::super::lanes::GROUP;
use super::super::masked::Masked;

/// Samples that follow each other in a cell, one in each lane.
pub(super) struct Block<V: Masked, const OTHERS: usize> {
    /// Lanes without a sample repeat the last one.
    along: V::Vector,
    /// Infinite in lanes without a sample: every other sample differs most in another dimension.
    others: [V::Vector; OTHERS],
    pub(super) places: Range<usize>,
    /// The least and the greatest value in each of the other dimensions.
    pub(super) bounds: [(f64, f64); OTHERS],
}

impl<V: Masked, const OTHERS: usize> Block<V, OTHERS> {
    /// How much greater x is than that of each lane.
    #[inline(always)]
    fn distance(&self, vectors: V, x: f64) -> V::Vector {
        vectors.sub(vectors.splat(x), self.along)
    }
}

/// Every column in the order of one of them.
pub(super) struct Columns<'a, const OTHERS: usize> {
    pub(super) along: &'a [f64],
    pub(super) others: [&'a [f64]; OTHERS],
}

impl<const OTHERS: usize> Columns<'_, OTHERS> {
    /// The samples at these places, as many as a vector has lanes or fewer.
    #[inline(always)]
    pub(super) fn block<V: Masked>(&self, vectors: V, places: Range<usize>) -> Block<V, OTHERS> {
        let lanes = |column: &[f64], missing: f64| {
            let mut lanes = [missing; GROUP];
            lanes[..places.len()].copy_from_slice(&column[places.clone()]);
            vectors.load(&lanes, 0)
        };
        Block {
            along: lanes(self.along, self.along[places.end - 1]),
            others: self.others.map(|column| lanes(column, f64::INFINITY)),
            bounds: self.others.map(|column| bounds(&column[places.clone()])),
            places,
        }
    }

    /// Some of the samples.
    #[inline(always)]
    pub(super) fn of(&self, places: Range<usize>) -> Self {
        Self {
            along: &self.along[places.clone()],
            others: array::from_fn(|k| &self.others[k][places.clone()]),
        }
    }

    /// A sample.
    #[inline(always)]
    pub(super) fn at(&self, j: usize) -> (f64, [f64; OTHERS]) {
        (self.along[j], array::from_fn(|k| self.others[k][j]))
    }
}

/// The least and the greatest value.
pub(crate) fn bounds(values: &[f64]) -> (f64, f64) {
    let ends = (f64::INFINITY, f64::NEG_INFINITY);
    values.iter().fold(ends, |(low, high), &value| (low.min(value), high.max(value)))
}

/// Both together, sum by sum.
#[inline(always)]
pub(super) fn plus<V: Masked, const SUMS: usize>(
    vectors: V,
    a: &[V::Vector; SUMS],
    b: &[V::Vector; SUMS],
) -> [V::Vector; SUMS] {
    array::from_fn(|k| vectors.add(a[k], b[k]))
}

/// Samples about as far behind a block as a threshold.
pub(super) struct Edge<V: Masked, const SUMS: usize> {
    /// Place from which on samples come after every one of the block.
    pub(super) behind: usize,
    /// End of the samples.
    pub(super) end: usize,
    /// The threshold.
    pub(super) limit: V::Vector,
    /// What is added to.
    pub(super) sums: [V::Vector; SUMS],
}

impl<V: Masked, const SUMS: usize> Edge<V, SUMS> {
    /// Adds the pairs with samples from `start` on that are within the limit; where there are none any more.
    #[inline(always)]
    pub(super) fn add<const OTHERS: usize, const EARLIER: usize>(
        &mut self,
        vectors: V,
        columns: &Columns<'_, OTHERS>,
        block: &Block<V, OTHERS>,
        start: usize,
    ) -> usize {
        let behind = self.behind.max(start);
        for j in start..behind {
            let (x, others) = columns.at(j);
            let lanes = vectors.first(j - block.places.start);
            let lanes = vectors.at_most(lanes, block.distance(vectors, x), self.limit);
            add::<V, OTHERS, EARLIER, SUMS>(vectors, block, (x, others), lanes, &mut self.sums);
        }
        let (rest, all) = (columns.of(behind..self.end), vectors.first(V::WIDTH));
        for j in 0..rest.along.len() {
            let (x, others) = rest.at(j);
            let lanes = vectors.at_most(all, block.distance(vectors, x), self.limit);
            if vectors.bits(lanes) == 0 {
                return behind + j;
            }
            add::<V, OTHERS, EARLIER, SUMS>(vectors, block, (x, others), lanes, &mut self.sums);
        }
        self.end
    }
}

/// Adds the pairs of a block with some samples, all of which come after it.
#[inline(always)]
pub(super) fn add_all<V: Masked, const OTHERS: usize, const EARLIER: usize, const SUMS: usize>(
    vectors: V,
    samples: &Columns<'_, OTHERS>,
    block: &Block<V, OTHERS>,
    sums: &mut [[V::Vector; SUMS]; 2],
) {
    let (n, all) = (samples.along.len(), vectors.first(V::WIDTH));
    let [even, odd] = sums;
    let mut j = 0;
    while j + 1 < n {
        add::<V, OTHERS, EARLIER, SUMS>(vectors, block, samples.at(j), all, even);
        add::<V, OTHERS, EARLIER, SUMS>(vectors, block, samples.at(j + 1), all, odd);
        j += 2;
    }
    if j < n {
        add::<V, OTHERS, EARLIER, SUMS>(vectors, block, samples.at(j), all, even);
    }
}

/// Adds the pairs of a block with a sample in those of some lanes where x differs most.
#[inline(always)]
pub(super) fn add<V: Masked, const OTHERS: usize, const EARLIER: usize, const SUMS: usize>(
    vectors: V,
    block: &Block<V, OTHERS>,
    (x, others): (f64, [f64; OTHERS]),
    lanes: V::Mask,
    sums: &mut [V::Vector; SUMS],
) {
    let distance = block.distance(vectors, x);
    let mut mask = lanes;
    let mut differences = [distance; OTHERS];
    for k in 0..OTHERS {
        let difference = vectors.abs(vectors.sub(vectors.splat(others[k]), block.others[k]));
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
