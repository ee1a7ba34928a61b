//! The answer of a workload in one sentence: which configuration was the fastest, and how fast.
//!
//! Separate from the steps, because a reader who forwards one sentence forwards this one. Next:
//! `answer.rs` for what each step added.

use super::{doubts, of_all_withheld, reached};
use crate::{
    chart::name,
    compare::Comparison,
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

/// The fastest configuration against the serial code; `None` without serial code or anything else.
///
/// Only of those that may be judged, if there are any. Whoever picks the greatest of many picks chance,
/// too: that it beats the serial code must hold for so many ([`greatest_is_above_one`]).
pub fn headline(workload: &Workload, comparison: &Comparison) -> Option<String> {
    let reference = comparison.reference?;
    let serial = quantity::time(comparison.figures[reference].pass_ns.value);
    let measured = comparison.sweeps.iter().flat_map(|sweep| &sweep.entry_idxs).copied();
    let known = measured.filter_map(|idx| Some((idx, comparison.figures[idx].speed_up?)));
    let (judged, others): (Vec<_>, Vec<_>) = known.partition(|&(idx, _)| {
        comparison.withheld[idx].or(comparison.withheld[reference]).is_none()
    });
    let is_judged = !judged.is_empty();
    let (known, left_out) = if is_judged { (judged, others.len()) } else { (others, 0) };
    let (fastest, best) = *known.iter().max_by(|a, b| a.1.value.total_cmp(&b.1.value))?;
    let figures = &comparison.figures[fastest];
    let jobs = match workload.mode {
        Mode::Strong => "",
        Mode::Weak | Mode::Throughput => ", counting all N jobs",
    };
    Some(format!(
        "{}: {}, {} a pass, {} of the serial speed ({serial} a pass){jobs}{}{}{}.",
        verdict(is_judged, &known, best),
        name(&workload.entries[fastest]),
        quantity::time(figures.pass_ns.value),
        reached(best),
        tied(best, known.iter().filter(|(idx, _)| *idx != fastest).map(|(_, other)| *other)),
        match left_out {
            0 => String::new(),
            several => format!("; {several} that are not judged are left out"),
        },
        doubtful(workload, comparison, fastest),
    ))
}

/// What may be said of the greatest speed-up of all that are known.
fn verdict(is_judged: bool, known: &[(usize, Estimate)], best: Estimate) -> &'static str {
    let is_below = |(_, one): &(usize, Estimate)| one.interval.is_some_and(|one| one.high < 1.0);
    match greatest_is_above_one(best, known.len()) {
        _ if !is_judged => "Fastest by its numbers, which are not judged (see the warnings)",
        Some(true) => "Fastest",
        _ if known.iter().all(is_below) => "Nothing was faster than the serial code; closest",
        _ => "Whether anything was faster than the serial code cannot be told; closest",
    }
}

/// How many others may be as fast, as far as intervals tell: those that overlap, and those without one.
fn tied(best: Estimate, others: impl Iterator<Item = Estimate>) -> String {
    let Some(best) = best.interval else { return String::new() };
    let overlaps = |other: &Estimate| other.interval.is_none_or(|other| other.high >= best.low);
    match others.filter(overlaps).count() {
        0 => String::new(),
        1 => "; the interval of one other overlaps with this one".into(),
        several => format!("; the intervals of {several} others overlap with this one"),
    }
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
