//! The facts of a machine as names and values.
//!
//! Separate from the tables because every new fact of the machine comes here. Only this file turns the
//! values into words for people. Next: [`crate::machine`].

use std::collections::BTreeMap;

use super::{Fact, Report};
use crate::machine::build::Build;
use crate::machine::clock::Timer;
use crate::machine::{Cache, Machine};

/// The identity.
pub(super) fn of_machine(report: &Report) -> Vec<Fact> {
    let machine = &report.capture.machine;
    let mut facts = hardware(machine);
    facts.extend(caches(&machine.caches));
    facts.extend(software(machine));
    facts.extend(build(&machine.build));
    facts.push(fact("fingerprint", Some(&report.fingerprint).filter(|word| !word.is_empty())));
    facts
}

fn hardware(machine: &Machine) -> Vec<Fact> {
    let list = |cpus: &Option<Vec<usize>>| cpus.as_deref().map(ids_or_none);
    vec![
        fact("cpu", machine.cpu.as_ref()),
        fact("architecture", machine.architecture.as_ref()),
        fact("logical cpus", machine.logical_cpus),
        fact("physical cores", machine.physical_cores),
        fact("packages", machine.packages),
        fact("memory nodes", machine.nodes),
        fact("offline cpus", list(&machine.offline_cpus)),
        fact("isolated cpus", list(&machine.isolated_cpus)),
        fact("hardware threads (smt)", machine.smt.as_ref()),
        fact("nominal frequency", machine.nominal_mhz.map(|mhz| format!("{mhz} MHz"))),
        fact("microcode", machine.microcode.as_ref()),
        fact("memory", machine.memory_bytes.map(size)),
    ]
}

fn software(machine: &Machine) -> Vec<Fact> {
    let mut facts = vec![
        fact("base page", machine.base_page_bytes.map(size)),
        fact("transparent huge pages", machine.transparent_huge_pages.as_ref()),
        fact("os", machine.os.as_ref()),
        fact("kernel", machine.kernel.as_ref()),
        fact("hypervisor", machine.hypervisor.as_ref()),
    ];
    facts.extend(mitigations(&machine.mitigations));
    facts.extend([
        fact("rustc", machine.rustc.as_ref()),
        fact("target", machine.target.as_ref()),
        fact("profile", machine.profile.as_ref()),
    ]);
    facts
}

fn build(build: &Build) -> Vec<Fact> {
    let words = |list: &[String], separator: &str| match list {
        [] => "none".to_owned(),
        list => list.join(separator),
    };
    let assertions = if build.debug_assertions { "on" } else { "off" };
    vec![
        fact("optimisation level", build.opt_level.as_ref()),
        fact("debug assertions", Some(assertions)),
        fact("compiler flags", Some(words(&build.rustflags, " "))),
        fact("target features", Some(words(&build.target_features, ", "))),
    ]
}

/// What the process may use.
pub(super) fn of_limits(report: &Report) -> Vec<Fact> {
    let limits = &report.capture.limits;
    let quota = limits.quota_cpus.map(|cpus| {
        let file = limits.quota_file.as_deref().unwrap_or("unknown file");
        format!("{cpus} CPUs, set by {file}")
    });
    let memory = limits.memory_bytes.map(size);
    let allowed = Some(&limits.allowed_cpus).filter(|cpus| !cpus.is_empty());
    vec![
        fact("allowed cpus", allowed.map(|cpus| ids(cpus))),
        fact("cpu set", limits.cpuset_cpus.as_deref().map(ids_or_none)),
        fact("quota", Some(quota.unwrap_or_else(|| "none that can be seen".into()))),
        fact("effective cpus", Some(report.effective_cpus)),
        fact("memory limit", Some(memory.unwrap_or_else(|| "none that can be seen".into()))),
    ]
}

/// What was going on.
pub(super) fn of_state(report: &Report) -> Vec<Fact> {
    let state = &report.capture.state;
    let load = state
        .load_average
        .map(|[one, five, fifteen]| format!("{one}, {five}, {fifteen} over 1, 5, 15 minutes"));
    let pressure = state.cpu_pressure_percent.map(|percent| format!("{percent} % of 10 s"));
    let pages = report.large_samples_pages.map(|pages| pages.to_string());
    vec![
        fact("measured clock", state.clock_mhz.map(|mhz| format!("{mhz:.0} MHz"))),
        fact("governor", state.governor.as_ref()),
        fact("boost", state.boost.as_ref()),
        fact("load average", load),
        fact("running threads", state.running_threads),
        fact("waiting for a cpu", pressure),
        fact("available memory", state.available_memory_bytes.map(size)),
        fact("large samples get", pages),
        fact("a clock reading takes", report.timer.map(|timer| clock(&timer))),
    ]
}

