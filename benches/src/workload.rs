//! The workloads that are measured, in tables, with the counts that must come out.
//!
//! The counts were established by the scalar oracle of `runner`, and `tests/workloads.rs` holds them
//! against an oracle of its own; nothing here comes from the code that is measured. Samples are those
//! of [`runner::workload::normal`]: standard normal, a function of (seed, n, d) alone, and the first
//! n of a larger set of the same d are the smaller set.
//!
//! One width is 1.1 at d = 2 and 2.5 at d = 8: both hold about one sample in six, so that a scalar
//! loop that leaves at the first coordinate outside meets comparable work. Next: [`crate::job`].

use std::cell::OnceCell;

use kernel::{Samples, Weights, Widths};
use runner::workload::{
    Expected as Known, Generator, Rounded, Stored, Summary, WidthRange, Workload,
};

use crate::case::Expected;
use crate::{plain, session};

/// Seed of all samples.
pub const SEED: u64 = 123;
/// Seed of the centers of [`CENTERS`].
pub const CENTERS_SEED: u64 = 124;
/// The origin, for as many dimensions as any workload has.
const ORIGIN: &[f64] = &[0.0; 64];

/// One window, and the sum of all coordinates for the roof beside it.
#[derive(Clone, Debug)]
pub struct Scan {
    /// Samples, center, the one width, and its count.
    pub workload: Workload,
    /// Sum of all coordinates, added up column by column with compensation.
    pub sum: f64,
}

/// One width, double precision: the scans that are held against the roof of the memory.
pub static SCANS: [Scan; 6] = [
    scan(10_000, 2, 1.1, 1_725, 126.835_136_436_290_98),
    scan(1_000_000, 2, 1.1, 174_469, -2_693.277_245_059_248),
    scan(16_000_000, 2, 1.1, 2_792_445, -11_121.832_544_138_75),
    scan(10_000, 8, 2.5, 1_516, 3.076_252_051_444_817),
    scan(1_000_000, 8, 2.5, 149_514, -2_303.172_058_777_079_7),
    scan(16_000_000, 8, 2.5, 2_393_896, -5_343.097_383_005_016),
];

/// The same window over single precision, for the d = 2 scans of the least and the most samples.
pub static SINGLES: [Workload; 2] = [
    normal("single", Stored::Single, 10_000, 2, one(1.1), same(1_725)),
    normal("single", Stored::Single, 16_000_000, 2, one(1.1), same(2_792_445)),
];

/// A hundred widths in one pass.
pub static WIDTHS: [Workload; 3] = [
    normal(
        "near",
        Stored::Double,
        10_000,
        2,
        NEAR,
        Summary { first: 1_463, last: 2_027, sum: 172_673 },
    ),
    normal(
        "near",
        Stored::Double,
        16_000_000,
        2,
        NEAR,
        Summary { first: 2_347_502, last: 3_263_126, sum: 279_689_022 },
    ),
    normal(
        "wide",
        Stored::Double,
        10_000,
        2,
        WIDE,
        Summary { first: 13, last: 7_494, sum: 333_067 },
    ),
];

/// The article's widths, which share one narrow ring around the center.
pub(crate) const NEAR: WidthRange = WidthRange { start: 1.0, stop: 1.2, count: 100 };
/// Widths from almost nothing to almost everything.
const WIDE: WidthRange = WidthRange { start: 0.1, stop: 3.0, count: 100 };

/// One width around each of many centers, themselves standard normal.
#[derive(Clone, Debug)]
pub struct Centers {
    /// The samples and the width. Its center and expected counts are not used.
    pub samples: Workload,
    /// Number of centers.
    pub m: usize,
    /// Digest of the counts, one for each center.
    pub expected: Summary,
}

/// Many centers.
pub static CENTERS: Centers = Centers {
    samples: Workload {
        expected: Known::Oracle,
        ..normal("centers", Stored::Double, 100_000, 2, one(0.5), same(0))
    },
    m: 1_000,
    expected: Summary { first: 2_371, last: 1_390, sum: 1_973_771 },
};

/// An algorithm of `kernel` on the samples that it is made for.
#[derive(Clone, Debug)]
pub struct Indexed {
    /// Its name.
    pub algorithm: &'static str,
    /// What it is asked.
    pub centers: Centers,
}

