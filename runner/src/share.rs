//! Cuts items (tasks or samples) into one contiguous share for each worker.
//!
//! Pure and apart, so that "nobody gets two more than anybody else" is tested without a clock. Shares
//! are static: which worker counts what never depends on timing, so that two measured samples did the
//! same work in the same places. Next: [`placement`](crate::placement), where the workers sit.

use std::num::NonZeroUsize;
use std::ops::Range;

/// Contiguous ranges that cover `0..items` in order, one for each worker.
///
/// Their sizes differ by at most one, the longer ones first. With more workers than items the last
/// shares are empty; with 0 workers there is no share at all.
///
/// ```
/// assert_eq!(runner::share::shares(8, 3), [0..3, 3..6, 6..8]);
/// ```
pub fn shares(items: usize, workers: usize) -> Vec<Range<usize>> {
    let mut start = 0;
    (0..workers)
        .map(|worker| {
            let stop = start + items / workers + usize::from(worker < items % workers);
            std::mem::replace(&mut start, stop)..stop
        })
        .collect()
}

/// Tasks for each worker, so that workers who take tasks one by one have something to balance.
const TASKS_PER_WORKER: usize = 8;
/// A part has at least so many samples: its scan still takes longer than calling for it.
const FEWEST_SAMPLES: usize = 1024;
/// Share of the workers' time that may be lost because tasks do not come out even: no more than the
/// precision that a study asks for.
const WASTE: f64 = 0.01;
/// So many numbers of parts are tried.
const TRIED: usize = 10_000;

/// The share of the time of `workers` workers in which some have no task left, if all tasks take
/// equally long and are shared out as evenly as can be: 1 − K / (N ⌈K / N⌉) for K tasks, N workers.
///
/// Four tasks keep three workers busy for two thirds of the time: as fast as two workers.
///
/// ```
/// assert!((runner::share::waste(4, 3) - 1.0 / 3.0).abs() < 1e-12);
/// ```
pub fn waste(tasks: usize, workers: usize) -> f64 {
    let places = workers * tasks.div_ceil(workers.max(1));
    if places == 0 { 0.0 } else { 1.0 - tasks as f64 / places as f64 }
}

/// Into how many parts to cut the `samples` of each of `scans` scans, so that the tasks come out even
/// for every number of `workers`: the fewest parts that lose at most 1 %, or else those that lose least.
pub fn parts(scans: usize, samples: usize, workers: &[usize]) -> NonZeroUsize {
    let most = workers.iter().copied().max().unwrap_or(1);
    let limit = (samples / FEWEST_SAMPLES).max(1);
    let first = (TASKS_PER_WORKER * most).div_ceil(scans.max(1)).clamp(1, limit);
    let worst = |parts: usize| {
        workers.iter().map(|&workers| waste(scans * parts, workers)).fold(0.0, f64::max)
    };
    let tried = first..=limit.min(first + TRIED);
    let enough = tried.clone().find(|&parts| worst(parts) <= WASTE);
    let best = enough.or_else(|| tried.min_by(|&a, &b| worst(a).total_cmp(&worst(b))));
    best.and_then(NonZeroUsize::new).unwrap_or(NonZeroUsize::MIN)
}

#[cfg(test)]
mod tests {
    use super::{FEWEST_SAMPLES, TASKS_PER_WORKER, WASTE, parts, shares, waste};

    #[test]
    fn cut_scans_come_out_even_for_every_number_of_workers() {
        let vast = 60_000_000;
        let some: [&[usize]; 5] =
            [&[1, 2, 3], &[1, 2, 3, 4, 6], &[1, 2, 3, 4, 5, 6, 7, 8, 12], &[5], &[7, 64, 96]];
        for workers in some {
            for scans in [1, 4, 14] {
                let tasks = scans * parts(scans, vast, workers).get();
                let most = workers.iter().max().unwrap();
                assert!(tasks >= TASKS_PER_WORKER * most, "{workers:?}: {tasks} tasks");
                for &workers in workers {
                    assert!(waste(tasks, workers) <= WASTE, "{workers} on {tasks} tasks");
                }
            }
        }
        assert_eq!(parts(4, vast, &[1, 2, 3]).get(), 6);
        assert_eq!(parts(120, vast, &[1, 2, 3]).get(), 1, "there are enough tasks");
        assert_eq!(parts(100, FEWEST_SAMPLES, &[1, 2, 3]).get(), 1, "too short to be cut");
        assert_eq!(parts(4, 0, &[]).get(), 1, "nobody and nothing is no panic");
    }

    #[test]
    fn tasks_that_do_not_come_out_even_leave_workers_idle() {
        for (tasks, workers, expected) in [(4, 5, 0.2), (4, 2, 0.0), (100, 8, 4.0 / 104.0)] {
            assert!((waste(tasks, workers) - expected).abs() < 1e-12, "{tasks}, {workers}");
        }
        assert!(waste(0, 3) < 1e-12 && waste(3, 0) < 1e-12);
    }

    #[test]
    fn shares_cover_everything_once_and_differ_by_at_most_one() {
        for items in 0..40 {
            for workers in 1..12 {
                let shares = shares(items, workers);
                let sizes: Vec<usize> = shares.iter().map(ExactSizeIterator::len).collect();
                let (least, most) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
                assert!(most - least <= 1, "{items} items, {workers} workers: {sizes:?}");
                let covered: Vec<usize> = shares.into_iter().flatten().collect();
                assert_eq!(covered, (0..items).collect::<Vec<_>>(), "{workers} workers");
            }
        }
    }

    #[test]
    fn no_worker_has_no_share() {
        assert!(shares(5, 0).is_empty());
        assert_eq!(shares(1, 3), [0..1, 1..1, 1..1]);
    }
}
