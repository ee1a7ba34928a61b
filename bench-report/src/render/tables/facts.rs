//! Facts about samples and machine: names with values.
//!
//! Separate from the tables of numbers because every row is another thing. What the file does not
//! tell is "unknown" or a dash. Next: `page.rs` shows them.

use super::{or_none, ranges};
use crate::{
    answer,
    model::{Cache, Entry, Limits, Machine, Pages, Sample, State, Study, Workload},
    quantity,
};

/// The facts about the samples of a workload.
pub(in super::super) fn samples(study: &Study, workload: &Workload) -> Vec<(String, String)> {
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
        ("tasks of a job", or_none(workload.tasks, quantity::whole)),
        ("widths in one scan", or_none(workload.widths_per_scan, quantity::whole)),
        ("size", or_none(workload.bytes, quantity::bytes)),
        ("working set", answer::working_set(study, workload)),
        ("pages", or_none(workload.pages, pages)),
        ("instruction set", study.isa.clone()),
        ("passes per measured time", quantity::whole(workload.passes)),
        ("passes to warm up", or_none(warm_up, quantity::whole)),
        ("blocks", quantity::whole(workload.blocks.len() as u64)),
        ("workers proven to be on their CPU", placement(&workload.entries)),
    ])
}

/// How many records of workers say that the worker was on its planned CPU.
fn placement(entries: &[Entry]) -> String {
    let records = entries.iter().flat_map(|entry| &entry.samples).map(Sample::pinned);
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
pub(in super::super) fn machine(study: &Study) -> Vec<(String, String)> {
    let mut facts = described(&study.machine, &study.limits, &study.state);
    facts.extend(plan(study));
    facts
}

/// The same of a machine without a study.
pub(in super::super) fn described(
    machine: &Machine,
    limits: &Limits,
    state: &State,
) -> Vec<(String, String)> {
    let text = |text: &Option<String>| or_unknown(text.clone(), |text| text);
    let whole = |value| or_unknown(value, quantity::whole);
    let bytes = |value| or_unknown(value, quantity::bytes);
    let mut facts = named([
        ("compiler", text(&machine.rustc)),
        ("target", text(&machine.target)),
        ("build profile", text(&machine.profile)),
        ("system", text(&machine.os)),
        ("release", text(&machine.kernel)),
        ("machine", text(&machine.architecture)),
        ("processor", text(&machine.cpu)),
        ("CPU count", whole(machine.logical_cpus)),
        ("physical cores", whole(machine.physical_cores)),
        ("CPUs allowed", allowed(limits)),
        ("CPU quota", or_unknown_or_none(limits.quota_cpus)),
        ("hypervisor", text(&machine.hypervisor)),
        (
            "nominal clock",
            or_unknown(machine.nominal_mhz, |mhz| format!("{} MHz", quantity::exact(mhz))),
        ),
        ("governor", text(&state.governor)),
        ("caches", caches(&machine.caches)),
        ("memory", bytes(machine.memory_bytes)),
        ("page size", bytes(machine.base_page_bytes)),
        ("transparent huge pages", text(&machine.transparent_huge_pages)),
        ("instruction sets", isas(machine)),
    ]);
    for more in [&machine.more, &limits.more, &state.more] {
        facts.extend(more.iter().map(|(name, value)| (name.replace('_', " "), value.clone())));
    }
    facts
}

/// What was asked for, as far as it is known.
fn plan(study: &Study) -> Vec<(String, String)> {
    let plan = &study.plan;
    let seconds = |s: f64| quantity::time((s * 1e9).min(f64::MAX));
    let timer = study.timer;
    let facts = [
        ("fingerprint of machine and build", study.fingerprint.clone()),
        ("preset", plan.preset.clone()),
        ("placement", plan.placement.clone()),
        ("time budget", plan.budget_s.map(seconds)),
        ("precision asked for", plan.precision.map(|precision| quantity::per_cent(precision, 1))),
        ("blocks asked for", plan.blocks.map(quantity::whole)),
        ("step of the clock", timer.and_then(|timer| timer.resolution_ns).map(quantity::time)),
        ("one reading of the clock", timer.and_then(|timer| timer.clock_ns).map(quantity::time)),
        ("one reading of CPU time", timer.and_then(|timer| timer.cpu_clock_ns).map(quantity::time)),
    ];
    let known = facts.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    known.collect()
}

fn allowed(limits: &Limits) -> String {
    match limits.allowed_cpus.len() {
        0 => "unknown".into(),
        count => format!("{} ({count})", ranges(&limits.allowed_cpus)),
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
