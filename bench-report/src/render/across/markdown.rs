//! A comparison for a pull request: the answer, a short table, and the rest folded.
//!
//! Separate because a comment must be short and must call nobody: `plain.rs` keeps text plain.
//! Next: `page.rs` for what is said.

use std::fmt::Write as _;

use super::{
    super::{markdown::write_table, plain::escape, tables::Table},
    Format,
    page::{self, Page},
};
use crate::{Error, across::Across, quantity};

/// Rows of a table before the rest is only counted.
const MOST_ROWS: usize = 50;

/// Text for a comment, or between two markers of a file.
#[derive(Clone, Copy, Debug)]
pub struct Markdown;

impl Format for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn lay_out(&self, across: &Across) -> Result<String, Error> {
        let mut out = String::new();
        write_page(&mut out, page::of(across))
            .map_err(|error| Error::Render { format: self.name(), source: error.into() })?;
        Ok(out)
    }
}

fn write_page(out: &mut String, page: Page) -> std::fmt::Result {
    writeln!(out, "**{}**\n", escape(&page.title))?;
    for answer in &page.answers {
        writeln!(out, "- {}", escape(answer))?;
    }
    for part in page.tables {
        writeln!(out, "\n{}\n", escape(&part.title))?;
        write_short(out, part.table)?;
    }
    write_folded(out, "How to read this", &page.notes)?;
    if page.left_out.is_empty() {
        return Ok(());
    }
    write_folded(out, "What is not compared", &page.left_out)
}

/// The first rows, and how many more there are.
fn write_short(out: &mut String, mut table: Table) -> std::fmt::Result {
    let more = table.rows.len().saturating_sub(MOST_ROWS);
    table.rows.truncate(MOST_ROWS);
    write_table(out, &table)?;
    if more > 0 {
        let more = quantity::counted(more as u64, "row");
        writeln!(out, "\nNot shown here, but in the other formats of this comparison: {more}.")?;
    }
    Ok(())
}

fn write_folded(out: &mut String, title: &str, lines: &[String]) -> std::fmt::Result {
    writeln!(out, "\n<details><summary>{title}</summary>\n")?;
    for line in lines {
        writeln!(out, "- {}", escape(line))?;
    }
    writeln!(out, "\n</details>")
}
