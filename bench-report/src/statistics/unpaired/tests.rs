//! Ratios whose error is known, and what must not depend on the order of the sides.

use rand_distr::{Distribution as _, Normal as Noise};

use super::*;

fn normal(center: f64, sigma: f64, n: usize, seed: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let noise = Noise::new(center, sigma).unwrap();
    (0..n).map(|_| noise.sample(&mut random)).collect()
}

#[test]
fn the_ratio_is_that_of_the_medians() {
    let ratio = Ratio::of(&[1.0, 2.0, 4.0], &[3.0, 6.0, 1e9]).unwrap();
    assert!((ratio.estimate().value - 3.0).abs() < 1e-12);
    assert_eq!(ratio.estimate().interval, None);
    assert!(ratio.p_not_above(1.0) >= 1.0 && ratio.p_not_below(9.0) >= 1.0);
    assert_eq!(Ratio::of(&[], &[1.0]), None);
}

/// The variance of the median of n normal samples is π σ² / (2 n), for many.
#[test]
fn the_standard_error_of_normal_samples_is_known() {
    let lists = 40;
    let error = |seed| {
        let (a, b) = (normal(1000.0, 20.0, 400, seed), normal(1000.0, 20.0, 400, seed + 1000));
        let error = Ratio::of(&a, &b).unwrap().error.unwrap();
        f64::midpoint(error.below, error.above)
    };
    let found = (0..lists).map(error).sum::<f64>() / lists as f64;
    let told = 0.02 * (std::f64::consts::PI / 400.0).sqrt();
    assert!((0.95..1.25).contains(&(found / told)), "{found} instead of {told}");
}

#[test]
fn exchanging_the_sides_inverts_the_ratio() {
    let (a, b) = (normal(100.0, 3.0, 60, 1), normal(110.0, 9.0, 40, 2));
    let (there, back) = (Ratio::of(&a, &b).unwrap(), Ratio::of(&b, &a).unwrap());
    assert!((there.ln + back.ln).abs() < 1e-12);
    let (there, back) = (there.error.unwrap(), back.error.unwrap());
    // The draws of the sides are other ones; 2000 of them tell an error to about 4 %.
    assert!((there.below / back.above - 1.0).abs() < 0.15, "{there:?} {back:?}");
    assert!((there.above / back.below - 1.0).abs() < 0.15, "{there:?} {back:?}");
}

#[test]
fn interval_and_p_values_are_one_statement() {
    let ratio = Ratio::of(&normal(100.0, 3.0, 30, 3), &normal(105.0, 3.0, 30, 4)).unwrap();
    let interval = ratio.estimate().interval.unwrap();
    assert!((ratio.p_not_above(interval.low) - TAIL).abs() < 1e-6);
    assert!((ratio.p_not_below(interval.high) - TAIL).abs() < 1e-6);
    assert!(interval.low > 1.0 && ratio.p_not_above(1.0) < TAIL);
    let resolved = ratio.ln - ratio.error.unwrap().resolution;
    assert!((ratio.p_not_above(resolved.exp()) - 0.5).abs() < 1e-6);
}

/// Equal times show how coarse the clock is, and not that there is no error.
#[test]
fn samples_that_all_agree_prove_nothing() {
    let fine = normal(9.0, 0.1, 40, 12);
    for (a, b) in [(&[5.0; 6][..], &[6.0; 6][..]), (&[5.0; 6], &fine), (&fine, &[5.0; 6])] {
        let ratio = Ratio::of(a, b).unwrap();
        assert_eq!(ratio.estimate().interval, None);
        assert!(ratio.p_not_above(0.5) >= 1.0 && ratio.p_not_below(2.0) >= 1.0);
    }
    assert_eq!(Ratio::of(&[5.0; 10], &[5.0; 10]).unwrap().error, None);
}

/// A clock that ticks in whole numbers: 19 of 20 times are the same tick, and the bootstrap sees no error.
#[test]
fn what_a_coarse_clock_cannot_resolve_is_not_proven() {
    let ticks = |most: f64, other: f64| {
        let mut times = vec![most; 20];
        times[7] = other;
        times
    };
    let near = Ratio::of(&ticks(5.0, 6.0), &ticks(6.0, 5.0)).unwrap();
    assert!(near.p_not_above(1.0) > 0.4, "true times may be 5.5 on both sides");
    let interval = near.estimate().interval.unwrap();
    assert!(interval.low < 1.0 && interval.high > 1.4, "{interval:?}");
    let far = Ratio::of(&ticks(50.0, 51.0), &ticks(60.0, 61.0)).unwrap();
    let p = far.p_not_above(1.1);
    assert!(p > 0.0 && p < TAIL, "{p}");
    assert!(far.p_not_above(1.18) > TAIL, "50.5 and 59.5 may be behind it");
}

