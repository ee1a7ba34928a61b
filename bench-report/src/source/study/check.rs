//! Whether a study makes sense: sizes that agree, values in their ranges, complete blocks.
//!
//! Separate from the shape of the file because these rules are what the statistics rely on.
//! A problem is the pair (place in the file, what is wrong with which value).

use super::super::shown;
use super::{File, Measured, Workload};

/// Where, and what.
type Problem = (String, String);

/// Samples per workload that the bootstrap still handles in a few seconds.
const MOST_SAMPLES: usize = 100_000;

/// Checks the whole file; the first problem ends it.
pub(super) fn file(file: &File) -> Result<(), Problem> {
    if file.workloads.is_empty() {
        return Err(("workloads".into(), "there is none, expected at least 1".into()));
    }
    file.workloads.iter().try_for_each(|workload| {
        let place = format!("workload {:?}", shown(&workload.name));
        sizes(workload)
            .and_then(|()| configurations(workload))
            .map_err(|problem| (place.clone(), problem))?;
        blocks(workload).map_err(|(block, problem)| (format!("{place}, {block}"), problem))
    })
}

fn sizes(workload: &Workload) -> Result<(), String> {
    at_least_one("n", workload.n)?;
    at_least_one("d", workload.d)?;
    at_least_one("passes", workload.passes)?;
    at_least_one("number of widths", workload.widths.len() as u64)?;
    equal("coordinates of center", workload.center.len() as u64, "d", workload.d)?;
    let widths = workload.widths.len() as u64;
    equal("counts", workload.counts.len() as u64, "widths", widths)?;
    if let Some(width) = workload.widths.iter().find(|&&width| width <= 0.0) {
        return Err(format!("width {width} is out of range, expected more than 0"));
    }
    if let Some(count) = workload.counts.iter().find(|&&count| count > workload.n) {
        return Err(format!("count {count} is out of range, expected 0 to n = {}", workload.n));
    }
    let pages = workload.pages.as_ref();
    match pages.filter(|pages| pages.huge_bytes > pages.bytes) {
        Some(pages) => Err(format!(
            "huge_bytes {} is out of range, expected 0 to bytes = {}",
            pages.huge_bytes, pages.bytes
        )),
        None => Ok(()),
    }
}

fn configurations(workload: &Workload) -> Result<(), String> {
    at_least_one("number of configurations", workload.configurations.len() as u64)?;
    for (idx, configuration) in workload.configurations.iter().enumerate() {
        let name = format!("workers of configuration {idx}");
        at_least_one(&name, configuration.workers)?;
        if !configuration.cpus.is_empty() {
            let cpus = format!("cpus of configuration {idx}");
            equal(&cpus, configuration.cpus.len() as u64, "its workers", configuration.workers)?;
        }
    }
    Ok(())
}

fn blocks(workload: &Workload) -> Result<(), Problem> {
    let whole = |problem| ("blocks".to_owned(), problem);
    at_least_one("number of blocks", workload.blocks.len() as u64).map_err(whole)?;
    let samples = workload.blocks.len().saturating_mul(workload.configurations.len());
    if samples > MOST_SAMPLES {
        let problem = format!("{samples} samples are too many, expected at most {MOST_SAMPLES}");
        return Err(whole(problem));
    }
    workload.blocks.iter().enumerate().try_for_each(|(idx, measured)| {
        block(measured, workload.configurations.len())
            .map_err(|problem| (format!("block {idx}"), problem))
    })
}

/// A block holds every configuration exactly once.
fn block(measured: &[Measured], configurations: usize) -> Result<(), String> {
    let mut seen = vec![false; configurations];
    for Measured { configuration, wall_ns, .. } in measured {
        let Some(seen) = seen.get_mut(*configuration) else {
            let last = configurations - 1;
            return Err(format!("configuration {configuration} is out of range 0 to {last}"));
        };
        if std::mem::replace(seen, true) {
            return Err(format!("configuration {configuration} occurs twice, expected once"));
        }
        at_least_one(&format!("wall_ns of configuration {configuration}"), *wall_ns)?;
    }
    match seen.iter().position(|seen| !seen) {
        Some(missing) => Err(format!("configuration {missing} is missing, expected once")),
        None => Ok(()),
    }
}

fn at_least_one(name: &str, value: u64) -> Result<(), String> {
    if value == 0 { Err(format!("{name} is 0, expected at least 1")) } else { Ok(()) }
}

fn equal(name: &str, value: u64, other_name: &str, other: u64) -> Result<(), String> {
    if value == other {
        Ok(())
    } else {
        Err(format!("there are {value} {name}, expected as many as {other_name} = {other}"))
    }
}
