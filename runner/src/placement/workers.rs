//! How many workers are worth measuring on a machine.
//!
//! Separate because it asks only how much there is, not where. Pure. Next: [`super`], where they sit.

use std::collections::BTreeSet;

use crate::machine::Topology;
use crate::machine::topology::cores_of;

/// More workers are never measured.
pub const MOST: usize = 1024;
/// Up to so many cores every number is measured. Beyond, each number would take its part of a budget
/// of which every series needs some blocks: a study of a minute would take many.
const EVERY: usize = 16;
/// On larger machines every number up to this one.
const EVERY_AT_FIRST: usize = 8;

/// Numbers of workers that answer what each further core adds: every number of cores, all logical
/// CPUs, and half as many again, which shows what happens to workers that must take turns. Ascending,
/// and at most [`MOST`].
///
/// With more than 16 cores, 1 to 8, then two numbers for each doubling (12, 16, 24, 32, ...), all cores
/// but one, all cores, and the two larger ones as above.
///
/// A quota (in CPUs' worth of time) counts as so many CPUs, rounded up: workers beyond it are
/// throttled however many CPUs there are, and one such number is enough to see it. The list is never
/// empty.
pub fn default_workers(
    topology: &Topology,
    allowed: &[usize],
    quota_cpus: Option<f64>,
) -> Vec<usize> {
    let usable = topology.usable(allowed);
    // A quota that is no number, negative or infinite limits nothing: `as` saturates.
    let quota =
        quota_cpus.filter(|cpus| *cpus > 0.0).map_or(usize::MAX, |cpus| cpus.ceil() as usize);
    let cores = cores_of(&usable).clamp(1, quota.max(1));
    let cpus = usable.len().clamp(1, quota.max(1));
    let beyond = (cpus * 3).div_ceil(2);
    let some = numbers_of_cores(cores).chain([cpus, beyond]).map(|workers| workers.min(MOST));
    some.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Every number of cores, or some of them.
fn numbers_of_cores(cores: usize) -> impl Iterator<Item = usize> {
    let every = if cores <= EVERY { cores } else { EVERY_AT_FIRST };
    let doubled = std::iter::successors(Some(every), |workers| workers.checked_mul(2));
    let halves = doubled.flat_map(|workers| [workers, workers + workers / 2]);
    let further = halves.take_while(move |&workers| workers < cores);
    (1..=every).chain(further).chain([cores.saturating_sub(1).max(1), cores])
}

/// The numbers from 1 to `cores` that are not among `workers`: the least and greatest of each gap.
pub fn gaps(workers: &BTreeSet<usize>, cores: usize) -> Vec<(usize, usize)> {
    let mut gaps: Vec<(usize, usize)> = Vec::new();
    for missing in (1..=cores).filter(|number| !workers.contains(number)) {
        match gaps.last_mut() {
            Some((_, last)) if *last + 1 == missing => *last = missing,
            _ => gaps.push((missing, missing)),
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::{MOST, default_workers, gaps};
    use crate::machine::Topology;
    use crate::machine::topology::Cpu;

    /// Two hardware threads on each core.
    fn threaded(cores: usize) -> (Topology, Vec<usize>) {
        let cpu = |id| Cpu { id, core: Some(id % cores), ..Cpu::default() };
        (Topology { cpus: (0..2 * cores).map(cpu).collect() }, (0..2 * cores).collect())
    }

    #[test]
    fn every_core_all_cpus_and_half_as_many_again() {
        let (topology, all) = threaded(4);
        assert_eq!(default_workers(&topology, &all, None), [1, 2, 3, 4, 8, 12]);
        assert_eq!(default_workers(&topology, &[0, 1, 4], None), [1, 2, 3, 5]);
        assert_eq!(default_workers(&topology, &[2], None), [1, 2]);
    }

    #[test]
    fn large_machines_are_thinned_out_and_never_ask_for_too_many() {
        let (topology, all) = threaded(16);
        assert_eq!(default_workers(&topology, &all, None).len(), 16 + 2);
        let (topology, all) = threaded(64);
        let first = [1, 2, 3, 4, 5, 6, 7, 8];
        let rest = [12, 16, 24, 32, 48, 63, 64, 128, 192];
        assert_eq!(default_workers(&topology, &all, None), [&first[..], &rest].concat());
        for cores in [17, 100, 341, 342, 512, 1000] {
            let (topology, all) = threaded(cores);
            let found = default_workers(&topology, &all, None);
            assert!(found.contains(&cores) && found.len() < 28, "{found:?}");
            assert!(found.iter().all(|workers| (1..=MOST).contains(workers)), "{found:?}");
        }
    }

    #[test]
    fn gaps_are_what_is_not_measured() {
        let measured = [1, 2, 5, 8].into_iter().collect();
        assert_eq!(gaps(&measured, 9), [(3, 4), (6, 7), (9, 9)]);
        assert_eq!(gaps(&measured, 2), []);
    }

    #[test]
    fn a_machine_that_tells_nothing_has_the_cpus_of_the_mask() {
        assert_eq!(default_workers(&Topology::default(), &[0, 1], None), [1, 2, 3]);
        assert_eq!(default_workers(&Topology::default(), &[], None), [1, 2]);
    }

    #[test]
    fn a_quota_counts_as_so_many_cpus() {
        let (topology, all) = threaded(8);
        assert_eq!(default_workers(&topology, &all, Some(1.5)), [1, 2, 3]);
        assert_eq!(default_workers(&topology, &all, Some(0.2)), [1, 2]);
        assert_eq!(default_workers(&topology, &all, Some(10.0)), [1, 2, 3, 4, 5, 6, 7, 8, 10, 15]);
        let free = default_workers(&topology, &all, None);
        for quota in [64.0, f64::INFINITY, f64::NAN, 0.0, -1.0] {
            assert_eq!(default_workers(&topology, &all, Some(quota)), free, "{quota}");
        }
    }
}
