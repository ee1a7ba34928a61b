//! Results against results: what is paired, what is refused and why, and the exact text of every
//! format.
//!
//! After a wanted change of text: `BLESS=1 cargo test -p bench-report --test across`, then read the
//! difference. `tests/data/README.md` says what the files are.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its inputs must stop")]

#[allow(dead_code, reason = "the counts are for another test")]
mod noise;

use std::{fs, path::Path};

use bench_report::{
    across::{Across, Kind, Settings, Side, Verdict},
    model::{
        Answers, Benchmark, Benchmarks, Peer, PeerWorkload, Peers, Report, Reported, Sampling,
        Throughput, Timing, Unit,
    },
    render::across::{self as formats, Format as _},
    report_from_study,
};
use noise::{NOISES, stream};

/// A benchmark of 100 noisy samples around `level_ns`; `seed` makes it another run.
fn benchmark(id: &str, level_ns: f64, seed: u64) -> Benchmark {
    let (group, function) = id.split_once('/').unwrap_or((id, ""));
    let times = NOISES[0].run(level_ns, 100, &mut stream(seed, 0));
    Benchmark {
        id: id.into(),
        group: group.into(),
        function: (!function.is_empty()).then(|| function.into()),
        value: None,
        throughput: Vec::new(),
        sampling: Sampling::Flat,
        samples: times.iter().map(|&total_ns| Timing { iterations: 1.0, total_ns }).collect(),
        reported: Reported::default(),
    }
}

fn benchmarks(list: Vec<Benchmark>) -> Report {
    let list = Benchmarks { origin: "criterion".into(), baseline: "new".into(), benchmarks: list };
    Report { benchmarks: vec![list], ..Report::default() }
}

fn peer(name: &str, level_ns: f64, seed: u64) -> Peer {
    Peer {
        name: name.into(),
        version: Some("1.0".into()),
        workers: Some(1),
        build_ns: Vec::new(),
        query_ns: NOISES[0].run(level_ns, 20, &mut stream(seed, 1)),
        answers: Answers::Exact,
        note: String::new(),
        absent: None,
    }
}

fn peers(entries: Vec<Peer>) -> Report {
    let workload = PeerWorkload {
        name: "small".into(),
        title: "A small job".into(),
        n: 1000,
        d: 2,
        centers: 10,
        widths: 1,
        reference: Some("ours".into()),
        entries,
    };
    let peers = Peers {
        file_name: "peers.json".into(),
        created_unix_s: None,
        cpu: Some("Made-up CPU".into()),
        workloads: vec![workload],
    };
    Report { peers: vec![peers], ..Report::default() }
}

/// The recorded study of version 2.
fn study() -> Report {
    report_from_study(&data("version-2/study.json")).unwrap()
}

