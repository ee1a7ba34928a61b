//! Small files of `/sys` and `/proc`, below a root that is passed in.
//!
//! Separate so that the readers of topology and limits can be tested on made-up machines. A file that
//! is missing or cannot be read is `None`: on other systems all of them are.

use std::path::{Path, PathBuf};

/// A folder that looks like the root of a Linux system.
#[derive(Clone, Debug)]
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// The tree below `root`; `/` is this machine.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Content of the file at `path` (relative to the root), trimmed; `None` if absent or empty.
    pub fn text(&self, path: &str) -> Option<String> {
        let bytes = std::fs::read(self.root.join(path)).ok()?;
        let text = String::from_utf8_lossy(&bytes).trim().to_owned();
        (!text.is_empty()).then_some(text)
    }

    /// The number in the file at `path`.
    pub fn number<N: std::str::FromStr>(&self, path: &str) -> Option<N> {
        self.text(path)?.parse().ok()
    }

    /// The ids in a list such as `0-3,8`, ascending.
    pub fn cpu_list(&self, path: &str) -> Option<Vec<usize>> {
        parse_cpu_list(&self.text(path)?)
    }

    /// The ids in a list that may be empty, which is a fact, too; `None` if there is no such list.
    pub fn cpu_set(&self, path: &str) -> Option<Vec<usize>> {
        match self.text(path) {
            Some(list) => parse_cpu_list(&list),
            None => self.has_file(path).then(Vec::new),
        }
    }

    /// Bytes of the first line `key : value kB` in the file at `path`.
    pub fn bytes(&self, path: &str, key: &str) -> Option<u64> {
        self.field(path, key)?.strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
    }

    /// Value of the first line `key : value` in the file at `path`.
    pub fn field(&self, path: &str, key: &str) -> Option<String> {
        self.text(path)?.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            let value = value.trim();
            (found.trim() == key && !value.is_empty()).then(|| value.to_owned())
        })
    }

    /// Whether there is a folder at `path`.
    pub fn has_folder(&self, path: &str) -> bool {
        self.root.join(path).is_dir()
    }

    /// Whether there is a file at `path`, however it may read.
    pub fn has_file(&self, path: &str) -> bool {
        self.root.join(path).is_file()
    }

    /// Names in the folder at `path`, sorted; empty if there is none.
    pub fn names(&self, path: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.root.join(path)).into_iter().flatten().flatten();
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }
}

/// The ids of a kernel list such as `0-3,8`, ascending; `None` if it is not one.
pub fn parse_cpu_list(list: &str) -> Option<Vec<usize>> {
    /// More ids than any kernel is built for: a list beyond it is damaged.
    const LIMIT: usize = 1 << 16;
    let mut ids = Vec::new();
    for part in list.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        if first > last || last >= LIMIT {
            return None;
        }
        ids.extend(first..=last);
    }
    ids.sort_unstable();
    ids.dedup();
    Some(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_ranges_and_single_ids() {
        assert_eq!(parse_cpu_list("0-3,8").unwrap(), [0, 1, 2, 3, 8]);
        assert_eq!(parse_cpu_list("5").unwrap(), [5]);
        assert_eq!(parse_cpu_list("4,2-3,2").unwrap(), [2, 3, 4]);
        for damaged in ["3-1", "a", "1-", "0-99999999999"] {
            assert_eq!(parse_cpu_list(damaged), None, "{damaged}");
        }
    }
}
