//! Which algorithm suits: a sum of costs for each, and the smallest wins.
//!
//! What a window costs depends on the samples mostly through one number, the share of them that is inside. A few
//! windows over a few thousand samples tell it well enough, and each of these windows has a cost of its own: the
//! mean of costs is not the cost of the mean. With f the share that a leaf, a cell or a block holds, on average
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
//! where a window of side q = share^(1/d) meets a part of side p = f^(1/d), both of a column's samples, with the
//! chance q + p − q p in each dimension. In front of it stands what preparing costs. Three things more are looked
//! for, because they change the factors: how fast the share grows with the width (samples on a line, in clusters),
//! values that come back (a slab of equal values has no border, and a code of its own), and samples on the very
//! border (what decides in single precision cannot tell those).
//!
//! Times are nanoseconds on one core of a current server, fitted to some hundred jobs of every kind such that the
//! choice comes out best (`cargo run --release -p benches --example regret` says how well): only their ratios
//! matter, and those differ less between machines.

use std::array;

use super::Algorithm;
use crate::counter::Counter;
use crate::query::Query;
use crate::samples::{Element, Run, Samples};
use crate::window::Reach;

/// What was chosen, and why.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The algorithm.
    pub algorithm: &'static Algorithm,
    /// Why this one, in a sentence without an end.
    pub reason: String,
}

/// What costs depend on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Shape {
    /// Samples.
    pub(crate) n: f64,
    /// Dimensions.
    pub(crate) d: f64,
    /// Centers.
    pub(crate) centers: f64,
    /// Windows around each.
    pub(crate) widths: f64,
    /// Windows that reach differently far: as many passes over samples and centers in order find all of them.
    pub(crate) passes: f64,
    /// Share of the samples that is inside a window, on average.
    pub(crate) share: f64,
    /// The shares of windows taken evenly.
    pub(crate) shares: [f64; SOME_WINDOWS],
    /// How fast the share grows with the width: as width^dimension. d or less; near 1 for samples along a
    /// line, 0 where clusters lie inside whole.
    pub(crate) dimension: f64,
    /// Share of the samples that lie on the very border of a window, as on a raster; 0 for values without a
    /// pattern.
    pub(crate) tied: f64,
    /// Columns in which values come back, so that there are few distinct ones.
    pub(crate) repeating: f64,
}

impl Shape {
    /// What is known without a look at the samples.
    pub(crate) fn new<T: Element>(run: &Run<'_, T>, query: &Query<'_>) -> Self {
        Self {
            n: run.len() as f64,
            d: run.d() as f64,
            centers: query.centers() as f64,
            widths: query.counts_per_center() as f64,
            passes: query.reaches().map_or(query.centers(), |reaches| reaches.len()) as f64,
            share: 0.0,
            shares: [0.0; SOME_WINDOWS],
            dimension: run.d() as f64,
            tied: 0.0,
            repeating: 0.0,
        }
    }

    /// The mean over windows of what depends on their shares.
    pub(crate) fn mean(&self, of: impl Fn(f64) -> f64) -> f64 {
        self.shares.iter().copied().map(of).sum::<f64>() / SOME_WINDOWS as f64
    }

    /// Whether every window holds everything.
    pub(crate) fn is_full(&self) -> bool {
        self.share >= 0.999
    }

    /// The share of columns in which values come back.
    pub(crate) fn repeated(&self) -> f64 {
        self.repeating / self.d
    }

    /// Share of the samples inside the widest window around a center, if widths are spread evenly.
    pub(crate) fn widest(&self) -> f64 {
        let wider = if self.widths > 1.0 { 1.0 + self.dimension } else { 1.0 };
        (self.share * wider).min(1.0)
    }

    /// Doublings of n beyond what stays in a cache while an index is built.
    pub(crate) fn far(&self) -> f64 {
        (self.n / 1e5).log2().max(0.0)
    }

