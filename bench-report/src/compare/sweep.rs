//! Configurations of one backend in the order of their workers, and what the steps between them
//! allow to say.
//!
//! Separate because the order and the verdict are the same for every mode of scaling. Next:
//! `compare.rs`, which computes the steps.

use super::{
    Measured,
    law::{self, Description},
};
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
    /// Which law describes its times.
    pub law: Description,
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
    /// Whether nothing forbids a verdict on the configurations that it is made from.
    pub is_judged: bool,
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
    /// Whatever the interval says: the times are not to be trusted that far.
    Withheld,
}

impl Step {
    /// What may be said about this step.
    pub fn verdict(&self) -> Verdict {
        match self.added.interval {
            _ if !self.is_judged => Verdict::Withheld,
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
    let mut backends: Vec<(&str, Vec<usize>)> = Vec::new();
    let results = entries.iter().enumerate().filter(|(_, entry)| entry.is_result());
    for (idx, entry) in results.filter(|&(idx, _)| Some(idx) != measured.reference) {
        match backends.iter_mut().find(|(backend, _)| *backend == entry.backend) {
            Some((_, idxs)) => idxs.push(idx),
            None => backends.push((&entry.backend, vec![idx])),
        }
    }
    let numbered = backends.into_iter().enumerate();
    numbered.map(|(place, (backend, idxs))| sweep(measured, place, backend, idxs)).collect()
}

/// The backend number `place`.
fn sweep(measured: &Measured<'_>, place: usize, backend: &str, mut idxs: Vec<usize>) -> Sweep {
    let entries = &measured.workload.entries;
    idxs.sort_by_key(|&idx| entries[idx].workers);
    idxs.dedup_by_key(|idx| entries[*idx].workers);
    Sweep {
        backend: backend.into(),
        baseline: idxs.first().copied().filter(|&idx| entries[idx].workers == 1),
        beyond: beyond(measured, &idxs),
        law: law::of(measured, place, &idxs),
        entry_idxs: idxs,
    }
}

/// For each entry the one of the same backend with the next smaller number of workers.
pub(super) fn previous(sweeps: &[Sweep], entries: usize) -> Vec<Option<usize>> {
    let mut previous = vec![None; entries];
    for pair in sweeps.iter().flat_map(|sweep| sweep.entry_idxs.windows(2)) {
        previous[pair[1]] = Some(pair[0]);
    }
    previous
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
