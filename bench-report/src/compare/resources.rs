//! What the workers used and met while they counted.
//!
//! Separate because wall time alone cannot tell a slow core from a core that others use: work per
//! CPU-second can. Shares are ratios of sums over all blocks, never means of ratios (Hoefler &
//! Belli 2015, rule 4). Unknown as soon as one worker of one sample does not tell. Next:
//! `compare.rs`.

use super::{
    Measured, Series, combined,
    foreign::{self, Foreign},
    ticks::Counted,
};
use crate::{
    model::{Entry, Estimate, Sample, Worker},
    statistics::median,
};

/// What the workers of one configuration say.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Resources {
    /// Median of CPU time over wall time: how many CPUs were busy for this configuration.
    pub busy_cpus: Option<f64>,
    /// CPU time over the wall time of all workers.
    pub cpu_share: Option<f64>,
    /// Tasks per second of CPU time spent on tasks, against the serial code.
    pub work_per_cpu_s: Option<Estimate>,
    /// Median clock of the workers' cores.
    pub clock_mhz: Option<f64>,
    /// Mean over greatest time in the kernel of the workers: 1 if all had equally much to do.
    pub balance: Option<f64>,
    /// Share of the wall time in which all workers were counting at once.
    pub together: Option<f64>,
    /// Share of the wall time of all workers in which one could run but had no CPU.
    pub run_queue_share: Option<f64>,
    /// Times a CPU was taken from a worker, in all samples.
    pub forced_switches: Option<u64>,
    /// Times a worker changed its CPU, in all samples.
    pub migrations: Option<u64>,
    /// What others used of the CPUs, those of the workers above all.
    pub foreign: Option<Foreign>,
    /// What the hypervisor took of the CPU with a worker from which it took most.
    pub stolen: Option<Counted>,
}

/// `all[i]` belongs to entry `i`.
pub(super) fn all(measured: &Measured<'_>) -> Vec<Resources> {
    let base = measured.reference.and_then(|base| cpu_ns_per_task(measured, base));
    let entries = measured.workload.entries.iter().enumerate();
    let entry = |(idx, entry): (usize, &Entry)| {
        let work_per_cpu_s = base.as_ref().and_then(|base| work_per_cpu_s(measured, base, idx));
        Resources { work_per_cpu_s, ..alone(entry, &measured.study.limits.allowed_cpus) }
    };
    entries.map(entry).collect()
}

/// What needs no other configuration.
fn alone(entry: &Entry, allowed: &[u64]) -> Resources {
    let workers = entry.workers as f64;
    let wall = |sample: &Sample| Some(sample.wall_ns as f64);
    let walls = |sample: &Sample| Some(sample.wall_ns as f64 * workers);
    let sum = |of: fn(&Worker) -> Option<u64>| {
        move |sample: &Sample| sample.sum(of).map(|sum| sum as f64)
    };
    let total = |of: fn(&Worker) -> Option<u64>| {
        let add = |sum: u64, sample: &Sample| Some(sum.saturating_add(sample.sum(of)?));
        entry.samples.iter().try_fold(0, add)
    };
    Resources {
        busy_cpus: busy_cpus(entry),
        cpu_share: share(entry, sum(|worker| worker.cpu_ns), walls),
        work_per_cpu_s: None,
        clock_mhz: clock_mhz(entry),
        balance: share(entry, |s| mean(s, |w| w.busy_ns), |s| greatest(s, |w| w.busy_ns)),
        together: share(entry, together_ns, wall),
        run_queue_share: share(entry, sum(|worker| worker.run_queue_ns), walls),
        forced_switches: total(|worker| worker.forced_switches),
        migrations: total(|worker| worker.migrations),
        foreign: foreign::of(entry, allowed),
        stolen: stolen(entry, allowed),
    }
}

/// Sum of one quantity over the sum of another, over all blocks.
fn share(
    entry: &Entry,
    part: impl Fn(&Sample) -> Option<f64>,
    whole: impl Fn(&Sample) -> Option<f64>,
) -> Option<f64> {
    let parts = entry.samples.iter().map(part).sum::<Option<f64>>()?;
    let wholes = entry.samples.iter().map(whole).sum::<Option<f64>>()?;
    (wholes > 0.0).then(|| parts / wholes)
}

