//! Weights in the k-d tree: the sum of whole nodes from sums over the leaves before, that of pieces by a scan.
//!
//! Apart from [`super::kd_tree`], which is the same with or without them. Weights lie in the order of leaves,
//! so a leaf's are next to each other, and the weight of a node is the difference of two sums.

use super::Index;
use super::kd_tree::Tree;
use super::kd_walk::{self, Adds};
use crate::isa::{GROUP, Isa, Kernels, Piece};
use crate::query::Query;
use crate::samples::{Element, Run};
use crate::team::Team;
use crate::window::Reach;

/// A tree and what its samples weigh.
#[derive(Debug)]
pub(super) struct WeightedTree<T: Element> {
    tree: Tree<T>,
    /// In the order of leaves, and [`GROUP`] zeros.
    weights: Vec<u64>,
    /// `before[leaf]` is the weight of the leaves before; one more than leaves.
    before: Vec<u64>,
}

impl<T: Element> WeightedTree<T> {
    pub(super) fn new(
        run: &Run<'_, T>,
        weights: &[u64],
        isa: &'static Isa,
        team: &dyn Team,
    ) -> Self {
        let (tree, order) = Tree::with_order(run, T::kernels(isa), team);
        let in_order = order.iter().map(|&i| weights[i as usize]);
        let weights: Vec<u64> = in_order.chain([0; GROUP]).collect();
        let mut sum = 0;
        let mut before = Vec::with_capacity(tree.leaves + 1);
        before.push(0);
        for leaf in 0..tree.leaves {
            sum += weights[tree.start(leaf)..tree.start(leaf + 1)].iter().sum::<u64>();
            before.push(sum);
        }
        Self { tree, weights, before }
    }
}

/// Their weight.
#[derive(Clone, Copy, Debug)]
struct Weight<'a> {
    weights: &'a [u64],
    before: &'a [u64],
}

impl<T: Element> Adds<T> for Weight<'_> {
    #[inline]
    fn whole(self, tree: &Tree<T>, node: usize) -> u64 {
        let leaves = tree.leaves_of(node);
        self.before[leaves.end] - self.before[leaves.start]
    }

    #[inline]
    fn pieces(
        self,
        kernels: &Kernels<T>,
        columns: &[&[T]],
        pieces: &[Piece],
        (center, reach): (&[f64], Reach<'_>),
    ) -> u64 {
        (kernels.weigh_pieces)(columns, self.weights, pieces, center, reach)
    }
}

impl<T: Element> Index<T> for WeightedTree<T> {
    fn count(&self, center: &[f64], reach: Reach<'_>) -> u64 {
        let weight = Weight { weights: &self.weights, before: &self.before };
        kd_walk::walk(&self.tree, weight, center, reach)
    }

    fn share(&self, query: &Query<'_>, counts: &mut [u64], team: &dyn Team) {
        self.tree.share_by_leaf(self, query, counts, team);
    }

    fn bytes(&self) -> usize {
        self.tree.bytes() + size_of_val(&*self.weights) + size_of_val(&*self.before)
    }
}
