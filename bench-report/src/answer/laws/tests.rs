//! Sentences on made-up fits.

use super::*;
use crate::{
    compare::Shared,
    model::Interval,
    statistics::{
        choice::{Choice, Prediction},
        laws,
    },
};

#[test]
fn too_little_is_told_with_what_it_takes() {
    let few = |workers: &[u32]| not_described(&Unfitted::FewCounts { workers: workers.into() });
    assert!(few(&[1, 2]).starts_with("2 numbers of workers (1 and 2) were measured"));
    assert!(few(&[1]).starts_with("1 number of workers (1) was measured"));
    assert!(few(&[]).starts_with("no number of workers was measured"));
    assert!(few(&[1, 2]).ends_with("none is fitted; that takes at least 3."));
    let few = not_described(&Unfitted::FewBlocks { blocks: 5 });
    assert_eq!(few, "5 blocks are too few to fit a law; that takes at least 6.");
}

#[test]
fn every_doubt_names_its_laws() {
    let names = ["Amdahl", "USL"];
    assert_eq!(
        why(&names, Doubt::AsGood),
        "Amdahl and USL are equally good (AICc less than 2 apart)"
    );
    assert!(why(&names, Doubt::PredictsWorse).contains("but USL predicts"));
    assert!(why(&names[..1], Doubt::Untested).contains("Amdahl comes closest"));
    assert!(why(&[], Doubt::TooFewObservations).contains("too few observations"));
}

fn exactly(value: f64) -> Estimate {
    Estimate { value, interval: None }
}

/// What was fitted to 1 to 8 workers, with a peak at 7 and this verdict.
fn fitted(verdict: Verdict) -> Fitted {
    let choice = Choice { fits: vec![], left_out: vec![], verdict, averaged: vec![] };
    let workers = vec![1, 2, 4, 8];
    let sharing = vec![Shared { workers: 12, tests_per_s: exactly(6e9) }];
    Fitted { workers, choice, sharing, second_threads: None, is_judged: true }
}

#[test]
fn a_peak_is_told_only_where_it_is_seen() {
    let usl = fitted(Verdict::Best(&USL));
    let not_visible = Some("No peak is visible up to N = 8.".to_owned());
    assert_eq!(peak(&usl, &Peak::NotVisible { up_to_workers: 8 }), not_visible);
    let at = |value| {
        let interval = Some(Interval { low: value - 1.0, high: value + 2.0 });
        Peak::At(Estimate { value, interval })
    };
    let seen = Some("If USL holds, throughput falls beyond N = 7.00 (6.00–9.00).".to_owned());
    assert_eq!(peak(&usl, &at(7.0)), seen);
    assert_eq!(peak(&usl, &at(16.5)), not_visible, "too far to be told");
    let candidates = vec![&laws::AMDAHL, &USL];
    let either = fitted(Verdict::CannotTell { candidates, doubt: Doubt::AsGood });
    assert_eq!(peak(&either, &at(7.0)), seen);
    assert_eq!(peak(&fitted(Verdict::Best(&laws::AMDAHL)), &at(7.0)), None);
}

#[test]
fn an_extrapolation_says_what_was_fitted_and_what_was_measured_there() {
    let mut fitted = fitted(Verdict::Best(&USL));
    assert_eq!(beyond(&fitted), None, "nothing lies beyond");
    let one = |workers, basis| Prediction { workers, throughput: exactly(9e9), basis };
    fitted.choice.averaged =
        vec![one(8, Basis::Measured), one(12, Basis::Beyond), one(16, Basis::Beyond)];
    let told = beyond(&fitted).unwrap();
    assert!(told.contains("16 workers on cores of their own, twice the most that was fitted (8)"));
    assert!(
        told.ends_with("With 12 they expect 9.00 G/s; measured, on shared cores, were 6.00 G/s.")
    );
    fitted.choice.averaged.pop();
    assert!(beyond(&fitted).unwrap().contains("12 workers on cores of their own, more than the"));
}

#[test]
fn without_a_verdict_nothing_stands_in_for_it() {
    let mut fitted = fitted(Verdict::Best(&USL));
    assert!(described(&fitted).contains("12 workers share cores"));
    fitted.is_judged = false;
    let told = described(&fitted);
    assert!(told.starts_with("No law is named") && told.ends_with("stand in the table."));
}

#[test]
fn coefficients_that_stand_for_each_other_get_no_name() {
    let reading = |naming, correlation| {
        let peak = Peak::NotVisible { up_to_workers: 8 };
        super::naming(&Reading { peak, correlation, naming })
    };
    assert_eq!(reading(Naming::Allowed, Some(-0.9)), None);
    assert!(reading(Naming::Inseparable, Some(-0.97)).unwrap().contains("(correlation −0.97)"));
    assert!(reading(Naming::FewWorkers, None).unwrap().ends_with("do not tell them apart."));
}

#[test]
fn what_is_infinite_is_unknown() {
    let interval = Some(Interval { low: 1.0, high: f64::INFINITY });
    assert_eq!(told(Estimate { value: 2.0, interval }, "workers"), NONE);
    assert_eq!(told(Estimate { value: 2.0, interval: None }, "work/s"), "2.00 /s");
    assert_eq!(told(Estimate { value: 2e3, interval: None }, "ns"), "2.00 µs");
}
