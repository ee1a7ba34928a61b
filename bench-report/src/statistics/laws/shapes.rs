//! The formulas of the laws: the shape of each, its slopes, and the parameters that are reported.
//!
//! Separate from the table so that the table reads as a table. A shape is throughput relative to
//! the scale g; its slopes are the derivatives by its coordinates, which the descent needs. Next:
//! [`super::ALL`] says which formula is which law.

use super::{MOST_PARAMETERS, Values};
use crate::statistics::series::{Cores, Point, Setting};

/// Sharpness of the bend of the saturation law: 8 leaves 8 % off the corner, and it is not fitted,
/// because a few worker counts never tell it from the ceiling.
const SHARPNESS: i32 = 8;

/// A shape at one point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Throughput relative to the scale, above 0.
    pub value: f64,
    /// Derivatives by the coordinates.
    pub slopes: [f64; MOST_PARAMETERS - 1],
}

/// X / g = N.
pub(super) fn linear(_: &Setting, point: &Point, _: &[f64]) -> Shape {
    Shape { value: f64::from(point.workers), slopes: [0.0; 3] }
}

/// X / g = N / (1 + s (N - 1)).
pub(super) fn amdahl(setting: &Setting, point: &Point, coordinates: &[f64]) -> Shape {
    let mut shape = usl(setting, point, &[coordinates[0], 0.0]);
    shape.slopes[1] = 0.0;
    shape
}

/// X / g = N / (1 + s (N - 1) + k N (N - 1)).
pub(super) fn usl(_: &Setting, point: &Point, coordinates: &[f64]) -> Shape {
    let n = f64::from(point.workers);
    let (s, k) = (coordinates[0], coordinates[1]);
    let delay = 1.0 + s * (n - 1.0) + k * n * (n - 1.0);
    let value = n / delay;
    let by_s = -value * (n - 1.0) / delay;
    Shape { value, slopes: [by_s, by_s * n, 0.0] }
}

/// X / g = (N^-p + e^(-p q))^(-1/p) with q = ln(X_sat / g).
pub(super) fn saturation(_: &Setting, point: &Point, coordinates: &[f64]) -> Shape {
    let linear = f64::from(point.workers).powi(-SHARPNESS);
    let ceiling = (-f64::from(SHARPNESS) * coordinates[0]).exp();
    let value = (linear + ceiling).powf(-1.0 / f64::from(SHARPNESS));
    Shape { value, slopes: [value * ceiling / (linear + ceiling), 0.0, 0.0] }
}

/// X / g = n_P + r_E n_E + r_T n_T.
pub(super) fn capacity(_: &Setting, point: &Point, coordinates: &[f64]) -> Shape {
    let alike = Cores { performance: point.workers, efficiency: 0, extra_threads: 0 };
    let cores = point.cores.unwrap_or(alike);
    let (efficiency, threads) = (f64::from(cores.efficiency), f64::from(cores.extra_threads));
    let value =
        f64::from(cores.performance) + coordinates[0] * efficiency + coordinates[1] * threads;
    Shape { value, slopes: [efficiency, threads, 0.0] }
}

/// X / g = min(N, Q).
pub(super) fn quota(setting: &Setting, point: &Point, _: &[f64]) -> Shape {
    let n = f64::from(point.workers);
    Shape { value: setting.quota_cpus.map_or(n, |cpus| n.min(cpus)), slopes: [0.0; 3] }
}

/// T / t = ceil(K/N) + c_0 + c_a N + c_b log2 N, and X / g = t / T: costs are counted in tasks.
pub(super) fn overhead(setting: &Setting, point: &Point, coordinates: &[f64]) -> Shape {
    let n = f64::from(point.workers);
    let rounds = f64::from(setting.tasks.unwrap_or(1).div_ceil(point.workers));
    let grows = [1.0, n, n.log2()];
    let costs: f64 = coordinates.iter().zip(grows).map(|(cost, growth)| cost * growth).sum();
    let value = 1.0 / (rounds + costs);
    Shape { value, slopes: grows.map(|growth| -growth * value * value) }
}

/// X / g = N - a (N - 1).
pub(super) fn gustafson(_: &Setting, point: &Point, coordinates: &[f64]) -> Shape {
    let n = f64::from(point.workers);
    Shape { value: n - coordinates[0] * (n - 1.0), slopes: [1.0 - n, 0.0, 0.0] }
}

/// The scale and the coordinates as they are.
pub(super) fn linear_values(g: f64, coordinates: &[f64], _: f64) -> Values {
    let mut values = [g, 0.0, 0.0, 0.0];
    values[1..=coordinates.len()].copy_from_slice(coordinates);
    values
}

