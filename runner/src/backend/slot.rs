//! Where one worker writes what it did: its counts and its times.
//!
//! Separate because every backend measures with the same few lines, so that no backend is timed
//! differently. A slot fills its own pair of cache lines: a worker that writes never takes a line away
//! from another one (128 bytes, because CPUs fetch lines in pairs).
//!
//! In every pass the clock is read twice, and after every round of passes the number of the CPU,
//! without a system call; that costs as much as reading the clock.
//! CPU time, which needs one, is read at the beginning and the end of a sample, and around waits that
//! are long anyway (`wait`). Next: `wait`; [`threads`](super::threads), which uses both.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::wait::Waited;
use super::{Bound, Changed, Error, Question, WorkerSample};
use crate::machine::clock;
use crate::machine::{affinity, counters::ThreadCounters};

/// One worker's record of one measured sample.
#[derive(Debug, Default)]
pub(super) struct Slot {
    /// The places of the counts of each of its tasks, task after task.
    tasks: Vec<Range<usize>>,
    first_task: usize,
    /// Counts of the places from `first_width` on: of widths, unless samples are cut into parts.
    counts: Vec<u64>,
    first_width: usize,
    passes: u64,
    /// Tasks done, counting each as often as it was done.
    done: u64,
    /// Begin and end of the last round.
    round_ns: Range<u64>,
    first_start_ns: u64,
    busy_ns: u64,
    cpu: Option<usize>,
    migrations: u64,
    cpu_clock_readings: u64,
    clock_mhz_before: Option<f64>,
    cpu_began_ns: Option<u64>,
    cpu_ns: Option<u64>,
    waiting_cpu_ns: u64,
    counters: ThreadCounters,
    unstable: Option<Changed>,
}

impl Slot {
    /// For a worker that does `tasks` of `question`.
    pub(super) fn new(question: &Question, tasks: Range<usize>) -> Self {
        let first_task = tasks.start;
        let tasks: Vec<_> = tasks.map(|task| question.places_of(task)).collect();
        let first_width = tasks.first().map_or(0, |widths| widths.start);
        let end = tasks.last().map_or(0, |widths| widths.end);
        Self {
            counts: vec![0; end - first_width],
            tasks,
            first_task,
            first_width,
            ..Self::default()
        }
    }

    /// Begins a measured sample on the worker's own thread.
    pub(super) fn open(&mut self) {
        self.unstable = None;
        (self.passes, self.done) = (0, 0);
        (self.busy_ns, self.waiting_cpu_ns, self.migrations) = (0, 0, 0);
        self.cpu_clock_readings = 0;
        self.clock_mhz_before = clock::mhz();
        self.cpu = affinity::current();
        self.counters = ThreadCounters::read();
        self.cpu_began_ns = clock::thread_cpu_ns();
    }

    /// Counts the worker's tasks `passes` times, one right after another.
    pub(super) fn round(&mut self, bound: &Bound<'_>, passes: usize) {
        for pass in 0..passes {
            let start_ns = clock::now_ns();
            self.pass(bound);
            let stop_ns = clock::now_ns();
            if pass == 0 {
                self.round_ns.start = start_ns;
            }
            if self.passes == 0 {
                self.first_start_ns = start_ns;
            }
            self.passes += 1;
            self.done += self.tasks.len() as u64;
            self.round_ns.end = stop_ns;
            self.busy_ns += stop_ns - start_ns;
        }
        self.locate();
    }

    /// Notes on which CPU the worker is now.
    fn locate(&mut self) {
        let cpu = affinity::current();
        self.migrations += u64::from(cpu != self.cpu);
        self.cpu = cpu;
    }

    /// Counts every task.
    fn pass(&mut self, bound: &Bound<'_>) {
        for (task, widths) in self.tasks.iter().enumerate() {
            let kept =
                &mut self.counts[widths.start - self.first_width..widths.end - self.first_width];
            if self.passes == 0 {
                bound.count(self.first_task + task, kept);
            } else if let Some(changed) = recount(bound, self.first_task + task, kept) {
                let width = widths.start + changed.width;
                self.unstable.get_or_insert(Changed { width, ..changed });
            }
        }
    }

