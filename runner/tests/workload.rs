//! Every preset is what it says: samples by checksum, counts by the oracle, and the same bits whatever
//! the number of workers.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use kernel::{Counter, Samples};
use runner::workload::{
    ALL, Checksum, Expected, Normal, Summary, Workload, oracle_widths, presets,
};

fn samples(name: &str) -> (&'static Workload, Samples<f64>) {
    let workload = Workload::by_name(name).unwrap();
    let samples = workload.generate().unwrap();
    (workload, samples)
}

/// The article's twelve counts and its benchmark's hundred, from the oracle alone.
#[test]
fn article_gives_the_articles_counts() {
    let (workload, samples) = samples("article");
    let twelve = presets::TWELVE.widths().unwrap();
    let counts = oracle_widths(&samples, workload.center, twelve.as_slice());
    assert_eq!(counts, presets::TWELVE_COUNTS);
    let hundred = workload.counts(&samples).unwrap();
    let expected = Summary { first: 1445, last: 2022, sum: 172_940 };
    assert_eq!((hundred.len(), Summary::of(&hundred)), (100, expected));
}

/// The checksum covers every bit of every sample: of the article's, NumPy's `tobytes()` hashes to it.
#[test]
fn presets_have_the_stored_checksums_and_shapes() {
    for workload in ALL {
        let samples = workload.samples().unwrap();
        assert_eq!((samples.n(), samples.d()), (workload.n, workload.d), "{}", workload.name);
        assert_eq!(samples.element(), workload.element.name(), "{}", workload.name);
        assert_eq!(Some(samples.checksum()), workload.checksum, "{}", workload.name);
    }
}

/// The whole count vector of large presets is judged by the oracle at the start of every study; here
/// its two ends and, through the kernel, the sum.
#[test]
fn presets_give_the_stored_counts() {
    for workload in ALL {
        let samples = workload.generate::<f64>().unwrap();
        let widths = workload.widths.widths().unwrap();
        let counts = Counter::new(samples.all()).count_widths(workload.center, &widths).unwrap();
        let found = Summary::of(&counts);
        assert_eq!(Expected::Known(found), workload.expected, "{}", workload.name);
        let ends = [widths.as_slice()[0], widths.as_slice()[widths.len() - 1]];
        let oracle = oracle_widths(&samples, workload.center, &ends);
        assert_eq!(oracle, [found.first, found.last], "{}", workload.name);
    }
}

/// Chunks are streams of their own: one worker and seven give the same, and a shorter sample is the
/// start of a longer one.
#[test]
fn samples_do_not_depend_on_the_workers() {
    let normal = Normal::new(&[1.0, 0.0], &[[2.0, 0.5], [0.5, 1.0]]).unwrap();
    let samples = |n, workers| normal.samples::<f64>(5, n, workers).unwrap();
    let checksum = Checksum::of(&samples(100_000, 1));
    for workers in [2, 3, 7, 50] {
        assert_eq!(Checksum::of(&samples(100_000, workers)), checksum, "{workers} workers");
    }
    assert_eq!(samples(20_000, 2).column(1), &samples(100_000, 2).column(1)[..20_000]);
}

/// Single precision is the double sample rounded, value by value.
#[test]
fn single_precision_is_the_rounded_double() {
    let (workload, double) = samples("article");
    let single = workload.generate::<f32>().unwrap();
    for j in 0..workload.d {
        let rounded: Vec<f32> = double.column(j).iter().map(|&value| value as f32).collect();
        assert_eq!(single.column(j), rounded, "column {j}");
    }
}