/// The ceiling in units of throughput.
pub(super) fn saturation_values(g: f64, coordinates: &[f64], _: f64) -> Values {
    [g, g * coordinates[0].exp(), 0.0, 0.0]
}

/// Costs in nanoseconds: X = work / T, so t = work / g.
pub(super) fn overhead_values(g: f64, coordinates: &[f64], work: f64) -> Values {
    let task_ns = work * 1e9 / g;
    [task_ns, coordinates[0] * task_ns, coordinates[1] * task_ns, coordinates[2] * task_ns]
}

#[cfg(test)]
mod tests {
    use super::super::{ALL, AMDAHL, GUSTAFSON, QUOTA, SATURATION, USL, by_name};
    use super::*;
    use crate::statistics::series::Mode;

    const SETTING: Setting =
        Setting { mode: Mode::Strong, quota_cpus: Some(2.5), tasks: Some(100) };

    fn point(workers: u32) -> Point {
        let cores = Cores {
            performance: workers.min(4),
            efficiency: workers.saturating_sub(4).min(2),
            extra_threads: workers.saturating_sub(6),
        };
        Point { workers, work: 1.0, cores: Some(cores) }
    }

    /// For every law: slopes are what a small step says, values are above 0.
    #[test]
    fn slopes_agree_with_differences() {
        let at = [0.3, 0.02, 0.4];
        for law in ALL {
            for workers in 1..=9 {
                let shape =
                    |coordinates: &[f64]| (law.shape)(&SETTING, &point(workers), coordinates);
                let here = shape(&at);
                assert!(here.value > 0.0, "{} at {workers}", law.name);
                for idx in 0..law.parameters.len() - 1 {
                    let (mut less, mut more) = (at, at);
                    less[idx] -= 1e-6;
                    more[idx] += 1e-6;
                    // Not 1 coordinate but all three: laws read those that are theirs.
                    let own = law.parameters.len() - 1;
                    let difference = (shape(&more[..own]).value - shape(&less[..own]).value) / 2e-6;
                    let error = (difference - shape(&at[..own]).slopes[idx]).abs();
                    assert!(error < 1e-6, "{} by {idx} at {workers}: {error}", law.name);
                }
            }
        }
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "the same operations on the same numbers")]
    fn amdahl_is_the_universal_law_without_coherency() {
        for workers in 1..=64 {
            let with = (USL.shape)(&SETTING, &point(workers), &[0.07, 0.0]).value;
            assert_eq!((AMDAHL.shape)(&SETTING, &point(workers), &[0.07]).value, with);
        }
    }

    #[test]
    fn limits_are_where_they_belong() {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-9 * b;
        let far = Point { workers: 1_000_000, work: 1.0, cores: None };
        let amdahl = (AMDAHL.shape)(&SETTING, &far, &[0.1]).value;
        assert!((amdahl / 10.0 - 1.0).abs() < 1e-4, "{amdahl}");
        assert!(near((SATURATION.shape)(&SETTING, &far, &[3_f64.ln()]).value, 3.0));
        assert!(near((QUOTA.shape)(&SETTING, &point(2), &[]).value, 2.0));
        assert!(near((QUOTA.shape)(&SETTING, &point(3), &[]).value, 2.5));
        assert!(near((GUSTAFSON.shape)(&SETTING, &point(8), &[0.25]).value, 6.25));
    }

    /// The article's job: 100 tasks on 3 and 6 workers cannot beat 2.94 and 5.88.
    #[test]
    fn whole_tasks_bound_the_speed_up() {
        let time = |workers| 1.0 / overhead(&SETTING, &point(workers), &[0.0; 3]).value;
        assert!((time(1) / time(3) - 100.0 / 34.0).abs() < 1e-12);
        assert!((time(1) / time(6) - 100.0 / 17.0).abs() < 1e-12);
    }

    #[test]
    fn names_are_unique_and_found() {
        for law in ALL {
            assert_eq!(by_name(law.name), Some(*law));
            assert!(law.parameters.len() <= MOST_PARAMETERS && !law.applies_to.is_empty());
        }
        assert_eq!(by_name("magic"), None);
    }

    #[test]
    fn reported_values_give_back_the_formula() {
        let values = overhead_values(5.0, &[2.0, 0.5, 0.25], 40.0);
        let n = point(7);
        let time = values[0] * 15.0 + values[1] + values[2] * 7.0 + values[3] * 7_f64.log2();
        let throughput = 5.0 * overhead(&SETTING, &n, &[2.0, 0.5, 0.25]).value;
        assert!((40.0e9 / time / throughput - 1.0).abs() < 1e-12);
        let saturated = saturation_values(5.0, &[2_f64.ln()], 1.0);
        assert!((saturated[1] - 10.0).abs() < 1e-12);
    }
}
