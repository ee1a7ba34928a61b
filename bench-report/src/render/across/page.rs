//! What every format for people says about a comparison.
//!
//! Separate because sentences are written once. Numbers are rounded in [`crate::quantity`]. Next:
//! `terminal.rs` and `markdown.rs` lay it out.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap},
};

use super::super::tables::Table;
use crate::{
    across::{Across, Kind, Row, Verdict},
    model::Estimate,
    quantity,
};

/// A comparison as texts.
pub(super) struct Page {
    pub(super) title: String,
    /// What came out, in sentences; the first is the answer.
    pub(super) answers: Vec<String>,
    /// One for each side that is compared with the reference; only with rows.
    pub(super) tables: Vec<Part>,
    /// What limits it.
    pub(super) notes: Vec<String>,
    /// What is in no row: side, name and reason.
    pub(super) left_out: Vec<String>,
}

/// The rows of one side.
pub(super) struct Part {
    pub(super) title: String,
    pub(super) table: Table,
}

pub(super) fn of(across: &Across) -> Page {
    Page {
        title: title(across),
        answers: answers(across),
        tables: parts(across),
        notes: notes(across),
        left_out: across
            .left_out
            .iter()
            .map(|out| format!("{}, {}: {}", out.side, out.name, out.reason))
            .collect(),
    }
}

fn title(across: &Across) -> String {
    format!("{} against {}", across.others.join(", "), across.reference)
}

fn answers(across: &Across) -> Vec<String> {
    let mut answers = Vec::new();
    for (other, name) in across.others.iter().enumerate() {
        answers.push(answer(across, other, name));
        answers.extend(mean(across, other, name));
    }
    answers.extend(failures(across));
    answers
}

/// How many rows have which verdict.
fn answer(across: &Across, other: usize, name: &str) -> String {
    let of = |verdict| {
        let rows = across.rows.iter().filter(|row| row.other == other && row.verdict == verdict);
        (rows.count() as u64, verdict)
    };
    let rows = across.means[other].rows as u64;
    if rows == 0 {
        return format!("{name}: nothing was compared: {}.", why_nothing(across, other));
    }
    let counts = Verdict::ALL.into_iter().map(of).filter(|&(count, _)| count > 0);
    let words: Vec<String> = counts
        .map(|(count, verdict)| format!("{} {}", quantity::whole(count), verdict.words()))
        .collect();
    format!("{name}: of {}: {}.", quantity::counted(rows, "row"), words.join(", "))
}

/// How much was left out, and why; the most frequent reasons first.
fn why_nothing(across: &Across, other: usize) -> String {
    const MOST_REASONS: usize = 4;
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for left in across.left_out.iter().filter(|left| left.others.contains(&other)) {
        *reasons.entry(&left.reason).or_default() += 1;
    }
    let all: u64 = reasons.values().sum();
    if all == 0 {
        return match &across.settings.filter {
            Some(text) => format!("nothing with {text:?} in its name could be paired"),
            None => "nothing could be paired".into(),
        };
    }
    let mut reasons: Vec<(&str, u64)> = reasons.into_iter().collect();
    reasons.sort_by_key(|&(_, count)| Reverse(count));
    let rest: u64 = reasons.iter().skip(MOST_REASONS).map(|(_, count)| count).sum();
    reasons.truncate(MOST_REASONS);
    reasons.extend((rest > 0).then_some(("other reasons", rest)));
    let words = |(reason, count)| format!("{reason} ({})", quantity::whole(count));
    let words: Vec<String> = reasons.into_iter().map(words).collect();
    format!("{} left out: {}", quantity::whole(all), words.join("; "))
}

fn mean(across: &Across, other: usize, name: &str) -> Option<String> {
    let mean = &across.means[other];
    let estimate = mean.ratio.filter(|_| mean.rows > 1)?.estimate();
    Some(format!(
        "{name}: geometric mean of the ratios of exactly these {}: {}.",
        quantity::counted(mean.rows as u64, "row"),
        with_interval(estimate),
    ))
}

fn with_interval(estimate: Estimate) -> String {
    let value = quantity::ratio(estimate.value);
    match estimate.interval {
        Some(interval) => format!("{value} (95 % interval {})", quantity::ratios(interval)),
        None => format!("{value} (too few samples for an interval)"),
    }
}

/// Whether the limit is kept, which rows do not keep it, and of what that is not known.
fn failures(across: &Across) -> Vec<String> {
    let Some(limit) = across.settings.fail_above else { return Vec::new() };
    let limit = quantity::limit(limit);
    let unknown = |other: usize| {
        let name = &across.others[other];
        format!("Whether anything of {name} is slower by more than {limit} is not known.")
    };
    let compared = (!across.rows.is_empty()).then(|| verdict_of_gate(across, &limit));
    compared.into_iter().chain(across.without_rows().map(unknown)).collect()
}

