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
        let mut sides = row.as_ref().iter().zip(center).zip(widths);
        let outside = sides.any(|((s, x), h)| match faces {
            Faces::Closed => ((x - s) / h).abs() > 0.5,
            Faces::Open => ((x - s) / h).abs() >= 0.5,
        });
        count += u64::from(!outside);
        counts.push(count);
    }
    counts
}
