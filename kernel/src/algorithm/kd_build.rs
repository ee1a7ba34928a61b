//! How the k-d tree is built: every node halves its samples along the dimension in which they are widest.
//!
//! ```text
//! large nodes    positions of samples are halved by their coordinates, which are read from all over a column
//! small nodes    the coordinates are copied to a room in the cache first, and all levels below are cut there
//! ```
//!
//! Most levels of a tree over 10⁶ samples are cut in the cache: with 2 dimensions that spares a third of the
//! time, with 8 a half. The samples go from there to their places, so that there are never two copies of them:
//! beside the samples and the copy in the order of leaves there are only their positions. Before the copy is
//! made there are, with the positions, the coordinates along which they are halved.
//!
//! (To split by two values that enclose the median, known from some samples, and to select among those between
//! takes longer than to select at once.) Apart from [`super::kd_tree`], which asks the tree.

use std::ops::Range;

use super::kd_tree::{Node, start};
use crate::isa::GROUP;
use crate::samples::Element;
use crate::team::{self, Team};

/// Samples of a node, at most, whose spread stands for that of all.
const SPREAD: usize = 64;
/// Samples of a node that is cut in the cache: each column takes an eighth of a megabyte as doubles.
const LOCAL: usize = 1 << 14;

/// What a tree consists of.
pub(super) struct Built<T> {
    /// `nodes[i]` for i from 1 to `leaves` − 1.
    pub(super) nodes: Vec<Node<T>>,
    /// The samples in the order of leaves, one column after the other, each with [`GROUP`] more values.
    pub(super) values: Vec<T>,
}

/// Builds a tree with so many leaves, a power of two. `order` has the positions of all samples, and is put in
/// the order of leaves. O(n log n).
pub(super) fn build<T: Element>(
    columns: &[&[T]],
    leaves: usize,
    order: &mut [u32],
    team: &dyn Team,
) -> Built<T> {
    let n = order.len();
    let builder = Builder { columns, leaves, n };
    let mut nodes = vec![Node::default(); leaves];
    let subtrees =
        builder.cut_large(Subtree { node: 1, leaves: 0..leaves, order }, &mut nodes, team);
    // Not before: until here there is room to halve all samples in.
    let mut values = vec![T::default(); columns.len() * (n + GROUP)];
    let lens: Vec<usize> = subtrees.iter().map(|subtree| subtree.order.len()).collect();
    let mut to: Vec<Vec<&mut [T]>> = lens.iter().map(|_| Vec::new()).collect();
    for column in values.chunks_exact_mut(n + GROUP) {
        let mut rest = column;
        for (to, &len) in to.iter_mut().zip(&lens) {
            to.push(rest.split_off_mut(..len).unwrap_or_default());
        }
    }
    let parts = team::map(team, subtrees.into_iter().zip(to).collect(), |(subtree, to)| {
        builder.finish(subtree, to)
    });
    for (index, node) in parts.into_iter().flatten() {
        nodes[index] = node;
    }
    Built { nodes, values }
}

/// A part of the tree that is being built.
struct Subtree<'a> {
    /// Its root.
    node: usize,
    leaves: Range<usize>,
    /// Samples, to be put in the order of leaves.
    order: &'a mut [u32],
}

struct Builder<'a, T> {
    columns: &'a [&'a [T]],
    leaves: usize,
    n: usize,
}

/// Nodes that were found, and room to halve another.
struct Found<T> {
    nodes: Vec<(usize, Node<T>)>,
    keyed: Vec<(T, u32)>,
}

