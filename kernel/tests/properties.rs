//! Laws that hold for any samples.

/// Shared with the other tests.
mod common {
    pub(crate) mod cases;
    pub(crate) mod random;
}

use common::cases;
use common::random::Random;
use kernel::{Counter, Samples, Width, Widths, Window};
use proptest::prelude::*;

/// Samples, a center and some widths of d dimensions, from a seed.
fn setting(seed: u64, n: usize, d: usize) -> (Vec<Vec<f64>>, Vec<f64>, Vec<f64>) {
    let mut random = Random(seed);
    let center: Vec<f64> = (0..d).map(|_| random.unit() * 2.0).collect();
    let widths: Vec<f64> = (0..7).map(|_| 1.5 + random.unit()).collect();
    (cases::rows(seed, n, &center, &widths), center, widths)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_wider_window_holds_no_fewer(seed: u64, n in 0_usize..700, d in 1_usize..12) {
        let (rows, center, mut widths) = setting(seed, n, d);
        widths.sort_by(f64::total_cmp);
        let samples = Samples::from_iter(&rows, d).unwrap();
        let widths = Widths::new(&widths).unwrap();
        let counts = Counter::new(samples.all()).count_widths(&center, &widths).unwrap();
        prop_assert!(counts.is_sorted(), "{counts:?}");
    }

    #[test]
    fn the_order_of_samples_does_not_matter(seed: u64, n in 0_usize..700, d in 1_usize..12) {
        let (mut rows, center, widths) = setting(seed, n, d);
        let widths = Widths::new(&widths).unwrap();
        let samples = Samples::from_iter(&rows, d).unwrap();
        let counts = Counter::new(samples.all()).count_widths(&center, &widths).unwrap();
        rows.reverse();
        rows.rotate_left(n / 3);
        let samples = Samples::from_iter(&rows, d).unwrap();
        let again = Counter::new(samples.all()).count_widths(&center, &widths).unwrap();
        prop_assert_eq!(counts, again);
    }

    #[test]
    fn counts_of_parts_add_up(seed: u64, n in 1_usize..3000, d in 1_usize..12, cut in 0.0..1.0) {
        let (rows, center, widths) = setting(seed, n, d);
        let widths = Widths::new(&widths).unwrap();
        let samples = Samples::from_iter(&rows, d).unwrap();
        let cut = (cut * n as f64) as usize;
        let count = |range| {
            Counter::new(samples.run(range)).count_widths(&center, &widths).unwrap()
        };
        let parts: Vec<u64> = count(0..cut).iter().zip(count(cut..n)).map(|(a, b)| a + b).collect();
        prop_assert_eq!(parts, count(0..n));
    }

    #[test]
    fn one_pass_equals_one_scan_for_each_width(seed: u64, n in 0_usize..3000, d in 1_usize..12) {
        let (rows, center, widths) = setting(seed, n, d);
        let samples = Samples::from_iter(&rows, d).unwrap();
        let counter = Counter::new(samples.all());
        let counts = counter.count_widths(&center, &Widths::new(&widths).unwrap()).unwrap();
        for (&h, count) in widths.iter().zip(counts) {
            let window = Window::new(&center, Width::new(h).unwrap()).unwrap();
            prop_assert_eq!(counter.count(&window).unwrap(), count);
        }
    }

    #[test]
    fn shifts_by_powers_of_two_keep_counts(seed: u64, n in 0_usize..700, d in 1_usize..12) {
        // Coordinates on a raster of 1/64: sums with 1024 are exact.
        let mut random = Random(seed);
        let rows: Vec<Vec<f64>> =
            (0..n).map(|_| (0..d).map(|_| (random.unit() * 64.0).round() / 64.0).collect()).collect();
        let widths = Widths::new(&[0.25, 0.5, 1.0, 1.5, 2.0]).unwrap();
        let shifted: Vec<Vec<f64>> =
            rows.iter().map(|row| row.iter().map(|s| s + 1024.0).collect()).collect();
        let count = |rows: &[Vec<f64>], x: f64| {
            let samples = Samples::from_iter(rows, d).unwrap();
            Counter::new(samples.all()).count_widths(&vec![x; d], &widths).unwrap()
        };
        prop_assert_eq!(count(&rows, 0.0), count(&shifted, 1024.0));
    }
}

#[test]
fn wrong_questions_are_typed_errors() {
    let samples = Samples::from_rows(&[0.0, 0.0, 1.0, 1.0], 2).unwrap();
    let counter = Counter::new(samples.all());
    let widths = Widths::new(&[1.0]).unwrap();
    for center in [&[0.0][..], &[0.0, 0.0, 0.0], &[f64::NAN, 0.0]] {
        assert!(counter.count_batch(center, &widths).is_err(), "{center:?}");
        assert!(counter.count_widths(center, &widths).is_err(), "{center:?}");
    }
    let window = Window::new(&[0.0], Width::new(1.0).unwrap()).unwrap();
    assert!(counter.count(&window).is_err());
    assert_eq!(counter.count_batch(&[], &widths), Ok(vec![]));
    assert_eq!(counter.count_widths(&[0.0, 0.0], &Widths::new(&[]).unwrap()), Ok(vec![]));
}
