//! The machines that placement is tested on.

use std::sync::OnceLock;

use runner::machine::{Limits, Machine, describe};

use crate::made_up::{CPUS, MadeUp, Site};

/// A made-up machine, as it was read.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) machine: Machine,
    /// Of a process that may use some of its CPUs.
    pub(crate) limits: Limits,
}

/// Every shape. Written to files and read once for all tests: files take longer than anything else.
pub(crate) fn all() -> &'static [Shape] {
    static ALL: OnceLock<Vec<Shape>> = OnceLock::new();
    ALL.get_or_init(read_all)
}

fn read_all() -> Vec<Shape> {
    let shapes: Vec<(_, fn() -> MadeUp, _)> = vec![
        ("desktop", desktop, (0..16).collect()),
        ("two sockets", two_sockets, (0..8).collect()),
        ("two sockets, two caches each", two_sockets_two_caches, (0..16).collect()),
        ("one small socket", small_socket, (0..12).collect()),
        ("hybrid", hybrid, (0..20).collect()),
        ("offline", offline, vec![0, 1, 2, 4, 5]),
        ("isolated", isolated, vec![0, 1, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15]),
        ("container", container, vec![0, 1, 8, 9]),
        ("renumbered container", renumbered_container, vec![4, 5]),
        ("guest", guest, vec![0, 1]),
        ("big and little", big_and_little, (0..8).collect()),
        ("empty", MadeUp::empty, vec![3, 5]),
    ];
    let read = |(name, make, allowed): (_, fn() -> MadeUp, Vec<usize>)| {
        let files = make();
        let tree = files.tree();
        Shape { name, machine: describe(&tree), limits: Limits::read(&tree, &allowed) }
    };
    shapes.into_iter().map(read).collect()
}

/// One package of 8 cores with two hardware threads (i and i + 8), one level-3 cache, and favoured
/// cores that differ by a bin.
pub(crate) fn desktop() -> MadeUp {
    let site = |id: usize| Site {
        id,
        package: 0,
        core: id % 8,
        node: Some(0),
        l2: Some(id % 8),
        l3: Some(0),
    };
    let tree = MadeUp::machine(&(0..16).map(site).collect::<Vec<_>>());
    for id in 0..16 {
        tree.write_of(id, "acpi_cppc/highest_perf", &(166 - 5 * (id % 8)).to_string());
        let khz = if id % 8 < 2 { 5_700_000 } else { 5_500_000 };
        tree.write_of(id, "cpufreq/cpuinfo_max_freq", &khz.to_string());
    }
    tree.write(&format!("{CPUS}/smt/control"), "on");
    tree
}

/// Two packages of 4 cores, hardware threads off; ids alternate between the packages.
pub(crate) fn two_sockets() -> MadeUp {
    let site = |id: usize| Site {
        id,
        package: id % 2,
        core: id,
        node: Some(id % 2),
        l2: Some(id),
        l3: Some(id % 2),
    };
    let tree = MadeUp::machine(&(0..8).map(site).collect::<Vec<_>>());
    tree.write(&format!("{CPUS}/smt/control"), "off");
    tree
}

/// Two packages with two level-3 caches each, two cores at each, two hardware threads (i and i + 8).
pub(crate) fn two_sockets_two_caches() -> MadeUp {
    let site = |id: usize| {
        let core = id % 8;
        let package = core / 4;
        Site { id, package, core, node: Some(package), l2: Some(core), l3: Some(core / 2) }
    };
    MadeUp::machine(&(0..16).map(site).collect::<Vec<_>>())
}

/// A package with one level-3 cache (cores 0 to 3), and one with two (4 to 7, 8 to 11).
pub(crate) fn small_socket() -> MadeUp {
    let site = |id: usize| {
        let package = usize::from(id >= 4);
        Site { id, package, core: id, node: Some(package), l2: Some(id), l3: Some(id / 4) }
    };
    MadeUp::machine(&(0..12).map(site).collect::<Vec<_>>())
}

