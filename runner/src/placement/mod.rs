//! Decides on which CPU each worker sits.
//!
//! Pure and apart, so that placing is tested on made-up machines: a topology and the allowed CPUs go
//! in, a seat for each worker comes out. Neighbouring ids may be two hardware threads of one core, so
//! "the first two CPUs" is no plan; which plan it is, is part of every result.
//!
//! ```
//! use runner::machine::Topology;
//! use runner::placement::{Room, policy};
//!
//! let two_cpus = Topology::default(); // of which nothing is known
//! let placement = policy::parse("physical")?.place(3, &two_cpus, &[0, 1])?;
//! assert_eq!(placement.cpus(), [0, 1, 0]);
//! assert_eq!(placement.room, Room::Oversubscribed);
//! # Ok::<(), runner::placement::Error>(())
//! ```
//!
//! Next: [`policy`], the table of policies; `order`, how each ranks the CPUs; [`workers`], how many
//! workers are worth measuring; [`machine::affinity`](crate::machine::affinity), which puts a thread
//! where this module says.

mod order;
pub mod policy;
pub mod workers;

pub use policy::{ALL, Choice, Policy, parse};
pub use workers::default_workers;

use std::collections::BTreeSet;

use crate::machine::topology::{Cpu, cores_of};

/// A seat for each worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The policy that was asked for, such as `physical` or `0,2`.
    pub policy: String,
    /// `seats[w]` is the logical CPU that worker w is pinned to; `None` if it may wander.
    pub seats: Vec<Option<usize>>,
    /// What workers have for themselves.
    pub room: Room,
}

/// What a worker has for itself, as far as cores are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// A core.
    OwnCore,
    /// A CPU, but on some core there are two workers.
    SharesCores,
    /// There are more workers than CPUs: times measured so say nothing about scaling.
    Oversubscribed,
}

impl Placement {
    /// Number of workers.
    pub fn workers(&self) -> usize {
        self.seats.len()
    }

    /// The planned CPUs, worker by worker; empty if workers may wander.
    pub fn cpus(&self) -> Vec<usize> {
        self.seats.iter().copied().collect::<Option<_>>().unwrap_or_default()
    }

    /// Whether workers must take turns on a CPU.
    pub fn is_oversubscribed(&self) -> bool {
        self.room == Room::Oversubscribed
    }

    /// Worker w sits on seat number w of `seats`, starting over when they are used up. `cpus` are all
    /// the CPUs that workers may use, and `seats` ids among them.
    fn wrapped(policy: String, workers: usize, seats: &[Option<usize>], cpus: &[Cpu]) -> Self {
        let seats_taken: Vec<_> = seats.iter().copied().cycle().take(workers).collect();
        let room = room(&seats_taken, seats.len(), cpus);
        Self { policy, seats: seats_taken, room }
    }
}

/// The room that workers on `taken` seats have, if there are `seats` in all.
fn room(taken: &[Option<usize>], seats: usize, cpus: &[Cpu]) -> Room {
    let workers = taken.len();
    let pinned: BTreeSet<usize> = taken.iter().flatten().copied().collect();
    let used: Vec<Cpu> = cpus.iter().filter(|cpu| pinned.contains(&cpu.id)).copied().collect();
    // Workers that may wander share cores only if there are too few.
    let cores = if pinned.is_empty() { cores_of(cpus) } else { cores_of(&used) };
    match workers {
        _ if workers > seats => Room::Oversubscribed,
        _ if workers > cores => Room::SharesCores,
        _ => Room::OwnCore,
    }
}

/// Worker w sits on allowed CPU number w, starting over when they are used up: for callers who know
/// no topology.
///
/// Without any allowed CPU there is nowhere to sit: the placement is empty.
pub fn in_order(workers: usize, allowed: &[usize]) -> Placement {
    let seats: Vec<_> = allowed.iter().copied().map(Some).collect();
    let cpus: Vec<_> = allowed.iter().map(|&id| Cpu { id, ..Cpu::default() }).collect();
    Placement::wrapped("in order".into(), workers, &seats, &cpus)
}

/// Why there is no placement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Neither the name of a policy nor a list of CPUs.
    #[error(
        "placement '{text}' is neither a policy nor a list of CPUs; allowed: {}, or ids such as 0,2-4",
        policy::names()
    )]
    Unknown {
        /// What was asked for.
        text: String,
    },
    /// A list names a CPU twice.
    #[error("placement '{text}' names cpu {cpu} twice; for two workers on it ask for more workers")]
    Repeated {
        /// The list.
        text: String,
        /// The CPU.
        cpu: usize,
    },
    /// A list names a CPU that cannot be used.
    #[error("cpu {cpu} of placement '{text}' {fault}; allowed: {}", list(allowed))]
    Unusable {
        /// The list.
        text: String,
        /// The CPU.
        cpu: usize,
        /// What is wrong with it.
        fault: Fault,
        /// The CPUs that a list may name.
        allowed: Vec<usize>,
    },
    /// No CPU is both online and allowed.
    #[error(
        "no CPU is left to place workers on: of the allowed CPUs ({}) none is online",
        list(allowed)
    )]
    NoCpu {
        /// The CPUs that the process may use.
        allowed: Vec<usize>,
    },
}

/// What is wrong with a CPU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is switched off, or there is none of this id.
    #[error("is not online")]
    NotOnline,
    /// The mask of this process does not hold it.
    #[error("is not allowed for this process")]
    NotAllowed,
}

/// CPU ids as text: `0, 1, 5`.
fn list(cpus: &[usize]) -> String {
    cpus.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::{Cpu, Room, in_order, room};

    #[test]
    fn workers_sit_on_allowed_cpus_one_after_another() {
        let placement = in_order(2, &[3, 5, 9]);
        assert_eq!((placement.cpus(), placement.room), (vec![3, 5], Room::OwnCore));
        assert!(!in_order(3, &[3, 5, 9]).is_oversubscribed());
    }

    #[test]
    fn more_workers_than_cpus_wrap_and_are_marked() {
        let placement = in_order(5, &[3, 5]);
        assert_eq!(placement.cpus(), [3, 5, 3, 5, 3]);
        assert!(placement.is_oversubscribed());
        assert_eq!(placement.workers(), 5);
    }

    #[test]
    fn nowhere_to_sit_is_an_empty_placement() {
        assert_eq!(in_order(2, &[]).workers(), 0);
    }

    #[test]
    fn room_depends_on_the_cores_of_the_seats() {
        let cpu = |id, core| Cpu { id, core: Some(core), ..Cpu::default() };
        let cpus = [cpu(0, 0), cpu(1, 0), cpu(2, 1), cpu(3, 1)];
        assert_eq!(room(&[Some(0), Some(2)], 4, &cpus), Room::OwnCore);
        assert_eq!(room(&[Some(0), Some(1)], 4, &cpus), Room::SharesCores);
        assert_eq!(room(&[Some(0), Some(0)], 1, &cpus), Room::Oversubscribed);
        let wandering = |workers| room(&vec![None; workers], 4, &cpus);
        assert_eq!(wandering(2), Room::OwnCore);
        assert_eq!(wandering(3), Room::SharesCores);
        assert_eq!(wandering(5), Room::Oversubscribed);
    }
}
