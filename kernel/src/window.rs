//! The window, and the one definition of "inside".
//!
//! A sample s lies outside the window of center x and width h if `|(x − s) / h| > 1/2` in any
//! coordinate; the faces are closed. The test is the article's, in IEEE double precision, and every
//! algorithm answers it bit for bit. Open faces, on request, are outside: `|(x − s) / h| >= 1/2`. Three
//! facts make that cheap. With a = |fl(x − s)|:
//!
//! * **fl(a / h) > 1/2 exactly if a > h/2 in real arithmetic**, for every a and every finite h > 0.
//!   (If a ≤ h/2, rounding is monotone and 1/2 is representable. If a > h/2, write h = M·2^e with
//!   M < 2^53; then a/h ≥ (M+1)/2M > 1/2 + 2^−54, which is past the midpoint to the next float.)
//!   So the division can go: the test is `a <= r` with the [radius](Width::radius) r, the largest
//!   float that is not above h/2. `h * 0.5` alone is *not* it: for h below 2^−1021 it may round up.
//! * **fl(a / h) < 1/2 exactly if a < h/2 in real arithmetic.** (If a ≥ h/2, rounding is monotone. If
//!   a < h/2, then a/h ≤ 1/2 − 1/4M ≤ 1/2 − 2^−54, which is a float below 1/2.) So an open window is a
//!   closed one with a smaller radius, the largest float below h/2, and nothing else knows of faces.
//! * **fl(x − s) is monotone in s**, so the samples inside form an interval of floats, and
//!   [`Interval`] finds its two ends by bisection. Algorithms that order samples need not even know the
//!   ends: `Side::of` says for any float, such as the edge of a cell, on which side of them it lies.
//!   The obvious `x − h/2 <= s && s <= x + h/2` is wrong for about 4 % of samples near a face, and
//!   `a * (1/h) > 0.5` for about 1 %: neither occurs in this crate.

use crate::error::Error;
use crate::width::{Faces, Radii, Width};

/// How far a window reaches from its center: thresholds on |x − s|.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Reach<'a> {
    /// The same in every dimension.
    Cube(f64),
    /// One radius for each dimension.
    Box(&'a [f64]),
}

impl Reach<'_> {
    /// Radius in dimension `j`.
    #[inline]
    pub(crate) fn radius(self, j: usize) -> f64 {
        match self {
            Self::Cube(radius) => radius,
            Self::Box(radii) => radii[j],
        }
    }
}

/// Where a value lies as seen from a window, in one dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// Below every value inside.
    Below,
    /// Inside.
    Inside,
    /// Above every value inside.
    Above,
}

impl Side {
    /// Side of `s` as seen from the window of center coordinate `x` and this radius. Monotone in `s`;
    /// infinite values are outside.
    #[inline]
    pub(crate) fn of(x: f64, radius: f64, s: f64) -> Self {
        let difference = s - x;
        if difference > radius {
            Self::Above
        } else if difference < -radius {
            Self::Below
        } else {
            Self::Inside
        }
    }
}

/// A hypercube (or box): center x of d coordinates, and one radius or d radii.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    center: Vec<f64>,
    radii: Vec<f64>,
}

impl Window {
    /// The hypercube of width `width` around `center`.
    ///
    /// # Errors
    /// - [`Error::NoDimensions`] if `center` is empty;
    /// - [`Error::CenterNotFinite`] names the first coordinate that is NaN or infinite.
    pub fn new(center: &[f64], width: Width) -> Result<Self, Error> {
        Ok(Self { center: checked_center(center)?, radii: vec![width.radius()] })
    }

    /// The box of width `widths[j]` in dimension j around `center`.
    ///
    /// # Errors
    /// As [`Window::new`]; [`Error::Dimension`] if there is not one width for each coordinate;
    /// [`Error::WidthNotPositive`] names the first bad width.
    pub fn with_widths(center: &[f64], widths: &[f64]) -> Result<Self, Error> {
        let center = checked_center(center)?;
        if widths.len() != center.len() {
            let (expected, found) = (center.len(), widths.len());
            return Err(Error::Dimension { what: "widths per dimension", expected, found });
        }
        Ok(Self { center, radii: Radii::new(widths, Faces::Closed)?.into_vec() })
    }