fn data(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

fn across(sides: &[Report]) -> Across {
    let names = ["before", "after", "later"];
    let sides: Vec<Side> =
        sides.iter().zip(names).map(|(report, name)| Side::new(name, report.clone())).collect();
    Across::of(&sides, &Settings { fail_above: Some(0.05), ..Settings::default() })
}

/// Reasons of what is left out, by name.
fn reasons(across: &Across) -> Vec<(&str, &str)> {
    across.left_out.iter().map(|left| (left.name.as_str(), left.reason.as_str())).collect()
}

#[test]
fn each_verdict_is_given_where_it_is_due() {
    let levels = [("a", 1.2), ("b", 0.8), ("c", 1.0), ("d", 1.02)];
    let list = |seed: u64, factor: fn(f64) -> f64| {
        let one = |(i, &(id, ratio)): (u64, &(&str, f64))| {
            benchmark(id, 1000.0 * factor(ratio), seed + i)
        };
        benchmarks((0..).zip(&levels).map(one).collect())
    };
    let sides = [Side::new("x", list(1, |_| 1.0)), Side::new("y", list(100, |ratio| ratio))];
    let settings = Settings { least_effect: 0.02, fail_above: Some(0.05), filter: None };
    let across = Across::of(&sides, &settings);
    let verdicts: Vec<Verdict> = across.rows.iter().map(|row| row.verdict).collect();
    let expected = [Verdict::Slower, Verdict::Faster, Verdict::NoDifference, Verdict::CannotTell];
    assert_eq!(verdicts, expected);
    let failing: Vec<&str> = across.failures().map(|row| row.name.as_str()).collect();
    assert_eq!(failing, ["a"]);
}

#[test]
fn what_is_on_one_side_only_is_listed() {
    let before = benchmarks(vec![benchmark("a", 1.0, 1), benchmark("gone", 1.0, 2)]);
    let after = benchmarks(vec![benchmark("a", 1.0, 3), benchmark("added", 1.0, 4)]);
    let across = across(&[before, after]);
    assert_eq!(across.rows.len(), 1);
    assert_eq!(reasons(&across), [("gone", "not in after"), ("added", "not in before")]);
}

#[test]
fn what_is_there_twice_is_compared_once_and_listed() {
    let twice = benchmarks(vec![benchmark("a", 1.0, 1), benchmark("a", 2.0, 2)]);
    let once = benchmarks(vec![benchmark("a", 1.0, 3)]);
    let across = across(&[twice, once.clone(), once]);
    assert_eq!(across.rows.len(), 2);
    assert_eq!(reasons(&across), [("a", "it is there twice; only the first is compared")]);
}

#[test]
fn other_work_under_the_same_name_is_refused() {
    let work = |per_iteration| {
        let throughput = vec![Throughput { unit: Unit::Elements, per_iteration }];
        benchmarks(vec![Benchmark { throughput, ..benchmark("a", 1.0, 1) }])
    };
    let refused = across(&[work(10.0), work(20.0)]);
    assert!(refused.rows.is_empty());
    assert!(reasons(&refused)[0].1.starts_with("not the same work: work of one iteration"));

    let mut other = study();
    other.studies[0].workloads[0].checksum = "xxh3:0000000000000000".into();
    let refused = across(&[study(), other]);
    assert!(refused.rows.iter().all(|row| !row.name.starts_with("l2 strong")), "{refused:?}");
    assert!(reasons(&refused).iter().any(|(what, why)| {
        what.starts_with("l2 strong")
            && why.starts_with("not the same work: checksum of the samples")
    }));
}

#[test]
fn a_study_against_itself_differs_nowhere() {
    let across = across(&[study(), study()]);
    assert!(!across.rows.is_empty() && across.left_out.is_empty(), "{:?}", across.left_out);
    for row in &across.rows {
        assert_eq!(row.kind, Kind::Study);
        assert!(row.ratio.ln.abs() < 1e-12 && !row.fails);
        assert!(!matches!(row.verdict, Verdict::Slower | Verdict::Faster), "{row:?}");
    }
    assert!(!across.machines.differ());
}

#[test]
fn machines_are_told_apart_and_ranked_by_absolute_figures() {
    let mut other = study();
    other.studies[0].machine.cpu = Some("Another CPU".into());
    other.studies[0].isa = "made-up-isa".into();
    let across = across(&[study(), other]);
    assert!(across.machines.differ());
    let text = formats::Markdown.lay_out(&across).unwrap();
    for part in ["Another CPU", "never by speed-up", "other tests", "made-up-isa"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[test]
fn wrong_answers_and_absent_peers_are_refused() {
    let wrong = Answers::Wrong { wrong: 3, checked: 40, note: String::new() };
    let bad = Peer { answers: wrong, ..peer("sloppy", 1.0, 5) };
    let absent = Peer { absent: Some("no compiler".into()), ..peer("absent", 1.0, 6) };
    let report = peers(vec![peer("other", 2000.0, 2), peer("ours", 1000.0, 1), bad, absent]);
    let across = Across::by_implementation(&Side::new("p", report), &Settings::default());
    assert_eq!(across.rows.len(), 1);
    assert_eq!(across.rows[0].name, "small: other against small: ours");
    assert_eq!(across.rows[0].verdict, Verdict::Slower);
    let expected = [
        ("small: sloppy", "its answers are wrong: 3 of 40"),
        ("small: absent", "it was not measured: no compiler"),
    ];
    assert_eq!(reasons(&across), expected);
}

#[test]
fn functions_of_one_group_are_implementations() {
    let list =
        vec![benchmark("g/a", 1000.0, 1), benchmark("g/b", 500.0, 2), benchmark("h", 1.0, 3)];
    let side = Side::new("x", benchmarks(list));
    let across = Across::by_implementation(&side, &Settings::default());
    let names: Vec<&str> = across.rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["g/b against g/a"]);
    assert_eq!(across.rows[0].verdict, Verdict::Faster);
}

#[test]
fn the_mean_is_over_exactly_the_rows() {
    let side = |factor: f64, seed| {
        benchmarks(vec![
            benchmark("a", 10.0 * factor, seed),
            benchmark("b", 90.0 * factor, seed + 1),
        ])
    };
    let across = across(&[side(1.0, 1), side(2.0, 10), side(0.5, 20)]);
    let means: Vec<f64> = across.means.iter().map(|mean| mean.ratio.unwrap().ln.exp()).collect();
    assert!(
        (means[0] / 2.0 - 1.0).abs() < 0.01 && (means[1] / 0.5 - 1.0).abs() < 0.01,
        "{means:?}"
    );
    assert!(across.means.iter().all(|mean| mean.rows == 2));
}

#[test]
fn a_filter_keeps_what_has_the_text() {
    let report = benchmarks(vec![benchmark("scan/a", 1.0, 1), benchmark("sort/a", 1.0, 2)]);
    let sides = [Side::new("x", report.clone()), Side::new("y", report)];
    let settings = Settings { filter: Some("scan".into()), ..Settings::default() };
    let across = Across::of(&sides, &settings);
    assert_eq!(across.rows.len(), 1);
    assert!(across.left_out.is_empty());
}

#[test]
fn a_time_that_cannot_be_is_refused() {
    let mut impossible = benchmark("a", 1.0, 1);
    impossible.samples[7].total_ns = 0.0;
    let across = across(&[benchmarks(vec![benchmark("a", 1.0, 2)]), benchmarks(vec![impossible])]);
    assert_eq!(reasons(&across), [("a", "a time is not above 0")]);
}

/// Few samples prove nothing, and say so.
#[test]
fn five_samples_prove_nothing() {
    let few = |level_ns, seed| {
        let mut one = benchmark("a", level_ns, seed);
        one.samples.truncate(5);
        benchmarks(vec![one])
    };
    let across = across(&[few(1.0, 1), few(10.0, 2)]);
    assert_eq!(across.rows[0].verdict, Verdict::CannotTell);
    assert_eq!(across.rows[0].ratio.estimate().interval, None);
    assert!(!across.rows[0].fails);
}

/// All kinds of results, with names that would be alive on a page.
fn golden() -> Across {
    let mut before = study();
    before.append(peers(vec![peer("ours", 1000.0, 1), peer("other", 3000.0, 2)]));
    before.append(benchmarks(vec![
        benchmark("count/a|b <script>", 1234.5, 3),
        benchmark("count/`same` @octocat", 20.0, 4),
        benchmark("count/gone", 20.0, 5),
    ]));
    let mut after = study();
    after.studies[0].machine.cpu = Some("Another CPU".into());
    after.append(peers(vec![peer("ours", 900.0, 6), peer("other", 3000.0, 7)]));
    after.append(benchmarks(vec![
        benchmark("count/a|b <script>", 1400.0, 8),
        benchmark("count/`same` @octocat", 20.0, 9),
    ]));
    across(&[before, after])
}

#[test]
fn every_format_makes_the_recorded_bytes() {
    let across = golden();
    for format in formats::ALL {
        let path = data("across").join(format!("{}.txt", format.name()));
        let text = format.lay_out(&across).unwrap();
        if std::env::var_os("BLESS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &text).unwrap();
        }
        let recorded = fs::read_to_string(&path).unwrap_or_default();
        assert!(text == recorded, "{} differs:\n{text}", path.display());
    }
}

#[test]
fn the_same_comparison_gives_the_same_bytes() {
    let once: Vec<String> = formats::ALL.iter().map(|f| f.lay_out(&golden()).unwrap()).collect();
    let twice: Vec<String> = formats::ALL.iter().map(|f| f.lay_out(&golden()).unwrap()).collect();
    assert_eq!(once, twice);
}

#[test]
fn nothing_in_a_name_is_alive_in_markdown() {
    let text = formats::Markdown.lay_out(&golden()).unwrap();
    for alive in ["<script", " `same`", "@octocat", "a|b"] {
        assert!(!text.contains(alive), "{alive} in {text}");
    }
}
