//! The answers, of each chapter of a tour or an autopsy, too, their warnings and a table for each job, for a pull request or a place in a file.
//!
//! Separate from `markdown.rs`, which holds everything: a comment on a pull request takes 65 536
//! characters, and nobody reads a whole report there. Everything here is cut to a bound, and says
//! what it leaves out.

use std::fmt::Write as _;

use super::{
    Format,
    markdown::{write_list, write_table},
    page::{self, Answer, Page},
    plain::escape,
    tables::{self, Table},
};
use crate::{
    Error, answer,
    chart::both_ends_of,
    compare::{Compared, ComparedStudy, Comparison},
    model::Workload,
    quantity,
};

/// Answers, warnings, tables, and rows of a table.
const MOST_ANSWERS: usize = 32;
const MOST_WARNINGS: usize = 24;
const MOST_TABLES: usize = 16;
const MOST_ROWS: usize = 36;

/// Columns of a table; a study of many numbers of workers has the others in its whole report.
const MOST_COLUMNS: usize = 12;

/// Characters of a name, and of any other cell.
const LONGEST_NAME: usize = 40;
const LONGEST_CELL: usize = 24;

/// Characters of a sentence; names of any length may stand in it.
const MOST_CHARACTERS: usize = 400;

/// Topics whose tables stand here: results, not what explains them.
const TOPICS: [&str; 2] = ["implementations", "benchmarks"];

/// `brief.md`.
#[derive(Clone, Copy, Debug)]
pub struct Brief;

impl Format for Brief {
    fn name(&self) -> &'static str {
        "brief"
    }

    fn file_name(&self) -> Option<&'static str> {
        Some("brief.md")
    }

    fn lay_out(&self, compared: &Compared<'_>) -> Result<String, Error> {
        let mut text = String::new();
        write_brief(&mut text, compared, &page::of(compared))
            .map_err(|error| Error::Render { format: self.name(), source: error.into() })?;
        Ok(text)
    }
}

fn write_brief(out: &mut String, compared: &Compared<'_>, page: &Page) -> std::fmt::Result {
    for Answer { workload, sentence, .. } in page.answers.iter().take(MOST_ANSWERS) {
        writeln!(out, "**{}.** {}\n", escape(&cut(workload)), escape(&cut(sentence)))?;
    }
    write_left_out(out, page.answers.len(), MOST_ANSWERS, "answer")?;
    write_warnings(out, page)?;
    let tables = tables(compared, page);
    for (title, table) in tables.iter().take(MOST_TABLES) {
        writeln!(out, "{}:\n", escape(&cut(title)))?;
        write_table(out, &narrow(table))?;
        writeln!(out)?;
        write_left_out(out, table.rows.len(), MOST_ROWS, "row")?;
        write_left_out(out, table.columns.len(), MOST_COLUMNS, "column")?;
    }
    write_left_out(out, tables.len(), MOST_TABLES, "table")?;
    let sources = page.subtitles.iter().take(MOST_TABLES).map(|line| cut(line));
    let sources: Vec<String> = sources.collect();
    writeln!(
        out,
        "From {}. Parentheses and rows below others hold 95 % intervals.",
        escape(&sources.join("; "))
    )
}

fn write_warnings(out: &mut String, page: &Page) -> std::fmt::Result {
    let groups = page
        .warned
        .iter()
        .flat_map(|group| group.lines.iter().map(|line| format!("{}: {line}", group.about)));
    let warnings: Vec<String> = page.warnings.iter().cloned().chain(groups).collect();
    writeln!(out, "Warnings:\n")?;
    let shown: Vec<String> = warnings.iter().take(MOST_WARNINGS).map(|line| cut(line)).collect();
    write_list(out, shown.iter().map(String::as_str))?;
    writeln!(out)?;
    write_left_out(out, warnings.len(), MOST_WARNINGS, "warning")
}

/// One table for each workload, then those of results that have no workers.
fn tables(compared: &Compared<'_>, page: &Page) -> Vec<(String, Table)> {
    let workloads = compared.studies.iter().flat_map(ComparedStudy::workloads);
    let of_workload = |(workload, comparison): (&Workload, &Comparison)| {
        let table = if comparison.sweeps.len() > 1 {
            tables::side_by_side(workload, comparison)
        } else {
            let rows = tables::brief(workload, comparison);
            Table { columns: tables::BRIEF.map(String::from).into(), rows }
        };
        (answer::label(workload), table)
    };
    let others = page.topics.iter().chain(&page.listed).filter(|topic| TOPICS.contains(&topic.id));
    let others = others.flat_map(|topic| &topic.charts).map(|chart| {
        let Table { columns, rows } = &chart.table;
        (chart.title.clone(), Table { columns: columns.clone(), rows: rows.clone() })
    });
    workloads.map(of_workload).chain(others).collect()
}

/// The first rows and columns, with both ends of long cells.
fn narrow(table: &Table) -> Table {
    let cells = |cells: &Vec<String>| {
        let longest = std::iter::once(LONGEST_NAME).chain(std::iter::repeat(LONGEST_CELL));
        let cells = cells.iter().take(MOST_COLUMNS).zip(longest);
        cells.map(|(cell, longest)| both_ends_of(cell, longest)).collect::<Vec<_>>()
    };
    Table {
        columns: cells(&table.columns),
        rows: table.rows.iter().take(MOST_ROWS).map(cells).collect(),
    }
}

/// The beginning of a sentence that names have made too long.
fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST_CHARACTERS) {
        None => text.into(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// How many of so many things are not here.
fn write_left_out(out: &mut String, count: usize, shown: usize, thing: &str) -> std::fmt::Result {
    match count.saturating_sub(shown) as u64 {
        0 => Ok(()),
        1 => writeln!(out, "1 {thing} more stands in the whole report.\n"),
        more => {
            writeln!(out, "{} more stand in the whole report.\n", quantity::counted(more, thing))
        }
    }
}
