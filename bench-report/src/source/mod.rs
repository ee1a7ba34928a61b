//! Where reports come from: one file per kind of result file, each ending in the same model.
//!
//! Separate because formats of files change on their own, and because a hostile or damaged file
//! must be stopped here: everything behind this seam trusts the ranges that `model.rs` states.
//! `file.rs` reads bytes, `header.rs` tells what they are, `text.rs` cleans what will be shown.
//! Every kind offers `parse`, which takes bytes and touches no file. Next: [`study`] for the richest
//! kind, [`criterion`] for the only one that is a directory.

pub mod article;
pub mod autopsy;
pub mod criterion;
mod file;
mod header;
mod limits;
pub mod machine;
pub mod peers;
pub mod report;
pub mod study;
mod text;

use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

use self::header::Header;
pub use self::text::{harmless, shown};
use crate::{
    Error,
    model::{Report, Unread},
};

/// A kind of result file.
pub trait Source: Sync {
    /// Name of the kind, in the words of people.
    fn name(&self) -> &'static str;

    /// The value of `format` in such files; `None` for the one kind that has no such field.
    fn format(&self) -> Option<&'static str>;

    /// Understands the bytes of the file at `path` and adds what they hold to `report`.
    ///
    /// # Errors
    ///
    /// They are of another kind or version, or contradict themselves.
    fn add(&self, bytes: &[u8], path: &Path, report: &mut Report) -> Result<(), Error>;
}

/// Every kind of result file that can be read. (Benchmarks are directories: [`criterion`].)
pub const ALL: &[&dyn Source] = &[
    &study::Study,
    &peers::Peers,
    &article::Article,
    &autopsy::Dissection,
    &report::Copy,
    &machine::Capture,
];

/// The values of `format` that are known, in words.
const KNOWN_FORMATS: &str =
    "parzen-study, parzen-peers, parzen-article, parzen-autopsy, parzen-report or a machine";

/// Adds the file at `path` to `report`, whatever kind its header says it is.
///
/// # Errors
///
/// It cannot be read, is of no known kind or version, or contradicts itself. Then `report` is as it
/// was.
pub(crate) fn add_file(path: &Path, report: &mut Report) -> Result<(), Error> {
    let bytes = file::read(path, file::LARGEST_FILE)?;
    let header = Header::of(&bytes, path)?;
    match ALL.iter().find(|source| header.announces(source.format())) {
        Some(source) => source.add(&bytes, path, report),
        None => Err(header.of_another_kind(path, KNOWN_FORMATS)),
    }
}

/// Adds the benchmarks in the directory at `path` to `report`: those of each baseline named, of
/// [`criterion::LATEST`] if none is.
///
/// # Errors
///
/// There is no such directory, or one of the baselines has no benchmark that can be read: the first
/// of these problems. The others are named in the report.
pub(crate) fn add_directory(
    path: &Path,
    name: &str,
    baselines: &[&str],
    report: &mut Report,
) -> Result<(), Error> {
    let wanted = if baselines.is_empty() { &[criterion::LATEST] } else { baselines };
    let mut first_error = None;
    // What no baseline could read is named once.
    let mut named: BTreeSet<(String, String)> =
        report.unread.iter().map(|one| (one.name.clone(), one.reason.clone())).collect();
    for baseline in wanted {
        match criterion::read(path, Some(baseline)) {
            Ok((benchmarks, unread)) => {
                report.benchmarks.push(benchmarks);
                let mut is_new =
                    |one: &Unread| named.insert((one.name.clone(), one.reason.clone()));
                report.unread.extend(unread.into_iter().filter(|one| is_new(one)));
            }
            Err(error) if first_error.is_none() => first_error = Some(error),
            Err(error) => report.unread.push(unread(name, &error)),
        }
    }
    first_error.map_or(Ok(()), Err)
}

/// What a report says about the input of this name that it lacks.
pub(crate) fn unread(name: &str, error: &Error) -> Unread {
    Unread { name: name.into(), reason: shown(&error.reason()) }
}

/// A name for each input: the last part of its path, and as many parts before it as tell it from
/// all others. So a report does not depend on where its inputs lie.
pub fn names(inputs: &[&Path]) -> Vec<String> {
    let ending = |path: &Path, parts: usize| -> PathBuf {
        let all: Vec<Component<'_>> = path.components().collect();
        all[all.len().saturating_sub(parts)..].iter().collect()
    };
    let name = |path: &&Path| {
        let longest = path.components().count();
        let others = inputs.iter().filter(|other| *other != path);
        let is_alone = |&parts: &usize| {
            others.clone().all(|other| ending(other, parts) != ending(path, parts))
        };
        let parts = (1..longest).find(is_alone).unwrap_or(longest);
        shown(&ending(path, parts).to_string_lossy())
    };
    inputs.iter().map(name).collect()
}

/// The last part of a path, fit to be shown; the whole of it where there is none, as in `..`.
fn file_name(path: &Path) -> String {
    shown(&path.file_name().unwrap_or(path.as_os_str()).to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_of_one_name_are_told_apart_by_what_is_above_them() {
        let paths = ["a/b/study.json", "c/b/study.json", "d.json", "a/../d", "/d.json"];
        let paths: Vec<&Path> = paths.iter().map(Path::new).collect();
        let expected = ["a/b/study.json", "c/b/study.json", "d.json", "d", "/d.json"];
        assert_eq!(names(&paths), expected);
        assert_eq!(names(&[Path::new("/long/way/study.json")]), ["study.json"]);
        assert_eq!(names(&[Path::new(""), Path::new("x"), Path::new("x")]), ["", "x", "x"]);
    }

    #[test]
    fn every_format_is_known_by_one_kind_and_named() {
        for source in ALL {
            let same = ALL.iter().filter(|other| other.format() == source.format());
            assert_eq!(same.count(), 1, "{}", source.name());
            let words = source.format().unwrap_or("machine");
            assert!(KNOWN_FORMATS.contains(words), "{words}");
        }
    }
}
