//! What criterion 0.5 to 0.8 really wrote is read right: names, work, samples, and the medians and
//! intervals computed anew.
//!
//! `tests/data/criterion/README.md` says how the files were made.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files must stop")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use bench_report::{
    model::{Benchmark, Benchmarks, Estimate, Interval, Sampling, Timing, Unit},
    source::criterion::{self, Files, LATEST},
    statistics::{independent::median_interval, median_with_interval},
};

const VERSIONS: [&str; 4] = ["0.5", "0.6", "0.7", "0.8"];

fn recorded(version: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/criterion").join(version)
}

/// All of a baseline, which must be readable without a complaint.
#[track_caller]
fn read(version: &str, baseline: &str) -> Benchmarks {
    let (benchmarks, unread) = criterion::read(&recorded(version), Some(baseline)).unwrap();
    assert_eq!(unread, []);
    benchmarks
}

/// Every recorded benchmark of every version and baseline.
fn all() -> Vec<(String, Benchmark)> {
    let mut all = Vec::new();
    for version in VERSIONS {
        for baseline in criterion::baselines(&recorded(version)).unwrap() {
            let place = |id: &str| format!("{version} {baseline} {id}");
            let read = read(version, &baseline).benchmarks;
            all.extend(read.into_iter().map(|one| (place(&one.id), one)));
        }
    }
    all
}

#[test]
fn names_come_back_with_everything_that_directories_cannot_hold() {
    let group = "a/group of Großes, 数 and <script>alert(1)</script>";
    let long = "long ".repeat(60);
    for version in VERSIONS {
        let read = read(version, LATEST);
        assert_eq!((read.origin.as_str(), read.baseline.as_str()), (version, "new"));
        assert!(read.benchmarks.is_sorted_by(|a, b| a.id < b.id));
        let named = |function: Option<&str>, value: Option<&str>| {
            let is_it = |one: &&Benchmark| {
                (one.group.as_str(), one.function.as_deref(), one.value.as_deref())
                    == (group, function, value)
            };
            read.benchmarks.iter().find(is_it).unwrap().id.clone()
        };
        assert_eq!(named(Some("fn"), Some("n = 10/3")), format!("{group}/fn/n = 10/3"));
        assert_eq!(named(None, Some("64")), format!("{group}/64"));
        let quoted = "a/function\\with \"quotes\"";
        assert_eq!(named(Some(quoted), None), format!("{group}/{quoted}"));
        assert_eq!(named(Some(&long), None), format!("{group}/{long}"));
        let alone = read.benchmarks.iter().find(|one| one.id == "alone").unwrap();
        assert_eq!((alone.group.as_str(), &alone.function, &alone.value), ("alone", &None, &None));
    }
}

#[test]
fn every_kind_of_throughput_is_known() {
    for (version, kinds) in VERSIONS.into_iter().zip([3, 3, 4, 5]) {
        let read = read(version, LATEST);
        let work = |name: &str| -> Vec<(Unit, f64)> {
            let id = format!("throughput/{name}");
            let one = read.benchmarks.iter().find(|one| one.id == id).unwrap();
            one.throughput.iter().map(|work| (work.unit.clone(), work.per_iteration)).collect()
        };
        assert_eq!(work("elements"), [(Unit::Elements, 1000.0)]);
        assert_eq!(work("bytes"), [(Unit::Bytes, 8000.0)]);
        assert_eq!(work("decimal bytes"), [(Unit::BytesDecimal, 8000.0)]);
        if kinds > 3 {
            assert_eq!(work("bits"), [(Unit::Bits, 64_000.0)]);
        }
        if kinds > 4 {
            assert_eq!(work("both"), [(Unit::Bytes, 8000.0), (Unit::Elements, 1000.0)]);
        }
        let with_work = read.benchmarks.iter().filter(|one| !one.throughput.is_empty());
        assert_eq!(with_work.count(), kinds, "{version}");
    }
}

#[test]
fn sampling_modes_differ_in_slope_and_in_how_iterations_grow() {
    for version in VERSIONS {
        let read = read(version, LATEST);
        let one = |id: &str| read.benchmarks.iter().find(|one| one.id == id).unwrap();
        let (flat, linear) = (one("sampling/flat"), one("sampling/linear"));
        assert_eq!((flat.sampling, linear.sampling), (Sampling::Flat, Sampling::Linear));
        assert!(flat.reported.slope.is_none() && linear.reported.slope.is_some(), "{version}");
        let iterations = |one: &Benchmark| -> Vec<f64> {
            one.samples.iter().map(|sample| sample.iterations).collect()
        };
        let mut of_flat = iterations(flat);
        of_flat.dedup();
        assert_eq!(of_flat.len(), 1, "all alike");
        assert!(iterations(linear).is_sorted_by(|a, b| a < b));
        assert_eq!((flat.samples.len(), linear.samples.len()), (10, 10));
        assert_eq!(one("sampling/odd number of samples").samples.len(), 31);
    }
}

