//! The autopsy of the study of 2014 as a chapter: how much of its figure each flaw explains, and what
//! becomes of its explanation.
//!
//! Separate from the decomposition, which is numbers; here they become sentences that say no more than
//! their intervals allow. Pure: model in, finished strings out. One file for each part: `flaws.rs` and
//! `views.rs` for an engine, `density.rs` for the formula, `last_core.rs` for the claim about the last core;
//! `answer.rs` says the main of each in the same words. Next: [`mod@crate::compare::autopsy`] for the numbers.

mod answer;
mod density;
mod flaws;
mod last_core;
mod views;

use crate::{
    chapter::{Block, Chapter},
    compare::Compared,
    model::{Estimate, Interval, autopsy::Autopsy},
    quantity,
};

pub use answer::answers;

/// What is done here, for whoever reads only this.
const INTRODUCTION: &str = "The benchmark of 2014 was run again in conditions that differ in its flaws: \
    none, each flaw alone, the first two, three and so on, and all at once. Every block holds each \
    condition once, in random order, so that what the machine does meanwhile is done to all. The figure \
    is the speed-up of a pool over the serial code of the same condition, as the article had it. \
    Effects are factors on it: they multiply, and their logarithms add up. Parentheses hold 95 % \
    intervals over draws of whole blocks.";

/// The chapters of all autopsies of a report, in the order of their files.
pub fn chapters(compared: &Compared<'_>) -> Vec<Chapter> {
    let autopsies = compared.report.autopsies.iter().enumerate();
    autopsies.map(|(idx, autopsy)| chapter(idx, autopsy)).collect()
}

fn chapter(idx: usize, autopsy: &Autopsy) -> Chapter {
    let id = if idx == 0 { "autopsy".into() } else { format!("autopsy-{}", idx + 1) };
    let mut blocks = vec![Block::Text(INTRODUCTION.into()), Block::Text(origin(autopsy))];
    if !autopsy.complete {
        let text =
            format!("{} did not run to its end: it is as good as its blocks.", autopsy.file_name);
        blocks.push(Block::Warning(text));
    }
    let machine = Machine::of(autopsy);
    for (number, engine) in autopsy.engines.iter().enumerate() {
        blocks.extend(flaws::blocks(engine, machine, &format!("{id}-chart-{}", number + 1)));
    }
    blocks.extend(autopsy.density.as_ref().and_then(density::block));
    blocks.extend(last_core::blocks(&autopsy.last_core, machine));
    Chapter { id, title: "Autopsy: the study of 2014, flaw by flaw".into(), blocks }
}

/// Which autopsy, measured when.
pub fn subtitle(autopsy: &Autopsy) -> String {
    let moment = autopsy.created_unix_s.map_or_else(
        || "time of measuring unknown".into(),
        |unix_s| format!("measured {}", quantity::moment(unix_s)),
    );
    format!("{}, {moment}", autopsy.file_name)
}

fn origin(autopsy: &Autopsy) -> String {
    let cpus = match autopsy.limits.allowed_cpus.len() as u64 {
        0 => "an unknown number of CPUs".into(),
        cpus => quantity::counted(cpus, "CPU"),
    };
    format!("{}, on {cpus}.", subtitle(autopsy))
}

/// What of a machine decides how a figure is read.
#[derive(Clone, Copy, Debug)]
struct Machine {
    /// CPUs that were allowed, if known.
    cpus: Option<u64>,
}

impl Machine {
    fn of(autopsy: &Autopsy) -> Self {
        let cpus = autopsy.limits.allowed_cpus.len() as u64;
        Self { cpus: (cpus > 0).then_some(cpus) }
    }

    /// Marks pools of more workers than CPUs.
    fn crowded(self, pools: impl Iterator<Item = u64>) -> Option<String> {
        let cpus = self.cpus?;
        let more: Vec<String> =
            pools.filter(|&one| one > cpus).map(|one| one.to_string()).collect();
        (!more.is_empty()).then(|| {
            format!(
                "Oversubscribed: pools of {} have more workers than the {} here, so their workers take \
                 turns. Their figures say nothing of as many cores.",
                listed(&more),
                quantity::counted(cpus, "CPU")
            )
        })
    }
}

/// A logarithm as the factor that it is.
fn factor(log: Estimate) -> Estimate {
    let interval =
        log.interval.map(|Interval { low, high }| Interval { low: low.exp(), high: high.exp() });
    Estimate { value: log.value.exp(), interval }
}

/// A value with its interval, each in its own words.
fn with_interval(
    estimate: Estimate,
    value: impl Fn(f64) -> String,
    interval: impl Fn(Interval) -> String,
) -> String {
    let value = value(estimate.value);
    estimate.interval.map_or_else(
        || format!("{value} (no interval)"),
        |ends| format!("{value} ({})", interval(ends)),
    )
}

/// A logarithm as a factor: `0.962 (0.950–0.975)`.
fn factor_text(log: Estimate) -> String {
    with_interval(factor(log), quantity::ratio, quantity::ratios)
}

/// A share or speed-up in per cent: `181.0 % (179.2–183.1 %)`.
fn per_cent_text(estimate: Estimate) -> String {
    with_interval(estimate, |value| quantity::per_cent(value, 1), quantity::per_cents)
}

/// `a`, `a and b`, `a, b and c`.
fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
