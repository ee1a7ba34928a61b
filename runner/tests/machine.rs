//! Machines made up as trees of small files: every fact is read, and what is absent is unknown.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::Path;

use runner::machine::{Cache, Machine, Tree, describe};
use tempfile::TempDir;

fn tree(files: &[(&str, &str)]) -> (TempDir, Tree) {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        write(folder.path(), path, text);
    }
    let tree = Tree::new(folder.path());
    (folder, tree)
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("{text}\n")).unwrap();
}

/// Two cores with two threads each, a shared last cache, one CPU offline.
fn two_cores() -> (TempDir, Tree) {
    let (folder, tree) = tree(&[
        ("sys/devices/system/cpu/online", "0-3"),
        ("proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU @ 3.40GHz\nflags\t\t: fpu sse"),
        ("proc/meminfo", "MemTotal:       16384 kB\nMemFree: 1 kB"),
        ("proc/self/smaps", "5581-5582 r--p\nSize: 4 kB\nKernelPageSize:        4 kB"),
        ("proc/sys/kernel/osrelease", "6.1.0-test"),
        ("etc/os-release", "NAME=x\nPRETTY_NAME=\"Some Linux 12\""),
        ("sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never"),
        ("proc/self/cgroup", "0::/"),
    ]);
    for cpu in 0..5 {
        let cpu_folder = format!("sys/devices/system/cpu/cpu{cpu}");
        let siblings = if cpu % 2 == 0 { "0,2" } else { "1,3" };
        let file = |path: &str, text: &str| {
            write(folder.path(), &format!("{cpu_folder}/{path}"), text);
        };
        file("topology/core_cpus_list", siblings);
        file("cpufreq/scaling_governor", if cpu == 3 { "powersave" } else { "performance" });
        for (index, level, kind, size, shared) in
            [(0, "1", "Data", "48K", siblings), (3, "3", "Unified", "32M", "0-3")]
        {
            file(&format!("cache/index{index}/level"), level);
            file(&format!("cache/index{index}/type"), kind);
            file(&format!("cache/index{index}/size"), size);
            file(&format!("cache/index{index}/shared_cpu_list"), shared);
        }
    }
    (folder, tree)
}

#[test]
fn a_machine_is_read_from_its_files() {
    let (_folder, tree) = two_cores();
    let cache = |level, kind: &str, bytes, cpus: &[usize]| Cache {
        level,
        kind: kind.into(),
        bytes,
        shared_by_cpus: cpus.to_vec(),
    };
    let expected = Machine {
        cpu: Some("Some CPU @ 3.40GHz".into()),
        logical_cpus: Some(4),
        physical_cores: Some(2),
        caches: vec![
            cache(1, "data", 49_152, &[0, 2]),
            cache(1, "data", 49_152, &[1, 3]),
            cache(3, "unified", 32 << 20, &[0, 1, 2, 3]),
        ],
        memory_bytes: Some(16 << 20),
        base_page_bytes: Some(4096),
        transparent_huge_pages: Some("madvise".into()),
        os: Some("Some Linux 12".into()),
        kernel: Some("6.1.0-test".into()),
        hypervisor: Some("none".into()),
        governor: Some("performance, powersave".into()),
        nominal_mhz: Some(3400.0),
        ..Machine::default()
    };
    assert_eq!(describe(&tree), expected);
}

#[test]
fn an_empty_tree_is_an_unknown_machine() {
    let (_folder, tree) = tree(&[]);
    assert_eq!(describe(&tree), Machine::default());
}

#[test]
fn the_drivers_frequency_wins_over_the_brand() {
    let (folder, tree) = two_cores();
    write(folder.path(), "sys/devices/system/cpu/cpu0/cpufreq/base_frequency", "2300000");
    assert_eq!(describe(&tree).nominal_mhz, Some(2300.0));
}

#[test]
fn damaged_files_are_unknown_rather_than_wrong() {
    let (folder, tree) = two_cores();
    write(folder.path(), "sys/devices/system/cpu/cpu1/topology/core_cpus_list", "1-x");
    write(folder.path(), "sys/kernel/mm/transparent_hugepage/enabled", "?");
    write(folder.path(), "proc/meminfo", "MemTotal: lots");
    let machine = describe(&tree);
    assert_eq!(machine.physical_cores, None);
    assert_eq!((machine.transparent_huge_pages, machine.memory_bytes), (None, None));
}

#[test]
fn guests_name_their_hypervisor_as_far_as_files_do() {
    let guest = ("proc/cpuinfo", "flags : fpu hypervisor");
    let clock = "sys/devices/system/clocksource/clocksource0/available_clocksource";
    let vendor = ("sys/class/dmi/id/sys_vendor", "Some Vendor");
    let hypervisor = |files: &[(&str, &str)]| describe(&tree(files).1).hypervisor.unwrap();
    assert_eq!(hypervisor(&[guest, (clock, "tsc kvm-clock acpi_pm"), vendor]), "KVM");
    assert_eq!(hypervisor(&[guest, vendor]), "Some Vendor");
    assert_eq!(hypervisor(&[guest]), "present, kind unknown");
    assert_eq!(hypervisor(&[("sys/hypervisor/type", "xen")]), "xen");
}

fn quota(files: &[(&str, &str)]) -> Option<f64> {
    let (_folder, tree) = tree(files);
    describe(&tree).quota_cpus
}

#[test]
fn quotas_of_version_2_are_the_tightest_on_the_way_up() {
    let group = ("proc/self/cgroup", "0::/a/b");
    let outer = ("sys/fs/cgroup/a/cpu.max", "150000 100000");
    assert_eq!(quota(&[group, outer, ("sys/fs/cgroup/a/b/cpu.max", "max 100000")]), Some(1.5));
    assert_eq!(quota(&[group, outer, ("sys/fs/cgroup/a/b/cpu.max", "50000 100000")]), Some(0.5));
    assert_eq!(quota(&[group, ("sys/fs/cgroup/cpu.max", "max 100000")]), None);
    // Inside a container the group's path is the host's, and only the root is mounted.
    assert_eq!(quota(&[group, ("sys/fs/cgroup/cpu.max", "200000 100000")]), Some(2.0));
}

#[test]
fn quotas_of_version_1_are_read_from_the_cpu_controller() {
    let group = ("proc/self/cgroup", "5:memory:/m\n4:cpu,cpuacct:/job\n0::/");
    let files = |quota: &'static str| {
        [
            group,
            ("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", quota),
            ("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000"),
        ]
    };
    assert_eq!(quota(&files("250000")), Some(2.5));
    assert_eq!(quota(&files("-1")), None);
}
