//! Inputs of any kind in one call: each is recognised, what is broken is named, and the program's
//! own copy gives the same report again.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files must stop")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use bench_report::{
    Error,
    compare::Compared,
    model::{Answers, Peer, Report, Unread},
    read_any, read_baselines, render,
};
use serde_json::{Value, json};
use tempfile::TempDir;

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// Directories and files of every kind.
fn inputs() -> [PathBuf; 6] {
    let names = ["study.json", "version-2/study.json", "criterion/0.5", "criterion/0.8"];
    let [a, b, c, d] = names.map(data);
    [a, b, c, d, data("peers.json"), data("machine.json")]
}

/// Writes a file into a new directory.
fn file(name: &str, text: &str) -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    fs::write(&path, text).unwrap();
    (directory, path)
}

/// The recorded peers, to be damaged.
fn peers() -> Value {
    serde_json::from_str(&fs::read_to_string(data("peers.json")).unwrap()).unwrap()
}

#[test]
fn every_kind_is_recognised() {
    let report = read_any(&inputs()).unwrap();
    assert!(report.is_whole(), "{:?}", report.unread);
    assert_eq!(report.studies.len(), 2);
    let origins: Vec<&str> = report.benchmarks.iter().map(|one| one.origin.as_str()).collect();
    assert_eq!(origins, ["0.5", "0.8"]);
    assert_eq!((report.peers.len(), report.machines.len()), (1, 1));
}

#[test]
fn peers_are_read_field_by_field() {
    let report = read_any(&[data("peers.json")]).unwrap();
    let peers = &report.peers[0];
    assert_eq!(
        (peers.file_name.as_str(), peers.created_unix_s),
        ("peers.json", Some(1_790_000_000))
    );
    assert_eq!(peers.cpu.as_deref(), Some("Made-up CPU @ 2.80GHz"));
    let workload = &peers.workloads[0];
    assert_eq!((workload.name.as_str(), workload.title.as_str()), ("wide", "Made-up times"));
    assert_eq!((workload.n, workload.d, workload.centers, workload.widths), (100_000, 2, 100, 3));
    assert_eq!(workload.reference.as_deref(), Some("ours"));
    let entry = |name: &str| workload.entries.iter().find(|entry| entry.name == name).unwrap();
    let expected = Peer {
        name: "ours".into(),
        version: Some("0.1.0".into()),
        ours: false,
        control: false,
        workers: Some(1),
        build_ns: vec![],
        query_ns: vec![1.5e6, 1.4e6, 1.6e6],
        blocks: vec![],
        answers: Answers::Exact,
        note: String::new(),
        absent: None,
    };
    assert_eq!(entry("ours"), &expected);
    assert_eq!(entry("tree").build_ns, [2e7, 2.1e7, 1.9e7]);
    let wrong = Answers::Wrong { wrong: 2, checked: 300, note: "edges count".into() };
    assert_eq!(entry("tree").answers, wrong);
    assert_eq!(entry("gone").absent.as_deref(), Some("not installed"));
    assert_eq!((&entry("gone").answers, entry("gone").workers), (&Answers::Unchecked, None));
}

#[test]
fn a_machine_is_read_as_in_a_study() {
    let report = read_any(&[data("machine.json")]).unwrap();
    let described = &report.machines[0];
    assert_eq!(described.file_name, "machine.json");
    assert_eq!(described.machine.cpu.as_deref(), Some("Made-up CPU @ 2.80GHz"));
    assert_eq!(described.machine.topology.len(), 2);
    assert_eq!(described.limits.quota_cpus, Some(1.5));
    assert_eq!(described.state.governor.as_deref(), Some("performance"));
}

#[test]
fn named_baselines_are_read_in_their_order() {
    let directory = data("criterion/0.7");
    let report = read_baselines(&[&directory], &["ä", "new"]).unwrap();
    let names: Vec<&str> = report.benchmarks.iter().map(|one| one.baseline.as_str()).collect();
    assert_eq!(names, ["ä", "new"]);
    let report = read_baselines(&[&directory], &["new", "none", "nor this"]).unwrap();
    assert_eq!((report.benchmarks.len(), report.unread.len()), (1, 2));
    let named = |name: &str| {
        let is_it = |one: &&Unread| one.name == "0.7" && one.reason.contains(name);
        report.unread.iter().any(|one| is_it(&one))
    };
    assert!(named("\"none\"") && named("\"nor this\""), "{:?}", report.unread);
}

