//! The caches, and which CPUs share them.
//!
//! Separate from `read` because a study also sizes its samples by them. Next: [`Cache`].

use serde::{Deserialize, Serialize};

use super::{CPUS, online};
use crate::machine::Tree;

/// A cache, and which CPUs share it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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

/// The CPUs that share the data of `cpu` on `level` with it; `None` if there is no such cache.
pub(super) fn data_cache(tree: &Tree, cpu: usize, level: u32) -> Option<Vec<usize>> {
    let folder = format!("{CPUS}/cpu{cpu}/cache");
    let holds_data = |index: &String| {
        tree.number(&format!("{folder}/{index}/level")) == Some(level)
            && tree
                .text(&format!("{folder}/{index}/type"))
                .is_none_or(|kind| !kind.eq_ignore_ascii_case("instruction"))
    };
    let index = tree.names(&folder).into_iter().find(holds_data)?;
    tree.cpu_list(&format!("{folder}/{index}/shared_cpu_list"))
        .filter(|sharers| sharers.contains(&cpu))
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
