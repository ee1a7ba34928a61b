//! From a comparison of results to text: one file per format, registered once.
//!
//! Separate from the reports in [`super`] because a comparison has rows and verdicts where a report
//! has pages. What all formats say is gathered in `page.rs`. To add a format, write its file and add
//! it to [`ALL`]; command line, help and tests follow. Next: [`crate::across`].

mod json;
mod markdown;
mod page;
mod terminal;

use crate::{Error, across::Across};

pub use json::Json;
pub use markdown::Markdown;
pub use terminal::Terminal;

/// A way to write a comparison down.
pub trait Format: Sync {
    /// Name, as on the command line.
    fn name(&self) -> &'static str;

    /// The comparison as text; the same comparison gives the same bytes.
    ///
    /// # Errors
    ///
    /// Text could not be put together; none of the formats does that today.
    fn lay_out(&self, across: &Across) -> Result<String, Error>;
}

/// Every format; the first is the default.
pub const ALL: &[&dyn Format] = &[&Terminal, &Markdown, &Json];

/// The format that is put between the markers of other files.
pub const SPLICED: &dyn Format = &Markdown;

/// The format with this name.
pub fn by_name(name: &str) -> Option<&'static dyn Format> {
    ALL.iter().copied().find(|format| format.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_found_by_its_own_name() {
        for format in ALL {
            assert_eq!(by_name(format.name()).unwrap().name(), format.name());
        }
        assert!(by_name("gopher").is_none());
    }
}
