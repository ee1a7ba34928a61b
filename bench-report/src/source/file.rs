//! Bytes of files, never more than a limit.
//!
//! Separate because an input may be anything: too large for memory, or without an end.

use std::{fs::File, io::Read as _, path::Path};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_have_exactly_the_limit() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read(&path, 5).unwrap(), b"12345");
        assert!(read(&path, 4).unwrap_err().reason().contains("too large"));
    }
}
