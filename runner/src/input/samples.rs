//! Samples of either storage, as they come from a file.
//!
//! Separate from the readers because everything behind the input (checksum, counting, output) asks
//! the same few questions of both. [`for_any!`](crate::for_any) runs one generic expression on either.

use std::ops::RangeInclusive;

use kernel::{Element, Samples};

use crate::workload::Checksum;

/// [`Samples`] of `f64` or of `f32`: a file's values are never converted.
#[derive(Debug)]
pub enum AnySamples {
    /// Double precision, NumPy's `f8`.
    Double(Samples<f64>),
    /// Single precision, NumPy's `f4`.
    Single(Samples<f32>),
}

/// Evaluates an expression with the [`Samples`] inside an [`AnySamples`], whatever their storage.
#[macro_export]
macro_rules! for_any {
    ($any:expr, $samples:ident => $body:expr) => {
        match $any {
            $crate::input::AnySamples::Double($samples) => $body,
            $crate::input::AnySamples::Single($samples) => $body,
        }
    };
}

impl AnySamples {
    /// Number of samples.
    pub fn n(&self) -> usize {
        for_any!(self, samples => samples.n())
    }

    /// Number of dimensions, at least 1.
    pub fn d(&self) -> usize {
        for_any!(self, samples => samples.d())
    }

    /// NumPy's name of the storage: `"f8"` or `"f4"`.
    pub fn element(&self) -> &'static str {
        fn name<T: Element>(_: &Samples<T>) -> &'static str {
            T::NAME
        }
        for_any!(self, samples => name(samples))
    }

    /// Bytes of all values.
    pub fn bytes(&self) -> u64 {
        for_any!(self, samples => samples.bytes() as u64)
    }

    /// The same values in memory that the calling thread is the first to touch. O(n d).
    ///
    /// # Errors
    /// [`kernel::Error::TooLarge`] if there is no memory for them.
    pub fn copy(&self) -> Result<Self, kernel::Error> {
        fn columns<T: Element>(samples: &Samples<T>) -> Vec<&[T]> {
            (0..samples.d()).map(|j| samples.column(j)).collect()
        }
        Ok(match self {
            Self::Double(samples) => Self::Double(Samples::from_columns(&columns(samples))?),
            Self::Single(samples) => Self::Single(Samples::from_columns(&columns(samples))?),
        })
    }

    /// Identity of the values. O(n d).
    pub fn checksum(&self) -> Checksum {
        for_any!(self, samples => Checksum::of(samples))
    }

    /// From the smallest to the largest coordinate, for each dimension; from ∞ to −∞ without samples. O(n d).
    pub fn ranges(&self) -> Vec<RangeInclusive<f64>> {
        fn range<T: Element>(column: &[T]) -> RangeInclusive<f64> {
            let nothing = (f64::INFINITY, f64::NEG_INFINITY);
            let (low, high) = column
                .iter()
                .fold(nothing, |(low, high), x| (x.widen().min(low), x.widen().max(high)));
            low..=high
        }
        for_any!(self, samples => (0..samples.d()).map(|j| range(samples.column(j))).collect())
    }

    /// All coordinates as `f64`, row after row: coordinate j of sample i at `i * d + j`. O(n d).
    pub fn to_rows(&self) -> Vec<f64> {
        for_any!(self, samples => row_by_row(samples))
    }
}

/// All coordinates as `f64`, row after row: coordinate j of sample i at `i * d + j`. O(n d).
pub(crate) fn row_by_row<T: Element>(samples: &Samples<T>) -> Vec<f64> {
    let columns: Vec<&[T]> = (0..samples.d()).map(|j| samples.column(j)).collect();
    (0..samples.n()).flat_map(|i| columns.iter().map(move |column| column[i].widen())).collect()
}
