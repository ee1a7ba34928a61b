//! Where one worker writes what it did: its counts and its times.
//!
//! Separate because every backend measures with the same few lines, so that no backend is timed
//! differently. A slot fills its own pair of cache lines: a worker that writes never takes a line away
//! from another one (128 bytes, because CPUs fetch lines in pairs).

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::{Error, Job, WorkerSample};
use crate::machine::affinity;
use crate::machine::clock::thread_cpu_ns;

/// One worker's record of one measured sample.
#[derive(Debug, Default)]
pub(super) struct Slot {
    tasks: Range<usize>,
    counts: Vec<u64>,
    start_ns: u64,
    stop_ns: u64,
    cpu_start_ns: Option<u64>,
    cpu_ns: Option<u64>,
    unstable: Option<usize>,
}

impl Slot {
    /// For a worker that counts `tasks`.
    pub(super) fn new(tasks: Range<usize>) -> Self {
        Self { counts: vec![0; tasks.len()], tasks, ..Self::default() }
    }

    /// Begins a measured sample on the worker's own thread: reads its CPU time.
    pub(super) fn open(&mut self) {
        self.unstable = None;
        self.cpu_start_ns = thread_cpu_ns();
    }

    /// Counts the worker's tasks in pass number `pass`, with `clock` as the sample's beginning.
    pub(super) fn pass(&mut self, job: &Job<'_>, pass: usize, clock: Instant) {
        let start_ns = elapsed_ns(clock);
        for (task, kept) in self.tasks.clone().zip(&mut self.counts) {
            let count = job.count(task);
            if pass > 0 && *kept != count {
                self.unstable.get_or_insert(task);
            }
            *kept = count;
        }
        if pass == 0 {
            self.start_ns = start_ns;
        }
        self.stop_ns = elapsed_ns(clock);
    }

    /// Ends a measured sample on the worker's own thread.
    pub(super) fn close(&mut self) {
        self.cpu_ns = thread_cpu_ns().zip(self.cpu_start_ns).map(|(stop, start)| stop - start);
    }

    /// The worker's times. Runs on the worker's own thread after the sample, because only there can
    /// be asked whether it still is on `cpu`.
    pub(super) fn report(&self, cpu: usize) -> WorkerSample {
        WorkerSample {
            cpu: affinity::current().unwrap_or(cpu),
            start_ns: self.start_ns,
            stop_ns: self.stop_ns,
            cpu_ns: self.cpu_ns,
            pinned: affinity::verify(cpu),
        }
    }

    /// Copies the worker's counts to their places among all `counts`.
    pub(super) fn collect(&self, backend: &'static str, counts: &mut [u64]) -> Result<(), Error> {
        if let Some(task) = self.unstable {
            return Err(Error::Unstable { backend, task });
        }
        counts[self.tasks.clone()].copy_from_slice(&self.counts);
        Ok(())
    }
}

/// A slot that shares its cache lines with nothing else. The lock is never contended: during a pass
/// only its worker uses it, between passes only the caller.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct Padded(Mutex<Slot>);

impl Padded {
    pub(super) fn new(slot: Slot) -> Self {
        Self(Mutex::new(slot))
    }

    /// The slot. A worker that died has left whatever it had; its team reports that by itself.
    pub(super) fn lock(&self) -> MutexGuard<'_, Slot> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nanoseconds since `clock`; 584 years fit.
pub(super) fn elapsed_ns(clock: Instant) -> u64 {
    clock.elapsed().as_nanos() as u64
}

#[cfg(test)]
mod tests {
    use super::{Padded, Slot};
    use crate::backend::{Error, Job};
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Instant;

    #[test]
    fn slots_do_not_share_cache_lines() {
        let slots = [Padded::new(Slot::new(0..1)), Padded::new(Slot::new(1..2))];
        assert!((&raw const slots[1]).addr() - (&raw const slots[0]).addr() >= 128);
        assert_eq!((&raw const slots[0]).addr() % 128, 0);
    }

    #[test]
    fn counts_land_in_their_places() {
        let job = Job::from_tasks(4, |task| task as u64 * 10);
        let mut slot = Slot::new(1..3);
        slot.open();
        slot.pass(&job, 0, Instant::now());
        slot.close();
        let mut counts = [7; 4];
        slot.collect("test", &mut counts).unwrap();
        assert_eq!(counts, [7, 10, 20, 7]);
        let report = slot.report(0);
        assert!(report.start_ns <= report.stop_ns);
    }

    #[test]
    fn a_count_that_changes_between_passes_is_an_error() {
        let calls = AtomicU64::new(0);
        let job = Job::from_tasks(1, |_| calls.fetch_add(1, Ordering::Relaxed));
        let mut slot = Slot::new(0..1);
        slot.open();
        slot.pass(&job, 0, Instant::now());
        slot.collect("test", &mut [0]).unwrap();
        slot.pass(&job, 1, Instant::now());
        let error = slot.collect("test", &mut [0]).unwrap_err();
        assert!(matches!(error, Error::Unstable { backend: "test", task: 0 }), "{error}");
    }
}
