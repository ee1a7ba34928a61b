//! Result files whose names users choose, each whole or not at all.
//!
//! Apart from the study's own files, which have fixed names in a folder. All of a command's files are staged
//! before the first gets its name, so that a full disk leaves the old ones.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::study::interrupt::Interrupt;
use crate::study::record::{readable_by_all, sync_folder};

/// A file that is on the disk, under a temporary name; without [`Staged::keep`] it disappears.
#[derive(Debug)]
pub struct Staged {
    file: NamedTempFile,
    path: PathBuf,
}

/// Writes a file that is to become `path`, unless `interrupt` asks to stop meanwhile.
///
/// # Errors
/// [`Failure::Unwritable`] names the path, around the system's reason; [`Failure::Interrupted`].
pub fn stage(
    path: &Path,
    interrupt: &Interrupt,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<Staged> {
    let staged = || -> io::Result<NamedTempFile> {
        let mut file = readable_by_all().tempfile_in(folder(path))?;
        let watched = Watched { file: &mut file, interrupt };
        let mut writer = BufWriter::with_capacity(1 << 18, watched);
        write(&mut writer)?;
        writer.flush()?;
        drop(writer);
        // A new name for what is not on the disk yet would be an empty file after a power cut.
        file.as_file().sync_all()?;
        Ok(file)
    };
    let file = staged();
    if interrupt.is_requested() {
        let what = format!("interrupted; {} was not written", path.display());
        return Err(Failure::Interrupted(what).into());
    }
    Ok(Staged { file: file.with_context(|| unwritable(path))?, path: path.to_owned() })
}

/// A file whose writing ends once somebody asks to stop: then its temporary name can still be removed.
struct Watched<'a> {
    file: &'a mut NamedTempFile,
    interrupt: &'a Interrupt,
}

impl Write for Watched<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.interrupt.is_requested() {
            return Err(io::Error::other("interrupted")); // not of the kind that is tried again
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Staged {
    /// Gives the file its name, in place of an older one.
    ///
    /// # Errors
    /// As [`stage`].
    pub fn keep(self) -> anyhow::Result<PathBuf> {
        let Self { file, path } = self;
        let kept = file.persist(&path).map_err(|refused| refused.error);
        kept.and_then(|_| sync_folder(folder(&path))).with_context(|| unwritable(&path))?;
        Ok(path)
    }
}

/// Proves that a file can get this name: known before a long count rather than after it.
///
/// # Errors
/// As [`stage`].
pub fn check_writable(path: &Path) -> anyhow::Result<()> {
    let proof = if path.is_dir() {
        Err(io::ErrorKind::IsADirectory.into())
    } else {
        tempfile::tempfile_in(folder(path)).map(drop)
    };
    proof.with_context(|| unwritable(path))
}

fn unwritable(path: &Path) -> Failure {
    Failure::Unwritable(format!("cannot write {}", path.display()))
}

/// Where a file of this path lies.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_get_their_names_only_when_they_are_kept() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.txt");
        let nobody = Interrupt::default();
        std::fs::write(&path, "old").unwrap();
        drop(stage(&path, &nobody, |out| out.write_all(b"dropped")).unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        let broken = stage(&path, &nobody, |out| {
            out.write_all(b"half")?;
            Err(io::ErrorKind::StorageFull.into())
        });
        assert!(broken.unwrap_err().to_string().contains("a.txt"));
        stage(&path, &nobody, |out| out.write_all(b"new")).unwrap().keep().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn who_asks_to_stop_leaves_the_old_file_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("a.txt");
        std::fs::write(&path, "old").unwrap();
        let interrupt = Interrupt::default();
        let (megabyte, mut written) = (vec![0; 1 << 20], 0);
        let error = stage(&path, &interrupt, |out| {
            out.write_all(&megabyte)?;
            interrupt.request();
            while written < 1 << 30 {
                out.write_all(&megabyte)?;
                written += megabyte.len();
            }
            Ok(())
        });
        assert_eq!(crate::failure::exit_code(&error.unwrap_err()), 130);
        assert!(written < 1 << 21, "{written} bytes after the request");
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn places_that_cannot_be_written_are_known_beforehand() {
        let place = tempfile::tempdir().unwrap();
        assert!(check_writable(&place.path().join("b")).is_ok());
        assert!(check_writable(place.path()).is_err());
        assert!(check_writable(&place.path().join("none/b")).is_err());
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
    }
}
