//! Who did what when, as data: a row for each worker, a bar for each task.
//!
//! Separate because its rows share an axis of time and nothing else here has one. Next:
//! [`super::svg`] draws it; [`crate::tour`] fills it.

use super::axis::Axis;

/// Rows of bars over one axis of time.
#[derive(Clone, Debug, PartialEq)]
pub struct Timeline {
    /// Unique in a page; letters, digits and dashes.
    pub id: String,
    /// What the chart is, for those who hear it.
    pub title: String,
    /// What it shows, for those who hear it.
    pub description: String,
    /// Nanoseconds from the beginning of the call.
    pub x: Axis,
    /// From top to bottom; each name is short.
    pub rows: Vec<Row>,
}

/// What one worker, or the caller, did.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Whose row it is.
    pub name: String,
    /// In order of their beginnings.
    pub spans: Vec<Span>,
}

/// One thing that went on for some time.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// When it began.
    pub from: f64,
    /// When it ended; not before `from`.
    pub to: f64,
    /// What stands above it if there is room; may be empty.
    pub label: String,
    /// What it was.
    pub doing: Doing,
    /// What it says when pointed at.
    pub said: String,
}

/// What went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// A worker's task.
    Task,
    /// The caller is inside the call that hands tasks over.
    Blocked,
    /// The call is over, and the caller waits for the results.
    Waiting,
}
