//! Puts rendered reports into files, each whole or not at all.
//!
//! Separate because it is the only code here that changes the file system.

use std::{
    fs::{self, File, Metadata},
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::{
    Error,
    compare::Compared,
    model::Report,
    render::{Format, Reader, splice},
};

/// Compares the workloads of a report and writes it, as [`write_compared`].
///
/// # Errors
///
/// As [`write_compared`].
pub fn write(report: &Report, formats: &[&dyn Format], out: &Path) -> Result<Vec<PathBuf>, Error> {
    write_compared(&Compared::of(report), formats, out)
}

/// Lays out every format that has a file, then writes the files into the directory `out`, which is
/// made if it is missing, and returns their paths. Formats without a file are left to the caller.
///
/// All are written under temporary names in `out` before the first is renamed. So a reader sees the
/// old file or the new one, and a full disk, or a directory where a file should go, leaves all of the
/// old ones. A new file may be read by whom the old one could. What programs read is renamed first:
/// if the system refuses a later rename, every page can be made again from it.
///
/// # Errors
///
/// A format does not accept the report (then nothing is written), or a file cannot be written.
pub fn write_compared(
    compared: &Compared<'_>,
    formats: &[&dyn Format],
    out: &Path,
) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for format in formats {
        if let Some(file_name) = format.file_name() {
            files.push((out.join(file_name), format.lay_out(compared)?, format.reader()));
        }
    }
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        |source| Error::Write { path, source }
    };
    if !files.is_empty() {
        fs::create_dir_all(out).map_err(failed(out))?;
    }
    let mut staged = Vec::new();
    for (path, text, reader) in &files {
        let file = stage(out, path, text).map_err(failed(path))?;
        staged.push((file, path, *reader));
    }
    staged.sort_by_key(|(_, _, reader)| *reader != Reader::Program);
    for (file, path, _) in staged {
        file.persist(path).map_err(|error| failed(path)(error.error))?;
    }
    Ok(files.into_iter().map(|(path, ..)| path).collect())
}

/// Puts `text` between the markers of the file at `path`, as [`splice::spliced`] says; all its other
/// bytes and its permissions stay as they are, and so do owner and group where the system lets this
/// process give a file away. A link is followed, not replaced.
///
/// # Errors
///
/// The file cannot be read or has not exactly one pair of markers ([`Error::Useless`]), or cannot be
/// written; then it is as it was.
pub fn splice(path: &Path, name: Option<&str>, text: &str) -> Result<(), Error> {
    let Spliced { target, old, new } = spliced(path, name, text)?;
    if new == old {
        return Ok(());
    }
    let directory = target.parent().unwrap_or(Path::new("."));
    let replaced = stage(directory, &target, &new).and_then(|file| Ok(file.persist(&target)?));
    replaced.map_err(|source| Error::Write { path: path.to_path_buf(), source })?;
    Ok(())
}

/// Whether [`splice()`] would find the file and its markers; for a program that must know before it
/// writes anything else.
///
/// # Errors
///
/// Those of [`splice()`] but [`Error::Write`].
pub fn check_splice(path: &Path, name: Option<&str>) -> Result<(), Error> {
    spliced(path, name, "").map(|_| ())
}

/// A file with its old and its new content.
struct Spliced {
    target: PathBuf,
    old: Vec<u8>,
    new: Vec<u8>,
}

fn spliced(path: &Path, name: Option<&str>, text: &str) -> Result<Spliced, Error> {
    let unreadable = |source| Error::Read { path: path.to_path_buf(), source };
    let target = fs::canonicalize(path).map_err(unreadable)?;
    let old = fs::read(&target).map_err(unreadable)?;
    let new = splice::spliced(&old, name, text).map_err(|problem| Error::Useless {
        path: path.to_path_buf(),
        problem: problem.to_string(),
    })?;
    Ok(Spliced { target, old, new })
}

/// Puts `content` into a new file in `directory`, down to the disk: a rename that outlives a crash
/// must not name a file that did not. If there is a file at `path` already, the new one takes after
/// it.
fn stage(directory: &Path, path: &Path, content: impl AsRef<[u8]>) -> io::Result<NamedTempFile> {
    let old = match fs::metadata(path) {
        // A rename would fail, but not before others were done.
        Ok(old) if old.is_dir() && !path.is_symlink() => return Err(ErrorKind::IsADirectory.into()),
        Ok(old) if old.is_file() => Some(old),
        _ => None,
    };
    let mut file = builder().tempfile_in(directory)?;
    file.write_all(content.as_ref())?;
    if let Some(old) = old {
        take_after(file.as_file(), &old)?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// Gives a new file the mode of the old one, and its owner and group as far as the system allows.
#[cfg(unix)]
fn take_after(file: &File, old: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};

    // Only the superuser may give a file away, but its owner may give it to a group of theirs. First,
    // because a change of owner takes bits off the mode.
    if fchown(file, Some(old.uid()), Some(old.gid())).is_err() {
        let _ = fchown(file, None, Some(old.gid()));
    }
    file.set_permissions(old.permissions())
}

/// Elsewhere nothing but "read-only" is known, and with that no file can be replaced.
#[cfg(not(unix))]
fn take_after(_file: &File, _old: &Metadata) -> io::Result<()> {
    Ok(())
}

/// Files that others may read as far as the user's mask allows, like every other output.
#[cfg(unix)]
fn builder() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt as _;

    let mut builder = tempfile::Builder::new();
    builder.permissions(fs::Permissions::from_mode(0o666));
    builder
}

/// Where there is no mask, the system's own rule.
#[cfg(not(unix))]
fn builder() -> tempfile::Builder<'static, 'static> {
    tempfile::Builder::new()
}
