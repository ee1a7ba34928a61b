//! Charts against the work: cost against n, and the roofline with the roofs that were measured.
//!
//! Separate because both read benchmarks, whose names tell what the work was. Next:
//! [`crate::compare::benchmarks`].

use super::{
    axis::{Axis, spanned},
    plot::{Curve, Fill, Look, MOST_CURVES, Plot, Point, Said},
};
use crate::{
    compare::benchmarks::{Timed, grouped},
    model::{Estimate, Interval},
    quantity,
};

/// Charts of one kind that a page shows for one set of benchmarks; tables have all.
pub const MOST_PLOTS: usize = 12;

/// How far signs of one n stand apart, as a share of the width.
const ASIDE: f64 = 0.02;

/// Parameters of a name.
const SAMPLES: &str = "n";
const DIMENSIONS: &str = "d";

/// Time of one iteration against n, both logarithmic: one chart for each first part of the names,
/// or several if it has more curves than can be told apart. Names that differ in n only share a
/// curve; those that differ in their instruction set as well stand beside each other.
pub fn cost(timed: &[Timed<'_>], isas: &[String], id: &str) -> Plots {
    let families = grouped(timed, |one| {
        one.parameter(SAMPLES)?;
        let family = one.family(SAMPLES, isas);
        Some((one.head().to_owned(), family, one.isa, one.family(SAMPLES, &[])))
    });
    let curves: Vec<Cost> = families
        .into_iter()
        .map(|((head, _, _, name), members)| {
            let name = name.strip_prefix(&format!("{head}/")).unwrap_or(&name).to_owned();
            Cost { head, name, points: against_n(&members) }
        })
        .filter(|curve| curve.points.len() > 1)
        .collect();
    let same_head = |a: &Cost, b: &Cost| a.head == b.head;
    let parts = |curves: &'_ [Cost]| curves.len().div_ceil(MOST_CURVES);
    let charts = curves.chunk_by(same_head).flat_map(|curves| {
        let chunks = curves.chunks(MOST_CURVES).enumerate();
        chunks.map(move |(idx, chunk)| (chunk, (idx + 1, parts(curves))))
    });
    Plots::of(charts.collect(), |idx, (curves, part)| {
        cost_plot(curves, part, format!("{id}-{}", idx + 1))
    })
}

/// The charts of one kind that are shown, and how many more there would be.
#[derive(Clone, Debug, Default)]
pub struct Plots {
    /// At most [`MOST_PLOTS`].
    pub shown: Vec<Plot>,
    /// Those beyond.
    pub left_out: usize,
}

impl Plots {
    fn of<T>(charts: Vec<T>, plot: impl Fn(usize, T) -> Option<Plot>) -> Self {
        let left_out = charts.len().saturating_sub(MOST_PLOTS);
        let charts = charts.into_iter().take(MOST_PLOTS).enumerate();
        Self { shown: charts.filter_map(|(idx, chart)| plot(idx, chart)).collect(), left_out }
    }
}

/// One curve of cost.
struct Cost {
    /// First part of the names.
    head: String,
    /// The other parts, without n.
    name: String,
    points: Vec<Point>,
}

/// The members of one family by their n, each n once.
fn against_n(members: &[&Timed<'_>]) -> Vec<Point> {
    let point = |one: &&Timed<'_>| {
        let n = one.parameter(SAMPLES)?;
        Some(Point {
            x: n,
            y: one.ns,
            fill: Fill::Full,
            said: Said { name: one.benchmark.id.clone(), value: told_time(one.ns) },
        })
    };
    let mut points: Vec<Point> = members.iter().filter_map(point).collect();
    points.sort_by(|a, b| a.x.total_cmp(&b.x));
    points.dedup_by(|a, b| a.x.total_cmp(&b.x).is_eq());
    points
}

/// Points at so many times their n.
fn moved(points: &[Point], factor: f64) -> Vec<Point> {
    points.iter().map(|point| Point { x: point.x * factor, ..point.clone() }).collect()
}

fn cost_plot(curves: &[Cost], (part, parts): (usize, usize), id: String) -> Option<Plot> {
    let head = &curves.first()?.head;
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let x = spanned(points().map(|point| point.x))?;
    let y = spanned(points().flat_map(|point| ends(point.y)))?;
    let title = match parts {
        1 => format!("Cost against n, {head}"),
        _ => format!("Cost against n, {head}, part {part} of {parts}"),
    };
    let axis = Axis::log("n, samples", x, quantity::ticks::count);
    let cheapest = points().map(|point| point.y.value / point.x).fold(f64::INFINITY, f64::min);
    let proportional = Curve {
        name: "in proportion to n, through the least cost of a sample".into(),
        look: Look::Bound(2),
        lines: vec![[axis.low, axis.high].map(|n| (n, n * cheapest)).into()],
        ..Curve::default()
    };
    // Signs of one n stand beside each other: most costs differ by less than a sign is high.
    let aside = |place: usize| place as f64 - (curves.len() - 1) as f64 / 2.0;
    let width = axis.high / axis.low;
    let curve = |(place, cost): (usize, &Cost)| Curve {
        name: cost.name.clone(),
        look: Look::Measured(place),
        points: moved(&cost.points, width.powf(ASIDE * aside(place))),
        ..Curve::default()
    };
    Some(Plot {
        id,
        title,
        x: axis,
        y: Axis::log("time of one iteration", y, quantity::ticks::time),
        zones: Vec::new(),
        columns: Vec::new(),
        curves: [proportional].into_iter().chain(curves.iter().enumerate().map(curve)).collect(),
    })
}

fn told_time(ns: Estimate) -> String {
    let value = quantity::time(ns.value);
    ns.interval.map_or(value.clone(), |i| format!("{value} ({})", quantity::times(i)))
}

fn told_rate(rate: Estimate) -> String {
    let value = quantity::rate(rate.value);
    rate.interval.map_or(value.clone(), |i| format!("{value} ({})", quantity::rates(i)))
}

/// The value and the ends of its interval.
fn ends(estimate: Estimate) -> impl Iterator<Item = f64> {
    let interval = estimate.interval.map_or([estimate.value; 2], |i| [i.low, i.high]);
    [estimate.value, interval[0], interval[1]].into_iter().filter(|value| *value > 0.0)
}

/// From this share of its roof on, a scan is called near to it.
pub const NEAR_ROOF: f64 = 0.9;

/// Benchmarks of one dimension over the roofs that were measured for it.
struct Roofed<'t, 'a> {
    d: String,
    /// Benchmarks that only load, one for each n: the fastest of all instruction sets.
    roofs: Vec<&'t Timed<'a>>,
    /// The others, each with its tests for one sample loaded.
    others: Vec<(f64, &'t Timed<'a>)>,
}

/// Rooflines (Williams, Waterman & Patterson, CACM 52, 2009), one for each dimension of which a
/// load-only benchmark was measured: tests per second against tests for each sample loaded. A roof
/// is the measured rate of loading all samples of that n once, times the tests made with each.
pub fn rooflines(timed: &[Timed<'_>], id: &str) -> Plots {
    Plots::of(roofed(timed), |idx, roofed| roofline(&roofed, format!("{id}-{}", idx + 1)))
}

fn roofed<'t, 'a>(timed: &'t [Timed<'a>]) -> Vec<Roofed<'t, 'a>> {
    let dimension = |one: &Timed<'_>| Some(format!("d = {}", one.parameter(DIMENSIONS)?));
    let by_dimension = grouped(timed, dimension);
    let roofed = |(d, members): (String, Vec<&'t Timed<'a>>)| {
        let (loading, others): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|one| one.is_roof());
        let rate = |one: &Timed<'_>| one.rate().map_or(0.0, |(_, rate)| rate.value);
        let mut roofs: Vec<&Timed<'_>> = loading
            .into_iter()
            .filter(|one| one.parameter(SAMPLES).is_some() && rate(one) > 0.0)
            .collect();
        roofs.sort_by(|a, b| {
            let n = |one: &Timed<'_>| one.parameter(SAMPLES).unwrap_or(0.0);
            n(a).total_cmp(&n(b)).then(rate(b).total_cmp(&rate(a)))
        });
        roofs.dedup_by_key(|one| one.parameter(SAMPLES).map(f64::to_bits));
        let intensity = |one: &'t Timed<'a>| {
            let (throughput, _) = one.rate()?;
            Some((throughput.per_iteration / one.parameter(SAMPLES)?, one))
        };
        let has_roof = |(_, one): &(f64, &Timed<'_>)| {
            roofs.iter().any(|roof| roof.parameter(SAMPLES) == one.parameter(SAMPLES))
        };
        let others = others.into_iter().filter_map(intensity).filter(has_roof).collect();
        Roofed { d, roofs, others }
    };
    let all = by_dimension.into_iter().map(roofed);
    all.filter(|roofed| !roofed.roofs.is_empty() && !roofed.others.is_empty()).collect()
}

