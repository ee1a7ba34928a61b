//! Every measured workload's expected answer, held against a scalar oracle that is written here.
//!
//! Apart from the benchmarks, because a benchmark holds the measured code against the table, and
//! somebody has to hold the table against the article's formula. Samples are generated as they are
//! for the benchmarks. Unoptimised, the sets of 16,000,000 samples take about two minutes to generate;
//! `cargo test` therefore checks those of up to [`MOST`] samples and names the rest, and
//! `cargo test --release` checks every stored answer.
//! Next: `benches::workload`.

use benches::workload::{
    AROUND, CENTERS, CODED, Centers, Every, INDEXED, PAIRS, SCANS, SINGLES, WEIGHTED, WIDTHS,
    expected_counts, weight,
};
use kernel::{Element, Samples};
use runner::workload::{Expected, Rounded, Summary, Workload};

/// Workloads of more samples than this are left to an optimised build.
const MOST: usize = if cfg!(debug_assertions) { 1_000_000 } else { usize::MAX };

/// Whether `workload` is checked by this build; if not, a line says so.
fn is_checked(workload: &Workload) -> bool {
    let Workload { name, d, n, .. } = workload;
    if *n > MOST {
        eprintln!("left to cargo test --release: {name} d={d} n={n}");
    }
    *n <= MOST
}

/// The article's test, in every coordinate of sample `i`.
fn is_inside(columns: &[Vec<f64>], i: usize, center: &[f64], h: f64) -> bool {
    center.iter().zip(columns).all(|(x, column)| ((x - column[i]) / h).abs() <= 0.5)
}

/// Samples inside each of the ascending `widths`.
///
/// A wider window holds whatever a narrower one holds, so each sample is entered at the first width
/// that holds it, found by halving, and counts for all further ones.
fn counts(columns: &[Vec<f64>], center: &[f64], widths: &[f64]) -> Vec<u64> {
    assert!(widths.is_sorted(), "widths ascend");
    let mut counts = vec![0; widths.len() + 1];
    for i in 0..columns[0].len() {
        counts[widths.partition_point(|&h| !is_inside(columns, i, center, h))] += 1;
    }
    let mut total = 0;
    counts[..widths.len()]
        .iter()
        .map(|count| {
            total += count;
            total
        })
        .collect()
}

/// All coordinates added up, with Neumaier's compensation.
fn sum(columns: &[Vec<f64>]) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0);
    for &value in columns.iter().flatten() {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() { (sum - next) + value } else { (value - next) + sum };
        sum = next;
    }
    sum + lost
}

fn columns<T: Element>(samples: &Samples<T>) -> Vec<Vec<f64>> {
    (0..samples.d())
        .map(|j| samples.column(j).iter().map(|value| value.widen()).collect())
        .collect()
}

/// The first `n` samples.
fn start(columns: &[Vec<f64>], n: usize) -> Vec<Vec<f64>> {
    columns.iter().map(|column| column[..n].to_vec()).collect()
}

/// One line for each workload whose stored counts are not those of the oracle.
fn mismatches(columns: &[Vec<f64>], workloads: &[&Workload]) -> Vec<String> {
    let mut lines = Vec::new();
    for workload in workloads {
        let columns = start(columns, workload.n);
        let widths = workload.widths.widths().expect("widths above 0");
        let found = Summary::of(&counts(&columns, workload.center, widths.as_slice()));
        if found != expected_counts(workload) {
            lines.push(format!("{} d={} n={}: {found:?}", workload.name, workload.d, workload.n));
        }
    }
    lines
}

/// The samples of the largest of `workloads`, which begin with those of all others.
fn largest<T: Rounded>(workloads: &[&Workload]) -> Vec<Vec<f64>> {
    let largest = workloads.iter().max_by_key(|workload| workload.n).expect("a workload");
    columns(&largest.generate::<T>().expect("samples"))
}

/// Scans and sets of widths of dimension `d`, and the sums of the scans.
fn check_double(d: usize) {
    let scans: Vec<_> =
        SCANS.iter().filter(|scan| scan.workload.d == d && is_checked(&scan.workload)).collect();
    let widths = WIDTHS.iter().filter(|workload| workload.d == d && is_checked(workload));
    let workloads: Vec<_> = scans.iter().map(|scan| &scan.workload).chain(widths).collect();
    let columns = largest::<f64>(&workloads);
    let mut wrong = mismatches(&columns, &workloads);
    for scan in scans {
        let found = sum(&start(&columns, scan.workload.n));
        if (found - scan.sum).abs() > 1e-6 {
            wrong.push(format!("d={d} n={}: sum {found:?}", scan.workload.n));
        }
    }
    assert!(wrong.is_empty(), "the oracle says:\n{}", wrong.join("\n"));
}

#[test]
fn plane_counts_and_sums_are_the_oracles() {
    check_double(2);
}

#[test]
fn eight_dimensional_counts_and_sums_are_the_oracles() {
    check_double(8);
}

#[test]
fn every_double_workload_belongs_to_a_test_above() {
    let all = SCANS.iter().map(|scan| &scan.workload).chain(&WIDTHS);
    assert!(all.into_iter().all(|workload| [2, 8].contains(&workload.d)));
}

#[test]
fn single_precision_counts_are_the_oracles() {
    let workloads: Vec<_> = SINGLES.iter().filter(|workload| is_checked(workload)).collect();
    let wrong = mismatches(&largest::<f32>(&workloads), &workloads);
    assert!(wrong.is_empty(), "the oracle says:\n{}", wrong.join("\n"));
}

