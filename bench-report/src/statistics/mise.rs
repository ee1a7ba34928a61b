//! The mean integrated squared error of window estimates of a normal density, and the width that
//! makes it least.
//!
//! Separate because it judges a width over the whole plane, and not at one place. With f the density,
//! K_h the window's (1 / h^d inside) and n samples,
//!
//! ```text
//! MISE(h) = (h^-d - A) / n + A - 2 B + R
//! A = ∫ (K_h * f)²      B = ∫ (K_h * f) f      R = ∫ f²
//! ```
//!
//! (Rosenblatt 1956; Wand & Jones 1995, section 2.3.) The difference of two independent samples
//! is normal with twice the covariance; B is the density of its small differences in the window,
//! and A that in the window folded with itself, which is a triangle in each coordinate.

use std::f64::consts::PI;

use super::normal_box::{Normal2, below, between, normal};

/// A width with its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Best {
    /// The width.
    pub h: f64,
    /// Its mean integrated squared error.
    pub mise: f64,
}

/// For independent standard normal coordinates in `d` dimensions and `n` samples:
/// A = (erf(h/2)/h - 2(1 - e^(-h²/4))/(h² √π))^d, B = ((2 Φ(h/√8) - 1)/h)^d, R = (2 √π)^-d.
pub fn standard(h: f64, d: i32, n: f64) -> f64 {
    let deviation = std::f64::consts::SQRT_2;
    let folded = (between(-h, h, deviation) - 2.0 * -(-h * h / 4.0).exp_m1() / (h * PI.sqrt())) / h;
    let window = between(-h / 2.0, h / 2.0, deviation) / h;
    error(h.powi(-d), folded.powi(d), window.powi(d), (2.0 * PI.sqrt()).powi(-d), n)
}

/// For a bivariate normal distribution with any covariance, by quadrature, and `n` samples.
/// `None` unless the covariance is one.
pub fn bivariate(covariance: [[f64; 2]; 2], h: f64, n: f64) -> Option<f64> {
    let difference = Normal2::new([0.0; 2], covariance.map(|row| row.map(|one| 2.0 * one)))?;
    let (slope, rest) = difference.conditional();
    // Both halves of the first triangle give the same.
    let folded =
        2.0 * difference.integral(0.0, h, |x| (1.0 - x / h) / h * triangle(-slope * x, h, rest));
    let window = difference.in_window([0.0; 2], h) / (h * h);
    Some(error(h.powi(-2), folded, window, difference.density([0.0; 2]), n))
}

/// The density of a normal distribution folded with a triangle that reaches `h` to both sides,
/// `at` from its middle: the second difference of the density's second integral.
fn triangle(at: f64, h: f64, deviation: f64) -> f64 {
    let twice = |x: f64| x * below(x, deviation) + deviation * deviation * normal(x, deviation);
    (twice(at + h) + twice(at - h) - 2.0 * twice(at)) / (h * h)
}

fn error(narrow: f64, folded: f64, window: f64, square: f64, n: f64) -> f64 {
    (narrow - folded) / n + folded - 2.0 * window + square
}

/// The width with the least error; `None` if the covariance is none, or if no width is least
/// within reach.
pub fn best(covariance: [[f64; 2]; 2], n: f64) -> Option<Best> {
    /// Widths of the first search, each by this factor greater.
    const STEPS: usize = 80;
    const FACTOR: f64 = 1.12;
    let scale = Normal2::new([0.0; 2], covariance)?.scale();
    let of = |ln_h: f64| bivariate(covariance, ln_h.exp(), n).unwrap_or(f64::INFINITY);
    // The normal reference rule for d = 2 (3.4908 σ n^(-1/6)) stands in the middle.
    let first = (3.4908 * scale).ln() - n.ln() / 6.0 - FACTOR.ln() * (STEPS / 2) as f64;
    let at = |idx: usize| first + FACTOR.ln() * idx as f64;
    let errors: Vec<f64> = (0..STEPS).map(|idx| of(at(idx))).collect();
    let least = (0..STEPS).min_by(|&a, &b| errors[a].total_cmp(&errors[b]))?;
    if least == 0 || least == STEPS - 1 {
        return None;
    }
    let h = least_between(at(least - 1), at(least + 1), of).exp();
    Some(Best { h, mise: bivariate(covariance, h, n)? })
}

