//! Bytes of files, never more than a limit.
//!
//! Separate because an input may be anything: too large for memory, without an end, or a pipe that
//! nobody writes to.

use std::{
    fs::{self, File, FileType},
    io::Read as _,
    path::Path,
};

use crate::Error;

/// The largest file that is read; the largest studies have some hundred MB.
pub(super) const LARGEST_FILE: u64 = 1 << 30;

/// Reads a whole file of at most `limit` bytes.
///
/// # Errors
///
/// It cannot be read, or is larger.
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::Read { path: path.into(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(failed)?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        let problem = format!("is too large: more than {} MiB", limit >> 20);
        return Err(Error::Useless { path: path.into(), problem });
    }
    Ok(bytes)
}

/// As [`read`], but only a regular file: for files that were found and not named. A pipe without a
/// writer would never end, and a link may lead to what nobody meant to show.
///
/// # Errors
///
/// As [`read`], or it is no regular file.
pub(super) fn read_regular(path: &Path, limit: u64) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::Read { path: path.into(), source };
    let kind = fs::symlink_metadata(path).map_err(failed)?.file_type();
    match irregular(kind) {
        Some(problem) => Err(Error::Useless { path: path.into(), problem }),
        None => read(path, limit),
    }
}

/// What is wrong with a file of this type, as the rest of a sentence; `None` of a regular one.
pub(super) fn irregular(kind: FileType) -> Option<String> {
    let what = match kind {
        kind if kind.is_file() => return None,
        kind if kind.is_symlink() => "a link, which is not followed",
        kind if kind.is_dir() => "a directory",
        _ => "a pipe, a socket or a device",
    };
    Some(format!("is no regular file, but {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_have_exactly_the_limit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert!(read(&path, 4).unwrap_err().reason().contains("too large"));
    }
}
