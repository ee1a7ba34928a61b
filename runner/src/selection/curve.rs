//! The best of a curve over widths: found on the whole grid, never by walking downhill.

use serde::Serialize;

/// Which value is the best.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The smallest.
    Least,
    /// The largest.
    Greatest,
}

/// The best width of a criterion.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Best {
    /// Its number among the widths.
    pub index: usize,
    /// The width.
    pub width: f64,
    /// The criterion there.
    pub value: f64,
    /// Whether it is the first or the last width that has a value: the best may lie beyond.
    pub at_end: bool,
}

/// The best of the values that there are; the first of equal ones.
pub fn best(widths: &[f64], values: &[Option<f64>], found: Found) -> Option<Best> {
    let there = || values.iter().enumerate().filter_map(|(index, value)| Some((index, (*value)?)));
    let sign = if found == Found::Least { 1.0 } else { -1.0 };
    let (index, value) = there().min_by(|a, b| (sign * a.1).total_cmp(&(sign * b.1)))?;
    let ends = [there().next(), there().next_back()];
    let at_end = ends.iter().flatten().any(|end| end.0 == index);
    Some(Best { index, width: widths[index], value, at_end })
}

/// Number of values that are less than their neighbors, both of which are there; equal ones are one value.
pub fn local_minima(values: &[Option<f64>]) -> usize {
    let mut runs = values.to_vec();
    runs.dedup();
    let is_minimum = |three: &&[Option<f64>]| match three {
        [Some(a), Some(b), Some(c)] => b < a && b < c,
        _ => false,
    };
    runs.windows(3).filter(is_minimum).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_is_global_and_ends_are_told() {
        let widths = [1.0, 2.0, 3.0, 4.0, 5.0];
        let values = [None, Some(3.0), Some(1.0), Some(2.0), Some(0.5)];
        let least = best(&widths, &values, Found::Least).unwrap();
        assert_eq!((least.index, least.at_end), (4, true));
        let values = [Some(4.0), Some(1.0), Some(3.0), Some(0.5), Some(2.0)];
        let least = best(&widths, &values, Found::Least).unwrap();
        assert_eq!((least.index, least.at_end, local_minima(&values)), (3, false, 2));
        assert!(best(&widths, &values, Found::Greatest).unwrap().at_end);
        assert_eq!(best(&widths, &[None; 5], Found::Least), None);
    }

    #[test]
    fn a_flat_bottom_is_one_minimum() {
        let values = [3.0, 1.0, 1.0, 1.0, 2.0].map(Some);
        assert_eq!(local_minima(&values), 1);
    }
}
