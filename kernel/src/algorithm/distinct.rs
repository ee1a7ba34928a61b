//! The distinct values of a column, where they are few.
//!
//! Apart from [`super::scale`], which makes a dictionary of them.

use super::scale::CODES;
use crate::samples::Element;

/// The values of a column in ascending order, if they are few enough to have codes of their own and if some
/// samples show that values repeat: a dictionary of values that do not gains nothing.
pub(super) fn distinct<T: Element>(column: &[T]) -> Option<Vec<T>> {
    /// Values that show it.
    const LOOKED: usize = 2048;
    let ascending = |a: &T, b: &T| a.widen().total_cmp(&b.widen());
    let mut some: Vec<T> =
        column.iter().step_by((column.len() / LOOKED).max(1) | 1).copied().collect();
    let looked = some.len();
    some.sort_unstable_by(ascending);
    some.dedup();
    if some.len() > 256.max(looked - looked / 200) {
        return None;
    }
    let mut values = Known::new();
    for &value in column {
        if !values.note(value) {
            return None;
        }
    }
    let mut values = values.into_values();
    values.shrink_to_fit();
    values.sort_unstable_by(ascending);
    Some(values)
}

/// Values seen so far, at most [`CODES`], in a table with open addresses.
struct Known<T> {
    /// Positions of values plus 1; 0 where there is none.
    places: Vec<u32>,
    values: Vec<T>,
}

impl<T: Element> Known<T> {
    /// Places, as a power of two: a quarter is in use at most.
    const BITS: u32 = CODES.ilog2() + 2;

    fn new() -> Self {
        Self { places: vec![0; 1 << Self::BITS], values: Vec::new() }
    }

    /// Whether there is room for a value.
    #[inline]
    fn note(&mut self, value: T) -> bool {
        // Both zeros are one value. The factor is 2^64 by the golden ratio.
        let bits = (value.widen() + 0.0).to_bits();
        let hash = (bits ^ bits >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut place = (hash >> (u64::BITS - Self::BITS)) as usize;
        loop {
            match self.places[place] {
                0 if self.values.len() == CODES => return false,
                0 => {
                    self.values.push(value);
                    self.places[place] = self.values.len() as u32;
                    return true;
                }
                known if self.values[known as usize - 1] == value => return true,
                _ => place = (place + 1) % self.places.len(),
            }
        }
    }

    fn into_values(self) -> Vec<T> {
        self.values
    }
}
