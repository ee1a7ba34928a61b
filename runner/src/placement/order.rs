//! How each policy ranks CPUs: which is taken first, which next.
//!
//! Separate from [`policy`](super::policy) because these are the algorithms, the other is the table.
//! Every order holds each CPU once, so a plan for three workers is the beginning of the plan for four:
//! what the fourth adds is not mixed with the first three moving. CPUs whose core, cache or package is
//! unknown are taken as cores of their own in one group, which leaves the order of their ids.

use std::collections::BTreeMap;

use crate::machine::topology::{Cpu, Kind};

/// First all cores, fast ones before efficient ones, each time the level-3 cache with the fewest
/// workers; of equal caches the emptiest package, then the emptiest level-2 cache. Then the second
/// hardware threads in the same way.
pub(super) fn physical(cpus: &[Cpu]) -> Vec<usize> {
    emptiest_first(cpus, |cpu, load| (l3(cpu, load), package(cpu, load), l2(cpu, load)), speed)
}

/// First all cores, each time the package with the fewest workers, in it the emptiest node, in it the
/// emptiest level-3 cache, then level-2 cache. Then the second hardware threads in the same way.
///
/// Kinds of cores do not count here: distance does.
pub(super) fn spread(cpus: &[Cpu]) -> Vec<usize> {
    emptiest_first(
        cpus,
        |cpu, load| (package(cpu, load), node(cpu, load), l3(cpu, load), l2(cpu, load)),
        |_| 0,
    )
}

/// First all cores, one package, node and level-3 cache after another, in each the fast ones before
/// the efficient ones. Then the second hardware threads in the same order.
pub(super) fn compact(cpus: &[Cpu]) -> Vec<usize> {
    let mut seats = seats(cpus);
    seats.sort_by_key(|(cpu, thread)| (*thread, near(cpu)));
    seats.into_iter().map(|(cpu, _)| cpu.id).collect()
}

/// The cores in the order of [`compact`], each with all its hardware threads.
pub(super) fn smt(cpus: &[Cpu]) -> Vec<usize> {
    let seats = seats(cpus);
    let mut firsts: Vec<Cpu> =
        seats.iter().filter(|(_, thread)| *thread == 0).map(|(cpu, _)| *cpu).collect();
    firsts.sort_by_key(near);
    let threads = |first: Cpu| {
        let core = first.core_key();
        seats.iter().filter(move |(cpu, _)| cpu.core_key() == core).map(|(cpu, _)| cpu.id)
    };
    firsts.into_iter().flat_map(threads).collect()
}

/// Every CPU with its position among the hardware threads of its core, ascending by id.
fn seats(cpus: &[Cpu]) -> Vec<(Cpu, usize)> {
    let mut cpus = cpus.to_vec();
    cpus.sort_by_key(|cpu| cpu.id);
    let mut seen = BTreeMap::new();
    let thread = |cpu: Cpu| {
        let threads = seen.entry(cpu.core_key()).or_insert(0);
        *threads += 1;
        (cpu, *threads - 1)
    };
    cpus.into_iter().map(thread).collect()
}

/// Sorts CPUs by what they have in common.
fn near(cpu: &Cpu) -> impl Ord + use<> {
    (cpu.package, cpu.node, cpu.l3, speed(cpu), cpu.id)
}

/// Fast cores before efficient ones.
fn speed(cpu: &Cpu) -> u8 {
    match cpu.kind {
        Kind::Performance => 0,
        Kind::Unknown => 1,
        Kind::Efficiency => 2,
    }
}

/// The CPUs that workers sit on already.
type Load = [Cpu];

/// Takes CPU after CPU: first hardware threads before second ones, a lower `class` before a higher
/// one, then the lowest `crowd`, then the lowest id. O(cpus³), which is nothing for some hundred CPUs.
fn emptiest_first<C: Ord>(
    cpus: &[Cpu],
    crowd: impl Fn(&Cpu, &Load) -> C,
    class: impl Fn(&Cpu) -> u8,
) -> Vec<usize> {
    let mut free = seats(cpus);
    let mut load: Vec<Cpu> = Vec::with_capacity(free.len());
    while let Some(next) = (0..free.len()).min_by_key(|&seat| {
        let (cpu, thread) = &free[seat];
        (*thread, class(cpu), crowd(cpu, &load), cpu.id)
    }) {
        load.push(free.remove(next).0);
    }
    load.into_iter().map(|cpu| cpu.id).collect()
}

fn package(cpu: &Cpu, load: &Load) -> usize {
    load.iter().filter(|other| other.package == cpu.package).count()
}

fn node(cpu: &Cpu, load: &Load) -> usize {
    load.iter().filter(|other| (other.package, other.node) == (cpu.package, cpu.node)).count()
}

fn l3(cpu: &Cpu, load: &Load) -> usize {
    load.iter().filter(|other| (other.package, other.l3) == (cpu.package, cpu.l3)).count()
}

/// Workers on the level-2 cache of `cpu`; unknown caches are private.
fn l2(cpu: &Cpu, load: &Load) -> usize {
    load.iter().filter(|other| other.l2.is_some() && other.l2 == cpu.l2).count()
}
