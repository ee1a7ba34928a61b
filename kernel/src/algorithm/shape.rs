//! What costs depend on, as far as a look at some samples and some windows tells it.
//!
//! Apart from [`super::plan`], which weighs the costs, because here samples are looked at: what windows hold, in all
//! columns and in each alone, who lies on their borders, and whether values come back.

use std::array;

use crate::counter::Counter;
use crate::query::Query;
use crate::samples::{Element, Run, Samples};
use crate::window::Reach;

/// Windows that are looked at.
pub(super) const SOME_WINDOWS: usize = 16;
/// The share from which on a window holds everything.
const ALL_BUT_NONE: f64 = 0.999;
/// Of so many samples one is looked at column by column.
const EACH_ALONE: usize = 8;
/// A window that loses the samples on its border, and next to nobody else.
const HARDLY_NARROWER: f64 = 1.0 - 1.0 / (1 << 21) as f64;

/// What costs depend on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shape {
    /// Samples.
    pub(crate) n: f64,
    /// Dimensions.
    pub(crate) d: f64,
    /// Centers.
    pub(crate) centers: f64,
    /// Windows around each.
    pub(crate) widths: f64,
    /// Windows that reach differently far: as many passes over samples and centers in order find all of them.
    pub(crate) passes: f64,
    /// Share of the samples that is inside a window, on average.
    pub(crate) share: f64,
    /// Windows taken evenly.
    pub(crate) some: [Held; SOME_WINDOWS],
    /// The widest windows around their centers.
    pub(crate) widest: [Held; SOME_WINDOWS],
    /// Share of the samples that lie on the very border of a window, as on a raster; 0 for values without a
    /// pattern.
    pub(crate) tied: f64,
    /// Columns in which values come back, so that there are few distinct ones.
    pub(crate) repeating: f64,
}

/// What a window holds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Held {
    /// Share of the samples inside.
    pub(crate) share: f64,
    /// The side, where a column is 1: the geometric mean over columns of the share inside in that column.
    pub(crate) side: f64,
}

impl Held {
    /// Whether everything.
    pub(crate) fn is_all(self) -> bool {
        self.share >= ALL_BUT_NONE
    }

    /// The region that the window lies in, and the window's side where a column of the region is 1.
    ///
    /// Samples of a region are neighbors in every column: a cluster, a piece of a line, or all samples. In it
    /// columns are taken for independent, so with R for its share and r for the side in it
    ///
    /// ```text
    /// share = R r^d,  side = R r,  so  r = (share / side)^(1/(d − 1)),  R = side / r
    /// ```
    ///
    /// A share that was seen larger than the side is an error of counting few; one less than side^d, which would
    /// make R larger than 1, as in the middle of a ring, is taken for all samples.
    pub(crate) fn region(self, d: f64) -> Region {
        let side = self.side.max(self.share);
        if side <= 0.0 {
            return Region { share: 1.0, side };
        }
        let within =
            if d > 1.0 { (self.share / side).powf(1.0 / (d - 1.0)).max(side) } else { side };
        Region { share: side / within, side: within }
    }
}

/// Samples that are neighbors in every column, and a window among them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Region {
    /// Share of all samples.
    pub(crate) share: f64,
    /// The window's side, where a column of the region is 1.
    pub(crate) side: f64,
}

impl Region {
    /// Shares of the region's parts that the window meets, and that its border cuts, if parts have this
    /// thickness in so many columns, and hold all others whole.
    pub(crate) fn met_and_cut(self, thickness: f64, columns: f64) -> [f64; 2] {
        let met = (self.side + thickness - self.side * thickness).powf(columns);
        let whole = (self.side - thickness).max(0.0).powf(columns);
        [met, met - whole]
    }
}

/// The mean of what depends on what a window holds.
fn mean(held: &[Held], of: impl Fn(Held) -> f64) -> f64 {
    held.iter().copied().map(of).sum::<f64>() / held.len() as f64
}

impl Shape {
    /// What is known without a look at the samples.
    pub(crate) fn new<T: Element>(run: &Run<'_, T>, query: &Query<'_>) -> Self {
        Self {
            n: run.len() as f64,
            d: run.d() as f64,
            centers: query.centers() as f64,
            widths: query.counts_per_center() as f64,
            passes: query.reaches().map_or(query.centers(), |reaches| reaches.len()) as f64,
            share: 0.0,
            some: [Held::default(); SOME_WINDOWS],
            widest: [Held::default(); SOME_WINDOWS],
            tied: 0.0,
            repeating: 0.0,
        }
    }

    /// The mean over windows of what depends on what they hold.
    pub(crate) fn mean(&self, of: impl Fn(Held) -> f64) -> f64 {
        mean(&self.some, of)
    }

    /// The mean over the widest windows.
    pub(crate) fn mean_of_widest(&self, of: impl Fn(Held) -> f64) -> f64 {
        mean(&self.widest, of)
    }

    /// Whether every window holds everything.
    pub(crate) fn is_full(&self) -> bool {
        self.share >= ALL_BUT_NONE
    }

    /// The share of columns in which values come back.
    pub(crate) fn repeated(&self) -> f64 {
        self.repeating / self.d
    }

    /// Doublings of n beyond what stays in a cache while an index is built.
    pub(crate) fn far(&self) -> f64 {
        (self.n / 1e5).log2().max(0.0)
    }

    pub(crate) fn windows(&self) -> f64 {
        self.centers * self.widths
    }
}

