//! The best serial code: one thread, a plain loop over the tasks, no pool, nothing handed out.
//!
//! The baseline. Only a team of its own tells what handing out costs, so it shares no path with the
//! pool of [`threads`](super::threads) except the counting itself. In every mode it does one job on the
//! caller's samples: the rate that N workers are compared with.
//!
//! Each measured sample runs on a fresh thread that is pinned to the placement's CPU, and its clock
//! starts and stops on that thread: starting the thread is not in the figure. Counting on the main
//! thread would either leave the baseline free to wander between CPUs while its rivals may not, or
//! pin the main thread, and with it everything that is started later.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::slot::Slot;
use super::{
    Backend, Bound, Error, Job, Phases, Sample, Scaling, Startup, Team, check, last_words,
};
use crate::machine::affinity;
use crate::placement::Placement;

/// The serial backend.
#[derive(Clone, Copy, Debug)]
pub struct Serial;

const NAME: &str = "serial";

impl Backend for Serial {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "the baseline: one pinned thread, a plain loop, nothing handed out"
    }

    fn scaling(&self) -> Scaling {
        Scaling::One
    }

    fn prepare<'a>(
        &self,
        job: &'a Job<'a>,
        placement: &Placement,
        _patience: Duration,
    ) -> Result<Box<dyn Team + 'a>, Error> {
        check(self, job, placement)?;
        let slot = Slot::new(job.question(), 0..job.question().tasks());
        Ok(Box::new(Loop { bound: job.bind(), seat: placement.seats[0], slot }))
    }
}

/// The one worker.
#[derive(Debug)]
struct Loop<'a> {
    bound: Bound<'a>,
    seat: Option<usize>,
    slot: Slot,
}

impl Loop<'_> {
    /// Measures on the calling thread, which belongs to this sample alone.
    fn measure_here(&mut self, passes: NonZeroUsize) -> Sample {
        if let Some(cpu) = self.seat {
            // A refusal shows in the report below, which reads the mask back.
            let _reported = affinity::pin(cpu);
        }
        self.slot.open();
        self.slot.round(&self.bound, passes.get());
        let round_ns = self.slot.last_round().unwrap_or_default();
        let wall_ns = round_ns.end - round_ns.start;
        self.slot.close();
        Sample {
            wall_ns,
            phases: Some(Phases { compute_ns: wall_ns, ..Phases::default() }),
            clock_readings: 2 * passes.get() as u64,
            workers: vec![self.slot.report(self.seat, round_ns.start)],
        }
    }
}

impl Team for Loop<'_> {
    fn startup(&self) -> Startup {
        Startup::default()
    }

    fn measure(&mut self, passes: NonZeroUsize, counts: &mut [u64]) -> Result<Sample, Error> {
        let sample = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new()
                .name(NAME.into())
                .spawn_scoped(scope, || self.measure_here(passes))
                .map_err(|error| Error::Start {
                    backend: NAME,
                    workers: 1,
                    source: error.into(),
                })?;
            thread
                .join()
                .map_err(|panic| Error::Died { backend: NAME, message: last_words(panic.as_ref()) })
        })?;
        self.slot.collect(NAME, 0, counts)?;
        Ok(sample)
    }

    fn dismiss(self: Box<Self>) -> Result<u64, Error> {
        Ok(0)
    }
}
