//! The answer to `parzen density`: for people, as JSON, and as files.
//!
//! Pure layout. Next: [`npy`] and [`csv`], a file each; [`json`]; [`super::picture`], which draws;
//! [`super::file`], which puts them on the disk.

pub mod csv;
pub mod json;
pub mod npy;

use std::io::{self, Write};
use std::path::Path;

use comfy_table::{Cell, CellAlignment, Table, presets};

use super::{FEW, given, product, significant};
use crate::density::{Estimate, Places, Summary, Units};
use crate::query::Windows;

/// Which values files of bare numbers and pictures hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// p.
    Density,
    /// ln p.
    LogDensity,
}

/// Densities, and what they are about.
#[derive(Clone, Debug)]
pub struct Report {
    /// Counts and densities.
    pub estimate: Estimate,
    /// Where.
    pub places: Places,
    /// The window around each place.
    pub windows: Windows,
    /// Whether densities or their logarithms were asked for.
    pub values: Values,
    /// Number of samples.
    pub n: usize,
    /// NumPy's name of their storage.
    pub element: &'static str,
    /// Checksum of the samples, as text.
    pub checksum: String,
    /// Rows of the file that were not finite and are not counted.
    pub dropped_rows: usize,
    /// Name of the instruction set.
    pub isa: &'static str,
    /// Name of the algorithm.
    pub algorithm: &'static str,
    /// Why this one.
    pub reason: String,
    /// Workers that counted.
    pub workers: usize,
}

/// A kind of file: its extension and its writer.
#[derive(Clone, Copy)]
pub struct Format {
    /// Extension without the dot, lower case.
    pub extension: &'static str,
    /// Writes the whole file.
    pub write: fn(&mut dyn Write, &Report) -> io::Result<()>,
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Format({})", self.extension)
    }
}

/// Every kind of file that can be written.
pub const FORMATS: &[Format] = &[
    Format { extension: "npy", write: npy::values },
    Format { extension: "csv", write: csv::write },
    Format { extension: "json", write: json::compact },
];

/// The format that the extension of `path` names.
///
/// # Errors
/// A message with the extension found and those allowed.
pub fn format_of(path: &Path) -> Result<&'static Format, String> {
    let found = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    FORMATS.iter().find(|format| format.extension == found).ok_or_else(|| {
        let allowed = FORMATS.iter().map(|format| format.extension).collect::<Vec<_>>().join(", ");
        format!("{}: unknown extension '{found}'; allowed: {allowed}", path.display())
    })
}

impl Report {
    /// The values that were asked for, in the order of the places.
    pub fn values(&self) -> Box<dyn Iterator<Item = f64> + '_> {
        match self.values {
            Values::Density => Box::new(self.estimate.densities()),
            Values::LogDensity => Box::new(self.estimate.log_densities()),
        }
    }

    /// Whether there are too many places to show one by one.
    pub fn is_summarized(&self) -> bool {
        self.estimate.len() > FEW
    }

    /// The widths of the window, as text: `0.5`, or `0.5 × 4` for a box.
    pub fn window(&self) -> String {
        match self.windows.widths_per_dimension() {
            Some(widths) => product(widths),
            None => given(self.windows.width(0)),
        }
    }
}

/// Writes a table if there are few places, otherwise what the densities are like, and below it what was
/// counted and how.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    match report.estimate.summary() {
        Some(summary) if report.is_summarized() => summarized(out, report, summary)?,
        _ => writeln!(out, "{}", table(report).trim_fmt())?,
    }
    let Report { n, element, isa, algorithm, workers, checksum, .. } = report;
    let crew = if *workers == 1 { "worker" } else { "workers" };
    writeln!(
        out,
        "n = {n}, d = {}, {element}, window {}, {} faces, ISA {isa}, algorithm {algorithm}, {workers} \
         {crew}, {checksum}",
        report.estimate.d,
        report.window(),
        report.windows.faces(),
    )?;
    if let Some(Units { unit, total_weight, .. }) = &report.estimate.units {
        let [total, unit] = [*total_weight, *unit].map(significant);
        writeln!(out, "weight of all samples {total}, in units of {unit}")?;
    }
    if report.dropped_rows > 0 {
        writeln!(out, "dropped {} rows that are not finite", report.dropped_rows)?;
    }
    Ok(())
}

