//! Reads `study.json`, versions 1 and 2: from the file to the model.
//!
//! Tolerant where a newer writer may add (unknown fields are ignored, the machine may be unknown),
//! strict where a wrong number would become a wrong claim. `shape.rs` is the file as it is
//! written, `v1.rs` lifts version 1 to it, `check.rs` is the strict part, `convert.rs` and
//! `machine.rs` fill the model. Next: `check.rs`.

mod check;
mod convert;
mod machine;
mod shape;
mod v1;

use std::path::Path;

use serde::Deserialize;

pub(super) use self::machine::parse as machine_of;
use self::shape::{Block, File};
use super::{Source, file, shown};
use crate::{
    Error,
    model::{self, Report},
};

/// The value of `format` in every such file.
const FORMAT: &str = "parzen-study";

/// The versions that this reader knows, in words.
const KNOWN: &str = "version 1 and version 2";

/// The file that `parzen study` writes.
#[derive(Clone, Copy, Debug)]
pub struct Study;

impl Source for Study {
    fn name(&self) -> &'static str {
        "study"
    }

    fn format(&self) -> Option<&'static str> {
        Some(FORMAT)
    }

    fn add(&self, bytes: &[u8], path: &Path, report: &mut Report) -> Result<(), Error> {
        report.studies.push(parse(bytes, path)?);
        Ok(())
    }
}

/// What a version of the format promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    /// Complete blocks of one sample for each configuration.
    One,
    /// Blocks between two samples of the baseline; the last one may be incomplete.
    Two,
}

/// Reads one study.
///
/// # Errors
///
/// The file cannot be read, is no study of a known version, or contradicts itself.
pub fn read(path: &Path) -> Result<model::Study, Error> {
    parse(&file::read(path, file::LARGEST_FILE)?, path)
}

/// Understands the bytes of the study at `path`.
///
/// # Errors
///
/// They are no study of a known version, or contradict themselves.
pub fn parse(bytes: &[u8], path: &Path) -> Result<model::Study, Error> {
    let parse = |source| Error::Parse { path: path.into(), source };
    let header: Header = serde_json::from_slice(bytes).map_err(parse)?;
    let version = header.known(path)?;
    let file: File<Block> = match version {
        Version::One => v1::lifted(serde_json::from_slice(bytes).map_err(parse)?),
        Version::Two => serde_json::from_slice(bytes).map_err(parse)?,
    };
    let inconsistent = |(place, problem)| Error::Inconsistent { path: path.into(), place, problem };
    check::file(&file, version).map_err(inconsistent)?;
    Ok(convert::study(file, version, path))
}

/// What says whether the rest can be understood; read first, so that a file of another kind is
/// called that and not "missing field".
#[derive(Deserialize)]
struct Header {
    #[serde(default)]
    format: String,
    #[serde(default)]
    version: u64,
}

impl Header {
    fn known(self, path: &Path) -> Result<Version, Error> {
        let path = path.to_path_buf();
        if self.format != FORMAT {
            return Err(Error::Format { path, found: shown(&self.format), expected: FORMAT });
        }
        match self.version {
            1 => Ok(Version::One),
            2 => Ok(Version::Two),
            found => Err(Error::Version { path, found, expected: KNOWN }),
        }
    }
}
