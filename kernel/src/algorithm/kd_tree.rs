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

use std::ops::Range;

use super::kd_build::{self, Built};
use super::order::{self, Ascending};
use super::plan::{Cost, Shape};
use super::{Index, Recipe, kd_widths};
use crate::isa::{GROUP, Isa, Kernels, Piece};
use crate::query::{Checked, Query};
use crate::samples::{Element, Run};
use crate::team::{self, Team};
use crate::window::{Reach, Side};

/// Samples in a leaf at most; at least half as many.
const LEAF: usize = 64;
/// Samples in a leaf on average.
pub(super) const USUAL: f64 = 0.75 * LEAF as f64;
/// Centers that are put in the order of leaves at least.
const MANY: usize = 1024;
/// Dimensions at most: sides are bits of a 32-bit word.
const MOST_D: usize = 16;
/// Pieces that are collected before they are scanned.
const PIECES: usize = 64;

/// The k-d tree.
pub(crate) struct KdTree;

impl Recipe for KdTree {
    const NAME: &'static str = "kd_tree";
    const ABOUT: &'static str =
        "d up to 16: a tree of halves; whole nodes are counted, leaves scanned";

    fn check(n: usize, d: usize) -> Result<(), String> {
        super::fits(n)?;
        if d <= MOST_D { Ok(()) } else { Err(format!("1 to {MOST_D} dimensions")) }
    }

