//! Two dimensions, many centers: a line sweeps over samples and centers in the order of x.
//!
//! ```text
//! for each width:
//!     samples enter the window's reach in x and leave it again     two pointers, both ascend with x
//!     [lo, hi)  ranks of y that are inside around each center      two pointers, both ascend with y
//!     count     ranks present in [lo, hi)                          isa::present
//! ```
//!
//! What a center costs depends neither on the samples nor on the width: about 40 ns for 10⁵ samples, where a
//! grid needs 200 and more. But every width passes over all samples, so centers must be many: best, every
//! sample is one. Work is cut by widths, and by ranges of x if those are fewer than a team can take.
//!
//! The pointers need the same reach around every center. Where each has a width of its own, and for single
//! windows, the samples inside in x are a run of ranks, each of which is compared.

use std::ops::Range;

use super::order::{self, Ascending};
use super::plan::Cost;
use super::shape::Shape;
use super::{Index, Recipe};
use crate::isa::{Ends, Isa, Kernels, Present, Sweep};
use crate::query::Query;
use crate::samples::{Element, Run};
use crate::team::{self, Team};
use crate::window::{Reach, Side};

/// Centers from which on they are swept: below, passing over all samples costs more.
const FEWEST: usize = 64;
/// Centers in a range of x at least, if there is more than one: filling the set anew costs as much as some
/// thousands of them.
const RANGE: usize = 16_384;
/// Parts for each member of a team, so that they come out about even.
const PARTS: usize = 4;

/// The sweep.
pub(crate) struct Sweeping;

impl Recipe for Sweeping {
    const NAME: &'static str = "sweep";
    const ABOUT: &'static str =
        "d = 2: passes once over all samples for each width; for centers as many as samples";

    const BY_WIDTH: bool = true;

    fn check(n: usize, d: usize) -> Result<(), String> {
        super::fits(n)?;
        if d == 2 { Ok(()) } else { Err("2 dimensions".into()) }
    }

    fn cost(shape: &Shape) -> Cost {
        let Shape { n, centers, passes, .. } = *shape;
        let come_back = shape.repeated() >= 1.0;
        let build = if come_back { 16.0 } else { 30.0 + 4.3 * shape.far() };
        let pass = if shape.is_full() { 2.2 } else { 22.0 + 8.9 * shape.far() };
        let answer = 38.0 * centers + passes * pass * n + shape.windows() * 13.0;
        Cost { build: build * n, answer }
    }

    fn build<'a, T: Element>(
        run: &Run<'a, T>,
        isa: &'static Isa,
        team: &dyn Team,
    ) -> Box<dyn Index<T> + 'a> {
        Box::new(Ranked::<T>::new(run, f64::kernels(isa), team))
    }
}

/// The prepared samples.
#[derive(Debug)]
struct Ranked<'a, T: Element> {
    run: Run<'a, T>,
    kernels: &'static Kernels<f64>,
    /// x and y.
    sorted: [Ascending; 2],
    /// `ranks[k]` is the place in y of the k-th sample in the order of x.
    ranks: Vec<u32>,
}

/// The columns of centers or samples in ascending order.
fn ascending(columns: [impl Iterator<Item = f64> + Send; 2], team: &dyn Team) -> [Ascending; 2] {
    team::map(team, columns.into(), Ascending::new).try_into().expect("two columns")
}

impl<'a, T: Element> Ranked<'a, T> {
    fn new(run: &Run<'a, T>, kernels: &'static Kernels<f64>, team: &dyn Team) -> Self {
        let columns = [0, 1].map(|j| run.columns()[j].iter().map(|s| s.widen()));
        let sorted = ascending(columns, team);
        let [x, y] = &sorted;
        let places = order::places(&y.positions);
        let ranks = x.positions.iter().map(|&i| places[i as usize]).collect();
        Self { run: run.clone(), kernels, sorted, ranks }
    }

    /// The values of a column that are inside around `x`.
    fn inside(&self, j: usize, x: f64, radius: f64) -> Range<usize> {
        let side = |s: &f64| Side::of(x, radius, *s);
        let values = &self.sorted[j].values;
        let start = values.partition_point(|s| side(s) == Side::Below);
        start..start + values[start..].partition_point(|s| side(s) != Side::Above)
    }

    /// Ends of the windows of ascending centers in column j.
    fn ends(&self, j: usize, centers: &[f64], reach: Reach<'_>) -> Vec<[u32; 2]> {
        let mut ends = vec![[0; 2]; centers.len()];
        let (values, radius) = (&*self.sorted[j].values, reach.radius(j));
        (self.kernels.ends)(Ends { values, centers, radius, found: &mut ends });
        ends
    }

