//! Pinned threads of one process: a rayon pool of exactly as many threads as there are workers.
//!
//! rayon serves as a team, through `broadcast`, which runs a closure once on every worker. Its
//! parallel iterators steal work, so that "worker 2 counted tasks 50 to 99" would no longer hold
//! ([`super::par_iter`] measures them).
//!
//! One broadcast lasts for a whole measured sample. Inside it worker 0 leads and the others follow:
//!
//! ```text
//! leader:    all ready? ─► turn += 1 ─► own share ─► all arrived? ─► gather counts ─► again
//! followers: ready ─► turn? ─► own share ─► arrived ─► again
//! at last:   leader: last clock reading ─► turn += 1; all: read counters
//! ```
//!
//! 1. Shares are static and contiguous ([`share`](crate::share)): every sample does the same work in
//!    the same places.
//! 2. Workers pin themselves when they start. The pool is made by a thread that is not pinned, and
//!    that thread sleeps during the sample: it takes no CPU from the workers. Were it the leader, it
//!    would need a CPU of its own or wake up for every pass, which costs some 50 µs on a virtual
//!    machine (a broadcast for every pass cost 65 µs there).
//! 3. Nobody sleeps between passes (`wait`), and the change of `turn` is also the common start.
//! 4. Where the mode gives every worker samples of its own, each copies them itself: who touches memory
//!    first decides on which NUMA node it lies. So it is with the slots' counts.
//! 5. `turn` and `arrived` have cache lines of their own.
//! 6. Followers read their counters only when the leader has read its clock for the last time. They
//!    hold the lock of their slot meanwhile, and reading means opening files: the leader, which needs
//!    the same lock to gather the last counts, would wait for it inside the timed part.
//!
//! Next: `slot`, where workers write; [`serial`](super::serial), the baseline.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::slot::{Padded, Slot};
use super::wait::{self, Manners};
use super::{
    Backend, Bound, Error, Job, Mode, Phases, Sample, Scaling, Startup, Team, WorkerSample, check,
    last_words,
};
use crate::input::AnySamples;
use crate::machine::{affinity, clock};
use crate::placement::Placement;

/// The thread backend.
#[derive(Clone, Copy, Debug)]
pub struct Threads;

const NAME: &str = "threads";

impl Backend for Threads {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "pinned threads of one process, static shares, nobody sleeps between passes"
    }

    fn scaling(&self) -> Scaling {
        Scaling::Any
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
        let shares = job.shares(placement.workers());
        let slots = pool.broadcast(|context| {
            Padded::new(Slot::new(job.question(), shares[context.index()].clone()))
        });
        let ready_ns = clock::now_ns();
        let replicas = replicas(NAME, &pool, job)?;
        let startup = Startup {
            setup_ns: ready_ns - began_ns,
            transfer_ns: if replicas.is_empty() { 0 } else { clock::now_ns() - ready_ns },
        };
        let manners = if placement.is_oversubscribed() { Manners::Yield } else { Manners::Spin };
        let seats = placement.seats.clone();
        Ok(Box::new(Pinned { job, pool, seats, slots, replicas, manners, startup }))
    }
}

/// A pool with a pinned thread on each seat.
pub(super) fn pool(backend: &'static str, placement: &Placement) -> Result<ThreadPool, Error> {
    let (workers, seats) = (placement.workers(), placement.seats.clone());
    ThreadPoolBuilder::new()
        .num_threads(workers)
        .thread_name(move |worker| format!("{backend}-{worker}"))
        .start_handler(move |worker| {
            if let Some(cpu) = seats[worker] {
                // A refusal shows in every sample, after which the mask is read back.
                let _reported = affinity::pin(cpu);
            }
        })
        .build()
        .map_err(|error| Error::Start { backend, workers, source: error.into() })
}

