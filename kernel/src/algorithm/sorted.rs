//! One dimension: a sorted copy of the column. A window is two searches, whatever it holds.
//!
//! The searches are those of [`super::edges`], with every sample an edge: a table guesses the place, so
//! that a search is a few steps in one or two cache lines where samples are spread out, and O(log n)
//! wherever they crowd. Many centers are put in order first, and then their ends are found by two pointers.
//! With weights, what is inside is the difference of two of their sums, in place of two positions.

use std::fmt::Debug;

use super::edges::Edges;
use super::order::{self, Ascending};
use super::plan::Cost;
use super::shape::Shape;
use super::{Index, Recipe};
use crate::isa::{Ends, Isa, Kernels};
use crate::query::Query;
use crate::samples::{Element, Run};
use crate::team::{self, Team};
use crate::window::Reach;

/// Samples for each step of the table.
const SAMPLES_PER_STEP: usize = 2;
/// Samples for each center up to which passing over them costs less than searching.
const SAMPLES_PER_CENTER: usize = 64;
/// Centers that are put in order at least.
const FEWEST: usize = 64;
/// Centers that a member of a team takes.
const PART: usize = 2048;

/// The sorted column.
pub(crate) struct Sorted;

impl Recipe for Sorted {
    const NAME: &'static str = "sorted";
    const ABOUT: &'static str = "d = 1: sorts the samples; two searches for each window";
    const TAKES_WEIGHTS: bool = true;
    const BY_WIDTH: bool = true;

    fn check(n: usize, d: usize) -> Result<(), String> {
        super::fits(n)?;
        if d == 1 { Ok(()) } else { Err("1 dimension".into()) }
    }

    fn cost(shape: &Shape) -> Cost {
        let Shape { n, centers, passes, .. } = *shape;
        let build = if shape.repeating > 0.0 { 4.7 } else { 26.0 + 3.1 * shape.far() };
        let searching = 23.0 * shape.windows();
        let answer = if is_worth_passing(n as usize, centers as usize) {
            searching.min(12.4 * centers + passes * 3.4 * n + shape.windows() * 4.7)
        } else {
            searching
        };
        Cost { build: build * n, answer }
    }

    fn build<'a, T: Element>(
        run: &Run<'a, T>,
        isa: &'static Isa,
        team: &dyn Team,
    ) -> Box<dyn Index<T> + 'a> {
        Box::new(Column::new(sorted(run.columns()[0], team, |s| *s), Number, isa))
    }

    fn weigh<'a, T: Element>(
        run: &Run<'a, T>,
        weights: &'a [u64],
        isa: &'static Isa,
        team: &dyn Team,
    ) -> Option<Box<dyn Index<T> + 'a>> {
        let pairs: Vec<(T, u64)> =
            run.columns()[0].iter().copied().zip(weights.iter().copied()).collect();
        let pairs = sorted(&pairs, team, |pair| pair.0);
        let mut before = Vec::with_capacity(pairs.len() + 1);
        before.push(0);
        let mut sum = 0;
        before.extend(pairs.iter().map(|pair| {
            sum += pair.1;
            sum
        }));
        let column = pairs.iter().map(|pair| pair.0).collect();
        Some(Box::new(Column::new(column, Weight { before }, isa)))
    }
}

/// Whether passes over n samples and so many centers cost less than searches.
fn is_worth_passing(n: usize, centers: usize) -> bool {
    order::suits(centers, FEWEST) && n / SAMPLES_PER_CENTER <= centers
}

/// What is found between two positions of the sorted column.
trait Between: Debug + Send + Sync {
    type Found: Copy + Default + Into<u64> + Send + Sync;

    fn between(&self, below: usize, up_to: usize) -> Self::Found;
    /// Bytes in use.
    fn bytes(&self) -> usize;
}

/// The number of samples.
#[derive(Debug)]
struct Number;

impl Between for Number {
    type Found = u32;

    #[inline]
    fn between(&self, below: usize, up_to: usize) -> u32 {
        (up_to - below) as u32
    }

    fn bytes(&self) -> usize {
        0
    }
}

/// Their weight.
#[derive(Debug)]
struct Weight {
    /// `before[k]` is the weight of the first k samples.
    before: Vec<u64>,
}

