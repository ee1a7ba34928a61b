//! Draws samples in the order measured, a row for each configuration.
//!
//! Separate because one row can hold hundreds of samples: they are one path of round dots, a few
//! bytes each, and not elements of their own. Next: [`crate::chart::strip`].

use super::{escape, line, opening};
use crate::{
    chart::{
        both_ends,
        strip::{Row, Strip},
    },
    quantity::length,
};

/// Height of a row; where in it the name stands; top and height of its samples. In pixels.
const ROW: f64 = 64.0;
const NAME_BASE: f64 = 15.0;
const TOP: f64 = 22.0;
const HEIGHT: f64 = 36.0;

/// The chart as one `svg` element.
pub fn draw(chart: &Strip) -> String {
    let id = escape(&chart.id);
    let height = length(ROW * chart.rows.len() as f64);
    let mut svg = opening(&id, &height, &chart.title, &chart.description);
    for (idx, row) in chart.rows.iter().enumerate() {
        svg += &drawn(row, chart.reach, ROW * idx as f64);
    }
    svg + "</svg>\n"
}

fn drawn(row: &Row, reach: f64, top: f64) -> String {
    let middle = top + TOP + HEIGHT / 2.0;
    let edges = [top + TOP, top + TOP + HEIGHT].map(|y| line("grid", (0.0, y), (100.0, y)));
    let last = row.deviations.len().max(2) - 1;
    let dot = |(idx, deviation): (usize, &f64)| {
        let x = 12.0 + 976.0 * idx as f64 / last as f64;
        let y = 50.0 - 44.0 * (deviation / reach).clamp(-1.0, 1.0);
        format!("M{} {}h0", tenths(x), tenths(y))
    };
    let dots: String = row.deviations.iter().enumerate().map(dot).collect();
    format!(
        "{}{}<svg x=\"0\" y=\"{}\" width=\"100%\" height=\"{HEIGHT}\" viewBox=\"0 0 1000 100\" \
         preserveAspectRatio=\"none\"><path class=\"samples\" d=\"{dots}\"/></svg>\n\
         <text class=\"name\" x=\"0\" y=\"{}\"><title>{}</title>{}\
         <tspan class=\"detail\" dx=\"8\">{}</tspan></text>\n",
        edges.concat(),
        line("axis", (0.0, middle), (100.0, middle)),
        length(top + TOP),
        length(top + NAME_BASE),
        escape(&row.name),
        escape(&both_ends(&row.name)),
        escape(&row.detail),
    )
}

/// A place among a thousand; two digits after the point would be invisible.
fn tenths(value: f64) -> String {
    length((value * 10.0).round() / 10.0)
}
