//! Huber's loss around one place, reduced to two sums for each worker count.
//!
//! Separate because it is what makes a refit cost the number of worker counts and not of times: the
//! bootstrap makes 2000 for each law. Next: [`super::problem`], which descends on it.
//!
//! Around a place where an observation has the residual r, a law that predicts δ more has the loss
//! `ρ(r - δ) ≈ ρ(r) - ψ(r) δ + ψ'(r) δ²/2`, with Huber's ψ(r) = r cut at ± the limit and ψ' = 1 within
//! it. Summed over the blocks of a draw that is two numbers. For least squares (no limit) it is exact.
//! Otherwise its minimum is one Newton step away from that of the draw itself, and varies as much:
//! `E[ψ²] / E[ψ']²` (Huber, Ann. Math. Stat. 35, 1964). Weights ψ(r) / r that are kept fixed instead
//! would be short of variance: 27 % with normal noise and a limit of 1.345 σ.

use super::descent::Local;

/// The residuals of all observations at one place.
pub(super) struct Residuals {
    /// What the law predicts at that place, for each point.
    pub(super) expected: Vec<f64>,
    /// `pulls[j][b]`: ψ of the residual of point j in block b.
    pulls: Vec<Vec<f64>>,
    /// `slopes[j][b]`: ψ' of it, 1 or 0.
    slopes: Vec<Vec<f64>>,
    /// Loss of all observations.
    loss: f64,
}

/// The loss of one draw around the place of its [`Residuals`].
pub(super) struct Sums<'a> {
    residuals: &'a Residuals,
    pulls: Vec<f64>,
    slopes: Vec<f64>,
}

impl Residuals {
    /// No residuals yet.
    pub(super) fn new() -> Self {
        Self { expected: Vec::new(), pulls: Vec::new(), slopes: Vec::new(), loss: 0.0 }
    }

    /// Adds a point: what is `expected` of it, and what was `observed`, block by block.
    pub(super) fn add(&mut self, expected: f64, observed: &[f64], limit: f64) {
        let residuals = observed.iter().map(|observed| observed - expected);
        let pulls: Vec<f64> = residuals.clone().map(|r| r.clamp(-limit, limit)).collect();
        let slope = |residual: f64| if residual.abs() <= limit { 1.0 } else { 0.0 };
        self.slopes.push(residuals.clone().map(slope).collect());
        self.loss += residuals.zip(&pulls).map(|(r, pull)| pull * (r - pull / 2.0)).sum::<f64>();
        self.pulls.push(pulls);
        self.expected.push(expected);
    }

    /// The sums when each block is counted `times`.
    pub(super) fn sums(&self, times: &[f64]) -> Sums<'_> {
        let over = |rows: &[Vec<f64>]| {
            let sum = |row: &Vec<f64>| row.iter().zip(times).map(|(x, times)| x * times).sum();
            rows.iter().map(sum).collect()
        };
        Sums { residuals: self, pulls: over(&self.pulls), slopes: over(&self.slopes) }
    }
}

impl Sums<'_> {
    /// The loss where the law says `expected(j)` of point j, with the slopes of that by its
    /// parameters. The loss that all observations have at the place itself is its constant part,
    /// whatever the draw: only differences count.
    pub(super) fn local(&self, expected: impl Fn(usize) -> (f64, super::laws::Values)) -> Local {
        let mut local = Local { loss: self.residuals.loss, ..Local::default() };
        for (point, (&pull, &slope)) in self.pulls.iter().zip(&self.slopes).enumerate() {
            let (expected, slopes) = expected(point);
            let moved = expected - self.residuals.expected[point];
            local.loss += moved * (slope * moved / 2.0 - pull);
            local.add(pull - slope * moved, slope, &slopes);
        }
        local
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without a limit the sums give the loss, its slope and its curvature exactly.
    #[test]
    fn least_squares_are_exact_anywhere() {
        let observed = [1.0, 2.5, 4.0];
        let mut residuals = Residuals::new();
        residuals.add(2.0, &observed, f64::INFINITY);
        let local = residuals.sums(&[1.0; 3]).local(|_| (-1.0, [1.0, 0.0, 0.0, 0.0]));
        let loss: f64 = observed.iter().map(|y| (y + 1.0) * (y + 1.0) / 2.0).sum();
        assert!((local.loss - loss).abs() < 1e-12);
        assert!((local.downhill[0] - 10.5).abs() < 1e-12);
        assert!((local.curvature[0][0] - 3.0).abs() < 1e-12);
    }

    /// What lies beyond the limit pulls with the limit and bends nothing.
    #[test]
    fn an_outlier_pulls_but_does_not_bend() {
        let mut residuals = Residuals::new();
        residuals.add(0.0, &[0.5, 100.0], 1.0);
        let local = residuals.sums(&[2.0, 1.0]).local(|_| (0.0, [1.0, 0.0, 0.0, 0.0]));
        assert!((local.downhill[0] - 2.0).abs() < 1e-12);
        assert!((local.curvature[0][0] - 2.0).abs() < 1e-12);
        assert!((local.loss - (0.125 + 99.5)).abs() < 1e-12);
    }
}
