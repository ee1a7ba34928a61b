//! How much one file may hold: beyond any machine, and short of what a report cannot handle.
//!
//! Separate because these limits say nothing about results and all about hostile or broken files, and
//! because a copy of a report must keep to those of the files that it was made of: some tables grow
//! with configurations times backends, and worker counts are doubled.

/// Configurations of one workload, and implementations of one job.
pub(super) const MOST_CONFIGURATIONS: usize = 4096;

/// Backends of one workload.
pub(super) const MOST_BACKENDS: usize = 64;

/// Workers of one configuration.
pub(super) const MOST_WORKERS: u64 = 1 << 20;

/// CPUs of the machine, and CPUs that the workers of one configuration sit on.
pub(super) const MOST_CPUS: usize = 8192;

/// Samples of one workload, which the bootstrap still handles in a few seconds; those of one
/// benchmark; and times of one implementation.
pub(super) const MOST_SAMPLES: usize = 100_000;

/// Warnings of one study, and what it skipped.
pub(super) const MOST_REMARKS: usize = 10_000;

/// The problem, if there are more than that.
pub(super) fn at_most(name: &str, found: usize, most: usize) -> Result<(), String> {
    if found <= most {
        Ok(())
    } else {
        Err(format!("{found} {name} are too many, expected at most {most}"))
    }
}
