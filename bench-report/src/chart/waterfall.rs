//! From one ratio to another in steps, as data: a waterfall.
//!
//! Separate because its bars begin where the one before ended. The axis is logarithmic: factors that
//! multiply stand there as lengths that add up. Next: [`super::svg`] draws it; [`crate::autopsy`] fills
//! it.

use super::axis::Axis;
use crate::model::Interval;

/// Rows with a bar each.
#[derive(Clone, Debug, PartialEq)]
pub struct Waterfall {
    /// Unique in a page; letters, digits and dashes.
    pub id: String,
    /// What the chart is, for those who hear it.
    pub title: String,
    /// What it shows, for those who hear it.
    pub description: String,
    /// The axis of all rows.
    pub axis: Axis,
    /// From top to bottom.
    pub falls: Vec<Fall>,
}

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Fall {
    /// What it belongs to.
    pub name: String,
    /// The factor as text.
    pub label: String,
    /// Where it begins, above 0.
    pub from: f64,
    /// Where it ends, above 0.
    pub to: f64,
    /// The whisker around its end.
    pub interval: Option<Interval>,
    /// How it is marked.
    pub mark: FallMark,
}

/// How a bar is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FallMark {
    /// A level, not a step.
    Level,
    /// A step up, for certain.
    Up,
    /// A step down, for certain.
    Down,
    /// A step of which nothing is certain, or which does not matter.
    Unclear,
}
