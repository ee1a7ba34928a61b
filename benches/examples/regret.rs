//! How much time the planner's choice costs, against the algorithm that was best in hindsight.
//!
//! `cargo run --release -p benches --example regret [-- JOBS [--list]]`
//!
//! Jobs are drawn at random: samples of every kind, n, d, number of centers and widths, and share of samples
//! inside. Every algorithm that takes such samples does the whole job on one thread, build included, in
//! turn; the regret is the time of the chosen one, and of choosing, over the least time of all, less 1.
//! Counts that differ end the program with code 1. Separate from the benchmarks because it is no figure of
//! one job, but a property of `kernel::algorithm::choose`.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bench_report::statistics::median;
use benches::kinds::{self, Kind};
use kernel::algorithm::{self, Algorithm};
use kernel::{Alone, Counter, Query, Samples, Sizes, Widths, isa};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use runner::output::progress::Progress;

/// Turns of every algorithm.
const TURNS: usize = 3;
/// An algorithm that took so much longer than the best one has had its turns.
const HOPELESS: f64 = 3.0;
/// Visits of samples by windows that a job may ask of the plain scan.
const MOST_VISITS: f64 = 3e9;
/// Regret that should not be exceeded: the median, and the 95th percentile.
const BARS: [f64; 2] = [0.05, 0.30];

/// A job, and which share of the samples its windows should hold.
#[derive(Clone, Copy, Debug)]
struct Job {
    kind: &'static Kind,
    n: usize,
    d: usize,
    m: usize,
    w: usize,
    share: f64,
}

/// What came of it.
struct Outcome {
    job: Job,
    chosen: &'static str,
    best: &'static str,
    /// Seconds of the best.
    best_s: f64,
    regret: f64,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_list = arguments.iter().any(|argument| argument == "--list");
    let jobs = arguments.iter().find(|argument| *argument != "--list");
    let Ok(jobs) = jobs.map_or(Ok(300), |text| text.parse::<u64>()) else {
        let _closed = writeln!(io::stderr(), "usage: regret [JOBS [--list]], a whole number");
        return ExitCode::from(2);
    };
    let progress = Progress::start("jobs", jobs);
    let outcomes: Result<Vec<_>, String> = (0..jobs)
        .map(|number| {
            let outcome = outcome(drawn(number));
            progress.advance(1);
            outcome
        })
        .collect();
    drop(progress);
    let mut out = io::stdout().lock();
    let printed = outcomes.and_then(|outcomes| {
        let lines = if is_list { usize::MAX } else { 15 };
        print(&mut out, outcomes, lines).map_err(|error| error.to_string())
    });
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(wrong) => {
            let _closed = writeln!(io::stderr(), "error: {wrong}");
            ExitCode::FAILURE
        }
    }
}

/// The job of this number.
fn drawn(number: u64) -> Job {
    let mut random = ChaCha8Rng::seed_from_u64(number);
    let mut between = |low: f64, high: f64| low * (high / low).powf(random.random::<f64>());
    let (n, m, share) = (between(1e3, 1e6), between(1.0, 1e5), between(1e-5, 0.3));
    let mut one_of = |len: usize| random.random_range(0..len);
    let kind = &kinds::ALL[one_of(kinds::ALL.len())];
    let d = [1, 2, 2, 3, 4, 6, 8, 16, 32][one_of(9)];
    let w = [1, 1, 1, 3, 10, 40, 100][one_of(7)];
    let m = if one_of(6) == 0 { n } else { m };
    // Every sample a center in one job of six; fewer centers where scans would take minutes.
    let m = m.min(MOST_VISITS / (n * (w as f64).sqrt() * d as f64)).max(1.0);
    Job { kind, n: n as usize, d, m: m as usize, w, share }
}

