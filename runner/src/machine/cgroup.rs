//! Finds the control groups above this process, as folders.
//!
//! Separate because two readers walk the same way up: [`limits`](super::limits) for quotas and CPU
//! sets, [`counters`](super::counters) for throttled time. There are two versions of control groups,
//! and machines with both; the way is full of traps, and each is met here once:
//!
//! - A controller of version 1 is mounted where the system likes; `mountinfo` tells. Without that file
//!   the usual places are tried.
//! - Inside a container the group's path may be the host's, which does not exist below the mount, or
//!   lead out of a namespace (`/../..`). Then the mount itself is the innermost group that can be seen.
//! - A limit may stand in any group on the way up, so all of them are listed. Groups that do not exist
//!   are listed, too: whoever reads a file in them finds nothing.

use super::Tree;

/// Where control groups are mounted by custom.
const CUSTOM: &str = "sys/fs/cgroup";

/// Version of the control groups that a folder belongs to: their files differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// One hierarchy for each controller.
    V1,
    /// One hierarchy for all.
    V2,
}

/// A control group that this process is in, directly or through a group inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Decides which files are in it.
    pub version: Version,
    /// Its folder, relative to the root of the tree.
    pub folder: String,
}

/// The groups of this process under `controller` ("cpu", "cpuset" or "memory"), each hierarchy from the inside
/// to the outside; empty if there are none.
pub fn groups(tree: &Tree, controller: &str) -> Vec<Group> {
    let lines = tree.text("proc/self/cgroup").unwrap_or_default();
    let mounts = mounts(&tree.text("proc/self/mountinfo").unwrap_or_default());
    let mut groups = Vec::new();
    for line in lines.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { continue };
        let version = if controllers.is_empty() { Version::V2 } else { Version::V1 };
        if version == Version::V1 && !names(controllers, controller) {
            continue;
        }
        let mounted = mounts.iter().filter(|mount| mount.holds(version, controller));
        let folders = match nearest(mounted, path) {
            Some(mount) => upwards(&mount.folder, mount.inside(path)),
            None => customary(tree, version, controllers, controller)
                .map(|folder| upwards(&folder, path))
                .unwrap_or_default(),
        };
        groups.extend(folders.into_iter().map(|folder| Group { version, folder }));
    }
    groups
}

/// Whether `list` ("cpu,cpuacct") names `controller`.
fn names(list: &str, controller: &str) -> bool {
    list.split(',').any(|name| name == controller)
}

/// A mounted hierarchy.
#[derive(Debug, PartialEq, Eq)]
struct Mount {
    version: Version,
    /// Options of the hierarchy: its controllers, in version 1.
    options: String,
    /// The group that is seen at the mount point.
    root: String,
    /// The mount point, relative to the root of the tree.
    folder: String,
}

impl Mount {
    fn holds(&self, version: Version, controller: &str) -> bool {
        self.version == version && (version == Version::V2 || names(&self.options, controller))
    }

    /// The part of `path` below the mount point; empty if it does not lie there.
    fn inside<'a>(&self, path: &'a str) -> &'a str {
        let root = self.root.trim_end_matches('/');
        let below = path.strip_prefix(root).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        below.filter(|rest| rest.split('/').all(|part| part != "..")).unwrap_or("")
    }
}

/// Of several mounts of one hierarchy the one that shows most of the way to `path`.
fn nearest<'a>(mounts: impl Iterator<Item = &'a Mount>, path: &str) -> Option<&'a Mount> {
    // `rev`, because of equals `max_by_key` takes the last and the first mount is the customary one.
    let mounts: Vec<&Mount> = mounts.collect();
    mounts.into_iter().rev().max_by_key(|mount| mount.inside(path).len())
}

