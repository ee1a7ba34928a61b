//! What the numbers of a workload say: a headline, and one sentence for each backend.
//!
//! Separate from the formats so that all of them say the same, and from the numbers so that the
//! wording can be read in one place. A gain is claimed only where the whole 95 % interval lies
//! above 0; where it contains 0 the sentence says "cannot tell". Where the times are not to be
//! trusted (a configuration differs from an exact copy of itself, others used the CPUs, the clock
//! is too coarse), steps are not judged: the numbers stay, the verdicts do not. `headline.rs` names the fastest,
//! `laws.rs` says which law describes a backend, `doubts.rs` what makes the numbers doubtful, `disturbances.rs` what
//! others, the host or a quota did meanwhile, `roof.rs` how near a count comes to loading alone,
//! `workers.rs` whether
//! workers of one configuration differ, `belief.rs` what was done to check all that.
//! Next: `compare.rs` for the numbers, [`crate::render`] for the pages.

mod belief;
mod disturbances;
mod doubts;
mod headline;
mod laws;
mod others;
mod roof;
mod warnings;
mod words;
mod workers;

pub use belief::belief;
pub use doubts::{doubts, study_doubts};
pub use headline::{headline, question};
pub use laws::{LawAnswer, derived, laws, laws_in_brief, parameters};
pub use others::of_others;
pub use warnings::{Warnings, warnings};
pub use words::{heading, label, working_set};

use crate::{
    compare::{Comparison, Step, Sweep, Verdict, Withheld},
    model::{Estimate, Study, Workload},
    quantity,
};

/// Steps that one sentence lists; the table has them all.
const MOST_STEPS: usize = 6;

/// The answer of one workload: a sentence for each backend that was measured, one for each whose samples
/// were also loaded alone, and one on more workers than CPUs for all of which the same holds.
/// [`headline()`] stands before it.
pub fn sentences(study: &Study, workload: &Workload, comparison: &Comparison) -> Vec<String> {
    let Some(reference) = comparison.reference else {
        return vec!["No serial code was measured, so no speed-up can be given.".into()];
    };
    let serial = quantity::time(comparison.figures[reference].pass_ns.value);
    if comparison.sweeps.is_empty() {
        return vec![format!(
            "The serial code takes {serial} a pass; nothing was measured beside it."
        )];
    }
    let unjudged = of_all_withheld(comparison);
    let sentence = |sweep: &Sweep| {
        let mut parts = vec![start(workload, comparison, sweep)];
        if unjudged.is_none() {
            parts.extend(steps(workload, comparison, sweep));
        }
        format!("{}.", parts.join("; "))
    };
    let mut told: Vec<String> = comparison.sweeps.iter().map(sentence).collect();
    match unjudged {
        Some(reason) => told.push(format!("No step is judged, because {reason}.")),
        None => told.extend(all_beyond(study, workload, comparison)),
    }
    told.extend(roof::sentences(workload, comparison));
    told
}

/// Whether more workers than CPUs helped, once for all backends of which the same holds.
fn all_beyond(study: &Study, workload: &Workload, comparison: &Comparison) -> Vec<String> {
    let mut told: Vec<(Vec<&str>, String)> = Vec::new();
    for sweep in &comparison.sweeps {
        let text = beyond(study, workload, sweep);
        match told.iter_mut().find(|(_, other)| *other == text) {
            Some((backends, _)) => backends.push(&sweep.backend),
            None => told.push((vec![&sweep.backend], text)),
        }
    }
    let is_one = told.len() == 1;
    let sentence = |(backends, text): (Vec<&str>, String)| {
        if is_one {
            format!("{}.", capitalized(&text))
        } else {
            format!("{}: {text}.", backends.join(", "))
        }
    };
    told.into_iter().map(sentence).collect()
}

/// With a capital at its beginning.
fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars.as_str().chars()).collect()
}

