//! Fills a [`Topology`] from `/sys/devices/system`.
//!
//! Separate from the type because placement needs no files. Numbers of cores are made from the lists
//! of siblings, not from `core_id`, which repeats in every package, die or cluster; the ids only serve
//! where a kernel has no lists. Next: `kind`.

use std::collections::BTreeMap;

use super::{CPUS, Cpu, Topology, cache, kind};
use crate::machine::Tree;

const NODES: &str = "sys/devices/system/node";

/// Ids of the CPUs that are online, ascending.
pub fn online(tree: &Tree) -> Option<Vec<usize>> {
    tree.cpu_list(&format!("{CPUS}/online")).or_else(|| {
        let text = tree.text("proc/cpuinfo")?;
        let ids = text.lines().filter_map(|line| {
            let (key, id) = line.split_once(':')?;
            (key.trim() == "processor").then(|| id.trim().parse().ok())?
        });
        Some(ids.collect()).filter(|ids: &Vec<usize>| !ids.is_empty())
    })
}

/// Ids of the CPUs that are there but not online, ascending. (The kernel's own list of that name also
/// holds every CPU that could be plugged in.)
pub fn offline(tree: &Tree) -> Option<Vec<usize>> {
    let (mut cpus, online) = (tree.cpu_list(&format!("{CPUS}/present"))?, online(tree)?);
    cpus.retain(|cpu| !online.contains(cpu));
    Some(cpus)
}

/// Ids of the CPUs that the scheduler leaves alone, ascending.
pub fn isolated(tree: &Tree) -> Option<Vec<usize>> {
    tree.cpu_set(&format!("{CPUS}/isolated"))
}

impl Topology {
    /// The topology that the files below `tree` tell of.
    pub fn read(tree: &Tree) -> Self {
        let ids = online(tree).unwrap_or_default();
        let mut cores = Numbers::default();
        let mut caches = [Numbers::default(), Numbers::default()];
        let nodes = nodes(tree);
        let mut cpus: Vec<Cpu> = ids
            .iter()
            .map(|&id| {
                let [l2, l3] = &mut caches;
                Cpu {
                    id,
                    package: fact(tree, id, "topology/physical_package_id"),
                    core: core(tree, id).map(|core| cores.of(core)),
                    node: nodes.iter().find(|(_, cpus)| cpus.contains(&id)).map(|(node, _)| *node),
                    l2: cache::data_cache(tree, id, 2).map(|cpus| l2.of(cpus)),
                    l3: cache::data_cache(tree, id, 3).map(|cpus| l3.of(cpus)),
                    kind: super::Kind::Unknown,
                    capacity: fact(tree, id, "cpu_capacity"),
                    max_mhz: fact(tree, id, "cpufreq/cpuinfo_max_freq").map(|khz: u32| khz / 1000),
                }
            })
            .collect();
        kind::classify(tree, &mut cpus);
        Self { cpus }
    }
}

/// A number in a file of one CPU. Kernels write -1 for what they do not know: no number here.
pub(super) fn fact<N: std::str::FromStr>(tree: &Tree, cpu: usize, file: &str) -> Option<N> {
    tree.number(&format!("{CPUS}/cpu{cpu}/{file}"))
}

/// What identifies a core: its CPUs, or failing these its ids.
fn core(tree: &Tree, cpu: usize) -> Option<Vec<usize>> {
    let topology = format!("{CPUS}/cpu{cpu}/topology");
    let lists = ["core_cpus_list", "thread_siblings_list"].map(|name| format!("{topology}/{name}"));
    // A damaged list is unknown, not a reason to believe something else.
    if let Some(list) = lists.iter().find(|list| tree.has_file(list)) {
        return tree.cpu_list(list).filter(|siblings| siblings.contains(&cpu));
    }
    let id = |name: &str| fact::<usize>(tree, cpu, &format!("topology/{name}"));
    // Dies and clusters are optional levels between package and core.
    let level = |name: &str| id(name).unwrap_or(0);
    Some(vec![id("physical_package_id")?, level("die_id"), level("cluster_id"), id("core_id")?])
}

/// Every NUMA node with its CPUs.
fn nodes(tree: &Tree) -> Vec<(usize, Vec<usize>)> {
    let node = |name: &String| {
        let number = name.strip_prefix("node")?.parse().ok()?;
        Some((number, tree.cpu_list(&format!("{NODES}/{name}/cpulist"))?))
    };
    tree.names(NODES).iter().filter_map(node).collect()
}

/// Numbers things from 0 in the order in which they are first seen.
#[derive(Default)]
struct Numbers(BTreeMap<Vec<usize>, usize>);

impl Numbers {
    fn of(&mut self, thing: Vec<usize>) -> usize {
        let next = self.0.len();
        *self.0.entry(thing).or_insert(next)
    }
}
