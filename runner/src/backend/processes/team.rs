//! A team of processes: brings them their samples, hands out the tasks of every pass, and collects
//! what they answer.
//!
//! Times of workers and parent are read from the same clock, so that dispatch, compute and reduction
//! are told as for threads. Separate from [`crew`](super::crew), which knows workers but no work.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::time::Duration;

use super::crew::Crew;
use super::ledger::Ledger;
use super::shared::Memory;
use super::wire::{self, Answer, Order, Shape, Source};
use super::{Processes, Schedule, Transfer};
use crate::backend::{
    Backend as _, Changed, Error, Job, Phases, Sample, Startup, Team, WorkerSample,
};
use crate::for_any;
use crate::input::AnySamples;
use crate::machine::clock;
use crate::placement::Placement;

/// A crew with its work.
#[derive(Debug)]
pub(super) struct Processed<'a> {
    kind: Processes,
    job: &'a Job<'a>,
    /// `None` after a sample that failed: its workers are gone.
    crew: Option<Crew>,
    shares: Vec<Range<usize>>,
    startup: Startup,
}

/// When workers were counting in one round.
#[derive(Debug)]
struct Span {
    /// The first of them began.
    start_ns: u64,
    /// The last of them ended.
    stop_ns: u64,
    /// That last one.
    last: usize,
}

impl<'a> Processed<'a> {
    /// Starts the workers and brings them their samples.
    ///
    /// # Errors
    /// As [`Backend::prepare`](crate::backend::Backend::prepare).
    pub(super) fn prepare(
        kind: Processes,
        job: &'a Job<'a>,
        placement: &Placement,
        patience: Duration,
    ) -> Result<Self, Error> {
        let began_ns = clock::now_ns();
        let mut crew = Crew::start(kind.name(), placement, patience)?;
        let ready_ns = clock::now_ns();
        let workers = placement.workers();
        let shares = match kind.schedule {
            Schedule::Map => job.shares(workers),
            // Any task may come to any worker.
            Schedule::Apply | Schedule::ApplyAsync => vec![0..job.question().tasks(); workers],
        };
        if let Some(samples) = job.samples() {
            bring(kind, &mut crew, job, samples, &shares)?;
        }
        let startup =
            Startup { setup_ns: ready_ns - began_ns, transfer_ns: clock::now_ns() - ready_ns };
        Ok(Self { kind, job, crew: Some(crew), shares, startup })
    }

    /// One measured sample of a whole crew.
    fn sample(
        &self,
        crew: &mut Crew,
        passes: NonZeroUsize,
        counts: &mut [u64],
    ) -> Result<Sample, Error> {
        crew.tell_all(&Order::Open)?;
        ready(crew)?;
        let mut ledger = Ledger::new(self.kind.name(), self.job.question(), counts);
        let (rounds, passes_per_round) = self.job.mode().rounds(passes);
        let mut phases = Phases::default();
        let first_ns = clock::now_ns();
        let mut began_ns = first_ns;
        for _ in 0..rounds {
            let counting = match self.kind.schedule {
                Schedule::Map => self.map(crew, passes_per_round, &mut ledger, began_ns),
                Schedule::Apply => self.apply(crew, &mut ledger, began_ns),
                Schedule::ApplyAsync => self.apply_async(crew, &mut ledger, began_ns),
            }?;
            let ended_ns = clock::now_ns();
            add(&mut phases, began_ns..ended_ns, counting)
                .map_err(|(worker, problem)| crew.garbled(worker, problem))?;
            began_ns = ended_ns;
        }
        let workers = reports(crew, first_ns)?;
        Ok(Sample {
            wall_ns: began_ns - first_ns,
            phases: Some(phases),
            clock_readings: self.clock_readings(rounds, passes),
            workers,
        })
    }

