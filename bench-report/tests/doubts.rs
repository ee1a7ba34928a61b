//! Every doubt is told where there is a reason for it, and only there.
//!
//! Separate from the golden files because those hold what a sound study looks like; here one thing
//! at a time goes wrong in the made-up study of version 2.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files must stop")]

use std::{fs, path::Path};

use bench_report::{answer, compare, model::Report, report_from_study};
use serde_json::{Value, json};

fn study() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/version-2/study.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn read(study: &Value) -> Report {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("study.json");
    fs::write(&path, study.to_string()).unwrap();
    report_from_study(&path).unwrap()
}

/// All doubts about the weak scaling of the made-up study after a change; it has none before.
fn doubts(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut study = study();
    change(&mut study);
    let report = read(&study);
    let study = &report.studies[0];
    let workload = &study.workloads[1];
    answer::doubts(study, workload, &compare::workload(workload))
}

/// The change must raise one doubt, which holds all of `parts`.
#[track_caller]
fn assert_doubted(change: impl FnOnce(&mut Value), parts: &[&str]) {
    let doubts = doubts(change);
    assert_eq!(doubts.len(), 1, "{doubts:?}");
    for part in ["l2, weak scaling: "].iter().chain(parts) {
        assert!(doubts[0].contains(part), "{part:?} is missing in {doubts:?}");
    }
}

/// Changes every sample of a configuration of weak scaling.
fn samples(study: &mut Value, configuration: usize, change: impl Fn(&mut Value)) {
    for block in study["workloads"][1]["blocks"].as_array_mut().unwrap() {
        let samples = block["samples"].as_array_mut().unwrap().iter_mut();
        samples.filter(|sample| sample["configuration"] == configuration).for_each(&change);
    }
}

/// Gives every sample of a configuration another time.
fn timed(study: &mut Value, configuration: usize, wall_ns: u64) {
    samples(study, configuration, |sample| {
        sample["wall_ns"] = json!(wall_ns);
        sample["compute_ns"] = json!(wall_ns - 30_000);
    });
}

#[test]
fn a_sound_workload_raises_no_doubt() {
    assert_eq!(doubts(|_| {}), Vec::<String>::new());
}

#[test]
fn other_load_before_a_block_is_told() {
    let idle = |study: &mut Value| {
        study["workloads"][1]["blocks"][2]["idle_foreign"] = json!([0.0, 0.07, 0.0, 0.0]);
    };
    assert_doubted(idle, &["up to 7.0 % of a CPU"]);
}

#[test]
fn dear_clock_readings_are_told() {
    let observed = |study: &mut Value| {
        samples(study, 2, |sample| sample["observer_ns"] = json!(100_000));
    };
    assert_doubted(observed, &["up to 0.9", "more than 0.5 %"]);
}

#[test]
fn times_that_the_clock_cannot_resolve_are_told() {
    let slow_clock = |study: &mut Value| study["timer"]["clock_ns"] = json!(1e6);
    assert_doubted(slow_clock, &["is short against 1.00 ms"]);
}

#[test]
fn another_amount_of_work_is_told() {
    let lazy = |study: &mut Value| {
        samples(study, 2, |sample| sample["workers"][0]["tasks"] = json!(39));
    };
    assert_doubted(lazy, &["threads, 2 workers did 79 tasks", "instead of 80"]);
}

#[test]
fn workers_beyond_the_quota_are_told() {
    let quota = |study: &mut Value| study["limits"]["quota_cpus"] = json!(2.5);
    assert_doubted(quota, &["from 4 on", "quota of 2.5 CPUs"]);
}

#[test]
fn a_missing_or_distant_second_baseline_is_told() {
    let slow = |study: &mut Value| timed(study, 1, 10_500_000);
    assert_doubted(slow, &["two baselines of threads", "more than 3 % apart"]);
    let none = |study: &mut Value| {
        study["workloads"][1]["configurations"][1] = json!({"backend": "other", "workers": 1});
    };
    assert_doubted(none, &["threads was not measured with 1 worker"]);
}

#[test]
fn a_worker_that_adds_more_than_the_one_before_is_told() {
    let suspect = |study: &mut Value| timed(study, 2, 15_000_000);
    assert_doubted(suspect, &["threads, 2 → 4 workers added more per worker"]);
}

#[test]
fn no_step_is_judged_where_equals_differ() {
    let report = read(&study());
    let study = &report.studies[0];
    let told = |idx: usize| {
        let workload = &study.workloads[idx];
        answer::sentences(study, workload, &compare::workload(workload)).concat()
    };
    assert!(told(0).contains("added") && !told(0).contains("no step is judged"));
    assert!(!told(2).contains("added") && told(2).contains("no step is judged"));
}
