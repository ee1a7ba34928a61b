//! The inner loop, once, generic over lanes, storage and dimension.
//!
//! What one scan does for a window of center x and radius r, over columns s_0 … s_{d−1}:
//!
//! ```text
//! for each sample i:
//!     D = max over j of |fl(x_j − s_j[i])|         the L∞ distance
//!     count += (D <= r)
//! ```
//!
//! Departures from it, each with its reason:
//!
//! 1. *Groups of 64 samples.* A group is an array of fixed length, so the compiler keeps one bounds
//!    check for each column of a group and none for each vector. The last, incomplete group is copied
//!    into arrays padded with values that lie outside every window: the loop has no second body.
//! 2. *One comparison for each sample, not for each coordinate.* Comparisons (and the moves out of
//!    mask registers) share one execution port on current Intel cores; subtractions and maxima do
//!    not. AVX-512 folds |·| and max into one instruction.
//! 3. *Widths per dimension* compare the excess max over j of (|x_j − s_j| − r_j) with 0. The sign of a
//!    floating-point difference is exact, so this is the same test.
//! 4. *d above 8* goes dimension by dimension over blocks, see [`super::blocks`]; *many widths* take
//!    one pass, see [`super::widths`]; *many centers* share tiles, see [`super::centers`].

use std::ops::Range;
use std::{array, slice};

use super::blocks;
use super::lanes::{Doubles, GROUP, Stored, Vectors};
use crate::samples::Run;
use crate::window::{Radii, Window};

/// Largest d that one loop takes at a time.
pub(crate) const MAX_D: usize = 8;

/// How far ahead of the scan memory is asked for, in bytes of each column.
///
/// The hardware's own prefetchers stop at page ends and give each of several columns less than one
/// column alone gets: without this a scan of 256 MB took 1.04 (AVX-512) to 1.16 (AVX2) times a plain
/// sum, with it 1.00. In the L2 cache the extra instructions cost 5 to 15 %, so it is left out there.
const AHEAD: usize = 2048;
/// Bytes that a scan takes to be in the L2 cache.
const IN_CACHE: usize = 1 << 20;

/// In place of a constant dimension: d is known at run time only.
pub(crate) const ANY: usize = 0;

/// Evaluates `$body` with the constant `$D` equal to `$d`, or to [`ANY`] above [`MAX_D`].
///
/// The doors in [`super`] do this, outside the code compiled for an instruction set: each dimension
/// becomes a function of its own, with a stack frame and registers of its own.
macro_rules! with_constant {
    ($d:expr, $D:ident => $body:expr) => {
        match $d {
            1 => {
                const $D: usize = 1;
                $body
            }
            2 => {
                const $D: usize = 2;
                $body
            }
            3 => {
                const $D: usize = 3;
                $body
            }
            4 => {
                const $D: usize = 4;
                $body
            }
            5 => {
                const $D: usize = 5;
                $body
            }
            6 => {
                const $D: usize = 6;
                $body
            }
            7 => {
                const $D: usize = 7;
                $body
            }
            8 => {
                const $D: usize = 8;
                $body
            }
            _ => {
                const $D: usize = $crate::isa::scan::ANY;
                $body
            }
        }
    };
}
pub(crate) use with_constant;

/// D columns, cut into groups.
pub(crate) struct Groups<'a, T, const D: usize> {
    /// `full[j][g]` is column j of group g.
    full: [&'a [[T; GROUP]]; D],
    /// What is left after the full groups, padded with values outside every window.
    last: [[T; GROUP]; D],
    /// 1 if something is left, else 0.
    n_last: usize,
    /// Whether the columns, not only the range, are larger than a cache.
    is_far: bool,
}

/// Groups to loop over: `segment[j][g]` is column j of group g.
pub(crate) type Segment<'a, T, const D: usize> = [&'a [[T; GROUP]]; D];

impl<'a, T: Stored, const D: usize> Groups<'a, T, D> {
    #[inline(always)]
    pub(crate) fn new(columns: &[&'a [T]], range: Range<usize>) -> Self {
        let is_far = size_of_val(columns[0]) * D > IN_CACHE;
        let columns: [&[T]; D] = array::from_fn(|j| &columns[j][range.clone()]);
        let n = range.len();
        let rest = n % GROUP;
        let full: [&[[T; GROUP]]; D] = array::from_fn(|j| columns[j].as_chunks().0);
        let full = array::from_fn(|j| &full[j][..n / GROUP]);
        let mut last = [[T::OUTSIDE; GROUP]; D];
        if rest > 0 {
            for (last, column) in last.iter_mut().zip(columns) {
                last[..rest].copy_from_slice(&column[n - rest..]);
            }
        }
        Self { full, last, n_last: usize::from(rest > 0), is_far }
    }

    /// The full groups, then the last. One loop body serves both: two would double the code, and a
    /// choice between them for each group makes the compiler choose for each load.
    #[inline(always)]
    pub(crate) fn segments(&self) -> [Segment<'_, T, D>; 2] {
        let last = array::from_fn(|j| &slice::from_ref(&self.last[j])[..self.n_last]);
        [self.full, last]
    }

    /// Asks for what lies [`AHEAD`] of a group in each column, if that helps.
    #[inline(always)]
    pub(crate) fn prefetch<V: Vectors>(&self, vectors: V, group: [&[T; GROUP]; D]) {
        if !self.is_far {
            return;
        }
        for column in group {
            let start = column.as_ptr().cast::<u8>().wrapping_add(AHEAD);
            for line in (0..size_of::<[T; GROUP]>()).step_by(64) {
                vectors.prefetch(start.wrapping_add(line));
            }
        }
    }
}

/// Group `g` of a segment: D arrays.
#[inline(always)]
pub(crate) fn group<'a, T, const D: usize>(
    segment: &Segment<'a, T, D>,
    g: usize,
) -> [&'a [T; GROUP]; D] {
    array::from_fn(|j| &segment[j][g])
}

