//! Sums of weights: every algorithm that takes weights × instruction set × storage × dimension against the
//! oracle's quotient test with integer sums, for samples and weights of every kind.
//!
//! Apart from `agreement`, whose oracle counts. Instruction sets that the CPU lacks show as *ignored*.

/// Shared with the other tests.
mod common {
    pub(crate) mod cases;
    pub(crate) mod random;
}

use common::{cases, random::Random};
use kernel::algorithm::{self, Algorithm};
use kernel::isa::{self, Isa};
use kernel::{
    Alone, Counter, Element, Error, Faces, Part, Query, Radii, Samples, Sizes, Team,
    WeightedCounter, Weights, Width, Widths, Window,
};
use libtest_mimic::{Arguments, Failed, Trial};

const DIMENSIONS: [usize; 9] = [1, 2, 3, 4, 5, 8, 9, 16, 20];
/// Around groups, leaves and tiles, and one with many leaves.
const LENGTHS: [usize; 7] = [0, 1, 63, 64, 65, 200, 1000];

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for algorithm in algorithm::ALL.iter().filter(|algorithm| algorithm.takes_weights()) {
        for isa in isa::ALL {
            for d in DIMENSIONS.into_iter().filter(|&d| algorithm.checked(0, d).is_ok()) {
                trials.push(trial::<f64>(algorithm, isa, d, |value| value));
                trials.push(trial::<f32>(algorithm, isa, d, to_single));
            }
        }
    }
    trials.push(Trial::test("weights/several tiles", several_tiles));
    trials.push(Trial::test("weights/refusals", refusals));
    trials.push(Trial::test("weights/choice", choice));
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial<T: Element>(
    algorithm: &'static Algorithm,
    isa: &'static Isa,
    d: usize,
    store: fn(f64) -> T,
) -> Trial {
    let name = format!("weights/{}/{}/{}/d={d}", algorithm.name(), isa.name(), T::NAME);
    let test = move || agrees(algorithm, isa, d, store);
    Trial::test(name, test).with_ignored_flag(!isa.is_available())
}

#[expect(clippy::cast_possible_truncation, reason = "storing singles is the case under test")]
fn to_single(value: f64) -> f32 {
    (value as f32).clamp(f32::MIN, f32::MAX)
}

/// Three threads.
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

/// A coordinate from the number of its sample and its dimension.
type Coordinate = fn(&mut Random, usize, usize) -> f64;

/// Samples of every kind. Nearly normal is the sum of four.
const KINDS: [(&str, Coordinate); 5] = [
    ("normal", |random, _, _| (0..4).map(|_| random.unit()).sum::<f64>() * 0.87),
    ("equal", |_, _, _| 0.25),
    ("integers", |random, _, _| random.below(5) as f64 - 2.0),
    ("clusters", |random, i, j| (i % 7 * (j + 1)) as f64 * 0.2 + random.unit() * 1e-3),
    ("signed zeros", |random, i, _| if i % 3 == 0 { -0.0 } else { random.below(2) as f64 }),
];

/// A weight from the number of its sample.
type Weight = fn(&mut Random, usize) -> f64;

/// Weights of every kind.
const WEIGHTS: [(&str, Weight); 5] = [
    ("ones", |_, _| 1.0),
    ("zeros among others", |random, i| if i % 2 == 0 { 0.0 } else { random.unit().abs() }),
    ("a huge range", |random, _| 2.0_f64.powf(random.unit() * 1000.0)),
    ("integers", |random, _| random.below(1 << 40) as f64),
    ("tiny", |random, _| f64::from_bits(random.below(1 << 20))),
];

fn agrees<T: Element>(
    algorithm: &'static Algorithm,
    isa: &'static Isa,
    d: usize,
    store: fn(f64) -> T,
) -> Result<(), Failed> {
    let mut random = Random(d as u64);
    for (number, n) in LENGTHS.into_iter().enumerate() {
        for (kind, (name, coordinate)) in KINDS.into_iter().enumerate() {
            let rows: Vec<f64> =
                (0..n * d).map(|k| coordinate(&mut random, k / d, k % d)).collect();
            let widths = [1.0, 2.5, 0.5, 1e300];
            // Weights take turns, so that each kind meets each length and each kind of samples.
            let weights = WEIGHTS[(number + kind) % WEIGHTS.len()];
            let case = Case::new(&rows, d, store, weights.1, &widths)?;
            case.check(algorithm, isa)
                .map_err(|error| format!("{name}, {}, n = {n}: {error}", weights.0))?;
        }
    }
    let (center, widths) = (vec![0.3; d], [1.0, 0.1, 1.1]);
    let rows = cases::rows(d as u64, 500, &center, &widths).concat();
    for (name, weight) in WEIGHTS {
        let case = Case::new(&rows, d, store, weight, &widths)?;
        case.check(algorithm, isa).map_err(|error| format!("faces, {name}: {error}"))?;
    }
    Ok(())
}