/// Every algorithm but the scan, in its regimes. The first three are one question to ever more samples.
pub static INDEXED: [Indexed; 14] = [
    indexed("grid", (100_000, 2, 0.35), 1_000, [1_171, 663, 972_978]),
    indexed("grid", (1_000_000, 2, 0.35), 1_000, [11_755, 6_637, 9_720_327]),
    indexed("grid", (10_000_000, 2, 0.35), 1_000, [117_692, 66_994, 97_238_362]),
    indexed("grid", (100_000, 2, 0.1), 1_000, [104, 63, 79_977]),
    indexed("grid", (1_000_000, 2, 1.1), 1_000, [110_644, 66_122, 91_722_517]),
    indexed("sorted", (1_000_000, 1, 0.23), 1_000, [74_715, 14_412, 64_757_793]),
    indexed("sweep", (100_000, 2, 0.5), 100_000, [2_371, 1_730, 196_424_504]),
    indexed("kd_tree", (1_000_000, 3, 0.47), 1_000, [3_835, 1_488, 2_236_168]),
    indexed("kd_tree", (1_000_000, 4, 0.6), 1_000, [1_638, 746, 780_561]),
    indexed("kd_tree", (1_000_000, 6, 0.84), 1_000, [320, 262, 155_993]),
    indexed("kd_tree", (1_000_000, 8, 1.06), 1_000, [41, 39, 48_136]),
    indexed("codes", (1_000_000, 8, 2.0), 1_000, [5_270, 4_722, 4_991_365]),
    indexed("codes", (100_000, 16, 2.5), 1_000, [161, 27, 49_730]),
    indexed("codes", (100_000, 64, 4.0), 1_000, [0, 9, 1_567]),
];

/// One window, for which codes are held against the plain scan.
pub static CODED: [Indexed; 1] =
    [indexed("codes", (10_000_000, 2, 1.1), 1, [1_108_306, 1_108_306, 1_108_306])];

/// All pairs of samples, or every sample as a center, for many widths.
#[derive(Clone, Debug)]
pub struct Every {
    /// The samples and the widths. Its center and expected counts are not used.
    pub samples: Workload,
    /// Digest of the counts.
    pub expected: Summary,
}

/// Sums over pairs; expected are the numbers of pairs within each of the widths.
pub static PAIRS: [Every; 2] = [
    every(2, SPREAD, [6_234, 53_859_060, 1_941_124_680]),
    every(3, SPREAD, [38, 28_235_648, 779_421_022]),
];

/// Every sample a center; expected are the counts of the first sample, then those of the next.
pub static AROUND: Every = every(2, TWENTY, [1, 17, 56_208_154]);

/// Distances from narrow to the widest that a criterion looks at.
const SPREAD: WidthRange = WidthRange { start: 0.01, stop: 1.0, count: 100 };
/// Widths whose windows hold from a few samples to some hundred.
const TWENTY: WidthRange = WidthRange { start: 0.02, stop: 0.5, count: 20 };

/// Samples with weights, see [`weight`]: the digest is that of the sums.
pub static WEIGHTED: [Indexed; 2] = [
    indexed("sorted", (100_000, 1, 0.23), 1_000, [33_630, 6_594, 29_098_389]),
    indexed("kd_tree", (100_000, 3, 0.47), 1_000, [1_774, 604, 1_004_086]),
];

/// The weight of sample i in [`WEIGHTED`]: 1 to 8 in turn.
pub fn weight(i: usize) -> u64 {
    (i % 8 + 1) as u64
}

impl Centers {
    /// The coordinates, center after center: `rows[c * d + j]`.
    ///
    /// # Panics
    /// If they cannot be generated, which the tests exclude.
    pub fn rows(&self) -> Vec<f64> {
        let workload = Workload { seed: CENTERS_SEED, n: self.m, ..self.samples.clone() };
        rows(&session::unpinned(|| workload.generate().expect("centers are standard normal")))
    }
}

impl Indexed {
    /// The same for few samples, if it has many coordinates, with the counts of the article's test: to see in a moment
    /// whether answers are right.
    #[must_use]
    pub fn small(&self) -> Self {
        /// Samples that are few.
        const FEW: usize = 20_000;
        /// Coordinates up to which the stored counts are asked for: 100,000 samples of three dimensions.
        const STORED: usize = 300_000;
        let mut small = self.clone();
        if self.centers.samples.n * self.centers.samples.d > STORED {
            small.centers.samples.n = FEW;
            let Centers { samples, .. } = &small.centers;
            let (stock, h) = (Stock::<f64>::new(samples), samples.widths.start);
            let columns: Vec<_> = (0..samples.d).map(|j| stock.samples().column(j)).collect();
            let rows = small.centers.rows();
            let centers = rows.chunks_exact(samples.d);
            let counts = centers.map(|center| plain::columns_by_quotient(&columns, center, h));
            small.centers.expected = Summary::of(&counts.collect::<Vec<_>>());
        }
        small
    }