    /// Adds what waiting took.
    pub(super) fn waited(&mut self, waited: Waited) {
        self.waiting_cpu_ns += waited.cpu_ns;
        self.cpu_clock_readings += waited.cpu_clock_readings;
    }

    /// When the last round began and ended; `None` for a worker without tasks.
    pub(super) fn last_round(&self) -> Option<Range<u64>> {
        (!self.tasks.is_empty()).then(|| self.round_ns.clone())
    }

    /// Ends a measured sample on the worker's own thread.
    pub(super) fn close(&mut self) {
        self.cpu_ns = clock::thread_cpu_ns().zip(self.cpu_began_ns).map(|(end, began)| end - began);
        self.counters = ThreadCounters::read().since(self.counters);
    }

    /// The worker's times, with `began_ns` as the sample's beginning. Runs on the worker's own thread
    /// after the sample, because only there can be asked whether it still is on its `seat`.
    pub(super) fn report(&self, seat: Option<usize>, began_ns: u64) -> WorkerSample {
        let idle = self.done == 0;
        let since = |ns: u64| (!idle).then(|| ns.saturating_sub(began_ns));
        WorkerSample {
            cpu: affinity::current(),
            pinned: seat.is_some_and(affinity::verify),
            migrations: Some(self.migrations),
            start_ns: since(self.first_start_ns),
            stop_ns: since(self.round_ns.end),
            busy_ns: Some(self.busy_ns),
            tasks: self.done,
            cpu_ns: self.cpu_ns,
            waiting_cpu_ns: self.cpu_ns.map(|_| self.waiting_cpu_ns),
            cpu_clock_readings: self.cpu_clock_readings,
            counters: self.counters,
            clock_mhz_before: self.clock_mhz_before,
            clock_mhz: clock::mhz(),
        }
    }

    /// Copies the counts of its `worker` to their places among all `counts`.
    pub(super) fn collect(
        &self,
        backend: &'static str,
        worker: usize,
        counts: &mut [u64],
    ) -> Result<(), Error> {
        if let Some(changed) = self.unstable {
            return Err(Error::Unstable { backend, worker, changed });
        }
        counts[self.first_width..self.first_width + self.counts.len()]
            .copy_from_slice(&self.counts);
        Ok(())
    }

    /// Compares the counts of its `worker` with those of another one that did the same tasks.
    pub(super) fn compare(
        &self,
        backend: &'static str,
        worker: usize,
        counts: &[u64],
    ) -> Result<(), Error> {
        let others = counts.get(self.first_width..).unwrap_or_default();
        let differs = first_change(others, &self.counts)
            .map(|changed| Changed { width: self.first_width + changed.width, ..changed });
        match self.unstable.or(differs) {
            Some(changed) => Err(Error::Unstable { backend, worker, changed }),
            None => Ok(()),
        }
    }
}

/// What workers need that answer from another process.
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "such workers need Linux"))]
impl Slot {
    /// Counts one of the worker's tasks, once: a round of its own. Whoever hands tasks out singly
    /// compares the counts, too, because a task may meet another worker in every pass.
    ///
    /// # Panics
    /// If the task is not one of the worker's.
    pub(super) fn single(&mut self, bound: &Bound<'_>, task: usize) {
        let start_ns = clock::now_ns();
        let place = self.place(task);
        bound.count(task, &mut self.counts[place]);
        let stop_ns = clock::now_ns();
        self.round_ns = start_ns..stop_ns;
        if self.done == 0 {
            self.first_start_ns = start_ns;
        }
        self.done += 1;
        self.busy_ns += stop_ns - start_ns;
        self.locate();
    }

    /// Where the counts of a task are kept.
    fn place(&self, task: usize) -> Range<usize> {
        let widths = &self.tasks[task - self.first_task];
        widths.start - self.first_width..widths.end - self.first_width
    }

    /// The counts of all of the worker's tasks.
    pub(super) fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The counts of one of the worker's tasks.
    pub(super) fn counts_of(&self, task: usize) -> &[u64] {
        &self.counts[self.place(task)]
    }

    /// The first width that two passes of this sample counted differently.
    pub(super) fn unstable(&self) -> Option<Changed> {
        self.unstable
    }
}

