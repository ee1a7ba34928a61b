//! Codes in place of coordinates: which samples may be inside, 64 at a time, and which surely are.
//!
//! A code has two bytes. The first bytes of 256 samples stand column after column, in blocks; whole codes
//! stand sample after sample, in rows.
//!
//! ```text
//! for each 64 samples:
//!     maybe = in every column first <= byte <= first + span          the most selective columns first
//!     sure  = the same with the bytes all of whose codes are inside
//!     count += number of sure                                        the others of maybe wait
//! for each sample that waits:                                        some in a thousand, as a rule
//!     the same two questions to its row
//!     neither yes nor no: its coordinates are looked at              some in a hundred thousand
//! ```
//!
//! Departures from it, each with its reason:
//!
//! 1. *Samples wait in a list*, written without a branch: whether one of 64 is in doubt cannot be foreseen,
//!    and a wrong guess costs as much as testing eight columns.
//! 2. *Up to eight dimensions one loop* has the limits of all columns in registers. Above, a block of 256 goes
//!    through four columns at a time until nobody is left; the limits of a column then serve four vectors.
//! 3. *Rows are compared eight codes at a time*, also where they are shorter: what follows a row is compared
//!    with limits that let everything pass.

use std::ops::Range;

use super::lanes::{Lanes, Vectors};
use super::scan::ANY;

/// Samples in a block.
pub(crate) const CODES: usize = 256;
/// Vectors of 64 samples in a block.
const VECTORS: usize = CODES / 64;
/// Codes of a row that are compared at a time.
pub(crate) const ROW: usize = 8;
/// Dimensions at most.
pub(crate) const MOST_D: usize = 64;
/// Blocks after which those who wait get their turn.
const TURN: usize = 64;
/// How far ahead bytes are asked for.
const AHEAD: usize = 4096;

/// The first bytes of one column in a block.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(crate) struct Codes(pub(crate) [[u8; 64]; VECTORS]);

impl Default for Codes {
    fn default() -> Self {
        Self([[0; 64]; VECTORS])
    }
}

/// Bytes `first ..= first + span` of a column; four copies of each, because four bytes are spread over a
/// vector faster than one is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Between {
    /// The column.
    pub(crate) column: u32,
    /// The smallest byte.
    pub(crate) first: [u8; 4],
    /// The largest less the smallest.
    pub(crate) span: [u8; 4],
}

/// Codes `first[k] ..= last[k]` of eight columns, empty where the first is above the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) first: [u16; ROW],
    pub(crate) last: [u16; ROW],
}

impl Limits {
    /// Everything passes.
    pub(crate) const ALL: Self = Self { first: [0; ROW], last: [u16::MAX; ROW] };
}

/// What a window asks of the codes: of the first bytes, an entry for each column; of rows, for each eight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    /// What may be inside.
    pub(crate) maybe: [Between; MOST_D],
    /// What is inside, unless no byte is for sure.
    pub(crate) sure: [Between; MOST_D],
    pub(crate) is_ever_sure: bool,
    /// What may be inside, and what is.
    pub(crate) rows: [[Limits; 2]; MOST_D / ROW],
}

/// The codes of all samples.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Coded<'a> {
    /// Samples.
    pub(crate) n: usize,
    /// Dimensions.
    pub(crate) d: usize,
    /// `blocks[b * d + j]` is column j of block b.
    pub(crate) blocks: &'a [Codes],
    /// `rows[i * d + j]` is column j of sample i; [`ROW`] more at the end.
    pub(crate) rows: &'a [u16],
}

impl Coded<'_> {
    /// The samples of a block that are there.
    #[inline(always)]
    fn present(&self, block: usize) -> [u64; VECTORS] {
        let left = self.n - block * CODES;
        let mut present = [u64::MAX; VECTORS];
        if left < CODES {
            for (k, present) in present.iter_mut().enumerate() {
                let left = left.saturating_sub(64 * k);
                *present = if left < 64 { (1 << left) - 1 } else { u64::MAX };
            }
        }
        present
    }
}

/// Samples in doubt: of 64 from a multiple of 64 on, a bit for each.
#[derive(Clone, Copy, Debug, Default)]
struct Waiting {
    vector: u32,
    doubtful: u64,
}

/// Number of samples of some blocks that are inside; `look` tells it from the coordinates of a sample.
pub(crate) struct Tally<'a, const D: usize> {
    pub(crate) coded: &'a Coded<'a>,
    pub(crate) blocks: Range<usize>,
    pub(crate) asked: &'a Asked,
    pub(crate) look: &'a dyn Fn(usize) -> bool,
}

impl<const D: usize> super::lanes::Job for Tally<'_, D> {
    type Output = u64;
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> u64 {
        let mut waiting = [Waiting::default(); TURN * VECTORS];
        let mut count = 0;
        for start in self.blocks.clone().step_by(TURN) {
            let blocks = start..self.blocks.end.min(start + TURN);
            let (sure, len) = if D == ANY {
                self.sift_any(lanes, blocks, &mut waiting)
            } else {
                self.sift(lanes, blocks, &mut waiting)
            };
            count += sure;
            for &Waiting { vector, doubtful } in &waiting[..len] {
                count += self.settle(vector, doubtful);
            }
        }
        count
    }
}

