//! The window, and the one definition of "inside".
//!
//! A sample s lies outside the window of center x and width h if `|(x − s) / h| > 1/2` in any
//! coordinate; the faces are closed. The test is the article's, in IEEE double precision, and every
//! algorithm answers it bit for bit. Two facts make that cheap. With a = |fl(x − s)|:
//!
//! * **fl(a / h) > 1/2 exactly if a > h/2 in real arithmetic**, for every a and every finite h > 0.
//!   (If a ≤ h/2, rounding is monotone and 1/2 is representable. If a > h/2, write h = M·2^e with
//!   M < 2^53; then a/h ≥ (M+1)/2M > 1/2 + 2^−54, which is past the midpoint to the next float.)
//!   So the division can go: the test is `a <= r` with the [radius](Width::radius) r, the largest
//!   float that is not above h/2. `h * 0.5` alone is *not* it: for h below 2^−1021 it may round up.
//! * **fl(x − s) is monotone in s**, so the samples inside form an interval of floats, and
//!   [`Interval`] finds its two ends by bisection. Algorithms that order samples compare with those.
//!   The obvious `x − h/2 <= s && s <= x + h/2` is wrong for about 4 % of samples near a face, and
//!   `a * (1/h) > 0.5` for about 1 %: neither occurs in this crate.

use crate::error::Error;
use crate::ranking::Ranking;

/// A window width h: finite and above 0.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Width(f64);

impl Width {
    /// Checks `h`.
    ///
    /// # Errors
    /// [`Error::WidthNotPositive`] if `h` is NaN, infinite, 0 or negative.
    pub fn new(h: f64) -> Result<Self, Error> {
        Self::at(0, h)
    }

    /// As [`Width::new`], for number `index` of a list.
    fn at(index: usize, h: f64) -> Result<Self, Error> {
        if h.is_finite() && h > 0.0 {
            Ok(Self(h))
        } else {
            Err(Error::WidthNotPositive { index, value: h })
        }
    }

    /// The width itself.
    pub fn get(self) -> f64 {
        self.0
    }

    /// The largest float that is not above h/2.
    ///
    /// `h * 0.5` rounds up for some h below 2^−1021; doubling it back is exact and tells.
    pub fn radius(self) -> f64 {
        let half = self.0 * 0.5;
        if half + half > self.0 { half.next_down() } else { half }
    }
}

/// Widths for one pass over the samples: in the order given, ascending or not, repeated or not.
#[derive(Clone, Debug)]
pub struct Widths {
    given: Vec<f64>,
    ranking: Ranking,
}

impl Widths {
    /// Checks and prepares `widths`. O(W log W).
    ///
    /// # Errors
    /// [`Error::WidthNotPositive`] names the first width that is not finite and above 0.
    pub fn new(widths: &[f64]) -> Result<Self, Error> {
        Ok(Self { given: widths.to_vec(), ranking: Ranking::new(radii(widths)?) })
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

    pub(crate) fn ranking(&self) -> &Ranking {
        &self.ranking
    }
}

/// The radii of `widths`.
fn radii(widths: &[f64]) -> Result<Vec<f64>, Error> {
    // Of normal numbers but the smallest the half is exact. Checked without an exit, and so in vectors.
    let is_plain = |h: &f64| (2.0 * f64::MIN_POSITIVE..=f64::MAX).contains(h);
    if widths.iter().fold(true, |plain, h| plain & is_plain(h)) {
        return Ok(widths.iter().map(|h| h * 0.5).collect());
    }
    let radius = |(index, &h)| Ok(Width::at(index, h)?.radius());
    widths.iter().enumerate().map(radius).collect()
}

/// Half-widths of a window, as thresholds on |x − s|.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Radii {
    /// The same in every dimension.
    Uniform(f64),
    /// One for each dimension.
    PerDimension(Vec<f64>),
}

/// A hypercube (or box): center x of d coordinates, and one width or d widths.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    center: Vec<f64>,
    radii: Radii,
}

impl Window {
    /// The hypercube of width `width` around `center`.
    ///
    /// # Errors
    /// - [`Error::NoDimensions`] if `center` is empty;
    /// - [`Error::CenterNotFinite`] names the first coordinate that is NaN or infinite.
    pub fn new(center: &[f64], width: Width) -> Result<Self, Error> {
        Ok(Self { center: checked_center(center)?, radii: Radii::Uniform(width.radius()) })
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
        let radii = widths.iter().enumerate().map(|(j, &h)| Ok(Width::at(j, h)?.radius()));
        Ok(Self { center, radii: Radii::PerDimension(radii.collect::<Result<_, Error>>()?) })
    }

    /// The center, d coordinates.
    pub fn center(&self) -> &[f64] {
        &self.center
    }

    /// Number of dimensions, at least 1.
    pub fn d(&self) -> usize {
        self.center.len()
    }

    pub(crate) fn radii(&self) -> &Radii {
        &self.radii
    }

    /// Half-width in dimension `j`.
    fn radius(&self, j: usize) -> f64 {
        match &self.radii {
            Radii::Uniform(r) => *r,
            Radii::PerDimension(radii) => radii[j],
        }
    }

    /// The floats that lie inside in dimension `j`.
    ///
    /// # Panics
    /// If `j >= d`.
    pub fn interval(&self, j: usize) -> Interval {
        Interval::around(self.center[j], self.radius(j))
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
    /// Exact ends of {s : |fl(x − s)| <= r}, by at most 64 bisection steps for each.
    ///
    /// A few steps from fl(x ± r) would not do: with x close to r an end lies near 0, and 4.8e18
    /// floats separate the naive bound from the exact one.
    fn around(x: f64, r: f64) -> Self {
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
    fn linspace_is_numpys() {
        let widths = Widths::linspace(0.1, 1.2, 12).unwrap();
        let expected =
            [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.799_999_999_999_999_9, 0.899_999_999_999_999_9];
        assert_eq!(&widths.as_slice()[..9], &expected);
        assert_eq!(widths.as_slice()[11].to_bits(), 1.2_f64.to_bits());
        assert_eq!(Widths::linspace(1.0, 2.0, 1).unwrap().as_slice(), &[1.0]);
    }

    #[test]
    fn bad_windows_are_typed_errors() {
        for h in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let Err(Error::WidthNotPositive { index: 1, .. }) = Widths::new(&[1.0, h]) else {
                panic!("width {h} was accepted");
            };
        }
        let width = Width::new(1.0).unwrap();
        assert_eq!(Window::new(&[], width), Err(Error::NoDimensions));
        let error = Window::new(&[0.0, f64::INFINITY], width).unwrap_err();
        assert_eq!(error, Error::CenterNotFinite { dimension: 1, value: f64::INFINITY });
        assert!(matches!(Window::with_widths(&[0.0], &[1.0, 2.0]), Err(Error::Dimension { .. })));
    }
}
