//! Equal runs raise no alarms, and a true difference is found: counted on 1,000 made-up pairs.
//!
//! `cargo test -p bench-report --test across_alarms -- --nocapture` prints the figures; the example
//! `alarms` prints more of them.

#![expect(clippy::unwrap_used, reason = "made-up samples are never empty")]
#![expect(
    clippy::print_stdout,
    reason = "the figures are asked for, and the test harness keeps them"
)]

mod noise;

use bench_report::{across::ALPHA, statistics::proportion::expected_counts};
use noise::{
    NOISES, Noise,
    alarms::{Counts, count, head, line},
};

/// Pairs of runs for each kind of noise.
const PAIRS: u64 = 1000;

/// Samples of each run, as criterion takes them.
const SAMPLES: usize = 100;

fn counted(noise: &Noise, true_ratio: f64) -> Counts {
    let counts = count(noise, PAIRS, SAMPLES, true_ratio);
    println!("true ratio {true_ratio}\n{}\n{}", head(), line(noise, SAMPLES, &counts));
    counts
}

/// Whether `alarms` of `of` may be 5 % or less: not more than chance gives in one of a thousand tries.
fn is_within_alpha(alarms: u64, of: u64) -> bool {
    let (_, greatest) = expected_counts(ALPHA, of, 1e-3);
    alarms <= greatest
}

/// At most 5 % before correction, at most 5 % of pairs after it, and no more comparisons of 20 rows
/// with any alarm than 5 % by chance.
#[track_caller]
fn assert_calm(noise: &Noise) {
    let counts = counted(noise, 1.0);
    let alarms = [counts.uncorrected, counts.corrected, counts.beyond, counts.failed];
    assert!(alarms.iter().all(|alarms| alarms * 20 <= counts.pairs), "{counts:?}");
    assert!(is_within_alpha(counts.alarmed, counts.comparisons), "{counts:?}");
}

#[test]
fn equal_runs_with_independent_noise_raise_no_alarms() {
    assert_calm(&NOISES[0]);
}

#[test]
fn equal_runs_with_usual_noise_raise_no_alarms() {
    assert_calm(&NOISES[1]);
}

#[test]
fn equal_runs_whose_samples_remember_each_other_raise_no_alarms() {
    assert_calm(&NOISES[2]);
}

#[test]
fn five_per_cent_are_found_and_hold_up_a_gate_at_one_per_cent() {
    for noise in &NOISES[..2] {
        let counts = counted(noise, 1.05);
        assert!(counts.beyond * 100 >= counts.pairs * 95, "{counts:?}");
        assert!(counts.failed * 100 >= counts.pairs * 95, "{counts:?}");
        assert!(counts.covered * 100 >= counts.pairs * 95, "{counts:?}");
    }
}

/// What the help and the notes of a comparison admit: beyond 5 % where few samples remember for long, and
/// not beyond the share that is told there.
#[test]
fn few_samples_that_remember_for_long_alarm_as_often_as_is_told() {
    for (samples, told) in [(20, 0.21), (SAMPLES, 0.07)] {
        let counts = count(&NOISES[3], PAIRS, samples, 1.0);
        println!("{}", line(&NOISES[3], samples, &counts));
        let (_, greatest) = expected_counts(told, counts.comparisons, 1e-3);
        assert!(counts.alarmed <= greatest, "{counts:?}");
        assert!(samples == SAMPLES || !is_within_alpha(counts.alarmed, counts.comparisons));
    }
}
