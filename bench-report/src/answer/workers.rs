//! Whether the workers of one configuration differ: asked before one figure speaks for all of them.
//!
//! Separate from `doubts.rs` because it is a test with a p-value, and many of them at once. Next:
//! [`crate::statistics::difference`] for the test.

use crate::{
    chart::name,
    compare::lost_seats,
    model::{Entry, Sample, Worker, Workload},
    quantity,
    statistics::{
        FEWEST_BLOCKS,
        difference::{holm, kruskal_wallis},
    },
};

/// A p-value below which workers are said to differ, corrected for all configurations asked.
const SURPRISING: f64 = 0.01;

/// Workers of a configuration that differ in tasks per second of the time they counted (Hoefler &
/// Belli 2015, rule 10: test before summarising across processes).
///
/// Drift that the workers of a block share widens the spread within each worker, so that the test
/// errs on the side of silence.
pub(super) fn differing(workload: &Workload) -> Option<String> {
    // Workers that left their CPUs stand for no core.
    let is_placed = |entry: &&Entry| !entry.oversubscribed && lost_seats(entry) == 0;
    let several = workload.entries.iter().filter(|entry| entry.workers > 1).filter(is_placed);
    let tested: Vec<(&Entry, f64)> =
        several.filter_map(|entry| Some((entry, p_value(entry)?))).collect();
    let corrected = holm(&tested.iter().map(|&(_, p)| p).collect::<Vec<f64>>());
    let named = tested.iter().zip(&corrected).filter(|&(_, &p)| p < SURPRISING);
    let (worst, p) = named.clone().min_by(|a, b| a.1.total_cmp(b.1))?;
    Some(format!(
        "the workers of {} configurations differ in tasks per second ({}: {}, Kruskal-Wallis after \
         Holm), so one figure for all of them hides slower cores; look at each core and at what \
         else runs there",
        quantity::part(named.count() as u64, tested.len() as u64),
        name(worst.0),
        quantity::p_value(*p),
    ))
}

/// Of the hypothesis that all workers are equally fast; `None` if a sample does not tell.
fn p_value(entry: &Entry) -> Option<f64> {
    let workers = usize::try_from(entry.workers).ok()?;
    if entry.samples.len() < FEWEST_BLOCKS {
        return None;
    }
    let rates = |place: usize| entry.samples.iter().map(|sample| rate(sample, place)).collect();
    let groups: Vec<Vec<f64>> = (0..workers).map(rates).collect::<Option<_>>()?;
    kruskal_wallis(&groups.iter().map(Vec::as_slice).collect::<Vec<_>>()).map(|test| test.p_value)
}

/// Tasks per nanosecond of the worker at `place`.
fn rate(sample: &Sample, place: usize) -> Option<f64> {
    let &Worker { tasks, busy_ns, .. } = sample.workers.get(place)?;
    Some(tasks? as f64 / busy_ns.filter(|&ns| ns > 0)? as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Role;

    /// Two workers in eight blocks; the second takes `slower_ns` longer for the same tasks.
    fn p_of(slower_ns: u64) -> Option<f64> {
        let worker =
            |busy_ns| Worker { tasks: Some(5), busy_ns: Some(busy_ns), ..Worker::default() };
        let sample = |block: u64| {
            let drift_ns = 10_000 + 37 * (block * 5 % 8);
            let workers = vec![worker(drift_ns + block % 2), worker(drift_ns + slower_ns)];
            Sample { workers, ..Sample::default() }
        };
        p_value(&Entry {
            backend: "threads".into(),
            workers: 2,
            cpus: vec![0, 1],
            oversubscribed: false,
            role: Role::Measured,
            samples: (0..8).map(sample).collect(),
        })
    }

    #[test]
    fn a_slow_worker_is_found_and_shared_drift_is_not_taken_for_one() {
        assert!(p_of(1000).unwrap() < SURPRISING);
        assert!(p_of(0).unwrap() > 0.5);
    }
}