/// What is compared with a limit: a distance, or an excess over radii.
pub(crate) trait Form<V: Vectors, const D: usize>: Copy {
    /// For the samples of one vector, `s[j]` their coordinates j.
    fn evaluate(self, vectors: V, s: [V::Vector; D]) -> V::Vector;
}

/// max over j of |x_j − s_j|.
#[derive(Clone, Copy)]
pub(crate) struct Distance<X, const D: usize>(pub(crate) [X; D]);

impl<V: Vectors, const D: usize> Form<V, D> for Distance<V::Vector, D> {
    #[inline(always)]
    fn evaluate(self, vectors: V, s: [V::Vector; D]) -> V::Vector {
        let difference: [V::Vector; D] = array::from_fn(|j| vectors.sub(self.0[j], s[j]));
        if D == 1 {
            return vectors.abs(difference[0]);
        }
        let mut distance = vectors.max_abs(difference[0], difference[1]);
        for &difference in &difference[2..] {
            distance = vectors.grow(distance, difference);
        }
        distance
    }
}

/// max over j of (|x_j − s_j| − r_j).
#[derive(Clone, Copy)]
pub(crate) struct Excess<X, const D: usize> {
    pub(crate) center: [X; D],
    pub(crate) radii: [X; D],
}

impl<V: Vectors, const D: usize> Form<V, D> for Excess<V::Vector, D> {
    #[inline(always)]
    fn evaluate(self, vectors: V, s: [V::Vector; D]) -> V::Vector {
        let excess: [V::Vector; D] = array::from_fn(|j| {
            vectors.sub(vectors.abs(vectors.sub(self.center[j], s[j])), self.radii[j])
        });
        let mut most = excess[0];
        for &excess in &excess[1..] {
            most = vectors.max(most, excess);
        }
        most
    }
}

#[inline(always)]
pub(crate) fn splat<V: Vectors, const D: usize>(
    vectors: V,
    values: &[V::Element],
) -> [V::Vector; D] {
    array::from_fn(|j| vectors.splat(values[j]))
}

/// Coordinates of the samples from `at` on.
#[inline(always)]
pub(crate) fn load<V: Doubles, T: Stored, const D: usize>(
    vectors: V,
    group: [&[T; GROUP]; D],
    at: usize,
) -> [V::Vector; D] {
    array::from_fn(|j| T::load(vectors, group[j], at))
}

/// Number of samples of `run` inside `window`; d is D, or any.
#[inline(always)]
pub(crate) fn count<V: Doubles, T: Stored, const D: usize>(
    vectors: V,
    run: &Run<'_, T>,
    window: &Window,
) -> u64 {
    if D == ANY {
        return blocks::count(vectors, run, window);
    }
    let groups = Groups::<T, D>::new(run.columns(), 0..run.len());
    let center = splat::<V, D>(vectors, window.center());
    match window.radii() {
        Radii::Uniform(r) => count_groups(vectors, &groups, Distance(center), *r),
        Radii::PerDimension(radii) => {
            let radii = splat(vectors, radii);
            count_groups(vectors, &groups, Excess { center, radii }, 0.0)
        }
    }
}

/// Number of samples whose form is <= limit.
#[inline(always)]
pub(crate) fn count_groups<V: Doubles, T: Stored, F: Form<V, D>, const D: usize>(
    vectors: V,
    groups: &Groups<'_, T, D>,
    form: F,
    limit: f64,
) -> u64 {
    let limit = vectors.splat(limit);
    let mut tallies = [vectors.no_tally(); 2];
    for segment in groups.segments() {
        for g in 0..segment[0].len() {
            groups.prefetch(vectors, group(&segment, g));
            tally_group(vectors, group(&segment, g), form, limit, &mut tallies);
        }
    }
    tallies.into_iter().map(|tally| vectors.total(tally)).sum()
}

/// Two tallies, so that one addition need not wait for the other.
#[inline(always)]
fn tally_group<V: Doubles, T: Stored, F: Form<V, D>, const D: usize>(
    vectors: V,
    group: [&[T; GROUP]; D],
    form: F,
    limit: V::Vector,
    tallies: &mut [V::Tally; 2],
) {
    for at in (0..GROUP).step_by(2 * V::WIDTH) {
        for (u, tally) in tallies.iter_mut().enumerate() {
            let value = form.evaluate(vectors, load(vectors, group, at + u * V::WIDTH));
            *tally = vectors.tally(*tally, value, limit);
        }
    }
}

/// Sum of every stored value, loading each byte once: what a scan could reach if the test were free.
#[inline(always)]
pub(crate) fn sum<V: Doubles, T: Stored>(vectors: V, run: &Run<'_, T>) -> f64 {
    let mut total = 0.0;
    for column in run.columns() {
        let mut sums = [vectors.splat(0.0); 8];
        let (groups, rest) = column.as_chunks::<GROUP>();
        for group in groups {
            for at in (0..GROUP).step_by(8 * V::WIDTH) {
                for (u, sum) in sums.iter_mut().enumerate() {
                    // Fewer than 8 vectors in a group never happens: WIDTH is at most 8.
                    *sum = vectors.add(*sum, T::load(vectors, group, at + u * V::WIDTH));
                }
            }
        }
        total += sums.into_iter().map(|sum| vectors.sum(sum)).sum::<f64>();
        total += rest.iter().map(|value| value.widen()).sum::<f64>();
    }
    total
}
