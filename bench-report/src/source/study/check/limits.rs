//! How much a file may hold: beyond any machine, and short of what a report cannot handle.
//!
//! Separate because these limits say nothing about a study and all about a hostile or broken file:
//! some tables grow with configurations times backends, and worker counts are doubled. Next:
//! `blocks.rs` limits the samples.

use std::collections::BTreeSet;

use super::super::machine::Machine;
use super::super::shape::{Block, File, Workload};
use super::Problem;

/// Configurations of one workload.
const MOST_CONFIGURATIONS: usize = 4096;

/// Backends of one workload.
const MOST_BACKENDS: usize = 64;

/// Workers of one configuration.
const MOST_WORKERS: u64 = 1 << 20;

/// CPUs of the machine, and CPUs that the workers of one configuration sit on.
const MOST_CPUS: usize = 8192;

/// CPUs that belong to the whole file.
pub(super) fn file(file: &File<Block>) -> Result<(), Problem> {
    let cpus = file.machine.as_ref().map_or(0, Machine::listed_cpus);
    at_most("CPUs", cpus, MOST_CPUS).map_err(|problem| ("machine".into(), problem))
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

fn at_most(name: &str, found: usize, most: usize) -> Result<(), String> {
    if found <= most {
        Ok(())
    } else {
        Err(format!("{found} {name} are too many, expected at most {most}"))
    }
}
