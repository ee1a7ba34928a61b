//! More dimensions than one loop takes: dimension by dimension over blocks of samples.
//!
//! A core follows about 8 streams of memory well and 64 badly. So columns are taken
//! [`MAX_D`] at a time over a block of samples, whose distances so far stay in the L1 cache:
//!
//! ```text
//! for each block of 512 samples:
//!     for each 8 columns: distances = max(distances, max over these columns of |x_j − s_j|)
//!     count += number of distances <= r
//! ```

use super::lanes::{Distances, Doubles, GROUP, Stored};
use super::scan::{ANY, Distance, Excess, Form, Groups, MAX_D, load, splat, with_constant};
use crate::samples::Run;
use crate::window::{Radii, Window};

/// Groups in a block: its distances, 4 KiB, stay in the L1 cache.
pub(crate) const BLOCK: usize = 8;

/// Distances of a block of groups.
pub(crate) type Block = [Distances; BLOCK];

/// A block to be filled.
#[inline(always)]
pub(crate) fn empty() -> Block {
    [Distances([0.0; GROUP]); BLOCK]
}

/// Number of samples of `run` inside `window`.
#[inline(always)]
pub(crate) fn count<V: Doubles, T: Stored>(vectors: V, run: &Run<'_, T>, window: &Window) -> u64 {
    let mut block = empty();
    let limit = match window.radii() {
        Radii::Uniform(r) => *r,
        Radii::PerDimension(_) => 0.0,
    };
    let limit = vectors.splat(limit);
    let mut tally = vectors.no_tally();
    let mut start = 0;
    while start < run.len() {
        let groups = fill(vectors, run, start, window.center(), window.radii(), &mut block);
        for distances in &block[..groups] {
            for at in (0..GROUP).step_by(V::WIDTH) {
                tally = vectors.tally(tally, vectors.load(&distances.0, at), limit);
            }
        }
        start += BLOCK * GROUP;
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
    radii: &Radii,
    block: &mut Block,
) -> usize {
    let end = run.len().min(start + BLOCK * GROUP);
    let d = center.len();
    for first in (0..d).step_by(MAX_D) {
        let some = first..d.min(first + MAX_D);
        with_constant!(some.len(), D => {
            let groups = Groups::<T, D>::new(&run.columns()[some.clone()], start..end);
            let center = splat::<V, D>(vectors, &center[some.clone()]);
            match radii {
                Radii::Uniform(_) => fill_groups(vectors, &groups, Distance(center), first, block),
                Radii::PerDimension(radii) => {
                    let radii = splat(vectors, &radii[some]);
                    fill_groups(vectors, &groups, Excess { center, radii }, first, block);
                }
            }
        });
    }
    (end - start).div_ceil(GROUP)
}

/// Fills `block` with the distances of the samples from `start` on; returns the number of groups.
#[inline(always)]
pub(crate) fn fill_distances<V: Doubles, T: Stored, const D: usize>(
    vectors: V,
    run: &Run<'_, T>,
    start: usize,
    center: &[f64],
    block: &mut Block,
) -> usize {
    if D == ANY {
        return fill(vectors, run, start, center, &Radii::Uniform(0.0), block);
    }
    let end = run.len().min(start + BLOCK * GROUP);
    let groups = Groups::<T, D>::new(run.columns(), start..end);
    fill_groups(vectors, &groups, Distance(splat::<V, D>(vectors, center)), 0, block);
    (end - start).div_ceil(GROUP)
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
    let full = groups.len();
    for (g, distances) in block[..full].iter_mut().enumerate() {
        fill_group(vectors, groups.get(g), form, first, distances);
    }
    if let Some(last) = &groups.last {
        fill_group(vectors, last.each_ref(), form, first, &mut block[full]);
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
