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
        Answers, Benchmark, Benchmarks, Entry, Peer, PeerWorkload, Peers, Report, Reported, Sample,
        Sampling, Throughput, Timing, Unit,
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
        ours: false,
        control: false,
        workers: Some(1),
        build_ns: Vec::new(),
        query_ns: NOISES[0].run(level_ns, 20, &mut stream(seed, 1)),
        blocks: vec![],
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

/// A benchmark that does this in one iteration.
fn working(id: &str, work: &[(Unit, f64)]) -> Benchmark {
    let one = |(unit, per_iteration): &(Unit, f64)| Throughput {
        unit: unit.clone(),
        per_iteration: *per_iteration,
    };
    Benchmark { throughput: work.iter().map(one).collect(), ..benchmark(id, 1.0, 1) }
}

#[test]
fn work_told_in_several_units_is_the_same_in_any_order() {
    let both = [(Unit::Elements, 10.0), (Unit::Bytes, 80.0)];
    let turned = [(Unit::BytesDecimal, 80.0), (Unit::Elements, 10.0)];
    let side = |work| benchmarks(vec![working("a", work)]);
    for same in [&both, &turned] {
        let paired = across(&[side(&both), side(same)]);
        assert_eq!((paired.rows.len(), reasons(&paired).len()), (1, 0), "{:?}", paired.left_out);
    }
    let more = [(Unit::Elements, 10.0), (Unit::Bytes, 160.0)];
    let refused = across(&[side(&both), side(&more)]);
    let reason = "not the same work: work of one iteration 10 elements, 80 bytes and 10 elements, \
                  160 bytes";
    assert_eq!((refused.rows.len(), reasons(&refused)), (0, vec![("a", reason)]));
}

#[test]
fn implementations_whose_work_has_several_units_are_paired() {
    let both = [(Unit::Elements, 10.0), (Unit::Bytes, 80.0)];
    let side = Side::new("x", benchmarks(vec![working("g/a", &both), working("g/b", &both)]));
    let across = Across::by_implementation(&side, &Settings::default());
    assert_eq!((across.rows.len(), across.left_out.len()), (1, 0), "{:?}", across.left_out);
}

#[test]
fn a_study_against_itself_differs_nowhere() {
    let across = across(&[study(), study()]);
    assert!(!across.rows.is_empty());
    // Its throughput has a control that fails.
    let is_unequal = |(name, reason): &(&str, &str)| {
        name.starts_with("dram throughput") && reason.contains("equal configurations differed")
    };
    assert_eq!(reasons(&across).len(), 4);
    assert!(reasons(&across).iter().all(is_unequal), "{:?}", across.left_out);
    for row in &across.rows {
        assert_eq!(row.kind, Kind::Study);
        assert!(row.ratio.ln.abs() < 1e-12 && !row.fails);
        assert!(!matches!(row.verdict, Verdict::Slower | Verdict::Faster), "{row:?}");
    }
    assert!(!across.machines.differ());
}

/// The made-up study with times that differ, twice as long in strong scaling by threads with 4 workers, and
/// something else that happened there.
fn slow_study(happened: impl Fn(&mut Sample)) -> Report {
    let mut report = study();
    let entries = &mut report.studies[0].workloads[0].entries;
    let is_it =
        |entry: &&mut Entry| entry.backend == "threads" && entry.workers == 4 && entry.is_result();
    for sample in &mut entries.iter_mut().find(is_it).unwrap().samples {
        sample.wall_ns *= 2;
        happened(sample);
    }
    report
}

