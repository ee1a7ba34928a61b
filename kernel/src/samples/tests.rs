//! Tests of [`Samples`]: where columns lie, every way to build them, and what is refused.
//!
//! Apart so that both files stay short.

use super::*;

#[test]
fn columns_are_aligned_and_an_odd_number_of_lines_apart() {
    for n in [0, 1, 7, 8, 9, 512, 4096, 300_000] {
        let samples = Samples::from_columns(&[vec![1.0; n], vec![2.0; n]]).unwrap();
        let [a, b] = [0, 1].map(|j| samples.column(j).as_ptr() as usize);
        assert_eq!((a % LINE, b % LINE, (b - a) / LINE % 2), (0, 0, 1), "n = {n}");
        assert!(2 * n * 8 < HUGE_PAGE || a % HUGE_PAGE == 0, "n = {n}");
    }
}

#[test]
fn rows_columns_and_iterator_agree() {
    let rows = Samples::from_rows(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3).unwrap();
    let columns = Samples::from_columns(&[[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]).unwrap();
    let iterator = Samples::from_iter([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], 3).unwrap();
    for j in 0..3 {
        assert_eq!(rows.column(j), columns.column(j));
        assert_eq!(rows.column(j), iterator.column(j));
    }
}

#[test]
fn non_finite_values_are_named_or_dropped() {
    let rows = [0.0, 1.0, 2.0, f64::INFINITY, 4.0, 5.0];
    let error = Samples::from_rows(&rows, 2).unwrap_err();
    assert_eq!(error, Error::NonFinite { row: 1, column: 1, value: f64::INFINITY });

    let mut draft = Draft::new(3, 2).unwrap();
    draft.columns_mut()[0].copy_from_slice(&[0.0, 2.0, 4.0]);
    draft.columns_mut()[1].copy_from_slice(&[1.0, f64::NAN, 5.0]);
    let (samples, dropped) = draft.finish_dropping();
    assert_eq!((samples.n(), dropped), (2, vec![1]));
    assert_eq!(samples.column(0), &[0.0, 4.0]);
    assert_eq!(samples.column(1), &[1.0, 5.0]);
}

#[test]
fn runs_over_foreign_columns_hold_what_samples_promise() {
    let (a, b) = ([1.0_f32, 2.0], [3.0, f32::NAN]);
    let run = Run::from_columns(&[&a, &a]).unwrap();
    assert_eq!((run.len(), run.d(), run.columns()[1]), (2, 2, &a[..]));
    assert!(Run::from_columns(&[&a[..0]]).unwrap().is_empty());
    let error = Run::from_columns(&[&a, &b]).unwrap_err();
    assert!(matches!(error, Error::NonFinite { row: 1, column: 1, .. }), "{error}");
    let ragged = Error::Ragged { what: "column", index: 1, expected: 2, found: 1 };
    assert_eq!(Run::from_columns(&[&a, &b[..1]]).unwrap_err(), ragged);
    assert_eq!(Run::<f64>::from_columns(&[]).unwrap_err(), Error::NoDimensions);
}

#[test]
fn impossible_shapes_are_errors() {
    assert_eq!(Samples::<f64>::from_rows(&[], 0).unwrap_err(), Error::NoDimensions);
    let ragged = Error::Ragged { what: "row", index: 1, expected: 2, found: 1 };
    assert_eq!(Samples::from_rows(&[0.0, 1.0, 2.0], 2).unwrap_err(), ragged);
    let n = usize::MAX / 16;
    assert_eq!(Draft::<f64>::new(n, 3).unwrap_err(), Error::TooLarge { n, d: 3 });
    // Sizes whose product wraps around to a small one.
    for (n, d) in [(0, 1 << 58), (8, (1 << 58) + 1), (1 << 61, 8)] {
        assert_eq!(Draft::<f64>::new(n, d).unwrap_err(), Error::TooLarge { n, d });
    }
}
