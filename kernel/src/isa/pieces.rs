//! Short pieces of columns, many of them: what indexes leave to be looked at.
//!
//! ```text
//! for each piece, for each sample i of it:
//!     count += (max over j of |fl(x_j − s_j[i])| <= r)          or the weight of i
//! ```
//!
//! A piece has a few samples to a few thousand, so its ends cost as much as its middle. Three things keep
//! them cheap: one call does all pieces, so that sums are added up once; a vector that reaches beyond its
//! piece is masked, not copied into a padded group as [`super::scan`] does; and the columns go on after
//! their last sample, so that such a vector never ends outside of them.

use super::lanes::{GROUP, Stored};
use super::masked::Masked;
use super::scan::{ANY, Distance, Excess, Form, load, splat};
use crate::window::Reach;

/// Samples `start .. start + len` of columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Position of the first sample.
    pub(crate) start: u32,
    /// Number of samples.
    pub(crate) len: u32,
}

/// What is added up over the samples inside.
pub(crate) trait Adds<V: Masked> {
    /// What it knows of the [`GROUP`] samples from some place on.
    type Group: Copy;

    fn group(&self, start: usize) -> Self::Group;
    /// Adds for those of the first `lanes` samples from `at` on in a group with value <= limit.
    fn add_first(
        &mut self,
        group: Self::Group,
        at: usize,
        lanes: usize,
        value: V::Vector,
        limit: V::Vector,
    );
    fn total(self) -> u64;
}

/// 1 for each.
struct Ones<V: Masked> {
    vectors: V,
    tally: V::Tally,
}

impl<V: Masked> Adds<V> for Ones<V> {
    type Group = ();

    #[inline(always)]
    fn group(&self, _start: usize) {}

    #[inline(always)]
    fn add_first(
        &mut self,
        _group: (),
        _at: usize,
        lanes: usize,
        value: V::Vector,
        limit: V::Vector,
    ) {
        self.tally = self.vectors.tally_first(self.tally, value, limit, lanes);
    }

    #[inline(always)]
    fn total(self) -> u64 {
        self.vectors.total(self.tally)
    }
}

/// The weight of each.
struct Units<'a, V: Masked> {
    vectors: V,
    weights: &'a [u64],
    sums: V::Sums,
}

impl<'a, V: Masked> Adds<V> for Units<'a, V> {
    type Group = &'a [u64; GROUP];

    #[inline(always)]
    fn group(&self, start: usize) -> &'a [u64; GROUP] {
        group_at(self.weights, start)
    }

    #[inline(always)]
    fn add_first(
        &mut self,
        group: &'a [u64; GROUP],
        at: usize,
        lanes: usize,
        value: V::Vector,
        limit: V::Vector,
    ) {
        let inside = self.vectors.at_most(self.vectors.first(lanes), value, limit);
        self.sums = self.vectors.add_weights(inside, self.sums, group, at);
    }

    #[inline(always)]
    fn total(self) -> u64 {
        self.vectors.weight(self.sums)
    }
}

/// Number of samples in `pieces` that are inside the window of `center` and `reach`; d is D, or any.
///
/// # Panics
/// If a column does not hold whole groups from the start of a piece to its end.
#[inline(always)]
pub(crate) fn count<V: Masked, T: Stored, const D: usize>(
    vectors: V,
    columns: &[&[T]],
    pieces: &[Piece],
    center: &[f64],
    reach: Reach<'_>,
) -> u64 {
    let ones = Ones { vectors, tally: vectors.no_tally() };
    add::<V, T, _, D>(vectors, columns, pieces, (center, reach), ones)
}

/// Weight of the samples in `pieces` that are inside the window of `center` and `reach`; d is D, or any.
///
/// # Panics
/// As [`count`]; if there are fewer weights than values in a column.
#[inline(always)]
pub(crate) fn weigh<V: Masked, T: Stored, const D: usize>(
    vectors: V,
    (columns, weights): (&[&[T]], &[u64]),
    pieces: &[Piece],
    center: &[f64],
    reach: Reach<'_>,
) -> u64 {
    let weights = Units { vectors, weights, sums: vectors.no_weight() };
    add::<V, T, _, D>(vectors, columns, pieces, (center, reach), weights)
}

#[inline(always)]
fn add<V: Masked, T: Stored, A: Adds<V>, const D: usize>(
    vectors: V,
    columns: &[&[T]],
    pieces: &[Piece],
    (center, reach): (&[f64], Reach<'_>),
    adds: A,
) -> u64 {
    if D == ANY {
        return add_any(vectors, columns, pieces, (center, reach), adds);
    }
    let columns: [&[T]; D] = std::array::from_fn(|j| columns[j]);
    let center = splat::<V, D>(vectors, center);
    match reach {
        Reach::Cube(radius) => add_all(vectors, columns, pieces, (Distance(center), radius), adds),
        Reach::Box(radii) => {
            let radii = splat(vectors, radii);
            add_all(vectors, columns, pieces, (Excess { center, radii }, 0.0), adds)
        }
    }
}

/// Adds for the samples whose form is <= limit.
#[inline(always)]
fn add_all<V: Masked, T: Stored, F: Form<V, D>, A: Adds<V>, const D: usize>(
    vectors: V,
    columns: [&[T]; D],
    pieces: &[Piece],
    (form, limit): (F, f64),
    mut adds: A,
) -> u64 {
    let limit = vectors.splat(limit);
    for &Piece { start, len } in pieces {
        let (mut start, mut left) = (start as usize, len as usize);
        while left > 0 {
            let group: [&[T; GROUP]; D] = std::array::from_fn(|j| group_at(columns[j], start));
            let of_group = adds.group(start);
            for at in (0..GROUP).step_by(V::WIDTH) {
                if at >= left {
                    break;
                }
                let value = form.evaluate(vectors, load(vectors, group, at));
                adds.add_first(of_group, at, left - at, value, limit);
            }
            start += GROUP;
            left = left.saturating_sub(GROUP);
        }
    }
    adds.total()
}

/// The same for any d: one column after the other through a vector of distances, as long as anyone is inside.
#[inline(always)]
fn add_any<V: Masked, T: Stored, A: Adds<V>>(
    vectors: V,
    columns: &[&[T]],
    pieces: &[Piece],
    (center, reach): (&[f64], Reach<'_>),
    mut adds: A,
) -> u64 {
    /// Columns after which it is asked whether any sample is left.
    const SOME: usize = 4;
    let zero = vectors.splat(0.0);
    for &Piece { start, len } in pieces {
        for place in (0..len as usize).step_by(V::WIDTH) {
            let (from, at) = (start as usize + place / GROUP * GROUP, place % GROUP);
            let mut excess = vectors.splat(f64::NEG_INFINITY);
            for first in (0..columns.len()).step_by(SOME) {
                for j in first..columns.len().min(first + SOME) {
                    let s = T::load(vectors, group_at(columns[j], from), at);
                    let form = Excess {
                        center: [vectors.splat(center[j])],
                        radii: [vectors.splat(reach.radius(j))],
                    };
                    excess = vectors.max(excess, form.start(vectors, s));
                }
                let inside = vectors.at_most(vectors.first(V::WIDTH), excess, zero);
                if vectors.bits(inside) == 0 {
                    break;
                }
            }
            adds.add_first(adds.group(from), at, len as usize - place, excess, zero);
        }
    }
    adds.total()
}

/// The values of a column from `start` on; it goes on for [`GROUP`] values after its last sample.
#[inline(always)]
pub(crate) fn group_at<T>(column: &[T], start: usize) -> &[T; GROUP] {
    column[start..].first_chunk().expect("columns go on after their last sample")
}
