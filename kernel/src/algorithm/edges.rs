//! Edges that cut a column into slabs of about equally many samples.
//!
//! Slab k holds the values s with `edges[k − 1] <= s < edges[k]`; the first and the last slab are open
//! outwards. Edges are values of the column itself, so equal values are never torn apart, and a column with
//! few distinct values has few slabs. Apart from the algorithms that use them.
//!
//! A window meets the slabs from the one that holds its lower end to the one that holds its upper end; all
//! slabs between lie inside whole. [`Side`] decides, so that holds bit for bit. A table of equal steps
//! guesses where an end is, and a search from the guess outwards finds it: one or two steps as a rule,
//! O(log k) for any values.
//!
//! The slabs of many values are found by vectors ([`Fan`]), in the same time whatever the values are.

use std::ops::{Range, RangeInclusive};

use crate::isa::Fan;
use crate::samples::Element;
use crate::window::Side;

/// Steps of the table for each edge of a cut: most hold at most one, also where samples are unevenly spread.
const STEPS_PER_EDGE: usize = 4;
/// Values of a column that are sorted for each slab that is wanted: slabs then hold, with 16, between a half
/// and twice as many samples as on average.
const SAMPLE_PER_SLAB: usize = 16;

/// Ascending edges, with the table that finds them.
#[derive(Debug)]
pub(crate) struct Edges<T> {
    values: Vec<T>,
    /// `guess[step]` is the number of edges below the step's start.
    guess: Vec<u32>,
    origin: f64,
    steps_per_unit: f64,
}

impl<T: Element> Edges<T> {
    /// Edges for about `slabs` slabs of `column`. O(slabs log slabs).
    pub(crate) fn new(column: &[T], slabs: usize) -> Self {
        // An odd stride, so that a period of the data is not met by chance.
        let stride = (column.len() / (slabs * SAMPLE_PER_SLAB)).max(1) | 1;
        let mut some: Vec<T> = column.iter().step_by(stride).copied().collect();
        some.sort_unstable_by(|a, b| a.widen().total_cmp(&b.widen()));
        let edge = |k| some.get(k * some.len() / slabs).copied();
        let mut edges: Vec<T> = (1..slabs).filter_map(edge).collect();
        edges.dedup(); // both zeros are one value
        edges.retain(|edge| Some(edge) > some.first()); // nothing would lie below the least
        edges.shrink_to_fit();
        let steps = edges.len() * STEPS_PER_EDGE;
        Self::with_steps(edges, steps)
    }

    /// With a table of so many steps; `edges` ascend.
    pub(crate) fn with_steps(edges: Vec<T>, steps: usize) -> Self {
        let (origin, span) = match (edges.first(), edges.last()) {
            (Some(first), Some(last)) => (first.widen(), last.widen() - first.widen()),
            _ => (0.0, 0.0),
        };
        // A span of 0, or one that overflows: every guess is the first step.
        let per_unit = steps as f64 / span;
        let steps_per_unit = if per_unit.is_finite() { per_unit } else { 0.0 };
        let mut guess = Vec::with_capacity(steps + 1);
        let mut below = 0;
        for step in 0..=steps {
            let start = origin + step as f64 / steps_per_unit.max(f64::MIN_POSITIVE);
            while edges.get(below).is_some_and(|edge| edge.widen() < start) {
                below += 1;
            }
            guess.push(below as u32);
        }
        Self { values: edges, guess, origin, steps_per_unit }
    }

