//! What speed-ups cannot exceed, and which laws were fitted to them, as curves.
//!
//! Separate because none of it is a result. Bounds and laws have no points, except for what loading the
//! samples alone allows, which was measured with certain numbers of workers and is not known between
//! them. Next: [`crate::compare::Fitted`].

use super::{EFFICIENCY, Measured, SPEED_UP, What};
use crate::{
    chart::plot::{Curve, Look},
    compare::{Description, Fitted, Sweep},
    model::{Interval, Mode},
    quantity,
    statistics::{
        choice::{LawFit, Prediction},
        laws::AMDAHL,
        verdict::Verdict,
    },
};

/// A bound that stays this close to the ideal is not drawn: one could not see it.
const VISIBLE: f64 = 0.01;

/// Whole numbers of workers at which a bound of steps is computed.
const MOST_STEPS: u64 = 512;

/// Ideal, quota, granularity and loading alone, as far as they are known, up to `most` workers.
pub(super) fn of_speed_up(measured: &Measured<'_>, most: f64) -> Vec<Curve> {
    let mut curves =
        vec![bound(0, "ideal: N workers, N times the speed", vec![(0.0, 0.0), (most, most)])];
    if let Some(quota) = measured.study.limits.quota_cpus.filter(|&quota| quota < most) {
        let name = format!("quota of {} CPUs", quantity::two_decimals(quota));
        curves.push(bound(1, &name, vec![(0.0, 0.0), (quota, quota), (most, quota)]));
    }
    if let Some((tasks, places)) = granularity(measured, most) {
        let name = format!("whole tasks: {} cannot be shared evenly", quantity::whole(tasks));
        curves.push(bound(2, &name, places));
    }
    curves.extend(memory(measured, &SPEED_UP));
    curves
}

/// What loading the samples alone allows, where that was measured: a curve for each backend that did.
fn memory(measured: &Measured<'_>, what: &What) -> Vec<Curve> {
    let mut by_backend: Vec<(&str, Vec<usize>)> = Vec::new();
    for &roof in &measured.comparison.roofs {
        let by = measured.entry(roof).backend.as_str();
        match by_backend.iter_mut().find(|(known, _)| *known == by) {
            Some((_, roofs)) => roofs.push(roof),
            None => by_backend.push((by, vec![roof])),
        }
    }
    let curve = |(by, roofs): (&str, Vec<usize>)| {
        let name = format!("memory: loading the samples alone, {by}");
        measured.curve(&name, &roofs, Look::Bound(3), what)
    };
    by_backend.into_iter().map(curve).filter(|curve| !curve.points.is_empty()).collect()
}

/// The bounds that no machine changes, for each worker.
pub(super) fn of_efficiency(measured: &Measured<'_>, most: f64) -> Vec<Curve> {
    let mut curves = vec![bound(0, "ideal: 100 %", vec![(0.0, 1.0), (most, 1.0)])];
    if let Some(quota) = measured.study.limits.quota_cpus.filter(|&quota| quota < most) {
        let places = (0..=40).map(|step| quota + (most - quota) * f64::from(step) / 40.0);
        let places = [(0.0, 1.0)].into_iter().chain(places.map(|n| (n, quota / n)));
        let name = format!("quota of {} CPUs", quantity::two_decimals(quota));
        curves.push(bound(1, &name, places.collect()));
    }
    curves.extend(memory(measured, &EFFICIENCY));
    curves
}

/// K whole tasks on N workers take at least as long as ceil(K / N) of them: S <= K / ceil(K / N).
fn granularity(measured: &Measured<'_>, most: f64) -> Option<(u64, Vec<(f64, f64)>)> {
    let tasks = measured.workload.tasks.filter(|&tasks| tasks > 0)?;
    let most = (most as u64).min(MOST_STEPS);
    let place = |n: u64| (n as f64, tasks as f64 / tasks.div_ceil(n) as f64);
    let places: Vec<(f64, f64)> = (1..=most).map(place).collect();
    let is_visible = places.iter().any(|&(n, speed_up)| speed_up < n * (1.0 - VISIBLE));
    (measured.workload.mode == Mode::Strong && is_visible).then_some((tasks, places))
}

