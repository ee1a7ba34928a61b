//! Reads `report.json`: a report as this program wrote it down, with everything that was read for
//! it, so that it can be made again where the inputs are gone.
//!
//! Separate from the other kinds because it holds the model itself, not the file of another
//! program: what the model promises is checked anew in `check.rs`, for a copy may be damaged or
//! hostile as well. Next: `render/json.rs`, which writes it.

mod check;

use std::path::Path;

use serde::Deserialize;

use super::{Header, Source, article, autopsy, peers, text};
use crate::{
    Error,
    model::{self, Report},
};

/// The value of `format` in every such file.
pub(crate) const FORMAT: &str = "parzen-report";

/// The version that is written.
pub(crate) const VERSION: u64 = 1;

/// The file that the format `json` writes.
#[derive(Clone, Copy, Debug)]
pub struct Copy;

impl Source for Copy {
    fn name(&self) -> &'static str {
        "report"
    }

    fn format(&self) -> Option<&'static str> {
        Some(FORMAT)
    }

    fn add(&self, bytes: &[u8], path: &Path, report: &mut Report) -> Result<(), Error> {
        report.append(parse(bytes, path)?);
        Ok(())
    }
}

#[derive(Deserialize)]
struct File {
    report: Report,
}

/// Understands the bytes of the file at `path`.
///
/// # Errors
///
/// They are no such file of version 1, or hold what no report holds.
pub fn parse(bytes: &[u8], path: &Path) -> Result<Report, Error> {
    Header::of(bytes, path)?.expect_version_1(path, FORMAT)?;
    let inconsistent = |(place, problem)| Error::Inconsistent { path: path.into(), place, problem };
    let unfit = text::unfit_for_show(&String::from_utf8_lossy(bytes));
    unfit.map_or(Ok(()), |problem| Err(inconsistent(("text".into(), problem.into()))))?;
    let parsed = serde_json::from_slice(bytes);
    let File { report } = parsed.map_err(|source| Error::Parse { path: path.into(), source })?;
    let Report { studies, benchmarks, peers, tours, autopsies, machines, unread: _ } = &report;
    check::studies(studies).map_err(inconsistent)?;
    check::benchmarks(benchmarks).map_err(inconsistent)?;
    check::machines(machines).map_err(inconsistent)?;
    peers.iter().try_for_each(|one: &model::Peers| peers::check(one, path))?;
    tours.iter().try_for_each(|one| article::check(one, path))?;
    autopsies.iter().try_for_each(|one| autopsy::check(one, path))?;
    Ok(report)
}
