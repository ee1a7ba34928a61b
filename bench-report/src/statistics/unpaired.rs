//! The ratio of the medians of two independent lists of samples, and what it proves.
//!
//! Separate from [`super::scaling`], whose ratios are of blocks measured side by side: two runs of a
//! benchmark share no block. Next: [`super::lags`] for the number of samples that a list is worth,
//! [`crate::across`] for the rows that are compared with it.
//!
//! # The interval
//!
//! Everything happens in logarithms, so that B / A and A / B tell the same.
//!
//! 1. A list of n samples is worth m = n / τ independent ones ([`super::lags`]).
//! 2. The bootstrap distribution of the median of m draws needs no drawing of samples: the median
//!    of m uniform numbers has the distribution Beta((m + 1) / 2, (m + 1) / 2), and the median of the
//!    draws is the sample quantile there (Efron, Ann. Statist. 7, 1979, remark C; Maritz & Jarrett,
//!    JASA 73, 1978). One draw costs a look into a table of n + 1 values of that distribution.
//!    Quantiles between samples are interpolated.
//! 3. Both sides are drawn independently, with fixed seeds, and their difference is the replicate
//!    of ln (B / A).
//! 4. Few samples make replicates lie too close, as [`super::bootstrap`] explains. Each side is moved
//!    away from its median by √(m / (m - 1)), and Student's t takes the place of the normal quantile,
//!    with the degrees of freedom of two unequal variances (Welch, Biometrika 34, 1947), each of which
//!    has as many as its τ ([`Memory::freedom`]).
//!
//! The distance from the estimate to each end of the interval, in units of t, is the standard error
//! to that side. p-values use the same two errors, so that p < 5 % two-sided and an interval that
//! leaves out the bound are one statement. Student's tail is needed: a correction for many rows asks
//! for p-values that two thousand draws cannot count.
//!
//! # Resolution
//!
//! Times come from a clock with steps, and rounding to a step is an error that all samples may share: more
//! samples do not average it out, and times that are all equal would have no error at all. What the clock
//! resolves is taken from the samples: the least difference between two different times of a list is its
//! step, and its median may be off by half of that (JCGM 100:2008, F.2.2.1: a reading stands for anything
//! within half a step). The halves of both sides, each over its median, are taken off every distance
//! before Student's t is asked, and put on both ends of the interval; the standard error is at least that
//! of an error spread evenly over as much. Times with a fine clock differ by parts in a million, where
//! none of this is seen; the least of few differences is greater than the step, which errs to the wide
//! side. A list whose times are all equal shows no step: nothing is known of its error, so it has none
//! and proves nothing.
//!
//! # Measured
//!
//! With 20,000 made-up pairs of runs of each kind (example `alarms`; noise of 2 %, and in all but the
//! first kind 8 % of disturbed samples; samples remember each other with a correlation of 0.3, 0.6 and
//! 0.8, and the level drifts by up to 1 %, 2 % and nothing). In per cent: equal runs whose own interval
//! leaves out 1; which differ after Holm among 20; comparisons of 20 in which any does; intervals that
//! hold the truth; and runs truly 5 % apart that get the verdict "slower", beyond 1 %.
//!
//! | noise, samples | one by one | after Holm | any of 20 | interval holds | 5 % found |
//! |---|--:|--:|--:|--:|--:|
//! | independent, 20 | 0.6 | 0.0 | 0.2 | 99.4 | 47.0 |
//! | independent, 100 | 2.0 | 0.1 | 1.0 | 98.0 | 100.0 |
//! | usual, 20 | 1.5 | 0.1 | 1.0 | 98.5 | 25.6 |
//! | usual, 100 | 2.6 | 0.2 | 3.2 | 97.4 | 99.8 |
//! | sticky, 20 | 3.1 | 0.3 | 6.1 | 96.9 | 14.3 |
//! | sticky, 100 | 3.0 | 0.2 | 2.9 | 97.0 | 92.3 |
//! | stickier, 20 | 6.6 | 1.2 | 21.1 | 93.4 | 11.4 |
//! | stickier, 100 | 4.1 | 0.3 | 6.7 | 95.9 | 57.1 |
//!
//! Twenty samples cannot tell a correlation of 0.6 or 0.8 from a level that moves, and a hundred not one of
//! 0.8: there any of 20 equal rows gets a verdict more often than the 5 % that Holm's correction promises.
//! The samples do not show it either (their [`Memory::effective`] is what is estimated too great), so no
//! verdict can be held back for it: whoever gates on it must take samples that do not remember each other.
//! With few independent samples the interval is wider than it need be; the price of not knowing that
//! they are independent.
//!
//! # What is not in it
//!
//! What another run would change: the day, the build, the layout of memory. One run on each side
//! says nothing about that variance (Kalibera & Jones, "Rigorous Benchmarking in Reasonable Time",
//! ISMM 2013: repeat at the level at which the variation arises).