#[test]
fn what_is_broken_is_named_and_the_rest_is_read() {
    let (_kept, broken) = file("broken.json", "{\"format\":\"parzen-study\"");
    let (_also, foreign) = file("package.json", "{\"name\":\"foreign\",\"version\":1}");
    let missing = PathBuf::from("no/such/file.json");
    let report = read_any(&[broken, data("peers.json"), foreign, missing]).unwrap();
    assert!(!report.is_whole());
    assert_eq!(report.peers.len(), 1);
    let names: Vec<&str> = report.unread.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["broken.json", "package.json", "file.json"]);
    for (unread, reason) in
        report.unread.iter().zip(["understood", "format \"\"", "cannot be read"])
    {
        assert!(unread.reason.contains(reason), "{unread:?}");
    }
}

#[test]
fn nothing_to_report_on_is_an_error() {
    let empty = tempfile::tempdir().unwrap();
    let error = read_any(&[empty.path()]).unwrap_err();
    assert!(error.is_bad_input() && error.to_string().contains("holds no benchmark"), "{error}");
    let (_kept, newer) = file("peers.json", r#"{"format":"parzen-peers","version":2}"#);
    assert!(matches!(read_any(&[newer]), Err(Error::Version { found: 2, .. })));
    assert!(read_any::<PathBuf>(&[]).unwrap().is_empty());
}

#[test]
fn what_is_known_of_right_answers_is_read_and_shown() {
    let mut peers = peers();
    peers["workloads"][0]["entries"][0]["answers"]["note"] = json!("boundary: closed");
    let (_kept, path) = file("peers.json", &peers.to_string());
    let report = read_any(&[path]).unwrap();
    let workload = &report.peers[0].workloads[0];
    assert_eq!(workload.entries[0].note, "boundary: closed");
    assert_eq!(workload.entries[1].note, "", "what is wrong is told with what is wrong");
    let sides = bench_report::chart::sides::of_peers(workload);
    assert_eq!(sides[0].note, "exact; boundary: closed");
}

#[test]
fn blocks_and_controls_are_read_and_survive_a_copy() {
    let mut peers = peers();
    peers["workloads"][0]["entries"][1]["blocks"] = json!([0, 2, 5]);
    peers["workloads"][0]["entries"][1]["control"] = json!(true);
    let (_kept, path) = file("peers.json", &peers.to_string());
    let report = read_any(&[path]).unwrap();
    let entry = &report.peers[0].workloads[0].entries[1];
    assert_eq!((entry.blocks.as_slice(), entry.control), ([0, 2, 5].as_slice(), true));
    assert_eq!(again(&report).peers, report.peers);
}

#[test]
fn peers_that_contradict_themselves_are_refused() {
    let workload = |key: &'static str, value: Value| {
        move |peers: &mut Value| peers["workloads"][0][key] = value
    };
    let entry = |key: &'static str, value: Value| {
        move |peers: &mut Value| peers["workloads"][0]["entries"][1][key] = value
    };
    let refused = |damage: &dyn Fn(&mut Value), part: &str| {
        let mut peers = peers();
        damage(&mut peers);
        let (_kept, path) = file("peers.json", &peers.to_string());
        let reason = read_any(&[path]).unwrap_err().reason();
        assert!(reason.contains(part), "{part:?} is missing in {reason:?}");
    };
    refused(&|peers| peers["workloads"] = json!([]), "there is none");
    for size in ["n", "d", "centers", "widths"] {
        refused(&|peers| workload(size, json!(0))(peers), &format!("{size} is 0"));
    }
    refused(&|peers| workload("reference", json!("x"))(peers), "reference \"x\" is no entry");
    refused(&|peers| workload("entries", json!([]))(peers), "number of entries is 0");
    refused(&|peers| entry("name", json!("ours"))(peers), "two entries \"ours\"");
    refused(&|peers| entry("query_ns", json!([1, -1]))(peers), "query_ns[1] is -1");
    refused(&|peers| entry("query_ns", json!([0]))(peers), "query_ns[0] is 0");
    refused(&|peers| entry("query_ns", json!([]))(peers), "does not say why");
    refused(&|peers| entry("blocks", json!([0, 1]))(peers), "2 blocks, expected one for each of 3");
    refused(
        &|peers| entry("blocks", json!([0, 2, 2]))(peers),
        "blocks[2] is 2, expected more than 2",
    );
    let control = |peers: &mut Value| peers["workloads"][0]["entries"][0]["control"] = json!(true);
    refused(&control, "reference \"ours\" is marked as a control");
    refused(&|peers| entry("absent", json!("why"))(peers), "but there is");
    refused(&|peers| entry("workers", json!(0))(peers), "workers is 0");
    let answers = json!({"checked": 1, "wrong": 2, "note": null});
    refused(&|peers| entry("answers", answers.clone())(peers), "at most checked = 1");
}

