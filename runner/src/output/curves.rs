//! The criteria over the widths as a picture: a file of its own, with the charts of `bench-report`.
//!
//! Apart from [`super::width`], because a picture needs axes and no digits. A chart of a page takes its
//! colors from the page's style; this file brings the few rules that its charts need.

use std::fmt::Write as _;

use bench_report::chart::axis::{Axis, spanned};
use bench_report::chart::plot::{Curve, Fill, Look, Plot, Point, Said};
use bench_report::chart::svg;
use bench_report::model::{Estimate, Interval};

use super::significant;
use crate::selection::curve::Best;
use crate::selection::likelihood::Likelihood;
use crate::selection::squares::Squares;
use crate::selection::{Scale, Selection};

/// Height of a chart with a gap below, in pixels.
const PANEL: usize = 348;
/// Width of the picture, in pixels.
const WIDTH: usize = 760;

const STYLE: &str = "text { font: 13px sans-serif; fill: #555; }
.tick { font-size: 12px; } .grid { stroke: #ddd; } .axis { stroke: #555; }
.curve { fill: none; stroke: currentColor; stroke-width: 2; vector-effect: non-scaling-stroke; }
.point { fill: currentColor; stroke: #fff; } .c0 { color: #0072b2; } .c1 { color: #d55e00; }
.bound { color: #666; stroke-dasharray: 6 4; } .b1 { color: #009e73; stroke-dasharray: none; }";

/// The picture.
pub fn draw(selection: &Selection) -> String {
    let plots = plots(selection);
    let height = plots.len() * PANEL;
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\">\n\
         <style>{STYLE}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    );
    for (idx, plot) in plots.iter().enumerate() {
        // Writing to a string does not fail.
        let _always = write!(
            picture,
            "<svg x=\"8\" y=\"{}\" width=\"{}\" height=\"{PANEL}\">\n{}</svg>\n",
            idx * PANEL + 8,
            WIDTH - 16,
            svg::plot(plot)
        );
    }
    picture + "</svg>\n"
}

fn plots(selection: &Selection) -> Vec<Plot> {
    let Selection { widths, squares, likelihood, reference, advice, .. } = selection;
    let squares = squares.as_ref().map(|curve| of_squares(selection, curve));
    let likelihood = likelihood.iter().flat_map(|curve| of_likelihood(selection, curve));
    let unit = match selection.scale {
        Scale::None => "",
        Scale::Spread => ", in robust spreads of each dimension",
    };
    let below = format!("width h{unit}; dashed: normal reference, green: width to take");
    let panels = squares.into_iter().chain(likelihood).enumerate();
    let shown = panels.filter_map(|(idx, Panel { label, shown, mut curves })| {
        let (shown, x) = (shown?, spanned(widths.iter().copied().chain([*reference]))?);
        let y = Axis::linear(label, shown, tick);
        // In this order both are seen where they are one.
        curves.push(upright("width to take", advice.width, Look::Bound(1), &y));
        curves.push(upright("normal reference", *reference, Look::Bound(0), &y));
        Some(Plot {
            id: format!("width-{idx}"),
            title: format!("{label}, over the width"),
            x: Axis::log(&below, x, tick),
            y,
            zones: Vec::new(),
            columns: Vec::new(),
            curves,
        })
    });
    shown.collect()
}

/// One criterion: what the axis says, the values that are shown, and its curves.
struct Panel {
    label: &'static str,
    shown: Option<Interval>,
    curves: Vec<Curve>,
}

fn of_squares(selection: &Selection, squares: &Squares) -> Panel {
    let of = (&selection.widths[..], &squares.values[..]);
    Panel {
        label: "least squares cross-validation",
        shown: upper_half_cut(&squares.values),
        curves: vec![curve("least squares", 0, of, selection.best.squares)],
    }
}

/// The two likelihoods, and how many samples are alone.
fn of_likelihood(selection: &Selection, likelihood: &Likelihood) -> [Panel; 2] {
    let Selection { widths, best, .. } = selection;
    let lonely: Vec<Option<f64>> = likelihood.lonely.iter().map(|&k| Some(k as f64)).collect();
    let both = Panel {
        label: if likelihood.strict.iter().any(Option::is_some) {
            "log-likelihood per sample: blue with counts of at least 1/2, orange strict"
        } else {
            "log-likelihood per sample with counts of at least 1/2; strict: minus infinity"
        },
        shown: lower_half_cut(&likelihood.floored),
        curves: vec![
            curve("floored", 0, (widths, &likelihood.floored), best.floored),
            curve("strict", 1, (widths, &likelihood.strict), best.strict),
        ],
    };
    let alone = Panel {
        label: "samples that are alone",
        shown: spanned(lonely.iter().flatten().copied().chain([0.0, 1.0])),
        curves: vec![curve("alone", 0, (widths, &lonely), None)],
    };
    [both, alone]
}

/// A round number, with as many digits as it needs: criteria often differ in the fourth only.
fn tick(value: f64) -> String {
    let text = significant(value);
    let is_plain = !text.contains('e');
    let short = if is_plain { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    short.replace('-', "\u{2212}")
}

/// What is between the least value and the one in the middle: at small widths the criterion goes through the roof.
fn upper_half_cut(values: &[Option<f64>]) -> Option<Interval> {
    let mut there: Vec<f64> = values.iter().flatten().copied().collect();
    there.sort_by(f64::total_cmp);
    let (low, middle) = (*there.first()?, there[there.len() / 2]);
    let high = middle.max(low + f64::MIN_POSITIVE).min(*there.last()?);
    Some(Interval { low, high })
}

/// What is between the greatest value and the one in the middle.
fn lower_half_cut(values: &[Option<f64>]) -> Option<Interval> {
    let negative: Vec<Option<f64>> = values.iter().map(|value| value.map(|value| -value)).collect();
    upper_half_cut(&negative).map(|Interval { low, high }| Interval { low: -high, high: -low })
}

/// A curve where it has values, and its best point.
fn curve(
    name: &str,
    number: usize,
    (widths, values): (&[f64], &[Option<f64>]),
    best: Option<Best>,
) -> Curve {
    let mut lines = Vec::new();
    let mut line = Vec::new();
    for (&width, value) in widths.iter().zip(values) {
        match value {
            Some(value) => line.push((width, *value)),
            None => lines.push(std::mem::take(&mut line)),
        }
    }
    lines.push(line);
    let point = |best: Best| Point {
        x: best.width,
        y: Estimate { value: best.value, interval: None },
        fill: Fill::Full,
        said: Said { name: format!("{name}, best width"), value: significant(best.width) },
    };
    Curve {
        name: name.into(),
        look: Look::Measured(number),
        lines,
        band: Vec::new(),
        points: best.map(point).into_iter().collect(),
    }
}

fn upright(name: &str, x: f64, look: Look, y: &Axis) -> Curve {
    let lines = vec![vec![(x, y.low), (x, y.high)]];
    Curve { name: name.into(), look, lines, band: Vec::new(), points: Vec::new() }
}
