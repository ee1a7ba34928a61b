//! The answer to `parzen count`, as a table or as JSON.
//!
//! Pure layout; next: [`crate::query`], which finds the answer.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, Table, presets};
use serde::Serialize;

use super::{FEW, given, significant};
use crate::machine::pages::Pages;
use crate::query::{Answer, Weighing};

/// Rows at each end of a table that is too long to be read.
const END: usize = FEW / 2;

/// An answer, and which samples it is about.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Counts and densities.
    #[serde(flatten)]
    pub answer: Answer,
    /// NumPy's name of the storage.
    pub element: &'static str,
    /// Checksum of the samples, as text.
    pub checksum: String,
    /// Pages that the samples lie on; `None` is unknown.
    pub pages: Option<Pages>,
    /// Rows of the file that were not finite and are not counted.
    pub dropped_rows: usize,
    /// Workers that counted.
    pub workers: usize,
    /// Chunks in which the samples were counted; 1 if all were in memory.
    pub chunks: usize,
    /// Memory that the count was given, in bytes.
    pub memory_bytes: u64,
    /// The most that the program held in memory until it wrote this; `None` is unknown.
    pub peak_memory_bytes: Option<u64>,
}

/// Writes the table, both ends of it if there are many windows, and below it what was counted and how.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    writeln!(out, "{}", table(&report.answer).trim_fmt())?;
    let windows = windows(&report.answer);
    if windows > FEW {
        writeln!(
            out,
            "the first {END} and the last {END} of {windows} windows; --json or --out FILE gives all"
        )?;
    }
    let Answer { n, d, isa, algorithm, .. } = &report.answer;
    let Report { element, checksum, workers, .. } = report;
    let pages = report.pages.map_or("pages unknown".into(), |pages| pages.to_string());
    let crew = if *workers == 1 { "worker" } else { "workers" };
    let faces = if report.answer.faces == "closed" { "" } else { "open faces, " };
    writeln!(
        out,
        "n = {n}, d = {d}, {element}, {faces}ISA {isa}, algorithm {algorithm}, {workers} {crew}, \
         {checksum}, {pages}"
    )?;
    if let Some(Weighing { total, unit, algorithm, .. }) = &report.answer.weighing {
        let [total, unit] = [*total, *unit].map(significant);
        writeln!(out, "weight of all samples {total}, in units of {unit}, algorithm {algorithm}")?;
    }
    if report.chunks > 1 {
        writeln!(
            out,
            "counted in {} chunks: all samples at once take more than --memory",
            report.chunks
        )?;
    }
    if report.dropped_rows > 0 {
        writeln!(out, "dropped {} rows that are not finite", report.dropped_rows)?;
    }
    Ok(())
}

/// Number of windows counted.
fn windows(answer: &Answer) -> usize {
    answer.queries.len() * widths(answer).len()
}

/// One row for each window, or for those at both ends; the center only where there are several.
fn table(answer: &Answer) -> Table {
    let with_center = usize::from(answer.queries.len() > 1);
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    let mut names = vec!["center", "width h", "count k", "density p"];
    if answer.weighing.is_some() {
        names.splice(3.., ["weight W", "density of k"]);
    }
    table.set_header(names.into_iter().skip(1 - with_center));
    let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
    let widths = widths(answer);
    let row = |window| {
        let row = row(answer, &widths, window).into_iter().skip(1 - with_center);
        row.map(right).collect::<Vec<_>>()
    };
    match windows(answer) {
        few @ ..=FEW => table.add_rows((0..few).map(row)),
        many => table
            .add_rows((0..END).map(row))
            .add_row(row(0).iter().map(|_| right("…".into())))
            .add_rows((many - END..many).map(row)),
    };
    table
}

/// The row of window number `window`, counted over all centers.
fn row(answer: &Answer, widths: &[String], window: usize) -> Vec<String> {
    let (query, w) = (&answer.queries[window / widths.len()], window % widths.len());
    let weight = query.weights.as_ref().map(|weights| significant(weights[w]));
    let first = [coordinates(&query.center), widths[w].clone(), query.counts[w].to_string()];
    first.into_iter().chain(weight).chain([significant(query.densities[w])]).collect()
}

