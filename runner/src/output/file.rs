//! A result in a file, whole or not at all.
//!
//! Separate because every command that writes one promises the same: a temporary name in the same folder,
//! forced to the disk, then renamed. Whatever goes wrong before the rename leaves the previous file as it
//! was, and nothing beside it.

use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes the file at `path`; `write` writes its content.
///
/// # Errors
/// The system's reason, or that something else than a file has this name; a previous file is then still
/// whole.
pub fn whole(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = folder(path);
    check_replaceable(path)?;
    let mut file = readable_by_all().tempfile_in(folder)?;
    let mut writer = BufWriter::new(&mut file);
    write(&mut writer)?;
    writer.flush()?;
    drop(writer);
    // A new name for what is not on the disk yet would be an empty file after a power cut.
    file.as_file().sync_all()?;
    file.persist(path)?;
    sync_folder(folder)
}

/// Proves that [`whole`] can make files there: known before long work rather than after it.
///
/// # Errors
/// The system's reason.
pub fn check(path: &Path) -> io::Result<()> {
    check_replaceable(path)?;
    tempfile::tempfile_in(folder(path)).map(drop)
}

/// The folder of the file at `path`.
fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// A device or a pipe would be replaced by a file.
fn check_replaceable(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => {
            Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
        }
        _ => Ok(()),
    }
}

/// Waits until the names in `folder` are on the disk.
///
/// # Errors
/// The system's reason, but not that it cannot do this at all.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    match std::fs::File::open(folder)?.sync_all() {
        Err(error) if error.kind() != io::ErrorKind::InvalidInput => return Err(error),
        Ok(()) | Err(_) => {}
    }
    #[cfg(not(unix))]
    let _cannot_be_opened = folder;
    Ok(())
}

/// Temporary files are private by default; a result is as readable as any new file.
fn readable_by_all() -> tempfile::Builder<'static, 'static> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "modes are a thing of Unix"))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_wrong_leaves_the_previous_file_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.json");
        whole(&path, |out| out.write_all(b"old")).unwrap();
        let error = whole(&path, |out| {
            out.write_all(b"new")?;
            Err(io::Error::other("the disk is full"))
        });
        assert_eq!(error.unwrap_err().to_string(), "the disk is full");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        whole(&path, |out| out.write_all(b"new")).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_file_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(check(folder.path()).unwrap_err().to_string(), "not a regular file");
        assert!(whole(folder.path(), |_| Ok(())).is_err());
        assert!(check(&folder.path().join("no").join("such.json")).is_err());
        check(&folder.path().join("new.json")).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
