//! Rows with a point and its interval on a common axis, as data: a forest plot.
//!
//! Separate from bars because it need not begin at 0: times that differ by orders of magnitude, and
//! ratios, stand on a logarithmic axis. Next: [`super::svg`] draws it; [`super::work`] fills it.

use super::axis::Axis;
use crate::model::Estimate;

/// Rows with points.
#[derive(Clone, Debug, PartialEq)]
pub struct Dots {
    /// Unique in a page; letters, digits and dashes.
    pub id: String,
    /// What the chart is, for those who hear it.
    pub title: String,
    /// What it shows, for those who hear it.
    pub description: String,
    /// The axis of all rows.
    pub axis: Axis,
    /// From top to bottom.
    pub rows: Vec<Dot>,
    /// Where the dashed line stands, if there is a reference.
    pub reference: Option<f64>,
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Dot {
    /// What it belongs to.
    pub name: String,
    /// The value as text.
    pub detail: String,
    /// What stands at the end of the row, as a ratio; may be empty.
    pub label: String,
    /// The value with its whisker.
    pub value: Estimate,
    /// How it is marked.
    pub mark: DotMark,
}

/// How a row is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DotMark {
    /// What the others are compared with.
    Reference,
    /// The reference a second time: no rival.
    Control,
    /// One of the others.
    Other,
    /// Its answers are wrong: its time is no result.
    Wrong,
}
