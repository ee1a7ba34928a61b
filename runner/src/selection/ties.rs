//! Equal samples, and how many of them the criteria that follow the samples bear.
//!
//! Below the least distance of two samples that differ, only the T pairs of equal ones are left of the least
//! squares criterion of [`super::squares`]:
//!
//! ```text
//! LSCV(h) = (1 + 2 T / n − 4 T / (n − 1)) / (n h^d)
//! ```
//!
//! With few of them it rises towards width 0 as it does without any, only less steeply, and its minimum is one
//! of the samples. Where 2 T (n + 1) > n (n − 1), about one pair for every two samples, it falls without end: the
//! width at which it is least says where the grid begins, not how the samples lie.

use std::cmp::Ordering;

use kernel::{Element, Samples};
use rayon::slice::ParallelSliceMut as _;
use serde::Serialize;

/// Equal samples among all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Ties {
    /// T: pairs of samples that are equal in every dimension.
    pub equal_pairs: u64,
    /// The most of them with which least squares do not fall without end towards width 0.
    pub most: u64,
}

impl Ties {
    /// Those of the samples. Takes O(n log n) comparisons.
    pub fn of<T: Element>(samples: &Samples<T>) -> Self {
        // The two zeros are equal.
        let value = |row: usize, j: usize| samples.column(j)[row].widen() + 0.0;
        let order = |&a: &usize, &b: &usize| {
            let mut columns = (0..samples.d()).map(|j| value(a, j).total_cmp(&value(b, j)));
            columns.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        };
        let mut rows: Vec<usize> = (0..samples.n()).collect();
        rows.par_sort_unstable_by(order);
        let equal = rows.chunk_by(|a, b| order(a, b).is_eq());
        let pairs = equal.map(|rows| rows.len() as u64).map(|n| n * (n - 1) / 2);
        Self { equal_pairs: pairs.sum(), most: most(samples.n()) }
    }

    /// Whether there are so many that least squares fall without end.
    pub fn diverge(self) -> bool {
        self.equal_pairs > self.most
    }
}

/// The largest T with 2 T (n + 1) <= n (n − 1).
fn most(n: usize) -> u64 {
    let n = n as u128;
    (n * n.saturating_sub(1) / (2 * (n + 1))) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_samples_are_counted_pair_by_pair() {
        let rows = [[1.0, 2.0], [0.0, 5.0], [1.0, 2.0], [-0.0, 5.0], [1.0, 3.0], [1.0, 2.0]];
        let samples = Samples::from_rows(rows.as_flattened(), 2).unwrap();
        assert_eq!(Ties::of(&samples).equal_pairs, 3 + 1);
        // Three values in each column, none of which tells another.
        let value = |i: usize, j: usize| (i * 7919 % 6561 / 3_usize.pow(j as u32) % 3) as f64;
        for d in [1, 2, 4] {
            let rows: Vec<f64> = (0..500).flat_map(|i| (0..d).map(move |j| value(i, j))).collect();
            let samples = Samples::from_rows(&rows, d).unwrap();
            let rows: Vec<&[f64]> = rows.chunks(d).collect();
            let equal = |i: usize| rows[..i].iter().filter(|&&row| row == rows[i]).count() as u64;
            assert_eq!(Ties::of(&samples).equal_pairs, (0..500).map(equal).sum::<u64>(), "{d}");
        }
    }
}