/// criterion copies `new` to the directory that is the path of the benchmark joined with the name.
#[test]
fn a_slash_in_the_name_of_a_baseline_is_part_of_it() {
    let root = tempfile::tempdir().unwrap();
    let of_benchmark = recorded("0.8").join("alone");
    for (from, to) in [("new", "new"), ("new", "a/x"), ("base", "b/x"), ("hundred", "x")] {
        let place = root.path().join("alone").join(to);
        fs::create_dir_all(&place).unwrap();
        for file in ["benchmark.json", "sample.json"] {
            fs::copy(of_benchmark.join(from).join(file), place.join(file)).unwrap();
        }
    }
    assert_eq!(criterion::baselines(root.path()).unwrap(), ["a/x", "b/x", "new", "x"]);
    for (name, copied) in [("a/x", "new"), ("b/x", "base"), ("x", "hundred"), ("new", "new")] {
        let (found, unread) = criterion::read(root.path(), Some(name)).unwrap();
        assert_eq!((found.baseline.as_str(), unread), (name, Vec::new()));
        assert_eq!(found.benchmarks.len(), 1);
        let (told, _) = criterion::read(&of_benchmark, Some(copied)).unwrap();
        assert_eq!(found.benchmarks[0].samples, told.benchmarks[0].samples, "{name}");
    }
    let reason = criterion::read(root.path(), Some("c/x")).unwrap_err().reason();
    assert_eq!(reason, "holds no baseline \"c/x\", but a/x, b/x, new, x");
}

#[test]
fn baselines_with_odd_names_are_found_and_read() {
    for version in VERSIONS {
        let names = criterion::baselines(&recorded(version)).unwrap();
        assert_eq!(names, ["a b", "base", "hundred", "new", "v1.2", "ä"], "{version}");
        for name in ["a b", "v1.2", "ä"] {
            let read = read(version, name);
            assert_eq!(read.baseline, name);
            let ids: Vec<&str> = read.benchmarks.iter().map(|one| one.id.as_str()).collect();
            assert_eq!(ids, ["throughput/bytes", "throughput/elements"], "{version} {name}");
        }
        let error = criterion::read(&recorded(version), Some("v1")).unwrap_err();
        assert!(error.is_bad_input());
        let reason = error.reason();
        assert_eq!(reason, "holds no baseline \"v1\", but a b, base, hundred, new, v1.2, ä");
    }
}

#[test]
fn the_median_is_criterions_and_lies_in_its_interval() {
    let all = all();
    assert_eq!(all.len(), 79, "all that was recorded");
    for (place, one) in all {
        let ours = median_with_interval(&one.iteration_ns());
        let theirs = one.reported.median.unwrap();
        let difference = (ours.value / theirs.value - 1.0).abs();
        assert!(difference < 1e-9, "{place}: {difference}");
        assert!(theirs.interval.unwrap().contains(ours.value), "{place}");
        assert!(ours.interval.unwrap().contains(theirs.value), "{place}");
    }
}

/// criterion reads its interval off 100,000 random resamples, we off all of them. The share of
/// resamples below a quantile of 100,000 has a standard error of √(0.025 · 0.975 / 100,000) =
/// 0.05 %. So each of its ends lies between our exact quantiles at 2.5 % ± 0.3 % (six standard
/// errors, for 158 ends). An error in the law of the medians, or a tail at another place, shows.
#[test]
fn criterions_interval_is_ours_but_for_its_random_draws() {
    for (place, one) in all() {
        let times = one.iteration_ns();
        let wide = median_interval(&times, 0.022).unwrap();
        let narrow = median_interval(&times, 0.028).unwrap();
        let theirs = one.reported.median.unwrap().interval.unwrap();
        let rounding = 1e-9 * theirs.high;
        for (outer, end, inner) in
            [(wide.low, theirs.low, narrow.low), (-wide.high, -theirs.high, -narrow.high)]
        {
            assert!(outer - rounding <= end && end <= inner + rounding, "{place}: {outer} {end}");
        }
    }
}

/// In spite of the random draws, both ends of all recorded intervals agree to 0.1 %.
#[test]
fn the_ends_of_every_interval_agree_to_a_thousandth() {
    for (place, one) in all() {
        let ours = median_with_interval(&one.iteration_ns()).interval.unwrap();
        let theirs = one.reported.median.unwrap().interval.unwrap();
        for (a, b) in [(ours.low, theirs.low), (ours.high, theirs.high)] {
            assert!((a / b - 1.0).abs() < 1e-3, "{place}: {a} and {b}");
        }
    }
}

