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
//! ([`Held::region`]). In front of it stands what preparing costs. Two things more are looked for, because they
//! change the factors: values that come back (a slab of equal values has no border, and a code of its own), and
//! samples on the very border (what decides in single precision cannot tell those).
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
    /// Windows taken evenly.
    pub(crate) some: [Held; SOME_WINDOWS],
    /// The widest windows around their centers.
    pub(crate) widest: [Held; SOME_WINDOWS],
    /// Share of the samples that lie on the very border of a window, as on a raster; 0 for values without a
    /// pattern.
    pub(crate) tied: f64,
    /// Columns in which values come back, so that there are few distinct ones.
    pub(crate) repeating: f64,
}

/// What a window holds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Held {
    /// Share of the samples inside.
    pub(crate) share: f64,
    /// The side, where a column is 1: the geometric mean over columns of the share inside in that column.
    pub(crate) side: f64,
}

impl Held {
    /// Whether everything.
    pub(crate) fn is_all(self) -> bool {
        self.share >= ALL_BUT_NONE
    }

    /// The region that the window lies in, and the window's side where a column of the region is 1.
    ///
    /// Samples of a region are neighbors in every column: a cluster, a piece of a line, or all samples. In it
    /// columns are taken for independent, so with R for its share and r for the side in it
    ///
    /// ```text
    /// share = R r^d,  side = R r,  so  r = (share / side)^(1/(d − 1)),  R = side / r
    /// ```
    ///
    /// A share that was seen larger than the side is an error of counting few; one less than side^d, which would
    /// make R larger than 1, as in the middle of a ring, is taken for all samples.
    pub(crate) fn region(self, d: f64) -> Region {
        let side = self.side.max(self.share);
        if side <= 0.0 {
            return Region { share: 1.0, side };
        }
        let within =
            if d > 1.0 { (self.share / side).powf(1.0 / (d - 1.0)).max(side) } else { side };
        Region { share: side / within, side: within }
    }
}

/// Samples that are neighbors in every column, and a window among them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Region {
    /// Share of all samples.
    pub(crate) share: f64,
    /// The window's side, where a column of the region is 1.
    pub(crate) side: f64,
}

impl Region {
    /// Shares of the region's parts that the window meets, and that its border cuts, if parts have this
    /// thickness in so many columns, and hold all others whole.
    pub(crate) fn met_and_cut(self, thickness: f64, columns: f64) -> [f64; 2] {
        let met = (self.side + thickness - self.side * thickness).powf(columns);
        let whole = (self.side - thickness).max(0.0).powf(columns);
        [met, met - whole]
    }
}

