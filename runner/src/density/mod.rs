//! Densities at many places, from counts.
//!
//! Pure, and apart from [`crate::query`], which counts: here is decided what a count means once a sample is
//! left out of its own window. Next: [`grid`] and [`curve`], places that nobody has to list;
//! [`crate::output::density`], which writes what comes out.

pub mod curve;
pub mod grid;

use kernel::{Density, Weights};

pub use curve::Curve;
pub use grid::Grid;

use crate::query::Windows;

/// Whether the sample in the middle of a window is one of those that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Itself {
    /// It is: k / n / volume.
    Counted,
    /// It is left out: (k − 1) / (n − 1) / volume.
    LeftOut,
}

/// Where densities are wanted.
#[derive(Clone, Debug, PartialEq)]
pub enum Places {
    /// At centers that were given.
    Centers,
    /// At every sample.
    Samples(Itself),
    /// At the points of a grid.
    Grid(Grid),
}

impl Places {
    /// `centers`, `samples` or `grid`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Centers => "centers",
            Self::Samples(_) => "samples",
            Self::Grid(_) => "grid",
        }
    }

    /// Shape of the densities of `m` places: that of the grid, otherwise (m).
    pub fn shape(&self, m: usize) -> Vec<usize> {
        match self {
            Self::Grid(grid) => grid.shape(),
            Self::Centers | Self::Samples(_) => vec![m],
        }
    }
}

/// Why there is no density.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing is left without the sample itself, in weight.
    #[error(
        "row {0} (counted from 0) has all the weight; without it, nothing is left in its own window or any other"
    )]
    AllWeight(usize),
    /// Nothing is left without the sample itself.
    #[error("there is 1 sample; to leave a sample out of its own window, at least 2 are needed")]
    Alone,
    /// There are no samples.
    #[error(transparent)]
    Kernel(#[from] kernel::Error),
}

/// The densities at many places: counts, and what makes densities of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// d coordinates, place after place.
    pub centers: Vec<f64>,
    /// Number of dimensions.
    pub d: usize,
    /// Samples in each window, without the sample itself where that is left out; their weight in units, if they
    /// have weights.
    pub counts: Vec<u64>,
    /// What a count means; but for the weight of a sample that is left out.
    pub density: Density,
    /// What the units are, if samples have weights.
    pub units: Option<Units>,
}

/// Units of weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Units {
    /// What one weighs.
    pub unit: f64,
    /// What all samples weigh.
    pub total_weight: f64,
    /// How many they have.
    total: u64,
    /// Those of the sample that is left out at each place; empty where none is.
    left_out: Vec<u64>,
}

/// What many densities are like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// The smallest.
    pub least: f64,
    /// The one in the middle, or the mean of the two there.
    pub median: f64,
    /// The largest.
    pub most: f64,
    /// Windows without a sample.
    pub empty: usize,
}

impl Estimate {
    /// Of one window around each of `centers`, whose counts are `counts`, over `n` samples.
    ///
    /// # Errors
    /// [`Error::Alone`] if a sample is left out and there is no other; [`Error::Kernel`] if `n` or `d` is 0.
    pub fn new(
        (centers, d): (Vec<f64>, usize),
        mut counts: Vec<u64>,
        (windows, n): (&Windows, usize),
        itself: Itself,
    ) -> Result<Self, Error> {
        let n = match itself {
            Itself::Counted => n,
            Itself::LeftOut if n == 1 => return Err(Error::Alone),
            Itself::LeftOut => {
                // A window always holds its center, closed or open: the difference is 0, h above 0.
                for count in &mut counts {
                    *count = count.saturating_sub(1);
                }
                n.saturating_sub(1)
            }
        };
        let density = windows.densities(n, d)?.swap_remove(0);
        Ok(Self { centers, d, counts, density, units: None })
    }

    /// As [`Estimate::new`], from sums in units of `weights`: W / total / volume. A sample that is left out takes
    /// its weight from both, (W − w) / (total − w) / volume; places are the samples then.
    ///
    /// # Errors
    /// [`Error::AllWeight`] if nothing is left without a sample; [`Error::Kernel`] if nothing weighs anything, or
    /// `d` is 0.
    pub fn weighted(
        (centers, d): (Vec<f64>, usize),
        mut sums: Vec<u64>,
        (windows, weights): (&Windows, &Weights),
        itself: Itself,
    ) -> Result<Self, Error> {
        let total = weights.total();
        if total == 0 {
            return Err(kernel::Error::NoSamples.into());
        }
        let left_out = match itself {
            Itself::Counted => Vec::new(),
            Itself::LeftOut => weights.units().to_vec(),
        };
        if let Some(sample) = left_out.iter().position(|&weight| weight == total) {
            return Err(Error::AllWeight(sample));
        }
        for (sum, weight) in sums.iter_mut().zip(&left_out) {
            *sum = sum.saturating_sub(*weight);
        }
        let density = windows.densities(1, d)?.swap_remove(0).over(total);
        let (unit, total_weight) = (weights.unit(), weights.value(total));
        let units = Some(Units { unit, total_weight, total, left_out });
        Ok(Self { centers, d, counts: sums, density, units })
    }

    /// Number of places.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there is no place.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Coordinates of every place, in order.
    pub fn places(&self) -> impl Iterator<Item = &[f64]> {
        self.centers.chunks_exact(self.d)
    }

    /// The weight at every place, in order, if samples have weights.
    pub fn weights(&self) -> Option<impl Iterator<Item = f64>> {
        let unit = self.units.as_ref()?.unit;
        Some(self.counts.iter().map(move |&units| units as f64 * unit))
    }

    /// The density at every place, in order.
    pub fn densities(&self) -> impl Iterator<Item = f64> {
        self.meanings().map(|(density, count)| density.of(count))
    }