use rand::{RngExt as _, SeedableRng as _, rngs::ChaCha8Rng};
use statrs::distribution::{ContinuousCDF as _, Normal, StudentsT};
use statrs::function::beta::beta_reg;

use super::{
    FEWEST_BLOCKS, RESAMPLES, center::median, difference, lags::Memory, percentile_interval,
};
use crate::model::{Estimate, Interval};

/// Fewest samples on each side for an interval.
pub const FEWEST_SAMPLES: usize = FEWEST_BLOCKS;

/// Probability outside the interval at each end.
const TAIL: f64 = 0.025;

/// Seeds of the draws of the two sides.
const SEEDS: [u64; 2] = [0x0041, 0x0042];

/// The ratio of two medians, `median(b) / median(a)`, with what is known about its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// Logarithm of the ratio.
    pub ln: f64,
    /// Standard error of `ln`, or `None` for too few samples, or if all of one side are equal.
    pub error: Option<StandardError>,
}

/// The standard error of the logarithm of a ratio, to each side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StandardError {
    /// Towards smaller ratios.
    pub below: f64,
    /// Towards greater ratios.
    pub above: f64,
    /// Degrees of freedom of Student's t.
    pub freedom: f64,
    /// How far the logarithm may be off beside that, because the clock has steps.
    pub resolution: f64,
}

/// A list of samples with what it remembers, which is computed once for all that is made of it.
#[derive(Clone, Copy, Debug)]
pub struct Remembered<'a> {
    /// The samples, in the order measured.
    pub times: &'a [f64],
    /// What they remember.
    pub memory: Memory,
}

impl<'a> Remembered<'a> {
    /// A list whose memory is not known yet.
    pub fn of(times: &'a [f64]) -> Self {
        Self { times, memory: Memory::of(times) }
    }
}

impl Ratio {
    /// The ratio `median(b) / median(a)` of times, which are above 0; `None` if a list is empty.
    pub fn of(a: &[f64], b: &[f64]) -> Option<Self> {
        Self::between([Remembered::of(a), Remembered::of(b)])
    }

    /// As [`Self::of`], of lists whose memory is known.
    pub fn between([a, b]: [Remembered<'_>; 2]) -> Option<Self> {
        if a.times.is_empty() || b.times.is_empty() {
            return None;
        }
        let sides = [Side::of(a, SEEDS[0]), Side::of(b, SEEDS[1])];
        let ln = sides[1].ln_median - sides[0].ln_median;
        Some(Self { ln, error: StandardError::of(&sides) })
    }

    /// The ratio with its 95 % interval.
    pub fn estimate(&self) -> Estimate {
        let interval = self.error.map(|error| {
            let t = student_quantile(error.freedom);
            Interval {
                low: (self.ln - error.resolution - t * error.below).exp(),
                high: (self.ln + error.resolution + t * error.above).exp(),
            }
        });
        Estimate { value: self.ln.exp(), interval }
    }

    /// p-value of "the ratio is not above `bound`": small where a greater ratio is proven. 1
    /// without an error.
    pub fn p_not_above(&self, bound: f64) -> f64 {
        self.error.map_or(1.0, |error| error.tail(self.ln - bound.ln(), error.below, error.above))
    }

    /// p-value of "the ratio is not below `bound`": small where a smaller ratio is proven.
    pub fn p_not_below(&self, bound: f64) -> f64 {
        self.error.map_or(1.0, |error| error.tail(bound.ln() - self.ln, error.above, error.below))
    }

    /// The geometric mean of the ratios of all groups, or `None` for no ratio.
    ///
    /// Errors of different groups are independent: their squares add up. Errors inside a group may
    /// have one cause, as a disturbed block that all configurations share: they add up themselves,
    /// which is the most that any correlation gives; and so does what one clock cannot resolve, in all
    /// groups. Degrees of freedom as Welch; those of a group are its fewest. Without an error if one ratio has none.
    pub fn geometric_mean(groups: &[Vec<Self>]) -> Option<Self> {
        let count = groups.iter().map(Vec::len).sum::<usize>() as f64;
        let ln = groups.iter().flatten().map(|ratio| ratio.ln).sum::<f64>() / count;
        let filled = groups.iter().filter(|group| !group.is_empty());
        let sums: Option<Vec<StandardError>> =
            filled.map(|group| StandardError::sum(group)).collect();
        let error = sums.map(|sums| StandardError::independent_sum(&sums).divided(count));
        (count > 0.0).then_some(Self { ln, error })
    }
}

impl StandardError {
    /// From the draws of both sides, or `None` if one has too few samples or no two that differ.
    fn of(sides: &[Side; 2]) -> Option<Self> {
        let [a, b] = sides;
        let resolution = a.resolution? + b.resolution?;
        if a.drawn.is_empty() || b.drawn.is_empty() {
            return None;
        }
        let replicates: Vec<f64> = a.drawn.iter().zip(&b.drawn).map(|(a, b)| b - a).collect();
        let Interval { low, high } = percentile_interval(replicates);
        let z = Normal::standard().inverse_cdf(1.0 - TAIL);
        // The standard deviation of an error that is spread evenly from -resolution to resolution.
        let least = resolution / 3.0_f64.sqrt();
        let [below, above] = [-low, high].map(|distance| (distance / z).max(least));
        Some(Self { below, above, freedom: welch(a, b), resolution })
    }

