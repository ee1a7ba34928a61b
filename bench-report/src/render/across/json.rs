//! A comparison for programs: every figure unrounded, in a versioned shape.
//!
//! Separate because programs rely on its field names; `docs/formats.md` tells them. Next:
//! [`crate::across`], whose figures these are.

use serde::Serialize;

use super::Format;
use crate::{
    Error,
    across::{ALPHA, Across, Kind, Row, Verdict},
    model::Interval,
    statistics::unpaired::Ratio,
};

/// Name of the format inside the text.
const FORMAT: &str = "parzen-comparison";

/// Raised when an old reader would misunderstand the text.
const VERSION: u32 = 1;

/// One JSON document.
#[derive(Clone, Copy, Debug)]
pub struct Json;

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn lay_out(&self, across: &Across) -> Result<String, Error> {
        let mut text = serde_json::to_string_pretty(&document(across))
            .map_err(|error| Error::Render { format: self.name(), source: error.into() })?;
        text.push('\n');
        Ok(text)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    version: u32,
    reference: &'a str,
    others: &'a [String],
    least_effect: f64,
    fail_above: Option<f64>,
    filter: Option<&'a str>,
    alpha: f64,
    fails: bool,
    complete: bool,
    rows: Vec<Line<'a>>,
    geometric_means: Vec<Mean<'a>>,
    left_out: Vec<Left<'a>>,
    machines: Vec<Place<'a>>,
    machine_differences: &'a [String],
}

#[derive(Serialize)]
struct Line<'a> {
    other: &'a str,
    kind: &'static str,
    name: &'a str,
    samples: [usize; 2],
    medians_ns: [f64; 2],
    tests_per_s: Option<[f64; 2]>,
    ratio: f64,
    interval: Option<[f64; 2]>,
    mann_whitney_p: Option<f64>,
    verdict: &'static str,
    fails: bool,
    remarks: &'a [String],
}

#[derive(Serialize)]
struct Mean<'a> {
    other: &'a str,
    rows: usize,
    ratio: Option<f64>,
    interval: Option<[f64; 2]>,
}

#[derive(Serialize)]
struct Left<'a> {
    side: &'a str,
    name: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct Place<'a> {
    side: &'a str,
    machine: &'a str,
}

fn document(across: &Across) -> Document<'_> {
    Document {
        format: FORMAT,
        version: VERSION,
        reference: &across.reference,
        others: &across.others,
        least_effect: across.settings.least_effect,
        fail_above: across.settings.fail_above,
        filter: across.settings.filter.as_deref(),
        alpha: ALPHA,
        fails: across.failures().next().is_some(),
        complete: across.without_rows().next().is_none(),
        rows: across.rows.iter().map(|row| line(across, row)).collect(),
        geometric_means: means(across),
        left_out: across
            .left_out
            .iter()
            .map(|left| Left { side: &left.side, name: &left.name, reason: &left.reason })
            .collect(),
        machines: across
            .machines
            .names
            .iter()
            .map(|(side, machine)| Place { side, machine })
            .collect(),
        machine_differences: &across.machines.differences,
    }
}

fn line<'a>(across: &'a Across, row: &'a Row) -> Line<'a> {
    let (ratio, interval) = ends(&row.ratio);
    Line {
        other: &across.others[row.other],
        kind: kind(row.kind),
        name: &row.name,
        samples: row.samples,
        medians_ns: row.medians_ns,
        tests_per_s: row.tests_per_s,
        ratio,
        interval,
        mann_whitney_p: row.mann_whitney,
        verdict: verdict(row.verdict),
        fails: row.fails,
        remarks: &row.remarks,
    }
}

fn means(across: &Across) -> Vec<Mean<'_>> {
    let named = across.others.iter().zip(&across.means);
    named
        .map(|(other, mean)| {
            let ends = mean.ratio.as_ref().map(ends);
            let ratio = ends.map(|(ratio, _)| ratio);
            let interval = ends.and_then(|(_, interval)| interval);
            Mean { other, rows: mean.rows, ratio, interval }
        })
        .collect()
}

fn ends(ratio: &Ratio) -> (f64, Option<[f64; 2]>) {
    let estimate = ratio.estimate();
    (estimate.value, estimate.interval.map(|Interval { low, high }| [low, high]))
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Benchmark => "benchmark",
        Kind::Study => "study",
        Kind::Peer => "peer",
    }
}

fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Slower => "slower",
        Verdict::Faster => "faster",
        Verdict::NoDifference => "no_difference",
        Verdict::CannotTell => "cannot_tell",
    }
}
