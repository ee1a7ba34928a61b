//! Whether studies and benchmarks keep what the model promises.
//!
//! Separate from the checks of `study.json` because files and model differ: here blocks are already
//! sorted into entries. What only the reader of a file can know (whether all passes gave the same
//! counts) is taken on trust. A problem is the pair (place, what is wrong with which value). Next:
//! [`crate::model`].

use std::collections::BTreeSet;

use super::super::limits::{
    MOST_BACKENDS, MOST_CONFIGURATIONS, MOST_CPUS, MOST_REMARKS, MOST_SAMPLES, MOST_WORKERS,
    at_most,
};
use crate::model::{
    Benchmark, Benchmarks, Block, Described, Entry, Limits, Machine, Role, Sample, Study, Workload,
};

/// Where, and what.
type Problem = (String, String);

/// Checks all of them; the first problem ends it.
pub(super) fn studies(studies: &[Study]) -> Result<(), Problem> {
    studies.iter().try_for_each(|study| {
        let place = format!("study {:?}", study.file_name);
        that(!study.workloads.is_empty(), "there is no workload")
            .and_then(|()| at_most("warnings", study.warnings.len(), MOST_REMARKS))
            .and_then(|()| at_most("entries of skipped", study.skipped.len(), MOST_REMARKS))
            .and_then(|()| plan(study))
            .and_then(|()| machine(&study.machine, &study.limits))
            .map_err(|problem| (place.clone(), problem))?;
        study.workloads.iter().try_for_each(|one| {
            workload(one).map_err(|problem| (format!("{place}, workload {:?}", one.name), problem))
        })
    })
}

/// Checks all of them; the first problem ends it.
pub(super) fn benchmarks(all: &[Benchmarks]) -> Result<(), Problem> {
    let mut each = all.iter().flat_map(|one| &one.benchmarks);
    each.try_for_each(|one| {
        benchmark(one).map_err(|problem| (format!("benchmark {:?}", one.id), problem))
    })?;
    let ascending = all.iter().all(|one| one.benchmarks.is_sorted_by(|a, b| a.id < b.id));
    that(ascending, "they are not in ascending order, each once")
        .map_err(|problem| ("benchmarks".into(), problem))
}

/// Checks all of them; the first problem ends it.
pub(super) fn machines(machines: &[Described]) -> Result<(), Problem> {
    machines.iter().try_for_each(|one| {
        machine(&one.machine, &one.limits)
            .map_err(|problem| (format!("machine {:?}", one.file_name), problem))
    })
}

fn machine(machine: &Machine, limits: &Limits) -> Result<(), String> {
    at_most("CPUs", machine.topology.len(), MOST_CPUS)?;
    that(is_positive(machine.nominal_mhz), "nominal_mhz is not above 0")?;
    that(is_positive(limits.quota_cpus), "quota_cpus is not above 0")
}

fn plan(study: &Study) -> Result<(), String> {
    let mut clocks = study
        .timer
        .iter()
        .flat_map(|timer| [timer.resolution_ns, timer.clock_ns, timer.cpu_clock_ns]);
    that(clocks.all(is_positive), "a cost of the clocks is not above 0")?;
    let plan = &study.plan;
    let goals = [plan.budget_s, plan.precision].into_iter().all(is_positive);
    that(goals, "budget_s or precision is not above 0")
}

/// Whether a number is above 0 if it is known.
fn is_positive(number: Option<f64>) -> bool {
    number.is_none_or(|number| number > 0.0)
}

/// The problem, unless the condition is fulfilled.
fn that(fulfilled: bool, problem: &str) -> Result<(), String> {
    if fulfilled { Ok(()) } else { Err(problem.into()) }
}

fn benchmark(benchmark: &Benchmark) -> Result<(), String> {
    let samples = &benchmark.samples;
    that((1..=MOST_SAMPLES).contains(&samples.len()), "there is no sample, or too many")?;
    let makes_sense = samples.iter().all(|sample| {
        let time_ns = sample.total_ns / sample.iterations;
        sample.iterations >= 1.0 && time_ns > 0.0 && time_ns.is_normal()
    });
    that(makes_sense, "a time or a number of iterations is out of range")?;
    let reported = &benchmark.reported;
    let mut estimates = [reported.mean, reported.median, reported.slope].into_iter().flatten();
    let ordered = estimates.all(|one| one.interval.is_none_or(|ends| ends.low <= ends.high));
    that(ordered, "the ends of an interval are in the wrong order")?;
    let mut throughput = benchmark.throughput.iter();
    that(throughput.all(|one| one.per_iteration > 0.0), "a throughput is not above 0")
}

