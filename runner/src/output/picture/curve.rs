//! One dimension: the estimate as a curve of steps, and the samples as a rug below it.
//!
//! Next: [`crate::density::curve`], which finds the steps.

use std::fmt::Write as _;

use super::frame::{Frame, Rules, path, pixels};
use super::{Scene, Values};
use crate::density::Curve;
use crate::density::curve::Steps;
use crate::for_any;
use crate::input::AnySamples;

/// Lines of the rug, at most.
const MOST_LINES: usize = 500;
/// Height of the rug.
const RUG: f64 = 12.0;

/// The whole file; `values[i]` belongs to step i.
pub(super) fn draw(
    curve: &Curve,
    values: &[Option<f64>],
    scene: &Scene,
    samples: &AnySamples,
) -> String {
    let (first, last) = (curve.edges[0], curve.edges[curve.edges.len() - 1]);
    let frame = Frame {
        size: (720.0, 460.0),
        corner: (92.0, 84.0),
        plot: (600.0, 300.0),
        x: (first, last),
        y: range(values, scene.values),
        gap: RUG + 6.0,
    };
    let every = samples.n().div_ceil(MOST_LINES).max(1);
    let mut svg = frame.opening(scene, &note(curve, every));
    svg += &frame.axis_left(&scene.quantity(), Rules::Across);
    svg += &path("area", &area(&frame, curve, values));
    svg += &path("curve", &line(&frame, curve, values));
    svg += &path("rug", &rug(&frame, samples, every));
    svg += &frame.axis_below(&scene.names[0]);
    svg + "</svg>\n"
}

/// How the curve was found, and what the rug is.
fn note(curve: &Curve, every: usize) -> String {
    let steps = match curve.steps {
        Steps::Exact => "Exact: every step of the estimate".to_owned(),
        Steps::Even => {
            format!("The estimate in the middle of {} equal steps", curve.edges.len() - 1)
        }
    };
    let rug = match every {
        1 => "every sample".to_owned(),
        2 => "every second sample".to_owned(),
        3 => "every third sample".to_owned(),
        more => format!("one of {more} samples"),
    };
    format!("{steps}. Lines below: {rug}")
}

/// What the vertical axis shows: densities from 0, logarithms from the least.
fn range(values: &[Option<f64>], kind: Values) -> (f64, f64) {
    let values = || values.iter().copied().flatten();
    let most = values().fold(f64::NEG_INFINITY, f64::max);
    match kind {
        Values::Density if most > 0.0 => (0.0, (most * 1.05).min(f64::MAX)),
        Values::LogDensity if most.is_finite() => {
            let least = values().fold(most, f64::min);
            let beyond = if most > least { (most - least) * 0.05 } else { 0.5 };
            (least - beyond, most + beyond)
        }
        Values::Density | Values::LogDensity => (0.0, 1.0),
    }
}

/// The steps, broken where there is no value.
fn line(frame: &Frame, curve: &Curve, values: &[Option<f64>]) -> String {
    let mut commands = String::new();
    let mut is_drawing = false;
    for (pair, value) in curve.edges.windows(2).zip(values) {
        let Some(value) = *value else {
            is_drawing = false;
            continue;
        };
        let (start, end, y) = (frame.x(pair[0]), frame.x(pair[1]), pixels(frame.y(value)));
        let up = if is_drawing { format!("V{y}") } else { format!("M{} {y}", pixels(start)) };
        // Writing into a string cannot fail.
        let _always = write!(commands, "{up}H{}", pixels(end));
        is_drawing = true;
    }
    commands
}

/// What is below the steps.
fn area(frame: &Frame, curve: &Curve, values: &[Option<f64>]) -> String {
    let mut commands = format!("M{} {}", pixels(frame.corner.0), pixels(frame.bottom()));
    for (pair, value) in curve.edges.windows(2).zip(values) {
        let y = value.map_or(frame.bottom(), |value| frame.y(value));
        let _always = write!(commands, "V{}H{}", pixels(y), pixels(frame.x(pair[1])));
    }
    commands + &format!("V{}Z", pixels(frame.bottom()))
}

/// A line for some samples, evenly chosen by position in the file.
fn rug(frame: &Frame, samples: &AnySamples, every: usize) -> String {
    use kernel::Element as _;
    let top = pixels(frame.bottom() + 4.0);
    let mut commands = String::new();
    let mut add = |x: f64| {
        if (frame.x.0..=frame.x.1).contains(&x) {
            let _always = write!(commands, "M{} {top}v{RUG}", pixels(frame.x(x)));
        }
    };
    for_any!(samples, samples => {
        samples.column(0).iter().step_by(every).for_each(|x| add(x.widen()));
    });
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve() -> (Frame, Curve) {
        let frame = Frame {
            size: (10.0, 10.0),
            corner: (0.0, 0.0),
            plot: (4.0, 10.0),
            x: (0.0, 4.0),
            y: (0.0, 1.0),
            gap: 0.0,
        };
        (frame, Curve { edges: vec![0.0, 1.0, 3.0, 4.0], steps: Steps::Exact })
    }

    #[test]
    fn steps_are_level_and_upright_and_break_where_nothing_is() {
        let (frame, curve) = curve();
        let line = |values: [Option<f64>; 3]| line(&frame, &curve, &values);
        assert_eq!(line([Some(0.0), Some(0.5), Some(1.0)]), "M0 10H1V5H3V0H4");
        assert_eq!(line([Some(0.0), None, Some(1.0)]), "M0 10H1M3 0H4");
        assert_eq!(area(&frame, &curve, &[Some(1.0), None, Some(0.5)]), "M0 10V0H1V10H3V5H4V10Z");
    }

    #[test]
    fn logarithms_need_no_zero_and_nothing_has_a_range_all_the_same() {
        let range = |values: &[f64], kind| {
            range(&values.iter().map(|value| Some(*value)).collect::<Vec<_>>(), kind)
        };
        assert_eq!(range(&[-3.0, -1.0], Values::LogDensity), (-3.1, -0.9));
        assert_eq!(range(&[2.0], Values::LogDensity), (1.5, 2.5));
        assert_eq!(range(&[0.0, 2.0], Values::Density), (0.0, 2.1));
        assert_eq!(range(&[0.0], Values::Density), (0.0, 1.0));
        assert_eq!(range(&[], Values::LogDensity), (0.0, 1.0));
    }
}
