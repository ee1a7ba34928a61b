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

use wide::{u8x16, u16x8};

use super::lanes::{Job, Lanes, Vectors};
use super::scan::ANY;

/// Samples in a block.
pub(crate) const CODES: usize = 256;
/// Vectors of 64 samples in a block.
const VECTORS: usize = CODES / 64;
/// Codes of a row that are compared at a time.
pub(crate) const ROW: usize = 8;
/// Dimensions at most.
pub(crate) const MOST_D: usize = 64;
/// Columns of a zone that are compared at a time.
pub(crate) const ZONE: usize = 16;
/// Blocks whose zones are compared before those that are cut are looked into.
const TURN: usize = 64;
/// Samples that can wait, more than a block.
const ROOM: usize = 3 * CODES;
/// Bytes that are taken to be in a cache.
const IN_CACHE: usize = 1 << 20;
/// How many blocks ahead memory is asked for.
const AHEAD: usize = 4;

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

/// The least first byte of a block in each of 16 columns, and the largest; or what is asked of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub(crate) struct Zone {
    pub(crate) least: [u8; ZONE],
    pub(crate) most: [u8; ZONE],
}

impl Zone {
    /// Every byte.
    pub(crate) const ALL: Self = Self { least: [0; ZONE], most: [u8::MAX; ZONE] };
}

/// What a window asks of the codes: of the first bytes, an entry for each column; of rows, for each eight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    /// What may be inside.
    pub(crate) maybe: [Between; MOST_D],
    /// What is inside, unless no byte is for sure.
    pub(crate) sure: [Between; MOST_D],
    pub(crate) is_ever_sure: bool,
    /// The same of 16 columns: what may be inside, and what is, empty if none is for sure.
    pub(crate) zones: [[Zone; 2]; MOST_D / ZONE],
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
    /// Zones of block b, for 16 columns each, from `zones[b * ⌈d / 16⌉]` on.
    pub(crate) zones: &'a [Zone],
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

/// Samples in doubt, by their positions.
struct Waiting {
    samples: [u32; ROOM],
    len: usize,
}

impl Waiting {
    /// Adds those of 64 samples, from `first` on.
    #[inline(always)]
    fn push(&mut self, first: usize, mut doubtful: u64) {
        /// As many are written whether they are there or not.
        const AT_ONCE: usize = 4;
        let more = doubtful.count_ones() as usize;
        let Some(room) = self.samples.get_mut(self.len..self.len + 64) else {
            return; // never: there is room for a block
        };
        for place in &mut room[..AT_ONCE] {
            *place = first as u32 + doubtful.trailing_zeros();
            doubtful &= doubtful.wrapping_sub(1);
        }
        if more > AT_ONCE {
            for place in &mut room[AT_ONCE..more] {
                *place = first as u32 + doubtful.trailing_zeros();
                doubtful &= doubtful.wrapping_sub(1);
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
        let mut waiting = Waiting { samples: [0; ROOM], len: 0 };
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
                waiting.len = 0;
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
        let maybe = spread::<L, D>(lanes, &asked.maybe);
        let sure = spread::<L, D>(lanes, &asked.sure);
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
            for k in 0..VECTORS {
                let left = keep(lanes, block, k, maybe) & present[k];
                if left != 0 {
                    let inside = keep(lanes, block, k, sure) & left & ever;
                    count += u64::from(inside.count_ones());
                    waiting.push((b * VECTORS + k) * 64, left & !inside);
                }
            }
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

/// Whether somebody in a block may be inside, and whether all are.
#[inline(always)]
fn overlap(zones: &[Zone], asked: &[[Zone; 2]]) -> [bool; 2] {
    let mut beyond = [u8x16::ZERO; 2];
    for (zone, [maybe, sure]) in zones.iter().zip(asked) {
        let [least, most] = [zone.least, zone.most].map(u8x16::from);
        let [maybe_first, maybe_last] = [maybe.least, maybe.most].map(u8x16::from);
        let [sure_first, sure_last] = [sure.least, sure.most].map(u8x16::from);
        beyond[0] |= maybe_first.saturating_sub(most) | least.saturating_sub(maybe_last);
        beyond[1] |= sure_first.saturating_sub(least) | most.saturating_sub(sure_last);
    }
    let [nobody, not_all] = beyond;
    [nobody.simd_eq(u8x16::ZERO).all(), not_all.simd_eq(u8x16::ZERO).all()]
}

/// Whether a row may be inside, and whether it is.
#[inline(always)]
fn passes(row: &[u16], limits: &[[Limits; 2]]) -> [bool; 2] {
    let mut beyond = [u16x8::ZERO; 2];
    for (codes, limits) in row.as_chunks::<ROW>().0.iter().zip(limits) {
        let codes = u16x8::from(*codes);
        for (beyond, Limits { first, last }) in beyond.iter_mut().zip(limits) {
            let (first, last) = (u16x8::from(*first), u16x8::from(*last));
            *beyond = *beyond | first.saturating_sub(codes) | codes.saturating_sub(last);
        }
    }
    let [maybe, sure] = beyond;
    [maybe.simd_eq(u16x8::ZERO).all(), sure.simd_eq(u16x8::ZERO).all()]
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

/// Asks for a block.
#[inline(always)]
fn prefetch<L: Lanes, const D: usize>(lanes: L, block: &[Codes; D]) {
    for line in block.iter().flat_map(|codes| &codes.0) {
        lanes.double().prefetch(line.as_ptr());
    }
}
