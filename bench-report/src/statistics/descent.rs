//! Levenberg-Marquardt within bounds, for at most four parameters and a robust loss.
//!
//! Separate because it knows derivatives and bounds, but neither laws nor blocks of a study. Next:
//! [`mod@super::fit`], which poses the problems.
//!
//! Written here because no crate fits: `levenberg-marquardt` 0.15 brings 24 other crates (nalgebra
//! and with it `paste`, which nobody maintains) and knows no bounds and no robust loss; `argmin`
//! 0.11 has no Levenberg-Marquardt at all. With at most four parameters the matrix is small enough
//! for the stack, and in a draw the data of each worker count enter as two sums (see [`super::sums`]),
//! so that a refit takes microseconds: the bootstrap makes 2000 for each law.
//!
//! Bounds are met by projection (Kanzow, Yamashita & Fukushima, J. Comput. Appl. Math. 172, 2004),
//! not by a logistic or softplus of a free parameter. There a bound lies at infinity: its slope
//! fades on the way, a refit that starts at the bound never leaves it, and "at the bound" becomes a
//! matter of taste. With projection a coefficient at its bound is exactly there, and it leaves as
//! soon as the loss falls inwards.

use super::laws::{MOST_PARAMETERS, Values};

/// Steps after which a descent ends in any case; few take more than ten.
const MOST_STEPS: usize = 60;

/// A descent ends when a step lowers the loss by less than this share: with some hundred values,
/// less than a thousandth of the standard error of any parameter.
const SMALLEST_GAIN: f64 = 1e-10;

/// Damping at the start, relative to the diagonal (Marquardt, J. SIAM 11, 1963).
const FIRST_DAMPING: f64 = 1e-6;

/// Damping beyond which no step is left to try.
const MOST_DAMPING: f64 = 1e9;

/// The loss around one place, as far as second order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Local {
    /// The loss itself.
    pub(super) loss: f64,
    /// Where it falls: the negative gradient.
    pub(super) downhill: Values,
    /// Curvature, by Gauss and Newton.
    pub(super) curvature: [Values; MOST_PARAMETERS],
}

impl Local {
    /// Adds what one point pulls and bends, given the slopes of its prediction by the parameters.
    pub(super) fn add(&mut self, pull: f64, weight: f64, slopes: &Values) {
        for i in 0..MOST_PARAMETERS {
            self.downhill[i] += pull * slopes[i];
            for j in 0..MOST_PARAMETERS {
                self.curvature[i][j] += weight * slopes[i] * slopes[j];
            }
        }
    }
}

/// Where parameters may go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Least values.
    pub(super) low: Values,
    /// Greatest values.
    pub(super) high: Values,
    /// Whether the descent may move a parameter at all.
    pub(super) is_free: [bool; MOST_PARAMETERS],
}

impl Bounds {
    /// Parameters that may move: free, and not at a bound with the loss falling outwards.
    fn movable(&self, at: &Values, downhill: &Values) -> [bool; MOST_PARAMETERS] {
        std::array::from_fn(|i| {
            let is_stuck = (at[i] <= self.low[i] && downhill[i] <= 0.0)
                || (at[i] >= self.high[i] && downhill[i] >= 0.0);
            self.is_free[i] && !is_stuck
        })
    }

    /// `place` moved away from `center` by `factor`, as far as it may go.
    pub(super) fn stretched(&self, center: &Values, place: &Values, factor: f64) -> Values {
        std::array::from_fn(|i| {
            let moved = center[i] + factor * (place[i] - center[i]);
            if self.is_free[i] { moved.clamp(self.low[i], self.high[i]) } else { place[i] }
        })
    }
}

/// Walks downhill from `start` until nothing is gained; gives the place and the loss around it.
pub(super) fn descend(
    local: impl Fn(&Values) -> Local,
    bounds: &Bounds,
    start: Values,
) -> (Values, Local) {
    let mut at = start;
    let mut here = local(&at);
    let mut damping = FIRST_DAMPING;
    for _ in 0..MOST_STEPS {
        let next = step(&here, bounds, &at, damping);
        let there = local(&next);
        if there.loss < here.loss {
            let gain = here.loss - there.loss;
            let is_last = gain <= SMALLEST_GAIN * here.loss.abs();
            (at, here) = (next, there);
            if is_last {
                break;
            }
            damping = (damping / 10.0).max(f64::EPSILON);
        } else {
            // Where no step is too short to gain anything, the damping ends the descent.
            damping *= 10.0;
            if damping > MOST_DAMPING {
                break;
            }
        }
    }
    (at, here)
}

