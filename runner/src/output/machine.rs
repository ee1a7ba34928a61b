//! The machine, laid out for people.
//!
//! Pure layout; next: [`crate::machine`], which finds the facts.

use std::io::{self, Write};

use comfy_table::{Table, presets};
use serde::Serialize;

use crate::machine::pages::Pages;
use crate::machine::{Cache, Machine};

/// What `parzen machine` shows.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// The machine object of `study.json`.
    #[serde(flatten)]
    pub machine: Machine,
    /// The pages that large samples really got here; `None` is unknown.
    pub large_samples_pages: Option<Pages>,
}

/// Writes one fact per line and a table of the instruction sets.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let Report { machine, large_samples_pages: pages } = report;
    let mut facts = Table::new();
    facts.load_style(presets::NOTHING);
    for (name, value) in facts_of(machine) {
        facts.add_row([name, &value.unwrap_or_else(|| "unknown".into())]);
    }
    for cache in &machine.caches {
        facts.add_row([format!("L{} {}", cache.level, cache.kind), cache_text(cache)]);
    }
    let pages = pages.map_or("unknown".into(), |pages| pages.to_string());
    facts.add_row(["large samples get", &pages]);
    if let Some(names) = facts.column_mut(0) {
        names.set_padding((0, 1));
    }
    writeln!(out, "{}", facts.trim_fmt())?;

    let mut isas = Table::new();
    isas.load_style(presets::UTF8_FULL_CONDENSED);
    isas.set_header(["instruction set", "available", "requires"]);
    for isa in &machine.isas {
        let available = if isa.available { "yes" } else { "no" };
        isas.add_row([isa.name.as_str(), available, &isa.requires]);
    }
    writeln!(out, "{}", isas.trim_fmt())
}

/// Names and values, `None` where unknown.
fn facts_of(machine: &Machine) -> Vec<(&'static str, Option<String>)> {
    let number = |value: Option<usize>| value.map(|value| value.to_string());
    let ids: Vec<String> = machine.allowed_cpus.iter().map(ToString::to_string).collect();
    let quota = machine.quota_cpus.map(|cpus| format!("{cpus} CPUs"));
    vec![
        ("cpu", machine.cpu.clone()),
        ("architecture", machine.architecture.clone()),
        ("logical cpus", number(machine.logical_cpus)),
        ("physical cores", number(machine.physical_cores)),
        ("allowed cpus", (!ids.is_empty()).then(|| ids.join(", "))),
        ("quota", Some(quota.unwrap_or_else(|| "none or unknown".into()))),
        ("nominal frequency", machine.nominal_mhz.map(|mhz| format!("{mhz} MHz"))),
        ("governor", machine.governor.clone()),
        ("memory", machine.memory_bytes.map(size)),
        ("base page", machine.base_page_bytes.map(size)),
        ("transparent huge pages", machine.transparent_huge_pages.clone()),
        ("os", machine.os.clone()),
        ("kernel", machine.kernel.clone()),
        ("hypervisor", machine.hypervisor.clone()),
        ("rustc", machine.rustc.clone()),
        ("target", machine.target.clone()),
        ("profile", machine.profile.clone()),
    ]
}

/// `48 KiB, shared by cpus 0, 1`.
fn cache_text(cache: &Cache) -> String {
    let ids: Vec<String> = cache.shared_by_cpus.iter().map(ToString::to_string).collect();
    match ids.len() {
        1 => format!("{}, of cpu {}", size(cache.bytes), ids[0]),
        _ => format!("{}, shared by cpus {}", size(cache.bytes), ids.join(", ")),
    }
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
    fn what_is_unknown_is_said_to_be() {
        let mut bytes = Vec::new();
        write(&mut bytes, &Report::default()).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.matches("unknown").count(), facts_of(&Machine::default()).len() + 1);
    }

    #[test]
    fn sizes_are_in_the_largest_fitting_unit() {
        assert_eq!(size(48 << 10), "48 KiB");
        assert_eq!(size(25_276_510_208), "23.5 GiB");
        assert_eq!(size(100), "100 bytes");
    }
}
