//! What users would write: a parallel iterator over the tasks, whose scheduler steals work.
//!
//! The team is the pinned pool of [`threads`](super::threads); only the scheduling differs. The caller
//! hands every pass over to the pool and sleeps until it is done, as a program does that calls
//! `pool.install`. Which worker does which task is rayon's decision, anew for every pass, so that a
//! worker's start, stop and counting time are unknown: to read the clock around each task would cost
//! a few per cent of short ones. Tasks and CPU time of each worker are known.
//!
//! Throughput is not measured: a scheduler that moves tasks has no worker's own job. For weak scaling
//! task t of job w counts on copy w of the samples, whoever does it; where copies lie is decided by
//! the workers that made them.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rayon::ThreadPool;
use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSliceMut as _;

use super::slot::{Padded, Slot, first_change};
use super::threads::{pool, replicas};
use super::{
    Backend, Bound, Error, Job, Mode, Sample, Scaling, Startup, Team, WorkerSample, check,
    last_words,
};
use crate::input::AnySamples;
use crate::machine::clock;
use crate::placement::Placement;

/// The backend of rayon's parallel iterators.
#[derive(Clone, Copy, Debug)]
pub struct Rayon;

const NAME: &str = "rayon";

impl Backend for Rayon {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "what users would write: par_iter over the tasks on a pinned pool, work stealing"
    }

    fn scaling(&self) -> Scaling {
        Scaling::Any
    }

    fn modes(&self) -> &'static [Mode] {
        &[Mode::Strong, Mode::Weak]
    }

    fn prepare<'a>(
        &self,
        job: &'a Job<'a>,
        placement: &Placement,
        _patience: Duration,
    ) -> Result<Box<dyn Team + 'a>, Error> {
        check(self, job, placement)?;
        let began_ns = clock::now_ns();
        let pool = pool(NAME, placement)?;
        // A worker's slot holds its times only; counts come through the iterator.
        let slots = pool.broadcast(|_| Padded::new(Slot::new(job.question(), 0..0)));
        let ready_ns = clock::now_ns();
        let replicas = replicas(NAME, &pool, job)?;
        let startup = Startup {
            setup_ns: ready_ns - began_ns,
            transfer_ns: if replicas.is_empty() { 0 } else { clock::now_ns() - ready_ns },
        };
        let seats = placement.seats.clone();
        Ok(Box::new(Stealing { job, pool, seats, slots, replicas, startup }))
    }
}

/// A pool that distributes tasks by itself.
#[derive(Debug)]
struct Stealing<'a> {
    job: &'a Job<'a>,
    pool: ThreadPool,
    seats: Vec<Option<usize>>,
    slots: Vec<Padded>,
    replicas: Vec<AnySamples>,
    startup: Startup,
}

/// How many tasks a worker did, on cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Done(AtomicU64);

impl Stealing<'_> {
    /// The jobs of one pass: one, or one for each worker.
    fn jobs(&self) -> Vec<Bound<'_>> {
        if self.replicas.is_empty() {
            let jobs = if self.job.mode().replicates() { self.slots.len() } else { 1 };
            return (0..jobs).map(|_| self.job.bind()).collect();
        }
        self.replicas.iter().map(|own| self.job.bind_to(own)).collect()
    }

    /// One pass: `counts` becomes the counts of all jobs, one after another.
    fn pass(&self, jobs: &[Bound<'_>], counts: &mut [u64], done: &[Done]) {
        let question = self.job.question();
        let per_scan = question.widths_per_scan.get();
        // The tasks of the last scan may count fewer widths than all others.
        let in_last = question.widths.len() % per_scan;
        let before_last = (question.widths.len() - in_last) * question.parts.get();
        self.pool.install(|| {
            let all = counts.par_chunks_mut(question.places().max(1)).zip(jobs);
            all.for_each(|(counts, job)| {
                let (full, last) = counts.split_at_mut(before_last);
                let tasks =
                    full.par_chunks_mut(per_scan).chain(last.par_chunks_mut(in_last.max(1)));
                tasks.enumerate().for_each(|(task, counts)| {
                    job.count(task, counts);
                    if let Some(worker) = rayon::current_thread_index() {
                        done[worker].0.fetch_add(1, Ordering::Relaxed);
                    }
                });
            });
        });
    }

    /// All passes. `counts` becomes those of the first job, with which all others must agree.
    fn passes(
        &self,
        passes: NonZeroUsize,
        counts: &mut [u64],
        done: &[Done],
    ) -> Result<Sample, Error> {
        let jobs = self.jobs();
        let mut all = vec![0; counts.len() * jobs.len()];
        let mut unstable = None;
        self.pool.broadcast(|context| self.slots[context.index()].lock().open());
        let began_ns = clock::now_ns();
        for pass in 0..passes.get() {
            self.pass(&jobs, &mut all, done);
            if pass == 0 {
                counts.copy_from_slice(&all[..counts.len()]);
            }
            let mut jobs = all.chunks_exact(counts.len().max(1)).enumerate();
            let differs = jobs.find_map(|(job, now)| Some((job, first_change(counts, now)?)));
            unstable = unstable.or(differs);
        }
        let wall_ns = clock::now_ns() - began_ns;
        let workers = self.pool.broadcast(|context| {
            let worker = context.index();
            let mut slot = self.slots[worker].lock();
            slot.close();
            WorkerSample {
                tasks: done[worker].0.load(Ordering::Relaxed),
                busy_ns: None,
                waiting_cpu_ns: None,
                migrations: None,
                ..slot.report(self.seats[worker], began_ns)
            }
        });
        match unstable {
            // Who counted is not known: in weak scaling the number of the job is told instead.
            Some((worker, changed)) => Err(Error::Unstable { backend: NAME, worker, changed }),
            None => Ok(Sample { wall_ns, phases: None, clock_readings: 2, workers }),
        }
    }
}

impl Team for Stealing<'_> {
    fn startup(&self) -> Startup {
        self.startup
    }

    fn measure(&mut self, passes: NonZeroUsize, counts: &mut [u64]) -> Result<Sample, Error> {
        let done: Vec<Done> = self.slots.iter().map(|_| Done::default()).collect();
        catch_unwind(AssertUnwindSafe(|| self.passes(passes, counts, &done))).unwrap_or_else(
            |panic| Err(Error::Died { backend: NAME, message: last_words(panic.as_ref()) }),
        )
    }

    fn dismiss(self: Box<Self>) -> Result<u64, Error> {
        let began_ns = clock::now_ns();
        drop(self);
        Ok(clock::now_ns() - began_ns)
    }
}
