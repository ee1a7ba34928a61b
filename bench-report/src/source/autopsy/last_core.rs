//! The blocks about the last core, sorted into the settings of the model.
//!
//! Separate from the engines, whose blocks are made of runs. Next: `check.rs`.

use super::{failures, shape};
use crate::{
    model::autopsy::{Injected, LastCore, LastCoreBlock, LastCoreSample, LastCoreWorker},
    source::shown,
};

/// Sorts the samples of every block; blocks that lack a setting are counted and left out.
///
/// # Errors
///
/// A block is about a CPU that is not listed, or has a setting twice.
pub(super) fn converted(written: shape::LastCore) -> Result<LastCore, String> {
    let shape::LastCore { cpus, absent, blocks, failures: failed } = written;
    let most = most_beside(&blocks);
    let mut last_core = LastCore {
        absent: absent.map(|text| shown(&text)),
        failures: failures(failed),
        ..LastCore::default()
    };
    for (idx, written) in blocks.into_iter().enumerate() {
        let named = |problem: String| format!("block {}: {problem}", idx + 1);
        let place = cpus.iter().position(|&cpu| cpu == written.cpu);
        let place = place.ok_or_else(|| named(format!("cpu {} is not listed", written.cpu)))?;
        let samples = written.samples.len() as u64;
        match block(written, place).map_err(named)? {
            Some(block) if block.beside.len() == most => last_core.blocks.push(block),
            _ => last_core.unfinished_samples += samples,
        }
    }
    last_core.cpus = cpus;
    Ok(last_core)
}

/// Samples beside a spinner in a block that has all of them.
fn most_beside(blocks: &[shape::LastCoreBlock]) -> usize {
    let beside = |block: &shape::LastCoreBlock| {
        block.samples.iter().filter(|one| one.setting == shape::Setting::Beside).count()
    };
    blocks.iter().map(beside).max().unwrap_or(0)
}

/// A block, or `None` if it lacks a setting.
fn block(written: shape::LastCoreBlock, place: usize) -> Result<Option<LastCoreBlock>, String> {
    use shape::Setting;
    let (mut alone, mut all_but_one, mut all) = (None, None, None);
    let mut beside = Vec::new();
    for written in written.samples {
        let setting = written.setting;
        let slot = match setting {
            Setting::Alone => &mut alone,
            Setting::AllButOne => &mut all_but_one,
            Setting::All => &mut all,
            Setting::Beside => {
                beside.push(sample(written));
                continue;
            }
        };
        if slot.replace(sample(written)).is_some() {
            return Err(format!("{setting:?} was measured twice"));
        }
    }
    let share = |one: &LastCoreSample| one.injected.map_or(0.0, |injected| injected.share);
    beside.sort_by(|a, b| share(a).total_cmp(&share(b)));
    let (Some(alone), Some(all_but_one), Some(all)) = (alone, all_but_one, all) else {
        return Ok(None);
    };
    Ok(Some(LastCoreBlock { place, alone, all_but_one, all, beside }))
}

fn sample(written: shape::LastCoreSample) -> LastCoreSample {
    let worker = |worker: shape::Worker| LastCoreWorker {
        cpu: worker.cpu,
        busy_ns: worker.busy_ns,
        cpu_ns: worker.cpu_ns,
    };
    let injected = |one: shape::Injected| Injected {
        share: one.share,
        cpu_ns: one.cpu_ns,
        wall_ns: one.wall_ns,
    };
    LastCoreSample {
        wall_ns: written.wall_ns,
        workers: written.workers.into_iter().map(worker).collect(),
        foreign_ns: written.foreign_ns,
        stolen_ns: written.stolen_ns,
        injected: written.injected.map(injected),
    }
}
