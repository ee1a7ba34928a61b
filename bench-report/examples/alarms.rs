//! How often the comparison of equal runs raises an alarm, and how often it finds a true difference.
//!
//! `cargo run --release -p bench-report --example alarms [-- PAIRS [SAMPLES]...]`
//!
//! For every kind of made-up noise and several numbers of samples: 1,000 pairs of equal runs, then
//! 1,000 pairs that truly differ by 5 %. Next: `tests/noise` makes the runs and counts,
//! `tests/across_alarms.rs` asserts the bars.

#![expect(clippy::unwrap_used, reason = "made-up samples are never empty")]

use std::{
    env,
    io::{self, Write},
    process::ExitCode,
};

#[path = "../tests/noise/mod.rs"]
mod noise;

use noise::{NOISES, alarms};

/// Samples of each run, unless told otherwise.
const SAMPLES: &[usize] = &[10, 20, 50, 100, 200];

fn main() -> ExitCode {
    let numbers: Result<Vec<usize>, _> = env::args().skip(1).map(|text| text.parse()).collect();
    let Ok(numbers) = numbers else {
        let _ = writeln!(io::stderr(), "usage: alarms [PAIRS [SAMPLES]...], whole numbers");
        return ExitCode::from(2);
    };
    let (pairs, samples) = match numbers.split_first() {
        None => (1000, SAMPLES),
        Some((&pairs, [])) => (pairs, SAMPLES),
        Some((&pairs, samples)) => (pairs, samples),
    };
    match print(&mut io::stdout().lock(), pairs as u64, samples) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn print(out: &mut impl Write, pairs: u64, samples: &[usize]) -> io::Result<()> {
    for true_ratio in [1.0, 1.05] {
        writeln!(out, "{pairs} pairs of each kind, true ratio {true_ratio}\n\n{}", alarms::head())?;
        for noise in &NOISES {
            for &samples in samples {
                let counts = alarms::count(noise, pairs, samples, true_ratio);
                writeln!(out, "{}", alarms::line(noise, samples, &counts))?;
            }
        }
        writeln!(out)?;
    }
    Ok(())
}
