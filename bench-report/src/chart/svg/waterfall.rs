//! Draws a waterfall: bars that begin where the one before ended.
//!
//! Separate because names stand above their bars, as in the article's figure, while the axis is
//! logarithmic and below all of them. Next: `legend.rs`.

use super::{escape, line, opening, whisker};
use crate::{
    chart::{
        axis::Tick,
        both_ends,
        waterfall::{Fall, FallMark, Waterfall},
    },
    quantity::length,
};

/// Height of a row, and where in it name and bar stand, in pixels.
const ROW: f64 = 42.0;
const NAME_BASE: f64 = 15.0;
const BAR_TOP: f64 = 21.0;
const BAR: f64 = 14.0;

/// The part of the width that the axis takes, in per cent; the rest belongs to the labels.
const LEFT: f64 = 2.0;
const WIDTH: f64 = 76.0;

/// Below the rows: ticks and what they count.
const FOOT: f64 = 48.0;

/// The class of a bar by its mark.
pub(super) fn class(mark: FallMark) -> &'static str {
    match mark {
        FallMark::Level => "bar reference",
        FallMark::Up => "column gain",
        FallMark::Down => "column loss",
        FallMark::Unclear => "column unclear",
    }
}

/// The chart as one `svg` element.
pub fn draw(chart: &Waterfall) -> String {
    let id = escape(&chart.id);
    let plot = ROW * chart.falls.len() as f64;
    let mut svg = opening(&id, &length(plot + FOOT), &chart.title, &chart.description);
    for tick in &chart.axis.ticks {
        let x = x(chart, tick.at);
        svg += &line("grid", (x, 0.0), (x, plot + 4.0));
    }
    svg += &line("axis", (LEFT, plot), (LEFT + WIDTH, plot));
    for (idx, fall) in chart.falls.iter().enumerate() {
        let top = ROW * idx as f64;
        if idx + 1 < chart.falls.len() {
            let end = x(chart, fall.to);
            svg += &line("grid", (end, top + BAR_TOP), (end, top + ROW + BAR_TOP));
        }
        svg += &drawn(chart, fall, top);
    }
    // Names and labels come last: where a line crosses one, the text stays readable.
    for (idx, fall) in chart.falls.iter().enumerate() {
        svg += &texts(fall, ROW * idx as f64);
    }
    svg + &foot(chart, plot) + "</svg>\n"
}

/// Bar and whisker.
fn drawn(chart: &Waterfall, fall: &Fall, top: f64) -> String {
    let (from, to) = (x(chart, fall.from), x(chart, fall.to));
    let mut svg = format!(
        "<rect class=\"{}\" x=\"{}%\" y=\"{}\" width=\"{}%\" height=\"{BAR}\"/>\n",
        class(fall.mark),
        length(from.min(to)),
        length(top + BAR_TOP),
        length((to - from).abs()),
    );
    if let Some(interval) = fall.interval {
        let ends = (x(chart, interval.low), x(chart, interval.high));
        svg += &whisker(ends, top + BAR_TOP + BAR / 2.0);
    }
    svg
}

/// Name above the bar, label at the right end of the row.
fn texts(fall: &Fall, top: f64) -> String {
    format!(
        "<text class=\"name\" x=\"0\" y=\"{}\"><title>{}</title>{}</text>\n\
         <text class=\"label\" text-anchor=\"end\" x=\"99%\" y=\"{}\">{}</text>\n",
        length(top + NAME_BASE),
        escape(&fall.name),
        escape(&both_ends(&fall.name)),
        length(top + BAR_TOP + BAR - 2.0),
        escape(&fall.label),
    )
}

/// The axis.
fn foot(chart: &Waterfall, plot: f64) -> String {
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
    let (left, base) = (length(LEFT), length(plot + 38.0));
    let label = escape(&chart.axis.label);
    ticks + &format!("<text class=\"key\" x=\"{left}%\" y=\"{base}\">{label}</text>\n")
}

/// Place of a value, in per cent of the width.
fn x(chart: &Waterfall, value: f64) -> f64 {
    LEFT + WIDTH * chart.axis.place(value)
}
