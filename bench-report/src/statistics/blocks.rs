//! Times of whole blocks put together: one number each, again in every draw of blocks, and the
//! interval of whatever follows from several of them.
//!
//! Separate because this is the one estimator behind every ratio and difference that is printed, and
//! behind the question whether a study may stop; the example `coverage` measures these functions and
//! no others. Next: [`super::scaling`] for the figures made of it.
//!
//! # Method
//!
//! 1. What a block shares is estimated from all columns together ([`Aligned`]) and taken out.
//! 2. The rest becomes one number by [`steady_mean`], which a disturbed time moves little.
//! 3. The same in [`RESAMPLES`](super::RESAMPLES) draws of whole blocks, the same draws for all
//!    columns, so that what blocks share cancels in every ratio.
//! 4. The logarithm of each drawn number is moved away from that of the estimate by [`stretch`]:
//!    A over B and B over A tell the same, and no end of a ratio is below 0.
//! 5. Intervals are [`percentile_interval`]s of what follows from the drawn numbers.
//!
//! A ratio of plain medians is not offered. The two medians come from different blocks, so drift
//! does not cancel, and the replicates are few distinct numbers: in 1,000 made-up studies for each
//! law its 95 % intervals covered the speed-up in 98.1 to 99.0 % with 10 blocks.

use super::{
    bootstrap::{Resamples, percentile_interval, stretch},
    center::{mean, steady_mean},
    drawn::Sorted,
    series::Aligned,
};
use crate::model::Estimate;

/// How the times of all blocks become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Center {
    /// Their sum: what was really spent, outliers included.
    Sum,
    /// Their [`steady_mean`], with what each block shares taken out first (see [`Aligned`]): a
    /// disturbed time or block moves it little.
    Steady,
}

/// How times become one time, the same way for every column of the same blocks.
#[derive(Clone, Debug)]
pub struct Blocks {
    center: Center,
    /// What a time of each block is multiplied with.
    factors: Vec<f64>,
    /// `counts[r * blocks + b]`: how often draw r holds block b. Empty for too few blocks.
    counts: Vec<u32>,
    /// How much too narrow the drawn numbers lie.
    stretch: f64,
}

impl Blocks {
    /// Of `columns[j][b]`, the time of column j in block b: at least one column, each with a time
    /// above 0 for every block, at least one.
    ///
    /// A single column cannot be told from what its blocks share; then nothing is taken out.
    ///
    /// # Panics
    ///
    /// A column is shorter than the first one.
    pub fn of(columns: &[&[f64]], center: Center) -> Self {
        let blocks = columns.first().map_or(0, |column| column.len());
        let factors = match center {
            Center::Steady if columns.len() > 1 && blocks > 0 => {
                // A block at a high level of throughput has short times.
                let row = |block: usize| columns.iter().map(|column| -column[block].ln()).collect();
                let aligned = Aligned::of_rows((0..blocks).map(row).collect());
                aligned.levels.into_iter().map(f64::exp).collect()
            }
            Center::Sum | Center::Steady => vec![1.0; blocks],
        };
        let resamples = Resamples::of_blocks(blocks);
        let counts = resamples.map_or_else(Vec::new, |resamples| resamples.counts());
        Self { center, factors, counts, stretch: stretch(blocks.max(2)) }
    }

    /// One number for `times`, one time per block, and one for every draw.
    ///
    /// # Panics
    ///
    /// `times` are fewer than the blocks, or none.
    pub fn centers(&self, times: &[f64]) -> Centers {
        let times: Vec<f64> = self.factors.iter().zip(times).map(|(f, time)| f * time).collect();
        // Stretched as logarithms: times are above 0.
        let stretched = |value: f64| move |time: f64| value * (time / value).powf(self.stretch);
        let draws = self.counts.chunks_exact(times.len());
        match self.center {
            // The mean instead of the sum: the ratio is the same.
            Center::Sum => {
                let value = mean(&times);
                let weighted = |draw: &[u32]| {
                    let sum: f64 = draw.iter().zip(&times).map(|(&n, t)| f64::from(n) * t).sum();
                    sum / times.len() as f64
                };
                Centers { value, drawn: draws.map(weighted).map(stretched(value)).collect() }
            }
            Center::Steady => {
                let (value, sorted) = (steady_mean(&times), Sorted::of(&times));
                let drawn = draws.map(|draw| sorted.steady_mean(draw)).map(stretched(value));
                Centers { value, drawn: drawn.collect() }
            }
        }
    }
}

/// One time: as measured, and in every draw of blocks, stretched.
#[derive(Clone, Debug)]
pub struct Centers {
    value: f64,
    drawn: Vec<f64>,
}

/// A function of centers of the same [`Blocks`] with its 95 % interval; without one for too few
/// blocks.
pub fn combined<const N: usize>(centers: [&Centers; N], of: impl Fn([f64; N]) -> f64) -> Estimate {
    let value = of(centers.map(|center| center.value));
    let draws = centers.iter().map(|center| center.drawn.len()).min().unwrap_or(0);
    let replicates = (0..draws).map(|draw| of(centers.map(|center| center.drawn[draw])));
    let interval = (draws > 0).then(|| percentile_interval(replicates.collect()));
    Estimate { value, interval }
}

