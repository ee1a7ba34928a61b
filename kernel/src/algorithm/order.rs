//! Values in ascending order, and counts from that order back to the order of the centers.
//!
//! Apart from the algorithms that answer many centers at once, of which each first puts them in order.
//! Sorting is by digits: six passes over the 64 bits of a value, less where a digit is the same in all, so
//! 10⁵ values take about a millisecond.

use crate::team::{self, Team};

/// Bits of a digit.
const DIGIT: u32 = 11;
const DIGITS: usize = 64_usize.div_ceil(DIGIT as usize);
/// Centers whose counts a part of a team brings back.
const PART: usize = 4096;
/// Counts that are collected before they are added to those of the query: fresh memory costs more than the
/// counts that are written to it, so little is used again and again.
const COLLECTED: usize = 1 << 21;
/// Widths for each member of a team at least, so that they come out about even.
const EACH: usize = 4;
/// Centers next to each other whose counts are brought back together: those of one width are a cache line.
const TILE: usize = 16;

/// Whether there are at least so many centers, and not too many for positions of 32 bits.
pub(crate) fn suits(centers: usize, least: usize) -> bool {
    (least..=u32::MAX as usize).contains(&centers)
}

/// Values in ascending order.
#[derive(Debug)]
pub(crate) struct Ascending {
    pub(crate) values: Vec<f64>,
    /// `positions[k]` is the place of the k-th value in the list that was given.
    pub(crate) positions: Vec<u32>,
}

impl Ascending {
    /// Sorts values, fewer than 2³², in the total order of floats.
    pub(crate) fn new(values: impl Iterator<Item = f64>) -> Self {
        let mut from: Vec<(u64, u32)> =
            values.enumerate().map(|(i, value)| (key(value), i as u32)).collect();
        let mut to = vec![(0, 0); from.len()];
        let mut starts = vec![[0_u32; 1 << DIGIT]; DIGITS];
        for &(key, _) in &from {
            for (digit, starts) in starts.iter_mut().enumerate() {
                starts[digit_of(key, digit)] += 1;
            }
        }
        for (digit, starts) in starts.iter_mut().enumerate() {
            if starts.iter().any(|&count| count as usize == from.len()) {
                continue;
            }
            let mut sum = 0;
            for start in starts.iter_mut() {
                sum += std::mem::replace(start, sum);
            }
            for &pair in &from {
                let next = &mut starts[digit_of(pair.0, digit)];
                to[*next as usize] = pair;
                *next += 1;
            }
            std::mem::swap(&mut from, &mut to);
        }
        drop(to); // not held beside what is made of the others
        let (values, positions) = from.iter().map(|&(key, i)| (value(key), i)).unzip();
        Self { values, positions }
    }

    /// Bytes in use.
    pub(crate) fn bytes(&self) -> usize {
        size_of_val(&*self.values) + size_of_val(&*self.positions)
    }
}

/// Where each value is, from the position of the value at each place.
pub(crate) fn places(positions: &[u32]) -> Vec<u32> {
    let mut places = vec![0; positions.len()];
    for (k, &i) in positions.iter().enumerate() {
        places[i as usize] = k as u32;
    }
    places
}

fn digit_of(key: u64, digit: usize) -> usize {
    (key >> (digit as u32 * DIGIT)) as usize & ((1 << DIGIT) - 1)
}

/// Orders as the value does.
fn key(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

/// The value of a key.
fn value(key: u64) -> f64 {
    f64::from_bits(if key >> 63 == 1 { key & !(1 << 63) } else { !key })
}

/// Adds what is found for every width: `fill` finds it for some widths, as [`add_back`] takes it. It is collected,
/// because a center's counts lie side by side in `counts`, and far from those of its neighbors in order.
pub(crate) fn add_all<W, F: Copy + Default + Into<u64> + Sync>(
    widths: &[W],
    places: &[u32],
    counts: &mut [u64],
    team: &dyn Team,
    fill: impl Fn(&[W], &mut [F]),
) {
    let m = places.len();
    let together = (COLLECTED / m).max(EACH * team.size()).min(widths.len());
    let mut found = vec![F::default(); m * together];
    for (some, widths) in widths.chunks(together).enumerate() {
        let found = &mut found[..m * widths.len()];
        fill(widths, found);
        add_back(found, places, counts, some * together, team);
    }
}

/// Adds the counts of some widths, from `first` on, to those of all centers: `found[w * m + k]` belongs to
/// width `first` + w and to the center whose place is k.
///
/// Goes by places, not by centers: then `found` is read line by line, and the counts of a few centers at a time
/// stay in the cache. The other way round every count would be fetched from a line of its own.
fn add_back<F: Copy + Into<u64> + Sync>(
    found: &[F],
    places: &[u32],
    counts: &mut [u64],
    first: usize,
    team: &dyn Team,
) {
    let m = places.len();
    let row = counts.len() / m.max(1);
    let mut rows: Vec<&mut [u64]> = (0..m).map(|_| Default::default()).collect();
    for (counts, &place) in counts.chunks_exact_mut(row).zip(places) {
        rows[place as usize] = &mut counts[first..];
    }
    let parts = rows.chunks_mut(PART).enumerate().collect();
    team::map(team, parts, |(part, rows): (usize, &mut [&mut [u64]])| {
        for (tile, rows) in rows.chunks_mut(TILE).enumerate() {
            let start = part * PART + tile * TILE;
            for (w, found) in found.chunks_exact(m).enumerate() {
                for (row, &found) in rows.iter_mut().zip(&found[start..]) {
                    row[w] += found.into();
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::team::Alone;

    #[test]
    fn values_of_any_kind_are_sorted() {
        let mut state = 1_u64;
        let mut any = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            f64::from_bits(state.rotate_left(31))
        };
        let wild: Vec<f64> = (0..3000).map(|_| any()).filter(|value| value.is_finite()).collect();
        let few: Vec<f64> = (0..500).map(|i| f64::from(i % 3) - 1.0).collect();
        let zeros = vec![0.0, -0.0, 5e-324, -5e-324, f64::MAX, f64::MIN, 0.0];
        for given in [vec![], vec![7.0], zeros, few, wild] {
            let ascending = Ascending::new(given.iter().copied());
            let mut expected = given.clone();
            expected.sort_by(f64::total_cmp);
            let bits = |values: &[f64]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&ascending.values), bits(&expected));
            for (i, place) in places(&ascending.positions).into_iter().enumerate() {
                assert_eq!(ascending.positions[place as usize] as usize, i);
                assert_eq!(expected[place as usize].to_bits(), given[i].to_bits());
            }
        }
    }

    #[test]
    fn counts_go_back_to_their_centers() {
        let places = [2, 0, 1];
        let found = [10_u32, 20, 30, 11, 21, 31];
        let mut counts = [1; 9];
        add_back(&found, &places, &mut counts, 1, &Alone);
        assert_eq!(counts, [1, 31, 32, 1, 11, 12, 1, 21, 22]);
        let (m, row) = (2 * PART + 3 * TILE + 5, 3);
        let places: Vec<u32> = (0..m).map(|i| (i * 7 % m) as u32).collect();
        let found: Vec<u32> = (0..2 * m as u32).collect();
        let mut counts = vec![7; m * row];
        add_back(&found, &places, &mut counts, 1, &Alone);
        for (counts, &place) in counts.chunks(row).zip(&places) {
            assert_eq!(counts, [7, 7 + u64::from(place), 7 + u64::from(place) + m as u64]);
        }
    }
}
