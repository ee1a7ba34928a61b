//! What makes the numbers doubtful, each ending in what the user can do.
//!
//! Separate from the answer because a doubt never changes a number. The limits follow the rules
//! that Hoefler & Belli (2015) and others ask for; each constant says which. Next: `belief.rs`.

use super::{belief::interval, disturbances, label, roof, workers};
use crate::{
    chart::name,
    compare::{Comparison, MOST_DRIFT, MOST_FOREIGN, Step, Sweep, Withheld},
    model::{Entry, Interval, Mode, Study, Workload},
    quantity,
    statistics::FEWEST_BLOCKS,
};

/// Relative gap between the two baselines that must be told (Hoefler & Belli 2015, rule 1: say
/// which baseline).
const MOST_BASELINE_GAP: f64 = 0.03;

/// Share of a CPU that others may use before a block.
const MOST_IDLE_FOREIGN: f64 = 0.01;

/// Share of the measured time that measuring may cost.
const MOST_OBSERVER_SHARE: f64 = 0.005;

/// What makes a whole study doubtful.
pub fn study_doubts(study: &Study) -> Vec<String> {
    let interrupted = (!study.complete).then(|| {
        format!(
            "{} was interrupted: what it holds is valid, but it holds less than was planned; go on \
             with --resume",
            study.file_name
        )
    });
    let skipped = study.skipped.iter().map(|skipped| {
        format!("{} was not measured: {}; mend that or leave it out", skipped.what, skipped.reason)
    });
    interrupted.into_iter().chain(skipped).collect()
}

/// What makes the numbers of a workload doubtful.
pub fn doubts(study: &Study, workload: &Workload, comparison: &Comparison) -> Vec<String> {
    let mut told: Vec<String> = few_blocks(workload).into_iter().collect();
    told.extend(workload.unfinished_samples.map(|samples| {
        let samples = quantity::counted(samples, "sample");
        format!("the last block was not finished, its {samples} are left out; go on with --resume")
    }));
    told.extend(controls(workload, comparison));
    told.extend(comparison.sweeps.iter().filter_map(|sweep| baseline(comparison, sweep)));
    told.extend(drift(comparison));
    told.extend(disturbed(workload, comparison));
    told.extend(observer(comparison));
    told.extend(disturbances::all(workload, comparison));
    told.extend(short(workload, comparison));
    told.extend(roof::exceeded(workload, comparison));
    told.extend(workers::differing(workload));
    told.extend(workload.entries.iter().filter_map(|entry| wrong_work(workload, entry)));
    told.extend(over_quota(study, workload));
    told.extend(risen(workload, comparison));
    // What forbids a verdict limits the answer most.
    told.sort_by_key(|doubt| !doubt.contains(" is judged"));
    told.into_iter().map(|doubt| format!("{}: {doubt}", label(workload))).collect()
}

fn few_blocks(workload: &Workload) -> Option<String> {
    let blocks = workload.blocks.len();
    (blocks < FEWEST_BLOCKS).then(|| {
        let blocks = match blocks {
            1 => "1 block is".into(),
            _ => format!("{blocks} blocks are"),
        };
        format!("{blocks} too few for a 95 % interval; measure at least {FEWEST_BLOCKS} blocks")
    })
}

/// Copies that differ from what they copy.
fn controls(workload: &Workload, comparison: &Comparison) -> impl Iterator<Item = String> {
    let failed = comparison.trust.controls.iter().filter(|control| control.holds() == Some(false));
    failed.map(|control| {
        format!(
            "{} differs from an exact copy of itself by {}{}, so no step is judged; look for other \
             load and measure again",
            name(&workload.entries[control.original]),
            quantity::change(control.ratio.value - 1.0),
            interval(control),
        )
    })
}

/// The second baseline: missing, or far from the first.
fn baseline(comparison: &Comparison, sweep: &Sweep) -> Option<String> {
    comparison.reference?;
    let Some(own) = sweep.baseline else {
        return Some(format!(
            "{} was not measured with 1 worker, so what its way of working costs is unknown; add 1 \
             to --workers",
            sweep.backend
        ));
    };
    let factor = comparison.figures[own].speed_up?.value;
    ((factor - 1.0).abs() > MOST_BASELINE_GAP).then(|| {
        format!(
            "the two baselines of {} are more than {} apart: 1 worker has {} of the serial speed; \
             compare speed-ups over the same baseline only",
            sweep.backend,
            quantity::per_cent(MOST_BASELINE_GAP, 0),
            quantity::per_cent(factor, 1),
        )
    })
}

