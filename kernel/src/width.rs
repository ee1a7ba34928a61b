//! Widths of windows, checked, and the radii that decide for them.
//!
//! Apart from [`crate::window`], which proves that a comparison with the radius is the definition: a width
//! has no center. Next: `ranking`, which prepares many of them for one pass.

use crate::error::Error;
use crate::ranking::Ranking;

/// Whether samples on the faces of a window, exactly h/2 away, are inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Faces {
    /// They are: the article's window.
    #[default]
    Closed,
    /// They are not: what estimators of mutual information ask for.
    Open,
}

/// A window width h, finite and above 0, and whether its faces belong to the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Width {
    h: f64,
    faces: Faces,
}

impl Width {
    /// Checks `h`; faces are closed.
    ///
    /// # Errors
    /// [`Error::WidthNotPositive`] if `h` is NaN, infinite, 0 or negative.
    pub fn new(h: f64) -> Result<Self, Error> {
        Self::with_faces(h, Faces::Closed)
    }

    /// As [`Width::new`], with the faces named.
    ///
    /// # Errors
    /// As [`Width::new`].
    pub fn with_faces(h: f64, faces: Faces) -> Result<Self, Error> {
        Self::at(0, h, faces)
    }

    /// As [`Width::with_faces`], for number `index` of a list.
    fn at(index: usize, h: f64, faces: Faces) -> Result<Self, Error> {
        if h.is_finite() && h > 0.0 {
            Ok(Self { h, faces })
        } else {
            Err(Error::WidthNotPositive { index, value: h })
        }
    }

    /// The width itself.
    pub fn get(self) -> f64 {
        self.h
    }

    /// The largest float that is not above h/2, or with open faces the largest below it.
    ///
    /// `h * 0.5` rounds up for some h below 2^−1021; doubling it back is exact and tells.
    pub fn radius(self) -> f64 {
        let half = self.h * 0.5;
        let is_beyond = match self.faces {
            Faces::Closed => half + half > self.h,
            Faces::Open => half + half >= self.h,
        };
        if is_beyond { half.next_down() } else { half }
    }
}

/// The radii of a list of widths: one for each center, or one for each dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Radii(Vec<f64>);

impl Radii {
    /// Checks `widths`.
    ///
    /// # Errors
    /// [`Error::WidthNotPositive`] names the first width that is not finite and above 0.
    pub fn new(widths: &[f64], faces: Faces) -> Result<Self, Error> {
        // Of normal numbers but the smallest the half is exact. Checked without an exit, and so in vectors.
        let is_plain = |h: &f64| (2.0 * f64::MIN_POSITIVE..=f64::MAX).contains(h);
        if faces == Faces::Closed && widths.iter().fold(true, |plain, h| plain & is_plain(h)) {
            return Ok(Self(widths.iter().map(|h| h * 0.5).collect()));
        }
        let radius = |(index, &h)| Ok(Width::at(index, h, faces)?.radius());
        Ok(Self(widths.iter().enumerate().map(radius).collect::<Result<_, Error>>()?))
    }

    /// The radii, in the order of the widths.
    pub fn as_slice(&self) -> &[f64] {
        &self.0
    }

    pub(crate) fn into_vec(self) -> Vec<f64> {
        self.0
    }

    /// Number of radii.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no radius.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Widths for one pass over the samples: in the order given, ascending or not, repeated or not.
#[derive(Clone, Debug)]
pub struct Widths {
    given: Vec<f64>,
    faces: Faces,
    ranking: Ranking,
}

impl Widths {
    /// Checks and prepares `widths`. O(W log W).
    ///
    /// # Errors
    /// [`Error::WidthNotPositive`] names the first width that is not finite and above 0.
    pub fn new(widths: &[f64]) -> Result<Self, Error> {
        Self::with_faces(widths, Faces::Closed)
    }

    /// As [`Widths::new`], with the faces named.
    ///
    /// # Errors
    /// As [`Widths::new`].
    pub fn with_faces(widths: &[f64], faces: Faces) -> Result<Self, Error> {
        let ranking = Ranking::new(Radii::new(widths, faces)?.0);
        Ok(Self { given: widths.to_vec(), faces, ranking })
    }

    /// `count` widths from `start` to `stop`, both included, evenly spaced as NumPy's `linspace`.
    ///
    /// # Errors
    /// As [`Widths::new`].
    pub fn linspace(start: f64, stop: f64, count: usize) -> Result<Self, Error> {
        let step = (stop - start) / (count.max(2) - 1) as f64;
        let mut widths: Vec<f64> = (0..count).map(|i| i as f64 * step + start).collect();
        if count > 1 {
            widths[count - 1] = stop;
        }
        Self::new(&widths)
    }

    /// The widths in the order given.
    pub fn as_slice(&self) -> &[f64] {
        &self.given
    }

    /// Number of widths.
    pub fn len(&self) -> usize {
        self.given.len()
    }

    /// Whether there is no width.
    pub fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// Radius of the w-th width given.
    pub(crate) fn radius(&self, w: usize) -> f64 {
        Width { h: self.given[w], faces: self.faces }.radius()
    }

    pub(crate) fn ranking(&self) -> &Ranking {
        &self.ranking
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linspace_is_numpys() {
        let widths = Widths::linspace(0.1, 1.2, 12).unwrap();
        let expected =
            [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.799_999_999_999_999_9, 0.899_999_999_999_999_9];
        assert_eq!(&widths.as_slice()[..9], &expected);
        assert_eq!(widths.as_slice()[11].to_bits(), 1.2_f64.to_bits());
        assert_eq!(Widths::linspace(1.0, 2.0, 1).unwrap().as_slice(), &[1.0]);
    }

    #[test]
    fn bad_widths_are_typed_errors() {
        for h in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let Err(Error::WidthNotPositive { index: 1, .. }) = Widths::new(&[1.0, h]) else {
                panic!("width {h} was accepted");
            };
        }
    }
}
