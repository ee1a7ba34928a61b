//! How often 95 % intervals of speed-ups contain the truth where the stopping rule ended the study.
//!
//! `cargo run --release -p runner --example stopping [-- STUDIES]`
//!
//! Made-up studies with 1, 2, 3 and 4 workers, lognormal noise of 1.5 % on every time and of 3 % on every
//! block. Each is measured block by block until [`stop::is_enough_of`] says so; beside it stands the same
//! study with as many blocks as were needed on average. Separate from the example `coverage` of
//! `bench-report`, because the rule belongs to the program that measures.

use std::io::{self, Write};
use std::process::ExitCode;

use bench_report::statistics::ratio;
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng as _};
use rand_distr::{Distribution as _, StandardNormal};
use runner::study::plan::{MAX_BLOCKS, PRECISION};
use runner::study::stop::{self, Curve};

/// True speed-ups with 1, 2, 3 and 4 workers.
const SPEED_UPS: [f64; 4] = [0.98, 1.9, 2.7, 3.1];
/// Relative standard deviation of each time.
const NOISE: f64 = 0.015;
/// And of what all times of a block share.
const BLOCK_NOISE: f64 = 0.03;

fn main() -> ExitCode {
    let studies = std::env::args().nth(1).map_or(Ok(1000), |text| text.parse());
    match studies {
        Ok(studies) if print(&mut io::stdout().lock(), studies).is_ok() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(_) => {
            let _closed = writeln!(io::stderr(), "usage: stopping [STUDIES], a whole number");
            ExitCode::from(2)
        }
    }
}

fn print(out: &mut impl Write, studies: u64) -> io::Result<()> {
    let (mut blocks, mut covered) = (0, 0);
    for number in 0..studies {
        let (needed, held) = adaptive(number);
        blocks += needed;
        covered += held;
    }
    let mean = blocks / studies.max(1) as usize;
    let fixed: usize = (0..studies).map(|number| held(&study(number, mean))).sum();
    let percent = |held: usize| 100.0 * held as f64 / (SPEED_UPS.len() as u64 * studies) as f64;
    writeln!(
        out,
        "{studies} made-up studies, 95 % intervals of speed-ups that contain the truth:"
    )?;
    writeln!(
        out,
        "ended by the stopping rule: {:.1} %, {mean} blocks on average",
        percent(covered)
    )?;
    writeln!(out, "with {mean} blocks each: {:.1} %", percent(fixed))
}

/// Times of the baseline, and of the four numbers of workers.
type Times = (Vec<f64>, Curve);

/// Study number `number`, so many blocks of it; more blocks begin with the same ones.
fn study(number: u64, blocks: usize) -> Times {
    let mut random = ChaCha8Rng::seed_from_u64(number);
    let mut baseline = Vec::new();
    let mut curve = Curve { workers: vec![1, 2, 3, 4], times_ns: vec![Vec::new(); 4] };
    for _ in 0..blocks {
        let level = normal(BLOCK_NOISE, &mut random);
        baseline.push(1e8 * (level + normal(NOISE, &mut random)).exp());
        for (times_ns, speed_up) in curve.times_ns.iter_mut().zip(SPEED_UPS) {
            times_ns.push(1e8 / speed_up * (level + normal(NOISE, &mut random)).exp());
        }
    }
    (baseline, curve)
}

fn normal(sigma: f64, random: &mut impl Rng) -> f64 {
    let z: f64 = StandardNormal.sample(random);
    sigma * z
}

/// The blocks after which the rule ends a study, and how many intervals then contain the truth.
fn adaptive(number: u64) -> (usize, usize) {
    let is_enough = |blocks: &usize| {
        let (baseline, curve) = study(number, *blocks);
        stop::is_enough_of(&baseline, &[curve], PRECISION)
    };
    let blocks = (1..MAX_BLOCKS).find(is_enough).unwrap_or(MAX_BLOCKS);
    (blocks, held(&study(number, blocks)))
}

/// How many intervals contain the truth.
fn held((baseline, curve): &Times) -> usize {
    let holds = |(times_ns, truth): (&Vec<f64>, f64)| {
        ratio(baseline, times_ns).interval.is_some_and(|interval| interval.contains(truth))
    };
    curve.times_ns.iter().zip(SPEED_UPS).filter(|&pair| holds(pair)).count()
}