fn workload(workload: &Workload) -> Result<(), String> {
    let Workload { n, d, center, widths, counts, passes, entries, blocks, .. } = workload;
    let sizes = [*n, *d, *passes, workload.tasks.unwrap_or(1)];
    let widths_per_scan = workload.widths_per_scan.unwrap_or(1);
    that(
        sizes.into_iter().chain([widths_per_scan]).all(|size| size > 0),
        "n, d, passes, tasks or widths_per_scan is 0",
    )?;
    that(center.len() as u64 == *d, "center has not d coordinates")?;
    that(!widths.is_empty() && widths.iter().all(|&width| width > 0.0), "a width is not above 0")?;
    that(counts.len() == widths.len(), "there is not one count for each width")?;
    that(counts.iter().all(|count| count <= n), "a count is above n")?;
    let pages = workload.pages.as_ref();
    that(pages.is_none_or(|pages| pages.huge_bytes <= pages.bytes), "huge_bytes is above bytes")?;
    that(!entries.is_empty() && !blocks.is_empty(), "there is no entry, or no block")?;
    at_most("entries", entries.len(), MOST_CONFIGURATIONS)?;
    let backends: BTreeSet<&str> = entries.iter().map(|one| one.backend.as_str()).collect();
    at_most("backends", backends.len(), MOST_BACKENDS)?;
    let samples = blocks.len().saturating_mul(entries.len());
    that(samples <= MOST_SAMPLES, "there are too many samples")?;
    (0..entries.len()).try_for_each(|idx| {
        entry(entries, idx, blocks.len()).map_err(|problem| format!("entry {idx}: {problem}"))
    })?;
    blocks.iter().enumerate().try_for_each(|(idx, one)| {
        block(one, entries.len()).map_err(|problem| format!("block {idx}: {problem}"))
    })
}

fn entry(entries: &[Entry], idx: usize, blocks: usize) -> Result<(), String> {
    let entry = &entries[idx];
    that(entry.workers > 0, "workers is 0")?;
    that(entry.workers <= MOST_WORKERS, "there are too many workers")?;
    at_most("cpus", entry.cpus.len(), MOST_CPUS)?;
    let cpus = entry.cpus.len() as u64;
    that(cpus == 0 || cpus == entry.workers, "there is not one CPU for each worker")?;
    that(entry.samples.len() == blocks, "there is not one sample for each block")?;
    if let Role::Control { original } = entry.role {
        let is_copied = |other: &Entry| {
            other.is_result()
                && other.backend == entry.backend
                && (other.workers, &other.cpus) == (entry.workers, &entry.cpus)
        };
        that(entries.get(original).is_some_and(is_copied), "it copies no measured entry")?;
    }
    entry.samples.iter().try_for_each(sample)
}

fn block(block: &Block, entries: usize) -> Result<(), String> {
    let mut order = block.order.clone();
    order.sort_unstable();
    that(order.into_iter().eq(0..entries), "it does not hold every entry once")?;
    let mut shares = block.idle_foreign.iter().flatten();
    that(shares.all(|share| (0.0..=1.0).contains(share)), "idle_foreign is not from 0 to 1")?;
    block.opening.iter().chain(&block.closing).try_for_each(sample)
}

fn sample(sample: &Sample) -> Result<(), String> {
    that(sample.wall_ns > 0, "wall_ns is 0")?;
    let phases = [sample.dispatch_ns, sample.compute_ns, sample.reduction_ns];
    let phases_ns = phases.into_iter().flatten().fold(0, u64::saturating_add);
    that(phases_ns <= sample.wall_ns, "its phases take longer than wall_ns")?;
    let mut clocks = sample.workers.iter().map(|worker| worker.clock_mhz);
    that(clocks.all(is_positive), "a clock is not above 0")
}