/// Where the clock is fine, its steps are not seen.
#[test]
fn a_fine_clock_costs_nothing() {
    let ratio = Ratio::of(&normal(1000.0, 20.0, 100, 5), &normal(1000.0, 20.0, 100, 6)).unwrap();
    let error = ratio.error.unwrap();
    assert!(error.resolution < 0.01 * error.below, "{error:?}");
}

#[test]
fn samples_that_remember_each_other_give_a_wider_interval() {
    let independent = normal(1000.0, 20.0, 100, 5);
    let mut sorted = independent.clone();
    sorted.sort_by(f64::total_cmp);
    let length = |list: &[f64]| {
        let interval = Ratio::of(list, list).unwrap().estimate().interval.unwrap();
        (interval.high / interval.low).ln()
    };
    assert!(length(&sorted) > 3.0 * length(&independent));
}

#[test]
fn the_geometric_mean_of_equal_ratios_is_known_better() {
    let ratio = Ratio::of(&normal(100.0, 3.0, 50, 6), &normal(110.0, 3.0, 50, 7)).unwrap();
    let mean = Ratio::geometric_mean(&vec![vec![ratio]; 4]).unwrap();
    assert!((mean.ln - ratio.ln).abs() < 1e-12);
    let (of_mean, of_one) = (mean.error.unwrap(), ratio.error.unwrap());
    assert!((of_mean.below * 2.0 / of_one.below - 1.0).abs() < 1e-9);
    assert!((of_mean.freedom / (4.0 * of_one.freedom) - 1.0).abs() < 1e-9);
    assert_eq!(Ratio::geometric_mean(&[]), None);
    assert_eq!(Ratio::geometric_mean(&[vec![]]), None);
    let few = Ratio::of(&[1.0], &[2.0]).unwrap();
    assert_eq!(Ratio::geometric_mean(&[vec![ratio, few]]).unwrap().error, None);
}

/// What shares its blocks may err together, and a mean of it is known no better.
#[test]
fn the_geometric_mean_of_one_group_is_known_no_better() {
    let ratio = Ratio::of(&normal(100.0, 3.0, 50, 6), &normal(110.0, 3.0, 50, 7)).unwrap();
    let mean = Ratio::geometric_mean(&[vec![ratio; 4]]).unwrap();
    let (of_mean, of_one) = (mean.error.unwrap(), ratio.error.unwrap());
    assert!((of_mean.below / of_one.below - 1.0).abs() < 1e-9);
    assert!((of_mean.freedom / of_one.freedom - 1.0).abs() < 1e-9);
}

#[test]
fn rank_test_of_samples_that_remember_is_humbler() {
    let (a, b) = (normal(100.0, 3.0, 50, 8), normal(102.0, 3.0, 50, 9));
    let independent = mann_whitney([&a, &b].map(|list| Remembered::of(list))).unwrap();
    let sorted = [a, b].map(|mut list| {
        list.sort_by(f64::total_cmp);
        list
    });
    let remembering =
        mann_whitney([&sorted[0], &sorted[1]].map(|list| Remembered::of(list))).unwrap();
    assert!(independent < 0.05 && remembering > 5.0 * independent);
    assert_eq!(mann_whitney([&[][..], &[1.0]].map(Remembered::of)), None);
}

#[test]
fn quantiles_end_for_any_degrees_of_freedom_and_become_normal() {
    let normal = student_quantile(f64::INFINITY);
    assert!((normal - 1.959_964).abs() < 1e-6, "{normal}");
    assert!((student_quantile(10.0) - 2.228_139).abs() < 1e-6);
    for freedom in [99_999.0, 1e5, 1e9, f64::MAX] {
        let quantile = student_quantile(freedom);
        assert!((quantile / normal - 1.0).abs() < 3e-5, "{freedom}: {quantile}");
        assert!((student_tail(freedom, quantile) - TAIL).abs() < 1e-6, "{freedom}");
    }
    assert!(student_quantile(0.0).is_infinite() && student_tail(0.0, 1.0) >= 1.0);
}
