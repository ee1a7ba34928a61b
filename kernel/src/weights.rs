//! Weights of samples, as whole numbers of a unit: sums of them are exact, in any order.
//!
//! The weighted count of a window is W = Σ w_i over the samples inside. A sum of floats depends on the order
//! in which it is added up, and that differs between algorithms, instruction sets and teams. So every weight
//! is rounded once, to the nearest multiple of a power of two, the *unit*, and from there on everything is
//! integers.
//!
//! **Which unit.** 1, or the largest power of two below it of which every weight is a multiple: then nothing
//! is rounded. If the sum of all weights would then be 2^63 units or more, the smallest power of two (or the
//! next) with which it is not. Why 63 bits and not the 53 of a double: the sum of a part is an integer and
//! never passes through a float, so all bits of a 64-bit word can serve; one is left free, so that a sum is
//! an `i64` for whoever reads it.
//!
//! **What is lost.** Nothing if the weights are integers whose sum is below 2^63, or multiples of any power of
//! two whose sum is below 2^63 of it. Else a weight changes by at most half a unit, which is about 2^−63 of the
//! sum of all weights at most, because they have 2^62 units or more: a sum over k samples is wrong by at most
//! k · 2^−63 of the sum of all. Adding k doubles one after the other can be wrong by k · 2^−53 of their sum.
//!
//! Apart from [`crate::samples`], because a sample is the same with or without a weight. Next:
//! [`crate::WeightedCounter`].

use std::ops::Range;

use crate::error::Error;

/// Sums stay below 2 to this.
const BITS: u32 = 63;
/// Bits of a double behind the leading one.
const FRACTION: u32 = 52;
/// The exponent of the smallest double, 2^−1074.
const LEAST: i32 = -1074;

/// A weight for each sample, checked, as whole numbers of a unit.
///
/// ```
/// use kernel::Weights;
///
/// let weights = Weights::new(&[0.5, 2.0, 0.0])?;
/// assert_eq!(weights.units(), [1, 4, 0]);
/// assert_eq!((weights.unit(), weights.total()), (0.5, 5));
/// assert_eq!(weights.value(weights.total()), 2.5);
/// # Ok::<(), kernel::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    units: Vec<u64>,
    /// The unit is 2 to this.
    exponent: i32,
    total: u64,
}

impl Weights {
    /// Checks `weights`, one for each sample, and rounds each to the unit. O(n).
    ///
    /// # Errors
    /// - [`Error::Weight`] names the first weight that is not a finite number of at least 0;
    /// - [`Error::WeightsTooLarge`] if their sum is beyond the largest double.
    pub fn new(weights: &[f64]) -> Result<Self, Error> {
        let is_good = |w: &f64| (0.0..=f64::MAX).contains(w);
        if let Some(row) = weights.iter().position(|w| !is_good(w)) {
            return Err(Error::Weight { row, value: weights[row] });
        }
        let exponent = exponent(weights);
        let scale = Scale::to(exponent);
        let units: Vec<u64> = weights.iter().map(|&w| scale.units(w)).collect();
        let total = units.iter().sum();
        let weights = Self { units, exponent, total };
        let is_finite = weights.value(total).is_finite();
        if is_finite { Ok(weights) } else { Err(Error::WeightsTooLarge) }
    }

    /// Number of weights.
    pub fn n(&self) -> usize {
        self.units.len()
    }

    /// What one unit weighs, a power of two.
    pub fn unit(&self) -> f64 {
        power_of_two(self.exponent)
    }

    /// The weights, in units.
    pub fn units(&self) -> &[u64] {
        &self.units
    }

    /// The sum of all weights in units, below 2^63.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// What so many units weigh, rounded once to a double.
    pub fn value(&self, units: u64) -> f64 {
        // Exact: a sum with fewer than 53 bits in front of the least double is itself a double.
        units as f64 * self.unit()
    }

    /// The weights with positions in `range`, without copying.
    ///
    /// # Panics
    /// If `range` reaches beyond n.
    pub fn run(&self, range: Range<usize>) -> WeightRun<'_> {
        WeightRun { units: &self.units[range] }
    }

    /// Every weight.
    pub fn all(&self) -> WeightRun<'_> {
        self.run(0..self.n())
    }
}

/// The weights of a contiguous range of samples, in the unit of all.
#[derive(Clone, Copy, Debug)]
pub struct WeightRun<'a> {
    units: &'a [u64],
}

impl<'a> WeightRun<'a> {
    /// Number of weights.
    pub fn len(&self) -> usize {
        self.units.len()
    }

    /// Whether there is no weight.
    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// The weights, in units.
    pub fn units(&self) -> &'a [u64] {
        self.units
    }
}

/// The exponent of the unit of weights that are finite and not negative.
fn exponent(weights: &[f64]) -> i32 {
    let positive = || weights.iter().filter(|w| **w > 0.0);
    // All weights are multiples of this.
    let finest = positive().map(|&w| lowest_bit(w)).min().unwrap_or(0).min(0);
    let largest = positive().fold(0.0_f64, |largest, &w| largest.max(w));
    let (significand, last) = parts(largest);
    let highest = last + significand.checked_ilog2().unwrap_or(0) as i32;
    // The largest weight alone must have fewer units than that; and n of them fit into 128 bits.
    let mut exponent = finest.max(highest + 1 - BITS as i32);
    loop {
        let scale = Scale::to(exponent);
        let sum: u128 = weights.iter().map(|&w| u128::from(scale.units(w))).sum();
        let excess = (u128::BITS - sum.leading_zeros()).saturating_sub(BITS);
        if excess == 0 {
            return exponent;
        }
        exponent += excess as i32;
    }
}

