//! Version 1 lifted to the shape of version 2.
//!
//! Separate so that everything behind it knows one shape. In version 1 all workers always shared
//! one job (strong scaling), nothing was a control, and a block was a bare list of samples.
//! Next: `shape.rs`.

use super::shape::{Block, Configuration, File, Measured, Workload};
use crate::model::Mode;

/// The same study; fields that version 1 does not have are ignored, as unknown ones are.
pub(super) fn lifted(file: File<Vec<Measured>>) -> File<Block> {
    File {
        created_unix_s: file.created_unix_s,
        seed: file.seed,
        isa: file.isa,
        complete: None,
        fingerprint: None,
        plan: None,
        machine: file.machine,
        limits: None,
        state: None,
        timer: None,
        workloads: file.workloads.into_iter().map(workload).collect(),
        skipped: None,
        warnings: file.warnings,
    }
}

fn workload(workload: Workload<Vec<Measured>>) -> Workload<Block> {
    Workload {
        name: workload.name,
        title: workload.title,
        mode: Some(Mode::Strong.name().into()),
        level: None,
        widths_per_scan: None,
        n: workload.n,
        d: workload.d,
        element: workload.element,
        generator: workload.generator,
        sample_seed: workload.sample_seed,
        checksum: workload.checksum,
        center: workload.center,
        widths: workload.widths,
        task: workload.task,
        tasks: None,
        bytes: workload.bytes,
        pages: workload.pages,
        counts: workload.counts,
        configurations: workload.configurations.into_iter().map(configuration).collect(),
        passes: workload.passes,
        stopped_by: None,
        blocks: workload.blocks.into_iter().map(block).collect(),
        warm_up_passes: workload.warm_up_passes,
    }
}

fn configuration(configuration: Configuration) -> Configuration {
    Configuration { role: None, ..configuration }
}

fn block(samples: Vec<Measured>) -> Block {
    Block { opening: None, samples, closing: None, idle_foreign: None, resumed: None }
}
