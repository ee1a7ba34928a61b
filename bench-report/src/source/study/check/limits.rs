//! Whether a study keeps to what a file may hold.
//!
//! Separate because these checks say nothing about a study and all about a hostile or broken file.
//! Next: `blocks.rs` limits the samples, `source/limits.rs` has the numbers.

use std::collections::BTreeSet;

use super::super::super::limits::{
    MOST_BACKENDS, MOST_CONFIGURATIONS, MOST_CPUS, MOST_REMARKS, MOST_WORKERS, at_most,
};
use super::super::machine::Machine;
use super::super::shape::{Block, File, Workload};
use super::Problem;

/// CPUs and remarks that belong to the whole file.
pub(super) fn file(file: &File<Block>) -> Result<(), Problem> {
    let cpus = file.machine.as_ref().map_or(0, Machine::listed_cpus);
    at_most("CPUs", cpus, MOST_CPUS).map_err(|problem| ("machine".into(), problem))?;
    let count = |remarks: Option<usize>| remarks.unwrap_or_default();
    let warnings = count(file.warnings.as_ref().map(Vec::len));
    let skipped = count(file.skipped.as_ref().map(Vec::len));
    at_most("warnings", warnings, MOST_REMARKS)
        .and_then(|()| at_most("entries of skipped", skipped, MOST_REMARKS))
        .map_err(|problem| ("remarks".into(), problem))
}

/// Configurations, backends and workers of one workload.
pub(super) fn workload(workload: &Workload<Block>) -> Result<(), String> {
    let configurations = &workload.configurations;
    at_most("configurations", configurations.len(), MOST_CONFIGURATIONS)?;
    let backends: BTreeSet<&str> = configurations.iter().map(|one| one.backend.as_str()).collect();
    at_most("backends", backends.len(), MOST_BACKENDS)?;
    for (idx, configuration) in configurations.iter().enumerate() {
        let workers = configuration.workers;
        if workers > MOST_WORKERS {
            return Err(format!(
                "{workers} workers of configuration {idx} are too many, expected at most \
                 {MOST_WORKERS}"
            ));
        }
        let cpus = configuration.cpus.as_ref().map_or(0, Vec::len);
        at_most(&format!("cpus of configuration {idx}"), cpus, MOST_CPUS)?;
    }
    Ok(())
}