/// Samples, weights, centers and widths.
struct Case<'a, T> {
    d: usize,
    samples: Samples<T>,
    /// As stored, widened.
    rows: Vec<Vec<f64>>,
    weights: Weights,
    centers: Vec<f64>,
    widths: &'a [f64],
}

impl<'a, T: Element> Case<'a, T> {
    fn new(
        rows: &[f64],
        d: usize,
        store: fn(f64) -> T,
        weight: Weight,
        widths: &'a [f64],
    ) -> Result<Self, Error> {
        let stored: Vec<T> = rows.iter().map(|&s| store(s)).collect();
        let mut random = Random(5);
        let weights: Vec<f64> = (0..rows.len() / d).map(|i| weight(&mut random, i)).collect();
        // Samples themselves, and places between: in one dimension enough to be put in order.
        let some = if d == 1 && rows.len() > 100 { 70 } else { 4 };
        let mut centers: Vec<f64> = rows.iter().take(some * d).copied().collect();
        centers.extend((0..3 * d).map(|k| 0.4 - k as f64 * 0.05));
        Ok(Self {
            d,
            samples: Samples::from_rows(&stored, d)?,
            rows: stored.chunks(d).map(|row| row.iter().map(|s| s.widen()).collect()).collect(),
            weights: Weights::new(&weights)?,
            centers,
            widths,
        })
    }

    /// The sum of a window, by the article's quotient.
    fn oracle(&self, center: &[f64], widths: &[f64], faces: Faces) -> u64 {
        let is_inside = |row: &Vec<f64>| {
            let mut sides = row.iter().zip(center).zip(widths);
            sides.all(|((s, x), h)| match faces {
                Faces::Closed => ((x - s) / h).abs() <= 0.5,
                Faces::Open => ((x - s) / h).abs() < 0.5,
            })
        };
        let inside = self.rows.iter().zip(self.weights.units()).filter(|(row, _)| is_inside(row));
        inside.map(|(_, weight)| weight).sum()
    }

    fn check(&self, algorithm: &'static Algorithm, isa: &'static Isa) -> Result<(), String> {
        // Threads cost more than few samples.
        let teams: &[&dyn Team] =
            if self.rows.len() > 100 { &[&Alone, &Threads] } else { &[&Alone] };
        let expected = self.expected();
        for &team in teams {
            let prepare = || {
                let (run, weights) = (self.samples.all(), self.weights.all());
                WeightedCounter::with_algorithm(run, weights, isa, algorithm, team)
            };
            let counter = prepare().map_err(|error| error.to_string())?;
            self.compare(&expected, &counter, team)?;
        }
        Ok(())
    }

    fn cube(&self, center: &[f64], h: f64, faces: Faces) -> u64 {
        self.oracle(center, &vec![h; self.d], faces)
    }

    /// The oracle's answers.
    fn expected(&self) -> Expected {
        let centers = || self.centers.chunks(self.d);
        let cubes = |faces| {
            let of = |center| self.widths.iter().map(move |&h| self.cube(center, h, faces));
            centers().flat_map(of).collect()
        };
        let each: Vec<f64> = (0..self.centers.len() / self.d).map(|c| self.turn(c)).collect();
        let sides: Vec<f64> = (0..self.d).map(|j| self.turn(j)).collect();
        Expected {
            closed: cubes(Faces::Closed),
            open: cubes(Faces::Open),
            each: centers().zip(&each).map(|(x, &h)| self.cube(x, h, Faces::Closed)).collect(),
            boxes: centers().map(|center| self.oracle(center, &sides, Faces::Open)).collect(),
        }
    }

    fn turn(&self, place: usize) -> f64 {
        self.widths[place % self.widths.len()]
    }

    /// Every kind of question; one window by itself.
    fn compare(
        &self,
        expected: &Expected,
        counter: &WeightedCounter<'_, T>,
        team: &dyn Team,
    ) -> Result<(), String> {
        let wrong = |error: Error| error.to_string();
        for (faces, all) in [(Faces::Closed, &expected.closed), (Faces::Open, &expected.open)] {
            let widths = Widths::with_faces(self.widths, faces).map_err(wrong)?;
            equal("several widths", all, counter, Sizes::Shared(&widths), self, team)?;
            let widths = Widths::with_faces(&self.widths[..1], faces).map_err(wrong)?;
            let first: Vec<u64> = all.iter().step_by(self.widths.len()).copied().collect();
            equal("one width", &first, counter, Sizes::Shared(&widths), self, team)?;
        }
        let radii = |count, faces| {
            let widths: Vec<f64> = (0..count).map(|place| self.turn(place)).collect();
            Radii::new(&widths, faces).map_err(wrong)
        };
        let each = radii(self.centers.len() / self.d, Faces::Closed)?;
        equal("a width each", &expected.each, counter, Sizes::Each(&each), self, team)?;
        let sides = radii(self.d, Faces::Open)?;
        equal("boxes", &expected.boxes, counter, Sizes::PerDimension(&sides), self, team)?;
        let width = Width::new(self.widths[0]).map_err(wrong)?;
        let window = Window::new(&self.centers[..self.d], width);
        let found = window.and_then(|window| counter.weigh(&window));
        if found == Ok(expected.closed[0]) {
            Ok(())
        } else {
            Err(format!("one window: {found:?}, not {}", expected.closed[0]))
        }
    }
}