/// As [`combined`], of any number of centers, at least one.
pub fn all_combined(centers: &[&Centers], of: impl Fn(&[f64]) -> f64) -> Estimate {
    let value = of(&centers.iter().map(|center| center.value).collect::<Vec<_>>());
    let draws = centers.iter().map(|center| center.drawn.len()).min().unwrap_or(0);
    let mut drawn = vec![0.0; centers.len()];
    let replicate = |draw: usize| {
        drawn.iter_mut().zip(centers).for_each(|(place, center)| *place = center.drawn[draw]);
        of(&drawn)
    };
    let replicates: Vec<f64> = (0..draws).map(replicate).collect();
    let interval = (draws > 0).then(|| percentile_interval(replicates));
    Estimate { value, interval }
}

/// `numerators` over `denominators`, times of the same blocks: the ratio of their steady centers
/// with its 95 % interval.
///
/// # Panics
///
/// There is no block, or the two lists are not of one length.
pub fn ratio(numerators: &[f64], denominators: &[f64]) -> Estimate {
    let blocks = Blocks::of(&[numerators, denominators], Center::Steady);
    let [numerators, denominators] = [numerators, denominators].map(|times| blocks.centers(times));
    combined([&numerators, &denominators], |[numerator, denominator]| numerator / denominator)
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng as _, rngs::ChaCha8Rng};
    use rand_distr::{Distribution as _, StandardNormal};

    use super::*;
    use crate::model::Interval;

    /// Lognormal times around `center`.
    fn noisy(blocks: usize, center: f64, random: &mut impl Rng) -> Vec<f64> {
        let z = |random: &mut _| -> f64 { StandardNormal.sample(random) };
        (0..blocks).map(|_| center * (0.05 * z(random)).exp()).collect()
    }

    /// Whichever side is on top, the same is said.
    #[test]
    fn a_ratio_turned_over_has_its_interval_turned_over() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let (a, b) = (noisy(11, 2.0, &mut random), noisy(11, 1.0, &mut random));
        let (there, back) = (ratio(&a, &b), ratio(&b, &a));
        let (there_ends, back_ends) = (there.interval.unwrap(), back.interval.unwrap());
        assert!((there.value * back.value - 1.0).abs() < 1e-12);
        assert!((there_ends.low * back_ends.high - 1.0).abs() < 1e-12);
        assert!((there_ends.high * back_ends.low - 1.0).abs() < 1e-12);
    }

    /// Six blocks in which one side jumps by a factor of 50: the stretch of a ratio itself would go
    /// below 0.
    #[test]
    fn no_ratio_has_an_end_below_zero() {
        let jumps = [1.0, 50.0, 1.0, 50.0, 1.0, 50.0];
        let interval = ratio(&[1.0; 6], &jumps).interval.unwrap();
        assert!(interval.low > 0.0 && interval.high.is_finite(), "{interval:?}");
    }

    /// Of 400 comparisons of a thing with itself, 95 % hold 1: not 98 or 99 %, as with plain medians.
    #[test]
    fn equal_sides_are_told_apart_as_often_as_promised() {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let held = (0..400).filter(|_| {
            let (a, b) = (noisy(10, 1.0, &mut random), noisy(10, 1.0, &mut random));
            ratio(&a, &b).interval.unwrap().contains(1.0)
        });
        let held = held.count();
        // 380 expected, with a standard deviation of 4.4.
        assert!((367..=391).contains(&held), "{held} of 400");
    }

    #[test]
    fn equal_times_have_an_exact_ratio_and_few_blocks_no_interval() {
        let exactly = |value| Some(Interval { low: value, high: value });
        let found = ratio(&[6.0; 8], &[3.0; 8]);
        assert_eq!(found, Estimate { value: 2.0, interval: exactly(2.0) });
        assert_eq!(ratio(&[6.0; 5], &[3.0; 5]), Estimate { value: 2.0, interval: None });
    }

    /// Two columns that drift together: whole blocks are drawn, so the drift cancels.
    #[test]
    fn drift_that_a_block_shares_cancels_in_the_ratio() {
        let drift: Vec<f64> = (0..20).map(|block| 1.0 + 0.1 * f64::from(block)).collect();
        let twice: Vec<f64> = drift.iter().map(|value| 2.0 * value).collect();
        for center in [Center::Sum, Center::Steady] {
            let blocks = Blocks::of(&[&twice, &drift], center);
            let [a, b] = [&twice, &drift].map(|times| blocks.centers(times));
            let interval = combined([&a, &b], |[a, b]| a / b).interval.unwrap();
            assert!((interval.high - interval.low).abs() < 1e-12, "{interval:?}");
        }
    }

    /// With one column there is nothing to tell noise from what blocks share: the noise stays.
    #[test]
    fn a_single_column_keeps_its_noise() {
        let times = noisy(12, 1.0, &mut ChaCha8Rng::seed_from_u64(2));
        let blocks = Blocks::of(&[&times], Center::Steady);
        let interval = combined([&blocks.centers(&times)], |[time]| time).interval.unwrap();
        assert!(interval.high - interval.low > 0.02, "{interval:?}");
    }
}