/// A copy of the job's samples for each worker, made by the worker itself; none where the mode or the
/// job has none.
pub(super) fn replicas(
    backend: &'static str,
    pool: &ThreadPool,
    job: &Job<'_>,
) -> Result<Vec<AnySamples>, Error> {
    let Some(samples) = job.samples().filter(|_| job.mode().replicates()) else {
        return Ok(Vec::new());
    };
    let copies = pool.broadcast(|_| samples.copy());
    let workers = copies.len();
    copies.into_iter().collect::<Result<_, _>>().map_err(|error| Error::Start {
        backend,
        workers,
        source: error.into(),
    })
}

/// The workers; worker w sits on `seats[w]` and writes into `slots[w]`.
#[derive(Debug)]
struct Pinned<'a> {
    job: &'a Job<'a>,
    pool: ThreadPool,
    seats: Vec<Option<usize>>,
    slots: Vec<Padded>,
    replicas: Vec<AnySamples>,
    manners: Manners,
    startup: Startup,
}

/// A number on cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Alone(AtomicUsize);

/// What the workers share during one sample.
#[derive(Debug)]
struct Session {
    /// The round that may be worked on; 0 before the first, one more than there are after the last
    /// clock reading.
    turn: Alone,
    /// Followers that were ready, plus rounds that followers have finished.
    arrived: Alone,
    /// A worker panicked: nobody may wait for it.
    abandoned: AtomicBool,
    /// When the first round began.
    began_ns: AtomicU64,
    rounds: usize,
    passes_per_round: usize,
}

impl Session {
    fn new(mode: Mode, passes: NonZeroUsize) -> Self {
        let (rounds, passes_per_round) = mode.rounds(passes);
        Self {
            turn: Alone::default(),
            arrived: Alone::default(),
            abandoned: AtomicBool::new(false),
            began_ns: AtomicU64::new(0),
            rounds,
            passes_per_round,
        }
    }

    fn is_abandoned(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed)
    }
}

/// Tells the others when its worker panics.
struct Guard<'s>(&'s Session);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.abandoned.store(true, Ordering::Relaxed);
        }
    }
}

/// What the leader knows at the end of a sample.
#[derive(Debug, Default)]
struct Outcome {
    wall_ns: u64,
    phases: Phases,
    failure: Option<Error>,
}