fn roofline(roofed: &Roofed<'_, '_>, id: String) -> Option<Plot> {
    let drawn = &roofed.roofs[..roofed.roofs.len().min(MOST_CURVES)];
    let intensities = spanned(roofed.others.iter().map(|(intensity, _)| *intensity))?;
    let x = Axis::log("tests for each sample loaded", intensities, quantity::ticks::count);
    let rate = |one: &Timed<'_>| one.rate().map(|(_, rate)| rate);
    let roof = |one: &&Timed<'_>| rate(one).map_or(0.0, |rate| rate.value);
    let of_roofs = drawn.iter().map(|one| roof(one) * intensities.low);
    let rates = roofed.others.iter().filter_map(|(_, one)| rate(one)).flat_map(ends);
    let y = spanned(of_roofs.chain(rates).filter(|rate| *rate > 0.0))?;
    let curves = drawn.iter().enumerate().flat_map(|(place, one)| {
        let n = one.parameter(SAMPLES);
        let name = n.map_or_else(String::new, quantity::ticks::count);
        let line = [x.low, x.high].map(|at| (at, roof(one) * at));
        let members = roofed.others.iter().filter(|(_, other)| other.parameter(SAMPLES) == n);
        [
            Curve {
                name: format!("roof: all {name} samples loaded once, {}", one.benchmark.id),
                look: Look::Fitted(place),
                lines: vec![line.into()],
                ..Curve::default()
            },
            Curve {
                name: format!("counted, n = {name}"),
                look: Look::Measured(place),
                points: members.filter_map(roofed_point).collect(),
                ..Curve::default()
            },
        ]
    });
    let curves: Vec<Curve> =
        curves.filter(|curve| !curve.lines.is_empty() || !curve.points.is_empty()).collect();
    let title = match roofed.roofs.len() {
        all if all > drawn.len() => {
            format!("Roofline, the first {} of {all} sizes, {}", drawn.len(), roofed.d)
        }
        _ => format!("Roofline, {}", roofed.d),
    };
    Some(Plot {
        id,
        title,
        y: Axis::log("tests per second", y, quantity::ticks::rate),
        x,
        zones: Vec::new(),
        columns: Vec::new(),
        curves,
    })
}

