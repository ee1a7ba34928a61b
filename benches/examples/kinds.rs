//! How fast samples of every kind are counted, compared with normal ones of the same n and d.
//!
//! `cargo run --release -p benches --example kinds [-- FILE ...]`
//!
//! Windows that hold about 1 % of the samples around 2,000 of them, by whatever the planner chooses; the
//! files, `.npy` or `.csv`, are kinds of their own. All counts are compared with those of the plain scan;
//! one that differs ends the program with code 1. Separate from the benchmarks because nothing here has a
//! stored answer.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use benches::kinds;
use kernel::{Alone, Counter, Query, Samples, Sizes, Widths, algorithm, isa};
use runner::input::{self, Options};

/// Samples of the kinds that are made here.
const N: usize = 100_000;
/// Their dimensions.
const DIMENSIONS: [usize; 4] = [1, 2, 3, 8];
/// Windows.
const CENTERS: usize = 2_000;
/// Share of the samples inside.
const SHARE: f64 = 0.01;
/// Repetitions, of which the fastest counts.
const TURNS: usize = 5;

fn main() -> ExitCode {
    let mut out = io::stdout().lock();
    match made(&mut out).and_then(|()| files(&mut out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _closed = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn made(out: &mut impl Write) -> anyhow::Result<()> {
    for d in DIMENSIONS {
        let mut normal = Duration::ZERO;
        for kind in &kinds::ALL {
            let measured = measured(&kind.rows(1, N, d), d).context(kind.name)?;
            if normal.is_zero() {
                normal = measured.answering;
            }
            measured.write(out, kind.name, normal)?;
        }
    }
    Ok(())
}

/// Files beside normal samples of the same n and d.
fn files(out: &mut impl Write) -> anyhow::Result<()> {
    for path in std::env::args().skip(1) {
        let input = input::read(Path::new(&path), &Options::default(), &mut |_| ())?;
        let (rows, d) = (input.samples.to_rows(), input.samples.d());
        let normal = measured(&kinds::ALL[0].rows(1, rows.len() / d, d), d)?;
        measured(&rows, d).with_context(|| path.clone())?.write(out, &path, normal.answering)?;
    }
    Ok(())
}

struct Measured {
    n: usize,
    d: usize,
    algorithm: &'static str,
    /// Share of the samples that was inside.
    inside: f64,
    building: Duration,
    answering: Duration,
    centers: usize,
}

impl Measured {
    fn write(&self, out: &mut impl Write, name: &str, normal: Duration) -> io::Result<()> {
        let Self { n, d, algorithm, inside, building, answering, centers } = self;
        let each = answering.as_secs_f64() * 1e6 / *centers as f64;
        writeln!(
            out,
            "d = {d}, n = {n}, {name}: {algorithm}, {:.3} % inside, built in {:.2} ms, {each:.3} µs \
             for a window, {:.2} times as long as normal",
            100.0 * inside,
            1e3 * building.as_secs_f64(),
            answering.as_secs_f64() / normal.as_secs_f64()
        )
    }
}

fn measured(rows: &[f64], d: usize) -> anyhow::Result<Measured> {
    let samples = Samples::from_rows(rows, d)?;
    let n = samples.n();
    let centers = CENTERS.min(n);
    let step = n / centers.max(1);
    let some: Vec<f64> =
        rows.chunks_exact(d).step_by(step.max(1)).take(centers).flatten().copied().collect();
    let widths = Widths::new(&[kinds::width_for(rows, d, SHARE)])?;
    let query = Query::new(&some, d, Sizes::Shared(&widths))?;
    let algorithm = algorithm::choose(&samples.all(), &query).algorithm;
    let (mut building, mut answering) = (Duration::MAX, Duration::MAX);
    let mut counts = vec![0; query.counts()];
    for _ in 0..TURNS {
        let began = Instant::now();
        let counter = Counter::with_algorithm(samples.all(), isa::best(), algorithm, &Alone)?;
        building = building.min(began.elapsed());
        counts.fill(0);
        let began = Instant::now();
        counter.answer(&query, &mut counts, &Alone)?;
        answering = answering.min(began.elapsed());
    }
    if counts != Counter::new(samples.all()).count_batch(&some, &widths)? {
        bail!("{} gives other counts than the scan", algorithm.name());
    }
    let inside = counts.iter().sum::<u64>() as f64 / (counts.len() * n) as f64;
    let algorithm = algorithm.name();
    Ok(Measured { n, d, algorithm, inside, building, answering, centers })
}
