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
//!   nobody knows what else was damaged.
//!
//! Next: [`content`], what the lines add up to; [`super::assemble`], which makes a study of it.

pub mod content;
mod error;
mod line;

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

pub use content::Content;
pub use error::Error;
pub use line::{FORMAT, Header, Line, Resumed, SeriesStart, Taken, VERSION};

/// Name of the file in the output folder.
pub const FILE: &str = "study.journal";

/// A journal that is open for writing, and everything that it holds.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    content: Content,
}

impl Journal {
    /// Begins a journal in `folder`. The journal of a study that was not finished is moved aside; its
    /// new name comes back, too.
    ///
    /// # Errors
    /// [`Error::Unwritable`], or [`Error::Busy`] while another program writes it.
    pub fn create(folder: &Path, header: Header) -> Result<(Self, Option<PathBuf>), Error> {
        let path = folder.join(FILE);
        let unwritable = |source| Error::Unwritable { path: path.clone(), source };
        std::fs::create_dir_all(folder).map_err(unwritable)?;
        let aside = move_aside(&path)?;
        let file = open(&path)?;
        file.set_len(0).map_err(unwritable)?;
        let mut journal = Self { path, file, content: Content::default() };
        journal.append(&Line::Header(Box::new(header)))?;
        journal.sync()?;
        Ok((journal, aside))
    }

    /// Opens the journal in `folder` to go on, without its torn last line.
    ///
    /// # Errors
    /// As [`Content::read`]; [`Error::Unwritable`]; [`Error::Busy`] while another program writes it.
    pub fn reopen(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(FILE);
        let content = Content::read(&path)?;
        let file = open(&path)?;
        // Read before the lock was held: whoever held it may have added something.
        let content = Content::read(&path).unwrap_or(content);
        file.set_len(content.bytes())
            .map_err(|source| Error::Unwritable { path: path.clone(), source })?;
        Ok(Self { path, file, content })
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

/// Opens the file for appending, for this program alone.
fn open(path: &Path) -> Result<File, Error> {
    let file = File::options().append(true).create(true).open(path);
    let file = file.map_err(|source| Error::Unwritable { path: path.into(), source })?;
    match file.try_lock() {
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::Busy { path: path.into() }),
        // A file system without locks is no reason not to measure.
        Ok(()) | Err(std::fs::TryLockError::Error(_)) => Ok(file),
    }
}

/// Gives an unfinished journal at `path` another name. A finished one may be overwritten: its study is
/// in `study.json`; and so may one without any line.
fn move_aside(path: &Path) -> Result<Option<PathBuf>, Error> {
    match Content::read(path) {
        Ok(content) if content.is_finished() => return Ok(None),
        Err(Error::Missing { .. } | Error::Empty { .. }) => return Ok(None),
        Ok(_) | Err(_) => {}
    }
    let _held_until_renamed = open(path)?;
    let names = std::iter::once(format!("{FILE}.old"));
    let mut names = names.chain((2_u32..).map(|number| format!("{FILE}.old-{number}")));
    let free = names.find_map(|name| Some(path.with_file_name(name)).filter(|old| !old.exists()));
    let Some(old) = free else { return Ok(None) };
    std::fs::rename(path, &old)
        .map_err(|source| Error::Unwritable { path: old.clone(), source })?;
    Ok(Some(old))
}

#[cfg(test)]
mod tests;
