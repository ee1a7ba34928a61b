//! The oracle: the article's double loop, literally. Slow, obvious, and the judge of all other counts.
//!
//! Separate from `kernel`, and using none of its counting code, so that a mistake there cannot hide
//! here. Next: [`super::Workload::counts`], which compares its answer with the stored digests.

use std::panic::resume_unwind;

use kernel::{Element, Samples};

/// Samples s with `|(x − s) / h| <= 1/2` in every coordinate of the center x. O(n d).
///
/// # Panics
/// If the center has fewer or more than d coordinates.
pub fn oracle<T: Element>(samples: &Samples<T>, center: &[f64], h: f64) -> u64 {
    assert_eq!(center.len(), samples.d(), "coordinates of the center");
    let columns: Vec<&[T]> = (0..samples.d()).map(|j| samples.column(j)).collect();
    let mut count = 0;
    'samples: for i in 0..samples.n() {
        for (x, column) in center.iter().zip(&columns) {
            if ((x - column[i].widen()) / h).abs() > 0.5 {
                continue 'samples;
            }
        }
        count += 1;
    }
    count
}

/// [`oracle`] for each of several widths. O(n d W).
///
/// # Panics
/// As [`oracle`].
pub fn oracle_widths<T: Element>(samples: &Samples<T>, center: &[f64], widths: &[f64]) -> Vec<u64> {
    widths.iter().map(|&h| oracle(samples, center, h)).collect()
}

/// [`oracle_widths`] with the widths dealt out to `workers` threads of its own: each width is still
/// counted by the plain loop. O(n d W).
///
/// # Panics
/// As [`oracle`].
pub fn oracle_on_all_cpus<T: Element>(
    samples: &Samples<T>,
    center: &[f64],
    widths: &[f64],
    workers: usize,
) -> Vec<u64> {
    let part = widths.len().div_ceil(workers.max(1)).max(1);
    std::thread::scope(|scope| {
        let parts = widths.chunks(part);
        let threads: Vec<_> =
            parts.map(|part| scope.spawn(move || oracle_widths(samples, center, part))).collect();
        let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined.flat_map(|counts| counts.unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_of_threads_gives_the_same_counts() {
        let samples = Samples::from_rows(&[0.1, 0.2, 0.3, 0.4, 0.5], 1).unwrap();
        let widths = [0.2, 0.5, 0.7, 0.9, 2.0];
        let expected = oracle_widths(&samples, &[0.0], &widths);
        for workers in [0, 1, 2, 3, 9] {
            assert_eq!(oracle_on_all_cpus(&samples, &[0.0], &widths, workers), expected);
        }
        assert_eq!(oracle_on_all_cpus(&samples, &[0.0], &[], 3), [0_u64; 0]);
    }

    #[test]
    fn samples_on_the_faces_are_inside() {
        let samples =
            Samples::from_rows(&[0.5, 0.0, -0.5, 0.5, 0.5_f64.next_up(), 0.0], 2).unwrap();
        assert_eq!(oracle_widths(&samples, &[0.0, 0.0], &[1.0, 0.9, 1.1]), [2, 0, 3]);
    }
}