/// Shapes of early versions: names with capitals, a bare pair of lists, no whole name.
#[test]
fn early_shapes_are_understood() {
    let files = Files {
        benchmark: br#"{"group_id":"g","function_id":"f","value_str":"v","throughput":null}"#,
        sample: b" [[1.0, 2.0], [10.0, 30.0]]",
        estimates: Some(
            br#"{"Mean":{"confidence_interval":{"confidence_level":0.95,"lower_bound":1.0,
            "upper_bound":3.0},"point_estimate":2.0,"standard_error":0.1},"StdDev":{},
            "Median":{"point_estimate":2.5}}"#,
        ),
    };
    let read = criterion::parse(&files).unwrap();
    assert_eq!((read.id.as_str(), read.sampling), ("g/f/v", Sampling::Unknown));
    let timing = |iterations, total_ns| Timing { iterations, total_ns };
    assert_eq!(read.samples, [timing(1.0, 10.0), timing(2.0, 30.0)]);
    assert_eq!(read.iteration_ns(), [10.0, 15.0]);
    let interval = Some(Interval { low: 1.0, high: 3.0 });
    assert_eq!(read.reported.mean, Some(Estimate { value: 2.0, interval }));
    assert_eq!(read.reported.median, Some(Estimate { value: 2.5, interval: None }));
    assert_eq!(read.reported.slope, None);
}

#[test]
fn kinds_of_throughput_to_come_keep_their_names() {
    let work = |throughput: &str| {
        let benchmark = format!("{{\"group_id\":\"g\",\"throughput\":{throughput},\"new\":[1]}}");
        let sample = br#"{"sampling_mode":"Golden","iters":[1],"times":[1],"new":{}}"#;
        let files = Files { benchmark: benchmark.as_bytes(), sample, estimates: None };
        let read = criterion::parse(&files).unwrap();
        assert_eq!(read.sampling, Sampling::Unknown);
        read.throughput.into_iter().map(|one| (one.unit, one.per_iteration)).collect::<Vec<_>>()
    };
    let other = |name: &str| Unit::Other(name.into());
    assert_eq!(work(r#"{"Flops":7}"#), [(other("Flops"), 7.0)]);
    assert_eq!(
        work(r#"{"Pair":{"bits":1,"flops":2}}"#),
        [(Unit::Bits, 1.0), (other("flops"), 2.0)]
    );
    assert_eq!(
        work(r#"[{"Bytes":1},{"Elements":2}]"#),
        [(Unit::Bytes, 1.0), (Unit::Elements, 2.0)]
    );
    for nothing in ["null", "3", "\"Bytes\"", r#"{"Bytes":0}"#, r#"{"Bytes":"many"}"#, "[]"] {
        assert_eq!(work(nothing), [], "{nothing}");
    }
}

/// More kinds of throughput than are kept: the benchmark stays, and what is lost is named.
#[test]
fn throughput_that_is_cut_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let kinds = |count: usize| {
        let kinds: Vec<String> = (0..count).map(|idx| format!("{{\"kind{idx}\":1}}")).collect();
        format!("[{}]", kinds.join(","))
    };
    for (name, count) in [("eight", 8), ("nine", 9)] {
        let place = directory.path().join(format!("criterion/{name}/new"));
        fs::create_dir_all(&place).unwrap();
        let throughput = kinds(count);
        let benchmark = format!("{{\"group_id\":\"{name}\",\"throughput\":{throughput}}}");
        fs::write(place.join("benchmark.json"), benchmark).unwrap();
        let sample = r#"{"sampling_mode":"Flat","iters":[1],"times":[1]}"#;
        fs::write(place.join("sample.json"), sample).unwrap();
    }
    let (read, unread) = criterion::read(&directory.path().join("criterion"), None).unwrap();
    assert!(read.benchmarks.iter().all(|one| one.throughput.len() == 8));
    assert_eq!(unread.len(), 1, "{unread:?}");
    assert_eq!(unread[0].name, "criterion/nine/new/benchmark.json, a part of its throughput");
    assert_eq!(unread[0].reason, "9 kinds are too many, the first 8 are kept");
}

#[test]
fn a_directory_without_estimates_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("criterion/alone/new");
    fs::create_dir_all(&place).unwrap();
    for name in ["benchmark.json", "sample.json"] {
        fs::copy(recorded("0.8/alone/new").join(name), place.join(name)).unwrap();
    }
    let (read, unread) = criterion::read(&directory.path().join("criterion"), None).unwrap();
    assert_eq!((read.origin.as_str(), unread.len()), ("criterion", 0));
    assert_eq!(read.benchmarks.len(), 1);
    assert_eq!(read.benchmarks[0].reported.median, None);
    // The directory of one benchmark, or of one baseline, will do as well.
    for below in ["criterion/alone", "criterion/alone/new"] {
        let (read, _) = criterion::read(&directory.path().join(below), None).unwrap();
        assert_eq!(read.benchmarks.len(), 1, "{below}");
    }
}
