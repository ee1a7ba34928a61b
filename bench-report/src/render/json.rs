//! The report as data: everything that was read for it, so that it can be made again without the
//! inputs.
//!
//! Separate because it is for programs, this one first of all: `source/report.rs` reads it back to
//! the same report, bit for bit. It holds no derived figure, for the next version may derive better
//! ones. Next: `docs/formats.md`, which tells the fields.

use serde::Serialize;

use super::{Format, Reader};
use crate::{
    Error,
    compare::Compared,
    model::Report,
    source::report::{FORMAT, VERSION},
};

/// `report.json`.
#[derive(Clone, Copy, Debug)]
pub struct Json;

#[derive(Serialize)]
struct File<'a> {
    format: &'static str,
    version: u64,
    report: &'a Report,
}

impl Format for Json {
    fn name(&self) -> &'static str {
        "json"
    }

    fn file_name(&self) -> Option<&'static str> {
        Some("report.json")
    }

    fn reader(&self) -> Reader {
        Reader::Program
    }

    fn lay_out(&self, compared: &Compared<'_>) -> Result<String, Error> {
        self.render(compared.report)
    }

    /// Nothing is compared for it.
    fn render(&self, report: &Report) -> Result<String, Error> {
        let file = File { format: FORMAT, version: VERSION, report };
        let failed =
            |error: serde_json::Error| Error::Render { format: self.name(), source: error.into() };
        let mut text = serde_json::to_string(&file).map_err(failed)?;
        text.push('\n');
        // In JSON this character only stands in texts; escaped, it cannot begin markup wherever the
        // file is pasted.
        Ok(text.replace('<', "\\u003c"))
    }
}
