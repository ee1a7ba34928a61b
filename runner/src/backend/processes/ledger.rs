//! All counts of a measured sample, however often and in whatever order they arrive.
//!
//! Pure, and apart from the [`team`](super::team), because one rule holds for all schedules: a width
//! that was counted before, in another pass or by another worker, must give the same count again.

use crate::backend::{Changed, Error, Question};

/// Counts that must not change.
#[derive(Debug)]
pub(super) struct Ledger<'c> {
    backend: &'static str,
    counts: &'c mut [u64],
    is_known: Vec<bool>,
    /// Width, count, and who counted it.
    noted: Vec<(usize, u64, usize)>,
}

impl<'c> Ledger<'c> {
    /// Nothing is known yet; `counts` has a place for each width and part.
    pub(super) fn new(backend: &'static str, question: &Question, counts: &'c mut [u64]) -> Self {
        let is_known = vec![false; counts.len()];
        Self { backend, counts, is_known, noted: Vec::with_capacity(question.places()) }
    }

    /// Enters the counts of some widths, as `worker` gave them.
    ///
    /// # Errors
    /// [`Error::Unstable`] names the first width that had another count before.
    pub(super) fn enter(
        &mut self,
        worker: usize,
        counts: impl IntoIterator<Item = (usize, u64)>,
    ) -> Result<(), Error> {
        for (width, now) in counts {
            let before = std::mem::replace(&mut self.counts[width], now);
            if std::mem::replace(&mut self.is_known[width], true) && before != now {
                return Err(self.unstable(worker, Changed { width, before, now }));
            }
        }
        Ok(())
    }

    /// Notes the counts of some widths in the order in which they come.
    pub(super) fn note(&mut self, worker: usize, counts: impl IntoIterator<Item = (usize, u64)>) {
        self.noted.extend(counts.into_iter().map(|(width, count)| (width, count, worker)));
    }

    /// Sorts what was noted by width, and enters it.
    ///
    /// # Errors
    /// As [`enter`](Self::enter).
    pub(super) fn enter_noted(&mut self) -> Result<(), Error> {
        let mut noted = std::mem::take(&mut self.noted);
        noted.sort_unstable();
        let mut in_order = noted.drain(..);
        let entered =
            in_order.try_for_each(|(width, count, worker)| self.enter(worker, [(width, count)]));
        drop(in_order);
        self.noted = noted;
        entered
    }

    /// The error for a width that was counted differently.
    pub(super) fn unstable(&self, worker: usize, changed: Changed) -> Error {
        Error::Unstable { backend: self.backend, worker, changed }
    }
}

#[cfg(test)]
mod tests {
    use super::Ledger;
    use crate::backend::{Job, Mode};

    #[test]
    fn counts_come_in_any_order_and_again_but_never_otherwise() {
        let job = Job::from_tasks(4, &|_| 0, Mode::Strong);
        let mut counts = [9; 4];
        let mut ledger = Ledger::new("test", job.question(), &mut counts);
        ledger.note(0, [(3, 30), (1, 10)]);
        ledger.note(1, [(0, 0), (2, 20)]);
        ledger.enter_noted().unwrap();
        ledger.enter(1, [(1, 10), (2, 20)]).unwrap();
        let error = ledger.enter(2, [(0, 0), (3, 31)]).unwrap_err().to_string();
        assert!(error.contains("width number 3"), "{error}");
        assert!(error.ends_with("worker 2 counted 31, before it was 30"), "{error}");
        ledger.note(4, [(1, 11)]);
        let error = ledger.enter_noted().unwrap_err().to_string();
        assert!(error.ends_with("worker 4 counted 11, before it was 10"), "{error}");
        assert_eq!(counts[..3], [0, 11, 20]);
    }
}