impl<T: Element> Builder<'_, T> {
    /// Level by level, until every subtree has a place in the cache and every member of the team one to cut.
    fn cut_large<'a>(
        &self,
        root: Subtree<'a>,
        nodes: &mut [Node<T>],
        team: &dyn Team,
    ) -> Vec<Subtree<'a>> {
        let mut subtrees = vec![root];
        // Those of a level have the same number of leaves, and of samples but for one.
        while subtrees[0].leaves.len() > 1
            && (subtrees[0].order.len() > LOCAL || subtrees.len() < team.size())
        {
            let halves = team::map(team, subtrees, |subtree| {
                let index = subtree.node;
                let (node, halves) = self.cut(subtree);
                (index, node, halves)
            });
            subtrees = Vec::with_capacity(2 * halves.len());
            for (index, node, children) in halves {
                nodes[index] = node;
                subtrees.extend(children);
            }
        }
        subtrees
    }

    /// Halves a subtree.
    fn cut<'a>(&self, subtree: Subtree<'a>) -> (Node<T>, [Subtree<'a>; 2]) {
        let Subtree { node, leaves, order } = subtree;
        let (middle_leaf, middle) = self.middle(&leaves);
        let cut = self.halve(order, middle, &mut Vec::new());
        let (left, right) = order.split_at_mut(middle);
        let left = Subtree { node: 2 * node, leaves: leaves.start..middle_leaf, order: left };
        let right = Subtree { node: 2 * node + 1, leaves: middle_leaf..leaves.end, order: right };
        (cut, [left, right])
    }

    /// Cuts a subtree down to its leaves, and copies its samples to their places, column by column.
    fn finish(&self, subtree: Subtree<'_>, to: Vec<&mut [T]>) -> Vec<(usize, Node<T>)> {
        let Subtree { node, leaves, order } = subtree;
        let copy = |column: &&[T]| order.iter().map(|&i| column[i as usize]).collect();
        let columns: Vec<Vec<T>> = self.columns.iter().map(copy).collect();
        let columns: Vec<&[T]> = columns.iter().map(|column| &**column).collect();
        let builder = Builder { columns: &columns, ..*self };
        let mut places: Vec<u32> = (0..order.len() as u32).collect();
        let nodes = Vec::with_capacity(leaves.len());
        let mut found = Found { nodes, keyed: Vec::with_capacity(order.len()) };
        builder.descend(node, leaves, &mut places, &mut found);
        for (to, column) in to.into_iter().zip(columns) {
            for (to, &place) in to.iter_mut().zip(&places) {
                *to = column[place as usize];
            }
        }
        let positions = order.to_vec();
        for (to, &place) in order.iter_mut().zip(&places) {
            *to = positions[place as usize];
        }
        found.nodes
    }

    /// Cuts down to the leaves.
    fn descend(&self, node: usize, leaves: Range<usize>, order: &mut [u32], found: &mut Found<T>) {
        if leaves.len() > 1 {
            let (middle_leaf, middle) = self.middle(&leaves);
            let cut = self.halve(order, middle, &mut found.keyed);
            found.nodes.push((node, cut));
            let (left, right) = order.split_at_mut(middle);
            self.descend(2 * node, leaves.start..middle_leaf, left, found);
            self.descend(2 * node + 1, middle_leaf..leaves.end, right, found);
        }
    }

    /// The leaf in the middle, and how many samples are in the leaves before it.
    fn middle(&self, leaves: &Range<usize>) -> (usize, usize) {
        let leaf = leaves.start + leaves.len() / 2;
        let [first, middle] = [leaves.start, leaf].map(|leaf| start(leaf, self.leaves, self.n));
        (leaf, middle - first)
    }

    /// Puts the `middle` samples that come first along the widest dimension before the others.
    fn halve(&self, order: &mut [u32], middle: usize, keyed: &mut Vec<(T, u32)>) -> Node<T> {
        let dimension = self.widest(order);
        let column = self.columns[dimension];
        keyed.clear();
        keyed.extend(order.iter().map(|&i| (column[i as usize], i)));
        if middle < keyed.len() {
            keyed.select_nth_unstable_by(middle, |a, b| a.0.widen().total_cmp(&b.0.widen()));
        }
        for (to, (_, i)) in order.iter_mut().zip(&*keyed) {
            *to = *i;
        }
        let left = keyed[..middle].iter().map(|key| key.0);
        let largest = left.reduce(|a, b| if b > a { b } else { a });
        Node {
            left: largest.unwrap_or_default(),
            right: keyed.get(middle).map_or_else(T::default, |key| key.0),
            dimension: dimension as u32,
        }
    }

    /// The dimension in which some samples, taken evenly, are spread out most.
    fn widest(&self, order: &[u32]) -> usize {
        let stride = order.len().div_ceil(SPREAD).max(1);
        let spread = |column: &&[T]| {
            let mut some = order.iter().step_by(stride).map(|&i| column[i as usize]);
            let first = some.next().unwrap_or_default();
            // Comparisons, because `min` and `max` of floats take several instructions each.
            let ends = some.fold([first; 2], |[least, most], s| {
                [if s < least { s } else { least }, if s > most { s } else { most }]
            });
            ends[1].widen() - ends[0].widen()
        };
        let spreads = self.columns.iter().map(spread).enumerate();
        spreads.max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |(dimension, _)| dimension)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::team::{Alone, Part};

    struct Three;
    impl Team for Three {
        fn size(&self) -> usize {
            3
        }
        fn run(&self, parts: Vec<Part<'_>>) {
            parts.into_iter().rev().for_each(|part| part());
        }
    }

    /// Every sample is in a leaf once, with all its coordinates, and on the right side of every cut above.
    fn check(columns: &[Vec<f32>], leaves: usize, team: &dyn Team) {
        let n = columns[0].len();
        let columns: Vec<&[f32]> = columns.iter().map(|column| &**column).collect();
        let mut order: Vec<u32> = (0..n as u32).collect();
        let Built { nodes, values } = build(&columns, leaves, &mut order, team);
        assert_eq!(values.len(), columns.len() * (n + GROUP));
        let sorted: Vec<&[f32]> = values.chunks_exact(n + GROUP).collect();
        let mut is_seen = vec![false; n];
        for (place, &i) in order.iter().enumerate() {
            assert!(!std::mem::replace(&mut is_seen[i as usize], true), "{i} twice");
            for (sorted, column) in sorted.iter().zip(&columns) {
                assert_eq!(sorted[place].to_bits(), column[i as usize].to_bits(), "{i} at {place}");
            }
        }
        for leaf in 0..leaves {
            let samples = start(leaf, leaves, n)..start(leaf + 1, leaves, n);
            let mut child = leaf + leaves;
            while child > 1 {
                let Node { left, right, dimension } = nodes[child / 2];
                for s in &sorted[dimension as usize][samples.clone()] {
                    assert!(
                        if child.is_multiple_of(2) { *s <= left } else { *s >= right },
                        "leaf {leaf}"
                    );
                }
                child /= 2;
            }
        }
    }

    #[test]
    fn leaves_hold_every_sample_on_its_side_of_each_cut() {
        let value = |i: usize, j: usize| {
            (((i * 3 + j) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as f32
        };
        for n in [0, 1, 2, 63, 64, 200, LOCAL + 1, 3 * LOCAL + 5] {
            let leaves = n.div_ceil(64).next_power_of_two();
            let made: Vec<Vec<f32>> =
                (0..3).map(|j| (0..n).map(|i| value(i, j)).collect()).collect();
            let ties: Vec<Vec<f32>> = made[..2]
                .iter()
                .map(|column| column.iter().map(|s| (s % 3.0) - 1.0).collect())
                .collect();
            for team in [&Alone as &dyn Team, &Three] {
                check(&made, leaves, team);
                check(&ties, leaves, team);
                check(&[vec![-0.0; n]], leaves, team);
            }
        }
    }
}