    /// Readings of the clock that lie one after another: one of the parent for each round, two of a
    /// worker for each pass or task. What the parent reads while it waits costs nothing.
    fn clock_readings(&self, rounds: usize, passes: NonZeroUsize) -> u64 {
        let tasks = self.job.question().tasks();
        let in_a_row = match self.kind.schedule {
            Schedule::Map => 1,
            Schedule::Apply => tasks * self.jobs(),
            Schedule::ApplyAsync => (tasks * self.jobs()).div_ceil(self.shares.len()),
        };
        (1 + rounds + 2 * passes.get() * in_a_row) as u64
    }

    /// How often each task is to be done in a pass.
    fn jobs(&self) -> usize {
        if self.job.mode().replicates() { self.shares.len() } else { 1 }
    }

    /// Every worker does its share, so many times.
    fn map(
        &self,
        crew: &mut Crew,
        passes: usize,
        ledger: &mut Ledger<'_>,
        began_ns: u64,
    ) -> Result<Option<Span>, Error> {
        crew.tell_all(&Order::Round { passes })?;
        let mut counting = None;
        crew.each(|crew, worker| {
            let widths = self.widths(self.shares[worker].clone());
            let done = Done::of(crew, worker, &widths, began_ns)?;
            done.unstable.map_or(Ok(()), |changed| Err(ledger.unstable(worker, changed)))?;
            merge(&mut counting, done.counting);
            ledger.enter(worker, widths.zip(done.counts))
        })?;
        Ok(counting)
    }

    /// One task at a time, to one worker after the other. Each waits for the one before.
    fn apply(
        &self,
        crew: &mut Crew,
        ledger: &mut Ledger<'_>,
        began_ns: u64,
    ) -> Result<Option<Span>, Error> {
        let (workers, jobs) = (crew.len(), self.jobs());
        let mut counting = None;
        for turn in 0..self.job.question().tasks() * jobs {
            let (worker, task) = (turn % workers, turn / jobs);
            crew.tell(worker, &Order::Task { task })?;
            crew.next()?;
            let widths = self.job.question().places_of(task);
            let done = Done::of(crew, worker, &widths, began_ns)?;
            merge(&mut counting, done.counting);
            ledger.enter(worker, widths.zip(done.counts))?;
        }
        Ok(counting)
    }

    /// A queue from which each worker gets the next task when it has answered; where workers have
    /// jobs of their own, a queue for each. Results are noted as they come, and sorted at the end.
    fn apply_async(
        &self,
        crew: &mut Crew,
        ledger: &mut Ledger<'_>,
        began_ns: u64,
    ) -> Result<Option<Span>, Error> {
        let (workers, tasks) = (crew.len(), self.job.question().tasks());
        let mut queues = vec![0..tasks; self.jobs()];
        let mut doing = vec![0; workers];
        let mut counting = None;
        let mut next = |crew: &mut Crew, worker: usize, doing: &mut [usize]| {
            let queue = worker % queues.len();
            queues[queue].next().map_or(Ok(()), |task| {
                doing[worker] = task;
                crew.tell(worker, &Order::Task { task })
            })
        };
        (0..workers).try_for_each(|worker| next(crew, worker, &mut doing))?;
        while let Some(worker) = crew.next()? {
            let widths = self.job.question().places_of(doing[worker]);
            let done = Done::of(crew, worker, &widths, began_ns)?;
            merge(&mut counting, done.counting);
            ledger.note(worker, widths.zip(done.counts));
            next(crew, worker, &mut doing)?;
        }
        ledger.enter_noted()?;
        Ok(counting)
    }

    /// The places of the counts of some tasks in a row.
    fn widths(&self, tasks: Range<usize>) -> Range<usize> {
        if tasks.is_empty() {
            return 0..0;
        }
        let question = self.job.question();
        question.places_of(tasks.start).start..question.places_of(tasks.end - 1).end
    }
}