    /// The center, d coordinates.
    pub fn center(&self) -> &[f64] {
        &self.center
    }

    /// Number of dimensions, at least 1.
    pub fn d(&self) -> usize {
        self.center.len()
    }

    pub(crate) fn reach(&self) -> Reach<'_> {
        match &*self.radii {
            [radius] => Reach::Cube(*radius),
            radii => Reach::Box(radii),
        }
    }

    /// The floats that lie inside in dimension `j`.
    ///
    /// # Panics
    /// If `j >= d`.
    pub fn interval(&self, j: usize) -> Interval {
        Interval::around(self.center[j], self.reach().radius(j))
    }
}

/// Checks the coordinates of a center.
pub(crate) fn check_center(center: &[f64]) -> Result<(), Error> {
    match center.iter().position(|x| !x.is_finite()) {
        _ if center.is_empty() => Err(Error::NoDimensions),
        Some(dimension) => Err(Error::CenterNotFinite { dimension, value: center[dimension] }),
        None => Ok(()),
    }
}

fn checked_center(center: &[f64]) -> Result<Vec<f64>, Error> {
    check_center(center).map(|()| center.to_vec())
}

/// The closed interval `[lo, hi]` of exactly those doubles that lie inside in one dimension.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The smallest double inside.
    pub lo: f64,
    /// The largest double inside.
    pub hi: f64,
}

impl Interval {
    /// Exact ends of {s : |fl(x − s)| <= r}: a guess as a rule, else at most 64 bisection steps for each.
    ///
    /// A few steps from fl(x ± r) would not always do: with x close to r an end lies near 0, and 4.8e18
    /// floats separate the naive bound from the exact one.
    pub(crate) fn around(x: f64, r: f64) -> Self {
        Self { lo: -upper_end(-x, r), hi: upper_end(x, r) }
    }

    /// The same interval among single-precision values: `lo` rounded up and `hi` down, so that an
    /// `f32` sample is inside exactly if it is between them. Empty (`lo > hi`) if none is.
    #[expect(clippy::cast_possible_truncation, reason = "rounding is corrected right below")]
    pub fn single(self) -> (f32, f32) {
        let (lo, hi) = (self.lo as f32, self.hi as f32);
        let lo = if f64::from(lo) < self.lo { lo.next_up() } else { lo };
        let hi = if f64::from(hi) > self.hi { hi.next_down() } else { hi };
        (lo, hi)
    }
}

/// The largest finite s with fl(s − x) <= r.
fn upper_end(x: f64, r: f64) -> f64 {
    let guess = x + r;
    for end in [guess, guess.next_down(), guess.next_up()] {
        // The difference is monotone, so no float beyond the next one is inside again.
        if end.is_finite() && end - x <= r && end.next_up() - x > r {
            return end;
        }
    }
    let (mut inside, mut outside) = (ordinal(x), ordinal(f64::INFINITY));
    while outside - inside > 1 {
        let middle = inside + (outside - inside) / 2;
        if from_ordinal(middle) - x <= r { inside = middle } else { outside = middle }
    }
    from_ordinal(inside)
}

/// Position of a double among all doubles: monotone, and neighbours differ by 1.
fn ordinal(value: f64) -> i128 {
    let bits = i128::from(value.to_bits() & !SIGN);
    if value.is_sign_negative() { -bits } else { bits }
}

/// The double at a position; +0 at 0.
fn from_ordinal(ordinal: i128) -> f64 {
    let magnitude = f64::from_bits(ordinal.unsigned_abs() as u64);
    if ordinal < 0 { -magnitude } else { magnitude }
}