/// One damped step. A parameter that would leave its range goes to the bound, and the others take
/// the step that is best with it there.
fn step(here: &Local, bounds: &Bounds, at: &Values, damping: f64) -> Values {
    let mut is_open = bounds.movable(at, &here.downhill);
    let mut damped = here.curvature;
    for (i, row) in damped.iter_mut().enumerate() {
        row[i] *= 1.0 + damping;
    }
    let mut next = *at;
    let mut downhill = here.downhill;
    for _ in 0..MOST_PARAMETERS {
        let moves = solve(&damped, &downhill, is_open);
        let leaves = |i: usize| {
            is_open[i] && !(bounds.low[i]..=bounds.high[i]).contains(&(at[i] + moves[i]))
        };
        let leaving: Vec<usize> = (0..MOST_PARAMETERS).filter(|&i| leaves(i)).collect();
        if leaving.is_empty() {
            for i in (0..MOST_PARAMETERS).filter(|&i| is_open[i]) {
                next[i] = at[i] + moves[i];
            }
            break;
        }
        for i in leaving {
            next[i] = if moves[i] < 0.0 { bounds.low[i] } else { bounds.high[i] };
            is_open[i] = false;
            for (j, fall) in downhill.iter_mut().enumerate() {
                *fall -= damped[j][i] * (next[i] - at[i]);
            }
        }
    }
    next
}

/// Solves the linear equations of the open parameters by elimination with pivots; 0 for the others,
/// and for what the equations leave undetermined.
#[expect(clippy::needless_range_loop, reason = "indices are those of the formula")]
pub(super) fn solve(
    matrix: &[Values; MOST_PARAMETERS],
    right: &Values,
    is_open: [bool; MOST_PARAMETERS],
) -> Values {
    let mut left = *matrix;
    let mut right = *right;
    let mut pending = is_open;
    let mut order = [None; MOST_PARAMETERS];
    for place in &mut order {
        // Relative to the original diagonal: parameters have different units.
        let share = |i: usize| left[i][i] / matrix[i][i];
        let open = (0..MOST_PARAMETERS).filter(|&i| pending[i] && share(i) > 1e-13);
        let Some(pivot) = open.max_by(|&a, &b| share(a).total_cmp(&share(b))) else { break };
        pending[pivot] = false;
        *place = Some(pivot);
        for i in (0..MOST_PARAMETERS).filter(|&i| pending[i]) {
            let factor = left[i][pivot] / left[pivot][pivot];
            for j in 0..MOST_PARAMETERS {
                left[i][j] -= factor * left[pivot][j];
            }
            right[i] -= factor * right[pivot];
        }
    }
    let mut solution = [0.0; MOST_PARAMETERS];
    for &pivot in order.iter().rev().flatten() {
        let known: f64 = (0..MOST_PARAMETERS)
            .filter(|&j| j != pivot && is_open[j])
            .map(|j| left[pivot][j] * solution[j])
            .sum();
        solution[pivot] = (right[pivot] - known) / left[pivot][pivot];
    }
    solution
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL_FREE: Bounds = Bounds {
        low: [f64::NEG_INFINITY; 4],
        high: [f64::INFINITY; 4],
        is_free: [true, true, false, false],
    };

    /// Half of the squares of 10 (y - x²) and 1 - x (Rosenbrock's valley).
    fn valley(at: &Values) -> Local {
        let (x, y) = (at[0], at[1]);
        let (first, second) = (10.0 * (y - x * x), 1.0 - x);
        let slopes = [[-20.0 * x, 10.0], [-1.0, 0.0]];
        let mut local =
            Local { loss: first.mul_add(first, second * second) / 2.0, ..Local::default() };
        for (residual, slope) in [first, second].into_iter().zip(slopes) {
            for i in 0..2 {
                local.downhill[i] -= residual * slope[i];
                for j in 0..2 {
                    local.curvature[i][j] += slope[i] * slope[j];
                }
            }
        }
        local
    }

    #[test]
    fn descends_a_bent_valley() {
        let (at, local) = descend(valley, &ALL_FREE, [-1.2, 1.0, 0.0, 0.0]);
        assert!((at[0] - 1.0).abs() < 1e-6 && (at[1] - 1.0).abs() < 1e-6, "{at:?}");
        assert!(local.loss < 1e-12);
    }

    /// With x at most 0.5 the best place is (0.5, 0.25), exactly at the bound.
    #[test]
    #[expect(clippy::float_cmp, reason = "a bound is met exactly")]
    fn stops_exactly_at_a_bound() {
        let bounds = Bounds { high: [0.5, f64::INFINITY, 0.0, 0.0], ..ALL_FREE };
        let (at, _) = descend(valley, &bounds, [-1.2, 1.0, 0.0, 0.0]);
        assert_eq!(at[0], 0.5);
        assert!((at[1] - 0.25).abs() < 1e-6, "{at:?}");
    }

    #[test]
    fn leaves_a_bound_when_the_loss_falls_inwards() {
        let bounds = Bounds { low: [-1.2, 0.0, 0.0, 0.0], ..ALL_FREE };
        let (at, _) = descend(valley, &bounds, [-1.2, 0.0, 0.0, 0.0]);
        assert!((at[0] - 1.0).abs() < 1e-6 && (at[1] - 1.0).abs() < 1e-6, "{at:?}");
    }

    #[test]
    fn solves_what_is_determined() {
        let matrix = [[4.0, 2.0, 0.0, 0.0], [2.0, 3.0, 0.0, 0.0], [0.0; 4], [0.0; 4]];
        let solution = solve(&matrix, &[2.0, 5.0, 7.0, 7.0], [true, true, true, false]);
        assert!((solution[0] + 0.5).abs() < 1e-12 && (solution[1] - 2.0).abs() < 1e-12);
        assert_eq!(solution[2..], [0.0, 0.0]);
    }
}