/// Why no step of a workload is judged, if so.
fn of_all_withheld(comparison: &Comparison) -> Option<&'static str> {
    match comparison.withheld[comparison.reference?]? {
        Withheld::UnequalCopies => Some("equal configurations differed here, too"),
        Withheld::ClockGoesBack => Some("the clock goes back from one CPU to another"),
        Withheld::LoadBefore { .. } => Some("others used the CPUs before the blocks"),
        Withheld::Unpinned { .. } => Some("the serial code was not proven to be on its CPU"),
        Withheld::Throttled { .. } => Some("a quota held up the serial code"),
        Withheld::LateStart { .. } => Some("the serial code began late"),
        Withheld::LoadDuring { .. } => Some("others used the CPU of the serial code"),
        Withheld::ShortTime { .. } => Some("the times of the serial code are too short"),
    }
}

/// Up to how many workers every step of a backend added speed, if the first one did.
pub fn added_up_to(comparison: &Comparison, sweep: &Sweep) -> Option<u64> {
    let steps = sweep.entry_idxs.iter().filter_map(|&idx| comparison.figures[idx].gain);
    let adding = steps.take_while(|step| step.verdict() == Verdict::Faster);
    adding.last().map(|step| step.to_workers)
}

/// Where the sweep begins, against the serial code.
fn start(workload: &Workload, comparison: &Comparison, sweep: &Sweep) -> String {
    let first = sweep.entry_idxs[0];
    let speed_up = comparison.figures[first].speed_up;
    let speed_up = speed_up.map_or_else(|| quantity::NONE.into(), reached);
    let workers = quantity::counted(workload.entries[first].workers, "worker");
    let only = if sweep.baseline.is_none() { " (a run with 1 worker is missing)" } else { "" };
    format!("{} with {workers}{only} reached {speed_up} of the serial speed", sweep.backend)
}

/// A speed-up with its interval: `98.2 % (97.5–98.9 %)`.
fn reached(speed_up: Estimate) -> String {
    let value = quantity::per_cent(speed_up.value, 1);
    match speed_up.interval {
        Some(interval) => format!("{value} ({})", quantity::per_cents(interval)),
        None => format!("{value} (too few blocks for an interval)"),
    }
}

/// What each step to more workers gave.
fn steps(workload: &Workload, comparison: &Comparison, sweep: &Sweep) -> Vec<String> {
    let gains = sweep.entry_idxs.iter().filter_map(|&idx| comparison.figures[idx].gain);
    let gains: Vec<Step> = gains.collect();
    let rise = doubts::rise(workload, comparison, sweep);
    let flagged = |one: &Step| {
        let rise = rise.as_ref().filter(|rise| rise.step.to_workers == one.to_workers);
        format!("{}{}", step(one), rise.map_or("", |rise| rise.kind.brief()))
    };
    let mut told: Vec<String> = gains.iter().take(MOST_STEPS).map(flagged).collect();
    if gains.len() > MOST_STEPS {
        told.push(format!("{} further steps stand in the table", gains.len() - MOST_STEPS));
    }
    told
}

/// One step: `1 → 2 workers added 84.9 points (+81.0 to +88.2)`.
fn step(step: &Step) -> String {
    let name = format!("{} → {} workers", step.from_workers, step.to_workers);
    let points = quantity::points(step.added.value);
    let size = points.trim_start_matches(['+', '−', '±']);
    match (step.verdict(), step.added.interval) {
        (_, None) => {
            format!("{name}: {points} points, too few blocks to tell whether that is real")
        }
        (verdict, Some(interval)) => {
            let range = quantity::points_range(interval);
            match verdict {
                Verdict::Faster => format!("{name} added {size} points ({range})"),
                Verdict::Slower => format!("{name} cost {size} points ({range})"),
                Verdict::CannotTell => format!("{name}: cannot tell ({points} points, {range})"),
                Verdict::Withheld => format!("{name}: not judged ({points} points, {range})"),
            }
        }
    }
}

