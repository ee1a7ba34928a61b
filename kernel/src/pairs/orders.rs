//! Cells and orders of samples in two or three dimensions, for `isa::pairs`.
//!
//! Apart from it, because cutting samples into cells needs no vectors. How the cells are cut decides about
//! time, never about a sum.

use std::iter;
use std::ops::Range;

use super::PART;
use super::line::{ordered, sort};
use crate::isa::{Cell, Isa, Order, Sums, Walk, bounds};
use crate::samples::{Element, Run};
use crate::team::{self, Team};

/// Samples that a cell has at least; fewer would not be worth the thresholds.
const FEW: usize = 256;

/// Two or three dimensions, by the order of each: pairs within each threshold, at least one.
pub(super) fn sums<T: Element>(
    run: &Run<'_, T>,
    thresholds: &[f64],
    unit: f64,
    isa: &'static Isa,
    team: &dyn Team,
) -> Sums {
    let d = run.d();
    // Thinner cells hold fewer samples that differ most in another dimension, but thresholds are gone through
    // for each pair of cells.
    let thickness = thresholds[thresholds.len() - 1] * if d == 2 { 0.5 } else { 1.0 };
    let orders = team::map(team, (0..d).collect(), |axis| order(run, axis, thickness));
    let mut walks = Vec::new();
    for order in &orders {
        for (cell, Cell { places, .. }) in order.cells.iter().enumerate() {
            for start in places.clone().step_by(PART) {
                let places = start..places.end.min(start + PART);
                walks.push(Walk { order, thresholds, cell, places });
            }
        }
    }
    let parts = team::map(team, walks, |walk| isa.walk(walk));
    let mut sums = Sums::total(&parts, thresholds.len(), d);
    for sums in sums.sums.chunks_mut(d) {
        let mut scale = 1.0;
        for sum in sums {
            scale /= unit;
            *sum *= scale;
        }
    }
    sums
}

/// The samples in the order of dimension number `axis`, in cells of this thickness.
fn order<T: Element>(run: &Run<'_, T>, axis: usize, thickness: f64) -> Order {
    let columns = run.columns();
    let others: Vec<usize> = (0..run.d()).filter(|&j| j != axis).collect();
    let mut places: Vec<u32> = (0..run.len() as u32).collect();
    let mut cells = iter::once(0..places.len()).collect::<Vec<_>>();
    for &j in &others {
        let value = |place: u32| columns[j][place as usize].widen();
        let cut = |cell| cut(&mut places, cell, value, thickness);
        cells = cells.into_iter().flat_map(cut).collect();
    }
    for cell in &cells {
        sort(&mut places[cell.clone()], |place| columns[axis][place as usize].widen());
    }
    let ordered = |j: usize| ordered(columns[j], &places);
    let others: Vec<Vec<f64>> = others.into_iter().map(ordered).collect();
    let cell = |places: Range<usize>| {
        let bounds = others.iter().map(|column| bounds(&column[places.clone()])).collect();
        Cell { places, bounds }
    };
    let cells = cells.into_iter().map(cell).collect();
    Order { along: ordered(axis), others, earlier: axis, cells }
}

/// Cuts a cell into slabs of a column, sorted by it: none thinner than `thickness`, unless it is the last,
/// and none of fewer than [`FEW`] samples. Equal values are in one slab.
fn cut(
    places: &mut [u32],
    cell: Range<usize>,
    value: impl Fn(u32) -> f64,
    thickness: f64,
) -> Vec<Range<usize>> {
    sort(&mut places[cell.clone()], &value);
    let (mut start, mut cells) = (cell.start, Vec::new());
    for i in cell.clone() {
        if i - start < FEW || cell.end - i < FEW {
            continue;
        }
        let [first, before, next] = [start, i - 1, i].map(|i| value(places[i]));
        if next - first > thickness && next > before {
            cells.push(start..i);
            start = i;
        }
    }
    cells.push(start..cell.end);
    cells
}
