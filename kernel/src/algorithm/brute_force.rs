//! Every sample against every window: no build, no memory, O(n d) for each center, whatever the
//! number of widths. Nothing beats it for one center, or where most samples are inside.

use super::plan::Cost;
use super::shape::Shape;
use super::weighted::WeightedScan;
use super::{Index, Recipe};
use crate::isa::{Isa, Kernels};
use crate::query::{Checked, Query};
use crate::samples::{Element, Run};
use crate::team::Team;
use crate::window::Reach;

/// Bytes of samples that every center passes over before the next are read: they stay in the L2 cache.
const TILE: usize = 512 << 10;
/// Samples of such a tile are a multiple of this, so that batches of keys are full.
const BATCH: usize = 2048;

/// The scan of the whole run.
pub(crate) struct BruteForce;

impl Recipe for BruteForce {
    const NAME: &'static str = "brute_force";
    const ABOUT: &'static str = "scans every sample; needs no preparation";
    const TAKES_WEIGHTS: bool = true;

    fn check(_n: usize, _d: usize) -> Result<(), String> {
        Ok(())
    }

    /// Many widths around a center are one pass; one width over many centers is tested in singles, up to
    /// eight dimensions.
    fn cost(shape: &Shape) -> Cost {
        let Shape { n, d, centers, widths, tied, .. } = *shape;
        // Values that come back lie on borders: a tile, or a batch, with one of them is looked at twice.
        let comes_back = shape.repeated() >= 0.5 && !shape.is_full();
        let (twice, again) = (f64::from(u8::from(comes_back)), (2048.0 * tied).min(1.0));
        let visit = if widths > 1.0 {
            let of_widths = if d <= 8.0 { 4.0 } else { 48.0 } * widths / n;
            let band = shape.mean_of_widest(|held| held.share);
            of_widths
                + if d <= 8.0 {
                    0.054
                        + d * 0.069
                        + 0.011 * band * (1.0 - twice)
                        + twice * (0.07 * d + 2.4 * band)
                } else {
                    d * (0.077 + twice * (0.09 + 0.33 * band))
                }
        } else if centers > 7.0 && d <= 8.0 {
            d * (0.04 + 0.04 * again)
        } else if centers > 7.0 {
            0.078 * d
        } else {
            0.18 * d
        };
        Cost { build: 0.0, answer: centers * n * visit }
    }

    fn build<'a, T: Element>(
        run: &Run<'a, T>,
        isa: &'static Isa,
        _team: &dyn Team,
    ) -> Box<dyn Index<T> + 'a> {
        Box::new(Scan { run: run.clone(), kernels: T::kernels(isa) })
    }

    fn weigh<'a, T: Element>(
        run: &Run<'a, T>,
        weights: &'a [u64],
        isa: &'static Isa,
        _team: &dyn Team,
    ) -> Option<Box<dyn Index<T> + 'a>> {
        Some(Box::new(WeightedScan::new(run, weights, isa)))
    }
}

#[derive(Debug)]
struct Scan<'a, T: Element> {
    run: Run<'a, T>,
    kernels: &'static Kernels<T>,
}

impl<T: Element> Index<T> for Scan<'_, T> {
    fn count(&self, center: &[f64], reach: Reach<'_>) -> u64 {
        (self.kernels.count)(&self.run, center, reach)
    }

    fn answer(&self, query: &Query<'_>, counts: &mut [u64]) {
        let (kernels, centers, d) = (self.kernels, query.coordinates(), query.d());
        let ranking = match query.sizes() {
            Checked::Shared(widths) => widths.ranking(),
            Checked::Each(_) | Checked::PerDimension(_) => {
                return query.add_each(counts, |center, reach| self.count(center, reach));
            }
        };
        if ranking.len() == 1 && centers.len() > d {
            return (kernels.count_centers)(&self.run, centers, ranking.far(), counts);
        }
        let tile = if centers.len() == d { usize::MAX } else { tile::<T>(d) };
        for start in (0..self.run.len()).step_by(tile) {
            let samples = self.run.slice(start..self.run.len().min(start.saturating_add(tile)));
            let rows = counts.chunks_exact_mut(ranking.len().max(1));
            for (center, row) in centers.chunks_exact(d).zip(rows) {
                (kernels.count_widths)(&samples, center, ranking, row);
            }
        }
    }

    fn bytes(&self) -> usize {
        0
    }
}

/// Samples of a tile.
fn tile<T>(d: usize) -> usize {
    (TILE / (d * size_of::<T>()) / BATCH * BATCH).max(BATCH)
}
