//! Decides on which CPU each worker sits.
//!
//! Pure and apart, so that placing is tested on made-up machines. There is one policy so far, one
//! worker after another over the allowed CPUs in the order of their ids; a policy that knows hyper-
//! threads or caches becomes a second function with the same result. Neighbouring ids may be two
//! hyper-threads of one core, which the ids alone do not tell. Next:
//! [`machine::affinity`](crate::machine::affinity), which puts a thread where this file says.

/// One CPU for each worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// `cpus[w]` is the id of the logical CPU of worker w.
    pub cpus: Vec<usize>,
    /// Whether workers have a CPU each or must take turns.
    pub room: Room,
}

/// Whether every worker has a CPU of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// No two workers share a CPU.
    OwnCpu,
    /// There are more workers than CPUs: times measured so say nothing about scaling.
    Oversubscribed,
}

impl Placement {
    /// Number of workers.
    pub fn workers(&self) -> usize {
        self.cpus.len()
    }

    /// Whether workers must take turns on a CPU.
    pub fn is_oversubscribed(&self) -> bool {
        self.room == Room::Oversubscribed
    }
}

/// Worker w sits on allowed CPU number w, starting over when they are used up.
///
/// Without any allowed CPU there is nowhere to sit: the placement is empty.
pub fn in_order(workers: usize, allowed: &[usize]) -> Placement {
    let room = if workers > allowed.len() { Room::Oversubscribed } else { Room::OwnCpu };
    Placement { cpus: allowed.iter().copied().cycle().take(workers).collect(), room }
}

#[cfg(test)]
mod tests {
    use super::{Room, in_order};

    #[test]
    fn workers_sit_on_allowed_cpus_one_after_another() {
        let placement = in_order(2, &[3, 5, 9]);
        assert_eq!((placement.cpus.as_slice(), placement.room), (&[3, 5][..], Room::OwnCpu));
        assert!(!in_order(3, &[3, 5, 9]).is_oversubscribed());
    }

    #[test]
    fn more_workers_than_cpus_wrap_and_are_marked() {
        let placement = in_order(5, &[3, 5]);
        assert_eq!(placement.cpus, [3, 5, 3, 5, 3]);
        assert!(placement.is_oversubscribed());
        assert_eq!(placement.workers(), 5);
    }

    #[test]
    fn nowhere_to_sit_is_an_empty_placement() {
        assert_eq!(in_order(2, &[]).workers(), 0);
    }
}
