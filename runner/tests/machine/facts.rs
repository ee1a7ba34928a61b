//! Names, sizes and settings: every fact is read, and what is absent or damaged is unknown.

use runner::machine::{Cache, Capture, Limits, Machine, State, describe};

use crate::made_up::{CPUS, MadeUp};
use crate::shapes;

/// A guest with everything that files tell.
fn talkative() -> MadeUp {
    let tree = shapes::guest();
    tree.write_all(&[
        (
            "proc/cpuinfo",
            "processor\t: 0\nmodel name\t: Some CPU @ 3.40GHz\nmicrocode\t: 0xf\nflags\t\t: fpu sse",
        ),
        ("proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB\nMemAvailable:  8192 kB"),
        ("proc/self/smaps", "5581-5582 r--p\nSize: 4 kB\nKernelPageSize:        4 kB"),
        ("proc/sys/kernel/osrelease", "6.1.0-test"),
        ("proc/loadavg", "1.50 0.25 0.00 2/84 7015"),
        ("proc/pressure/cpu", "some avg10=2.50 avg60=0.15 avg300=0.38 total=11"),
        ("etc/os-release", "NAME=x\nPRETTY_NAME=\"Some Linux 12\""),
        ("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never"),
        (&format!("{CPUS}/smt/control"), "on"),
        (&format!("{CPUS}/vulnerabilities/mds"), "Not affected"),
        (&format!("{CPUS}/vulnerabilities/spectre_v2"), "Mitigation: Retpolines"),
        (&format!("{CPUS}/cpufreq/boost"), "0"),
    ]);
    tree.write_of(0, "cpufreq/scaling_governor", "performance");
    tree.write_of(1, "cpufreq/scaling_governor", "powersave");
    tree
}

#[test]
fn a_machine_is_read_from_its_files() {
    let machine = describe(&talkative().tree());
    let cache = |level, kind: &str, bytes, cpus: &[usize]| Cache {
        level,
        kind: kind.into(),
        bytes,
        shared_by_cpus: cpus.to_vec(),
    };
    let each = |level, kind, bytes| [0, 1].map(|cpu| cache(level, kind, bytes, &[cpu]));
    let expected = Machine {
        cpu: Some("Some CPU @ 3.40GHz".into()),
        logical_cpus: Some(2),
        physical_cores: Some(2),
        packages: Some(1),
        nodes: Some(1),
        topology: machine.topology.clone(), // has its own tests
        offline_cpus: Some(vec![]),
        isolated_cpus: Some(vec![]),
        smt: Some("on".into()),
        caches: [
            &each(1, "data", 48 << 10)[..],
            &each(1, "instruction", 32 << 10),
            &each(2, "unified", 2 << 20),
            &[cache(3, "unified", 32 << 20, &[0, 1])],
        ]
        .concat(),
        memory_bytes: Some(16 << 20),
        base_page_bytes: Some(4096),
        transparent_huge_pages: Some("madvise".into()),
        os: Some("Some Linux 12".into()),
        kernel: Some("6.1.0-test".into()),
        hypervisor: Some("none".into()),
        nominal_mhz: Some(3400.0),
        microcode: Some("0xf".into()),
        mitigations: [("mds", "Not affected"), ("spectre_v2", "Mitigation: Retpolines")]
            .map(|(name, state)| (name.into(), state.into()))
            .into(),
        ..Machine::default()
    };
    assert_eq!(machine, expected);
}

#[test]
fn the_state_is_read_from_its_files() {
    let expected = State {
        governor: Some("performance, powersave".into()),
        boost: Some("off".into()),
        clock_mhz: None,
        load_average: Some([1.5, 0.25, 0.0]),
        running_threads: Some(2),
        available_memory_bytes: Some(8 << 20),
        cpu_pressure_percent: Some(2.5),
    };
    assert_eq!(State::read(&talkative().tree()), expected);
}

#[test]
fn turbo_is_forbidden_by_one_driver_and_allowed_by_the_others() {
    let boost = |file: &str, text: &str| {
        State::read(&MadeUp::of(&[(&format!("{CPUS}/{file}"), text)]).tree()).boost
    };
    assert_eq!(boost("intel_pstate/no_turbo", "1").unwrap(), "off");
    assert_eq!(boost("intel_pstate/no_turbo", "0").unwrap(), "on");
    assert_eq!(boost("cpufreq/boost", "1").unwrap(), "on");
    assert_eq!(boost("cpufreq/boost", "?"), None);
}

#[test]
fn an_empty_tree_is_an_unknown_machine() {
    let files = MadeUp::empty();
    let tree = files.tree();
    assert_eq!(describe(&tree), Machine::default());
    assert_eq!(State::read(&tree), State::default());
    assert_eq!(Limits::read(&tree, &[]), Limits::default());
}

#[test]
fn the_drivers_frequency_wins_over_the_brand() {
    let tree = talkative();
    tree.write_of(0, "cpufreq/base_frequency", "2300000");
    assert_eq!(describe(&tree.tree()).nominal_mhz, Some(2300.0));
}

#[test]
fn damaged_files_are_unknown_rather_than_wrong() {
    let tree = talkative();
    tree.write_all(&[
        ("sys/kernel/mm/transparent_hugepage/enabled", "?"),
        ("proc/meminfo", "MemTotal: lots"),
        (&format!("{CPUS}/isolated"), "none"),
    ]);
    let machine = describe(&tree.tree());
    assert_eq!((machine.transparent_huge_pages, machine.memory_bytes), (None, None));
    assert_eq!(machine.isolated_cpus, None);
}

#[test]
fn hardware_threads_are_on_or_off_without_a_switch_too() {
    let smt =
        |text: &str| describe(&MadeUp::of(&[(&format!("{CPUS}/smt/active"), text)]).tree()).smt;
    assert_eq!((smt("0").unwrap().as_str(), smt("1").unwrap().as_str()), ("off", "on"));
    assert_eq!(smt("?"), None);
}

#[test]
fn guests_name_their_hypervisor_as_far_as_files_do() {
    let guest = ("proc/cpuinfo", "flags : fpu hypervisor");
    let clock = "sys/devices/system/clocksource/clocksource0/available_clocksource";
    let vendor = ("sys/class/dmi/id/sys_vendor", "Some Vendor");
    let hypervisor =
        |files: &[(&str, &str)]| describe(&MadeUp::of(files).tree()).hypervisor.unwrap();
    assert_eq!(hypervisor(&[guest, (clock, "tsc kvm-clock acpi_pm"), vendor]), "KVM");
    assert_eq!(hypervisor(&[guest, vendor]), "Some Vendor");
    assert_eq!(hypervisor(&[guest]), "present, kind unknown");
    assert_eq!(hypervisor(&[("sys/hypervisor/type", "xen")]), "xen");
}

#[test]
fn every_part_survives_its_json() {
    let (files, container) = (talkative(), shapes::container());
    let tree = files.tree();
    let capture = Capture {
        machine: describe(&tree),
        limits: Limits::read(&container.tree(), &[0, 1, 8, 9]),
        state: State::read(&tree),
    };
    let text = serde_json::to_string(&capture).unwrap();
    assert_eq!(serde_json::from_str::<Capture>(&text).unwrap(), capture);
}

#[test]
fn two_captures_of_this_machine_are_of_one_machine() {
    let (first, second) = (runner::machine::capture(), runner::machine::capture());
    assert_eq!(first.machine.fingerprint(), second.machine.fingerprint());
    assert!(first.limits.effective_cpus(&first.machine.topology) > 0.0);
    assert_eq!(first.machine.build.debug_assertions, cfg!(debug_assertions));
}
