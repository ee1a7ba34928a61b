//! Where the sides were measured, and whether it was the same machine.
//!
//! Separate because it decides what may be said about the rows: machines are ranked by absolute
//! figures. Next: [`crate::model::Machine`].

use super::Side;
use crate::model::Machine;

/// The machines of all sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Machines {
    /// Name of a side, and the machine as it calls itself; only sides that tell.
    pub names: Vec<(String, String)>,
    /// What is known to differ between the first machine and another one; empty if nothing is.
    pub differences: Vec<String>,
}

/// What is known of a machine: fact and value.
type Fingerprint = Vec<(&'static str, String)>;

/// What is known of all machines of a side: fact and its values, in the order found.
type Known = Vec<(&'static str, Vec<String>)>;

impl Machines {
    pub(super) fn of(sides: &[Side]) -> Self {
        let mut names = Vec::new();
        let mut prints = Vec::new();
        for side in sides {
            let (of_side, facts): (Vec<String>, Vec<Fingerprint>) =
                machines(side).into_iter().unzip();
            for name in of_side {
                let known = (side.name.clone(), name);
                if !names.contains(&known) {
                    names.push(known);
                }
            }
            prints.push(together(facts));
        }
        let mut differences = Vec::new();
        for other in prints.iter().skip(1) {
            for difference in differing(&prints[0], other) {
                if !differences.contains(&difference) {
                    differences.push(difference);
                }
            }
        }
        Self { names, differences }
    }

    /// Whether results of different machines stand beside each other.
    pub fn differ(&self) -> bool {
        !self.differences.is_empty()
    }
}

/// The facts of all machines of one side.
fn together(machines: Vec<Fingerprint>) -> Known {
    let mut all = Known::new();
    for (what, value) in machines.into_iter().flatten() {
        match all.iter_mut().find(|(known, _)| *known == what) {
            Some((_, values)) if values.contains(&value) => {}
            Some((_, values)) => values.push(value),
            None => all.push((what, vec![value])),
        }
    }
    all
}

/// Facts that both sides know and that differ, in words. The order of the values says nothing: a side
/// that was read from the same files in another order is the same.
fn differing(a: &Known, b: &Known) -> Vec<String> {
    let difference = |(what, one): &(&str, Vec<String>)| {
        let (_, other) = b.iter().find(|(known, _)| known == what)?;
        let is_same = one.len() == other.len() && one.iter().all(|value| other.contains(value));
        (!is_same).then(|| format!("{what}: {} and {}", one.join(" or "), other.join(" or ")))
    };
    a.iter().filter_map(difference).collect()
}

/// Name and fingerprint of each machine that a side tells of.
fn machines(side: &Side) -> Vec<(String, Fingerprint)> {
    let studies = side.report.studies.iter().map(|study| &study.machine);
    let described = side.report.machines.iter().map(|described| &described.machine);
    let machines = studies.chain(described).map(|machine| (name(machine), fingerprint(machine)));
    let peers = side.report.peers.iter().filter_map(|peers| peers.cpu.clone());
    machines.chain(peers.map(|cpu| (cpu.clone(), vec![("processor", cpu)]))).collect()
}

fn name(machine: &Machine) -> String {
    let cpu = machine.cpu.as_deref().unwrap_or("unknown processor");
    match machine.logical_cpus {
        Some(1) => format!("{cpu}, 1 CPU"),
        Some(cpus) => format!("{cpu}, {cpus} CPUs"),
        None => cpu.into(),
    }
}

/// What stays the same until somebody opens the machine or starts another one.
fn fingerprint(machine: &Machine) -> Fingerprint {
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let facts = [
        ("processor", machine.cpu.clone()),
        ("architecture", machine.architecture.clone()),
        ("logical CPUs", number(machine.logical_cpus)),
        ("physical cores", number(machine.physical_cores)),
        ("hypervisor", machine.hypervisor.clone()),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
