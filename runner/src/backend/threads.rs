//! Pinned threads of one process: a rayon pool of exactly as many threads as there are workers.
//!
//! rayon serves as a team, through `broadcast`, which runs a closure once on every worker. Its
//! parallel iterators steal work, so that "worker 2 counted tasks 50 to 99" would no longer hold.
//!
//! - Shares are static and contiguous ([`share`](crate::share)): every sample does the same work in
//!   the same places.
//! - Workers pin themselves when they start. The pool is made by a thread that is not pinned.
//! - In every pass the workers meet at a spin barrier before they count, so that they start together
//!   however late the first and the last of them woke up: what start-up skew is left is bounded by
//!   the barrier, that is by how soon each of them sees the last one arrive. Waiting there is in the
//!   figure, like all that handing out costs. A worker that has spun for a while yields; with more
//!   workers than CPUs it yields at once, because the one that it waits for may need this very CPU
//!   (skew is then a matter of the scheduler).
//! - The caller sleeps until the last worker is done, and takes no CPU from them.
//! - The pool lives as long as the team. Workers of a team that is not measured yield a few times
//!   after their last pass and then sleep.
//!
//! Next: `slot`, where workers write; [`serial`](super::serial), the baseline.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::slot::{Padded, Slot, elapsed_ns};
use super::{Backend, Error, Job, Sample, Scaling, Team, check_workers, last_words};
use crate::machine::affinity;
use crate::placement::Placement;
use crate::share::shares;

/// The thread backend.
#[derive(Clone, Copy, Debug)]
pub struct Threads;

const NAME: &str = "threads";
/// How often a worker with a CPU of its own looks for the others before it yields.
const SPINS: usize = 1000;

impl Backend for Threads {
    fn name(&self) -> &'static str {
        NAME
    }

    fn scaling(&self) -> Scaling {
        Scaling::Any
    }

    fn prepare<'a>(
        &self,
        job: &'a Job<'a>,
        placement: &Placement,
    ) -> Result<Box<dyn Team + 'a>, Error> {
        check_workers(self, placement)?;
        let (workers, cpus) = (placement.workers(), Arc::new(placement.cpus.clone()));
        let seats = Arc::clone(&cpus);
        let pool = ThreadPoolBuilder::new()
            .num_threads(workers)
            .thread_name(|worker| format!("{NAME}-{worker}"))
            .start_handler(move |worker| {
                // A refusal shows in every sample, after which the mask is read back.
                let _reported = affinity::pin(seats[worker]);
            })
            .build()
            .map_err(|error| Error::Start { backend: NAME, workers, source: error.into() })?;
        let slots = shares(job.tasks(), workers).into_iter().map(Slot::new).map(Padded::new);
        let spins = if placement.is_oversubscribed() { 0 } else { SPINS };
        Ok(Box::new(Pinned { job, pool, cpus, slots: slots.collect(), spins }))
    }
}

/// The workers and their slots; worker w sits on `cpus[w]` and writes into `slots[w]`.
#[derive(Debug)]
struct Pinned<'a> {
    job: &'a Job<'a>,
    pool: ThreadPool,
    cpus: Arc<Vec<usize>>,
    slots: Vec<Padded>,
    /// How often a worker spins at the barrier before it yields.
    spins: usize,
}

impl Pinned<'_> {
    /// Hands out one pass and waits for all workers.
    fn pass(&self, pass: usize, passes: usize, clock: Instant) {
        let arrived = AtomicUsize::new(0);
        self.pool.broadcast(|context| {
            let slot = &mut *self.slots[context.index()].lock();
            if pass == 0 {
                slot.open();
            }
            meet(&arrived, self.slots.len(), self.spins);
            slot.pass(self.job, pass, clock);
            if pass + 1 == passes {
                slot.close();
            }
        });
    }
}

/// Waits until `workers` workers have come here; looks `spins` times before it yields.
fn meet(arrived: &AtomicUsize, workers: usize, mut spins: usize) {
    arrived.fetch_add(1, Ordering::AcqRel);
    while arrived.load(Ordering::Acquire) < workers {
        if spins > 0 {
            spins -= 1;
            std::hint::spin_loop();
        } else {
            std::thread::yield_now();
        }
    }
}

impl Team for Pinned<'_> {
    fn measure(&mut self, passes: NonZeroUsize, counts: &mut [u64]) -> Result<Sample, Error> {
        assert_eq!(counts.len(), self.job.tasks(), "places for counts");
        let clock = Instant::now();
        // A worker that panics ends its pass; `broadcast` then panics here, after all are done.
        catch_unwind(AssertUnwindSafe(|| {
            for pass in 0..passes.get() {
                self.pass(pass, passes.get(), clock);
            }
        }))
        .map_err(|panic| Error::Died { backend: NAME, message: last_words(panic.as_ref()) })?;
        let wall_ns = elapsed_ns(clock);
        let workers = self.pool.broadcast(|context| {
            let worker = context.index();
            self.slots[worker].lock().report(self.cpus[worker])
        });
        for slot in &self.slots {
            slot.lock().collect(NAME, counts)?;
        }
        Ok(Sample { wall_ns, workers })
    }
}
