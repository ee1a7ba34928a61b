//! The facade: samples, an algorithm and an instruction set bound together.

use crate::algorithm::{self, Algorithm};
use crate::error::Error;
use crate::isa::{self, Isa};
use crate::samples::{Element, Run};
use crate::window::{self, Widths, Window};

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
#[derive(Clone, Debug)]
pub struct Counter<'a, T: Element> {
    run: Run<'a, T>,
    isa: &'static Isa,
    algorithm: (&'static str, &'static dyn Algorithm<T>),
}

impl<'a, T: Element> Counter<'a, T> {
    /// On the best instruction set that this CPU has.
    pub fn new(run: Run<'a, T>) -> Self {
        let algorithm = algorithm::choose(&run);
        Self { run, isa: isa::best(), algorithm }
    }

    /// On a chosen instruction set.
    ///
    /// # Errors
    /// [`Error::IsaUnavailable`] if the CPU lacks it.
    pub fn with_isa(run: Run<'a, T>, isa: &'static Isa) -> Result<Self, Error> {
        let algorithm = algorithm::choose(&run);
        Ok(Self { run, isa: isa.checked()?, algorithm })
    }

    /// The instruction set in use.
    pub fn isa(&self) -> &'static Isa {
        self.isa
    }

    /// Name of the algorithm in use.
    pub fn algorithm(&self) -> &'static str {
        self.algorithm.0
    }

    /// The samples that are counted.
    pub fn run(&self) -> &Run<'a, T> {
        &self.run
    }

    /// Number of samples inside `window`. O(n d).
    ///
    /// # Errors
    /// [`Error::Dimension`] if the window has not d coordinates.
    pub fn count(&self, window: &Window) -> Result<u64, Error> {
        self.check_dimension(window.d())?;
        Ok(self.algorithm.1.count(T::kernels(self.isa), &self.run, window))
    }

    /// Number of samples inside the hypercube of each width around `center`, in one pass over the
    /// samples: `counts[w]` belongs to `widths.as_slice()[w]`. O(n d + W log W), whatever W.
    ///
    /// # Errors
    /// [`Error::Dimension`] if the center has not d coordinates, [`Error::CenterNotFinite`].
    pub fn count_widths(&self, center: &[f64], widths: &Widths) -> Result<Vec<u64>, Error> {
        self.check_dimension(center.len())?;
        self.count_batch(center, widths)
    }

    /// Number of samples inside the hypercube of each width around each center:
    /// `counts[c * W + w]` belongs to center c, coordinates `centers[c * d .. (c + 1) * d]`, and
    /// width w. Samples are loaded once for several centers. O(m n d).
    ///
    /// # Errors
    /// [`Error::Dimension`] if the last center is incomplete, [`Error::CenterNotFinite`] (its
    /// dimension counts through all centers).
    pub fn count_batch(&self, centers: &[f64], widths: &Widths) -> Result<Vec<u64>, Error> {
        let d = self.run.d();
        let incomplete = centers.len() % d;
        self.check_dimension(if incomplete == 0 { d } else { incomplete })?;
        if !centers.is_empty() {
            window::check_center(centers)?;
        }
        let mut counts = vec![0; centers.len() / d * widths.len()];
        if !counts.is_empty() {
            let (kernels, ranking) = (T::kernels(self.isa), widths.ranking());
            self.algorithm.1.count_batch(kernels, &self.run, centers, ranking, &mut counts);
        }
        Ok(counts)
    }

    /// The sum of all coordinates, each byte loaded once and nothing else done: the roof that the
    /// memory sets to any scan on this instruction set. For measuring, not for statistics (the order
    /// of additions is unspecified).
    pub fn sum(&self) -> f64 {
        (T::kernels(self.isa).sum)(&self.run)
    }

    fn check_dimension(&self, found: usize) -> Result<(), Error> {
        let expected = self.run.d();
        if found == expected {
            Ok(())
        } else {
            Err(Error::Dimension { what: "center", expected, found })
        }
    }
}
