//! A checked file into the model.
//!
//! Separate from `shape.rs` so that the names in the file and those of the model can differ. It
//! relies on what `check.rs` made sure of; here nothing can fail. Next: [`crate::model`].

use std::path::Path;

use super::{Version, check, machine, shape};
use crate::{model, source::shown};

/// Text that may be unknown.
fn known(text: Option<String>) -> String {
    shown_if_known(text).unwrap_or_else(|| "unknown".into())
}

fn shown_if_known(text: Option<String>) -> Option<String> {
    text.map(|text| shown(&text))
}

/// The whole file.
pub(super) fn study(
    file: shape::File<shape::Block>,
    version: Version,
    path: &Path,
) -> model::Study {
    let file_name = path.file_name().unwrap_or_default().to_string_lossy();
    let (machine, limits, state) = machine::converted(file.machine, file.limits, file.state);
    let warnings = file.warnings.unwrap_or_default();
    model::Study {
        file_name: shown(&file_name),
        created_unix_s: file.created_unix_s,
        seed: file.seed,
        isa: known(file.isa),
        complete: file.complete.unwrap_or(true),
        fingerprint: shown_if_known(file.fingerprint),
        plan: plan(file.plan.unwrap_or_default()),
        machine,
        limits,
        state,
        timer: file.timer.map(timer),
        workloads: file.workloads.into_iter().map(|w| workload(w, version)).collect(),
        skipped: file.skipped.unwrap_or_default().into_iter().map(skipped).collect(),
        warnings: warnings.iter().map(|warning| shown(warning)).collect(),
    }
}

/// A number that only makes sense above 0.
fn positive(number: Option<f64>) -> Option<f64> {
    number.filter(|&number| number > 0.0)
}

fn plan(plan: shape::Plan) -> model::Plan {
    model::Plan {
        preset: shown_if_known(plan.preset),
        placement: shown_if_known(plan.placement),
        budget_s: positive(plan.budget_s),
        precision: positive(plan.precision),
        blocks: plan.blocks,
    }
}

fn timer(timer: shape::Timer) -> model::Timer {
    model::Timer {
        resolution_ns: positive(timer.resolution_ns),
        clock_ns: positive(timer.clock_ns),
        cpu_clock_ns: positive(timer.cpu_clock_ns),
        is_monotonic: timer.is_monotonic,
    }
}

fn skipped(skipped: shape::Skipped) -> model::Skipped {
    let mode = skipped.mode.map(|mode| format!("{mode} scaling"));
    let parts = [skipped.workload, mode, skipped.configuration];
    let what: Vec<String> = parts.into_iter().flatten().map(|part| shown(&part)).collect();
    let what = if what.is_empty() { "unknown".into() } else { what.join(", ") };
    model::Skipped { what, reason: known(skipped.reason) }
}

fn workload(workload: shape::Workload<shape::Block>, version: Version) -> model::Workload {
    let mode = check::mode(workload.mode.as_deref()).unwrap_or(model::Mode::Strong);
    let mut entries = entries(workload.configurations);
    let (blocks, unfinished_samples) = blocks(workload.blocks, version, &mut entries);
    model::Workload {
        name: shown(&workload.name),
        title: shown(&workload.title.unwrap_or_default()),
        mode,
        level: shown_if_known(workload.level),
        widths_per_scan: workload.widths_per_scan,
        n: workload.n,
        d: workload.d,
        element: known(workload.element),
        generator: known(workload.generator),
        sample_seed: workload.sample_seed,
        checksum: known(workload.checksum),
        center: workload.center,
        widths: workload.widths,
        task: known(workload.task),
        tasks: workload.tasks,
        bytes: workload.bytes,
        pages: workload.pages.map(pages),
        counts: workload.counts,
        passes: workload.passes,
        warm_up_passes: workload.warm_up_passes,
        stopped_by: shown_if_known(workload.stopped_by),
        entries,
        blocks,
        unfinished_samples,
    }
}

fn pages(pages: shape::Pages) -> model::Pages {
    model::Pages {
        bytes: pages.bytes,
        huge_bytes: pages.huge_bytes,
        base_page_bytes: pages.base_page_bytes,
    }
}

/// The entries, still without samples.
fn entries(configurations: Vec<shape::Configuration>) -> Vec<model::Entry> {
    let originals: Vec<Option<usize>> =
        (0..configurations.len()).map(|idx| check::original(&configurations, idx)).collect();
    let entry = |(configuration, original): (shape::Configuration, Option<usize>)| {
        let role = match (original, configuration.role()) {
            (Some(original), _) => model::Role::Control { original },
            (None, "roof") => model::Role::Roof,
            (None, _) => model::Role::Measured,
        };
        model::Entry {
            backend: shown(&configuration.backend),
            workers: configuration.workers,
            cpus: configuration.cpus.unwrap_or_default(),
            oversubscribed: configuration.oversubscribed.unwrap_or_default(),
            role,
            samples: Vec::new(),
        }
    };
    configurations.into_iter().zip(originals).map(entry).collect()
}

/// Gives the samples of complete blocks to their entries, and counts those of an incomplete one.
fn blocks(
    blocks: Vec<shape::Block>,
    version: Version,
    entries: &mut [model::Entry],
) -> (Vec<model::Block>, Option<u64>) {
    let mut complete = Vec::new();
    let mut unfinished_samples = None;
    for block in blocks {
        if check::missing(&block, entries.len(), version).is_some() {
            unfinished_samples = Some(block.samples.len() as u64);
            continue;
        }
        complete.push(model::Block {
            order: block.samples.iter().map(|measured| measured.configuration).collect(),
            opening: block.opening.map(sample),
            closing: block.closing.map(sample),
            idle_foreign: block.idle_foreign,
            resumed: block.resumed.unwrap_or_default(),
        });
        for measured in block.samples {
            entries[measured.configuration].samples.push(sample(measured));
        }
    }
    (complete, unfinished_samples)
}

fn sample(measured: shape::Measured) -> model::Sample {
    let tags = measured.tags.map(|tags| {
        let mut tags: Vec<String> = tags.iter().map(|tag| shown(tag)).collect();
        tags.sort_unstable();
        tags.dedup();
        tags
    });
    model::Sample {
        wall_ns: measured.wall_ns,
        dispatch_ns: measured.dispatch_ns,
        compute_ns: measured.compute_ns,
        reduction_ns: measured.reduction_ns,
        setup_ns: measured.setup_ns,
        transfer_ns: measured.transfer_ns,
        teardown_ns: measured.teardown_ns,
        warm_up_passes: measured.warm_up_passes,
        steady: measured.steady,
        observer_ns: measured.observer_ns,
        stolen_ns: measured.stolen_ns,
        foreign_ns: measured.foreign_ns,
        unplaced_ns: measured.unplaced_ns,
        throttled_ns: measured.throttled_ns,
        throttled_periods: measured.throttled_periods,
        tags,
        workers: measured.workers.unwrap_or_default().into_iter().map(worker).collect(),
    }
}

fn worker(worker: shape::Worker) -> model::Worker {
    model::Worker {
        cpu: worker.cpu,
        start_ns: worker.start_ns,
        stop_ns: worker.stop_ns,
        busy_ns: worker.busy_ns,
        cpu_ns: worker.cpu_ns,
        waiting_cpu_ns: worker.waiting_cpu_ns,
        run_queue_ns: worker.run_queue_ns,
        voluntary_switches: worker.voluntary_switches,
        forced_switches: worker.forced_switches,
        migrations: worker.migrations,
        tasks: worker.tasks,
        pinned: worker.pinned,
        clock_mhz: positive(worker.clock_mhz),
    }
}
