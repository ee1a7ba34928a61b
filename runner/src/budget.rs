//! How a count keeps within the memory that it was given: pure arithmetic.
//!
//! Separate from [`query::chunks`](crate::query::chunks), which counts chunk by chunk, so that the sums are
//! tested without a file. What is summed up: the answer, which must be held whole; the blocks that go round
//! while a file is read; the samples that are counted at a time, and an index over them. Next: [`need`], for commands
//! that have all samples in memory.

pub mod need;

use std::fmt;

pub use need::Need;

use crate::input::{Length, Shape, ahead};

/// The smallest budget that makes sense.
pub const LEAST: u64 = 64 << 10;
/// A count may take this share of the memory that is available, if it is not told otherwise.
const SHARE: u64 = 2;
/// What it may take where the system does not tell how much there is.
const UNKNOWN: u64 = 1 << 30;
/// An index, and what is needed for a while to build it, takes up to so many times the samples' memory.
const INDEX: u64 = 4;
/// What it takes for a row of two dimensions at least, whatever their storage: one of the indexes sorts both
/// columns with their places.
const SORTED: u64 = 64;
/// Bytes of a block, at most: a few of them fit into a cache that cores share.
const LARGEST_BLOCK: u64 = 4 << 20;
/// Blocks take together at most this share of the memory, if it is small.
const BLOCKS_SHARE: u64 = 4;
/// Beside the answer there is at least this much for samples, and at least this share of the answer: every chunk
/// passes over the whole answer, so that short ones take forever.
const LEAST_ROOM: u64 = LEAST / 4;
/// See [`LEAST_ROOM`].
const ROOM_SHARE: u64 = 8;
/// Bytes of a weight: as it is read, in double precision, and in units; and as indexes copy it.
const WEIGHT: u64 = 32;
/// Up to so many windows no index is ever worth its cost to whoever scans once for each, as sums of weights do.
const FEW_SCANS: usize = 16;

/// Memory that a count may take, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget(u64);

/// What is asked for, as far as it takes memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Number of centers.
    pub centers: usize,
    /// Number of windows around each: of widths, or 1 for a box.
    pub widths: usize,
    /// What counts them.
    pub means: Means,
}

/// How windows are counted, as far as it is known before the samples are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// By scans.
    Scanning,
    /// By an index.
    Indexed,
    /// As suits.
    Either,
}

/// How a file is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// All its samples are read into memory.
    Whole,
    /// So many rows are counted at a time, read so many at a time.
    Chunks {
        /// Rows of a chunk, at least 1.
        rows: usize,
        /// Rows of a block, at least 1 and at most those of a chunk.
        block: usize,
    },
}

/// The answer does not fit, or leaves no room for samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the counts and densities of {centers} centers with {widths} widths alone take {}, and --memory is {}; \
     raise it to at least {least} bytes, or ask for fewer windows at a time",
    Bytes(*bytes), Bytes(*budget)
)]
pub struct TooSmall {
    /// Number of centers.
    pub centers: usize,
    /// Number of widths around each.
    pub widths: usize,
    /// What the answer takes.
    pub bytes: u64,
    /// What there is.
    pub budget: u64,
    /// The least that there must be.
    pub least: u64,
}

/// A number of bytes as people read it.
pub(crate) struct Bytes(pub(crate) u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = ["KiB", "MiB", "GiB", "TiB"];
        let mut unit = units.len();
        while unit > 0 && self.0 < 1 << (10 * unit) {
            unit -= 1;
        }
        match unit.checked_sub(1) {
            None => write!(f, "{} bytes", self.0),
            Some(named) => {
                write!(f, "{:.1} {}", self.0 as f64 / (1_u64 << (10 * unit)) as f64, units[named])
            }
        }
    }
}

impl Demand {
    /// Whether an index over the samples may be built.
    fn may_be_indexed(self) -> bool {
        match self.means {
            Means::Scanning => false,
            Means::Indexed => true,
            // One scan finds all windows of a center.
            Means::Either => self.centers > 1,
        }
    }

