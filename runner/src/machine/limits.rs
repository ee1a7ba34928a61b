//! How much CPU time the control group of this process allows.
//!
//! A quota does not stop anybody from pinning eight workers: it throttles them, and the curve bends
//! for a reason that no topology shows. Separate because the two versions of control groups lay it
//! down differently.

use super::Tree;

const GROUPS: &str = "sys/fs/cgroup";

/// CPUs' worth of time per unit of time: the tightest limit on the way from the group of this process
/// to the root; `None` if there is no limit, or none that can be read.
pub fn quota_cpus(tree: &Tree) -> Option<f64> {
    let groups = tree.text("proc/self/cgroup")?;
    let limits = groups.lines().flat_map(|line| {
        let mut parts = line.splitn(3, ':');
        let (controllers, path) = (parts.nth(1).unwrap_or(""), parts.next().unwrap_or("/"));
        limits_of(tree, controllers, path)
    });
    limits.reduce(f64::min)
}

/// Limits of one line of `/proc/self/cgroup`, from the group up to the root. Inside a container the
/// path may not exist below the mount; then only the root is seen.
fn limits_of(tree: &Tree, controllers: &str, path: &str) -> Vec<f64> {
    let mounts: Vec<String> = if controllers.is_empty() {
        vec![GROUPS.into(), format!("{GROUPS}/unified")]
    } else if controllers.split(',').any(|controller| controller == "cpu") {
        vec![format!("{GROUPS}/{controllers}"), format!("{GROUPS}/cpu")]
    } else {
        Vec::new()
    };
    let mut limits = Vec::new();
    for mount in mounts {
        let mut group = path.trim_matches('/');
        loop {
            limits.extend(limit(tree, &format!("{mount}/{group}")));
            match group.rsplit_once('/') {
                Some((parent, _)) => group = parent,
                None if group.is_empty() => break,
                None => group = "",
            }
        }
    }
    limits
}

/// The limit of one group, of either version.
fn limit(tree: &Tree, group: &str) -> Option<f64> {
    let (quota, period): (f64, f64) = if let Some(max) = tree.text(&format!("{group}/cpu.max")) {
        let (quota, period) = max.split_once(' ')?;
        (quota.parse().ok()?, period.trim().parse().ok()?) // "max" is no number, and no limit
    } else {
        let number = |name: &str| tree.number(&format!("{group}/{name}"));
        (number("cpu.cfs_quota_us")?, number("cpu.cfs_period_us")?)
    };
    (quota > 0.0 && period > 0.0).then(|| quota / period)
}
