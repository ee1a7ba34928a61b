//! Which of many radii a distance is within: the second half of a pass over many widths.
//!
//! The first half computes one L∞ distance D for each sample. What is left is the number of radii
//! below D, for the samples whose D falls between the smallest and the largest radius. Sorting the
//! distances is never the best way (prototypes: 1.9 times this one), binary search costs log W
//! unpredictable steps. Here the upper half of D's bits, its *key*, is shifted to a bin, and bins are
//! so narrow that at most one radius, the bin's *edge*, falls into each:
//!
//! ```text
//! key(D)   = upper 32 bits of D                    monotone, because D ≥ 0
//! bin(D)   = (key(D) − key(smallest radius)) >> shift
//! slot(D)  = 2 · bin(D) + (D > edge of bin(D))     a histogram over slots is enough:
//! count(r) = near + Σ slots before r's bin + slot 2 · bin(r)
//! ```
//!
//! Keys decide `D > edge` unless they are equal; then the distances are compared. So no rounding
//! moves a sample to the wrong side of a radius. Keys are linear within a binade and logarithmic over
//! many, which suits evenly spaced widths and geometric ones. Radii that crowd (near-duplicates) would
//! need too many bins; then distances are ranked among them by binary search.

use crate::isa::key;

/// Bins beyond which a histogram would no longer stay in the L1 cache.
const MAX_BINS: usize = 4096;

/// Radii in ascending order, with the table that ranks distances among them.
#[derive(Clone, Debug)]
pub(crate) struct Ranking {
    /// Radii, ascending.
    radii: Vec<f64>,
    /// `given[i]` is the position of `radii[i]` in the list that was given; empty if that ascends.
    given: Vec<u32>,
    /// `last[i]` is the last slot of distances within `radii[i]`.
    last: Vec<u32>,
    /// The table, unless radii crowd.
    bins: Option<Bins>,
}

/// The table: see the module's documentation.
#[derive(Clone, Debug)]
pub(crate) struct Bins {
    /// Key of the smallest radius.
    pub(crate) origin: u32,
    pub(crate) shift: u32,
    /// Key of the radius in each bin; [`NO_EDGE`] if there is none.
    pub(crate) edges: Vec<u32>,
}

/// Above the key of every distance, also as a signed integer.
const NO_EDGE: u32 = i32::MAX as u32;

impl Bins {
    /// A table of bins of 2^`shift` keys, which keep the radii apart.
    fn new(radii: &[f64], shift: u32) -> Self {
        let origin = key(radii[0]);
        let bin = |key: u32| ((key - origin) >> shift) as usize;
        let mut edges = vec![NO_EDGE; 1 + bin(key(radii[radii.len() - 1]))];
        for key in radii.iter().map(|&radius| key(radius)) {
            edges[bin(key)] = key;
        }
        Self { origin, shift, edges }
    }

    /// Bin of a key; keys beyond the last bin belong to it.
    #[inline]
    pub(crate) fn of(&self, key: u32) -> usize {
        (((key - self.origin) >> self.shift) as usize).min(self.edges.len() - 1)
    }

    /// Slot of a bin's distances up to its edge, or beyond.
    #[inline]
    pub(crate) fn slot(bin: usize, beyond: bool) -> usize {
        2 * bin + usize::from(beyond)
    }

    /// Moves `count` distances whose keys equal `edge`, and that were taken to be within its radius,
    /// beyond it.
    pub(crate) fn move_beyond(&self, edge: u32, count: u32, histogram: &mut [u32]) {
        let bin = self.of(edge);
        histogram[Self::slot(bin, false)] -= count;
        histogram[Self::slot(bin, true)] += count;
    }
}

/// Edges that keys of a batch are equal to: none as a rule, a few by chance, many where samples lie
/// on a raster.
#[derive(Default)]
pub(crate) struct Ties {
    edges: [u32; 4],
    len: usize,
}

impl Ties {
    /// Remembers an edge once.
    #[cold]
    pub(crate) fn note(&mut self, edge: u32) {
        if self.len > self.edges.len() || self.edges[..self.len].contains(&edge) {
            return;
        }
        if let Some(place) = self.edges.get_mut(self.len) {
            *place = edge;
        }
        self.len += 1;
    }

