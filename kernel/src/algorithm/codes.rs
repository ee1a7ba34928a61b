//! Any dimension: codes in place of coordinates, for scans that repeat.
//!
//! Every coordinate gets a code of 16 bits that ascends with its value ([`super::scale`]). A scan reads the
//! first bytes alone, an eighth of what doubles take, and tests 64 samples with an instruction. They tell all
//! but the samples in the outermost slabs of a window, about one in a hundred for each column. Those are told
//! by their whole codes, which stand sample after sample: eight columns are one load. What even these cannot
//! tell, two codes of 65,536, is looked up.
//!
//! ```text
//! districts of 16 blocks, and
//! blocks of 256:   beyond the window, within it, or cut       least and largest byte of each column
//! cut blocks:      outside, inside, or in doubt               a byte for each coordinate
//! in doubt:        outside, inside, or on the face            a row of 16-bit codes
//! on the face:     outside or inside                          the samples themselves
//! ```
//!
//! Samples are put in the order of cells, halves of every column, then quarters, so that a block is narrow,
//! and most blocks are beyond a window or within it.
//!
//! Above eight dimensions columns are tested in the order of how few codes they let pass: slabs hold about
//! equally many samples. A block holds its 256 samples column after column: from 16 dimensions on the columns
//! of all samples would be too many streams of memory.
//!
//! Why not
//! * *bytes alone*: every sample in doubt would be looked up, d cache misses each. In two dimensions that took longer
//!   than a scan of doubles;
//! * *16 bits in one scan*: twice the memory and half the samples for an instruction, to tell nearly all
//!   samples what eight bits tell;
//! * *second bytes column after column*: d lines of memory for a sample in doubt instead of one.

use super::plan::Cost;
use super::questions::Questions;
use super::scale::{SOME, Scale};
use super::shape::{Held, Shape};
use super::{Index, Recipe};
use crate::isa::{CODES, Coded, Codes, DISTRICT, Fan, Isa, Kernels, MOST_D, ROW, ZONE, Zone};
use crate::query::Query;
use crate::samples::{Element, Run};
use crate::team::{self, Team};
use crate::window::Reach;

/// Windows that meet a district before the next is read, at most.
const WINDOWS: usize = 1024;
/// Columns of theirs, at most: each asks 36 bytes, some 600 KB in all, which an L2 cache of 1 MB holds.
const COLUMNS: usize = 1 << 14;
/// Bits of the number of a cell.
const CELL_BITS: u32 = 16;
/// Samples up to which the search for values that come back is what building costs.
const SHORT: usize = 4096;

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
        let Shape { n, d, .. } = *shape;
        let repeated = shape.repeated();
        let build = if n <= SHORT as f64 {
            32.0 + d * (128.0 - 110.0 * repeated)
        } else {
            2.3 + d * (12.0 - 4.8 * repeated + 1.4 * shape.far())
        };
        let visit = shape.mean(|held| visit(held, n, d, repeated));
        let window = 139.0 + 15.0 * d + n * (0.0126 + 0.00002 * d + visit);
        Cost { build: n * build, answer: shape.windows() * window }
    }

    fn build<'a, T: Element>(
        run: &Run<'a, T>,
        isa: &'static Isa,
        team: &dyn Team,
    ) -> Box<dyn Index<T> + 'a> {
        Box::new(Quantization::new(run, T::kernels(isa), team))
    }
}

