//! Draws rows with a point and its interval on a common axis.
//!
//! Separate because names stand above their rows, as for bars, and a logarithmic axis below all of
//! them. Next: `legend.rs`.

use super::{escape, line, opening, plot::SHAPES};
use crate::{
    chart::{
        axis::Tick,
        both_ends,
        dots::{Dot, DotMark, Dots},
    },
    quantity::length,
};

/// Height of a row, and where in it name and point stand, in pixels.
const ROW: f64 = 40.0;
const NAME_BASE: f64 = 15.0;
const MIDDLE: f64 = 29.0;

/// The part of the width that the axis takes, in per cent; the rest belongs to the labels.
const LEFT: f64 = 2.0;
const WIDTH: f64 = 72.0;

/// Below the rows: ticks and what they count.
const FOOT: f64 = 48.0;

/// The shape of a point by its mark.
pub(super) fn shape(mark: DotMark) -> (&'static str, &'static str) {
    match mark {
        DotMark::Reference => ("point neutral", SHAPES[3]),
        DotMark::Control => ("point hollow neutral", SHAPES[0]),
        DotMark::Other => ("point c0", SHAPES[0]),
        DotMark::Wrong => ("point hollow c1", SHAPES[2]),
    }
}

/// The chart as one `svg` element.
pub fn draw(chart: &Dots) -> String {
    let id = escape(&chart.id);
    let plot = ROW * chart.rows.len() as f64;
    let mut svg = opening(&id, &length(plot + FOOT), &chart.title, &chart.description);
    let marks = [("ref", DotMark::Reference), ("dot", DotMark::Other), ("wrong", DotMark::Wrong)];
    let shapes =
        marks.map(|(name, mark)| format!("<path id=\"{id}-{name}\" d=\"{}\"/>", shape(mark).1));
    svg += &["<defs>", &shapes.concat(), "</defs>\n"].concat();
    for tick in &chart.axis.ticks {
        let x = x(chart, tick.at);
        svg += &line("grid", (x, 0.0), (x, plot + 4.0));
    }
    if let Some(reference) = chart.reference {
        let x = x(chart, reference);
        svg += &line("serial-line", (x, 0.0), (x, plot));
    }
    svg += &line("axis", (LEFT, plot), (LEFT + WIDTH, plot));
    for (idx, row) in chart.rows.iter().enumerate() {
        svg += &drawn(chart, row, &id, ROW * idx as f64);
    }
    for (idx, row) in chart.rows.iter().enumerate() {
        svg += &texts(row, ROW * idx as f64);
    }
    svg + &foot(chart, plot) + "</svg>\n"
}

fn drawn(chart: &Dots, row: &Dot, id: &str, top: f64) -> String {
    let middle = top + MIDDLE;
    let mut svg = String::new();
    if let Some(interval) = row.value.interval {
        let (low, high) = (x(chart, interval.low), x(chart, interval.high));
        svg += &line("whisker", (low, middle), (high, middle));
    }
    let name = match row.mark {
        DotMark::Reference => "ref",
        DotMark::Control | DotMark::Other => "dot",
        DotMark::Wrong => "wrong",
    };
    svg + &format!(
        "<use class=\"{}\" href=\"#{id}-{name}\" x=\"{}%\" y=\"{}\"/>\n",
        shape(row.mark).0,
        length(x(chart, row.value.value)),
        length(middle),
    )
}

/// Name with its value above the row, label at its right end.
fn texts(row: &Dot, top: f64) -> String {
    let detail = format!("<tspan class=\"detail\" dx=\"8\">{}</tspan>", escape(&row.detail));
    format!(
        "<text class=\"name\" x=\"0\" y=\"{}\"><title>{}</title>{}{detail}</text>\n\
         <text class=\"label\" text-anchor=\"end\" x=\"99%\" y=\"{}\">{}</text>\n",
        length(top + NAME_BASE),
        escape(&row.name),
        escape(&both_ends(&row.name)),
        length(top + MIDDLE + 5.0),
        escape(&row.label),
    )
}

/// The axis.
fn foot(chart: &Dots, plot: f64) -> String {
    let tick = |tick: &Tick| {
        let anchor = if chart.axis.place(tick.at) < 0.04 { "start" } else { "middle" };
        format!(
            "<text class=\"tick\" text-anchor=\"{anchor}\" x=\"{}%\" y=\"{}\">{}</text>\n",
            length(x(chart, tick.at)),
            length(plot + 18.0),
            escape(&tick.text),
        )
    };
    let ticks: String = chart.axis.ticks.iter().map(tick).collect();
    ticks
        + &format!(
            "<text class=\"key\" x=\"{}%\" y=\"{}\">{}</text>\n",
            length(LEFT),
            length(plot + 38.0),
            escape(&chart.axis.label),
        )
}

/// Place of a value, in per cent of the width.
fn x(chart: &Dots, value: f64) -> f64 {
    LEFT + WIDTH * chart.axis.place(value)
}