/// The mounts of control groups in `/proc/self/mountinfo` (proc_pid_mountinfo(5)):
/// `id parent device root point options … - type source options`.
fn mounts(mountinfo: &str) -> Vec<Mount> {
    let mount = |line: &str| {
        let (left, right) = line.split_once(" - ")?;
        let mut left = left.split(' ').skip(3);
        let (root, point) = (left.next()?, left.next()?);
        let mut right = right.split(' ');
        let version = match right.next()? {
            "cgroup" => Version::V1,
            "cgroup2" => Version::V2,
            _ => return None,
        };
        let options = right.nth(1).unwrap_or_default().to_owned();
        let folder = unescape(point).trim_start_matches('/').to_owned();
        Some(Mount { version, options, root: unescape(root), folder })
    };
    mountinfo.lines().filter_map(mount).collect()
}

/// `mountinfo` writes blanks, line ends and backslashes in octal.
fn unescape(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(text.to_owned(), |text, (escaped, plain)| text.replace(escaped, plain))
}

/// Where a hierarchy is mounted by custom, if that folder exists.
fn customary(tree: &Tree, version: Version, controllers: &str, controller: &str) -> Option<String> {
    let folders = match version {
        Version::V1 => [format!("{CUSTOM}/{controllers}"), format!("{CUSTOM}/{controller}")],
        // Where version 1 has the controllers, version 2 is mounted beside them.
        Version::V2 => [format!("{CUSTOM}/unified"), CUSTOM.to_owned()],
    };
    folders.into_iter().find(|folder| tree.has_folder(folder))
}

/// The folder of group `path` below `mount`, that of the group around it, and so on up to `mount`.
fn upwards(mount: &str, path: &str) -> Vec<String> {
    let mut group = path.trim_matches('/');
    let mut folders = Vec::new();
    while !group.is_empty() {
        folders.push(format!("{mount}/{group}"));
        group = group.rsplit_once('/').map_or("", |(outer, _)| outer);
    }
    folders.push(mount.to_owned());
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    const V2: &str = "31 23 0:28 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw,nsdelegate";

    #[test]
    fn mounts_are_found_among_others() {
        let text = format!(
            "23 1 8:1 / / rw - ext4 /dev/x rw\n{V2}\n\
             40 23 0:30 /job /a\\040b rw - cgroup cgroup rw,cpu,cpuacct"
        );
        let found = mounts(&text);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].version, found[0].folder.as_str()), (Version::V2, "sys/fs/cgroup"));
        assert_eq!((found[1].root.as_str(), found[1].folder.as_str()), ("/job", "a b"));
        assert!(found[1].holds(Version::V1, "cpu") && !found[1].holds(Version::V1, "cpuset"));
    }

    #[test]
    fn paths_are_taken_below_the_mounted_group() {
        let inside = |root: &str, path: &'static str| {
            let mount = Mount {
                version: Version::V2,
                options: String::new(),
                root: root.into(),
                folder: String::new(),
            };
            mount.inside(path).to_owned()
        };
        assert_eq!(inside("/", "/a/b"), "/a/b");
        assert_eq!(inside("/docker/1", "/docker/1/b"), "/b");
        assert_eq!(inside("/docker/1", "/docker/1"), "");
        assert_eq!(inside("/docker/1", "/docker/12"), "", "another group");
        assert_eq!(inside("/", "/../../x"), "", "outside the namespace");
        assert_eq!(inside("/../..", "/"), "", "a mount from outside the namespace");
    }

    #[test]
    fn of_two_mounts_the_one_that_shows_more_counts() {
        let text = format!("40 23 0:28 /a/b /inner rw - cgroup2 x rw\n{V2}");
        let found = mounts(&text);
        assert_eq!(nearest(found.iter(), "/a/b").unwrap().folder, "sys/fs/cgroup");
        assert_eq!(nearest(found.iter(), "/../x").unwrap().folder, "inner", "the first of equals");
    }

    #[test]
    fn the_way_up_ends_at_the_mount() {
        assert_eq!(upwards("m", "/a/b"), ["m/a/b", "m/a", "m"]);
        assert_eq!(upwards("m", "/"), ["m"]);
    }
}
