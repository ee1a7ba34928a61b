//! Tasks that wait for storage: past the page cache, which would answer at once.
//!
//! Where a file can be read directly (`O_DIRECT`), a task reads a part of one; elsewhere it writes and
//! waits until the device has it. A file system in memory has no device to wait for. Separate, because
//! each system has its own way around its cache.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use tempfile::TempDir;

use super::Wish;

/// Bytes that one task reads.
const PART_BYTES: usize = 1 << 20;
/// Bytes of one read: a task waits for each.
const READ_BYTES: usize = 64 << 10;
/// Bytes that one task writes, where nothing can be read directly.
const WRITE_BYTES: usize = 64 << 10;
/// What direct reads are aligned to, in memory and in the file.
const ALIGNMENT: usize = 4096;

/// A folder for the tasks' files, which disappears, and what can be done there.
#[derive(Debug)]
pub(super) struct Storage {
    folder: TempDir,
    means: Means,
}

/// How a task can wait for storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Means {
    Read,
    Write,
    None,
}

impl Storage {
    /// Looks what is possible in `out`, and writes what `tasks` tasks will read.
    ///
    /// # Errors
    /// The system's refusal to write there.
    pub(super) fn prepare(out: &Path, tasks: usize) -> io::Result<Self> {
        std::fs::create_dir_all(out)?;
        let folder = tempfile::Builder::new().prefix("waiting").tempdir_in(out)?;
        let mut storage = Self { folder, means: Means::None };
        if is_in_memory(storage.folder.path()) {
            return Ok(storage);
        }
        let mut file = File::create(storage.file())?;
        let part: Vec<u8> = (0..PART_BYTES).map(|i| (i % 251) as u8).collect();
        (0..tasks.max(1)).try_for_each(|_| file.write_all(&part))?;
        file.sync_all()?;
        storage.means = if read(&storage.file(), 0).is_ok() { Means::Read } else { Means::Write };
        Ok(storage)
    }

    /// Whether there is anything to wait for.
    pub(super) fn is_available(&self) -> bool {
        self.means != Means::None
    }

    /// What a task does, in words.
    pub(super) fn task(&self) -> &'static str {
        match self.means {
            Means::Read => "reads 1 MiB of a file past the cache (O_DIRECT), 64 KiB at a time",
            Means::Write => {
                "writes 64 KiB into a file and waits until storage has them (fsync); the file \
                 cannot be read past the cache here"
            }
            Means::None => "not available: the output folder is on tmpfs, which has no storage",
        }
    }

    /// Task number `task`.
    pub(super) fn wish(&self, task: usize) -> Wish {
        match self.means {
            Means::Read => Wish::Read { path: self.file(), part: task },
            Means::Write | Means::None => {
                Wish::Write { path: self.folder.path().join(task.to_string()) }
            }
        }
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("parts")
    }
}

/// Reads part number `part` of a file past the cache.
pub(super) fn read(path: &Path, part: usize) -> io::Result<()> {
    let mut file = open_direct(path)?;
    file.seek(SeekFrom::Start((part * PART_BYTES) as u64))?;
    let mut memory = vec![0; READ_BYTES + ALIGNMENT];
    let start = memory.as_ptr().align_offset(ALIGNMENT);
    let buffer = &mut memory[start..start + READ_BYTES];
    (0..PART_BYTES / READ_BYTES).try_for_each(|_| file.read_exact(buffer))
}

/// Writes a file, and waits until the storage has it.
pub(super) fn write(path: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
    file.write_all(&vec![7; WRITE_BYTES])?;
    file.sync_all()
}

#[cfg(target_os = "linux")]
fn open_direct(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let direct = rustix::fs::OFlags::DIRECT.bits().cast_signed();
    OpenOptions::new().read(true).custom_flags(direct).open(path)
}

#[cfg(not(target_os = "linux"))]
fn open_direct(_: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether files in `folder` are in memory only.
#[cfg(target_os = "linux")]
fn is_in_memory(folder: &Path) -> bool {
    /// Type of a tmpfs, as `linux/magic.h` has it.
    const TMPFS: i128 = 0x0102_1994;
    /// Type of a ramfs.
    const RAMFS: i128 = 0x8584_58f6;
    let found = rustix::fs::statfs(folder).map(|found| i128::from(found.f_type));
    found.is_ok_and(|found| found == TMPFS || found == RAMFS)
}

#[cfg(not(target_os = "linux"))]
fn is_in_memory(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::{Storage, Wish, read, write};

    #[test]
    fn whatever_is_available_can_be_done() {
        let out = tempfile::tempdir().unwrap();
        let storage = Storage::prepare(out.path(), 3).unwrap();
        for task in 0..3 {
            match storage.wish(task) {
                Wish::Read { path, part } => read(&path, part).unwrap(),
                Wish::Write { path } => write(&path).unwrap(),
                other => panic!("{other:?}"),
            }
        }
        drop(storage);
        assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn memory_is_no_storage() {
        let memory = std::path::Path::new("/dev/shm");
        if super::is_in_memory(memory) {
            let storage = Storage::prepare(memory, 1).unwrap();
            assert!(!storage.is_available() && storage.task().contains("tmpfs"));
        }
    }
}
