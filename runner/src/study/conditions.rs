//! Finds out under which conditions a study is measured, and what of that deserves a warning.
//!
//! Separate from measuring: counters are read before and after a sample, never between two readings
//! of its clock, and warnings are made of what was measured. Next: [`super::tags`], the rules for one
//! sample; [`super::warning`], the wording.

use std::collections::BTreeSet;

use kernel::samples::HUGE_PAGE;

use super::grid::Configuration;
use super::record::{Measured, Series, Subject};
use super::tags::Tag;
use super::warning::Warning;
use crate::machine::counters::{SystemCounters, SystemReader};
use crate::machine::{Limits, Machine, affinity, clock};

/// Stolen CPU time above this share is told, in per cent.
const STEAL_PERCENT: f64 = 0.5;
/// Observer's cost above this share is told, in per cent.
const OBSERVER_PERCENT: f64 = 0.5;
/// A tag on more than this share of all samples is told, in per cent.
const TAGGED_PERCENT: f64 = 5.0;

/// What was counted around a measured sample.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Around {
    /// Time that the host withheld from each allowed CPU.
    pub stolen_ns: Option<Vec<u64>>,
    /// Time for which others ran on each allowed CPU.
    pub foreign_ns: Option<Vec<u64>>,
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
pub struct Caller(Option<u64>);

impl Caller {
    /// Begins to count.
    pub fn begin() -> Self {
        Self(clock::thread_cpu_ns())
    }

    /// CPU time since, on the CPU that the thread is on now; `None` where the system does not tell.
    pub fn used(self) -> Option<(usize, u64)> {
        let used_ns = clock::thread_cpu_ns()?.checked_sub(self.0?)?;
        Some((affinity::current()?, used_ns))
    }
}

/// What a sample and its caller used on each CPU.
pub fn ours(measured: &Measured, caller: Option<(usize, u64)>) -> Vec<(usize, u64)> {
    let workers = measured.sample.workers.iter();
    workers.filter_map(|worker| worker.cpu.zip(worker.cpu_ns)).chain(caller).collect()
}

/// Share of each allowed CPU that others use while nothing of this program runs, over `window`.
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
    Some(foreign.iter().map(|&ns| (ns as f64 / passed_ns).min(1.0)).collect())
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
        let cpus = seats.unwrap_or(limits.allowed_cpus.len());
        warnings.push(Warning::Oversubscribed { workers, cpus });
    }
    let workers = configurations.iter().map(|c| c.workers).max().unwrap_or(0);
    if let Some(cpus) = limits.quota_cpus.filter(|&cpus| cpus < workers as f64) {
        warnings.push(Warning::Quota { cpus, workers });
    }
    warnings
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

/// What a measured series shows, on so many allowed CPUs.
pub fn of_series(series: &Series, cpus: usize) -> Vec<Warning> {
    let workload = format!("{}, {}", series.subject.name, series.subject.mode.name());
    let mut warnings = unpinned(series, &workload);
    warnings.extend(stolen(series, cpus, &workload));
    warnings.extend(observed(series, &workload));
    warnings.extend(tagged(series, &workload));
    warnings
}

fn measured(series: &Series) -> impl Iterator<Item = &Measured> {
    series.blocks.iter().flat_map(super::record::Block::measured)
}

/// One warning for each configuration with a sample in which a worker was not proven to be pinned.
fn unpinned(series: &Series, workload: &str) -> Vec<Warning> {
    let samples_of =
        |index: usize| measured(series).filter(move |measured| measured.configuration == index);
    let warning = |(index, configuration): (usize, &Configuration)| {
        let loose = |measured: &&Measured| measured.tags.contains(&Tag::Unpinned);
        let samples = samples_of(index).filter(loose).count();
        (samples > 0).then(|| Warning::Unpinned {
            workload: workload.into(),
            configuration: configuration.describe(),
            samples,
            of: samples_of(index).count(),
        })
    };
    series.subject.configurations.iter().enumerate().filter_map(warning).collect()
}

/// A warning if the host took more than half a per cent of the CPU time of all samples.
fn stolen(series: &Series, cpus: usize, workload: &str) -> Option<Warning> {
    let stolen_ns: u64 = measured(series).flat_map(|m| m.stolen_ns.iter().flatten()).sum();
    let wall_ns: u64 = measured(series).map(|m| m.sample.wall_ns).sum();
    let percent = 100.0 * stolen_ns as f64 / (wall_ns * cpus as u64).max(1) as f64;
    (percent > STEAL_PERCENT).then(|| Warning::Steal { workload: workload.into(), percent })
}

/// A warning if reading clocks took more than half a per cent of what was measured.
fn observed(series: &Series, workload: &str) -> Option<Warning> {
    let observer_ns: u64 = measured(series).map(|m| m.observer_ns).sum();
    let wall_ns: u64 = measured(series).map(|m| m.sample.wall_ns).sum();
    let percent = 100.0 * observer_ns as f64 / wall_ns.max(1) as f64;
    (percent > OBSERVER_PERCENT).then(|| Warning::Observer { workload: workload.into(), percent })
}

/// A warning for each kind of disturbance that many samples met.
fn tagged(series: &Series, workload: &str) -> Vec<Warning> {
    let of = measured(series).count();
    let told = [Tag::Contended, Tag::Foreign, Tag::Throttled, Tag::Drifted];
    let expected = |m: &&Measured| !series.subject.configurations[m.configuration].oversubscribed;
    let warning = |tag: Tag| {
        let samples = measured(series).filter(expected).filter(|m| m.tags.contains(&tag)).count();
        let is_much = 100.0 * samples as f64 > TAGGED_PERCENT * of as f64;
        is_much.then(|| Warning::Tagged { workload: workload.into(), tag, samples, of })
    };
    told.into_iter().filter_map(warning).collect()
}

#[cfg(test)]
mod tests;
