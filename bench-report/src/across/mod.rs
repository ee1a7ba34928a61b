//! Results against results: runs, builds, machines or implementations, row by row.
//!
//! Separate from [`crate::compare`], which compares the configurations of one workload inside one
//! study, measured side by side in blocks. Here the two sides share no block: another day, another
//! build, another machine. `measured.rs` lists what a report measured, `align.rs` finds what both
//! sides measured, `judge.rs` says what the ratios prove, `sides.rs` names the machines. Next:
//! [`crate::statistics::unpaired`] for the ratio, [`crate::render::across`] for the text.

mod align;
mod judge;
mod measured;
mod sides;

use std::collections::{BTreeMap, HashMap};

use crate::{model::Report, statistics::unpaired::Ratio};

pub use judge::{ALPHA, Verdict, proven_above, verdicts};
pub use sides::Machines;

/// One of the things that are compared.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// What it is called, fit to be shown.
    pub name: String,
    /// What was measured.
    pub report: Report,
}

impl Side {
    /// A side; control characters in its name, which could steer a terminal, become `�`.
    pub fn new(name: &str, report: Report) -> Self {
        let clean = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
        Self { name: name.chars().map(clean).collect(), report }
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Least relative difference that counts, at least 0.
    pub least_effect: f64,
    /// Relative slowdown that must not be exceeded, if there is one. Below `least_effect` it adds
    /// nothing: what does not count cannot fail.
    pub fail_above: Option<f64>,
    /// Only what has this in its name.
    pub filter: Option<String>,
}

impl Default for Settings {
    /// A difference of 1 % counts; nothing fails.
    fn default() -> Self {
        Self { least_effect: 0.01, fail_above: None, filter: None }
    }
}

/// What kind of result a row is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A benchmark; times of one iteration.
    Benchmark,
    /// A configuration of a study; times of one pass, one for each block.
    Study,
    /// An implementation measured beside others; one time for each round.
    Peer,
}

/// All sides against the first, or implementations against one of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Across {
    /// What all ratios refer to.
    pub reference: String,
    /// What is compared with it, in the order named.
    pub others: Vec<String>,
    /// What was measured on both sides.
    pub rows: Vec<Row>,
    /// What is in no row, and why.
    pub left_out: Vec<LeftOut>,
    /// One for each of `others`: the geometric mean over its rows.
    pub means: Vec<Mean>,
    /// Where the sides were measured.
    pub machines: Machines,
    /// What was asked.
    pub settings: Settings,
}

/// One thing measured twice.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Which of [`Across::others`] it is about.
    pub other: usize,
    /// The kind of result.
    pub kind: Kind,
    /// What was measured.
    pub name: String,
    /// Samples on both sides, the reference first.
    pub samples: [usize; 2],
    /// Medians in nanoseconds.
    pub medians_ns: [f64; 2],
    /// Work done per second, samples tested against a window, if known.
    pub tests_per_s: Option<[f64; 2]>,
    /// Median of the other side over that of the reference: above 1 is slower.
    pub ratio: Ratio,
    /// p-value of Mann and Whitney, corrected for all rows; `None` where it says nothing.
    pub mann_whitney: Option<f64>,
    /// What is proven, looking at all rows.
    pub verdict: Verdict,
    /// Whether a slowdown beyond [`Settings::fail_above`] is proven, looking at all rows; then
    /// `verdict` is [`Verdict::Slower`].
    pub fails: bool,
    /// What differs between the sides but does not make it other work.
    pub remarks: Vec<String>,
    /// Rows of one cluster may err together; see [`Mean`].
    cluster: usize,
}

/// Something that is compared with nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LeftOut {
    /// Where it was found.
    pub side: String,
    /// What was measured.
    pub name: String,
    /// Why it is in no row.
    pub reason: String,
    /// Which of [`Across::others`] it is not compared with, or is part of; ascending.
    pub others: Vec<usize>,
}