impl<const D: usize> Tally<'_, D> {
    /// Number of samples surely inside; lets others wait, and returns how many entries that takes.
    #[inline(always)]
    fn sift<L: Lanes>(
        &self,
        lanes: L,
        blocks: Range<usize>,
        waiting: &mut [Waiting; TURN * VECTORS],
    ) -> (u64, usize) {
        let Self { coded, asked, .. } = self;
        let maybe = spread::<L, D>(lanes, &asked.maybe);
        let sure = spread::<L, D>(lanes, &asked.sure);
        let ever = if asked.is_ever_sure { u64::MAX } else { 0 };
        let (mut count, mut len) = (0, 0);
        for (b, block) in blocks.clone().zip(coded.blocks[blocks.start * D..].as_chunks::<D>().0) {
            let present = coded.present(b);
            prefetch(lanes, block);
            for k in 0..VECTORS {
                let left = keep(lanes, block, k, maybe) & present[k];
                if left != 0 {
                    let inside = keep(lanes, block, k, sure) & left & ever;
                    count += u64::from(inside.count_ones());
                    let doubtful = left & !inside;
                    waiting[len] = Waiting { vector: (b * VECTORS + k) as u32, doubtful };
                    len += usize::from(doubtful != 0);
                }
            }
        }
        (count, len)
    }

    /// The same for any d, the columns in the order of what is asked.
    #[inline(always)]
    fn sift_any<L: Lanes>(
        &self,
        lanes: L,
        blocks: Range<usize>,
        waiting: &mut [Waiting; TURN * VECTORS],
    ) -> (u64, usize) {
        let Self { coded, asked, .. } = self;
        let d = coded.d;
        let (mut count, mut len) = (0, 0);
        for b in blocks {
            let block = &coded.blocks[b * d..][..d];
            let left = keep_any(lanes, block, &asked.maybe[..d], coded.present(b));
            if left == [0; VECTORS] {
                continue;
            }
            let none = [0; VECTORS];
            let sure = if asked.is_ever_sure { left } else { none };
            let sure = keep_any(lanes, block, &asked.sure[..d], sure);
            for k in 0..VECTORS {
                count += u64::from(sure[k].count_ones());
                let doubtful = left[k] & !sure[k];
                waiting[len] = Waiting { vector: (b * VECTORS + k) as u32, doubtful };
                len += usize::from(doubtful != 0);
            }
        }
        (count, len)
    }

    /// How many of the samples in doubt are inside.
    #[inline(always)]
    fn settle(&self, vector: u32, mut doubtful: u64) -> u64 {
        let Coded { d, rows, .. } = *self.coded;
        let eights = if D == ANY { d.div_ceil(ROW) } else { 1 };
        let mut count = 0;
        while doubtful != 0 {
            let i = vector as usize * 64 + doubtful.trailing_zeros() as usize;
            doubtful &= doubtful - 1;
            let row = &rows[i * d..][..eights * ROW];
            let [maybe, sure] = passes(row, &self.asked.rows[..eights]);
            count += u64::from(sure);
            if maybe && !sure {
                count += u64::from((self.look)(i));
            }
        }
        count
    }
}

/// Whether a row may be inside, and whether it is.
#[inline(always)]
fn passes(row: &[u16], limits: &[[Limits; 2]]) -> [bool; 2] {
    let mut beyond = [[0; ROW]; 2];
    for (codes, limits) in row.as_chunks::<ROW>().0.iter().zip(limits) {
        for (beyond, Limits { first, last }) in beyond.iter_mut().zip(limits) {
            for k in 0..ROW {
                let [below, above] =
                    [first[k].saturating_sub(codes[k]), codes[k].saturating_sub(last[k])];
                beyond[k] |= below | above;
            }
        }
    }
    let [maybe, sure] = beyond;
    [maybe == [0; ROW], sure == [0; ROW]]
}

/// The limits of D columns, a byte in every lane.
#[inline(always)]
fn spread<L: Lanes, const D: usize>(lanes: L, betweens: &[Between; MOST_D]) -> [[L::Bytes; 2]; D] {
    let mut limits = [[lanes.bytes([0; 4]); 2]; D];
    for (limits, between) in limits.iter_mut().zip(betweens) {
        *limits = [lanes.bytes(between.first), lanes.bytes(between.span)];
    }
    limits
}

/// Those of 64 samples whose bytes are between in D columns.
#[inline(always)]
fn keep<L: Lanes, const D: usize>(
    lanes: L,
    block: &[Codes; D],
    k: usize,
    limits: [[L::Bytes; 2]; D],
) -> u64 {
    let mut left = lanes.all_left();
    for (column, [first, span]) in block.iter().zip(limits) {
        left = lanes.keep(left, &column.0[k], first, span);
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
            let [first, span] = [lanes.bytes(between.first), lanes.bytes(between.span)];
            for (left, codes) in left.iter_mut().zip(&block[between.column as usize].0) {
                *left = lanes.keep(*left, codes, first, span);
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

/// Asks for what lies ahead of a block.
#[inline(always)]
fn prefetch<L: Lanes, const D: usize>(lanes: L, block: &[Codes; D]) {
    let start = block.as_ptr().cast::<u8>().wrapping_add(AHEAD);
    for line in (0..size_of::<[Codes; D]>()).step_by(64) {
        lanes.double().prefetch(start.wrapping_add(line));
    }
}
