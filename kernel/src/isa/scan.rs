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
use crate::window::Reach;

/// Largest d that one loop takes at a time.
pub(crate) const MAX_D: usize = 8;

/// How far ahead of the scan memory is asked for, in bytes of each column.
///
/// The hardware's own prefetchers stop at page ends and give each of several columns less than one
/// column alone gets: without this a scan of 256 MB took 1.04 (AVX-512) to 1.16 (AVX2) times a plain
/// sum without it; with it in both, 1.00 to 1.07 (`cargo bench --bench roofline`). In the L2 cache the
/// extra instructions cost 5 to 15 %, so it is left out there.
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

    /// Number of groups.
    pub(crate) fn len(&self) -> usize {
        self.full[0].len() + self.n_last
    }

    /// The full groups, then the last. One loop body serves both: two would double the code, and a
    /// choice between them for each group makes the compiler choose for each load.
    #[inline(always)]
    pub(crate) fn segments(&self) -> [Segment<'_, T, D>; 2] {
        self.segments_in(0..self.len())
    }

    /// [`Groups::segments`] of some of the groups.
    #[inline(always)]
    pub(crate) fn segments_in(&self, range: Range<usize>) -> [Segment<'_, T, D>; 2] {
        let full = self.full[0].len();
        let n_last = range.end.saturating_sub(full.max(range.start));
        let last = array::from_fn(|j| &slice::from_ref(&self.last[j])[..n_last]);
        let range = range.start.min(full)..range.end.min(full);
        [array::from_fn(|j| &self.full[j][range.clone()]), last]
    }

    /// Whether the columns are larger than a cache, so that [`prefetch`] helps.
    #[inline(always)]
    pub(crate) fn is_far(&self) -> bool {
        self.is_far
    }
}

