//! How far samples spread, and the width that would suit a normal sample of that spread.

use kernel::Element;
use serde::Serialize;

/// Quartiles of a normal sample are this many standard deviations apart.
const NORMAL_QUARTILES: f64 = 1.349;

/// What the exponent of a double is stored with.
const BIAS: i32 = f64::MAX_EXP - 1;
/// Powers of two up to which the inverse is no subnormal number.
const MOST_POWER: i32 = BIAS - 1;

/// Spread of one dimension.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Standard deviation, of n − 1.
    pub deviation: f64,
    /// Distance of the quartiles, between neighbors in proportion.
    pub quartiles: f64,
    /// The smaller of the deviation and the quartiles / 1.349; the deviation where the quartiles are equal.
    pub robust: f64,
}

impl Spread {
    /// Of a column of at least 2 finite values. O(n log n).
    pub fn of<T: Element>(column: &[T]) -> Self {
        let mut values: Vec<f64> = column.iter().map(|value| value.widen()).collect();
        values.sort_unstable_by(f64::total_cmp);
        // Squares of values around 1e-200 are 0, and of 1e160 infinite; a power of two rounds nothing.
        let ends = [values[0], values[values.len() - 1]];
        let largest = ends.iter().fold(0.0, |largest: f64, end| largest.max(end.abs()));
        let power = exponent(largest).clamp(-MOST_POWER, MOST_POWER);
        for value in &mut values {
            *value *= power_of_two(-power);
        }
        let unit = power_of_two(power);
        let deviation = deviation(&values) * unit;
        let quartiles = (quantile(&values, 0.75) - quantile(&values, 0.25)) * unit;
        let robust = match quartiles / NORMAL_QUARTILES {
            narrow if narrow > 0.0 => narrow.min(deviation),
            _ => deviation,
        };
        Self { deviation, quartiles, robust }
    }
}

/// The power of two at or below a finite value that is not negative; that of the least normal one for less.
fn exponent(value: f64) -> i32 {
    (value.to_bits() >> (f64::MANTISSA_DIGITS - 1)) as i32 - BIAS
}

/// 2^power, of which the inverse is a normal number, too.
fn power_of_two(power: i32) -> f64 {
    f64::from_bits(((BIAS + power) as u64) << (f64::MANTISSA_DIGITS - 1))
}

/// Standard deviation in two passes.
fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    // Measured from the median, so that equal values give 0.
    let origin = values[values.len() / 2];
    let mean = values.iter().map(|value| (value - origin) / n).sum::<f64>();
    let squares: f64 = values.iter().map(|value| (value - origin - mean).powi(2)).sum();
    (squares / (n - 1.0)).sqrt()
}

/// Between the two nearest of ascending values, in proportion.
fn quantile(values: &[f64], share: f64) -> f64 {
    let place = share * (values.len() - 1) as f64;
    let (below, part) = (place.floor() as usize, place.fract());
    let above = (below + 1).min(values.len() - 1);
    values[below] + (values[above] - values[below]) * part
}

/// The width that minimizes the asymptotic mean integrated squared error for `n` standard normal samples of
/// `d` independent dimensions: c_d n^(−1/(d+4)) with c_d = (576 (2 √π)^d / (d + 2))^(1/(d+4)).
///
/// From 1/(n h^d) + (h^4 / 576) ∫ (Δf)², which is d (d + 2) / 4 · (2 √π)^(−d) for the normal density.
pub fn normal_reference(n: usize, d: usize) -> f64 {
    let d = d as f64;
    let root = std::f64::consts::PI.sqrt();
    let log = 576.0_f64.ln() + d * (2.0 * root).ln() - (d + 2.0).ln() - (n as f64).ln();
    (log / (d + 4.0)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_those_of_the_formula() {
        let expected =
            [3.6862, 3.4908, 3.3887, 3.3311, 3.2972, 3.2771, 3.2655, 3.2592, 3.2563, 3.2558];
        for (d, expected) in (1..).zip(expected) {
            let found = normal_reference(1, d);
            assert!((found - expected).abs() < 6e-5, "d = {d}: {found}");
        }
        assert!((normal_reference(10_000, 2) - 0.7521).abs() < 5e-5);
        assert!(normal_reference(1000, 64).is_finite());
    }

    #[test]
    fn outliers_hardly_move_the_robust_spread() {
        let mut values: Vec<f64> = (0..1000).map(f64::from).collect();
        let plain = Spread::of(&values);
        values[999] = 1e9;
        let outlier = Spread::of(&values);
        assert!(outlier.deviation > 1e7 && outlier.robust < 1.3 * plain.robust, "{outlier:?}");
    }

    #[test]
    fn half_of_the_values_equal_leave_the_deviation() {
        let values = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 4.0];
        let spread = Spread::of(&values);
        assert!(spread.quartiles.abs() < f64::EPSILON);
        assert!(spread.robust > 1.0 && spread.robust >= spread.deviation);
        assert!(Spread::of(&[1e300, 1e300]).robust.abs() < f64::EPSILON);
    }

    #[test]
    fn no_magnitude_is_too_small_or_too_large() {
        let plain = [1.0, 2.0, 3.5, 4.0, 8.0, -1.0];
        let expected = Spread::of(&plain);
        for power in [-1020, -700, -1, 0, 60, 600, 1019] {
            let unit = power_of_two(power);
            let found = Spread::of(&plain.map(|value| value * unit));
            let of = |spread: Spread| [spread.deviation, spread.quartiles, spread.robust];
            assert_eq!(of(found).map(f64::to_bits), of(expected).map(|s| (s * unit).to_bits()));
        }
        let least = f64::from_bits(1);
        assert!(Spread::of(&[0.0, 5.0 * least, 9.0 * least]).robust > 0.0);
        assert!(Spread::of(&[-f64::MAX, 0.0, f64::MAX]).robust > 1e307);
    }
}