    /// As if too many had been noted.
    pub(crate) fn give_up(&mut self) {
        self.len = self.edges.len() + 1;
    }

    /// Whether no edge was noted.
    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The edges noted, or nothing if they are too many to look at each.
    pub(crate) fn few(&self) -> Option<&[u32]> {
        self.edges.get(..self.len)
    }
}

impl Ranking {
    /// Prepares `radii`, given in any order, finite and ≥ 0. O(W) if they ascend, else O(W log W).
    pub(crate) fn new(mut radii: Vec<f64>) -> Self {
        let mut given = Vec::new();
        if !radii.is_sorted() {
            given.extend(0..radii.len() as u32);
            given.sort_by(|&a, &b| radii[a as usize].total_cmp(&radii[b as usize]));
            radii = given.iter().map(|&given| radii[given as usize]).collect();
        }
        let bins = Self::wide_bins(&radii);
        let last = match &bins {
            Some(Bins { origin, shift, .. }) => {
                radii.iter().map(|&radius| 2 * ((key(radius) - origin) >> shift)).collect()
            }
            None => radii.iter().map(|&radius| Self::slot_among(&radii, radius) as u32).collect(),
        };
        Self { radii, given, last, bins }
    }

    /// Few bins that keep the radii apart, if [`MAX_BINS`] or less: keys that differ by 2^shift or more fall
    /// into different bins.
    fn wide_bins(radii: &[f64]) -> Option<Bins> {
        let span = key(*radii.last()?) - key(radii[0]);
        let apart = |pair: &[f64]| key(pair[1]) - key(pair[0]);
        let is_crowd = |pair: &[f64]| apart(pair) == 0 && pair[0] < pair[1];
        // Two folds without an exit, each done in vectors. Equal radii share a bin: their difference of 0
        // becomes the largest number.
        if radii.windows(2).fold(false, |crowd, pair| crowd | is_crowd(pair)) {
            return None;
        }
        let one_less = radii.windows(2).fold(u32::MAX, |least, pair| {
            let one_less = apart(pair).wrapping_sub(1);
            if one_less < least { one_less } else { least }
        });
        let shift = one_less.saturating_add(1).min(span.max(1)).ilog2();
        (span >> shift < MAX_BINS as u32).then(|| Bins::new(radii, shift))
    }

    /// The radius whose key is `edge`, where every bin holds at most one.
    pub(crate) fn radius(&self, edge: u32) -> f64 {
        self.radii[self.radii.partition_point(|&radius| key(radius) < edge)]
    }

    /// Moves one distance beyond its bin's edge, if it was taken to be within because their keys are equal.
    pub(crate) fn correct(&self, bins: &Bins, distance: f64, histogram: &mut [u32]) {
        let key = key(distance);
        if bins.edges[bins.of(key)] == key && distance > self.radius(key) {
            bins.move_beyond(key, 1, histogram);
        }
    }

    /// The radii, ascending.
    pub(crate) fn radii(&self) -> &[f64] {
        &self.radii
    }

    /// Adds to `counts[i]`, of the i-th radius given, the samples known to be within it: `within[k]` of them
    /// are from the k-th ascending radius on.
    pub(crate) fn add_known(&self, within: &[u64], counts: &mut [u64]) {
        let mut sum = 0;
        for (k, within) in within[..self.radii.len()].iter().enumerate() {
            sum += within;
            counts[self.given.get(k).map_or(k, |&given| given as usize)] += sum;
        }
    }

    /// Number of radii.
    pub(crate) fn len(&self) -> usize {
        self.radii.len()
    }

    pub(crate) fn near(&self) -> f64 {
        self.radii.first().copied().unwrap_or(0.0)
    }

    pub(crate) fn far(&self) -> f64 {
        self.radii.last().copied().unwrap_or(0.0)
    }

    /// The table, if every bin holds at most one radius.
    pub(crate) fn bins(&self) -> Option<&Bins> {
        self.bins.as_ref()
    }

