//! What a benchmark program measured: times of iterations, as criterion keeps them.
//!
//! Separate from studies because nothing here comes in blocks: the samples of one benchmark follow
//! each other, and those of two benchmarks are not paired. Next: [`crate::source`] fills it.

use serde::{Deserialize, Serialize};

use super::Estimate;

/// The results of one baseline in one directory of benchmarks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Benchmarks {
    /// The directory as it was named, without the directories above it.
    pub origin: String,
    /// Name of the baseline; `new` is what was measured last.
    pub baseline: String,
    /// By [`Benchmark::id`], ascending.
    pub benchmarks: Vec<Benchmark>,
}

/// One benchmark with its samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Benchmark {
    /// Its whole name, `group/function/value`.
    pub id: String,
    /// The group.
    pub group: String,
    /// The function, if it was named.
    pub function: Option<String>,
    /// The parameter, if there was one.
    pub value: Option<String>,
    /// Work of one iteration; none, one, or two kinds.
    pub throughput: Vec<Throughput>,
    /// How the numbers of iterations grew from sample to sample.
    pub sampling: Sampling,
    /// The samples in the order measured; at least one.
    pub samples: Vec<Timing>,
    /// What the benchmark program itself computed, where it told.
    pub reported: Reported,
}

impl Benchmark {
    /// Nanoseconds of one iteration in every sample, in the order measured.
    pub fn iteration_ns(&self) -> Vec<f64> {
        self.samples.iter().map(|sample| sample.total_ns / sample.iterations).collect()
    }
}

/// Work of one iteration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Throughput {
    /// What is counted.
    pub unit: Unit,
    /// How many in one iteration, above 0.
    pub per_iteration: f64,
}

/// What a throughput counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Elements.
    Elements,
    /// Bytes, shown with binary multiples.
    Bytes,
    /// Bytes, shown with decimal multiples.
    BytesDecimal,
    /// Bits.
    Bits,
    /// A kind that this program does not know, by its name.
    Other(String),
}

/// How the numbers of iterations grew from sample to sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// The same number in every sample.
    Flat,
    /// d, 2d, 3d …
    Linear,
    /// The file does not say.
    Unknown,
}

/// One sample: so many iterations took so long.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// Iterations, at least 1.
    pub iterations: f64,
    /// Time of all of them in nanoseconds, above 0.
    pub total_ns: f64,
}

/// What the benchmark program computed from its samples; nanoseconds of one iteration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reported {
    /// Mean.
    pub mean: Option<Estimate>,
    /// Median.
    pub median: Option<Estimate>,
    /// Slope of time over iterations; only for [`Sampling::Linear`].
    pub slope: Option<Estimate>,
}
