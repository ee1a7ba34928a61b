//! Workloads: what is counted, and the counts that must come out.
//!
//! A [`Workload`] names samples (how they are generated), one center, a range of widths, and what is
//! known about the counts. Everything that counts for the sake of measuring (studies, benches, tests)
//! takes its work from [`ALL`], so that no measurement exists without a checked answer. Separate from
//! the code that counts, because the expected counts come from the ten-line [`oracle()`], not from it.
//!
//! Next: [`numpy`] and [`normal`] generate, [`mod@oracle`] answers, [`checksum`] identifies;
//! [`sizes`] fits samples to this machine's caches.

pub mod checksum;
pub mod error;
pub mod normal;
pub mod numpy;
pub mod oracle;
pub mod presets;
pub mod sizes;

pub use checksum::Checksum;
pub use error::Error;
pub use normal::Normal;
pub use oracle::{oracle, oracle_on_all_cpus, oracle_widths};
pub use presets::ALL;
pub use sizes::Level;

use kernel::{Element, Samples, Widths};

use crate::input::AnySamples;

/// How samples come about. The name of the generator, its version and the stream rule are part of
/// the workload: a seed alone does not reproduce anything.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Generator {
    /// NumPy's `RandomState(seed).standard_normal((n, d))`, bit for bit; see [`numpy`].
    NumpyStandardNormal,
    /// Independent standard normal coordinates; see [`normal`].
    StandardNormal,
    /// Multivariate normal samples; see [`normal`].
    Normal {
        /// d coordinates.
        mean: &'static [f64],
        /// d rows of d values, symmetric and positive definite.
        covariance: &'static [&'static [f64]],
    },
}

impl Generator {
    /// One line that is enough to generate the same samples elsewhere, except for n, d and the seed.
    pub fn description(&self) -> String {
        match self {
            Self::NumpyStandardNormal => {
                "NumPy RandomState(seed).standard_normal((n, d)): MT19937, polar Box-Muller".into()
            }
            Self::StandardNormal => format!("standard normal, {}", normal::STREAMS),
            Self::Normal { mean, covariance } => {
                format!("normal, mean {mean:?}, covariance {covariance:?}, {}", normal::STREAMS)
            }
        }
    }
}

/// `count` evenly spaced widths from `start` to `stop`, both included, as NumPy's `linspace`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WidthRange {
    /// The first width.
    pub start: f64,
    /// The last width.
    pub stop: f64,
    /// How many.
    pub count: usize,
}

impl WidthRange {
    /// The widths themselves.
    ///
    /// # Errors
    /// [`kernel::Error::WidthNotPositive`] if a width is not finite and above 0.
    pub fn widths(&self) -> Result<Widths, kernel::Error> {
        Widths::linspace(self.start, self.stop, self.count)
    }
}

/// A digest of the counts, one per width, short enough to be written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Count of the first width.
    pub first: u64,
    /// Count of the last width.
    pub last: u64,
    /// Sum over all widths.
    pub sum: u64,
}

impl Summary {
    /// The digest of `counts`; 0 throughout for no counts.
    pub fn of(counts: &[u64]) -> Self {
        let end = |count: Option<&u64>| count.copied().unwrap_or(0);
        Self { first: end(counts.first()), last: end(counts.last()), sum: counts.iter().sum() }
    }
}

/// What is known about the counts before anything is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Their digest, established once by the oracle (and for the article's sample by NumPy too).
    Known(Summary),
    /// Nothing: the oracle alone decides.
    Oracle,
}

/// Samples, a center, widths, and the counts that must come out.
///
/// The samples are a function of (`generator`, `seed`, `n`, `d`, `element`) alone: not of the machine,
/// nor of the number of workers that generate them.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// Short name, as on the command line.
    pub name: &'static str,
    /// One sentence for people.
    pub title: &'static str,
    /// Number of samples.
    pub n: usize,
    /// Number of dimensions.
    pub d: usize,
    /// How samples are stored.
    pub element: Stored,
    /// How samples come about.
    pub generator: Generator,
    /// Seed of the generator.
    pub seed: u64,
    /// d coordinates.
    pub center: &'static [f64],
    /// One window for each width.
    pub widths: WidthRange,
    /// What is known about the counts.
    pub expected: Expected,
    /// [`Checksum`] of the samples, if it is known.
    pub checksum: Option<Checksum>,
}

/// How the samples of a workload are stored. Values are always generated as `f64`; single precision
/// rounds them to the nearest `f32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    /// `f64`, NumPy's `f8`.
    Double,
    /// `f32`, NumPy's `f4`.
    Single,
}

impl Stored {
    /// NumPy's name: `"f8"` or `"f4"`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Double => f64::NAME,
            Self::Single => f32::NAME,
        }
    }
}

