//! From the values of a column to codes of 16 bits, which ascend with the values.
//!
//! A column of at most 65,536 distinct values is a dictionary: each has a code of its own, and a window is a
//! range of codes. Any other column is cut into at most 256 slabs of about equally many samples, whose number
//! is the first byte; the second is the position within the slab,
//!
//! ```text
//! min(255, ⌊(s − start) · 256 / (end − start)⌋)        difference, product and cast are monotone
//! ```
//!
//! So a sample whose code is above that of the window's lower end, and below that of its upper end, is
//! inside; one with the very code of an end is in doubt. Apart from [`super::codes`], which scans codes and
//! need not know what they mean.

use std::ops::Range;

use super::distinct::distinct;
use super::edges::Edges;
use crate::isa::{Fan, Kernels, Slabs as Find};
use crate::samples::Element;
use crate::window::Interval;

/// Slabs of a column: values of the first byte.
const SLABS: usize = 256;
/// Codes.
pub(super) const CODES: usize = 1 << 16;
/// Values that are encoded at a time, at most.
pub(crate) const SOME: usize = 256;

/// How a column is coded.
#[derive(Debug)]
pub(crate) enum Scale<T> {
    /// Every value has its code, its position among the values times the step.
    Values(Edges<T>, usize),
    /// A code is a position in a slab.
    Slabs(Slabs<T>),
}

/// Slabs, and where they are.
#[derive(Debug)]
pub(crate) struct Slabs<T> {
    edges: Edges<T>,
    places: Vec<Slab>,
    /// The least value and the largest.
    ends: [f64; 2],
}

/// Where a slab starts, and how many positions there are to a unit.
#[derive(Debug)]
struct Slab {
    start: f64,
    per_unit: f64,
}

/// Codes of a column as a window sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Band {
    /// What may be inside: the first code and the last.
    pub(crate) maybe: [u16; 2],
    /// What is inside, possibly empty.
    pub(crate) sure: Range<usize>,
}

impl Band {
    /// First bytes that may be inside: the first and the last.
    pub(crate) fn maybe_bytes(&self) -> [u8; 2] {
        self.maybe.map(|code| (code >> 8) as u8)
    }

    /// First bytes all of whose codes are inside: the first and the last, if there are any.
    pub(crate) fn sure_bytes(&self) -> Option<[u8; 2]> {
        let bytes = self.sure.start.div_ceil(SLABS)..self.sure.end / SLABS;
        (!bytes.is_empty()).then(|| [bytes.start as u8, (bytes.end - 1) as u8])
    }

    /// The first code and the last that are inside; the first is above the last if none is.
    pub(crate) fn sure(&self) -> [u16; 2] {
        if self.sure.is_empty() {
            [u16::MAX, 0]
        } else {
            [self.sure.start as u16, (self.sure.end - 1) as u16]
        }
    }
}

impl<T: Element> Scale<T> {
    pub(crate) fn new(column: &[T]) -> Self {
        match distinct(column) {
            Some(values) => {
                let (step, len) = (CODES / values.len().max(1), values.len());
                Self::Values(Edges::with_steps(values, len), step)
            }
            None => Self::Slabs(Slabs::new(column)),
        }
    }

    /// What finds the values, or the slabs, of many coordinates.
    pub(crate) fn fan(&self) -> Fan {
        match self {
            Self::Values(values, _) => values.fan(),
            Self::Slabs(slabs) => slabs.edges.fan(),
        }
    }

    /// The codes of values of the column, some at a time; `fan` is this scale's.
    pub(crate) fn encode<'a>(
        &self,
        fan: &Fan,
        kernels: &Kernels<T>,
        values: &[T],
        codes: impl Iterator<Item = &'a mut u16>,
    ) {
        let mut found = [0; SOME];
        (kernels.slabs)(Find { edges: fan, values, found: &mut found });
        let found = found.iter().map(|&slab| slab as usize);
        let some = codes.zip(values.iter().zip(found));
        match self {
            Self::Values(_, step) => {
                some.for_each(|(code, (_, k))| *code = ((k - 1) * step) as u16);
            }
            Self::Slabs(slabs) => {
                some.for_each(|(code, (value, k))| *code = slabs.code_in(k, value.widen()));
            }
        }
    }

    /// Whether the first byte tells one value from another, so that nothing is ever in doubt.
    pub(crate) fn is_told_by_bytes(&self) -> bool {
        matches!(self, Self::Values(_, SLABS..))
    }

    /// What a window around `x` asks, unless nothing is inside.
    pub(crate) fn band(&self, x: f64, radius: f64) -> Option<Band> {
        match self {
            Self::Values(values, step) => {
                let (below, up_to) = values.around(x, radius).into_inner();
                let last = up_to.checked_sub(1).filter(|&last| below <= last)?;
                let maybe = [below * step, last * step].map(|code| code as u16);
                // Codes that no value has go to the side where they spare a look.
                let start = if below == 0 { 0 } else { (below - 1) * step + 1 };
                let end = if up_to == values.len() { CODES } else { up_to * step };
                Some(Band { maybe, sure: start..end })
            }
            Self::Slabs(slabs) => slabs.band(Interval::around(x, radius)),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Values(values, _) => values.bytes(),
            Self::Slabs(slabs) => slabs.edges.bytes() + size_of_val(&*slabs.places),
        }
    }
}

