//! What a caller can do wrong, in one enum.
//!
//! Construction validates and hot paths are total: once [`Samples`](crate::Samples),
//! [`Window`](crate::Window) and [`Widths`](crate::Widths) exist, counting cannot fail except for a
//! center of the wrong dimension. `Display` is written by hand because `wide` is the crate's one
//! dependency.

use std::fmt;

/// A wrong input: names the offending value, its place and what is allowed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Error {
    /// Samples need at least one dimension.
    NoDimensions,
    /// A density needs at least one sample.
    NoSamples,
    /// n × d values of this size cannot be addressed or allocated.
    TooLarge {
        /// Number of samples asked for.
        n: usize,
        /// Number of dimensions asked for.
        d: usize,
    },
    /// A row or column has another length than the rest.
    Ragged {
        /// `"row"` or `"column"`.
        what: &'static str,
        /// Its position, counted from 0.
        index: usize,
        /// The length of the others.
        expected: usize,
        /// Its own length.
        found: usize,
    },
    /// A sample is NaN or infinite.
    NonFinite {
        /// Position of the sample, counted from 0.
        row: usize,
        /// Coordinate, counted from 0.
        column: usize,
        /// The value found.
        value: f64,
    },
    /// A center (or a list of widths per dimension) has the wrong number of coordinates.
    Dimension {
        /// `"center"` or `"widths per dimension"`.
        what: &'static str,
        /// d of the samples, or of the center.
        expected: usize,
        /// What was given.
        found: usize,
    },
    /// A center coordinate is NaN or infinite.
    CenterNotFinite {
        /// Coordinate, counted from 0.
        dimension: usize,
        /// The value found.
        value: f64,
    },
    /// A width is not a finite number above 0.
    WidthNotPositive {
        /// Position in the list that was given, counted from 0.
        index: usize,
        /// The value found.
        value: f64,
    },
    /// Thresholds of distances must be finite, not negative, and ascend.
    Threshold {
        /// Position in the list that was given, counted from 0.
        index: usize,
        /// The value found.
        value: f64,
    },
    /// There is not one width for each center.
    Radii {
        /// Number of centers.
        expected: usize,
        /// Number of widths.
        found: usize,
    },
    /// A weight is not a finite number of at least 0.
    Weight {
        /// Position of the sample, counted from 0.
        row: usize,
        /// The value found.
        value: f64,
    },
    /// The sum of all weights is beyond the largest double.
    WeightsTooLarge,
    /// There is not one weight for each sample.
    WeightsLength {
        /// Number of samples.
        expected: usize,
        /// Number of weights.
        found: usize,
    },
    /// No algorithm of this name is known.
    UnknownAlgorithm {
        /// The name asked for.
        name: String,
        /// Every known name.
        known: Vec<&'static str>,
    },
    /// An algorithm is not made for these samples.
    Unsuited {
        /// Its name.
        algorithm: &'static str,
        /// Number of samples.
        n: usize,
        /// Number of dimensions.
        d: usize,
        /// What it is made for.
        needs: String,
    },
    /// No instruction set of this name is known.
    UnknownIsa {
        /// The name asked for.
        name: String,
        /// Every known name.
        known: Vec<&'static str>,
    },
    /// The CPU lacks this instruction set, or this build has no code for it.
    IsaUnavailable {
        /// The name asked for.
        name: &'static str,
        /// The CPU features it needs.
        requires: &'static str,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDimensions => write!(f, "samples have 0 dimensions; at least 1 is needed"),
            Self::NoSamples => write!(f, "there are 0 samples; a density needs at least 1"),
            Self::TooLarge { n, d } => {
                write!(f, "{n} samples of {d} dimensions do not fit into memory")
            }
            Self::Ragged { what, index, expected, found } => {
                write!(f, "{what} {index} has {found} values, the others have {expected}")
            }
            Self::NonFinite { row, column, value } => write!(
                f,
                "the value at row {row}, column {column} is {value}; it must be finite (rows and columns are \
                 counted from 0)"
            ),
            Self::Dimension { what, expected, found } => {
                let [coordinates, dimensions] =
                    [found, expected].map(|k| if *k == 1 { "" } else { "s" });
                write!(
                    f,
                    "{what} has {found} coordinate{coordinates}, the samples have {expected} \
                     dimension{dimensions}"
                )
            }
            Self::CenterNotFinite { dimension, value } => {
                write!(f, "center coordinate {dimension} is {value}; it must be finite")
            }
            Self::WidthNotPositive { index, value } => {
                write!(f, "width {value} (number {index}) must be a finite number above 0")
            }
            Self::Threshold { index, value } => write!(
                f,
                "threshold {value} (number {index}) must be a finite number, not below 0 and above the \
                 one before it"
            ),
            Self::Radii { expected, found } => {
                write!(
                    f,
                    "{found} widths were given for {expected} centers; one for each is needed"
                )
            }
            Self::Weight { .. } | Self::WeightsTooLarge | Self::WeightsLength { .. } => {
                self.fmt_weights(f)
            }
            Self::UnknownAlgorithm { name, known } => {
                write!(f, "no algorithm is called '{name}'; known: {}", known.join(", "))
            }
            Self::Unsuited { algorithm, n, d, needs } => write!(
                f,
                "algorithm '{algorithm}' is not made for {n} samples of {d} dimensions; it needs {needs}"
            ),
            Self::UnknownIsa { name, known } => {
                write!(f, "no instruction set is called '{name}'; known: {}", known.join(", "))
            }
            Self::IsaUnavailable { name, requires } => {
                write!(
                    f,
                    "instruction set '{name}' is not available: this CPU or build lacks {requires}"
                )
            }
        }
    }
}

impl Error {
    /// What is wrong with weights.
    fn fmt_weights(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weight { row, value } => write!(
                f,
                "weight of row {row} is {value}; weights must be finite and not below 0 (rows are \
                 counted from 0)"
            ),
            Self::WeightsTooLarge => {
                write!(f, "the sum of all weights is beyond the largest double, {:e}", f64::MAX)
            }
            Self::WeightsLength { expected, found } => {
                write!(
                    f,
                    "{found} weights were given for {expected} samples; one for each is needed"
                )
            }
            _ => Ok(()),
        }
    }
}

impl std::error::Error for Error {}
