//! How near a count comes to loading its samples alone, and whether that roof is one.
//!
//! Separate because it explains a speed-up without being one: the sentence says how much of the bound
//! was reached, not why. Next: [`crate::compare::UnderRoof`] for the numbers.

use crate::{
    chart::name,
    compare::{Comparison, Sweep, UnderRoof},
    model::{Estimate, Workload},
    quantity,
};

/// One sentence for each backend with a measured bound: its share with the fewest and with the most workers
/// that have a CPU each. Nothing is said about configurations that are not to be trusted.
pub(super) fn sentences<'a>(
    workload: &'a Workload,
    comparison: &'a Comparison,
) -> impl Iterator<Item = String> + use<'a> {
    comparison.sweeps.iter().filter_map(|sweep| sentence(workload, comparison, sweep))
}

fn sentence(workload: &Workload, comparison: &Comparison, sweep: &Sweep) -> Option<String> {
    let told = |&idx: &usize| {
        let entry = &workload.entries[idx];
        let under = comparison.figures[idx].under_roof.filter(|_| !entry.oversubscribed)?;
        let is_judged = [idx, under.roof].iter().all(|&idx| comparison.withheld[idx].is_none());
        let interval = under.reached.interval.filter(|_| is_judged)?;
        let workers = quantity::counted(entry.workers, "worker");
        let share = quantity::per_cent(under.reached.value, 1);
        Some(format!("{share} ({}) with {workers}", quantity::per_cents(interval)))
    };
    let told: Vec<String> = sweep.entry_idxs.iter().filter_map(told).collect();
    let ends = match &told[..] {
        [] => return None,
        [only] => only.clone(),
        [first, .., last] => format!("{first} and {last}"),
    };
    Some(format!(
        "Of the speed that loading the same samples alone allows, {} reached {ends}.",
        sweep.backend
    ))
}

/// A count that is faster than loading alone by the same backend, beyond doubt: then the roof is none.
pub(super) fn exceeded(workload: &Workload, comparison: &Comparison) -> Option<String> {
    let faster = workload.entries.iter().zip(&comparison.figures).filter_map(|(entry, figures)| {
        let UnderRoof { reached: Estimate { value, interval }, .. } = figures.under_roof?;
        interval.is_some_and(|interval| interval.low > 1.0).then_some((value, entry))
    });
    let (value, worst) = faster.max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(format!(
        "{} counted at {} of the speed of loading the samples alone, so that the bound of the memory \
         is none here: it is a measured loop with the dispatch of that backend, and either that loop was \
         disturbed or it loads more slowly than the count does",
        name(worst),
        quantity::per_cent(value, 1),
    ))
}