    /// The edges, ascending.
    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }

    /// Number of edges.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// Number of slabs, at least 1.
    pub(crate) fn slabs(&self) -> usize {
        self.values.len() + 1
    }

    /// The slab of a value.
    #[inline]
    pub(crate) fn slab(&self, value: f64) -> usize {
        self.search(value, |edge| edge <= value)
    }

    /// What finds the slabs of many values.
    pub(crate) fn fan(&self) -> Fan {
        Fan::new(&self.values)
    }

    /// The slabs that hold the two ends of what is inside around `x`.
    #[inline]
    pub(crate) fn around(&self, x: f64, radius: f64) -> RangeInclusive<usize> {
        let lower = self.search(x - radius, |edge| Side::of(x, radius, edge) == Side::Below);
        let upper = self.search(x + radius, |edge| Side::of(x, radius, edge) != Side::Above);
        lower..=upper
    }

    /// Bytes in use.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.values) + size_of_val(&*self.guess)
    }

    /// Number of edges for which `is_before` holds, which is monotone, guessed to be those below `near`.
    #[inline]
    fn search(&self, near: f64, is_before: impl Fn(f64) -> bool) -> usize {
        let step = (near - self.origin) * self.steps_per_unit;
        // A cast saturates; what is no number becomes 0.
        let step = (step as usize).min(self.guess.len() - 1);
        let guess = self.guess[step] as usize;
        let is_before = |k: usize| is_before(self.values[k].widen());
        if guess < self.values.len() && is_before(guess) {
            // Upwards: double the reach until it is too far.
            let (mut known, mut reach) = (guess, 1);
            while known + reach < self.values.len() && is_before(known + reach) {
                known += reach;
                reach *= 2;
            }
            let beyond = (known + reach).min(self.values.len());
            Self::bisect(known + 1..beyond, is_before)
        } else {
            let (mut known, mut reach) = (guess, 1);
            while known > 0 && !is_before(known - reach.min(known)) {
                known -= reach.min(known);
                reach *= 2;
            }
            let least = known.saturating_sub(reach);
            Self::bisect(least..known, is_before)
        }
    }

    /// Number of edges before, known to be within `range`, both ends included.
    #[inline]
    fn bisect(range: Range<usize>, is_before: impl Fn(usize) -> bool) -> usize {
        let (mut low, mut high) = (range.start, range.end);
        while low < high {
            let middle = low + (high - low) / 2;
            if is_before(middle) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slabs of values at, beside and between the edges, and far away, against a plain search.
    fn check(column: &[f64], slabs: usize) -> usize {
        let edges = Edges::new(column, slabs);
        assert!(edges.values.is_sorted_by(|a, b| a < b), "{:?}", edges.values);
        let mut values: Vec<f64> =
            edges.values.iter().flat_map(|e| [e.next_down(), *e, e.next_up(), e * 1.5]).collect();
        values.extend(column);
        values.extend([0.0, -0.0, f64::MIN, f64::MAX, f64::INFINITY, f64::NEG_INFINITY]);
        for &value in &values {
            let expected = edges.values.iter().filter(|edge| **edge <= value).count();
            assert_eq!(edges.slab(value), expected, "{value:e}");
            for radius in [0.0, 1e-9, 0.3, 1e300] {
                if value.is_finite() {
                    let sides = edges.values.iter().map(|edge| Side::of(value, radius, *edge));
                    let lower = sides.clone().filter(|side| *side == Side::Below).count();
                    let upper = sides.filter(|side| *side != Side::Above).count();
                    assert_eq!(edges.around(value, radius), lower..=upper, "{value:e} {radius:e}");
                }
            }
        }
        edges.slabs()
    }

    #[test]
    fn searches_find_what_a_plain_search_finds() {
        let even: Vec<f64> = (0..1000).map(|i| f64::from(i) * 0.37 - 100.0).collect();
        assert_eq!(check(&even, 16), 16);
        let steep: Vec<f64> = (0..600).map(|i| 1.9_f64.powi(i - 300)).collect();
        assert_eq!(check(&steep, 50), 50);
        assert!(check(&[f64::MIN, -1.0, -0.0, 0.0, 1.0, f64::MAX], 4) > 2);
        assert!(check(&[5e-324, 1e-323, 1.5e-323, 0.0], 3) > 1);
    }

    #[test]
    fn few_values_make_few_slabs() {
        assert_eq!(check(&[], 8), 1);
        assert_eq!(check(&[7.0], 8), 1);
        assert_eq!(check(&[7.0; 100], 8), 1);
        let three: Vec<f64> = (0..99).map(|i| f64::from(i % 3)).collect();
        assert_eq!(check(&three, 8), 3);
    }
}