/// Does a task again; the first of its widths that is not counted as before, from its own first on.
fn recount(bound: &Bound<'_>, task: usize, kept: &mut [u64]) -> Option<Changed> {
    if let [kept] = kept {
        let mut now = 0;
        bound.count(task, std::slice::from_mut(&mut now));
        let before = std::mem::replace(kept, now);
        return (before != now).then_some(Changed { width: 0, before, now });
    }
    let before = kept.to_vec();
    bound.count(task, kept);
    first_change(&before, kept)
}

/// The first place at which two lists of counts differ.
pub(super) fn first_change(before: &[u64], now: &[u64]) -> Option<Changed> {
    let mut pairs = before.iter().zip(now).enumerate();
    pairs.find_map(|(width, (&before, &now))| {
        (before != now).then_some(Changed { width, before, now })
    })
}

/// A slot that shares its cache lines with nothing else. The lock is never contended: during a pass
/// only its worker uses it, between passes only the one who collects.
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

#[cfg(test)]
mod tests {
    use super::{Padded, Slot};
    use crate::backend::{Changed, Error, Job, Mode};
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn slots_do_not_share_cache_lines() {
        let slots = [Padded::new(Slot::default()), Padded::new(Slot::default())];
        assert!((&raw const slots[1]).addr() - (&raw const slots[0]).addr() >= 128);
        assert_eq!((&raw const slots[0]).addr() % 128, 0);
    }

    #[test]
    fn counts_land_in_their_places() {
        let job = Job::from_tasks(4, &|task| task as u64 * 10, Mode::Strong);
        let mut slot = Slot::new(job.question(), 1..3);
        slot.open();
        slot.round(&job.bind(), 2);
        slot.close();
        let mut counts = [7; 4];
        slot.collect("test", 0, &mut counts).unwrap();
        assert_eq!(counts, [7, 10, 20, 7]);
        slot.compare("test", 1, &[0, 10, 20, 30]).unwrap();
        match slot.compare("test", 1, &[0, 10, 21, 30]).unwrap_err() {
            Error::Unstable { worker, changed, .. } => {
                assert_eq!((worker, changed), (1, Changed { width: 2, before: 21, now: 20 }));
            }
            other => panic!("{other}"),
        }
        let report = slot.report(None, 0);
        assert!(report.start_ns <= report.stop_ns && report.tasks == 4 && !report.pinned);
    }

    #[test]
    fn single_tasks_are_counted_and_timed_as_rounds() {
        let job = Job::from_tasks(4, &|task| task as u64 * 10, Mode::Strong);
        let mut slot = Slot::new(job.question(), 1..4);
        slot.open();
        for task in [3, 1, 3] {
            slot.single(&job.bind(), task);
            assert_eq!(slot.counts_of(task), [task as u64 * 10]);
        }
        slot.close();
        assert_eq!(slot.counts(), [10, 0, 30]);
        let report = slot.report(None, 0);
        assert_eq!((report.tasks, report.stop_ns), (3, Some(slot.last_round().unwrap().end)));
        assert!(report.start_ns.unwrap() <= slot.last_round().unwrap().start);
    }

    #[test]
    fn a_worker_without_tasks_reports_no_times() {
        let job = Job::from_tasks(4, &|task| task as u64, Mode::Strong);
        let mut slot = Slot::new(job.question(), 4..4);
        slot.open();
        slot.round(&job.bind(), 1);
        slot.close();
        slot.collect("test", 0, &mut [7; 4]).unwrap();
        assert_eq!((slot.report(None, 0).start_ns, slot.report(None, 0).tasks), (None, 0));
    }

    #[test]
    fn counts_that_change_between_passes_are_found() {
        let calls = AtomicU64::new(0);
        let count = |_| calls.fetch_add(1, Ordering::Relaxed);
        let job = Job::from_tasks(1, &count, Mode::Strong);
        let mut slot = Slot::new(job.question(), 0..1);
        slot.open();
        slot.round(&job.bind(), 1);
        slot.collect("test", 3, &mut [0]).unwrap();
        slot.round(&job.bind(), 1);
        let error = slot.collect("test", 3, &mut [0]).unwrap_err().to_string();
        assert!(error.contains("width number 0"), "{error}");
        assert!(error.ends_with("worker 3 counted 1, before it was 0"), "{error}");
    }
}
