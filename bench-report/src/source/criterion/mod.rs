//! Reads the directories that criterion writes, versions 0.5 to 0.8; earlier shapes are accepted.
//!
//! Separate because benchmarks come as a tree of small files, of which some may be damaged while
//! the rest is of use. criterion keeps one directory for each benchmark, in it one for each
//! baseline, and in that `benchmark.json` (what was measured), `sample.json` (the times) and
//! `estimates.json` (what criterion made of them). None of it is documented by criterion, so this
//! reader takes what it needs and ignores the rest. Next: `walk.rs` finds the directories,
//! `baseline.rs` says of which baseline they are, `parse.rs` understands the files of one, `shape.rs` is what they look like.

mod baseline;
mod parse;
mod shape;
mod walk;

use std::path::{Path, PathBuf};

pub use parse::{Files, parse};

use self::walk::Skipped;
use super::{file, file_name, shown};
use crate::{
    Error,
    model::{Benchmark, Benchmarks, Unread},
};

/// Name of the baseline that criterion keeps of the last run if none is asked for.
pub const LATEST: &str = "new";

/// The largest file that is read: samples of a million iterations fit many times.
const LARGEST_FILE: u64 = 64 << 20;

/// Reads the benchmarks of one baseline below `dir`; of [`LATEST`] if none is named. What of it
/// could not be read comes beside it.
///
/// # Errors
///
/// There is no such directory, the baseline is not in it, or none of its benchmarks can be read: then
/// the first of them is named, and why.
pub fn read(dir: &Path, baseline: Option<&str>) -> Result<(Benchmarks, Vec<Unread>), Error> {
    let baseline = baseline.unwrap_or(LATEST);
    let (places, skipped) = walk::places(dir)?;
    let wanted: Vec<&PathBuf> =
        places.iter().filter(|path| baseline::is(dir, path, baseline)).collect();
    if wanted.is_empty() {
        return Err(useless(dir, missing(dir, baseline, &places, &skipped)));
    }
    let (mut benchmarks, mut broken, mut cut) = (Vec::new(), Vec::new(), Vec::new());
    for path in wanted {
        match benchmark(&dir.join(path)) {
            Ok((benchmark, reason)) => {
                benchmarks.push((benchmark, path.as_path()));
                cut.extend(reason.map(|reason| throughput(dir, path, reason)));
            }
            Err(reason) => broken.push(Skipped { path: path.clone(), reason }),
        }
    }
    let Some(benchmarks) = distinct(benchmarks, &mut broken) else {
        let problem = format!("holds no benchmark of {baseline:?} that can be read");
        return Err(useless(dir, with_first(dir, &problem, broken.first())));
    };
    let origin = file_name(dir);
    let unread = skipped.iter().chain(&broken).map(|one| one.unread(dir)).chain(cut).collect();
    Ok((Benchmarks { origin, baseline: shown(baseline), benchmarks }, unread))
}

/// What a report says about a benchmark whose throughput was cut.
fn throughput(dir: &Path, path: &Path, reason: String) -> Unread {
    let mut unread = Skipped { path: path.join(shape::BENCHMARK), reason }.unread(dir);
    unread.name += ", a part of its throughput";
    unread
}

/// The baselines below `dir`, each once, ascending: as [`read`] takes them, which may be text that is
/// not fit to be shown. [`LATEST`] is one of them unless its directories were removed.
///
/// # Errors
///
/// There is no such directory.
pub fn baselines(dir: &Path) -> Result<Vec<String>, Error> {
    Ok(names(dir, &walk::places(dir)?.0))
}

fn names(dir: &Path, places: &[PathBuf]) -> Vec<String> {
    let mut names: Vec<String> = places.iter().map(|path| baseline::of(dir, path)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn useless(dir: &Path, problem: String) -> Error {
    Error::Useless { path: dir.into(), problem }
}

/// Why there is nothing of a baseline: what is broken of it, or else that it is not there.
fn missing(dir: &Path, baseline: &str, places: &[PathBuf], skipped: &[Skipped]) -> String {
    let broken = skipped.iter().find(|one| one.is_of(dir, baseline));
    if broken.is_some() {
        let problem = format!("holds no benchmark of {baseline:?} that can be read");
        return with_first(dir, &problem, broken);
    }
    if places.is_empty() {
        return with_first(dir, "holds no benchmark", skipped.first());
    }
    shown(&format!("holds no baseline {baseline:?}, but {}", names(dir, places).join(", ")))
}

/// The problem, and the first thing that it is about.
fn with_first(dir: &Path, problem: &str, first: Option<&Skipped>) -> String {
    first.map(|one| one.unread(dir)).map_or_else(
        || shown(problem),
        |Unread { name, reason }| format!("{}: {name}: {reason}", shown(problem)),
    )
}

/// The benchmark in one directory, and what was cut off its throughput.
fn benchmark(dir: &Path) -> Result<(Benchmark, Option<String>), String> {
    let required = |name| file::read_regular(&dir.join(name), LARGEST_FILE);
    let files = [shape::BENCHMARK, shape::SAMPLE]
        .map(|name| required(name).map_err(|error| format!("{name} {}", error.reason())));
    let [benchmark, sample] = files;
    let estimates = match required(shape::ESTIMATES) {
        Ok(bytes) => Some(bytes),
        Err(Error::Read { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => return Err(format!("{} {}", shape::ESTIMATES, error.reason())),
    };
    let (benchmark, sample) = (benchmark?, sample?);
    parse::with_cut(&Files {
        benchmark: &benchmark,
        sample: &sample,
        estimates: estimates.as_deref(),
    })
}

/// Sorts benchmarks by name. Where two have one name (a directory was renamed or copied), only the
/// first is kept. `None` if there is none.
fn distinct(
    mut benchmarks: Vec<(Benchmark, &Path)>,
    broken: &mut Vec<Skipped>,
) -> Option<Vec<Benchmark>> {
    benchmarks.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    let mut kept: Vec<Benchmark> = Vec::new();
    for (benchmark, path) in benchmarks {
        if kept.last().is_some_and(|last| last.id == benchmark.id) {
            let reason = format!("has the name of another benchmark, {:?}", benchmark.id);
            broken.push(Skipped { path: path.into(), reason });
        } else {
            kept.push(benchmark);
        }
    }
    (!kept.is_empty()).then_some(kept)
}
