//! What commands hold that have all samples in memory at a time: pure arithmetic.
//!
//! Apart from [`super::Budget`], which cuts a file into chunks of the length that suits: here there is nothing to cut,
//! and what does not fit is refused before it is read.

use super::{Bytes, Demand, Means, WEIGHT};
use crate::selection::likelihood;

/// What a command holds at a time that has all samples in memory, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// Of the samples if they are not there yet, and of their weights.
    pub samples: u64,
    /// Of what is prepared for them, at most.
    pub index: u64,
    /// Of the answer, and what is needed for a while to find it, at most.
    pub answer: u64,
}

/// The samples and what comes of them do not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "its samples take {}, an index over them up to {} and the answer up to {}, and {} of memory are available",
    Bytes(need.samples), Bytes(need.index), Bytes(need.answer), Bytes(*available)
)]
pub struct TooLarge {
    /// What is needed.
    pub need: Need,
    /// What there is.
    pub available: u64,
}

impl Need {
    /// Whether all this fits into the memory that is `available`, as far as that is known.
    ///
    /// # Errors
    /// [`TooLarge`] if it does not.
    pub fn check(self, available: Option<u64>) -> Result<(), TooLarge> {
        let all = self.samples.saturating_add(self.index).saturating_add(self.answer);
        match available {
            Some(available) if available < all => Err(TooLarge { need: self, available }),
            _ => Ok(()),
        }
    }

    /// Of densities at `demand.centers` places over n samples of d dimensions, each value of `element_bytes`;
    /// the samples are there.
    pub fn of_densities(demand: Demand, (n, d): (usize, usize), element_bytes: usize) -> Self {
        // Coordinates twice, as they were given and in order; counts, those of a part, and their places.
        let place = 8 * (2 * d as u64 + 4);
        Self {
            samples: 0,
            index: demand.index_bytes(d, (d * element_bytes) as u64).saturating_mul(n as u64),
            answer: place.saturating_mul(demand.centers as u64),
        }
    }

    /// The same with a weight for each of n samples.
    #[must_use]
    pub fn with_weights(self, n: usize) -> Self {
        let weights = WEIGHT.saturating_mul(n as u64);
        Self { samples: self.samples.saturating_add(weights), ..self }
    }

    /// Of a choice that counts some widths around n samples of d dimensions, and sums over pairs of them within some
    /// distances; the samples are there.
    pub fn of_widths([counted, summed]: [usize; 2], (n, d): (usize, usize)) -> Self {
        let [samples, dimensions] = [n as u64, d as u64];
        if [counted, summed] == [0, 0] {
            // A column in order, for its quartiles.
            let column = size_of::<f64>() as u64;
            return Self { answer: column.saturating_mul(samples), ..Self::default() };
        }
        let demand = Demand { centers: n, widths: counted, means: Means::Indexed };
        // The samples divided by their spreads, and row by row, are doubles, whatever they are in the file.
        let all = Self::of_densities(demand, (n, d), size_of::<f64>());
        let copies = (16 * dimensions).saturating_mul(samples);
        let counts = (likelihood::together((n, d), counted) as u64).saturating_mul(16);
        // Every part of the work has sums of its own.
        let parts = if d <= 3 { dimensions * (samples / 256 + 1) } else { samples / 1024 + 1 };
        let sums = parts.saturating_mul(8 * (dimensions + 1)).saturating_mul(summed as u64);
        let answer = [copies, counts, sums].into_iter().fold(all.answer, u64::saturating_add);
        Self { answer, ..all }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{INDEX, SORTED};
    use super::*;

    #[test]
    fn what_all_samples_and_their_index_and_answer_take_is_summed_up() {
        let demand = Demand { centers: 1000, widths: 1, means: Means::Either };
        let need = Need { samples: 3000, ..Need::of_densities(demand, (100, 3), 8) };
        assert_eq!(need, Need { samples: 3000, index: 100 * 24 * INDEX, answer: 1000 * 80 });
        let all = 3000 + 9600 + 80_000;
        assert_eq!((need.check(Some(all)), need.check(None)), (Ok(()), Ok(())));
        let error = need.check(Some(all - 1)).unwrap_err().to_string();
        let told = "samples take 2.9 KiB, an index over them up to 9.4 KiB and the answer up to 78.1 KiB, and \
                    90.4 KiB of memory are available";
        assert!(error.contains(told), "{error}");
        let scan = Demand { means: Means::Scanning, ..demand };
        assert_eq!(Need::of_densities(scan, (100, 3), 8).index, 0);
        let weighted = Need::of_densities(demand, (100, 3), 8).with_weights(100);
        assert_eq!(weighted.samples, 100 * WEIGHT);
        let vast = Need::of_densities(demand, (usize::MAX, 2), 8);
        assert!(vast.check(Some(u64::MAX - 1)).is_err(), "{vast:?}");
    }

    #[test]
    fn a_choice_of_widths_holds_the_samples_again_and_its_counts() {
        let few = Need::of_widths([100, 100], (1000, 2));
        assert!(few.answer > 1000 * (32 + 800) && few.index == 1000 * SORTED, "{few:?}");
        let many = Need::of_widths([100, 0], (1 << 30, 2));
        assert!(many.answer < (1 << 30) * 200, "counts are never held all at once: {many:?}");
        let sums = |widths| Need::of_widths([0, widths], (1 << 20, 2)).answer;
        assert!(sums(3000) - sums(1000) > 2000 * 8 * 3 * (1 << 20) / 1024 * 2, "sums of each part");
        let reference = Need::of_widths([0, 0], (1 << 20, 2));
        assert_eq!(reference, Need { answer: 8 << 20, ..Need::default() });
    }
}
