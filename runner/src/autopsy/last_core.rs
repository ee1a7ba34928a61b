//! Leave one core free: what the last worker adds, and what else runs on its CPU.
//!
//! The article says that its fourth process gained little because the operating system was busy on the
//! fourth core. That predicts a gain of 1 less the share that others use of that CPU. Here every worker
//! does a job of its own on a CPU of its own, so that a worker held up shows in its own rate and not in
//! everybody's: one worker alone, all but one, all, and all beside a spinner of known share, which tests
//! whether foreign load is seen as large as it is. The free CPU is another one in every block.
//! On more than four CPUs four of them are used: the claim is about a fourth.
//!
//! Separate from the engines because nothing here is a flaw. Next: `injector`, the spinner; `bench-report`
//! judges.

use std::time::Duration;

use super::blocks::{Ended, MOST_FAILURES, Pace};
use super::injector::Injector;
use super::record::{Autopsy, Failure, LastCoreBlock, LastCoreSample, Worker};
use super::{Error, Options};
use crate::backend::{self, Backend, Mode, Scaling};
use crate::measure::Wrong;
use crate::placement;
use crate::study::grid::{Cell, Role};
use crate::study::order;
use crate::study::take::{Bench, Shot};

/// Shares that a spinner uses.
const SHARES: [f64; 3] = [0.05, 0.1, 0.2];

/// A sample lasts at least this long: many ticks of the system's counters, whose error is one tick.
const SAMPLE: Duration = Duration::from_millis(200);

/// Who works here: the first backend that can have any number of workers.
pub(super) fn backend() -> Option<&'static dyn Backend> {
    let many = |one: &&&dyn Backend| {
        one.scaling() == Scaling::Any && one.modes().contains(&Mode::Throughput)
    };
    backend::ALL.iter().find(many).copied()
}

/// What is measured in a block: how many workers, beside a spinner or not.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Setting {
    Alone,
    AllButOne,
    All,
    Beside(f64),
}

impl Setting {
    fn all() -> Vec<Self> {
        let beside = SHARES.map(Self::Beside);
        [Self::Alone, Self::AllButOne, Self::All].into_iter().chain(beside).collect()
    }

    /// The CPUs with a worker, if `free` is the one that is left free.
    fn seats(self, cpus: &[usize], free: usize) -> Vec<usize> {
        match self {
            Self::Alone => vec![free],
            Self::AllButOne => cpus.iter().copied().filter(|&cpu| cpu != free).collect(),
            Self::All | Self::Beside(_) => cpus.to_vec(),
        }
    }

    /// Its name in files.
    fn name(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::AllButOne => "all_but_one",
            Self::All => "all",
            Self::Beside(_) => "beside",
        }
    }

    fn describe(self) -> String {
        match self {
            Self::Alone => "one worker alone".into(),
            Self::AllButOne => "all cores but one".into(),
            Self::All => "all cores".into(),
            Self::Beside(share) => format!("all cores beside a load of {:.0} %", 100.0 * share),
        }
    }
}

/// Number of samples in a block.
pub(super) fn samples_per_block() -> usize {
    Setting::all().len()
}

/// The length of samples that `options` ask for: none in tests of a single pass.
pub(super) fn target(options: &Options) -> Option<Duration> {
    options.target.map(|_| SAMPLE)
}

/// Measures until it is enough, and keeps the file up to date.
///
/// # Errors
/// [`Error::Unwritable`] if the file cannot be written.
pub(super) fn measure(
    options: &Options,
    autopsy: &mut Autopsy,
    bench: &Bench<'_>,
    backend: &'static dyn Backend,
    pace: &Pace,
) -> Result<Ended, Error> {
    let settings = Setting::all();
    let mut orders = order::blocks(options.seed, u64::MAX, settings.len());
    for block in 0.. {
        if pace.is_enough(block) || autopsy.last_core.failures.len() >= MOST_FAILURES {
            break;
        }
        let cpus = autopsy.last_core.cpus.clone();
        let free = cpus[block % cpus.len()];
        autopsy.last_core.blocks.push(LastCoreBlock { cpu: free, samples: Vec::new() });
        for (place, setting) in orders.next().unwrap_or_default().into_iter().enumerate() {
            if options.interrupt.is_requested() {
                autopsy.keep(&options.out)?;
                return Ok(Ended::Interrupted);
            }
            let setting = settings[setting];
            pace.at(block, place, &setting.describe());
            let seed = options.seed.wrapping_add((block * settings.len() + place) as u64);
            match sample(bench, backend, setting, &cpus, free, seed) {
                Ok(sample) => autopsy.last_core.blocks[block].samples.push(sample),
                Err(message) => {
                    let what = setting.describe();
                    autopsy.last_core.failures.push(Failure { block, what, message });
                    break;
                }
            }
        }
        autopsy.keep(&options.out)?;
    }
    Ok(Ended::Complete)
}

/// One sample.
fn sample(
    bench: &Bench<'_>,
    backend: &'static dyn Backend,
    setting: Setting,
    cpus: &[usize],
    free: usize,
    seed: u64,
) -> Result<LastCoreSample, String> {
    let seats = setting.seats(cpus, free);
    let placement = placement::in_order(seats.len(), &seats);
    let cell = Cell { backend, placement, role: Role::Measured };
    let injector = match setting {
        Setting::Beside(share) => Some(Injector::start(free, share, seed)),
        Setting::Alone | Setting::AllButOne | Setting::All => None,
    };
    let injector = injector.transpose().map_err(|error| error.to_string())?;
    let shot = bench.take(0, &cell);
    let injected = injector.map(|injector| {
        injector.end().ok_or_else(|| "the spinner could not be put on its CPU".to_owned())
    });
    let words = |wrong: Wrong| wrong.to_string();
    let Shot { measured, ended } = shot.map_err(words)?;
    ended.map_err(words)?;
    let worker = |worker: &backend::WorkerSample| Worker {
        cpu: worker.cpu.filter(|_| worker.stayed()),
        busy_ns: worker.busy_ns,
        cpu_ns: worker.cpu_ns,
    };
    Ok(LastCoreSample {
        setting: setting.name(),
        wall_ns: measured.sample.wall_ns,
        workers: measured.sample.workers.iter().map(worker).collect(),
        foreign_ns: measured.foreign_ns,
        stolen_ns: measured.stolen_ns,
        unplaced_ns: measured.unplaced_ns,
        injected: injected.transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::Setting;

    #[test]
    fn one_core_is_left_free_or_shared() {
        let cpus = [2, 4, 7];
        assert_eq!(Setting::Alone.seats(&cpus, 4), [4]);
        assert_eq!(Setting::AllButOne.seats(&cpus, 4), [2, 7]);
        assert_eq!(Setting::All.seats(&cpus, 4), cpus);
        assert_eq!(Setting::Beside(0.1).seats(&cpus, 4), cpus);
    }
}