/// What a study gives no verdict on cannot fail a gate, and the list of what was left out says why.
#[test]
fn a_configuration_that_its_study_does_not_judge_cannot_fail() {
    const NAME: &str = "l2 strong: threads × 4";
    let judged = across(&[study(), slow_study(|_| {})]);
    assert!(judged.failures().any(|row| row.name == NAME), "{judged:?}");
    let throttled = |sample: &mut Sample| sample.throttled_ns = Some(5);
    let unpinned = |sample: &mut Sample| sample.workers[0].pinned = Some(false);
    let cases = [
        (slow_study(throttled), "a quota held up"),
        (slow_study(unpinned), "workers were not on their CPUs"),
    ];
    for (slow, reason) in cases {
        let across = across(&[study(), slow]);
        assert_eq!(across.failures().count(), 0);
        let found = reasons(&across).into_iter().find(|(name, _)| *name == NAME).unwrap().1;
        assert!(found.starts_with("it is not judged: ") && found.contains(reason), "{found}");
    }
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

/// The same machines, told of in another order.
#[test]
fn the_order_of_machines_makes_no_difference() {
    let on = |cpu: &str| {
        let mut one = study();
        one.studies[0].machine.cpu = Some(cpu.into());
        one
    };
    let both = |first: &str, second: &str| {
        let mut report = on(first);
        report.append(on(second));
        report
    };
    let same = across(&[both("One CPU", "Another CPU"), both("Another CPU", "One CPU")]);
    assert!(!same.machines.differ(), "{:?}", same.machines.differences);
    let other = across(&[both("One CPU", "Another CPU"), on("One CPU")]);
    assert_eq!(other.machines.differences, ["processor: One CPU or Another CPU and One CPU"]);
}

#[test]
fn rows_that_markdown_leaves_out_are_counted() {
    let list = || benchmarks((0..51).map(|i| benchmark(&format!("b{i}"), 1.0, i)).collect());
    let text = formats::Markdown.lay_out(&across(&[list(), list()])).unwrap();
    assert!(text.contains("Not shown here, but in the other formats"), "{text}");
    assert!(text.contains(": 1 row."), "{text}");
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

/// An entry that happens to come first is not thereby what the others are compared with.
#[test]
fn without_a_named_reference_nothing_is_compared_with_the_first() {
    let mut report = peers(vec![peer("one", 1000.0, 1), peer("two", 2000.0, 2)]);
    report.peers[0].workloads[0].reference = None;
    let across = Across::by_implementation(&Side::new("p", report), &Settings::default());
    assert!(across.rows.is_empty(), "{:?}", across.rows);
    let reason = "no reference is named that it could be compared with";
    assert_eq!(reasons(&across), [("small: one", reason), ("small: two", reason)]);
}

#[test]
fn a_reference_with_wrong_answers_is_blamed_itself() {
    let wrong = Answers::Wrong { wrong: 3, checked: 40, note: String::new() };
    let bad = Peer { answers: wrong, ..peer("ours", 1000.0, 1) };
    let side = Side::new("p", peers(vec![bad.clone(), peer("other", 2000.0, 2)]));
    let within = Across::by_implementation(&side, &Settings::default());
    let reason = "of its reference, small: ours: its answers are wrong: 3 of 40";
    assert_eq!(reasons(&within), [("small: other", reason)]);

    let beside = across(&[peers(vec![bad]), peers(vec![peer("ours", 1000.0, 3)])]);
    assert_eq!(reasons(&beside), [("small: ours", "its answers are wrong: 3 of 40")]);
    assert_eq!(beside.left_out[0].side, "before");
}

#[test]
fn times_to_prepare_are_left_out_with_a_reason() {
    let prepared = Peer { build_ns: vec![5.0; 20], ..peer("other", 2000.0, 2) };
    let side = Side::new("p", peers(vec![peer("ours", 1000.0, 1), prepared]));
    let across = Across::by_implementation(&side, &Settings::default());
    assert_eq!(across.rows.len(), 1);
    let reason = "implementations are compared by the time to answer, not to prepare";
    assert_eq!(reasons(&across), [("small: other, preparation", reason)]);
}

/// All ratios to one reference have its error in common, which more of them do not average out.
#[test]
fn the_mean_over_one_reference_is_known_no_better_than_its_rows() {
    let list = ["g/a", "g/b", "g/c", "g/d", "g/e"].map(|id| benchmark(id, 1000.0, 1));
    let side = Side::new("x", benchmarks(list.into()));
    let across = Across::by_implementation(&side, &Settings::default());
    assert_eq!(across.rows.len(), 4);
    let of_mean = across.means[0].ratio.unwrap().error.unwrap();
    let of_row = across.rows[0].ratio.error.unwrap();
    assert!((of_mean.above / of_row.above - 1.0).abs() < 1e-9, "{of_mean:?} {of_row:?}");
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

/// Levels from clearly equal to clearly slower, so that some lie between proven and not.
#[test]
fn no_row_fails_that_is_not_slower() {
    let side = |seed: u64, step: f64| {
        let one = |i: u32| {
            let level = 1000.0 * (1.0 + step * f64::from(i));
            benchmark(&format!("b{i:02}"), level, seed + u64::from(i))
        };
        benchmarks((0..40).map(one).collect())
    };
    let sides = [Side::new("x", side(1, 0.0)), Side::new("y", side(500, 0.002))];
    for (least_effect, fail_above) in [(0.01, 0.05), (0.05, 0.05), (0.05, 0.01), (0.0, 0.0)] {
        let fail_above = Some(fail_above);
        let across = Across::of(&sides, &Settings { least_effect, fail_above, filter: None });
        assert!(across.failures().next().is_some());
        assert!(across.failures().all(|row| row.verdict == Verdict::Slower));
    }
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

/// Nothing compared is told as that, with how much was left out and why, and never as a pass.
#[test]
fn a_comparison_without_rows_says_so_and_why() {
    let before = benchmarks(vec![working("a", &[(Unit::Bytes, 1.0)]), benchmark("b", 1.0, 2)]);
    let after = benchmarks(vec![working("a", &[(Unit::Bytes, 2.0)]), benchmark("c", 1.0, 3)]);
    let across = across(&[before, after]);
    let told = [
        "after: nothing was compared: 3 left out: not in after (1); not in before (1); not the same \
         work: work of one iteration 1 bytes and 2 bytes (1).",
        "Whether anything of after is slower by more than 5 % is not known.",
    ];
    for format in [&formats::Markdown as &dyn formats::Format, &formats::Terminal] {
        let text = format.lay_out(&across).unwrap().replace('\n', " ");
        for told in told {
            assert!(text.contains(told), "{told:?} is missing in {text}");
        }
        assert!(!text.contains("No row is proven"), "{text}");
    }
    let json = formats::Json.lay_out(&across).unwrap();
    assert!(json.contains("\"complete\": false"), "{json}");
}

#[test]
fn a_side_without_rows_is_named_beside_others_that_have_some() {
    let list = |id: &str| benchmarks(vec![benchmark(id, 1.0, 1)]);
    let across = across(&[list("a"), list("a"), list("z")]);
    assert_eq!(across.without_rows().collect::<Vec<_>>(), [1]);
    let text = formats::Markdown.lay_out(&across).unwrap();
    for told in [
        "later: nothing was compared: 2 left out: not in before (1); not in later (1).",
        "No row is proven to be slower by more than 5 %.",
        "Whether anything of later is slower by more than 5 % is not known.",
    ] {
        assert!(text.contains(told), "{told:?} is missing in {text}");
    }
}

#[test]
fn a_filter_that_keeps_nothing_is_named() {
    let report = benchmarks(vec![benchmark("a", 1.0, 1)]);
    let sides = [Side::new("x", report.clone()), Side::new("y", report)];
    let settings = Settings { filter: Some("z".into()), ..Settings::default() };
    let text = formats::Terminal.lay_out(&Across::of(&sides, &settings)).unwrap();
    assert!(text.contains("y: nothing was compared: nothing with \"z\" in its name"), "{text}");
}

/// One sample, no spread, and times from the least to the greatest number: no panic, and no claim
/// beyond what samples can tell.
#[test]
fn extreme_times_are_laid_out() {
    let of = |times: &[f64]| {
        let timing = |&total_ns| Timing { iterations: 1.0, total_ns };
        let samples = times.iter().map(timing).collect();
        benchmarks(vec![Benchmark { samples, ..benchmark("a", 1.0, 1) }])
    };
    let wide: Vec<f64> = (0..20).map(|i| if i % 2 == 0 { 1e-300 } else { 1e300 }).collect();
    let lists: [&[f64]; 5] = [&[1.0], &[7.0; 20], &wide, &[f64::MIN_POSITIVE; 6], &[f64::MAX; 6]];
    for first in lists {
        for second in lists {
            let across = across(&[of(first), of(second)]);
            assert_eq!(across.rows.len(), 1);
            let row = &across.rows[0];
            let is_proven = row.fails || row.verdict != Verdict::CannotTell;
            assert!(!is_proven || row.samples.iter().all(|&samples| samples > 5), "{row:?}");
            for format in formats::ALL {
                let text = format.lay_out(&across).unwrap();
                assert!(!text.contains("NaN"), "{text}");
            }
        }
    }
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
