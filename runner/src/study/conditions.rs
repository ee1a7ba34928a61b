//! Finds out under which conditions a study is measured, and what of that deserves a warning.
//!
//! Separate from measuring: counters are read before and after a sample, never between two readings
//! of its clock, and warnings are made of what was measured. Here is what is known around one sample
//! and before the first. Next: `series`, what a whole series shows; [`pooled`], what only many samples
//! together tell; [`super::tags`], the rules for one sample; [`super::warning`], the wording.

pub mod pooled;
mod series;

use std::collections::BTreeSet;

use kernel::samples::HUGE_PAGE;

pub use series::of_series;

use super::grid::Configuration;
use super::record::Subject;
use super::warning::Warning;
use crate::backend::Sample;
use crate::machine::clock::Timer;
use crate::machine::counters::{SystemCounters, SystemReader};
use crate::machine::{Limits, Machine, State, affinity, clock};

/// What was counted around a measured sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Around {
    /// Time that the host withheld from each allowed CPU.
    pub stolen_ns: Option<Vec<u64>>,
    /// Time for which others ran on each allowed CPU; ticks may make it negative.
    pub foreign_ns: Option<Vec<i64>>,
    /// Time for which a quota was used up.
    pub throttled_ns: Option<u64>,
    /// Periods in which it was.
    pub throttled_periods: Option<u64>,
}

impl Around {
    /// From a difference of counters. `ours` is what this program used: (CPU, ns).
    pub fn of(delta: &SystemCounters, ours: &[(usize, u64)], allowed: &[usize]) -> Self {
        let foreign = delta.foreign_ns(ours);
        let stolen = |cpu: usize| delta.cpus.iter().find(|t| t.cpu == cpu).map(|t| t.steal_ns);
        let others = |cpu: usize| foreign.iter().find(|(of, _)| *of == cpu).map(|(_, ns)| *ns);
        Self {
            stolen_ns: allowed.iter().map(|&cpu| stolen(cpu)).collect(),
            foreign_ns: allowed.iter().map(|&cpu| others(cpu)).collect(),
            throttled_ns: delta.throttled_ns,
            throttled_periods: delta.throttled_periods,
        }
    }
}

/// CPU time of this program, which is not foreign although no worker used it: the calling thread.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    cpu_ns: Option<u64>,
    cpu: Option<usize>,
}

/// What the calling thread used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Its CPU time; `None` where the system does not tell.
    pub cpu_ns: Option<u64>,
    /// The CPU that it was on before and after; `None` if these are two, or unknown. (It is not bound,
    /// and could be elsewhere in between; the system moves a thread for a reason and not to and fro.)
    pub cpu: Option<usize>,
}

impl Caller {
    /// Begins to count.
    pub fn begin() -> Self {
        Self { cpu_ns: clock::thread_cpu_ns(), cpu: affinity::current() }
    }

    /// What was used since.
    pub fn used(self) -> Used {
        let used_ns = clock::thread_cpu_ns().zip(self.cpu_ns).map(|(end, begin)| end - begin);
        Used { cpu_ns: used_ns, cpu: self.cpu.filter(|_| self.cpu == affinity::current()) }
    }
}

/// CPU time of this program during a sample.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ours {
    /// Of threads that stayed where they were: (CPU, ns).
    pub placed: Vec<(usize, u64)>,
    /// Of threads that may have moved. To book it on the CPU where a thread ended would make it
    /// foreign on the others; so it is kept apart, and whoever judges a CPU may take it off there.
    pub unplaced_ns: u64,
}

/// What the workers of a sample and its caller used.
pub fn ours(sample: &Sample, caller: Used) -> Ours {
    let workers = sample.workers.iter();
    let workers = workers.map(|worker| (worker.cpu.filter(|_| worker.stayed()), worker.cpu_ns));
    let mut ours = Ours::default();
    for (cpu, cpu_ns) in workers.chain([(caller.cpu, caller.cpu_ns)]) {
        match (cpu, cpu_ns) {
            (Some(cpu), Some(ns)) => ours.placed.push((cpu, ns)),
            (None, Some(ns)) => ours.unplaced_ns = ours.unplaced_ns.saturating_add(ns),
            (_, None) => {}
        }
    }
    ours
}