/// `25 ns (CPU time 310 ns), steps of 1 ns`.
fn clock(timer: &Timer) -> String {
    let cpu = timer.cpu_clock_ns.map_or("unknown".into(), |ns| format!("{ns:.0} ns"));
    let Timer { clock_ns, resolution_ns, .. } = timer;
    format!("{clock_ns:.0} ns (CPU time {cpu}), steps of {resolution_ns} ns")
}

fn fact(name: &str, value: Option<impl ToString>) -> Fact {
    (name.into(), value.map(|value| value.to_string()))
}

/// One line for each level, kind and size: `2 x 48 KiB, of cpus 0-1; 2-3`.
fn caches(caches: &[Cache]) -> Vec<Fact> {
    let mut alike: BTreeMap<(u32, &str, u64), Vec<String>> = BTreeMap::new();
    for cache in caches {
        let key = (cache.level, cache.kind.as_str(), cache.bytes);
        alike.entry(key).or_default().push(ids(&cache.shared_by_cpus));
    }
    let line = |((level, kind, bytes), cpus): ((u32, &str, u64), Vec<String>)| {
        let text = format!("{} x {}, of cpus {}", cpus.len(), size(bytes), cpus.join("; "));
        (format!("L{level} {kind}"), Some(text))
    };
    alike.into_iter().map(line).collect()
}

/// One line for each weakness that something is done about or that is open, and one for the rest.
fn mitigations(mitigations: &BTreeMap<String, String>) -> Vec<Fact> {
    if mitigations.is_empty() {
        return vec![("mitigations".into(), None)];
    }
    let (unaffected, affected): (Vec<_>, Vec<_>) =
        mitigations.iter().partition(|(_, state)| *state == "Not affected");
    let line = |(name, state): (&String, &String)| (name.clone(), Some(state.clone()));
    let mut facts: Vec<Fact> = affected.into_iter().map(line).collect();
    let names: Vec<&str> = unaffected.into_iter().map(|(name, _)| name.as_str()).collect();
    if !names.is_empty() {
        facts.push(fact("not affected by", Some(names.join(", "))));
    }
    facts
}

/// Ascending ids as text, neighbours as ranges: `0-3, 8`.
pub(super) fn ids(cpus: &[usize]) -> String {
    let texts: Vec<String> = cpus
        .chunk_by(|&cpu, &next| next == cpu + 1)
        .map(|run| match run {
            [only] => only.to_string(),
            run => format!("{}-{}", run[0], run[run.len() - 1]),
        })
        .collect();
    texts.join(", ")
}

fn ids_or_none(cpus: &[usize]) -> String {
    if cpus.is_empty() { "none".into() } else { ids(cpus) }
}

/// Bytes in the largest binary unit that leaves a number of at least 1.
fn size(bytes: u64) -> String {
    let units = [(1_u64 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let Some((unit, name)) = units.into_iter().find(|(unit, _)| bytes >= *unit) else {
        return format!("{bytes} bytes");
    };
    let text = format!("{:.1}", bytes as f64 / unit as f64);
    format!("{} {name}", text.trim_end_matches(".0"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_the_largest_fitting_unit() {
        assert_eq!(size(48 << 10), "48 KiB");
        assert_eq!(size(25_276_510_208), "23.5 GiB");
        assert_eq!(size(100), "100 bytes");
    }

    #[test]
    fn neighbouring_ids_are_ranges() {
        assert_eq!(ids(&[0, 1, 2, 4, 8, 9]), "0-2, 4, 8-9");
        assert_eq!(ids(&[]), "");
        assert_eq!(ids_or_none(&[]), "none");
    }

    #[test]
    fn equal_caches_share_a_line() {
        let cache = |bytes, cpus: &[usize]| Cache {
            level: 1,
            kind: "data".into(),
            bytes,
            shared_by_cpus: cpus.to_vec(),
        };
        let lines =
            caches(&[cache(32 << 10, &[8]), cache(48 << 10, &[0, 1]), cache(48 << 10, &[2])]);
        let texts: Vec<_> = lines.iter().map(|(_, text)| text.as_deref().unwrap()).collect();
        assert_eq!(texts, ["1 x 32 KiB, of cpus 8", "2 x 48 KiB, of cpus 0-1; 2"]);
    }

    #[test]
    fn weaknesses_without_effect_share_a_line() {
        let found =
            [("mds", "Not affected"), ("l1tf", "Not affected"), ("spectre_v2", "Retpolines")];
        let found = found.map(|(name, state)| (name.to_owned(), state.to_owned()));
        let lines = mitigations(&found.into());
        assert_eq!(lines[0], ("spectre_v2".into(), Some("Retpolines".into())));
        assert_eq!(lines[1], ("not affected by".into(), Some("l1tf, mds".into())));
    }
}
