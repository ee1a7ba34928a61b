//! Seats that count hardware threads as cores.
//!
//! Pure and apart, so that it is tested on made-up machines. Next: [`crate::placement`], where workers
//! sit otherwise.

use crate::machine::Topology;

/// The allowed CPUs with the hardware threads of a core one after another, cores in the order of their
/// first CPUs: a reader of `cpu_count` who starts two workers may get one core.
///
/// # Errors
/// Why no two allowed CPUs can be told to share a core.
pub(super) fn siblings_first(
    topology: &Topology,
    allowed: &[usize],
) -> Result<Vec<usize>, &'static str> {
    let cpus = topology.usable(allowed);
    if cpus.iter().any(|cpu| cpu.core.is_none()) {
        return Err("the system does not tell which CPUs share a core");
    }
    let first_of = |core| cpus.iter().filter(move |cpu| cpu.core == core).map(|cpu| cpu.id).min();
    let mut seats: Vec<_> = cpus.iter().map(|cpu| (first_of(cpu.core), cpu.id)).collect();
    seats.sort_unstable();
    if seats.iter().all(|&(first, id)| first == Some(id)) {
        return Err("no two CPUs share a core, as far as the system tells");
    }
    Ok(seats.into_iter().map(|(_, id)| id).collect())
}

#[cfg(test)]
mod tests {
    use super::siblings_first;
    use crate::machine::Topology;
    use crate::machine::topology::Cpu;

    fn topology(cores: &[Option<usize>]) -> Topology {
        let cpu = |(id, &core): (usize, &Option<usize>)| Cpu { id, core, ..Cpu::default() };
        Topology { cpus: cores.iter().enumerate().map(cpu).collect() }
    }

    #[test]
    fn siblings_follow_each_other() {
        let spread = topology(&[Some(0), Some(1), Some(0), Some(1)]);
        assert_eq!(siblings_first(&spread, &[0, 1, 2, 3]), Ok(vec![0, 2, 1, 3]));
        assert_eq!(siblings_first(&spread, &[1, 2, 3]), Ok(vec![1, 3, 2]));
    }

    #[test]
    fn without_siblings_there_is_a_reason() {
        let spread = topology(&[Some(0), Some(1), Some(0), None]);
        assert!(siblings_first(&spread, &[0, 1]).unwrap_err().starts_with("no two CPUs"));
        assert!(siblings_first(&spread, &[0, 3]).unwrap_err().contains("does not tell"));
        assert!(siblings_first(&Topology::default(), &[0, 1]).unwrap_err().contains("not tell"));
    }
}