/// What a window takes for a sample, in nanoseconds, beyond the look at the zone of its block.
fn visit(held: Held, n: f64, d: f64, repeated: f64) -> f64 {
    if held.is_all() {
        return 0.0;
    }
    let (region, columns) = (held.region(d), d.min(f64::from(CELL_BITS)));
    // A cell takes its bits from all columns alike; a region that is smaller shares it with others.
    let cell = 2.0_f64.powf(-f64::from(CELL_BITS) / columns);
    let share = region.share.max(cell);
    let halvings = (n * share / CODES as f64).log2().max(0.0);
    let thickness = (cell / share).max(2.0_f64.powf(-halvings / columns));
    let [met, cut] = region.met_and_cut(thickness, columns).map(|part| part * share);
    // Above eight columns a block is left when nobody in it is inside any more.
    let to_nobody = (CODES as f64).ln() / -held.side.clamp(0.01, 0.99).ln() + 2.0;
    let looked = if d <= 8.0 { 0.052 * d } else { 0.061 * to_nobody.min(d) };
    // Of 64 samples, somebody; then the question who is inside for sure.
    let alive = 0.102 * (64.0 * held.share / met).min(1.0);
    // Few values make blocks of equal samples, which a border seldom cuts.
    let cut = cut * (1.0 - 0.5 * repeated);
    // A slab on each side of each column, unless values have codes of their own.
    let wider = (1.0 + 1.0 / (128.0 * held.side.max(0.001))).powf(d) - 1.0;
    let doubtful = (held.share * wider).min(met) * (1.0 - repeated);
    cut * (looked + alive) + 0.925 * doubtful
}

/// The samples, and their codes in an order of their own.
#[derive(Debug)]
struct Quantization<'a, T: Element> {
    run: Run<'a, T>,
    kernels: &'static Kernels<T>,
    scales: Vec<Scale<T>>,
    /// Positions of samples in the run, neighbors together; empty if bytes tell everything, as `rows` is.
    order: Vec<u32>,
    /// `blocks[b * d + j]` is column j of block b; bytes of samples that are not there are 0.
    blocks: Vec<Codes>,
    /// Of block b from `zones[b * ⌈d / 16⌉]` on.
    zones: Vec<Zone>,
    /// Of districts, in the same way.
    districts: Vec<Zone>,
    /// `rows[i * d + j]` is column j of sample i in this order.
    rows: Vec<u16>,
}

/// The first of some blocks, the blocks, their zones and rows.
type Part<'a> = (usize, &'a mut [Codes], &'a mut [Zone], &'a mut [u16]);

impl<'a, T: Element> Quantization<'a, T> {
    fn new(run: &Run<'a, T>, kernels: &'static Kernels<T>, team: &dyn Team) -> Self {
        let d = run.d();
        let scales = team::map(team, run.columns().to_vec(), Scale::new);
        let codes = encode(run, &scales, kernels, team);
        let order = neighbors_together(&codes, d);
        let n_blocks = run.len().div_ceil(CODES);
        let mut blocks = vec![Codes::default(); n_blocks * d];
        let mut zones = vec![Zone::default(); n_blocks * d.div_ceil(ZONE)];
        let mut rows = vec![0; run.len() * d + ROW];
        let part = n_blocks.div_ceil(team.size()).max(1);
        let some_zones = zones.chunks_mut(part * d.div_ceil(ZONE));
        let some_rows = rows.chunks_mut(part * CODES * d);
        let parts = blocks.chunks_mut(part * d).zip(some_zones).zip(some_rows).enumerate();
        let parts: Vec<Part<'_>> =
            parts.map(|(k, ((blocks, zones), rows))| (k * part, blocks, zones, rows)).collect();
        team::map(team, parts, |(first, blocks, zones, rows)| {
            let order = order[first * CODES..].chunks(CODES);
            let zones = zones.chunks_exact_mut(d.div_ceil(ZONE));
            let parts = blocks.chunks_exact_mut(d).zip(zones).zip(rows.chunks_mut(CODES * d));
            for (order, ((block, zones), rows)) in order.zip(parts) {
                arrange(&codes, order, block, zones, rows);
            }
        });
        let districts = zones_of_districts(&zones, d.div_ceil(ZONE));
        let (mut order, mut rows) = (order, rows);
        if scales.iter().all(Scale::is_told_by_bytes) {
            (order, rows) = (Vec::new(), Vec::new());
        }
        Self { run: run.clone(), kernels, scales, order, blocks, zones, districts, rows }
    }

