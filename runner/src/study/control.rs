//! The method applied to itself: one configuration compared with itself, again and again.
//!
//! Both sides of every comparison are the same, so their ratio is 1, and an interval that does not
//! hold 1 is a false alarm. Intervals of 95 % should give 5 of them in 100; how many they give on this
//! machine, now, with its noise, is what this measures (the A/A test of experimenters on the web;
//! Kohavi et al., KDD 2012). Samples, blocks and intervals are those of a study. Separate from
//! [`super::run`], because nothing is learned about scaling. Next: `take`, the samples.

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use bench_report::statistics;
use bench_report::statistics::proportion::wilson;
use kernel::isa::Isa;
use serde::Serialize;

use super::grid::{Cell, Role};
use super::interrupt::Interrupt;
use super::take::{Bench, patience};
use super::{Error, order};
use crate::backend::{Backend, Job, Mode, Question};
use crate::for_any;
use crate::machine::counters::SystemReader;
use crate::machine::{Capture, Tree, clock};
use crate::measure::{self, Wrong};
use crate::output::progress::Steps;
use crate::placement::Choice;
use crate::workload::{Error as WorkloadError, Workload};

/// Share of false alarms that is worse than luck if all of its interval lies above.
pub const TOO_MANY: f64 = 0.07;

/// What to compare with itself.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is counted.
    pub workload: Workload,
    /// Who counts.
    pub backend: &'static dyn Backend,
    /// With so many workers.
    pub workers: usize,
    /// Where they sit.
    pub placement: Choice,
    /// The instruction set that counts.
    pub isa: &'static Isa,
    /// How often to compare.
    pub comparisons: NonZeroUsize,
    /// Blocks of each comparison.
    pub blocks: usize,
    /// Seed of the random order.
    pub seed: u64,
    /// Who may stop it.
    pub interrupt: Interrupt,
}

/// How often the method cried wolf.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Alarms {
    /// The configuration in words.
    pub configuration: String,
    /// Blocks of each comparison.
    pub blocks_per_comparison: usize,
    /// How often it was compared.
    pub comparisons: usize,
    /// Intervals that do not hold 1.
    pub false_alarms: usize,
    /// Their share.
    pub share: f64,
    /// 95 % interval of the share, after Wilson.
    pub interval: [f64; 2],
    /// Whether they are more than the method allows: the whole interval is above [`TOO_MANY`].
    pub too_many: bool,
    /// Estimate, lower and upper end of every ratio.
    pub ratios: Vec<[f64; 3]>,
}

/// Compares a configuration with itself. Takes about 0.1 s for each block.
///
/// An interruption ends it early: what has been compared by then counts; `None` if nothing was.
///
/// # Errors
/// [`Error::Placement`], [`Error::Workload`], [`Error::Backend`] and [`Error::Count`], as a study.
pub fn run(
    options: &Options,
    capture: &Capture,
    steps: &mut dyn Steps,
) -> Result<Option<Alarms>, Error> {
    let name = options.workload.name;
    let unprepared = |source: WorkloadError| Error::Workload { workload: name, source };
    let samples = options.workload.samples().map_err(unprepared)?;
    let expected = for_any!(&samples, samples => options.workload.counts(samples));
    let expected = expected.map_err(unprepared)?;
    let widths = options.workload.widths.widths().map_err(|error| unprepared(error.into()))?;
    let question = Question {
        isa: options.isa.name().into(),
        center: options.workload.center.to_vec(),
        widths: widths.as_slice().to_vec(),
        widths_per_scan: NonZeroUsize::MIN,
    };
    let job = Job::new(&samples, question, Mode::Strong);
    let job = job.map_err(|error| unprepared(error.into()))?;
    let allowed = &capture.limits.allowed_cpus;
    let placement = options.placement.place(options.workers, &capture.machine.topology, allowed)?;
    let cell = Cell { backend: options.backend, placement, role: Role::Control };
    let reader = SystemReader::find(&Tree::new(Path::new("/")));
    let timer = clock::timer();
    let bench = Bench {
        job: &job,
        expected: &expected,
        passes: NonZeroUsize::MIN,
        patience: patience(Duration::ZERO),
        reader: &reader,
        timer: &timer,
        allowed,
    };
    let ratios = compare(options, bench, &cell, steps)?;
    Ok(alarms(options, &cell, ratios))
}