fn drift(comparison: &Comparison) -> Option<String> {
    let drift = comparison.trust.drift.filter(|drift| drift.flagged > 0)?;
    Some(format!(
        "the first configuration changed by more than {} from the beginning to the end of {} blocks \
         ({} at most); let the machine settle and measure again",
        quantity::per_cent(MOST_DRIFT, 0),
        quantity::part(drift.flagged, drift.blocks),
        quantity::change(drift.farthest),
    ))
}

/// Other load, as it was before the blocks and as the samples were tagged.
fn disturbed(workload: &Workload, comparison: &Comparison) -> Vec<String> {
    let idle = comparison.trust.idle.filter(|idle| idle.exceeds(MOST_IDLE_FOREIGN));
    let is_unjudged = comparison.withheld.iter().flatten().any(is_load_before);
    let unjudged = if is_unjudged {
        let most = quantity::per_cent(MOST_FOREIGN, 0);
        format!(", more than {most}, so no step is judged")
    } else {
        String::new()
    };
    let idle = idle.map(|idle| {
        format!(
            "others used {} of a CPU just before the blocks{unjudged}; stop them or read these \
             figures as those of a busy machine",
            quantity::per_cent(idle.share, 1)
        )
    });
    let tagged: u64 = comparison.figures.iter().filter_map(|figures| figures.tagged.samples).sum();
    let tagged = (tagged > 0).then(|| {
        let samples = workload.entries.iter().map(|entry| entry.samples.len() as u64).sum();
        format!(
            "{} samples are tagged as disturbed; compare the speed-ups with those without them",
            quantity::part(tagged, samples)
        )
    });
    idle.into_iter().chain(tagged).collect()
}

fn is_load_before(withheld: &Withheld) -> bool {
    matches!(withheld, Withheld::LoadBefore { .. })
}

fn observer(comparison: &Comparison) -> Option<String> {
    let share = comparison.trust.observer_share.filter(|&share| share > MOST_OBSERVER_SHARE)?;
    Some(format!(
        "our own clock readings take up to {} of a measured time, more than {}; measure more \
         samples or widths",
        quantity::per_cent(share, 2),
        quantity::per_cent(MOST_OBSERVER_SHARE, 1),
    ))
}

/// Measured times that are too short for the clock.
fn short(workload: &Workload, comparison: &Comparison) -> Option<String> {
    let short = comparison.withheld.iter().zip(&workload.entries).filter_map(|pair| match pair {
        (Some(Withheld::ShortTime { wall_ns, least_ns }), entry) => {
            Some((*wall_ns, *least_ns, entry))
        }
        _ => None,
    });
    let (wall_ns, least_ns, entry) = short.min_by_key(|&(wall_ns, ..)| wall_ns)?;
    Some(format!(
        "a measured time of {} ({}) is too short for this clock, which wants {}, so no step from or \
         to it is judged; measure more passes",
        quantity::time(wall_ns as f64),
        name(entry),
        quantity::time(least_ns),
    ))
}

/// Tasks done that are not the tasks of the job.
fn wrong_work(workload: &Workload, entry: &Entry) -> Option<String> {
    let jobs = workload.mode.jobs(entry.workers);
    let planned = workload.tasks? as f64 * workload.passes as f64 * jobs;
    let done = entry.samples.iter().filter_map(|sample| sample.sum(|worker| worker.tasks));
    let wrong = done.map(|done| done as f64).find(|&done| (done / planned - 1.0).abs() > 1e-12)?;
    Some(format!(
        "{} did {} tasks in a sample instead of {}; its times are not comparable: report it",
        name(entry),
        quantity::exact(wrong),
        quantity::exact(planned)
    ))
}

/// More workers than the quota grants, on CPUs that are there.
fn over_quota(study: &Study, workload: &Workload) -> Option<String> {
    let quota = study.limits.quota_cpus?;
    let is_throttled = |workers| study.limits.throttles(workers, &study.machine);
    let over = |entry: &&Entry| !entry.oversubscribed && is_throttled(entry.workers);
    let fewest = workload.entries.iter().filter(over).map(|entry| entry.workers).min()?;
    Some(format!(
        "from {} on, workers exceed the quota of {} CPUs and are throttled by design; raise the \
         quota or use fewer",
        quantity::whole(fewest),
        quantity::length(quota)
    ))
}

