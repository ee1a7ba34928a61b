//! What is read of each shape: packages, cores, nodes, caches and kinds.

use runner::machine::topology::{Cpu, Kind};
use runner::machine::{Topology, describe};
use runner::placement::parse;

use crate::made_up::{CPUS, MadeUp};
use crate::shapes::{self, Shape};

/// One fact of every CPU, ascending by id.
fn facts<F>(tree: &MadeUp, fact: impl Fn(&Cpu) -> F) -> Vec<F> {
    Topology::read(&tree.tree()).cpus.iter().map(fact).collect()
}

/// 0 0 1 1 … of `of` each.
fn groups(count: usize, of: usize) -> Vec<Option<usize>> {
    (0..count * of).map(|position| Some(position / of)).collect()
}

#[test]
fn packages_cores_and_nodes_are_counted() {
    let counts: Vec<_> = shapes::all()
        .iter()
        .map(|Shape { name, machine: m, .. }| {
            (*name, [m.logical_cpus, m.physical_cores, m.packages, m.nodes])
        })
        .collect();
    let known = |cpus, cores, packages, nodes| {
        [Some(cpus), Some(cores), Some(packages), (nodes > 0).then_some(nodes)]
    };
    let expected = vec![
        ("desktop", known(16, 8, 1, 1)),
        ("two sockets", known(8, 8, 2, 2)),
        ("two sockets, two caches each", known(16, 8, 2, 2)),
        ("one small socket", known(12, 12, 2, 2)),
        ("hybrid", known(20, 14, 1, 1)),
        ("offline", known(5, 3, 1, 0)),
        ("isolated", known(16, 8, 1, 1)),
        ("container", known(16, 8, 1, 1)),
        ("renumbered container", known(2, 2, 1, 1)),
        ("guest", known(2, 2, 1, 1)),
        ("big and little", known(8, 8, 1, 0)),
        ("empty", [None; 4]),
    ];
    assert_eq!(counts, expected);
}

#[test]
fn every_cpu_of_two_sockets_is_in_its_place() {
    let tree = shapes::two_sockets_two_caches();
    let twice = |half: Vec<Option<usize>>| [half.clone(), half].concat();
    assert_eq!(facts(&tree, |cpu| cpu.package), twice(groups(2, 4)));
    assert_eq!(facts(&tree, |cpu| cpu.node), twice(groups(2, 4)));
    assert_eq!(facts(&tree, |cpu| cpu.l3), twice(groups(4, 2)));
    assert_eq!(facts(&tree, |cpu| cpu.l2), twice(groups(8, 1)));
    assert_eq!(facts(&tree, |cpu| cpu.core), twice(groups(8, 1)));
}

#[test]
fn hybrid_cores_are_told_apart_by_the_kernels_lists() {
    let tree = shapes::hybrid();
    let kinds = [vec![Kind::Performance; 12], vec![Kind::Efficiency; 8]].concat();
    assert_eq!(facts(&tree, |cpu| cpu.kind), kinds);
    assert_eq!(facts(&tree, |cpu| cpu.core), [groups(6, 2), (6..14).map(Some).collect()].concat());
    let l2 = [groups(6, 2), vec![Some(6); 4], vec![Some(7); 4]].concat();
    assert_eq!(facts(&tree, |cpu| cpu.l2), l2);
}

#[test]
fn cores_of_a_third_kind_are_efficient_and_those_of_no_list_come_last() {
    let tree = shapes::hybrid();
    tree.write("sys/devices/cpu_atom/cpus", "12-16");
    tree.write("sys/devices/cpu_lowpower/cpus", "18-19");
    let mut kinds = [vec![Kind::Performance; 12], vec![Kind::Efficiency; 8]].concat();
    kinds[17] = Kind::Unknown;
    assert_eq!(facts(&tree, |cpu| cpu.kind), kinds);
    let topology = Topology::read(&tree.tree());
    let one_per_core =
        parse("physical").unwrap().place(14, &topology, &(0..20).collect::<Vec<_>>());
    assert_eq!(one_per_core.unwrap().cpus().last(), Some(&17));
}

