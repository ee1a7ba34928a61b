//! A value with its interval.
//!
//! Separate from the rest of the model because it is what numbers derived from it are made of.
//! Next: [`crate::statistics`] finds the intervals.

use serde::{Deserialize, Serialize};

/// A value with its 95 % interval, if there are enough blocks for one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The value itself.
    pub value: f64,
    /// Its interval.
    pub interval: Option<Interval>,
}

impl Estimate {
    /// The same estimate in another unit; `factor` is positive.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        let interval = self
            .interval
            .map(|Interval { low, high }| Interval { low: low * factor, high: high * factor });
        Self { value: self.value * factor, interval }
    }
}

/// A closed interval, `low <= high`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Whether `value` lies inside, ends included.
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}
