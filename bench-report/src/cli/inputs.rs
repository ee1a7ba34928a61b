//! From a word on the command line to what was measured.
//!
//! Separate because both commands name the same things: directories of benchmarks with their
//! baselines, and files that say themselves what they are. Next: [`bench_report::read_any`].

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use bench_report::{
    model::{Report, Unread},
    read_any,
    source::{criterion, names, shown},
};

use super::BadInput;

/// Where `cargo bench` leaves what it measured.
const BENCHMARKS: &str = "target/criterion";

/// What is looked for if nothing is named, and what makes it.
const DEFAULTS: [(&str, &str); 3] = [
    (BENCHMARKS, "cargo bench"),
    ("target/parzen/study.json", "cargo study"),
    ("target/parzen/peers/peers.json", "cargo peers"),
];

/// A directory of benchmarks, or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    path: PathBuf,
    /// The baseline that is meant; what was measured last if none is.
    baseline: Option<String>,
}

impl Place {
    /// `PATH` as it is.
    pub(super) fn at(path: &Path) -> Self {
        Self { path: path.into(), baseline: None }
    }

    /// `DIR` or `DIR@BASELINE`; a path that exists is taken as it is.
    pub(super) fn of_benchmarks(text: &str) -> Self {
        match text.rsplit_once('@') {
            Some((dir, baseline)) if !Path::new(text).exists() && Path::new(dir).is_dir() => {
                Self { path: dir.into(), baseline: Some(baseline.into()) }
            }
            _ => Self::at(Path::new(text)),
        }
    }

    /// As [`Self::of_benchmarks`], or the bare name of a baseline of `target/criterion`.
    pub(super) fn of_side(text: &str) -> Result<Self, BadInput> {
        let place = Self::of_benchmarks(text);
        if place.path.exists() {
            return Ok(place);
        }
        let directory = Path::new(BENCHMARKS);
        let (known, problem) = match criterion::baselines(directory) {
            Ok(known) => (known, String::new()),
            Err(error) => (Vec::new(), format!(" ({})", shown(&error.reason()))),
        };
        if known.iter().any(|name| name == text) {
            return Ok(Self { path: directory.into(), baseline: Some(text.into()) });
        }
        let names = match known.as_slice() {
            [] => format!("no benchmarks are in {BENCHMARKS}{problem}; `cargo bench` makes them"),
            known => {
                let known: Vec<String> = known.iter().map(|name| shown(name)).collect();
                format!("its baselines are {}", known.join(", "))
            }
        };
        Err(BadInput(format!(
            "{text:?} is neither a file nor a directory nor a baseline of {BENCHMARKS}: {names}"
        )))
    }
}

/// What is there of the things that are looked for if nothing is named.
pub(super) fn defaults() -> Result<Vec<Place>, BadInput> {
    let there = DEFAULTS.iter().map(|(path, _)| Path::new(path)).filter(|path| path.exists());
    let places: Vec<Place> = there.map(Place::at).collect();
    if places.is_empty() {
        let lines = DEFAULTS.map(|(path, made_by)| {
            let is_program = made_by.starts_with("cargo");
            let maker = if is_program { format!("`{made_by}`") } else { made_by.into() };
            format!("\n  {path} (made by {maker})")
        });
        return Err(BadInput(format!(
            "nothing is named, and none of these is here:{}",
            lines.concat()
        )));
    }
    Ok(places)
}

/// Reads all places into one report; what cannot be read is named in it.
///
/// # Errors
///
/// Nothing at all could be read: why not the first of it.
pub(super) fn read(places: &[Place]) -> Result<Report, bench_report::Error> {
    let mut report = Report::default();
    let mut first_error = None;
    // Several baselines of one directory lack the same: that is told once.
    let mut told: BTreeSet<(&Path, String, String)> = BTreeSet::new();
    let paths: Vec<&Path> = places.iter().map(|place| place.path.as_path()).collect();
    // Only as much of a path as is needed: a report does not depend on where its inputs lie.
    for (place, name) in places.iter().zip(names(&paths)) {
        match one(place) {
            Ok(mut part) => {
                part.unread
                    .retain(|one| told.insert((&place.path, one.name.clone(), one.reason.clone())));
                report.append(part);
            }
            Err(error) => {
                report.unread.push(Unread { name, reason: shown(&error.reason()) });
                first_error.get_or_insert(error);
            }
        }
    }
    first_error.filter(|_| report.is_empty()).map_or(Ok(report), Err)
}

fn one(place: &Place) -> Result<Report, bench_report::Error> {
    let Some(baseline) = &place.baseline else { return read_any(&[&place.path]) };
    let (benchmarks, unread) = criterion::read(&place.path, Some(baseline))?;
    Ok(Report { benchmarks: vec![benchmarks], unread, ..Report::default() })
}
