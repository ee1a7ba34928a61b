//! One window in the k-d tree: the walk down, and what is added up on the way.
//!
//! Apart from [`super::kd_tree`], which builds the tree, because samples are counted and weighed by the same
//! walk: [`Adds`] says what a whole node is worth, and what the samples of pieces are.

use std::ops::Range;

use super::kd_tree::{MOST_D, Node, Tree};
use crate::isa::{Kernels, Piece};
use crate::samples::Element;
use crate::window::{Reach, Side};

/// Pieces that are collected before they are scanned.
const PIECES: usize = 64;

/// What is added up over the samples inside a window.
pub(super) trait Adds<T: Element>: Copy {
    /// That of every sample of a node.
    fn whole(self, tree: &Tree<T>, node: usize) -> u64;

    /// That of the samples in pieces that are inside.
    fn pieces(
        self,
        kernels: &Kernels<T>,
        columns: &[&[T]],
        pieces: &[Piece],
        window: (&[f64], Reach<'_>),
    ) -> u64;
}

/// Their number.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number;

impl<T: Element> Adds<T> for Number {
    #[inline]
    fn whole(self, tree: &Tree<T>, node: usize) -> u64 {
        tree.samples_of(node).len() as u64
    }

    #[inline]
    fn pieces(
        self,
        kernels: &Kernels<T>,
        columns: &[&[T]],
        pieces: &[Piece],
        (center, reach): (&[f64], Reach<'_>),
    ) -> u64 {
        (kernels.count_pieces)(columns, pieces, center, reach)
    }
}

/// Sides of a box that are inside the window: bit 2j for the lower side of dimension j, 2j + 1 for the
/// upper.
type Sides = u32;

/// The sum over the samples inside the window of `center` and `reach`.
pub(super) fn walk<T: Element>(
    tree: &Tree<T>,
    adds: impl Adds<T>,
    center: &[f64],
    reach: Reach<'_>,
) -> u64 {
    let side = |j: usize, s: T| Side::of(center[j], reach.radius(j), s.widen());
    let Some(sides) = sides_of_all(tree, side) else {
        return 0;
    };
    let all: Sides = u32::MAX >> (32 - 2 * tree.bounds.len());
    let mut scan = Pending::new(tree, adds, center, reach);
    // A path has at most as many turns as the tree has levels.
    let mut stack = [(0_u32, 0 as Sides); 32];
    stack[0] = (1, sides);
    let mut waiting = 1;
    while waiting > 0 {
        waiting -= 1;
        let (mut node, mut sides) = stack[waiting];
        loop {
            if sides == all {
                scan.sum += adds.whole(tree, node as usize);
                break;
            }
            if node as usize >= tree.leaves {
                scan.push(tree.samples_of(node as usize));
                break;
            }
            let Node { left, right, dimension } = tree.nodes[node as usize];
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

/// The sides of the box of all samples that are inside; nothing if that box lies beside the window.
#[inline]
fn sides_of_all<T: Element>(tree: &Tree<T>, side: impl Fn(usize, T) -> Side) -> Option<Sides> {
    let mut sides = 0;
    for (j, &[least, most]) in tree.bounds.iter().enumerate() {
        let (least, most) = (side(j, least), side(j, most));
        if least == Side::Above || most == Side::Below {
            return None;
        }
        sides |= u32::from(least == Side::Inside) << (2 * j);
        sides |= u32::from(most == Side::Inside) << (2 * j + 1);
    }
    Some(sides)
}

/// Pieces that wait for the scan, and the sum so far.
struct Pending<'a, T: Element, A> {
    kernels: &'static Kernels<T>,
    adds: A,
    columns: [&'a [T]; MOST_D],
    center: &'a [f64],
    reach: Reach<'a>,
    pieces: [Piece; PIECES],
    len: usize,
    sum: u64,
}

impl<'a, T: Element, A: Adds<T>> Pending<'a, T, A> {
    #[inline]
    fn new(tree: &'a Tree<T>, adds: A, center: &'a [f64], reach: Reach<'a>) -> Self {
        let mut columns: [&[T]; MOST_D] = [&[]; MOST_D];
        for (to, column) in columns.iter_mut().zip(tree.columns()) {
            *to = column;
        }
        let pieces = [Piece::default(); PIECES];
        Self { kernels: tree.kernels, adds, columns, center, reach, pieces, len: 0, sum: 0 }
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
        let window = (self.center, self.reach);
        self.sum += self.adds.pieces(self.kernels, columns, pieces, window);
        self.len = 0;
    }

    fn finish(mut self) -> u64 {
        self.scan();
        self.sum
    }
}