/// The ratio of every comparison, with its interval.
fn compare(
    options: &Options,
    mut bench: Bench<'_>,
    cell: &Cell,
    steps: &mut dyn Steps,
) -> Result<Vec<[f64; 3]>, Error> {
    let failed = |wrong: Wrong| {
        Error::of_sample(options.workload.name, cell, &bench.job.question().widths, wrong)
    };
    let found = cell.backend.prepare(bench.job, &cell.placement, bench.patience);
    let found = found.and_then(|mut team| {
        let mut counts = vec![0; bench.expected.len()];
        let passes = measure::passes_for(team.as_mut(), measure::SAMPLE, &mut counts)?;
        team.dismiss().map(|_| passes)
    });
    bench.passes = found.map_err(|error| failed(error.into()))?;
    let mut orders = order::blocks(options.seed, 0, 2);
    let mut ratios = Vec::new();
    for _ in 0..options.comparisons.get() {
        let mut sides = [Vec::new(), Vec::new()];
        for order in orders.by_ref().take(options.blocks) {
            if options.interrupt.is_requested() {
                return Ok(ratios);
            }
            for side in order {
                let measured = bench.take(side, cell).map_err(failed)?;
                sides[side].push(measured.sample.wall_ns as f64);
            }
            steps.advance(1);
        }
        ratios.extend(ratio(&sides));
    }
    Ok(ratios)
}

/// The ratio of both sides with its interval, as of a speed-up; `None` with too few blocks.
fn ratio([first, second]: &[Vec<f64>; 2]) -> Option<[f64; 3]> {
    if first.is_empty() {
        return None;
    }
    let ratio = statistics::ratio(first, second);
    ratio.interval.map(|interval| [ratio.value, interval.low, interval.high])
}

/// Counts the intervals that do not hold 1.
fn alarms(options: &Options, cell: &Cell, ratios: Vec<[f64; 3]>) -> Option<Alarms> {
    let is_false = |[_, low, high]: &&[f64; 3]| *low > 1.0 || *high < 1.0;
    let false_alarms = ratios.iter().filter(is_false).count();
    let share = wilson(false_alarms as u64, ratios.len() as u64)?;
    let interval = share.interval.map(|interval| [interval.low, interval.high])?;
    Some(Alarms {
        configuration: cell.configuration().describe(),
        blocks_per_comparison: options.blocks,
        comparisons: ratios.len(),
        false_alarms,
        share: share.value,
        interval,
        too_many: interval[0] > TOO_MANY,
        ratios,
    })
}

#[cfg(test)]
mod tests {
    use super::{Options, alarms, ratio};
    use crate::backend::ALL;
    use crate::placement::{self, Choice};
    use crate::study::grid::{Cell, Role};
    use crate::study::interrupt::Interrupt;
    use crate::workload;
    use std::num::NonZeroUsize;

    fn counted(ratios: Vec<[f64; 3]>) -> Option<super::Alarms> {
        let options = Options {
            workload: workload::ALL[0].clone(),
            backend: ALL[0],
            workers: 1,
            placement: Choice::default(),
            isa: kernel::isa::best(),
            comparisons: NonZeroUsize::MIN,
            blocks: 12,
            seed: 1,
            interrupt: Interrupt::default(),
        };
        let placement = placement::in_order(1, &[0]);
        alarms(&options, &Cell { backend: ALL[0], placement, role: Role::Control }, ratios)
    }

    #[test]
    fn intervals_without_one_are_false_alarms() {
        let (held, low, high) = ([1.0, 0.9, 1.1], [0.9, 0.8, 0.99], [1.1, 1.01, 1.2]);
        let mut ratios = vec![held; 95];
        ratios.extend([low, high, low, high, low]);
        let few = counted(ratios.clone()).unwrap();
        assert_eq!((few.false_alarms, few.comparisons, few.too_many), (5, 100, false));
        // Wilson (1927) for 12 and for 14 of 100: from 7.0 % and from 8.5 %.
        ratios.truncate(86);
        ratios.extend([low; 14]);
        let many = counted(ratios).unwrap();
        assert!(many.too_many && many.interval[0] > 0.08, "{:?}", many.interval);
        assert_eq!(counted(Vec::new()), None);
    }

    #[test]
    fn equal_sides_have_ratio_one_and_few_blocks_none() {
        let times: Vec<f64> = (0..12).map(|i| 100.0 + f64::from(i % 5)).collect();
        let [estimate, low, high] = ratio(&[times.clone(), times]).unwrap();
        assert!(low <= 1.0 && high >= 1.0 && (estimate - 1.0).abs() < 1e-12);
        let slow: Vec<f64> = (0..12).map(|i| 110.0 + f64::from(i % 5)).collect();
        let fast: Vec<f64> = (0..12).map(|i| 100.0 + f64::from(i % 5)).collect();
        assert!(ratio(&[slow, fast]).unwrap()[1] > 1.0);
        assert_eq!(ratio(&[vec![1.0; 5], vec![1.0; 5]]), None);
    }
}
