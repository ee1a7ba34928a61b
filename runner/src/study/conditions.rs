//! Finds out under which conditions a study is measured, and what of that deserves a warning.
//!
//! Separate from measuring: it runs before and after the blocks, never between two clock readings.
//! Next: [`super::warning`], the wording.

use std::path::Path;

use kernel::samples::HUGE_PAGE;

use super::order::Configuration;
use super::record::WorkloadRecord;
use super::warning::Warning;
use crate::machine::{Limits, Machine, Tree};

/// Stolen CPU time above this share is told, in per cent.
const STEAL_PERCENT: f64 = 0.5;

/// CPU time of the whole machine since it started, in clock ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticks {
    /// All states together, idle included.
    pub all: u64,
    /// Time that the hypervisor gave to others although this machine wanted it.
    pub stolen: u64,
}

/// The ticks so far; `None` where the system does not tell.
pub fn ticks() -> Option<Ticks> {
    parse_ticks(&Tree::new(Path::new("/")).text("proc/stat")?)
}

/// From the first line of `/proc/stat`: user nice system idle iowait irq softirq steal (guest times,
/// which follow, are contained in user and nice).
fn parse_ticks(stat: &str) -> Option<Ticks> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_ascii_whitespace();
    let ticks: Vec<u64> = fields.take(8).map(|field| field.parse().ok()).collect::<Option<_>>()?;
    Some(Ticks { all: ticks.iter().sum(), stolen: *ticks.get(7)? })
}

/// A warning if more than half a per cent was stolen between two readings.
pub fn stolen(workload: &str, before: Option<Ticks>, after: Option<Ticks>) -> Option<Warning> {
    let (before, after) = (before?, after?);
    let all = after.all.checked_sub(before.all).filter(|&all| all > 0)?;
    let percent = 100.0 * after.stolen.saturating_sub(before.stolen) as f64 / all as f64;
    (percent > STEAL_PERCENT).then(|| Warning::Steal { workload: workload.into(), percent })
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
        warnings.push(Warning::Oversubscribed { workers, cpus: limits.allowed_cpus.len() });
    }
    let workers = configurations.iter().map(|c| c.workers).max().unwrap_or(0);
    if let Some(cpus) = limits.quota_cpus.filter(|&cpus| cpus < workers as f64) {
        warnings.push(Warning::Quota { cpus, workers });
    }
    warnings
}

/// What a measured workload shows.
pub fn of_workload(record: &WorkloadRecord, stored_checksum: Option<String>) -> Vec<Warning> {
    let workload = record.name.to_owned();
    let mut warnings = unpinned(record);
    if let Some(pages) = record
        .pages
        .filter(|pages| record.bytes >= HUGE_PAGE as u64 && pages.huge_bytes < pages.bytes / 2)
    {
        warnings.push(Warning::SmallPages { workload: workload.clone(), pages });
    }
    if let Some(expected) = stored_checksum.filter(|expected| *expected != record.checksum) {
        let found = record.checksum.clone();
        warnings.push(Warning::OtherSamples { workload, found, expected });
    }
    warnings
}

/// One warning for each configuration with a sample in which a worker was not proven to be pinned.
fn unpinned(record: &WorkloadRecord) -> Vec<Warning> {
    let samples_of = |index: usize| {
        record.blocks.iter().flatten().filter(move |measured| measured.configuration == index)
    };
    let warning = |(index, configuration): (usize, &Configuration)| {
        let moved = |workers: &[crate::backend::WorkerSample]| workers.iter().any(|w| !w.pinned);
        let samples = samples_of(index).filter(|m| moved(&m.sample.workers)).count();
        (samples > 0).then(|| Warning::Unpinned {
            workload: record.name.into(),
            configuration: configuration.describe(),
            samples,
            of: samples_of(index).count(),
        })
    };
    record.configurations.iter().enumerate().filter_map(warning).collect()
}

#[cfg(test)]
mod tests {
    use super::{Ticks, Warning, of_machine, parse_ticks, stolen};
    use crate::machine::{Limits, Machine};
    use crate::study::order::Configuration;

    #[test]
    fn stolen_ticks_are_the_eighth_field() {
        let ticks = parse_ticks("cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 1 1 1 1 1 1 1 0 0\n");
        assert_eq!(ticks, Some(Ticks { all: 36, stolen: 8 }));
        for damaged in ["", "cpu  1 2 3", "cpu  1 2 x 4 5 6 7 8", "intr 1 2 3 4 5 6 7 8"] {
            assert_eq!(parse_ticks(damaged), None, "{damaged}");
        }
    }

    #[test]
    fn steal_is_told_above_half_a_per_cent() {
        let at = |all, stolen| Some(Ticks { all, stolen });
        assert_eq!(stolen("w", at(100, 10), at(1100, 15)), None);
        let warning = stolen("w", at(100, 10), at(1100, 20)).unwrap();
        assert_eq!(warning, Warning::Steal { workload: "w".into(), percent: 1.0 });
        assert_eq!(stolen("w", at(100, 10), at(100, 10)), None);
        assert_eq!(stolen("w", None, at(100, 10)), None);
    }

    #[test]
    fn machines_that_cannot_scale_are_told() {
        let configuration = |workers, oversubscribed| Configuration {
            backend: "any",
            workers,
            cpus: vec![4; workers],
            oversubscribed,
        };
        let machine = Machine { profile: Some("debug".into()), ..Machine::default() };
        let limits = Limits { allowed_cpus: vec![4], quota_cpus: Some(1.5), ..Limits::default() };
        let configurations = [configuration(1, false), configuration(3, true)];
        let warnings = of_machine(&machine, &limits, &configurations);
        assert!(warnings.contains(&Warning::OneCpu { cpu: 4 }));
        assert!(warnings.contains(&Warning::Oversubscribed { workers: vec![3], cpus: 1 }));
        assert!(warnings.contains(&Warning::Quota { cpus: 1.5, workers: 3 }));
        assert!(warnings.contains(&Warning::Unoptimised { profile: "debug".into() }));
        let roomy = Limits { allowed_cpus: vec![0, 1], ..Limits::default() };
        assert!(of_machine(&Machine::default(), &roomy, &[configuration(2, false)]).is_empty());
    }
}
