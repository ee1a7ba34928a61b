//! The scan of codes: which samples may be inside, 64 at a time, and which surely are.
//!
//! ```text
//! for each block of 256 samples:
//!     its zone is beyond what is asked:  nobody        within what is inside for sure:  everybody
//!     else, for each 64 samples:
//!         maybe = in every column first <= byte <= first + span
//!         sure  = the same with the bytes all of whose codes are inside
//!         count += number of sure                      the others of maybe wait
//! for each sample that waits:                          some in a thousand, as a rule
//!     the same two questions to its row
//!     neither yes nor no: its coordinates are looked at               some in a hundred thousand
//! ```
//!
//! Departures from it, each with its reason:
//!
//! 1. *What is left to do stands in lists*, of blocks and of samples, written without a branch: whether a
//!    block is cut or a sample in doubt cannot be foreseen, and a wrong guess costs as much as a test of eight
//!    columns.
//! 2. *Up to eight dimensions one loop* has the limits of all columns at hand. Above, a block goes through
//!    four columns at a time, the most selective first, until nobody is left; the limits of a column then
//!    serve four vectors.
//! 3. *Rows are asked for while they wait*: they seldom are in a cache, and there are too few of them at the end
//!    of a tile to hide what the first one takes to come. Without that it was a fifth of the time in eight
//!    dimensions.
//! 4. *Rows are compared eight codes at a time*, also where they are shorter: what follows a row is compared
//!    with limits that let everything pass.

use std::ops::Range;

use super::codes::{
    Asked, Between, CODES, Coded, Codes, MOST_D, ROW, VECTORS, ZONE, overlap, passes,
};
use super::lanes::{Job, Lanes, Vectors};
use super::scan::ANY;

/// Blocks whose zones are compared before those that are cut are looked into.
const TURN: usize = 64;
/// Samples that can wait, more than a block.
const ROOM: usize = 3 * CODES;
/// Bytes that are taken to be in a cache.
const IN_CACHE: usize = 1 << 20;
/// How many blocks ahead memory is asked for.
const AHEAD: usize = 8;

/// Samples in doubt, by their positions.
struct Waiting {
    samples: [u32; ROOM],
    len: usize,
    /// Of how many the rows were asked for.
    asked_for: usize,
}

impl Waiting {
    /// Nobody.
    const NOBODY: Self = Self { samples: [0; ROOM], len: 0, asked_for: 0 };

    /// Asks for the first line of the rows of a few more; for one twice, or for one in vain, where fewer are there.
    #[inline(always)]
    fn fetch<L: Lanes>(&mut self, lanes: L, rows: &[u16], d: usize) {
        /// About as many as a block adds.
        const AT_ONCE: usize = 2;
        // Nobody waits where bytes tell everything.
        if rows.is_empty() {
            return;
        }
        for &i in &self.samples[self.asked_for..][..AT_ONCE] {
            let row = rows.as_ptr().wrapping_add(i as usize * d);
            lanes.double().prefetch(row.cast());
        }
        self.asked_for = self.len.min(self.asked_for + AT_ONCE);
    }

    fn clear(&mut self) {
        (self.len, self.asked_for) = (0, 0);
    }

    /// Adds those of 64 samples, from `first` on.
    #[inline(always)]
    fn push(&mut self, first: usize, mut doubtful: u64) {
        /// As many are written whether they are there or not.
        const AT_ONCE: usize = 4;
        let more = doubtful.count_ones() as usize;
        let (at_once, others) = self.samples[self.len..][..64].split_at_mut(AT_ONCE);
        for place in at_once {
            *place = first as u32 + doubtful.trailing_zeros();
            doubtful &= doubtful.wrapping_sub(1);
        }
        if more > AT_ONCE {
            for place in &mut others[..more - AT_ONCE] {
                *place = first as u32 + doubtful.trailing_zeros();
                doubtful &= doubtful - 1;
            }
        }
        self.len += more;
    }

    /// Whether all samples of another block could be added.
    #[inline(always)]
    fn has_room(&self) -> bool {
        self.len <= ROOM - CODES
    }
}

/// Number of samples of some blocks that are inside; `look` tells it from the coordinates of a sample.
pub(crate) struct Tally<'a, const D: usize> {
    pub(crate) coded: &'a Coded<'a>,
    pub(crate) blocks: Range<usize>,
    pub(crate) asked: &'a Asked,
    pub(crate) look: &'a dyn Fn(usize) -> bool,
}

impl<const D: usize> Job for Tally<'_, D> {
    type Output = u64;
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> u64 {
        let mut waiting = Waiting::NOBODY;
        let mut cut = [0; TURN];
        let mut count = 0;
        for start in self.blocks.clone().step_by(TURN) {
            let blocks = start..self.blocks.end.min(start + TURN);
            let (whole, len) = self.sort_out(blocks, &mut cut);
            count += whole;
            let mut rest = &cut[..len];
            while !rest.is_empty() {
                let (sure, done) = if D == ANY {
                    self.sift_any(lanes, rest, &mut waiting)
                } else {
                    self.sift(lanes, rest, &mut waiting)
                };
                count += sure + self.settle(&waiting.samples[..waiting.len]);
                waiting.clear();
                rest = &rest[done..];
            }
        }
        count
    }
}

