//! Every sample against every window: no build, no memory, O(n d) for each center, whatever the
//! number of widths. Nothing beats it for one center, or where most samples are inside.

use super::Algorithm;
use crate::isa::Kernels;
use crate::ranking::Ranking;
use crate::samples::{Element, Run};
use crate::window::Window;

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
        (kernels.count_batch)(run, centers, ranking, counts);
    }
}
