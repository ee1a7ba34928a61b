//! Samples in the order measured, as data: noise that one can see.
//!
//! Separate because its rows share the axis of order and nothing else: each shows the deviations
//! from its own median. Next: [`super::svg`] draws it; [`super::noise`] fills it.

/// Rows of samples.
#[derive(Clone, Debug, PartialEq)]
pub struct Strip {
    /// Unique in a page; letters, digits and dashes.
    pub id: String,
    /// What the chart is, for those who hear it.
    pub title: String,
    /// What it shows, for those who hear it.
    pub description: String,
    /// How far the rows reach, and what they leave out.
    pub caption: String,
    /// From top to bottom.
    pub rows: Vec<Row>,
    /// Deviation at the upper and lower edge of every row, above 0; what lies farther out is drawn
    /// at the edge.
    pub reach: f64,
}

/// The samples of one configuration or benchmark.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it belongs to.
    pub name: String,
    /// How far the samples spread, as text.
    pub detail: String,
    /// Samples measured; the first of them may be all that is shown.
    pub measured: usize,
    /// Relative deviation of each shown sample from the median of all, in the order measured.
    pub deviations: Vec<f64>,
}
