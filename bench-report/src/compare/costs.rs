//! What a wall time leaves out, and where the time inside it goes.
//!
//! Separate because it answers another question than the headline. The headline is about workers
//! that are there already; somebody who starts a program for one job pays for starting workers,
//! bringing them the data and ending them, too. Next: `compare.rs`.

use super::{Measured, Series, combined};
use crate::{
    model::{Estimate, Sample},
    statistics::median,
};

/// Start-up and phases of one configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Costs {
    /// Median of setup, transfer and teardown together.
    pub start_up_ns: Option<f64>,
    /// Speed-up if the workers were started for a single pass: start-up and the time of one pass,
    /// on both sides.
    pub one_job: Option<Estimate>,
    /// Speed-up of the measured sample as it was run: start-up and the time of all its passes, on
    /// both sides.
    pub as_run: Option<Estimate>,
    /// Medians of the phases.
    pub phases: Phases,
}

/// Medians over the blocks; dispatch, compute and reduction are inside a pass, the others are not.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Phases {
    /// Handing out the work of one pass.
    pub dispatch_ns: Option<f64>,
    /// Counting in one pass, until the last worker is done.
    pub compute_ns: Option<f64>,
    /// Collecting the counts of one pass.
    pub reduction_ns: Option<f64>,
    /// Starting the workers.
    pub setup_ns: Option<f64>,
    /// Bringing the samples to them.
    pub transfer_ns: Option<f64>,
    /// Ending them.
    pub teardown_ns: Option<f64>,
    /// Passes to warm up, which no time counts.
    pub warm_up_passes: Option<f64>,
}

impl Phases {
    /// Whether nothing is known.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// `all[i]` belongs to entry `i`.
pub(super) fn all(measured: &Measured<'_>) -> Vec<Costs> {
    let passes = measured.workload.passes as f64;
    let base = measured.reference;
    let [for_one_job, as_run] =
        [passes, 1.0].map(|parts| base.and_then(|base| with_start_up(measured, base, parts)));
    let entry = |idx: usize| Costs {
        one_job: speed_up(measured, for_one_job.as_ref(), idx, passes),
        as_run: speed_up(measured, as_run.as_ref(), idx, 1.0),
        ..medians(measured, idx)
    };
    (0..measured.workload.entries.len()).map(entry).collect()
}

/// What needs no other configuration.
fn medians(measured: &Measured<'_>, idx: usize) -> Costs {
    let passes = measured.workload.passes as f64;
    let median_of = |of: &dyn Fn(&Sample) -> Option<u64>| {
        let samples = &measured.workload.entries[idx].samples;
        let values = samples.iter().map(|sample| of(sample).map(|value| value as f64));
        values.collect::<Option<Vec<f64>>>().map(|mut values| median(&mut values))
    };
    let per_pass = |of: &dyn Fn(&Sample) -> Option<u64>| median_of(of).map(|ns| ns / passes);
    Costs {
        start_up_ns: median_of(&Sample::start_up_ns),
        phases: Phases {
            dispatch_ns: per_pass(&|sample| sample.dispatch_ns),
            compute_ns: per_pass(&|sample| sample.compute_ns),
            reduction_ns: per_pass(&|sample| sample.reduction_ns),
            setup_ns: median_of(&|sample| sample.setup_ns),
            transfer_ns: median_of(&|sample| sample.transfer_ns),
            teardown_ns: median_of(&|sample| sample.teardown_ns),
            warm_up_passes: median_of(&|sample| sample.warm_up_passes),
        },
        ..Costs::default()
    }
}

/// The time of an entry when start-up is paid once for the wall time over `parts`.
fn with_start_up(measured: &Measured<'_>, idx: usize, parts: f64) -> Option<Series> {
    measured.series(idx, |sample| {
        sample.start_up_ns().map(|start_up_ns| start_up_ns as f64 + sample.wall_ns as f64 / parts)
    })
}

/// Speed-up over the serial code, of which `base` is the same time.
fn speed_up(
    measured: &Measured<'_>,
    base: Option<&Series>,
    idx: usize,
    parts: f64,
) -> Option<Estimate> {
    let reference = measured.reference.filter(|&reference| reference != idx)?;
    let jobs = measured.jobs(idx) / measured.jobs(reference);
    let own = with_start_up(measured, idx, parts)?;
    Some(combined([base?, &own], |[base, time]| jobs * base / time))
}