/// Gives every worker its tasks and its samples, and waits until all hold them.
fn bring(
    kind: Processes,
    crew: &mut Crew,
    job: &Job<'_>,
    samples: &AnySamples,
    shares: &[Range<usize>],
) -> Result<(), Error> {
    // May be closed after this: who has mapped it keeps it, who has copied it needs it no more.
    let memory = match kind.transfer {
        Transfer::Copied => None,
        Transfer::Shared => Some(Memory::of(samples).map_err(|error| Error::Start {
            backend: kind.name(),
            workers: shares.len(),
            source: error.into(),
        })?),
    };
    let source = memory.as_ref().map_or(Source::Stream, |memory| {
        let (path, stride_bytes) = (memory.path(), memory.stride_bytes());
        if job.mode().replicates() {
            Source::CopyOf { path, stride_bytes }
        } else {
            Source::Map { path, stride_bytes }
        }
    });
    for (worker, tasks) in shares.iter().enumerate() {
        let question = job.question().clone();
        let shape = Shape { n: samples.n(), d: samples.d(), element: samples.element().to_owned() };
        let (tasks, source) = (tasks.clone(), source.clone());
        crew.tell(worker, &Order::Setup { question, tasks, shape, source })?;
        if memory.is_none() {
            for_any!(samples, samples => (0..samples.d()).try_for_each(|j| {
                crew.send_raw(worker, bytemuck::cast_slice(samples.column(j)))
            }))?;
        }
    }
    ready(crew)
}

/// Waits until all have done as told.
fn ready(crew: &mut Crew) -> Result<(), Error> {
    crew.each(|crew, worker| match crew.answer(worker)? {
        Answer::Ready => Ok(()),
        other => Err(crew.garbled(worker, format!("{other:?} instead of Ready"))),
    })
}

/// What each worker has to report of the sample that began at `began_ns`.
fn reports(crew: &mut Crew, began_ns: u64) -> Result<Vec<WorkerSample>, Error> {
    crew.tell_all(&Order::Close { began_ns })?;
    let mut reports = vec![WorkerSample::default(); crew.len()];
    crew.each(|crew, worker| {
        let Answer::Report { json } = crew.answer(worker)? else {
            return Err(crew.garbled(worker, "no report after a sample".into()));
        };
        reports[worker] = serde_json::from_str(&json)
            .map_err(|error| crew.garbled(worker, format!("a report that is none: {error}")))?;
        Ok(())
    })?;
    Ok(reports)
}

/// A worker's answer to work, checked.
struct Done<'c> {
    counting: Option<Span>,
    unstable: Option<Changed>,
    counts: wire::Counts<'c>,
}

impl<'c> Done<'c> {
    /// The answer that `worker` has just given, with counts for exactly `widths`, in a round that
    /// began at `began_ns`.
    fn of(
        crew: &'c Crew,
        worker: usize,
        widths: &Range<usize>,
        began_ns: u64,
    ) -> Result<Self, Error> {
        let (answer, numbers) = crew.answer_with_numbers(worker)?;
        let Answer::Done { counted_ns, unstable } = answer else {
            return Err(crew.garbled(worker, format!("{answer:?} instead of counts")));
        };
        let counting =
            span(worker, counted_ns, began_ns).map_err(|problem| crew.garbled(worker, problem))?;
        let counts = wire::counts(numbers, widths.len())
            .map_err(|problem| crew.garbled(worker, problem.to_string()))?;
        Ok(Self { counting, unstable, counts })
    }
}

/// When `worker` says that it counted, or what is wrong with that.
fn span(
    worker: usize,
    counted_ns: Option<(u64, u64)>,
    began_ns: u64,
) -> Result<Option<Span>, String> {
    let Some((start_ns, stop_ns)) = counted_ns else { return Ok(None) };
    if start_ns < began_ns {
        return Err(format!("it began to count at {start_ns} ns and was told to at {began_ns} ns"));
    }
    if stop_ns < start_ns {
        return Err(format!("it stopped at {stop_ns} ns and started at {start_ns} ns"));
    }
    Ok(Some(Span { start_ns, stop_ns, last: worker }))
}

