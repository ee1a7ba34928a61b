//! Charts against the number of workers: speed-up, efficiency, gains, throughput of each worker.
//!
//! Separate because they share an axis, their bounds and the rule that only neighbors that were
//! both measured are joined: nobody knows what lies between 4 and 8 workers. Next: `scaling/bounds.rs` for
//! what cannot be exceeded and what was fitted.

mod bounds;

use super::{
    axis::{Axis, spanned},
    plot::{Column, ColumnKind, Curve, Fill, Look, MOST_CURVES, Plot, Point, Said, Zone, ZoneKind},
};
use crate::{
    answer,
    compare::{Comparison, Description, Figures, Step, Sweep, Verdict},
    model::{Entry, Estimate, Interval, Limits, Study, Workload},
    quantity,
};

/// A workload with its numbers.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a> {
    /// Where it was measured.
    pub study: &'a Study,
    /// What was measured.
    pub workload: &'a Workload,
    /// What the numbers say.
    pub comparison: &'a Comparison,
}

/// A measured bound up to so many times the greatest measured value is shown.
const NEAR: f64 = 2.0;

/// Backends of a workload that charts show; tables have all.
pub const MOST_SWEEPS: usize = 4 * MOST_CURVES;

impl<'a> Measured<'a> {
    /// Backends that share a chart, so many that they can be told apart.
    pub fn groups(&self) -> impl Iterator<Item = &'a [Sweep]> + use<'a> {
        let sweeps = &self.comparison.sweeps;
        sweeps[..sweeps.len().min(MOST_SWEEPS)].chunks(MOST_CURVES)
    }

    fn entry(&self, idx: usize) -> &'a Entry {
        &self.workload.entries[idx]
    }

    /// A chart of one value of every configuration of some backends, or `None` without values.
    fn plot(&self, sweeps: &[Sweep], what: &What, further: Vec<Curve>, id: String) -> Option<Plot> {
        let mut curves = further;
        let measured = sweeps.iter().enumerate().map(|(place, sweep)| {
            self.curve(&sweep.backend, &sweep.entry_idxs, Look::Measured(place), what)
        });
        curves.extend(measured.filter(|curve| !curve.points.is_empty()));
        let y = Self::shown(&curves)?;
        let most = most_workers(sweeps, self);
        let reached = fitted_reach(&curves).max(most);
        let title = format!("{} against workers, {}", what.name, answer::label(self.workload));
        Some(Plot {
            id,
            title,
            x: Axis::workers(reached),
            y: Axis::linear(what.axis, Interval { low: 0.0, high: y.high * 1.04 }, what.tick),
            zones: self.zones(sweeps, &curves),
            columns: Vec::new(),
            curves,
        })
    }

    /// Measured configurations in order of their workers; neighbors are joined.
    fn curve(&self, name: &str, idxs: &[usize], look: Look, what: &What) -> Curve {
        let point = |&idx: &usize| {
            let (entry, figures) = (self.entry(idx), &self.comparison.figures[idx]);
            let value = (what.of)(entry, figures)?;
            Some(Point {
                x: entry.workers as f64,
                y: value,
                fill: if entry.oversubscribed { Fill::Hollow } else { Fill::Full },
                said: Said { name: super::name(entry), value: (what.said)(value) },
            })
        };
        let points: Vec<Point> = idxs.iter().filter_map(point).collect();
        Curve { name: name.into(), look, lines: joined(&points), band: Vec::new(), points }
    }

    /// The part of the y axis that measured and fitted values need; bounds may leave it.
    fn shown(curves: &[Curve]) -> Option<Interval> {
        let (bounds, results): (Vec<&Curve>, Vec<&Curve>) =
            curves.iter().partition(|curve| matches!(curve.look, Look::Bound(_)));
        let ends = |point: &Point| [Some(point.y.value), point.y.interval.map(|i| i.high)];
        let points = |curves: Vec<&Curve>| -> Vec<f64> {
            let points = curves.into_iter().flat_map(|curve| &curve.points);
            points.flat_map(ends).flatten().collect()
        };
        let measured = spanned(points(results).into_iter())?;
        // A bound that is far away says "something else", and would press the data flat.
        let near = points(bounds).into_iter().filter(|&y| y <= NEAR * measured.high);
        let bands = curves.iter().flat_map(|curve| &curve.band).map(|(_, interval)| interval.high);
        // A band that is wider than three times the data says "unknown", and may be cut off.
        let bands = bands.map(|high| high.min(3.0 * measured.high));
        spanned([measured.high].into_iter().chain(bands).chain(near))
    }

    /// Where workers outnumber CPUs, and where laws go beyond what they were fitted to.
    fn zones(&self, sweeps: &[Sweep], curves: &[Curve]) -> Vec<Zone> {
        let entries =
            || sweeps.iter().flat_map(|sweep| &sweep.entry_idxs).map(|&idx| self.entry(idx));
        let fitting =
            entries().filter(|entry| !entry.oversubscribed).map(|entry| entry.workers).max();
        let beyond =
            entries().filter(|entry| entry.oversubscribed).map(|entry| entry.workers).min();
        let mut zones = Vec::new();
        if let Some(beyond) = beyond {
            let fitting = fitting.unwrap_or(0).min(beyond) as f64;
            let known = self.cpus().filter(|&cpus| fitting <= cpus && cpus < beyond as f64);
            let from = known.unwrap_or_else(|| f64::midpoint(fitting, beyond as f64));
            zones.push(Zone { kind: ZoneKind::Oversubscribed, from });
        }
        let from = fitted_to(sweeps).filter(|&fitted| fitted_reach(curves) > fitted);
        zones.extend(from.map(|from| Zone { kind: ZoneKind::Extrapolated, from }));
        zones
    }

    /// The CPUs that the workers may use, whatever time a quota grants on them.
    fn cpus(&self) -> Option<f64> {
        let limits = Limits { quota_cpus: None, ..self.study.limits.clone() };
        limits.usable_cpus(&self.study.machine)
    }
}

