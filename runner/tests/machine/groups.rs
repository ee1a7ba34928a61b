//! Control groups of both versions: quotas, CPU sets and throttling, however they are mounted.

use runner::machine::counters::SystemReader;
use runner::machine::{Limits, State, Topology};

use crate::made_up::MadeUp;
use crate::shapes;

const ON_V2: &str = "31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw";

fn limits(files: &[(&str, &str)]) -> Limits {
    Limits::read(&MadeUp::of(files).tree(), &[0, 1])
}

fn quota(files: &[(&str, &str)]) -> Option<f64> {
    limits(files).quota_cpus
}

#[test]
fn a_container_shows_its_set_and_the_quota_of_an_outer_group() {
    let files = shapes::container();
    let tree = files.tree();
    let limits = Limits::read(&tree, &(0..16).collect::<Vec<_>>());
    assert_eq!(limits.quota_cpus, Some(1.5));
    assert_eq!(limits.quota_file.as_deref(), Some("/sys/fs/cgroup/pods/one/cpu.max"));
    assert_eq!(limits.cpuset_cpus, Some(vec![0, 1, 8, 9]));
    assert!((limits.effective_cpus(&Topology::read(&tree)) - 1.5).abs() < 1e-12);
}

#[test]
fn a_guest_without_limits_has_its_set_only() {
    let files = shapes::guest();
    let expected =
        Limits { allowed_cpus: vec![0, 1], cpuset_cpus: Some(vec![0, 1]), ..Limits::default() };
    assert_eq!(Limits::read(&files.tree(), &[0, 1]), expected);
}

#[test]
fn quotas_of_version_2_are_the_tightest_on_the_way_up() {
    let group = ("proc/self/cgroup", "0::/a/b");
    let outer = ("sys/fs/cgroup/a/cpu.max", "150000 100000");
    for mounts in [ON_V2, "nothing of interest"] {
        let mounts = ("proc/self/mountinfo", mounts);
        let inner = |text| ("sys/fs/cgroup/a/b/cpu.max", text);
        assert_eq!(quota(&[group, mounts, outer, inner("max 100000")]), Some(1.5));
        assert_eq!(quota(&[group, mounts, outer, inner("50000 100000")]), Some(0.5));
        assert_eq!(quota(&[group, mounts, ("sys/fs/cgroup/cpu.max", "max 100000")]), None);
        // Inside a container the group's path is the host's, and only the root is mounted.
        assert_eq!(quota(&[group, mounts, ("sys/fs/cgroup/cpu.max", "200000 100000")]), Some(2.0));
    }
}

