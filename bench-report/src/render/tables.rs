//! The tables of a page, as finished strings.
//!
//! Separate from `page.rs`, which orders them. Rows are configurations, cells are text; every
//! number comes through [`crate::quantity`]. `details.rs` holds the tables beside the headline,
//! `laws.rs` those of fitted laws, `facts.rs` what is no table.

mod details;
mod facts;
mod laws;

pub(super) use details::{Detail, details};
pub(super) use facts::{described, machine, samples};
pub(super) use laws::{Laws, NOTE as LAWS_NOTE, laws};

pub(super) use crate::chapter::Table;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    answer, article,
    chart::{name, shortened},
    compare::{Comparison, Figures, Step, Sweep},
    model::{Block, Entry, Estimate, Interval, Workload},
    quantity::{self, NONE, interval_or_none},
};

/// How large a workload is: `10 000 samples × 100 widths, d = 2`.
pub(super) fn size(workload: &Workload) -> String {
    let samples = quantity::counted(workload.n, "sample");
    let widths = quantity::counted(workload.widths.len() as u64, "width");
    format!("{samples} × {widths}, d = {}", workload.d)
}

/// Columns of [`figures`].
const FIGURES: [&str; 12] = [
    "backend",
    "workers",
    "CPUs",
    "time per pass",
    "95 % interval",
    "tests per second",
    "speed-up",
    "95 % interval",
    "efficiency",
    "gain of the step, in points",
    "95 % interval",
    "CPUs busy",
];

/// The numbers of every configuration that is not a control.
pub(super) fn figures(workload: &Workload, comparison: &Comparison) -> Table {
    Table {
        columns: FIGURES.map(String::from).into(),
        rows: results(workload, comparison).map(|(entry, figures)| row(entry, figures)).collect(),
    }
}

/// The configurations that are results: controls are not.
fn results<'a>(
    workload: &'a Workload,
    comparison: &'a Comparison,
) -> impl Iterator<Item = (&'a Entry, &'a Figures)> {
    let all = workload.entries.iter().zip(&comparison.figures);
    all.filter(|(entry, _)| !entry.is_control())
}

fn row(entry: &Entry, figures: &Figures) -> Vec<String> {
    let speed_up = figures.speed_up;
    let gain = figures.gain;
    vec![
        entry.backend.clone(),
        workers(entry),
        cpus(entry),
        quantity::time(figures.pass_ns.value),
        interval_or_none(figures.pass_ns, quantity::times),
        quantity::rate(figures.tests_per_s),
        or_none(speed_up, |speed_up| quantity::per_cent(speed_up.value, 1)),
        or_none(speed_up, |speed_up| interval_or_none(speed_up, quantity::per_cents)),
        or_none(figures.efficiency, |efficiency| quantity::per_cent(efficiency.value, 1)),
        or_none(gain, gained),
        or_none(gain, |step| interval_or_none(step.added, quantity::points_range)),
        or_none(figures.resources.busy_cpus, quantity::two_decimals),
    ]
}

/// What a step added, and for how many workers if for more than one.
fn gained(step: Step) -> String {
    let points = quantity::points(step.added.value);
    match step.to_workers - step.from_workers {
        1 => points,
        workers => format!("{points} for {workers}"),
    }
}

/// Columns of [`brief`].
pub(super) const BRIEF: [&str; 4] =
    ["configuration", "time per pass", "speed-up", "gain in points"];

/// The most telling numbers of every configuration, for a narrow place.
pub(super) fn brief(workload: &Workload, comparison: &Comparison) -> Vec<Vec<String>> {
    let row = |(entry, figures): (&Entry, &Figures)| {
        vec![
            starred(entry),
            quantity::time(figures.pass_ns.value),
            or_none(figures.speed_up, ratio),
            or_none(figures.gain, |step| {
                with_interval(gained(step), step.added.interval.map(quantity::points_range))
            }),
        ]
    };
    results(workload, comparison).map(row).collect()
}

/// The name of an entry, with a star if there are more workers than CPUs.
fn starred(entry: &Entry) -> String {
    format!("{}{}", shortened(&name(entry)), star(entry))
}

fn workers(entry: &Entry) -> String {
    format!("{}{}", entry.workers, star(entry))
}

/// The mark of more workers than CPUs.
fn star(entry: &Entry) -> &'static str {
    if entry.oversubscribed { " *" } else { "" }
}

/// A speed-up with its interval: `186.9 % (183.9–187.5 %)`.
fn ratio(estimate: Estimate) -> String {
    let value = quantity::per_cent(estimate.value, 1);
    with_interval(value, estimate.interval.map(quantity::per_cents))
}

