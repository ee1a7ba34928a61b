//! Which algorithm suits: a sum of costs for each, and the smallest wins.
//!
//! What a window costs depends on the samples mostly through two numbers, the share of them that is inside, in all
//! columns and in each alone. A few windows over a few thousand samples tell them well enough, and each of these
//! windows has a cost of its own: the mean of costs is not the cost of the mean. With f the share that a leaf, a
//! cell or a block holds, on average
//!
//! ```text
//! brute_force   n · b d                                 every sample
//! sorted        two searches, or steps of two pointers
//! grid          a + b √(share / f)                      the border, four rows of cells
//! sweep         a + b · n / number of centers           every sample once for each width
//! kd_tree       (met − whole) / f · (a + b d)           the leaves that the border cuts
//! codes         n · (a + b · met · d)                   the blocks that a window meets, a byte a coordinate
//! ```
//!
//! where a window of side q meets a part of side p, both of a column's samples, with the chance q + p − q p in
//! each dimension. Samples on a line or in clusters are thick in few places: what the window holds of each column
//! alone tells how many samples are its neighbors in all columns, and the chance is meant among those
//! ([`Held::region`](super::shape::Held::region)). In front of it stands what preparing costs. Two things more are looked for, because they
//! change the factors: values that come back (a slab of equal values has no border, and a code of its own), and
//! samples on the very border (what decides in single precision cannot tell those).
//!
//! Times are nanoseconds on one core of a current server, fitted to some hundred jobs of every kind such that the
//! choice comes out best (`cargo run --release -p benches --example regret` says how well): only their ratios
//! matter, and those differ less between machines.

use super::Algorithm;
use super::shape::{self, SOME_WINDOWS, Shape};
use crate::query::Query;
use crate::samples::{Element, Run};

/// What was chosen, and why.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The algorithm.
    pub algorithm: &'static Algorithm,
    /// Why this one, in a sentence without an end.
    pub reason: String,
}

/// What preparing costs, and answering, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cost {
    pub(crate) build: f64,
    pub(crate) answer: f64,
}

impl Cost {
    fn sum(self) -> f64 {
        self.build + self.answer
    }
}

/// Below this many nanoseconds for a plain scan there is nothing to win.
const NOT_WORTH_IT: f64 = 50_000.0;
/// Samples that tell what windows hold.
const SOME_SAMPLES: usize = 4096;
const FEWEST_SAMPLES: usize = 256;
/// Share of a plain scan's time that the look at some samples may take.
const LOOK: f64 = 0.03;

/// The algorithm with the smallest sum of costs to build and to answer, among those made for these samples.
pub(crate) fn choose<T: Element>(run: &Run<'_, T>, query: &Query<'_>) -> Choice {
    let scan = super::scan();
    let mut shape = Shape::new(run, query);
    let plain = scan.cost(&shape).sum();
    if run.is_empty() || query.counts() == 0 {
        return Choice { algorithm: scan, reason: "there is nothing to count".into() };
    }
    if plain < NOT_WORTH_IT {
        let reason = format!("one scan of {} samples takes no time worth saving", run.len());
        return Choice { algorithm: scan, reason };
    }
    shape.repeating = shape::repeating(run);
    let suited = super::ALL.iter().filter(|one| one.checked(run.len(), run.d()).is_ok());
    let costs = suited.clone().map(|algorithm| (algorithm, algorithm.cost(&shape)));
    // If nothing pays with no sample inside, nothing does. Where values come back, scans may take longer.
    if shape.repeating == 0.0 && costs.clone().all(|(_, cost)| cost.sum() >= plain) {
        let windows = shape.windows();
        let reason = format!("for {windows} windows preparing anything costs more than it saves");
        return Choice { algorithm: scan, reason };
    }
    let looked = (LOOK * plain / (SOME_WINDOWS as f64 * shape.d)) as usize;
    shape::look(run, query, looked.clamp(FEWEST_SAMPLES, SOME_SAMPLES), &mut shape);
    let plain = scan.cost(&shape).sum();
    let costs = suited.map(|algorithm| (algorithm, algorithm.cost(&shape)));
    let best = costs.min_by(|a, b| a.1.sum().total_cmp(&b.1.sum()));
    let (algorithm, cost) = best.unwrap_or((scan, scan.cost(&shape)));
    Choice { algorithm, reason: reason(&shape, algorithm, cost, plain) }
}

