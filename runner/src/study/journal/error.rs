//! Why a journal cannot be used, in one enum.
//!
//! Next: [`super::Journal`].

use std::path::PathBuf;

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is none.
    #[error("{} does not exist: there is no study to go on with", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// It has no whole line.
    #[error("{} holds nothing: there is no study to go on with", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// It cannot be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A line that is not the last one makes no sense.
    #[error(
        "{}, line {line}: {problem}; it and what follows cannot be used: {dropped} {}",
        path.display(), if *dropped == 1 { "line" } else { "lines" }
    )]
    Garbled {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
        /// Lines that cannot be used: this one and all that follow.
        dropped: usize,
    },
    /// It cannot be written.
    #[error("{} cannot be written", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Another program writes it.
    #[error("{} is being written by another study; choose another --out", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
}