/// The same thing left out for several sides becomes one.
fn merged(all: Vec<LeftOut>) -> Vec<LeftOut> {
    let mut merged: Vec<LeftOut> = Vec::new();
    let mut places = HashMap::new();
    for left in all {
        let key = (left.side.clone(), left.name.clone(), left.reason.clone());
        let place = *places.entry(key).or_insert(merged.len());
        match merged.get_mut(place) {
            Some(known) => known.others.extend(left.others),
            None => merged.push(left),
        }
    }
    for left in &mut merged {
        left.others.sort_unstable();
        left.others.dedup();
    }
    merged
}

/// The geometric mean of the ratios of one side.
#[derive(Clone, Debug, PartialEq)]
pub struct Mean {
    /// Rows it is taken over: all rows of that side.
    pub rows: usize,
    /// The mean, with an error if every row has one; `None` without rows.
    pub ratio: Option<Ratio>,
}

impl Mean {
    /// Over the rows of side `other`. Benchmarks run one after the other; configurations of studies and
    /// peers share their blocks, and implementations the one that they are compared with.
    fn of(rows: &[Row], other: usize) -> Self {
        let mut clusters: BTreeMap<usize, Vec<Ratio>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.other == other) {
            clusters.entry(row.cluster).or_default().push(row.ratio);
        }
        let clusters: Vec<Vec<Ratio>> = clusters.into_values().collect();
        let rows = clusters.iter().map(Vec::len).sum();
        Self { rows, ratio: Ratio::geometric_mean(&clusters) }
    }
}

impl Across {
    /// Compares every side but the first with the first. At least one side.
    ///
    /// # Panics
    ///
    /// `sides` is empty.
    pub fn of(sides: &[Side], settings: &Settings) -> Self {
        let lists: Vec<_> = sides.iter().map(|side| measured::all(&side.report)).collect();
        let mut left_out = Vec::new();
        let mut pairs = Vec::new();
        for (other, (side, list)) in sides.iter().zip(&lists).enumerate().skip(1) {
            let names = [sides[0].name.as_str(), side.name.as_str()];
            align::align(other - 1, [&lists[0], list], names, settings, &mut pairs, &mut left_out);
        }
        let names: Vec<String> = sides.iter().map(|side| side.name.clone()).collect();
        Self::judged(&names, &pairs, left_out, Machines::of(sides), settings)
    }

    /// Compares the implementations inside one report: peers of one workload, and benchmarks of one
    /// group that differ in their function.
    pub fn by_implementation(side: &Side, settings: &Settings) -> Self {
        let list = measured::implementations(&side.report);
        let mut left_out = Vec::new();
        let pairs = align::within(&list, &side.name, settings, &mut left_out);
        let names = ["the reference".into(), side.name.clone()];
        let machines = Machines::of(std::slice::from_ref(side));
        Self::judged(&names, &pairs, left_out, machines, settings)
    }

    fn judged(
        names: &[String],
        pairs: &[align::Pair<'_>],
        mut left_out: Vec<LeftOut>,
        machines: Machines,
        settings: &Settings,
    ) -> Self {
        let rows = judge::rows(pairs, &names[1..], settings, &mut left_out);
        Self {
            reference: names[0].clone(),
            others: names[1..].to_vec(),
            means: (0..names.len() - 1).map(|other| Mean::of(&rows, other)).collect(),
            rows,
            left_out: merged(left_out),
            machines,
            settings: settings.clone(),
        }
    }

    /// Positions in [`Across::others`] of the sides of which nothing was compared: of them nothing is
    /// known, and a gate must not let them pass.
    pub fn without_rows(&self) -> impl Iterator<Item = usize> {
        self.means.iter().enumerate().filter(|(_, mean)| mean.rows == 0).map(|(other, _)| other)
    }

    /// Rows in which a slowdown beyond [`Settings::fail_above`] is proven.
    pub fn failures(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| row.fails)
    }
}
