//! Thousands of damaged files for every parser, from a fixed seed: an error or a report that every
//! format can show; never a panic.
//!
//! `fuzz/` drives the same functions with a fuzzer that learns; this is what every run of the tests
//! repeats.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files must stop")]

use std::{fs, path::Path};

use bench_report::{
    compare::Compared,
    model::Report,
    render,
    source::{
        article,
        criterion::{self, Files},
        machine, peers, report, study,
    },
};
use rand::{RngExt as _, SeedableRng as _, rngs::ChaCha8Rng};
use serde_json::{Value, json};

/// Damaged files for each parser.
const ROUNDS: usize = 3000;

fn data(name: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)).unwrap()
}

/// A study of version 2 so small that it is compared in no time.
fn small_study() -> Value {
    let worker = json!({"cpu": 0, "start_ns": 1, "stop_ns": 90, "busy_ns": 80, "cpu_ns": 85,
        "waiting_cpu_ns": 5, "tasks": 1, "pinned": true, "clock_mhz": 3000.0});
    let sample = |configuration: usize, workers: usize| {
        json!({"configuration": configuration, "wall_ns": 100, "dispatch_ns": 1, "compute_ns": 90,
            "reduction_ns": 2, "setup_ns": 3, "stolen_ns": [0, 1], "tags": ["stolen"],
            "workers": vec![worker.clone(); workers]})
    };
    let block = json!({"opening": sample(0, 1), "closing": sample(0, 1), "idle_foreign": [0.0, 0.5],
        "samples": [sample(1, 2), sample(0, 1), sample(2, 2)], "resumed": false});
    json!({"format": "parzen-study", "version": 2, "created_unix_s": 1, "seed": 1, "isa": "portable",
        "complete": true, "plan": {"preset": "quick", "budget_s": 1.0},
        "machine": {"cpu": "c", "logical_cpus": 2, "nominal_mhz": 1.0, "packages": 1,
            "topology": [{"id": 0, "core": 0, "kind": "performance"}],
            "caches": [{"level": 1, "kind": "data", "bytes": 1, "shared_by_cpus": [0]}]},
        "limits": {"allowed_cpus": [0, 1], "quota_cpus": 1.5}, "state": {"governor": "g"},
        "timer": {"resolution_ns": 1, "clock_ns": 1.0}, "skipped": [], "warnings": ["w"],
        "workloads": [{"name": "a", "title": "t", "mode": "strong", "level": "L2",
            "widths_per_scan": 1, "n": 10, "d": 1, "element": "f8", "center": [0.0],
            "widths": [1.0], "counts": [5], "passes": 1, "tasks": 1, "bytes": 80,
            "pages": {"bytes": 80, "huge_bytes": 0},
            "configurations": [
                {"backend": "serial", "workers": 1, "cpus": [0]},
                {"backend": "threads", "workers": 2, "cpus": [0, 1]},
                {"backend": "threads", "workers": 2, "cpus": [0, 1], "role": "control"}],
            "blocks": [block, block, block]}]})
}

/// The recorded tour with so few numbers that it is shown in no time.
fn small_tour() -> Vec<u8> {
    let mut tour: Value = serde_json::from_slice(&data("tour/article.json")).unwrap();
    let mut shorten = |place: &str, length| {
        tour.pointer_mut(place).and_then(Value::as_array_mut).expect(place).truncate(length);
    };
    shorten("/sections/1/data/calls", 2);
    shorten("/sections/4/data/curve", 4);
    for way in 0..3 {
        for list in ["start_ns", "send_ns", "end_ns"] {
            shorten(&format!("/sections/2/data/ways/{way}/{list}"), 2);
        }
    }
    for kind in 0..3 {
        shorten(&format!("/sections/6/data/kinds/{kind}/workers"), 2);
        for workers in 0..2 {
            shorten(&format!("/sections/6/data/kinds/{kind}/workers/{workers}/wall_ns"), 2);
        }
    }
    tour.to_string().into_bytes()
}

/// A report with something of every kind.
fn small_report() -> Report {
    let path = Path::new("small.json");
    let mut report = Report::default();
    report.studies.push(study::parse(small_study().to_string().as_bytes(), path).unwrap());
    report.peers.push(peers::parse(&data("peers.json"), path).unwrap());
    report.tours.push(article::parse(&small_tour(), path).unwrap());
    report.machines.push(machine::parse(&data("machine.json"), path).unwrap());
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/criterion/0.8");
    report.benchmarks.push(criterion::read(&recorded, Some("a b")).unwrap().0);
    report
}