fn outcome(job: Job) -> Result<Outcome, String> {
    let text = |error: kernel::Error| error.to_string();
    let Job { kind, n, d, m, w, share } = job;
    let rows = kind.rows(1, n, d);
    let samples = Samples::from_rows(&rows, d).map_err(text)?;
    let centers = if m == n { rows.clone() } else { kind.rows(2, m, d) };
    let widest = kinds::width_for(&rows, d, share);
    let widths: Vec<f64> = (0..w).map(|w| widest * 0.95_f64.powi(w as i32)).collect();
    let widths = Widths::new(&widths).map_err(text)?;
    let query = Query::new(&centers, d, Sizes::Shared(&widths)).map_err(text)?;
    let began = Instant::now();
    let chosen = algorithm::choose(&samples.all(), &query).algorithm;
    let choosing = began.elapsed();
    let suited: Vec<_> =
        algorithm::ALL.iter().filter(|algorithm| algorithm.checked(n, d).is_ok()).collect();
    let times = times(&suited, &samples, &query)?;
    let place = |name: &str| suited.iter().position(|one| one.name() == name);
    let best = (0..suited.len()).min_by_key(|&place| times[place]).ok_or("no algorithm")?;
    let taken = place(chosen.name()).map_or(Duration::MAX, |place| times[place]) + choosing;
    let best_s = times[best].as_secs_f64();
    let regret = taken.as_secs_f64() / best_s - 1.0;
    Ok(Outcome { job, chosen: chosen.name(), best: suited[best].name(), best_s, regret })
}

/// The least time of each algorithm for the whole job.
fn times(
    suited: &[&'static Algorithm],
    samples: &Samples<f64>,
    query: &Query<'_>,
) -> Result<Vec<Duration>, String> {
    let mut times = vec![Duration::MAX; suited.len()];
    let mut expected: Option<Vec<u64>> = None;
    for turn in 0..TURNS {
        for (place, algorithm) in suited.iter().enumerate() {
            let best = times.iter().min().copied().unwrap_or(Duration::MAX);
            if turn > 0 && times[place].as_secs_f64() > HOPELESS * best.as_secs_f64() {
                continue;
            }
            let began = Instant::now();
            let counts = job(algorithm, samples, query).map_err(|error| error.to_string())?;
            times[place] = times[place].min(began.elapsed());
            if *expected.get_or_insert_with(|| counts.clone()) != counts {
                return Err(format!("{}: its counts differ", algorithm.name()));
            }
        }
    }
    Ok(times)
}

fn job(
    algorithm: &'static Algorithm,
    samples: &Samples<f64>,
    query: &Query<'_>,
) -> Result<Vec<u64>, kernel::Error> {
    let counter = Counter::with_algorithm(samples.all(), isa::best(), algorithm, &Alone)?;
    let mut counts = vec![0; query.counts()];
    counter.answer(query, &mut counts, &Alone)?;
    Ok(counts)
}

fn print(out: &mut impl Write, mut outcomes: Vec<Outcome>, lines: usize) -> io::Result<()> {
    outcomes.sort_by(|a, b| b.regret.total_cmp(&a.regret));
    let mut regrets: Vec<f64> = outcomes.iter().map(|outcome| outcome.regret).collect();
    writeln!(out, "{:>8}  {:<12} {:<12} {:>9}  job", "regret", "chosen", "best", "best took")?;
    for Outcome { job, chosen, best, best_s, regret } in outcomes.iter().take(lines) {
        let Job { kind, n, d, m, w, share } = job;
        writeln!(
            out,
            "{:>6.1} %  {chosen:<12} {best:<12} {:>6.2} ms  {}, n = {n}, d = {d}, {m} centers, \
             {w} widths, {:.3} % inside",
            100.0 * regret,
            1e3 * best_s,
            kind.name,
            100.0 * share
        )?;
    }
    if regrets.is_empty() {
        return writeln!(out, "no job");
    }
    let right = outcomes.iter().filter(|outcome| outcome.chosen == outcome.best).count();
    let high = regrets[regrets.len() * 5 / 100];
    let middle = median(&mut regrets);
    let met = if middle <= BARS[0] && high <= BARS[1] { "met" } else { "not met" };
    let [most_middle, most_high] = BARS.map(|bar| 100.0 * bar);
    writeln!(
        out,
        "{} jobs, the best was chosen in {right}: median regret {:.1} %, 95th percentile {:.1} %; \
         bar: {most_middle:.0} % and {most_high:.0} %, {met}",
        outcomes.len(),
        100.0 * middle,
        100.0 * high
    )
}
