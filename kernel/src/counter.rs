//! The facade: samples, an algorithm and an instruction set bound together.

use crate::algorithm::{self, Algorithm, Prepared};
use crate::error::Error;
use crate::isa::{self, Isa};
use crate::query::{Query, Sizes};
use crate::samples::{Element, Run};
use crate::team::{Alone, Team};
use crate::width::Widths;
use crate::window::{Reach, Window};

/// Counts samples inside windows. Cheap to make; counts do not depend on the instruction set, the
/// algorithm, or how the samples are cut into runs.
///
/// ```
/// use kernel::{Counter, Samples, Width, Widths, Window};
///
/// let samples = Samples::from_rows(&[0.0, 0.0, 0.5, -0.5, 0.6, 0.0], 2)?;
/// let counter = Counter::new(samples.all());
/// let window = Window::new(&[0.0, 0.0], Width::new(1.0)?)?;
/// assert_eq!(counter.count(&window)?, 2); // faces are closed
///
/// let widths = Widths::new(&[0.1, 1.0, 1.2])?;
/// assert_eq!(counter.count_widths(&[0.0, 0.0], &widths)?, [1, 2, 3]);
/// # Ok::<(), kernel::Error>(())
/// ```
#[derive(Debug)]
pub struct Counter<'a, T: Element> {
    run: Run<'a, T>,
    isa: &'static Isa,
    algorithm: &'static Algorithm,
    prepared: Prepared<'a, T>,
}

impl<'a, T: Element> Counter<'a, T> {
    /// By scans on the best instruction set that this CPU has; nothing is prepared.
    pub fn new(run: Run<'a, T>) -> Self {
        Self::prepare(run, isa::best(), algorithm::scan(), &Alone)
    }

    /// By scans on a chosen instruction set; nothing is prepared.
    ///
    /// # Errors
    /// [`Error::IsaUnavailable`] if the CPU lacks it.
    pub fn with_isa(run: Run<'a, T>, isa: &'static Isa) -> Result<Self, Error> {
        Ok(Self::prepare(run, isa.checked()?, algorithm::scan(), &Alone))
    }

    /// By a chosen algorithm, for which `team` prepares the samples.
    ///
    /// # Errors
    /// [`Error::IsaUnavailable`], [`Error::Unsuited`] if the algorithm is not made for these samples.
    pub fn with_algorithm(
        run: Run<'a, T>,
        isa: &'static Isa,
        algorithm: &'static Algorithm,
        team: &dyn Team,
    ) -> Result<Self, Error> {
        let algorithm = algorithm.checked(run.len(), run.d())?;
        Ok(Self::prepare(run, isa.checked()?, algorithm, team))
    }

    fn prepare(
        run: Run<'a, T>,
        isa: &'static Isa,
        algorithm: &'static Algorithm,
        team: &dyn Team,
    ) -> Self {
        let prepared = T::build(algorithm)(&run, isa, team);
        Self { run, isa, algorithm, prepared }
    }

    /// The instruction set in use.
    pub fn isa(&self) -> &'static Isa {
        self.isa
    }

    /// The algorithm in use.
    pub fn algorithm(&self) -> &'static Algorithm {
        self.algorithm
    }

    /// The samples that are counted.
    pub fn run(&self) -> &Run<'a, T> {
        &self.run
    }

    /// Bytes that were prepared, besides the samples.
    pub fn bytes(&self) -> usize {
        self.prepared.0.bytes()
    }

    /// Number of samples inside `window`. O(n d) at most.
    ///
    /// # Errors
    /// [`Error::Dimension`] if the window has not d coordinates.
    pub fn count(&self, window: &Window) -> Result<u64, Error> {
        self.prepared.count(self.run.d(), window)
    }

    /// Number of samples inside a window that fits them.
    pub(crate) fn count_window(&self, (center, reach): (&[f64], Reach<'_>)) -> u64 {
        self.prepared.0.count(center, reach)
    }

    /// Number of samples inside the hypercube of each width around `center`, in one pass over the
    /// samples: `counts[w]` belongs to `widths.as_slice()[w]`. O(n d + W log W) at most, whatever W.
    ///
    /// # Errors
    /// [`Error::Dimension`] if the center has not d coordinates, [`Error::CenterNotFinite`].
    pub fn count_widths(&self, center: &[f64], widths: &Widths) -> Result<Vec<u64>, Error> {
        algorithm::check_dimension(self.run.d(), center.len())?;
        self.count_batch(center, widths)
    }

    /// Number of samples inside the hypercube of each width around each center:
    /// `counts[c * W + w]` belongs to center c, coordinates `centers[c * d .. (c + 1) * d]`, and
    /// width w. Scans load samples once for several centers. O(m n d) at most.
    ///
    /// # Errors
    /// [`Error::Dimension`] if the last center is incomplete, [`Error::CenterNotFinite`] (its
    /// dimension counts through all centers).
    pub fn count_batch(&self, centers: &[f64], widths: &Widths) -> Result<Vec<u64>, Error> {
        let query = Query::new(centers, self.run.d(), Sizes::Shared(widths))?;
        let mut counts = vec![0; query.counts()];
        self.answer(&query, &mut counts, &Alone)?;
        Ok(counts)
    }

    /// Adds the counts of every window of `query` to `counts`: `counts[c * W + w]` belongs to center c and
    /// width w. The members of `team` share the work. Nothing is allocated for a window.
    ///
    /// # Errors
    /// [`Error::Dimension`] if the query has not the d of the samples.
    ///
    /// # Panics
    /// If `counts` has not the length [`Query::counts`].
    pub fn answer(
        &self,
        query: &Query<'_>,
        counts: &mut [u64],
        team: &dyn Team,
    ) -> Result<(), Error> {
        self.prepared.answer(self.run.d(), query, counts, team)
    }

    /// The sum of all coordinates, each byte loaded once and nothing else done: the roof that the
    /// memory sets to any scan on this instruction set. For measuring, not for statistics (the order
    /// of additions is unspecified).
    pub fn sum(&self) -> f64 {
        (T::kernels(self.isa).sum)(&self.run)
    }
}
