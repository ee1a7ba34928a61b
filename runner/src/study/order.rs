//! Which configurations are measured, and in which order.
//!
//! Pure and apart, so that "every configuration once per block, at random" is tested without
//! measuring. Blocks undo slow drift (heat, neighbours on the same host): whatever the machine does
//! during one block, it does to all configurations, and the random order inside keeps a rhythm of the
//! machine from always meeting the same one. (Hoefler & Belli, SC'15, rules 5 and 9.)
//! Next: [`super::run`].

use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;
use serde::Serialize;

use crate::backend::{Backend, Scaling};
use crate::placement::{self, Placement};

/// One way to run the job of a workload: a cell of the study's grid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Configuration {
    /// Name of the backend.
    pub backend: &'static str,
    /// Number of workers.
    pub workers: usize,
    /// The planned CPU of each worker.
    pub cpus: Vec<usize>,
    /// Whether there are more workers than CPUs.
    pub oversubscribed: bool,
}

impl Configuration {
    /// `threads with 3 workers`, for messages.
    pub fn describe(&self) -> String {
        let plural = if self.workers == 1 { "" } else { "s" };
        format!("{} with {} worker{plural}", self.backend, self.workers)
    }
}

/// Every backend with every number of workers that it can have, each once.
///
/// One worker is always among them: besides the serial baseline, a speed-up needs the time of one
/// worker on the same path (Hoefler & Belli, rule 1).
pub fn grid(
    backends: &[&'static dyn Backend],
    workers: &[usize],
    allowed: &[usize],
) -> Vec<(&'static dyn Backend, Placement)> {
    let mut counts = workers.to_vec();
    counts.push(1);
    counts.sort_unstable();
    counts.dedup();
    let mut grid = Vec::new();
    for &backend in backends {
        let counts = match backend.scaling() {
            Scaling::One => &[1][..],
            Scaling::Any => &counts,
        };
        grid.extend(counts.iter().map(|&n| (backend, placement::in_order(n, allowed))));
    }
    grid
}

/// What `study.json` says about one cell of the grid.
pub fn configuration(backend: &dyn Backend, placement: &Placement) -> Configuration {
    Configuration {
        backend: backend.name(),
        workers: placement.workers(),
        cpus: placement.cpus(),
        oversubscribed: placement.is_oversubscribed(),
    }
}

/// Endless random blocks: each is a permutation of `0..configurations`.
///
/// The order is a function of (`seed`, `stream`); every workload takes its position as its stream.
pub fn blocks(seed: u64, stream: u64, configurations: usize) -> impl Iterator<Item = Vec<usize>> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream);
    std::iter::repeat_with(move || {
        let mut block: Vec<usize> = (0..configurations).collect();
        block.shuffle(&mut random);
        block
    })
}

#[cfg(test)]
mod tests {
    use super::{blocks, grid};
    use crate::backend::ALL;

    #[test]
    fn every_block_holds_every_configuration_once() {
        for block in blocks(1, 0, 6).take(50) {
            let mut sorted = block.clone();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4, 5], "{block:?}");
        }
    }

    #[test]
    fn order_is_a_function_of_seed_and_stream() {
        let of = |seed, stream| blocks(seed, stream, 6).take(20).collect::<Vec<_>>();
        assert_eq!(of(7, 0), of(7, 0));
        assert_ne!(of(7, 0), of(8, 0));
        assert_ne!(of(7, 0), of(7, 1));
    }

    #[test]
    fn every_configuration_comes_first_sometimes() {
        for first in 0..6 {
            assert!(
                blocks(3, 0, 6).take(200).any(|block| block[0] == first),
                "{first} never first"
            );
        }
    }

    #[test]
    fn the_grid_holds_both_baselines_and_nothing_twice() {
        let cells: Vec<_> = grid(ALL, &[3, 2, 3], &[4, 5])
            .iter()
            .map(|(backend, placement)| (backend.name(), placement.workers()))
            .collect();
        assert_eq!(cells[0], (ALL[0].name(), 1));
        for backend in ALL {
            assert!(cells.contains(&(backend.name(), 1)), "{backend:?} with 1 worker");
        }
        let mut unique = cells.clone();
        unique.dedup();
        assert_eq!(unique, cells);
        assert!(cells.iter().any(|&(_, workers)| workers == 3));
    }
}
