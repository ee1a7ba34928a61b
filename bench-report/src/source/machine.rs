//! Reads what `parzen machine --json` writes: a machine without a study.
//!
//! Separate because such a file is no study. Its three parts are those of a study, and are read by
//! the same lines. Next: `study/machine.rs`.

use std::path::Path;

use super::{Header, Source, file_name, study};
use crate::{
    Error,
    model::{Described, Report},
};

/// The output of `parzen machine --json`.
#[derive(Clone, Copy, Debug)]
pub struct Capture;

impl Source for Capture {
    fn name(&self) -> &'static str {
        "machine"
    }

    fn format(&self) -> Option<&'static str> {
        None
    }

    fn add(&self, bytes: &[u8], path: &Path, report: &mut Report) -> Result<(), Error> {
        report.machines.push(parse(bytes, path)?);
        Ok(())
    }
}

/// Understands the bytes of the file at `path`.
///
/// # Errors
///
/// They do not describe a machine.
pub fn parse(bytes: &[u8], path: &Path) -> Result<Described, Error> {
    let header = Header::of(bytes, path)?;
    if !header.announces(None) {
        return Err(header.of_another_kind(path, "a machine"));
    }
    let parsed = study::machine_of(bytes);
    let (machine, limits, state) =
        parsed.map_err(|source| Error::Parse { path: path.into(), source })?;
    Ok(Described { file_name: file_name(path), machine, limits, state })
}
