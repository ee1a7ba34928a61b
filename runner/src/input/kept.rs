//! Which rows of a file became samples, where others were dropped.
//!
//! Apart from [`super::source`], which drops them: a message about a sample names the row that a reader finds in the
//! file. A bit for each row takes little memory, however many were dropped.

use kernel::Element;

/// Rows in a word.
const BITS: usize = u64::BITS as usize;

/// The rows that were kept, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Bit `i % 64` of word `i / 64` is set if row i was kept; no word at all if every row was.
    words: Vec<u64>,
}

impl Kept {
    /// The rows of `columns` in which every value is finite.
    pub(super) fn finite<T: Element>(columns: &[&mut [T]]) -> Self {
        let n = columns.first().map_or(0, |column| column.len());
        let word = |start: usize| {
            let is_kept = |i: &usize| columns.iter().all(|column| column[*i].is_finite());
            let rows = (start..n.min(start + BITS)).filter(is_kept);
            rows.fold(0, |word, i| word | 1 << (i - start))
        };
        let words: Vec<u64> = (0..n).step_by(BITS).map(word).collect();
        let kept: usize = words.iter().map(|word| word.count_ones() as usize).sum();
        Self { words: if kept == n { Vec::new() } else { words } }
    }

    /// The row of sample number `sample`, both counted from 0.
    pub fn row(&self, sample: usize) -> usize {
        let mut left = sample;
        for (number, &word) in self.words.iter().enumerate() {
            let here = word.count_ones() as usize;
            if left < here {
                let rest = (0..left).fold(word, |word, _| word & (word - 1));
                return number * BITS + rest.trailing_zeros() as usize;
            }
            left -= here;
        }
        sample
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_found_in_the_rows_that_were_kept() {
        let mut x: Vec<f64> = (0..200).map(f64::from).collect();
        let mut y = x.clone();
        assert_eq!(Kept::finite(&[&mut x[..], &mut y[..]]), Kept::default());
        for i in [0, 64] {
            (x[i], y[i + 63]) = (f64::NAN, f64::INFINITY);
        }
        let rows: Vec<usize> = (0..200).filter(|i| ![0, 63, 64, 127].contains(i)).collect();
        let kept = Kept::finite(&[&mut x[..], &mut y[..]]);
        let found: Vec<usize> = (0..196).map(|sample| kept.row(sample)).collect();
        assert_eq!(found, rows);
        assert_eq!(Kept::default().row(77), 77);
    }
}