/// Golden section search: where a function with one low point between two places is least (Kiefer
/// 1953).
fn least_between(mut low: f64, mut high: f64, of: impl Fn(f64) -> f64) -> f64 {
    let golden = (5_f64.sqrt() - 1.0) / 2.0;
    for _ in 0..40 {
        let step = golden * (high - low);
        if of(high - step) <= of(low + step) {
            high = low + step;
        } else {
            low = high - step;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDENTITY: [[f64; 2]; 2] = [[1.0, 0.0], [0.0, 1.0]];

    #[test]
    fn the_best_widths_are_the_published_ones() {
        for (n, h) in [(1e3, 1.1330), (1e4, 0.7613), (1e5, 0.5153), (1e6, 0.3500)] {
            let best = best(IDENTITY, n).unwrap();
            assert!((best.h - h).abs() < 6e-5, "{best:?}, expected {h}");
        }
        let best = best(IDENTITY, 1e4).unwrap();
        assert!((best.mise - 2.532e-4).abs() < 6e-8, "{best:?}");
    }

    #[test]
    fn other_widths_cost_what_is_published() {
        let least = standard(0.7613, 2, 1e4);
        let ratios = [
            (0.3, 4.37),
            (0.5, 1.62),
            (0.7, 1.03),
            (0.8, 1.01),
            (0.9, 1.13),
            (1.0, 1.37),
            (1.1, 1.74),
        ];
        for (h, ratio) in ratios.into_iter().chain([(1.2, 2.25)]) {
            let found = standard(h, 2, 1e4) / least;
            assert!((found - ratio).abs() < 6e-3, "{h}: {found}, expected {ratio}");
        }
    }

    #[test]
    fn the_formula_holds_in_every_dimension() {
        for (d, h) in [(1, 0.5875), (3, 0.9274), (4, 1.0840), (6, 1.3686), (10, 1.8418)] {
            let found =
                least_between(0.3_f64.ln(), 4_f64.ln(), |ln_h| standard(ln_h.exp(), d, 1e4));
            assert!((found.exp() - h).abs() < 6e-5, "d = {d}: {}, expected {h}", found.exp());
        }
    }

    #[test]
    fn quadrature_and_formula_agree_for_the_identity() {
        for h in [0.02, 0.3, 0.7613, 1.1, 2.0, 7.0] {
            let (exact, found) = (standard(h, 2, 1e4), bivariate(IDENTITY, h, 1e4).unwrap());
            assert!((found / exact - 1.0).abs() < 1e-6, "{h}: {found}, expected {exact}");
        }
    }

    /// The window stays parallel to the axes, so stretching both moves the best width along.
    #[test]
    fn widths_grow_with_the_spread_and_dependence_narrows_them() {
        let of = |xx: f64, xy: f64| best([[xx, xy], [xy, xx]], 1e4).unwrap();
        assert!((of(4.0, 0.0).h / of(1.0, 0.0).h - 2.0).abs() < 1e-5);
        assert!((of(4.0, 0.0).mise * 4.0 / of(1.0, 0.0).mise - 1.0).abs() < 1e-6);
        assert!(of(1.0, 0.9).h < of(1.0, 0.5).h && of(1.0, 0.5).h < of(1.0, 0.0).h);
        assert!((of(1.0, 0.5).h - of(1.0, -0.5).h).abs() < 1e-6);
    }

    /// A = E[triangle of X - Y] and B = P(X - Y in the window), both taken here as sums over a fine
    /// grid of the plane.
    #[test]
    fn quadrature_agrees_with_a_sum_over_the_plane() {
        let (h, n, covariance) = (0.8, 500.0, [[1.0, 0.6], [0.6, 2.0]]);
        let difference =
            Normal2::new([0.0; 2], covariance.map(|row| row.map(|v| 2.0 * v))).unwrap();
        let (steps, mut folded, mut window) = (800, 0.0, 0.0);
        let step = 2.0 * h / f64::from(steps);
        for i in 0..steps {
            for j in 0..steps {
                let [x, y] = [i, j].map(|k| (f64::from(k) + 0.5) * step - h);
                let density = difference.density([x, y]) * step * step;
                folded += density * (1.0 - x.abs() / h) * (1.0 - y.abs() / h) / (h * h);
                if x.abs() < h / 2.0 && y.abs() < h / 2.0 {
                    window += density / (h * h);
                }
            }
        }
        let expected = error(h.powi(-2), folded, window, difference.density([0.0; 2]), n);
        let found = bivariate(covariance, h, n).unwrap();
        assert!((found / expected - 1.0).abs() < 1e-4, "{found}, expected {expected}");
    }
}
