//! Samples and centers from files.
//!
//! The one door through which other people's numbers come in; separate so that everything behind it
//! may rely on what `kernel::Samples` promises. The file name's extension chooses the reader from
//! [`FORMATS`]; every refusal names the file, what was found and what is allowed.
//!
//! Next: [`npy`] and [`csv`], one reader each, and behind a feature `parquet`; [`columns`] for the choice of
//! columns; [`source`] for what readers have in common, [`ahead`] for files that are larger than memory.

pub mod ahead;
pub mod block;
pub mod columns;
pub mod csv;
pub mod dropped;
pub mod npy;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod samples;
pub mod source;

use std::fs::File;
use std::path::{Path, PathBuf};

pub use ahead::Caching;
pub use block::Block;
pub use columns::Columns;
pub use dropped::Dropped;
pub use samples::AnySamples;
pub use source::{Length, Opened, Rows, Shape};

/// What can be wrong with a file of samples.
#[derive(Debug, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct Error {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    #[source]
    pub problem: Problem,
}

/// What is wrong, without the name of the file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The file cannot be opened or read.
    #[error("cannot read the file: {0}")]
    Io(#[from] std::io::Error),
    /// The path is a folder, a pipe or a device.
    #[error("not a regular file")]
    NotAFile,
    /// No reader for this extension.
    #[error("unknown extension '{found}'; allowed: {allowed}")]
    Extension {
        /// Extension found, without the dot.
        found: String,
        /// Every known extension.
        allowed: String,
    },
    /// The content is not what the format prescribes.
    #[error("{0}")]
    Format(String),
    /// There are more rows than may be read.
    #[error("holds more than {most} rows; no more fit into memory")]
    Longer {
        /// How many may be.
        most: usize,
    },
    /// A column was asked for that is not there, or twice.
    #[error("{0}")]
    Column(String),
    /// The samples themselves are refused.
    #[error(transparent)]
    Samples(#[from] kernel::Error),
}

impl Problem {
    /// The error for the file at `path`.
    pub fn of(self, path: &Path) -> Error {
        Error { path: path.to_owned(), problem: self }
    }
}

/// What happens to rows with a value that is NaN or infinite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NonFinite {
    /// They are an error that names the first of them.
    #[default]
    Reject,
    /// They are left out, of the counts and of n.
    Drop,
}

/// How a file is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// Which columns, in which order; each is one dimension.
    pub columns: Columns,
    /// What happens to rows that are not finite.
    pub non_finite: NonFinite,
}

/// What a file held.
#[derive(Debug)]
pub struct Input {
    /// The rows that were kept, in the order of the file.
    pub samples: AnySamples,
    /// Rows of the file that were dropped because they were not finite.
    pub dropped: Dropped,
}

/// Told how many further bytes of the file were read.
pub type Advance<'a> = &'a mut dyn FnMut(u64);

/// A kind of file: its extension and its reader.
#[derive(Clone, Copy)]
pub struct Format {
    /// Extension without the dot, lower case.
    pub extension: &'static str,
    /// Looks at an opened regular file of the given length in bytes.
    open: fn(File, u64, &Options) -> Result<Opened, Problem>,
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Format({})", self.extension)
    }
}

/// Every kind of file that can be read.
pub const FORMATS: &[Format] = &[
    Format { extension: "npy", open: npy::open },
    Format { extension: "csv", open: csv::open },
    #[cfg(feature = "parquet")]
    Format { extension: PARQUET, open: parquet::open },
];

/// Bytes of the file at `path`, 0 if it cannot be told: the length of a progress bar.
pub fn file_bytes(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// Reads the file at `path`; rows are samples, columns are dimensions.
///
/// Needs the memory of the samples, and at most as much again while a file is read whose number of
/// rows is not known beforehand.
///
/// # Errors
/// [`Error`] if the extension is unknown, the file cannot be read, is malformed, lacks a column that
/// was asked for, or holds a value that is not finite and [`NonFinite::Reject`] holds.
pub fn read(path: &Path, options: &Options, advance: Advance<'_>) -> Result<Input, Error> {
    read_opened(path, open(path, options)?, advance)
}

/// Reads the file at `path`, which was opened, as [`read`].
///
/// # Errors
/// As [`read`].
pub fn read_opened(path: &Path, opened: Opened, advance: Advance<'_>) -> Result<Input, Error> {
    opened.whole(advance).map_err(|problem| problem.of(path))
}

/// Opens the file at `path` and looks at what it says about its rows, but does not read them.
///
/// # Errors
/// As [`read`], as far as that shows.
pub fn open(path: &Path, options: &Options) -> Result<Opened, Error> {
    open_as(path, options).map_err(|problem| problem.of(path))
}

fn open_as(path: &Path, options: &Options) -> Result<Opened, Problem> {
    let format = format_of(path)?;
    // Asked before opening, because opening a pipe waits for somebody to write.
    if !std::fs::metadata(path)?.is_file() {
        return Err(Problem::NotAFile);
    }
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    (format.open)(file, bytes, options)
}

fn format_of(path: &Path) -> Result<&'static Format, Problem> {
    let found = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    if let Some(format) = FORMATS.iter().find(|format| format.extension == found) {
        return Ok(format);
    }
    let known: Vec<&str> = FORMATS.iter().map(|format| format.extension).collect();
    let in_other_builds = if known.contains(&PARQUET) {
        ""
    } else {
        " (parquet only where parzen was built with --features parquet)"
    };
    let allowed = known.join(", ") + in_other_builds;
    Err(Problem::Extension { found, allowed })
}

/// The extension of a format that is behind a feature.
const PARQUET: &str = "parquet";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_extensions_name_the_allowed_ones() {
        for name in ["x.txt", "x", ".npy"] {
            let error = read(Path::new(name), &Options::default(), &mut |_| ()).unwrap_err();
            let message = error.to_string();
            assert!(message.starts_with(name) && message.contains("npy, csv"), "{message}");
        }
    }

    #[test]
    fn extensions_are_read_in_any_case() {
        assert_eq!(format_of(Path::new("A.CSV")).unwrap().extension, "csv");
    }
}
