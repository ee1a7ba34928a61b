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
            for (what, a, b) in super::align::differing(&prints[0], other) {
                let difference = format!("{what}: {a} and {b}");
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

/// The facts of all machines of one side; where they differ, all values of a fact.
fn together(machines: Vec<Fingerprint>) -> Fingerprint {
    let mut all: Vec<(&'static str, Vec<String>)> = Vec::new();
    for (what, value) in machines.into_iter().flatten() {
        match all.iter_mut().find(|(known, _)| *known == what) {
            Some((_, values)) if values.contains(&value) => {}
            Some((_, values)) => values.push(value),
            None => all.push((what, vec![value])),
        }
    }
    all.into_iter().map(|(what, values)| (what, values.join(" or "))).collect()
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