    /// The greatest error that the sum of these ratios' logarithms may have.
    fn sum(ratios: &[Ratio]) -> Option<Self> {
        let none = Self { below: 0.0, above: 0.0, freedom: f64::INFINITY, resolution: 0.0 };
        ratios.iter().try_fold(none, |sum, ratio| {
            let error = ratio.error?;
            Some(Self {
                below: sum.below + error.below,
                above: sum.above + error.above,
                freedom: sum.freedom.min(error.freedom),
                resolution: sum.resolution + error.resolution,
            })
        })
    }

    /// The error of a sum of independent terms.
    fn independent_sum(terms: &[Self]) -> Self {
        let root =
            |of: fn(&Self) -> f64| terms.iter().map(|term| of(term).powi(2)).sum::<f64>().sqrt();
        let variance = |term: &Self| f64::midpoint(term.below, term.above).powi(2);
        let all: f64 = terms.iter().map(variance).sum();
        let parts: f64 = terms.iter().map(|term| variance(term).powi(2) / term.freedom).sum();
        let freedom = if parts > 0.0 { all * all / parts } else { f64::MAX };
        Self {
            below: root(|term| term.below),
            above: root(|term| term.above),
            freedom,
            resolution: terms.iter().map(|term| term.resolution).sum(),
        }
    }

    fn divided(self, by: f64) -> Self {
        let [below, above, resolution] =
            [self.below, self.above, self.resolution].map(|of| of / by);
        Self { below, above, resolution, ..self }
    }

    /// Student's tail beyond `distance` less the resolution, with the error that lies towards the bound.
    /// An error of 0 is none that is known, and proves nothing.
    fn tail(&self, distance: f64, towards: f64, away: f64) -> f64 {
        let distance = distance - self.resolution;
        let error = if distance > 0.0 { towards } else { away };
        if error == 0.0 {
            return 1.0;
        }
        student_tail(self.freedom, distance / error)
    }
}

/// One list of samples.
struct Side {
    /// Logarithm of the median.
    ln_median: f64,
    /// How far the median of each draw lies from `ln_median`, stretched; empty for few samples.
    drawn: Vec<f64>,
    /// Half of the least difference between two of its times, over the median; `None` if none differ.
    resolution: Option<f64>,
    /// What its samples remember.
    memory: Memory,
}

impl Side {
    fn of(Remembered { times, memory }: Remembered<'_>, seed: u64) -> Self {
        let mut ascending = times.to_vec();
        ascending.sort_by(f64::total_cmp);
        let sorted: Vec<f64> = ascending.iter().map(|time| time.ln()).collect();
        let resolution = step(&ascending).map(|step| step / 2.0 / median(&mut ascending));
        let ln_median = median(&mut ascending).ln();
        let is_enough = times.len() >= FEWEST_SAMPLES;
        let drawn = if is_enough { drawn(&sorted, memory.effective, seed) } else { Vec::new() };
        Self { ln_median, drawn, resolution, memory }
    }

