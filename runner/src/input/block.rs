//! Rows of a file as they lie in it, on their way into columns.
//!
//! Separate from the readers because this is what they have in common: each says where the coordinates of
//! its rows lie, and the copying is done here. The memory of a block is used again and again. Next:
//! [`super::source`], which fills blocks.

use std::ops::Range;

/// Rows that are copied at a time: so many cache lines of a column, and of the block, stay in the L1 cache.
const TILE: usize = 256;

/// Some rows of a file: coordinate `k` of row `i` is `values[starts[k] + i * step]`.
#[derive(Debug, Default)]
pub struct Block<T> {
    /// What was read, columns that were not chosen included.
    pub(super) values: Vec<T>,
    /// Number of rows.
    pub(super) rows: usize,
    /// From a row to the next.
    pub(super) step: usize,
    /// Where each dimension begins.
    pub(super) starts: Vec<usize>,
    /// Bytes of the file that were read for it.
    pub(super) bytes: u64,
}

impl<T: Copy> Block<T> {
    /// Number of rows; 0 only at the end of a file.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of the file that were read for it.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Copies some rows into `columns`, one for each dimension, of as many elements as there are rows.
    ///
    /// # Panics
    /// If `rows` reaches beyond the block, or a column has another length.
    pub fn copy(&self, rows: Range<usize>, columns: &mut [&mut [T]]) {
        assert!(rows.end <= self.rows && columns.iter().all(|column| column.len() == rows.len()));
        if self.step == 1 {
            for (column, &start) in columns.iter_mut().zip(&self.starts) {
                column.copy_from_slice(&self.values[start..][rows.clone()]);
            }
            return;
        }
        for tile in rows.clone().step_by(TILE) {
            let some = tile..rows.end.min(tile + TILE);
            let lines = &self.values[some.start * self.step..some.end * self.step];
            let place = some.start - rows.start..some.end - rows.start;
            for (column, &start) in columns.iter_mut().zip(&self.starts) {
                gather(lines, self.step, start, &mut column[place.clone()]);
            }
        }
    }
}

/// Element `start` of each of the `lines` of `step` elements. Few elements to a line are the common case,
/// and the compiler has instructions for strides that it knows.
fn gather<T: Copy>(lines: &[T], step: usize, start: usize, column: &mut [T]) {
    match step {
        2 => gather_by::<T, 2>(lines, start, column),
        3 => gather_by::<T, 3>(lines, start, column),
        4 => gather_by::<T, 4>(lines, start, column),
        _ => {
            for (to, line) in column.iter_mut().zip(lines.chunks_exact(step)) {
                *to = line[start];
            }
        }
    }
}

fn gather_by<T: Copy, const STEP: usize>(lines: &[T], start: usize, column: &mut [T]) {
    let (lines, _none) = lines.as_chunks::<STEP>();
    for (to, line) in column.iter_mut().zip(lines) {
        *to = line[start];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_columns_whatever_the_step() {
        for width in [1, 2, 3, 4, 5, 9] {
            let rows = 2 * TILE + 3;
            let (values, starts) = ((0..rows * width).collect(), (0..width).rev().collect());
            let block = Block { values, rows, step: width, starts, bytes: 0 };
            let some = 7..rows - 1;
            let mut columns = vec![vec![0; some.len()]; width];
            let mut slices: Vec<&mut [usize]> = columns.iter_mut().map(Vec::as_mut_slice).collect();
            block.copy(some.clone(), &mut slices);
            for (k, column) in columns.iter().enumerate() {
                let expected: Vec<usize> =
                    some.clone().map(|i| i * width + width - 1 - k).collect();
                assert_eq!(column, &expected, "{width} columns");
            }
        }
    }

    #[test]
    fn columns_one_after_another_are_copied_whole() {
        let block =
            Block { values: (0..12).collect(), rows: 4, step: 1, starts: vec![8, 0], bytes: 0 };
        let (mut a, mut b) = ([0; 2], [0; 2]);
        block.copy(1..3, &mut [&mut a, &mut b]);
        assert_eq!((a, b), ([9, 10], [1, 2]));
    }
}
