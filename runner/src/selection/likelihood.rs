//! Leave-one-out likelihood: how probable each sample is where the others are.
//!
//! ```text
//! (1/n) Σ_i ln( c_i / ((n − 1) h^d) ),    c_i = number of other samples inside the window around sample i
//! ```
//!
//! With a box it is −∞ as soon as one sample is alone. So there are three answers: the number of lonely
//! samples, the strict value where there is none, and a floored one with c_i raised to 1/2 at least.

use std::ops::Range;

use kernel::algorithm::{self, Algorithm};
use kernel::{Counter, Element, Query, Samples, Sizes, Team, Widths};
use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::{ParallelSlice as _, ParallelSliceMut as _};
use serde::Serialize;

use super::Tried;
use crate::input::samples::row_by_row;

/// What is counted between two reports of progress, which bounds the memory for counts.
#[derive(Clone, Copy)]
struct Batch {
    /// Windows, where a query is cut by centers. Some algorithms pass over all samples for each part.
    by_centers: usize,
    /// Windows, where a query is cut by widths, and widths at least: each part has to find the order of the centers.
    by_widths: usize,
    widths: usize,
}

/// Some 16 and some 128 MB of counts.
const BATCH: Batch = Batch { by_centers: 1 << 24, by_widths: 1 << 21, widths: 4 };
/// Centers of one part; sums do not depend on who does which.
const PART: usize = 256;
/// Counts that are multiplied before a logarithm is taken: each is less than 2³², so that the product is less than
/// 2⁵¹², and no less than 2⁻¹⁶.
const FACTORS: usize = 16;
/// Lonely samples of which the nearest neighbor is looked for; more are no outliers.
const FEW: usize = 256;

/// The likelihood over the widths, natural logarithms per sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Likelihood {
    /// Where nobody is alone; `None` is −∞.
    pub strict: Vec<Option<f64>>,
    /// With counts of at least 1/2.
    pub floored: Vec<Option<f64>>,
    /// Samples with no other one inside their window.
    pub lonely: Vec<u64>,
    /// Pairs of samples inside each other's window.
    #[serde(skip)]
    pub pairs: Vec<u64>,
    /// The smallest width at which nobody is alone: twice the largest distance to a nearest neighbor. `None`
    /// below the widths tried, or where too many samples are alone to look at each.
    pub strict_from: Option<f64>,
    /// The sample at that distance, counted from 0; in a [`super::Selection`] its row in the file.
    pub loneliest: Option<usize>,
    /// Name of the algorithm that counted.
    pub algorithm: &'static str,
}

/// Sums over some centers, for some widths.
struct Sums {
    /// Σ ln max(c, 1/2) for each width.
    logs: Vec<f64>,
    lonely: Vec<u64>,
    /// Σ c for each width: every pair is in it twice.
    others: Vec<u64>,
}

impl Sums {
    fn new(widths: usize) -> Self {
        Self { logs: vec![0.0; widths], lonely: vec![0; widths], others: vec![0; widths] }
    }

    /// Adds centers one by one: `counts` of each, itself included; and to `alone` at how many widths it is.
    fn add_centers(&mut self, counts: &[u64], alone: &mut [u32]) {
        let widths = self.logs.len();
        let mut products = vec![1.0; widths];
        for (counts, alone) in counts.chunks(widths * FACTORS).zip(alone.chunks_mut(FACTORS)) {
            products.fill(1.0);
            for (counts, alone) in counts.chunks(widths).zip(alone) {
                for (w, &count) in counts.iter().enumerate() {
                    let others = count.saturating_sub(1);
                    products[w] *= (others as f64).max(0.5);
                    self.lonely[w] += u64::from(others == 0);
                    self.others[w] += others;
                    *alone += u32::from(others == 0);
                }
            }
            for (log, product) in self.logs.iter_mut().zip(&products) {
                *log += product.ln();
            }
        }
    }

    fn add(&mut self, other: &Self, first_width: usize) {
        let widths = first_width..first_width + other.logs.len();
        for (to, from) in self.logs[widths.clone()].iter_mut().zip(&other.logs) {
            *to += from;
        }
        for (to, from) in self.lonely[widths.clone()].iter_mut().zip(&other.lonely) {
            *to += from;
        }
        for (to, from) in self.others[widths].iter_mut().zip(&other.others) {
            *to += from;
        }
    }
}

