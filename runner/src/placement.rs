//! Decides on which CPU each worker sits.
//!
//! Pure and apart, so that placing is tested on made-up machines. Next:
//! [`machine::affinity`](crate::machine::affinity), which puts a thread where this file says.

/// A seat for each worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The policy that was asked for, such as `physical` or `0,2`.
    pub policy: String,
    /// `seats[w]` is the logical CPU that worker w is pinned to; `None` if it may wander.
    pub seats: Vec<Option<usize>>,
    /// Whether workers have a CPU each or must take turns.
    pub room: Room,
}

/// What a worker has for itself.
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
}

/// Worker w sits on allowed CPU number w, starting over when they are used up.
///
/// Without any allowed CPU there is nowhere to sit: the placement is empty.
pub fn in_order(workers: usize, allowed: &[usize]) -> Placement {
    let room = if workers > allowed.len() { Room::Oversubscribed } else { Room::OwnCore };
    let seats = allowed.iter().copied().map(Some).cycle().take(workers).collect();
    Placement { policy: "in order".into(), seats, room }
}

#[cfg(test)]
mod tests {
    use super::in_order;

    #[test]
    fn workers_sit_on_allowed_cpus_one_after_another() {
        assert_eq!(in_order(2, &[3, 5, 9]).cpus(), [3, 5]);
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
}
