//! Which baseline a directory is of.
//!
//! Separate because the tree alone does not tell: criterion joins the directory of the benchmark and
//! the name of the baseline as paths, so that a `/` in the name makes another directory, and `f/a/x`
//! may be baseline `a/x` of benchmark `f` or baseline `x` of benchmark `f/a`. `benchmark.json` holds the
//! directory of the benchmark; what comes after it is the name. Next: `walk.rs` finds the directories.

use std::{
    fs,
    path::{Component, Path},
};

use serde::Deserialize;

use super::{super::file, LARGEST_FILE, shape};

/// The part of `benchmark.json` that tells.
#[derive(Deserialize)]
struct Named {
    directory_name: Option<String>,
}

/// The baseline of the directory at `path` below `dir`; where nothing tells it, the last name in the
/// path.
pub(super) fn of(dir: &Path, path: &Path) -> String {
    let (dir_parts, path_parts) = (parts_of_tree(dir), parts(path));
    let told = told(dir, path, &dir_parts, &path_parts).map(|told| told.join("/"));
    told.or_else(|| path_parts.last().or(dir_parts.last()).cloned()).unwrap_or_default()
}

/// Whether the directory at `path` below `dir` is of baseline `wanted`. One of which nothing tells is if
/// its path ends so.
///
/// Reads a file only where the path leaves it open.
pub(super) fn is(dir: &Path, path: &Path, wanted: &str) -> bool {
    let (dir_parts, path_parts, wanted) =
        (parts_of_tree(dir), parts(path), parts(Path::new(wanted)));
    if wanted.is_empty() || ![&dir_parts[..], &path_parts].concat().ends_with(&wanted) {
        return false;
    }
    told(dir, path, &dir_parts, &path_parts).is_none_or(|told| told == wanted)
}

/// The names in a path.
fn parts(path: &Path) -> Vec<String> {
    let name = |part| match part {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    };
    path.components().filter_map(name).collect()
}

/// The names in the path of the tree, also where it is `.` or ends in `..`.
fn parts_of_tree(dir: &Path) -> Vec<String> {
    let whole = dir.file_name().is_none().then(|| fs::canonicalize(dir).ok()).flatten();
    parts(whole.as_deref().unwrap_or(dir))
}

fn told(dir: &Path, path: &Path, dir_parts: &[String], parts: &[String]) -> Option<Vec<String>> {
    let bytes = file::read_regular(&dir.join(path).join(shape::BENCHMARK), LARGEST_FILE).ok()?;
    let named: Named = serde_json::from_slice(&bytes).ok()?;
    behind(dir_parts, parts, &self::parts(Path::new(&named.directory_name?)))
}

/// What comes behind the directory of a benchmark, in a path below a directory. That may be any one of
/// the tree: the one that holds all benchmarks, or one further in, whose own names then count.
fn behind(dir: &[String], path: &[String], benchmark: &[String]) -> Option<Vec<String>> {
    if benchmark.is_empty() {
        return None;
    }
    let rest = path.strip_prefix(benchmark).filter(|rest| !rest.is_empty());
    if let Some(rest) = rest {
        return Some(rest.to_vec());
    }
    let all = [dir, path].concat();
    let is_end = |&end: &usize| {
        let (before, _) = all.split_at(end);
        before.ends_with(benchmark) || benchmark.ends_with(before)
    };
    let end = (1..all.len()).rev().find(is_end)?;
    Some(all[end..].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_behind(dir: &str, path: &str, benchmark: &str, expected: Option<&str>) {
        let [dir, path, benchmark] = [dir, path, benchmark].map(|text| parts(Path::new(text)));
        let found = behind(&dir, &path, &benchmark).map(|found| found.join("/"));
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn the_baseline_comes_behind_the_benchmark() {
        assert_behind("target/criterion", "g/f/new", "g/f", Some("new"));
        assert_behind("target/criterion", "g/f/a/x", "g/f", Some("a/x"));
        assert_behind("target/criterion", "g/f/a/x", "g/f/a", Some("x"));
        assert_behind("target/criterion", "f/a/f/x", "f", Some("a/f/x"));
    }

    #[test]
    fn any_directory_of_the_tree_may_be_named() {
        assert_behind("target", "criterion/g/f/a/x", "g/f", Some("a/x"));
        assert_behind("target/criterion/g", "f/a/x", "g/f", Some("a/x"));
        assert_behind("target/criterion/g/f", "a/x", "g/f", Some("a/x"));
        assert_behind("target/criterion/g/f/a", "x", "g/f", Some("a/x"));
        assert_behind("target/criterion/g/f/a/x", "", "g/f", Some("a/x"));
        assert_behind("f", "a/x", "g/f", Some("a/x"));
        assert_behind("results/f", "f/x", "f", Some("x"));
    }

    #[test]
    fn a_renamed_directory_tells_nothing() {
        assert_behind("target/criterion", "g/copy of f/x", "g/f", None);
        assert_behind(".", "a/x", "g/f", None);
        assert_behind("target/criterion", "g/f/x", "", None);
        assert_behind("", "", "g", None);
    }
}
