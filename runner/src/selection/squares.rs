//! Least squares cross-validation (Rudemo 1982, Bowman 1984), for every width from one pass over the pairs.
//!
//! The criterion estimates the integrated squared error of the density but for a constant:
//!
//! ```text
//! LSCV(h) = ∫ f̂² − (2 / n) Σ_i f̂ without i at x_i
//!         = (n + 2 Σ_{i<j} Π_k (1 − |D_ijk| / h)_+) / (n² h^d) − 4 N(h/2) / (n (n − 1) h^d)
//! ```
//!
//! because the box convolved with itself is the triangle; N(h/2) is the number of pairs within h/2. The products
//! follow from [`PairSums`]. That sum alternates: what it loses to rounding is bounded by the sum of its terms'
//! magnitudes, and a width at which that matters has no value. It happens from about d = 20 on.
//!
//! Next: [`super::ties`], on what equal samples do to it.

use kernel::{Element, PairSums, Team, Width};
use serde::Serialize;

use super::Tried;

/// What sums of [`PairSums`] may be off by, relative to them.
const OFF: f64 = 1e-13;
/// What n and twice the sum of products may be off by, relative to them.
const ENOUGH: f64 = 1e-6;

/// The criterion over the widths.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Squares {
    /// For each width, per unit of volume; `None` where too many digits are lost.
    pub values: Vec<Option<f64>>,
    /// Local minima inside the widths.
    pub local_minima: usize,
}

/// Sums over the pairs within each of some distances.
pub(super) struct Near {
    /// Ascending.
    thresholds: Vec<f64>,
    pairs: PairSums,
}

impl Near {
    /// Over the pairs within each of the widths tried: N(h/2) has to be found in another way.
    pub(super) fn widths<T: Element>(
        tried: &Tried<'_, T>,
        team: &dyn Team,
    ) -> Result<Self, kernel::Error> {
        Self::new(tried, tried.widths.to_vec(), team)
    }

    /// Over the pairs within each of the widths tried, and within half of each. Over the default grid in two
    /// dimensions it takes about a fifth longer.
    pub(super) fn widths_and_halves<T: Element>(
        tried: &Tried<'_, T>,
        team: &dyn Team,
    ) -> Result<Self, kernel::Error> {
        let halves = tried.widths.iter().map(|&h| half(h));
        let mut thresholds: Vec<f64> = halves.chain(tried.widths.iter().copied()).collect();
        thresholds.sort_by(f64::total_cmp);
        thresholds.dedup();
        Self::new(tried, thresholds, team)
    }

    fn new<T: Element>(
        tried: &Tried<'_, T>,
        thresholds: Vec<f64>,
        team: &dyn Team,
    ) -> Result<Self, kernel::Error> {
        let pairs = PairSums::new(&tried.samples.all(), &thresholds, tried.isa, team)?;
        Ok(Self { thresholds, pairs })
    }

    /// Number of pairs within half of each width.
    pub(super) fn halves(&self, widths: &[f64]) -> Vec<u64> {
        widths.iter().map(|&h| self.pairs.count(self.number_of(half(h)))).collect()
    }

    /// # Panics
    /// If it is none of the distances.
    fn number_of(&self, threshold: f64) -> usize {
        let found = self.thresholds.binary_search_by(|other| other.total_cmp(&threshold));
        found.expect("one of the distances that pairs were summed within")
    }
}

/// What a window of width h, above 0, reaches: h/2 but where that is no double.
fn half(h: f64) -> f64 {
    Width::new(h).map_or(h / 2.0, Width::radius)
}

/// The criterion at `widths`, from the pairs `near` to each other among n samples of d dimensions and, for each
/// width h, from the number of pairs within h/2.
pub(super) fn curve(shape: Shape, widths: &[f64], near: &Near, inside: &[u64]) -> Squares {
    let value = |(&h, &inside): (&f64, &u64)| {
        value(shape, h, products(&near.pairs, near.number_of(h), h, shape.n)?, inside)
    };
    let values: Vec<Option<f64>> = widths.iter().zip(inside).map(value).collect();
    let local_minima = super::curve::local_minima(&values);
    Squares { values, local_minima }
}

/// Σ Π_k (1 − |D_k| / h) over the pairs within h, if enough of its digits are left.
fn products(pairs: &PairSums, near: usize, h: f64, n: usize) -> Option<f64> {
    let ratio = pairs.unit() / h;
    let (mut sum, mut magnitudes, mut power) = (0.0, 0.0, 1.0);
    let terms = std::iter::once(pairs.count(near) as f64).chain(pairs.sums(near).iter().copied());
    for term in terms {
        // A sum that is 0 stays 0, however large the power.
        let term = if term > 0.0 { term * power } else { 0.0 };
        sum += term;
        magnitudes += term.abs();
        power *= -ratio;
    }
    let sum = f64::max(sum, 0.0);
    (2.0 * magnitudes * OFF <= (n as f64 + 2.0 * sum) * ENOUGH).then_some(sum)
}

/// The criterion for n samples of d dimensions.
fn value(shape: Shape, h: f64, products: f64, inside: u64) -> Option<f64> {
    let n = shape.n as f64;
    let squared = (1.0 + 2.0 * products / n) / n;
    let left_out = 4.0 * (inside as f64 / n) / (n - 1.0);
    let volume = (shape.d as f64 * h.ln() + shape.log_factors).exp();
    let value = (squared - left_out) / volume;
    value.is_finite().then_some(value)
}