    pub(crate) fn windows(&self) -> f64 {
        self.centers * self.widths
    }
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
/// Samples and windows that tell the share.
const SOME_SAMPLES: usize = 4096;
const FEWEST_SAMPLES: usize = 256;
const SOME_WINDOWS: usize = 16;
/// Share of a plain scan's time that the look at some samples may take.
const LOOK: f64 = 0.03;
/// A window that loses the samples on its border, and next to nobody else.
const HARDLY_NARROWER: f64 = 1.0 - 1.0 / (1 << 21) as f64;
/// Samples inside a window on average from which on their number tells how fast it grows.
const TELLING: f64 = 4.0;

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
    shape.repeating = repeating(run);
    let suited = super::ALL.iter().filter(|one| one.checked(run.len(), run.d()).is_ok());
    let costs = suited.clone().map(|algorithm| (algorithm, algorithm.cost(&shape)));
    // If nothing pays with no sample inside, nothing does. Where values come back, scans may take longer.
    if shape.repeating == 0.0 && costs.clone().all(|(_, cost)| cost.sum() >= plain) {
        let windows = shape.windows();
        let reason = format!("for {windows} windows preparing anything costs more than it saves");
        return Choice { algorithm: scan, reason };
    }
    let looked = (LOOK * plain / (SOME_WINDOWS as f64 * shape.d)) as usize;
    look(run, query, looked.clamp(FEWEST_SAMPLES, SOME_SAMPLES), &mut shape);
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

/// About which share of the samples is inside a window, how fast it grows, and which lies on borders: some
/// windows, windows half as wide and windows hardly narrower, over some samples.
pub(super) fn look<T: Element>(
    run: &Run<'_, T>,
    query: &Query<'_>,
    samples: usize,
    shape: &mut Shape,
) {
    // An odd stride, so that a period of the data is not met by chance.
    let stride = (run.len() / samples).max(1) | 1;
    let some = run.columns().iter().map(|column| column.iter().step_by(stride).copied().collect());
    let some: Vec<Vec<T>> = some.collect();
    let Ok(samples) = Samples::<T>::from_columns::<Vec<T>>(&some) else {
        return;
    };
    let counter = Counter::new(samples.all());
    let (mut inside, mut within_half, mut tied) = ([0; SOME_WINDOWS], 0, 0);
    let places = spread(query.centers(), query.counts_per_center());
    for (place, inside) in places.iter().zip(&mut inside) {
        let (center, reach) = query.window(*place);
        let count = |reach| counter.count_window((center, reach));
        *inside = count(reach);
        if let Reach::Cube(radius) = reach {
            within_half += count(Reach::Cube(radius / 2.0));
            tied += *inside - count(Reach::Cube(radius * HARDLY_NARROWER));
        }
    }
    let [each, all] = [samples.n() as f64, (samples.n() * SOME_WINDOWS) as f64];
    let sum = inside.iter().sum::<u64>() as f64;
    // What was not seen is assumed to be less than one, in all these windows together.
    let empty = inside.iter().filter(|&&inside| inside == 0).count().max(1) as f64;
    shape.shares = inside.map(|inside| (inside as f64).max(0.5 / empty) / each);
    shape.share = sum.max(0.5) / all;
    shape.tied = tied as f64 / all;
    if within_half > 0 && sum > TELLING * SOME_WINDOWS as f64 {
        shape.dimension = (sum / within_half as f64).log2().clamp(0.0, shape.d);
    }
}

/// Places of some windows, spread over all centers and all widths, which may be in order, and not over both
/// alike.
fn spread(centers: usize, widths: usize) -> [usize; SOME_WINDOWS] {
    let part = |k: usize, all: usize| (2 * k + 1) * all / (2 * SOME_WINDOWS);
    array::from_fn(|k| part(k, centers) * widths + part(k * 5 % SOME_WINDOWS, widths))
}

/// Number of columns in which values come back.
pub(super) fn repeating<T: Element>(run: &Run<'_, T>) -> f64 {
    run.columns().iter().filter(|column| repeats(column)).count() as f64
}

/// Whether among some values of a column one in five was there before.
fn repeats<T: Element>(column: &[T]) -> bool {
    /// Values that are looked at.
    const SOME: usize = 64;
    let stride = (column.len() / SOME).max(1) | 1;
    let mut values: Vec<f64> =
        column.iter().step_by(stride).take(SOME).map(|s| s.widen()).collect();
    values.sort_unstable_by(f64::total_cmp);
    let all = values.len();
    values.dedup();
    5 * values.len() <= 4 * all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Sizes;
    use crate::width::Widths;

    /// Samples in the unit cube, without a pattern.
    fn chosen(n: usize, d: usize, m: usize, widths: &[f64]) -> Choice {
        let value = |i: usize, j: usize| {
            let hashed = ((i * 64 + j) as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let hashed = (hashed ^ (hashed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            (hashed >> 11) as f64 / (1_u64 << 53) as f64
        };
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