    /// Its logarithm: −∞ where no sample is inside.
    pub fn log_densities(&self) -> impl Iterator<Item = f64> {
        self.meanings().map(|(density, count)| density.log_of(count))
    }

    /// Every count, and what it means.
    fn meanings(&self) -> impl Iterator<Item = (Density, u64)> {
        let units = self.units.as_ref();
        self.counts.iter().enumerate().map(move |(place, &count)| {
            let others = units.and_then(|units| Some(units.total - units.left_out.get(place)?));
            (others.map_or(self.density, |total| self.density.over(total)), count)
        })
    }

    /// What the densities are like; `None` without places. O(m).
    pub fn summary(&self) -> Option<Summary> {
        let of_counts = self.units.is_none().then(|| self.summary_of_counts());
        of_counts.unwrap_or_else(|| self.summary_of_weights())
    }

    /// The same where more need not be denser, because every place has a total of its own.
    fn summary_of_weights(&self) -> Option<Summary> {
        let mut densities: Vec<f64> = self.densities().collect();
        densities.sort_unstable_by(f64::total_cmp);
        let last = densities.len().checked_sub(1)?;
        Some(Summary {
            least: densities[0],
            median: f64::midpoint(densities[last / 2], densities[densities.len() / 2]),
            most: densities[last],
            empty: self.counts.iter().filter(|&&count| count == 0).count(),
        })
    }

    /// More samples are never less dense.
    fn summary_of_counts(&self) -> Option<Summary> {
        let mut counts = self.counts.clone();
        let last = counts.len().checked_sub(1)?;
        let (below, &mut upper, _) = counts.select_nth_unstable(self.len() / 2);
        let lower = if last % 2 == 0 { upper } else { below.iter().copied().max()? };
        let of = |count| self.density.of(count);
        Some(Summary {
            least: of(*self.counts.iter().min()?),
            median: f64::midpoint(of(lower), of(upper)),
            most: of(*self.counts.iter().max()?),
            empty: self.counts.iter().filter(|&&count| count == 0).count(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Faces;

    fn estimate(counts: &[u64], n: usize, itself: Itself) -> Result<Estimate, Error> {
        let windows = Windows::cubes(&[0.5], Faces::Closed).unwrap();
        let centers = (vec![0.0; counts.len()], 1);
        Estimate::new(centers, counts.to_vec(), (&windows, n), itself)
    }

    #[test]
    fn a_sample_left_out_is_missing_from_the_count_and_from_n() {
        let all = estimate(&[1, 3], 5, Itself::Counted).unwrap();
        assert_eq!(all.densities().collect::<Vec<_>>(), [0.4, 1.2]);
        let others = estimate(&[1, 3], 5, Itself::LeftOut).unwrap();
        assert_eq!(others.counts, [0, 2]);
        assert_eq!(others.densities().collect::<Vec<_>>(), [0.0, 1.0]);
        assert_eq!(others.log_densities().next(), Some(f64::NEG_INFINITY));
        assert_eq!(estimate(&[1], 1, Itself::LeftOut), Err(Error::Alone));
    }

    #[test]
    fn a_sample_left_out_takes_its_weight_with_it() {
        let windows = Windows::cubes(&[0.5], Faces::Closed).unwrap();
        let weights = Weights::new(&[0.5, 1.0, 2.5]).unwrap();
        let estimate = |weights: &Weights, itself| {
            // Windows of the first two hold both, that of the third holds itself.
            let sums = vec![3, 3, 5];
            Estimate::weighted((vec![0.0; 3], 1), sums, (&windows, weights), itself)
        };
        let all = estimate(&weights, Itself::Counted).unwrap();
        assert_eq!(all.densities().collect::<Vec<_>>(), [0.75, 0.75, 1.25]);
        assert_eq!(all.weights().unwrap().collect::<Vec<_>>(), [1.5, 1.5, 2.5]);
        let others = estimate(&weights, Itself::LeftOut).unwrap();
        let expected = [2.0 / 7.0 / 0.5, 1.0 / 6.0 / 0.5, 0.0];
        assert_eq!(others.densities().collect::<Vec<_>>(), expected);
        assert_eq!(others.log_densities().last(), Some(f64::NEG_INFINITY));
        let summary = others.summary().unwrap();
        assert_eq!((summary.median.to_bits(), summary.empty), (expected[1].to_bits(), 1));
        let one = Weights::new(&[0.0, 7.0, 0.0]).unwrap();
        assert_eq!(estimate(&one, Itself::LeftOut), Err(Error::AllWeight(1)));
        assert!(estimate(&Weights::new(&[0.0; 3]).unwrap(), Itself::Counted).is_err());
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "powers of two divide exactly")]
    fn summaries_take_the_middle() {
        let summary = |counts: &[u64]| estimate(counts, 2, Itself::Counted).unwrap().summary();
        let Summary { least, median, most, empty } = summary(&[4, 0, 1, 2]).unwrap();
        assert_eq!((least, median, most, empty), (0.0, 1.5, 4.0, 1));
        let medians = [&[4, 0, 1][..], &[3]].map(|counts| summary(counts).unwrap().median);
        assert_eq!(medians, [1.0, 3.0]);
        assert_eq!(summary(&[]), None);
    }

    #[test]
    fn only_grids_have_a_shape_of_their_own() {
        let grid = "0:1:2,0:1:3"
            .parse::<grid::Spec>()
            .unwrap()
            .grid(&[0.0..=1.0, 0.0..=1.0], &[1.0; 2])
            .unwrap();
        assert_eq!(Places::Grid(grid).shape(6), [2, 3]);
        assert_eq!(Places::Samples(Itself::LeftOut).shape(6), [6]);
    }
}