/// About which share of the samples is inside a window, in all columns and in each, and which lies on borders:
/// some windows, the widest around their centers and windows hardly narrower, over some samples.
pub(super) fn look<T: Element>(
    run: &Run<'_, T>,
    query: &Query<'_>,
    samples: usize,
    shape: &mut Shape,
) {
    // An odd stride, so that a period of the data is not met by chance.
    let stride = (run.len() / samples).max(1) | 1;
    let some = run.columns().iter().map(|column| column.iter().step_by(stride).copied().collect());
    let some: Vec<Vec<T>> = some.collect();
    let Ok(samples) = Samples::<T>::from_columns::<Vec<T>>(&some) else {
        return;
    };
    let fewer = |column: &Vec<T>| column.iter().step_by(EACH_ALONE).map(|s| s.widen()).collect();
    let few: Vec<Vec<f64>> = some.iter().map(fewer).collect();
    let counter = Counter::new(samples.all());
    let held = |(center, reach): (&[f64], Reach<'_>)| Held {
        share: counter.count_window((center, reach)) as f64,
        side: side(&few, center, reach),
    };
    let widest = query.widest();
    let places = spread(query.centers(), query.counts_per_center());
    let mut tied = 0.0;
    for (k, place) in places.into_iter().enumerate() {
        let (center, reach) = query.window(place);
        shape.some[k] = held((center, reach));
        shape.widest[k] = widest.map_or(shape.some[k], |reach| held((center, reach)));
        if let Reach::Cube(radius) = reach {
            let narrower = Reach::Cube(radius * HARDLY_NARROWER);
            tied += shape.some[k].share - counter.count_window((center, narrower)) as f64;
        }
    }
    let [each, all] = [samples.n() as f64, (samples.n() * SOME_WINDOWS) as f64];
    let sum = shape.some.iter().map(|held| held.share).sum::<f64>();
    // What was not seen is assumed to be less than one, in all these windows together.
    let empty = shape.some.iter().filter(|held| held.share == 0.0).count().max(1) as f64;
    for held in shape.some.iter_mut().chain(&mut shape.widest) {
        held.share = held.share.max(0.5 / empty) / each;
    }
    shape.share = sum.max(0.5) / all;
    shape.tied = tied / all;
}

/// The geometric mean over columns of the share of values inside.
fn side(columns: &[Vec<f64>], center: &[f64], reach: Reach<'_>) -> f64 {
    let logarithms = columns.iter().zip(center).enumerate().map(|(j, (values, x))| {
        let radius = reach.radius(j);
        let inside: f64 = values.iter().map(|s| f64::from(u8::from((s - x).abs() <= radius))).sum();
        (inside.max(0.5) / values.len() as f64).ln()
    });
    (logarithms.sum::<f64>() / columns.len() as f64).exp()
}

/// Places of some windows, spread over all centers and all widths, which may be in order, and not over both
/// alike.
fn spread(centers: usize, widths: usize) -> [usize; SOME_WINDOWS] {
    let part = |k: usize, all: usize| (2 * k + 1) * all / (2 * SOME_WINDOWS);
    array::from_fn(|k| part(k, centers) * widths + part(k * 5 % SOME_WINDOWS, widths))
}

/// Number of columns in which values come back.
pub(super) fn repeating<T: Element>(run: &Run<'_, T>) -> f64 {
    run.columns().iter().filter(|column| repeats(column)).count() as f64
}

/// Whether among some values of a column one in five was there before.
fn repeats<T: Element>(column: &[T]) -> bool {
    /// Values that are looked at.
    const SOME: usize = 64;
    let stride = (column.len() / SOME).max(1) | 1;
    let mut values: Vec<f64> =
        column.iter().step_by(stride).take(SOME).map(|s| s.widen()).collect();
    values.sort_unstable_by(f64::total_cmp);
    let all = values.len();
    values.dedup();
    5 * values.len() <= 4 * all
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::query::Sizes;
    use crate::width::Widths;

    /// From 0 to 1, without a pattern.
    pub(in crate::algorithm) fn hashed(k: usize) -> f64 {
        let hashed = (k as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let hashed = (hashed ^ (hashed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (hashed >> 11) as f64 / (1_u64 << 53) as f64
    }

    #[test]
    fn regions_are_told_from_sides() {
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        // Independent columns, a cluster of a twentieth, one column, and everything.
        for (region, side, d) in
            [(1.0, 0.3, 4.0), (0.05, 0.5, 8.0), (1.0, 0.2, 1.0), (1.0, 1.0, 3.0)]
        {
            let held = Held { share: region * f64::powf(side, d), side: region * side };
            let found = held.region(d);
            assert!(close(found.share, region) && close(found.side, side), "{found:?}");
        }
        assert_eq!(Held::default().region(3.0), Region { share: 1.0, side: 0.0 });
    }

    #[test]
    fn clusters_are_seen_as_regions() {
        // Ten cubes on the diagonal.
        let cube = |i: usize| (hashed(i * 64 + 9) * 10.0).floor();
        let rows: Vec<f64> =
            (0..80_000).map(|k| cube(k / 4) + 0.01 * hashed(k / 4 * 64 + k % 4)).collect();
        let samples = Samples::from_rows(&rows, 4).unwrap();
        let centers = &rows[..4 * 1600];
        let widths = Widths::new(&[0.008]).unwrap();
        let query = Query::new(centers, 4, Sizes::Shared(&widths)).unwrap();
        let mut shape = Shape::new(&samples.all(), &query);
        look(&samples.all(), &query, 4096, &mut shape);
        let region = shape.mean(|held| held.region(4.0).share);
        assert!((0.07..0.14).contains(&region), "{region}");
    }
}
