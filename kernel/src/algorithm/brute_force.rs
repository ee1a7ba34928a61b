//! Every sample against every window: no build, no memory, O(n d) for each center, whatever the
//! number of widths. Nothing beats it for one center, or where most samples are inside.

use super::Algorithm;
use crate::isa::Kernels;
use crate::ranking::Ranking;
use crate::samples::{Element, Run};
use crate::window::Window;

/// Samples that every center passes over before the next are read: 256 KiB of doubles at d = 2.
const TILE: usize = 16_384;

/// The scan of the whole run.
#[derive(Clone, Copy, Debug)]
pub struct BruteForce;

impl BruteForce {
    /// Its name on command lines and in reports.
    pub const NAME: &'static str = "brute_force";
}

impl<T: Element> Algorithm<T> for BruteForce {
    fn count(&self, kernels: &Kernels<T>, run: &Run<'_, T>, window: &Window) -> u64 {
        (kernels.count)(run, window)
    }

    fn count_batch(
        &self,
        kernels: &Kernels<T>,
        run: &Run<'_, T>,
        centers: &[f64],
        ranking: &Ranking,
        counts: &mut [u64],
    ) {
        let (d, w) = (run.d(), ranking.len());
        if w == 1 && centers.len() > d {
            return (kernels.count_centers)(run, centers, ranking.far(), counts);
        }
        // A tile stays in the L2 cache while every center passes over it.
        let tile = if centers.len() == d { usize::MAX } else { TILE };
        for start in (0..run.len()).step_by(tile) {
            let samples = run.slice(start..run.len().min(start.saturating_add(tile)));
            for (center, counts) in centers.chunks_exact(d).zip(counts.chunks_exact_mut(w)) {
                (kernels.count_widths)(&samples, center, ranking, counts);
            }
        }
    }
}
