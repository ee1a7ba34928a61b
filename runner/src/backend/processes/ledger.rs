//! All counts of a measured sample, however often and in whatever order they arrive.
//!
//! Pure, and apart from the [`team`](super::team), because one rule holds for all schedules: a width
//! that was counted before, in another pass or by another worker, must give the same count again.

use crate::backend::{Error, Question};

/// Counts that must not change.
#[derive(Debug)]
pub(super) struct Ledger<'c> {
    backend: &'static str,
    counts: &'c mut [u64],
    is_known: Vec<bool>,
    noted: Vec<(usize, u64)>,
}

impl<'c> Ledger<'c> {
    /// Nothing is known yet; `counts` has a place for each width and part.
    pub(super) fn new(backend: &'static str, question: &Question, counts: &'c mut [u64]) -> Self {
        let is_known = vec![false; counts.len()];
        Self { backend, counts, is_known, noted: Vec::with_capacity(question.places()) }
    }

    /// Enters the counts of some widths.
    ///
    /// # Errors
    /// [`Error::Unstable`] names the first width that had another count before.
    pub(super) fn enter(
        &mut self,
        counts: impl IntoIterator<Item = (usize, u64)>,
    ) -> Result<(), Error> {
        for (width, count) in counts {
            if std::mem::replace(&mut self.is_known[width], true) && self.counts[width] != count {
                return Err(self.unstable(width));
            }
            self.counts[width] = count;
        }
        Ok(())
    }

    /// Notes the counts of some widths in the order in which they come.
    pub(super) fn note(&mut self, counts: impl IntoIterator<Item = (usize, u64)>) {
        self.noted.extend(counts);
    }

    /// Sorts what was noted by width, and enters it.
    ///
    /// # Errors
    /// As [`enter`](Self::enter).
    pub(super) fn enter_noted(&mut self) -> Result<(), Error> {
        let mut noted = std::mem::take(&mut self.noted);
        noted.sort_unstable();
        let entered = self.enter(noted.drain(..));
        self.noted = noted;
        entered
    }

    /// The error for a width that was counted differently.
    pub(super) fn unstable(&self, width: usize) -> Error {
        Error::Unstable { backend: self.backend, width }
    }
}

#[cfg(test)]
mod tests {
    use super::Ledger;
    use crate::backend::{Error, Job, Mode};

    #[test]
    fn counts_come_in_any_order_and_again_but_never_otherwise() {
        let job = Job::from_tasks(4, &|_| 0, Mode::Strong);
        let mut counts = [9; 4];
        let mut ledger = Ledger::new("test", job.question(), &mut counts);
        ledger.note([(3, 30), (1, 10)]);
        ledger.note([(0, 0), (2, 20)]);
        ledger.enter_noted().unwrap();
        ledger.enter([(1, 10), (2, 20)]).unwrap();
        let error = ledger.enter([(0, 0), (3, 31)]).unwrap_err();
        assert!(matches!(error, Error::Unstable { backend: "test", width: 3 }), "{error}");
        assert_eq!(counts, [0, 10, 20, 30]);
    }
}
