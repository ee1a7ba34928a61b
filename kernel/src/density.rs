//! From a count to a density.
//!
//! p(x) = (k / n) / h^d (Parzen 1962; Duda & Hart, chapter 4), computed in this order: `k / (n h^d)`
//! would differ in the last place. The volume is the product of the widths, multiplied one after
//! another; C's `pow` may differ from it in the last place for d ≥ 3.

use crate::error::Error;
use crate::width::Width;

/// n samples and the volume of a window: turns counts into densities.
///
/// ```
/// use kernel::{Density, Width};
/// let density = Density::uniform(10, 3, Width::new(1.0)?)?;
/// assert_eq!(density.of(3), 0.3);
/// # Ok::<(), kernel::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Density {
    n: f64,
    volume: f64,
    log_volume: f64,
}

impl Density {
    /// For `n` samples and a hypercube of width h in `d` dimensions.
    ///
    /// # Errors
    /// [`Error::NoSamples`] if `n` is 0, [`Error::NoDimensions`] if `d` is 0.
    pub fn uniform(n: usize, d: usize, width: Width) -> Result<Self, Error> {
        Self::with_widths(n, &vec![width; d])
    }

    /// For `n` samples and a box with one width for each dimension.
    ///
    /// # Errors
    /// [`Error::NoSamples`] if `n` is 0, [`Error::NoDimensions`] if there is no width.
    pub fn with_widths(n: usize, widths: &[Width]) -> Result<Self, Error> {
        if n == 0 {
            return Err(Error::NoSamples);
        }
        if widths.is_empty() {
            return Err(Error::NoDimensions);
        }
        Ok(Self {
            n: n as f64,
            volume: widths.iter().map(|h| h.get()).product(),
            log_volume: widths.iter().map(|h| h.get().ln()).sum(),
        })
    }

    /// The same window over another number of samples; or over all their weight, in units, at least 1, for counts
    /// that are sums of weights.
    #[must_use]
    pub fn over(self, n: u64) -> Self {
        Self { n: n as f64, ..self }
    }

    /// (k / n) / h^d. Where h^d leaves the range of normal doubles, the exponential of [`Self::log_of`]:
    /// 0 or infinite only if the density itself is.
    pub fn of(&self, count: u64) -> f64 {
        if self.volume.is_normal() {
            (count as f64 / self.n) / self.volume
        } else {
            self.log_of(count).exp()
        }
    }

    /// ln k − ln n − Σ ln h: finite for every count above 0 at any d; −∞ for count 0.
    pub fn log_of(&self, count: u64) -> f64 {
        (count as f64).ln() - self.n.ln() - self.log_volume
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn article_values_come_out_digit_for_digit() {
        let of = |k, h| Density::uniform(10_000, 2, Width::new(h).unwrap()).unwrap().of(k);
        assert_eq!(of(16, 0.1).to_string(), (0.0016 / (0.1 * 0.1)).to_string());
        assert!((of(1728, 1.1) - 0.142_809_917).abs() < 1e-9);
    }

    #[test]
    fn sixty_four_dimensions_neither_overflow_nor_underflow() {
        for h in [1e-6, 1e-5, 1e-4, 1e4, 1e5, 1e6] {
            let density = Density::uniform(1000, 64, Width::new(h).unwrap()).unwrap();
            let expected = (7.0_f64 / 1000.0).ln() - 64.0 * h.ln();
            assert!((density.log_of(7) - expected).abs() < 1e-9 * expected.abs());
            let value = density.of(7);
            let in_range = expected.abs() < 700.0;
            assert_eq!(value.is_normal(), in_range, "{h}");
            assert!(!in_range || (value.ln() - expected).abs() < 1e-9 * expected.abs(), "{h}");
        }
        // h^d underflows here, the density does not.
        let widths = vec![Width::new(1e-5).unwrap(); 62];
        let density = Density::with_widths(1000, &widths).unwrap();
        assert!(density.of(1).is_finite());
    }

    #[test]
    fn no_count_is_density_zero() {
        let density = Density::uniform(10, 2, Width::new(0.5).unwrap()).unwrap();
        assert_eq!((density.of(0), density.log_of(0)), (0.0, f64::NEG_INFINITY));
        assert_eq!(Density::uniform(0, 2, Width::new(0.5).unwrap()), Err(Error::NoSamples));
    }
}
