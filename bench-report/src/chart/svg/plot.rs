//! Draws a chart on two axes.
//!
//! Separate because it alone draws curves. They stand in an inner `svg` that is stretched to the
//! plotting area, with strokes that are not; points, whiskers and texts stand outside of it, at per
//! cents of the width, and keep their size. The ticks of the y axis take a share of the width that
//! holds six characters on a phone. Next: `legend.rs`.

use super::{escape, line, opening};
use crate::{
    chart::{
        axis::{Axis, Tick},
        plot::{Column, ColumnKind, Curve, Fill, Look, MOST_CURVES, Plot, Point, Zone, ZoneKind},
    },
    model::Interval,
    quantity::length,
};

/// Where the plotting area begins and how wide it is, in per cent.
const LEFT: f64 = 14.0;
const WIDTH: f64 = 83.0;

/// Top and height of the plotting area, in pixels.
const TOP: f64 = 26.0;
const HEIGHT: f64 = 260.0;

/// Height of everything.
const WHOLE: f64 = TOP + HEIGHT + 46.0;

/// Units of the inner drawing in both directions.
const UNITS: f64 = 1000.0;

/// More points than this on a curve are drawn smaller.
const DENSE: usize = 24;

/// The shapes of points, around their own middle, one for each color.
pub(super) const SHAPES: [&str; MOST_CURVES] = [
    "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
    "M-4-4h8v8h-8z",
    "M0-5.4L5 4H-5z",
    "M0-5.8L5.8 0L0 5.8L-5.8 0z",
    "M0 5.4L5-4H-5z",
    "M-1.7-5h3.4v3.3H5v3.4H1.7V5h-3.4V1.7H-5v-3.4h3.3z",
];

/// The mark of a measured bound: a ceiling.
pub(super) const CEILING: &str = "M-9-1.6h18v3.2h-18z";

/// The chart as one `svg` element.
pub fn draw(chart: &Plot) -> String {
    let id = escape(&chart.id);
    let mut svg = opening(&id, &length(WHOLE), &chart.title, &chart.described());
    svg += &definitions(chart, &id);
    chart.zones.iter().for_each(|zone| svg += &zoned(chart, zone, &id));
    svg += &grid(chart);
    chart.columns.iter().for_each(|column| svg += &drawn_column(chart, column));
    svg += &inner(chart);
    for curve in &chart.curves {
        let points = curve.points.iter().filter(|point| is_shown(chart, curve.look, point));
        points.for_each(|point| svg += &whisker(chart, point.x, point.y.interval));
    }
    chart.curves.iter().for_each(|curve| svg += &points(chart, curve, &id));
    svg + &texts(chart) + "</svg>\n"
}

/// Shapes of points that occur, and the hatching.
fn definitions(chart: &Plot, id: &str) -> String {
    let shape = |curve: &Curve| {
        let Some((name, shape)) = shape(curve.look).filter(|_| !curve.points.is_empty()) else {
            return String::new();
        };
        let size = if curve.points.len() > DENSE { " transform=\"scale(0.6)\"" } else { "" };
        format!("<path id=\"{id}-{name}\" d=\"{shape}\"{size}/>")
    };
    let shapes: String = chart.curves.iter().map(shape).collect();
    format!(
        "<defs>{shapes}<pattern id=\"{id}-beyond\" width=\"8\" height=\"8\" \
         patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect class=\"zone-stripe\" width=\"1.5\" height=\"8\"/></pattern></defs>\n"
    )
}

/// A part of the width, to its right end.
fn zoned(chart: &Plot, zone: &Zone, id: &str) -> String {
    let from = x(&chart.x, zone.from);
    let fill = match zone.kind {
        ZoneKind::Extrapolated => format!("class=\"zone\" fill=\"url(#{id}-beyond)\""),
        ZoneKind::Oversubscribed => "class=\"zone crowded\"".into(),
    };
    let rect = format!(
        "<rect {fill} x=\"{}%\" y=\"{TOP}\" width=\"{}%\" height=\"{HEIGHT}\"/>\n",
        length(from),
        length(LEFT + WIDTH - from)
    );
    rect + &line("divider", (from, TOP), (from, TOP + HEIGHT))
}

