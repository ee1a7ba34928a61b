//! Finds the directories below another that hold a benchmark.
//!
//! Separate because a tree of files has dangers of its own: links that lead in circles or out of
//! it, depth without end, directories that may not be read.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    super::{file, file_name, shown},
    baseline, shape,
};
use crate::{Error, model::Unread};

/// Directories below the first one in which is looked; criterion uses 4, and one more for each `/`
/// in the name of a baseline.
const DEEPEST: usize = 12;

/// Directories that are looked into at most.
const MOST_DIRECTORIES: usize = 100_000;

/// A file or directory that was not looked at.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Skipped {
    /// Below the directory that was named.
    pub(super) path: PathBuf,
    /// Why, as the rest of a sentence.
    pub(super) reason: String,
}

impl Skipped {
    /// What a report says about it: where it is, from the last part of `dir` on.
    pub(super) fn unread(&self, dir: &Path) -> Unread {
        let name = Path::new(&file_name(dir)).join(&self.path);
        Unread { name: shown(&name.to_string_lossy()), reason: shown(&self.reason) }
    }

    /// Whether a benchmark of this baseline may be missing because of it: it is, or lies in, a
    /// directory of that name.
    pub(super) fn is_of(&self, dir: &Path, baseline: &str) -> bool {
        let is_file = self.path.file_name() == Some(OsStr::new(shape::BENCHMARK));
        let place = self.path.parent().filter(|_| is_file).unwrap_or(&self.path);
        baseline::is(dir, place, baseline)
    }
}

/// What was found so far.
#[derive(Default)]
struct Walk {
    places: Vec<PathBuf>,
    skipped: Vec<Skipped>,
    directories: usize,
}

/// The directories below `dir` that hold a benchmark, in the order of their paths, and what was not
/// looked at. Links are not followed, except if `dir` is one; those to directories are among what was
/// not looked at.
///
/// # Errors
///
/// `dir` is no directory or cannot be read.
pub(super) fn places(dir: &Path) -> Result<(Vec<PathBuf>, Vec<Skipped>), Error> {
    let mut walk = Walk::default();
    let below = walk.look(dir, Path::new(""));
    let below = below.map_err(|source| Error::Read { path: dir.into(), source })?;
    // The next one to look into is the last: children are pushed in reverse order.
    let mut todo: Vec<PathBuf> = below.into_iter().rev().collect();
    while let Some(path) = todo.pop() {
        if path.components().count() > DEEPEST {
            walk.skip(path, "is too deep below the named directory".into());
            continue;
        }
        if walk.directories >= MOST_DIRECTORIES {
            let reason = format!("comes after {MOST_DIRECTORIES} others, which is too many");
            walk.skip(path, reason);
            break;
        }
        match walk.look(dir, &path) {
            Ok(below) => todo.extend(below.into_iter().rev()),
            Err(error) => walk.skip(path, format!("cannot be read: {error}")),
        }
    }
    Ok((walk.places, walk.skipped))
}

impl Walk {
    /// Looks into the directory at `path` below `dir` and gives the directories in it, ascending.
    fn look(&mut self, dir: &Path, path: &Path) -> io::Result<Vec<PathBuf>> {
        self.directories += 1;
        let (mut below, mut links) = (Vec::new(), Vec::new());
        for entry in fs::read_dir(dir.join(path))? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let name = path.join(entry.file_name());
            if entry.file_name() == shape::BENCHMARK {
                if let Some(reason) = file::irregular(kind) {
                    self.skip(name, reason);
                } else {
                    self.places.push(path.into());
                }
            } else if kind.is_dir() {
                below.push(name);
            } else if kind.is_symlink() && dir.join(&name).is_dir() {
                links.push(name);
            }
        }
        // The system gives the entries of a directory in any order.
        links.sort_unstable();
        for link in links {
            self.skip(link, "is a link to a directory, which is not followed".into());
        }
        below.sort_unstable();
        Ok(below)
    }

    fn skip(&mut self, path: PathBuf, reason: String) {
        self.skipped.push(Skipped { path, reason });
    }
}
