//! Samples of every kind that indexes could be built for wrongly, against the plain scan: large enough for
//! trees of several levels and grids of many cells, which the cases of `agreement` are not.

/// Shared with the other tests.
mod common {
    pub(crate) mod random;
}

use common::random::Random;
use kernel::algorithm;
use kernel::{Alone, Counter, Error, Faces, Part, Query, Radii, Samples, Sizes, Team, Widths, isa};

const N: usize = 20_000;

/// One coordinate of a sample, from its number and its dimension.
type Coordinate = fn(&mut Random, usize, usize) -> f64;

/// Every kind with its name.
const KINDS: &[(&str, Coordinate)] = &[
    ("even", |random, _, _| random.unit()),
    ("one value", |_, _, _| 0.25),
    ("few values", |random, _, _| random.below(5) as f64 * 0.25),
    ("integers", |random, _, _| random.below(1000) as f64 - 500.0),
    ("some hundred values", |random, _, _| random.below(300) as f64 * 0.1),
    ("many values", |random, _, _| random.below(9000) as f64 * 0.1),
    ("decimals", |random, _, _| (random.unit() * 40.0).round() / 10.0),
    ("clusters", |random, i, j| (i % 7 * (j + 1)) as f64 + random.unit() * 1e-3),
    ("heavy tails", |random, _, _| (random.unit() * 1.5).tan().powi(3)),
    ("a diagonal", |random, i, _| i as f64 / N as f64 + random.unit() * 1e-12),
    ("ascending", |_, i, j| (i * (j + 1)) as f64 / N as f64),
    ("huge and tiny", |random, i, _| random.unit() * if i % 2 == 0 { 1e300 } else { 1e-300 }),
    ("signed zeros", |random, i, _| if i % 3 == 0 { -0.0 } else { random.below(2) as f64 }),
];

/// Duplicates of whole samples: every sample is there about four times.
fn rows(coordinate: Coordinate, n: usize, d: usize, is_repeated: fn(usize) -> bool) -> Vec<f64> {
    let mut random = Random(7);
    let mut rows: Vec<f64> = Vec::with_capacity(n * d);
    for i in 0..n {
        if i > 0 && is_repeated(i) {
            rows.extend_from_within((i - 1) * d..);
        } else {
            rows.extend((0..d).map(|j| coordinate(&mut random, i, j)));
        }
    }
    rows
}

/// Faces on samples: centers and widths of which every third sample is an end, bit for bit.
#[test]
fn every_algorithm_counts_samples_on_faces() -> Result<(), Error> {
    let step = 0.1;
    for (n_values, d) in [(200, 1), (300, 2), (5000, 2), (100_000, 3)] {
        let mut random = Random(9);
        let rows: Vec<f64> =
            (0..N * d).map(|_| random.below(n_values) as f64 * step - 7.0).collect();
        let samples = Samples::from_rows(&rows, d)?;
        let centers = &rows[..12 * d];
        let widths: Vec<f64> =
            (0..9).map(|w| (rows[w * d] - rows[w * d + d]).abs() * 2.0).collect();
        let widths = Widths::new(&widths.into_iter().filter(|h| *h > 0.0).collect::<Vec<_>>())?;
        compare(&format!("{n_values} values on faces"), &samples, centers, &widths)?;
    }
    Ok(())
}

#[test]
fn every_algorithm_counts_samples_of_every_kind() -> Result<(), Error> {
    for d in [1, 2, 3, 8] {
        for (kind, coordinate) in KINDS {
            check(kind, &rows(*coordinate, N, d, |_| false), d)?;
            check(kind, &rows(*coordinate, N, d, |i| i % 4 != 0), d)?;
        }
    }
    Ok(())
}

