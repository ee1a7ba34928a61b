//! Cells and orders of samples in two or three dimensions, for `isa::pairs`.
//!
//! Apart from it, because cutting samples into cells needs no vectors. How the cells are cut decides about
//! time, never about a sum.

use std::iter;
use std::ops::Range;

use super::PART;
use super::line::{ordered, sort};
use crate::isa::{Cell, Isa, Order, Sums, Walk};
use crate::samples::{Element, Run};
use crate::team::{self, Team};

/// Samples that a cell has at least; fewer would make pieces shorter than a few vectors.
const FEW: usize = 1024;

/// Two or three dimensions, by the order of each.
pub(super) fn sums<T: Element>(
    run: &Run<'_, T>,
    thresholds: &[f64],
    unit: f64,
    isa: &'static Isa,
    team: &dyn Team,
) -> Sums {
    let d = run.d();
    let Some(&last) = thresholds.last() else {
        return Sums::new(0, d);
    };
    let orders = team::map(team, (0..d).collect(), |axis| order(run, axis, last));
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
    let mut sums = Sums::new(thresholds.len(), d);
    for part in &parts {
        sums.add(part);
    }
    for sums in sums.sums.chunks_mut(d) {
        let mut scale = 1.0;
        for sum in sums {
            scale /= unit;
            *sum *= scale;
        }
    }
    sums
}

/// The samples in the order of dimension number `axis`, in cells for distances up to `last`.
fn order<T: Element>(run: &Run<'_, T>, axis: usize, last: f64) -> Order {
    let columns = run.columns();
    let others: Vec<usize> = (0..run.d()).filter(|&j| j != axis).collect();
    let mut places: Vec<u32> = (0..run.len() as u32).collect();
    let mut cells = iter::once(0..places.len()).collect::<Vec<_>>();
    for &j in &others {
        let value = |place: u32| columns[j][place as usize].widen();
        let cut = |cell| cut(&mut places, cell, value, last);
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
/// and none of fewer than [`FEW`] samples.
fn cut(
    places: &mut [u32],
    cell: Range<usize>,
    value: impl Fn(u32) -> f64,
    thickness: f64,
) -> Vec<Range<usize>> {
    sort(&mut places[cell.clone()], &value);
    let (mut start, mut cells) = (cell.start, Vec::new());
    for i in cell.clone() {
        let is_thick = value(places[i]) - value(places[start]) > thickness;
        if is_thick && i - start >= FEW && cell.end - i >= FEW {
            cells.push(start..i);
            start = i;
        }
    }
    cells.push(start..cell.end);
    cells
}

/// The least and the greatest value.
fn bounds(values: &[f64]) -> (f64, f64) {
    let ends = (f64::INFINITY, f64::NEG_INFINITY);
    values.iter().fold(ends, |(low, high), &value| (low.min(value), high.max(value)))
}
