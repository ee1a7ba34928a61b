//! More dimensions than one loop takes: dimension by dimension over blocks of samples.
//!
//! A core follows about 8 streams of memory well and 64 badly. So columns are taken
//! 8, 4, 2 or 1 at a time over a block of samples, whose distances so far stay in the L1 cache:
//!
//! ```text
//! for each block of 512 samples:
//!     for each 8 columns: distances = max(distances, max over these columns of |x_j − s_j|)
//!     count += number of distances <= r
//! ```

use std::ops::Range;

use super::lanes::{Distances, Doubles, GROUP, Stored};
use super::scan::{Distance, Excess, Form, Groups, MAX_D, group, load, splat};
use crate::samples::Run;
use crate::window::Reach;

/// Groups in a block: its distances, 4 KiB, stay in the L1 cache.
pub(crate) const BLOCK: usize = 8;

/// Distances of a block of groups.
pub(crate) type Block = [Distances; BLOCK];

/// A block to be filled.
#[inline(always)]
pub(crate) fn empty() -> Block {
    [Distances([0.0; GROUP]); BLOCK]
}

/// Number of samples of `run` inside the window of `center` and `reach`.
#[inline(always)]
pub(crate) fn count<V: Doubles, T: Stored>(
    vectors: V,
    run: &Run<'_, T>,
    center: &[f64],
    reach: Reach<'_>,
) -> u64 {
    let limit = vectors.splat(match reach {
        Reach::Cube(radius) => radius,
        Reach::Box(_) => 0.0,
    });
    let mut block = empty();
    let mut count = 0;
    for start in (0..run.len()).step_by(BLOCK * GROUP) {
        let groups = fill(vectors, run, start, center, reach, &mut block);
        count += tally(vectors, &block[..groups], limit);
    }
    count
}

/// Adds to `counts[c]` the number of samples within `radius` of center c. A block is taken through
/// every center before the next: its samples stay in the L2 cache.
#[inline(always)]
pub(crate) fn count_centers<V: Doubles, T: Stored>(
    vectors: V,
    run: &Run<'_, T>,
    centers: &[f64],
    radius: f64,
    counts: &mut [u64],
) {
    let mut block = empty();
    let reach = Reach::Cube(radius);
    let limit = vectors.splat(radius);
    for start in (0..run.len()).step_by(BLOCK * GROUP) {
        for (center, count) in centers.chunks_exact(run.d()).zip(&mut *counts) {
            let groups = fill(vectors, run, start, center, reach, &mut block);
            *count += tally(vectors, &block[..groups], limit);
        }
    }
}

/// Number of distances within the limit.
#[inline(always)]
pub(crate) fn tally<V: Doubles>(vectors: V, block: &[Distances], limit: V::Vector) -> u64 {
    let mut tally = vectors.no_tally();
    for distances in block {
        for at in (0..GROUP).step_by(V::WIDTH) {
            tally = vectors.tally(tally, vectors.load(&distances.0, at), limit);
        }
    }
    vectors.total(tally)
}

/// Fills `block` with the forms of the samples from `start` on; returns the number of groups.
#[inline(always)]
fn fill<V: Doubles, T: Stored>(
    vectors: V,
    run: &Run<'_, T>,
    start: usize,
    center: &[f64],
    reach: Reach<'_>,
    block: &mut Block,
) -> usize {
    let end = run.len().min(start + BLOCK * GROUP);
    let columns = Columns { run, samples: start..end, center, reach };
    let mut first = 0;
    while first < center.len() {
        first = match center.len() - first {
            MAX_D.. => columns.fill::<V, MAX_D>(vectors, first, block),
            4.. => columns.fill::<V, 4>(vectors, first, block),
            2.. => columns.fill::<V, 2>(vectors, first, block),
            _ => columns.fill::<V, 1>(vectors, first, block),
        };
    }
    (end - start).div_ceil(GROUP)
}

/// Fills `block` with the distances of the samples from `start` on; returns the number of groups.
#[inline(always)]
pub(crate) fn fill_distances<V: Doubles, T: Stored>(
    vectors: V,
    run: &Run<'_, T>,
    start: usize,
    center: &[f64],
    block: &mut Block,
) -> usize {
    fill(vectors, run, start, center, Reach::Cube(0.0), block)
}

/// Some samples of all columns, and what they are compared with.
struct Columns<'a, T> {
    run: &'a Run<'a, T>,
    samples: Range<usize>,
    center: &'a [f64],
    reach: Reach<'a>,
}

impl<T: Stored> Columns<'_, T> {
    /// Takes D columns from `first` on; returns the column after them.
    #[inline(always)]
    fn fill<V: Doubles, const D: usize>(
        &self,
        vectors: V,
        first: usize,
        block: &mut Block,
    ) -> usize {
        let some = first..first + D;
        let groups = Groups::<T, D>::new(&self.run.columns()[some.clone()], self.samples.clone());
        let center = splat::<V, D>(vectors, &self.center[some.clone()]);
        match self.reach {
            Reach::Cube(_) => fill_groups(vectors, &groups, Distance(center), first, block),
            Reach::Box(radii) => {
                let radii = splat(vectors, &radii[some]);
                fill_groups(vectors, &groups, Excess { center, radii }, first, block);
            }
        }
        first + D
    }
}

/// Stores the forms of `groups`, or where columns came before (`first` > 0) the maximum of both.
#[inline(always)]
fn fill_groups<V: Doubles, T: Stored, F: Form<V, D>, const D: usize>(
    vectors: V,
    groups: &Groups<'_, T, D>,
    form: F,
    first: usize,
    block: &mut Block,
) {
    let mut block = block.iter_mut();
    for segment in groups.segments() {
        for (g, distances) in (0..segment[0].len()).zip(&mut block) {
            fill_group(vectors, group(&segment, g), form, first, distances);
        }
    }
}

#[inline(always)]
fn fill_group<V: Doubles, T: Stored, F: Form<V, D>, const D: usize>(
    vectors: V,
    group: [&[T; GROUP]; D],
    form: F,
    first: usize,
    distances: &mut Distances,
) {
    for at in (0..GROUP).step_by(V::WIDTH) {
        let mut value = form.evaluate(vectors, load(vectors, group, at));
        if first > 0 {
            value = vectors.max(value, vectors.load(&distances.0, at));
        }
        vectors.store(value, distances, at);
    }
}
