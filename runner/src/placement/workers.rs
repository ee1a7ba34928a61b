//! How many workers are worth measuring on a machine.
//!
//! Separate because it asks only how much there is, not where. Pure. Next: [`super`], where they sit.

use std::collections::BTreeSet;

use crate::machine::Topology;
use crate::machine::topology::cores_of;

/// Numbers of workers that answer what each further core adds: every number of cores, all logical
/// CPUs, and half as many again, which shows what happens to workers that must take turns. Ascending.
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
    (1..=cores).chain([cpus, beyond]).collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::default_workers;
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
