//! The scan of codes: which samples may be inside, 64 at a time, and which surely are.
//!
//! ```text
//! for each district of 16 blocks, for each window:
//!     the district's zone is beyond what is asked:  nobody    within what is inside for sure:  everybody
//!     else, for each block of 256 samples:
//!         the same two questions to its zone
//!         else, for each 64 samples:
//!             maybe = in every column first <= byte <= first + span
//!             sure  = the same with the bytes all of whose codes are inside
//!             count += number of sure                      the others of maybe wait
//! for each sample that waits:                          some in a thousand, as a rule
//!     the same two questions to its row
//!     neither yes nor no: its coordinates are looked at               some in a hundred thousand
//! ```
//!
//! Departures from it, each with its reason:
//!
//! 1. *What is left to do stands in lists*, of blocks, of vectors with somebody in them and of samples, written
//!    without a branch: whether a block is cut, a vector empty or a sample in doubt cannot be foreseen, and a
//!    wrong guess costs as much as a test of eight columns.
//! 2. *A district meets all windows before the next*: it has 4 KB for each dimension, so that an L1 cache of 48 KB
//!    holds it up to eight. When each window passed over 256 KB of codes in turn, the L2 cache set the pace: a third
//!    more time in eight dimensions.
//! 3. *Up to eight dimensions one loop* has the limits of all columns at hand. Above, a block goes through
//!    four columns at a time, the most selective first, until nobody is left; the limits of a column then
//!    serve four vectors.
//! 4. *Rows are asked for while they wait*, for samples of other windows and districts: they seldom are in a cache.
//!    Without that it was a fifth of the time in eight dimensions.
//! 5. *Rows are compared eight codes at a time*, also where they are shorter: what follows a row is compared
//!    with limits that let everything pass.

use std::ops::Range;

use super::codes::{
    Asked, Between, CODES, Coded, Codes, DISTRICT, ROW, VECTORS, ZONE, overlap, passes,
};
use super::lanes::{Job, Lanes, Vectors};
use super::scan::ANY;

/// Samples that can wait, many more than a vector has.
const ROOM: usize = 256;
/// Bytes that are taken to be in a cache.
const IN_CACHE: usize = 1 << 20;
/// How many blocks ahead memory is asked for.
const AHEAD: usize = 8;
/// Windows for which it is.
const FEW: usize = 4;

/// Samples in doubt, each with the number of a window.
struct Waiting {
    doubts: [(u32, u32); ROOM],
    len: usize,
    /// Of how many the rows were asked for.
    asked_for: usize,
}

impl Waiting {
    /// Asks for the first line of the rows of a few more; for one twice, or for one in vain, where fewer are there.
    #[inline(always)]
    fn fetch<L: Lanes>(&mut self, lanes: L, rows: &[u16], d: usize) {
        /// More than a vector adds, as a rule.
        const AT_ONCE: usize = 2;
        // Nobody waits where bytes tell everything.
        if rows.is_empty() {
            return;
        }
        for &(_, i) in &self.doubts[self.asked_for..][..AT_ONCE] {
            let row = rows.as_ptr().wrapping_add(i as usize * d);
            lanes.double().prefetch(row.cast());
        }
        self.asked_for = self.len.min(self.asked_for + AT_ONCE);
    }

    fn clear(&mut self) {
        (self.len, self.asked_for) = (0, 0);
    }

    /// Adds those of 64 samples, from `first` on, for window w.
    #[inline(always)]
    fn push(&mut self, w: usize, first: usize, mut doubtful: u64) {
        /// As many are written whether they are there or not.
        const AT_ONCE: usize = 4;
        let more = doubtful.count_ones() as usize;
        let (at_once, others) = self.doubts[self.len..][..64].split_at_mut(AT_ONCE);
        for place in at_once {
            *place = (w as u32, first as u32 + doubtful.trailing_zeros());
            doubtful &= doubtful.wrapping_sub(1);
        }
        if more > AT_ONCE {
            for place in &mut others[..more - AT_ONCE] {
                *place = (w as u32, first as u32 + doubtful.trailing_zeros());
                doubtful &= doubtful - 1;
            }
        }
        self.len += more;
    }

