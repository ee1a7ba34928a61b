//! What a user would write in Rust without this project: scalar loops, as the article has them.
//!
//! Two tests for "inside": the article's quotient |(x − s) / h| <= 1/2, and the difference
//! |x − s| <= h/2, which spares the division and gives the same counts as long as h/2 is exact.
//! Three ways to hold samples: any number of columns, the two columns of the plane (where the
//! compiler knows d), and rows as NumPy has them. Nothing is tuned here on purpose; these are the
//! baselines. Next: [`crate::job`] for the same questions put to `kernel`.

use std::hint::black_box;

use crate::case::{Answer, Case, Expected, Job};
use crate::workload::{self, Stock};

/// The article's test. `h` is the width.
fn is_inside_by_quotient(x: f64, s: f64, h: f64) -> bool {
    ((x - s) / h).abs() <= 0.5
}

/// The same without a division. `radius` is h/2.
fn is_inside_by_difference(x: f64, s: f64, radius: f64) -> bool {
    (x - s).abs() <= radius
}

/// Samples inside: `columns[j][i]` is coordinate j of sample i, d is known at run time. O(n d).
pub fn columns_by_quotient(columns: &[&[f64]], center: &[f64], h: f64) -> u64 {
    let is_inside = |i: usize| {
        columns.iter().zip(center).all(|(column, &x)| is_inside_by_quotient(x, column[i], h))
    };
    (0..columns[0].len()).filter(|&i| is_inside(i)).count() as u64
}

/// As [`columns_by_quotient`], by differences.
pub fn columns_by_difference(columns: &[&[f64]], center: &[f64], h: f64) -> u64 {
    let radius = h / 2.0;
    let is_inside = |i: usize| {
        columns.iter().zip(center).all(|(column, &x)| is_inside_by_difference(x, column[i], radius))
    };
    (0..columns[0].len()).filter(|&i| is_inside(i)).count() as u64
}

/// Samples inside, in the plane: the first two of `columns`. O(n).
pub fn plane_by_quotient(columns: &[&[f64]], center: &[f64], h: f64) -> u64 {
    let (x, y) = (center[0], center[1]);
    let samples = columns[0].iter().zip(columns[1]);
    let inside = samples
        .filter(|&(&s, &t)| is_inside_by_quotient(x, s, h) && is_inside_by_quotient(y, t, h));
    inside.count() as u64
}

/// As [`plane_by_quotient`], by differences.
pub fn plane_by_difference(columns: &[&[f64]], center: &[f64], h: f64) -> u64 {
    let (x, y, radius) = (center[0], center[1], h / 2.0);
    let samples = columns[0].iter().zip(columns[1]);
    let inside = samples.filter(|&(&s, &t)| {
        is_inside_by_difference(x, s, radius) && is_inside_by_difference(y, t, radius)
    });
    inside.count() as u64
}

/// Samples inside: `rows[i * d + j]` is coordinate j of sample i. O(n d).
pub fn rows_by_quotient(rows: &[f64], center: &[f64], h: f64) -> u64 {
    rows.chunks_exact(center.len()).filter(|row| is_row_inside(row, center, h)).count() as u64
}

/// The article's test of one sample. O(d).
pub fn is_row_inside(row: &[f64], center: &[f64], h: f64) -> bool {
    row.iter().zip(center).all(|(&s, &x)| is_inside_by_quotient(x, s, h))
}

/// A loop over columns.
#[derive(Clone, Copy, Debug)]
pub struct Loop {
    /// Its name in ids.
    pub name: &'static str,
    /// (columns, center, width) → count.
    pub count: fn(&[&[f64]], &[f64], f64) -> u64,
    /// The only d that it can do; `None` for any.
    pub only_d: Option<usize>,
}

/// Every loop over columns.
pub const ALL: &[Loop] = &[
    Loop { name: "columns-quotient", count: columns_by_quotient, only_d: None },
    Loop { name: "columns-difference", count: columns_by_difference, only_d: None },
    Loop { name: "plane-quotient", count: plane_by_quotient, only_d: Some(2) },
    Loop { name: "plane-difference", count: plane_by_difference, only_d: Some(2) },
];

/// One window over the columns of `stock`.
pub fn count<'a>(group: String, stock: &'a Stock<'_, f64>, plain: &Loop) -> Case<'a> {
    let (workload, count) = (stock.workload, plain.count);
    let prepare = move || -> Job<'a> {
        let samples = stock.samples();
        let columns: Vec<_> = (0..samples.d()).map(|j| samples.column(j)).collect();
        let (center, h) = (workload.center, workload.widths.start);
        Box::new(move || Answer::Count(count(black_box(&columns), black_box(center), black_box(h))))
    };
    Case {
        group,
        name: plain.name,
        elements: workload.n as u64,
        expected: workload::expected_count(workload),
        prepare: Box::new(prepare),
    }
}

/// The article's job as the article does it: rows, quotients, one loop for each width.
pub fn article<'a>(group: String, stock: &'a Stock<'_, f64>) -> Case<'a> {
    let workload = stock.workload;
    let prepare = move || -> Job<'a> {
        let (rows, widths) = (workload::rows(stock.samples()), workload::widths(workload));
        Box::new(move || {
            let (rows, center) = (black_box(&rows[..]), black_box(workload.center));
            let widths = black_box(widths.as_slice());
            Answer::Counts(widths.iter().map(|&h| rows_by_quotient(rows, center, h)).collect())
        })
    };
    Case {
        group,
        name: "rows-quotient",
        elements: (workload.n * workload.widths.count) as u64,
        expected: Expected::Counts(workload::expected_counts(workload)),
        prepare: Box::new(prepare),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_loop_closes_the_faces() {
        let outside = 0.5_f64.next_up();
        let (x, y) = ([0.5, -0.5, outside, 0.0], [0.0, 0.5, 0.0, -outside]);
        let columns = [&x[..], &y[..]];
        for plain in ALL {
            assert_eq!((plain.count)(&columns, &[0.0, 0.0], 1.0), 2, "{}", plain.name);
        }
        let rows: Vec<f64> = x.iter().zip(&y).flat_map(|(&s, &t)| [s, t]).collect();
        assert_eq!(rows_by_quotient(&rows, &[0.0, 0.0], 1.0), 2);
    }

    #[test]
    fn every_column_matters() {
        let columns = [&[0.0, 0.0][..], &[0.0, 0.0], &[0.0, 9.0]];
        for plain in ALL.iter().filter(|plain| plain.only_d.is_none()) {
            assert_eq!((plain.count)(&columns, &[0.0; 3], 1.0), 1, "{}", plain.name);
        }
    }
}
