//! Any dimension: one byte in place of each coordinate, for scans that repeat.
//!
//! A column is cut into at most 256 slabs of about equally many samples ([`super::edges`]); the number of
//! its slab is the code of a coordinate. A window meets the slabs p to q of a column. So
//!
//! ```text
//! in every column p <= code <= q:  the sample may be inside           64 samples at a time
//!     in every column p < code < q:  it is inside
//!     else:                          its coordinates are looked at
//! ```
//!
//! A scan reads an eighth of what doubles take, and tests eight times as many samples with an instruction.
//! Where a column has at most 256 values each has a code of its own: then no coordinate is looked at.
//!
//! Columns are tested in the order of how few codes they let pass, because slabs hold about equally many
//! samples and a block is left as soon as nobody in it may be inside. A block holds 256 samples, column
//! after column: from 16 dimensions on the columns of all samples would be too many streams of memory.
//! (Two bytes for a code were the other choice: a 256th of the coordinates to look at, twice the memory and
//! half the samples for an instruction.)

use std::ops::Range;

use super::edges::Edges;
use super::plan::{Cost, Shape};
use super::{Index, Recipe};
use crate::isa::{Between, CODES, Codes, Isa, Kernels, Masks};
use crate::query::Query;
use crate::samples::{Element, Run};
use crate::team::{self, Team};
use crate::window::Reach;

/// Codes of a column.
const SLABS: usize = 256;
/// Dimensions at most.
const MOST_D: usize = 64;
/// Bytes of codes that stay in the L2 cache while windows pass over them.
const TILE: usize = 1 << 18;
/// Windows that pass over a tile before the next is read.
const WINDOWS: usize = 256;

/// Codes instead of samples.
pub(crate) struct Quantized;

impl Recipe for Quantized {
    const NAME: &'static str = "codes";
    const ABOUT: &'static str =
        "d up to 64: scans a byte for each coordinate; looks at doubtful samples";

    fn check(n: usize, d: usize) -> Result<(), String> {
        super::fits(n)?;
        if d <= MOST_D { Ok(()) } else { Err(format!("1 to {MOST_D} dimensions")) }
    }

    fn cost(shape: &Shape) -> Cost {
        let Shape { n, d, share, .. } = *shape;
        // A block is left when nobody in it is inside any more.
        let side = share.powf(1.0 / d).clamp(0.01, 0.99);
        let looked = ((CODES as f64).ln() / -side.ln()).min(2.0 * d);
        // A slab on each side of each column.
        let doubtful = share * d * 2.0 / (SLABS as f64 * side);
        let visit = 0.05 + 0.02 * looked + 100.0 * doubtful;
        Cost { build: 11.0 * n * d, answer: shape.windows() * n * visit }
    }

    fn build<'a, T: Element>(
        run: &Run<'a, T>,
        isa: &'static Isa,
        team: &dyn Team,
    ) -> Box<dyn Index<T> + 'a> {
        Box::new(Coded::new(run, T::kernels(isa), team))
    }
}

/// The samples, and their codes.
#[derive(Debug)]
struct Coded<'a, T: Element> {
    run: Run<'a, T>,
    kernels: &'static Kernels<T>,
    columns: Vec<Column<T>>,
    /// `codes[b * d + j]` is column j of block b; codes of samples that are not there are 0.
    codes: Vec<Codes>,
}

/// How a column is coded.
#[derive(Debug)]
enum Column<T> {
    /// Every value has its code, its position among the edges.
    Values(Edges<T>),
    /// A code is a slab.
    Slabs(Edges<T>),
}

impl<T: Element> Column<T> {
    fn new(column: &[T]) -> Self {
        match distinct(column) {
            Some(values) => Self::Values(Edges::with_steps(values, SLABS)),
            None => Self::Slabs(Edges::new(column, SLABS)),
        }
    }

    #[inline]
    fn code(&self, value: T) -> u8 {
        match self {
            Self::Values(values) => (values.slab(value.widen()) - 1) as u8,
            Self::Slabs(slabs) => slabs.slab(value.widen()) as u8,
        }
    }

    /// Codes that may be inside around `x`, and those that are surely.
    #[inline]
    fn codes(&self, x: f64, radius: f64) -> [Range<usize>; 2] {
        match self {
            Self::Values(values) => {
                let (below, up_to) = values.around(x, radius).into_inner();
                [below..up_to, below..up_to]
            }
            Self::Slabs(slabs) => {
                let (first, last) = slabs.around(x, radius).into_inner();
                [first..last + 1, first + 1..last]
            }
        }
    }

    fn bytes(&self) -> usize {
        let (Self::Values(edges) | Self::Slabs(edges)) = self;
        edges.bytes()
    }
}

/// The values of a column in ascending order, if they are few.
fn distinct<T: Element>(column: &[T]) -> Option<Vec<T>> {
    let mut values: Vec<T> = Vec::new();
    for &value in column {
        let at = values.partition_point(|&known| known < value);
        if values.get(at) != Some(&value) {
            if values.len() == SLABS {
                return None;
            }
            values.insert(at, value);
        }
    }
    Some(values)
}

