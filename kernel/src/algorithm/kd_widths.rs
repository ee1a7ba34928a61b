//! Many widths around a center in one walk of the k-d tree.
//!
//! ```text
//! walk(node, radii a .. b that cut the node):
//!     none does     its samples are inside from radius a on
//!     a leaf        its samples are copied, and later ranked among the radii by a scan of many widths
//!     else          walk(child) with those of a .. b between its nearest and its farthest point
//! ```
//!
//! Distances to the sides of a node are those of samples, and rounding is monotone; so whoever lies between
//! two sides is ranked between their ranks, bit for bit. Apart from [`super::kd_tree`], whose walk knows one
//! radius and needs two comparisons for a node.

use super::Index as _;
use super::kd_tree::{Node, Tree, USUAL};
use crate::isa::Kernels;
use crate::query::Query;
use crate::ranking::Ranking;
use crate::samples::{Element, Run};
use crate::window::Reach;

/// Dimensions at most.
const MOST_D: usize = 8;
/// Samples that are copied before they are ranked.
const ROOM: usize = 2048;

/// Whether one walk suits so many dimensions and widths.
pub(super) fn is_possible(d: usize, widths: usize) -> bool {
    d <= MOST_D && widths > 1
}

/// Whether one walk for all widths costs less than one for each, by the number of samples around some
/// centers.
pub(super) fn is_cheaper<T: Element>(tree: &Tree<T>, query: &Query<'_>, ranking: &Ranking) -> bool {
    /// Centers that are looked at.
    const SOME: usize = 3;
    if !is_possible(query.d(), ranking.len()) {
        return false;
    }
    let d = query.d() as f64;
    let step = query.centers().div_ceil(SOME);
    let some = query.coordinates().chunks_exact(query.d()).step_by(step);
    let largest = Reach::Cube(ranking.far());
    let inside: u64 = some.clone().map(|center| tree.count(center, largest)).sum();
    let inside = inside as f64 / some.len() as f64;
    let each = |radius: &f64| walk(inside * (radius / ranking.far()).powf(d), d);
    walk_of_all(inside, d) < ranking.radii().iter().map(each).sum()
}

/// Nanoseconds to count one window that holds so many samples, where walks follow each other closely: the
/// leaves that its border cuts.
fn walk(inside: f64, d: f64) -> f64 {
    let side = (inside / USUAL).powf(1.0 / d);
    let border = (side + 1.0).powf(d) - (side - 1.0).max(0.0).powf(d);
    50.0 + border * (20.0 + 8.0 * d)
}

/// The same for all widths in one walk, if the largest window holds so many: every leaf that it meets.
fn walk_of_all(inside: f64, d: f64) -> f64 {
    let side = (inside / USUAL).powf(1.0 / d);
    400.0 + (side + 1.0).powf(d) * USUAL * (1.5 + 0.35 * d)
}

/// Adds the counts around each center of a query to `counts`.
pub(super) fn answer<T: Element>(
    tree: &Tree<T>,
    query: &Query<'_>,
    ranking: &Ranking,
    counts: &mut [u64],
) {
    let mut columns: [&[T]; MOST_D] = [&[]; MOST_D];
    for (to, column) in columns.iter_mut().zip(tree.columns()) {
        *to = column;
    }
    let d = query.d();
    let mut copy = vec![T::default(); d * ROOM];
    let mut whole = vec![0; ranking.len() + 1];
    let rows = counts.chunks_exact_mut(ranking.len());
    for (center, counts) in query.coordinates().chunks_exact(d).zip(rows) {
        let (columns, copied, radii) = (&columns[..d], 0, ranking.radii());
        let (kernels, sides) = (tree.kernels, [[0.0; 2]; MOST_D]);
        let (copy, whole) = (&mut *copy, &mut *whole);
        let walk = Walk {
            tree,
            kernels,
            columns,
            center,
            ranking,
            radii,
            sides,
            copy,
            copied,
            whole,
            counts,
        };
        walk.answer();
    }
}

