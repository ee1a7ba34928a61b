//! What can be wrong with a workload, in one enum.
//!
//! Next: [`super::Workload`] and [`super::Normal`], which refuse.

use super::Summary;

/// What can be wrong with a workload.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The kernel refuses the samples, the center or the widths.
    #[error(transparent)]
    Kernel(#[from] kernel::Error),
    /// No preset has this name.
    #[error("no workload is called '{name}'; known: {known}")]
    Unknown {
        /// The name asked for.
        name: String,
        /// Every known name.
        known: String,
    },
    /// Mean and covariance do not fit together.
    #[error("covariance has {rows} x {columns} values, the mean has {d}: it must be {d} x {d}")]
    Shape {
        /// Rows given.
        rows: usize,
        /// Columns of the first row that does not fit.
        columns: usize,
        /// Dimensions of the mean.
        d: usize,
    },
    /// A mean or covariance is NaN or infinite.
    #[error("{what} of a normal distribution is {value}; it must be finite")]
    NotFinite {
        /// Which value, for example "mean 0" or "covariance 1, 0".
        what: String,
        /// The value found.
        value: f64,
    },
    /// The covariance differs from its transpose.
    #[error("covariance is not symmetric: entry {i}, {j} is {upper}, entry {j}, {i} is {lower}")]
    NotSymmetric {
        /// Row of the first offending entry.
        i: usize,
        /// Its column.
        j: usize,
        /// Its value.
        upper: f64,
        /// The value on the other side of the diagonal.
        lower: f64,
    },
    /// The covariance has no Cholesky factor.
    #[error("covariance is not positive definite: pivot {pivot} is {value}, it must be above 0")]
    NotPositiveDefinite {
        /// Position of the first pivot that is not above 0, counted from 0.
        pivot: usize,
        /// The pivot found.
        value: f64,
    },
    /// A generator makes samples of a fixed number of dimensions.
    #[error("workload '{name}' has {d} dimensions, its generator makes {generated}")]
    Generator {
        /// The workload.
        name: &'static str,
        /// Its dimensions.
        d: usize,
        /// What the generator makes.
        generated: usize,
    },
    /// The oracle's counts are not those that are stored with the workload.
    #[error(
        "workload '{name}' must give first {}, last {}, sum {}; the oracle counts {}, {}, {}",
        expected.first, expected.last, expected.sum, found.first, found.last, found.sum
    )]
    WrongCounts {
        /// The workload.
        name: &'static str,
        /// What is stored.
        expected: Summary,
        /// What was counted.
        found: Summary,
    },
}
