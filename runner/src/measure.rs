//! Runs a team until a measured sample is long enough to be believed.
//!
//! A single pass may be shorter than what a clock, an interrupt or a scheduler tick can disturb;
//! therefore a sample repeats the whole job. How often is found here, once per workload and on the
//! baseline, so that every configuration does the same work. Every sample begins with a warm-up,
//! because its workers are new. This file returns raw samples and computes nothing from them. Next:
//! [`study`](crate::study), which decides who is measured when.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::backend::{Error, Question, Sample, Team};

/// A sample of the baseline lasts at least this long: a million times the resolution of today's
/// clocks, several scheduler ticks, and short enough for many blocks.
pub const SAMPLE: Duration = Duration::from_millis(20);

/// More passes than this make no sense: a pass takes two readings of a clock at least, so that even
/// an empty one fills a sample with fewer.
pub const MOST_PASSES: usize = 1 << 25;

/// Between one guess and the next, passes grow at most so much: the first guess is a cold one.
const GROWTH: usize = 16;
/// So many readings must be long enough.
const READINGS: usize = 3;
/// A single pass that takes so many samples' time is long by itself, not because it was held up once.
const LONG: u128 = 16;

/// Passes that make one sample of `team` last at least `target`, at most [`MOST_PASSES`]. The samples
/// taken on the way warm caches and clocks up and are discarded.
///
/// The shortest of several readings counts: one that was held up for 20 ms would otherwise fix the
/// whole series at a fraction of the passes that it needs.
///
/// # Errors
/// What [`Team::measure`] says.
pub fn passes_for(
    team: &mut dyn Team,
    target: Duration,
    counts: &mut [u64],
) -> Result<NonZeroUsize, Error> {
    let mut passes = NonZeroUsize::MIN;
    loop {
        let wall_ns = shortest(team, passes, target.as_nanos(), counts)?;
        if wall_ns >= target.as_nanos() || passes.get() >= MOST_PASSES {
            return Ok(passes);
        }
        // A tenth more than the rate seen so far asks for, because the rate still rises.
        let needed = passes.get() as u128 * target.as_nanos() * 11 / 10 / wall_ns.max(1) + 1;
        let grown = needed.min((passes.get() * GROWTH) as u128) as usize;
        let grown = grown.max(passes.get()).saturating_add(1).min(MOST_PASSES);
        passes = NonZeroUsize::new(grown).unwrap_or(passes);
    }
}

/// The shortest of [`READINGS`] samples in ns; fewer are taken if one is too short already, or a
/// single pass is very long.
fn shortest(
    team: &mut dyn Team,
    passes: NonZeroUsize,
    target_ns: u128,
    counts: &mut [u64],
) -> Result<u128, Error> {
    let mut shortest_ns = u128::MAX;
    for _ in 0..READINGS {
        let wall_ns = u128::from(team.measure(passes, counts)?.wall_ns);
        shortest_ns = shortest_ns.min(wall_ns);
        let is_long_by_itself = passes == NonZeroUsize::MIN && wall_ns > LONG * target_ns;
        if wall_ns < target_ns || is_long_by_itself {
            break;
        }
    }
    Ok(shortest_ns)
}

/// Passes of a warm-up are timed in chunks, so many to a measured sample.
const CHUNKS: usize = 10;
/// Chunks in a row that must take about the same time.
const STEADY_CHUNKS: usize = 5;
/// About the same: their standard deviation is less than this share of their mean (Georges et al.
/// 2007, section 3, use 1 % or 2 %).
const STEADY_SHARE: f64 = 0.01;
/// However few passes a sample has, a warm-up may go on so long to see whether times are steady.
const WARM_UP: Duration = Duration::from_millis(100);

/// What passed before a measured sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WarmUp {
    /// Passes of the whole job.
    pub passes: usize,
    /// How long they took.
    pub wall_ns: u64,
    /// Whether times had become steady at its end; `None` if there were too few to tell.
    pub steady: Option<bool>,
}