    /// The same for sums of weights.
    fn weighed(self) -> Self {
        let is_much = self.centers.saturating_mul(self.widths) > FEW_SCANS;
        let means =
            if is_much && self.means == Means::Either { Means::Indexed } else { self.means };
        Self { means, ..self }
    }

    /// Bytes that an index takes for each row, of `row` bytes and `d` dimensions; 0 if there is none.
    fn index_bytes(self, d: usize, row: u64) -> u64 {
        match d {
            _ if !self.may_be_indexed() => 0,
            2 => SORTED.max(INDEX * row),
            _ => INDEX * row,
        }
    }

    /// Bytes of the answer around centers of `d` dimensions, while `workers` count parts of it.
    fn bytes(self, d: usize, workers: usize) -> u64 {
        let [centers, widths, d, workers] =
            [self.centers, self.widths, d, workers].map(|number| number as u64);
        // What is printed adds nothing: a table is cut, and JSON is written window by window.
        // A count twice, its parts, a density, and its logarithm which may be none; a center twice, and
        // the lists that hold all this.
        let window = 8 * (5 + workers);
        let center = 16 * d + 256;
        centers.saturating_mul(widths.saturating_mul(window).saturating_add(center))
    }
}

impl Budget {
    /// So many bytes, at least [`LEAST`].
    pub fn new(bytes: u64) -> Option<Self> {
        (bytes >= LEAST).then_some(Self(bytes))
    }

    /// A share of the memory that is `available`.
    pub fn of_available(available: Option<u64>) -> Self {
        Self(available.map_or(UNKNOWN, |bytes| bytes / SHARE).max(LEAST))
    }

    /// The most samples of `shape` that can be counted, and weighed, all at a time, each with a weight.
    ///
    /// # Errors
    /// As [`Self::plan`], if the answer alone takes more.
    pub fn most_weighed(
        self,
        shape: &Shape,
        element_bytes: usize,
        demand: Demand,
        workers: usize,
    ) -> Result<usize, TooSmall> {
        let of = |rows| Shape { length: shape.length.with(rows), ..shape.clone() };
        self.plan(&of(0), element_bytes, demand, workers)?;
        let fits = |rows: usize| {
            let room = Self(self.0.saturating_sub(WEIGHT.saturating_mul(rows as u64)));
            let plan = room.plan(&of(rows), element_bytes, demand.weighed(), workers);
            plan == Ok(Plan::Whole)
        };
        let (mut most, mut beyond) = (0, shape.length.most().saturating_add(1));
        while beyond - most > 1 {
            let rows = most + (beyond - most) / 2;
            if fits(rows) { most = rows } else { beyond = rows }
        }
        Ok(most)
    }

    /// The least with which [`Self::most_weighed`] allows so many samples.
    pub fn least_weighed(
        rows: usize,
        shape: &Shape,
        element_bytes: usize,
        demand: Demand,
        workers: usize,
    ) -> Self {
        let is_enough = |bytes: u64| {
            let most = Self(bytes).most_weighed(shape, element_bytes, demand, workers);
            most.is_ok_and(|most| most >= rows)
        };
        let (mut less, mut enough) = (0, u64::MAX);
        while enough - less > 1 {
            let bytes = less + (enough - less) / 2;
            if is_enough(bytes) { enough = bytes } else { less = bytes }
        }
        Self(enough.max(LEAST))
    }

    /// The number of bytes.
    pub fn bytes(self) -> u64 {
        self.0
    }

