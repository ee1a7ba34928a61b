//! A bivariate normal distribution: its density, and how much of it lies in a square window.
//!
//! Separate because it is exact mathematics without a sample: what counts in windows must be on
//! average. Next: [`super::mise`], which judges widths by it.

use std::f64::consts::TAU;

use statrs::function::erf::erfc;

/// Standard deviations around the middle beyond which nothing is left of a `f64`.
const REACH: f64 = 9.0;

/// Parts of a range of integration at most.
const MOST_PARTS: f64 = 4096.0;

/// Nodes and weights of Gauss-Legendre quadrature with 8 points, the half above 0 (Abramowitz &
/// Stegun 1964, table 25.4).
const NODES: [(f64, f64); 4] = [
    (0.183_434_642_495_649_8, 0.362_683_783_378_362),
    (0.525_532_409_916_329, 0.313_706_645_877_887_3),
    (0.796_666_477_413_626_7, 0.222_381_034_453_374_48),
    (0.960_289_856_497_536_3, 0.101_228_536_290_376_26),
];

/// A bivariate normal distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal2 {
    mean: [f64; 2],
    /// Standard deviation of the first coordinate.
    first: f64,
    /// The mean of the second coordinate moves by so much for each unit of the first.
    slope: f64,
    /// Standard deviation of the second coordinate where the first is known.
    rest: f64,
}

impl Normal2 {
    /// With this mean and covariance; `None` unless all is finite and the covariance is symmetric and
    /// positive definite.
    pub fn new(mean: [f64; 2], covariance: [[f64; 2]; 2]) -> Option<Self> {
        let [[xx, xy], [yx, yy]] = covariance;
        let slope = xy / xx;
        let rest = yy - slope * xy;
        let is_sound = xx > 0.0 && rest > 0.0 && xy.to_bits() == yx.to_bits();
        let are_finite = mean.iter().chain([&xx, &xy, &yy, &slope]).all(|one| one.is_finite());
        (is_sound && are_finite).then(|| Self { mean, first: xx.sqrt(), slope, rest: rest.sqrt() })
    }

    /// The density at a place.
    pub fn density(&self, at: [f64; 2]) -> f64 {
        let [x, y] = [at[0] - self.mean[0], at[1] - self.mean[1]];
        normal(x, self.first) * normal(y - self.slope * x, self.rest)
    }

    /// The probability of the square window of width `h`, above 0, around `center`.
    ///
    /// The density of the first coordinate times the share of the second one in the window where
    /// the first is known, integrated over the window by Gauss-Legendre quadrature.
    pub fn in_window(&self, center: [f64; 2], h: f64) -> f64 {
        let [x, y] = [center[0] - self.mean[0], center[1] - self.mean[1]];
        self.integral(x - h / 2.0, x + h / 2.0, |x| {
            let middle = y - self.slope * x;
            between(middle - h / 2.0, middle + h / 2.0, self.rest)
        })
        .clamp(0.0, 1.0)
    }

    /// The integral of the first coordinate's density times a function, from `low` to `high` around
    /// the mean.
    pub(super) fn integral(&self, low: f64, high: f64, of: impl Fn(f64) -> f64) -> f64 {
        let reach = REACH * self.first;
        let (low, high) = (low.clamp(-reach, reach), high.clamp(-reach, reach));
        // The function changes over lengths of the second coordinate's own spread.
        let scale = self.first.min(self.rest / self.slope.abs().max(f64::MIN_POSITIVE));
        let parts = ((high - low) / scale).ceil().clamp(1.0, MOST_PARTS);
        let half = (high - low) / parts / 2.0;
        let part = |idx: usize| {
            let middle = low + half * (2 * idx + 1) as f64;
            let at = |x: f64| normal(x, self.first) * of(x);
            let pair = |&(node, weight): &(f64, f64)| {
                weight * (at(middle - half * node) + at(middle + half * node))
            };
            NODES.iter().map(pair).sum::<f64>()
        };
        half * (0..parts as usize).map(part).sum::<f64>()
    }

