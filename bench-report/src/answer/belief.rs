//! What was done so that the numbers can be believed, and how it came out.
//!
//! Separate from `doubts.rs`: these lines stand there also when all is well, and say so when
//! something was not checked. Next: `compare/trust.rs` for the numbers.

use crate::{
    chart::name,
    compare::{Comparison, Control, Counted, GROUP_BLOCKS, MOST_DRIFT},
    model::{Estimate, Workload},
    quantity,
    statistics::proportion::wilson,
};

/// Names with values, the most important first; never empty.
pub fn belief(workload: &Workload, comparison: &Comparison) -> Vec<(String, String)> {
    let trust = &comparison.trust;
    let mut rows: Vec<(&str, String)> = Vec::new();
    match trust.controls.as_slice() {
        [] => rows.push(("A/A control", "not measured".into())),
        controls => {
            let told = controls.iter().map(|control| (("A/A control"), held(workload, control)));
            rows.extend(told);
            rows.push(("false alarms", false_alarms(controls)));
        }
    }
    rows.push(("return point", return_point(comparison)));
    rows.push(("tagged samples", tagged(workload, comparison)));
    let share = |share: Option<f64>, decimals| {
        share.map_or_else(|| "unknown".into(), |share| quantity::per_cent(share, decimals))
    };
    rows.push(("others before the blocks", trust.idle.map_or_else(|| "unknown".into(), idle)));
    rows.push(("our own clock readings, at most", share(trust.observer_share, 2)));
    rows.push(("blocks", blocks(workload, comparison)));
    rows.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A configuration against its own copy.
fn held(workload: &Workload, control: &Control) -> String {
    let verdict = match control.holds() {
        None => "too few blocks to tell",
        Some(true) => "equal, as it must be",
        Some(false) => "they differ, though they are the same",
    };
    format!(
        "{} against a copy of itself: {} in time{}: {verdict}",
        name(&workload.entries[control.original]),
        quantity::change(control.ratio.value - 1.0),
        interval(control),
    )
}

/// The interval of the relative difference in parentheses.
pub(super) fn interval(control: &Control) -> String {
    control.ratio.interval.map_or_else(String::new, |interval| {
        let ends = [interval.low, interval.high].map(|end| quantity::change(end - 1.0));
        format!(" ({} to {})", ends[0], ends[1])
    })
}

/// How often equal things were called different.
fn false_alarms(controls: &[Control]) -> String {
    let groups: u64 = controls.iter().map(|control| control.groups).sum();
    let alarms: u64 = controls.iter().map(|control| control.false_alarms).sum();
    match groups {
        0 => format!("unknown: no group of {GROUP_BLOCKS} blocks"),
        _ => format!(
            "{} comparisons of equals, each over at least {GROUP_BLOCKS} blocks of its own; rate {}",
            quantity::part(alarms, groups),
            wilson(alarms, groups).map_or_else(|| "unknown".into(), rate)
        ),
    }
}

/// A rate with its interval; 5 % is what intervals of 95 % promise.
fn rate(rate: Estimate) -> String {
    let interval = rate.interval.map_or_else(String::new, |interval| {
        format!(" ({}), 5.0 % is promised", quantity::per_cents(interval))
    });
    format!("{}{interval}", quantity::per_cent(rate.value, 1))
}

fn return_point(comparison: &Comparison) -> String {
    match comparison.trust.drift {
        None => "not measured".into(),
        Some(drift) => format!(
            "from the beginning to the end of a block {} in the median, {} at most; {} blocks beyond \
             {}",
            quantity::change(drift.median),
            quantity::change(drift.farthest),
            quantity::part(drift.flagged, drift.blocks),
            quantity::per_cent(MOST_DRIFT, 0),
        ),
    }
}

/// What others used at rest, as far as a counter in ticks can tell.
fn idle(idle: Counted) -> String {
    let least = idle.resolution();
    if idle.share < least {
        format!("less than {} of any CPU, too little to be told", quantity::per_cent(least, 1))
    } else {
        format!("{} of the busiest CPU", quantity::per_cent(idle.share, 1))
    }
}

/// Tags over all configurations.
fn tagged(workload: &Workload, comparison: &Comparison) -> String {
    let samples: u64 = workload.entries.iter().map(|entry| entry.samples.len() as u64).sum();
    let tagged = comparison.figures.iter().map(|figures| figures.tagged.samples);
    let tagged = tagged.sum::<Option<u64>>();
    tagged.map_or_else(|| "unknown".into(), |tagged| quantity::part(tagged, samples))
}

fn blocks(workload: &Workload, comparison: &Comparison) -> String {
    let mut told = vec![format!("{} complete", quantity::whole(workload.blocks.len() as u64))];
    if let Some(samples) = workload.unfinished_samples {
        let samples = quantity::counted(samples, "sample");
        told.push(format!("one not finished and left out ({samples})"));
    }
    if comparison.trust.resumed_blocks > 0 {
        let times = quantity::counted(comparison.trust.resumed_blocks, "time");
        told.push(format!("resumed {times}"));
    }
    if let Some(reason) = &workload.stopped_by {
        told.push(format!("stopped by {reason}"));
    }
    told.join(", ")
}
