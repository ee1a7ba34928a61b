//! Which rows of a file were dropped.
//!
//! Apart from [`super::source`], which drops them: a message about a sample names the row that a reader finds in the
//! file, and what belongs to a dropped row goes with it.

/// Rows that were dropped, counted from 0 in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped(Vec<usize>);

impl Dropped {
    /// From the rows, ascending.
    pub(super) fn new(rows: Vec<usize>) -> Self {
        Self(rows)
    }

    /// The rows, ascending.
    pub fn rows(&self) -> &[usize] {
        &self.0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether every row was kept.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes what belongs to the dropped rows out of a list with something for every row.
    pub fn leave_out<T>(&self, of_rows: &mut Vec<T>) {
        let (mut row, mut dropped) = (0, self.0.iter().peekable());
        of_rows.retain(|_| {
            let is_dropped = dropped.next_if_eq(&&row).is_some();
            row += 1;
            !is_dropped
        });
    }

    /// The row of a sample that was kept, both counted from 0. O(number of rows dropped before it).
    pub fn row_of(&self, sample: usize) -> usize {
        self.0.iter().zip(sample..).take_while(|&(&dropped, row)| dropped <= row).count() + sample
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_found_in_the_rows_that_were_kept() {
        let dropped = Dropped::new(vec![0, 63, 64, 127]);
        let rows: Vec<usize> = (0..200).filter(|i| !dropped.rows().contains(i)).collect();
        let found: Vec<usize> = (0..196).map(|sample| dropped.row_of(sample)).collect();
        assert_eq!((&found, dropped.len(), dropped.is_empty()), (&rows, 4, false));
        assert_eq!(Dropped::default().row_of(77), 77);
        let mut of_rows: Vec<usize> = (0..200).collect();
        dropped.leave_out(&mut of_rows);
        assert_eq!(of_rows, rows);
    }
}