/// What was read, written, and read again.
fn again(report: &Report) -> Report {
    let text = render::by_name("json").unwrap().render(report).unwrap();
    let (_kept, path) = file("report.json", &text);
    read_any(&[path]).unwrap()
}

#[test]
fn a_report_comes_back_from_its_copy() {
    let (_kept, broken) = file("broken<script>.json", "\u{1b}");
    let mut inputs = inputs().to_vec();
    inputs.push(broken);
    let report = read_any(&inputs).unwrap();
    assert_eq!(report.unread.len(), 1);
    let copy = again(&report);
    assert!(copy == report, "the copy differs");
    assert!(!copy.is_whole(), "what was missing is still missing");
}

#[test]
fn a_page_made_of_the_copy_has_the_same_bytes() {
    let inputs = ["version-2/study.json", "criterion/0.8", "peers.json", "machine.json"].map(data);
    let report = read_any(&inputs).unwrap();
    let copy = again(&report);
    let (first, second) = (Compared::of(&report), Compared::of(&copy));
    for format in render::ALL {
        let same = format.lay_out(&first).unwrap() == format.lay_out(&second).unwrap();
        assert!(same, "{}", format.name());
    }
}

#[test]
fn a_copy_that_breaks_a_promise_of_the_model_is_refused() {
    let report = read_any(&inputs()).unwrap();
    let text = render::by_name("json").unwrap().render(&report).unwrap();
    let good: Value = serde_json::from_str(&text).unwrap();
    let refused = |pointer: &str, value: Value, part: &str| {
        let mut damaged = good.clone();
        *damaged.pointer_mut(pointer).expect(pointer) = value;
        let (_kept, path) = file("report.json", &damaged.to_string());
        let reason = read_any(&[path]).expect_err(pointer).reason();
        assert!(reason.contains(part), "{part:?} is missing in {reason:?}");
    };
    let workload = |rest: &str| format!("/report/studies/1/workloads/0/{rest}");
    refused("/version", json!(2), "version 2");
    refused("/format", json!("parzen"), "format \"parzen\"");
    refused("/report/studies/1/workloads", json!([]), "no workload");
    refused("/report/studies/1/file_name", json!("a\u{1b}b"), "steers a terminal");
    refused("/report/studies/1/file_name", json!("a".repeat(600)), "too long");
    refused(&workload("passes"), json!(0), "is 0");
    refused(&workload("center"), json!([]), "center");
    refused(&workload("counts"), json!([]), "count");
    refused(&workload("counts/0"), json!(u64::MAX), "above n");
    refused(&workload("widths/0"), json!(-1), "width");
    refused(&workload("entries"), json!([]), "no entry");
    refused(&workload("entries/0/workers"), json!(0), "entry 0: workers is 0");
    refused(&workload("entries/0/workers"), json!(u64::MAX), "entry 0: there are too many workers");
    refused("/report/studies/1/warnings", json!(vec!["w"; 10_001]), "10001 warnings");
    refused(&workload("entries/0/samples"), json!([]), "one sample for each block");
    refused(&workload("entries/0/samples/0/wall_ns"), json!(0), "wall_ns is 0");
    refused(&workload("entries/0/role"), json!({"control": {"original": 99}}), "copies");
    refused(&workload("entries/1/role"), json!({"control": {"original": 0}}), "copies");
    refused(&workload("blocks"), json!([]), "no block");
    refused(&workload("blocks/0/order/0"), json!(99), "every entry once");
    refused(&workload("blocks/0/opening/wall_ns"), json!(0), "wall_ns is 0");
    let benchmark = |rest: &str| format!("/report/benchmarks/0/benchmarks/0/{rest}");
    refused(&benchmark("samples"), json!([]), "no sample");
    refused(&benchmark("samples/0/total_ns"), json!(-1), "out of range");
    refused(&benchmark("samples/0/iterations"), json!(0), "out of range");
    refused(&benchmark("id"), json!("zzz"), "ascending");
    refused("/report/peers/0/workloads/0/n", json!(0), "n is 0");
    refused("/report/machines/0/limits/quota_cpus", json!(-1), "quota_cpus");
}
