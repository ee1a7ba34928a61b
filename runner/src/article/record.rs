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

/// A whole tour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Article {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// When it began, in seconds since 1970.
    pub created_unix_s: u64,
    /// Version of the program.
    pub program_version: String,
    /// Seed of everything random.
    pub seed: u64,
    /// Where it ran.
    pub machine: Capture,
    /// What was run, in this order.
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
    /// Its data; `None` exactly if it failed.
    pub data: Option<Value>,
}

impl SectionRecord {
    /// The record of a section that took so long.
    pub fn new(name: &str, elapsed_ns: u64, ran: Result<Ran, Trouble>) -> Self {
        let name = name.to_owned();
        match ran {
            Ok(ran) => {
                let data = Some(ran.data);
                Self { name, elapsed_ns, incidents: ran.incidents, failed: None, data }
            }
            Err(trouble) => {
                let failed = Some(trouble.to_string());
                Self { name, elapsed_ns, incidents: Vec::new(), failed, data: None }
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

    /// Names and reasons of the sections that failed.
    pub fn failed(&self) -> impl Iterator<Item = (&str, &str)> {
        let failed = |section: &SectionRecord| section.failed.is_some();
        self.sections
            .iter()
            .filter(move |section| failed(section))
            .map(|section| (section.name.as_str(), section.failed.as_deref().unwrap_or_default()))
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