/// The mean of what depends on what a window holds.
fn mean(held: &[Held], of: impl Fn(Held) -> f64) -> f64 {
    held.iter().copied().map(of).sum::<f64>() / held.len() as f64
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
            some: [Held::default(); SOME_WINDOWS],
            widest: [Held::default(); SOME_WINDOWS],
            tied: 0.0,
            repeating: 0.0,
        }
    }

    /// The mean over windows of what depends on what they hold.
    pub(crate) fn mean(&self, of: impl Fn(Held) -> f64) -> f64 {
        mean(&self.some, of)
    }

    /// The mean over the widest windows.
    pub(crate) fn mean_of_widest(&self, of: impl Fn(Held) -> f64) -> f64 {
        mean(&self.widest, of)
    }

    /// Whether every window holds everything.
    pub(crate) fn is_full(&self) -> bool {
        self.share >= ALL_BUT_NONE
    }

    /// The share of columns in which values come back.
    pub(crate) fn repeated(&self) -> f64 {
        self.repeating / self.d
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
/// The share from which on a window holds everything.
const ALL_BUT_NONE: f64 = 0.999;
/// Of so many samples one is looked at column by column.
const EACH_ALONE: usize = 8;
/// Share of a plain scan's time that the look at some samples may take.
const LOOK: f64 = 0.03;
/// A window that loses the samples on its border, and next to nobody else.
const HARDLY_NARROWER: f64 = 1.0 - 1.0 / (1 << 21) as f64;

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

/// About which share of the samples is inside a window, in all columns and in each, and which lies on borders:
/// some windows, the widest around their centers and windows hardly narrower, over some samples.
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
    let fewer = |column: &Vec<T>| column.iter().step_by(EACH_ALONE).map(|s| s.widen()).collect();
    let few: Vec<Vec<f64>> = some.iter().map(fewer).collect();
    let counter = Counter::new(samples.all());
    let held = |(center, reach): (&[f64], Reach<'_>)| Held {
        share: counter.count_window((center, reach)) as f64,
        side: side(&few, center, reach),
    };
    let widest = query.widest();
    let places = spread(query.centers(), query.counts_per_center());
    let mut tied = 0.0;
    for (k, place) in places.into_iter().enumerate() {
        let (center, reach) = query.window(place);
        shape.some[k] = held((center, reach));
        shape.widest[k] = widest.map_or(shape.some[k], |reach| held((center, reach)));
        if let Reach::Cube(radius) = reach {
            let narrower = Reach::Cube(radius * HARDLY_NARROWER);
            tied += shape.some[k].share - counter.count_window((center, narrower)) as f64;
        }
    }
    let [each, all] = [samples.n() as f64, (samples.n() * SOME_WINDOWS) as f64];
    let sum = shape.some.iter().map(|held| held.share).sum::<f64>();
    // What was not seen is assumed to be less than one, in all these windows together.
    let empty = shape.some.iter().filter(|held| held.share == 0.0).count().max(1) as f64;
    for held in shape.some.iter_mut().chain(&mut shape.widest) {
        held.share = held.share.max(0.5 / empty) / each;
    }
    shape.share = sum.max(0.5) / all;
    shape.tied = tied / all;
}

/// The geometric mean over columns of the share of values inside.
fn side(columns: &[Vec<f64>], center: &[f64], reach: Reach<'_>) -> f64 {
    let logarithms = columns.iter().zip(center).enumerate().map(|(j, (values, x))| {
        let radius = reach.radius(j);
        let inside: f64 = values.iter().map(|s| f64::from(u8::from((s - x).abs() <= radius))).sum();
        (inside.max(0.5) / values.len() as f64).ln()
    });
    (logarithms.sum::<f64>() / columns.len() as f64).exp()
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

    /// From 0 to 1, without a pattern.
    fn hashed(k: usize) -> f64 {
        let hashed = (k as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let hashed = (hashed ^ (hashed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (hashed >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Samples in the unit cube.
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
    fn regions_are_told_from_sides() {
        let close = |a: f64, b: f64| (a - b).abs() < 1e-12;
        // Independent columns, a cluster of a twentieth, one column, and everything.
        for (region, side, d) in
            [(1.0, 0.3, 4.0), (0.05, 0.5, 8.0), (1.0, 0.2, 1.0), (1.0, 1.0, 3.0)]
        {
            let held = Held { share: region * f64::powf(side, d), side: region * side };
            let found = held.region(d);
            assert!(close(found.share, region) && close(found.side, side), "{found:?}");
        }
        assert_eq!(Held::default().region(3.0), Region { share: 1.0, side: 0.0 });
    }

    #[test]
    fn clusters_are_seen_as_regions() {
        // Ten cubes on the diagonal.
        let cube = |i: usize| (hashed(i * 64 + 9) * 10.0).floor();
        let rows: Vec<f64> =
            (0..80_000).map(|k| cube(k / 4) + 0.01 * hashed(k / 4 * 64 + k % 4)).collect();
        let samples = Samples::from_rows(&rows, 4).unwrap();
        let centers = &rows[..4 * 1600];
        let widths = Widths::new(&[0.008]).unwrap();
        let query = Query::new(centers, 4, Sizes::Shared(&widths)).unwrap();
        let mut shape = Shape::new(&samples.all(), &query);
        look(&samples.all(), &query, 4096, &mut shape);
        let region = shape.mean(|held| held.region(4.0).share);
        assert!((0.07..0.14).contains(&region), "{region}");
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