fn verdict_of_gate(across: &Across, limit: &str) -> String {
    let name = |row: &Row| match across.others.len() {
        1 => row.name.clone(),
        _ => format!("{} ({})", row.name, across.others[row.other]),
    };
    let names: Vec<String> = across.failures().map(name).collect();
    match names.as_slice() {
        [] => format!("No row is proven to be slower by more than {limit}."),
        names => format!("Proven to be slower by more than {limit}: {}.", names.join("; ")),
    }
}

fn parts(across: &Across) -> Vec<Part> {
    let part = |(other, name): (usize, &String)| {
        let rows: Vec<&Row> = across.rows.iter().filter(|row| row.other == other).collect();
        let table = table(&rows, across.machines.differ());
        (!rows.is_empty()).then(|| Part { title: name.clone(), table })
    };
    across.others.iter().enumerate().filter_map(part).collect()
}

/// With rates where machines differ: they are ranked by absolute figures.
fn table(rows: &[&Row], machines_differ: bool) -> Table {
    let with_rates = machines_differ && rows.iter().any(|row| row.tests_per_s.is_some());
    let mut columns =
        vec!["", "reference", "other", "ratio", "95 % interval", "rank test", "verdict"];
    if with_rates {
        columns.splice(3..3, ["reference tests", "other tests"]);
    }
    let line = |row: &&Row| {
        let estimate = row.ratio.estimate();
        let mut cells = vec![
            row.name.clone(),
            quantity::time(row.medians_ns[0]),
            quantity::time(row.medians_ns[1]),
            quantity::ratio(estimate.value),
            quantity::interval_or_none(estimate, quantity::ratios),
            row.mann_whitney.map_or_else(|| quantity::NONE.into(), quantity::p_value),
            verdict(row),
        ];
        if with_rates {
            let rate = |side: usize| {
                row.tests_per_s.map_or_else(|| quantity::NONE.into(), |r| quantity::rate(r[side]))
            };
            cells.splice(3..3, [rate(0), rate(1)]);
        }
        cells
    };
    Table {
        columns: columns.into_iter().map(String::from).collect(),
        rows: rows.iter().map(line).collect(),
    }
}

fn verdict(row: &Row) -> String {
    let words = row.verdict.words();
    if row.fails { format!("{words}, beyond the limit") } else { words.into() }
}

fn notes(across: &Across) -> Vec<String> {
    let least = quantity::limit(across.settings.least_effect);
    let mut notes = vec![
        "Ratio: median time of the other over that of the reference; above 1 is slower. The interval \
         is of one row alone."
            .to_owned(),
        format!(
            "Verdict: beyond {least}, looking at all rows together (Holm, 5 %). Rank test: Mann-Whitney, \
             also corrected for all rows; a second opinion that no verdict rests on."
        ),
        "If samples remember each other for long, differences are claimed more often than these 5 %: of \
         20 equal rows any was in up to 21 % of comparisons of 20 samples and 7 % of 100."
            .to_owned(),
        "What another run would change (day, build, layout of memory) is in no interval: each side is \
         one run."
            .to_owned(),
    ];
    if across.rows.iter().any(|row| row.kind == Kind::Study) {
        notes.push(
            "Configurations of studies are compared by the times of their blocks. Blocks of two \
             studies are not paired."
                .into(),
        );
    }
    notes.extend(machines(across));
    notes.extend(remarks(across));
    notes
}

fn machines(across: &Across) -> Vec<String> {
    let machines = &across.machines;
    if !machines.differ() {
        return Vec::new();
    }
    let names: Vec<String> =
        machines.names.iter().map(|(side, name)| format!("{side} on {name}")).collect();
    vec![format!(
        "Different machines: {} ({}). They are ranked by absolute figures, never by speed-up: a slow \
         serial baseline makes a great speed-up.",
        names.join("; "),
        machines.differences.join("; "),
    )]
}

/// Each remark once, with the rows that it is about.
fn remarks(across: &Across) -> Vec<String> {
    let mut remarks: Vec<(&str, Vec<&str>)> = Vec::new();
    // Every row may have a remark of its own: a list that is searched again for each would cost their
    // square.
    let mut places: HashMap<&str, usize> = HashMap::new();
    for row in &across.rows {
        for remark in &row.remarks {
            let place = *places.entry(remark).or_insert(remarks.len());
            match remarks.get_mut(place) {
                Some((_, rows)) => rows.push(&row.name),
                None => remarks.push((remark, vec![&row.name])),
            }
        }
    }
    let line = |(remark, rows): (&str, Vec<&str>)| match rows.as_slice() {
        [row] => format!("Not the same on both sides: {remark} ({row})."),
        rows => {
            let count = quantity::counted(rows.len() as u64, "row");
            format!("Not the same on both sides: {remark} ({count}).")
        }
    };
    remarks.into_iter().map(line).collect()
}
