//! What can go wrong between a result file and a report, in one enum.
//!
//! Separate because the program maps it to exit codes: what came in is bad, or what goes out could
//! not be written. Next: [`crate::source`], which makes most of these.

use std::path::PathBuf;

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file cannot be read at all.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file that was asked for.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file or directory can be read, but nothing that is of use is in it.
    #[error("{} {problem}", path.display())]
    Useless {
        /// The file or directory that was asked for.
        path: PathBuf,
        /// What is wrong with it, as the rest of a sentence.
        problem: String,
    },
    /// The file is not JSON, is cut off, or lacks a field.
    #[error("{} is not a readable study", path.display())]
    Parse {
        /// The file that was read.
        path: PathBuf,
        /// Line, column and the field.
        source: serde_json::Error,
    },
    /// The file is JSON, but of another kind.
    #[error("{} has format {found:?}, expected {expected:?}", path.display())]
    Format {
        /// The file that was read.
        path: PathBuf,
        /// The value of `format`, empty if there is none.
        found: String,
        /// The only value that this reader knows.
        expected: &'static str,
    },
    /// The file is of the right kind, but of a version that this program does not know.
    #[error("{} has version {found}, this program reads {expected}", path.display())]
    Version {
        /// The file that was read.
        path: PathBuf,
        /// The value of `version`.
        found: u64,
        /// The versions that this reader knows, in words.
        expected: &'static str,
    },
    /// The fields can be read but contradict each other or lie outside their ranges.
    #[error("{}: {place}: {problem}", path.display())]
    Inconsistent {
        /// The file that was read.
        path: PathBuf,
        /// Where in the file, as `workload "article", block 3`.
        place: String,
        /// The offending value and the allowed range.
        problem: String,
    },
    /// A format could not turn the report into text.
    #[error("cannot render the report as {format}")]
    Render {
        /// Name of the format.
        format: &'static str,
        /// What the template engine said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The report exists in memory but not on disk.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file or directory that could not be written.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl Error {
    /// Whether the input is to blame (exit code 2) and not the writing of the report (exit code 1).
    pub fn is_bad_input(&self) -> bool {
        match self {
            Self::Read { .. }
            | Self::Useless { .. }
            | Self::Parse { .. }
            | Self::Format { .. }
            | Self::Version { .. }
            | Self::Inconsistent { .. } => true,
            Self::Render { .. } | Self::Write { .. } => false,
        }
    }
}
