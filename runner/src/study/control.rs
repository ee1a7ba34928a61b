//! The method applied to itself: one configuration compared with itself, again and again.
//!
//! Both sides of every comparison are the same, so their ratio is 1, and an interval that does not
//! hold 1 is a false alarm. Intervals of 95 % should give 5 of them in 100; how many they give on this
//! machine, now, with its noise, is what this measures (the A/A test of experimenters on the web;
//! Kohavi et al., KDD 2012). Samples and intervals are those of a study; a block is only the two sides in
//! random order, without the baseline around them. Separate from [`super::run`], because nothing is
//! learned about scaling. Next: `take`, the samples; [`super::stop`], the intervals.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use bench_report::model::Estimate;
use bench_report::statistics::proportion::wilson;
use bench_report::statistics::ratio;
use kernel::isa::Isa;
use serde::Serialize;

use super::grid::{Cell, Role};
use super::interrupt::Interrupt;

use super::tags::Tag;
use super::take::{Asked, Bench, Shot};
use super::{Error, order};
use crate::backend::{Backend, Job, Mode, Question, Work};
use crate::for_any;
use crate::machine::counters::SystemReader;
use crate::machine::{Capture, Tree, clock};
use crate::measure::{self, Wrong};
use crate::output::progress::Steps;
use crate::placement::Choice;
use crate::workload::{Error as WorkloadError, Workload};

/// The method is held to at most this share of false alarms: 7 in 100.
pub const BAR: f64 = 0.07;
/// Share of false alarms that intervals of 95 % should give.
const EXPECTED: f64 = 0.05;
/// More false alarms than in this share of all runs are no luck any more.
const LUCK: f64 = 0.975;

/// How long an answer may take before it is known what a pass takes.
const FIRST: Duration = Duration::from_secs(10);

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
    /// How often it was to be compared.
    pub asked: usize,
    /// How often it was compared; fewer if it was interrupted.
    pub comparisons: usize,
    /// Intervals that do not hold 1.
    pub false_alarms: usize,
    /// Their share.
    pub share: f64,
    /// 95 % interval of the share, after Wilson.
    pub interval: [f64; 2],
    /// Whether their share is at most [`BAR`].
    pub bar_met: bool,
    /// The most false alarms that luck explains: the 97.5 % quantile of the binomial distribution of so
    /// many comparisons, each with a chance of 5 %.
    pub most_by_luck: usize,
    /// Whether they are too many to be luck: more than [`most_by_luck`](Self::most_by_luck), and a share
    /// above [`BAR`].
    pub too_many: bool,
    /// Samples that were taken.
    pub samples: usize,
    /// How many of them each tag casts doubt on.
    pub tagged: BTreeMap<Tag, usize>,
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
        work: Work::Count,
        isa: options.isa.name().into(),
        center: options.workload.center.to_vec(),
        widths: widths.as_slice().to_vec(),
        widths_per_scan: NonZeroUsize::MIN,
        parts: NonZeroUsize::MIN,
    };
    let job = Job::new(&samples, question, Mode::Strong);
    let job = job.map_err(|error| unprepared(error.into()))?;
    let allowed = &capture.limits.allowed_cpus;
    let placement = options.placement.place(options.workers, &capture.machine.topology, allowed)?;
    let cell = Cell { backend: options.backend, placement, role: Role::Control };
    let reader = SystemReader::find(&Tree::new(Path::new("/")));
    let timer = clock::timer();
    let (loading, counting) = (Asked::loading(&job), Asked { job, expected });
    let bench = Bench {
        counting: &counting,
        loading: &loading,
        passes: NonZeroUsize::MIN,
        order: Duration::ZERO,
        reader: &reader,
        timer: &timer,
        allowed,
        watch: &|_| {},
    };
    let compared = compare(options, bench, &cell, steps)?;
    Ok(alarms(options, &cell, compared))
}

/// What was seen.
#[derive(Debug, Default)]
struct Compared {
    /// Estimate, lower and upper end of every ratio.
    ratios: Vec<[f64; 3]>,
    samples: usize,
    tagged: BTreeMap<Tag, usize>,
}

