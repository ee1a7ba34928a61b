//! The answer to `parzen density` as JSON: `docs/formats.md` has it field by field.
//!
//! Apart from [`Report`], because densities are made while they are written: a million of them need no memory.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::Report;
use crate::density::grid::Grid;
use crate::density::{Itself, Places};

/// The fields, in the order of the file.
#[derive(Serialize)]
pub struct Fields<'a> {
    n: usize,
    d: usize,
    element: &'static str,
    checksum: &'a str,
    dropped_rows: usize,
    isa: &'static str,
    algorithm: &'static str,
    reason: &'a str,
    workers: usize,
    width: Option<f64>,
    widths_per_dimension: Option<&'a [f64]>,
    faces: &'static str,
    places: &'static str,
    leave_out_self: bool,
    grid: Option<&'a Grid>,
    shape: Vec<usize>,
    centers: Option<Centers<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<&'a [u64]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_weight: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weights: Option<Weights<'a>>,
    densities: Densities<'a>,
    log_densities: LogDensities<'a>,
}

/// d coordinates for each place.
struct Centers<'a>(&'a Report);
/// One for each place.
struct Weights<'a>(&'a Report);
/// Infinite ones are null, as JSON has no infinity.
struct Densities<'a>(&'a Report);
/// Null where the count is 0.
struct LogDensities<'a>(&'a Report);

impl Serialize for Centers<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.estimate.places())
    }
}

impl Serialize for Weights<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.estimate.weights().into_iter().flatten())
    }
}

impl Serialize for Densities<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.estimate.densities())
    }
}

impl Serialize for LogDensities<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.estimate.log_densities())
    }
}

impl std::fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Fields({} places)", self.densities.0.estimate.len())
    }
}

/// What is written of a report.
pub fn fields(report: &Report) -> Fields<'_> {
    let grid = match &report.places {
        Places::Grid(grid) => Some(grid),
        Places::Centers | Places::Samples(_) => None,
    };
    let units = report.estimate.units.as_ref();
    Fields {
        n: report.n,
        d: report.estimate.d,
        element: report.element,
        checksum: &report.checksum,
        dropped_rows: report.dropped_rows,
        isa: report.isa,
        algorithm: report.algorithm,
        reason: &report.reason,
        workers: report.workers,
        width: report.windows.widths().first().copied(),
        widths_per_dimension: report.windows.widths_per_dimension(),
        faces: report.windows.faces(),
        places: report.places.name(),
        leave_out_self: report.places == Places::Samples(Itself::LeftOut),
        grid,
        shape: report.places.shape(report.estimate.len()),
        centers: grid.is_none().then_some(Centers(report)),
        counts: units.is_none().then_some(&report.estimate.counts),
        total_weight: units.map(|units| units.total_weight),
        unit: units.map(|units| units.unit),
        weights: units.map(|_| Weights(report)),
        densities: Densities(report),
        log_densities: LogDensities(report),
    }
}

/// Writes one line: a million numbers, each on a line of its own, are of no use to anybody.
///
/// # Errors
/// Those of `out`.
pub fn compact(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    serde_json::to_writer(&mut *out, &fields(report))?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;
    use super::*;

    #[test]
    fn no_sample_has_no_logarithm_and_grids_need_no_centers() {
        let mut report = report(&[0, 4]);
        let json = serde_json::to_value(fields(&report)).unwrap();
        let log = report.estimate.density.log_of(4);
        assert_eq!(json["log_densities"], serde_json::json!([null, log]));
        assert_eq!(json["centers"], serde_json::json!([[0.0], [0.25]]));
        assert_eq!((&json["grid"], &json["shape"]), (&serde_json::Value::Null, &[2].into()));
        let spec: crate::density::grid::Spec = "0:0.25:2".parse().unwrap();
        report.places = Places::Grid(spec.grid(&[0.0..=1.0], &[0.5]).unwrap());
        let json = serde_json::to_value(fields(&report)).unwrap();
        assert_eq!(json["grid"], serde_json::json!([{"start": 0.0, "stop": 0.25, "points": 2}]));
        assert!(json["centers"].is_null() && json["widths_per_dimension"].is_null(), "{json}");
    }
}