/// Runs `team` until the last chunks of passes take about the same time, or until it has run for
/// about as long as a sample of `passes`. The job has `places` counts.
///
/// # Errors
/// What [`Team::measure`] says.
pub fn warm_up(team: &mut dyn Team, passes: NonZeroUsize, places: usize) -> Result<WarmUp, Error> {
    let chunk = NonZeroUsize::new(passes.get() / CHUNKS).unwrap_or(NonZeroUsize::MIN);
    let mut counts = vec![0; places];
    let mut chunks_ns = Vec::new();
    let mut done = WarmUp { passes: 0, wall_ns: 0, steady: None };
    loop {
        let wall_ns = team.measure(chunk, &mut counts)?.wall_ns;
        chunks_ns.push(wall_ns as f64);
        done.passes += chunk.get();
        done.wall_ns += wall_ns;
        let last = chunks_ns.len().checked_sub(STEADY_CHUNKS);
        done.steady = last.map(|first| is_steady(&chunks_ns[first..]));
        let seen_enough = last.is_some() || u128::from(done.wall_ns) >= WARM_UP.as_nanos();
        if done.steady == Some(true) || (seen_enough && done.passes >= passes.get()) {
            return Ok(done);
        }
    }
}

/// Whether the coefficient of variation is below [`STEADY_SHARE`].
fn is_steady(times: &[f64]) -> bool {
    let n = times.len() as f64;
    let mean = times.iter().sum::<f64>() / n;
    let squares: f64 = times.iter().map(|time| (time - mean).powi(2)).sum();
    (squares / (n - 1.0)).sqrt() < STEADY_SHARE * mean
}

/// One measured sample whose counts are checked against `expected`, one count for each width.
///
/// # Errors
/// - [`Wrong::Failed`] for what [`Team::measure`] says;
/// - [`Wrong::Count`] names the first width that was counted wrongly.
pub fn checked(
    team: &mut dyn Team,
    passes: NonZeroUsize,
    question: &Question,
    expected: &[u64],
) -> Result<Sample, Wrong> {
    let mut counts = vec![u64::MAX; question.places()];
    let sample = team.measure(passes, &mut counts)?;
    let counts = question.totals(&counts);
    match counts.iter().zip(expected).position(|(found, expected)| found != expected) {
        Some(width) => Err(Wrong::Count { width, found: counts[width], expected: expected[width] }),
        None => Ok(sample),
    }
}

/// Why a sample is worth nothing.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// It could not be taken.
    #[error(transparent)]
    Failed(#[from] Error),
    /// It was taken of a wrong computation.
    #[error("width number {width} counted {found}, it must be {expected}")]
    Count {
        /// Position of the first width that differs.
        width: usize,
        /// What was counted.
        found: u64,
        /// What had to be counted.
        expected: u64,
    },
}

#[cfg(test)]
mod tests {
    use super::{MOST_PASSES, WarmUp, Wrong, checked, is_steady, passes_for, warm_up};
    use crate::backend::{Error, Job, Mode, Sample, Startup, Team};
    use std::num::NonZeroUsize;
    use std::time::Duration;

    /// A team that takes `pass_ns` for every pass and `start_ns` once, without a clock, and is held
    /// up for 20 ms in the samples `stalled`.
    #[derive(Default)]
    struct Scripted {
        start_ns: u64,
        pass_ns: u64,
        samples: usize,
        stalled: &'static [usize],
    }

    impl Team for Scripted {
        fn startup(&self) -> Startup {
            Startup::default()
        }

        fn dismiss(self: Box<Self>) -> Result<u64, Error> {
            Ok(0)
        }