    /// Slope of the second coordinate's mean, and what is left of its standard deviation.
    pub(super) fn conditional(&self) -> (f64, f64) {
        (self.slope, self.rest)
    }

    /// Geometric mean of the lengths of both axes: the fourth root of the determinant.
    pub(super) fn scale(&self) -> f64 {
        (self.first * self.rest).sqrt()
    }
}

/// The density of a normal distribution around 0 with this standard deviation.
pub(super) fn normal(x: f64, deviation: f64) -> f64 {
    let z = x / deviation;
    (-0.5 * z * z).exp() / (deviation * TAU.sqrt())
}

/// The share of a normal distribution around 0 below `x`.
pub(super) fn below(x: f64, deviation: f64) -> f64 {
    0.5 * erfc(-x / (deviation * std::f64::consts::SQRT_2))
}

/// The share between two places, without cancellation in the upper tail.
pub(super) fn between(low: f64, high: f64, deviation: f64) -> f64 {
    let (low, high) = if low > 0.0 { (-high, -low) } else { (low, high) };
    below(high, deviation) - below(low, deviation)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDENTITY: [[f64; 2]; 2] = [[1.0, 0.0], [0.0, 1.0]];

    #[track_caller]
    fn assert_close(value: f64, expected: f64, error: f64) {
        assert!((value - expected).abs() <= error, "{value}, expected {expected}");
    }

    #[test]
    fn windows_of_the_article_hold_what_is_published() {
        let normal = Normal2::new([0.0; 2], IDENTITY).unwrap();
        assert_close(normal.density([0.0; 2]), 0.159_154_943_092, 5e-13);
        for (h, share) in [(1.0, 0.146_63), (1.1, 0.174_46), (1.2, 0.203_85)] {
            assert_close(normal.in_window([0.0; 2], h), share, 5e-6);
            let exact = between(-h / 2.0, h / 2.0, 1.0).powi(2);
            assert_close(normal.in_window([0.0; 2], h), exact, 1e-14);
        }
    }

    /// Where coordinates depend on each other a quadrant holds 1/4 + arcsin(ρ) / 2π (Sheppard 1899).
    #[test]
    fn quadrants_hold_what_sheppard_found() {
        for rho in [-0.999_f64, -0.6, 0.0, 0.3, 0.9, 0.999] {
            let normal = Normal2::new([0.0; 2], [[4.0, 2.0 * rho], [2.0 * rho, 1.0]]).unwrap();
            let quadrant = normal.in_window([50.0, 50.0], 100.0);
            assert_close(quadrant, 0.25 + rho.asin() / TAU, 1e-10);
            assert_close(normal.in_window([0.0; 2], 200.0), 1.0, 1e-12);
        }
    }

    #[test]
    fn a_small_window_holds_its_density_and_a_far_one_nothing() {
        let normal = Normal2::new([1.0, -2.0], [[2.0, 0.5], [0.5, 0.7]]).unwrap();
        for center in [[1.0, -2.0], [0.0, 0.0], [3.0, -1.0]] {
            let density = normal.in_window(center, 1e-3) / 1e-6;
            assert_close(density / normal.density(center), 1.0, 1e-5);
        }
        assert!(normal.in_window([1e5, 0.0], 1.0) < 1e-300);
    }

    #[test]
    fn what_is_no_covariance_is_refused() {
        let new = |covariance| Normal2::new([0.0; 2], covariance);
        assert!(new([[1.0, 2.0], [2.0, 1.0]]).is_none());
        assert!(new([[1.0, 0.1], [0.2, 1.0]]).is_none());
        assert!(new([[0.0, 0.0], [0.0, 1.0]]).is_none());
        assert!(new([[f64::NAN, 0.0], [0.0, 1.0]]).is_none());
        assert!(Normal2::new([f64::INFINITY, 0.0], IDENTITY).is_none());
    }
}