    /// Number of slots of the histogram, rounded up to a power of two.
    pub(crate) fn slots(&self) -> usize {
        let slots = self.bins.as_ref().map_or(self.radii.len() + 1, |bins| 2 * bins.edges.len());
        slots.next_power_of_two()
    }

    /// Slot of a distance where radii crowd.
    pub(crate) fn slot(&self, distance: f64) -> usize {
        Self::slot_among(&self.radii, distance)
    }

    fn slot_among(radii: &[f64], distance: f64) -> usize {
        radii.partition_point(|&radius| radius < distance)
    }

    /// Adds to `counts[i]` the number of distances within the i-th radius given, from the number that
    /// are `near` and the histogram of the others, which is used up.
    pub(crate) fn tally(&self, near: u64, histogram: &mut [u32], counts: &mut [u64]) {
        let mut sum = 0;
        let end = self.last.last().map_or(0, |&last| last as usize + 1);
        for slot in &mut histogram[..end] {
            sum += *slot;
            *slot = sum;
        }
        let within = self.last.iter().map(|&last| near + u64::from(histogram[last as usize]));
        if self.given.is_empty() {
            counts.iter_mut().zip(within).for_each(|(count, within)| *count += within);
        } else {
            within.zip(&self.given).for_each(|(within, &given)| counts[given as usize] += within);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts_by_histogram(radii: &[f64], distances: &[f64]) -> Vec<u64> {
        let ranking = Ranking::new(radii.to_vec());
        let mut histogram = vec![0; ranking.slots()];
        for &distance in distances {
            match ranking.bins() {
                Some(bins) => {
                    let bin = bins.of(key(distance));
                    histogram[Bins::slot(bin, key(distance) > bins.edges[bin])] += 1;
                    ranking.correct(bins, distance, &mut histogram);
                }
                None => histogram[ranking.slot(distance)] += 1,
            }
        }
        let mut counts = vec![0; radii.len()];
        ranking.tally(0, &mut histogram, &mut counts);
        counts
    }

    /// Ranks distances at, beside and between the radii; says whether radii crowd.
    fn check(radii: &[f64]) -> bool {
        let ranking = Ranking::new(radii.to_vec());
        let (near, far) = (ranking.near(), ranking.far());
        let mut distances: Vec<f64> =
            radii.iter().flat_map(|r| [r.next_down(), *r, r.next_up(), r * (1.0 + 1e-7)]).collect();
        distances.extend((0..1000).map(|i| near + f64::from(i) / 1000.0 * (far - near)));
        distances.retain(|&distance| key(distance) >= key(near) && key(distance) <= key(far));
        let count = |r: &f64| distances.iter().filter(|distance| *distance <= r).count() as u64;
        let expected: Vec<u64> = radii.iter().map(count).collect();
        assert_eq!(counts_by_histogram(radii, &distances), expected, "{radii:?}");
        ranking.bins().is_none()
    }

    #[test]
    fn evenly_spaced_and_geometric_radii_have_a_bin_each() {
        assert!(!check(&(0..100).map(|i| 0.5 + f64::from(i) / 990.0).collect::<Vec<_>>()));
        assert!(!check(&(1..101).map(|i| f64::from(i) * 0.0146).collect::<Vec<_>>()));
        assert!(!check(&(0..100).map(|i| 1.1_f64.powi(i - 50)).collect::<Vec<_>>()));
        assert!(!check(&[0.25]));
        assert!(!check(&[0.3, 0.3, 0.1, 0.2, 0.1]));
    }

    #[test]
    fn crowded_and_extreme_radii_are_ranked_too() {
        assert!(check(&[0.5, 0.5_f64.next_up(), 0.5_f64.next_down(), 7.0]));
        assert!(check(&[0.5, 0.5 + 1e-5, 1e9]));
        assert!(check(&[f64::from_bits(1), f64::from_bits(2), f64::MAX / 2.0]));
    }

    #[test]
    fn no_radius_needs_no_answer() {
        assert!(counts_by_histogram(&[], &[]).is_empty());
    }
}