impl Batch {
    /// Widths and centers that are counted together, one part of a query after the other.
    fn parts(self, n: usize, widths: usize, algorithm: &Algorithm) -> Vec<[Range<usize>; 2]> {
        let [together, centers] = if algorithm.is_by_width() {
            [(self.by_widths / n).max(self.widths), n]
        } else {
            [widths, (self.by_centers / widths.max(1)).max(1)]
        };
        let parts = |all: usize, part: usize| {
            (0..all).step_by(part.max(1)).map(move |start| start..all.min(start + part))
        };
        let around_all =
            |widths: Range<usize>| parts(n, centers).map(move |some| [widths.clone(), some]);
        parts(widths, together).flat_map(around_all).collect()
    }
}

/// Windows around n samples of d dimensions that are counted together at most.
pub(crate) fn together((n, d): (usize, usize), widths: usize) -> usize {
    // Only up to two dimensions an algorithm goes by widths.
    let by_widths = if d <= 2 { n.saturating_mul(BATCH.widths) } else { 0 };
    n.saturating_mul(widths).min(BATCH.by_centers.max(widths).max(by_widths))
}

/// The likelihood at every width; `advance` is told how many further samples are done.
pub(super) fn curve<T: Element>(
    tried: &Tried<'_, T>,
    team: &dyn Team,
    advance: &mut dyn FnMut(u64),
) -> Result<Likelihood, kernel::Error> {
    in_batches(tried, BATCH, team, advance)
}

fn in_batches<T: Element>(
    tried: &Tried<'_, T>,
    batch: Batch,
    team: &dyn Team,
    advance: &mut dyn FnMut(u64),
) -> Result<Likelihood, kernel::Error> {
    let Tried { samples, widths, log_factors, isa } = *tried;
    advance(0);
    let (n, d) = (samples.n(), samples.d());
    let centers = row_by_row(samples);
    let sizes = Widths::new(widths)?;
    let query = Query::new(&centers, d, Sizes::Shared(&sizes))?;
    let chosen = algorithm::choose(&samples.all(), &query).algorithm;
    let counter = Counter::with_algorithm(samples.all(), isa, chosen, team)?;
    let (mut sums, mut alone) = (Sums::new(widths.len()), vec![0; n]);
    let (mut counts, mut done) = (Vec::new(), 0);
    for [some, batch] in batch.parts(n, widths.len(), chosen) {
        let sizes;
        let query = if some.len() == widths.len() {
            query.part(batch.clone())
        } else {
            sizes = Widths::new(&widths[some.clone()])?;
            Query::new(&centers, d, Sizes::Shared(&sizes))?.part(batch.clone())
        };
        counts.clear();
        counts.resize(query.counts(), 0);
        counter.answer(&query, &mut counts, team)?;
        let counts = counts.par_chunks(PART * some.len());
        let parts = counts.zip(alone[batch.clone()].par_chunks_mut(PART)).map(|(counts, alone)| {
            let mut sums = Sums::new(some.len());
            sums.add_centers(counts, alone);
            sums
        });
        for part in &parts.collect::<Vec<_>>() {
            sums.add(part, some.start);
        }
        let before = done / widths.len();
        done += batch.len() * some.len();
        advance((done / widths.len() - before) as u64);
    }
    let loneliest = loneliest(samples, &alone);
    let log = |w: usize| {
        let volume = d as f64 * widths[w].ln() + log_factors;
        sums.logs[w] / n as f64 - ((n - 1) as f64).ln() - volume
    };
    let floored: Vec<Option<f64>> = (0..widths.len()).map(|w| Some(log(w))).collect();
    let strict = floored.iter().zip(&sums.lonely);
    Ok(Likelihood {
        strict: strict.map(|(value, &lonely)| value.filter(|_| lonely == 0)).collect(),
        floored,
        lonely: sums.lonely,
        pairs: sums.others.iter().map(|others| others / 2).collect(),
        strict_from: loneliest.map(|(_, distance)| 2.0 * distance),
        loneliest: loneliest.map(|(i, _)| i),
        algorithm: chosen.name(),
    })
}

/// The sample that is furthest from its nearest neighbor, and that distance, if few were alone at most widths.
fn loneliest<T: Element>(samples: &Samples<T>, alone: &[u32]) -> Option<(usize, f64)> {
    let most = alone.iter().copied().max().filter(|&most| most > 0)?;
    let longest = alone.iter().enumerate().filter(|&(_, &alone)| alone == most).map(|(i, _)| i);
    if longest.clone().nth(FEW).is_some() {
        return None;
    }
    let nearest = longest.map(|i| (i, nearest(samples, i)));
    nearest.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, distance)| distance.is_finite())
}

