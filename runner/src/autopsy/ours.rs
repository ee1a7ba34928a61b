//! The benchmark on our own backends, with flaws switched on and off.
//!
//! ```text
//! clean:             start ─► warm up ─► [ measure ] ─► end
//! pool in the timer: [ start ] ─► warm up ─► [ measure ] and never end, until the run is over
//! ```
//!
//! What is in brackets is in the figure. Both measure by the same clock, the sample's own, and both are
//! warm: they differ in what the flaw is. The serial code in a child does all its passes on one order and
//! tells its own time, so that no message between processes is in it.
//!
//! Every count of every pass is checked. Separate from `blocks`, which says under which condition.
//! Next: [`crate::backend::published`], who plays which part.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::blocks::{Runs, Stopped};
use super::flaw::{Condition, Flaw};
use super::record::Timing;
use crate::backend::published::Part;
use crate::backend::{Job, Sample, Team};
use crate::machine::clock;
use crate::machine::counters::SystemReader;
use crate::measure::{self, Wrong};
use crate::placement::{self, Placement};
use crate::study::conditions::{self, Around, Caller};
use crate::study::take::patience;

/// Everything that one timing needs.
pub(super) struct Ours<'a> {
    /// The work.
    pub(super) job: &'a Job<'a>,
    /// The same work as all passes on one order: what a child with the serial code does.
    pub(super) alone: &'a Job<'a>,
    /// The counts that must come out.
    pub(super) expected: &'a [u64],
    /// How often a timing repeats the job.
    pub(super) passes: NonZeroUsize,
    /// What the serial code needs for all passes.
    pub(super) serial: Duration,
    /// Where workers sit.
    pub(super) seat: &'a dyn Fn(usize) -> Placement,
    /// Where they sit if hardware threads count as cores; empty if that cannot be told.
    pub(super) siblings_first: &'a [usize],
    /// Counts what others do meanwhile.
    pub(super) reader: &'a SystemReader,
    /// The CPUs that this is about.
    pub(super) allowed: &'a [usize],
}

impl Runs for Ours<'_> {
    fn run(&mut self, condition: &Condition, sizes: &[usize]) -> Result<Vec<Timing>, Stopped> {
        let mut never_closed: Vec<Box<dyn Team + '_>> = Vec::new();
        let mut timings = Vec::new();
        for &size in sizes {
            let timing = match size {
                0 => self.serial(condition),
                size if condition.has(Flaw::Pool) => {
                    self.cold(condition, size).map(|(timing, team)| {
                        never_closed.push(team);
                        timing
                    })
                }
                size => self.warm(condition, size),
            };
            let timing = timing.map_err(|wrong| format!("{}: {wrong}", named(size)))?;
            timings.push(Timing { workers: size, ..timing });
        }
        let closed = never_closed.into_iter().try_for_each(|team| team.dismiss().map(drop));
        closed.map(|()| timings).map_err(|error| Stopped::Failed(error.to_string()))
    }
}

/// For messages.
fn named(size: usize) -> String {
    match size {
        0 => "serial".into(),
        1 => "1 worker".into(),
        size => format!("{size} workers"),
    }
}

fn part_of_pool(condition: &Condition) -> Part {
    if condition.has(Flaw::Apply) { Part::BlockingPool } else { Part::Pool }
}

impl Ours<'_> {
    fn placement(&self, condition: &Condition, workers: usize) -> Placement {
        if condition.has(Flaw::Logical) && !self.siblings_first.is_empty() {
            return placement::in_order(workers, self.siblings_first);
        }
        (self.seat)(workers)
    }

    fn prepared<'a>(
        &self,
        part: Part,
        job: &'a Job<'a>,
        condition: &Condition,
        workers: usize,
    ) -> Result<Box<dyn Team + 'a>, Wrong> {
        let placement = self.placement(condition, workers);
        Ok(part.backend().prepare(job, &placement, patience(self.serial, 1))?)
    }

    /// The job once for every pass, after a warm-up, with what others did meanwhile.
    fn measured(&self, team: &mut dyn Team) -> Result<(Sample, Timing), Wrong> {
        let question = self.job.question();
        measure::warm_up(team, self.passes, question.places())?;
        let before = self.reader.read();
        let caller = Caller::begin();
        let sample = measure::checked(team, self.passes, question, self.expected)?;
        let caller = caller.used();
        let delta = self.reader.read().since(&before);
        let ours = conditions::ours(&sample, caller);
        let around = Around::of(&delta, &ours.placed, self.allowed);
        let unplaced_ns = i64::try_from(ours.unplaced_ns).unwrap_or(i64::MAX);
        let foreign_ns = around.foreign_ns.map(|all| all.iter().sum::<i64>() - unplaced_ns);
        let timing = Timing {
            wall_ns: sample.wall_ns,
            foreign_ns,
            stolen_ns: around.stolen_ns.map(|all| all.iter().sum()),
            throttled_ns: around.throttled_ns,
            ..Timing::default()
        };
        Ok((sample, timing))
    }

    /// The serial code: here, or in a child whose own time it is.
    fn serial(&self, condition: &Condition) -> Result<Timing, Wrong> {
        let (part, job) = if condition.has(Flaw::Baseline) {
            (Part::Serial, self.job)
        } else {
            (Part::SerialInChild, self.alone)
        };
        let mut team = self.prepared(part, job, condition, 1)?;
        let (sample, timing) = self.measured(team.as_mut())?;
        team.dismiss()?;
        let own_ns = sample.workers.first().and_then(|worker| worker.busy_ns);
        Ok(Timing { wall_ns: own_ns.unwrap_or(sample.wall_ns), ..timing })
    }

    /// Workers that are ready and warm before the timer starts, and end after it has stopped.
    fn warm(&self, condition: &Condition, workers: usize) -> Result<Timing, Wrong> {
        let mut team = self.prepared(part_of_pool(condition), self.job, condition, workers)?;
        let (_, timing) = self.measured(team.as_mut())?;
        team.dismiss()?;
        Ok(timing)
    }

    /// A pool that is made inside the timer, and comes back alive. The timer stands still while it warms
    /// up, which every pool here does.
    fn cold(
        &self,
        condition: &Condition,
        workers: usize,
    ) -> Result<(Timing, Box<dyn Team + '_>), Wrong> {
        let began_ns = clock::now_ns();
        let mut team = self.prepared(part_of_pool(condition), self.job, condition, workers)?;
        let startup_ns = clock::now_ns() - began_ns;
        let question = self.job.question();
        let one = NonZeroUsize::MIN;
        let first = measure::checked(team.as_mut(), one, question, self.expected)?;
        let transfer_ns = team.startup().transfer_ns.min(startup_ns);
        let (_, timing) = self.measured(team.as_mut())?;
        let timing = Timing {
            wall_ns: startup_ns + timing.wall_ns,
            startup_ns,
            transfer_ns: Some(transfer_ns),
            first_pass_ns: Some(first.wall_ns),
            ..timing
        };
        Ok((timing, team))
    }
}
