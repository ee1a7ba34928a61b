//! The file as it is written, field by field.
//!
//! Separate because this is the one place that follows the names in the file. A field that is not
//! an `Option` is needed; all others may be missing or null, which means unknown. Next:
//! `check.rs` looks at the values, `convert.rs` takes them into the model.
//!
//! What a writer tells and no report reads, on purpose:
//!
//! - of a study `resumptions` and `plan.series`: what changed while it was interrupted, and what was
//!   planned otherwise than measured, stands in `warnings` and `skipped` in words;
//! - of a series `parts`, which is in `tasks` already, and `pages_again`: `pages` is where the samples
//!   lay first, and a change that counts is among the warnings;
//! - of a sample `clock_readings`, `caller_ns`, `caller_cpu`, `warm_up_ns` and, of each worker,
//!   `cpu_clock_readings`: they went into `observer_ns`, `foreign_ns`, `unplaced_ns` and `steady`,
//!   which are read;
//! - of a sample `thermal_events`, `cpu_pressure_ns` and, of each worker, `clock_mhz_before`: what they
//!   prove is among the `tags`, or concerns the warm-up as well, so that no figure can be made of it.
//!
//! The journal is read by the program that writes it and never here: `study.json` has all of it that is
//! whole, and its checksums and the version of the program only decide whether a study may go on.

use serde::Deserialize;

use super::machine::{Limits, Machine, State};

/// A study whose blocks have the shape `B`.
#[derive(Deserialize)]
pub(super) struct File<B> {
    pub(super) created_unix_s: Option<u64>,
    pub(super) seed: Option<u64>,
    pub(super) isa: Option<String>,
    pub(super) complete: Option<bool>,
    pub(super) fingerprint: Option<String>,
    pub(super) plan: Option<Plan>,
    pub(super) machine: Option<Machine>,
    pub(super) limits: Option<Limits>,
    pub(super) state: Option<State>,
    pub(super) timer: Option<Timer>,
    pub(super) workloads: Vec<Workload<B>>,
    pub(super) skipped: Option<Vec<Skipped>>,
    pub(super) warnings: Option<Vec<String>>,
}

#[derive(Default, Deserialize)]
pub(super) struct Plan {
    pub(super) preset: Option<String>,
    pub(super) placement: Option<String>,
    pub(super) budget_s: Option<f64>,
    pub(super) precision: Option<f64>,
    pub(super) blocks: Option<u64>,
}

#[derive(Clone, Copy, Deserialize)]
pub(super) struct Timer {
    pub(super) resolution_ns: Option<f64>,
    pub(super) clock_ns: Option<f64>,
    pub(super) cpu_clock_ns: Option<f64>,
    pub(super) is_monotonic: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Skipped {
    pub(super) workload: Option<String>,
    pub(super) mode: Option<String>,
    pub(super) configuration: Option<String>,
    pub(super) reason: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Workload<B> {
    pub(super) name: String,
    pub(super) title: Option<String>,
    /// Needed in version 2; an `Option` so that `check.rs` can name what is wrong with it.
    pub(super) mode: Option<String>,
    pub(super) level: Option<String>,
    pub(super) widths_per_scan: Option<u64>,
    pub(super) n: u64,
    pub(super) d: u64,
    pub(super) element: Option<String>,
    pub(super) generator: Option<String>,
    pub(super) sample_seed: Option<u64>,
    pub(super) checksum: Option<String>,
    pub(super) center: Vec<f64>,
    pub(super) widths: Vec<f64>,
    pub(super) task: Option<String>,
    pub(super) tasks: Option<u64>,
    pub(super) bytes: Option<u64>,
    pub(super) pages: Option<Pages>,
    pub(super) counts: Vec<u64>,
    pub(super) configurations: Vec<Configuration>,
    pub(super) passes: u64,
    pub(super) stopped_by: Option<String>,
    pub(super) blocks: Vec<B>,
    pub(super) warm_up_passes: Option<u64>,
}

#[derive(Clone, Copy, Deserialize)]
pub(super) struct Pages {
    pub(super) bytes: u64,
    pub(super) huge_bytes: u64,
    pub(super) base_page_bytes: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct Configuration {
    pub(super) backend: String,
    pub(super) workers: u64,
    pub(super) cpus: Option<Vec<u64>>,
    pub(super) oversubscribed: Option<bool>,
    pub(super) role: Option<String>,
}

impl Configuration {
    /// Its role; one that is not told is `measured`.
    pub(super) fn role(&self) -> &str {
        self.role.as_deref().unwrap_or("measured")
    }

    /// Whether both would be run in exactly the same way.
    pub(super) fn runs_as(&self, other: &Self) -> bool {
        self.backend == other.backend
            && self.workers == other.workers
            && self.cpus.as_deref().unwrap_or_default() == other.cpus.as_deref().unwrap_or_default()
    }
}

#[derive(Deserialize)]
pub(super) struct Block {
    pub(super) opening: Option<Measured>,
    pub(super) samples: Vec<Measured>,
    pub(super) closing: Option<Measured>,
    pub(super) idle_foreign: Option<Vec<f64>>,
    pub(super) resumed: Option<bool>,
}

#[derive(Deserialize)]
pub(super) struct Measured {
    pub(super) configuration: usize,
    pub(super) wall_ns: u64,
    pub(super) dispatch_ns: Option<u64>,
    pub(super) compute_ns: Option<u64>,
    pub(super) reduction_ns: Option<u64>,
    pub(super) setup_ns: Option<u64>,
    pub(super) transfer_ns: Option<u64>,
    pub(super) teardown_ns: Option<u64>,
    pub(super) warm_up_passes: Option<u64>,
    pub(super) steady: Option<bool>,
    pub(super) observer_ns: Option<u64>,
    pub(super) stolen_ns: Option<Vec<u64>>,
    pub(super) foreign_ns: Option<Vec<i64>>,
    pub(super) unplaced_ns: Option<u64>,
    pub(super) throttled_ns: Option<u64>,
    pub(super) throttled_periods: Option<u64>,
    pub(super) tags: Option<Vec<String>>,
    pub(super) workers: Option<Vec<Worker>>,
}

#[derive(Clone, Copy, Deserialize)]
pub(super) struct Worker {
    pub(super) cpu: Option<u64>,
    pub(super) start_ns: Option<u64>,
    pub(super) stop_ns: Option<u64>,
    pub(super) busy_ns: Option<u64>,
    pub(super) cpu_ns: Option<u64>,
    pub(super) waiting_cpu_ns: Option<u64>,
    pub(super) run_queue_ns: Option<u64>,
    pub(super) voluntary_switches: Option<u64>,
    pub(super) forced_switches: Option<u64>,
    pub(super) migrations: Option<u64>,
    pub(super) tasks: Option<u64>,
    pub(super) pinned: Option<bool>,
    pub(super) clock_mhz: Option<f64>,
}
