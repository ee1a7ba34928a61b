//! A line that sweeps over samples and centers in the order of x: the counts of many windows at once.
//!
//! ```text
//! for each batch of 16 centers, in ascending order of x:
//!     count = present ranks of y in [lo, hi)                    two look-ups, see super::present
//!     for each sample that enters until the last of the batch:  + 1 if it is in [lo, hi) and entered by then
//!     for each sample that leaves until the last of the batch:  − 1 if it is in [lo, hi) and left by then
//!     samples that entered become present, those that left no longer are
//! ```
//!
//! Center by center would be plainer, and no correction would be needed. But how many samples enter and leave
//! before the next center cannot be foreseen, and a misprediction costs as much as all else; in batches there
//! are three for 16 centers, and the corrections are done for all 16 by a few vectors.

use super::lanes::{Job, Lanes};
use super::present::Present;

/// Centers at a time.
const TOGETHER: usize = 16;

/// Counts the samples inside the windows of centers in ascending order of x.
#[derive(Debug)]
pub(crate) struct Sweep<'a> {
    /// Rank of y of each sample, in ascending order of x.
    pub(crate) ranks: &'a [u32],
    /// Samples, by number in the order of x, that are inside in x: `[below, up to]` for each center.
    pub(crate) ends: &'a [[u32; 2]],
    /// Ranks that are inside in y, likewise.
    pub(crate) spans: &'a [[u32; 2]],
    /// Room for the ranks of all samples.
    pub(crate) present: &'a mut Present,
    /// A count for each center.
    pub(crate) counts: &'a mut [u32],
}

impl Job for Sweep<'_> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) {
        let Self { ranks, ends, spans, present, counts } = self;
        let Some(&first) = ends.first() else { return };
        let [mut left, mut entered] = first.map(|end| end as usize);
        present.fill(&ranks[left..entered]);
        let centers = ends.chunks(TOGETHER).zip(spans.chunks(TOGETHER));
        for ((ends, spans), counts) in centers.zip(counts.chunks_mut(TOGETHER)) {
            let batch = Batch::new(ends, spans, present);
            let [below, up_to] = ends[ends.len() - 1].map(|end| end as usize);
            let (leaving, entering) = (&ranks[left..below], &ranks[entered..up_to]);
            let came = batch.inside(entering, entered, &batch.up_to);
            let went = batch.inside(leaving, left, &batch.below);
            for (k, count) in counts.iter_mut().enumerate() {
                *count = batch.counts[k].wrapping_add(came[k]).wrapping_sub(went[k]);
            }
            for &rank in entering {
                present.insert(rank);
            }
            for &rank in leaving {
                present.remove(rank);
            }
            (left, entered) = (below, up_to);
        }
    }
}

/// What 16 centers ask.
struct Batch {
    below: [u32; TOGETHER],
    up_to: [u32; TOGETHER],
    /// The first rank inside.
    first: [u32; TOGETHER],
    /// Number of ranks inside.
    span: [u32; TOGETHER],
    /// Those that were present before the batch.
    counts: [u32; TOGETHER],
}

impl Batch {
    #[inline(always)]
    fn new(ends: &[[u32; 2]], spans: &[[u32; 2]], present: &Present) -> Self {
        let nothing = [0; TOGETHER];
        let mut batch =
            Self { below: nothing, up_to: nothing, first: nothing, span: nothing, counts: nothing };
        for (k, (&[below, up_to], &[low, high])) in ends.iter().zip(spans).enumerate() {
            batch.below[k] = below;
            batch.up_to[k] = up_to;
            batch.first[k] = low;
            batch.span[k] = high - low;
            batch.counts[k] = present.below(high) - present.below(low);
        }
        batch
    }

    /// For each center the number of samples, `start` and following, before its end whose `ranks` are inside.
    #[inline(always)]
    fn inside(&self, ranks: &[u32], start: usize, end: &[u32; TOGETHER]) -> [u32; TOGETHER] {
        let mut inside = [0; TOGETHER];
        for (number, &rank) in (start as u32..).zip(ranks) {
            for k in 0..TOGETHER {
                let is_inside = u32::from(rank.wrapping_sub(self.first[k]) < self.span[k]);
                inside[k] += is_inside & u32::from(number < end[k]);
            }
        }
        inside
    }
}
