//! Draws who did what when.
//!
//! Separate because a task can be thousands of times shorter than the whole: a bar is never thinner
//! than two pixels, and a label that would meet the one before it is left out (the bar says it when
//! pointed at, and the table has it). Next: [`crate::chart::timeline`].

use super::{escape, line, opening};
use crate::{
    chart::timeline::{Doing, Row, Span, Timeline},
    quantity::length,
};

/// Where the bars begin and how wide their part is, in per cent; names stand before.
const LEFT: f64 = 19.0;
const WIDTH: f64 = 79.0;

/// Height of a row; of the bar at its foot; from its top to the base line of the labels. In pixels.
const ROW: f64 = 34.0;
const BAR: f64 = 14.0;
const LABEL_BASE: f64 = 13.0;

/// Room below the rows, for ticks and the name of the axis.
const FOOT: f64 = 44.0;

/// Width that a character of a label takes on a phone, in per cent.
const CHARACTER: f64 = 2.8;

/// The chart as one `svg` element.
pub fn draw(chart: &Timeline) -> String {
    let id = escape(&chart.id);
    let bottom = ROW * chart.rows.len() as f64 + 4.0;
    let mut svg = opening(&id, &length(bottom + FOOT), &chart.title, &chart.description);
    for tick in &chart.x.ticks {
        let x = LEFT + WIDTH * chart.x.place(tick.at);
        svg += &line("grid", (x, 0.0), (x, bottom));
        let anchor = if x > 90.0 { "end" } else { "middle" };
        svg += &format!(
            "<text class=\"tick\" text-anchor=\"{anchor}\" x=\"{}%\" y=\"{}\">{}</text>\n",
            length(x),
            length(bottom + 17.0),
            escape(&tick.text)
        );
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
    let mut svg = format!(
        "<text class=\"tick\" x=\"0\" y=\"{}\">{}</text>\n",
        length(top + ROW - BAR + 11.0),
        escape(&row.name)
    );
    let mut taken = LEFT - CHARACTER;
    for span in &row.spans {
        let [from, to] = [span.from, span.to].map(|at| LEFT + WIDTH * chart.x.place(at));
        svg += &bar(span, (from, to), top + ROW - BAR);
        let half = CHARACTER * span.label.chars().count() as f64 / 2.0;
        let middle = f64::midpoint(from, to);
        if !span.label.is_empty() && middle - half >= taken && middle + half <= 100.0 {
            taken = middle + half + CHARACTER / 2.0;
            svg += &format!(
                "<text class=\"tick\" text-anchor=\"middle\" x=\"{}%\" y=\"{}\">{}</text>\n",
                length(middle),
                length(top + LABEL_BASE),
                escape(&span.label)
            );
        }
    }
    svg
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