/// w = significand · 2^exponent, for w that is finite and not negative.
fn parts(w: f64) -> (u64, i32) {
    let biased = (w.to_bits() >> FRACTION) as i32 & 0x7FF;
    let fraction = w.to_bits() & ((1 << FRACTION) - 1);
    if biased == 0 { (fraction, LEAST) } else { (fraction | 1 << FRACTION, LEAST - 1 + biased) }
}

/// The exponent of the lowest bit that is set in w > 0.
fn lowest_bit(w: f64) -> i32 {
    let (significand, exponent) = parts(w);
    exponent + significand.trailing_zeros() as i32
}

/// From weights to units.
#[derive(Clone, Copy)]
struct Scale([f64; 2]);

impl Scale {
    /// To units of 2^`exponent`. Two factors, because 2^1074 is no double.
    fn to(exponent: i32) -> Self {
        let half = -exponent / 2;
        Self([power_of_two(half), power_of_two(-exponent - half)])
    }

    /// The number of units nearest to w, an even one if two are as near. w is below 2^64 units.
    fn units(self, w: f64) -> u64 {
        /// From here on doubles are integers; below, adding it leaves no fraction.
        const INTEGERS: f64 = (1_u64 << FRACTION) as f64;
        // Exact, unless it is less than any fraction that matters.
        let units = w * self.0[0] * self.0[1];
        let rounded = if units < INTEGERS { (units + INTEGERS) - INTEGERS } else { units };
        rounded as u64
    }
}

/// 2^exponent, for any power of two that is a double.
fn power_of_two(exponent: i32) -> f64 {
    let least_normal = LEAST + FRACTION as i32;
    if exponent < least_normal {
        f64::from_bits(1 << (exponent - LEAST))
    } else {
        f64::from_bits(((exponent - least_normal + 1) as u64) << FRACTION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(weights: &[f64]) -> (Vec<u64>, f64) {
        let weights = Weights::new(weights).unwrap();
        (weights.units().to_vec(), weights.unit())
    }

    #[test]
    fn what_is_exact_stays_exact() {
        assert_eq!(units(&[]), (vec![], 1.0));
        assert_eq!(units(&[0.0, -0.0]), (vec![0, 0], 1.0));
        assert_eq!(units(&[1.0; 3]), (vec![1; 3], 1.0));
        assert_eq!(units(&[2.0, 6.0]), (vec![2, 6], 1.0));
        assert_eq!(units(&[0.75, 3.0]), (vec![3, 12], 0.25));
        // 2^63 − 1024, the largest double below 2^63; and one more than it holds.
        let large = 9_223_372_036_854_774_784.0;
        assert_eq!(units(&[large, 1023.0]), (vec![large as u64, 1023], 1.0));
        assert_eq!(units(&[large, 1024.0]), (vec![large as u64 / 2, 512], 2.0));
        let [least, most] = [5e-324, f64::MAX];
        assert_eq!(units(&[least, 3.0 * least]), (vec![1, 3], least));
        assert_eq!(units(&[most]).0[0].trailing_zeros(), 63 - 53);
        let weights = Weights::new(&[most, 5.0, 0.0]).unwrap();
        assert_eq!(weights.value(weights.total()).to_bits(), most.to_bits());
    }

    #[test]
    fn what_is_not_is_rounded_once_to_nearest_even() {
        let large = 2.0_f64.powi(63);
        let (units, unit) = units(&[large, 1.0, 3.0, 5.0, 0.25, 2.5]);
        assert_eq!(unit.to_bits(), 2.0_f64.to_bits());
        assert_eq!(units, [1 << 62, 0, 2, 2, 0, 1]);
        for weights in [vec![0.1; 1000], (0..999).map(|i| 1.7_f64.powi(i - 500)).collect()] {
            let fixed = Weights::new(&weights).unwrap();
            assert!(fixed.total() < 1 << 63 && fixed.total() >= 1 << 61, "{}", fixed.total());
            for (&units, &w) in fixed.units().iter().zip(&weights) {
                assert!((fixed.value(units) - w).abs() <= 0.5 * fixed.unit(), "{w}");
            }
        }
    }

    #[test]
    fn powers_of_two_are_theirs() {
        for exponent in LEAST..=1023 {
            let expected = 2.0_f64.powf(f64::from(exponent));
            assert_eq!(power_of_two(exponent).to_bits(), expected.to_bits(), "{exponent}");
        }
    }

    #[test]
    fn bad_weights_are_named() {
        for bad in [-1.0, f64::NAN, f64::INFINITY, -5e-324] {
            match Weights::new(&[1.0, 0.0, bad, bad]) {
                Err(Error::Weight { row: 2, value }) => assert_eq!(value.to_bits(), bad.to_bits()),
                other => panic!("{bad}: {other:?}"),
            }
        }
        assert_eq!(Weights::new(&[f64::MAX; 2]), Err(Error::WeightsTooLarge));
    }
}
