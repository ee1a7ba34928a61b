//! Where reports come from: one file per kind of result file, each ending in the same model.
//!
//! Separate because formats of files change on their own, and because a hostile or damaged file
//! must be stopped here: everything behind this seam trusts the ranges that `model.rs` states.
//! Next: [`study`], the only kind today, in two versions.

pub mod criterion;
pub mod study;

use std::path::Path;

use crate::{Error, model::Report};

/// A kind of result file.
pub trait Source: Sync {
    /// Name of the kind, as on the command line.
    fn name(&self) -> &'static str;

    /// Reads the file at `path` and adds what it holds to `report`.
    ///
    /// # Errors
    ///
    /// The file cannot be read, is of another kind or version, or contradicts itself.
    fn add(&self, path: &Path, report: &mut Report) -> Result<(), Error>;
}

/// Every kind of result file that can be read.
pub const ALL: &[&dyn Source] = &[&study::Study];

/// The longest text that a report repeats, in characters.
const LONGEST_TEXT: usize = 500;

/// Text from a file, fit to be shown: control characters, which could steer a terminal, and marks
/// that turn the direction of writing become `�`; very long text is cut.
fn shown(text: &str) -> String {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut clean: String = text
        .chars()
        .take(LONGEST_TEXT)
        .map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    if text.chars().nth(LONGEST_TEXT).is_some() {
        clean.push('…');
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_steers_a_terminal_is_made_harmless() {
        assert_eq!(shown("a\u{1b}[2Jb\nc\u{202e}d"), "a�[2Jb�c�d");
    }

    #[test]
    fn long_text_is_cut_and_marked() {
        let text = shown(&"é".repeat(LONGEST_TEXT + 1));
        assert_eq!(text.chars().count(), LONGEST_TEXT + 1);
        assert!(text.ends_with('…'));
        assert_eq!(shown(&"é".repeat(LONGEST_TEXT)).chars().count(), LONGEST_TEXT);
    }
}