/// A value that is drawn against workers.
struct What {
    name: &'static str,
    axis: &'static str,
    of: fn(&Entry, &Figures) -> Option<Estimate>,
    tick: fn(f64) -> String,
    said: fn(Estimate) -> String,
}

const SPEED_UP: What = What {
    name: "Speed-up",
    axis: "speed-up in % of the serial speed",
    of: |_, figures| figures.speed_up,
    tick: quantity::ticks::hundredths,
    said: in_per_cent,
};

const EFFICIENCY: What = What {
    name: "Efficiency",
    axis: "speed-up for each worker in %",
    of: |_, figures| figures.efficiency,
    tick: quantity::ticks::hundredths,
    said: in_per_cent,
};

const THROUGHPUT: What = What {
    name: "Throughput of each worker",
    axis: "tests per second and worker",
    of: |entry, figures| {
        let per_worker = figures.tests_per_s / entry.workers as f64;
        let at = |ns: f64| per_worker * figures.pass_ns.value / ns;
        let interval = figures.pass_ns.interval;
        let interval =
            interval.map(|Interval { low, high }| Interval { low: at(high), high: at(low) });
        Some(Estimate { value: per_worker, interval })
    },
    tick: quantity::ticks::rate,
    said: |rate| {
        let value = quantity::rate(rate.value);
        rate.interval.map_or(value.clone(), |i| format!("{value} ({})", quantity::rates(i)))
    },
};

fn in_per_cent(estimate: Estimate) -> String {
    let value = quantity::per_cent(estimate.value, 1);
    estimate.interval.map_or(value.clone(), |i| format!("{value} ({})", quantity::per_cents(i)))
}

/// Speed-ups with all bounds that are known and the laws that were fitted.
pub fn speed_up(measured: &Measured<'_>, sweeps: &[Sweep], id: String) -> Option<Plot> {
    let most = most_workers(sweeps, measured);
    let mut further = bounds::laws(measured, sweeps);
    let reached = fitted_reach(&further).max(most);
    further.splice(0..0, bounds::of_speed_up(measured, reached * 1.05));
    measured.plot(sweeps, &SPEED_UP, further, id)
}

/// Speed-ups for each worker.
pub fn efficiency(measured: &Measured<'_>, sweeps: &[Sweep], id: String) -> Option<Plot> {
    let most = most_workers(sweeps, measured);
    let fitted = bounds::of_each_worker(measured, sweeps, most * 1.05);
    let mut further = bounds::of_efficiency(measured, fitted_reach(&fitted).max(most) * 1.05);
    further.extend(fitted);
    measured.plot(sweeps, &EFFICIENCY, further, id)
}

/// Work per second of each worker: flat if nothing is shared.
pub fn throughput(measured: &Measured<'_>, sweeps: &[Sweep], id: String) -> Option<Plot> {
    measured.plot(sweeps, &THROUGHPUT, Vec::new(), id)
}

