//! The answer of a workload in one sentence: which configuration was the fastest, and how fast.
//!
//! Separate from the steps, because a reader who forwards one sentence forwards this one. Next:
//! `answer.rs` for what each step added.

use super::{doubts, of_all_withheld, reached};
use crate::{
    chart::name,
    compare::{Comparison, Fastest},
    model::{Estimate, Mode, Workload},
    quantity,
    statistics::difference::greatest_is_above_one,
};

/// What was asked, as far as the mode decides it.
pub fn question(workload: &Workload) -> &'static str {
    match workload.mode {
        Mode::Strong => {
            "How much faster is one job that all workers share, and does each worker help?"
        }
        Mode::Weak => "How much more is done at once by N workers with N times the work?",
        Mode::Throughput => "How much more is done at once by N workers with N jobs of their own?",
    }
}

/// Names of configurations that one sentence lists.
const MOST_NAMED: usize = 4;

/// The fastest configuration against the serial code; `None` without serial code or anything else.
///
/// It is chosen among those that a verdict may be given on; where there are none, by the numbers alone.
pub fn headline(workload: &Workload, comparison: &Comparison) -> Option<String> {
    let reference = comparison.reference?;
    let serial = quantity::time(comparison.figures[reference].pass_ns.value);
    let judged = comparison.fastest.as_ref();
    let (fastest, best) = match judged {
        Some(judged) => (judged.entry, comparison.figures[judged.entry].speed_up?),
        None => by_numbers(comparison)?,
    };
    let jobs = match workload.mode {
        Mode::Strong => "",
        Mode::Weak | Mode::Throughput => ", counting all N jobs",
    };
    let choice = judged.map(|judged| choice(workload, comparison, judged)).unwrap_or_default();
    Some(format!(
        "{}: {}, {} a pass, {} of the serial speed ({serial} a pass){jobs}{choice}{}.",
        verdict(comparison, best),
        name(&workload.entries[fastest]),
        quantity::time(comparison.figures[fastest].pass_ns.value),
        reached(best),
        doubtful(workload, comparison, fastest),
    ))
}

/// The greatest speed-up, judged or not.
fn by_numbers(comparison: &Comparison) -> Option<(usize, Estimate)> {
    let measured = comparison.sweeps.iter().flat_map(|sweep| &sweep.entry_idxs).copied();
    let known = measured.filter_map(|idx| Some((idx, comparison.figures[idx].speed_up?)));
    known.max_by(|a, b| a.1.value.total_cmp(&b.1.value))
}

/// What may be said of the greatest speed-up. Whoever picks the greatest of many picks chance, too: that
/// it beats the serial code must hold for so many ([`greatest_is_above_one`]).
fn verdict(comparison: &Comparison, best: Estimate) -> &'static str {
    let measured = comparison.sweeps.iter().flat_map(|sweep| &sweep.entry_idxs);
    let judged = measured.filter(|&&idx| comparison.withheld[idx].is_none()).count();
    match &comparison.fastest {
        None => "Fastest by its numbers, which are not judged (see the warnings)",
        Some(_) if greatest_is_above_one(best, judged) == Some(true) => "Fastest",
        Some(fastest) if fastest.none_is_faster => {
            "Nothing was faster than the serial code; closest"
        }
        Some(_) => "Whether anything was faster than the serial code cannot be told; closest",
    }
}

/// Out of how many the fastest was chosen, which others it cannot be told from, and how many were not
/// asked: the greatest of many is great by chance, too.
fn choice(workload: &Workload, comparison: &Comparison, judged: &Fastest) -> String {
    let chosen = (judged.among > 1).then(|| {
        let among = judged.among;
        format!(
            "; chosen afterwards as the fastest of {among}, which its interval does not allow for"
        )
    });
    let names: Vec<String> = judged.ties.iter().map(|&idx| name(&workload.entries[idx])).collect();
    let named = names.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
    let ties = match names.len() {
        0 => None,
        count if count > MOST_NAMED => Some(format!("{count} others, as {named}")),
        _ => Some(named),
    };
    let ties = ties
        .map(|ties| format!("; by ratios inside the same blocks it cannot be told from {ties}"));
    let measured = comparison.sweeps.iter().flat_map(|sweep| &sweep.entry_idxs);
    let unjudged = match measured.filter(|&&idx| comparison.withheld[idx].is_some()).count() {
        0 => None,
        1 => Some("; 1 other is not judged (see the warnings)".into()),
        count => Some(format!("; {count} others are not judged (see the warnings)")),
    };
    [chosen, ties, unjudged].into_iter().flatten().collect()
}

/// A mark where the speed-up rests on a step that is doubtful.
fn doubtful(workload: &Workload, comparison: &Comparison, fastest: usize) -> &'static str {
    let mut sweeps = comparison.sweeps.iter();
    let sweep = sweeps.find(|sweep| sweep.entry_idxs.contains(&fastest));
    let rise = sweep.and_then(|sweep| doubts::rise(workload, comparison, sweep));
    match rise {
        Some(rise)
            if of_all_withheld(comparison).is_none()
                && rise.step.to_workers <= workload.entries[fastest].workers =>
        {
            "; doubtful, because a step before it is (see the warnings)"
        }
        _ => "",
    }
}
