//! Every algorithm, instruction set, storage, dimension, length and question against the oracle, one body.
//!
//! Each combination is a named test; instruction sets that the CPU lacks show as *ignored*. Dimensions that
//! an algorithm is not made for are none. The same binary runs under an emulator of older CPUs, where
//! `AGREEMENT=few` in the environment leaves few lengths of each: that every piece of code runs there is what is
//! shown, its counts are shown by CPUs.

/// Shared with the other tests.
mod common {
    pub(crate) mod cases;
    pub(crate) mod oracle;
    pub(crate) mod random;
}

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use common::{cases, oracle};
use kernel::algorithm::{self, Algorithm};
use kernel::isa::{self, Isa};
use kernel::{
    Alone, Counter, Element, Faces, Part, Query, Radii, Samples, Sizes, Team, Width, Widths, Window,
};
use libtest_mimic::{Arguments, Failed, Trial};

/// Dimensions: every constant one, and the ways of cutting the others into eights.
const DIMENSIONS: [usize; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 33, 64];
/// 4 × the widest vector, 16 singles, + 3.
const MAX_LENGTH: usize = 67;
/// Lengths beyond: around groups (64), blocks (512), batches and tiles (2,048).
const LENGTHS: [usize; 6] = [127, 511, 513, 1000, 2049, 4500];
/// Of these, where few are wanted.
const FEW_LENGTHS: [usize; 2] = [513, 4500];

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for d in DIMENSIONS {
        let (doubles, singles) = (Arc::default(), Arc::default());
        for algorithm in algorithm::ALL.iter().filter(|algorithm| algorithm.checked(0, d).is_ok()) {
            for isa in isa::ALL {
                trials.push(trial::<f64>(algorithm, isa, d, to_double, &doubles));
                trials.push(trial::<f32>(algorithm, isa, d, to_single, &singles));
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Whether few lengths are wanted.
fn is_few() -> bool {
    std::env::var_os("AGREEMENT").is_some_and(|wanted| wanted == "few")
}

fn trial<T: Element>(
    algorithm: &'static Algorithm,
    isa: &'static Isa,
    d: usize,
    store: fn(f64) -> T,
    settings: &Arc<OnceLock<Vec<Setting<T>>>>,
) -> Trial {
    let name = format!("agreement/{}/{}/{}/d={d}", algorithm.name(), isa.name(), T::NAME);
    let settings = Arc::clone(settings);
    let test = move || agrees(algorithm, isa, d, settings.get_or_init(|| asked(d, store)));
    Trial::test(name, test).with_ignored_flag(!isa.is_available())
}

/// Three threads, so that builds are cut into parts that do not come out even.
struct Threads;

impl Team for Threads {
    fn size(&self) -> usize {
        3
    }

    fn run(&self, parts: Vec<Part<'_>>) {
        std::thread::scope(|scope| {
            for part in parts {
                scope.spawn(part);
            }
        });
    }
}

fn to_double(value: f64) -> f64 {
    value
}

/// Rounded to a single; what would overflow is a large one.
#[expect(clippy::cast_possible_truncation, reason = "storing singles is the case under test")]
fn to_single(value: f64) -> f32 {
    (value as f32).clamp(f32::MIN, f32::MAX)
}

/// Centers and widths of a case: near 0, far from it, huge, tiny, on a raster.
fn settings(d: usize) -> Vec<(Vec<f64>, Vec<f64>)> {
    let around = |x: f64| (0..d).map(|j| x * (1.0 + j as f64 * 0.25)).collect::<Vec<_>>();
    vec![
        (around(0.0), vec![1.0, 0.3, 1.2, 0.3]),
        (around(-0.7), (0..40).map(|w| 0.5 + f64::from(w) * 0.02).collect()),
        (around(1e9), vec![0.5, 2.0, 1e-3]),
        (around(1e300), vec![1e300, f64::MAX]),
        (around(3e-310), vec![f64::from_bits(3), 1e-310, f64::MIN_POSITIVE]),
        (around(12.5), vec![0.1, 0.1_f64.next_up(), 0.1_f64.next_down(), 5.0]),
        // Close and far apart: a histogram too large for the stack.
        (around(-2.0), vec![0.1, 0.1001, 0.2, 3.0]),
        (around(0.3), (0..30).map(|w| 1.5_f64.powi(w - 15)).collect()),
    ]
}

/// Samples of one dimension, and what is asked about them. Every algorithm and instruction set is asked the same:
/// the oracle, which takes longest, answers once for all.
struct Setting<T> {
    /// The longest run.
    longest: usize,
    /// A few samples more than that, so that every run also starts unaligned.
    stored: Vec<Vec<T>>,
    questions: Questions,
}

fn asked<T: Element>(d: usize, store: fn(f64) -> T) -> Vec<Setting<T>> {
    let of_number = |(number, (center, widths)): (usize, (Vec<f64>, Vec<f64>))| {
        let seed = (number * 1000 + d) as u64;
        let n_long = if is_few() { 1 } else { 2 };
        let longest = if number < n_long { LENGTHS[LENGTHS.len() - 1] } else { 600 };
        let stored: Vec<Vec<T>> = cases::rows(seed, longest + 3, &center, &widths)
            .iter()
            .map(|row| row.iter().map(|&s| store(s)).collect())
            .collect();
        let rows: Vec<Vec<f64>> =
            stored.iter().map(|row| row.iter().map(|s| s.widen()).collect()).collect();
        let questions = Questions::new(&rows, center, widths);
        Setting { longest, stored, questions }
    };
    settings(d).into_iter().enumerate().map(of_number).collect()
}

fn agrees<T: Element>(
    algorithm: &'static Algorithm,
    isa: &'static Isa,
    d: usize,
    settings: &[Setting<T>],
) -> Result<(), Failed> {
    for (number, setting) in settings.iter().enumerate() {
        let Setting { longest, stored, questions } = setting;
        let samples = Samples::from_iter(stored, d)?;
        // The scan sees every length from every alignment; indexes copy the samples.
        let is_scan = algorithm.name() == algorithm::ALL[0].name();
        let is_each = is_scan && !is_few();
        let step = if is_each { 1 } else { 11 };
        let longer = if is_few() { &FEW_LENGTHS[..] } else { &LENGTHS };
        let lengths = (0..=MAX_LENGTH).step_by(step).chain(longer.iter().copied());
        for length in lengths.filter(|length| length <= longest) {
            let starts: &[usize] = if is_each && length <= MAX_LENGTH { &[0, 1, 3] } else { &[1] };
            for &start in starts {
                let range = start..start + length;
                // Threads cost more than a small build.
                let team: &dyn Team = if length > MAX_LENGTH { &Threads } else { &Alone };
                let run = samples.run(range.clone());
                let counter = Counter::with_algorithm(run, isa, algorithm, team)?;
                questions
                    .check(&counter, range.clone())
                    .map_err(|error| format!("setting {number}, samples {range:?}: {error}"))?;
            }
        }
    }
    Ok(())
}

/// Questions with the oracle's answers for the samples before each.
struct Questions {
    center: Vec<f64>,
    widths: Vec<f64>,
    /// One for each width.
    uniform: Vec<Vec<u64>>,
    /// Widths per dimension, taken from the list in turn.
    several: (Vec<f64>, Vec<u64>),
    /// Twelve centers, enough for the filter in single precision: beside the center, and samples. With up to
    /// two dimensions 80: enough to be put in order.
    centers: Vec<f64>,
    /// For each center, one for each of the first two widths.
    batch: Vec<[Vec<u64>; 2]>,
    /// The first width with open faces, around the center.
    open: Vec<u64>,
}

impl Questions {
    fn new(rows: &[Vec<f64>], center: Vec<f64>, widths: Vec<f64>) -> Self {
        let d = center.len();
        let uniform = |center: &[f64], h: f64| {
            oracle::counts_before(rows, center, &vec![h; d], Faces::Closed)
        };
        let several: Vec<f64> = (0..d).map(|j| widths[j % widths.len()]).collect();
        let beside = |i: usize| center.iter().map(move |x| x + i as f64 * 0.125);
        let mut centers: Vec<f64> = (0..6).flat_map(beside).collect();
        let n_samples = if d <= 2 { 74 } else { 6 };
        centers.extend(rows.iter().take(n_samples).flatten());
        Self {
            uniform: widths.iter().map(|&h| uniform(&center, h)).collect(),
            several: (
                several.clone(),
                oracle::counts_before(rows, &center, &several, Faces::Closed),
            ),
            open: oracle::counts_before(rows, &center, &vec![widths[0]; d], Faces::Open),
            batch: centers
                .chunks_exact(d)
                .map(|center| [0, 1].map(|w| uniform(center, widths[w])))
                .collect(),
            centers,
            center,
            widths,
        }
    }

    /// Asks every question about a run and compares with the oracle.
    fn check<T: Element>(&self, counter: &Counter<'_, T>, run: Range<usize>) -> Result<(), String> {
        let expect = |before: &Vec<u64>| before[run.end] - before[run.start];
        for (&h, before) in self.widths.iter().zip(&self.uniform).take(4) {
            let window = Width::new(h).and_then(|width| Window::new(&self.center, width));
            let found = window.and_then(|window| counter.count(&window));
            equal(&format!("width {h:e}"), &found, &expect(before))?;
        }
        let window = Window::with_widths(&self.center, &self.several.0);
        let found = window.and_then(|window| counter.count(&window));
        equal("widths per dimension", &found, &expect(&self.several.1))?;

        let widths = Widths::new(&self.widths);
        let found = widths.and_then(|widths| counter.count_widths(&self.center, &widths));
        equal("many widths", &found, &self.uniform.iter().map(expect).collect())?;

        let open = Width::with_faces(self.widths[0], Faces::Open);
        let found = open.and_then(|width| Window::new(&self.center, width));
        let found = found.and_then(|window| counter.count(&window));
        equal("open faces", &found, &expect(&self.open))?;

        // The dearest questions, once for each length.
        if run.start != 1 {
            return Ok(());
        }
        let turns: Vec<f64> = (0..self.batch.len()).map(|c| self.widths[c % 2]).collect();
        let found = Radii::new(&turns, Faces::Closed).and_then(|radii| {
            let query = Query::new(&self.centers, self.center.len(), Sizes::Each(&radii))?;
            let mut counts = vec![0; query.counts()];
            // In two parts, by different teams.
            let (first, second) = counts.split_at_mut(5);
            counter.answer(&query.part(0..5), first, &Alone)?;
            counter.answer(&query.part(5..query.centers()), second, &Threads)?;
            Ok(counts)
        });
        let expected = self.batch.iter().enumerate().map(|(c, before)| expect(&before[c % 2]));
        equal("a width for each center", &found, &expected.collect())?;

        let found = Radii::new(&self.several.0, Faces::Closed).and_then(|radii| {
            let query = Query::new(&self.center, self.center.len(), Sizes::PerDimension(&radii))?;
            let mut counts = vec![0];
            counter.answer(&query, &mut counts, &Threads)?;
            Ok(counts)
        });
        equal("a box for all centers", &found, &vec![expect(&self.several.1)])?;

        for n_widths in [1, 2] {
            let widths = Widths::new(&self.widths[..n_widths]);
            let found = widths.and_then(|widths| counter.count_batch(&self.centers, &widths));
            let expected =
                self.batch.iter().flat_map(|before| before[..n_widths].iter().map(expect));
            equal("many centers", &found, &expected.collect())?;
        }
        Ok(())
    }
}

fn equal<A: PartialEq + std::fmt::Debug>(
    what: &str,
    found: &Result<A, kernel::Error>,
    expected: &A,
) -> Result<(), String> {
    match found {
        Ok(found) if found == expected => Ok(()),
        _ => Err(format!("{what}: found {found:?}, expected {expected:?}")),
    }
}
