//! Draws who did what when.
//!
//! Separate because a task can be thousands of times shorter than the whole: a bar is never thinner
//! than two pixels, and a label that would meet the one before it is left out (the bar says it when
//! pointed at, and the table has it). Next: [`crate::chart::timeline`].

use super::{escape, line, opening, tick as text};
use crate::{
    chart::timeline::{Doing, Row, Span, Timeline},
    quantity::length,
};

/// Where the bars begin and how wide their part is, in per cent; names stand before.
const LEFT: f64 = 19.0;
const WIDTH: f64 = 74.0;

/// Height of a row; of the bar at its foot; from its top to the base line of the labels. In pixels.
const ROW: f64 = 34.0;
const BAR: f64 = 14.0;
const LABEL_BASE: f64 = 13.0;

/// Room below the rows, for ticks and the name of the axis.
const FOOT: f64 = 44.0;

/// Ticks whose texts fit beside each other on a phone.
const MOST_TICKS: usize = 6;

/// Width that a character of a label takes on a phone, in per cent.
const CHARACTER: f64 = 2.8;

/// The chart as one `svg` element.
pub fn draw(chart: &Timeline) -> String {
    let id = escape(&chart.id);
    let bottom = ROW * chart.rows.len() as f64 + 4.0;
    let mut svg = opening(&id, &length(bottom + FOOT), &chart.title, &chart.description);
    let every = chart.x.ticks.len().div_ceil(MOST_TICKS).max(1);
    for (idx, tick) in chart.x.ticks.iter().enumerate() {
        let x = LEFT + WIDTH * chart.x.place(tick.at);
        svg += &line("grid", (x, 0.0), (x, bottom));
        if idx.is_multiple_of(every) {
            svg += &text("middle", &per_cent(x), bottom + 17.0, &tick.text);
        }
    }
    svg += &line("axis", (LEFT, bottom), (LEFT + WIDTH, bottom));
    for (idx, row) in chart.rows.iter().enumerate() {
        svg += &drawn(chart, row, ROW * idx as f64);
    }
    svg + &format!(
        "<text class=\"key\" text-anchor=\"end\" x=\"{}%\" y=\"{}\">{}</text>\n</svg>\n",
        length(LEFT + WIDTH),
        length(bottom + 37.0),
        escape(&chart.x.label)
    )
}

/// Name, bars and labels of the row that starts at `top`.
fn drawn(chart: &Timeline, row: &Row, top: f64) -> String {
    let mut svg = text("start", "0", top + ROW - BAR + 11.0, &row.name);
    let mut taken = LEFT - CHARACTER;
    for span in &row.spans {
        let [from, to] = [span.from, span.to].map(|at| LEFT + WIDTH * chart.x.place(at));
        svg += &bar(span, (from, to), top + ROW - BAR);
        let half = CHARACTER * span.label.chars().count() as f64 / 2.0;
        let middle = f64::midpoint(from, to);
        if !span.label.is_empty() && middle - half >= taken && middle + half <= 100.0 {
            taken = middle + half + CHARACTER / 2.0;
            svg += &text("middle", &per_cent(middle), top + LABEL_BASE, &span.label);
        }
    }
    svg
}

/// A place of the width.
fn per_cent(place: f64) -> String {
    format!("{}%", length(place))
}

/// A bar, with a line at its beginning that stays visible however short it is.
fn bar(span: &Span, (from, to): (f64, f64), top: f64) -> String {
    let class = class(span.doing);
    let (x, y) = (length(from), length(top));
    format!(
        "<g class=\"span {class}\"><title>{}</title>\
         <rect x=\"{x}%\" y=\"{y}\" width=\"{}%\" height=\"{BAR}\"/>\
         <rect x=\"{x}%\" y=\"{y}\" width=\"2\" height=\"{BAR}\"/></g>\n",
        escape(&span.said),
        length(to - from),
    )
}

/// The class of a bar, in the chart and in its legend.
pub(super) fn class(doing: Doing) -> &'static str {
    match doing {
        Doing::Task => "task",
        Doing::Blocked => "blocked",
        Doing::Waiting => "waiting",
    }
}
