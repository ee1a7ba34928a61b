//! A folder that looks like the root of a Linux system, file by file.

use std::collections::BTreeMap;
use std::fs;

use runner::machine::Tree;
use tempfile::TempDir;

/// The folder of the CPUs.
pub(crate) const CPUS: &str = "sys/devices/system/cpu";

/// A tree that lives as long as this value.
pub(crate) struct MadeUp {
    folder: TempDir,
}

/// Where one CPU of a made-up machine sits. CPUs with equal numbers share the thing; `None` leaves the
/// file out.
#[derive(Clone, Copy)]
pub(crate) struct Site {
    pub(crate) id: usize,
    pub(crate) package: usize,
    /// Unique over the machine here, though `core_id` in the files may not be.
    pub(crate) core: usize,
    pub(crate) node: Option<usize>,
    pub(crate) l2: Option<usize>,
    pub(crate) l3: Option<usize>,
}

impl MadeUp {
    /// An empty tree.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A tree with these files.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let tree = Self::empty();
        tree.write_all(files);
        tree
    }

    /// The files of a machine with these CPUs, all of them online.
    pub(crate) fn machine(sites: &[Site]) -> Self {
        let tree = Self::empty();
        let online = list(sites.iter().map(|site| site.id));
        tree.write_all(&[
            (&format!("{CPUS}/online"), &online),
            (&format!("{CPUS}/present"), &online),
            (&format!("{CPUS}/isolated"), ""),
            ("proc/self/cgroup", "0::/"),
        ]);
        let mut nodes: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for site in sites {
            tree.write_cpu(site, sites);
            if let Some(node) = site.node {
                nodes.entry(node).or_default().push(site.id);
            }
        }
        for (node, cpus) in nodes {
            let path = format!("sys/devices/system/node/node{node}/cpulist");
            tree.write(&path, &list(cpus.into_iter()));
        }
        tree
    }

    fn write_cpu(&self, site: &Site, sites: &[Site]) {
        let sharing = |same: &dyn Fn(&Site) -> bool| {
            list(sites.iter().filter(|other| same(other)).map(|other| other.id))
        };
        let siblings = sharing(&|other| other.core == site.core);
        self.write_of(site.id, "topology/physical_package_id", &site.package.to_string());
        self.write_of(site.id, "topology/core_id", &(site.core % 4).to_string());
        self.write_of(site.id, "topology/core_cpus_list", &siblings);
        self.write_cache(site.id, ["0", "1", "Data", "48K"], &siblings);
        self.write_cache(site.id, ["1", "1", "Instruction", "32K"], &siblings);
        if site.l2.is_some() {
            let sharers = sharing(&|other| other.l2 == site.l2);
            self.write_cache(site.id, ["2", "2", "Unified", "2M"], &sharers);
        }
        if site.l3.is_some() {
            let sharers = sharing(&|other| other.l3 == site.l3);
            self.write_cache(site.id, ["3", "3", "Unified", "32M"], &sharers);
        }
    }

    fn write_cache(&self, cpu: usize, [index, level, kind, size]: [&str; 4], sharers: &str) {
        let files =
            [("level", level), ("type", kind), ("size", size), ("shared_cpu_list", sharers)];
        for (file, text) in files {
            self.write_of(cpu, &format!("cache/index{index}/{file}"), text);
        }
    }

    /// Writes a file of one CPU.
    pub(crate) fn write_of(&self, cpu: usize, path: &str, text: &str) {
        self.write(&format!("{CPUS}/cpu{cpu}/{path}"), text);
    }

    /// Writes a file, and the folders around it.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("{text}\n")).unwrap();
    }

    /// Writes several files.
    pub(crate) fn write_all(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            self.write(path, text);
        }
    }

    /// The tree, for whoever reads it.
    pub(crate) fn tree(&self) -> Tree {
        Tree::new(self.folder.path())
    }
}

/// Ids as the kernel may write them.
fn list(cpus: impl Iterator<Item = usize>) -> String {
    cpus.map(|cpu| cpu.to_string()).collect::<Vec<_>>().join(",")
}
