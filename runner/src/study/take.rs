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
use super::grid::{Cell, Role};
use super::record::Measured;
use super::tags;
use crate::backend::{Job, Sample};
use crate::machine::clock::Timer;
use crate::machine::counters::SystemReader;
use crate::machine::counters::system::TICK_NS;
use crate::measure::{self, Wrong};

/// A job with its answer.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    /// The work.
    pub(crate) job: Job<'a>,
    /// What must come out, for each width.
    pub(crate) expected: Vec<u64>,
}

impl<'a> Asked<'a> {
    /// The tasks of `job`, whose samples are only loaded. No oracle knows the answer, so one worker is
    /// asked first: what all others must agree with.
    pub(crate) fn loading(job: &Job<'a>) -> Self {
        let job = job.loading();
        let expected = job.answer();
        Self { job, expected }
    }
}

/// What all samples of a series have in common.
pub(crate) struct Bench<'a> {
    /// What is measured.
    pub(crate) counting: &'a Asked<'a>,
    /// The roof over it.
    pub(crate) loading: &'a Asked<'a>,
    /// How often a sample repeats the job.
    pub(crate) passes: NonZeroUsize,
    /// What the baseline needs for what one order asks of a worker.
    pub(crate) order: Duration,
    /// Counts what happens around a sample.
    pub(crate) reader: &'a SystemReader,
    /// What reading a clock costs.
    pub(crate) timer: &'a Timer,
    /// The CPUs that per-CPU figures are about.
    pub(crate) allowed: &'a [usize],
    /// Told the worker processes of each sample before they count.
    pub(crate) watch: &'a dyn Fn(&[u32]),
}

/// A worker that does not answer counts as hung after this time ...
const PATIENCE: Duration = Duration::from_secs(3);
/// ... and so many times what the baseline needs for the same.
const PATIENCE_FACTOR: u32 = 20;

/// How long an answer to an order may take that the baseline needs `order` for, where so many workers
/// take `turns` on one CPU.
pub(crate) fn patience(order: Duration, turns: usize) -> Duration {
    let turns = u32::try_from(turns).unwrap_or(u32::MAX);
    PATIENCE.saturating_add(order.saturating_mul(PATIENCE_FACTOR).saturating_mul(turns))
}

/// A sample that was measured and checked, whatever became of its workers afterwards.
#[derive(Debug)]
pub(crate) struct Shot {
    /// The sample.
    pub(crate) measured: Measured,
    /// Whether its workers ended as they should.
    pub(crate) ended: Result<(), Wrong>,
}

impl<'a> Bench<'a> {
    /// What a cell of this role is asked.
    fn asked(&self, role: Role) -> &'a Asked<'a> {
        match role {
            Role::Measured | Role::Control => self.counting,
            Role::Roof => self.loading,
        }
    }

    /// How many workers of `cell` take turns on one CPU. Where one job is divided among all of them,
    /// taking turns costs nothing: together they do what one would do.
    fn turns(&self, cell: &Cell) -> usize {
        if !self.counting.job.mode().replicates() {
            return 1;
        }
        let mut cpus = cell.placement.cpus();
        cpus.sort_unstable();
        cpus.dedup();
        let cpus = if cpus.is_empty() { self.allowed.len() } else { cpus.len() };
        cell.placement.workers().div_ceil(cpus.max(1))
    }

