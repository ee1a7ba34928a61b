//! Which algorithm suits: a sum of costs for each, and the smallest wins.
//!
//! What a window costs depends on the samples through one number, the share of them that is inside. A few
//! windows over a few thousand samples tell it well enough. Then, per window, with f the share that a leaf
//! or a cell holds and q = (share / f)^(1/d), the window's side in leaves:
//!
//! ```text
//! brute_force   n · (a + b d)                           every sample
//! sorted        two searches
//! grid          a + b q                                 the border, four rows of q cells
//! kd_tree       ((q + 1)^d − (q − 1)^d) · (a + b d)     the leaves that the border cuts
//! codes         n · (a + b · dimensions looked at)      every sample, an eighth of the bytes
//! ```
//!
//! and in front of it what preparing costs. Samples in clusters or on a line are not what these formulas
//! are made of; they change the factors more than the order. Times are nanoseconds on one core of a current
//! server, rounded: only their ratios matter, and those differ less between machines.

use super::Algorithm;
use crate::counter::Counter;
use crate::query::Query;
use crate::samples::{Element, Run, Samples};

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
    /// Share of the samples that is inside a window.
    pub(crate) share: f64,
}

impl Shape {
    pub(crate) fn windows(&self) -> f64 {
        self.centers * self.widths
    }

    /// Side of a window in parts that hold `samples` each.
    pub(crate) fn side(&self, samples: f64) -> f64 {
        (self.share * self.n / samples).powf(1.0 / self.d)
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
const SOME_WINDOWS: usize = 16;

/// The algorithm with the smallest sum of costs to build and to answer, among those made for these samples.
pub(crate) fn choose<T: Element>(run: &Run<'_, T>, query: &Query<'_>) -> Choice {
    let scan = super::scan();
    let mut shape = Shape {
        n: run.len() as f64,
        d: run.d() as f64,
        centers: query.centers() as f64,
        widths: query.counts_per_center() as f64,
        share: 0.0,
    };
    let plain = scan.cost(&shape).sum();
    if plain < NOT_WORTH_IT {
        let reason = format!("one scan of {} samples takes no time worth saving", run.len());
        return Choice { algorithm: scan, reason };
    }
    shape.share = share(run, query);
    let suited = super::ALL.iter().filter(|one| one.checked(run.len(), run.d()).is_ok());
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

/// About which share of the samples is inside a window: some windows over some samples.
fn share<T: Element>(run: &Run<'_, T>, query: &Query<'_>) -> f64 {
    let stride = run.len().div_ceil(SOME_SAMPLES).max(1);
    let some = run.columns().iter().map(|column| column.iter().step_by(stride).copied().collect());
    let Ok(samples) = Samples::<T>::from_columns::<Vec<T>>(&some.collect::<Vec<_>>()) else {
        return 0.0;
    };
    let counter = Counter::new(samples.all());
    let (windows, some) = (query.counts(), query.counts().min(SOME_WINDOWS));
    let (mut inside, mut looked) = (0, 0);
    for k in 0..some {
        // Spread over all windows: the centers may be in order, and the widths are.
        let place = (2 * k + 1) * windows / (2 * some);
        inside += counter.count_window(query.window(place));
        looked += samples.n();
    }
    // What was not seen is assumed to be less than one.
    (inside as f64).max(0.5) / (looked as f64).max(1.0)
}

/// Costs of the algorithms, one after the other.
pub(crate) mod cost {
    use super::{Cost, Shape};

    /// Many widths around a center are one pass; one width over many centers is tested in singles.
    pub(crate) fn brute_force(shape: &Shape) -> Cost {
        let Shape { n, d, centers, widths, share } = *shape;
        let visit = match (centers > 7.0, widths > 1.0) {
            (true, false) => 0.02 + 0.035 * d,
            (_, true) => 0.15 + 0.11 * d + share,
            (false, false) => 0.12 + 0.22 * d,
        };
        Cost { build: 0.0, answer: centers * n * visit }
    }

    pub(crate) fn sorted(shape: &Shape) -> Cost {
        Cost { build: 60.0 * shape.n, answer: shape.windows() * 100.0 }
    }

    pub(crate) fn grid(shape: &Shape) -> Cost {
        let border = 90.0 + 12.0 * shape.side(4.0);
        Cost { build: 60.0 * shape.n, answer: shape.windows() * border }
    }

    pub(crate) fn kd_tree(shape: &Shape) -> Cost {
        let Shape { n, d, .. } = *shape;
        let side = shape.side(48.0);
        let border = (side + 1.0).powf(d) - (side - 1.0).max(0.0).powf(d);
        let leaves = border.min(n / 48.0);
        let build = n * (40.0 + 12.0 * (n / 48.0).max(2.0).log2() + 20.0 * d);
        Cost { build, answer: shape.windows() * (100.0 + leaves * (25.0 + 9.0 * d)) }
    }

    pub(crate) fn codes(shape: &Shape) -> Cost {
        let Shape { n, d, share, .. } = *shape;
        // Dimensions that are looked at before a block of 64 samples is empty.
        let side = share.powf(1.0 / d).clamp(0.01, 0.99);
        let looked = (64.0_f64.ln() / -side.ln()).clamp(1.0, d);
        let doubtful = share * d * 2.0 / (256.0 * side);
        Cost { build: n * d * 14.0, answer: shape.windows() * n * (0.02 + 0.01 * looked + 8.0 * doubtful) }
    }
}
