//! Codes in place of coordinates: how they lie in memory, and what a window asks of them.
//!
//! A code has two bytes. The first bytes of 256 samples, a block, stand column after column; whole codes stand
//! sample after sample, in rows; and a zone tells the least first byte of a block in each column and the
//! largest, another one those of 16 blocks, a district. Apart from [`super::tally`], which counts with them.

use std::ops::Range;

use wide::{u8x16, u16x8};

/// Samples in a block.
pub(crate) const CODES: usize = 256;
/// Vectors of 64 samples in a block.
pub(super) const VECTORS: usize = CODES / 64;
/// Blocks in a district.
pub(crate) const DISTRICT: usize = 16;
/// Codes of a row that are compared at a time.
pub(crate) const ROW: usize = 8;
/// Dimensions at most.
pub(crate) const MOST_D: usize = 64;
/// Columns of a zone that are compared at a time.
pub(crate) const ZONE: usize = 16;

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

    /// The zone of all samples of some zones, of the same columns.
    pub(crate) fn of_all<'z>(zones: impl Iterator<Item = &'z Self>) -> Self {
        let nobody = Self { least: [u8::MAX; ZONE], most: [0; ZONE] };
        zones.fold(nobody, |mut all, zone| {
            for (to, &from) in all.least.iter_mut().zip(&zone.least) {
                *to = from.min(*to);
            }
            for (to, &from) in all.most.iter_mut().zip(&zone.most) {
                *to = from.max(*to);
            }
            all
        })
    }
}

/// What a window asks of the codes: of the first bytes, an entry for each column; of rows, for each eight.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    /// What may be inside.
    pub(crate) maybe: &'a [Between],
    /// What is inside, if some byte of every column is for sure.
    pub(crate) sure: &'a [Between],
    pub(crate) is_ever_sure: bool,
    /// The same of 16 columns: what may be inside, and what is, empty if none is for sure.
    pub(crate) zones: &'a [[Zone; 2]],
    /// What may be inside, and what is.
    pub(crate) rows: &'a [[Limits; 2]],
}

impl Asked<'_> {
    /// Whether everything with this code in column `j` is inside.
    pub(crate) fn is_sure(&self, j: usize, code: u16) -> bool {
        let [_, Limits { first, last }] = &self.rows[j / ROW];
        (first[j % ROW]..=last[j % ROW]).contains(&code)
    }
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
    /// Zones of districts, in the same way.
    pub(crate) districts: &'a [Zone],
    /// `rows[i * d + j]` is column j of sample i; [`ROW`] more at the end.
    pub(crate) rows: &'a [u16],
}

impl Coded<'_> {
    /// Number of samples of some blocks.
    #[inline(always)]
    pub(super) fn samples(&self, blocks: &Range<usize>) -> u64 {
        (self.n.min(blocks.end * CODES) - blocks.start * CODES) as u64
    }

    /// The samples of a block that are there.
    #[inline(always)]
    pub(super) fn present(&self, block: usize) -> [u64; VECTORS] {
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

/// Whether somebody in a block, or a district, may be inside, and whether all are.
#[inline(always)]
pub(super) fn overlap(zones: &[Zone], asked: &[[Zone; 2]]) -> [bool; 2] {
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
pub(super) fn passes(row: &[u16], limits: &[[Limits; 2]]) -> [bool; 2] {
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
