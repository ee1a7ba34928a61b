//! Where each logical CPU sits: package, core, caches, memory node, and what kind of core it is.
//!
//! Separate from [`system`](super::system) because these few facts decide where workers are placed
//! and how a curve of speed-ups must be read. A guest sees the topology that its hypervisor shows: two
//! of its "cores" may be two hardware threads of one. Whatever the system does not tell is unknown,
//! CPU by CPU.
//!
//! Next: `read`, which fills a [`Topology`] from files; `kind`, which tells fast cores from
//! efficient ones; [`placement`](crate::placement), which uses it all.

mod cache;
mod kind;
mod read;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use cache::{Cache, caches};
pub use read::{isolated, offline, online};

/// Folder of the CPUs.
pub(super) const CPUS: &str = "sys/devices/system/cpu";

/// The logical CPUs of a machine that are online.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Topology {
    /// Ascending by id; empty if the system tells nothing.
    pub cpus: Vec<Cpu>,
}

/// One logical CPU: a core, or one of its hardware threads.
///
/// Numbers of cores and caches are this program's own, counted from 0 over the whole machine in the
/// order of their first CPUs; those of packages and nodes are the system's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cpu {
    /// Its id.
    pub id: usize,
    /// The package (socket) it is in.
    pub package: Option<usize>,
    /// The core; CPUs of one core are hardware threads that share it (SMT siblings).
    pub core: Option<usize>,
    /// The NUMA node whose memory is nearest.
    pub node: Option<usize>,
    /// The level-2 cache it uses.
    pub l2: Option<usize>,
    /// The level-3 cache it uses.
    pub l3: Option<usize>,
    /// Whether its core is built for speed or for efficiency.
    pub kind: Kind,
    /// Its speed beside the fastest of the machine, which has 1024, as the system rates it.
    pub capacity: Option<u32>,
    /// The highest frequency its core is allowed to run at.
    pub max_mhz: Option<u32>,
}

/// The two classes of cores that a hybrid machine has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Among the fast cores (Intel's P, Arm's big).
    Performance,
    /// Among the efficient cores (Intel's E, Arm's LITTLE).
    Efficiency,
    /// The system tells no difference: all cores are alike, or nothing is known.
    #[default]
    Unknown,
}

impl Topology {
    /// Number of physical cores that are online; `None` unless every CPU's core is known.
    pub fn cores(&self) -> Option<usize> {
        count(self.cpus.iter().map(|cpu| cpu.core))
    }

    /// Number of packages; `None` unless every CPU's package is known.
    pub fn packages(&self) -> Option<usize> {
        count(self.cpus.iter().map(|cpu| cpu.package))
    }

    /// Number of NUMA nodes with CPUs; `None` unless every CPU's node is known.
    pub fn nodes(&self) -> Option<usize> {
        count(self.cpus.iter().map(|cpu| cpu.node))
    }

    /// The CPUs of `allowed`, ascending, with what is known of them.
    ///
    /// None is dropped because files do not list it. The kernel's mask holds only CPUs that are online;
    /// the list of those may be made up by a container manager (lxcfs numbers the container's CPUs from
    /// 0), and then says nothing about ids.
    pub fn usable(&self, allowed: &[usize]) -> Vec<Cpu> {
        let allowed: BTreeSet<usize> = allowed.iter().copied().collect();
        let known = |id: usize| self.cpus.iter().find(|cpu| cpu.id == id).copied();
        allowed.into_iter().map(|id| known(id).unwrap_or(Cpu { id, ..Cpu::default() })).collect()
    }
}

/// Number of cores that `cpus` sit on; a CPU whose core is unknown counts as a core of its own.
pub fn cores_of(cpus: &[Cpu]) -> usize {
    cpus.iter().map(Cpu::core_key).collect::<BTreeSet<_>>().len()
}

impl Cpu {
    /// Equal for CPUs that are known to share a core.
    pub(crate) fn core_key(&self) -> (Option<usize>, usize) {
        (self.core, self.core.map_or(self.id, |_| 0))
    }
}

/// Number of different values; `None` if one is unknown or there are none.
fn count(values: impl Iterator<Item = Option<usize>>) -> Option<usize> {
    let values: BTreeSet<usize> = values.collect::<Option<_>>()?;
    Some(values.len()).filter(|&count| count > 0)
}

#[cfg(test)]
mod tests {
    use super::{Cpu, Topology, cores_of};

    fn cpu(id: usize, core: Option<usize>) -> Cpu {
        Cpu { id, core, ..Cpu::default() }
    }

    #[test]
    fn cores_are_counted_only_if_all_are_known() {
        let known = Topology { cpus: vec![cpu(0, Some(0)), cpu(1, Some(1)), cpu(2, Some(0))] };
        assert_eq!(known.cores(), Some(2));
        let partly = Topology { cpus: vec![cpu(0, Some(0)), cpu(1, None)] };
        assert_eq!((partly.cores(), Topology::default().cores()), (None, None));
        assert_eq!(cores_of(&[cpu(0, Some(0)), cpu(1, None), cpu(2, Some(0)), cpu(3, None)]), 3);
    }

    #[test]
    fn every_allowed_cpu_is_usable_whether_or_not_files_tell_of_it() {
        let topology = Topology { cpus: vec![cpu(0, Some(0)), cpu(2, Some(1))] };
        assert_eq!(topology.usable(&[2, 1]), [cpu(1, None), cpu(2, Some(1))]);
        assert_eq!(Topology::default().usable(&[5, 3]), [cpu(3, None), cpu(5, None)]);
    }
}