/// What the criterion depends on besides the pairs.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    /// Number of samples.
    pub(super) n: usize,
    /// Number of dimensions.
    pub(super) d: usize,
    /// The logarithm of the volume that the samples were divided by.
    pub(super) log_factors: f64,
}

#[cfg(test)]
mod tests {
    use super::super::ties::Ties;
    use super::*;
    use kernel::{Alone, Samples, isa};

    /// The curve of some samples, and the definition of each value with products pair by pair.
    fn both(rows: &[Vec<f64>], widths: &[f64]) -> (Squares, Vec<f64>) {
        let d = rows[0].len();
        let samples = Samples::from_iter(rows, d).unwrap();
        let tried = Tried { samples: &samples, widths, log_factors: 0.0, isa: isa::best() };
        let defined: Vec<(f64, u64)> = widths.iter().map(|&h| definition(rows, h)).collect();
        let inside: Vec<u64> = defined.iter().map(|&(_, inside)| inside).collect();
        let shape = Shape { n: rows.len(), d, log_factors: 0.0 };
        let found = curve(shape, widths, &Near::widths(&tried, &Alone).unwrap(), &inside);
        let near = Near::widths_and_halves(&tried, &Alone).unwrap();
        assert_eq!(near.halves(widths), inside, "{d}");
        for (a, b) in found.values.iter().zip(&curve(shape, widths, &near, &inside).values) {
            assert_eq!(a.is_some(), b.is_some(), "{found:?}");
            assert!(a.zip(*b).is_none_or(|(a, b)| (a - b).abs() <= 1e-9 * a.abs()), "{a:?} {b:?}");
        }
        (found, defined.iter().map(|&(value, _)| value).collect())
    }

    /// The value, and the number of pairs within h/2.
    fn definition(rows: &[Vec<f64>], h: f64) -> (f64, u64) {
        let (n, d) = (rows.len() as f64, rows[0].len() as i32);
        let (mut products, mut inside) = (0.0, 0);
        for (i, a) in rows.iter().enumerate() {
            for b in &rows[..i] {
                let differences = || a.iter().zip(b).map(|(a, b)| (a - b).abs());
                products += differences().map(|a| (1.0 - a / h).max(0.0)).product::<f64>();
                inside += u64::from(differences().all(|a| a <= h / 2.0));
            }
        }
        let volume = h.powi(d);
        let left_out = 4.0 * inside as f64 / (n * (n - 1.0) * volume);
        ((n + 2.0 * products) / (n * n * volume) - left_out, inside)
    }

    #[test]
    fn the_curve_is_the_definition() {
        for d in [1, 2, 3, 4, 8] {
            let value = |i: usize, j: usize| ((i * (2 * j + 31) + j) % 97) as f64 / 97.0;
            let rows: Vec<Vec<f64>> =
                (0..200).map(|i| (0..d).map(|j| value(i, j)).collect()).collect();
            let widths = [0.05, 0.1, 0.2, 0.4, 1.0, 2.5];
            let (curve, expected) = both(&rows, &widths);
            for ((&h, found), expected) in widths.iter().zip(&curve.values).zip(expected) {
                let found = found.unwrap();
                let size = 1.0 / (200.0 * h.powi(d as i32));
                assert!((found - expected).abs() < 1e-9 * size.max(expected.abs()), "{d} {h}");
            }
        }
    }

    #[test]
    fn one_pair_of_equal_samples_too_many_makes_the_criterion_fall_towards_width_0() {
        for n in [2_usize, 3, 5, 20, 101] {
            let ties = |rows: &[Vec<f64>]| Ties::of(&Samples::from_iter(rows, 1).unwrap());
            let distinct: Vec<Vec<f64>> = (0..n).map(|i| vec![i as f64]).collect();
            let most = ties(&distinct).most as usize;
            for pairs in [0, most, most + 1] {
                // Samples 2k and 2k + 1 are equal for every pair, and all others are 1 apart.
                let row = |i: usize| vec![if i < 2 * pairs { i / 2 * 2 } else { i } as f64];
                let rows: Vec<Vec<f64>> = (0..n).map(row).collect();
                let (curve, _) = both(&rows, &[1e-6, 1e-3]);
                let [narrow, wide] = [0, 1].map(|w| curve.values[w].unwrap());
                let ties = ties(&rows);
                assert_eq!(ties.equal_pairs as usize, pairs);
                assert_eq!(ties.diverge(), pairs > most, "{n} samples, {pairs} pairs");
                assert_eq!(narrow < wide, pairs > most, "{n} samples, {pairs} pairs");
            }
        }
    }

    #[test]
    fn where_digits_are_lost_there_is_no_value() {
        let d = 64;
        let value = |i: usize, j: usize| ((i * (2 * j + 31) + j) % 97) as f64 / 97.0;
        let rows: Vec<Vec<f64>> = (0..60).map(|i| (0..d).map(|j| value(i, j)).collect()).collect();
        let (curve, _) = both(&rows, &[0.01, 1.1]);
        assert!(curve.values[0].is_some() && curve.values[1].is_none(), "{curve:?}");
    }
}
