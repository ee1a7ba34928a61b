//! Draws a window in three dimensions.
//!
//! Separate because it alone keeps one scale in both directions: what is projected must not be
//! stretched. Next: [`crate::chart::cube`].

use super::{escape, opening, tick as text};
use crate::{
    chart::cube::{Cube, Place, Sample},
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
    let opening = opening(&id, &length(SIZE), &chart.title, &chart.description);
    let size = length(SIZE);
    let scaled = format!("<svg width=\"100%\" height=\"{size}\" viewBox=\"0 0 {size} {size}\">\n");
    let has_feet = chart.points.len() <= MOST_FEET;
    let feet = chart.points.iter().filter(|_| has_feet);
    let feet: String = feet.map(|one| stroke("foot", one.foot, one.at)).collect();
    let edges = |is_hidden: bool, class: &str| -> String {
        let drawn = chart.edges.iter().filter(|edge| edge.is_hidden == is_hidden);
        drawn.map(|edge| stroke(class, edge.from, edge.to)).collect()
    };
    let parts = [
        opening,
        scaled,
        area("floor", &chart.floor),
        area("shadow", &chart.shadow),
        feet,
        edges(true, "edge hidden"),
        chart.points.iter().map(point).collect(),
        edges(false, "edge"),
        chart.axes.iter().map(axis).collect(),
    ];
    parts.concat() + "</svg>\n</svg>\n"
}

/// The name of an axis, below its middle.
fn axis(&(place, name): &(Place, &str)) -> String {
    let (x, y) = pixels(place);
    text("middle", &length(x), y + 18.0, name)
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