fn roofed_point((intensity, one): &(f64, &Timed<'_>)) -> Option<Point> {
    let (_, rate) = one.rate()?;
    Some(Point {
        x: *intensity,
        y: rate,
        fill: Fill::Full,
        said: Said { name: one.benchmark.id.clone(), value: told_rate(rate) },
    })
}

/// A benchmark over its roof.
#[derive(Clone, Debug, PartialEq)]
pub struct UnderRoof<'a> {
    /// Its name.
    pub id: &'a str,
    /// Tests for each sample loaded.
    pub intensity: f64,
    /// Tests per second.
    pub rate: Estimate,
    /// The roof there: the load-only rate for the same n and d, times the intensity.
    pub roof: f64,
    /// Its dimension, as in the title of the chart.
    pub d: String,
}

impl UnderRoof<'_> {
    /// Its rate over that of its roof. Loading alone stores nothing, but it is one loop among others:
    /// a scan may exceed it by noise, or because it loads with other instructions.
    pub fn share(&self) -> f64 {
        self.rate.value / self.roof
    }
}

/// Every benchmark that has a measured roof.
pub fn under_roofs<'a>(timed: &[Timed<'a>]) -> Vec<UnderRoof<'a>> {
    let mut all = Vec::new();
    for roofed in roofed(timed) {
        for (intensity, one) in &roofed.others {
            let same_n = |roof: &&&Timed<'_>| roof.parameter(SAMPLES) == one.parameter(SAMPLES);
            let roof = roofed.roofs.iter().find(same_n).and_then(|roof| roof.rate());
            if let Some(((_, roof), (_, rate))) = roof.zip(one.rate()) {
                let roof = roof.value * intensity;
                let d = roofed.d.clone();
                all.push(UnderRoof { id: &one.benchmark.id, intensity: *intensity, rate, roof, d });
            }
        }
    }
    all
}

/// The part of a y axis that positive intervals need.
pub(super) fn positive(values: impl Iterator<Item = Estimate>) -> Option<Interval> {
    spanned(values.flat_map(ends))
}