/// Asks for what lies [`AHEAD`] of a group in each column.
#[inline(always)]
pub(crate) fn prefetch<V: Vectors, T, const D: usize>(vectors: V, group: [&[T; GROUP]; D]) {
    for column in group {
        let start = column.as_ptr().cast::<u8>().wrapping_add(AHEAD);
        for line in (0..size_of::<[T; GROUP]>()).step_by(64) {
            vectors.prefetch(start.wrapping_add(line));
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

/// What is compared with a limit, a distance or an excess over radii: one coordinate after another.
pub(crate) trait Form<V: Vectors, const D: usize>: Copy {
    /// From coordinate 0.
    fn start(self, vectors: V, s: V::Vector) -> V::Vector;
    /// With coordinate j, from 1 on.
    fn step(self, vectors: V, so_far: V::Vector, s: V::Vector, j: usize) -> V::Vector;
    /// After the last coordinate.
    fn finish(self, vectors: V, so_far: V::Vector) -> V::Vector;

    /// For the samples of one vector, `s[j]` their coordinates j.
    #[inline(always)]
    fn evaluate(self, vectors: V, s: [V::Vector; D]) -> V::Vector {
        let mut value = self.start(vectors, s[0]);
        for (j, &s) in s.iter().enumerate().skip(1) {
            value = self.step(vectors, value, s, j);
        }
        self.finish(vectors, value)
    }
}

/// max over j of |x_j − s_j|.
#[derive(Clone, Copy)]
pub(crate) struct Distance<X, const D: usize>(pub(crate) [X; D]);

impl<V: Vectors, const D: usize> Form<V, D> for Distance<V::Vector, D> {
    /// With its sign, which the next step takes off.
    #[inline(always)]
    fn start(self, vectors: V, s: V::Vector) -> V::Vector {
        vectors.sub(self.0[0], s)
    }

    #[inline(always)]
    fn step(self, vectors: V, so_far: V::Vector, s: V::Vector, j: usize) -> V::Vector {
        let difference = vectors.sub(self.0[j], s);
        if j == 1 { vectors.max_abs(so_far, difference) } else { vectors.grow(so_far, difference) }
    }

    #[inline(always)]
    fn finish(self, vectors: V, so_far: V::Vector) -> V::Vector {
        if D == 1 { vectors.abs(so_far) } else { so_far }
    }
}

/// max over j of (|x_j − s_j| − r_j).
#[derive(Clone, Copy)]
pub(crate) struct Excess<X, const D: usize> {
    pub(crate) center: [X; D],
    pub(crate) radii: [X; D],
}

impl<X: Copy, const D: usize> Excess<X, D> {
    #[inline(always)]
    fn of<V: Vectors<Vector = X>>(self, vectors: V, s: X, j: usize) -> X {
        vectors.sub(vectors.abs(vectors.sub(self.center[j], s)), self.radii[j])
    }
}

impl<V: Vectors, const D: usize> Form<V, D> for Excess<V::Vector, D> {
    #[inline(always)]
    fn start(self, vectors: V, s: V::Vector) -> V::Vector {
        self.of(vectors, s, 0)
    }

    #[inline(always)]
    fn step(self, vectors: V, so_far: V::Vector, s: V::Vector, j: usize) -> V::Vector {
        vectors.max(so_far, self.of(vectors, s, j))
    }

    #[inline(always)]
    fn finish(self, _vectors: V, so_far: V::Vector) -> V::Vector {
        so_far
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

/// Number of samples of `run` inside the window of `center` and `reach`; d is D, or any.
#[inline(always)]
pub(crate) fn count<V: Doubles, T: Stored, const D: usize>(
    vectors: V,
    run: &Run<'_, T>,
    center: &[f64],
    reach: Reach<'_>,
) -> u64 {
    if D == ANY {
        return blocks::count(vectors, run, center, reach);
    }
    let groups = Groups::<T, D>::new(run.columns(), 0..run.len());
    let center = splat::<V, D>(vectors, center);
    match reach {
        Reach::Cube(radius) => count_groups(vectors, &groups, Distance(center), radius),
        Reach::Box(radii) => {
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
            if groups.is_far() {
                prefetch(vectors, group(&segment, g));
            }
            tally_group(vectors, group(&segment, g), form, limit, &mut tallies);
        }
    }
    tallies.into_iter().map(|tally| vectors.total(tally)).sum()
}

/// Two tallies, so that one addition need not wait for the other. From three columns on eight vectors
/// at a time, column by column: a column's cache lines are asked for in a row (1.09 to 1.11
/// against 1.14 times the plain sum at d = 8 in the L2 cache; at d = 2 it gains nothing).
#[inline(always)]
fn tally_group<V: Doubles, T: Stored, F: Form<V, D>, const D: usize>(
    vectors: V,
    group: [&[T; GROUP]; D],
    form: F,
    limit: V::Vector,
    tallies: &mut [V::Tally; 2],
) {
    // Loops, not closures: one that is not inlined would be compiled without the features.
    for start in (0..GROUP).step_by(8 * V::WIDTH) {
        let mut values = [limit; 8];
        if D <= 2 {
            for (u, value) in values.iter_mut().enumerate() {
                *value = form.evaluate(vectors, load(vectors, group, start + u * V::WIDTH));
            }
        } else {
            by_column(vectors, group, form, start, &mut values);
        }
        for (u, &value) in values.iter().enumerate() {
            tallies[u % 2] = vectors.tally(tallies[u % 2], value, limit);
        }
    }
}

/// The forms of eight vectors from `start` on.
#[inline(always)]
fn by_column<V: Doubles, T: Stored, F: Form<V, D>, const D: usize>(
    vectors: V,
    group: [&[T; GROUP]; D],
    form: F,
    start: usize,
    values: &mut [V::Vector; 8],
) {
    for (u, value) in values.iter_mut().enumerate() {
        *value = form.start(vectors, T::load(vectors, group[0], start + u * V::WIDTH));
    }
    for (j, column) in group.iter().enumerate().skip(1) {
        for (u, value) in values.iter_mut().enumerate() {
            let s = T::load(vectors, column, start + u * V::WIDTH);
            *value = form.step(vectors, *value, s, j);
        }
    }
    for value in values {
        *value = form.finish(vectors, *value);
    }
}

/// Sum of every stored value, loading each byte once: what a scan could reach if the test were free.
#[inline(always)]
pub(crate) fn sum<V: Doubles, T: Stored>(vectors: V, run: &Run<'_, T>) -> f64 {
    let mut total = 0.0;
    for column in run.columns() {
        let mut sums = [vectors.splat(0.0); 8];
        let (groups, rest) = column.as_chunks::<GROUP>();
        let is_far = size_of_val(*column) * run.d() > IN_CACHE;
        for group in groups {
            if is_far {
                prefetch(vectors, [group]);
            }
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
