//! In which order the configurations of a block are measured.
//!
//! Pure and apart, so that "every configuration once per block, at random" is tested without
//! measuring. Blocks undo slow drift (heat, neighbours on the same host): whatever the machine does
//! during one block, it does to all configurations, and the random order inside keeps a rhythm of the
//! machine from always meeting the same one. (Hoefler & Belli, SC'15, rules 5 and 9.)
//! Next: `sweep`, which measures in this order.

use rand::SeedableRng as _;
use rand::rngs::ChaCha8Rng;
use rand::seq::SliceRandom;

/// Endless random blocks: each is a permutation of `0..configurations`.
///
/// The order is a function of (`seed`, `stream`); every series takes its position as its stream. So a
/// study that was interrupted goes on in the order that it would have had.
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
    use super::blocks;

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
}
