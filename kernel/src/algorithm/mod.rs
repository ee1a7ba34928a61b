//! Algorithms: the table, and the ladder that chooses one.
//!
//! An algorithm narrows the samples to contiguous runs; the scan of a run, in [`crate::isa`], is the
//! only place that knows vectors. So algorithms and instruction sets add up, they do not multiply.
//! Each gives the same counts, bit for bit.

mod brute_force;

use std::fmt;

use crate::isa::Kernels;
use crate::ranking::Ranking;
use crate::samples::{Element, Run};
use crate::window::Window;

pub use brute_force::BruteForce;

/// What every algorithm answers, on inputs that [`Counter`](crate::Counter) has checked.
pub(crate) trait Algorithm<T: Element>: fmt::Debug + Sync {
    /// Number of samples of `run` inside `window`.
    fn count(&self, kernels: &Kernels<T>, run: &Run<'_, T>, window: &Window) -> u64;

    /// Adds to `counts[c * W + w]` the number of samples within radius w of center c.
    fn count_batch(
        &self,
        kernels: &Kernels<T>,
        run: &Run<'_, T>,
        centers: &[f64],
        ranking: &Ranking,
        counts: &mut [u64],
    );
}

/// Names of every algorithm.
pub const ALL: &[&str] = &[BruteForce::NAME];

/// The algorithm for this run: its name and itself.
///
/// The ladder has one rung yet: one scan at the speed of the memory. Algorithms that answer many
/// centers without reading every sample come before it.
pub(crate) fn choose<T: Element>(_run: &Run<'_, T>) -> (&'static str, &'static dyn Algorithm<T>) {
    (BruteForce::NAME, &BruteForce)
}
