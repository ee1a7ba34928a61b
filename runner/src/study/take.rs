//! Takes one measured sample: a fresh team, warmed up, measured once, dismissed.
//!
//! Separate from `sweep`, which says whose turn it is: here is what belongs to a sample and
//! in which order. Everything but the measurement itself lies outside its timed part.
//!
//! ```text
//! prepare ─► slow counters ─► warm up ─► counters ─► measure, checked ─► counters ─► dismiss ─► tags
//! ```

use std::num::NonZeroUsize;
use std::time::Duration;

use super::conditions::{self, Around, Caller};
use super::grid::Cell;
use super::record::Measured;
use super::tags;
use crate::backend::{Job, Sample};
use crate::machine::clock::Timer;
use crate::machine::counters::SystemReader;
use crate::machine::counters::system::TICK_NS;
use crate::measure::{self, Wrong};

/// What all samples of a series have in common.
#[derive(Debug)]
pub(super) struct Bench<'a> {
    /// The work.
    pub(super) job: &'a Job<'a>,
    /// The counts that must come out.
    pub(super) expected: &'a [u64],
    /// How often a sample repeats the job.
    pub(super) passes: NonZeroUsize,
    /// How long a worker may take to answer.
    pub(super) patience: Duration,
    /// Counts what happens around a sample.
    pub(super) reader: &'a SystemReader,
    /// What reading a clock costs.
    pub(super) timer: &'a Timer,
    /// The CPUs that per-CPU figures are about.
    pub(super) allowed: &'a [usize],
}

/// A worker that does not answer counts as hung after this time ...
const PATIENCE: Duration = Duration::from_secs(3);
/// ... and so many times what the baseline needs for the same.
const PATIENCE_FACTOR: u32 = 20;

/// How long an answer to an order may take that the baseline needs `serial` for.
pub(super) fn patience(serial: Duration) -> Duration {
    PATIENCE.saturating_add(serial.saturating_mul(PATIENCE_FACTOR))
}

impl Bench<'_> {
    /// Measures `cell`, the configuration with this number.
    pub(super) fn take(&self, configuration: usize, cell: &Cell) -> Result<Measured, Wrong> {
        let mut team = cell.backend.prepare(self.job, &cell.placement, self.patience)?;
        let startup = team.startup();
        // Before the warm-up and not after it: on large machines workers would wait for milliseconds,
        // and come to the sample with a lower clock. Heat in the warm-up is heat in the sample, too.
        let slow_before = self.reader.read_slow();
        let warm_up = measure::warm_up(team.as_mut(), self.passes, self.expected.len())?;
        let before = self.reader.read();
        let caller = Caller::begin();
        let sample = measure::checked(team.as_mut(), self.passes, self.expected)?;
        let caller = caller.used();
        let delta = self.reader.read().since(&before);
        let slow = self.reader.read_slow().since(slow_before);
        let teardown_ns = team.dismiss()?;
        let mut measured = Measured {
            configuration,
            observer_ns: self.observer_ns(&sample),
            caller_ns: caller.cpu_ns,
            caller_cpu: caller.cpu,
            unplaced_ns: 0,
            sample,
            setup_ns: startup.setup_ns,
            transfer_ns: startup.transfer_ns,
            teardown_ns,
            warm_up_passes: warm_up.passes,
            warm_up_ns: warm_up.wall_ns,
            steady: warm_up.steady,
            stolen_ns: None,
            foreign_ns: None,
            throttled_ns: None,
            throttled_periods: None,
            thermal_events: slow.thermal_throttles,
            cpu_pressure_ns: slow.cpu_pressure_ns,
            tags: Vec::new(),
        };
        let ours = conditions::ours(&measured.sample, caller);
        measured.unplaced_ns = ours.unplaced_ns;
        let around = Around::of(&delta, &ours.placed, self.allowed);
        (measured.stolen_ns, measured.foreign_ns) = (around.stolen_ns, around.foreign_ns);
        measured.throttled_ns = around.throttled_ns;
        measured.throttled_periods = around.throttled_periods;
        let pinned = cell.placement.seats.iter().any(Option::is_some);
        let rules = tags::Around { allowed: self.allowed, tick_ns: TICK_NS, pinned };
        measured.tags = tags::tags(&measured, rules);
        Ok(measured)
    }

    /// What readings of clocks cost that lie one after another: those of the wall clock, and those of
    /// the CPU clock by the worker that read it most. An upper estimate: who waits reads for nothing.
    fn observer_ns(&self, sample: &Sample) -> u64 {
        let cpu_clock_readings = sample.workers.iter().map(|worker| worker.cpu_clock_readings);
        let cpu_clock_readings = cpu_clock_readings.max().unwrap_or(0) as f64;
        let wall_ns = sample.clock_readings as f64 * self.timer.clock_ns;
        let cpu_ns = cpu_clock_readings * self.timer.cpu_clock_ns.unwrap_or(0.0);
        (wall_ns + cpu_ns).round() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::patience;
    use std::time::Duration;

    #[test]
    fn patience_grows_with_the_work_and_has_a_floor() {
        assert_eq!(patience(Duration::ZERO), Duration::from_secs(3));
        assert_eq!(patience(Duration::from_millis(100)), Duration::from_secs(5));
        assert_eq!(patience(Duration::MAX), Duration::MAX);
    }
}
