//! The best serial code: one thread, a plain loop over the tasks, no pool, nothing handed out.
//!
//! The baseline. Only a team of its own tells what handing out costs, so it shares no path with the
//! pool of [`threads`](super::threads) except the counting itself.
//!
//! Each measured sample runs on a fresh thread that is pinned to the placement's CPU, and its clock
//! starts and stops on that thread: starting the thread is not in the figure. Counting on the main
//! thread would either leave the baseline free to wander between CPUs while its rivals may not, or
//! pin the main thread, and with it everything that is started later.

use std::num::NonZeroUsize;
use std::time::Instant;

use super::slot::{Slot, elapsed_ns};
use super::{Backend, Error, Job, Sample, Scaling, Team, check_workers, last_words};
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

    fn scaling(&self) -> Scaling {
        Scaling::One
    }

    fn prepare<'a>(
        &self,
        job: &'a Job<'a>,
        placement: &Placement,
    ) -> Result<Box<dyn Team + 'a>, Error> {
        check_workers(self, placement)?;
        Ok(Box::new(Loop { job, cpu: placement.cpus[0], slot: Slot::new(0..job.tasks()) }))
    }
}

/// The one worker.
#[derive(Debug)]
struct Loop<'a> {
    job: &'a Job<'a>,
    cpu: usize,
    slot: Slot,
}

impl Loop<'_> {
    /// Measures on the calling thread, which belongs to this sample alone.
    fn measure_here(&mut self, passes: NonZeroUsize) -> Sample {
        // A refusal shows in the report below, which reads the mask back.
        let _reported = affinity::pin(self.cpu);
        self.slot.open();
        let clock = Instant::now();
        for pass in 0..passes.get() {
            self.slot.pass(self.job, pass, clock);
        }
        let wall_ns = elapsed_ns(clock);
        self.slot.close();
        Sample { wall_ns, workers: vec![self.slot.report(self.cpu)] }
    }
}

impl Team for Loop<'_> {
    fn measure(&mut self, passes: NonZeroUsize, counts: &mut [u64]) -> Result<Sample, Error> {
        assert_eq!(counts.len(), self.job.tasks(), "places for counts");
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
        self.slot.collect(NAME, counts)?;
        Ok(sample)
    }
}