fn mean(sample: &Sample, of: fn(&Worker) -> Option<u64>) -> Option<f64> {
    Some(sample.sum(of)? as f64 / sample.workers.len() as f64)
}

fn greatest(sample: &Sample, of: fn(&Worker) -> Option<u64>) -> Option<f64> {
    let values = sample.workers.iter().map(of).collect::<Option<Vec<u64>>>()?;
    values.into_iter().max().map(|value| value as f64)
}

/// What the CPU lost of which the hypervisor took most while it had a worker, over all blocks. Summed
/// for each CPU first: the counters tick coarsely, and the greatest of many ticks in each sample would
/// be mostly ticks.
fn stolen(entry: &Entry, allowed: &[u64]) -> Option<Counted> {
    let mut sums: Vec<[f64; 2]> = Vec::new();
    for sample in &entry.samples {
        let stolen_ns = sample.stolen_ns.as_ref()?;
        sums.resize(stolen_ns.len().max(sums.len()), [0.0; 2]);
        for (place, ([sum_ns, wall_ns], &ns)) in sums.iter_mut().zip(stolen_ns).enumerate() {
            if sample.concerns(allowed.get(place).copied()) {
                *sum_ns += ns as f64;
                *wall_ns += sample.wall_ns as f64;
            }
        }
    }
    let had_worker = sums.into_iter().filter(|[_, wall_ns]| *wall_ns > 0.0);
    let counted = |[stolen_ns, span_ns]: [f64; 2]| Counted { share: stolen_ns / span_ns, span_ns };
    had_worker.map(counted).max_by(|a, b| a.share.total_cmp(&b.share))
}

/// From the last start to the first stop, 0 if one stopped before another started.
fn together_ns(sample: &Sample) -> Option<f64> {
    let starts = sample.workers.iter().map(|worker| worker.start_ns);
    let stops = sample.workers.iter().map(|worker| worker.stop_ns);
    let start = starts.collect::<Option<Vec<u64>>>()?.into_iter().max()?;
    let stop = stops.collect::<Option<Vec<u64>>>()?.into_iter().min()?;
    Some(stop.saturating_sub(start) as f64)
}

/// CPU time over wall time, the median over the blocks, if every sample has a CPU time.
fn busy_cpus(entry: &Entry) -> Option<f64> {
    let share = |sample: &Sample| {
        let cpu_ns = sample.sum(|worker| worker.cpu_ns)?;
        Some(cpu_ns as f64 / sample.wall_ns as f64)
    };
    let mut shares: Vec<f64> = entry.samples.iter().map(share).collect::<Option<_>>()?;
    (!shares.is_empty()).then(|| median(&mut shares))
}

fn clock_mhz(entry: &Entry) -> Option<f64> {
    let workers = entry.samples.iter().flat_map(|sample| &sample.workers);
    let mut clocks: Vec<f64> = workers.filter_map(|worker| worker.clock_mhz).collect();
    (!clocks.is_empty()).then(|| median(&mut clocks))
}

/// CPU time per task, inside a sample a ratio of sums over its workers.
fn cpu_ns_per_task(measured: &Measured<'_>, idx: usize) -> Option<Series> {
    measured.series(idx, |sample| {
        let cpu_ns = sample.sum(Worker::working_cpu_ns).filter(|&ns| ns > 0)?;
        let tasks = sample.sum(|worker| worker.tasks).filter(|&tasks| tasks > 0)?;
        Some(cpu_ns as f64 / tasks as f64)
    })
}

/// Medians over the blocks of CPU time per task, serial over this one.
fn work_per_cpu_s(measured: &Measured<'_>, base: &Series, idx: usize) -> Option<Estimate> {
    if measured.reference == Some(idx) {
        return Some(Estimate { value: 1.0, interval: None });
    }
    let own = cpu_ns_per_task(measured, idx)?;
    Some(combined([base, &own], |[base, own]| base / own))
}
