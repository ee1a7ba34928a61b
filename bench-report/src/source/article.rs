//! Reads `article.json`: the tour of the article, as `parzen article` ran it.
//!
//! Separate because the parts of the article have nothing in common but their order: `data` of a
//! section has the shape that its name says. `check.rs` says what makes sense. A section with a name
//! that this program does not know is one that failed, so that an older program reads a newer
//! file. Next: [`crate::model::tour`].

mod check;

use std::path::Path;

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Header, Source, file_name, shown, study};
use crate::{
    Error,
    model::{
        Report,
        tour::{Outcome, Section, Tour},
    },
};

/// What lengths in space may be: widths, means and standard deviations. For whoever writes such a file,
/// too, because one that is refused is of no use.
pub const LENGTHS: std::ops::RangeInclusive<f64> = 1e-6..=1e6;

/// Least share of a variance that the other coordinate may leave unexplained, 1 − ρ²: below it nothing can
/// be said of the plane in doubles.
pub const LEAST_SHARE: f64 = 1e-4;

/// The value of `format` in every such file.
const FORMAT: &str = "parzen-article";

/// Incidents of one section that are repeated.
const MOST_INCIDENTS: usize = 64;

/// The file that `parzen article` writes.
#[derive(Clone, Copy, Debug)]
pub struct Article;

impl Source for Article {
    fn name(&self) -> &'static str {
        "article"
    }

    fn format(&self) -> Option<&'static str> {
        Some(FORMAT)
    }

    fn add(&self, bytes: &[u8], path: &Path, report: &mut Report) -> Result<(), Error> {
        report.tours.push(parse(bytes, path)?);
        Ok(())
    }
}

/// The file as it is written. What is no `Option` is needed; null and missing mean unknown.
#[derive(Deserialize)]
struct File {
    created_unix_s: Option<u64>,
    program_version: Option<String>,
    seed: Option<u64>,
    machine: Option<Value>,
    sections: Vec<Written>,
}

#[derive(Deserialize)]
struct Written {
    name: String,
    elapsed_ns: Option<u64>,
    incidents: Option<Vec<String>>,
    failed: Option<String>,
    incomplete: Option<String>,
    data: Option<Value>,
}

/// Understands the bytes of the file at `path`.
///
/// # Errors
///
/// They are no such file of version 1, or contradict themselves.
pub fn parse(bytes: &[u8], path: &Path) -> Result<Tour, Error> {
    Header::of(bytes, path)?.expect_version_1(path, FORMAT)?;
    let failed = |source| Error::Parse { path: path.into(), source };
    let file: File = serde_json::from_slice(bytes).map_err(failed)?;
    // The three parts of a machine stand side by side, or together below `machine`.
    let (machine, limits, state) = match &file.machine {
        Some(nested) if nested.get("machine").is_some() => {
            study::machine_of(nested.to_string().as_bytes())
        }
        _ => study::machine_of(bytes),
    }
    .map_err(failed)?;
    let sections = file.sections.into_iter().map(section).collect::<Result<_, _>>();
    let tour = Tour {
        file_name: file_name(path),
        created_unix_s: file.created_unix_s,
        program_version: file.program_version.map(|text| shown(&text)),
        seed: file.seed,
        machine,
        limits,
        state,
        sections: sections.map_err(failed)?,
    };
    check(&tour, path)?;
    Ok(tour)
}

/// Checks what the model promises about a tour.
///
/// # Errors
///
/// Something is out of its range.
pub(super) fn check(tour: &Tour, path: &Path) -> Result<(), Error> {
    check::tour(tour).map_err(|(place, problem)| Error::Inconsistent {
        path: path.into(),
        place,
        problem,
    })
}

fn section(written: Written) -> Result<Section, serde_json::Error> {
    let incidents = written.incidents.unwrap_or_default();
    let outcome = match (written.failed, written.data) {
        (Some(reason), _) => Outcome::Failed(shown(&reason)),
        (None, None) => Outcome::Failed("the file holds no data of it and says not why".into()),
        (None, Some(data)) => outcome(&written.name, data)?,
    };
    Ok(Section {
        name: shown(&written.name),
        elapsed_ns: written.elapsed_ns,
        incomplete: written.incomplete.map(|text| shown(&text)),
        incidents: incidents.iter().take(MOST_INCIDENTS).map(|text| shown(text)).collect(),
        outcome: cleaned(outcome),
    })
}

/// The data of the section with this name.
fn outcome(name: &str, data: Value) -> Result<Outcome, serde_json::Error> {
    fn of<T: DeserializeOwned>(
        data: Value,
        kind: fn(T) -> Outcome,
    ) -> Result<Outcome, serde_json::Error> {
        serde_json::from_value(data).map(kind)
    }
    match name {
        "queue" => of(data, Outcome::Queue),
        "pool" => of(data, Outcome::Pool),
        "memory" => of(data, Outcome::Memory),
        "window" => of(data, Outcome::Window),
        "data" => of(data, Outcome::Data),
        "benchmark" => of(data, Outcome::Benchmark),
        "waiting" => of(data, Outcome::Waiting),
        _ => Ok(Outcome::Failed("this program does not know a section of this name".into())),
    }
}

/// Every text fit to be shown.
fn cleaned(mut outcome: Outcome) -> Outcome {
    let clean = |text: &mut String| *text = shown(text);
    match &mut outcome {
        Outcome::Queue(queue) => queue.strings.iter_mut().for_each(|one| clean(&mut one.text)),
        Outcome::Pool(pool) => pool.calls.iter_mut().for_each(|one| clean(&mut one.call)),
        Outcome::Memory(memory) => memory.ways.iter_mut().for_each(|one| {
            clean(&mut one.way);
            one.reason.iter_mut().for_each(clean);
            one.crash.iter_mut().for_each(|crash| clean(&mut crash.what));
        }),
        Outcome::Benchmark(measured) => clean(&mut measured.study),
        Outcome::Waiting(waiting) => waiting.kinds.iter_mut().for_each(|one| {
            clean(&mut one.kind);
            clean(&mut one.task);
        }),
        Outcome::Failed(_) | Outcome::Window(_) | Outcome::Data(_) => {}
    }
    outcome
}
