//! The journal of a study: a line for every sample, on disk as soon as it is taken.
//!
//! Whatever ends a study early (Ctrl-C, `kill -9`, a power cut), what was measured is in the journal,
//! and the study can go on from there. `study.json` is made from a journal in any case, so that an
//! interrupted study and a whole one cannot differ. The file is JSON lines, `docs/formats.md` has them
//! field by field.
//!
//! - A line goes into the file in one write at its end: it is there as a whole or torn, never mixed.
//! - The header and whole blocks are forced to the disk, between measurements; what the system had
//!   not written yet is lost by a power cut only, never by the death of this program.
//! - A torn last line is dropped when the study goes on. A garbled line before others is an error:
//!   nobody knows what else was damaged. The lines before it still make a study, but it cannot go on.
//!
//! Next: [`content`], what the lines add up to; [`super::assemble`], which makes a study of it.

pub mod content;
mod error;
mod line;

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

pub use content::Content;
pub use error::Error;
pub use line::{FORMAT, Header, Line, Resumed, SeriesStart, Taken, VERSION};

use super::record;

/// Name of the file in the output folder.
pub const FILE: &str = "study.journal";

/// A journal that is open for writing, and everything that it holds.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    content: Content,
    /// There is a torn line behind the content.
    torn: bool,
}

impl Journal {
    /// Begins a journal in `folder`. A journal that is there already is moved aside, unless its study
    /// is finished and in `study.json`; its new name comes back, too.
    ///
    /// # Errors
    /// [`Error::Unwritable`], or [`Error::Busy`] while another program writes it.
    pub fn create(folder: &Path, header: Header) -> Result<(Self, Option<PathBuf>), Error> {
        let path = folder.join(FILE);
        let unwritable = |source| Error::Unwritable { path: path.clone(), source };
        std::fs::create_dir_all(folder).map_err(unwritable)?;
        let mut file = open(&path, File::options().append(true).create(true))?;
        let mut aside = None;
        if is_dispensable(folder, &path) {
            file.set_len(0).map_err(unwritable)?;
        } else {
            aside = Some(move_aside(&path)?);
            file = open(&path, File::options().append(true).create_new(true))?;
        }
        let mut journal = Self { path, file, content: Content::default(), torn: false };
        journal.append(&Line::Header(Box::new(header)))?;
        journal.sync()?;
        crate::output::file::sync_folder(folder)
            .map_err(|source| Error::Unwritable { path: folder.into(), source })?;
        Ok((journal, aside))
    }

    /// Opens the journal in `folder` to go on. The file stays as it is until the first line is added;
    /// then a torn last line is cut off.
    ///
    /// # Errors
    /// As [`Content::read`]; [`Error::Unwritable`]; [`Error::Busy`] while another program writes it.
    pub fn reopen(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE);
        let file = open(&path, File::options().append(true))?;
        let content = Content::read(&path)?;
        let length = file.metadata();
        let length = length.map_err(|source| Error::Unreadable { path: path.clone(), source })?;
        let torn = length.len() > content.bytes();
        Ok(Self { path, file, content, torn })
    }

    /// Everything that was written.
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Adds a line.
    ///
    /// # Errors
    /// [`Error::Unwritable`]; what was there before is kept.
    ///
    /// # Panics
    /// If the line does not follow from those before it.
    pub fn append(&mut self, line: &Line) -> Result<(), Error> {
        let unwritable = |source| Error::Unwritable { path: self.path.clone(), source };
        let mut bytes = serde_json::to_vec(line).map_err(|error| unwritable(error.into()))?;
        bytes.push(b'\n');
        if std::mem::take(&mut self.torn) {
            self.file.set_len(self.content.bytes()).map_err(unwritable)?;
        }
        self.file.write_all(&bytes).map_err(unwritable)?;
        let applied = self.content.add(line.clone(), bytes.len() as u64);
        assert_eq!(applied, Ok(()), "lines are appended in order");
        Ok(())
    }

    /// Waits until everything is on the disk.
    ///
    /// # Errors
    /// [`Error::Unwritable`].
    pub fn sync(&self) -> Result<(), Error> {
        let unwritable = |source| Error::Unwritable { path: self.path.clone(), source };
        self.file.sync_data().map_err(unwritable)
    }
}

/// Opens the file as `options` say, for this program alone.
fn open(path: &Path, options: &OpenOptions) -> Result<File, Error> {
    let file = options.open(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => Error::Missing { path: path.into() },
        // Another program was faster.
        ErrorKind::AlreadyExists => Error::Busy { path: path.into() },
        _ => Error::Unwritable { path: path.into(), source },
    })?;
    match file.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::Busy { path: path.into() }),
        // A file system without locks is no reason not to measure.
        Ok(()) | Err(std::fs::TryLockError::Error(_)) => Ok(file),
    }
}

/// Whether nothing is lost with the journal at `path`: it has no line, or its study is finished and
/// in `study.json`. (A full disk or a kill may come between the last line and that file.)
fn is_dispensable(folder: &Path, path: &Path) -> bool {
    match Content::read(path) {
        Ok(content) => content.header().is_some_and(|header| {
            content.is_finished() && record::is_written(folder, header.created_unix_s, header.seed)
        }),
        Err(error) => matches!(error, Error::Missing { .. } | Error::Empty { .. }),
    }
}

/// Gives the journal at `path` another name, which comes back.
fn move_aside(path: &Path) -> Result<PathBuf, Error> {
    let mut old = path.with_file_name(format!("{FILE}.old"));
    let mut number = 2_u32;
    while old.exists() {
        old = path.with_file_name(format!("{FILE}.old-{number}"));
        number += 1;
    }
    std::fs::rename(path, &old)
        .map_err(|source| Error::Unwritable { path: old.clone(), source })?;
    Ok(old)
}

#[cfg(test)]
mod tests;
