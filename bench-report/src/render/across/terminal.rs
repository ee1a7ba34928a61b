//! A comparison for a terminal: tables and sentences, plain text without color.
//!
//! Separate because it alone wraps lines. Next: `page.rs` for what is said.

use std::fmt::Write as _;

use super::{
    super::terminal::{table, write_wrapped},
    Format,
    page::{self, Page},
};
use crate::{Error, across::Across};

/// Standard output.
#[derive(Clone, Copy, Debug)]
pub struct Terminal;

impl Format for Terminal {
    fn name(&self) -> &'static str {
        "terminal"
    }

    fn lay_out(&self, across: &Across) -> Result<String, Error> {
        let mut out = String::new();
        write_page(&mut out, page::of(across))
            .map_err(|error| Error::Render { format: self.name(), source: error.into() })?;
        Ok(out)
    }
}

fn write_page(out: &mut String, page: Page) -> std::fmt::Result {
    write_wrapped(out, "", &page.title)?;
    for part in page.tables {
        writeln!(out, "\n{}\n{}", part.title, table(&part.table))?;
    }
    writeln!(out)?;
    for answer in &page.answers {
        write_wrapped(out, "", answer)?;
    }
    writeln!(out)?;
    for note in &page.notes {
        write_wrapped(out, "note: ", note)?;
    }
    for left_out in &page.left_out {
        write_wrapped(out, "not compared: ", left_out)?;
    }
    Ok(())
}
