//! A chart on two axes as data: measured points, lines, bands, columns and hatched parts.
//!
//! Separate from the drawing, and one shape for all charts of this kind: speed-up, efficiency,
//! gains, throughput, cost against n, and the roofline differ in their numbers only. Next:
//! [`super::svg`] draws it; [`super::scaling`] and [`super::work`] fill it.

use super::axis::Axis;
use crate::model::{Estimate, Interval};

/// Curves that one chart tells apart: so many colors and shapes of points there are.
pub const MOST_CURVES: usize = 6;

/// A chart on two axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Unique in a page; letters, digits and dashes.
    pub id: String,
    /// What the chart is, for those who hear it.
    pub title: String,
    /// From left to right.
    pub x: Axis,
    /// From bottom to top.
    pub y: Axis,
    /// Behind everything else.
    pub zones: Vec<Zone>,
    /// Bars from 0.
    pub columns: Vec<Column>,
    /// Later ones are drawn over earlier ones.
    pub curves: Vec<Curve>,
}

/// A part of the width that means something.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zone {
    /// What it means.
    pub kind: ZoneKind,
    /// Where it begins, on the x axis; it reaches to the end.
    pub from: f64,
}

/// What a part of the width means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneKind {
    /// Laws go on here beyond what they were fitted to.
    Extrapolated,
    /// More workers than CPUs.
    Oversubscribed,
}

/// Points, lines and a band under one name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// As in the legend.
    pub name: String,
    /// How it looks.
    pub look: Look,
    /// Each is drawn through its places in order; nothing joins one to the next.
    pub lines: Vec<Vec<(f64, f64)>>,
    /// An interval at each x, x ascending.
    pub band: Vec<(f64, Interval)>,
    /// What was measured.
    pub points: Vec<Point>,
}

/// How a curve looks; numbers below [`MOST_CURVES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Measured: a color, a shape of the points, a full line.
    Measured(usize),
    /// Fitted to the measured curve of this number: its color, dashed.
    Fitted(usize),
    /// As `Fitted`, dotted.
    Limit(usize),
    /// No measured curve's: gray, with dashes of its own.
    Bound(usize),
}

impl Default for Look {
    fn default() -> Self {
        Self::Bound(0)
    }
}

/// A measured point.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Place on the x axis.
    pub x: f64,
    /// Place on the y axis with its whisker.
    pub y: Estimate,
    /// How it is filled.
    pub fill: Fill,
    /// What it says when pointed at, and in the table.
    pub said: Said,
}

/// A measured value in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What it belongs to.
    pub name: String,
    /// The value, with its interval if it has one.
    pub value: String,
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name, self.value)
    }
}

impl Plot {
    /// Every measured value in words, bars first.
    pub fn said(&self) -> impl Iterator<Item = &Said> {
        let points = self.curves.iter().flat_map(|curve| &curve.points);
        self.columns.iter().map(|column| &column.said).chain(points.map(|point| &point.said))
    }

    /// The title and every measured value in one text.
    pub(super) fn described(&self) -> String {
        let said: Vec<String> = self.said().map(Said::to_string).collect();
        format!("{}. {}.", self.title, said.join("; "))
    }
}

/// How a point is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// As usual.
    Full,
    /// More workers than CPUs.
    Hollow,
}

/// A bar from 0 up or down.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its middle on the x axis.
    pub x: f64,
    /// Its width there.
    pub width: f64,
    /// Its end on the y axis with its whisker.
    pub y: Estimate,
    /// What its interval allows to say.
    pub kind: ColumnKind,
    /// What it says when pointed at, and in the table.
    pub said: Said,
}

/// What the interval of a bar allows to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// It lies above 0.
    Gain,
    /// It lies below 0.
    Loss,
    /// It contains 0, or there is none.
    Unclear,
    /// Whatever it is: the times are not to be trusted that far.
    Withheld,
}
