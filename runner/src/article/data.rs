//! *Sample data*: a bivariate normal sample, and its density estimated with windows of many widths.
//!
//! By default this is the article's own sample, bit for bit, and the twelve widths that it printed. The
//! article divides by h where a square has the area h²; both figures are given. The window stands at
//! the origin, as in the article, whatever the mean is: a mean elsewhere shows an estimate beside the
//! peak. Separate from [`window`](super::window), which shows what a window is.

use bench_report::source::article::{LEAST_SHARE, LENGTHS};
use kernel::{Counter, Density, Samples, Width};
use serde::{Deserialize, Serialize};

use super::{Options, Ran, Tour, Trouble};
use crate::workload::presets::TWELVE;
use crate::workload::{Normal, WidthRange, numpy};

/// Where the window stands.
pub const CENTER: [f64; 2] = [0.0; 2];
/// The widths of the curve.
pub const CURVE: WidthRange = WidthRange { start: 0.02, stop: 2.0, count: 100 };

/// What is sampled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Source {
    /// Number of samples.
    pub n: usize,
    /// Seed of the generator.
    pub seed: u64,
    /// Mean of the distribution.
    pub mean: [f64; 2],
    /// Its covariance, row by row.
    pub covariance: [[f64; 2]; 2],
}

/// The section's data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Data {
    /// Number of samples.
    pub n: usize,
    /// Seed of the generator.
    pub seed: u64,
    /// Mean of the distribution.
    pub mean: [f64; 2],
    /// Its covariance, row by row.
    pub covariance: [[f64; 2]; 2],
    /// Whether it is the article's own sample.
    pub is_articles: bool,
    /// The widths that the article printed, in its order.
    pub twelve: Vec<Estimate>,
    /// Many widths, ascending.
    pub curve: Vec<Counted>,
}

/// A width with its count and what is made of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The width.
    pub h: f64,
    /// Samples in the window.
    pub count: u64,
    /// count / n / h, as the article printed it.
    pub as_published: f64,
    /// count / n / h², the density.
    pub density: f64,
}

/// A width with its count.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// The width.
    pub h: f64,
    /// Samples in the window.
    pub count: u64,
}

/// The section.
#[derive(Clone, Copy, Debug)]
pub struct Section;

impl super::Section for Section {
    fn name(&self) -> &'static str {
        "data"
    }

    fn title(&self) -> &'static str {
        "a bivariate normal sample, and its density at the origin with windows of many widths"
    }

    fn run(&self, tour: &Tour<'_>) -> Result<Ran, Trouble> {
        let &Options { samples: n, seed, mean, covariance, .. } = tour.options();
        let data = Source { n, seed, mean, covariance }.count()?;
        Ran::whole(data, Vec::new()).into_json()
    }
}

impl Source {
    /// The article's.
    pub const ARTICLES: Self = Self {
        n: Options::SAMPLES,
        seed: Options::SEED,
        mean: Options::MEAN,
        covariance: Options::COVARIANCE,
    };

    /// The samples: those of [`numpy`], and mean + L z of each of them if the distribution is not the
    /// standard one, with the Cholesky factor L of the covariance.
    ///
    /// NumPy's `multivariate_normal` takes another factor (from singular values), so its samples of such a
    /// distribution are others, equal in distribution only. The first factor of the standard distribution
    /// is 1 in both.
    ///
    /// # Errors
    /// [`Trouble::Workload`] if there is no such distribution; [`Trouble::Failed`] if the seed is above
    /// that generator's largest, or the file would be refused by its reader.
    pub fn samples(&self) -> Result<Samples<f64>, Trouble> {
        let normal = Normal::new(&self.mean, &self.covariance)?;
        self.check()?;
        let standard = numpy::standard_normal(self.generator_seed()?, self.n, 2)?;
        if self.is_standard() { Ok(standard) } else { Ok(normal.of_standard(&standard)?) }
    }

    /// The samples, counted.
    ///
    /// # Errors
    /// As [`Source::samples`].
    pub fn count(&self) -> Result<Data, Trouble> {
        let samples = self.samples()?;
        let counter = Counter::new(samples.all());
        let counted = |range: WidthRange| -> Result<Vec<Counted>, Trouble> {
            let widths = range.widths()?;
            let counts = counter.count_widths(&CENTER, &widths)?;
            let both = widths.as_slice().iter().zip(counts);
            Ok(both.map(|(&h, count)| Counted { h, count }).collect())
        };
        let twelve = counted(TWELVE)?.into_iter().map(|one| one.estimate(self.n));
        let &Self { n, seed, mean, covariance } = self;
        let is_articles = *self == Self::ARTICLES;
        let (twelve, curve) = (twelve.collect::<Result<_, _>>()?, counted(CURVE)?);
        Ok(Data { n, seed, mean, covariance, is_articles, twelve, curve })
    }

    fn is_standard(&self) -> bool {
        (self.mean, self.covariance) == (Options::MEAN, Options::COVARIANCE)
    }

    fn generator_seed(&self) -> Result<u32, Trouble> {
        u32::try_from(self.seed).map_err(|_| {
            let (seed, most) = (self.seed, u32::MAX);
            Trouble::Failed(format!("the seed is {seed}; the largest of this generator is {most}"))
        })
    }

