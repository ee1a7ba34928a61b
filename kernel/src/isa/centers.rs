//! Many centers: tiles of samples that stay in the L1 cache, and a filter in single precision.
//!
//! A tile is read from memory once and then tested against every center. For one width the test
//! itself is the cost, and singles are tested two for each double. So the tile is copied once,
//! rounded to singles, and each center first asks in single precision
//!
//! ```text
//! sure  = number of samples with D32 <= r − ε      every one of them is inside
//! maybe = number of samples with D32 <= r + ε      nobody else is
//! ```
//!
//! If both numbers agree, that is the count. If not, a sample lies within ε of a face, and the exact
//! test decides for this tile and center.
//!
//! **Why that is exact.** For a sample with |x − s| <= r in every dimension, rounding x and s to
//! singles and subtracting errs by at most 2^−24 (|x| + |s| + |x − s|) + 2^−148 <= 2^−23 (|x| + r) + …,
//! and ε is at least twice that, so D32 <= r + ε. Rounding and subtraction are monotone, so what holds
//! on the face holds beyond it: a sample outside has D32 > r − ε. Samples that overflow to infinity
//! are outside both, because the filter is used only while |x| + r stays far from overflow.
//!
//! The filter is left alone where it cannot help: few centers, an ε that is not small against r (data
//! far from the origin), or many faces hit (data rounded to decimals), which it notices by itself.

use std::array;
use std::ops::Range;

use super::blocks;
use super::lanes::{GROUP, Lanes, Stored, Vectors};
use super::scan::{ANY, Distance, Form, Groups, count_groups, splat};
use crate::samples::Run;

/// Samples in a tile: with d = 2, 32 KiB of doubles or 16 KiB of singles.
const TILE: usize = 2048;
/// Groups in a tile.
const GROUPS: usize = TILE / GROUP;
/// Centers from which on rounding a tile to singles pays.
const FEW_CENTERS: usize = 8;

/// Adds to `counts[c]` the number of samples within `radius` of center c, coordinates
/// `centers[c * d .. (c + 1) * d]`; d is D, or any.
#[inline(always)]
pub(crate) fn count<L: Lanes, T: Stored, const D: usize>(
    lanes: L,
    run: &Run<'_, T>,
    centers: &[f64],
    radius: f64,
    counts: &mut [u64],
) {
    if D == ANY {
        return blocks::count_centers(lanes.double(), run, centers, radius, counts);
    }
    let mut luck = Luck::default();
    for start in (0..run.len()).step_by(TILE) {
        let tile = start..run.len().min(start + TILE);
        count_tile::<L, T, D>(lanes, run, tile, centers, radius, counts, &mut luck);
    }
}

/// How often the filter decided alone.
#[derive(Default)]
struct Luck {
    decided: u64,
    undecided: u64,
}

impl Luck {
    /// Whether trying the filter costs less than it saves.
    fn is_good(&self) -> bool {
        self.undecided <= 16 + self.decided / 4
    }
}

/// [`count`] for the samples of a tile.
#[inline(always)]
fn count_tile<L: Lanes, T: Stored, const D: usize>(
    lanes: L,
    run: &Run<'_, T>,
    tile: Range<usize>,
    centers: &[f64],
    radius: f64,
    counts: &mut [u64],
    luck: &mut Luck,
) {
    let exact = Groups::<T, D>::new(run.columns(), tile.clone());
    let filter = if counts.len() >= FEW_CENTERS && luck.is_good() {
        Some(Filter::<D>::new(run.columns(), tile))
    } else {
        None
    };
    for (center, count) in centers.chunks_exact(D).zip(counts) {
        let found = match &filter {
            Some(filter) => filter.count(lanes.single(), center, radius, luck),
            None => None,
        };
        *count += if let Some(found) = found {
            found
        } else {
            let center = Distance(splat(lanes.double(), center));
            count_groups(lanes.double(), &exact, center, radius)
        };
    }
}

/// A tile, rounded to singles.
struct Filter<const D: usize> {
    groups: [[[f32; GROUP]; GROUPS]; D],
    len: usize,
}

impl<const D: usize> Filter<D> {
    #[inline(always)]
    fn new<T: Stored>(columns: &[&[T]], tile: Range<usize>) -> Self {
        let mut groups = [[[f32::INFINITY; GROUP]; GROUPS]; D];
        for (groups, column) in groups.iter_mut().zip(columns) {
            for (to, &from) in groups.as_flattened_mut().iter_mut().zip(&column[tile.clone()]) {
                *to = from.narrow();
            }
        }
        Self { groups, len: tile.len().div_ceil(GROUP) }
    }

    /// The number of samples within `radius` of `center`, if singles can tell.
    #[inline(always)]
    fn count<V: Vectors<Element = f32>>(
        &self,
        vectors: V,
        center: &[f64],
        radius: f64,
        luck: &mut Luck,
    ) -> Option<u64> {
        let (sure, maybe) = limits(center, radius)?;
        let center = Distance(splat::<V, D>(vectors, &center_in_singles::<D>(center)));
        let (sure, maybe) = (vectors.splat(sure), vectors.splat(maybe));
        let (mut surely, mut at_most) = (vectors.no_tally(), vectors.no_tally());
        for g in 0..self.len {
            for at in (0..GROUP).step_by(V::WIDTH) {
                let s = array::from_fn(|j| vectors.load(&self.groups[j][g], at));
                let distance = center.evaluate(vectors, s);
                surely = vectors.tally(surely, distance, sure);
                at_most = vectors.tally(at_most, distance, maybe);
            }
        }
        let (surely, at_most) = (vectors.total(surely), vectors.total(at_most));
        if surely == at_most {
            luck.decided += 1;
            Some(surely)
        } else {
            luck.undecided += 1;
            None
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the filter's ε covers the rounding")]
fn center_in_singles<const D: usize>(center: &[f64]) -> [f32; D] {
    array::from_fn(|j| center[j] as f32)
}

/// r − ε rounded down and r + ε rounded up, if ε is small against r and nothing can overflow.
#[expect(clippy::cast_possible_truncation, reason = "rounding is corrected by a step outwards")]
fn limits(center: &[f64], radius: f64) -> Option<(f32, f32)> {
    /// Far from the largest single, 3.4e38.
    const LARGE: f64 = 1e30;
    /// Far above the smallest normal single, 1.2e−38.
    const SMALL: f64 = 1e-30;
    let reach = center.iter().fold(0.0_f64, |most, x| most.max(x.abs())) + radius;
    let epsilon = reach * 2.0_f64.powi(-22);
    let fits = reach < LARGE && radius > SMALL && epsilon < radius / 64.0;
    fits.then(|| (((radius - epsilon) as f32).next_down(), ((radius + epsilon) as f32).next_up()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_leave_room_for_rounding() {
        let (sure, maybe) = limits(&[3.0, -5.0], 0.5).expect("ordinary numbers fit");
        let room = 5.5 * 2.0_f64.powi(-23);
        assert!(f64::from(sure) < 0.5 - room && f64::from(maybe) > 0.5 + room);
        for (center, radius) in [(1e31, 1e30), (1e9, 0.5), (0.0, 1e-40), (1e300, 1.0)] {
            assert_eq!(limits(&[center], radius), None, "center {center:e}, radius {radius:e}");
        }
    }
}