/// An [`Element`] that a generated `f64` can be rounded to, and whose bytes can be seen and exchanged.
pub trait Rounded: Element + bytemuck::Pod {
    /// The nearest value of this type.
    fn rounded(value: f64) -> Self;
    /// The value with its bytes in the opposite order.
    #[must_use]
    fn swapped(self) -> Self;
}

impl Rounded for f64 {
    fn rounded(value: f64) -> Self {
        value
    }
    fn swapped(self) -> Self {
        Self::from_bits(self.to_bits().swap_bytes())
    }
}

impl Rounded for f32 {
    fn rounded(value: f64) -> Self {
        value as Self
    }
    fn swapped(self) -> Self {
        Self::from_bits(self.to_bits().swap_bytes())
    }
}

impl Workload {
    /// The preset called `name`.
    ///
    /// # Errors
    /// [`Error::Unknown`] lists the known names.
    pub fn by_name(name: &str) -> Result<&'static Self, Error> {
        ALL.iter().find(|workload| workload.name == name).ok_or_else(|| Error::Unknown {
            name: name.into(),
            known: ALL.iter().map(|workload| workload.name).collect::<Vec<_>>().join(", "),
        })
    }

    /// The samples, stored as [`Workload::element`] says. O(n d).
    ///
    /// # Errors
    /// As [`Workload::generate`].
    pub fn samples(&self) -> Result<AnySamples, Error> {
        Ok(match self.element {
            Stored::Double => AnySamples::Double(self.generate()?),
            Stored::Single => AnySamples::Single(self.generate()?),
        })
    }

    /// The samples, stored as `T` whatever [`Workload::element`] says. O(n d), in parallel where the
    /// generator allows it, on a pool that ends with the call.
    ///
    /// # Errors
    /// - [`Error::Kernel`] if n × d values do not fit into memory;
    /// - [`Error::Generator`] if mean and d do not fit together;
    /// - what [`Normal::new`] says about mean and covariance.
    pub fn generate<T: Rounded>(&self) -> Result<Samples<T>, Error> {
        let normal = match self.generator {
            Generator::NumpyStandardNormal => {
                return Ok(numpy::standard_normal(self.seed as u32, self.n, self.d)?);
            }
            Generator::StandardNormal => Normal::standard(self.d)?,
            Generator::Normal { mean, covariance } => Normal::new(mean, covariance)?,
        };
        if normal.d() != self.d {
            let (name, d, generated) = (self.name, self.d, normal.d());
            return Err(Error::Generator { name, d, generated });
        }
        normal.samples(self.seed, self.n, crate::machine::affinity::allowed().len())
    }

    /// The counts that must come out, one for each width, from the [`oracle()`], on all
    /// CPUs. O(n d W).
    ///
    /// # Errors
    /// - [`Error::WrongCounts`] if they are not those that are stored: then the samples are not
    ///   those of the workload, or the oracle is broken;
    /// - [`Error::Kernel`] if a width is not above 0.
    pub fn counts<T: Element>(&self, samples: &Samples<T>) -> Result<Vec<u64>, Error> {
        let workers = crate::machine::affinity::allowed().len();
        let widths = self.widths.widths()?;
        let counts = oracle_on_all_cpus(samples, self.center, widths.as_slice(), workers);
        let found = Summary::of(&counts);
        match self.expected {
            Expected::Known(expected) if expected != found => {
                Err(Error::WrongCounts { name: self.name, expected, found })
            }
            _ => Ok(counts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_presets_name_the_known_ones() {
        let message = Workload::by_name("nosuch").unwrap_err().to_string();
        assert!(message.contains("'nosuch'"), "{message}");
        for workload in ALL {
            assert!(message.contains(workload.name), "{message}");
            assert_eq!(Workload::by_name(workload.name).unwrap(), workload);
        }
    }

    #[test]
    fn counts_that_differ_from_the_stored_ones_are_an_error() {
        let mut workload = Workload { n: 100, expected: Expected::Oracle, ..ALL[0].clone() };
        let samples = workload.generate::<f64>().unwrap();
        let counts = workload.counts(&samples).unwrap();
        let right = Summary::of(&counts);
        workload.expected = Expected::Known(right);
        assert_eq!(workload.counts(&samples).unwrap(), counts);
        workload.expected = Expected::Known(Summary { sum: right.sum + 1, ..right });
        assert!(matches!(workload.counts(&samples), Err(Error::WrongCounts { .. })));
    }

    #[test]
    fn a_generator_of_another_dimension_is_refused() {
        let generator = Generator::Normal { mean: &[0.0], covariance: &[&[1.0]] };
        let workload = Workload { generator, ..ALL[0].clone() };
        assert!(matches!(workload.generate::<f64>(), Err(Error::Generator { generated: 1, .. })));
    }
}