/// The samples inside around `center`, by the article's test: those that its first coordinate leaves, then of these
/// those that the second leaves, and so on. Plain loops, because it is asked thousands of times with little optimization.
fn inside(columns: &[Vec<f64>], center: &[f64], h: f64) -> Vec<usize> {
    let mut inside = Vec::new();
    for (i, &value) in columns[0].iter().enumerate() {
        if ((center[0] - value) / h).abs() <= 0.5 {
            inside.push(i);
        }
    }
    for (x, column) in center.iter().zip(columns).skip(1) {
        inside.retain(|&i| ((x - column[i]) / h).abs() <= 0.5);
    }
    inside
}

/// One line if the stored counts of `centers` are not those of the oracle; counts are sums of `weight`.
fn mismatch(centers: &Centers, weight: fn(usize) -> u64) -> Option<String> {
    let Workload { n, d, widths, .. } = &centers.samples;
    let (columns, h) =
        (columns(&centers.samples.generate::<f64>().expect("samples")), widths.start);
    let rows = centers.rows();
    assert_eq!(rows.len(), centers.m * d);
    // Two halves, because this is most of the time that the tests take.
    let half = rows.len() / d / 2 * d;
    let count = |rows: &[f64]| -> Vec<u64> {
        let sum = |x: &[f64]| inside(&columns, x, h).into_iter().map(weight).sum::<u64>();
        rows.chunks_exact(*d).map(sum).collect()
    };
    let found = std::thread::scope(|scope| {
        let first = scope.spawn(|| count(&rows[..half]));
        let second = count(&rows[half..]);
        [first.join().expect("no panic"), second].concat()
    });
    let found = Summary::of(&found);
    (found != centers.expected).then(|| format!("d={d} n={n} h={h}: {found:?}"))
}

#[test]
fn counts_around_many_centers_are_the_oracles() {
    let all = INDEXED.iter().chain(&CODED).map(|indexed| &indexed.centers).chain([&CENTERS]);
    // Unoptimised, as many visits as one of the other tests makes.
    let is_quick = |centers: &&Centers| {
        is_checked(&Workload { n: centers.samples.n * centers.m / 100, ..centers.samples.clone() })
    };
    let wrong: Vec<String> =
        all.filter(is_quick).filter_map(|centers| mismatch(centers, |_| 1)).collect();
    assert!(wrong.is_empty(), "the oracle says:\n{}", wrong.join("\n"));
}

#[test]
fn sums_of_weights_are_the_oracles() {
    let all = WEIGHTED.iter().map(|indexed| &indexed.centers);
    let wrong: Vec<String> = all.filter_map(|centers| mismatch(centers, weight)).collect();
    assert!(wrong.is_empty(), "the oracle says:\n{}", wrong.join("\n"));
}

/// Gives `each` every pair of samples of which one of the ascending `limits` holds the largest difference, with the
/// first of those limits.
fn for_pairs(every: &Every, limits: &[f64], mut each: impl FnMut(usize, usize, usize)) {
    let columns = columns(&every.samples.generate::<f64>().expect("samples"));
    let widest = limits[limits.len() - 1];
    let mut distances = vec![0.0_f64; every.samples.n];
    for i in 0..every.samples.n {
        // To all samples before it; column by column in plain loops, as this is most of what is done here.
        let distances = &mut distances[..i];
        distances.fill(0.0);
        for column in &columns {
            for (distance, value) in distances.iter_mut().zip(column) {
                *distance = distance.max((column[i] - value).abs());
            }
        }
        for (k, distance) in distances.iter().enumerate() {
            if *distance <= widest {
                each(i, k, limits.partition_point(|limit| limit < distance));
            }
        }
    }
}

/// The sums of the first of `counts`, of the first two, and so on.
fn up_to(counts: &[u64]) -> impl Iterator<Item = u64> {
    counts.iter().scan(0, |total, count| {
        *total += count;
        Some(*total)
    })
}

#[test]
fn pairs_of_samples_are_the_oracles() {
    for every in &PAIRS {
        let widths = every.samples.widths.widths().expect("widths above 0");
        let mut pairs = vec![0; widths.as_slice().len()];
        for_pairs(every, widths.as_slice(), |_, _, first| pairs[first] += 1);
        let found: Vec<u64> = up_to(&pairs).collect();
        assert_eq!(Summary::of(&found), every.expected, "d={}", every.samples.d);
    }
}

#[test]
fn counts_around_every_sample_are_the_oracles() {
    let widths = AROUND.samples.widths.widths().expect("widths above 0");
    let radii: Vec<f64> = widths.as_slice().iter().map(|h| h / 2.0).collect();
    let mut others = vec![vec![0; radii.len()]; AROUND.samples.n];
    for_pairs(&AROUND, &radii, |i, k, first| {
        others[i][first] += 1;
        others[k][first] += 1;
    });
    let found: Vec<u64> =
        others.iter().flat_map(|others| up_to(others).map(|others| others + 1)).collect();
    assert_eq!(Summary::of(&found), AROUND.expected);
}

#[test]
fn the_articles_counts_are_the_oracles() {
    let workload = Workload::by_name("article").unwrap();
    assert_eq!(mismatches(&largest::<f64>(&[workload]), &[workload]), [""; 0]);
}

#[test]
fn an_oracle_that_knows_better_is_heard() {
    let small = &SCANS[0].workload;
    let stored = expected_counts(small);
    let wrong = Summary { sum: stored.sum + 1, ..stored };
    let workload = Workload { expected: Expected::Known(wrong), ..small.clone() };
    let lines = mismatches(&largest::<f64>(&[small]), &[&workload]);
    assert_eq!(lines, [format!("scan d=2 n=10000: {stored:?}")]);
}
