//! Two dimensions: a color for each cell of a grid, the scale of colors, the hull of the samples.

use super::colors::{self, COLORS, Rgb};
use super::frame::{Frame, Rules, beside_axis, path, pixels, text, upright, widest};
use super::ticks::ticks;
use super::{Heat, Scene, Values, outline, png};
use crate::for_any;
use crate::input::AnySamples;

/// Width of the bar of colors.
const BAR: f64 = 16.0;

/// The whole file; `values` are in C order.
pub(super) fn draw(
    heat: &Heat,
    values: &[Option<f64>],
    scene: &Scene,
    samples: &AnySamples,
) -> String {
    let frame = Frame {
        size: (720.0, 586.0),
        corner: (92.0, 84.0),
        plot: (480.0, 440.0),
        x: heat.spans[0],
        y: heat.spans[1],
        gap: 0.0,
    };
    let range = range(values, scene.values);
    let colors = palette();
    let mut svg = frame.opening(scene, note(values));
    svg += &image(&frame, heat, &levels(values, range), &colors);
    svg += &outlined(&frame, samples);
    svg += &frame.axis_left(&beside_axis(&scene.names[1]), Rules::Without);
    svg += &frame.axis_below(&scene.names[0]);
    svg += &bar(&frame, range, &colors, &scene.quantity());
    svg + "</svg>\n"
}

fn note(values: &[Option<f64>]) -> &'static str {
    if values.contains(&None) {
        "Line: convex hull of the samples. Without a color: no sample in the window"
    } else {
        "Line: convex hull of the samples"
    }
}

/// Values of the first and the last color: densities begin at 0.
fn range(values: &[Option<f64>], kind: Values) -> (f64, f64) {
    let values = || values.iter().copied().flatten();
    let most = values().fold(f64::NEG_INFINITY, f64::max);
    match kind {
        Values::Density if most > 0.0 => (0.0, most),
        Values::LogDensity if most.is_finite() => {
            let least = values().fold(most, f64::min);
            if least < most { (least, most) } else { (most - 0.5, most + 0.5) }
        }
        Values::Density | Values::LogDensity => (0.0, 1.0),
    }
}

/// Color 0, which is transparent, then the scale.
fn palette() -> Vec<Rgb> {
    std::iter::once([0; 3]).chain(colors::scale()).collect()
}

/// Number of each value's color; 0 where there is none.
fn levels(values: &[Option<f64>], (low, high): (f64, f64)) -> Vec<u8> {
    let last = (COLORS - 1) as f64;
    let level = |value: f64| 1 + (last * ((value - low) / (high - low))).round() as u8;
    values.iter().map(|value| value.map_or(0, level)).collect()
}

/// The cells as one image: rows from the top.
fn image(frame: &Frame, heat: &Heat, levels: &[u8], colors: &[Rgb]) -> String {
    let (columns, rows) = (heat.grid.axes[0].points, heat.grid.axes[1].points);
    let row = |row: usize| (0..columns).map(move |column| levels[column * rows + row]);
    let pixels_of: Vec<u8> = (0..rows).rev().flat_map(row).collect();
    let data = png::base64(&png::image(columns, &pixels_of, colors));
    let ((x, y), (width, height)) = (frame.corner, frame.plot);
    format!(
        "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
         preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" \
         href=\"data:image/png;base64,{data}\"/>\n"
    )
}

/// The hull of all samples, cut off at the edges of the plot; light upon dark, to be seen on any color.
fn outlined(frame: &Frame, samples: &AnySamples) -> String {
    use kernel::Element as _;
    let ranges = samples.ranges();
    let spans = [0, 1].map(|j: usize| (*ranges[j].start(), *ranges[j].end()));
    let corners = for_any!(samples, samples => {
        let (x, y) = (samples.column(0), samples.column(1));
        let pairs = x.iter().zip(y).map(|(x, y)| (x.widen(), y.widen()));
        outline::hull(pairs, spans[0], spans[1])
    });
    let corners =
        corners.iter().map(|&(x, y)| format!("{} {}", pixels(frame.x(x)), pixels(frame.y(y))));
    let commands = format!("M{}Z", corners.collect::<Vec<_>>().join("L"));
    let ((x, y), (width, height)) = (frame.corner, frame.plot);
    format!(
        "<clipPath id=\"parzen-plot\"><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" \
         height=\"{height}\"/></clipPath>\n<g clip-path=\"url(#parzen-plot)\">\n{}{}</g>\n",
        path("halo", &commands),
        path("hull", &commands)
    )
}

/// The scale of colors, with its values.
fn bar(frame: &Frame, range: (f64, f64), colors: &[Rgb], label: &str) -> String {
    let (left, top) = (frame.right() + 18.0, frame.corner.1);
    let column: Vec<u8> = (1..=COLORS as u8).rev().collect();
    let data = png::base64(&png::image(1, &column, colors));
    let height = frame.plot.1;
    let mut svg = format!(
        "<image x=\"{left}\" y=\"{top}\" width=\"{BAR}\" height=\"{height}\" \
         preserveAspectRatio=\"none\" href=\"data:image/png;base64,{data}\"/>\n\
         <rect class=\"axis\" x=\"{left}\" y=\"{top}\" width=\"{BAR}\" height=\"{height}\"/>\n"
    );
    let scale = Frame { y: range, ..*frame };
    let ticks = ticks(range.0, range.1, 8);
    for tick in &ticks {
        let y = scale.y(tick.at);
        let line = format!("M{} {}h5", pixels(left + BAR), pixels(y));
        svg += &path("axis", &line);
        svg += &text("quiet", (left + BAR + 9.0, y + 4.5), "start", &tick.text);
    }
    let place = left + BAR + 9.0 + widest(&ticks) + 26.0;
    svg + &upright((place.min(frame.size.0 - 8.0), top + height / 2.0), label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_go_from_the_least_to_the_greatest() {
        let values = [Some(0.0), None, Some(2.0), Some(1.0)];
        assert_eq!(levels(&values, range(&values, Values::Density)), [1, 0, 255, 128]);
        let flat = [Some(-3.0)];
        assert_eq!(levels(&flat, range(&flat, Values::LogDensity)), [128]);
        assert_eq!(range(&[Some(0.0)], Values::Density), (0.0, 1.0));
        assert_eq!(palette().len(), 256);
    }

    #[test]
    fn only_missing_values_are_explained() {
        assert!(!note(&[Some(1.0)]).contains("Without"));
        assert!(note(&[Some(1.0), None]).contains("Without a color"));
    }
}
