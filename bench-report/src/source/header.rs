//! What a file says about itself: its format and its version.
//!
//! Separate because it is read before anything else, so that a file of another kind is called that
//! and not "missing field".

use std::path::Path;

use serde::{Deserialize, de::IgnoredAny};

use super::shown;
use crate::Error;

/// The first thing that is read of a JSON file.
#[derive(Deserialize)]
pub(super) struct Header {
    format: Option<String>,
    #[serde(default)]
    version: u64,
    /// Only files about a machine have this and no `format`.
    machine: Option<IgnoredAny>,
}

impl Header {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// The bytes are no JSON object, or `format` or `version` has another type.
    pub(super) fn of(bytes: &[u8], path: &Path) -> Result<Self, Error> {
        serde_json::from_slice(bytes).map_err(|source| Error::Parse { path: path.into(), source })
    }

    /// Whether the file says that it has this format; `None` is a machine, which says nothing.
    pub(super) fn announces(&self, format: Option<&str>) -> bool {
        let is_about_a_machine = || self.format.is_none() && self.machine.is_some();
        format.map_or_else(is_about_a_machine, |format| self.format.as_deref() == Some(format))
    }

    /// Checks that the file has this format and version 1.
    ///
    /// # Errors
    ///
    /// It has another.
    pub(super) fn expect_version_1(&self, path: &Path, format: &'static str) -> Result<(), Error> {
        if !self.announces(Some(format)) {
            return Err(self.of_another_kind(path, format));
        }
        if self.version != 1 {
            let path = path.to_path_buf();
            return Err(Error::Version { path, found: self.version, expected: "version 1" });
        }
        Ok(())
    }

    /// The file is of none of the kinds `expected`.
    pub(super) fn of_another_kind(&self, path: &Path, expected: &'static str) -> Error {
        let found = shown(self.format.as_deref().unwrap_or_default());
        Error::Format { path: path.into(), found, expected }
    }
}
