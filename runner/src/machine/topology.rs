//! CPUs, cores and caches, from `/sys/devices/system/cpu`.
//!
//! Separate from [`super::system`] because these few facts decide where workers are placed and how a
//! curve of speed-ups must be read. A guest sees the topology that its hypervisor shows.

use serde::Serialize;

use super::Tree;

pub(super) const CPUS: &str = "sys/devices/system/cpu";

/// A cache, and which CPUs share it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cache {
    /// 1 is next to the core.
    pub level: u32,
    /// "data", "instruction" or "unified".
    pub kind: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Ids of the CPUs that share it, ascending.
    pub shared_by_cpus: Vec<usize>,
}

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

/// Physical cores among the CPUs that are online: CPUs with the same siblings are one core.
pub fn physical_cores(tree: &Tree) -> Option<usize> {
    let siblings = |cpu: usize| {
        let topology = format!("{CPUS}/cpu{cpu}/topology");
        tree.cpu_list(&format!("{topology}/core_cpus_list"))
            .or_else(|| tree.cpu_list(&format!("{topology}/thread_siblings_list")))
    };
    let mut cores: Vec<_> = online(tree)?.into_iter().map(siblings).collect::<Option<_>>()?;
    cores.sort_unstable();
    cores.dedup();
    Some(cores.len()).filter(|&cores| cores > 0)
}

/// Every cache of the CPUs that are online, once, sorted.
pub fn caches(tree: &Tree) -> Vec<Cache> {
    let mut caches = Vec::new();
    for cpu in online(tree).unwrap_or_default() {
        let folder = format!("{CPUS}/cpu{cpu}/cache");
        let indices = tree.names(&folder).into_iter().filter(|name| name.starts_with("index"));
        caches.extend(indices.filter_map(|index| cache(tree, &format!("{folder}/{index}"))));
    }
    caches.sort();
    caches.dedup();
    caches
}

fn cache(tree: &Tree, folder: &str) -> Option<Cache> {
    Some(Cache {
        level: tree.number(&format!("{folder}/level"))?,
        kind: tree.text(&format!("{folder}/type"))?.to_lowercase(),
        bytes: parse_size(&tree.text(&format!("{folder}/size"))?)?,
        shared_by_cpus: tree.cpu_list(&format!("{folder}/shared_cpu_list"))?,
    })
}

/// Bytes of a size such as `48K` or `2M`.
fn parse_size(size: &str) -> Option<u64> {
    let digits = size.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: u64 = match &size[digits.len()..] {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(parse_size("48K"), Some(49_152));
        assert_eq!(parse_size("2M"), Some(2 << 20));
        assert_eq!(parse_size("64"), Some(64));
        assert_eq!(parse_size("64 apples"), None);
    }
}