    fn cost(shape: &Shape) -> Cost {
        let Shape { n, d, centers, widths, share, dimension, .. } = *shape;
        let inside = share * n;
        let levels = (n / USUAL).max(2.0).log2();
        let build = n * (3.4 * levels + 5.0 * d);
        let side = (inside / USUAL).powf(1.0 / dimension.max(0.5));
        let border = (side + 1.0).powf(dimension) - (side - 1.0).max(0.0).powf(dimension);
        let each = widths * (70.0 + border.min(n / USUAL) * (26.0 + 4.0 * d));
        // The share is that of the usual width; the widest holds about twice as much.
        let all = if kd_widths::is_possible(d as usize, widths as usize) {
            kd_widths::walk_of_all((2.0 * inside).min(n), dimension.max(1.0))
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
        Box::new(Tree::<T>::new(run, T::kernels(isa), team))
    }
}

/// The prepared samples.
#[derive(Debug)]
pub(super) struct Tree<T: Element> {
    pub(super) kernels: &'static Kernels<T>,
    n: usize,
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
    fn new(run: &Run<'_, T>, kernels: &'static Kernels<T>, team: &dyn Team) -> Self {
        let n = run.len();
        let leaves = n.div_ceil(LEAF).next_power_of_two();
        let mut order: Vec<u32> = (0..n as u32).collect();
        let Built { nodes, values } = kd_build::build(run.columns(), leaves, &mut order, team);
        let bounds = team::map(team, run.columns().to_vec(), bounds);
        Self { kernels, n, leaves, nodes, values, bounds }
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

/// Sides of a box that are inside the window: bit 2j for the lower side of dimension j, 2j + 1 for the
/// upper.
type Sides = u32;

impl<T: Element> Index<T> for Tree<T> {
    fn count(&self, center: &[f64], reach: Reach<'_>) -> u64 {
        let side = |j: usize, s: T| Side::of(center[j], reach.radius(j), s.widen());
        let d = self.bounds.len();
        let all: Sides = u32::MAX >> (32 - 2 * d);
        let mut sides: Sides = 0;
        for (j, &[least, most]) in self.bounds.iter().enumerate() {
            let (least, most) = (side(j, least), side(j, most));
            if least == Side::Above || most == Side::Below {
                return 0;
            }
            sides |= u32::from(least == Side::Inside) << (2 * j);
            sides |= u32::from(most == Side::Inside) << (2 * j + 1);
        }
        let mut scan = Pending::new(self, center, reach);
        // A path has at most as many turns as the tree has levels.
        let mut stack = [(0_u32, 0 as Sides); 32];
        stack[0] = (1, sides);
        let mut waiting = 1;
        while waiting > 0 {
            waiting -= 1;
            let (mut node, mut sides) = stack[waiting];
            loop {
                if sides == all {
                    scan.count += self.samples_of(node as usize).len() as u64;
                    break;
                }
                if node as usize >= self.leaves {
                    scan.push(self.samples_of(node as usize));
                    break;
                }
                let Node { left, right, dimension } = self.nodes[node as usize];
                let j = dimension as usize;
                let (left, right) = (side(j, left), side(j, right));
                let to_left = sides | u32::from(left != Side::Above) << (2 * j + 1);
                let to_right = sides | u32::from(right != Side::Below) << (2 * j);
                match (left != Side::Below, right != Side::Above) {
                    (true, true) => {
                        stack[waiting] = (2 * node + 1, to_right);
                        waiting += 1;
                        (node, sides) = (2 * node, to_left);
                    }
                    (true, false) => (node, sides) = (2 * node, to_left),
                    (false, true) => (node, sides) = (2 * node + 1, to_right),
                    (false, false) => break,
                }
            }
        }
        scan.finish()
    }

    fn answer(&self, query: &Query<'_>, counts: &mut [u64]) {
        match query.sizes() {
            Checked::Shared(widths) if kd_widths::is_cheaper(self, query, widths.ranking()) => {
                kd_widths::answer(self, query, widths.ranking(), counts);
            }
            _ => query.add_each(counts, |center, reach| self.count(center, reach)),
        }
    }

    /// Many centers are answered leaf by leaf: one finds in the cache what the one before looked at.
    fn share(&self, query: &Query<'_>, counts: &mut [u64], team: &dyn Team) {
        if !order::suits(query.centers(), MANY) || query.reaches().is_none() {
            return super::share_centers(self, query, counts, team);
        }
        let (d, row) = (query.d(), query.counts_per_center());
        let centers = query.coordinates().chunks_exact(d);
        let order = Ascending::new(centers.map(|center| self.leaf_of(center) as f64)).positions;
        let center = |&c: &u32| &query.coordinates()[c as usize * d..][..d];
        let sorted: Vec<f64> = order.iter().flat_map(center).copied().collect();
        let mut found = vec![0; counts.len()];
        super::share_centers(self, &query.around(&sorted), &mut found, team);
        for (found, &c) in found.chunks_exact(row).zip(&order) {
            let counts = &mut counts[c as usize * row..][..row];
            counts.iter_mut().zip(found).for_each(|(count, found)| *count += found);
        }
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.nodes) + size_of_val(&*self.values) + size_of_val(&*self.bounds)
    }
}

impl<T: Element> Tree<T> {
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
        let level = self.leaves.ilog2() - node.ilog2();
        let first = (node << level) - self.leaves;
        let [from, to] = [first, first + (1 << level)];
        start(from, self.leaves, self.n)..start(to, self.leaves, self.n)
    }
}

/// Pieces that wait for the scan, and what was counted so far.
struct Pending<'a, T: Element> {
    kernels: &'static Kernels<T>,
    columns: [&'a [T]; MOST_D],
    center: &'a [f64],
    reach: Reach<'a>,
    pieces: [Piece; PIECES],
    len: usize,
    count: u64,
}

impl<'a, T: Element> Pending<'a, T> {
    fn new(tree: &'a Tree<T>, center: &'a [f64], reach: Reach<'a>) -> Self {
        let mut columns: [&[T]; MOST_D] = [&[]; MOST_D];
        for (to, column) in columns.iter_mut().zip(tree.columns()) {
            *to = column;
        }
        let pieces = [Piece::default(); PIECES];
        Self { kernels: tree.kernels, columns, center, reach, pieces, len: 0, count: 0 }
    }

    /// Adds samples; those that follow on the last piece make it longer.
    #[inline]
    fn push(&mut self, samples: Range<usize>) {
        let (start, len) = (samples.start as u32, samples.len() as u32);
        if let Some(last) = self.pieces[..self.len].last_mut()
            && last.start + last.len == start
        {
            last.len += len;
            return;
        }
        if self.len == PIECES {
            self.scan();
        }
        self.pieces[self.len] = Piece { start, len };
        self.len += 1;
    }

    fn scan(&mut self) {
        let columns = &self.columns[..self.center.len()];
        let pieces = &self.pieces[..self.len];
        self.count += (self.kernels.count_pieces)(columns, pieces, self.center, self.reach);
        self.len = 0;
    }

    fn finish(mut self) -> u64 {
        self.scan();
        self.count
    }
}