    /// Adds to `counts` what is inside each window that asks something.
    fn count_asked(&self, questions: &Questions<'_>, counts: &mut [u64]) {
        let Self { run, order, blocks, zones, districts, rows, .. } = self;
        let coded = Coded { n: run.len(), d: run.d(), blocks, zones, districts, rows };
        let (asked, windows) = (questions.asked(), questions.windows());
        // Only the columns whose codes do not tell, one as a rule: each is a line that no cache holds.
        let look = |w: usize, i: usize| {
            let (_, center, reach) = windows[w];
            let (row, i) = (&rows[i * run.d()..], order[i] as usize);
            let mut columns = run.columns().iter().zip(center).zip(row).enumerate();
            columns.all(|(j, ((column, x), &code))| {
                asked[w].is_sure(j, code) || (x - column[i].widen()).abs() <= reach.radius(j)
            })
        };
        (self.kernels.count_codes)(&coded, &asked, &look, counts);
    }
}

/// The codes of all samples, `codes[i * d + j]` column j of sample i.
fn encode<T: Element>(
    run: &Run<'_, T>,
    scales: &[Scale<T>],
    kernels: &Kernels<T>,
    team: &dyn Team,
) -> Vec<u16> {
    let d = scales.len();
    let fans: Vec<Fan> = scales.iter().map(Scale::fan).collect();
    let mut codes = vec![0; run.len() * d];
    let part = run.len().div_ceil(team.size()).max(1);
    let parts = codes.chunks_mut(part * d).enumerate().collect();
    team::map(team, parts, |(k, codes): (usize, &mut [u16])| {
        // Few samples at a time: they stay in the L1 cache until all columns are done.
        for (some, codes) in codes.chunks_mut(SOME * d).enumerate() {
            let (first, len) = (k * part + some * SOME, codes.len() / d);
            for (j, (scale, fan)) in scales.iter().zip(&fans).enumerate() {
                let values = &run.columns()[j][first..][..len];
                scale.encode(fan, kernels, values, codes[j..].iter_mut().step_by(d));
            }
        }
    });
    codes
}

/// Samples in the order of cells: halves of every column, or of the first 16, then quarters, and so on, so
/// that the samples of a block have much in common.
fn neighbors_together(codes: &[u16], d: usize) -> Vec<u32> {
    // The bits of a row that make its cell's number: the first of each column, then the second.
    let bits = (0..CELL_BITS as usize).map(|k| (k % d, (k / d) as u32));
    let bits: Vec<(usize, u32)> = bits.map(|(j, depth)| (j, 15 - depth)).collect();
    let cell = |row: &[u16]| {
        bits.iter().fold(0, |cell, &(j, bit)| cell << 1 | usize::from(row[j] >> bit & 1))
    };
    let cells: Vec<u16> = codes.chunks_exact(d).map(|row| cell(row) as u16).collect();
    let mut starts = vec![0_u32; 1 << CELL_BITS];
    for &cell in &cells {
        starts[usize::from(cell)] += 1;
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += std::mem::replace(start, sum);
    }
    let mut order = vec![0; cells.len()];
    for (i, &cell) in cells.iter().enumerate() {
        let place = &mut starts[usize::from(cell)];
        order[*place as usize] = i as u32;
        *place += 1;
    }
    order
}

/// Copies the codes of some samples to their block and its zones, and to their rows.
fn arrange(
    codes: &[u16],
    order: &[u32],
    block: &mut [Codes],
    zones: &mut [Zone],
    rows: &mut [u16],
) {
    let d = block.len();
    for (i, (&from, row)) in order.iter().zip(rows.chunks_exact_mut(d)).enumerate() {
        row.copy_from_slice(&codes[from as usize * d..][..d]);
        for (bytes, code) in block.iter_mut().zip(row) {
            bytes.0.as_flattened_mut()[i] = (*code >> 8) as u8;
        }
    }
    for (j, bytes) in block.iter().enumerate() {
        let there = &bytes.0.as_flattened()[..order.len()];
        let zone = &mut zones[j / ZONE];
        zone.least[j % ZONE] = there.iter().copied().min().unwrap_or(0);
        zone.most[j % ZONE] = there.iter().copied().max().unwrap_or(0);
    }
}

/// Zones of districts, from those of blocks, each in so many parts.
fn zones_of_districts(zones: &[Zone], parts: usize) -> Vec<Zone> {
    let part = |blocks: &[Zone], k| Zone::of_all(blocks.iter().skip(k).step_by(parts));
    let districts = zones.chunks(DISTRICT * parts);
    districts.flat_map(|blocks| (0..parts).map(move |k| part(blocks, k))).collect()
}

