//! Any dimension: codes in place of coordinates, for scans that repeat.
//!
//! HEAD

use std::ops::Range;

use super::plan::{Cost, Shape};
use super::scale::Scale;
use super::{Index, Recipe};
use crate::isa::{
    Asked, Between, CODES, Coded, Codes, Isa, Kernels, Limits, MOST_D, ROW,
};
use crate::query::Query;
use crate::samples::{Element, Run};
use crate::team::{self, Team};
use crate::window::Reach;

/// Bytes of codes that stay in the cache while windows pass over them.
const TILE: usize = 1 << 15;
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
        let doubtful = share * d * 2.0 / (256.0 * side);
        let visit = 0.05 + 0.02 * looked + 100.0 * doubtful;
        Cost { build: 11.0 * n * d, answer: shape.windows() * n * visit }
    }

    fn build<'a, T: Element>(
        run: &Run<'a, T>,
        isa: &'static Isa,
        team: &dyn Team,
    ) -> Box<dyn Index<T> + 'a> {
        Box::new(Quantization::new(run, T::kernels(isa), team))
    }
}

/// The samples, and their codes.
#[derive(Debug)]
struct Quantization<'a, T: Element> {
    run: Run<'a, T>,
    kernels: &'static Kernels<T>,
    scales: Vec<Scale<T>>,
    /// `blocks[b * d + j]` is column j of block b; bytes of samples that are not there are 0.
    blocks: Vec<Codes>,
    /// `rows[i * d + j]` is column j of sample i; empty if bytes tell everything.
    rows: Vec<u16>,
}

/// Some blocks, their rows, and their first sample.
type Part<'a> = (usize, &'a mut [Codes], &'a mut [u16]);

impl<'a, T: Element> Quantization<'a, T> {
    fn new(run: &Run<'a, T>, kernels: &'static Kernels<T>, team: &dyn Team) -> Self {
        let d = run.d();
        let scales = team::map(team, run.columns().to_vec(), Scale::new);
        let n_blocks = run.len().div_ceil(CODES);
        let mut blocks = vec![Codes::default(); n_blocks * d];
        let mut rows = Vec::new();
        if !scales.iter().all(Scale::is_told_by_bytes) {
            rows.resize(run.len() * d + ROW, 0);
        }
        let part = n_blocks.div_ceil(team.size()).max(1);
        let mut some_rows = rows.chunks_mut(part * CODES * d);
        let parts = blocks.chunks_mut(part * d).enumerate();
        let parts: Vec<Part<'_>> = parts
            .map(|(k, blocks)| (k * part * CODES, blocks, some_rows.next().unwrap_or_default()))
            .collect();
        team::map(team, parts, |(mut first, blocks, rows)| {
            let mut rows = rows.chunks_mut(CODES * d);
            for block in blocks.chunks_exact_mut(d) {
                let samples = first..run.len().min(first + CODES);
                encode(run, samples, &scales, block, rows.next().unwrap_or_default());
                first += CODES;
            }
        });
        Self { run: run.clone(), kernels, scales, blocks, rows }
    }

    /// What a window asks, unless it is empty.
    fn asked(&self, center: &[f64], reach: Reach<'_>) -> Option<Asked> {
        let none = [Between::default(); MOST_D];
        let rows = [[Limits::ALL; 2]; MOST_D / ROW];
        let mut asked = Asked { maybe: none, sure: none, is_ever_sure: true, rows };
        for (j, scale) in self.scales.iter().enumerate() {
            let band = scale.band(center[j], reach.radius(j))?;
            asked.maybe[j] = between(j, band.maybe_bytes());
            match band.sure_bytes() {
                Some(bytes) => asked.sure[j] = between(j, bytes),
                None => asked.is_ever_sure = false,
            }
            for (limits, [first, last]) in asked.rows[j / ROW].iter_mut().zip([band.maybe, band.sure()]) {
                limits.first[j % ROW] = first;
                limits.last[j % ROW] = last;
            }
        }
        // Slabs hold about equally many samples: the narrowest range lets the fewest pass.
        let d = self.scales.len();
        if d > ROW {
            asked.maybe[..d].sort_unstable_by_key(|between| between.span);
        }
        Some(asked)
    }

    /// Number of samples of some blocks that are inside.
    fn count_in(
        &self,
        blocks: Range<usize>,
        asked: &Asked,
        center: &[f64],
        reach: Reach<'_>,
    ) -> u64 {
        let Self { run, blocks: codes, rows, .. } = self;
        let coded = Coded { n: run.len(), d: run.d(), blocks: codes, rows };
        let look = |i: usize| {
            let mut columns = run.columns().iter().zip(center).enumerate();
            columns.all(|(j, (column, x))| (x - column[i].widen()).abs() <= reach.radius(j))
        };
        (self.kernels.count_codes)(&coded, blocks, asked, &look)
    }

    fn n_blocks(&self) -> usize {
        self.run.len().div_ceil(CODES)
    }
}

/// Writes the codes of some samples to their block, and to their rows if there are any.
fn encode<T: Element>(
    run: &Run<'_, T>,
    samples: Range<usize>,
    scales: &[Scale<T>],
    block: &mut [Codes],
    rows: &mut [u16],
) {
    let d = scales.len();
    for (j, (bytes, column)) in block.iter_mut().zip(run.columns()).enumerate() {
        let bytes = bytes.0.as_flattened_mut();
        for (i, &value) in column[samples.clone()].iter().enumerate() {
            let code = scales[j].code(value);
            bytes[i] = (code >> 8) as u8;
            if let Some(place) = rows.get_mut(i * d + j) {
                *place = code;
            }
        }
    }
}

/// Bytes of column `j` from the first to the last.
fn between(j: usize, [first, last]: [u8; 2]) -> Between {
    Between { column: j as u32, first: [first; 4], span: [last - first; 4] }
}

impl<T: Element> Index<T> for Quantization<'_, T> {
    fn count(&self, center: &[f64], reach: Reach<'_>) -> u64 {
        let asked = self.asked(center, reach);
        asked.map_or(0, |asked| self.count_in(0..self.n_blocks(), &asked, center, reach))
    }

    /// Tile after tile of codes, each for some windows at a time.
    fn answer(&self, query: &Query<'_>, counts: &mut [u64]) {
        let tile = (TILE / CODES / self.scales.len()).max(1);
        let mut windows = Vec::with_capacity(WINDOWS);
        for range in query.windows_in_parts(WINDOWS) {
            windows.clear();
            windows.extend(range.filter_map(|place| {
                let (center, reach) = query.window(place);
                self.asked(center, reach).map(|asked| (place, center, reach, asked))
            }));
            let tile = if windows.len() > 1 { tile } else { self.n_blocks().max(1) };
            for first in (0..self.n_blocks()).step_by(tile) {
                let blocks = first..self.n_blocks().min(first + tile);
                for (place, center, reach, asked) in &windows {
                    counts[*place] += self.count_in(blocks.clone(), asked, center, *reach);
                }
            }
        }
    }

    fn bytes(&self) -> usize {
        let codes = size_of_val(&*self.blocks) + size_of_val(&*self.rows);
        codes + self.scales.iter().map(Scale::bytes).sum::<usize>()
    }
}
