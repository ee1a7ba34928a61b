//! How much a law explains for the parameters it spends: AICc and Akaike weights.
//!
//! Separate because these are three formulas that know neither laws nor times. Next:
//! [`super::choice`], which weighs them against prediction errors.

/// Akaike's criterion for least squares with the correction for few observations, up to a constant:
/// `n ln(SSE/n) + 2p + 2p(p+1)/(n-p-1)`, with `mean_square` = SSE/n and p counting the variance
/// (Hurvich & Tsai, Biometrika 76, 1989; Burnham & Anderson, "Model Selection and Multimodel
/// Inference", 2002, section 2.4). `None` for n <= p + 1, where it does not exist.
pub fn aicc(observations: usize, parameters: usize, mean_square: f64) -> Option<f64> {
    if observations <= parameters + 1 {
        return None;
    }
    let (n, p) = (observations as f64, parameters as f64);
    Some(n * mean_square.ln() + 2.0 * p + 2.0 * p * (p + 1.0) / (n - p - 1.0))
}

/// How much more each criterion is than the least of them.
pub fn deltas(criteria: &[Option<f64>]) -> Vec<Option<f64>> {
    let least = criteria.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    criteria.iter().map(|criterion| criterion.map(|value| value - least)).collect()
}

/// Akaike weights: exp(-Δ/2), as shares of 1 (Burnham & Anderson 2002, section 2.9).
pub fn weights(deltas: &[Option<f64>]) -> Vec<Option<f64>> {
    let likelihood = |delta: f64| (-delta / 2.0).exp();
    let all: f64 = deltas.iter().flatten().map(|&delta| likelihood(delta)).sum();
    deltas.iter().map(|delta| delta.map(|delta| likelihood(delta) / all)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aicc_of_round_numbers() {
        // n = 10, p = 3, SSE/n = e^-2: -20 + 6 + 24/6.
        let value = aicc(10, 3, (-2.0_f64).exp()).unwrap();
        assert!((value + 10.0).abs() < 1e-12, "{value}");
    }

    /// Five means and the universal law (g, s, k and the variance): nothing can be said.
    #[test]
    fn aicc_does_not_exist_for_too_few_observations() {
        assert_eq!(aicc(5, 4, 1.0), None);
        assert!(aicc(6, 4, 1.0).is_some());
        assert_eq!(aicc(0, 2, 1.0), None);
    }

    #[test]
    fn weights_add_up_to_one_and_halve_by_two_ln_two() {
        let deltas = deltas(&[Some(-3.0), None, Some(-3.0 + 2.0 * 2_f64.ln())]);
        let weights = weights(&deltas);
        assert!((weights[0].unwrap() - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(weights[1], None);
        assert!((weights.iter().flatten().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}
