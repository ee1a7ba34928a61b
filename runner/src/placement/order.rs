//! How each policy ranks CPUs: which is taken first, which next.
//!
//! Separate from [`policy`](super::policy) because these are the algorithms, the other is the table.
//! Every order holds each CPU once, so a plan for three workers is the beginning of the plan for four:
//! what the fourth adds is not mixed with the first three moving. CPUs whose core, cache or package is
//! unknown are taken as cores of their own in one group, which leaves the order of their ids.
//!
//! Every order begins with a fastest CPU, because the baseline and the only worker of a team of one sit
//! there: a slow baseline would flatter every speed-up.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::machine::topology::{Cpu, Kind};

/// First all cores, fast ones before efficient ones, each time the level-3 cache with the fewest
/// workers; of equal caches the emptiest package, then the emptiest level-2 cache. Then the second
/// hardware threads in the same way.
pub(super) fn physical(cpus: &[Cpu]) -> Vec<usize> {
    emptiest_first(cpus, [Level::L3, Level::Package, Level::L2], speed)
}

/// First all cores, each time the package with the fewest workers, in it the emptiest node, in it the
/// emptiest level-3 cache, then level-2 cache. Then the second hardware threads in the same way.
///
/// Beyond the first one, kinds of cores do not count here: distance does.
pub(super) fn spread(cpus: &[Cpu]) -> Vec<usize> {
    emptiest_first(cpus, [Level::Package, Level::Node, Level::L3, Level::L2], |_| 0)
}

/// First all cores, one package, node and level-3 cache after another, beginning with those of a
/// fastest core, in each the fast ones before the efficient ones. Then the second hardware threads in the same order.
pub(super) fn compact(cpus: &[Cpu]) -> Vec<usize> {
    let mut seats = seats(cpus);
    let first = fastest(&seats);
    seats.sort_by_key(|(cpu, thread)| (*thread, near(cpu, first.as_ref())));
    seats.into_iter().map(|(cpu, _)| cpu.id).collect()
}

/// The cores in the order of [`compact`], each with all its hardware threads.
pub(super) fn smt(cpus: &[Cpu]) -> Vec<usize> {
    let seats = seats(cpus);
    let mut firsts: Vec<Cpu> =
        seats.iter().filter(|(_, thread)| *thread == 0).map(|(cpu, _)| *cpu).collect();
    let first = fastest(&seats);
    firsts.sort_by_key(|cpu| near(cpu, first.as_ref()));
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

/// A first hardware thread of a fastest core, of these the lowest id.
fn fastest(seats: &[(Cpu, usize)]) -> Option<Cpu> {
    seats.iter().min_by_key(|(cpu, thread)| (*thread, slowness(cpu), cpu.id)).map(|(cpu, _)| *cpu)
}

/// Sorts CPUs by what they have in common, those that have most in common with `first` first; it
/// itself before all others.
fn near(cpu: &Cpu, first: Option<&Cpu>) -> impl Ord + use<> {
    let apart = |of: fn(&Cpu) -> Option<usize>| first.is_some_and(|first| of(first) != of(cpu));
    let is_other = first.is_some_and(|first| first.core_key() != cpu.core_key());
    (
        (apart(|cpu| cpu.package), cpu.package),
        (apart(|cpu| cpu.node), cpu.node),
        (apart(|cpu| cpu.l3), cpu.l3),
        (is_other, speed(cpu), cpu.id),
    )
}

/// Less for faster CPUs: by kind, then as the system rates them.
pub(super) fn slowness(cpu: &Cpu) -> (u8, Reverse<Option<u32>>) {
    (speed(cpu), Reverse(cpu.capacity))
}

/// Fast cores before efficient ones. Where some are known, the others come last: no list of the
/// kernel names them.
fn speed(cpu: &Cpu) -> u8 {
    match cpu.kind {
        Kind::Performance => 0,
        Kind::Efficiency => 1,
        Kind::Unknown => 2,
    }
}

/// What CPUs may have in common, and so crowd.
#[derive(Clone, Copy)]
enum Level {
    Package,
    Node,
    L3,
    L2,
}

impl Level {
    /// Equal for CPUs that share this level. Unknown packages, nodes and level-3 caches are one each;
    /// unknown level-2 caches are private.
    fn key(self, cpu: &Cpu) -> [Option<usize>; 2] {
        match self {
            Self::Package => [cpu.package, None],
            Self::Node => [cpu.package, cpu.node],
            Self::L3 => [cpu.package, cpu.l3],
            Self::L2 => [cpu.l2, cpu.l2.is_none().then_some(cpu.id)],
        }
    }
}

/// A seat that is still free.
struct Free<const N: usize> {
    id: usize,
    /// First hardware threads before second ones, then a lower class before a higher one.
    rank: (usize, u8),
    /// What counts instead of the class for the first seat.
    slowness: (u8, Reverse<Option<u32>>),
    /// Number of the group that it is in, level by level.
    groups: [usize; N],
}

/// Takes CPU after CPU: the lowest rank, then the group with the fewest workers, level by level, then
/// the lowest id. O(cpus²): a study asks this for every number of workers, and machines have hundreds.
fn emptiest_first<const N: usize>(
    cpus: &[Cpu],
    levels: [Level; N],
    class: fn(&Cpu) -> u8,
) -> Vec<usize> {
    let mut numbers: [BTreeMap<_, usize>; N] = std::array::from_fn(|_| BTreeMap::new());
    let mut number = |level: usize, cpu: &Cpu| {
        let next = numbers[level].len();
        *numbers[level].entry(levels[level].key(cpu)).or_insert(next)
    };
    let mut free: Vec<Free<N>> = seats(cpus)
        .into_iter()
        .map(|(cpu, thread)| Free {
            id: cpu.id,
            rank: (thread, class(&cpu)),
            slowness: slowness(&cpu),
            groups: std::array::from_fn(|level| number(level, &cpu)),
        })
        .collect();
    let mut workers = vec![[0; N]; free.len()];
    let mut order = Vec::with_capacity(free.len());
    while let Some(next) = (0..free.len()).min_by_key(|&seat| {
        let Free { id, rank, slowness, groups } = &free[seat];
        let crowd: [usize; N] = std::array::from_fn(|level| workers[groups[level]][level]);
        let is_first = order.is_empty();
        (rank.0, is_first.then_some(*slowness), rank.1, crowd, *id)
    }) {
        let taken = free.swap_remove(next);
        for (level, group) in taken.groups.into_iter().enumerate() {
            workers[group][level] += 1;
        }
        order.push(taken.id);
    }
    order
}
