//! Finds the directories below another that hold a benchmark.
//!
//! Separate because a tree of files has dangers of its own: links that lead in circles or out of
//! it, depth without end, directories that may not be read.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    super::{file_name, shown},
    shape,
};
use crate::{Error, model::Unread};

/// Directories below the first one in which is looked; criterion uses 4, and one more for each `/`
/// in the name of a baseline.
const DEEPEST: usize = 12;

/// Directories that are looked into at most.
const MOST_DIRECTORIES: usize = 100_000;

/// What was found so far.
#[derive(Default)]
struct Walk {
    places: Vec<PathBuf>,
    unread: Vec<Unread>,
    directories: usize,
}

/// The directories below `dir` that hold a benchmark, in the order of their paths, and what could not be looked at. Links are
/// not followed, except if `dir` is one.
///
/// # Errors
///
/// `dir` is no directory or cannot be read.
pub(super) fn places(dir: &Path) -> Result<(Vec<PathBuf>, Vec<Unread>), Error> {
    let mut walk = Walk::default();
    let below = walk.look(dir, Path::new(""));
    let below = below.map_err(|source| Error::Read { path: dir.into(), source })?;
    // The next one to look into is the last: children are pushed in reverse order.
    let mut todo: Vec<PathBuf> = below.into_iter().rev().collect();
    while let Some(path) = todo.pop() {
        if path.components().count() > DEEPEST {
            walk.unread.push(unread(dir, &path, "is too deep below the named directory"));
            continue;
        }
        if walk.directories >= MOST_DIRECTORIES {
            let reason = format!("comes after {MOST_DIRECTORIES} others, which is too many");
            walk.unread.push(unread(dir, &path, &reason));
            break;
        }
        match walk.look(dir, &path) {
            Ok(below) => todo.extend(below.into_iter().rev()),
            Err(error) => walk.unread.push(unread(dir, &path, &format!("cannot be read: {error}"))),
        }
    }
    Ok((walk.places, walk.unread))
}

impl Walk {
    /// Looks into the directory at `path` below `dir` and gives the directories in it, ascending.
    fn look(&mut self, dir: &Path, path: &Path) -> io::Result<Vec<PathBuf>> {
        self.directories += 1;
        let mut below = Vec::new();
        for entry in fs::read_dir(dir.join(path))? {
            let entry = entry?;
            let kind = entry.file_type()?;
            let name = path.join(entry.file_name());
            if entry.file_name() == shape::BENCHMARK && !kind.is_file() {
                self.unread.push(unread(dir, &name, "is no regular file"));
            } else if entry.file_name() == shape::BENCHMARK {
                self.places.push(path.into());
            } else if kind.is_dir() {
                below.push(name);
            }
        }
        below.sort_unstable();
        Ok(below)
    }
}

/// What a report says about a file below `dir` that it lacks: where it is, from the last part of
/// `dir` on.
pub(super) fn unread(dir: &Path, path: &Path, reason: &str) -> Unread {
    let name = Path::new(&file_name(dir)).join(path);
    Unread { name: shown(&name.to_string_lossy()), reason: shown(reason) }
}
