//! The one model of work: a list of tasks, each of which gives a count.
//!
//! A task is one width, and counting it is one scan over all samples, as the article does it. (All
//! widths in one scan, [`kernel::Counter::count_widths`], is the better program but leaves nothing to
//! hand out.) Separate from the backends, which know tasks only by number. Next: [`super::Backend`].

use std::fmt;

use kernel::isa::Isa;
use kernel::{Counter, Element, Run, Width, Window};

/// Tasks `0..tasks()`, each of which any worker may count.
pub struct Job<'a> {
    tasks: usize,
    count: Box<dyn Fn(usize) -> u64 + Send + Sync + 'a>,
}

impl<'a> Job<'a> {
    /// One task for each width: the number of samples of `run` in the window around `center`.
    ///
    /// # Errors
    /// - [`kernel::Error::Dimension`] if `center` has not one coordinate for each dimension of `run`;
    /// - [`kernel::Error::CenterNotFinite`], [`kernel::Error::WidthNotPositive`];
    /// - [`kernel::Error::IsaUnavailable`].
    pub fn new<T: Element>(
        run: Run<'a, T>,
        isa: &'static Isa,
        center: &[f64],
        widths: &[f64],
    ) -> Result<Self, kernel::Error> {
        let (expected, found) = (run.d(), center.len());
        if found != expected {
            return Err(kernel::Error::Dimension { what: "center", expected, found });
        }
        let counter = Counter::with_isa(run, isa)?;
        let windows: Vec<Window> = widths
            .iter()
            .map(|&h| Window::new(center, Width::new(h)?))
            .collect::<Result<_, kernel::Error>>()?;
        Ok(Self::from_tasks(windows.len(), move |task| {
            counter.count(&windows[task]).unwrap_or_else(|error| {
                // Counting fails for a wrong dimension only, which was refused above.
                unreachable!("{error}")
            })
        }))
    }

    /// Tasks that are counted by `count(task)`, which gives the same result whenever it is called.
    pub fn from_tasks(tasks: usize, count: impl Fn(usize) -> u64 + Send + Sync + 'a) -> Self {
        Self { tasks, count: Box::new(count) }
    }

    /// Number of tasks.
    pub fn tasks(&self) -> usize {
        self.tasks
    }

    /// Counts one task.
    ///
    /// # Panics
    /// If there is no such task.
    pub fn count(&self, task: usize) -> u64 {
        (self.count)(task)
    }
}

impl fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Job({} tasks)", self.tasks)
    }
}

#[cfg(test)]
mod tests {
    use super::Job;
    use kernel::{Error, Samples, isa};

    #[test]
    fn one_task_for_each_width() {
        let samples = Samples::from_rows(&[0.0, 0.0, 0.5, -0.5, 0.6, 0.0], 2).unwrap();
        let job = Job::new(samples.all(), isa::best(), &[0.0, 0.0], &[1.2, 0.1, 1.0]).unwrap();
        let counts: Vec<u64> = (0..job.tasks()).map(|task| job.count(task)).collect();
        assert_eq!(counts, [3, 1, 2]);
    }

    #[test]
    fn windows_that_do_not_fit_are_refused() {
        let samples = Samples::from_rows(&[0.0, 0.0], 2).unwrap();
        let job = |center: &[f64], widths: &[f64]| {
            Job::new(samples.all(), isa::best(), center, widths).unwrap_err()
        };
        let dimension = Error::Dimension { what: "center", expected: 2, found: 1 };
        assert_eq!(job(&[0.0], &[1.0]), dimension);
        assert!(matches!(job(&[0.0, 0.0], &[1.0, 0.0]), Error::WidthNotPositive { .. }));
        assert!(matches!(job(&[0.0, f64::NAN], &[1.0]), Error::CenterNotFinite { .. }));
    }
}