/// The ratio of every comparison, with its interval.
fn compare(
    options: &Options,
    mut bench: Bench<'_>,
    cell: &Cell,
    steps: &mut dyn Steps,
) -> Result<Compared, Error> {
    let failed = |wrong: Wrong| {
        Error::of_sample(options.workload.name, cell, bench.counting.job.question(), wrong)
    };
    let found = cell.backend.prepare(&bench.counting.job, &cell.placement, FIRST);
    let found = found.and_then(|mut team| {
        let mut counts = vec![0; bench.counting.job.question().places()];
        let passes = measure::passes_for(team.as_mut(), measure::SAMPLE, &mut counts)?;
        // No order asks for more than a sample.
        let order = Duration::from_nanos(team.measure(passes, &mut counts)?.wall_ns);
        team.dismiss().map(|_| (passes, order))
    });
    (bench.passes, bench.order) = found.map_err(|error| failed(error.into()))?;
    let mut orders = order::blocks(options.seed, 0, 2);
    let mut compared = Compared::default();
    for _ in 0..options.comparisons.get() {
        let mut sides = [Vec::new(), Vec::new()];
        for order in orders.by_ref().take(options.blocks) {
            if options.interrupt.is_requested() {
                return Ok(compared);
            }
            for side in order {
                let Shot { measured, ended } = bench.take(side, cell).map_err(failed)?;
                ended.map_err(failed)?;
                sides[side].push(measured.sample.wall_ns as f64);
                compared.samples += 1;
                for tag in measured.tags {
                    *compared.tagged.entry(tag).or_default() += 1;
                }
            }
            steps.advance(1);
        }
        let Estimate { value, interval } = ratio(&sides[0], &sides[1]);
        compared.ratios.extend(interval.map(|held| [value, held.low, held.high]));
    }
    Ok(compared)
}

/// The least number that a binomial variable of `n` trials with chance `p` exceeds with a chance of at
/// most 1 − `level`. Sums its probabilities from 0 on, in logarithms: they are tiny for large n.
fn quantile(n: usize, p: f64, level: f64) -> usize {
    let mut log_chance = n as f64 * (-p).ln_1p();
    let mut sum = 0.0;
    for k in 0..n {
        sum += log_chance.exp();
        if sum >= level {
            return k;
        }
        log_chance += ((n - k) as f64 / (k + 1) as f64).ln() + (p / (1.0 - p)).ln();
    }
    n
}

/// Counts the intervals that do not hold 1.
fn alarms(options: &Options, cell: &Cell, compared: Compared) -> Option<Alarms> {
    let Compared { ratios, samples, tagged } = compared;
    let is_false = |[_, low, high]: &&[f64; 3]| *low > 1.0 || *high < 1.0;
    let false_alarms = ratios.iter().filter(is_false).count();
    let share = wilson(false_alarms as u64, ratios.len() as u64)?;
    let most_by_luck = quantile(ratios.len(), EXPECTED, LUCK);
    let interval = share.interval.map(|interval| [interval.low, interval.high])?;
    Some(Alarms {
        configuration: cell.configuration().describe(),
        blocks_per_comparison: options.blocks,
        asked: options.comparisons.get(),
        comparisons: ratios.len(),
        false_alarms,
        share: share.value,
        interval,
        bar_met: share.value <= BAR,
        most_by_luck,
        too_many: false_alarms > most_by_luck && share.value > BAR,
        samples,
        tagged,
        ratios,
    })
}

#[cfg(test)]
mod tests {
    use super::{Compared, Options, alarms, quantile};
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
        let compared = Compared { ratios, ..Compared::default() };
        alarms(&options, &Cell { backend: ALL[0], placement, role: Role::Control }, compared)
    }

    #[test]
    fn intervals_without_one_are_false_alarms() {
        let (held, low, high) = ([1.0, 0.9, 1.1], [0.9, 0.8, 0.99], [1.1, 1.01, 1.2]);
        let mut ratios = vec![held; 95];
        ratios.extend([low, high, low, high, low]);
        let few = counted(ratios.clone()).unwrap();
        assert_eq!((few.false_alarms, few.comparisons, few.too_many), (5, 100, false));
        assert!(few.bar_met && few.most_by_luck == 10);
        let with = |alarms: usize| {
            let mut ratios = vec![held; 100 - alarms];
            ratios.extend(vec![low; alarms]);
            let found = counted(ratios).unwrap();
            (found.bar_met, found.too_many)
        };
        assert_eq!([7, 8].map(with), [(true, false), (false, false)]);
        assert_eq!(
            [few.most_by_luck, few.most_by_luck + 1].map(with),
            [(false, false), (false, true)]
        );
        assert_eq!(counted(Vec::new()), None);
    }

    /// Checked against a table of the binomial distribution: with 100 trials at 5 %, at most 9 have a
    /// chance of 97.2 % and at most 10 one of 98.9 %.
    #[test]
    fn luck_has_a_limit() {
        assert_eq!(quantile(100, 0.05, 0.975), 10);
        assert_eq!(quantile(100, 0.05, 0.97), 9);
        assert_eq!((quantile(1, 0.05, 0.975), quantile(0, 0.05, 0.975)), (1, 0));
        let many = quantile(100_000, 0.05, 0.975);
        assert!((5130..5140).contains(&many), "5000 and 1.96 standard deviations, not {many}");
    }
}
