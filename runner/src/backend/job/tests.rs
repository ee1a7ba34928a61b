//! Tasks of jobs: that every dial and cut gives the same answer, and that wrong questions are refused.

use super::{Job, Mode, Question, Work};
use crate::input::AnySamples;
use kernel::{Error, Samples, isa};
use std::num::NonZeroUsize;

fn samples() -> AnySamples {
    AnySamples::Double(Samples::from_rows(&[0.0, 0.0, 0.5, -0.5, 0.6, 0.0], 2).unwrap())
}

fn question(center: &[f64], widths: &[f64], per_scan: usize) -> Question {
    Question {
        work: Work::Count,
        isa: isa::best().name().into(),
        center: center.to_vec(),
        widths: widths.to_vec(),
        widths_per_scan: NonZeroUsize::new(per_scan).unwrap(),
        parts: NonZeroUsize::MIN,
    }
}

#[test]
fn every_dial_and_cut_gives_the_same_counts() {
    // Three samples, or a hundred times the same three: several units of parts.
    let rows = [0.0, 0.0, 0.5, -0.5, 0.6, 0.0].repeat(100);
    let many = AnySamples::Double(Samples::from_rows(&rows, 2).unwrap());
    for (samples, times) in [(samples(), 1), (many, 100)] {
        for (per_scan, parts) in (1..5).flat_map(|scan| (1..8).map(move |parts| (scan, parts))) {
            let parts = NonZeroUsize::new(parts).unwrap();
            let question = Question { parts, ..question(&[0.0, 0.0], &[1.2, 0.1, 1.0], per_scan) };
            let job = Job::new(&samples, question.clone(), Mode::Strong).unwrap();
            let bound = job.bind();
            let mut counts = vec![0; question.places()];
            for task in 0..question.tasks() {
                bound.count(task, &mut counts[question.places_of(task)]);
            }
            let expected = [3, 1, 2].map(|count| count * times);
            assert_eq!(question.totals(&counts), expected, "{question:?}");
        }
    }
}

#[test]
fn questions_that_do_not_fit_are_refused() {
    let samples = samples();
    let refused = |center: &[f64], widths: &[f64], per_scan| {
        Job::new(&samples, question(center, widths, per_scan), Mode::Weak).unwrap_err()
    };
    for per_scan in [1, 2] {
        let dimension = Error::Dimension { what: "center", expected: 2, found: 1 };
        assert_eq!(refused(&[0.0], &[1.0], per_scan), dimension);
        let zero = refused(&[0.0, 0.0], &[1.0, 0.0], per_scan);
        assert!(matches!(zero, Error::WidthNotPositive { .. }));
        let nan = refused(&[0.0, f64::NAN], &[1.0], per_scan);
        assert!(matches!(nan, Error::CenterNotFinite { .. }));
    }
}

#[test]
fn strong_work_is_divided_and_other_work_is_not() {
    let shares = |mode| Job::from_tasks(5, &|task| task as u64, mode).shares(2);
    assert_eq!(shares(Mode::Strong), [0..3, 3..5]);
    assert_eq!(shares(Mode::Weak), [0..5, 0..5]);
    assert_eq!(shares(Mode::Throughput), [0..5, 0..5]);
}

#[test]
fn loading_sums_up_every_coordinate_of_every_part_once() {
    let rows: Vec<f64> = (0..2000).map(f64::from).collect();
    let samples = AnySamples::Double(Samples::from_rows(&rows, 2).unwrap());
    let one = question(&[0.0, 0.0], &[1.0, 2.0, 3.0], 2);
    for parts in [1, 2, 5] {
        let parts = NonZeroUsize::new(parts).unwrap();
        let counting = Job::new(&samples, Question { parts, ..one.clone() }, Mode::Strong).unwrap();
        let job = counting.loading();
        assert_eq!(job.question().tasks(), counting.question().tasks(), "the same bytes are read");
        let bound = job.bind();
        let mut sums = vec![0; job.question().places()];
        for task in 0..job.question().tasks() {
            bound.count(task, &mut sums[job.question().places_of(task)]);
        }
        // Sums of whole numbers are exact, whatever the order. Of each scan every place has its part's.
        for width in 0..3 {
            let of_width = (0..sums.len()).filter(|&at| job.question().width_at(at) == width);
            let sum: f64 = of_width.map(|at| f64::from_bits(sums[at])).sum();
            assert_eq!(sum.to_bits(), 1_999_000_f64.to_bits());
        }
        assert_eq!(job.answer(), job.question().totals(&sums));
        assert_ne!(job.answer(), counting.answer());
    }
}