/// Each window's width, or the widths of the box: `0.5 × 4`.
fn widths(answer: &Answer) -> Vec<String> {
    match &answer.widths_per_dimension {
        Some(widths) => vec![super::product(widths)],
        None => answer.widths.iter().copied().map(given).collect(),
    }
}

/// `0, -1.5`.
fn coordinates(center: &[f64]) -> String {
    center.iter().copied().map(given).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Counts;

    fn report(centers: i32) -> Report {
        let query = |i| Counts {
            center: vec![f64::from(i), -1.5],
            counts: vec![3, 40],
            densities: vec![0.25, 1.5],
            log_densities: vec![Some(0.25_f64.ln()), Some(1.5_f64.ln())],
            weights: None,
        };
        let answer = Answer {
            n: 100,
            d: 2,
            isa: "some-isa",
            algorithm: "some-algorithm",
            reason: "some reason".into(),
            widths: vec![0.5, 1.0],
            widths_per_dimension: None,
            faces: "closed",
            weighing: None,
            queries: (0..centers).map(query).collect(),
        };
        let (element, checksum) = ("f8", "xxh3:0".into());
        Report {
            answer,
            element,
            checksum,
            pages: None,
            dropped_rows: 2,
            workers: 1,
            chunks: 3,
            memory_bytes: 1 << 20,
            peak_memory_bytes: None,
        }
    }

    fn text(report: &Report) -> String {
        let mut bytes = Vec::new();
        write(&mut bytes, report).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn centers_stand_in_the_table_only_where_there_are_several() {
        assert!(!text(&report(1)).contains("center"));
        let several = text(&report(2));
        assert!(several.contains("center") && several.contains("1, -1.5"), "{several}");
    }

    #[test]
    fn a_box_is_one_row_with_all_its_widths_and_open_faces_are_told() {
        let mut report = report(1);
        report.answer.widths_per_dimension = Some(vec![0.5, 4.0]);
        report.answer.faces = "open";
        let text = text(&report);
        assert!(text.contains("0.5 × 4") && text.contains("open faces"), "{text}");
    }

    #[test]
    fn many_windows_are_cut_to_both_ends_and_the_way_to_all_is_told() {
        let few = text(&report(20));
        assert!(few.contains(" 10, -1.5 ") && !few.contains("the first"), "{few}");
        let many = text(&report(1_000_000));
        assert!(many.lines().count() < 60, "{} lines", many.lines().count());
        for part in [" 9, -1.5 ", "…", " 999990, -1.5 ", " 999999, -1.5 "] {
            assert!(many.contains(part), "{part}: {many}");
        }
        for part in [" 10, -1.5 ", " 999989, -1.5 "] {
            assert!(!many.contains(part), "{part}: {many}");
        }
        let line =
            "\nthe first 20 and the last 20 of 2000000 windows; --json or --out FILE gives all\n";
        assert!(many.contains(line), "{many}");
    }

    #[test]
    fn weights_stand_between_counts_and_densities() {
        let mut report = report(1);
        assert!(!text(&report).contains("weight"));
        report.answer.queries[0].weights = Some(vec![7.5, 80.0]);
        let (algorithm, reason) = ("some-weigher", "some reason".into());
        report.answer.weighing = Some(Weighing { total: 90.5, unit: 0.5, algorithm, reason });
        let text = text(&report);
        assert!(text.contains("count k ┆ weight W ┆ density of k"), "{text}");
        assert!(text.contains("40 ┆  80.0000 ┆"), "{text}");
        let line = "weight of all samples 90.5000, in units of 0.500000, algorithm some-weigher";
        assert!(text.contains(line), "{text}");
    }

    #[test]
    fn the_last_lines_say_what_was_counted() {
        let shown = text(&report(1));
        assert!(
            shown.contains("n = 100, d = 2, f8, ISA some-isa, algorithm some-algorithm, 1 worker,")
        );
        assert!(shown.contains("pages unknown\ncounted in 3 chunks: "), "{shown}");
        assert!(shown.ends_with("\ndropped 2 rows that are not finite\n"), "{shown}");
        let whole = text(&Report { chunks: 1, ..report(1) });
        assert!(!whole.contains("chunks"), "{whole}");
    }
}