    /// How to count samples of `shape`, each value of `element_bytes`, with so many workers.
    ///
    /// # Errors
    /// [`TooSmall`] if the answer takes more, or leaves no room for chunks of sensible length.
    pub fn plan(
        self,
        shape: &Shape,
        element_bytes: usize,
        demand: Demand,
        workers: usize,
    ) -> Result<Plan, TooSmall> {
        let answer = demand.bytes(shape.d(), workers);
        let row = (shape.d() * element_bytes) as u64;
        let index = demand.index_bytes(shape.d(), row);
        // Where only reading tells how many there are, rows are kept until it has told.
        let reading = u64::from(matches!(shape.length, Length::AtMost(_)));
        let whole = (shape.length.most() as u64).saturating_mul(row);
        let beside = (shape.length.most() as u64).saturating_mul(index.max(reading * row));
        let whole = whole.saturating_add(beside);
        let least = whole.min(LEAST_ROOM.max(answer / ROOM_SHARE));
        let room = self.0.checked_sub(answer).filter(|&room| room >= least);
        let room = room.ok_or(TooSmall {
            centers: demand.centers,
            widths: demand.widths,
            bytes: answer,
            budget: self.0,
            least: answer.saturating_add(least),
        })?;
        if whole <= room {
            return Ok(Plan::Whole);
        }
        let blocks = ahead::BLOCKS as u64;
        let block_row = (shape.elements * element_bytes) as u64;
        let block = (room / BLOCKS_SHARE / blocks).min(LARGEST_BLOCK) / block_row;
        // Without an index a chunk has nothing to gain from being longer than a block, which is in a cache.
        let chunk = match index {
            0 => block,
            index => (room - block * block_row * blocks) / (row + index),
        };
        let chunk = chunk.clamp(1, shape.length.most().max(1) as u64);
        Ok(Plan::Chunks { rows: chunk as usize, block: block.clamp(1, chunk) as usize })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::NonFinite;

    const MIB: u64 = 1 << 20;

    fn shape(length: Length) -> Shape {
        let non_finite = NonFinite::Reject;
        Shape { length, positions: vec![0, 1], elements: 3, non_finite }
    }

    fn plan(bytes: u64, rows: usize, centers: usize) -> Result<Plan, TooSmall> {
        let demand = Demand { centers, widths: 2, means: Means::Either };
        Budget(bytes).plan(&shape(Length::Exactly(rows)), 8, demand, 2)
    }

    #[test]
    fn what_fits_is_read_whole() {
        assert_eq!(plan(17 * MIB, 1 << 20, 1), Ok(Plan::Whole));
        assert!(matches!(plan(17 * MIB, 1 << 20, 100), Ok(Plan::Chunks { .. })), "with an index");
        assert_eq!(plan(81 * MIB, 1 << 20, 100), Ok(Plan::Whole));
        let demand = Demand { centers: 1, widths: 2, means: Means::Indexed };
        let asked = Budget(17 * MIB).plan(&shape(Length::Exactly(1 << 20)), 8, demand, 2);
        assert!(matches!(asked, Ok(Plan::Chunks { .. })));
        let demand = Demand { means: Means::Scanning, ..demand };
        let unknown = Budget(17 * MIB).plan(&shape(Length::AtMost(1 << 20)), 8, demand, 2);
        assert!(matches!(unknown, Ok(Plan::Chunks { .. })), "kept until their number is known");
    }

    #[test]
    fn blocks_chunk_and_index_fit_together() {
        for budget in [LEAST, MIB, 100 * MIB, 10_000 * MIB] {
            for centers in [1, 20, 100] {
                let Ok(Plan::Chunks { rows, block }) = plan(budget, 1 << 40, centers) else {
                    panic!("{budget} bytes, {centers} centers");
                };
                let index = if centers > 1 { INDEX } else { 0 };
                let bytes = block as u64 * 24 * 3 + rows as u64 * 16 * (1 + index);
                assert!(bytes <= budget, "{budget} bytes, {centers} centers: {bytes}");
                assert!(rows >= block && bytes > budget.min(MIB) / 8, "{rows} rows, {block}");
            }
        }
    }

    #[test]
    fn two_dimensions_in_singles_have_room_to_be_sorted() {
        let demand = |centers| Demand { centers, widths: 1, means: Means::Either };
        let rows = |centers| {
            let plan =
                Budget(100 * MIB).plan(&shape(Length::Exactly(1 << 40)), 4, demand(centers), 1);
            let Ok(Plan::Chunks { rows, .. }) = plan else { panic!("{plan:?}") };
            rows as u64
        };
        assert!(rows(100) * (8 + SORTED) <= 100 * MIB && rows(100) * (8 + SORTED) > 80 * MIB);
    }

    #[test]
    fn a_row_that_does_not_fit_is_counted_alone() {
        let positions = (0..100_000).collect();
        let wide = Shape { positions, elements: 100_000, ..shape(Length::Exactly(5)) };
        let demand = Demand { centers: 1, widths: 1, means: Means::Either };
        let budget = Budget(2 * MIB);
        assert_eq!(budget.plan(&wide, 8, demand, 1), Ok(Plan::Chunks { rows: 1, block: 1 }));
    }

    #[test]
    fn an_answer_that_does_not_fit_is_an_error() {
        let error = plan(MIB, 10, 10_000).unwrap_err().to_string();
        assert!(error.contains("10000 centers with 2 widths alone take 3.8 MiB"), "{error}");
        assert!(error.contains("--memory is 1.0 MiB"), "{error}");
    }

    #[test]
    fn the_least_that_works_is_told_and_works() {
        for (rows, centers) in [(1 << 40, 150), (1 << 40, 10_000), (10, 10_000)] {
            let error = plan(LEAST, rows, centers).unwrap_err();
            assert!(plan(error.least, rows, centers).is_ok(), "{error}");
            let below = plan(error.least - 1, rows, centers).unwrap_err();
            assert_eq!(below, TooSmall { budget: error.least - 1, ..error });
            assert!(error.to_string().contains(&format!("at least {} bytes", error.least)));
            if let Ok(Plan::Chunks { rows, .. }) = plan(error.least, rows, centers) {
                let bytes = rows as u64 * 16 * (1 + INDEX);
                assert!(bytes > error.bytes / 16, "{rows} rows, {}", error.bytes);
            }
        }
    }

    #[test]
    fn the_default_is_a_share_of_what_is_available() {
        assert_eq!(Budget::of_available(Some(8 * MIB)), Budget(4 * MIB));
        assert_eq!(Budget::of_available(None), Budget(UNKNOWN));
        assert_eq!((Budget::new(LEAST - 1), Budget::new(LEAST)), (None, Some(Budget(LEAST))));
    }

    #[test]
    fn weights_take_their_part_and_the_most_that_fit_are_found() {
        let most = |length, centers, widths| {
            let demand = Demand { centers, widths, means: Means::Either };
            Budget(MIB).most_weighed(&shape(length), 8, demand, 1)
        };
        let many = Length::Exactly(1 << 40);
        let answer = |centers, widths| Demand { centers, widths, means: Means::Either }.bytes(2, 1);
        // A row of 16 bytes, its weight, and an index where there are many windows.
        assert_eq!(most(many, 1, 1), Ok(((MIB - answer(1, 1)) / (16 + WEIGHT)) as usize));
        let indexed = 16 + WEIGHT + SORTED;
        assert_eq!(most(many, 1, 100), Ok(((MIB - answer(1, 100)) / indexed) as usize));
        assert_eq!(most(many, 2, 1), Ok(((MIB - answer(2, 1)) / indexed) as usize));
        // Twice while they are read, if that tells how many there are.
        let kept = most(Length::AtMost(1 << 40), 1, 1);
        assert_eq!(kept, Ok(((MIB - answer(1, 1)) / (32 + WEIGHT)) as usize));
        assert_eq!(most(Length::Exactly(5), 1, 1), Ok(5));
        assert!(most(many, 1 << 20, 1).is_err(), "the answer alone");
        let demand = Demand { centers: 1, widths: 100, means: Means::Either };
        let least = Budget::least_weighed(100_000, &shape(many), 8, demand, 1);
        let most = |budget: Budget| budget.most_weighed(&shape(many), 8, demand, 1);
        assert_eq!(most(least), Ok(100_000));
        assert!(most(Budget(least.bytes() - 1)).unwrap() < 100_000);
    }

    #[test]
    fn bytes_are_told_in_units() {
        let texts = [1023, 1024, 1536, 5 << 30].map(|bytes| Bytes(bytes).to_string());
        assert_eq!(texts, ["1023 bytes", "1.0 KiB", "1.5 KiB", "5.0 GiB"]);
    }
}
