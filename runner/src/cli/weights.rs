//! Weights of samples, from a file of one column.
//!
//! A struct that clap flattens into the arguments of a command. Next: [`kernel::Weights`], which says what
//! becomes of them, and [`crate::query`], which weighs.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use kernel::algorithm::{self, Algorithm};
use kernel::{Error, Weights};

use super::samples::{Method, Source};
use crate::for_any;
use crate::input::{self, Input, Length, Options, Problem};
use crate::output::progress::Progress;

/// The weights.
#[derive(Debug, clap::Args)]
pub struct WeightsFile {
    /// File of weights, .npy (n, or n x 1) or .csv (one column): finite numbers of at least 0, one for each
    /// row of the samples. Sums of weights are exact, whatever counts them: each weight is rounded once, to a
    /// unit of which all weights together have fewer than 2^63; integers and their like stay as they are
    #[arg(long, value_name = "FILE")]
    weights: Option<PathBuf>,
}

impl WeightsFile {
    /// Whether there are any.
    pub(super) fn is_given(&self) -> bool {
        self.weights.is_some()
    }

    /// The file.
    pub(super) fn path(&self) -> Option<&Path> {
        self.weights.as_deref()
    }

    /// Refuses a method that cannot weigh, before any file is read.
    pub(super) fn check(&self, method: &Method) -> anyhow::Result<()> {
        let Some(algorithm) = method.algorithm()?.filter(|_| self.is_given()) else {
            return Ok(());
        };
        if algorithm.takes_weights() {
            return Ok(());
        }
        let able = algorithm::ALL.iter().filter(|one| one.takes_weights());
        let able = able.map(Algorithm::name).collect::<Vec<_>>().join(", ");
        bail!("--algorithm {} takes no weights; with --weights: {able}", algorithm.name())
    }

    /// The weights of the rows that were kept of the samples; `None` if there is no file of them.
    pub(super) fn read(&self, source: &Source, samples: &Input) -> anyhow::Result<Option<Weights>> {
        let Some(path) = &self.weights else { return Ok(None) };
        let opened = input::open(path, &Options::default())?;
        if let found @ (0 | 2..) = opened.shape().d() {
            bail!("{}: has {found} columns; weights are one column", path.display());
        }
        let expected = samples.samples.n() + samples.dropped.len();
        let unlike = |found: &dyn Display| {
            anyhow!(
                "{}: has {found} weights, but {source} has {expected} samples; one for each is needed",
                path.display()
            )
        };
        if let Length::Exactly(found) = opened.shape().length
            && found != expected
        {
            return Err(unlike(&found));
        }
        let progress = Progress::start("reading weights", input::file_bytes(path));
        let refused = |error| Problem::Samples(error).of(path);
        let opened = opened.at_most(expected);
        let read = input::read_opened(path, opened, &mut |bytes| progress.advance(bytes));
        let input = read.map_err(|error| match error.problem {
            // What is no sample is no weight either.
            Problem::Samples(Error::NonFinite { row, value, .. }) => {
                refused(Error::Weight { row, value }).into()
            }
            Problem::Longer { most } => unlike(&format_args!("more than {most}")),
            problem => problem.of(path).into(),
        })?;
        let found = input.samples.n();
        if found != expected {
            return Err(unlike(&found));
        }
        let mut weights = for_any!(&input.samples, weights => widened(weights.column(0)));
        drop(input);
        // Weights of rows that were dropped decide nothing, not even the unit.
        samples.dropped.leave_out(&mut weights);
        let units = Weights::new(&weights).map_err(|error| match error {
            Error::Weight { row, value } => {
                refused(Error::Weight { row: samples.dropped.row_of(row), value })
            }
            error => refused(error),
        })?;
        let is_lost = |(weight, units): &(&f64, &u64)| **weight > 0.0 && **units == 0;
        let lost = weights.iter().zip(units.units()).filter(is_lost).count();
        if lost > 0 {
            eprintln!(
                "warning: {}: {lost} weights above 0 are less than half of {:e}, the unit that the sum of all \
                 allows, and count as 0.",
                path.display(),
                units.unit()
            );
        }
        Ok(Some(units))
    }

    /// The same, at least one of them above 0.
    pub(super) fn read_some(
        &self,
        source: &Source,
        samples: &Input,
    ) -> anyhow::Result<Option<Weights>> {
        let weights = self.read(source, samples)?;
        match (&self.weights, &weights) {
            (Some(path), Some(weights)) if weights.total() == 0 => {
                bail!("{}: every weight is 0; a density needs one above it", path.display())
            }
            _ => Ok(weights),
        }
    }
}

fn widened<T: kernel::Element>(column: &[T]) -> Vec<f64> {
    column.iter().map(|weight| weight.widen()).collect()
}
