//! Makes a study of what a journal holds.
//!
//! The only way to a [`Study`], and pure: a study that was interrupted and resumed, or cut short by a
//! worker that died, takes the same path as one that ran through. Next: [`super::record`].

use super::conditions::{self, pooled};
use super::deviations;
use super::journal::Content;
use super::journal::content::Progressed;
use super::record::{Block, FORMAT, Series, StoppedBy, Study, VERSION};
use super::tags::{self, Tag};

/// The study that `content` holds; `None` for a journal without a header.
pub fn study(content: &Content) -> Option<Study> {
    let header = content.header()?.clone();
    let mut study = Study {
        format: FORMAT,
        version: VERSION,
        created_unix_s: header.created_unix_s,
        seed: header.seed,
        isa: header.isa,
        complete: content.is_finished(),
        plan: header.plan,
        fingerprint: header.machine.fingerprint(),
        machine: header.machine,
        limits: header.limits,
        state: header.state,
        timer: header.timer,
        resumptions: content.resumptions().to_vec(),
        workloads: Vec::new(),
        skipped: Vec::new(),
        warnings: header.warnings,
    };
    let deviations = deviations::of_resumptions(&study);
    study.warnings.extend(deviations.iter().map(ToString::to_string));
    for progressed in content.series() {
        study.skipped.extend_from_slice(&progressed.start.skipped);
        study.warnings.extend_from_slice(&progressed.start.warnings);
        let series = series(progressed, &study.limits.allowed_cpus);
        if series.blocks.iter().any(Block::is_complete) {
            let warnings = conditions::of_series(&series, &study.limits.allowed_cpus);
            let warnings = warnings.into_iter().chain(deviations::of_series(&series));
            study.warnings.extend(warnings.map(|warning| warning.to_string()));
            study.workloads.push(series);
        }
    }
    Some(study)
}

/// A series with the tags that no sample can give alone: those of a whole block, and those of many
/// samples together.
fn series(progressed: &Progressed, allowed: &[usize]) -> Series {
    let mut blocks = progressed.blocks.clone();
    for block in blocks.iter_mut().filter(|block| tags::drifted(block)) {
        for baseline in block.opening.iter_mut().chain(&mut block.closing) {
            tags::add(&mut baseline.tags, Tag::Drifted);
        }
    }
    let configurations = &progressed.start.subject.configurations;
    pooled::tag_stolen(&mut blocks, configurations, allowed);
    Series {
        subject: progressed.start.subject.clone(),
        stopped_by: progressed.stopped_by.unwrap_or(StoppedBy::Interrupt),
        pages_again: progressed.pages_again.clone(),
        blocks,
    }
}
