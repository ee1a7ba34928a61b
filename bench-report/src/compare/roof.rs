//! What loading the samples alone allows: the bound of the memory, measured and not fitted.
//!
//! A count must read its samples. The same team that reads the same samples and does nothing else takes
//! a time that a count by so many workers of the same backend is not expected to beat: with T(load, N) the
//! speed-up over the serial code is at most jobs × T(serial) / T(load, N) (the roofline of Williams,
//! Waterman & Patterson, CACM 52(4), 2009, with a roof that was measured on these very samples). All times
//! are of the same blocks.
//!
//! It is a measured loop and no law. It holds what the backend spends on handing out the work and on
//! collecting it, so it says nothing about another backend, whose share of that differs: a configuration is
//! compared with the roof of its own backend, or with none. Separate because a roof is no result: it has no
//! gain, no law and no verdict. The bound itself is the [`speed_up`](super::Figures::speed_up) of an entry
//! among [`roofs`](super::Comparison::roofs). Next: `chart/scaling/bounds.rs`, which draws it.

use std::collections::BTreeSet;

use super::{Measured, combined};
use crate::model::{Entry, Estimate, Role};

/// A configuration beside the one that loads the same samples with as many workers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnderRoof {
    /// The entry that only loads, of the same backend.
    pub roof: usize,
    /// T(load, N) / T(N): the share that was reached of the speed of loading alone.
    pub reached: Estimate,
    /// The speed-up over the serial code that loading alone by this backend would be.
    pub bound: Option<Estimate>,
    /// Bytes of samples that counting read per second at the median time, if known.
    pub counted_per_s: Option<f64>,
    /// The same of loading alone.
    pub loaded_per_s: Option<f64>,
}

/// The entries that only load, by ascending workers; of equal numbers of one backend the first stays.
pub(super) fn all(entries: &[Entry]) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    let mut is_first = |idx: usize| seen.insert((entries[idx].workers, &entries[idx].backend));
    let of_roofs = (0..entries.len()).filter(|&idx| entries[idx].role == Role::Roof);
    let mut roofs: Vec<usize> = of_roofs.filter(|&idx| is_first(idx)).collect();
    roofs.sort_by_key(|&idx| entries[idx].workers);
    roofs
}

/// A result beside the one of `roofs` with as many workers of the same backend.
pub(super) fn over(measured: &Measured<'_>, roofs: &[usize], idx: usize) -> Option<UnderRoof> {
    let entries = &measured.workload.entries;
    let workers = entries[idx].workers;
    let backend = &entries[idx].backend;
    let is_own =
        |roof: &&usize| entries[**roof].workers == workers && entries[**roof].backend == *backend;
    let roof = *roofs.iter().find(is_own)?;
    let times = [roof, idx].map(|idx| &measured.passes[idx]);
    let bytes = measured.workload.bytes_per_pass(workers);
    let [loaded_per_s, counted_per_s] =
        times.map(|passes| bytes.map(|bytes| bytes / passes.median * 1e9));
    entries[idx].is_result().then(|| UnderRoof {
        roof,
        bound: measured.reference.map(|base| measured.speed_up(base, roof)),
        reached: combined(times, |[load, count]| load / count),
        counted_per_s,
        loaded_per_s,
    })
}
