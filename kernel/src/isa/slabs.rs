//! The slabs of many values: for each of them, how many of some ascending edges are at most as large.
//!
//! ```text
//! level 0                  [ . . . . . . . . ]                    the last edge of each of 8 subtrees
//! level 1     [........] [........]  ...  [........]              8 nodes of 8 keys
//! level 2     the edges themselves, 8 to a node, the last ones ∞
//! slab:       node = 0; on each level: node = 8 node + number of keys of the node <= value
//! ```
//!
//! A node is a cache line, and its keys are compared at once: 500 edges take three steps, without a branch
//! that depends on the value. So the time is the same for any values. Guessing a place, as for single windows,
//! costs as little only where values are spread out evenly: several times as much where they have heavy
//! tails or lie in clusters, because branches are mispredicted and searches are long.

use super::lanes::{GROUP, Job, Lanes, Stored};
use super::masked::Masked;
use crate::samples::Element;

/// Keys of a node.
const KEYS: usize = 8;
/// Levels at most: 8^6 is more than the edges of any column.
const MOST_LEVELS: usize = 6;

/// Eight nodes, none of which splits a cache line.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
struct Nodes([f64; GROUP]);

/// Edges as a tree of nodes with eight children each.
#[derive(Clone, Debug)]
pub(crate) struct Fan {
    /// From the root to the edges; eight nodes together.
    levels: Vec<Vec<Nodes>>,
}

impl Fan {
    /// Of ascending edges, all finite. O(number of edges).
    ///
    /// # Panics
    /// If there are 8^6 of them or more.
    pub(crate) fn new<T: Element>(edges: &[T]) -> Self {
        // One key is left over: the last child of a node is beyond every value.
        let depth = edges.len().checked_ilog(KEYS).unwrap_or(0) as usize + 1;
        assert!(depth <= MOST_LEVELS, "{} edges", edges.len());
        let level = |level: usize| {
            let keys = KEYS.pow(level as u32 + 1);
            let span = KEYS.pow((depth - 1 - level) as u32);
            let key = |k: usize| edges.get((k + 1) * span - 1).map_or(f64::INFINITY, |e| e.widen());
            let group = |first| Nodes(std::array::from_fn(|k| key(first + k)));
            (0..keys).step_by(GROUP).map(group).collect()
        };
        Self { levels: (0..depth).map(level).collect() }
    }
}

/// Finds the slabs of values.
#[derive(Debug)]
pub(crate) struct Slabs<'a, T> {
    pub(crate) edges: &'a Fan,
    pub(crate) values: &'a [T],
    /// The slab of each value.
    pub(crate) found: &'a mut [u32],
}

impl<T: Stored> Job for Slabs<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let vectors = lanes.double();
        match self.edges.levels.len() {
            1 => self.descend::<_, 1>(vectors),
            2 => self.descend::<_, 2>(vectors),
            3 => self.descend::<_, 3>(vectors),
            4 => self.descend::<_, 4>(vectors),
            5 => self.descend::<_, 5>(vectors),
            _ => self.descend::<_, MOST_LEVELS>(vectors),
        }
    }
}

impl<T: Stored> Slabs<'_, T> {
    #[inline(always)]
    fn descend<V: Masked, const LEVELS: usize>(self, vectors: V) {
        let Self { edges, values, found } = self;
        let levels: [&[Nodes]; LEVELS] = std::array::from_fn(|k| &*edges.levels[k]);
        let all = vectors.first(V::WIDTH);
        for (value, found) in values.iter().zip(found) {
            let value = vectors.splat(value.widen());
            let mut node = 0;
            for level in levels {
                let Nodes(group) = &level[node * KEYS / GROUP];
                let first = node * KEYS % GROUP;
                let mut before = 0;
                for at in (0..KEYS).step_by(V::WIDTH) {
                    let keys = vectors.load(group, first + at);
                    before += vectors.bits(vectors.at_most(all, keys, value)).count_ones();
                }
                node = node * KEYS + before as usize;
            }
            *found = node as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa;

    fn check(edges: &[f64], values: &[f64]) {
        let fan = Fan::new(edges);
        for isa in isa::ALL.iter().filter(|isa| isa.is_available()) {
            let mut found = vec![u32::MAX; values.len()];
            (isa.double().slabs)(Slabs { edges: &fan, values, found: &mut found });
            for (value, found) in values.iter().zip(found) {
                let expected = edges.iter().filter(|edge| *edge <= value).count() as u32;
                assert_eq!(found, expected, "{}: {value:e} of {} edges", isa.name(), edges.len());
            }
        }
    }

    #[test]
    fn slabs_are_those_of_a_plain_search() {
        for n in [0, 1, 2, 7, 8, 9, 63, 64, 65, 511, 512, 513, 4095, 4096] {
            let edges: Vec<f64> = (0..n).map(|i| f64::from(i) * 0.5 - 100.0).collect();
            let step = (n / 50).max(1) as usize;
            let near = edges.iter().step_by(step).chain(edges.last());
            let mut values: Vec<f64> =
                near.flat_map(|e| [e.next_down(), *e, e.next_up(), e + 0.25]).collect();
            values.extend([f64::MIN, -0.0, 0.0, 5e-324, f64::MAX]);
            check(&edges, &values);
        }
        let wild = [f64::MIN, -1.0, -5e-324, 0.0, 5e-324, 1.0, f64::MAX];
        check(&wild, &wild);
        check(&wild, &[-0.0]);
    }

    #[test]
    fn singles_are_widened() {
        let edges = [-1.5_f32, 0.1, 0.2];
        let values = [-2.0_f32, -1.5, 0.1, 0.1_f32.next_down(), 0.2, f32::MAX];
        for isa in isa::ALL.iter().filter(|isa| isa.is_available()) {
            let mut found = [0; 6];
            let edges = &Fan::new(&edges);
            (isa.single().slabs)(Slabs { edges, values: &values, found: &mut found });
            assert_eq!(found, [0, 1, 2, 1, 3, 3], "{}", isa.name());
        }
    }
}
