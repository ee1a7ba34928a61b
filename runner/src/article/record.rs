//! What a tour leaves behind: the contents of `article.json`, version 1.
//!
//! Plain data, raw only: whatever can be derived is derived by the reader. The structs of a section's
//! data stand in the section's file. The file appears whole or not at all.

use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::benchmark::Benchmark;
use super::{Ran, Trouble};
use crate::machine::Capture;
use crate::study::record::write_whole;

/// Name of the file in the output folder.
pub const FILE: &str = "article.json";
/// What the file calls itself.
pub const FORMAT: &str = "parzen-article";
/// Version of the format.
pub const VERSION: u32 = 1;

/// Why a tour was not written down.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unkept {
    /// There is a file whose other sections cannot stand beside those of this tour.
    #[error(
        "the other sections in {} {what}, and would be lost; name another folder (--out), or run all \
         sections",
        path.display()
    )]
    Other {
        /// The file.
        path: PathBuf,
        /// What is wrong with its sections.
        what: &'static str,
    },
    /// The file cannot be written, or an older one not read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What becomes of the file of an earlier run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Older {
    /// Its sections, if there are any, are part of this tour.
    Kept,
    /// It cannot stand beside this tour, which replaces it.
    Foreign,
}

/// A whole tour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// When its newest part began, in seconds since 1970.
    pub created_unix_s: u64,
    /// Version of the program.
    pub program_version: String,
    /// Seed of everything random.
    pub seed: u64,
    /// Where it ran.
    pub machine: Capture,
    /// What was run, each once, in the order of the tour.
    pub sections: Vec<SectionRecord>,
}

/// One section.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SectionRecord {
    /// Its name.
    pub name: String,
    /// How long it took.
    pub elapsed_ns: u64,
    /// What went wrong while it went on.
    pub incidents: Vec<String>,
    /// Why it has no data.
    pub failed: Option<String>,
    /// How far it came, if it was interrupted and has data all the same.
    pub incomplete: Option<String>,
    /// Its data; `None` exactly if it failed.
    pub data: Option<Value>,
}

impl SectionRecord {
    /// The record of a section that took so long.
    pub fn new(name: &str, elapsed_ns: u64, ran: Result<Ran, Trouble>) -> Self {
        let name = name.to_owned();
        match ran {
            Ok(Ran { data, incidents, incomplete }) => {
                Self { name, elapsed_ns, incidents, failed: None, incomplete, data: Some(data) }
            }
            Err(trouble) => {
                let (failed, incidents) = (Some(trouble.to_string()), Vec::new());
                Self { name, elapsed_ns, incidents, failed, incomplete: None, data: None }
            }
        }
    }
}

impl Article {
    /// A tour that begins now, without sections.
    pub fn new(seed: u64, machine: Capture) -> Self {
        Self {
            format: FORMAT.into(),
            version: VERSION,
            created_unix_s: SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs()),
            program_version: env!("CARGO_PKG_VERSION").into(),
            seed,
            machine,
            sections: Vec::new(),
        }
    }

    /// Takes over the sections of an older file in `folder`, also those of these `names`, which are to be
    /// run: until they have data, the older ones are better than nothing.
    ///
    /// # Errors
    /// [`Unkept::Other`] if they are of another version of the program, another seed or another machine (one
    /// file tells of one of each), and not all of them are to be run: the others would be lost.
    pub(super) fn keep(&mut self, names: &[&str], folder: &Path) -> Result<Older, Unkept> {
        let path = folder.join(FILE);
        let is_whole_tour = super::ALL.iter().all(|section| names.contains(&section.name()));
        let bytes = match std::fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Older::Kept),
            Err(_) if is_whole_tour => return Ok(Older::Foreign),
            read => read?,
        };
        let old = serde_json::from_slice::<Self>(&bytes);
        let what = match &old {
            Err(_) => Some("cannot be read"),
            Ok(old) => self.difference(old),
        };
        let is_run = |section: &SectionRecord| names.contains(&section.name.as_str());
        let is_replaced =
            is_whole_tour || old.as_ref().is_ok_and(|old| old.sections.iter().all(is_run));
        match (old, what) {
            (_, Some(_)) if is_replaced => Ok(Older::Foreign),
            (_, Some(what)) => Err(Unkept::Other { path, what }),
            (old, None) => {
                self.sections = old.map(|old| old.sections).unwrap_or_default();
                Ok(Older::Kept)
            }
        }
    }

    /// Why the sections of `old` cannot stand beside those of this tour, if they cannot.
    fn difference(&self, old: &Self) -> Option<&'static str> {
        if (&old.format, old.version) != (&self.format, self.version)
            || old.program_version != self.program_version
        {
            Some("are of another version of this program")
        } else if old.seed != self.seed {
            Some("are of another seed")
        } else if old.machine.machine != self.machine.machine {
            Some("are of another machine or build")
        } else {
            None
        }
    }

    /// Puts a section in its place in the tour, instead of an older one of its name. But if only the older
    /// one has data, that stays, and the answer is no.
    pub(super) fn put(&mut self, section: SectionRecord) -> bool {
        let older = self.sections.iter().find(|old| old.name == section.name);
        if section.data.is_none() && older.is_some_and(|older| older.data.is_some()) {
            return false;
        }
        self.sections.retain(|old| old.name != section.name);
        self.sections.push(section);
        let known = |name: &str| super::ALL.iter().position(|section| section.name() == name);
        self.sections.sort_by_key(|section| known(&section.name).unwrap_or(usize::MAX));
        true
    }

    /// Whether a section has data.
    pub(super) fn has_data(&self) -> bool {
        self.sections.iter().any(|section| section.data.is_some())
    }

    /// Files of results beside `article.json` in `folder` that sections name.
    pub fn studies(&self, folder: &Path) -> impl Iterator<Item = PathBuf> {
        let named = |section: &SectionRecord| {
            let benchmark = serde_json::from_value::<Benchmark>(section.data.clone()?).ok()?;
            Some(folder.join(benchmark.study))
        };
        self.sections.iter().filter_map(named)
    }

    /// Writes `article.json` into `folder`, which is made if need be; the path of the file.
    ///
    /// # Errors
    /// The system's reason; an older file is then still whole.
    pub fn write(&self, folder: &Path) -> io::Result<PathBuf> {
        write_whole(self, folder, FILE)
    }
}