#[test]
fn quotas_of_version_1_are_the_tightest_on_the_way_up() {
    let files = |inner: &'static str, outer: &'static str| {
        [
            ("proc/self/cgroup", "5:memory:/m\n4:cpu,cpuacct:/job/step\n0::/"),
            ("sys/fs/cgroup/cpu,cpuacct/job/step/cpu.cfs_quota_us", inner),
            ("sys/fs/cgroup/cpu,cpuacct/job/step/cpu.cfs_period_us", "100000"),
            ("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", outer),
            ("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "50000"),
        ]
    };
    assert_eq!(quota(&files("250000", "-1")), Some(2.5));
    assert_eq!(quota(&files("250000", "75000")), Some(1.5));
    assert_eq!(quota(&files("-1", "-1")), None);
}

#[test]
fn version_1_is_found_where_it_is_mounted() {
    let found = limits(&[
        ("proc/self/cgroup", "4:cpuacct,cpu:/host/box\n3:cpuset:/host/box\n0::/"),
        (
            "proc/self/mountinfo",
            "40 1 0:30 /host/box /groups/cpu rw - cgroup cgroup rw,cpu,cpuacct\n\
             41 1 0:31 /host /groups/set rw - cgroup cgroup rw,cpuset",
        ),
        ("groups/cpu/cpu.cfs_quota_us", "150000"),
        ("groups/cpu/cpu.cfs_period_us", "100000"),
        ("groups/set/cpuset.cpus", "0-7"),
        ("groups/set/box/cpuset.cpus", "2-3"),
        ("groups/set/box/cpuset.effective_cpus", "2"),
    ]);
    assert_eq!(found.quota_file.as_deref(), Some("/groups/cpu/cpu.cfs_quota_us"));
    assert_eq!((found.quota_cpus, found.cpuset_cpus), (Some(1.5), Some(vec![2])));
}

#[test]
fn a_path_out_of_the_namespace_leaves_the_mount() {
    let files = |path: &'static str, root: &'static str| {
        [
            ("proc/self/cgroup", path),
            ("proc/self/mountinfo", root),
            ("sys/fs/cgroup/cpu.max", "300000 100000"),
            ("sys/fs/cpu.max", "100000 100000"), // what climbing out would find
        ]
    };
    let above = "31 23 0:28 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw";
    assert_eq!(quota(&files("0::/../../other", ON_V2)), Some(3.0));
    assert_eq!(quota(&files("0::/", above)), Some(3.0));
}

#[test]
fn with_both_versions_the_one_with_the_controller_counts() {
    let files = [
        ("proc/self/cgroup", "1:cpu:/\n0::/user"),
        ("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "400000"),
        ("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000"),
        ("sys/fs/cgroup/unified/user/cgroup.procs", "1"),
    ];
    assert_eq!(quota(&files), Some(4.0));
}

#[test]
fn sets_are_those_of_the_innermost_group_that_has_one() {
    // The inner group has taken CPUs 4 to 7 for itself: the outer one has them no more.
    let found = limits(&[
        ("proc/self/cgroup", "0::/part/inner"),
        ("proc/self/mountinfo", ON_V2),
        ("sys/fs/cgroup/cpuset.cpus.effective", "0-3"),
        ("sys/fs/cgroup/part/cpuset.cpus.effective", "4-7"),
    ]);
    assert_eq!(found.cpuset_cpus, Some(vec![4, 5, 6, 7]));
}

#[test]
fn memory_is_limited_by_the_tightest_group_on_the_way() {
    let memory = |files: &[(&str, &str)]| limits(files).memory_bytes;
    let v2 = [
        ("proc/self/cgroup", "0::/a/b"),
        ("proc/self/mountinfo", ON_V2),
        ("sys/fs/cgroup/a/memory.max", "4000000"),
        ("sys/fs/cgroup/a/b/memory.max", "max"),
    ];
    assert_eq!(memory(&v2), Some(4_000_000));
    assert_eq!(memory(&v2[..2]), None);
    let v1 = |inner: &'static str| {
        [
            ("proc/self/cgroup", "5:memory:/m/n\n4:cpu:/job\n0::/"),
            ("sys/fs/cgroup/memory/m/n/memory.limit_in_bytes", inner),
            ("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712"),
        ]
    };
    assert_eq!(memory(&v1("3000000")), Some(3_000_000));
    assert_eq!(memory(&v1("9223372036854771712")), None);
}

#[test]
fn available_memory_is_never_more_than_the_limit() {
    let tree = MadeUp::of(&[
        ("proc/self/cgroup", "0::/a"),
        ("proc/self/mountinfo", ON_V2),
        ("proc/meminfo", "MemTotal: 9000 kB\nMemAvailable: 8000 kB"),
        ("sys/fs/cgroup/a/memory.max", "max"),
    ]);
    let available = || State::read(&tree.tree()).available_memory_bytes;
    assert_eq!(available(), Some(8000 << 10));
    tree.write("sys/fs/cgroup/a/memory.max", "1000000");
    assert_eq!(available(), Some(1_000_000));
}

#[test]
fn throttling_of_all_groups_on_the_way_is_added() {
    let tree = MadeUp::of(&[
        ("proc/self/cgroup", "0::/a/b"),
        ("proc/self/mountinfo", ON_V2),
        ("proc/stat", "cpu  1 0 0 1 0 0 0 0 0 0\ncpu0 1 0 0 1 0 0 0 2 0 0"),
        ("proc/pressure/cpu", "some avg10=0.00 avg60=0.00 avg300=0.00 total=7"),
        ("sys/fs/cgroup/a/cpu.stat", "usage_usec 9\nnr_throttled 2\nthrottled_usec 30"),
        ("sys/fs/cgroup/a/b/cpu.stat", "usage_usec 9\nnr_throttled 1\nthrottled_usec 5"),
        ("sys/fs/cgroup/cpu.stat", "usage_usec 9"),
    ]);
    let reader = SystemReader::find(&tree.tree());
    let before = reader.read();
    assert_eq!((before.throttled_periods, before.throttled_ns), (Some(3), Some(35_000)));
    assert_eq!(before.cpus[0].steal_ns, 20_000_000);
    assert_eq!(reader.read_slow().cpu_pressure_ns, Some(7000));
    tree.write("sys/fs/cgroup/a/cpu.stat", "usage_usec 9\nnr_throttled 6\nthrottled_usec 80");
    let during = reader.read().since(&before);
    assert_eq!((during.throttled_periods, during.throttled_ns), (Some(4), Some(50_000)));
}

#[test]
fn throttling_of_version_1_and_heat_are_read_where_they_are_counted() {
    let tree = shapes::guest();
    tree.write("sys/fs/cgroup/cpu/cpu.stat", "nr_periods 3\nnr_throttled 2\nthrottled_time 400");
    let read = SystemReader::find(&tree.tree()).read();
    assert_eq!((read.throttled_periods, read.throttled_ns), (Some(2), Some(400)));
    assert_eq!(SystemReader::find(&tree.tree()).read_slow().thermal_throttles, None);
    tree.write_of(0, "thermal_throttle/core_throttle_count", "3");
    tree.write_of(1, "thermal_throttle/package_throttle_count", "4");
    assert_eq!(SystemReader::find(&tree.tree()).read_slow().thermal_throttles, Some(7));
}

#[test]
fn an_empty_tree_counts_nothing() {
    let read = SystemReader::find(&MadeUp::empty().tree()).read();
    assert_eq!(read, runner::machine::counters::SystemCounters::default());
}
