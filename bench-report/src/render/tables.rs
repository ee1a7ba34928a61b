//! The tables of a page, as finished strings.
//!
//! Separate from `page.rs`, which orders them. Rows are configurations or facts, cells are text;
//! every number comes through [`crate::quantity`].

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    article,
    chart::{name, shortened},
    compare::{Comparison, Figures, Step},
    model::{Cache, Entry, Machine, Pages, Study, Workload},
    quantity::{self, NONE, interval_or_none},
};

/// A table: every row has as many cells as there are columns.
#[derive(Debug, Serialize)]
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

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

/// The numbers of every configuration.
pub(super) fn figures(workload: &Workload, comparison: &Comparison) -> Table {
    let rows = workload.entries.iter().zip(&comparison.figures);
    Table {
        columns: FIGURES.map(String::from).into(),
        rows: rows.map(|(entry, figures)| row(entry, figures)).collect(),
    }
}

fn row(entry: &Entry, figures: &Figures) -> Vec<String> {
    let speed_up = figures.speed_up;
    let gain = figures.gain;
    vec![
        entry.backend.clone(),
        entry.workers.to_string(),
        cpus(entry),
        quantity::time(figures.pass_ns.value),
        interval_or_none(figures.pass_ns, quantity::times),
        quantity::rate(figures.tests_per_s),
        or_none(speed_up, |speed_up| quantity::per_cent(speed_up.value, 1)),
        or_none(speed_up, |speed_up| interval_or_none(speed_up, quantity::per_cents)),
        or_none(figures.efficiency, |efficiency| quantity::per_cent(efficiency.value, 1)),
        or_none(gain, gained),
        or_none(gain, |step| interval_or_none(step.added, quantity::points_range)),
        or_none(figures.busy_cpus, quantity::two_decimals),
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
    let rows = workload.entries.iter().zip(&comparison.figures);
    let row = |(entry, figures): (&Entry, &Figures)| {
        let mark = if entry.oversubscribed { " *" } else { "" };
        vec![
            format!("{}{mark}", shortened(&name(entry))),
            quantity::time(figures.pass_ns.value),
            or_none(figures.speed_up, |speed_up| {
                let value = quantity::per_cent(speed_up.value, 1);
                with_interval(value, speed_up.interval.map(quantity::per_cents))
            }),
            or_none(figures.gain, |step| {
                with_interval(gained(step), step.added.interval.map(quantity::points_range))
            }),
        ]
    };
    rows.map(row).collect()
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

/// The blocks as they were measured.
pub(super) fn raw(workload: &Workload) -> Table {
    let entries = &workload.entries;
    let names = entries.iter().enumerate().map(|(idx, entry)| format!("{idx}: {}", name(entry)));
    let row = |(block, order): (usize, &Vec<usize>)| {
        let order = order.iter().map(usize::to_string).collect::<Vec<_>>().join(" ");
        let times = entries.iter().map(|entry| entry.samples[block].wall_ns.to_string());
        [block.to_string(), order].into_iter().chain(times).collect()
    };
    Table {
        columns: ["block", "order"].map(String::from).into_iter().chain(names).collect(),
        rows: workload.order.iter().enumerate().map(row).collect(),
    }
}

/// The facts about the samples of a workload.
pub(super) fn samples(study: &Study, workload: &Workload) -> Vec<(String, String)> {
    let total = workload.counts.iter().map(|&count| u128::from(count)).sum::<u128>();
    let total = u64::try_from(total).map_or_else(|_| total.to_string(), quantity::whole);
    let warm_up = workload.warm_up_passes;
    named([
        ("samples n", quantity::whole(workload.n)),
        ("dimensions d", workload.d.to_string()),
        ("element", workload.element.clone()),
        ("generator", workload.generator.clone()),
        ("sample seed", or_none(workload.sample_seed, |seed| seed.to_string())),
        ("checksum", workload.checksum.clone()),
        ("center", few(&workload.center)),
        ("widths", ends(&workload.widths, |&width| quantity::exact(width))),
        ("counts", ends(&workload.counts, |&count| quantity::whole(count))),
        ("sum of counts", total),
        ("task", workload.task.clone()),
        ("size", or_none(workload.bytes, quantity::bytes)),
        ("pages", or_none(workload.pages, pages)),
        ("instruction set", study.isa.clone()),
        ("passes per measured time", quantity::whole(workload.passes)),
        ("passes to warm up", or_none(warm_up, quantity::whole)),
        ("blocks", quantity::whole(workload.order.len() as u64)),
        ("workers proven to be on their CPU", placement(&workload.entries)),
    ])
}

/// How many records of workers say that the worker was on its planned CPU.
fn placement(entries: &[Entry]) -> String {
    let records = entries.iter().flat_map(|entry| &entry.samples).map(|sample| sample.pinned);
    let (proven, told) = records.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    match told {
        0 => "unknown".into(),
        _ => format!("{} of {} records", quantity::whole(proven), quantity::whole(told)),
    }
}

fn pages(pages: Pages) -> String {
    let base = pages.base_page_bytes.map_or_else(|| "small".into(), quantity::bytes);
    match pages.huge_bytes {
        0 => format!("all {base}"),
        huge if huge == pages.bytes => "all huge".into(),
        huge => {
            let huge = huge as f64 / pages.bytes as f64;
            format!("{} of the memory on huge ones, the rest {base}", quantity::per_cent(huge, 1))
        }
    }
}

/// The system information: what the article printed, and what else bears on the times.
pub(super) fn machine(study: &Study) -> Vec<(String, String)> {
    let machine = &study.machine;
    let text = |text: &Option<String>| or_unknown(text.clone(), |text| text);
    let whole = |value| or_unknown(value, quantity::whole);
    let bytes = |value| or_unknown(value, quantity::bytes);
    named([
        ("compiler", text(&machine.rustc)),
        ("target", text(&machine.target)),
        ("build profile", text(&machine.profile)),
        ("system", text(&machine.os)),
        ("release", text(&machine.kernel)),
        ("machine", text(&machine.architecture)),
        ("processor", text(&machine.cpu)),
        ("CPU count", whole(machine.logical_cpus)),
        ("physical cores", whole(machine.physical_cores)),
        ("CPUs allowed", allowed(machine)),
        ("CPU quota", or_unknown_or_none(machine.quota_cpus)),
        ("hypervisor", text(&machine.hypervisor)),
        (
            "nominal clock",
            or_unknown(machine.nominal_mhz, |mhz| format!("{} MHz", quantity::exact(mhz))),
        ),
        ("governor", text(&machine.governor)),
        ("caches", caches(&machine.caches)),
        ("memory", bytes(machine.memory_bytes)),
        ("page size", bytes(machine.base_page_bytes)),
        ("transparent huge pages", text(&machine.transparent_huge_pages)),
        ("instruction sets", isas(machine)),
    ])
}

fn allowed(machine: &Machine) -> String {
    match machine.allowed_cpus.len() {
        0 => "unknown".into(),
        count => format!("{} ({count})", ranges(&machine.allowed_cpus)),
    }
}

/// A missing quota and an unknown one look the same in the file.
fn or_unknown_or_none(quota_cpus: Option<f64>) -> String {
    quota_cpus.map_or_else(|| "none seen".into(), |cpus| format!("{} CPUs", quantity::length(cpus)))
}

/// Equal caches once, with their number: `L1 data 48.0 KiB × 2`.
fn caches(caches: &[Cache]) -> String {
    let mut kinds: Vec<(u64, &str, u64, usize, usize)> = Vec::new();
    for cache in caches {
        let sharing = cache.shared_by_cpus.len();
        let same = |k: &&mut (u64, &str, u64, usize, usize)| {
            (k.0, k.1, k.2, k.3) == (cache.level, cache.kind.as_str(), cache.bytes, sharing)
        };
        match kinds.iter_mut().find(same) {
            Some(kind) => kind.4 += 1,
            None => kinds.push((cache.level, &cache.kind, cache.bytes, sharing, 1)),
        }
    }
    let kind = |(level, kind, bytes, sharing, count)| {
        let shared = if sharing > 1 { format!(" shared by {sharing} CPUs") } else { String::new() };
        let times = if count > 1 { format!(" × {count}") } else { String::new() };
        format!("L{level} {kind} {}{shared}{times}", quantity::bytes(bytes))
    };
    let text = kinds.into_iter().map(kind).collect::<Vec<_>>().join("; ");
    if text.is_empty() { "unknown".into() } else { text }
}

fn isas(machine: &Machine) -> String {
    let isa = |isa: &crate::model::Isa| match isa.available {
        Some(true) => format!("{} (available)", isa.name),
        Some(false) => format!("{} (not available)", isa.name),
        None => isa.name.clone(),
    };
    let text = machine.isas.iter().map(isa).collect::<Vec<_>>().join(", ");
    if text.is_empty() { "unknown".into() } else { text }
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

/// The coordinates of a center, of which a few tell the kind.
fn few(coordinates: &[f64]) -> String {
    const MOST: usize = 8;
    let shown = coordinates.iter().take(MOST).map(|&c| quantity::exact(c)).collect::<Vec<_>>();
    let rest = if coordinates.len() > MOST { ", …" } else { "" };
    format!("({}{rest})", shown.join(", "))
}

/// How many, the first and the last.
fn ends<T>(values: &[T], text: impl Fn(&T) -> String) -> String {
    match values {
        [] => "none".into(),
        [only] => text(only),
        [first, .., last] => format!("{}, {} … {}", values.len(), text(first), text(last)),
    }
}

fn or_none<T>(value: Option<T>, text: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| NONE.into(), text)
}

fn or_unknown<T>(value: Option<T>, text: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| "unknown".into(), text)
}

fn named<const N: usize>(facts: [(&str, String); N]) -> Vec<(String, String)> {
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
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

    #[test]
    fn pages_of_one_kind_are_not_told_in_per_cent() {
        let of =
            |huge_bytes| pages(Pages { bytes: 8 << 20, huge_bytes, base_page_bytes: Some(4096) });
        assert_eq!(of(0), "all 4.0 KiB");
        assert_eq!(of(8 << 20), "all huge");
        assert_eq!(of(6 << 20), "75.0 % of the memory on huge ones, the rest 4.0 KiB");
    }

    #[test]
    fn equal_caches_are_counted() {
        let cache = |level, bytes, cpus: &[u64]| Cache {
            level,
            kind: "data".into(),
            bytes,
            shared_by_cpus: cpus.into(),
        };
        let two = [cache(1, 49152, &[0]), cache(1, 49152, &[1]), cache(3, 1 << 25, &[0, 1])];
        assert_eq!(caches(&two), "L1 data 48.0 KiB × 2; L3 data 32.0 MiB shared by 2 CPUs");
        assert_eq!(caches(&[]), "unknown");
    }
}
