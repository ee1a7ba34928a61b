//! Puts rendered reports into files, each whole or not at all.
//!
//! Separate because it is the only code here that changes the file system.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::{
    Error,
    compare::Compared,
    model::Report,
    render::{Format, splice},
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
/// old file or the new one, and a full disk leaves all of the old ones.
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
            files.push((out.join(file_name), format.lay_out(compared)?));
        }
    }
    let failed = |path: &Path| {
        let path = path.to_path_buf();
        |source| Error::Write { path, source }
    };
    if !files.is_empty() {
        fs::create_dir_all(out).map_err(failed(out))?;
    }
    let staged: Vec<(NamedTempFile, &Path)> = files
        .iter()
        .map(|(path, text)| Ok((stage(out, text).map_err(failed(path))?, path.as_path())))
        .collect::<Result<_, Error>>()?;
    for (file, path) in staged {
        file.persist(path).map_err(|error| failed(path)(error.error))?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

/// Puts `text` between the markers of the file at `path`, as [`splice::spliced`] says; all its other
/// bytes, and who may read it, stay as they are. A link is followed, not replaced.
///
/// # Errors
///
/// The file cannot be read or has not exactly one pair of markers ([`Error::Useless`]), or cannot be
/// written; then it is as it was.
pub fn splice(path: &Path, name: Option<&str>, text: &str) -> Result<(), Error> {
    let unreadable = |source| Error::Read { path: path.to_path_buf(), source };
    let target = fs::canonicalize(path).map_err(unreadable)?;
    let old = fs::read(&target).map_err(unreadable)?;
    let new = splice::spliced(&old, name, text).map_err(|problem| Error::Useless {
        path: path.to_path_buf(),
        problem: problem.to_string(),
    })?;
    if new == old {
        return Ok(());
    }
    replace_content(&target, &new)
        .map_err(|source| Error::Write { path: path.to_path_buf(), source })
}

/// Replaces the file at `path`, which exists, by one with the same permissions.
fn replace_content(path: &Path, content: &[u8]) -> io::Result<()> {
    let permissions = fs::metadata(path)?.permissions();
    let directory = path.parent().unwrap_or(Path::new("."));
    let mut file = builder().tempfile_in(directory)?;
    file.write_all(content)?;
    file.as_file().set_permissions(permissions)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Puts `text` into a new file in `directory`, down to the disk: a rename that outlives a crash must
/// not name a file that did not.
fn stage(directory: &Path, text: &str) -> io::Result<NamedTempFile> {
    let mut file = builder().tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
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