/// Lines at the ticks of the y axis, marks at those of the x axis.
fn grid(chart: &Plot) -> String {
    let right = LEFT + WIDTH;
    let mut svg = String::new();
    for tick in &chart.y.ticks {
        let y = y(&chart.y, tick.at);
        svg += &line("grid", (LEFT, y), (right, y));
    }
    let bottom = TOP + HEIGHT;
    for tick in &chart.x.ticks {
        let x = x(&chart.x, tick.at);
        svg += &line("axis", (x, bottom), (x, bottom + 4.0));
    }
    svg + &line("axis", (LEFT, bottom), (right, bottom))
}

/// A bar from 0, and its whisker.
fn drawn_column(chart: &Plot, column: &Column) -> String {
    let class = match column.kind {
        ColumnKind::Gain => "gain",
        ColumnKind::Loss => "loss",
        ColumnKind::Unclear => "unclear",
        ColumnKind::Withheld => "withheld",
    };
    let ends = [-0.5, 0.5].map(|half| x(&chart.x, column.x + half * column.width));
    let (zero, end) = (y(&chart.y, 0.0), y(&chart.y, column.y.value));
    format!(
        "<rect class=\"column {class}\" x=\"{}%\" y=\"{}\" width=\"{}%\" height=\"{}\">\
         <title>{}</title></rect>\n",
        length(ends[0]),
        length(zero.min(end)),
        length(ends[1] - ends[0]),
        length((zero - end).abs().max(0.5)),
        escape(&column.said.to_string()),
    ) + &line("axis", (ends[0], zero), (ends[1], zero))
        + &whisker(chart, column.x, column.y.interval)
}

/// Bands and lines, which alone are stretched.
fn inner(chart: &Plot) -> String {
    let drawn: String = chart.curves.iter().map(|curve| stretched(chart, curve)).collect();
    if drawn.is_empty() {
        return drawn;
    }
    format!(
        "<svg x=\"{LEFT}%\" y=\"{TOP}\" width=\"{WIDTH}%\" height=\"{HEIGHT}\" \
         viewBox=\"0 0 {UNITS} {UNITS}\" preserveAspectRatio=\"none\">\n{drawn}</svg>\n"
    )
}

fn stretched(chart: &Plot, curve: &Curve) -> String {
    let place = |&(at, value): &(f64, f64)| {
        let x = chart.x.unbounded(at) * UNITS;
        let y = (1.0 - chart.y.unbounded(value)) * UNITS;
        format!("{} {}", length(x), length(y))
    };
    let path = |places: &[(f64, f64)]| places.iter().map(place).collect::<Vec<_>>().join("L");
    let upper = curve.band.iter().map(|&(at, interval)| (at, interval.high));
    let lower = curve.band.iter().rev().map(|&(at, interval)| (at, interval.low));
    let edge: Vec<(f64, f64)> = upper.chain(lower).collect();
    let band = match curve.band.len() {
        0 | 1 => String::new(),
        _ => format!("<path class=\"band {}\" d=\"M{}z\"/>\n", color(curve.look), path(&edge)),
    };
    let lines: Vec<String> =
        curve.lines.iter().filter(|line| line.len() > 1).map(|line| path(line)).collect();
    if lines.is_empty() {
        return band;
    }
    let class = line_class(curve.look);
    band + &format!("<path class=\"{class}\" d=\"M{}\"/>\n", lines.join("M"))
}

/// The classes of a line.
pub(super) fn line_class(look: Look) -> String {
    match look {
        Look::Measured(_) => format!("curve {}", color(look)),
        Look::Fitted(_) => format!("curve fitted {}", color(look)),
        Look::Limit(_) => format!("curve limit {}", color(look)),
        Look::Bound(number) => format!("curve bound b{number}"),
    }
}

