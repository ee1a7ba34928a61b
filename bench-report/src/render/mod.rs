//! From a report to text: one file per format, registered once.
//!
//! Separate because a format knows layout and nothing else: numbers come from
//! [`crate::compare`], sentences from [`crate::answer`], rounding from [`crate::quantity`]. What
//! all formats show is gathered in `page.rs`. To add a format, write its file and add it to
//! [`ALL`]; command line, help and tests follow.

pub mod across;
mod chapters;
pub mod html;
pub mod json;
pub mod markdown;
mod page;
mod plain;
pub mod splice;
mod tables;
pub mod terminal;

use crate::{Error, compare::Compared, model::Report};

/// Who a format is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// People: it tells the answer in sentences.
    Person,
    /// Programs: it holds what was read and nothing that was derived.
    Program,
}

/// A way to write a report down.
pub trait Format: Sync {
    /// Name, as on the command line.
    fn name(&self) -> &'static str;

    /// Name of the file that it is written to; `None` for text that belongs on standard output.
    fn file_name(&self) -> Option<&'static str>;

    /// Who it is for.
    fn reader(&self) -> Reader {
        Reader::Person
    }

    /// Compared studies as text; the same studies give the same bytes.
    ///
    /// # Errors
    ///
    /// The template of the format does not accept the report.
    fn lay_out(&self, compared: &Compared<'_>) -> Result<String, Error>;

    /// The report as text: compares its workloads and lays them out. For several formats, compare
    /// once and use [`Self::lay_out`].
    ///
    /// # Errors
    ///
    /// As [`Self::lay_out`].
    fn render(&self, report: &Report) -> Result<String, Error> {
        self.lay_out(&Compared::of(report))
    }
}

/// Every format.
pub const ALL: &[&dyn Format] =
    &[&html::Html, &markdown::Markdown, &json::Json, &terminal::Terminal];

/// The formats that are for people.
pub fn for_people() -> impl Iterator<Item = &'static dyn Format> {
    ALL.iter().copied().filter(|format| format.reader() == Reader::Person)
}

/// The format that is put between the markers of other files.
pub const SPLICED: &dyn Format = &markdown::Markdown;

/// The format with this name.
pub fn by_name(name: &str) -> Option<&'static dyn Format> {
    ALL.iter().copied().find(|format| format.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_own_name_and_has_its_own_file() {
        for format in ALL {
            assert_eq!(by_name(format.name()).unwrap().file_name(), format.file_name());
            let same = ALL.iter().filter(|other| other.file_name() == format.file_name());
            assert_eq!(same.count(), 1, "{}", format.name());
        }
        assert!(by_name("gopher").is_none());
    }
}
