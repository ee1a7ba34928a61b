//! Sums over all pairs of samples within each of many distances, in one pass over the pairs.
//!
//! The distance of two samples is D = max over j of |fl(x_j − y_j)|, as everywhere in this crate, and a pair
//! is within a threshold t if D <= t. For each threshold this gives the number of pairs within it, and the
//! sums over these pairs of the elementary symmetric polynomials of their differences,
//!
//! ```text
//! e_1 = Σ |x_j − y_j|,    e_2 = Σ_{j<k} |x_j − y_j| |x_k − y_k|,   …,   e_d = Π |x_j − y_j|
//! ```
//!
//! from which follows, for every width h at once, what least squares cross-validation needs:
//! Σ Π_j (1 − |x_j − y_j| / h) = Σ_m (−1/h)^m S_m over the pairs within h.
//!
//! | d | how | cost for n samples and B thresholds |
//! |---|---|---|
//! | 1 | `line`: two pointers for each threshold | O(n (log n + B)) |
//! | 2, 3 | `isa::pairs`: each pair in the order of the dimension in which it differs most | O(n B + pairs near in all but one dimension) |
//! | more | `isa::near`: the distances of all pairs near in one dimension, and a histogram | the same, times d |
//!
//! Apart from [`crate::counter`], which answers for centers one by one: here a pair is looked at once, and
//! only totals come out. Counts are exact on every instruction set. The work is cut into a number of parts
//! that depends on nothing, and their sums are added in order, so that sums do not depend on the team.

mod line;
mod orders;

use std::iter;
use std::ops::Range;

use crate::error::Error;
use crate::isa::{Isa, Near, Sums};
use crate::samples::{Element, Run};
use crate::team::{self, Team};

/// Samples of a part of the work.
const PART: usize = 1024;
/// Powers of two between which thresholds and their third powers stay far from the ends of doubles.
const ORDINARY: Range<i32> = -200..200;

/// Sums over the pairs of samples within each of B thresholds.
///
/// ```
/// use kernel::{Alone, PairSums, Samples, isa};
///
/// let samples = Samples::from_rows(&[0.0, 0.0, 3.0, 1.0, 3.0, 2.0], 2)?;
/// let pairs = PairSums::new(&samples.all(), &[1.0, 3.0], isa::best(), &Alone)?;
/// assert_eq!((pairs.count(0), pairs.count(1)), (1, 3));
/// let scale = pairs.unit(); // a power of two
/// assert_eq!(pairs.sums(1), [10.0 / scale, 9.0 / scale / scale]);
/// # Ok::<(), kernel::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PairSums {
    d: usize,
    unit: f64,
    sums: Sums,
}

impl PairSums {
    /// Sums over the pairs of the samples of a run.
    ///
    /// # Errors
    /// [`Error::Threshold`] names the first threshold that is not finite, negative, or not above the one
    /// before; [`Error::IsaUnavailable`]; [`Error::TooLarge`] beyond 2^32 samples.
    pub fn new<T: Element>(
        run: &Run<'_, T>,
        thresholds: &[f64],
        isa: &'static Isa,
        team: &dyn Team,
    ) -> Result<Self, Error> {
        let isa = isa.checked()?;
        check(thresholds)?;
        let (n, d) = (run.len(), run.d());
        if u32::try_from(n).is_err() {
            return Err(Error::TooLarge { n, d });
        }
        let unit = unit(thresholds.last().copied().unwrap_or(1.0));
        let sums = match d {
            _ if thresholds.is_empty() => Sums::new(0, d),
            1 => line::sums(&line::sorted(run), thresholds, unit, team),
            2 | 3 if ORDINARY.contains(&exponent(unit)) => {
                orders::sums(run, thresholds, unit, isa, team)
            }
            _ => cumulated(all_near(run, thresholds, unit, isa, team), d),
        };
        Ok(Self { d, unit, sums })
    }

    /// Number of pairs within threshold number `b`; every pair counts once.
    pub fn count(&self, b: usize) -> u64 {
        self.sums.counts[b]
    }

    /// Sums of e_1 … e_d over the pairs within threshold number `b`, of differences in [`Self::unit`]s.
    pub fn sums(&self, b: usize) -> &[f64] {
        &self.sums.sums[b * self.d..][..self.d]
    }

    /// The power of two that differences are divided by, so that no sum leaves the range of doubles: the
    /// one at the largest threshold or below it.
    pub fn unit(&self) -> f64 {
        self.unit
    }
}

fn check(thresholds: &[f64]) -> Result<(), Error> {
    let mut before = f64::NEG_INFINITY;
    for (index, &value) in thresholds.iter().enumerate() {
        if !(value.is_finite() && value >= 0.0 && value > before) {
            return Err(Error::Threshold { index, value });
        }
        before = value;
    }
    Ok(())
}

/// The power of two at a threshold or below it, such that dividing by it is exact.
fn unit(threshold: f64) -> f64 {
    f64::from_bits(threshold.max(f64::MIN_POSITIVE).to_bits() & f64::INFINITY.to_bits())
}

/// The exponent of a power of two.
fn exponent(unit: f64) -> i32 {
    (unit.to_bits() >> 52) as i32 - 1023
}

/// From pairs between two thresholds to pairs within one.
fn cumulated(mut sums: Sums, d: usize) -> Sums {
    for b in 1..sums.counts.len() {
        sums.counts[b] += sums.counts[b - 1];
        for m in 0..d {
            sums.sums[b * d + m] += sums.sums[(b - 1) * d + m];
        }
    }
    sums
}

/// Any number of dimensions, in the order of the one in which the fewest pairs are near: pairs between each
/// threshold and the one before.
fn all_near<T: Element>(
    run: &Run<'_, T>,
    thresholds: &[f64],
    unit: f64,
    isa: &'static Isa,
    team: &dyn Team,
) -> Sums {
    let (n, d) = (run.len(), run.d());
    let last = thresholds[thresholds.len() - 1];
    let places = team::map(team, (0..d).collect(), |j| line::places(run.columns()[j]));
    let pairs = |j: usize| line::pairs_within(run.columns()[j], &places[j], last);
    let first = (0..d).min_by_key(|&j| pairs(j)).unwrap_or(0);
    let ordered = |j: usize| line::ordered(run.columns()[j], &places[first]);
    let columns: Vec<Vec<f64>> =
        iter::once(first).chain((0..d).filter(|&j| j != first)).map(ordered).collect();
    let (columns, scale) = (&columns[..], 1.0 / unit);
    let part = |start| Near { columns, thresholds, scale, places: start..n.min(start + PART) };
    let parts = team::map(team, (0..n).step_by(PART).collect(), |start| isa.near(part(start)));
    Sums::total(&parts, thresholds.len(), d)
}
