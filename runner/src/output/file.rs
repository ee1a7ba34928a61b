//! Result files, each whole or not at all.
//!
//! Separate because every command that writes one promises the same: a temporary name in the same folder,
//! forced to the disk, then renamed. Whatever goes wrong before the rename leaves the previous file as it
//! was, and nothing beside it. All files whose names a user chose are staged before the first gets its name,
//! so that a full disk or Ctrl-C leaves all the old ones; a study's files, which have fixed names in a folder
//! and hold what was measured before Ctrl-C, are written one by one.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::NamedTempFile;

use crate::failure::Failure;
use crate::study::interrupt::Interrupt;

/// A file that is on the disk, under a temporary name; without [`Staged::keep`] it disappears.
#[derive(Debug)]
pub struct Staged {
    file: NamedTempFile,
    path: PathBuf,
}

/// Writes a file that is to become `path`, unless `interrupt` asks to stop meanwhile.
///
/// # Errors
/// [`Failure::Unwritable`] names the path, around the system's reason or that something else than a file
/// has this name; [`Failure::Interrupted`].
pub fn stage(
    path: &Path,
    interrupt: &Interrupt,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> anyhow::Result<Staged> {
    let staged = Staged::new(path, interrupt, write);
    if interrupt.is_requested() {
        let what = format!("interrupted; {} was not written", path.display());
        return Err(Failure::Interrupted(what).into());
    }
    staged.with_context(|| unwritable(path))
}

/// Writes the file at `path`, which nobody interrupts; the path.
///
/// # Errors
/// The system's reason, or that something else than a file has this name; a previous file is then still
/// whole.
pub fn whole(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<PathBuf> {
    Staged::new(path, &Interrupt::default(), write)?.named()
}

/// Proves that every result can get its name, that none of them would replace a file that is read, and that
/// no two are one: known before a long count rather than after it.
///
/// # Errors
/// [`Failure::Input`] names two paths to one file; otherwise as [`stage`].
pub fn check_results(results: &[&Path], inputs: &[&Path]) -> anyhow::Result<()> {
    let one = |result: &Path, other: &Path, why: &str| {
        let what = format!("{} and {} are one file: {why}", result.display(), other.display());
        Err(Failure::Input(what).into())
    };
    for (i, result) in results.iter().enumerate() {
        if let Some(input) = inputs.iter().find(|input| is_same(result, input)) {
            return one(result, input, "a result cannot replace what is read");
        }
        check_writable(result)?;
        if let Some(other) = results[..i].iter().find(|other| place(other) == place(result)) {
            return one(result, other, "two results cannot be one");
        }
    }
    Ok(())
}

/// Proves that a file can get this name.
fn check_writable(path: &Path) -> anyhow::Result<()> {
    let proof = check_replaceable(path).and_then(|()| tempfile::tempfile_in(folder(path)));
    proof.map(drop).with_context(|| unwritable(path))
}

impl Staged {
    fn new(
        path: &Path,
        interrupt: &Interrupt,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<Self> {
        check_replaceable(path)?;
        let mut file = readable_by_all().tempfile_in(folder(path))?;
        let watched = Watched { file: &mut file, interrupt };
        let mut writer = BufWriter::with_capacity(1 << 18, watched);
        write(&mut writer)?;
        writer.flush()?;
        drop(writer);
        // A new name for what is not on the disk yet would be an empty file after a power cut.
        file.as_file().sync_all()?;
        Ok(Self { file, path: path.to_owned() })
    }

    /// Gives the file its name, in place of an older one.
    ///
    /// # Errors
    /// [`Failure::Unwritable`], as [`stage`].
    pub fn keep(self) -> anyhow::Result<PathBuf> {
        let path = self.path.clone();
        self.named().with_context(|| unwritable(&path))
    }

    fn named(self) -> io::Result<PathBuf> {
        let Self { file, path } = self;
        file.persist(&path)?;
        sync_folder(folder(&path))?;
        Ok(path)
    }
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

fn unwritable(path: &Path) -> Failure {
    Failure::Unwritable(format!("cannot write {}", path.display()))
}

/// Whether two paths lead to one file that is there, over links or not.
fn is_same(a: &Path, b: &Path) -> bool {
    identity(a).is_some_and(|a| identity(b) == Some(a))
}

/// What tells a file from every other, whatever its names are.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// As far as it can be told here: hard links are two files.
#[cfg(not(unix))]
fn identity(path: &Path) -> Option<PathBuf> {
    path.canonicalize().ok()
}

/// Where a result gets its name, however that is written: two paths to one name have one place.
fn place(path: &Path) -> PathBuf {
    let folder = folder(path);
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    folder.join(path.file_name().unwrap_or_default())
}

/// The folder of the file at `path`.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A device or a pipe would be replaced by a file, and a folder cannot be.
fn check_replaceable(path: &Path) -> io::Result<()> {
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
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
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
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
    fn what_goes_wrong_leaves_the_previous_file_and_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.json");
        assert_eq!(whole(&path, |out| out.write_all(b"old")).unwrap(), path);
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
        check_writable(&place.path().join("b")).unwrap();
        for wrong in [place.path().to_owned(), place.path().join("none/b")] {
            let error = check_writable(&wrong).unwrap_err();
            assert_eq!(crate::failure::exit_code(&error), 1);
            assert!(whole(&wrong, |_| Ok(())).is_err());
        }
        assert_eq!(std::fs::read_dir(place.path()).unwrap().count(), 0);
    }

    #[test]
    fn two_paths_to_one_file_are_refused_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("s.npy"), "samples").unwrap();
        std::fs::create_dir(at("in")).unwrap();
        check_results(&[&at("a.npy"), &at("b.npy")], &[&at("s.npy")]).unwrap();
        let refused = |result: &Path, other: &Path| {
            let results = [&at("a.npy"), result];
            let error = check_results(&results, &[&at("none.npy"), &at("s.npy")]).unwrap_err();
            assert_eq!(crate::failure::exit_code(&error), 2, "{error}");
            let named = format!("{} and {} are one file", result.display(), other.display());
            assert!(error.to_string().starts_with(&named), "{error}");
        };
        refused(&at("s.npy"), &at("s.npy"));
        refused(&at("in/../s.npy"), &at("s.npy"));
        refused(&at("in/../a.npy"), &at("a.npy"));
        std::fs::hard_link(at("s.npy"), at("hard.npy")).unwrap();
        #[cfg(unix)]
        {
            refused(&at("hard.npy"), &at("s.npy"));
            std::os::unix::fs::symlink(at("s.npy"), at("soft.npy")).unwrap();
            refused(&at("soft.npy"), &at("s.npy"));
        }
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_not_replaced() {
        let error = check_replaceable(Path::new("/dev/null")).unwrap_err();
        assert_eq!(error.to_string(), "not a regular file");
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("device.json");
        std::os::unix::fs::symlink("/dev/null", &link).unwrap();
        assert!(check_writable(&link).is_err() && whole(&link, |_| Ok(())).is_err());
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