        fn measure(&mut self, passes: NonZeroUsize, counts: &mut [u64]) -> Result<Sample, Error> {
            self.samples += 1;
            counts.fill(5);
            let stall_ns = if self.stalled.contains(&self.samples) { 20_000_000 } else { 0 };
            let wall_ns = self.start_ns + self.pass_ns * passes.get() as u64 + stall_ns;
            Ok(Sample { wall_ns, phases: None, clock_readings: 0, workers: Vec::new() })
        }
    }

    #[test]
    fn a_sample_lasts_long_enough_and_not_much_longer() {
        for pass_ns in [0, 1, 150_000, 1_000_000, 19_999_999, 20_000_000, 3_000_000_000] {
            let mut team = Scripted { start_ns: 40_000, pass_ns, ..Scripted::default() };
            if pass_ns == 0 {
                team.start_ns = 20_000_000;
            }
            let target = Duration::from_millis(20);
            let passes = passes_for(&mut team, target, &mut [0]).unwrap().get() as u64;
            let wall_ns = team.start_ns + pass_ns * passes;
            assert!(wall_ns >= 20_000_000, "{pass_ns} ns: {passes} passes");
            assert!(passes <= 1 || wall_ns < 50_000_000, "{pass_ns} ns: {passes} passes");
            assert!(team.samples < 12, "{pass_ns} ns: {} samples", team.samples);
        }
    }

    #[test]
    fn being_held_up_once_or_twice_does_not_make_samples_short() {
        let target = Duration::from_millis(20);
        for stalled in [&[1][..], &[2], &[3], &[1, 2], &[2, 3], &[1, 4]] {
            let mut team = Scripted { pass_ns: 1_000_000, stalled, ..Scripted::default() };
            let passes = passes_for(&mut team, target, &mut [0]).unwrap().get();
            assert!(passes >= 20, "{stalled:?}: {passes} passes");
        }
    }

    #[test]
    fn passes_of_no_length_at_all_have_an_end() {
        let mut team = Scripted::default();
        let passes = passes_for(&mut team, Duration::from_millis(20), &mut [0]).unwrap();
        assert_eq!(passes.get(), MOST_PASSES);
    }

    #[test]
    fn a_warm_up_ends_when_times_are_steady_or_the_limit_is_reached() {
        let passes = |n| NonZeroUsize::new(n).unwrap();
        let mut even = Scripted { pass_ns: 1_000_000, ..Scripted::default() };
        let expected = WarmUp { passes: 10, wall_ns: 10_000_000, steady: Some(true) };
        assert_eq!(warm_up(&mut even, passes(20), 1).unwrap(), expected);
        // A pass that is longer than the limit: one is enough, and says nothing about steadiness.
        let mut long = Scripted { pass_ns: 300_000_000, ..Scripted::default() };
        let once = WarmUp { passes: 1, wall_ns: 300_000_000, steady: None };
        assert_eq!(warm_up(&mut long, passes(1), 1).unwrap(), once);
    }

    #[test]
    fn steady_means_within_one_per_cent() {
        assert!(is_steady(&[100.0, 100.5, 99.5, 100.0, 100.0]));
        assert!(!is_steady(&[100.0, 102.0, 98.0, 100.0, 100.0]));
        assert!(!is_steady(&[0.0; 5]));
    }

    #[test]
    fn wrong_counts_are_named() {
        let mut team = Scripted { start_ns: 1, pass_ns: 1, ..Scripted::default() };
        let job = Job::from_tasks(2, &|_| 5, Mode::Strong);
        let mut question = job.question().clone();
        let one = NonZeroUsize::MIN;
        let sample = checked(&mut team, one, &question, &[5, 5]).unwrap();
        assert_eq!(sample.wall_ns, 2);
        let wrong = checked(&mut team, one, &question, &[5, 4]).unwrap_err();
        assert!(matches!(wrong, Wrong::Count { width: 1, found: 5, expected: 4 }), "{wrong}");
        question.parts = NonZeroUsize::new(3).unwrap();
        assert!(checked(&mut team, one, &question, &[15, 15]).is_ok(), "counts of parts add up");
    }
}
