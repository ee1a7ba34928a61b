//! Two cases timed in turn, and the ratio of their times with its interval.
//!
//! A round times both, in random order; whatever the machine does meanwhile (frequency, neighbours on
//! the same host) meets both sides of the ratio. (Hoefler & Belli, SC'15, rules 5 and 9.) A sample
//! repeats its job until the clock's own error is small. The ratio and its interval are those of every
//! ratio in a report ([`bench_report::statistics::ratio`]): a bootstrap over rounds that are drawn
//! whole, so that what both sides share stays shared. Measuring and computing are separate functions.
//! Next: [`crate::table`].

use std::hint::black_box;
use std::time::{Duration, Instant};

use bench_report::model::Interval;
use bench_report::statistics::{self, median};
use runner::study::order;
use serde::Serialize;

use crate::case::{Answer, Job};
use crate::workload::SEED;

/// Share of intervals that hold the true ratio.
pub const CONFIDENCE: f64 = 0.95;

/// How long to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// A sample lasts at least this long.
    pub sample: Duration,
    /// All rounds together last about this long.
    pub budget: Duration,
    /// Fewest rounds, whatever they last.
    pub fewest: usize,
    /// Most rounds.
    pub most: usize,
}

impl Effort {
    /// For figures.
    pub const FULL: Self = Self {
        sample: Duration::from_micros(200),
        budget: Duration::from_secs(1),
        fewest: 15,
        most: 301,
    };
    /// To see that it runs: one round.
    pub const ONCE: Self =
        Self { sample: Duration::ZERO, budget: Duration::ZERO, fewest: 1, most: 1 };

    /// Rounds that fit if one lasts `round`.
    fn rounds(self, round: Duration) -> usize {
        let fitting = self.budget.as_nanos() / round.as_nanos().max(1);
        usize::try_from(fitting).unwrap_or(usize::MAX).clamp(self.fewest, self.most)
    }
}

/// Times of two jobs, round by round.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rounds {
    /// The subject's and the reference's passes in one sample.
    pub passes: [u32; 2],
    /// Nanoseconds of one pass of the subject and of the reference, in the order measured.
    pub pass_ns: Vec<[f64; 2]>,
}

/// A ratio of times: below 1, the subject is faster than the reference.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Ratio {
    /// Ratio of the steady centers of both sides.
    pub estimate: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// Times `jobs` (subject, reference) in turn.
pub fn measure(jobs: &mut [Job<'_>; 2], effort: Effort) -> Rounds {
    let [subject, reference] = jobs.each_mut().map(|job| passes(job, effort.sample));
    let passes = [subject.0, reference.0];
    let rounds = effort.rounds(subject.1 + reference.1);
    let mut pass_ns = Vec::with_capacity(rounds);
    for block in order::blocks(SEED, 0, 2).take(rounds) {
        let mut round = [0.0; 2];
        for side in block {
            let elapsed = time(&mut jobs[side], passes[side]);
            round[side] = elapsed.as_nanos() as f64 / f64::from(passes[side]);
        }
        pass_ns.push(round);
    }
    Rounds { passes, pass_ns }
}

/// Passes that last at least `least` together, and how long they lasted. Warms up on the way.
fn passes(job: &mut Job<'_>, least: Duration) -> (u32, Duration) {
    let mut passes = 1;
    loop {
        let elapsed = time(job, passes);
        if elapsed >= least || passes > u32::MAX / 2 {
            return (passes, elapsed);
        }
        passes *= 2;
    }
}

fn time(job: &mut Job<'_>, passes: u32) -> Duration {
    let start = Instant::now();
    for _ in 0..passes {
        black_box::<Answer>(job());
    }
    start.elapsed()
}

impl Rounds {
    /// Median nanoseconds of one pass: subject, reference.
    ///
    /// # Panics
    /// If there is no round.
    pub fn medians(&self) -> [f64; 2] {
        [0, 1].map(|side| median(&mut self.side(side)))
    }

    /// The ratio with its interval: without ends if there are too few rounds for one. Same rounds,
    /// same interval.
    ///
    /// # Panics
    /// If there is no round.
    pub fn ratio(&self) -> Ratio {
        let ratio = statistics::ratio(&self.side(0), &self.side(1));
        let none = Interval { low: 0.0, high: f64::INFINITY };
        let Interval { low, high } = ratio.interval.unwrap_or(none);
        Ratio { estimate: ratio.value, low, high }
    }

    fn side(&self, side: usize) -> Vec<f64> {
        self.pass_ns.iter().map(|round| round[side]).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn rounds(pass_ns: &[[f64; 2]]) -> Rounds {
        Rounds { passes: [1, 1], pass_ns: pass_ns.to_vec() }
    }

    #[test]
    fn few_rounds_have_a_ratio_but_no_ends() {
        let ratio = rounds(&[[2.0, 1.0]; 5]).ratio();
        assert_eq!(ratio, Ratio { estimate: 2.0, low: 0.0, high: f64::INFINITY });
    }

    #[test]
    fn a_constant_ratio_has_no_width_even_if_the_machine_drifts() {
        let drifting: Vec<_> = (1..=31).map(|i| [2.0 * f64::from(i), f64::from(i)]).collect();
        let Ratio { estimate, low, high } = rounds(&drifting).ratio();
        assert!([estimate, low, high].iter().all(|ratio| (ratio - 2.0).abs() < 1e-12));
    }

    #[test]
    fn the_interval_holds_the_estimate_and_widens_with_noise() {
        let spread = |noise: f64| {
            let noisy = |i: u32| [10.0 + noise * f64::from(i * 7 % 11), 10.0];
            let ratio = rounds(&(0..40).map(noisy).collect::<Vec<_>>()).ratio();
            assert!(ratio.low <= ratio.estimate && ratio.estimate <= ratio.high, "{ratio:?}");
            ratio.high - ratio.low
        };
        assert!(spread(1.0) > spread(0.1) && spread(0.1) > 0.0);
    }

    #[test]
    fn sides_take_turns_at_random_and_both_run_in_each_round() {
        let log = RefCell::new(String::new());
        let job = |side: char| -> Job<'_> {
            let log = &log;
            Box::new(move || {
                log.borrow_mut().push(side);
                Answer::Count(0)
            })
        };
        let effort = Effort { fewest: 40, most: 40, ..Effort::ONCE };
        let measured = measure(&mut [job('a'), job('b')], effort);
        assert_eq!((measured.passes, measured.pass_ns.len()), ([1, 1], 40));
        let order = log.borrow()[2..].to_owned();
        let in_turn: Vec<_> = (0..40).map(|round| &order[2 * round..2 * round + 2]).collect();
        assert!(in_turn.iter().all(|turn| ["ab", "ba"].contains(turn)), "{order}");
        assert!(in_turn.contains(&"ab") && in_turn.contains(&"ba"), "{order}");
    }

    #[test]
    fn rounds_fit_the_budget_within_their_bounds() {
        let rounds = |ms| Effort::FULL.rounds(Duration::from_millis(ms));
        assert_eq!([rounds(0), rounds(10), rounds(5_000)], [301, 100, 15]);
        assert_eq!(Effort::ONCE.rounds(Duration::ZERO), 1);
    }
}
