//! What the signs of a chart mean, as signs with texts that the page lays out.
//!
//! Separate from the drawing because names of benchmarks have any length, and only the page can
//! break lines. Next: `render/report.html.j2`.

use super::{
    cube, dots, escape,
    plot::{SHAPES, color, line_class, shape},
    timeline, waterfall,
};
use crate::chart::{
    cube::Cube,
    dots::{DotMark, Dots},
    plot::{ColumnKind, Curve, Fill, Look, Plot, ZoneKind},
    timeline::{Doing, Timeline},
    waterfall::{FallMark, Waterfall},
};

/// One sign.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Key {
    /// An `svg` element of 30 × 16 pixels.
    pub sign: String,
    /// What it means.
    pub text: String,
}

/// The signs that occur in a chart on two axes.
pub fn of_plot(chart: &Plot) -> Vec<Key> {
    let mut keys: Vec<Key> = chart.curves.iter().map(of_curve).collect();
    for (kind, class, text) in [
        (ColumnKind::Gain, "gain", "its interval lies above 0: a gain"),
        (ColumnKind::Loss, "loss", "its interval lies below 0: a loss"),
        (ColumnKind::Unclear, "unclear", "cannot tell"),
        (ColumnKind::Withheld, "withheld", "not judged: see the warnings"),
    ] {
        if chart.columns.iter().any(|column| column.kind == kind) {
            keys.push(key(&rect(&format!("column {class}")), text));
        }
    }
    let mut points = chart.curves.iter().flat_map(|curve| &curve.points);
    if points.clone().any(|point| point.fill == Fill::Hollow) {
        let sign = format!(
            "<path class=\"point hollow neutral\" d=\"{}\" transform=\"translate(15 8)\"/>",
            SHAPES[0]
        );
        keys.push(key(&sign, "hollow: more workers than CPUs"));
    }
    let has_whisker = points.any(|point| point.y.interval.is_some())
        || chart.columns.iter().any(|column| column.y.interval.is_some());
    if has_whisker {
        keys.push(key("<path class=\"whisker\" d=\"M15 1V15\"/>", "95 % interval"));
    }
    for zone in &chart.zones {
        keys.push(match zone.kind {
            ZoneKind::Oversubscribed => key(&rect("zone crowded"), "more workers than CPUs"),
            ZoneKind::Extrapolated => key(
                "<path class=\"zone-line\" d=\"M2 14L8 2M10 14L16 2M18 14L24 2\"/>",
                "extrapolated: laws were fitted to what lies before",
            ),
        });
    }
    keys
}

fn of_curve(curve: &Curve) -> Key {
    let line = if curve.lines.iter().any(|line| line.len() > 1) || curve.points.is_empty() {
        format!("<path class=\"{}\" d=\"M1 8H29\"/>", line_class(curve.look))
    } else {
        String::new()
    };
    let is_measured = |look: &Look| matches!(look, Look::Measured(_)) || !curve.points.is_empty();
    let point = match Some(curve.look).filter(is_measured).and_then(shape) {
        Some((_, shape)) => format!(
            "<path class=\"point {}\" d=\"{shape}\" transform=\"translate(15 8)\"/>",
            color(curve.look),
        ),
        None => String::new(),
    };
    key(&(line + &point), &curve.name)
}

/// The signs that occur among rows with points.
pub fn of_dots(chart: &Dots) -> Vec<Key> {
    let marks = [
        (DotMark::Reference, "what the others are compared with"),
        (DotMark::Control, "a control: the reference a second time"),
        (DotMark::Wrong, "wrong answers: its time is no result"),
    ];
    let mut keys: Vec<Key> = marks
        .into_iter()
        .filter(|(mark, _)| chart.rows.iter().any(|row| row.mark == *mark))
        .map(|(mark, text)| {
            let (class, shape) = dots::shape(mark);
            key(
                &format!("<path class=\"{class}\" d=\"{shape}\" transform=\"translate(15 8)\"/>"),
                text,
            )
        })
        .collect();
    if chart.rows.iter().any(|row| row.value.interval.is_some()) {
        keys.push(key("<path class=\"whisker\" d=\"M2 8H28\"/>", "95 % interval of the median"));
    }
    keys
}

/// The signs that occur in a timeline.
pub fn of_timeline(chart: &Timeline) -> Vec<Key> {
    let occurs = |doing| {
        let mut spans = chart.rows.iter().flat_map(|row| &row.spans);
        spans.any(|span| span.doing == doing)
    };
    [
        (Doing::Task, "a task; above it its input"),
        (Doing::Blocked, "the caller is inside the call"),
        (Doing::Waiting, "the caller is free, up to the last result"),
    ]
    .into_iter()
    .filter(|(doing, _)| occurs(*doing))
    .map(|(doing, text)| key(&rect(&format!("span {}", timeline::class(doing))), text))
    .collect()
}

/// The signs that occur in the picture of a window.
pub fn of_cube(chart: &Cube) -> Vec<Key> {
    let sample = |class: &str, shape: &str| {
        format!("<path class=\"sample {class}\" d=\"{shape}\" transform=\"translate(15 8)\"/>")
    };
    let occurs = |inside| chart.points.iter().any(|one| one.is_inside == inside);
    let mut keys = Vec::new();
    if occurs(true) {
        keys.push(key(&sample("inside", cube::INSIDE), "inside the window"));
    }
    if occurs(false) {
        keys.push(key(&sample("outside", cube::OUTSIDE), "outside"));
    }
    keys.push(key("<path class=\"edge\" d=\"M1 8H29\"/>", "edge of the window"));
    keys.push(key("<path class=\"edge hidden\" d=\"M1 8H29\"/>", "edge behind it"));
    keys
}

fn rect(class: &str) -> String {
    format!("<rect class=\"{}\" x=\"2\" y=\"2\" width=\"26\" height=\"12\"/>", escape(class))
}

fn key(sign: &str, text: &str) -> Key {
    let sign = format!(
        "<svg class=\"chart sign\" aria-hidden=\"true\" width=\"30\" height=\"16\">{sign}</svg>"
    );
    Key { sign, text: text.into() }
}

/// The signs that occur in a waterfall.
pub fn of_waterfall(chart: &Waterfall) -> Vec<Key> {
    let marks = [
        (FallMark::Level, "a speed-up, from that of the serial code"),
        (FallMark::Up, "a flaw that raises it"),
        (FallMark::Down, "a flaw that lowers it"),
        (FallMark::Unclear, "does not matter, or cannot tell"),
    ];
    let occurs = |mark: FallMark| chart.falls.iter().any(|fall| fall.mark == mark);
    let marks = marks.into_iter().filter(|(mark, _)| occurs(*mark));
    let mut keys: Vec<Key> =
        marks.map(|(mark, text)| key(&rect(waterfall::class(mark)), text)).collect();
    if chart.falls.iter().any(|fall| fall.interval.is_some()) {
        keys.push(key("<path class=\"whisker\" d=\"M2 8H28\"/>", "95 % interval of the step"));
    }
    keys
}