    /// Counts of the windows of this reach around the centers of a range, in the order of x.
    fn sweep(&self, centers: &Centers<'_>, reach: Reach<'_>, counts: &mut [u32]) {
        let ends = self.ends(0, centers.x, reach);
        let mut spans = vec![[0; 2]; ends.len()];
        for (&place, span) in centers.places.iter().zip(self.ends(1, &centers.y, reach)) {
            spans[place as usize] = span;
        }
        let (ranks, mut present) = (&*self.ranks, Present::new(self.ranks.len()));
        let (ends, spans, present) = (&*ends, &*spans, &mut present);
        (self.kernels.sweep)(Sweep { ranks, ends, spans, present, counts });
    }

    /// Whether the samples are the centers, in the same order, which is known then.
    fn are_centers_of(&self, query: &Query<'_>) -> bool {
        let is_column = |(j, column): (usize, &&[T])| {
            column.iter().zip(query.column(j)).all(|(s, x)| s.widen().to_bits() == x.to_bits())
        };
        query.centers() == self.run.len() && self.run.columns().iter().enumerate().all(is_column)
    }

    /// Adds the counts of windows that reach equally far around every center.
    fn sweep_all(
        &self,
        query: &Query<'_>,
        reaches: &[Reach<'_>],
        counts: &mut [u64],
        team: &dyn Team,
    ) {
        let m = query.centers();
        let sorted;
        let [x, y] = if self.are_centers_of(query) {
            &self.sorted
        } else {
            sorted = ascending([0, 1].map(|j| query.column(j)), team);
            &sorted
        };
        let places = order::places(&x.positions);
        let length = range_length(m, reaches.len(), team);
        let starts = (0..m).step_by(length).collect();
        let ranges = team::map(team, starts, |start| {
            Centers::of(start..m.min(start + length), [x, y], &places)
        });
        order::add_all(reaches, &places, counts, team, |reaches, found| {
            let mut parts = Vec::with_capacity(reaches.len() * ranges.len());
            for (found, reach) in found.chunks_mut(m).zip(reaches) {
                let ranges = found.chunks_mut(length).zip(&ranges);
                parts.extend(ranges.map(|(found, centers)| (centers, *reach, found)));
            }
            team::map(team, parts, |(centers, reach, found)| self.sweep(centers, reach, found));
        });
    }
}

/// Centers in a range of x.
fn range_length(m: usize, widths: usize, team: &dyn Team) -> usize {
    let parts = if team.size() == 1 { 1 } else { PARTS * team.size() };
    let ranges = parts.div_ceil(widths).min(m / RANGE).max(1);
    m.div_ceil(ranges)
}

/// Centers of a range of x.
struct Centers<'a> {
    /// Ascending.
    x: &'a [f64],
    /// Ascending.
    y: Vec<f64>,
    /// `places[k]` is the place in x of the k-th center in the order of y.
    places: Vec<u32>,
}

impl<'a> Centers<'a> {
    /// Those whose `places` in x are in the range.
    fn of(range: Range<usize>, [x, y]: [&'a Ascending; 2], places: &[u32]) -> Self {
        let mut centers = Self {
            x: &x.values[range.clone()],
            y: Vec::with_capacity(range.len()),
            places: Vec::with_capacity(range.len()),
        };
        for (&y, &c) in y.values.iter().zip(&y.positions) {
            let place = places[c as usize] as usize;
            if range.contains(&place) {
                centers.y.push(y);
                centers.places.push((place - range.start) as u32);
            }
        }
        centers
    }
}

impl<T: Element> Index<T> for Ranked<'_, T> {
    fn count(&self, center: &[f64], reach: Reach<'_>) -> u64 {
        let [x, y] = [0, 1].map(|j| self.inside(j, center[j], reach.radius(j)));
        let (first, span) = (y.start as u32, y.len() as u32);
        let is_inside = |rank: &&u32| rank.wrapping_sub(first) < span;
        self.ranks[x].iter().filter(is_inside).count() as u64
    }

    fn share(&self, query: &Query<'_>, counts: &mut [u64], team: &dyn Team) {
        match query.reaches() {
            Some(reaches) if order::suits(query.centers(), FEWEST) => {
                self.sweep_all(query, &reaches, counts, team);
            }
            _ => super::share_centers(self, query, counts, team),
        }
    }

    fn bytes(&self) -> usize {
        self.sorted.iter().map(Ascending::bytes).sum::<usize>() + size_of_val(&*self.ranks)
    }
}