#[test]
fn big_and_little_cores_are_told_apart_by_capacity() {
    let tree = shapes::big_and_little();
    let kinds = [vec![Kind::Efficiency; 4], vec![Kind::Performance; 4]].concat();
    assert_eq!(facts(&tree, |cpu| cpu.kind), kinds);
    assert_eq!(facts(&tree, |cpu| cpu.capacity)[3..5], [Some(446), Some(1024)]);
    assert_eq!(facts(&tree, |cpu| (cpu.l3, cpu.node)), vec![(None, None); 8]);
}

#[test]
fn favoured_cores_are_of_no_other_kind() {
    let tree = shapes::desktop();
    assert_eq!(facts(&tree, |cpu| cpu.kind), vec![Kind::Unknown; 16]);
    assert_eq!(facts(&tree, |cpu| cpu.max_mhz)[..3], [Some(5700), Some(5700), Some(5500)]);
}

#[test]
fn ratings_tell_kinds_where_nothing_better_does() {
    for file in ["acpi_cppc/highest_perf", "cpufreq/cpuinfo_max_freq"] {
        let tree = shapes::two_sockets();
        for cpu in 0..8 {
            tree.write_of(cpu, file, if cpu < 6 { "5100000" } else { "3300000" });
        }
        let kinds = [vec![Kind::Performance; 6], vec![Kind::Efficiency; 2]].concat();
        assert_eq!(facts(&tree, |cpu| cpu.kind), kinds, "{file}");
    }
}

#[test]
fn offline_and_isolated_cpus_are_listed() {
    let machine = describe(&shapes::offline().tree());
    assert_eq!(machine.offline_cpus, Some(vec![3, 6, 7]), "not those that could be plugged in");
    assert_eq!(machine.isolated_cpus, Some(vec![]), "an empty list is no unknown one");
    let tree = shapes::desktop();
    tree.write(&format!("{CPUS}/isolated"), "2-3");
    assert_eq!(describe(&tree.tree()).isolated_cpus, Some(vec![2, 3]));
    let unknown = describe(&MadeUp::empty().tree());
    assert_eq!((unknown.offline_cpus, unknown.isolated_cpus), (None, None));
}

#[test]
fn without_lists_of_siblings_ids_tell_the_cores() {
    let tree = MadeUp::of(&[(&format!("{CPUS}/online"), "0-3")]);
    for (cpu, package, core) in [(0, "0", "0"), (1, "0", "1"), (2, "0", "0"), (3, "1", "0")] {
        tree.write_of(cpu, "topology/physical_package_id", package);
        tree.write_of(cpu, "topology/core_id", core);
    }
    assert_eq!(facts(&tree, |cpu| cpu.core), [Some(0), Some(1), Some(0), Some(2)]);
}

#[test]
fn old_kernels_call_siblings_thread_siblings() {
    let tree = MadeUp::of(&[(&format!("{CPUS}/online"), "0-1")]);
    tree.write_of(0, "topology/thread_siblings_list", "0-1");
    tree.write_of(1, "topology/thread_siblings_list", "0-1");
    assert_eq!(facts(&tree, |cpu| cpu.core), [Some(0), Some(0)]);
}

#[test]
fn damaged_files_leave_one_fact_of_one_cpu_unknown() {
    let tree = shapes::desktop();
    tree.write_of(1, "topology/core_cpus_list", "1-x");
    tree.write_of(2, "topology/core_cpus_list", "5");
    tree.write_of(3, "topology/physical_package_id", "-1");
    tree.write_of(4, "cache/index3/shared_cpu_list", "?");
    let cpus = Topology::read(&tree.tree()).cpus;
    assert_eq!((cpus[1].core, cpus[2].core, cpus[9].core), (None, None, Some(6)));
    assert_eq!((cpus[3].package, cpus[4].package), (None, Some(0)));
    assert_eq!((cpus[4].l3, cpus[4].l2.is_some(), cpus[5].l3), (None, true, Some(0)));
    assert_eq!(describe(&tree.tree()).physical_cores, None);
}
