//! Names and settings of things: CPU brand, pages, operating system, hypervisor, frequency, switches.
//!
//! Each function answers one question from files under a [`Tree`]; `fill_gaps` asks the `sysinfo`
//! crate where they are silent (other systems than Linux). Separate from [`super::topology`], which
//! placement depends on; nothing depends on these.

use std::collections::BTreeMap;

use sysinfo::{CpuRefreshKind, MemoryRefreshKind, RefreshKind, System};

use super::{Machine, Tree, topology};

/// Brand of the first CPU.
pub(super) fn cpu(tree: &Tree) -> Option<String> {
    tree.field("proc/cpuinfo", "model name")
}

/// The setting in brackets: `always [madvise] never`.
pub(super) fn transparent_huge_pages(tree: &Tree) -> Option<String> {
    let settings = tree.text("sys/kernel/mm/transparent_hugepage/enabled")?;
    let (_, rest) = settings.split_once('[')?;
    Some(rest.split_once(']')?.0.to_owned())
}

/// The operating system's name for people.
pub(super) fn os(tree: &Tree) -> Option<String> {
    let text = tree.text("etc/os-release").or_else(|| tree.text("usr/lib/os-release"))?;
    let name = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(name.trim_matches(['"', '\'']).to_owned())
}

/// The hypervisor by name where files name it, "none" where the CPU's flags lack the one that guests
/// see, unknown otherwise.
pub(super) fn hypervisor(tree: &Tree) -> Option<String> {
    if let Some(kind) = tree.text("sys/hypervisor/type") {
        return Some(kind);
    }
    let flags = tree.field("proc/cpuinfo", "flags")?;
    if !flags.split_whitespace().any(|flag| flag == "hypervisor") {
        return Some("none".into());
    }
    // A guest of KVM is offered KVM's clock, whatever machine its firmware pretends to be.
    let clocks = "sys/devices/system/clocksource/clocksource0/available_clocksource";
    let clocks = tree.text(clocks).unwrap_or_default();
    let by_clock = [("kvm-clock", "KVM"), ("hyperv_", "Hyper-V"), ("xen", "Xen")];
    let by_clock = by_clock.iter().find(|(clock, _)| clocks.contains(clock));
    let firmware = || tree.text("sys/class/dmi/id/sys_vendor");
    let named = by_clock.map(|(_, name)| (*name).to_owned()).or_else(firmware);
    Some(named.unwrap_or_else(|| "present, kind unknown".into()))
}

/// Hardware threads: what the kernel calls its switch, else whether any core has two of them.
pub(super) fn smt(tree: &Tree) -> Option<String> {
    let switch = tree.text(&format!("{}/smt/control", topology::CPUS));
    switch.or_else(|| match tree.number::<u8>(&format!("{}/smt/active", topology::CPUS))? {
        0 => Some("off".into()),
        _ => Some("on".into()),
    })
}

/// Every weakness that the kernel knows, with what it does about it.
pub(super) fn mitigations(tree: &Tree) -> BTreeMap<String, String> {
    let folder = format!("{}/vulnerabilities", topology::CPUS);
    let names = tree.names(&folder).into_iter();
    names.filter_map(|name| Some((name.clone(), tree.text(&format!("{folder}/{name}"))?))).collect()
}

/// The frequency that the first CPU is sold with: from its driver, else from its brand. Never the
/// current one, which says nothing about the next second.
pub(super) fn nominal_mhz(tree: &Tree) -> Option<f64> {
    let cpu = "sys/devices/system/cpu/cpu0";
    let khz = tree.number::<f64>(&format!("{cpu}/cpufreq/base_frequency"));
    khz.map(|khz| khz / 1000.0)
        .or_else(|| tree.number(&format!("{cpu}/acpi_cppc/nominal_freq")))
        .filter(|&mhz| mhz > 0.0)
        .or_else(|| branded_mhz(&self::cpu(tree)?))
}

/// MHz of a brand such as `… CPU @ 2.30GHz`.
fn branded_mhz(brand: &str) -> Option<f64> {
    let (_, frequency) = brand.rsplit_once('@')?;
    let frequency = frequency.trim();
    if let Some(ghz) = frequency.strip_suffix("GHz") {
        return ghz.trim().parse::<f64>().ok().map(|ghz| (ghz * 1000.0).round());
    }
    frequency.strip_suffix("MHz")?.trim().parse().ok()
}

/// Asks `sysinfo` for what is still unknown. Not for the physical cores: where the files do not tell
/// them, it counts logical CPUs.
pub(super) fn fill_gaps(machine: &mut Machine) {
    if machine.os.is_none() {
        machine.os = System::long_os_version().ok();
    }
    if machine.kernel.is_none() {
        machine.kernel = System::kernel_version().ok();
    }
    if machine.cpu.is_some() && machine.memory_bytes.is_some() && machine.logical_cpus.is_some() {
        return;
    }
    let wanted = RefreshKind::nothing()
        .with_cpu(CpuRefreshKind::nothing())
        .with_memory(MemoryRefreshKind::nothing().with_ram());
    let Ok(system) = System::new_with_specifics(wanted) else { return };
    let brand = system.cpus().first().map(|cpu| cpu.brand().trim().to_owned());
    machine.cpu = machine.cpu.take().or(brand.filter(|brand| !brand.is_empty()));
    let cpus = Some(system.cpus().len()).filter(|&cpus| cpus > 0);
    machine.logical_cpus = machine.logical_cpus.or(cpus);
    let memory = Some(system.total_memory()).filter(|&bytes| bytes > 0);
    machine.memory_bytes = machine.memory_bytes.or(memory);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brands_may_carry_a_frequency() {
        assert_eq!(branded_mhz("Intel(R) Core(TM) i7-4770 CPU @ 3.40GHz"), Some(3400.0));
        assert_eq!(branded_mhz("AMD EPYC 9654 96-Core Processor"), None);
    }
}
