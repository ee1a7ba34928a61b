//! Whether a study makes sense: sizes that agree, values in their ranges, complete blocks.
//!
//! Separate from the shape of the file because these rules are what the statistics rely on.
//! A problem is the pair (place in the file, what is wrong with which value). Next: `blocks.rs`
//! for what was measured, `limits.rs` for how much of it, then `convert.rs`.

mod blocks;
mod limits;

pub(super) use blocks::missing;

use super::shape::{Block, Configuration, File, Workload};
use super::{Version, shown};
use crate::model::Mode;

/// Where, and what.
type Problem = (String, String);

/// Checks the whole file; the first problem ends it.
pub(super) fn file(file: &File<Block>, version: Version) -> Result<(), Problem> {
    if file.workloads.is_empty() {
        return Err(("workloads".into(), "there is none, expected at least 1".into()));
    }
    limits::file(file)?;
    file.workloads.iter().try_for_each(|workload| {
        let place = format!("workload {:?}", shown(&workload.name));
        mode(workload.mode.as_deref())
            .and_then(|_| sizes(workload))
            .and_then(|()| limits::workload(workload))
            .and_then(|()| configurations(workload))
            .map_err(|problem| (place.clone(), problem))?;
        blocks::all(workload, version)
            .map_err(|(block, problem)| (format!("{place}, {block}"), problem))
    })
}

/// The mode with this name.
pub(super) fn mode(name: Option<&str>) -> Result<Mode, String> {
    let known = Mode::ALL.map(Mode::name).join(", ");
    let Some(name) = name else {
        return Err(format!("mode is missing, expected one of {known}"));
    };
    let mode = Mode::ALL.into_iter().find(|mode| mode.name() == name);
    mode.ok_or_else(|| format!("mode {:?} is unknown, expected one of {known}", shown(name)))
}

/// The configuration that a control copies: the first measured one that runs in the same way.
pub(super) fn original(configurations: &[Configuration], idx: usize) -> Option<usize> {
    let control = &configurations[idx];
    let is_original = |other: &Configuration| other.role() == "measured" && other.runs_as(control);
    configurations.iter().position(is_original).filter(|_| control.role() == "control")
}

fn sizes(workload: &Workload<Block>) -> Result<(), String> {
    at_least_one("n", workload.n)?;
    at_least_one("d", workload.d)?;
    at_least_one("passes", workload.passes)?;
    at_least_one("number of widths", workload.widths.len() as u64)?;
    at_least_one("widths_per_scan", workload.widths_per_scan.unwrap_or(1))?;
    at_least_one("tasks", workload.tasks.unwrap_or(1))?;
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

fn configurations(workload: &Workload<Block>) -> Result<(), String> {
    at_least_one("number of configurations", workload.configurations.len() as u64)?;
    for (idx, configuration) in workload.configurations.iter().enumerate() {
        let name = format!("workers of configuration {idx}");
        at_least_one(&name, configuration.workers)?;
        let cpus = configuration.cpus.as_ref().map_or(0, Vec::len) as u64;
        if cpus > 0 {
            let name = format!("cpus of configuration {idx}");
            equal(&name, cpus, "its workers", configuration.workers)?;
        }
        role(&workload.configurations, idx)?;
    }
    Ok(())
}

/// A role is one of three, and a control has something to be a copy of.
fn role(configurations: &[Configuration], idx: usize) -> Result<(), String> {
    match configurations[idx].role() {
        "measured" | "roof" => Ok(()),
        "control" if original(configurations, idx).is_some() => Ok(()),
        "control" => Err(format!(
            "configuration {idx} is a control, but no measured one has its backend, workers and cpus"
        )),
        role => Err(format!(
            "role {:?} of configuration {idx} is unknown, expected measured, control or roof",
            shown(role)
        )),
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