const SIGN: u64 = 1 << 63;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_radius_decides_as_the_open_quotient_does() {
        for h in widths() {
            let r = Width::with_faces(h, Faces::Open).unwrap().radius();
            assert!((r / h).abs() < 0.5, "radius {r:e} of {h:e}");
            assert!((r.next_up() / h).abs() >= 0.5, "next above radius {r:e} of {h:e}");
        }
    }

    #[test]
    fn sides_are_those_of_the_interval() {
        for (x, h) in [(0.3, 1.1), (-7.0, 0.1), (0.0, 5e-324), (1e300, f64::MAX), (0.55, 1.1)] {
            let width = Width::new(h).unwrap();
            let Interval { lo, hi } = Window::new(&[x], width).unwrap().interval(0);
            let side = |s| Side::of(x, width.radius(), s);
            assert_eq!([lo, x, hi].map(side), [Side::Inside; 3], "x = {x:e}, h = {h:e}");
            let beyond = [lo.next_down(), f64::NEG_INFINITY, hi.next_up(), f64::INFINITY];
            let sides = [Side::Below, Side::Below, Side::Above, Side::Above];
            assert_eq!(beyond.map(side), sides, "x = {x:e}, h = {h:e}");
        }
    }

    /// The article's test, literally.
    fn inside(x: f64, s: f64, h: f64) -> bool {
        ((x - s) / h).abs() <= 0.5
    }

    fn widths() -> Vec<f64> {
        let mut widths = vec![f64::MIN_POSITIVE, f64::MAX, 0.1, 1.0 / 3.0, 1.1, 7.0];
        widths.extend((1..50).map(f64::from_bits));
        widths.extend((1..50).map(|i| f64::MIN_POSITIVE + f64::from_bits(i)));
        let significand = |e: u64| e.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 12;
        widths.extend((0..2000).map(|e| f64::from_bits((e << 52) | significand(e))));
        widths.retain(|h| *h > 0.0);
        widths
    }

    #[test]
    fn radius_decides_as_the_articles_quotient_does() {
        for h in widths() {
            let r = Width::new(h).unwrap().radius();
            assert!(inside(0.0, r, h), "radius {r:e} of {h:e}");
            assert!(!inside(0.0, r.next_up(), h), "next above radius {r:e} of {h:e}");
        }
    }

    #[test]
    fn interval_ends_are_the_last_inside() {
        for h in widths().into_iter().step_by(7) {
            for x in [0.0, -0.0, h / 2.0, -h / 2.0, h, 0.3, -1e10, 1e300, f64::MAX, 5e-324] {
                let Interval { lo, hi } =
                    Window::new(&[x], Width::new(h).unwrap()).unwrap().interval(0);
                assert!(inside(x, lo, h) && inside(x, hi, h), "x = {x:e}, h = {h:e}");
                for beyond in [lo.next_down(), hi.next_up()] {
                    assert!(!inside(x, beyond, h) || beyond.is_infinite(), "x = {x:e}, h = {h:e}");
                }
            }
        }
    }

    #[test]
    fn single_interval_holds_exactly_the_singles_inside() {
        for (x, h) in [(0.1, 0.2), (1.0, 1e-9), (-3.3, 0.7), (1e-40, 1e-41), (0.0, 1e39)] {
            let (lo, hi) = Window::new(&[x], Width::new(h).unwrap()).unwrap().interval(0).single();
            for (end, beyond) in [(lo, lo.next_down()), (hi, hi.next_up())] {
                assert!(lo > hi || inside(x, f64::from(end), h), "{end:e} for x = {x}, h = {h}");
                assert!(beyond.is_infinite() || !inside(x, f64::from(beyond), h), "{beyond:e}");
            }
        }
    }

    #[test]
    fn bad_windows_are_typed_errors() {
        let width = Width::new(1.0).unwrap();
        assert_eq!(Window::new(&[], width), Err(Error::NoDimensions));
        let error = Window::new(&[0.0, f64::INFINITY], width).unwrap_err();
        assert_eq!(error, Error::CenterNotFinite { dimension: 1, value: f64::INFINITY });
        assert!(matches!(Window::with_widths(&[0.0], &[1.0, 2.0]), Err(Error::Dimension { .. })));
    }
}
