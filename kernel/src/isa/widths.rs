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
//! counts are exact all the same. A key that equals an edge (one in some thousands) costs another
//! pass over its batch, which is in the cache.

use std::ops::Range;

use super::blocks::{self, BLOCK};
use super::lanes::{Distances, Doubles, GROUP, Job, Lanes, Limits, Stored, key};
use super::scan::{ANY, Distance, Form, Groups, group, load, prefetch, splat};
use crate::ranking::{Bins, Ranking, Ties};
use crate::samples::Run;

/// Samples whose keys are collected before they are ranked: enough that the end of a loop over them,
/// which the processor cannot foresee, is rare.
const BATCH: usize = 4 * BLOCK * GROUP;
/// Room for the keys of a batch, and for a group that is written whole.
pub(crate) const CAPACITY: usize = BATCH + GROUP;

/// Adds to `counts[w]` the number of samples within the w-th radius of `ranking` around `center`; d is
/// D, or any.
#[inline(always)]
pub(crate) fn count<L: Lanes, T: Stored, const D: usize>(
    lanes: L,
    run: &Run<'_, T>,
    center: &[f64],
    ranking: &Ranking,
    counts: &mut [u64],
) {
    /// Samples after which the 32-bit histogram is emptied.
    const CHUNK: usize = 1 << 31;
    /// Slots up to which the histogram needs no allocation.
    const SMALL: usize = 512;
    let pass = Pass { run, center, ranking };
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
        let near = pass.fill::<L, D>(lanes, chunk, histogram);
        ranking.tally(near, histogram, counts);
    }
}

/// One pass over the samples.
#[derive(Clone, Copy)]
struct Pass<'a, T> {
    run: &'a Run<'a, T>,
    center: &'a [f64],
    ranking: &'a Ranking,
}

impl<T: Stored> Pass<'_, T> {
    /// Fills the histogram with the band; returns the number of samples nearer than that.
    #[inline(always)]
    fn fill<L: Lanes, const D: usize>(
        self,
        lanes: L,
        range: Range<usize>,
        histogram: &mut [u32],
    ) -> u64 {
        let vectors = lanes.double();
        let Self { run, center, ranking } = self;
        let limits = Limits { near: key(ranking.near()), far: key(ranking.far()) };
        let mut sieve = vectors.sieve(limits);
        let mut keys = [0; CAPACITY];
        let groups = (D != ANY).then(|| Groups::<T, D>::new(run.columns(), range.clone()));
        for start in range.clone().step_by(BATCH) {
            let batch = start..range.end.min(start + BATCH);
            let len = if let Some(groups) = &groups {
                let first = (start - range.start) / GROUP;
                let some = first..groups.len().min(first + BATCH / GROUP);
                let center = Distance(splat::<_, D>(vectors, center));
                sift_groups(vectors, groups, some, center, &mut sieve, &mut keys)
            } else {
                sift_blocks(vectors, run, batch.clone(), center, &mut sieve, &mut keys)
            };
            let mut ties = Ties::default();
            match ranking.bins() {
                Some(bins) => rank(vectors, &mut keys[..len], bins, &mut ties, histogram),
                None => ties.give_up(),
            }
            if !ties.is_empty() {
                lanes.vectorize(Settle { pass: self, batch, ties: &ties, histogram });
            }
        }
        vectors.below(sieve)
    }
}

/// What keys could not tell in a batch is settled by distances. A function of its own, for any d: it
/// is rare.
struct Settle<'a, T> {
    pass: Pass<'a, T>,
    batch: Range<usize>,
    ties: &'a Ties,
    histogram: &'a mut [u32],
}

impl<T: Stored> Job for Settle<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { pass: Pass { run, center, ranking }, batch, ties, histogram } = self;
        let mut block = blocks::empty();
        for start in batch.step_by(BLOCK * GROUP) {
            let groups = blocks::fill_distances(lanes.double(), run, start, center, &mut block);
            match (ranking.bins(), ties.few()) {
                (Some(bins), Some(edges)) => {
                    let vectors = lanes.double();
                    settle_few(vectors, &block[..groups], ranking, bins, edges, histogram);
                }
                _ => settle_each(&block[..groups], ranking, histogram),
            }
        }
    }
}

/// For each edge, moves the distances that share its key but lie beyond its radius.
#[inline(always)]
fn settle_few<V: Doubles>(
    vectors: V,
    block: &[Distances],
    ranking: &Ranking,
    bins: &Bins,
    edges: &[u32],
    histogram: &mut [u32],
) {
    for &edge in edges {
        let largest = f64::from_bits(u64::from(edge) << 32 | u64::from(u32::MAX));
        let up_to_key = blocks::tally(vectors, block, vectors.splat(largest));
        let up_to_radius = blocks::tally(vectors, block, vectors.splat(ranking.radius(edge)));
        bins.move_beyond(edge, (up_to_key - up_to_radius) as u32, histogram);
    }
}

/// Looks at every distance of the band: adds it to the histogram, or corrects where it is.
fn settle_each(block: &[Distances], ranking: &Ranking, histogram: &mut [u32]) {
    let band = key(ranking.near())..=key(ranking.far());
    for distance in block.iter().flat_map(|distances| distances.0) {
        if band.contains(&key(distance)) {
            match ranking.bins() {
                Some(bins) => ranking.correct(bins, distance, histogram),
                None => histogram[ranking.slot(distance)] += 1,
            }
        }
    }
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

/// Writes the keys of the band in some of the groups to `keys`; returns their number.
#[inline(always)]
fn sift_groups<V: Doubles, T: Stored, const D: usize>(
    vectors: V,
    groups: &Groups<'_, T, D>,
    some: Range<usize>,
    center: Distance<V::Vector, D>,
    sieve: &mut V::Sieve,
    keys: &mut [u32; CAPACITY],
) -> usize {
    // A copy, so that the compiler keeps it in registers.
    let mut local = *sieve;
    let mut len = 0;
    for segment in groups.segments_in(some) {
        // Two loops: the choice inside one costs 15 % where the samples are in the cache.
        if groups.is_far() {
            for g in 0..segment[0].len() {
                prefetch(vectors, group(&segment, g));
                len = sift_group(vectors, group(&segment, g), center, &mut local, keys, len);
            }
        } else {
            for g in 0..segment[0].len() {
                len = sift_group(vectors, group(&segment, g), center, &mut local, keys, len);
            }
        }
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

/// As [`sift_groups`] for any d.
#[inline(always)]
fn sift_blocks<V: Doubles, T: Stored>(
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
        let groups = blocks::fill_distances(vectors, run, start, center, &mut block);
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
