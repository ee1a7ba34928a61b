//! The answer to `parzen width`, as a table or as JSON.
//!
//! Pure layout; next: [`crate::selection`], which finds the answer, and [`super::curves`], which draws it.

use std::io::{self, Write};

use comfy_table::{Cell, CellAlignment, Table, presets};
use serde::Serialize;

use super::{given, listed, significant};
use crate::selection::curve::Best;
use crate::selection::{Scale, Selection};

/// A selection, and which samples it is about.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Every criterion over the widths, and the advice.
    #[serde(flatten)]
    pub selection: Selection,
    /// Name of the instruction set.
    pub isa: &'static str,
    /// NumPy's name of the storage.
    pub element: &'static str,
    /// Checksum of the samples, as text.
    pub checksum: String,
    /// Rows of the file that were not finite and are left out.
    pub dropped_rows: usize,
    /// Workers that summed and counted.
    pub workers: usize,
}

/// Writes the criteria, the advice and the warnings.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let Selection { n, d, advice, warnings, .. } = &report.selection;
    writeln!(out, "{}", table(&report.selection).trim_fmt())?;
    writeln!(out, "{}", scaling(&report.selection))?;
    writeln!(out, "take width {}: {}.", listed(&advice.widths), advice.reason)?;
    writeln!(out, "for parzen count and parzen density: {}", option(&advice.widths))?;
    for warning in warnings {
        writeln!(out, "warning: {}.", warning.text)?;
    }
    let Report { isa, element, checksum, workers, dropped_rows, .. } = report;
    let crew = if *workers == 1 { "worker" } else { "workers" };
    writeln!(out, "n = {n}, d = {d}, {element}, ISA {isa}, {workers} {crew}, {checksum}")?;
    if *dropped_rows > 0 {
        writeln!(out, "dropped {dropped_rows} rows that are not finite")?;
    }
    Ok(())
}

fn table(selection: &Selection) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED);
    let likelihood = selection.likelihood.as_ref();
    // Columns that something stands in.
    let columns = match selection.squares {
        _ if likelihood.is_some() => 4,
        Some(_) => 3,
        None => 2,
    };
    table
        .set_header(["criterion", "width h", "criterion there", "alone"].into_iter().take(columns));
    let none = || "-".to_owned();
    let mut add = |name: &str, width: Option<f64>, best: Option<Best>| {
        let alone = likelihood.zip(best).map(|(curve, best)| curve.lonely[best.index].to_string());
        let value = best.map_or_else(none, |best| significant(best.value));
        let width = width.map_or_else(none, |width| listed(&in_samples(selection, width)));
        let right = |text: String| Cell::new(text).set_alignment(CellAlignment::Right);
        let cells = [right(width), right(value), right(alone.unwrap_or_else(none))];
        table.add_row([Cell::new(name)].into_iter().chain(cells).take(columns));
    };
    let best = &selection.best;
    let width = |best: Option<Best>| best.map(|best| best.width);
    add("normal reference", Some(selection.reference), None);
    if selection.squares.is_some() {
        add("least squares cross-validation", width(best.squares), best.squares);
    }
    if let Some(likelihood) = likelihood {
        add("likelihood, floored", width(best.floored), best.floored);
        add("likelihood, strict", width(best.strict), best.strict);
        add("nobody alone from", likelihood.strict_from, None);
    }
    table
}

/// The option that takes a width, or the widths of a box, as they are.
fn option(widths: &[f64]) -> String {
    let given: Vec<String> = widths.iter().map(|&width| significant(width)).collect();
    if given.windows(2).all(|two| two[0] == two[1]) {
        format!("--width {}", given[0])
    } else {
        format!("--widths-per-dimension {}", given.join(","))
    }
}

/// A width of the grid in units of the samples: one, or one for each dimension.
fn in_samples(selection: &Selection, width: f64) -> Vec<f64> {
    selection.factors.iter().map(|factor| factor * width).collect()
}

/// What was tried, and in which units.
fn scaling(selection: &Selection) -> String {
    let tried = match selection.widths[..] {
        [] if selection.scale == Scale::Spread => {
            return "no width was tried; each is in proportion to the robust spread of its dimension".into();
        }
        [] => return "no width was tried".into(),
        [one] => format!("width {}", given(one)),
        [first, .., last] => {
            let number = selection.widths.len();
            format!("{number} widths from {} to {}", significant(first), significant(last))
        }
    };
    match selection.scale {
        Scale::None => format!("{tried}, the same in every dimension; samples as they are"),
        Scale::Spread => format!(
            "{tried} times the robust spread of each dimension; samples are divided by their spreads, which \
             rounds them"
        ),
    }
}