/// The speed-ups of all backends side by side: a row for each backend, a column for each number of
/// workers, and a second row for the intervals. Much shorter than a row for each configuration,
/// and what belongs together stands together.
pub(super) fn side_by_side(workload: &Workload, comparison: &Comparison) -> Table {
    let entry = |idx: &usize| &workload.entries[*idx];
    // Every number of workers, and whether some backend has more of them than CPUs.
    let mut counts: BTreeMap<u64, bool> = BTreeMap::new();
    for entry in comparison.sweeps.iter().flat_map(|sweep| &sweep.entry_idxs).map(entry) {
        *counts.entry(entry.workers).or_default() |= entry.oversubscribed;
    }
    let column =
        |(workers, beyond): (&u64, &bool)| format!("{workers}{}", if *beyond { " *" } else { "" });
    let mut columns = vec!["speed-up in %, by workers".to_owned()];
    columns.extend(counts.iter().map(column));
    columns.push("adds up to".into());
    let rows = comparison.sweeps.iter().flat_map(|sweep| {
        let figures = |workers: &u64| {
            let place = sweep.entry_idxs.binary_search_by_key(workers, |idx| entry(idx).workers);
            comparison.figures[sweep.entry_idxs[place.ok()?]].speed_up
        };
        let figures: Vec<Option<Estimate>> = counts.keys().map(figures).collect();
        side_by_side_rows(comparison, sweep, &figures)
    });
    Table { columns, rows: rows.collect() }
}

/// The two rows of one backend.
fn side_by_side_rows(
    comparison: &Comparison,
    sweep: &Sweep,
    figures: &[Option<Estimate>],
) -> [Vec<String>; 2] {
    let value = |figure: &Option<Estimate>| or_none(*figure, |f| quantity::hundredths(f.value));
    let range = |figure: &Option<Estimate>| {
        let interval = figure.and_then(|figure| figure.interval);
        interval.map_or_else(String::new, |Interval { low, high }| {
            format!("{}–{}", quantity::hundredths(low), quantity::hundredths(high))
        })
    };
    let adds = answer::added_up_to(comparison, sweep);
    let first = std::iter::once(shortened(&sweep.backend));
    let adds = or_none(adds, quantity::whole);
    let values = first.chain(figures.iter().map(value)).chain([adds]).collect();
    let ranges = std::iter::once(String::new()).chain(figures.iter().map(range));
    [values, ranges.chain([String::new()]).collect()]
}

/// A value with its interval in parentheses, if it has one.
fn with_interval(value: String, interval: Option<String>) -> String {
    match interval {
        Some(interval) => format!("{value} ({interval})"),
        None => value,
    }
}

/// The figures of the article.
pub(super) fn published() -> Table {
    let row = |bar: article::Published| {
        vec![
            bar.processes.to_owned(),
            format!("{} s", quantity::exact(bar.seconds)),
            quantity::per_cent(bar.speed_up, 2),
        ]
    };
    Table {
        columns: ["processes", "time", "speed-up"].map(String::from).into(),
        rows: article::BARS.into_iter().map(row).collect(),
    }
}

/// Cells of one table of raw data; a study of many workers and blocks has more, in its file.
const MOST_RAW: usize = 40_000;

/// How many blocks the table of raw data shows.
fn raw_blocks(workload: &Workload) -> usize {
    workload.blocks.len().min((MOST_RAW / workload.entries.len().max(1)).max(1))
}

/// What the table of raw data leaves out, and where it is; empty if nothing.
pub(super) fn raw_left_out(workload: &Workload) -> String {
    let shown = raw_blocks(workload);
    if shown == workload.blocks.len() {
        return String::new();
    }
    format!(" (the first {shown} are shown; the others are in the study's file)")
}

/// The blocks as they were measured, as many as a page can hold.
pub(super) fn raw(workload: &Workload) -> Table {
    let entries = &workload.entries;
    let names = entries.iter().enumerate().map(|(idx, entry)| {
        format!("{idx}: {}{}", name(entry), if entry.is_control() { " (copy)" } else { "" })
    });
    let row = |(idx, block): (usize, &Block)| {
        let order = block.order.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
        let times = entries.iter().map(|entry| entry.samples[idx].wall_ns.to_string());
        let ends = [&block.opening, &block.closing]
            .map(|sample| or_none(sample.as_ref(), |sample| sample.wall_ns.to_string()));
        [idx.to_string(), order].into_iter().chain(ends).chain(times).collect()
    };
    Table {
        columns: ["block", "order", "opening", "closing"]
            .map(String::from)
            .into_iter()
            .chain(names)
            .collect(),
        rows: workload.blocks.iter().take(raw_blocks(workload)).enumerate().map(row).collect(),
    }
}

/// The different CPUs of an entry.
fn cpus(entry: &Entry) -> String {
    if entry.cpus.is_empty() { NONE.into() } else { ranges(&entry.cpus) }
}

/// Different numbers as ranges: `0–3, 8`.
fn ranges(numbers: &[u64]) -> String {
    let mut ranges: Vec<(u64, u64)> = Vec::new();
    for number in numbers.iter().copied().collect::<BTreeSet<_>>() {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    let range = |&(first, last): &(u64, u64)| match last - first {
        0 => first.to_string(),
        1 => format!("{first}, {last}"),
        _ => format!("{first}–{last}"),
    };
    ranges.iter().map(range).collect::<Vec<_>>().join(", ")
}

/// A value as text, or a dash.
fn or_none<T>(value: Option<T>, text: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| NONE.into(), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cpus_are_shown_as_ranges_of_different_numbers() {
        assert_eq!(ranges(&[0, 1, 0]), "0, 1");
        assert_eq!(ranges(&[8, 3, 2, 1, 0, 0]), "0–3, 8");
        assert_eq!(ranges(&[u64::MAX, 0]), format!("0, {}", u64::MAX));
    }
}
