//! Many widths: one pass over the samples, whatever their number.
//!
//! ```text
//! for each sample:
//!     D = L∞ distance from the center
//!     below the smallest radius: counted          beyond the largest: nothing to do
//!     in the band between: its key goes to a list
//! for each batch: keys → slots → histogram        see crate::ranking
//! at the end: counts = prefix sums of the histogram
//! ```
//!
//! The list keeps the loop over samples free of branches that depend on data. Comparisons look at
//! keys, the upper halves of distances, twice as many to a vector; see [`crate::ranking`] for why the
//! counts are exact all the same. A key that equals an edge (one in some thousands) costs two more
//! passes over its batch, which is in the L1 cache.

use std::ops::Range;

use super::blocks::{self, BLOCK};
use super::lanes::{Doubles, GROUP, Limits, Stored, key};
use super::scan::{ANY, Distance, Form, Groups, count_groups, load, splat};
use crate::ranking::{Bins, Ranking, Ties};
use crate::samples::Run;

/// Samples whose keys are collected before they are ranked: enough that the end of a loop over them,
/// which the processor cannot foresee, is rare.
const BATCH: usize = 4 * BLOCK * GROUP;
/// Room for the keys of a batch, and for a group that is written whole.
pub(crate) const CAPACITY: usize = BATCH + GROUP;

/// Adds to `counts[w]` the number of samples within the w-th radius of `ranking` around `center`.
#[inline(always)]
pub(crate) fn count<V: Doubles, T: Stored, const D: usize>(
    vectors: V,
    run: &Run<'_, T>,
    center: &[f64],
    ranking: &Ranking,
    counts: &mut [u64],
) {
    /// Samples after which the 32-bit histogram is emptied.
    const CHUNK: usize = 1 << 31;
    /// Slots up to which the histogram needs no allocation.
    const SMALL: usize = 512;
    for start in (0..run.len()).step_by(CHUNK) {
        let chunk = start..run.len().min(start + CHUNK);
        let (mut small, mut large) = ([0; SMALL], Vec::new());
        let histogram = match ranking.slots() {
            slots @ 0..=SMALL => &mut small[..slots],
            slots => {
                large.resize(slots, 0);
                &mut large[..]
            }
        };
        let near = histogram_of::<V, T, D>(vectors, run, chunk, center, ranking, histogram);
        ranking.tally(near, histogram, counts);
    }
}

/// Number of samples nearer than the smallest radius, and the histogram of the band.
#[inline(always)]
fn histogram_of<V: Doubles, T: Stored, const D: usize>(
    vectors: V,
    run: &Run<'_, T>,
    range: Range<usize>,
    center: &[f64],
    ranking: &Ranking,
    histogram: &mut [u32],
) -> u64 {
    let limits = Limits { near: key(ranking.near()), far: key(ranking.far()) };
    let mut sieve = vectors.sieve(limits);
    let mut keys = [0; CAPACITY];
    for start in range.clone().step_by(BATCH) {
        let batch = start..range.end.min(start + BATCH);
        let mut ties = Ties::default();
        match ranking.bins() {
            Some(bins) if D != ANY => {
                let groups = Groups::<T, D>::new(run.columns(), batch.clone());
                let center = Distance(splat::<V, D>(vectors, center));
                let len = sift_groups(vectors, &groups, center, &mut sieve, &mut keys);
                rank(vectors, &mut keys[..len], bins, &mut ties, histogram);
                for &edge in ties.few().unwrap_or_default() {
                    let beyond = count_beyond(vectors, &groups, center, bins, edge, &mut keys);
                    bins.move_beyond(edge, beyond as u32, histogram);
                }
            }
            bins => {
                let len = sift_blocks::<V, T, D>(vectors, run, batch.clone(), center, &mut sieve, &mut keys);
                match bins {
                    Some(bins) => rank(vectors, &mut keys[..len], bins, &mut ties, histogram),
                    None => ties.give_up(),
                }
                if ties.few().is_none_or(|edges| !edges.is_empty()) {
                    ties.give_up();
                }
            }
        }
        if ties.few().is_none() {
            compare_distances::<V, T, D>(vectors, run, batch, center, ranking, histogram);
        }
    }
    vectors.below(sieve)
}

