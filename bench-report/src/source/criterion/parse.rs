//! The files of one benchmark into the model.
//!
//! Separate from the walk because this is what must stand any bytes. A problem is one sentence that
//! begins with the name of the file. Next: [`crate::model`].

use serde_json::Value;

use super::{
    super::{limits::MOST_SAMPLES, shown},
    shape,
};
use crate::model::{Benchmark, Estimate, Interval, Reported, Sampling, Throughput, Timing, Unit};

/// The most kinds of throughput of one benchmark that are kept.
const MOST_THROUGHPUTS: usize = 8;

/// The bytes of the files of one benchmark.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// Of `benchmark.json`.
    pub benchmark: &'a [u8],
    /// Of `sample.json`.
    pub sample: &'a [u8],
    /// Of `estimates.json`, if there is one.
    pub estimates: Option<&'a [u8]>,
}

/// Understands the files of one benchmark.
///
/// Of more than 8 kinds of throughput the first are kept.
///
/// # Errors
///
/// One of them is damaged or contradicts itself: which, and how.
pub fn parse(files: &Files<'_>) -> Result<Benchmark, String> {
    with_cut(files).map(|(benchmark, _)| benchmark)
}

/// As [`parse`], with what was cut off the throughput, if anything was.
pub(super) fn with_cut(files: &Files<'_>) -> Result<(Benchmark, Option<String>), String> {
    let named: shape::Benchmark = serde_json::from_slice(files.benchmark)
        .map_err(|error| damaged(shape::BENCHMARK, &error))?;
    let sample =
        shape::Sample::from_slice(files.sample).map_err(|error| damaged(shape::SAMPLE, &error))?;
    let sampling = sampling(sample.sampling_mode.as_deref());
    let samples = timings(&sample).map_err(|problem| format!("{}: {problem}", shape::SAMPLE))?;
    let reported = match files.estimates {
        None => Reported::default(),
        Some(bytes) => {
            let estimates = serde_json::from_slice(bytes);
            reported(&estimates.map_err(|error| damaged(shape::ESTIMATES, &error))?)
                .map_err(|problem| format!("{}: {problem}", shape::ESTIMATES))?
        }
    };
    let (throughput, cut) = throughputs(&named.throughput);
    let benchmark = Benchmark {
        id: id(&named),
        throughput,
        group: shown(&named.group_id),
        function: named.function_id.map(|name| shown(&name)),
        value: named.value_str.map(|value| shown(&value)),
        sampling,
        samples,
        reported,
    };
    Ok((benchmark, cut))
}

fn damaged(file: &str, error: &serde_json::Error) -> String {
    format!("{file} cannot be understood: {error}")
}

/// The whole name, made of its parts where the file does not tell.
fn id(named: &shape::Benchmark) -> String {
    if let Some(id) = named.full_id.as_deref().filter(|id| !id.is_empty()) {
        return shown(id);
    }
    let parts = [Some(&named.group_id), named.function_id.as_ref(), named.value_str.as_ref()];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    shown(&parts.join("/"))
}

fn sampling(mode: Option<&str>) -> Sampling {
    match mode {
        Some("Flat") => Sampling::Flat,
        Some("Linear") => Sampling::Linear,
        _ => Sampling::Unknown,
    }
}

/// The samples, if every one makes sense.
fn timings(sample: &shape::Sample) -> Result<Vec<Timing>, String> {
    let (iterations, times) = (sample.iters.len(), sample.times.len());
    if iterations != times {
        return Err(format!("there are {times} times, expected as many as iters = {iterations}"));
    }
    if !(1..=MOST_SAMPLES).contains(&times) {
        return Err(format!("there are {times} samples, expected 1 to {MOST_SAMPLES}"));
    }
    sample.iters.iter().zip(&sample.times).enumerate().map(timing).collect()
}

/// One sample: at least one iteration, a time above 0, and their ratio a number that can be
/// divided by.
fn timing((idx, (&iterations, &total_ns)): (usize, (&f64, &f64))) -> Result<Timing, String> {
    if !iterations.is_finite() || iterations < 1.0 {
        return Err(format!("iters[{idx}] is {iterations}, expected at least 1"));
    }
    if !total_ns.is_finite() || !(total_ns / iterations).is_normal() || total_ns < 0.0 {
        return Err(format!(
            "times[{idx}] is {total_ns} for {iterations} iterations, expected more"
        ));
    }
    Ok(Timing { iterations, total_ns })
}

fn reported(estimates: &shape::Estimates) -> Result<Reported, String> {
    let converted = |name: &str, estimate: Option<&shape::Estimate>| {
        estimate.map_or(Ok(None), |one| self::estimate(name, one))
    };
    Ok(Reported {
        mean: converted("mean", estimates.mean.as_ref())?,
        median: converted("median", estimates.median.as_ref())?,
        slope: converted("slope", estimates.slope.as_ref())?,
    })
}

/// An estimate, if there is a value.
fn estimate(name: &str, estimate: &shape::Estimate) -> Result<Option<Estimate>, String> {
    let Some(value) = estimate.point_estimate else {
        return Ok(None);
    };
    let bounds = estimate.confidence_interval.as_ref();
    let bounds = bounds.and_then(|bounds| bounds.lower_bound.zip(bounds.upper_bound));
    match bounds {
        Some((low, high)) if low > high => {
            Err(format!("{name} lies between {low} and {high}, which are in the wrong order"))
        }
        _ => {
            let interval = bounds.map(|(low, high)| Interval { low, high });
            Ok(Some(Estimate { value, interval }))
        }
    }
}

/// The work of one iteration: none, one kind, or several; and what was cut. What has no number above 0
/// is left out.
fn throughputs(value: &Value) -> (Vec<Throughput>, Option<String>) {
    let mut found = Vec::new();
    collect(value, None, &mut found);
    let told = found.len();
    found.truncate(MOST_THROUGHPUTS);
    let cut = (told > found.len())
        .then(|| format!("{told} kinds are too many, the first {MOST_THROUGHPUTS} are kept"));
    (found, cut)
}

/// Adds what `value` says about work, under the name it stands under.
fn collect(value: &Value, name: Option<&str>, found: &mut Vec<Throughput>) {
    match value {
        Value::Object(kinds) => {
            kinds.iter().for_each(|(name, value)| collect(value, Some(name), found));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, name, found)),
        Value::Number(number) => {
            let number = number.as_f64().filter(|&number| number > 0.0 && number.is_finite());
            if let Some((per_iteration, name)) = number.zip(name) {
                found.push(Throughput { unit: unit(name), per_iteration });
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// A unit by its name; the parts of `ElementsAndBytes` have names in small letters.
fn unit(name: &str) -> Unit {
    match name {
        "Elements" | "elements" => Unit::Elements,
        "Bytes" | "bytes" => Unit::Bytes,
        "BytesDecimal" | "bytes_decimal" => Unit::BytesDecimal,
        "Bits" | "bits" => Unit::Bits,
        other => Unit::Other(shown(other)),
    }
}