    /// Whether 64 more could be added.
    #[inline(always)]
    fn has_room(&self) -> bool {
        self.len <= ROOM - 64
    }
}

/// What is left to do: of the window and the district that meet, but for those who wait, of any.
struct Lists {
    /// Blocks that are cut.
    cut: [u32; DISTRICT],
    /// Vectors in which somebody may be inside, and who.
    alive: [(u32, u64); DISTRICT * VECTORS],
    waiting: Waiting,
}

/// Adds to `counts[w]` the number of samples inside window w; `look` tells it of the coordinates of one.
pub(crate) struct Tally<'a, const D: usize> {
    pub(crate) coded: &'a Coded<'a>,
    pub(crate) asked: &'a [Asked<'a>],
    pub(crate) look: &'a dyn Fn(usize, usize) -> bool,
    pub(crate) counts: &'a mut [u64],
}

impl<const D: usize> Job for Tally<'_, D> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) {
        let coded = self.coded;
        let nobody = Waiting { doubts: [(0, 0); ROOM], len: 0, asked_for: 0 };
        let alive = [(0, 0); DISTRICT * VECTORS];
        let lists = &mut Lists { cut: [0; DISTRICT], alive, waiting: nobody };
        let n_blocks = coded.n.div_ceil(CODES);
        let starts = (0..n_blocks).step_by(DISTRICT);
        for (start, district) in starts.zip(coded.districts.chunks_exact(self.zone())) {
            let blocks = start..n_blocks.min(start + DISTRICT);
            for w in 0..self.asked.len() {
                let [some, all] = overlap(district, &self.asked[w].zones[..self.zone()]);
                if all {
                    self.counts[w] += coded.samples(&blocks);
                } else if some {
                    self.visit(lanes, blocks.clone(), w, lists);
                }
            }
        }
        self.settle(&mut lists.waiting);
    }
}

