//! Tells fast cores from efficient ones.
//!
//! Separate because it is a judgement, not a reading. Intel's hybrid machines list their kinds, some of
//! them a third one that sits apart from the others' cache and needs least power; others
//! only rate their CPUs, and the ratings of equal cores differ, too: favoured cores by a bin of
//! frequency, clusters of three kinds by more than one step. Therefore CPUs are parted at the widest
//! gap between ratings, and only if that gap is wider than bins are.

use super::read::fact;
use super::{Cpu, Kind};
use crate::machine::Tree;

/// Neighbouring ratings that differ by a smaller factor belong to one kind. Bins of favoured cores
/// stay below 1.1; the efficient cores of hybrid machines are rated lower by 1.25 and more.
const GAP: f64 = 1.2;

/// Fills in the kind of every CPU, as far as it can be told.
pub(super) fn classify(tree: &Tree, cpus: &mut [Cpu]) {
    let list = |device: &str| tree.cpu_list(&format!("sys/devices/{device}/cpus"));
    if let (Some(fast), Some(mut efficient)) = (list("cpu_core"), list("cpu_atom")) {
        efficient.extend(list("cpu_lowpower").into_iter().flatten());
        for cpu in cpus {
            cpu.kind = match (fast.contains(&cpu.id), efficient.contains(&cpu.id)) {
                (true, false) => Kind::Performance,
                (false, true) => Kind::Efficiency,
                _ => Kind::Unknown,
            };
        }
        return;
    }
    let capacity: Vec<_> = cpus.iter().map(|cpu| cpu.capacity).collect();
    let perf: Vec<_> =
        cpus.iter().map(|cpu| fact(tree, cpu.id, "acpi_cppc/highest_perf")).collect();
    let frequency: Vec<_> = cpus.iter().map(|cpu| cpu.max_mhz).collect();
    let Some((ratings, limit)) = [capacity, perf, frequency].into_iter().find_map(parted) else {
        return;
    };
    for (cpu, rating) in cpus.iter_mut().zip(ratings) {
        cpu.kind = if rating >= limit { Kind::Performance } else { Kind::Efficiency };
    }
}

/// The ratings, and the least of the upper class; `None` if one is unknown or there is one class.
fn parted(ratings: Vec<Option<u32>>) -> Option<(Vec<u32>, u32)> {
    let ratings: Vec<u32> = ratings.into_iter().collect::<Option<_>>()?;
    let mut steps = ratings.clone();
    steps.sort_unstable();
    steps.dedup();
    let factor = |pair: &[u32]| f64::from(pair[1]) / f64::from(pair[0].max(1));
    let widest = steps.windows(2).max_by(|a, b| factor(a).total_cmp(&factor(b)))?;
    (factor(widest) >= GAP).then(|| (ratings, widest[1]))
}

#[cfg(test)]
mod tests {
    use super::parted;

    fn limit(ratings: &[u32]) -> Option<u32> {
        parted(ratings.iter().copied().map(Some).collect()).map(|(_, limit)| limit)
    }

    #[test]
    fn bins_of_favoured_cores_are_no_kind() {
        assert_eq!(limit(&[5_700, 5_700, 5_500, 5_500]), None);
        assert_eq!(limit(&[166, 161, 156, 151, 146, 141, 136, 131]), None, "a bin each");
        assert_eq!(limit(&[1024, 1024]), None);
        assert_eq!(limit(&[]), None);
    }

    #[test]
    fn cpus_are_parted_at_the_widest_gap() {
        assert_eq!(limit(&[446, 446, 1024, 1024]), Some(1024));
        assert_eq!(limit(&[250, 250, 870, 1024]), Some(870), "three kinds become two");
        assert_eq!(limit(&[5_200, 5_000, 3_900]), Some(5_000));
        assert_eq!(limit(&[0, 1024]), Some(1024), "a rating of 0 divides nothing");
    }

    #[test]
    fn one_unknown_rating_leaves_all_unknown() {
        assert_eq!(parted(vec![Some(446), None, Some(1024)]), None);
    }
}
