//! criterion's files as they are written, by any of its versions.
//!
//! Separate because this is the one place that follows the names in the files. Fields that may be
//! missing or null are `Option`s; unknown fields are ignored. Next: `parse.rs`.

use serde::Deserialize;
use serde_json::Value;

/// What was measured.
pub(super) const BENCHMARK: &str = "benchmark.json";

/// The times.
pub(super) const SAMPLE: &str = "sample.json";

/// What criterion made of them.
pub(super) const ESTIMATES: &str = "estimates.json";

/// `benchmark.json`.
#[derive(Deserialize)]
pub(super) struct Benchmark {
    pub(super) group_id: String,
    pub(super) function_id: Option<String>,
    pub(super) value_str: Option<String>,
    /// Null, `{"Bytes": 8}`, `{"ElementsAndBytes": {"elements": 1, "bytes": 8}}`, or a kind to come.
    #[serde(default)]
    pub(super) throughput: Value,
    pub(super) full_id: Option<String>,
}

/// `sample.json`.
#[derive(Deserialize)]
pub(super) struct Sample {
    pub(super) sampling_mode: Option<String>,
    pub(super) iters: Vec<f64>,
    pub(super) times: Vec<f64>,
}

impl Sample {
    /// Reads the object of today, or the bare pair that early versions wrote.
    pub(super) fn from_slice(bytes: &[u8]) -> serde_json::Result<Self> {
        if bytes.trim_ascii_start().first() == Some(&b'[') {
            let (iters, times) = serde_json::from_slice(bytes)?;
            return Ok(Self { sampling_mode: None, iters, times });
        }
        serde_json::from_slice(bytes)
    }
}

/// `estimates.json`; in early versions its keys began with capitals.
#[derive(Deserialize)]
pub(super) struct Estimates {
    #[serde(alias = "Mean")]
    pub(super) mean: Option<Estimate>,
    #[serde(alias = "Median")]
    pub(super) median: Option<Estimate>,
    /// Null unless sampling was linear.
    #[serde(alias = "Slope")]
    pub(super) slope: Option<Estimate>,
}

/// One of them; a number is null where criterion had none.
#[derive(Deserialize)]
pub(super) struct Estimate {
    pub(super) point_estimate: Option<f64>,
    pub(super) confidence_interval: Option<ConfidenceInterval>,
}

#[derive(Deserialize)]
pub(super) struct ConfidenceInterval {
    pub(super) lower_bound: Option<f64>,
    pub(super) upper_bound: Option<f64>,
}
