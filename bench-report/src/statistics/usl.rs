//! What the two coefficients of the universal law allow to say, and how its time adds up.
//!
//! Separate because only this law has coefficients that people read as causes, and because it is
//! here that one must often say no. Next: [`super::laws::USL`] for the formula.

use super::{
    fit::Fit,
    laws::{USL, Values},
};
use crate::model::Estimate;

/// Beyond this correlation two coefficients cannot be told apart.
const INSEPARABLE: f64 = 0.95;

/// With no more workers than this the coefficients are nearly collinear for any data: N - 1 and
/// N (N - 1) have a correlation of 0.976 over 1 to 4.
const FEW_WORKERS: u32 = 4;

/// What may be said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// Where throughput begins to fall.
    pub peak: Peak,
    /// Correlation of the estimates of s and k, if both can be estimated.
    pub correlation: Option<f64>,
    /// Whether the coefficients may be called contention and coherency.
    pub naming: Naming,
}

/// Where throughput begins to fall.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Peak {
    /// The interval of k touches 0, or there is none: no peak is visible up to so many workers.
    NotVisible {
        /// Largest number of workers measured.
        up_to_workers: u32,
    },
    /// At so many workers.
    At(Estimate),
}

/// Whether s and k may be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// The data tell them apart.
    Allowed,
    /// Too few workers to tell them apart.
    FewWorkers,
    /// One can stand for the other: |correlation| above 0.95, or unknown.
    Inseparable,
}

impl Reading {
    /// Reads a fit of the universal law; `None` for any other law.
    pub fn of(fit: &Fit, most_workers: u32) -> Option<Self> {
        if *fit.law != USL {
            return None;
        }
        let correlation = fit.correlation(1, 2);
        let naming = match correlation {
            _ if most_workers <= FEW_WORKERS => Naming::FewWorkers,
            Some(rho) if rho.abs() <= INSEPARABLE => Naming::Allowed,
            _ => Naming::Inseparable,
        };
        let k = fit.estimate(|values| values[2]).interval;
        let is_visible = k.is_some_and(|interval| interval.low > 0.0);
        let peak = if is_visible {
            Peak::At(fit.estimate(|&[_, s, k, _]| peak(s, k)))
        } else {
            Peak::NotVisible { up_to_workers: most_workers }
        };
        Some(Self { peak, correlation, naming })
    }
}

/// Workers beyond which throughput falls: √((1 - s) / k), infinite for k = 0 (Gunther 2007).
pub fn peak(s: f64, k: f64) -> f64 {
    ((1.0 - s) / k).sqrt()
}

/// The time of N workers in units of the time of one, split into parts that add up to it exactly.
///
/// (The function `overhead` of the R package `usl` halves the last part, and so its parts do not
/// add up to the fitted time.)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Breakdown {
    /// 1 / N: the work, perfectly shared.
    pub ideal: f64,
    /// s (N - 1) / N: waiting in line.
    pub contention: f64,
    /// k (N - 1): agreeing with the others.
    pub coherency: f64,
}

impl Breakdown {
    /// Of the law with these parameters g, s, k at `workers` workers.
    pub fn of(values: &Values, workers: u32) -> Self {
        let [_, s, k, _] = *values;
        let n = f64::from(workers);
        Self { ideal: 1.0 / n, contention: s * (n - 1.0) / n, coherency: k * (n - 1.0) }
    }

    /// All parts together: T(N) / T(1).
    pub fn total(&self) -> f64 {
        self.ideal + self.contention + self.coherency
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::series::{Mode, Point, Setting};

    #[test]
    fn parts_add_up_to_the_time_of_the_law() {
        let setting = Setting { mode: Mode::Strong, quota_cpus: None, tasks: None };
        for (s, k) in [(0.0, 0.0), (0.02, 0.02), (0.3, 1e-4), (1.0, 0.5)] {
            for workers in 1..=64 {
                let point = Point { workers, work: 1.0, cores: None };
                let speed_up = (USL.shape)(&setting, &point, &[s, k]).value;
                let total = Breakdown::of(&[1.0, s, k, 0.0], workers).total();
                assert!((total * speed_up - 1.0).abs() < 1e-12, "s {s}, k {k}, N {workers}");
            }
        }
    }

    #[test]
    fn beyond_the_peak_throughput_falls() {
        let setting = Setting { mode: Mode::Strong, quota_cpus: None, tasks: None };
        let throughput = |workers| {
            let point = Point { workers, work: 1.0, cores: None };
            (USL.shape)(&setting, &point, &[0.02, 0.02]).value
        };
        assert!((peak(0.02, 0.02) - 7.0).abs() < 1e-12);
        assert!(throughput(6) < throughput(7) && throughput(8) < throughput(7));
        assert!(peak(0.02, 0.0).is_infinite());
    }
}