impl Between for Weight {
    type Found = u64;

    #[inline]
    fn between(&self, below: usize, up_to: usize) -> u64 {
        self.before[up_to] - self.before[below]
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.before)
    }
}

#[derive(Debug)]
struct Column<T: Element, B> {
    values: Edges<T>,
    between: B,
    kernels: &'static Kernels<T>,
}

impl<T: Element, B: Between> Column<T, B> {
    fn new(column: Vec<T>, between: B, isa: &'static Isa) -> Self {
        let steps = column.len() / SAMPLES_PER_STEP;
        Self { values: Edges::with_steps(column, steps), between, kernels: T::kernels(isa) }
    }

    /// Adds the counts of windows that reach as far around every center.
    fn pass(&self, query: &Query<'_>, radii: &[f64], counts: &mut [u64], team: &dyn Team) {
        let m = query.centers();
        let Ascending { values: centers, positions } = Ascending::new(query.column(0));
        let places = order::places(&positions);
        order::add_all(radii, &places, counts, team, |radii, found: &mut [B::Found]| {
            let mut parts = Vec::new();
            for (found, &radius) in found.chunks_mut(m).zip(radii) {
                let some = found.chunks_mut(PART).zip(centers.chunks(PART));
                parts.extend(some.map(|(found, centers)| (centers, radius, found)));
            }
            team::map(team, parts, |(centers, radius, found)| {
                self.count_all(centers, radius, found);
            });
        });
    }

    /// Counts around ascending centers.
    fn count_all(&self, centers: &[f64], radius: f64, found: &mut [B::Found]) {
        let mut ends = [[0; 2]; PART];
        let ends = &mut ends[..centers.len()];
        (self.kernels.ends)(Ends { values: self.values.values(), centers, radius, found: ends });
        for (found, [below, up_to]) in found.iter_mut().zip(ends) {
            *found = self.between.between(*below as usize, *up_to as usize);
        }
    }
}

impl<T: Element, B: Between> Index<T> for Column<T, B> {
    fn count(&self, center: &[f64], reach: Reach<'_>) -> u64 {
        let (below, up_to) = self.values.around(center[0], reach.radius(0)).into_inner();
        self.between.between(below, up_to).into()
    }

    fn share(&self, query: &Query<'_>, counts: &mut [u64], team: &dyn Team) {
        match query.reaches() {
            Some(reaches) if is_worth_passing(self.values.values().len(), query.centers()) => {
                let radii: Vec<f64> = reaches.iter().map(|reach| reach.radius(0)).collect();
                self.pass(query, &radii, counts, team);
            }
            _ => super::share_centers(self, query, counts, team),
        }
    }

    fn bytes(&self) -> usize {
        self.values.bytes() + self.between.bytes()
    }
}

/// Samples in ascending order of their values: parts are sorted side by side, then merged.
fn sorted<S: Copy + Send + Sync, T: Element>(
    samples: &[S],
    team: &dyn Team,
    value: impl Fn(&S) -> T + Copy + Sync,
) -> Vec<S> {
    let part = samples.len().div_ceil(team.size()).max(1);
    let mut parts = team::map(team, samples.chunks(part).collect(), |part: &[S]| {
        let mut part = part.to_vec();
        part.sort_unstable_by(|a, b| value(a).widen().total_cmp(&value(b).widen()));
        part
    });
    while parts.len() > 1 {
        let mut pairs = Vec::with_capacity(parts.len().div_ceil(2));
        let mut rest = parts.into_iter();
        while let Some(first) = rest.next() {
            pairs.push((first, rest.next().unwrap_or_default()));
        }
        parts = team::map(team, pairs, |(a, b)| merged(&a, &b, value));
    }
    parts.pop().unwrap_or_default()
}

/// Two ascending lists as one.
fn merged<S: Copy, T: Element>(a: &[S], b: &[S], value: impl Fn(&S) -> T) -> Vec<S> {
    let mut all = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let is_first = value(&a[i]).widen() <= value(&b[j]).widen();
        all.push(if is_first { a[i] } else { b[j] });
        i += usize::from(is_first);
        j += usize::from(!is_first);
    }
    all.extend_from_slice(&a[i..]);
    all.extend_from_slice(&b[j..]);
    all
}
