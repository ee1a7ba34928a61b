//! Benchmarks from a directory of criterion.
//!
//! Separate because it is the one kind of result that is a directory. Next:
//! [`crate::model::Benchmarks`].

use std::{fs, path::Path};

use serde_json::Value;

use super::shown;
use crate::{
    Error,
    model::{Benchmark, Benchmarks, Reported, Sampling, Timing, Unread},
};

/// The baseline that holds what was measured last.
pub const LATEST: &str = "new";

/// Deepest directory that is looked into.
const DEEPEST: usize = 8;

/// Reads the benchmarks of a baseline, [`LATEST`] if none is named, below `dir`.
///
/// # Errors
///
/// There is no such directory, or nothing of this baseline in it can be read.
pub fn read(dir: &Path, baseline: Option<&str>) -> Result<(Benchmarks, Vec<Unread>), Error> {
    let baseline = baseline.unwrap_or(LATEST);
    let mut benchmarks = Vec::new();
    let mut unread = Vec::new();
    walk(dir, DEEPEST, &mut |place| {
        if place.file_name().is_some_and(|name| name == baseline) {
            match one(place) {
                Some(benchmark) => benchmarks.push(benchmark),
                None => unread.push(Unread {
                    name: shown(&place.strip_prefix(dir).unwrap_or(place).to_string_lossy()),
                    reason: "cannot be understood".into(),
                }),
            }
        }
    })
    .map_err(|source| Error::Read { path: dir.to_path_buf(), source })?;
    if benchmarks.is_empty() {
        let problem = format!("has no benchmark of the baseline {baseline:?}");
        return Err(Error::Useless { path: dir.to_path_buf(), problem });
    }
    benchmarks.sort_by(|a, b| a.id.cmp(&b.id));
    let origin = shown(&dir.file_name().unwrap_or(dir.as_os_str()).to_string_lossy());
    Ok((Benchmarks { origin, baseline: shown(baseline), benchmarks }, unread))
}

/// Names of the baselines below `dir`, ascending.
///
/// # Errors
///
/// There is no such directory.
pub fn baselines(dir: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    walk(dir, DEEPEST, &mut |place| {
        names.extend(place.file_name().map(|name| name.to_string_lossy().into_owned()));
    })
    .map_err(|source| Error::Read { path: dir.to_path_buf(), source })?;
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

/// Calls `found` for every directory with a `benchmark.json`.
fn walk(dir: &Path, depth: usize, found: &mut dyn FnMut(&Path)) -> std::io::Result<()> {
    let mut entries: Vec<_> = fs::read_dir(dir)?.filter_map(Result::ok).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_directory && depth > 0 {
            walk(&entry.path(), depth - 1, found)?;
        } else if entry.file_name() == "benchmark.json" {
            found(dir);
        }
    }
    Ok(())
}

fn json(path: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn one(place: &Path) -> Option<Benchmark> {
    let about = json(&place.join("benchmark.json"))?;
    let sample = json(&place.join("sample.json"))?;
    let text = |name: &str| about.get(name)?.as_str().map(shown);
    let numbers = |name: &str| -> Option<Vec<f64>> {
        sample.get(name)?.as_array()?.iter().map(|x| x.as_f64().filter(|&x| x > 0.0)).collect()
    };
    let samples: Vec<Timing> = numbers("iters")?
        .into_iter()
        .zip(numbers("times")?)
        .map(|(iterations, total_ns)| Timing { iterations, total_ns })
        .collect();
    (!samples.is_empty()).then_some(())?;
    let sampling = match sample.get("sampling_mode").and_then(Value::as_str) {
        Some("Flat") => Sampling::Flat,
        Some("Linear") => Sampling::Linear,
        _ => Sampling::Unknown,
    };
    Some(Benchmark {
        id: text("full_id")?,
        group: text("group_id")?,
        function: text("function_id"),
        value: text("value_str"),
        throughput: Vec::new(),
        sampling,
        samples,
        reported: Reported::default(),
    })
}
