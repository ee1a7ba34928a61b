//! The table for a terminal: the most telling numbers and the answer, plain text without color.
//!
//! Separate because it is the one format that goes to standard output. It never asks how wide the
//! terminal is: the same report gives the same bytes.

use std::fmt::Write as _;

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, presets};

use super::{Format, chapters, tables};
use crate::{
    Error, answer,
    compare::{Compared, Comparison},
    model::{Study, Workload},
    quantity, tour,
};

/// Where a workload has more laws than this, the terminal only says so.
const MOST_LAWS: usize = 3;

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

    fn lay_out(&self, compared: &Compared<'_>) -> Result<String, Error> {
        let mut out = String::new();
        write_report(&mut out, compared)
            .map_err(|error| Error::Render { format: self.name(), source: error.into() })?;
        Ok(out)
    }
}

/// The sections of the tours that have this name, as text; `None` if there is none.
pub fn section(compared: &Compared<'_>, name: &str) -> Option<String> {
    let chapters = tour::chapters_of(compared, name);
    let mut out = String::new();
    let written = chapters.iter().try_for_each(|one| chapters::write_terminal(&mut out, one));
    written.ok().filter(|()| !chapters.is_empty()).map(|()| out)
}

/// The parts of a tour come first, because its study is one of them.
fn write_report(out: &mut String, compared: &Compared<'_>) -> std::fmt::Result {
    let chapters = chapters::of(compared);
    let has_tour = !compared.report.tours.is_empty();
    let (before, after) =
        if has_tour { (&chapters[..], &[][..]) } else { (&[][..], &chapters[..]) };
    before.iter().try_for_each(|one| chapters::write_terminal(out, one))?;
    write_studies(out, compared)?;
    after.iter().try_for_each(|one| chapters::write_terminal(out, one))
}

fn write_studies(out: &mut String, compared: &Compared<'_>) -> std::fmt::Result {
    for of_study in &compared.studies {
        let study = of_study.study;
        for (workload, comparison) in of_study.workloads() {
            write_workload(out, study, workload, comparison)?;
        }
        for warning in study.warnings.iter().chain(&answer::study_doubts(study)) {
            write_wrapped(out, "warning: ", warning)?;
        }
    }
    Ok(())
}

fn write_workload(
    out: &mut String,
    study: &Study,
    workload: &Workload,
    comparison: &Comparison,
) -> std::fmt::Result {
    write_wrapped(out, "", &answer::heading(study, workload))?;
    let blocks = quantity::counted(workload.blocks.len() as u64, "block");
    writeln!(out, "{}, {blocks}, {}", tables::size(workload), study.isa)?;
    if let Some(headline) = answer::headline(workload, comparison) {
        write_wrapped(out, "", &headline)?;
    }
    if comparison.sweeps.len() > 1 {
        write_backends(out, study, workload, comparison)?;
    } else {
        write_one_backend(out, study, workload, comparison)?;
    }
    let mut laws = answer::laws_in_brief(comparison);
    if laws.len() > MOST_LAWS {
        laws = vec![format!("{} of them, in the other formats of this report", laws.len())];
    }
    for law in laws {
        write_wrapped(out, "which law? ", &law)?;
    }
    let belief = answer::belief(workload, comparison);
    let belief: Vec<String> =
        belief.into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
    write_wrapped(out, "can this be believed? ", &format!("{}.", belief.join("; ")))?;
    for doubt in answer::doubts(study, workload, comparison) {
        write_wrapped(out, "warning: ", &doubt)?;
    }
    writeln!(out)
}

/// A row for each number of workers, and the sentence.
fn write_one_backend(
    out: &mut String,
    study: &Study,
    workload: &Workload,
    comparison: &Comparison,
) -> std::fmt::Result {
    let columns = tables::BRIEF.map(String::from).into();
    let rows = tables::brief(workload, comparison);
    writeln!(out, "{}", table(&tables::Table { columns, rows }))?;
    writeln!(out, "{}in parentheses: 95 % intervals", star(workload))?;
    for sentence in answer::sentences(study, workload, comparison) {
        write_wrapped(out, "", &sentence)?;
    }
    Ok(())
}

/// Two rows for each backend; the sentences would fill screens and stand in the pages.
fn write_backends(
    out: &mut String,
    study: &Study,
    workload: &Workload,
    comparison: &Comparison,
) -> std::fmt::Result {
    writeln!(out, "{}", table(&tables::side_by_side(workload, comparison)))?;
    match comparison.reference {
        Some(reference) => {
            let serial = quantity::time(comparison.figures[reference].pass_ns.value);
            let line = format!(
                "{}100 % is the serial code, {serial} a pass; below each: its 95 % interval; adds up \
                 to: workers up to which the interval of every step lies above 0",
                star(workload)
            );
            write_wrapped(out, "", &line)
        }
        None => answer::sentences(study, workload, comparison)
            .iter()
            .try_for_each(|sentence| write_wrapped(out, "", sentence)),
    }
}

/// What the star means, if there is one.
fn star(workload: &Workload) -> &'static str {
    let is_starred = workload.entries.iter().any(|entry| entry.oversubscribed);
    if is_starred { "* more workers than CPUs; " } else { "" }
}

/// The first column to the left, numbers to the right.
pub(super) fn table(content: &tables::Table) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING.header_separator(LineStyle::none().fill('─').junction('─')))
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(&content.columns)
        .add_rows(&content.rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.trim_fmt()
}

/// Text in lines of at most [`WIDTH`] characters where it has spaces.
pub(super) fn write_wrapped(out: &mut String, prefix: &str, text: &str) -> std::fmt::Result {
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
