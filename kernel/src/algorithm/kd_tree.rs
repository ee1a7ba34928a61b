//! Several dimensions: a k-d tree whose leaves are scanned with vectors.
//!
//! ```text
//! count(node):
//!     every sample of the node is inside       + their number, nothing is looked at
//!     a leaf                                   its samples are a piece for the scan
//!     else, split along dimension j            count(left)  unless its largest s_j is below the window
//!                                              count(right) unless its smallest s_j is above it
//! ```
//!
//! Departures from the usual tree, each with its reason:
//!
//! 1. *No bounding boxes.* Of a node's 2d sides only the one that was cut last can newly be inside or
//!    outside. So a set of 2d bits, the sides that are known to be inside the window, goes down the tree, and
//!    a node costs two comparisons for each child instead of 2d.
//! 2. *No counts and no pointers in nodes.* The tree is complete: node i has the children 2i and 2i + 1, and
//!    leaf l of L holds the samples from l·n/L to (l + 1)·n/L.
//! 3. *Leaves of tens of samples.* A vector tests 8 of them at once; a node costs as much as a vector.
//! 4. *Neighbouring leaves are one piece*, because samples lie in the order of leaves.
//!
//! The walk stands in [`super::kd_walk`].

use std::ops::Range;

use super::kd_build::{self, Built};
use super::kd_walk::{self, Number};
use super::kd_weights::WeightedTree;
use super::order::{self, Ascending};
use super::plan::Cost;
use super::shape::{Held, Shape};
use super::{Index, Recipe, kd_widths};
use crate::isa::{GROUP, Isa, Kernels};
use crate::query::{Checked, Query};
use crate::samples::{Element, Run};
use crate::team::{self, Team};
use crate::window::Reach;

/// Samples in a leaf at most; at least half as many.
const LEAF: usize = 64;
/// Samples in a leaf on average.
pub(super) const USUAL: f64 = 0.75 * LEAF as f64;
/// Centers that are put in the order of leaves at least.
const MANY: usize = 1024;
/// Dimensions at most: sides are bits of a 32-bit word.
pub(super) const MOST_D: usize = 16;

/// The k-d tree.
pub(crate) struct KdTree;

impl Recipe for KdTree {
    const NAME: &'static str = "kd_tree";
    const ABOUT: &'static str =
        "d up to 16: a tree of halves; whole nodes are counted, leaves scanned";
    const TAKES_WEIGHTS: bool = true;

    fn check(n: usize, d: usize) -> Result<(), String> {
        super::fits(n)?;
        if d <= MOST_D { Ok(()) } else { Err(format!("1 to {MOST_D} dimensions")) }
    }

    fn cost(shape: &Shape) -> Cost {
        let Shape { n, d, centers, widths, .. } = *shape;
        let levels = (n / USUAL).log2().max(1.0);
        let build = n * (1.7 + 2.6 * levels + d * (0.25 + 0.76 * levels + 2.8 * shape.far()));
        let down = if shape.is_full() { 0.0 } else { 10.2 * levels };
        let border = shape.mean(|held| leaves(held, n, d)[1]);
        // Leaves that no cache holds; where centers are many they come in the order of leaves, and share them.
        let miss = if centers < MANY as f64 { 8.0 } else { 2.8 };
        let leaf = 2.2 + d * (11.8 + miss * (n * d / 3e5).log2().max(0.0));
        let each = widths * (57.0 + down + border * leaf);
        let all = if kd_widths::is_possible(d as usize, widths as usize) {
            let samples = USUAL * shape.mean_of_widest(|held| leaves(held, n, d)[0]);
            148.0 + 6.5 * widths + samples * (2.1 + 0.82 * d)
        } else {
            f64::INFINITY
        };
        Cost { build, answer: centers * each.min(all) }
    }

    fn build<'a, T: Element>(
        run: &Run<'a, T>,
        isa: &'static Isa,
        team: &dyn Team,
    ) -> Box<dyn Index<T> + 'a> {
        Box::new(Tree::with_order(run, T::kernels(isa), team).0)
    }

    fn weigh<'a, T: Element>(
        run: &Run<'a, T>,
        weights: &'a [u64],
        isa: &'static Isa,
        team: &dyn Team,
    ) -> Option<Box<dyn Index<T> + 'a>> {
        Some(Box::new(WeightedTree::new(run, weights, isa, team)))
    }
}

/// Leaves that a window meets, and that its border cuts: one at least, unless everything is inside.
fn leaves(held: Held, n: f64, d: f64) -> [f64; 2] {
    if held.is_all() {
        return [0.0; 2];
    }
    let region = held.region(d);
    let leaves = n * region.share / USUAL;
    let levels = leaves.log2().max(0.0);
    // Not 0 where all is one leaf: a thickness is the power of a quotient by it.
    let cuts = d.min(levels).max(0.3);
    let parts = region.met_and_cut(2.0_f64.powf(-levels / cuts), cuts);
    parts.map(|part| (part * leaves).max(1.0))
}

