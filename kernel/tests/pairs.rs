//! Sums over pairs against a double loop, on every instruction set of this CPU.

/// Shared with the other tests.
mod common {
    pub(crate) mod random;
}

use common::random::Random;
use kernel::isa::{self, Isa};
use kernel::{Alone, Element, Error, PairSums, Part, Samples, Team};

/// Parts in the opposite order, as a team of several may happen to do them.
struct Backwards;

impl Team for Backwards {
    fn size(&self) -> usize {
        5
    }

    fn run(&self, parts: Vec<Part<'_>>) {
        parts.into_iter().rev().for_each(|part| part());
    }
}

fn available() -> impl Iterator<Item = &'static Isa> {
    isa::ALL.iter().filter(|isa| isa.is_available())
}

/// Kinds of samples: on a raster with ties and duplicates, ordinary, with outliers, all equal.
fn rows(kind: usize, n: usize, d: usize) -> Vec<f64> {
    let mut random = Random(kind as u64 * 1000 + d as u64);
    let value = |_| match kind {
        0 => random.below(6) as f64 * 0.25,
        1 => random.unit() * 2.0,
        2 if random.below(50) == 0 => random.unit() * 1e6,
        2 => random.unit(),
        _ => 0.125,
    };
    (0..n * d).map(value).collect()
}

/// Number of pairs within a threshold, and their sums of e_1 … e_d in units.
fn oracle<T: Element>(samples: &Samples<T>, threshold: f64, unit: f64) -> (u64, Vec<f64>) {
    let (n, d) = (samples.n(), samples.d());
    let (mut count, mut sums) = (0, vec![0.0; d]);
    for i in 0..n {
        for k in 0..i {
            let difference =
                |j| (samples.column(j)[i].widen() - samples.column(j)[k].widen()).abs();
            let differences: Vec<f64> = (0..d).map(difference).collect();
            if differences.iter().all(|&a| a <= threshold) {
                count += 1;
                let mut e = vec![0.0; d + 1];
                e[0] = 1.0;
                for a in differences {
                    for m in (0..d).rev() {
                        e[m + 1] += e[m] * (a / unit);
                    }
                }
                sums.iter_mut().zip(&e[1..]).for_each(|(sum, e)| *sum += e);
            }
        }
    }
    (count, sums)
}

fn check<T: Element>(samples: &Samples<T>, thresholds: &[f64], name: &str) {
    let best =
        PairSums::new(&samples.all(), thresholds, isa::best(), &Alone).expect("sound thresholds");
    let expected: Vec<_> =
        thresholds.iter().map(|&threshold| oracle(samples, threshold, best.unit())).collect();
    for isa in available() {
        let pairs =
            PairSums::new(&samples.all(), thresholds, isa, &Alone).expect("sound thresholds");
        let other =
            PairSums::new(&samples.all(), thresholds, isa, &Backwards).expect("sound thresholds");
        assert_eq!(pairs, other, "{name}: another team");
        for (b, &threshold) in thresholds.iter().enumerate() {
            let (count, sums) = &expected[b];
            let name = format!("{name}, {}, threshold {threshold}", isa.name());
            assert_eq!(pairs.count(b), *count, "{name}");
            for (found, expected) in pairs.sums(b).iter().zip(sums) {
                assert!((found - expected).abs() <= 1e-12 * expected, "{name}: {found} {expected}");
            }
        }
    }
}

#[test]
fn sums_are_those_of_a_double_loop() {
    let thresholds = [0.0, 0.125, 0.25, 0.3, 0.5, 0.75, 0.75_f64.next_up(), 1.0, 1.5];
    for d in [1, 2, 3, 4, 5, 8] {
        for kind in 0..4 {
            for n in [0, 1, 2, 3, 65, 300] {
                let samples = Samples::from_rows(&rows(kind, n, d), d).unwrap();
                check(&samples, &thresholds, &format!("d = {d}, n = {n}, kind {kind}"));
            }
        }
    }
}

#[test]
fn cells_and_parts_do_not_matter() {
    for (d, kind) in [(1, 2), (2, 0), (2, 1), (2, 2), (2, 3), (3, 0), (3, 1), (4, 1)] {
        let samples = Samples::from_rows(&rows(kind, 2500, d), d).unwrap();
        check(&samples, &[0.01, 0.25], &format!("d = {d}, kind {kind}"));
    }
}

#[test]
fn many_thresholds_share_what_lies_between_them() {
    // Some lie within a block's reach of each other, the first ones before any sample of most other cells.
    let thresholds: Vec<f64> = (0..14).map(|b| 0.6 * 0.7_f64.powi(13 - b)).collect();
    for d in [2, 3] {
        let samples = Samples::from_rows(&rows(1, 1200, d), d).unwrap();
        check(&samples, &thresholds, &format!("d = {d}"));
    }
}

#[test]
fn singles_are_widened() {
    #[expect(clippy::cast_possible_truncation, reason = "storing singles is the case under test")]
    let rows: Vec<f32> = rows(1, 300, 2).iter().map(|&value| value as f32).collect();
    check(&Samples::from_rows(&rows, 2).unwrap(), &[0.2, 0.9], "singles");
}

#[test]
fn ends_of_the_range_of_doubles_are_reached_without_nan() {
    for scale in [1e300, 1e-300, f64::MIN_POSITIVE] {
        for d in [1, 2, 3, 4] {
            let rows: Vec<f64> = rows(1, 60, d).iter().map(|value| value * scale).collect();
            let samples = Samples::from_rows(&rows, d).unwrap();
            check(&samples, &[0.3 * scale, scale], &format!("scale {scale:e}, d = {d}"));
        }
    }
    // A difference beyond the range of doubles is infinite, and within no threshold.
    let rows = [f64::MAX, 0.0, f64::MIN, 0.0, f64::MAX, 1.0];
    for d in [1, 2, 3] {
        let samples = Samples::from_rows(&rows, d).unwrap();
        check(&samples, &[1.0, f64::MAX], &format!("largest values, d = {d}"));
    }
}

#[test]
fn thresholds_must_ascend() {
    let samples = Samples::from_rows(&[0.0, 1.0], 1).unwrap();
    let error = |thresholds: &[f64]| {
        PairSums::new(&samples.all(), thresholds, isa::best(), &Alone).unwrap_err()
    };
    for (thresholds, index) in
        [([-1.0, 1.0], 0), ([f64::NAN, 1.0], 0), ([1.0, 1.0], 1), ([1.0, f64::INFINITY], 1)]
    {
        let found = error(&thresholds);
        assert!(matches!(found, Error::Threshold { index: at, .. } if at == index), "{found}");
    }
    assert!(PairSums::new(&samples.all(), &[], isa::best(), &Alone).is_ok());
}
