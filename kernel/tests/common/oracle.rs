//! The definition, as a double loop: the article's test, literally.

use kernel::Faces;

/// Number of rows before row i that are inside the box of `widths` around `center`, for every i up to
/// and including the number of rows: a run's count is the difference of two.
pub(crate) fn counts_before<R: AsRef<[f64]>>(
    rows: &[R],
    center: &[f64],
    widths: &[f64],
    faces: Faces,
) -> Vec<u64> {
    let mut counts = vec![0];
    let mut count = 0;
    for row in rows {
        let row = row.as_ref();
        // A plain loop: the tests spend a good deal of their time here.
        let mut j = 0;
        while j < row.len() {
            let ratio = ((center[j] - row[j]) / widths[j]).abs();
            let is_outside = match faces {
                Faces::Closed => ratio > 0.5,
                Faces::Open => ratio >= 0.5,
            };
            if is_outside {
                break;
            }
            j += 1;
        }
        count += u64::from(j == row.len());
        counts.push(count);
    }
    counts
}
