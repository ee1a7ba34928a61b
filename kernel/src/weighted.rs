//! The facade for samples with weights: what [`Counter`](crate::Counter) is for samples without.
//!
//! Apart from [`crate::counter`], because other algorithms and other routines serve it, and because its sums
//! are units of [`Weights`](crate::Weights) and no counts.

use crate::algorithm::{self, Algorithm, Prepared};
use crate::error::Error;
use crate::isa::{self, Isa};
use crate::query::Query;
use crate::samples::{Element, Run};
use crate::team::{Alone, Team};
use crate::weights::WeightRun;
use crate::window::Window;

/// Sums the weights of the samples inside windows, exactly: sums do not depend on the instruction set, the
/// algorithm, the team, or how the samples are cut into runs.
///
/// ```
/// use kernel::{Samples, WeightedCounter, Weights, Width, Window};
///
/// let samples = Samples::from_rows(&[0.0, 0.0, 0.5, -0.5, 0.6, 0.0], 2)?;
/// let weights = Weights::new(&[2.5, 1.0, 10.0])?;
/// let counter = WeightedCounter::new(samples.all(), weights.all())?;
/// let window = Window::new(&[0.0, 0.0], Width::new(1.0)?)?;
/// assert_eq!(weights.value(counter.weigh(&window)?), 3.5);
/// # Ok::<(), kernel::Error>(())
/// ```
#[derive(Debug)]
pub struct WeightedCounter<'a, T: Element> {
    run: Run<'a, T>,
    isa: &'static Isa,
    algorithm: &'static Algorithm,
    prepared: Prepared<'a, T>,
}

impl<'a, T: Element> WeightedCounter<'a, T> {
    /// By scans on the best instruction set that this CPU has; nothing is prepared.
    ///
    /// # Errors
    /// [`Error::WeightsLength`] if there is not one weight for each sample.
    pub fn new(run: Run<'a, T>, weights: WeightRun<'a>) -> Result<Self, Error> {
        Self::with_algorithm(run, weights, isa::best(), algorithm::scan(), &Alone)
    }

    /// By a chosen algorithm, for which `team` prepares the samples. O(n log n) at most.
    ///
    /// # Errors
    /// [`Error::WeightsLength`]; [`Error::IsaUnavailable`]; [`Error::Unsuited`] if the algorithm takes no
    /// weights or is not made for these samples.
    pub fn with_algorithm(
        run: Run<'a, T>,
        weights: WeightRun<'a>,
        isa: &'static Isa,
        algorithm: &'static Algorithm,
        team: &dyn Team,
    ) -> Result<Self, Error> {
        let (n, d) = (run.len(), run.d());
        if weights.len() != n {
            return Err(Error::WeightsLength { expected: n, found: weights.len() });
        }
        let (isa, algorithm) = (isa.checked()?, algorithm.checked_for_weights(n, d)?);
        let prepared = T::weigh(algorithm)(&run, weights.units(), isa, team);
        let prepared = prepared.ok_or_else(|| algorithm.takes_no_weights(n, d))?;
        Ok(Self { run, isa, algorithm, prepared })
    }

    /// The instruction set in use.
    pub fn isa(&self) -> &'static Isa {
        self.isa
    }

    /// The algorithm in use.
    pub fn algorithm(&self) -> &'static Algorithm {
        self.algorithm
    }

    /// Bytes that were prepared, besides the samples and the weights.
    pub fn bytes(&self) -> usize {
        self.prepared.0.bytes()
    }

    /// Weight of the samples inside `window`, in units. O(n d) at most.
    ///
    /// # Errors
    /// [`Error::Dimension`] if the window has not d coordinates.
    pub fn weigh(&self, window: &Window) -> Result<u64, Error> {
        self.prepared.count(self.run.d(), window)
    }

    /// Adds the weight inside every window of `query`, in units, to `sums`: `sums[c * W + w]` belongs to center
    /// c and width w. The members of `team` share the work. Nothing is allocated for a window.
    ///
    /// # Errors
    /// [`Error::Dimension`] if the query has not the d of the samples.
    ///
    /// # Panics
    /// If `sums` has not the length [`Query::counts`].
    pub fn answer(
        &self,
        query: &Query<'_>,
        sums: &mut [u64],
        team: &dyn Team,
    ) -> Result<(), Error> {
        self.prepared.answer(self.run.d(), query, sums, team)
    }
}