/// What a window asks of the codes.
#[derive(Clone, Copy, Debug)]
struct Asked {
    /// What may be inside, the most selective column first.
    maybe: [Between; MOST_D],
    /// What is inside, unless nothing is for sure.
    surely: [Between; MOST_D],
    is_ever_sure: bool,
}

impl<'a, T: Element> Coded<'a, T> {
    fn new(run: &Run<'a, T>, kernels: &'static Kernels<T>, team: &dyn Team) -> Self {
        let d = run.d();
        let columns = team::map(team, run.columns().to_vec(), Column::new);
        let mut codes = vec![Codes::default(); run.len().div_ceil(CODES) * d];
        let blocks = run.len().div_ceil(CODES).div_ceil(team.size()).max(1);
        let parts = codes.chunks_mut(blocks * d).enumerate().collect();
        team::map(team, parts, |(part, codes): (usize, &mut [Codes])| {
            for (b, block) in codes.chunks_exact_mut(d).enumerate() {
                let start = (part * blocks + b) * CODES;
                let samples = start..run.len().min(start + CODES);
                for ((codes, column), how) in block.iter_mut().zip(run.columns()).zip(&columns) {
                    let values = &column[samples.clone()];
                    for (code, &value) in codes.0.as_flattened_mut().iter_mut().zip(values) {
                        *code = how.code(value);
                    }
                }
            }
        });
        Self { run: run.clone(), kernels, columns, codes }
    }

    /// What a window asks, unless it is empty.
    fn asked(&self, center: &[f64], reach: Reach<'_>) -> Option<Asked> {
        let mut maybe = [Between::default(); MOST_D];
        let mut surely = maybe;
        let mut is_ever_sure = true;
        for (j, column) in self.columns.iter().enumerate() {
            let [may, sure] = column.codes(center[j], reach.radius(j));
            maybe[j] = between(j, &may)?;
            match between(j, &sure) {
                Some(between) => surely[j] = between,
                None => is_ever_sure = false,
            }
        }
        maybe[..self.columns.len()].sort_unstable_by_key(|between| between.span);
        Some(Asked { maybe, surely, is_ever_sure })
    }

    /// Number of samples of some blocks that are inside.
    fn count_in(
        &self,
        blocks: Range<usize>,
        asked: &Asked,
        center: &[f64],
        reach: Reach<'_>,
    ) -> u64 {
        let d = self.columns.len();
        let mut count = 0;
        for b in blocks {
            let block = &self.codes[b * d..][..d];
            let masks = (self.kernels.narrow)(block, &asked.maybe[..d], self.present(b));
            if masks == Masks::default() {
                continue;
            }
            let sure = if asked.is_ever_sure {
                (self.kernels.narrow)(block, &asked.surely[..d], masks)
            } else {
                Masks::default()
            };
            for (k, (mask, sure)) in masks.into_iter().zip(sure).enumerate() {
                count += u64::from(sure.count_ones());
                let mut doubtful = mask & !sure;
                while doubtful != 0 {
                    let i = b * CODES + 64 * k + doubtful.trailing_zeros() as usize;
                    count += u64::from(self.is_inside(i, center, reach));
                    doubtful &= doubtful - 1;
                }
            }
        }
        count
    }

    /// The samples of a block that are there.
    fn present(&self, block: usize) -> Masks {
        let left = self.run.len() - block * CODES;
        std::array::from_fn(|k| match left.saturating_sub(64 * k) {
            64.. => u64::MAX,
            left => (1 << left) - 1,
        })
    }

    fn is_inside(&self, i: usize, center: &[f64], reach: Reach<'_>) -> bool {
        let mut columns = self.run.columns().iter().zip(center).enumerate();
        columns.all(|(j, (column, x))| (x - column[i].widen()).abs() <= reach.radius(j))
    }

    fn blocks(&self) -> usize {
        self.run.len().div_ceil(CODES)
    }
}

/// Codes of column `j`, unless there is none.
fn between(j: usize, codes: &Range<usize>) -> Option<Between> {
    let last = codes.end.checked_sub(1).filter(|&last| last >= codes.start)?;
    let span = (last - codes.start) as u8;
    Some(Between { column: j as u32, first: codes.start as u8, span })
}

impl<T: Element> Index<T> for Coded<'_, T> {
    fn count(&self, center: &[f64], reach: Reach<'_>) -> u64 {
        let asked = self.asked(center, reach);
        asked.map_or(0, |asked| self.count_in(0..self.blocks(), &asked, center, reach))
    }

    /// Tile after tile of codes, each for some windows at a time.
    fn answer(&self, query: &Query<'_>, counts: &mut [u64]) {
        let tile = (TILE / CODES / self.columns.len()).max(1);
        let mut windows = Vec::with_capacity(WINDOWS);
        for range in query.windows_in_parts(WINDOWS) {
            windows.clear();
            windows.extend(range.filter_map(|place| {
                let (center, reach) = query.window(place);
                self.asked(center, reach).map(|asked| (place, center, reach, asked))
            }));
            for first in (0..self.blocks()).step_by(tile) {
                let blocks = first..self.blocks().min(first + tile);
                for (place, center, reach, asked) in &windows {
                    counts[*place] += self.count_in(blocks.clone(), asked, center, *reach);
                }
            }
        }
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.codes) + self.columns.iter().map(Column::bytes).sum::<usize>()
    }
}
