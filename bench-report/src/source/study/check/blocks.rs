//! Whether the blocks of a workload are complete and their samples in range.
//!
//! Separate from the rest of the checks because here is the one thing that may be missing: the end
//! of the last block of a study that was interrupted. Next: `convert.rs` leaves that block out.

use super::super::super::limits::MOST_SAMPLES;
use super::super::Version;
use super::super::shape::{Block, Measured, Workload};
use super::{Problem, at_least_one, equal};

/// Checks every block; only the last one may be incomplete, and not if it is the only one.
pub(super) fn all(workload: &Workload<Block>, version: Version) -> Result<(), Problem> {
    let whole = |problem| ("blocks".to_owned(), problem);
    let configurations = workload.configurations.len();
    at_least_one("number of blocks", workload.blocks.len() as u64).map_err(whole)?;
    let samples = workload.blocks.len().saturating_mul(configurations);
    if samples > MOST_SAMPLES {
        let problem = format!("{samples} samples are too many, expected at most {MOST_SAMPLES}");
        return Err(whole(problem));
    }
    let last = workload.blocks.len() - 1;
    for (idx, block) in workload.blocks.iter().enumerate() {
        let place = |problem| (format!("block {idx}"), problem);
        values(workload, block, version).map_err(place)?;
        match missing(block, configurations, version) {
            Some(missing) if idx < last || last == 0 || version == Version::One => {
                return Err(place(missing));
            }
            _ => {}
        }
    }
    Ok(())
}

/// What a block lacks to be complete: every configuration once and, since version 2, a return to
/// the first configuration before and after.
pub(in super::super) fn missing(
    block: &Block,
    configurations: usize,
    version: Version,
) -> Option<String> {
    let mut seen = vec![false; configurations];
    for measured in &block.samples {
        seen[measured.configuration] = true;
    }
    if let Some(idx) = seen.iter().position(|seen| !seen) {
        return Some(format!("configuration {idx} is missing, expected once"));
    }
    let sides = [("opening", &block.opening), ("closing", &block.closing)];
    let side = sides.iter().find(|(_, side)| version == Version::Two && side.is_none());
    side.map(|(name, _)| format!("{name} is missing, expected a sample of configuration 0"))
}

/// The values that are there.
fn values(workload: &Workload<Block>, block: &Block, version: Version) -> Result<(), String> {
    let mut seen = vec![false; workload.configurations.len()];
    for measured in &block.samples {
        let configuration = measured.configuration;
        let Some(seen) = seen.get_mut(configuration) else {
            let last = workload.configurations.len() - 1;
            return Err(format!("configuration {configuration} is out of range 0 to {last}"));
        };
        if std::mem::replace(seen, true) {
            return Err(format!("configuration {configuration} occurs twice, expected once"));
        }
        sample(workload, measured, version)?;
    }
    for (name, side) in [("opening", &block.opening), ("closing", &block.closing)] {
        let Some(measured) = side else { continue };
        if measured.configuration != 0 {
            let configuration = measured.configuration;
            return Err(format!("{name} is of configuration {configuration}, expected 0"));
        }
        sample(workload, measured, version).map_err(|problem| format!("{name}: {problem}"))?;
    }
    let shares = block.idle_foreign.iter().flatten();
    match shares.into_iter().find(|share| !(0.0..=1.0).contains(*share)) {
        Some(share) => Err(format!("idle_foreign {share} is out of range, expected 0 to 1")),
        None => Ok(()),
    }
}

/// One sample: a time, of which its phases are parts, and as many workers as were planned.
fn sample(workload: &Workload<Block>, measured: &Measured, version: Version) -> Result<(), String> {
    let idx = measured.configuration;
    at_least_one(&format!("wall_ns of configuration {idx}"), measured.wall_ns)?;
    let phases = [measured.dispatch_ns, measured.compute_ns, measured.reduction_ns];
    let phases_ns = phases.into_iter().flatten().fold(0, u64::saturating_add);
    if phases_ns > measured.wall_ns {
        return Err(format!(
            "dispatch_ns, compute_ns and reduction_ns of configuration {idx} are {phases_ns} \
             together, expected at most wall_ns = {}",
            measured.wall_ns
        ));
    }
    let workers = measured.workers.as_ref().map_or(0, Vec::len) as u64;
    if version == Version::Two && workers > 0 {
        let planned = workload.configurations[idx].workers;
        equal(&format!("workers in a sample of configuration {idx}"), workers, "planned", planned)?;
    }
    Ok(())
}