    fn variance(&self) -> f64 {
        self.drawn.iter().map(|distance| distance * distance).sum::<f64>() / RESAMPLES as f64
    }
}

/// The least difference between two of these times that differ.
fn step(ascending: &[f64]) -> Option<f64> {
    let steps = ascending.windows(2).map(|pair| pair[1] - pair[0]);
    steps.filter(|&step| step > 0.0).reduce(f64::min)
}

/// Distances of drawn medians of `effective` samples from the middle of `sorted`, stretched.
fn drawn(sorted: &[f64], effective: f64, seed: u64) -> Vec<f64> {
    let n = sorted.len();
    let shape = f64::midpoint(effective, 1.0);
    let below: Vec<f64> = (0..=n).map(|k| beta_reg(shape, shape, k as f64 / n as f64)).collect();
    let middle = quantile(sorted, n as f64 / 2.0);
    let stretch = (effective / (effective - 1.0)).sqrt();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let draw = |_| {
        let place = inverse(&below, random.random());
        stretch * (quantile(sorted, place) - middle)
    };
    (0..RESAMPLES).map(draw).collect()
}

/// Where the ascending table `below`, read as a function of 0, 1 … n, takes the value `share`.
fn inverse(below: &[f64], share: f64) -> f64 {
    let after = below.partition_point(|&value| value <= share).clamp(1, below.len() - 1);
    let (low, high) = (below[after - 1], below[after]);
    let part = if high > low { (share - low) / (high - low) } else { 0.5 };
    (after - 1) as f64 + part
}

/// The value at `place` from 0 to n: value i (from 0) lies at i + 1/2, between them on a line.
fn quantile(sorted: &[f64], place: f64) -> f64 {
    let last = sorted.len() - 1;
    let position = (place - 0.5).clamp(0.0, last as f64);
    let before = (position as usize).min(last);
    let after = (before + 1).min(last);
    sorted[before] + (position - before as f64) * (sorted[after] - sorted[before])
}

/// Degrees of freedom of the sum of two unequal variances.
fn welch(a: &Side, b: &Side) -> f64 {
    let (of_a, of_b) = (a.variance(), b.variance());
    let freedoms = [a.memory.freedom, b.memory.freedom];
    let parts = of_a * of_a / freedoms[0] + of_b * of_b / freedoms[1];
    if parts > 0.0 { (of_a + of_b).powi(2) / parts } else { freedoms.iter().sum() }
}

/// From so many degrees of freedom on Student's distribution is taken for the normal one: the quantile
/// differs by less than 3 parts in 100,000. Beyond, the iteration that inverts it need not end: with 10⁹
/// it did not.
const NORMAL_FROM: f64 = 1e5;

/// Student's t beyond which [`TAIL`] lies; infinite where there are no degrees of freedom.
fn student_quantile(freedom: f64) -> f64 {
    if freedom >= NORMAL_FROM {
        return Normal::standard().inverse_cdf(1.0 - TAIL);
    }
    StudentsT::new(0.0, 1.0, freedom).map_or(f64::INFINITY, |t| t.inverse_cdf(1.0 - TAIL))
}

/// The share of Student's distribution beyond `t`; 1 where there are no degrees of freedom.
fn student_tail(freedom: f64, t: f64) -> f64 {
    if freedom >= NORMAL_FROM {
        return Normal::standard().sf(t);
    }
    StudentsT::new(0.0, 1.0, freedom).map_or(1.0, |student| student.sf(t))
}

/// The p-value of Mann and Whitney for samples that remember each other: the z-score is divided by
/// √τ, the geometric mean of both sides' [`Memory::inflation`]. `None` as [`difference::mann_whitney`].
///
/// It asks whether one side tends to greater values, which is not whether the medians differ; a
/// second opinion that no verdict rests on.
pub fn mann_whitney([a, b]: [Remembered<'_>; 2]) -> Option<f64> {
    let test = difference::mann_whitney(a.times, b.times)?;
    let tau = (a.memory.inflation * b.memory.inflation).sqrt();
    let normal = Normal::standard();
    let z = normal.inverse_cdf((test.p_value / 2.0).max(f64::MIN_POSITIVE));
    Some((2.0 * normal.cdf(z / tau.sqrt())).min(1.0))
}

#[cfg(test)]
mod tests;