/// Extends `all` by one worker's time.
fn merge(all: &mut Option<Span>, one: Option<Span>) {
    *all = match (all.take(), one) {
        (Some(all), Some(one)) => Some(Span {
            start_ns: all.start_ns.min(one.start_ns),
            ..if one.stop_ns > all.stop_ns { one } else { all }
        }),
        (all, one) => all.or(one),
    };
}

/// Adds a round to the phases; or the worker whose time is impossible, and why.
fn add(
    phases: &mut Phases,
    round_ns: Range<u64>,
    counting: Option<Span>,
) -> Result<(), (usize, String)> {
    let nobody = Span { start_ns: round_ns.start, stop_ns: round_ns.start, last: 0 };
    let Span { start_ns, stop_ns, last } = counting.unwrap_or(nobody);
    let Some(reduction_ns) = round_ns.end.checked_sub(stop_ns) else {
        let answered_ns = round_ns.end;
        let problem =
            format!("it stopped counting at {stop_ns} ns and had answered by {answered_ns} ns");
        return Err((last, problem));
    };
    phases.dispatch_ns += start_ns - round_ns.start;
    phases.compute_ns += stop_ns - start_ns;
    phases.reduction_ns += reduction_ns;
    Ok(())
}

impl Team for Processed<'_> {
    fn processes(&self) -> Vec<u32> {
        self.crew.as_ref().map_or_else(Vec::new, Crew::ids)
    }

    fn startup(&self) -> Startup {
        self.startup
    }

    fn measure(&mut self, passes: NonZeroUsize, counts: &mut [u64]) -> Result<Sample, Error> {
        let places = self.job.question().places();
        assert_eq!(counts.len(), places, "one place for each width and part");
        let message = "in an earlier sample";
        let gone = || Error::Died { backend: self.kind.name(), message: message.into() };
        let mut crew = self.crew.take().ok_or_else(gone)?;
        // If this fails, the crew ends here, as a whole.
        let sample = self.sample(&mut crew, passes, counts)?;
        self.crew = Some(crew);
        Ok(sample)
    }

    fn dismiss(mut self: Box<Self>) -> Result<u64, Error> {
        let began_ns = clock::now_ns();
        self.crew.take().map_or(Ok(()), Crew::dismiss)?;
        Ok(clock::now_ns() - began_ns)
    }
}

#[cfg(test)]
mod tests {
    use super::{Phases, Span, add, merge, span};

    #[test]
    fn impossible_times_are_told_of_the_worker_that_says_them_with_both_numbers() {
        assert_eq!(
            span(1, Some((4, 9)), 5).unwrap_err(),
            "it began to count at 4 ns and was told to at 5 ns"
        );
        assert!(span(1, Some((7, 6)), 5).unwrap_err().contains("at 6 ns and started at 7 ns"));
        let mut counting = None;
        for (worker, times_ns) in [(0, (6, 8)), (1, (5, 12)), (2, (7, 9))] {
            merge(&mut counting, span(worker, Some(times_ns), 5).unwrap());
        }
        let (worker, problem) = add(&mut Phases::default(), 5..11, counting).unwrap_err();
        assert_eq!(worker, 1);
        assert!(problem.contains("at 12 ns and had answered by 11 ns"), "{problem}");
    }

    #[test]
    fn phases_add_up_to_their_round() {
        let mut phases = Phases::default();
        add(&mut phases, 5..20, Some(Span { start_ns: 7, stop_ns: 17, last: 0 })).unwrap();
        assert_eq!((phases.dispatch_ns, phases.compute_ns, phases.reduction_ns), (2, 10, 3));
        add(&mut phases, 20..30, None).unwrap();
        assert_eq!((phases.dispatch_ns, phases.compute_ns, phases.reduction_ns), (2, 10, 13));
    }
}
