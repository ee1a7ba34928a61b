//! Two curves over the width: the density at the origin, and the error over the whole plane.
//!
//! Separate from the words: here theory becomes lines and counts become points.

use super::{NORMAL_95, Normal2, ORIGIN, expected, four_decimals};
use crate::{
    chapter::{Shown, Table},
    chart::{
        axis::{Axis, spanned},
        plot::{Curve, Fill, Look, Plot, Point, Said},
        svg,
    },
    model::{
        Estimate, Interval,
        tour::{Counted, Sampled},
    },
    quantity::{self, ticks},
    statistics::mise::{self, Best},
};

/// Places of a drawn curve.
const PLACES: usize = 120;

/// The density at the origin against the width; `None` without a curve.
pub(super) fn density(id: &str, data: &Sampled, normal: &Normal2) -> Option<Shown> {
    let widths = spanned(data.curve.iter().map(|one| one.h))?;
    let places = between(widths, |step| widths.low + step * (widths.high - widths.low));
    let density = |one: &Counted| one.count as f64 / data.n as f64 / (one.h * one.h);
    let mean = |h: f64| expected(data, normal, h);
    let band = places.iter().map(|&h| {
        let (mean, spread) = mean(h);
        let low = (mean - NORMAL_95 * spread).max(0.0);
        (h, Interval { low, high: mean + NORMAL_95 * spread })
    });
    let truth = normal.density(ORIGIN);
    let curves = vec![
        Curve {
            name: "expected density, with the range that holds 95 % of samples".into(),
            look: Look::Bound(1),
            lines: vec![places.iter().map(|&h| (h, mean(h).0)).collect()],
            band: band.collect(),
            points: Vec::new(),
        },
        level(truth, widths, format!("true density, {}", quantity::twelve_digits(truth))),
        points("as published, k/n/h", 1, data, |one| density(one) * one.h),
        points("density, k/n/h²", 0, data, density),
    ];
    // Estimates from a handful of samples jump high; the axis is made for the others.
    let most = 2.0 * truth.max(mean(widths.high).0);
    let plot = Plot {
        id: format!("{id}-density"),
        title: "Density at the origin against the width".into(),
        x: Axis::linear("width h", Interval { low: 0.0, high: widths.high }, ticks::number),
        y: Axis::linear("density", Interval { low: 0.0, high: most }, ticks::number),
        zones: Vec::new(),
        columns: Vec::new(),
        curves,
    };
    Some(shown(
        &plot,
        "The right density scatters around its expectation, most where the window is narrow; a \
         point above the chart is drawn at its edge. The published one climbs through the truth.",
        densities(data, normal, density),
    ))
}

/// A level line.
fn level(at: f64, widths: Interval, name: String) -> Curve {
    let lines = vec![vec![(0.0, at), (widths.high, at)]];
    Curve { name, look: Look::Bound(0), lines, ..Curve::default() }
}

fn points(name: &str, look: usize, data: &Sampled, of: impl Fn(&Counted) -> f64) -> Curve {
    let point = |one: &Counted| Point {
        x: one.h,
        y: Estimate { value: of(one), interval: None },
        fill: Fill::Full,
        said: Said {
            name: format!("{name}, h = {}", quantity::twelve_digits(one.h)),
            value: four_decimals(of(one)),
        },
    };
    Curve {
        name: name.into(),
        look: Look::Measured(look),
        points: data.curve.iter().map(point).collect(),
        ..Curve::default()
    }
}

fn densities(data: &Sampled, normal: &Normal2, density: impl Fn(&Counted) -> f64) -> Table {
    let row = |one: &Counted| {
        let (mean, spread) = expected(data, normal, one.h);
        [
            quantity::twelve_digits(one.h),
            quantity::whole(one.count),
            four_decimals(density(one) * one.h),
            four_decimals(density(one)),
            four_decimals(mean),
            four_decimals(spread),
        ]
    };
    let columns = ["h", "k", "k/n/h", "k/n/h²", "expected", "standard deviation"];
    super::table(columns, data.curve.iter().map(row).collect())
}

/// The mean integrated squared error against the width, with its lowest point.
pub(super) fn mise(id: &str, data: &Sampled, best: Option<Best>) -> Option<Shown> {
    let best = best?;
    let reach = Interval { low: best.h / 4.0, high: best.h * 3.0 };
    let widths = between(reach, |step| reach.low * (reach.high / reach.low).powf(step));
    let at = |&h: &f64| Some((h, mise::bivariate(data.covariance, h, data.n as f64)?));
    let line: Vec<(f64, f64)> = widths.iter().filter_map(at).collect();
    let errors = spanned(line.iter().map(|&(_, error)| error).filter(|&error| error > 0.0))?;
    let said = Said {
        name: format!("least at h = {}", four_decimals(best.h)),
        value: quantity::power_of_ten(best.mise, 3),
    };
    let point = Point {
        x: best.h,
        y: Estimate { value: best.mise, interval: None },
        fill: Fill::Full,
        said,
    };
    let row = |&(h, error): &(f64, f64)| {
        [
            four_decimals(h),
            quantity::power_of_ten(error, 3),
            quantity::two_decimals(error / best.mise),
        ]
    };
    let rows = line.iter().step_by(4).map(row).collect();
    let plot = Plot {
        id: format!("{id}-mise"),
        title: "Error over the whole plane against the width".into(),
        x: Axis::linear("width h", Interval { low: 0.0, high: reach.high }, ticks::number),
        y: Axis::log("mean integrated squared error", errors, ticks::number),
        zones: Vec::new(),
        columns: Vec::new(),
        curves: vec![Curve {
            name: format!("MISE; the point is its least, at h = {}", four_decimals(best.h)),
            look: Look::Measured(0),
            lines: vec![line],
            band: Vec::new(),
            points: vec![point],
        }],
    };
    Some(shown(
        &plot,
        "To the left too few samples are counted; to the right the window smears the density. \
         Computed, not measured.",
        super::table(["h", "MISE", "times the least"], rows),
    ))
}

/// Places of a curve, from shares 0 to 1 of its length.
fn between(ends: Interval, at: impl Fn(f64) -> f64) -> Vec<f64> {
    match ends.high > ends.low {
        true => (0..=PLACES).map(|idx| at(idx as f64 / PLACES as f64)).collect(),
        false => vec![ends.low],
    }
}

fn shown(plot: &Plot, caption: &str, table: Table) -> Shown {
    Shown {
        title: plot.title.clone(),
        svg: svg::plot(plot),
        legend: svg::of_plot(plot),
        caption: caption.into(),
        table,
    }
}
