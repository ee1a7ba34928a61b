//! Draws a window in three dimensions.
//!
//! Separate because it alone keeps one scale in both directions: what is projected must not be
//! stretched. Next: [`crate::chart::cube`].

use super::{escape, opening};
use crate::{
    chart::cube::{Cube, Edge, Place, Sample},
    quantity::length,
};

/// Width and height of the picture, in pixels.
const SIZE: f64 = 360.0;

/// Above this number of samples no line leads from them to the floor.
const MOST_FEET: usize = 40;

/// Samples inside and outside, around their own middle.
pub(super) const INSIDE: &str = "M0-6.5L6 5H-6z";
pub(super) const OUTSIDE: &str = "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z";

/// The chart as one `svg` element.
pub fn draw(chart: &Cube) -> String {
    let id = escape(&chart.id);
    let mut svg = opening(&id, &length(SIZE), &chart.title, &chart.description);
    svg += &format!("<svg width=\"100%\" height=\"{0}\" viewBox=\"0 0 {0} {0}\">\n", length(SIZE));
    svg += &area("floor", &chart.floor);
    svg += &area("shadow", &chart.shadow);
    if chart.points.len() <= MOST_FEET {
        chart.points.iter().for_each(|one| svg += &stroke("foot", one.foot, one.at));
    }
    let (hidden, seen): (Vec<&Edge>, Vec<&Edge>) =
        chart.edges.iter().partition(|edge| edge.is_hidden);
    hidden.iter().for_each(|edge| svg += &stroke("edge hidden", edge.from, edge.to));
    chart.points.iter().for_each(|one| svg += &point(one));
    seen.iter().for_each(|edge| svg += &stroke("edge", edge.from, edge.to));
    for (place, name) in chart.axes {
        let (x, y) = pixels(place);
        svg += &format!(
            "<text class=\"tick\" text-anchor=\"middle\" x=\"{}\" y=\"{}\">{name}</text>\n",
            length(x),
            length(y + 18.0)
        );
    }
    svg + "</svg>\n</svg>\n"
}

fn pixels((right, up): Place) -> (f64, f64) {
    (SIZE / 2.0 * (1.0 + right), SIZE / 2.0 * (1.0 - up))
}

fn area(class: &str, corners: &[Place]) -> String {
    let corner = |&place: &Place| {
        let (x, y) = pixels(place);
        format!("{} {}", length(x), length(y))
    };
    let corners: Vec<String> = corners.iter().map(corner).collect();
    format!("<path class=\"{class}\" d=\"M{}z\"/>\n", corners.join("L"))
}

fn stroke(class: &str, from: Place, to: Place) -> String {
    let ((x1, y1), (x2, y2)) = (pixels(from), pixels(to));
    let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(length);
    format!("<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>\n")
}

fn point(sample: &Sample) -> String {
    let (class, shape) = if sample.is_inside { ("inside", INSIDE) } else { ("outside", OUTSIDE) };
    let (x, y) = pixels(sample.at);
    format!(
        "<path class=\"sample {class}\" d=\"{shape}\" transform=\"translate({} {})\">\
         <title>{}</title></path>\n",
        length(x),
        length(y),
        escape(&sample.said)
    )
}
