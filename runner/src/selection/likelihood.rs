//! Leave-one-out likelihood: how probable each sample is where the others are.
//!
//! ```text
//! (1/n) Σ_i ln( c_i / ((n − 1) h^d) ),    c_i = number of other samples inside the window around sample i
//! ```
//!
//! With a box it is −∞ as soon as one sample is alone. So there are three answers: the number of lonely
//! samples, the strict value where there is none, and a floored one with c_i raised to 1/2 at least.

use kernel::{Counter, Element, Query, Samples, Sizes, Team, Widths, algorithm};
use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSlice as _;
use serde::Serialize;

use super::Tried;
use crate::input::samples::row_by_row;

/// Windows counted between two reports of progress; what bounds the memory for counts. Some algorithms pass
/// over all samples for each batch of centers, so that batches are large.
pub(crate) const BATCH: usize = 1 << 24;
/// Centers of one part; sums do not depend on who does which.
const PART: usize = 256;
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

/// Sums over some centers.
struct Sums {
    /// Σ ln max(c, 1/2) for each width.
    logs: Vec<f64>,
    lonely: Vec<u64>,
    /// Σ c for each width: every pair is in it twice.
    others: Vec<u64>,
    /// Centers that are alone at more widths than the others, and at how many.
    loneliest: (usize, Vec<usize>),
}

impl Sums {
    fn new(widths: usize) -> Self {
        Self {
            logs: vec![0.0; widths],
            lonely: vec![0; widths],
            others: vec![0; widths],
            loneliest: (0, Vec::new()),
        }
    }

    /// Adds center number `i`; `counts` include itself.
    fn add_center(&mut self, i: usize, counts: &[u64]) {
        let mut alone = 0;
        for (w, &count) in counts.iter().enumerate() {
            let others = count.saturating_sub(1);
            self.logs[w] += (others as f64).max(0.5).ln();
            self.lonely[w] += u64::from(others == 0);
            self.others[w] += others;
            alone += usize::from(others == 0);
        }
        self.note(alone, &[i]);
    }

    fn note(&mut self, alone: usize, centers: &[usize]) {
        if alone > self.loneliest.0 {
            self.loneliest = (alone, Vec::new());
        }
        if alone == self.loneliest.0 && alone > 0 {
            let room = (FEW + 1).saturating_sub(self.loneliest.1.len());
            self.loneliest.1.extend(centers.iter().take(room));
        }
    }

    fn add(&mut self, other: &Self) {
        for (to, from) in self.logs.iter_mut().zip(&other.logs) {
            *to += from;
        }
        for (to, from) in self.lonely.iter_mut().zip(&other.lonely) {
            *to += from;
        }
        for (to, from) in self.others.iter_mut().zip(&other.others) {
            *to += from;
        }
        self.note(other.loneliest.0, &other.loneliest.1);
    }
}

/// The likelihood at every width; `advance` is told how many further samples are done.
pub(super) fn curve<T: Element>(
    tried: &Tried<'_, T>,
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
    let mut sums = Sums::new(widths.len());
    let length = (BATCH / widths.len().max(1)).max(1);
    for start in (0..n).step_by(length) {
        let batch = start..n.min(start + length);
        let counts = counts(&counter, &query.part(batch.clone()), team)?;
        let parts =
            counts.par_chunks(PART * widths.len().max(1)).enumerate().map(|(part, counts)| {
                let mut sums = Sums::new(widths.len());
                for (i, counts) in counts.chunks(widths.len()).enumerate() {
                    sums.add_center(batch.start + part * PART + i, counts);
                }
                sums
            });
        for part in &parts.collect::<Vec<_>>() {
            sums.add(part);
        }
        advance(batch.len() as u64);
    }
    let loneliest = loneliest(samples, &sums);
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

/// Counts around some samples, themselves included: the one place that asks for them.
fn counts<T: Element>(
    counter: &Counter<'_, T>,
    query: &Query<'_>,
    team: &dyn Team,
) -> Result<Vec<u64>, kernel::Error> {
    let mut counts = vec![0; query.counts()];
    counter.answer(query, &mut counts, team).map(|()| counts)
}

/// The sample that is furthest from its nearest neighbor, and that distance, if few were alone longest.
fn loneliest<T: Element>(samples: &Samples<T>, sums: &Sums) -> Option<(usize, f64)> {
    let (_, centers) = &sums.loneliest;
    if centers.len() > FEW {
        return None;
    }
    let nearest = centers.iter().map(|&i| (i, nearest(samples, i)));
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