fn check(kind: &str, rows: &[f64], d: usize) -> Result<(), Error> {
    let samples = Samples::from_rows(rows, d)?;
    // Samples themselves, and places between them.
    let mut centers: Vec<f64> = rows.chunks(d).step_by(N / 12).flatten().copied().collect();
    centers.extend((0..4 * d).map(|i| rows[i] * 0.5 + rows[rows.len() - 1 - i] * 0.5));
    for widths in [[1e-9, 0.1, 0.5], [1.0, 2.5, 1e3], [1e200, 1e301, f64::MAX]] {
        let widths = Widths::new(&widths)?;
        compare(kind, &samples, &centers, &widths)?;
    }
    Ok(())
}

/// Every algorithm against the plain scan.
fn compare(
    kind: &str,
    samples: &Samples<f64>,
    centers: &[f64],
    widths: &Widths,
) -> Result<(), Error> {
    let d = samples.d();
    let expected = Counter::new(samples.all()).count_batch(centers, widths)?;
    for algorithm in algorithm::ALL {
        if algorithm.checked(samples.n(), d).is_err() {
            continue;
        }
        let counter = Counter::with_algorithm(samples.all(), isa::best(), algorithm, &Alone)?;
        let found = counter.count_batch(centers, widths)?;
        let widths = widths.as_slice();
        assert_eq!(found, expected, "{}, {kind}, d = {d}, widths {widths:?}", algorithm.name());
    }
    Ok(())
}

/// Two threads.
struct Threads;

impl Team for Threads {
    fn size(&self) -> usize {
        2
    }

    fn run(&self, parts: Vec<Part<'_>>) {
        let mut parts = parts;
        let rest = parts.split_off(parts.len() / 2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for part in parts {
                    part();
                }
            });
            for part in rest {
                part();
            }
        });
    }
}

/// Many centers, the samples themselves and places outside of them: what algorithms answer all at once.
#[test]
fn every_algorithm_counts_around_every_sample_of_every_kind() -> Result<(), Error> {
    for d in [1, 2, 3] {
        for (kind, coordinate) in KINDS {
            let rows = rows(*coordinate, 1500, d, |i| i % 3 == 1);
            let samples = Samples::from_rows(&rows, d)?;
            let mut centers = rows.clone();
            centers.extend(rows.iter().take(300 * d).map(|s| s * 1.5 + 0.25));
            centers.extend(vec![1e305; d]);
            centers.extend(vec![-1e305; d]);
            let widths = [0.5, 1e-9, 2.5, f64::MAX];
            for faces in [Faces::Closed, Faces::Open] {
                let widths = Widths::with_faces(&widths, faces)?;
                for centers in [&rows, &centers] {
                    answers(kind, &samples, &Query::new(centers, d, Sizes::Shared(&widths))?)?;
                }
                let radii = Radii::new(&widths.as_slice()[..d], faces)?;
                answers(kind, &samples, &Query::new(&centers, d, Sizes::PerDimension(&radii))?)?;
            }
            let each: Vec<f64> = (0..centers.len() / d).map(|c| widths[c % 3]).collect();
            let radii = Radii::new(&each, Faces::Closed)?;
            answers(kind, &samples, &Query::new(&centers, d, Sizes::Each(&radii))?)?;
        }
    }
    Ok(())
}

/// Every algorithm and team answers as the plain scan does.
fn answers(kind: &str, samples: &Samples<f64>, query: &Query<'_>) -> Result<(), Error> {
    let mut expected = vec![0; query.counts()];
    Counter::new(samples.all()).answer(query, &mut expected, &Alone)?;
    for algorithm in algorithm::ALL {
        if algorithm.checked(samples.n(), samples.d()).is_err() {
            continue;
        }
        let counter = Counter::with_algorithm(samples.all(), isa::best(), algorithm, &Threads)?;
        for team in [&Alone as &dyn Team, &Threads] {
            // Counts are added to what is there.
            let mut found = vec![7; query.counts()];
            counter.answer(query, &mut found, team)?;
            for count in &mut found {
                *count -= 7;
            }
            let (name, size) = (algorithm.name(), team.size());
            assert!(found == expected, "{name}, {kind}, d = {}, {size} threads", samples.d());
        }
    }
    Ok(())
}