/// The steps of one backend, in order.
pub fn steps(measured: &Measured<'_>, sweep: &Sweep) -> Vec<Step> {
    let figures = &measured.comparison.figures;
    sweep.entry_idxs.iter().filter_map(|&idx| figures[idx].gain).collect()
}

/// Points with their interval.
pub fn in_points(added: Estimate) -> String {
    let range = added.interval.map(quantity::points_range);
    let range = range.map_or_else(String::new, |range| format!(" ({range})"));
    format!("{}{range}", quantity::points(added.value))
}

/// What each step of one backend added, as bars from 0; where a step is of several workers, the
/// bar and its text are what it added for each of them.
pub fn gains(measured: &Measured<'_>, sweep: &Sweep, id: String) -> Option<Plot> {
    let column = |(place, step): (usize, Step)| Column {
        x: place as f64 + 1.0,
        width: 0.72,
        y: step.added_per_worker(),
        kind: match step.verdict() {
            Verdict::Faster => ColumnKind::Gain,
            Verdict::Slower => ColumnKind::Loss,
            Verdict::CannotTell => ColumnKind::Unclear,
            Verdict::Withheld => ColumnKind::Withheld,
        },
        said: Said {
            name: format!("{} to {} workers", step.from_workers, step.to_workers),
            value: in_points(step.added_per_worker()),
        },
    };
    let steps = steps(measured, sweep);
    let columns: Vec<Column> = steps.iter().copied().enumerate().map(column).collect();
    let ends = |column: &Column| {
        [Some(column.y.value), column.y.interval.map(|i| i.low), column.y.interval.map(|i| i.high)]
    };
    let shown = spanned(columns.iter().flat_map(ends).flatten().chain([0.0]))?;
    let title =
        format!("Gain of each worker, {}, {}", sweep.backend, answer::label(measured.workload));
    (!columns.is_empty()).then(|| Plot {
        id,
        title,
        x: Axis::steps(steps.iter().map(|step| (step.from_workers, step.to_workers))),
        y: Axis::linear("points for each worker added", shown, quantity::ticks::hundredths),
        zones: Vec::new(),
        columns,
        curves: Vec::new(),
    })
}

/// The most workers that any of the backends was measured with.
fn most_workers(sweeps: &[Sweep], measured: &Measured<'_>) -> f64 {
    let all = sweeps.iter().flat_map(|sweep| &sweep.entry_idxs);
    all.map(|&idx| measured.entry(idx).workers).max().unwrap_or(1) as f64
}

/// The most workers that every drawn law was fitted to: beyond, at least one is extrapolated.
fn fitted_to(sweeps: &[Sweep]) -> Option<f64> {
    let most = |sweep: &Sweep| match &sweep.law {
        Description::Fitted(fitted) if fitted.is_judged => fitted.workers.last().copied(),
        _ => None,
    };
    sweeps.iter().filter_map(most).min().map(f64::from)
}

/// How far a band or line of a fitted law goes.
fn fitted_reach(curves: &[Curve]) -> f64 {
    let fitted = curves.iter().filter(|curve| matches!(curve.look, Look::Fitted(_)));
    fitted.flat_map(|curve| &curve.lines).flatten().map(|&(x, _)| x).fold(0.0, f64::max)
}

/// Lines between points whose numbers of workers follow each other.
fn joined(points: &[Point]) -> Vec<Vec<(f64, f64)>> {
    let follows = |a: &Point, b: &Point| (b.x - a.x - 1.0).abs() < 0.5;
    let runs = points.chunk_by(follows).filter(|run| run.len() > 1);
    runs.map(|run| run.iter().map(|point| (point.x, point.y.value)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(x: f64) -> Point {
        let y = Estimate { value: x, interval: None };
        Point { x, y, fill: Fill::Full, said: Said { name: String::new(), value: String::new() } }
    }

    #[test]
    fn only_neighbors_that_were_both_measured_are_joined() {
        let points = [1.0, 2.0, 3.0, 6.0, 8.0, 9.0].map(point);
        let xs: Vec<Vec<f64>> = joined(&points)
            .into_iter()
            .map(|line| line.into_iter().map(|(x, _)| x).collect())
            .collect();
        assert_eq!(xs, [vec![1.0, 2.0, 3.0], vec![8.0, 9.0]]);
    }
}