    /// Refuses what cannot be sampled, and what the reader of the file would refuse, and with it the whole
    /// tour.
    ///
    /// # Errors
    /// As [`Source::samples`].
    pub fn check(&self) -> Result<(), Trouble> {
        Normal::new(&self.mean, &self.covariance)?;
        self.generator_seed()?;
        let [[xx, xy], [_, yy]] = self.covariance;
        let are_lengths = [xx, yy].iter().all(|one| LENGTHS.contains(&one.sqrt()))
            && self.mean.iter().all(|one| one.abs() <= *LENGTHS.end());
        let share = 1.0 - xy * xy / (xx * yy);
        let problem = if !are_lengths {
            let (mean, least, most) = (self.mean, LENGTHS.start(), LENGTHS.end());
            format!(
                "the mean is {mean:?} and the variances are {xx:e} and {yy:e}; allowed: means up to \
                 {most:e} and standard deviations from {least:e} to {most:e}"
            )
        } else if share < LEAST_SHARE {
            format!(
                "the correlation is so close to 1 or -1 that 1 - rho^2 is {share:e}, expected at \
                 least {LEAST_SHARE:e}"
            )
        } else {
            return Ok(());
        };
        Err(Trouble::Failed(problem))
    }
}

impl Counted {
    fn estimate(self, n: usize) -> Result<Estimate, Trouble> {
        let Self { h, count } = self;
        let width = Width::new(h)?;
        let in_dimensions = |d| Ok::<_, Trouble>(Density::uniform(n, d, width)?.of(count));
        Ok(Estimate { h, count, as_published: in_dimensions(1)?, density: in_dimensions(2)? })
    }
}

#[cfg(test)]
mod tests {
    use super::{CENTER, Counted, Source};
    use crate::workload::presets::TWELVE_COUNTS;
    use crate::workload::{Checksum, Workload, oracle_widths};
    use bench_report::{article::TWELVE, quantity::twelve_digits};

    #[test]
    fn the_twelve_published_values_come_out_digit_for_digit() {
        let data = Source::ARTICLES.count().unwrap();
        assert!(data.is_articles);
        let printed = data.twelve.iter();
        let printed: Vec<_> =
            printed.map(|one| (twelve_digits(one.h), twelve_digits(one.as_published))).collect();
        let published = TWELVE.map(|(h, p)| (h.to_owned(), p.to_owned()));
        assert_eq!(printed, published);
        let counts: Vec<u64> = data.twelve.iter().map(|one| one.count).collect();
        assert_eq!(counts, TWELVE_COUNTS);
        let densities: Vec<_> =
            data.twelve.iter().map(|one| format!("{:.4}", one.density)).collect();
        assert_eq!(densities[0], "0.1600");
        assert_eq!(densities[10], "0.1428");
    }

    #[test]
    fn the_articles_sample_is_its_own_bit_for_bit() {
        let samples = Source::ARTICLES.samples().unwrap();
        assert_eq!(Some(Checksum::of(&samples)), Workload::by_name("article").unwrap().checksum);
    }

    fn own() -> Source {
        let covariance = [[2.0, 0.5], [0.5, 1.0]];
        Source { n: 3000, seed: 7, mean: [0.25, -0.5], covariance }
    }

    #[test]
    fn counts_of_another_distribution_are_those_of_the_oracle() {
        let data = own().count().unwrap();
        assert!(!data.is_articles && data.curve.len() == 100 && data.twelve.len() == 12);
        let samples = own().samples().unwrap();
        let twelve = data.twelve.iter().map(|one| Counted { h: one.h, count: one.count });
        let all: Vec<Counted> = twelve.chain(data.curve).collect();
        let widths: Vec<f64> = all.iter().map(|one| one.h).collect();
        let counts: Vec<u64> = all.iter().map(|one| one.count).collect();
        assert_eq!(counts, oracle_widths(&samples, &CENTER, &widths));
        assert!(counts.iter().any(|&count| count > 100));
    }

    #[test]
    fn samples_have_the_moments_that_were_asked_for() {
        let source = Source { n: 100_000, ..own() };
        let samples = source.samples().unwrap();
        let mean = |values: &mut dyn Iterator<Item = f64>| values.sum::<f64>() / source.n as f64;
        let column = |j: usize| samples.column(j).iter().copied();
        for i in 0..2 {
            // Five standard errors: sqrt(2 / 100000) is 0.0045.
            assert!((mean(&mut column(i)) - source.mean[i]).abs() < 0.025, "mean {i}");
            for j in 0..2 {
                let off = |(x, y): (f64, f64)| (x - source.mean[i]) * (y - source.mean[j]);
                let found = mean(&mut column(i).zip(column(j)).map(off));
                assert!((found - source.covariance[i][j]).abs() < 0.05, "{i}, {j}: {found}");
            }
        }
    }

    #[test]
    fn what_cannot_be_sampled_or_read_is_a_reason() {
        let reason = |source: Source| source.count().unwrap_err().to_string();
        let large = reason(Source { seed: 1 << 32, ..own() });
        assert!(large.contains("4294967296; the largest"), "{large}");
        let far = reason(Source { mean: [2e6, 0.0], ..own() });
        assert!(far.contains("means up to 1e6"), "{far}");
        let line = reason(Source { covariance: [[1.0, 0.999_99], [0.999_99, 1.0]], ..own() });
        assert!(line.contains("correlation"), "{line}");
        assert!(
            reason(Source { covariance: [[1.0, 2.0], [2.0, 1.0]], ..own() }).contains("positive")
        );
    }
}
