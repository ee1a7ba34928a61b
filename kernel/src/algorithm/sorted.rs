//! One dimension: a sorted copy of the column. A window is two searches, whatever it holds.
//!
//! The searches are those of [`super::edges`], with every sample an edge: a table guesses the place, so
//! that a search is a few steps in one or two cache lines where samples are spread out, and O(log n)
//! wherever they crowd.

use super::edges::Edges;
use super::plan::{Cost, Shape};
use super::{Index, Recipe};
use crate::isa::Isa;
use crate::samples::{Element, Run};
use crate::team::{self, Team};
use crate::window::Reach;

/// Samples for each step of the table.
const SAMPLES_PER_STEP: usize = 2;

/// The sorted column.
pub(crate) struct Sorted;

impl Recipe for Sorted {
    const NAME: &'static str = "sorted";
    const ABOUT: &'static str = "d = 1: sorts the samples; two searches for each window";

    fn check(n: usize, d: usize) -> Result<(), String> {
        super::fits(n)?;
        if d == 1 { Ok(()) } else { Err("1 dimension".into()) }
    }

    fn cost(shape: &Shape) -> Cost {
        Cost { build: 55.0 * shape.n, answer: shape.windows() * 100.0 }
    }

    fn build<'a, T: Element>(
        run: &Run<'a, T>,
        _isa: &'static Isa,
        team: &dyn Team,
    ) -> Box<dyn Index<T> + 'a> {
        let column = sorted(run.columns()[0], team);
        let steps = column.len() / SAMPLES_PER_STEP;
        Box::new(Column { values: Edges::with_steps(column, steps) })
    }
}

#[derive(Debug)]
struct Column<T: Element> {
    values: Edges<T>,
}

impl<T: Element> Index<T> for Column<T> {
    fn count(&self, center: &[f64], reach: Reach<'_>) -> u64 {
        let (below, up_to) = self.values.around(center[0], reach.radius(0)).into_inner();
        (up_to - below) as u64
    }

    fn bytes(&self) -> usize {
        self.values.bytes()
    }
}

/// The column in ascending order: parts are sorted side by side, then merged.
fn sorted<T: Element>(column: &[T], team: &dyn Team) -> Vec<T> {
    let part = column.len().div_ceil(team.size()).max(1);
    let mut parts = team::map(team, column.chunks(part).collect(), |part: &[T]| {
        let mut part = part.to_vec();
        part.sort_unstable_by(|a, b| a.widen().total_cmp(&b.widen()));
        part
    });
    while parts.len() > 1 {
        let mut pairs = Vec::with_capacity(parts.len().div_ceil(2));
        let mut rest = parts.into_iter();
        while let Some(first) = rest.next() {
            pairs.push((first, rest.next().unwrap_or_default()));
        }
        parts = team::map(team, pairs, |(a, b)| merged(&a, &b));
    }
    parts.pop().unwrap_or_default()
}

/// Two ascending lists as one.
fn merged<T: Element>(a: &[T], b: &[T]) -> Vec<T> {
    let mut all = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while i < a.len() && j < b.len() {
        let is_first = a[i].widen() <= b[j].widen();
        all.push(if is_first { a[i] } else { b[j] });
        i += usize::from(is_first);
        j += usize::from(!is_first);
    }
    all.extend_from_slice(&a[i..]);
    all.extend_from_slice(&b[j..]);
    all
}