impl<const D: usize> Tally<'_, D> {
    /// Number of samples of blocks that are inside whole; lists those that are cut, and returns how many.
    #[inline(always)]
    fn sort_out(&self, blocks: Range<usize>, cut: &mut [u32; TURN]) -> (u64, usize) {
        let Self { coded, asked, .. } = self;
        let parts = if D == ANY { coded.d.div_ceil(ZONE) } else { 1 };
        let asked = &asked.zones[..parts];
        let (mut count, mut len) = (0, 0);
        let zones = coded.zones[blocks.start * parts..].chunks_exact(parts);
        for (b, zones) in blocks.zip(zones) {
            let [some, all] = overlap(zones, asked);
            // The last block may be incomplete.
            let present = CODES.min(coded.n - b * CODES);
            count += if all { present as u64 } else { 0 };
            cut[len] = b as u32;
            len += usize::from(some && !all);
        }
        (count, len)
    }

    /// Number of samples surely inside some blocks, as long as there is room for others to wait; and how many
    /// blocks were done.
    #[inline(always)]
    fn sift<L: Lanes>(&self, lanes: L, cut: &[u32], waiting: &mut Waiting) -> (u64, usize) {
        let Self { coded, asked, .. } = self;
        let maybe = first_of::<D>(&asked.maybe);
        let sure = first_of::<D>(&asked.sure);
        let ever = if asked.is_ever_sure { u64::MAX } else { 0 };
        let is_far = self.blocks.len() * D * CODES > IN_CACHE;
        let mut count = 0;
        let blocks = coded.blocks.as_chunks::<D>().0;
        for (done, &b) in cut.iter().enumerate() {
            if !waiting.has_room() {
                return (count, done);
            }
            let b = b as usize;
            let block = &blocks[b];
            let present = coded.present(b);
            if is_far && let Some(&next) = cut.get(done + AHEAD) {
                prefetch(lanes, &blocks[next as usize]);
            }
            for (k, present) in present.into_iter().enumerate() {
                let left = keep(lanes, block, k, &maybe) & present;
                if left != 0 {
                    let inside = keep(lanes, block, k, &sure) & left & ever;
                    count += u64::from(inside.count_ones());
                    waiting.push((b * VECTORS + k) * 64, left & !inside);
                }
            }
            waiting.fetch(lanes, coded.rows, D);
        }
        (count, cut.len())
    }

    /// The same for any d, the columns in the order of what is asked.
    #[inline(always)]
    fn sift_any<L: Lanes>(&self, lanes: L, cut: &[u32], waiting: &mut Waiting) -> (u64, usize) {
        let Self { coded, asked, .. } = self;
        let d = coded.d;
        let mut count = 0;
        for (done, &b) in cut.iter().enumerate() {
            if !waiting.has_room() {
                return (count, done);
            }
            let b = b as usize;
            let block = &coded.blocks[b * d..][..d];
            let left = keep_any(lanes, block, &asked.maybe[..d], coded.present(b));
            if left != [0; VECTORS] {
                let sure = if asked.is_ever_sure { left } else { [0; VECTORS] };
                let sure = keep_any(lanes, block, &asked.sure[..d], sure);
                for k in 0..VECTORS {
                    count += u64::from(sure[k].count_ones());
                    waiting.push((b * VECTORS + k) * 64, left[k] & !sure[k]);
                }
                waiting.fetch(lanes, coded.rows, d);
            }
        }
        (count, cut.len())
    }

    /// How many of the samples in doubt are inside.
    #[inline(always)]
    fn settle(&self, samples: &[u32]) -> u64 {
        let Coded { d, rows, .. } = *self.coded;
        let (d, eights) = if D == ANY { (d, d.div_ceil(ROW)) } else { (D, 1) };
        let limits = &self.asked.rows[..eights];
        let mut count = 0;
        for &i in samples {
            let row = &rows[i as usize * d..][..eights * ROW];
            let [maybe, sure] = passes(row, limits);
            count += u64::from(sure);
            if maybe != sure {
                count += u64::from((self.look)(i as usize));
            }
        }
        count
    }
}

/// What is asked of D columns, in their order; a copy, so that the compiler keeps it at hand.
#[inline(always)]
fn first_of<const D: usize>(betweens: &[Between; MOST_D]) -> [Between; D] {
    let mut first = [Between::default(); D];
    first.copy_from_slice(&betweens[..D]);
    first
}

/// Those of 64 samples whose bytes are between in D columns.
#[inline(always)]
fn keep<L: Lanes, const D: usize>(
    lanes: L,
    block: &[Codes; D],
    k: usize,
    betweens: &[Between; D],
) -> u64 {
    let mut left = lanes.all_left();
    for (column, between) in block.iter().zip(betweens) {
        left = lanes.keep(left, &column.0[k], between.first, between.span);
    }
    lanes.left(left)
}

/// Those of a block whose bytes are between in every column.
#[inline(always)]
fn keep_any<L: Lanes>(
    lanes: L,
    block: &[Codes],
    betweens: &[Between],
    mut masks: [u64; VECTORS],
) -> [u64; VECTORS] {
    /// Columns between two looks whether anybody is left.
    const STEP: usize = 4;
    let mut left = [lanes.all_left(); VECTORS];
    for some in betweens.chunks(STEP) {
        for between in some {
            for (left, codes) in left.iter_mut().zip(&block[between.column as usize].0) {
                *left = lanes.keep(*left, codes, between.first, between.span);
            }
        }
        for (mask, &left) in masks.iter_mut().zip(&left) {
            *mask &= lanes.left(left);
        }
        if masks == [0; VECTORS] {
            break;
        }
    }
    masks
}

/// Asks for a block.
#[inline(always)]
fn prefetch<L: Lanes, const D: usize>(lanes: L, block: &[Codes; D]) {
    for line in block.iter().flat_map(|codes| &codes.0) {
        lanes.double().prefetch(line.as_ptr());
    }
}