/// 6 fast cores with two hardware threads (2i and 2i + 1), then 8 efficient ones, four of which share
/// a level-2 cache; one level-3 cache for all.
pub(crate) fn hybrid() -> MadeUp {
    let site = |id: usize| {
        let core = if id < 12 { id / 2 } else { id - 6 };
        let l2 = if id < 12 { core } else { 6 + (id - 12) / 4 };
        Site { id, package: 0, core, node: Some(0), l2: Some(l2), l3: Some(0) }
    };
    let tree = MadeUp::machine(&(0..20).map(site).collect::<Vec<_>>());
    tree.write_all(&[
        ("sys/devices/cpu_core/cpus", "0-11"),
        ("sys/devices/cpu_atom/cpus", "12-19"),
    ]);
    tree
}

/// 4 cores with two hardware threads (i and i + 4), of which CPUs 3, 6 and 7 are switched off.
pub(crate) fn offline() -> MadeUp {
    let site = |id: usize| Site {
        id,
        package: 0,
        core: id % 4,
        node: None,
        l2: Some(id % 4),
        l3: Some(0),
    };
    let tree = MadeUp::machine(&[0, 1, 2, 4, 5].map(site));
    tree.write_all(&[(&format!("{CPUS}/present"), "0-7"), (&format!("{CPUS}/offline"), "3,6-63")]);
    tree
}

/// The desktop with two cores that the scheduler leaves alone.
fn isolated() -> MadeUp {
    let tree = desktop();
    tree.write(&format!("{CPUS}/isolated"), "2-3,10-11");
    tree
}

/// Two cores of the desktop and a quota of 1.5 CPUs, which stands in a group further out.
pub(crate) fn container() -> MadeUp {
    let tree = desktop();
    tree.write_all(&[
        ("proc/self/cgroup", "0::/pods/one/inner"),
        ("proc/self/mountinfo", "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"),
        ("sys/fs/cgroup/cpuset.cpus.effective", "0-15"),
        ("sys/fs/cgroup/pods/cpu.max", "400000 100000"),
        ("sys/fs/cgroup/pods/one/cpu.max", "150000 100000"),
        ("sys/fs/cgroup/pods/one/cpuset.cpus.effective", "0-1,8-9"),
        ("sys/fs/cgroup/pods/one/inner/cpu.max", "max 100000"),
    ]);
    tree
}

/// Two cores of the desktop, where a container manager shows a list of its own of the CPUs that are
/// online: as many as the container has, numbered from 0.
pub(crate) fn renumbered_container() -> MadeUp {
    let tree = desktop();
    tree.write(&format!("{CPUS}/online"), "0-1");
    tree
}

/// A guest with two CPUs, which tells neither frequencies nor clusters, with control groups of version
/// 1 and nothing in those of version 2.
pub(crate) fn guest() -> MadeUp {
    let site =
        |id: usize| Site { id, package: 0, core: id, node: Some(0), l2: Some(id), l3: Some(0) };
    let tree = MadeUp::machine(&[site(0), site(1)]);
    for id in 0..2 {
        tree.write_of(id, "topology/cluster_id", "65535");
        tree.write_of(id, "cpu_capacity", "1024");
    }
    tree.write_all(&[
        ("proc/cpuinfo", "model name : Some CPU\nflags : fpu hypervisor\nmicrocode : 0x1"),
        ("proc/self/cgroup", "3:cpuset:/\n1:cpu:/\n0::/"),
        (
            "proc/self/mountinfo",
            "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n\
             34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n\
             41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
        ),
        ("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1"),
        ("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000"),
        ("sys/fs/cgroup/cpuset/cpuset.cpus", "0-1"),
        ("sys/fs/cgroup/unified/cgroup.procs", "1"),
        (&format!("{CPUS}/smt/control"), "notsupported"),
    ]);
    tree
}

/// 4 small cores and 4 big ones, rated by capacity; a level-2 cache for each four, nothing above it.
pub(crate) fn big_and_little() -> MadeUp {
    let site =
        |id: usize| Site { id, package: 0, core: id, node: None, l2: Some(id / 4), l3: None };
    let tree = MadeUp::machine(&(0..8).map(site).collect::<Vec<_>>());
    for id in 0..8 {
        tree.write_of(id, "cpu_capacity", if id < 4 { "446" } else { "1024" });
    }
    tree
}