impl<T: Element> Slabs<T> {
    fn new(column: &[T]) -> Self {
        let edges = Edges::new(column, SLABS);
        let values = column.iter().map(|value| value.widen());
        let [least, most] = values.fold([f64::INFINITY, f64::NEG_INFINITY], |[least, most], s| {
            [least.min(s), most.max(s)]
        });
        let starts = [least].into_iter().chain(edges.values().iter().map(|edge| edge.widen()));
        let ends = edges.values().iter().map(|edge| edge.widen()).chain([most]);
        let places = starts.zip(ends).map(|(start, end)| Slab::new(start, end)).collect();
        Self { edges, places, ends: [least, most] }
    }

    /// Monotone in any `value`.
    #[inline]
    fn code(&self, value: f64) -> u16 {
        self.code_in(self.edges.slab(value), value)
    }

    #[inline]
    fn code_in(&self, slab: usize, value: f64) -> u16 {
        u16::from_be_bytes([slab as u8, self.places[slab].position(value)])
    }

    fn band(&self, Interval { lo, hi }: Interval) -> Option<Band> {
        let [least, most] = self.ends;
        if hi < least || lo > most {
            return None;
        }
        let (first, start) = match self.code(lo) {
            _ if lo <= least => (0, 0),
            code => (code, usize::from(code) + 1),
        };
        let (last, end) = match self.code(hi) {
            _ if hi >= most => (u16::MAX, CODES),
            code => (code, usize::from(code)),
        };
        Some(Band { maybe: [first, last], sure: start..end })
    }
}

impl Slab {
    /// Of one value, too narrow or too wide for a quotient: everything has position 0.
    fn new(start: f64, end: f64) -> Self {
        let per_unit = SLABS as f64 / (end - start);
        Self { start, per_unit: if per_unit.is_finite() { per_unit } else { 0.0 } }
    }