/// The class of a color.
pub(super) fn color(look: Look) -> String {
    match look {
        Look::Measured(number) | Look::Fitted(number) | Look::Limit(number) => {
            format!("c{}", number % MOST_CURVES)
        }
        Look::Bound(_) => "neutral".into(),
    }
}

/// Name and shape of the points of a curve that can have some.
pub(super) fn shape(look: Look) -> Option<(String, &'static str)> {
    match look {
        Look::Measured(number) => Some((format!("p{number}"), SHAPES[number % MOST_CURVES])),
        Look::Bound(number) => Some((format!("b{number}"), CEILING)),
        Look::Fitted(_) | Look::Limit(_) => None,
    }
}

/// Whether a point is drawn: of bounds only what lies on the axis, because they may leave it.
fn is_shown(chart: &Plot, look: Look, point: &Point) -> bool {
    !matches!(look, Look::Bound(_)) || chart.y.shows(point.y.value)
}

/// What was measured, in the shape of its curve.
fn points(chart: &Plot, curve: &Curve, id: &str) -> String {
    let Some((name, _)) = shape(curve.look) else {
        return String::new();
    };
    let point = |point: &Point| {
        let hollow = if point.fill == Fill::Hollow { " hollow" } else { "" };
        format!(
            "<use class=\"point {}{hollow}\" href=\"#{id}-{name}\" x=\"{}%\" y=\"{}\">\
             <title>{}</title></use>\n",
            color(curve.look),
            length(x(&chart.x, point.x)),
            length(y(&chart.y, point.y.value)),
            escape(&point.said.to_string()),
        )
    };
    curve.points.iter().filter(|point| is_shown(chart, curve.look, point)).map(point).collect()
}

/// An upright line over an interval; caps would touch each other where points are dense.
fn whisker(chart: &Plot, at: f64, interval: Option<Interval>) -> String {
    interval.map_or_else(String::new, |Interval { low, high }| {
        let at = x(&chart.x, at);
        line("whisker", (at, y(&chart.y, low)), (at, y(&chart.y, high)))
    })
}

/// What the axes count, and their ticks.
fn texts(chart: &Plot) -> String {
    let tick_of_y = |tick: &Tick| {
        format!(
            "<text class=\"tick\" text-anchor=\"end\" x=\"{}%\" dx=\"-5\" y=\"{}\">{}</text>\n",
            length(LEFT),
            length(y(&chart.y, tick.at) + 4.0),
            escape(&tick.text),
        )
    };
    let tick_of_x = |tick: &Tick| {
        let anchor = if chart.x.place(tick.at) > 0.97 { "end" } else { "middle" };
        format!(
            "<text class=\"tick\" text-anchor=\"{anchor}\" x=\"{}%\" y=\"{}\">{}</text>\n",
            length(x(&chart.x, tick.at)),
            length(TOP + HEIGHT + 18.0),
            escape(&tick.text),
        )
    };
    let ticks = chart.y.ticks.iter().map(tick_of_y);
    let ticks: String = ticks.chain(chart.x.ticks.iter().map(tick_of_x)).collect();
    format!(
        "<text class=\"key\" x=\"0\" y=\"13\">{}</text>\n{ticks}\
         <text class=\"key\" text-anchor=\"end\" x=\"{}%\" y=\"{}\">{}</text>\n",
        escape(&chart.y.label),
        length(LEFT + WIDTH),
        length(TOP + HEIGHT + 38.0),
        escape(&chart.x.label),
    )
}

/// Place of a value on the x axis, in per cent of the width.
fn x(axis: &Axis, value: f64) -> f64 {
    LEFT + WIDTH * axis.place(value)
}

/// Place of a value on the y axis, in pixels from the top.
fn y(axis: &Axis, value: f64) -> f64 {
    TOP + HEIGHT * (1.0 - axis.place(value))
}