/// The file `original` with some of its bytes changed, left out, doubled, or replaced by words that
/// mean something in JSON.
fn scrambled(original: &[u8], random: &mut ChaCha8Rng) -> Vec<u8> {
    const WORDS: [&[u8]; 12] = [
        b"null", b"-1", b"0", b"1e400", b"1e9", b"\"", b"{", b"]", b",", b"\\u001b", b"\xff",
        b"[[[",
    ];
    let mut bytes = original.to_vec();
    for _ in 0..random.random_range(1..4) {
        let at = random.random_range(0..bytes.len().max(1)).min(bytes.len());
        let end = (at + random.random_range(0..20)).min(bytes.len());
        match random.random_range(0..4) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
            1 => drop(bytes.drain(at..end)),
            2 => bytes.extend_from_within(at..end),
            _ => {
                let word = WORDS[random.random_range(0..WORDS.len())];
                bytes.splice(at..end.min(at + 1), word.iter().copied());
            }
        }
    }
    bytes
}

/// The number of values in `value`, itself included.
fn size(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(size).sum::<usize>(),
        Value::Object(fields) => 1 + fields.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

/// Replaces value number `place` in `value`, counted from itself in depth-first order.
fn replace(value: &mut Value, place: usize, by: &Value) {
    if place == 0 {
        *value = by.clone();
        return;
    }
    let mut place = place - 1;
    let children: Vec<&mut Value> = match value {
        Value::Array(values) => values.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => return,
    };
    for child in children {
        let held = size(child);
        if place < held {
            return replace(child, place, by);
        }
        place -= held;
    }
}

/// The file `original`, still JSON, with one or two values replaced by hostile ones.
fn distorted(original: &Value, random: &mut ChaCha8Rng) -> Vec<u8> {
    let hostile = [
        json!(null),
        json!(0),
        json!(1),
        json!(2),
        json!(-1),
        json!(1_000_000_000),
        json!(u64::MAX),
        json!(1e308),
        json!(5e-324),
        json!(-0.0),
        json!(0.5),
        json!([]),
        json!({}),
        json!([0]),
        json!(""),
        json!("<script>alert(1)</script>"),
        json!("control"),
        json!("weak"),
        json!(true),
        json!({"control": {"original": 2}}),
        json!([1, 1, 1]),
        json!("a\u{1b}\u{202e}b"),
    ];
    let mut value = original.clone();
    for _ in 0..random.random_range(1..3) {
        let by = &hostile[random.random_range(0..hostile.len())];
        replace(&mut value, random.random_range(1..size(original)), by);
    }
    value.to_string().into_bytes()
}

/// Every format must be able to show it, without markup of its own.
fn assert_shown(report: &Report) {
    let compared = Compared::of(report);
    for format in render::ALL {
        let text = format.lay_out(&compared).unwrap();
        assert!(!text.contains('\u{1b}'), "{}", format.name());
        assert!(format.file_name().is_none() || !text.contains("<script"), "{}", format.name());
    }
}

/// Gives damaged versions of a file to `parse`. What is accepted is shown, up to `shown` times, and
/// must be some, or the damage was too great to test anything.
fn assert_stands(original: &[u8], seed: u64, parse: impl Fn(&[u8]) -> Option<Report>) {
    const SHOWN: usize = 150;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let value: Value = serde_json::from_slice(original).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for round in 0..ROUNDS {
        let bytes = match round % 2 {
            0 => scrambled(original, &mut random),
            _ => distorted(&value, &mut random),
        };
        match parse(&bytes) {
            Some(report) => {
                accepted += 1;
                if accepted <= SHOWN {
                    assert_shown(&report);
                }
            }
            None => refused += 1,
        }
    }
    assert!(accepted > 20 && refused > 20, "{accepted} accepted, {refused} refused");
}

#[test]
fn the_parser_of_studies_stands_damage() {
    let original = small_study().to_string();
    assert_stands(original.as_bytes(), 1, |bytes| {
        let read = study::parse(bytes, Path::new("study.json")).ok()?;
        Some(Report { studies: vec![read], ..Report::default() })
    });
}

#[test]
fn the_parser_of_peers_stands_damage() {
    let mut peers: Value = serde_json::from_slice(&data("peers.json")).unwrap();
    // Enough blocks for a ratio of pairs, and a control that fails.
    for (entry, ns) in [(0, 1.0), (1, 2.0)] {
        let entry = &mut peers["workloads"][0]["entries"][entry];
        entry["query_ns"] = json!(vec![ns; 6]);
        entry["blocks"] = json!([0, 1, 2, 3, 4, 5]);
        entry["control"] = json!(ns > 1.0);
        entry["answers"]["wrong"] = json!(0);
    }
    assert_stands(peers.to_string().as_bytes(), 2, |bytes| {
        let read = peers::parse(bytes, Path::new("peers.json")).ok()?;
        Some(Report { peers: vec![read], ..Report::default() })
    });
}

#[test]
fn the_parser_of_tours_stands_damage() {
    assert_stands(&small_tour(), 9, |bytes| {
        let read = article::parse(bytes, Path::new("article.json")).ok()?;
        Some(Report { tours: vec![read], ..Report::default() })
    });
}

#[test]
fn the_parser_of_machines_stands_damage() {
    assert_stands(&data("machine.json"), 3, |bytes| {
        let read = machine::parse(bytes, Path::new("machine.json")).ok()?;
        Some(Report { machines: vec![read], ..Report::default() })
    });
}

#[test]
fn the_parser_of_copies_stands_damage() {
    let original = render::by_name("json").unwrap().render(&small_report()).unwrap();
    assert_stands(original.as_bytes(), 4, |bytes| {
        report::parse(bytes, Path::new("report.json")).ok()
    });
}

#[test]
fn the_parser_of_benchmarks_stands_damage() {
    let file = |name: &str| data(&format!("criterion/0.8/throughput/both/new/{name}"));
    let [benchmark, sample, estimates] =
        ["benchmark.json", "sample.json", "estimates.json"].map(file);
    for damaged in 0..3 {
        let original = [&benchmark, &sample, &estimates][damaged];
        assert_stands(original, 5 + damaged as u64, |bytes| {
            let mut files = [benchmark.as_slice(), &sample, &estimates];
            files[damaged] = bytes;
            let [benchmark, sample, estimates] = files;
            let read = criterion::parse(&Files { benchmark, sample, estimates: Some(estimates) });
            let samples = read.ok()?.iteration_ns();
            assert!(samples.iter().all(|time| *time > 0.0 && time.is_normal()));
            Some(Report::default())
        });
    }
}

#[test]
fn a_text_of_ten_megabytes_is_cut_wherever_it_stands() {
    let long = Value::from("x".repeat(10 << 20));
    let path = Path::new("long.json");
    let with = |mut file: Value, pointers: &[&str]| {
        for pointer in pointers {
            *file.pointer_mut(pointer).expect(pointer) = long.clone();
        }
        file.to_string().into_bytes()
    };
    let parsed = |name: &str| serde_json::from_slice(&data(name)).unwrap();
    let names = ["/workloads/0/name", "/workloads/0/title", "/isa", "/machine/cpu"];
    let study = study::parse(&with(small_study(), &names), path).unwrap();
    let names = ["/workloads/0/name", "/workloads/0/entries/2/absent", "/cpu"];
    let peers = peers::parse(&with(parsed("peers.json"), &names), path).unwrap();
    let names = [
        "/program_version",
        "/machine/cpu",
        "/sections/0/data/strings/0/text",
        "/sections/1/incidents/0",
        "/sections/1/data/calls/0/call",
        "/sections/2/data/ways/0/way",
        "/sections/2/data/ways/1/crash/what",
        "/sections/5/data/study",
        "/sections/6/data/kinds/0/kind",
        "/sections/6/data/kinds/1/task",
        "/sections/3/name",
        "/sections/4/failed",
    ];
    let tour = article::parse(&with(parsed("tour/article.json"), &names), path).unwrap();
    let names = ["/machine/cpu", "/state/governor", "/machine/isas/0/name"];
    let machine = machine::parse(&with(parsed("machine.json"), &names), path).unwrap();
    let report = Report {
        studies: vec![study],
        peers: vec![peers],
        tours: vec![tour],
        machines: vec![machine],
        ..Report::default()
    };
    let text = render::by_name("json").unwrap().render(&report).unwrap();
    assert!(text.len() < 100_000, "{} bytes", text.len());
    assert!(report::parse(text.as_bytes(), path).unwrap() == report);
}