    /// A cast saturates; what is no number becomes 0.
    #[inline]
    fn position(&self, value: f64) -> u8 {
        ((value - self.start) * self.per_unit) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa;
    use crate::window::Side;

    /// Codes of values of the column.
    fn codes(scale: &Scale<f64>, values: &[f64]) -> Vec<u16> {
        let (fan, kernels) = (scale.fan(), isa::best().double());
        let mut codes = vec![0; values.len()];
        for (values, codes) in values.chunks(SOME).zip(codes.chunks_mut(SOME)) {
            scale.encode(&fan, kernels, values, codes.iter_mut());
        }
        codes
    }

    /// Codes of the column's values and of what lies between and beyond them ascend; bands hold whom they
    /// must around every value. Returns whether every value has a code of its own.
    fn check(column: &[f64]) -> bool {
        let scale = Scale::new(column);
        let mut values = column.to_vec();
        values.sort_unstable_by(f64::total_cmp);
        let codes = codes(&scale, &values);
        assert!(codes.is_sorted(), "{codes:?}");
        let spread = values.last().unwrap_or(&0.0) - values.first().unwrap_or(&0.0);
        for &x in values.iter().step_by(values.len() / 40 + 1) {
            for radius in [0.0, 5e-324, spread / 1000.0, spread / 3.0, spread, f64::MAX] {
                check_band(&scale, &values, x, radius.min(f64::MAX));
            }
            // The face on a value.
            let face = values[values.len() / 3];
            check_band(&scale, &values, x, (x - face).abs().min(f64::MAX));
        }
        matches!(scale, Scale::Values(..))
    }

    fn check_band(scale: &Scale<f64>, values: &[f64], x: f64, radius: f64) {
        let band = scale.band(x, radius);
        for &value in values {
            let is_inside = Side::of(x, radius, value) == Side::Inside;
            let Some(band) = &band else {
                assert!(!is_inside, "{value:e} is within {radius:e} of {x:e}");
                continue;
            };
            let code = codes(scale, &[value])[0];
            let what = format!("{value:e}, code {code}, within {radius:e} of {x:e}: {band:?}");
            let [first, last] = band.maybe;
            assert!(!is_inside || (first..=last).contains(&code), "{what}");
            let [first, last] = band.sure();
            assert!(is_inside || !(first..=last).contains(&code), "{what}");
            let byte = (code >> 8) as u8;
            let [first, last] = band.maybe_bytes();
            assert!(!is_inside || (first..=last).contains(&byte), "{what}");
            let surely = band.sure_bytes().is_some_and(|[a, b]| (a..=b).contains(&byte));
            assert!(is_inside || !surely, "{what}");
            if scale.is_told_by_bytes() {
                assert!(surely || !(first..=last).contains(&byte), "in doubt: {what}");
            }
        }
    }

    /// A number below `n` for each `i`, in no order.
    fn scattered(i: u64, n: u64) -> f64 {
        let z = i.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        ((z ^ z >> 27) % n) as f64
    }

    /// Numbers from 0 to 1, each once.
    fn numbers(n: u32) -> impl Iterator<Item = f64> {
        (0..n).map(|i| f64::from(i.wrapping_mul(2_654_435_769)) / f64::from(u32::MAX))
    }

    #[test]
    fn bands_hold_whom_they_must() {
        assert!(!check(&numbers(5000).collect::<Vec<_>>()));
        let tails: Vec<f64> = numbers(3000).map(|u| ((u - 0.5) * 3.1).tan().powi(5)).collect();
        assert!(!check(&tails));
        // Half of the samples have one value.
        let lump: Vec<f64> = numbers(3000).map(|u| (u - 0.5).max(0.0)).collect();
        check(&lump);
    }

    #[test]
    fn spans_that_overflow_and_subnormals_have_codes() {
        let wide: Vec<f64> = numbers(1000).map(|u| (u - 0.5) * f64::MAX * 1.99).collect();
        assert!(wide[1] - wide[2] != 0.0 && !check(&wide));
        let far = [f64::MIN, -1e300, -1.0, -0.0, 0.0, 1e-300, 1.0, 1e300, f64::MAX];
        assert!(check(&far));
        let two = numbers(1000).enumerate().map(|(i, u)| if i % 2 == 0 { u } else { 1.7e308 - u });
        check(&two.collect::<Vec<_>>());
        let tiny: Vec<f64> = numbers(2000).map(|u| u * 1e-310).collect();
        assert!(!check(&tiny));
        let next: Vec<f64> = (0..2000).map(f64::from_bits).collect();
        check(&next);
    }

    #[test]
    fn few_values_have_codes_of_their_own() {
        for n_values in [1, 2, 3, 128, 129, 200, 255, 256, 257, 300, 1000, 40_000] {
            let column: Vec<f64> = (0..80_000).map(|i| scattered(i, n_values) * 0.1).collect();
            let scale = Scale::new(&column);
            assert!(matches!(scale, Scale::Values(..)), "{n_values} values");
            let mut values = column.clone();
            values.sort_unstable_by(f64::total_cmp);
            values.dedup();
            let codes = codes(&scale, &values);
            assert!(codes.is_sorted_by(|a, b| a < b), "{n_values} values");
            assert_eq!(scale.is_told_by_bytes(), n_values <= 256, "{n_values} values");
        }
        assert!(check(&[]) && check(&[7.0]) && check(&[0.0, -0.0, 0.0]));
        let some: Vec<f64> = (0..6000).map(|i| f64::from(i * i % 700) * 0.1).collect();
        assert!(check(&some));
    }

    #[test]
    fn more_values_than_codes_are_no_dictionary() {
        let column: Vec<f64> = (0..500_000).map(|i| scattered(i, 80_000)).collect();
        assert!(matches!(Scale::new(&column), Scale::Slabs(_)));
        let column: Vec<f64> = (0..500_000).map(|i| scattered(i, 65_536)).collect();
        assert!(matches!(Scale::new(&column), Scale::Values(_, 1)));
    }

    #[test]
    fn positions_ascend_within_a_slab_and_end_at_its_ends() {
        for (start, end) in [(0.0, 1.0), (-3.0, -2.9), (1e-320, 2e-320), (1e300, 1.7e308)] {
            let slab = Slab::new(start, end);
            let values = (0..=1000).map(|i| start + (end - start) * (f64::from(i) / 1000.0));
            let positions: Vec<u8> = values.map(|value| slab.position(value)).collect();
            assert!(positions.is_sorted(), "{positions:?}");
            assert_eq!(positions[0], 0, "{start:e}");
            assert_eq!(slab.position(f64::MIN), 0, "{start:e}");
        }
        let slab = Slab::new(0.0, 1.0);
        assert_eq!([0.0, 0.5, 1.0, 9.0].map(|value| slab.position(value)), [0, 128, 255, 255]);
        for (start, end) in [(1.0, 1.0), (f64::MIN, f64::MAX), (0.0, 5e-324)] {
            let slab = Slab::new(start, end);
            assert_eq!([start, end, 0.0, f64::MAX].map(|value| slab.position(value)), [0; 4]);
        }
    }
}