/// Share of each allowed CPU that others use while nothing of this program runs, over `window`.
///
/// A tick is a large part of a short window: only the mean over many blocks means something.
pub fn idle_foreign(
    reader: &SystemReader,
    allowed: &[usize],
    window: std::time::Duration,
) -> Option<Vec<f64>> {
    let (before, began_ns) = (reader.read(), clock::now_ns());
    std::thread::sleep(window);
    let delta = reader.read().since(&before);
    let passed_ns = (clock::now_ns() - began_ns).max(1) as f64;
    let foreign = Around::of(&delta, &[], allowed).foreign_ns?;
    // Ticks may give a CPU more time than has passed.
    Some(foreign.iter().map(|&ns| (ns as f64 / passed_ns).clamp(0.0, 1.0)).collect())
}

/// What is known before anything is measured.
pub fn of_machine(
    machine: &Machine,
    limits: &Limits,
    configurations: &[Configuration],
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if let Some(profile) = machine.profile.as_deref().filter(|&profile| profile == "debug") {
        warnings.push(Warning::Unoptimised { profile: profile.into() });
    }
    if limits.mask_unknown {
        warnings.push(Warning::UnknownMask);
    }
    let cpus = limits.allowed_cpus.len();
    if let [cpu] = limits.allowed_cpus[..] {
        warnings.push(Warning::OneCpu { cpu });
    }
    let mut workers: Vec<usize> =
        configurations.iter().filter(|c| c.oversubscribed).map(|c| c.workers).collect();
    workers.sort_unstable();
    workers.dedup();
    if !workers.is_empty() {
        // Workers that take turns sit on every seat there is; unpinned ones wander over all CPUs.
        let crowded = configurations.iter().filter(|c| c.oversubscribed && !c.cpus.is_empty());
        let seats = crowded.map(|c| c.cpus.iter().collect::<BTreeSet<_>>().len()).max();
        let cpus = seats.unwrap_or(cpus);
        warnings.push(Warning::Oversubscribed { workers, cpus });
    }
    let workers = configurations.iter().map(|c| c.workers).max().unwrap_or(0);
    // More workers than CPUs ask for no more time than the CPUs have.
    let asked_for = workers.min(cpus) as f64;
    if let Some(cpus) = limits.quota_cpus.filter(|&quota| quota < asked_for) {
        warnings.push(Warning::Quota { cpus, workers });
    }
    warnings
}

/// What the clocks say before anything is measured.
pub fn of_clocks(state: &State, timer: &Timer) -> Vec<Warning> {
    let backwards = (timer.is_monotonic == Some(false)).then_some(Warning::ClockGoesBack);
    let unknown = state.clock_mhz.is_none().then_some(Warning::UnknownClock);
    backwards.into_iter().chain(unknown).collect()
}

/// What the samples of a workload show before they are measured.
pub fn of_subject(subject: &Subject, stored_checksum: Option<String>) -> Vec<Warning> {
    let workload = subject.name.clone();
    let mut warnings = Vec::new();
    if let Some(pages) = subject
        .pages
        .filter(|pages| subject.bytes >= HUGE_PAGE as u64 && pages.huge_bytes < pages.bytes / 2)
    {
        warnings.push(Warning::SmallPages { workload: workload.clone(), pages });
    }
    if let Some(expected) = stored_checksum.filter(|expected| *expected != subject.checksum) {
        let found = subject.checksum.clone();
        warnings.push(Warning::OtherSamples { workload, found, expected });
    }
    warnings
}

#[cfg(test)]
mod tests;