fn bound(number: usize, name: &str, places: Vec<(f64, f64)>) -> Curve {
    Curve { name: name.into(), look: Look::Bound(number), lines: vec![places], ..Curve::default() }
}

/// What was fitted and the bound of whole tasks, for each worker.
pub(super) fn of_each_worker(measured: &Measured<'_>, sweeps: &[Sweep], most: f64) -> Vec<Curve> {
    let whole_tasks = of_speed_up(measured, most).into_iter().filter(|c| c.look == Look::Bound(2));
    whole_tasks.chain(laws(measured, sweeps)).map(per_worker).collect()
}

/// A curve of speed-ups as one of speed-ups for each worker.
fn per_worker(mut curve: Curve) -> Curve {
    for (n, speed_up) in curve.lines.iter_mut().flatten() {
        *speed_up /= *n;
    }
    for (n, interval) in &mut curve.band {
        *interval = Interval { low: interval.low / *n, high: interval.high / *n };
    }
    curve
}

/// Of every backend to which laws were fitted and may be judged: the law that was found, or the mean of all if none
/// was, with its band; and Amdahl's, if it is another one.
pub(super) fn laws(measured: &Measured<'_>, sweeps: &[Sweep]) -> Vec<Curve> {
    let Some(reference) = measured.comparison.reference else {
        return Vec::new();
    };
    let serial = measured.comparison.figures[reference].tests_per_s;
    let of_sweep = |(place, sweep): (usize, &Sweep)| match &sweep.law {
        Description::Fitted(fitted) => of_fitted(fitted, &sweep.backend, place, serial),
        Description::Unfitted(_) => Vec::new(),
    };
    sweeps.iter().enumerate().flat_map(of_sweep).collect()
}

fn of_fitted(fitted: &Fitted, backend: &str, place: usize, serial: f64) -> Vec<Curve> {
    if !fitted.is_judged {
        return Vec::new();
    }
    let choice = &fitted.choice;
    let best = match &choice.verdict {
        Verdict::Best(law) => choice.fits.iter().find(|fit| fit.law == *law),
        Verdict::CannotTell { .. } => None,
    };
    let (name, predictions) = match best {
        Some(fit) => (format!("{backend}: law “{}”", fit.law.name), &fit.predictions),
        None => (format!("{backend}: weighted mean of all laws"), &choice.averaged),
    };
    let mut curves = vec![drawn(name, Look::Fitted(place), predictions, serial)];
    let amdahl = choice.fits.iter().find(|fit| *fit.law == AMDAHL);
    let is_other = best.is_none_or(|fit| *fit.law != AMDAHL);
    if let Some(fit) = amdahl.filter(|_| is_other) {
        let name = format!("{backend}: Amdahl{}", share(fit));
        let line = drawn(name, Look::Limit(place), &fit.predictions, serial);
        curves.push(Curve { band: Vec::new(), ..line });
    }
    curves.retain(|curve| curve.lines.iter().any(|line| line.len() > 1));
    curves
}

/// `, serial share 0.05`.
fn share(fit: &LawFit) -> String {
    let share = fit.parameters.iter().find(|fitted| fitted.parameter.symbol == "s");
    share.map_or_else(String::new, |share| {
        format!(", serial share {}", quantity::coefficient(share.estimate.value))
    })
}

/// Predicted speed-ups over the serial code, which does `serial` tests a second, as far as they go.
fn drawn(name: String, look: Look, predictions: &[Prediction], serial: f64) -> Curve {
    let mut shown: Vec<&Prediction> = predictions.iter().collect();
    shown.sort_by_key(|one| one.workers);
    let place = |one: &&Prediction| (f64::from(one.workers), one.throughput.value / serial);
    let ends = |one: &&Prediction| {
        let Interval { low, high } = one.throughput.interval?;
        Some((f64::from(one.workers), Interval { low: low / serial, high: high / serial }))
    };
    Curve {
        name,
        look,
        lines: vec![shown.iter().map(place).collect()],
        band: shown.iter().filter_map(ends).collect(),
        points: Vec::new(),
    }
}