impl<T: Element> Index<T> for Quantization<'_, T> {
    fn count(&self, center: &[f64], reach: Reach<'_>) -> u64 {
        let mut questions = Questions::new(self.scales.len(), 1);
        questions.add(&self.scales, (0, center, reach));
        let mut count = [0];
        self.count_asked(&questions, &mut count[..questions.windows().len()]);
        count[0]
    }

    /// All codes, for some windows at a time.
    fn answer(&self, query: &Query<'_>, counts: &mut [u64]) {
        let d = self.scales.len();
        let windows = WINDOWS.min(COLUMNS / d).min(query.counts());
        let mut questions = Questions::new(d, windows);
        let mut found = vec![0; windows];
        for places in query.windows_in_parts(windows) {
            questions.clear();
            for place in places {
                let (center, reach) = query.window(place);
                questions.add(&self.scales, (place, center, reach));
            }
            let found = &mut found[..questions.windows().len()];
            found.fill(0);
            self.count_asked(&questions, found);
            for ((place, ..), count) in questions.windows().iter().zip(found) {
                counts[*place] += *count;
            }
        }
    }

    fn bytes(&self) -> usize {
        let codes = size_of_val(&*self.blocks) + size_of_val(&*self.rows);
        let zones = size_of_val(&*self.zones) + size_of_val(&*self.districts);
        let codes = codes + zones + size_of_val(&*self.order);
        codes + self.scales.iter().map(Scale::bytes).sum::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::super::shape::tests::hashed;
    use super::*;
    use crate::query::Sizes;
    use crate::samples::Samples;
    use crate::team::Alone;
    use crate::width::Widths;

    fn samples(n: usize, d: usize) -> Samples<f64> {
        let rows: Vec<f64> = (0..n * d).map(hashed).collect();
        Samples::from_rows(&rows, d).unwrap()
    }

    fn codes(samples: &Samples<f64>) -> Quantization<'_, f64> {
        Quantization::new(&samples.all(), f64::kernels(crate::isa::best()), &Alone)
    }

    #[test]
    fn zones_of_districts_are_those_of_their_samples() {
        // Two districts, a block, and one sample.
        let n = (2 * DISTRICT + 1) * CODES + 1;
        for d in [1, 8, 17, 33, 64] {
            let (samples, parts) = (samples(n, d), d.div_ceil(ZONE));
            let codes = codes(&samples);
            assert_eq!(codes.districts.len(), 3 * parts, "{d}");
            let byte = |i: usize, j: usize| (codes.rows[i * d + j] >> 8) as u8;
            for (k, first) in (0..n).step_by(DISTRICT * CODES).enumerate() {
                let there = first..n.min(first + DISTRICT * CODES);
                for j in 0..d {
                    let zone = &codes.districts[k * parts + j / ZONE];
                    let bytes = || there.clone().map(|i| byte(i, j));
                    let found = [zone.least[j % ZONE], zone.most[j % ZONE]].map(Some);
                    assert_eq!(found, [bytes().min(), bytes().max()], "{d}: {k}, {j}");
                }
            }
        }
    }

    #[test]
    fn windows_are_asked_in_parts_as_one_by_one() {
        for d in [2, 17, 64] {
            let samples = samples(5000, d);
            let codes = codes(&samples);
            let n_windows = 2 * WINDOWS.min(COLUMNS / d) + 3;
            let centers: Vec<f64> = (0..n_windows * d).map(|k| 1.2 * hashed(k + 77)).collect();
            let widths = Widths::new(&[if d == 2 { 0.3 } else { 1.7 }]).unwrap();
            let query = Query::new(&centers, d, Sizes::Shared(&widths)).unwrap();
            let mut counts = vec![0; query.counts()];
            codes.answer(&query, &mut counts);
            for (place, &count) in counts.iter().enumerate() {
                let (center, reach) = query.window(place);
                assert_eq!(count, codes.count(center, reach), "{d}: {place}");
            }
            assert!(counts.iter().any(|&count| count > 0), "{d}");
        }
    }
}
