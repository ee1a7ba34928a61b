//! The table for a terminal: the most telling numbers and the answer, plain text without color.
//!
//! Separate because it is the one format that goes to standard output. It never asks how wide the
//! terminal is: the same report gives the same bytes.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, presets};

use super::{Format, tables};
use crate::{
    Error, answer, compare,
    model::{Report, Study, Workload},
    quantity,
};

/// Standard output.
#[derive(Clone, Copy, Debug)]
pub struct Terminal;

/// Columns of the text around the table.
const WIDTH: usize = 96;

impl Format for Terminal {
    fn name(&self) -> &'static str {
        "terminal"
    }

    fn file_name(&self) -> Option<&'static str> {
        None
    }

    fn render(&self, report: &Report) -> Result<String, Error> {
        let mut out = String::new();
        write_report(&mut out, report)
            .map_err(|error| Error::Render { format: self.name(), source: error.into() })?;
        Ok(out)
    }
}

fn write_report(out: &mut String, report: &Report) -> std::fmt::Result {
    for study in &report.studies {
        for workload in &study.workloads {
            write_workload(out, study, workload)?;
        }
        for warning in &study.warnings {
            write_wrapped(out, "warning: ", warning)?;
        }
    }
    Ok(())
}

fn write_workload(out: &mut String, study: &Study, workload: &Workload) -> std::fmt::Result {
    let comparison = compare::workload(workload);
    writeln!(
        out,
        "{}: {}, {}, {}",
        workload.name,
        tables::size(workload),
        quantity::counted(workload.order.len() as u64, "block"),
        study.isa
    )?;
    writeln!(out, "{}", table(tables::brief(workload, &comparison)))?;
    if workload.entries.iter().any(|entry| entry.oversubscribed) {
        writeln!(out, "* more workers than CPUs; in parentheses: 95 % intervals")?;
    } else {
        writeln!(out, "in parentheses: 95 % intervals")?;
    }
    for sentence in answer::sentences(workload, &comparison, &study.machine) {
        write_wrapped(out, "", &sentence)?;
    }
    for doubt in answer::doubts(workload, &comparison) {
        write_wrapped(out, "warning: ", &doubt)?;
    }
    writeln!(out)
}

/// The first column to the left, numbers to the right.
fn table(rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING.header_separator(LineStyle::none().fill('─').junction('─')))
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(tables::BRIEF)
        .add_rows(rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.trim_fmt()
}

/// Text in lines of at most [`WIDTH`] characters where it has spaces.
fn write_wrapped(out: &mut String, prefix: &str, text: &str) -> std::fmt::Result {
    let mut line = prefix.to_owned();
    let mut is_first = true;
    for word in text.split(' ') {
        if !is_first && line.chars().count() + 1 + word.chars().count() > WIDTH {
            writeln!(out, "{line}")?;
            line.clear();
            is_first = true;
        }
        if !is_first {
            line.push(' ');
        }
        line.push_str(word);
        is_first = false;
    }
    writeln!(out, "{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_wrapped_and_no_word_is_lost() {
        let text = "word ".repeat(60) + &"x".repeat(120);
        let mut out = String::new();
        write_wrapped(&mut out, "warning: ", &text).unwrap();
        let words: Vec<&str> = out.split_whitespace().collect();
        assert_eq!(words.len(), 62);
        assert!(out.lines().filter(|l| !l.contains('x')).all(|l| l.chars().count() <= WIDTH));
    }
}