/// The prepared samples.
#[derive(Debug)]
pub(super) struct Tree<T: Element> {
    pub(super) kernels: &'static Kernels<T>,
    pub(super) n: usize,
    /// A power of two.
    pub(super) leaves: usize,
    /// `nodes[i]` for i from 1 to `leaves` − 1.
    pub(super) nodes: Vec<Node<T>>,
    /// The samples in the order of leaves, one column after the other, each with [`GROUP`] more values.
    values: Vec<T>,
    /// The least and the largest value of each column.
    pub(super) bounds: Vec<[T; 2]>,
}

/// A cut along a dimension.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Node<T> {
    /// The largest value on the left.
    pub(super) left: T,
    /// The smallest value on the right.
    pub(super) right: T,
    pub(super) dimension: u32,
}

/// The first sample of leaf `leaf`.
pub(super) fn start(leaf: usize, leaves: usize, n: usize) -> usize {
    (leaf as u64 * n as u64 / leaves as u64) as usize
}

impl<T: Element> Tree<T> {
    /// The tree, and the samples in the order of its leaves.
    pub(super) fn with_order(
        run: &Run<'_, T>,
        kernels: &'static Kernels<T>,
        team: &dyn Team,
    ) -> (Self, Vec<u32>) {
        let n = run.len();
        let leaves = n.div_ceil(LEAF).next_power_of_two();
        let mut order: Vec<u32> = (0..n as u32).collect();
        let Built { nodes, values } = kd_build::build(run.columns(), leaves, &mut order, team);
        let bounds = team::map(team, run.columns().to_vec(), bounds);
        (Self { kernels, n, leaves, nodes, values, bounds }, order)
    }

    pub(super) fn columns(&self) -> impl Iterator<Item = &[T]> {
        self.values.chunks_exact(self.n + GROUP)
    }
}

fn bounds<T: Element>(column: &[T]) -> [T; 2] {
    let first = column.first().copied().unwrap_or_default();
    column.iter().fold([first; 2], |[least, most], &s| {
        [if s < least { s } else { least }, if s > most { s } else { most }]
    })
}

impl<T: Element> Index<T> for Tree<T> {
    fn count(&self, center: &[f64], reach: Reach<'_>) -> u64 {
        kd_walk::walk(self, Number, center, reach)
    }

    fn answer(&self, query: &Query<'_>, counts: &mut [u64]) {
        match query.sizes() {
            Checked::Shared(widths) if kd_widths::is_cheaper(self, query, widths.ranking()) => {
                kd_widths::answer(self, query, widths.ranking(), counts);
            }
            _ => query.add_each(counts, |center, reach| self.count(center, reach)),
        }
    }

    fn share(&self, query: &Query<'_>, counts: &mut [u64], team: &dyn Team) {
        self.share_by_leaf(self, query, counts, team);
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.nodes) + size_of_val(&*self.values) + size_of_val(&*self.bounds)
    }
}

impl<T: Element> Tree<T> {
    /// Many centers are answered leaf by leaf: one finds in the cache what the one before looked at. `index`
    /// holds this tree, and answers.
    pub(super) fn share_by_leaf(
        &self,
        index: &impl Index<T>,
        query: &Query<'_>,
        counts: &mut [u64],
        team: &dyn Team,
    ) {
        if !order::suits(query.centers(), MANY) || query.reaches().is_none() {
            return super::share_centers(index, query, counts, team);
        }
        let (d, row) = (query.d(), query.counts_per_center());
        let centers = query.coordinates().chunks_exact(d);
        let order = Ascending::new(centers.map(|center| self.leaf_of(center) as f64)).positions;
        let center = |&c: &u32| &query.coordinates()[c as usize * d..][..d];
        let sorted: Vec<f64> = order.iter().flat_map(center).copied().collect();
        let mut found = vec![0; counts.len()];
        super::share_centers(index, &query.around(&sorted), &mut found, team);
        for (found, &c) in found.chunks_exact(row).zip(&order) {
            let counts = &mut counts[c as usize * row..][..row];
            counts.iter_mut().zip(found).for_each(|(count, found)| *count += found);
        }
    }

    /// The leaf in which a center lies, or beside which.
    fn leaf_of(&self, center: &[f64]) -> usize {
        let mut node = 1;
        while node < self.leaves {
            let Node { right, dimension, .. } = self.nodes[node];
            node = 2 * node + usize::from(center[dimension as usize] >= right.widen());
        }
        node - self.leaves
    }

    /// The samples of a node.
    #[inline]
    pub(super) fn samples_of(&self, node: usize) -> Range<usize> {
        let leaves = self.leaves_of(node);
        self.start(leaves.start)..self.start(leaves.end)
    }

    /// The leaves of a node.
    #[inline]
    pub(super) fn leaves_of(&self, node: usize) -> Range<usize> {
        let level = self.leaves.ilog2() - node.ilog2();
        let first = (node << level) - self.leaves;
        first..first + (1 << level)
    }

    /// The first sample of a leaf.
    #[inline]
    pub(super) fn start(&self, leaf: usize) -> usize {
        start(leaf, self.leaves, self.n)
    }
}
