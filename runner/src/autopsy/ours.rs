//! The benchmark on our own backends, with flaws switched on and off.
//!
//! ```text
//! clean:             start ─► warm up ─► [ measure ] ─► end          serial code in a child of its own
//! pool in the timer: [ start ─► measure ] and never end, until the run is over
//! ```
//!
//! Every count of every pass is checked. Separate from `blocks`, which says under which condition.
//! Next: [`crate::backend::published`], who plays which part.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::blocks::Runs;
use super::flaw::{Condition, Flaw};
use super::record::Timing;
use crate::backend::published::Part;
use crate::backend::{Job, Team};
use crate::machine::clock;
use crate::measure::{self, Wrong};
use crate::placement::{self, Placement};
use crate::study::take::patience;

/// Everything that one timing needs.
pub(super) struct Ours<'a> {
    /// The work.
    pub(super) job: &'a Job<'a>,
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
}

impl Runs for Ours<'_> {
    fn run(&mut self, condition: &Condition, sizes: &[usize]) -> Result<Vec<Timing>, String> {
        let mut never_closed: Vec<Box<dyn Team + '_>> = Vec::new();
        let mut timings = Vec::new();
        for &size in sizes {
            let timing = match size {
                0 => self.warm(part_of_serial(condition), condition, 1),
                size if condition.has(Flaw::Pool) => {
                    self.cold(condition, size).map(|(timing, team)| {
                        never_closed.push(team);
                        timing
                    })
                }
                size => self.warm(part_of_pool(condition), condition, size),
            };
            let timing = timing.map_err(|wrong| format!("{}: {wrong}", named(size)))?;
            timings.push(Timing { workers: size, ..timing });
        }
        let closed = never_closed.into_iter().try_for_each(|team| team.dismiss().map(drop));
        closed.map(|()| timings).map_err(|error| error.to_string())
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

fn part_of_serial(condition: &Condition) -> Part {
    if condition.has(Flaw::Baseline) { Part::Serial } else { Part::SerialInChild }
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

    fn prepared(
        &self,
        part: Part,
        condition: &Condition,
        workers: usize,
    ) -> Result<Box<dyn Team + '_>, Wrong> {
        let placement = self.placement(condition, workers);
        Ok(part.backend().prepare(self.job, &placement, patience(self.serial, 1))?)
    }

    /// Workers that are ready and warm before the timer starts, and end after it has stopped.
    fn warm(&self, part: Part, condition: &Condition, workers: usize) -> Result<Timing, Wrong> {
        let mut team = self.prepared(part, condition, workers)?;
        let question = self.job.question();
        measure::warm_up(team.as_mut(), self.passes, question.places())?;
        let sample = measure::checked(team.as_mut(), self.passes, question, self.expected)?;
        team.dismiss()?;
        Ok(Timing { workers, wall_ns: sample.wall_ns, startup_ns: 0 })
    }

    /// A pool that is made inside the timer, and comes back alive.
    fn cold(
        &self,
        condition: &Condition,
        workers: usize,
    ) -> Result<(Timing, Box<dyn Team + '_>), Wrong> {
        let began_ns = clock::now_ns();
        let mut team = self.prepared(part_of_pool(condition), condition, workers)?;
        let ready_ns = clock::now_ns();
        let question = self.job.question();
        measure::checked(team.as_mut(), self.passes, question, self.expected)?;
        let wall_ns = clock::now_ns() - began_ns;
        Ok((Timing { workers, wall_ns, startup_ns: ready_ns - began_ns }, team))
    }
}