impl Pinned<'_> {
    fn bind(&self, worker: usize) -> Bound<'_> {
        self.replicas.get(worker).map_or_else(|| self.job.bind(), |own| self.job.bind_to(own))
    }

    /// Worker 0 during a sample.
    fn lead(&self, session: &Session, counts: &mut [u64]) -> Outcome {
        let (bound, slot) = (self.bind(0), &self.slots[0]);
        let mut outcome = Outcome::default();
        slot.lock().open();
        let followers = self.slots.len() - 1;
        let all_arrived = |round: usize| {
            let due = followers * (round + 1);
            let ready = || session.arrived.0.load(Ordering::Acquire) >= due;
            wait::until(ready, &session.abandoned, self.manners)
        };
        all_arrived(0); // not in the sample, and its CPU time neither
        slot.lock().open();
        let first_ns = clock::now_ns();
        session.began_ns.store(first_ns, Ordering::Relaxed);
        let mut began_ns = first_ns;
        for round in 1..=session.rounds {
            session.turn.0.store(round, Ordering::Release);
            slot.lock().round(&bound, session.passes_per_round);
            let waited = all_arrived(round);
            slot.lock().waited(waited);
            if session.is_abandoned() {
                return outcome;
            }
            let counting = self.gather(counts, &mut outcome.failure).unwrap_or(began_ns..began_ns);
            let ended_ns = clock::now_ns();
            outcome.phases.dispatch_ns += counting.start - began_ns;
            outcome.phases.compute_ns += counting.end - counting.start;
            outcome.phases.reduction_ns += ended_ns - counting.end;
            began_ns = ended_ns;
        }
        session.turn.0.store(session.rounds + 1, Ordering::Release);
        slot.lock().close();
        outcome.wall_ns = began_ns - first_ns;
        outcome
    }

    /// Every other worker during a sample.
    fn follow(&self, worker: usize, session: &Session) {
        let (bound, slot) = (self.bind(worker), &self.slots[worker]);
        slot.lock().open();
        session.arrived.0.fetch_add(1, Ordering::Release);
        let turn = |round: usize| {
            let ready = || session.turn.0.load(Ordering::Acquire) >= round;
            let waited = wait::until(ready, &session.abandoned, self.manners);
            slot.lock().waited(waited);
            !session.is_abandoned()
        };
        for round in 1..=session.rounds {
            if !turn(round) {
                return;
            }
            slot.lock().round(&bound, session.passes_per_round);
            session.arrived.0.fetch_add(1, Ordering::Release);
        }
        // Not before the leader has read its clock for the last time.
        if turn(session.rounds + 1) {
            slot.lock().close();
        }
    }

    /// Puts the counts of all workers into their places. From when until when they were counting;
    /// `None` if nobody had a task.
    fn gather(
        &self,
        counts: &mut [u64],
        failure: &mut Option<Error>,
    ) -> Option<std::ops::Range<u64>> {
        let mut counting: Option<std::ops::Range<u64>> = None;
        for (worker, slot) in self.slots.iter().enumerate() {
            let slot = slot.lock();
            let gathered = if worker > 0 && self.job.mode().replicates() {
                slot.compare(NAME, worker, counts)
            } else {
                slot.collect(NAME, worker, counts)
            };
            if let Err(error) = gathered {
                failure.get_or_insert(error);
            }
            let Some(round) = slot.last_round() else { continue };
            counting = Some(match counting {
                Some(all) => all.start.min(round.start)..all.end.max(round.end),
                None => round,
            });
        }
        counting
    }

    /// One worker's whole sample.
    fn work(
        &self,
        worker: usize,
        session: &Session,
        leader: &Mutex<(&mut [u64], Outcome)>,
    ) -> WorkerSample {
        let _guard = Guard(session);
        if worker == 0 {
            let leader = &mut *leader.lock().unwrap_or_else(PoisonError::into_inner);
            leader.1 = self.lead(session, leader.0);
        } else {
            self.follow(worker, session);
        }
        if session.is_abandoned() {
            return WorkerSample::default();
        }
        let began_ns = session.began_ns.load(Ordering::Relaxed);
        self.slots[worker].lock().report(self.seats[worker], began_ns)
    }
}

impl Team for Pinned<'_> {
    fn startup(&self) -> Startup {
        self.startup
    }

    fn measure(&mut self, passes: NonZeroUsize, counts: &mut [u64]) -> Result<Sample, Error> {
        let session = Session::new(self.job.mode(), passes);
        let leader = Mutex::new((counts, Outcome::default()));
        // A worker that panics ends its sample; `broadcast` then panics here, after all are done.
        let workers = catch_unwind(AssertUnwindSafe(|| {
            self.pool.broadcast(|context| self.work(context.index(), &session, &leader))
        }))
        .map_err(|panic| Error::Died { backend: NAME, message: last_words(panic.as_ref()) })?;
        let (_, outcome) = leader.into_inner().unwrap_or_else(PoisonError::into_inner);
        match outcome.failure {
            Some(error) => Err(error),
            None => Ok(Sample {
                wall_ns: outcome.wall_ns,
                phases: Some(outcome.phases),
                // One for each round that the leader ends, one for the look for the CPU after it.
                clock_readings: (1 + 2 * session.rounds + 2 * passes.get()) as u64,
                workers,
            }),
        }
    }

    fn dismiss(self: Box<Self>) -> Result<u64, Error> {
        let began_ns = clock::now_ns();
        drop(self);
        Ok(clock::now_ns() - began_ns)
    }
}
