//! Where verdicts are withheld: the numbers stay, but nothing is called faster or slower.
//!
//! Separate from `trust.rs`, which only collects: here are the limits beyond which a doubt forbids
//! a claim. Next: [`crate::answer`], which tells the reasons.

use super::{Resources, Trust};
use crate::model::{Entry, Study, Timer, Workload};

/// Share of a CPU that others may use while a configuration is measured (Bailey 1991: measuring one
/// side of a comparison on a busy machine decides it).
pub const MOST_FOREIGN: f64 = 0.05;

/// A measured time is at least this many readings of the clock long (Hoefler & Belli 2015, section
/// 4.2.1: timer overhead below 5 %).
const FEWEST_READINGS: f64 = 20.0;

/// A measured time is at least this many steps of the clock long (there: ten times finer).
const FEWEST_STEPS: f64 = 10.0;

/// Why no verdict is given on anything that a configuration is part of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Withheld {
    /// A configuration differs from an exact copy of itself.
    UnequalCopies,
    /// Others used the CPUs just before most blocks.
    LoadBefore {
        /// Median over the blocks of their share of the CPU that they used most.
        share: f64,
    },
    /// Others used the CPUs while this configuration was measured.
    LoadDuring {
        /// Their share of the CPU that they used most.
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
    let of_workload = of_workload(trust);
    let entry = |(entry, resources): (&Entry, &Resources)| {
        let during = resources.foreign_share.filter(|&share| share > MOST_FOREIGN);
        of_workload
            .or_else(|| during.map(|share| Withheld::LoadDuring { share }))
            .or_else(|| study.timer.and_then(|timer| short_time(entry, timer)))
    };
    workload.entries.iter().zip(resources).map(entry).collect()
}

/// What speaks against all entries at once.
fn of_workload(trust: &Trust) -> Option<Withheld> {
    let is_unequal = trust.controls.iter().any(|control| control.holds() == Some(false));
    let share = trust.usual_idle_foreign.filter(|&share| share > MOST_FOREIGN);
    let unequal = is_unequal.then_some(Withheld::UnequalCopies);
    unequal.or_else(|| share.map(|share| Withheld::LoadBefore { share }))
}

/// The shortest time of an entry, if the clock is too coarse or too slow for it.
fn short_time(entry: &Entry, timer: Timer) -> Option<Withheld> {
    let readings_ns = timer.clock_ns.map(|ns| FEWEST_READINGS * ns);
    let steps_ns = timer.resolution_ns.map(|ns| FEWEST_STEPS * ns);
    let least_ns = readings_ns.into_iter().chain(steps_ns).reduce(f64::max)?;
    let wall_ns = entry.samples.iter().map(|sample| sample.wall_ns).min()?;
    ((wall_ns as f64) < least_ns).then_some(Withheld::ShortTime { wall_ns, least_ns })
}
