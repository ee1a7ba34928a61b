//! Which configuration was the fastest, and which others cannot be told from it.
//!
//! Separate because the greatest of many is chosen after the fact: it is great by chance, too, and whether
//! another one is slower is not told by two intervals over one baseline, whose error both share. What is
//! compared with it are ratios of the times of the same blocks, again in every draw of them. Next:
//! [`crate::answer`] for the sentence.

use super::{Measured, Sweep};
use crate::model::Estimate;

/// The fastest of the configurations that a verdict may be given on.
#[derive(Clone, Debug, PartialEq)]
pub struct Fastest {
    /// Which entry.
    pub entry: usize,
    /// Among so many it was chosen, itself included.
    pub among: usize,
    /// Entries of which the 95 % interval of their speed over that of the fastest reaches 1, or that have
    /// none; in the order of the sweeps.
    pub ties: Vec<usize>,
    /// Whether all of them, the fastest included, are proven not to be faster than the serial code.
    pub none_is_faster: bool,
}

/// `None` where no verdict is given on anything, or nothing has a speed-up.
pub(super) fn of(measured: &Measured<'_>, sweeps: &[Sweep]) -> Option<Fastest> {
    let base = measured.reference.filter(|&base| measured.withheld[base].is_none())?;
    let all = sweeps.iter().flat_map(|sweep| &sweep.entry_idxs).copied();
    let judged = all.filter(|&idx| measured.withheld[idx].is_none());
    let judged: Vec<(usize, Estimate)> =
        judged.map(|idx| (idx, measured.speed_up(base, idx))).collect();
    let (entry, _) = *judged.iter().max_by(|a, b| a.1.value.total_cmp(&b.1.value))?;
    let is_slower = |idx: usize| {
        measured.speed_up(entry, idx).interval.is_some_and(|interval| interval.high < 1.0)
    };
    let others = judged.iter().map(|&(idx, _)| idx).filter(|&idx| idx != entry);
    let is_not_faster = |(_, speed_up): &(usize, Estimate)| {
        speed_up.interval.is_some_and(|interval| interval.high <= 1.0)
    };
    Some(Fastest {
        entry,
        among: judged.len(),
        ties: others.filter(|&idx| !is_slower(idx)).collect(),
        none_is_faster: judged.iter().all(is_not_faster),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{
        Comparison,
        tests::{made_up, study},
        workload,
    };
    use crate::{answer, model::Workload};

    /// Eight blocks that drift by a half: two baselines differ by it, ratios inside blocks do not.
    fn drifting(factor: u64) -> Vec<u64> {
        (0..8).map(|block| factor * (1000 + 70 * block)).collect()
    }

    fn compared(entries: &[(&str, u64, &[u64])]) -> (Workload, Comparison) {
        let made_up = made_up(entries);
        let comparison = workload(&study(), &made_up);
        (made_up, comparison)
    }

    /// What is not judged can neither win nor hide the best that is.
    #[test]
    fn the_fastest_is_chosen_among_what_is_judged() {
        let entries = [40, 30, 20, 10].map(drifting);
        let mut made_up = made_up(&[
            ("serial", 1, &entries[0]),
            ("threads", 1, &entries[1]),
            ("threads", 2, &entries[2]),
            ("processes", 2, &entries[3]),
        ]);
        for sample in &mut made_up.entries[3].samples {
            sample.throttled_ns = Some(5);
        }
        let comparison = workload(&study(), &made_up);
        let fastest = comparison.fastest.clone().unwrap();
        assert_eq!((fastest.entry, fastest.among, fastest.ties.len()), (2, 2, 0));
        let told = answer::headline(&made_up, &comparison).unwrap();
        assert!(told.starts_with("Fastest: threads, 2 workers"), "{told}");
        for part in ["chosen afterwards as the fastest of 2", "1 other is not judged"] {
            assert!(told.contains(part), "{part:?} is missing in {told}");
        }
    }

    /// Both share the baseline, whose noise makes both intervals wide; inside the blocks one is always
    /// slower. Another one is as fast now and then.
    #[test]
    fn ties_are_told_by_ratios_inside_the_blocks() {
        let noisy: Vec<u64> = [50, 20, 60, 25, 55, 30, 45, 40].map(|level| level * 1000).into();
        let slower: Vec<u64> = drifting(10).iter().map(|ns| ns + ns / 50).collect();
        let mixed: Vec<u64> = drifting(10)
            .iter()
            .zip([1, -1, 1, 1, -1, 1, -1, 1])
            .map(|(&ns, sign)| ns.saturating_add_signed(sign * (ns / 100) as i64))
            .collect();
        let fast = drifting(10);
        let (made_up, comparison) = compared(&[
            ("serial", 1, &noisy),
            ("threads", 1, &slower),
            ("threads", 2, &fast),
            ("processes", 2, &mixed),
        ]);
        let fastest = comparison.fastest.clone().unwrap();
        let low = |idx: usize| comparison.figures[idx].speed_up.unwrap().interval.unwrap();
        assert!(low(1).high > low(2).low, "the intervals over the baseline overlap");
        assert_eq!((fastest.entry, fastest.ties.as_slice()), (2, &[3][..]));
        let told = answer::headline(&made_up, &comparison).unwrap();
        assert!(told.contains("it cannot be told from processes, 2 workers"), "{told}");
    }

    /// The closest is surely slower than the serial code, but another one may be faster.
    #[test]
    fn nothing_is_faster_only_if_that_is_proven_of_all() {
        let unsure: Vec<u64> = [5, 40, 9, 30, 8, 60, 9, 55].map(|level| level * 1000).into();
        let (serial, near) = (drifting(10), drifting(11));
        let is_none_faster = |entries: &[(&str, u64, &[u64])]| {
            let (made_up, comparison) = compared(entries);
            let told = answer::headline(&made_up, &comparison).unwrap();
            let none = comparison.fastest.unwrap().none_is_faster;
            assert_eq!(told.starts_with("Nothing was faster"), none, "{told}");
            none
        };
        let all = [("serial", 1, &serial[..]), ("threads", 1, &near), ("processes", 1, &unsure)];
        assert!(is_none_faster(&all[..2]));
        assert!(!is_none_faster(&all));
    }
}
