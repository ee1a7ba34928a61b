//! Weights without an index, and which of the algorithms that take weights suits.
//!
//! Apart from [`super::brute_force`], whose scans of many centers and widths count and cannot weigh: here each
//! window passes over the samples by itself, tile by tile, as pieces do.

use super::plan::Choice;
use super::shape::{self, Shape};
use super::{Algorithm, Index};
use crate::isa::{GROUP, Isa, Kernels, Piece};
use crate::query::Query;
use crate::samples::{Element, Run};
use crate::window::{Reach, Side};

/// Samples that every window passes over before the next are read: 384 KiB of doubles and weights at d = 2.
const TILE: usize = 16_384;
/// Below this many nanoseconds for plain scans there is nothing to win.
const NOT_WORTH_IT: f64 = 50_000.0;
/// Samples that are looked at for the share that is inside.
const LOOKED: usize = 1024;

/// The scan of the whole run.
#[derive(Debug)]
pub(super) struct WeightedScan<'a, T: Element> {
    tiles: Vec<Tile<'a, T>>,
    kernels: &'static Kernels<T>,
}

/// Samples that are scanned in a row.
#[derive(Debug)]
struct Tile<'a, T> {
    columns: Vec<&'a [T]>,
    weights: &'a [u64],
}

impl<'a, T: Element> WeightedScan<'a, T> {
    pub(super) fn new(run: &Run<'a, T>, weights: &'a [u64], isa: &'static Isa) -> Self {
        let tile = |start: usize| {
            let range = start..run.len().min(start + TILE);
            let columns = run.columns().iter().map(|column| &column[range.clone()]).collect();
            Tile { columns, weights: &weights[range] }
        };
        let tiles = (0..run.len()).step_by(TILE).map(tile).collect();
        Self { tiles, kernels: T::kernels(isa) }
    }
}

impl<T: Element> Tile<'_, T> {
    /// The weight of the samples inside: whole groups as a piece, then one after the other.
    fn weigh(&self, kernels: &Kernels<T>, center: &[f64], reach: Reach<'_>) -> u64 {
        let n = self.weights.len();
        let rest = n / GROUP * GROUP..n;
        let whole = [Piece { start: 0, len: rest.start as u32 }];
        let whole = (kernels.weigh_pieces)(&self.columns, self.weights, &whole, center, reach);
        let is_inside = |i: &usize| {
            let mut sides = self.columns.iter().zip(center).enumerate();
            sides.all(|(j, (column, &x))| {
                Side::of(x, reach.radius(j), column[*i].widen()) == Side::Inside
            })
        };
        whole + rest.filter(is_inside).map(|i| self.weights[i]).sum::<u64>()
    }
}

impl<T: Element> Index<T> for WeightedScan<'_, T> {
    fn count(&self, center: &[f64], reach: Reach<'_>) -> u64 {
        self.tiles.iter().map(|tile| tile.weigh(self.kernels, center, reach)).sum()
    }

    /// A tile stays in the cache while every window passes over it.
    fn answer(&self, query: &Query<'_>, sums: &mut [u64]) {
        for tile in &self.tiles {
            query.add_each(sums, |center, reach| tile.weigh(self.kernels, center, reach));
        }
    }

    fn bytes(&self) -> usize {
        let columns = self.tiles.iter().map(|tile| size_of_val(&*tile.columns)).sum::<usize>();
        columns + size_of_val(&*self.tiles)
    }
}

/// The algorithm with the smallest sum of costs to build and to answer, among those that take weights and are
/// made for these samples.
pub(super) fn choose<T: Element>(run: &Run<'_, T>, query: &Query<'_>) -> Choice {
    // No walk and no scan of weights finds several windows at once: as many centers with one window each.
    let mut shape = Shape { centers: query.counts() as f64, widths: 1.0, ..Shape::new(run, query) };
    let plain = scan(&shape);
    let scan_for = |reason| Choice { algorithm: super::scan(), reason };
    if plain < NOT_WORTH_IT {
        return scan_for(format!("one scan of {} samples takes no time worth saving", run.len()));
    }
    shape.repeating = shape::repeating(run);
    shape::look(run, query, LOOKED, &mut shape);
    let cost = |algorithm: &Algorithm| {
        let cost = algorithm.cost(&shape);
        cost.build + cost.answer
    };
    let suited = super::ALL.iter().skip(1);
    let suited = suited.filter(|one| one.checked_for_weights(run.len(), run.d()).is_ok());
    let best = suited.map(|one| (one, cost(one))).min_by(|a, b| a.1.total_cmp(&b.1));
    let windows = shape.centers;
    match best {
        Some((algorithm, cost)) if cost < plain => Choice {
            algorithm,
            reason: format!(
                "for {windows} weighted windows about {:.1} ms to prepare and to answer, in place of \
                 {:.1} ms for plain scans",
                cost / 1e6,
                plain / 1e6
            ),
        },
        _ => scan_for(format!(
            "for {windows} weighted windows preparing anything costs more than it saves"
        )),
    }
}

/// Nanoseconds for a scan for each window.
fn scan(shape: &Shape) -> f64 {
    shape.windows() * shape.n * (0.1 + 0.15 * shape.d)
}