impl<const D: usize> Tally<'_, D> {
    /// Number of [`super::codes::Zone`]s of a block.
    #[inline(always)]
    fn zone(&self) -> usize {
        if D == ANY { self.coded.d.div_ceil(ZONE) } else { 1 }
    }

    /// Some blocks that window w may cut.
    #[inline(always)]
    fn visit<L: Lanes>(&mut self, lanes: L, blocks: Range<usize>, w: usize, lists: &mut Lists) {
        let (whole, len) = self.sort_out(blocks, w, &mut lists.cut);
        self.counts[w] += whole;
        if len == 0 {
            return;
        }
        if D == ANY {
            self.sift_any(lanes, w, &lists.cut[..len], &mut lists.waiting);
        } else {
            let len = self.sift(lanes, w, &lists.cut[..len], &mut lists.alive);
            self.count_sure(lanes, w, &lists.alive[..len], &mut lists.waiting);
        }
    }

    /// Number of samples of blocks that are inside whole; lists those that are cut, and returns how many.
    #[inline(always)]
    fn sort_out(&self, blocks: Range<usize>, w: usize, cut: &mut [u32; DISTRICT]) -> (u64, usize) {
        let zones = self.coded.zones[blocks.start * self.zone()..].chunks_exact(self.zone());
        let asked = &self.asked[w].zones[..self.zone()];
        let (mut count, mut len) = (0, 0);
        for (b, zones) in blocks.zip(zones) {
            let [some, all] = overlap(zones, asked);
            count += if all { self.coded.samples(&(b..b + 1)) } else { 0 };
            cut[len] = b as u32;
            len += usize::from(some && !all);
        }
        (count, len)
    }

    /// Lists vectors of some blocks in which somebody may be inside, and returns how many.
    #[inline(always)]
    fn sift<L: Lanes>(
        &self,
        lanes: L,
        w: usize,
        cut: &[u32],
        alive: &mut [(u32, u64); DISTRICT * VECTORS],
    ) -> usize {
        let maybe = first_of::<D>(self.asked[w].maybe);
        let blocks = self.coded.blocks.as_chunks::<D>().0;
        // Of many windows, most find the blocks that others have fetched.
        let is_far = self.asked.len() <= FEW && self.coded.n * D > IN_CACHE;
        if is_far {
            cut.iter().take(AHEAD).for_each(|&b| prefetch(lanes, &blocks[b as usize]));
        }
        let mut len = 0;
        for (k, &b) in cut.iter().enumerate() {
            if is_far && let Some(&next) = cut.get(k + AHEAD) {
                prefetch(lanes, &blocks[next as usize]);
            }
            let present = self.coded.present(b as usize);
            for (k, present) in present.into_iter().enumerate() {
                let left = keep(lanes, &blocks[b as usize], k, &maybe) & present;
                alive[len] = (b * VECTORS as u32 + k as u32, left);
                len += usize::from(left != 0);
            }
        }
        len
    }

    /// Counts who is inside for sure in some vectors; the others who may be have to wait.
    #[inline(always)]
    fn count_sure<L: Lanes>(
        &mut self,
        lanes: L,
        w: usize,
        alive: &[(u32, u64)],
        waiting: &mut Waiting,
    ) {
        let sure = first_of::<D>(self.asked[w].sure);
        let ever = if self.asked[w].is_ever_sure { u64::MAX } else { 0 };
        let (coded, mut count) = (self.coded, 0);
        let blocks = coded.blocks.as_chunks::<D>().0;
        for &(vector, left) in alive {
            if !waiting.has_room() {
                self.settle(waiting);
            }
            let vector = vector as usize;
            let block = &blocks[vector / VECTORS];
            let inside = keep(lanes, block, vector % VECTORS, &sure) & left & ever;
            count += u64::from(inside.count_ones());
            waiting.push(w, vector * 64, left & !inside);
            waiting.fetch(lanes, coded.rows, D);
        }
        self.counts[w] += count;
    }

    /// Both for any d, the columns in the order of what is asked.
    #[inline(always)]
    fn sift_any<L: Lanes>(&mut self, lanes: L, w: usize, cut: &[u32], waiting: &mut Waiting) {
        let (coded, asked) = (self.coded, self.asked[w]);
        let d = coded.d;
        for &b in cut {
            let b = b as usize;
            let block = &coded.blocks[b * d..][..d];
            let left = keep_any(lanes, block, &asked.maybe[..d], coded.present(b));
            if left != [0; VECTORS] {
                let sure = if asked.is_ever_sure { left } else { [0; VECTORS] };
                let sure = keep_any(lanes, block, &asked.sure[..d], sure);
                for k in 0..VECTORS {
                    if !waiting.has_room() {
                        self.settle(waiting);
                    }
                    self.counts[w] += u64::from(sure[k].count_ones());
                    waiting.push(w, (b * VECTORS + k) * 64, left[k] & !sure[k]);
                }
                waiting.fetch(lanes, coded.rows, d);
            }
        }
    }

    /// Counts those in doubt that are inside; nobody waits any more.
    #[inline(always)]
    fn settle(&mut self, waiting: &mut Waiting) {
        let Coded { d, rows, .. } = *self.coded;
        let (d, eights) = if D == ANY { (d, d.div_ceil(ROW)) } else { (D, 1) };
        for &(w, i) in &waiting.doubts[..waiting.len] {
            let [w, i] = [w, i].map(|number| number as usize);
            let row = &rows[i * d..][..eights * ROW];
            let [maybe, sure] = passes(row, &self.asked[w].rows[..eights]);
            self.counts[w] += u64::from(sure);
            if maybe != sure {
                self.counts[w] += u64::from((self.look)(w, i));
            }
        }
        waiting.clear();
    }
}

/// What is asked of D columns, in their order; a copy, so that the compiler keeps it at hand.
#[inline(always)]
fn first_of<const D: usize>(betweens: &[Between]) -> [Between; D] {
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