fn summarized(out: &mut dyn Write, report: &Report, summary: Summary) -> io::Result<()> {
    let Summary { least, median, most, empty } = summary;
    let m = report.estimate.len();
    let share = match 100.0 * empty as f64 / m as f64 {
        share if share > 0.0 && share < 0.1 => "less than 0.1".to_owned(),
        share => format!("{share:.1}"),
    };
    let [least, median, most] = [least, median, most].map(significant);
    writeln!(out, "{m} windows: density p least {least}, median {median}, most {most}")?;
    let what = if report.estimate.units.is_some() { "weight" } else { "sample" };
    writeln!(out, "{empty} of them hold no {what} ({share} %)")
}

/// One row for each place.
fn table(report: &Report) -> Table {
    let with_logarithm = report.values == Values::LogDensity;
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    let amount = if report.estimate.units.is_some() { "weight W" } else { "count k" };
    let names = ["center", amount, "density p", "ln p"];
    table.set_header(names.into_iter().take(if with_logarithm { 4 } else { 3 }));
    let estimate = &report.estimate;
    let mut weights = estimate.weights();
    let densities = estimate.densities().zip(estimate.log_densities());
    for ((center, count), (density, log)) in estimate.places().zip(&estimate.counts).zip(densities)
    {
        let center = center.iter().copied().map(given).collect::<Vec<_>>().join(", ");
        let weight = weights.as_mut().and_then(Iterator::next);
        let amount = weight.map_or_else(|| count.to_string(), significant);
        let mut row = vec![center, amount, significant(density)];
        if with_logarithm {
            row.push(significant(log));
        }
        let right = |text| Cell::new(text).set_alignment(CellAlignment::Right);
        table.add_row(row.into_iter().map(right).collect::<Vec<_>>());
    }
    table
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::density::Itself;
    use kernel::Faces;

    /// The report of windows of width 0.5 over 8 samples of one dimension, with these counts.
    pub(crate) fn report(counts: &[u64]) -> Report {
        let windows = Windows::cubes(&[0.5], Faces::Closed).unwrap();
        let centers = (0..counts.len()).map(|i| i as f64 * 0.25).collect();
        let estimate = Estimate::new((centers, 1), counts.to_vec(), (&windows, 8), Itself::Counted);
        Report {
            estimate: estimate.unwrap(),
            places: Places::Centers,
            windows,
            values: Values::Density,
            n: 8,
            element: "f8",
            checksum: "xxh3:0".into(),
            dropped_rows: 1,
            isa: "some-isa",
            algorithm: "some-algorithm",
            reason: "some reason".into(),
            workers: 2,
        }
    }

    fn text(report: &Report) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes, report).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn few_places_are_a_table_and_many_a_summary() {
        let few = text(&report(&[0, 2]));
        assert!(few.contains("0.25") && few.contains("0.500000") && !few.contains("ln p"), "{few}");
        assert!(few.contains("n = 8, d = 1, f8, window 0.5, closed faces"), "{few}");
        let log = text(&Report { values: Values::LogDensity, ..report(&[0, 2]) });
        assert!(log.contains("ln p") && log.contains("-inf") && log.contains("-0.693147"), "{log}");
        let many = text(&report(&[[0, 4].as_slice(), &[2; 48]].concat()));
        assert!(
            many.contains("50 windows: density p least 0.00000, median 0.500000, most 1.00000")
        );
        assert!(many.contains("1 of them hold no sample (2.0 %)"), "{many}");
        assert!(many.ends_with("dropped 1 rows that are not finite\n"), "{many}");
    }

    #[test]
    fn extensions_name_formats_in_any_case_and_others_are_refused() {
        assert_eq!(format_of(Path::new("a/b.CSV")).unwrap().extension, "csv");
        let refused = format_of(Path::new("b.txt")).unwrap_err();
        assert_eq!(refused, "b.txt: unknown extension 'txt'; allowed: npy, csv, json");
    }
}