/// Sums, center after center.
struct Expected {
    closed: Vec<u64>,
    open: Vec<u64>,
    each: Vec<u64>,
    boxes: Vec<u64>,
}

/// Compares the answers, which are added to what is there; the second half is asked as a part.
fn equal<T: Element>(
    what: &str,
    expected: &[u64],
    counter: &WeightedCounter<'_, T>,
    sizes: Sizes<'_>,
    case: &Case<'_, T>,
    team: &dyn Team,
) -> Result<(), String> {
    let query = Query::new(&case.centers, case.d, sizes).map_err(|error| error.to_string())?;
    let mut found = vec![7; query.counts()];
    let half = query.centers() / 2;
    let (first, second) = found.split_at_mut(half * query.counts_per_center());
    counter.answer(&query.part(0..half), first, team).map_err(|error| error.to_string())?;
    let rest = query.part(half..query.centers());
    counter.answer(&rest, second, team).map_err(|error| error.to_string())?;
    let found: Vec<u64> = found.iter().map(|sum| sum - 7).collect();
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?}, not {expected:?}")) }
}

/// More samples than a tile, more centers than the tree puts in the order of leaves; and cut into runs.
fn several_tiles() -> Result<(), Failed> {
    let mut random = Random(1);
    for d in [1, 2, 3] {
        let n = 40_000;
        let rows: Vec<f64> = (0..n * d).map(|_| random.unit()).collect();
        let samples = Samples::from_rows(&rows, d)?;
        let given: Vec<f64> = (0..n).map(|_| random.unit().abs()).collect();
        let [weights, ones] = [Weights::new(&given)?, Weights::new(&vec![1.0; n])?];
        let widths = Widths::new(&[0.25, 0.5])?;
        let query = Query::new(&rows[..1500 * d], d, Sizes::Shared(&widths))?;
        let mut counts = vec![0; query.counts()];
        Counter::new(samples.all()).answer(&query, &mut counts, &Alone)?;
        let mut in_runs = vec![0; query.counts()];
        for range in [0..17, 17..20_000, 20_000..n] {
            let counter =
                WeightedCounter::new(samples.run(range.clone()), weights.run(range.clone()))?;
            counter.answer(&query, &mut in_runs, &Alone)?;
        }
        for algorithm in algorithm::ALL {
            if algorithm.checked_for_weights(n, d).is_err() {
                continue;
            }
            for (weights, expected) in [(&weights, &in_runs), (&ones, &counts)] {
                let counter = WeightedCounter::with_algorithm(
                    samples.all(),
                    weights.all(),
                    isa::best(),
                    algorithm,
                    &Threads,
                )?;
                let mut sums = vec![0; query.counts()];
                counter.answer(&query, &mut sums, &Threads)?;
                if sums != *expected {
                    return Err(format!("{}, d = {d}", algorithm.name()).into());
                }
            }
        }
    }
    Ok(())
}

fn refusals() -> Result<(), Failed> {
    let samples = Samples::from_rows(&[0.0, 1.0, 2.0, 3.0], 2)?;
    let weights = Weights::new(&[1.0; 3])?;
    let error = WeightedCounter::new(samples.all(), weights.all()).err();
    assert_eq!(error, Some(Error::WeightsLength { expected: 2, found: 3 }));
    let grid = algorithm::by_name("grid")?;
    let run = weights.run(0..2);
    let error =
        WeightedCounter::with_algorithm(samples.all(), run, isa::best(), grid, &Alone).err();
    assert!(matches!(error, Some(Error::Unsuited { algorithm: "grid", .. })), "{error:?}");
    let counter = WeightedCounter::new(samples.all(), run)?;
    let error = counter.weigh(&Window::new(&[0.0], Width::new(1.0)?)?).err();
    assert!(matches!(error, Some(Error::Dimension { .. })), "{error:?}");
    Ok(())
}

/// What is chosen takes weights and these samples, and indexes are chosen where they pay.
fn choice() -> Result<(), Failed> {
    let mut random = Random(2);
    let expected = [(1, "sorted"), (2, "kd_tree"), (4, "kd_tree"), (20, "brute_force")];
    for (d, name) in expected {
        let rows: Vec<f64> = (0..20_000 * d).map(|_| random.unit()).collect();
        let samples = Samples::from_rows(&rows, d)?;
        let widths = Widths::new(&[0.2])?;
        for (centers, name) in [(1, "brute_force"), (5000, name)] {
            let query = Query::new(&rows[..centers * d], d, Sizes::Shared(&widths))?;
            let choice = algorithm::choose_weighted(&samples.all(), &query);
            assert_eq!(choice.algorithm.name(), name, "d = {d}: {}", choice.reason);
        }
    }
    Ok(())
}