/// Whether more workers than CPUs could help.
fn beyond(study: &Study, workload: &Workload, sweep: &Sweep) -> String {
    let cpus = cpus(study.limits.usable_cpus(&study.machine));
    let measured = sweep.entry_idxs.iter().any(|&idx| workload.entries[idx].oversubscribed);
    if !measured {
        return format!("more workers than {cpus} were not measured");
    }
    let Some(first) = sweep.beyond.first() else {
        return format!(
            "every number of workers measured exceeds {cpus}, so whether that helps cannot be told"
        );
    };
    let base = quantity::counted(first.from_workers, "worker");
    let with = |verdict| {
        let steps = sweep.beyond.iter().filter(|step| step.verdict() == verdict);
        listed(&steps.map(|step| step.to_workers).collect::<Vec<_>>())
    };
    let verdicts = [
        (with(Verdict::Faster), "faster with"),
        (with(Verdict::CannotTell), "cannot tell with"),
        (with(Verdict::Slower), "slower with"),
        (with(Verdict::Withheld), "not judged with"),
    ];
    let told = verdicts.iter().filter(|(workers, _)| !workers.is_empty());
    let told: Vec<String> = told.map(|(workers, verdict)| format!("{verdict} {workers}")).collect();
    format!("more workers than {cpus}, against {base}: {}", told.join(", "))
}

/// A few numbers in full, many as their ends: `3, 4 and 6`, `22 counts from 18 to 39`.
fn listed(workers: &[u64]) -> String {
    match workers {
        [first, .., last] if workers.len() > MOST_STEPS => {
            format!("{} counts from {first} to {last}", workers.len())
        }
        [first @ .., last] if !first.is_empty() => {
            let first = first.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
            format!("{first} and {last}")
        }
        _ => workers.iter().map(u64::to_string).collect(),
    }
}

/// `the 2 usable CPUs`, as far as known.
fn cpus(usable: Option<f64>) -> String {
    match usable {
        None => "CPUs".into(),
        Some(1.0) => "the 1 usable CPU".into(),
        Some(cpus) => format!("the {} usable CPUs", quantity::length(cpus)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Interval, Limits, Machine};

    fn made_up(low: f64, value: f64, high: f64) -> Step {
        let added = Estimate { value, interval: Some(Interval { low, high }) };
        Step { from_workers: 1, to_workers: 2, added, is_judged: true }
    }

    #[test]
    fn a_step_is_claimed_only_if_its_interval_excludes_zero() {
        assert_eq!(
            step(&made_up(0.81, 0.849, 0.882)),
            "1 → 2 workers added 84.9 points (+81.0 to +88.2)"
        );
        assert_eq!(
            step(&made_up(-0.5, -0.4, -0.3)),
            "1 → 2 workers cost 40.0 points (−50.0 to −30.0)"
        );
        assert_eq!(
            step(&made_up(-0.02, 0.004, 0.03)),
            "1 → 2 workers: cannot tell (+0.4 points, −2.0 to +3.0)"
        );
        assert_eq!(
            step(&Step { is_judged: false, ..made_up(0.81, 0.849, 0.882) }),
            "1 → 2 workers: not judged (+84.9 points, +81.0 to +88.2)"
        );
    }

    #[test]
    fn many_worker_counts_are_listed_by_their_ends() {
        assert_eq!(listed(&[]), "");
        assert_eq!(listed(&[3, 4, 6]), "3, 4 and 6");
        assert_eq!(listed(&(18..40).collect::<Vec<_>>()), "22 counts from 18 to 39");
    }

    #[test]
    fn usable_cpus_are_the_allowed_ones_cut_by_the_quota() {
        let told = |allowed: &[u64], quota_cpus| {
            let limits = Limits { allowed_cpus: allowed.into(), quota_cpus, ..Limits::default() };
            cpus(limits.usable_cpus(&Machine::default()))
        };
        assert_eq!(told(&[0, 1], None), "the 2 usable CPUs");
        assert_eq!(told(&[0, 1], Some(1.5)), "the 1.5 usable CPUs");
        assert_eq!(told(&[3], None), "the 1 usable CPU");
        assert_eq!(told(&[], None), "CPUs");
    }
}
