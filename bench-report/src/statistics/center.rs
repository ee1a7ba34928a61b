//! Where a list of numbers lies and how far it spreads: medians, and what outliers cannot move.
//!
//! Separate because everything else here stands on these few functions. Next: [`super::ranks`]
//! for the interval of a median.

/// Standard deviations of a normal distribution in one median absolute deviation: 1 / `Φ⁻¹(3/4)`.
pub(super) const SIGMA_PER_MAD: f64 = 1.482_602_218_505_602;

/// Where [`steady_mean`] stops listening to a value, in robust standard deviations.
pub(super) const FAR: f64 = 3.0;

/// Middle value, or the mean of the two middle values; `values` come back in another order.
///
/// # Panics
///
/// `values` is empty or holds a NaN in a way that leaves no order (NaNs sort last).
pub fn median(values: &mut [f64]) -> f64 {
    let middle = values.len() / 2;
    let is_even = values.len().is_multiple_of(2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if is_even {
        let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        f64::midpoint(lower, upper)
    } else {
        upper
    }
}

/// Median absolute deviation from `center`, scaled so that it estimates the standard deviation of
/// normal noise; half of the values may be anything (Hampel, JASA 69, 1974).
///
/// # Panics
///
/// `values` is empty.
pub fn robust_deviation(values: &[f64], center: f64) -> f64 {
    let mut distances: Vec<f64> = values.iter().map(|value| (value - center).abs()).collect();
    SIGMA_PER_MAD * median(&mut distances)
}

/// Values farther than 3 robust standard deviations from the median, moved to that distance.
///
/// Their mean is nearly as exact as a mean and nearly as deaf to outliers as a median (winsorised
/// at a distance, Tukey 1962). Where more than half of the values agree exactly, nothing is moved.
///
/// # Panics
///
/// `values` is empty.
pub fn winsorised(values: &[f64]) -> Vec<f64> {
    let center = median(&mut values.to_vec());
    let far = FAR * robust_deviation(values, center);
    if far == 0.0 {
        return values.to_vec();
    }
    values.iter().map(|value| value.clamp(center - far, center + far)).collect()
}

/// The mean of the [`winsorised`] values.
///
/// # Panics
///
/// `values` is empty.
pub fn steady_mean(values: &[f64]) -> f64 {
    mean(&winsorised(values))
}

/// Sum over number.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Standard deviation over mean, or `None` for fewer than two values or a mean that is not above 0.
///
/// The sign of a steady state: below 0.01 to 0.02 over the last few repetitions (Georges, Buytaert
/// & Eeckhout, "Statistically Rigorous Java Performance Evaluation", OOPSLA 2007).
pub fn coefficient_of_variation(values: &[f64]) -> Option<f64> {
    let center = mean(values);
    if values.len() < 2 || center <= 0.0 || !center.is_finite() {
        return None;
    }
    let squares: f64 = values.iter().map(|value| (value - center).powi(2)).sum();
    Some((squares / (values.len() - 1) as f64).sqrt() / center)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::float_cmp, reason = "these medians are exact")]
    fn median_of_odd_even_and_one() {
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&mut [7.0]), 7.0);
    }

    #[test]
    fn robust_deviation_of_normal_quantiles_is_their_sigma() {
        let normal = statrs::distribution::Normal::new(5.0, 2.0).unwrap();
        let quantile = |i: i32| {
            use statrs::distribution::ContinuousCDF as _;
            normal.inverse_cdf((f64::from(i) + 0.5) / 1000.0)
        };
        let mut values: Vec<f64> = (0..1000).map(quantile).collect();
        assert!((robust_deviation(&values, 5.0) - 2.0).abs() < 0.01);
        values[999] = 1e9;
        assert!((robust_deviation(&values, 5.0) - 2.0).abs() < 0.01, "deaf to one outlier");
    }

    #[test]
    fn one_outlier_moves_the_steady_mean_by_little() {
        let mut values = vec![1.0, 1.1, 0.9, 1.05, 0.95, 1.02, 0.98];
        let before = steady_mean(&values);
        assert!((before - 1.0).abs() < 0.01);
        values.push(100.0);
        assert!((steady_mean(&values) - before).abs() < 0.05);
    }

    #[test]
    fn nothing_is_winsorised_where_most_values_agree() {
        let values = [2.0, 2.0, 2.0, 9.0];
        assert_eq!(winsorised(&values), values);
    }

    #[test]
    fn coefficient_of_variation_of_known_values() {
        let variation = coefficient_of_variation(&[9.0, 10.0, 11.0]).unwrap();
        assert!((variation - 0.1).abs() < 1e-15);
        assert_eq!(coefficient_of_variation(&[1.0]), None);
        assert_eq!(coefficient_of_variation(&[-1.0, 1.0]), None);
        assert_eq!(coefficient_of_variation(&[]), None);
    }
}