    /// The middle of the path of its benchmarks: `d=2/n=100000/h=0.35/m=1000`.
    pub fn shape(&self) -> String {
        let Centers { samples, m, .. } = &self.centers;
        format!("{}/h={}/m={m}", shape(samples), samples.widths.start)
    }
}

/// `samples`, row after row, as NumPy and most programs hold them.
pub fn rows(samples: &Samples<f64>) -> Vec<f64> {
    (0..samples.n()).flat_map(|i| (0..samples.d()).map(move |j| samples.column(j)[i])).collect()
}

/// What the counts of `workload` must be.
///
/// # Panics
/// If nothing is stored for them.
pub fn expected_counts(workload: &Workload) -> Summary {
    match workload.expected {
        Known::Known(summary) => summary,
        Known::Oracle => panic!("workload '{}' has no stored counts", workload.name),
    }
}

/// What the count of the one width of `workload` must be.
///
/// # Panics
/// As [`expected_counts`].
pub fn expected_count(workload: &Workload) -> Expected {
    Expected::Count(expected_counts(workload).first)
}

impl Scan {
    /// The sum of all coordinates, up to what another order of additions can change. One sample
    /// left out moves it by about 1, far beyond that.
    pub fn expected_sum(&self) -> Expected {
        let Workload { n, d, .. } = self.workload;
        Expected::Sum { value: self.sum, tolerance: 1e-12 * (n * d) as f64 + 1e-9 }
    }
}

/// The widths of `workload`, prepared.
///
/// # Panics
/// If one is not above 0, which the tests exclude.
pub fn widths(workload: &Workload) -> Widths {
    workload.widths.widths().expect("the widths of the table are above 0")
}

/// The middle of the path of every benchmark of `workload`: `d=2/n=10000`.
pub fn shape(workload: &Workload) -> String {
    format!("d={}/n={}", workload.d, workload.n)
}

/// The samples of a workload: generated when first asked for, and dropped with this.
///
/// A benchmark that a filter leaves out must not cost a gigabyte.
#[derive(Debug)]
pub struct Stock<'w, T: Rounded> {
    /// What the samples belong to.
    pub workload: &'w Workload,
    samples: OnceCell<Samples<T>>,
}

impl<'w, T: Rounded> Stock<'w, T> {
    /// Nothing yet, but the promise of it.
    pub fn new(workload: &'w Workload) -> Self {
        Self { workload, samples: OnceCell::new() }
    }

    /// The samples.
    ///
    /// # Panics
    /// If memory is lacking.
    pub fn samples(&self) -> &Samples<T> {
        self.samples.get_or_init(|| {
            session::unpinned(|| match self.workload.generate() {
                Ok(samples) => samples,
                Err(error) => panic!("{}: {error}", shape(self.workload)),
            })
        })
    }
}

/// The weights of `n` samples, see [`weight`].
///
/// # Panics
/// If one is not finite, which the tests exclude.
pub fn weights(n: usize) -> Weights {
    let weights: Vec<f64> = (0..n).map(|i| weight(i) as f64).collect();
    Weights::new(&weights).expect("weights are integers")
}

const fn indexed(
    algorithm: &'static str,
    (n, d, h): (usize, usize, f64),
    m: usize,
    [first, last, sum]: [u64; 3],
) -> Indexed {
    let samples = Workload {
        expected: Known::Oracle,
        ..normal("indexed", Stored::Double, n, d, one(h), same(0))
    };
    Indexed { algorithm, centers: Centers { samples, m, expected: Summary { first, last, sum } } }
}

const fn every(d: usize, widths: WidthRange, [first, last, sum]: [u64; 3]) -> Every {
    let samples = Workload {
        expected: Known::Oracle,
        ..normal("every", Stored::Double, 20_000, d, widths, same(0))
    };
    Every { samples, expected: Summary { first, last, sum } }
}

pub(crate) const fn one(h: f64) -> WidthRange {
    WidthRange { start: h, stop: h, count: 1 }
}

pub(crate) const fn same(count: u64) -> Summary {
    Summary { first: count, last: count, sum: count }
}

const fn scan(n: usize, d: usize, h: f64, count: u64, sum: f64) -> Scan {
    Scan { workload: normal("scan", Stored::Double, n, d, one(h), same(count)), sum }
}

pub(crate) const fn normal(
    name: &'static str,
    element: Stored,
    n: usize,
    d: usize,
    widths: WidthRange,
    counts: Summary,
) -> Workload {
    Workload {
        name,
        title: "standard normal samples, windows around the origin",
        n,
        d,
        element,
        generator: Generator::StandardNormal,
        seed: SEED,
        center: ORIGIN.split_at(d).0,
        widths,
        expected: Known::Known(counts),
        checksum: None,
    }
}