/// The radii, by position, that cut a node, and how far its farthest corner is.
#[derive(Clone, Copy)]
struct Cut {
    from: usize,
    to: usize,
    far: f64,
}

struct Walk<'a, T: Element> {
    tree: &'a Tree<T>,
    kernels: &'static Kernels<T>,
    columns: &'a [&'a [T]],
    center: &'a [f64],
    ranking: &'a Ranking,
    /// Ascending.
    radii: &'a [f64],
    /// How far the center lies above the lower side of the node, and below the upper, in each dimension.
    sides: [[f64; 2]; MOST_D],
    /// Samples to be ranked, [`ROOM`] for each column.
    copy: &'a mut [T],
    copied: usize,
    /// `whole[i]` is the number of samples that are inside from radius i on.
    whole: &'a mut [u64],
    /// In the order of the widths given.
    counts: &'a mut [u64],
}

impl<T: Element> Walk<'_, T> {
    fn answer(mut self) {
        self.whole.fill(0);
        for (j, [least, most]) in self.tree.bounds.iter().enumerate() {
            self.sides[j] = [self.center[j] - least.widen(), most.widen() - self.center[j]];
        }
        let near = self.sides.as_flattened().iter().fold(0.0, |near: f64, side| near.max(-side));
        let all = Cut { from: 0, to: self.radii.len(), far: f64::INFINITY };
        let all = self.narrowed(all, f64::INFINITY, near);
        if all.from < self.radii.len() {
            self.visit(1, all);
        }
        self.rank();
        self.ranking.add_known(self.whole, self.counts);
    }

    fn visit(&mut self, node: usize, cut: Cut) {
        let samples = self.tree.samples_of(node);
        if cut.from == cut.to {
            self.whole[cut.from] += samples.len() as u64;
            return;
        }
        if node >= self.tree.leaves {
            if self.copied + samples.len() > ROOM {
                self.rank();
            }
            for (to, column) in self.copy.chunks_exact_mut(ROOM).zip(self.columns) {
                to[self.copied..][..samples.len()].copy_from_slice(&column[samples.clone()]);
            }
            self.copied += samples.len();
            return;
        }
        let Node { left, right, dimension } = self.tree.nodes[node];
        let j = dimension as usize;
        let x = self.center[j];
        self.visit_child(2 * node, cut, [j, 1], left.widen() - x);
        self.visit_child(2 * node + 1, cut, [j, 0], x - right.widen());
    }

    /// Visits a child of whose sides one is new.
    fn visit_child(&mut self, node: usize, cut: Cut, [j, side]: [usize; 2], distance: f64) {
        let before = std::mem::replace(&mut self.sides[j][side], distance);
        let cut = self.narrowed(cut, before, -distance);
        // Beyond every radius: nobody counts.
        if cut.from < self.radii.len() {
            self.visit(node, cut);
        }
        self.sides[j][side] = before;
    }

    /// Those of the radii that are not below `near`, nor beyond the farthest corner. That is where it was
    /// unless it belonged to the side that was `before` as far away.
    fn narrowed(&self, mut cut: Cut, before: f64, near: f64) -> Cut {
        while cut.from < cut.to && self.radii[cut.from] < near {
            cut.from += 1;
        }
        if before >= cut.far {
            let sides = self.sides[..self.center.len()].as_flattened();
            cut.far = sides.iter().fold(0.0, |far, &side| if side > far { side } else { far });
        }
        while cut.from < cut.to && self.radii[cut.to - 1] >= cut.far {
            cut.to -= 1;
        }
        cut
    }

    /// Ranks the samples that were copied.
    fn rank(&mut self) {
        if self.copied > 0 {
            let columns = self.copy.chunks_exact(ROOM).map(|column| &column[..self.copied]);
            let run = Run::of_finite(columns.collect());
            (self.kernels.count_widths)(&run, self.center, self.ranking, self.counts);
            self.copied = 0;
        }
    }
}