/// Adds keys to the histogram, by way of their slots.
#[inline(always)]
fn rank<V: Doubles>(
    vectors: V,
    keys: &mut [u32],
    bins: &Bins,
    ties: &mut Ties,
    histogram: &mut [u32],
) {
    assert!(histogram.len().is_power_of_two(), "so that a mask keeps slots inside");
    let last = histogram.len() - 1;
    vectors.slots(keys, bins, ties);
    for &slot in &*keys {
        histogram[slot as usize & last] += 1;
    }
}

/// Number of samples beyond the radius of `edge` whose keys equal it: those with that key, less
/// those within the radius that have no smaller key.
#[inline(always)]
fn count_beyond<V: Doubles, T: Stored, const D: usize>(
    vectors: V,
    groups: &Groups<'_, T, D>,
    center: Distance<V::Vector, D>,
    bins: &Bins,
    edge: u32,
    keys: &mut [u32; CAPACITY],
) -> u64 {
    let mut sieve = vectors.sieve(Limits { near: edge, far: edge });
    let tied = sift_groups(vectors, groups, center, &mut sieve, keys) as u64;
    let within = count_groups(vectors, groups, center, bins.radius(edge));
    tied - (within - vectors.below(sieve))
}

/// Writes the keys of the band to `keys`; returns their number.
#[inline(always)]
fn sift_groups<V: Doubles, T: Stored, const D: usize>(
    vectors: V,
    groups: &Groups<'_, T, D>,
    center: Distance<V::Vector, D>,
    sieve: &mut V::Sieve,
    keys: &mut [u32; CAPACITY],
) -> usize {
    // A copy, so that the compiler keeps it in registers.
    let mut local = *sieve;
    let mut len = 0;
    for g in 0..groups.len() {
        len = sift_group(vectors, groups.get(g), center, &mut local, keys, len);
    }
    if let Some(last) = &groups.last {
        len = sift_group(vectors, last.each_ref(), center, &mut local, keys, len);
    }
    *sieve = local;
    len
}

#[inline(always)]
fn sift_group<V: Doubles, T: Stored, const D: usize>(
    vectors: V,
    group: [&[T; GROUP]; D],
    center: Distance<V::Vector, D>,
    sieve: &mut V::Sieve,
    keys: &mut [u32; CAPACITY],
    mut len: usize,
) -> usize {
    for at in (0..GROUP).step_by(2 * V::WIDTH) {
        let low = center.evaluate(vectors, load(vectors, group, at));
        let high = center.evaluate(vectors, load(vectors, group, at + V::WIDTH));
        len = vectors.sift(sieve, [low, high], keys, len);
    }
    len
}

/// As [`sift_groups`] for d above [`MAX_D`].
#[inline(always)]
fn sift_blocks<V: Doubles, T: Stored, const D: usize>(
    vectors: V,
    run: &Run<'_, T>,
    range: Range<usize>,
    center: &[f64],
    sieve: &mut V::Sieve,
    keys: &mut [u32; CAPACITY],
) -> usize {
    let mut block = blocks::empty();
    let mut len = 0;
    for start in range.step_by(BLOCK * GROUP) {
        let groups = blocks::fill_distances::<V, T, D>(vectors, run, start, center, &mut block);
        for distances in &block[..groups] {
            for at in (0..GROUP).step_by(2 * V::WIDTH) {
                let low = vectors.load(&distances.0, at);
                let high = vectors.load(&distances.0, at + V::WIDTH);
                len = vectors.sift(sieve, [low, high], keys, len);
            }
        }
    }
    len
}

/// Where keys could not tell: puts the band of a batch into the histogram, or corrects it there.
#[inline(always)]
fn compare_distances<V: Doubles, T: Stored, const D: usize>(
    vectors: V,
    run: &Run<'_, T>,
    range: Range<usize>,
    center: &[f64],
    ranking: &Ranking,
    histogram: &mut [u32],
) {
    let band = key(ranking.near())..=key(ranking.far());
    let mut block = blocks::empty();
    for start in range.step_by(BLOCK * GROUP) {
        let groups = blocks::fill_distances::<V, T, D>(vectors, run, start, center, &mut block);
        for distance in block[..groups].iter().flat_map(|distances| distances.0) {
            if band.contains(&key(distance)) {
                match ranking.bins() {
                    Some(bins) => bins.correct(distance, histogram),
                    None => histogram[ranking.slot(distance)] += 1,
                }
            }
        }
    }
}
