//! What is asked: windows around many centers.
//!
//! Apart from [`crate::window`], which defines one window. Next: [`crate::Counter::answer`].

use std::ops::Range;

use crate::error::Error;
use crate::width::{Radii, Widths};
use crate::window::{self, Reach};

/// Windows around m centers of d coordinates.
///
/// The samples around a center that is a sample itself include it: who wants the others takes 1 off.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    d: usize,
    centers: &'a [f64],
    sizes: Checked<'a>,
}

/// [`Sizes`] that fit the centers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Checked<'a> {
    /// W widths.
    Shared(&'a Widths),
    /// A radius for each center.
    Each(&'a [f64]),
    /// A radius for each dimension.
    PerDimension(&'a [f64]),
}

/// How large the windows are.
#[derive(Clone, Copy, Debug)]
pub enum Sizes<'a> {
    /// Each of W widths around every center: W counts for each center.
    Shared(&'a Widths),
    /// A width for each center: one count each.
    Each(&'a Radii),
    /// A box of d widths, the same around every center: one count each.
    PerDimension(&'a Radii),
}

impl<'a> Query<'a> {
    /// Checks the parts: center c has coordinates `centers[c * d .. (c + 1) * d]`. O(m d).
    ///
    /// # Errors
    /// - [`Error::NoDimensions`] if d is 0;
    /// - [`Error::Dimension`] if the last center is incomplete, or there are not d radii for d dimensions;
    /// - [`Error::CenterNotFinite`] (its dimension counts through all centers);
    /// - [`Error::Radii`] if there is not one radius for each center.
    pub fn new(centers: &'a [f64], d: usize, sizes: Sizes<'a>) -> Result<Self, Error> {
        if d == 0 {
            return Err(Error::NoDimensions);
        }
        match centers.len() % d {
            0 => (),
            found => return Err(Error::Dimension { what: "center", expected: d, found }),
        }
        if !centers.is_empty() {
            window::check_center(centers)?;
        }
        let m = centers.len() / d;
        let sizes = match sizes {
            Sizes::Shared(widths) => Checked::Shared(widths),
            Sizes::Each(radii) if radii.len() == m => Checked::Each(radii.as_slice()),
            Sizes::Each(radii) => {
                return Err(Error::Radii { expected: m, found: radii.len() });
            }
            Sizes::PerDimension(radii) if radii.len() == d => {
                Checked::PerDimension(radii.as_slice())
            }
            Sizes::PerDimension(radii) => {
                let (expected, found) = (d, radii.len());
                return Err(Error::Dimension { what: "widths per dimension", expected, found });
            }
        };
        Ok(Self { d, centers, sizes })
    }

    /// Number of centers.
    pub fn centers(&self) -> usize {
        self.centers.len() / self.d
    }

    /// Number of dimensions, at least 1.
    pub fn d(&self) -> usize {
        self.d
    }

    /// Number of counts that answer it: W for each center, or 1.
    pub fn counts(&self) -> usize {
        self.centers() * self.counts_per_center()
    }

    /// Counts for each center: W, or 1.
    pub fn counts_per_center(&self) -> usize {
        match self.sizes {
            Checked::Shared(widths) => widths.len(),
            Checked::Each(_) | Checked::PerDimension(_) => 1,
        }
    }

    /// The same for some of the centers.
    ///
    /// # Panics
    /// If `centers` reaches beyond m.
    #[must_use]
    pub fn part(&self, centers: Range<usize>) -> Self {
        let sizes = match self.sizes {
            Checked::Each(radii) => Checked::Each(&radii[centers.clone()]),
            sizes => sizes,
        };
        Self {
            centers: &self.centers[centers.start * self.d..centers.end * self.d],
            sizes,
            ..*self
        }
    }

    /// Coordinates, center after center.
    pub(crate) fn coordinates(&self) -> &'a [f64] {
        self.centers
    }

    pub(crate) fn sizes(&self) -> Checked<'a> {
        self.sizes
    }

    /// Center and reach of the window whose count has this place: c * W + w.
    pub(crate) fn window(&self, place: usize) -> (&'a [f64], Reach<'a>) {
        let (c, w) = (place / self.counts_per_center(), place % self.counts_per_center());
        let reach = match self.sizes {
            Checked::Shared(widths) => Reach::Cube(widths.radius(w)),
            Checked::Each(radii) => Reach::Cube(radii[c]),
            Checked::PerDimension(radii) => Reach::Box(radii),
        };
        (&self.centers[c * self.d..][..self.d], reach)
    }

    /// The reach of the windows of each column of counts, if it is the same around every center.
    pub(crate) fn reaches(&self) -> Option<Vec<Reach<'a>>> {
        match self.sizes {
            Checked::Shared(widths) => {
                Some((0..widths.len()).map(|w| Reach::Cube(widths.radius(w))).collect())
            }
            Checked::Each(_) => None,
            Checked::PerDimension(radii) => Some(vec![Reach::Box(radii)]),
        }
    }

    /// The widest reach, if centers have several.
    pub(crate) fn widest(&self) -> Option<Reach<'a>> {
        match self.sizes {
            Checked::Shared(widths) if widths.len() > 1 => {
                Some(Reach::Cube(widths.ranking().far()))
            }
            _ => None,
        }
    }

    /// The same around as many other centers.
    pub(crate) fn around<'b>(&self, centers: &'b [f64]) -> Query<'b>
    where
        'a: 'b,
    {
        Query { centers, ..*self }
    }

    /// Coordinate j of every center.
    pub(crate) fn column(&self, j: usize) -> impl Iterator<Item = f64> {
        self.centers.iter().skip(j).step_by(self.d).copied()
    }

    /// Places of all windows, so many at a time.
    pub(crate) fn windows_in_parts(&self, part: usize) -> impl Iterator<Item = Range<usize>> {
        let all = self.counts();
        (0..all).step_by(part).map(move |start| start..all.min(start + part))
    }

    /// Adds `count(center, reach)` to the place of every window.
    pub(crate) fn add_each(
        &self,
        counts: &mut [u64],
        mut count: impl FnMut(&[f64], Reach<'_>) -> u64,
    ) {
        for (place, sum) in counts.iter_mut().enumerate() {
            let (center, reach) = self.window(place);
            *sum += count(center, reach);
        }
    }
}
