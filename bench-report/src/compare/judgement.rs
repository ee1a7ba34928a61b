//! Where verdicts are withheld: the numbers stay, but nothing is called faster or slower.
//!
//! Separate from `trust.rs`, which only collects: here are the limits beyond which a doubt forbids
//! a claim. Next: [`crate::answer`], which tells the reasons.

use super::{Resources, Trust, placement};
use crate::model::{Entry, Mode, Sample, Study, Timer, Workload};

/// Share of a CPU that others may use while a configuration is measured (Bailey 1991: measuring one
/// side of a comparison on a busy machine decides it).
pub const MOST_FOREIGN: f64 = 0.05;

/// Share of the measured time by which independent workers may begin one after another (Hoefler &
/// Belli 2015, rule 10: tell how processes are started together).
pub const MOST_LATE: f64 = 0.05;

/// A measured time is at least this many readings of the clock long (Hoefler & Belli 2015, section
/// 4.2.1: timer overhead below 5 %).
const FEWEST_READINGS: f64 = 20.0;

/// A measured time is at least this many steps of the clock long (there: ten times finer).
const FEWEST_STEPS: f64 = 10.0;

/// Why no verdict is given on anything that a configuration is part of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Withheld {
    /// The clock of one CPU lags behind that of another.
    ClockGoesBack,
    /// A configuration differs from an exact copy of itself.
    UnequalCopies,
    /// Others used the CPUs just before the blocks.
    LoadBefore {
        /// Their share of the CPU that they used most, over all blocks.
        share: f64,
    },
    /// A worker was not on the CPU planned for it, so the configuration is not the one that was meant.
    Unpinned {
        /// Samples in which that is known.
        samples: u64,
    },
    /// A control group withheld CPU time from most samples.
    Throttled {
        /// From so many.
        samples: u64,
    },
    /// Others used CPUs with a worker while this configuration was measured.
    LoadDuring {
        /// Their share of the CPU that they used most.
        share: f64,
    },
    /// Workers whose jobs are independent did not begin together.
    LateStart {
        /// From the first beginning to the last, as a share of the measured time.
        share: f64,
    },
    /// A measured time is too short for the clock.
    ShortTime {
        /// The shortest one.
        wall_ns: u64,
        /// What it should have been at least.
        least_ns: f64,
    },
}

/// The first reason for each entry, if there is one.
pub(super) fn all(
    study: &Study,
    workload: &Workload,
    trust: &Trust,
    resources: &[Resources],
) -> Vec<Option<Withheld>> {
    let goes_back = study.timer.is_some_and(|timer| timer.is_monotonic == Some(false));
    let of_workload = goes_back.then_some(Withheld::ClockGoesBack).or_else(|| of_workload(trust));
    let entry = |(entry, resources): (&Entry, &Resources)| {
        let during = resources.foreign.filter(|foreign| foreign.exceeds(MOST_FOREIGN));
        of_workload
            .or_else(|| unpinned(entry))
            .or_else(|| throttled(entry))
            .or_else(|| during.map(|foreign| Withheld::LoadDuring { share: foreign.share }))
            .or_else(|| late_start(workload, entry))
            .or_else(|| study.timer.and_then(|timer| short_time(entry, timer)))
    };
    workload.entries.iter().zip(resources).map(entry).collect()
}

/// What speaks against all entries at once.
fn of_workload(trust: &Trust) -> Option<Withheld> {
    let is_unequal = trust.controls.iter().any(|control| control.holds() == Some(false));
    let loaded = trust.idle.filter(|idle| idle.exceeds(MOST_FOREIGN));
    let unequal = is_unequal.then_some(Withheld::UnequalCopies);
    unequal.or_else(|| loaded.map(|idle| Withheld::LoadBefore { share: idle.share }))
}

/// Workers that left the CPUs planned for them. One such sample is enough: what the next core adds is
/// not measured by a worker that was elsewhere.
fn unpinned(entry: &Entry) -> Option<Withheld> {
    let samples = placement::lost_seats(entry);
    (samples > 0).then_some(Withheld::Unpinned { samples })
}

/// Samples from which a quota took time; a few are only tagged.
fn throttled(entry: &Entry) -> Option<Withheld> {
    let samples = entry.samples.iter().filter(|sample| sample.is_throttled()).count();
    (2 * samples > entry.samples.len()).then_some(Withheld::Throttled { samples: samples as u64 })
}

/// Workers that began at different times, where that is nobody's design: in throughput each does its
/// own job without waiting for anybody. In the other modes work is handed out pass by pass, and a late
/// start is part of what is measured; workers that share a CPU cannot begin together.
fn late_start(workload: &Workload, entry: &Entry) -> Option<Withheld> {
    if workload.mode != Mode::Throughput || entry.oversubscribed {
        return None;
    }
    let late_ns = entry.samples.iter().map(Sample::lateness_ns).sum::<Option<u64>>()?;
    let wall_ns: f64 = entry.samples.iter().map(|sample| sample.wall_ns as f64).sum();
    let share = late_ns as f64 / wall_ns;
    (share > MOST_LATE).then_some(Withheld::LateStart { share })
}

/// The shortest time of an entry, if the clock is too coarse or too slow for it.
fn short_time(entry: &Entry, timer: Timer) -> Option<Withheld> {
    let readings_ns = timer.clock_ns.map(|ns| FEWEST_READINGS * ns);
    let steps_ns = timer.resolution_ns.map(|ns| FEWEST_STEPS * ns);
    let least_ns = readings_ns.into_iter().chain(steps_ns).reduce(f64::max)?;
    let wall_ns = entry.samples.iter().map(|sample| sample.wall_ns).min()?;
    ((wall_ns as f64) < least_ns).then_some(Withheld::ShortTime { wall_ns, least_ns })
}
