//! Short pieces of columns, many of them: what indexes leave to be looked at.
//!
//! ```text
//! for each piece, for each sample i of it:
//!     count += (max over j of |fl(x_j − s_j[i])| <= r)
//! ```
//!
//! A piece has a few samples to a few thousand, so its ends cost as much as its middle. Three things keep
//! them cheap: one call does all pieces, so that sums are added up once; a vector that reaches beyond its
//! piece is masked, not copied into a padded group as [`super::scan`] does; and the columns go on after
//! their last sample, so that such a vector never ends outside of them.

use super::lanes::{Doubles, GROUP, Stored};
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

/// Number of samples in `pieces` that are inside the window of `center` and `reach`; d is D, or any.
///
/// # Panics
/// If a column does not hold [`GROUP`] values after the end of a piece.
#[inline(always)]
pub(crate) fn count<V: Doubles, T: Stored, const D: usize>(
    vectors: V,
    columns: &[&[T]],
    pieces: &[Piece],
    center: &[f64],
    reach: Reach<'_>,
) -> u64 {
    if D == ANY {
        return count_any(vectors, columns, pieces, center, reach);
    }
    let columns: [&[T]; D] = std::array::from_fn(|j| columns[j]);
    let center = splat::<V, D>(vectors, center);
    match reach {
        Reach::Cube(radius) => count_all(vectors, columns, pieces, Distance(center), radius),
        Reach::Box(radii) => {
            let radii = splat(vectors, radii);
            count_all(vectors, columns, pieces, Excess { center, radii }, 0.0)
        }
    }
}

/// Number of samples whose form is <= limit.
#[inline(always)]
fn count_all<V: Doubles, T: Stored, F: Form<V, D>, const D: usize>(
    vectors: V,
    columns: [&[T]; D],
    pieces: &[Piece],
    form: F,
    limit: f64,
) -> u64 {
    let limit = vectors.splat(limit);
    let mut tally = vectors.no_tally();
    for &Piece { start, len } in pieces {
        let (mut start, mut left) = (start as usize, len as usize);
        while left > 0 {
            let group: [&[T; GROUP]; D] = std::array::from_fn(|j| group_at(columns[j], start));
            for at in (0..GROUP).step_by(V::WIDTH) {
                if at >= left {
                    break;
                }
                let value = form.evaluate(vectors, load(vectors, group, at));
                tally = vectors.tally_first(tally, value, limit, left - at);
            }
            start += GROUP;
            left = left.saturating_sub(GROUP);
        }
    }
    vectors.total(tally)
}

/// [`count`] for any d: one column after the other through a vector of distances.
#[inline(always)]
fn count_any<V: Doubles, T: Stored>(
    vectors: V,
    columns: &[&[T]],
    pieces: &[Piece],
    center: &[f64],
    reach: Reach<'_>,
) -> u64 {
    let zero = vectors.splat(0.0);
    let mut tally = vectors.no_tally();
    for &Piece { start, len } in pieces {
        for at in (0..len as usize).step_by(V::WIDTH) {
            let mut excess = vectors.splat(f64::NEG_INFINITY);
            for (j, column) in columns.iter().enumerate() {
                let s = T::load(vectors, group_at(column, start as usize + at), 0);
                let form = Excess {
                    center: [vectors.splat(center[j])],
                    radii: [vectors.splat(reach.radius(j))],
                };
                excess = vectors.max(excess, form.start(vectors, s));
            }
            tally = vectors.tally_first(tally, excess, zero, len as usize - at);
        }
    }
    vectors.total(tally)
}

/// The values of a column from `start` on; it goes on for [`GROUP`] values after its last sample.
#[inline(always)]
pub(crate) fn group_at<T>(column: &[T], start: usize) -> &[T; GROUP] {
    column[start..].first_chunk().expect("columns go on after their last sample")
}
