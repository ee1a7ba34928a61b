//! What this process may use of the machine: CPUs, CPU time and memory.
//!
//! A quota does not stop anybody from pinning eight workers: it throttles them, and the curve bends
//! for a reason that no topology shows. Separate from [`Machine`](super::Machine) because the same
//! machine gives one container more than another. Next: [`cgroup`], which finds the
//! groups; [`affinity`](super::affinity), the mask.

use serde::{Deserialize, Serialize};

use super::cgroup::{self, Group, Version};
use super::{Topology, Tree};

/// The limits of a process. Serialises to the `limits` object of a study.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Ids of the CPUs in the mask that this process was started with, ascending.
    pub allowed_cpus: Vec<usize>,
    /// The system did not tell this mask: `allowed_cpus` are as many ids as the standard library counts
    /// CPUs, and nobody is pinned.
    pub mask_unknown: bool,
    /// Ids of the CPUs that the control group of this process has; `None` if no group tells.
    pub cpuset_cpus: Option<Vec<usize>>,
    /// CPUs' worth of time that the tightest control group grants; `None` also if there is no limit.
    pub quota_cpus: Option<f64>,
    /// The file that sets this quota; `None` if there is none.
    pub quota_file: Option<String>,
    /// Bytes that the tightest control group grants; `None` also if there is no limit.
    pub memory_bytes: Option<u64>,
}

impl Limits {
    /// The limits of a process with the mask `allowed`, of which the files below `tree` tell.
    pub fn read(tree: &Tree, allowed: &[usize]) -> Self {
        let quota = quota(tree);
        Self {
            allowed_cpus: allowed.to_vec(),
            cpuset_cpus: cpuset(tree),
            quota_cpus: quota.as_ref().map(|(cpus, _)| *cpus),
            quota_file: quota.map(|(_, file)| file),
            mask_unknown: false,
            memory_bytes: memory(tree),
        }
    }

    /// Memory that this process may fill: `machine_bytes`, or the limit if that is less.
    pub fn usable_memory_bytes(&self, machine_bytes: Option<u64>) -> Option<u64> {
        machine_bytes.into_iter().chain(self.memory_bytes).min()
    }

    /// CPUs that can be used all the time: those that are allowed and in the set, or the quota if that
    /// is less.
    ///
    /// A mask may be wider than the set for a while after the set has shrunk.
    pub fn effective_cpus(&self, topology: &Topology) -> f64 {
        let in_set = |id: usize| self.cpuset_cpus.as_ref().is_none_or(|set| set.contains(&id));
        let usable = topology.usable(&self.allowed_cpus);
        let cpus = usable.iter().filter(|cpu| in_set(cpu.id)).count() as f64;
        self.quota_cpus.map_or(cpus, |quota| quota.min(cpus))
    }
}

/// The tightest quota on the way from the group of this process to the root, and its file.
fn quota(tree: &Tree) -> Option<(f64, String)> {
    let quotas = cgroup::groups(tree, "cpu").into_iter().filter_map(|group| quota_of(tree, &group));
    quotas.min_by(|(a, _), (b, _)| a.total_cmp(b))
}

/// The quota of one group.
fn quota_of(tree: &Tree, group: &Group) -> Option<(f64, String)> {
    let (quota, period, file): (f64, f64, String) = match group.version {
        Version::V1 => {
            let file = format!("{}/cpu.cfs_quota_us", group.folder);
            let period = tree.number(&format!("{}/cpu.cfs_period_us", group.folder))?;
            (tree.number(&file)?, period, file) // -1 is no limit
        }
        Version::V2 => {
            let file = format!("{}/cpu.max", group.folder);
            let text = tree.text(&file)?;
            let (quota, period) = text.split_once(' ')?;
            (quota.parse().ok()?, period.trim().parse().ok()?, file) // "max" is no number, no limit
        }
    };
    (quota > 0.0 && period > 0.0).then(|| (quota / period, format!("/{file}")))
}

/// The tightest limit of memory on the way from the group of this process to the root, in bytes.
pub(super) fn memory(tree: &Tree) -> Option<u64> {
    /// Version 1 has no word for "no limit": it writes the greatest multiple of a page.
    const UNLIMITED: u64 = 1 << 60;
    let groups = cgroup::groups(tree, "memory").into_iter();
    let limits = groups.filter_map(|Group { version, folder }| {
        let name = match version {
            Version::V1 => "memory.limit_in_bytes",
            Version::V2 => "memory.max", // "max" is no number, no limit
        };
        tree.number::<u64>(&format!("{folder}/{name}"))
    });
    limits.filter(|&bytes| bytes < UNLIMITED).min()
}

/// The set of the innermost group that has one. It lies within those further out, except where a group
/// has taken CPUs for itself: then the outer set lacks them, so sets are not intersected.
fn cpuset(tree: &Tree) -> Option<Vec<usize>> {
    cgroup::groups(tree, "cpuset").iter().find_map(|group| set_of(tree, group))
}

/// The set of one group as the kernel applies it, or as it was asked for; an empty file sets nothing.
fn set_of(tree: &Tree, group: &Group) -> Option<Vec<usize>> {
    let names = match group.version {
        Version::V1 => ["cpuset.effective_cpus", "cpuset.cpus"],
        Version::V2 => ["cpuset.cpus.effective", "cpuset.cpus"],
    };
    names.iter().find_map(|name| tree.cpu_list(&format!("{}/{name}", group.folder)))
}

#[cfg(test)]
mod tests {
    use super::Limits;
    use crate::machine::Topology;
    use crate::machine::topology::Cpu;

    #[test]
    fn effective_is_the_least_of_all_limits() {
        let online = Topology { cpus: (0..4).map(|id| Cpu { id, ..Cpu::default() }).collect() };
        let limits = |allowed: &[usize], set: Option<&[usize]>, quota_cpus| Limits {
            allowed_cpus: allowed.to_vec(),
            cpuset_cpus: set.map(<[usize]>::to_vec),
            quota_cpus,
            ..Limits::default()
        };
        let all = [0, 1, 2, 3];
        for (limits, expected) in [
            (limits(&all, None, None), 4.0),
            (limits(&[0, 1], None, None), 2.0),
            (limits(&all, Some(&[1, 2, 3]), None), 3.0),
            (limits(&all, Some(&[1, 2, 3]), Some(1.5)), 1.5),
            (limits(&[0, 1], None, Some(8.0)), 2.0),
        ] {
            let found = limits.effective_cpus(&online);
            assert!((found - expected).abs() < 1e-12, "{limits:?}: {found}, not {expected}");
        }
    }

    #[test]
    fn memory_is_the_least_of_the_machine_and_the_limit() {
        let usable = |machine, memory_bytes| {
            Limits { memory_bytes, ..Limits::default() }.usable_memory_bytes(machine)
        };
        assert_eq!(usable(Some(8), Some(5)), Some(5));
        assert_eq!(usable(Some(4), Some(5)), Some(4));
        assert_eq!((usable(None, Some(5)), usable(Some(4), None)), (Some(5), Some(4)));
        assert_eq!(usable(None, None), None);
    }
}
