//! Codes of one byte in place of samples: which samples may be inside, 64 at a time.
//!
//! ```text
//! for each block of 256 samples:
//!     masks = all
//!     for each dimension, the most selective first:  masks &= codes between the two of this window
//!                                                    nobody left: next block
//! ```
//!
//! The broadcast of the two codes serves four vectors, or it would cost as much as the comparison.

use super::lanes::{Job, Lanes};

/// Samples in a block.
pub(crate) const CODES: usize = 256;

/// The codes of one column in a block.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub(crate) struct Codes(pub(crate) [[u8; 64]; CODES / 64]);

impl Default for Codes {
    fn default() -> Self {
        Self([[0; 64]; CODES / 64])
    }
}

/// A set of samples of a block.
pub(crate) type Masks = [u64; CODES / 64];

/// Codes `first ..= first + span` of a column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Between {
    /// The column.
    pub(crate) column: u32,
    /// The smallest code.
    pub(crate) first: u8,
    /// The largest less the smallest.
    pub(crate) span: u8,
}

/// Keeps in `masks` the samples of `block`, one entry for each column, whose codes are between in every
/// dimension.
#[derive(Debug)]
pub(crate) struct Narrow<'a> {
    pub(crate) block: &'a [Codes],
    pub(crate) betweens: &'a [Between],
    pub(crate) masks: Masks,
}

impl Job for Narrow<'_> {
    type Output = Masks;
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> Masks {
        /// Dimensions between two looks whether anybody is left.
        const STEP: usize = 4;
        let Self { block, betweens, mut masks } = self;
        for some in betweens.chunks(STEP) {
            for &Between { column, first, span } in some {
                masks = lanes.between(&block[column as usize], first, span, masks);
            }
            if masks == [0; CODES / 64] {
                break;
            }
        }
        masks
    }
}