/// Distance of a sample's nearest neighbor. O(n d).
fn nearest<T: Element>(samples: &Samples<T>, i: usize) -> f64 {
    let mut distances = vec![0.0_f64; samples.n()];
    for j in 0..samples.d() {
        let column = samples.column(j);
        let center = column[i].widen();
        for (distance, value) in distances.iter_mut().zip(column) {
            *distance = distance.max((center - value.widen()).abs());
        }
    }
    distances[i] = f64::INFINITY;
    distances.into_iter().fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_hold_every_window_once_and_bound_what_is_counted_together() {
        for name in ["sweep", "kd_tree"] {
            let algorithm = algorithm::by_name(name).unwrap();
            let large = BATCH.by_centers;
            let d = algorithm.checked(2, 3).map_or(2, |_| 3);
            for (n, widths) in
                [(2, 1), (1000, 7), (large / 3, 10), (3 * large, 5), (3, large + 1), (5, 0)]
            {
                let parts = BATCH.parts(n, widths, algorithm);
                let sizes = parts.iter().map(|[widths, centers]| widths.len() * centers.len());
                assert_eq!(sizes.clone().sum::<usize>(), n * widths, "{name}: {n} x {widths}");
                let most = together((n, d), widths);
                assert!(sizes.clone().all(|size| size <= most), "{name}: {n} x {widths}");
                let ends = parts.iter().map(|[widths, centers]| (widths.end, centers.end));
                assert!(ends.clone().is_sorted(), "{name}: {parts:?}");
                let is_uncut = |[some, centers]: &[Range<usize>; 2]| match name {
                    "sweep" => centers.len() == n && (some.len() >= 4 || some.end == widths),
                    _ => some.len() == widths,
                };
                assert!(parts.iter().all(is_uncut) && parts.len() < 30, "{name}: {parts:?}");
            }
        }
    }

    #[test]
    fn how_a_query_is_cut_changes_nothing() {
        // Lonely ones at the end of the last part, as well.
        let value = |i: usize, j: usize| match i {
            2999 => 40.0,
            _ => ((i * (2 * j + 31) + j) * 7919 % 100_003) as f64 / 100_003.0,
        };
        let widths: Vec<f64> = (1..=11).map(|w| 0.02 * f64::from(w)).collect();
        for (d, by_width) in [(2, true), (3, false)] {
            let rows: Vec<f64> = (0..3000).flat_map(|i| (0..d).map(move |j| value(i, j))).collect();
            let samples = Samples::from_rows(&rows, d).unwrap();
            let isa = kernel::isa::best();
            let tried = Tried { samples: &samples, widths: &widths, log_factors: 0.0, isa };
            let small = Batch { by_centers: 7000, by_widths: 3000, widths: 2 };
            let [whole, cut] = [BATCH, small].map(|batch| {
                let (mut told, mut calls) = (0, 0);
                let advance = &mut |done| (told, calls) = (told + done, calls + 1);
                let found = in_batches(&tried, batch, &kernel::Alone, advance).unwrap();
                assert_eq!(told, 3000, "{d}");
                (found, calls)
            });
            let algorithm = algorithm::by_name(whole.0.algorithm).unwrap();
            assert_eq!(algorithm.is_by_width(), by_width, "{}", algorithm.name());
            assert!(whole.1 == 2 && cut.1 > 4, "{} and {} calls", whole.1, cut.1);
            let (whole, cut) = (whole.0, cut.0);
            for (a, b) in whole.floored.iter().zip(&cut.floored) {
                assert!((a.unwrap() - b.unwrap()).abs() < 1e-12, "{a:?} {b:?}");
            }
            assert_eq!((whole.lonely, whole.pairs), (cut.lonely, cut.pairs));
            assert_eq!((whole.loneliest, whole.strict_from), (cut.loneliest, cut.strict_from));
            assert_eq!(cut.loneliest, Some(2999));
        }
    }

    #[test]
    fn logarithms_of_products_are_those_of_factors() {
        let (widths, centers) = (3, 2 * FACTORS + 5);
        let count = |i: usize| [0, 1, 2, 3, 70, u64::from(u32::MAX)][i * 7 % 6];
        let counts: Vec<u64> = (0..widths * centers).map(count).collect();
        let (mut sums, mut alone) = (Sums::new(widths), vec![0; centers]);
        sums.add_centers(&counts, &mut alone);
        for w in 0..widths {
            let others = || counts[w..].iter().step_by(widths).map(|count| count.saturating_sub(1));
            let logs: f64 = others().map(|others| (others as f64).max(0.5).ln()).sum();
            assert!((sums.logs[w] - logs).abs() < 1e-12 * logs.abs(), "{} {logs}", sums.logs[w]);
            assert_eq!(sums.others[w], others().sum::<u64>());
            assert_eq!(sums.lonely[w], others().filter(|&others| others == 0).count() as u64);
        }
        let lonely = |row: &[u64]| row.iter().filter(|&&count| count <= 1).count() as u32;
        assert_eq!(alone, counts.chunks(widths).map(lonely).collect::<Vec<_>>());
    }
}