fn reason(shape: &Shape, algorithm: &Algorithm, cost: Cost, plain: f64) -> String {
    let share = shape.share * 100.0;
    let windows = shape.windows();
    if algorithm.name() == super::scan().name() {
        return format!(
            "for {windows} windows with about {share:.2} % of the samples inside, preparing anything \
             costs more than it saves"
        );
    }
    let [build, answer, plain] = [cost.build, cost.answer, plain].map(|ns| ns / 1e6);
    format!(
        "for {windows} windows with about {share:.2} % of the samples inside, about {build:.1} ms to \
         prepare and {answer:.1} ms to answer, in place of {plain:.1} ms for plain scans"
    )
}

#[cfg(test)]
mod tests {
    use super::super::shape::tests::hashed;
    use super::*;
    use crate::query::Sizes;
    use crate::samples::Samples;
    use crate::width::Widths;

    /// Samples in the unit cube, without a pattern.
    fn chosen(n: usize, d: usize, m: usize, widths: &[f64]) -> Choice {
        let value = |i: usize, j: usize| hashed(i * 64 + j);
        let columns: Vec<Vec<f64>> =
            (0..d).map(|j| (0..n).map(|i| value(i, j)).collect()).collect();
        let samples = Samples::from_columns(&columns).unwrap();
        let centers: Vec<f64> = (0..m * d).map(|k| value(k / d * 31, k % d)).collect();
        let widths = Widths::new(widths).unwrap();
        let query = Query::new(&centers, d, Sizes::Shared(&widths)).unwrap();
        choose(&samples.all(), &query)
    }

    #[test]
    fn the_ladder_has_a_rung_for_every_kind_of_job() {
        let name = |n, d, m, widths: &[f64]| chosen(n, d, m, widths).algorithm.name();
        assert_eq!(name(100_000, 2, 1, &[0.1]), "brute_force");
        assert_eq!(name(100_000, 2, 1, &[0.1, 0.2, 0.3]), "brute_force");
        assert_eq!(name(100_000, 1, 10_000, &[0.1]), "sorted");
        assert_eq!(name(100_000, 2, 10_000, &[0.1]), "grid");
        assert_eq!(name(100_000, 2, 100_000, &[0.1]), "sweep");
        assert_eq!(name(100_000, 2, 10_000, &[0.1, 0.2, 0.3, 0.4]), "sweep");
        assert_eq!(name(100_000, 3, 100_000, &[0.05]), "kd_tree");
        assert_eq!(name(20_000, 32, 1_000, &[0.95]), "codes");
        assert_eq!(name(100, 2, 100, &[0.1]), "brute_force");
    }

    #[test]
    fn nothing_asked_or_nothing_there_is_no_reason_to_look() {
        for (n, m, widths) in [(100_000, 1000, &[][..]), (0, 1000, &[0.1, 0.2]), (0, 0, &[0.1])] {
            let choice = chosen(n, 2, m, widths);
            assert_eq!(choice.algorithm.name(), "brute_force");
            assert_eq!(choice.reason, "there is nothing to count");
        }
    }

    #[test]
    fn the_share_is_that_of_all_widths() {
        let reason = chosen(100_000, 1, 1000, &[0.02, 0.98]).reason;
        let share: f64 =
            reason.split("about ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        assert!((30.0..50.0).contains(&share), "{reason}");
    }

    #[test]
    fn reasons_say_what_was_seen_and_what_it_costs() {
        let reason = chosen(100_000, 2, 10_000, &[0.1]).reason;
        assert!(
            reason.contains("10000 windows") && reason.contains("% of the samples"),
            "{reason}"
        );
        assert!(reason.contains("ms to prepare"), "{reason}");
        let reason = chosen(100, 2, 100, &[0.1]).reason;
        assert!(reason.contains("no time worth saving"), "{reason}");
    }
}
