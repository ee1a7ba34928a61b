//! The steady mean of one list of values in many draws of its blocks.
//!
//! Separate because only speed counts here: [`super::center::steady_mean`] says what is computed.
//! A draw is how often each block was drawn. Sorted once, the values need no selection in any draw:
//! the median is found by counting up, and the median distance by walking away from it on both
//! sides. Next: [`super::blocks`], which asks.

use super::center::{FAR, SIGMA_PER_MAD};

/// Values in ascending order, with the block of each.
pub(super) struct Sorted {
    values: Vec<f64>,
    blocks: Vec<usize>,
}

/// The two places in the middle of `drawn` values; one and the same for an odd number.
fn middle(drawn: usize) -> [usize; 2] {
    [(drawn - 1) / 2, drawn / 2]
}

impl Sorted {
    /// Of one value per block.
    pub(super) fn of(values: &[f64]) -> Self {
        let mut blocks: Vec<usize> = (0..values.len()).collect();
        blocks.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
        Self { values: blocks.iter().map(|&block| values[block]).collect(), blocks }
    }

    /// The steady mean when block b was drawn `counts[b]` times, as many blocks as there are in all.
    pub(super) fn steady_mean(&self, counts: &[u32]) -> f64 {
        let center = self.median(counts);
        let far = FAR * SIGMA_PER_MAD * self.median_distance(counts, center);
        if far == 0.0 {
            return self.mean(counts, f64::NEG_INFINITY, f64::INFINITY);
        }
        self.mean(counts, center - far, center + far)
    }

    fn mean(&self, counts: &[u32], low: f64, high: f64) -> f64 {
        let pairs = self.values.iter().zip(&self.blocks);
        let drawn = pairs.map(|(value, &block)| f64::from(counts[block]) * value.clamp(low, high));
        drawn.sum::<f64>() / self.values.len() as f64
    }

    fn median(&self, counts: &[u32]) -> f64 {
        let [lower, upper] = middle(self.values.len());
        let (mut passed, mut low) = (0, None);
        for (&value, &block) in self.values.iter().zip(&self.blocks) {
            passed += counts[block] as usize;
            if passed > lower && low.is_none() {
                low = Some(value);
            }
            if passed > upper {
                return f64::midpoint(low.unwrap_or(value), value);
            }
        }
        f64::NAN
    }

    /// Median of the distances from `center`.
    fn median_distance(&self, counts: &[u32], center: f64) -> f64 {
        let [lower, upper] = middle(self.values.len());
        let mut above = self.values.partition_point(|&value| value < center);
        let mut below = above;
        let (mut passed, mut low) = (0, None);
        while below > 0 || above < self.values.len() {
            let left = if below > 0 { center - self.values[below - 1] } else { f64::INFINITY };
            let right = self.values.get(above).map_or(f64::INFINITY, |value| value - center);
            let (distance, place) = if left <= right {
                below -= 1;
                (left, below)
            } else {
                above += 1;
                (right, above - 1)
            };
            passed += counts[self.blocks[place]] as usize;
            if passed > lower && low.is_none() {
                low = Some(distance);
            }
            if passed > upper {
                return f64::midpoint(low.unwrap_or(distance), distance);
            }
        }
        f64::NAN
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt as _, SeedableRng as _, rngs::ChaCha8Rng};

    use super::*;
    use crate::statistics::center::steady_mean;

    /// The same as writing each draw out as a list, for odd and even numbers, with ties and with
    /// values far out.
    #[test]
    fn agrees_with_the_steady_mean_of_the_drawn_values() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        for blocks in 1..40_usize {
            let value = |random: &mut ChaCha8Rng| match random.random_range(0..8) {
                0 => 1000.0,
                1 => -50.0,
                _ => f64::from(random.random_range(0..30_u32)),
            };
            let values: Vec<f64> = (0..blocks).map(|_| value(&mut random)).collect();
            let mut counts = vec![0; blocks];
            let draw: Vec<f64> = (0..blocks)
                .map(|_| {
                    let block = random.random_range(0..blocks as u32) as usize;
                    counts[block] += 1;
                    values[block]
                })
                .collect();
            let (found, told) = (Sorted::of(&values).steady_mean(&counts), steady_mean(&draw));
            assert!((found - told).abs() < 1e-9, "{blocks} blocks: {found} instead of {told}");
        }
    }
}