    /// Measures `cell`, the configuration with this number.
    pub(crate) fn take(&self, configuration: usize, cell: &Cell) -> Result<Shot, Wrong> {
        let Asked { job, expected } = self.asked(cell.role);
        let question = job.question();
        let patience = patience(self.order, self.turns(cell));
        let mut team = cell.backend.prepare(job, &cell.placement, patience)?;
        let startup = team.startup();
        (self.watch)(&team.processes());
        // Before the warm-up and not after it: on large machines workers would wait for milliseconds,
        // and come to the sample with a lower clock. Heat in the warm-up is heat in the sample, too.
        let slow_before = self.reader.read_slow();
        let warm_up = measure::warm_up(team.as_mut(), self.passes, question.places())?;
        let before = self.reader.read();
        let caller = Caller::begin();
        let sample = measure::checked(team.as_mut(), self.passes, question, expected)?;
        let caller = caller.used();
        let delta = self.reader.read().since(&before);
        let slow = self.reader.read_slow().since(slow_before);
        let dismissed = team.dismiss();
        let mut measured = Measured {
            configuration,
            observer_ns: self.observer_ns(&sample),
            caller_ns: caller.cpu_ns,
            caller_cpu: caller.cpu,
            unplaced_ns: 0,
            sample,
            setup_ns: startup.setup_ns,
            transfer_ns: startup.transfer_ns,
            teardown_ns: dismissed.as_ref().ok().copied(),
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
        Ok(Shot { measured, ended: dismissed.map(drop).map_err(Wrong::from) })
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
    use super::{Asked, Bench, Shot, patience};
    use crate::backend::{Backend, Error, Job, Mode, Sample, Scaling, Startup, Team};
    use crate::machine::clock::Timer;
    use crate::machine::counters::SystemReader;
    use crate::machine::{Tree, affinity};
    use crate::placement::{self, Placement};
    use crate::study::grid::{Cell, Role};
    use std::num::NonZeroUsize;
    use std::path::Path;
    use std::time::Duration;

    /// A backend whose workers count well and end badly.
    #[derive(Debug)]
    struct Ending;

    impl Backend for Ending {
        fn name(&self) -> &'static str {
            "ending"
        }

        fn summary(&self) -> &'static str {
            "made up"
        }

        fn scaling(&self) -> Scaling {
            Scaling::Any
        }

        fn prepare<'a>(
            &self,
            _job: &'a Job<'a>,
            _placement: &Placement,
            _patience: Duration,
        ) -> Result<Box<dyn Team + 'a>, Error> {
            Ok(Box::new(Self))
        }
    }

    impl Team for Ending {
        fn startup(&self) -> Startup {
            Startup::default()
        }

        fn measure(&mut self, _passes: NonZeroUsize, counts: &mut [u64]) -> Result<Sample, Error> {
            counts.fill(1);
            Ok(Sample { wall_ns: 7, phases: None, clock_readings: 0, workers: Vec::new() })
        }

        fn dismiss(self: Box<Self>) -> Result<u64, Error> {
            Err(Error::Died { backend: "ending", message: "too late".into() })
        }
    }

    fn bench<R>(mode: Mode, with: impl FnOnce(&Bench<'_>) -> R) -> R {
        let job = Job::from_tasks(1, &|_| 1, mode);
        let asked = Asked::loading(&job);
        with(&Bench {
            counting: &asked,
            loading: &asked,
            passes: NonZeroUsize::MIN,
            order: Duration::ZERO,
            reader: &SystemReader::find(&Tree::new(Path::new("/nowhere"))),
            timer: &Timer {
                resolution_ns: 1,
                clock_ns: 1.0,
                cpu_clock_ns: None,
                is_monotonic: None,
            },
            allowed: affinity::allowed(),
            watch: &|_| {},
        })
    }

    fn cell(workers: usize, cpus: &[usize]) -> Cell {
        let placement = placement::in_order(workers, cpus);
        Cell { backend: &Ending, placement, role: Role::Measured }
    }

    #[test]
    fn a_sample_is_kept_whose_workers_end_badly() {
        let Shot { measured, ended } =
            bench(Mode::Strong, |bench| bench.take(3, &cell(1, &[0]))).unwrap();
        assert_eq!((measured.configuration, measured.sample.wall_ns), (3, 7));
        assert_eq!(measured.teardown_ns, None);
        assert!(ended.unwrap_err().to_string().contains("too late"));
    }

    #[test]
    fn workers_take_turns_where_each_has_a_job_of_its_own() {
        let turns =
            |mode, workers, cpus: &[usize]| bench(mode, |bench| bench.turns(&cell(workers, cpus)));
        assert_eq!(turns(Mode::Weak, 7, &[4, 5]), 4);
        assert_eq!(turns(Mode::Throughput, 2, &[4, 5]), 1);
        assert_eq!(turns(Mode::Strong, 7, &[4, 5]), 1);
    }

    #[test]
    fn patience_grows_with_the_work_and_has_a_floor() {
        assert_eq!(patience(Duration::ZERO, 1), Duration::from_secs(3));
        assert_eq!(patience(Duration::from_millis(100), 1), Duration::from_secs(5));
        assert_eq!(patience(Duration::from_millis(100), 3), Duration::from_secs(9));
        assert_eq!(patience(Duration::MAX, usize::MAX), Duration::MAX);
    }
}
