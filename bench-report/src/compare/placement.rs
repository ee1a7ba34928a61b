//! Which kinds of cores the workers of a configuration sat on.
//!
//! Separate because it needs the topology of the machine and no time. What the file does not tell
//! is unknown: without a placement or a topology there is no answer. Next: `law.rs`, which asks.

use std::collections::BTreeMap;

use crate::{
    model::{CoreKind, Cpu, Entry, Machine},
    statistics::series::Cores,
};

/// The cores of an entry by kind, or `None` if the core of one worker is not known. Planned CPUs say
/// nothing about workers that left them.
pub(super) fn cores(machine: &Machine, entry: &Entry) -> Option<Cores> {
    if lost_seats(entry) > 0 {
        return None;
    }
    let mut cpus: BTreeMap<u64, &Cpu> = BTreeMap::new();
    for cpu in &machine.topology {
        cpus.entry(cpu.id).or_insert(cpu);
    }
    // Cores that are all alike have no kind in the file; they count as the fastest one.
    let alike = machine.topology.iter().all(|cpu| cpu.kind.is_none());
    let alike = alike.then_some(CoreKind::Performance);
    let mut kinds: BTreeMap<u64, CoreKind> = BTreeMap::new();
    for id in &entry.cpus {
        let cpu = cpus.get(id)?;
        kinds.insert(cpu.core?, cpu.kind.or(alike)?);
    }
    let of = |kind| kinds.values().filter(|&&other| other == kind).count();
    let workers = u32::try_from(entry.cpus.len()).ok().filter(|&workers| workers > 0)?;
    Some(Cores {
        performance: of(CoreKind::Performance) as u32,
        efficiency: of(CoreKind::Efficiency) as u32,
        extra_threads: workers - kinds.len() as u32,
    })
}

/// Samples of an entry with planned CPUs in which a worker is known to have left its own.
pub fn lost_seats(entry: &Entry) -> u64 {
    let lost = entry.samples.iter().filter(|sample| sample.lost_a_seat());
    if entry.cpus.is_empty() { 0 } else { lost.count() as u64 }
}

/// Whether every worker has a core of its own, as far as the file tells.
///
/// Without a topology more workers than physical cores share one for certain; fewer are taken to
/// have been placed on different ones.
pub(super) fn is_one_per_core(machine: &Machine, entry: &Entry) -> bool {
    match cores(machine, entry) {
        Some(cores) => cores.extra_threads == 0,
        None => machine.physical_cores.is_none_or(|cores| entry.workers <= cores),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Role, Sample, Worker};

    /// Two fast cores with two hardware threads each (CPUs 0 and 1, 2 and 3), two slow ones.
    fn hybrid() -> Machine {
        let cpu = |id, core, kind| Cpu { id, core: Some(core), kind: Some(kind) };
        let (fast, slow) = (CoreKind::Performance, CoreKind::Efficiency);
        let topology = vec![
            cpu(0, 0, fast),
            cpu(1, 0, fast),
            cpu(2, 1, fast),
            cpu(3, 1, fast),
            cpu(4, 2, slow),
            cpu(5, 3, slow),
        ];
        Machine { topology, physical_cores: Some(4), ..Machine::default() }
    }

    fn entry(cpus: &[u64]) -> Entry {
        Entry {
            backend: "threads".into(),
            workers: cpus.len() as u64,
            cpus: cpus.into(),
            oversubscribed: false,
            role: Role::Measured,
            samples: Vec::new(),
        }
    }

    fn told(machine: &Machine, cpus: &[u64]) -> Option<[u32; 3]> {
        cores(machine, &entry(cpus)).map(|c| [c.performance, c.efficiency, c.extra_threads])
    }

    #[test]
    fn workers_are_counted_by_the_kind_of_their_core() {
        let machine = hybrid();
        assert_eq!(told(&machine, &[0, 2]), Some([2, 0, 0]));
        assert_eq!(told(&machine, &[0, 2, 4]), Some([2, 1, 0]));
        assert_eq!(told(&machine, &[0, 2, 4, 5, 1, 3]), Some([2, 2, 2]));
        assert!(is_one_per_core(&machine, &entry(&[0, 2, 4])));
        assert!(!is_one_per_core(&machine, &entry(&[0, 1])));
    }

    #[test]
    fn workers_that_left_their_cpus_are_on_no_known_core() {
        let machine = hybrid();
        let with = |worker: Worker| {
            let sample = Sample { workers: vec![Worker::default(), worker], ..Sample::default() };
            Entry { samples: vec![Sample::default(), sample], ..entry(&[0, 2]) }
        };
        let known = |worker| cores(&machine, &with(worker)).is_some();
        assert!(known(Worker { pinned: Some(true), migrations: Some(0), ..Worker::default() }));
        let loose = Worker { pinned: Some(false), ..Worker::default() };
        assert!(!known(loose) && lost_seats(&with(loose)) == 1);
        assert!(!known(Worker { migrations: Some(1), ..Worker::default() }));
        let unplanned = Entry { cpus: Vec::new(), ..with(loose) };
        assert_eq!(lost_seats(&unplanned), 0, "nobody wanted them anywhere");
    }

    #[test]
    fn cores_that_are_all_alike_are_the_fastest() {
        let mut machine = hybrid();
        machine.topology.iter_mut().for_each(|cpu| cpu.kind = None);
        assert_eq!(told(&machine, &[0, 4]), Some([2, 0, 0]));
        machine.topology[0].kind = Some(CoreKind::Performance);
        assert_eq!(told(&machine, &[0, 4]), None);
    }

    #[test]
    fn what_the_file_does_not_tell_is_unknown() {
        let mut machine = hybrid();
        assert_eq!(told(&machine, &[]), None);
        assert_eq!(told(&machine, &[0, 6]), None);
        machine.topology[0].core = None;
        assert_eq!(told(&machine, &[0, 2]), None);
        machine.topology.clear();
        assert!(is_one_per_core(&machine, &entry(&[0, 1, 2, 3])));
        assert!(!is_one_per_core(&machine, &entry(&[0, 1, 2, 3, 4])));
        machine.physical_cores = None;
        assert!(is_one_per_core(&machine, &entry(&[0, 1, 2, 3, 4])));
    }
}
