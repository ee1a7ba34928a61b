//! Cuts items (tasks or samples) into one contiguous share for each worker.
//!
//! Pure and apart, so that "nobody gets two more than anybody else" is tested without a clock. Shares
//! are static: which worker counts what never depends on timing, so that two measured samples did the
//! same work in the same places. Next: [`placement`](crate::placement), where the workers sit.

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

#[cfg(test)]
mod tests {
    use super::shares;

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
