//! Configurations of one backend in the order of their workers, and what the steps between them
//! allow to say.
//!
//! Separate because the order and the verdict are the same for every mode of scaling. Next:
//! `compare.rs`, which computes the steps.

use super::Measured;
use crate::model::Estimate;

/// The configurations of one backend in order of their workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// Name of the backend.
    pub backend: String,
    /// Positions among the entries; numbers of workers ascend, each once.
    pub entry_idxs: Vec<usize>,
    /// The entry with one worker: the second baseline, which shows what the way of working costs
    /// before a second worker can help.
    pub baseline: Option<usize>,
    /// Each oversubscribed configuration against the largest one that is not.
    pub beyond: Vec<Step>,
}

/// From one number of workers to a larger one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Workers before the step.
    pub from_workers: u64,
    /// Workers after it.
    pub to_workers: u64,
    /// Difference of the speed-ups, in multiples of the serial speed.
    pub added: Estimate,
}

/// What an interval allows to say about a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval lies above 0.
    Faster,
    /// The whole interval lies below 0.
    Slower,
    /// The interval contains 0, or there is none.
    CannotTell,
}

impl Step {
    /// What may be said about this step.
    pub fn verdict(&self) -> Verdict {
        match self.added.interval {
            Some(interval) if interval.low > 0.0 => Verdict::Faster,
            Some(interval) if interval.high < 0.0 => Verdict::Slower,
            _ => Verdict::CannotTell,
        }
    }

    /// The gain of each of the workers that the step adds.
    pub fn added_per_worker(&self) -> Estimate {
        self.added.scaled(1.0 / (self.to_workers - self.from_workers) as f64)
    }
}

/// Backends with their entries by ascending workers; of equal numbers the first stays.
pub(super) fn all(measured: &Measured<'_>) -> Vec<Sweep> {
    let entries = &measured.workload.entries;
    let mut sweeps: Vec<Sweep> = Vec::new();
    let results = entries.iter().enumerate().filter(|(_, entry)| !entry.is_control());
    for (idx, entry) in results.filter(|&(idx, _)| Some(idx) != measured.reference) {
        match sweeps.iter_mut().find(|sweep| sweep.backend == entry.backend) {
            Some(sweep) => sweep.entry_idxs.push(idx),
            None => sweeps.push(Sweep {
                backend: entry.backend.clone(),
                entry_idxs: vec![idx],
                baseline: None,
                beyond: Vec::new(),
            }),
        }
    }
    for sweep in &mut sweeps {
        sweep.entry_idxs.sort_by_key(|&idx| entries[idx].workers);
        sweep.entry_idxs.dedup_by_key(|idx| entries[*idx].workers);
        sweep.baseline = sweep.entry_idxs.first().copied().filter(|&idx| entries[idx].workers == 1);
        sweep.beyond = beyond(measured, &sweep.entry_idxs);
    }
    sweeps
}

/// The entry of the same backend with the next smaller number of workers.
pub(super) fn previous(sweeps: &[Sweep], entry: usize) -> Option<usize> {
    let pairs = sweeps.iter().flat_map(|sweep| sweep.entry_idxs.windows(2));
    pairs.filter(|pair| pair[1] == entry).map(|pair| pair[0]).next()
}

/// Every oversubscribed entry against the one with the most workers that is not.
///
/// Against this one and not against its neighbor: three workers on two CPUs lose to two, and four
/// win that back. That is no gain from more workers than CPUs.
fn beyond(measured: &Measured<'_>, idxs: &[usize]) -> Vec<Step> {
    let entries = &measured.workload.entries;
    let Some(fits) = idxs.iter().copied().rfind(|&idx| !entries[idx].oversubscribed) else {
        return Vec::new();
    };
    let is_beyond =
        |&idx: &usize| entries[idx].oversubscribed && entries[idx].workers > entries[fits].workers;
    let beyond = idxs.iter().copied().filter(is_beyond);
    beyond.filter_map(|idx| measured.step(fits, idx)).collect()
}