/// A step that adds more than its workers can, or more for each worker than the step before.
pub(super) struct Rise {
    /// The step.
    pub(super) step: Step,
    /// Which of the two.
    pub(super) kind: RiseKind,
}

/// What a step adds too much against.
#[derive(Clone, Copy)]
pub(super) enum RiseKind {
    /// The step before.
    Before,
    /// What its workers can add.
    Possible,
}

impl RiseKind {
    /// In parentheses, behind the step.
    pub(super) fn brief(self) -> &'static str {
        match self {
            Self::Before => " (doubtful: more for each worker than the step before)",
            Self::Possible => " (doubtful: more than its workers can add)",
        }
    }
}

/// The first step that no law of scaling here can follow. It must rise for each worker as for what
/// whole tasks allow: where either explains it, there is nothing to doubt.
pub(super) fn rise(workload: &Workload, comparison: &Comparison, sweep: &Sweep) -> Option<Rise> {
    let fitting = sweep.entry_idxs.iter().filter(|&&idx| !workload.entries[idx].oversubscribed);
    let gains = fitting.filter_map(|&idx| comparison.figures[idx].gain);
    let gains: Vec<(Step, [Interval; 2])> =
        gains.filter_map(|step| Some((step, added(workload, &step)?))).collect();
    let rises = |pair: &&[(Step, [Interval; 2])]| {
        let readings = pair[0].1.iter().zip(&pair[1].1);
        readings.into_iter().all(|(earlier, later)| later.low > earlier.high)
    };
    if let Some(pair) = gains.windows(2).find(rises) {
        return Some(Rise { step: pair[1].0, kind: RiseKind::Before });
    }
    let is_above = |(_, readings): &&(Step, [Interval; 2])| {
        readings.iter().all(|added| added.low > 1.0 + MOST_BASELINE_GAP)
    };
    gains.iter().find(is_above).map(|&(step, _)| Rise { step, kind: RiseKind::Possible })
}

/// Steps that one doubt names.
const MOST_RISES: usize = 3;

/// The doubts about such steps, one for each kind. What made them is not known, so no cause is named.
fn risen(workload: &Workload, comparison: &Comparison) -> Vec<String> {
    let rises = comparison.sweeps.iter().filter_map(|sweep| {
        let Rise { step, kind } = rise(workload, comparison, sweep)?;
        let points = quantity::points(step.added_per_worker().value);
        let (from, to) = (step.from_workers, step.to_workers);
        Some((kind, format!("{}, {from} → {to} workers ({points} points each)", sweep.backend)))
    });
    let (before, possible): (Vec<_>, Vec<_>) =
        rises.partition(|(kind, _)| matches!(kind, RiseKind::Before));
    let before = some(before).map(|steps| {
        format!(
            "more per worker than the step before added {steps}, which no law fitted here can follow; \
             caches that hold a larger part or other load could look so: look at times and measure again"
        )
    });
    let possible = some(possible).map(|steps| {
        format!(
            "more for each worker than the speed of the serial code added {steps}; caches that hold a \
             larger part, a slow baseline or other load could look so: compare times and measure again"
        )
    });
    before.into_iter().chain(possible).collect()
}

/// The first steps, and how many more there are; `None` for none.
fn some(mut steps: Vec<(RiseKind, String)>) -> Option<String> {
    let more = steps.len().saturating_sub(MOST_RISES);
    steps.truncate(MOST_RISES);
    let first = steps.iter().map(|(_, step)| step.as_str()).collect::<Vec<_>>().join("; ");
    let more = if more > 0 { format!(" and {more} more backends") } else { String::new() };
    (!steps.is_empty()).then(|| first + &more)
}

/// The interval of what a step added for each worker, and over what whole tasks allow it to add;
/// `None` if that is nothing.
///
/// One job of K whole tasks is at most K / ceil(K / N) times as fast with N workers: 100 tasks on 3
/// workers at most 2.94 times, so that the fourth worker may add more than the third.
fn added(workload: &Workload, step: &Step) -> Option<[Interval; 2]> {
    let most = |workers: u64| match (workload.mode, workload.tasks) {
        (Mode::Strong, Some(tasks)) => tasks as f64 / tasks.div_ceil(workers) as f64,
        _ => workers as f64,
    };
    let possible = most(step.to_workers) - most(step.from_workers);
    let of_possible = (possible > 0.0).then(|| step.added.scaled(1.0 / possible))?;
    Some([step.added_per_worker().interval?, of_possible.interval?])
}
