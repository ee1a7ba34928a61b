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
pub fn headline(workload: &Workload, comparison: &Comparison) -> Option<String> {
    let reference = comparison.reference?;
    let serial = quantity::time(comparison.figures[reference].pass_ns.value);
    let measured = || comparison.sweeps.iter().flat_map(|sweep| &sweep.entry_idxs).copied();
    let speed_up = |idx: usize| comparison.figures[idx].speed_up;
    let known = || measured().filter_map(|idx| Some((idx, speed_up(idx)?)));
    let (fastest, best) = known().max_by(|a, b| a.1.value.total_cmp(&b.1.value))?;
    let figures = &comparison.figures[fastest];
    let is_unjudged = comparison.withheld[fastest].or(comparison.withheld[reference]).is_some();
    let verdict = match best.interval {
        _ if is_unjudged => "Fastest by its numbers, which are not judged (see the warnings)",
        Some(interval) if interval.low > 1.0 => "Fastest",
        Some(interval) if interval.high < 1.0 => "Nothing was faster than the serial code; closest",
        _ => "Whether anything was faster than the serial code cannot be told; closest",
    };
    let jobs = match workload.mode {
        Mode::Strong => "",
        Mode::Weak | Mode::Throughput => ", counting all N jobs",
    };
    Some(format!(
        "{verdict}: {}, {} a pass, {} of the serial speed ({serial} a pass){jobs}{}{}.",
        name(&workload.entries[fastest]),
        quantity::time(figures.pass_ns.value),
        reached(best),
        tied(best, known().filter(|(idx, _)| *idx != fastest).map(|(_, other)| other)),
        doubtful(workload, comparison, fastest),
    ))
}

/// How many others the interval of the fastest overlaps: the largest of many is large by chance, too.
fn tied(best: Estimate, others: impl Iterator<Item = Estimate>) -> String {
    let Some(best) = best.interval else { return String::new() };
    let overlaps = |other: &Estimate| other.interval.is_some_and(|other| other.high >= best.low);
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
