//! Every doubt is told where there is a reason for it, and only there.
//!
//! Separate from the golden files because those hold what a sound study looks like; here one thing
//! at a time goes wrong in the made-up study of version 2.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files must stop")]

use std::{fs, path::Path};

use bench_report::{
    answer,
    compare::{self, Verdict},
    model::Report,
    report_from_study,
};
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

/// The made-up study after a change.
fn changed(change: impl FnOnce(&mut Value)) -> Report {
    let mut study = study();
    change(&mut study);
    read(&study)
}

/// What is said about the steps of weak scaling after a change.
fn verdicts(change: impl FnOnce(&mut Value)) -> Vec<Verdict> {
    let report = changed(change);
    let study = &report.studies[0];
    let figures = compare::workload(study, &study.workloads[1]).figures;
    figures.iter().filter_map(|figures| figures.gain).map(|step| step.verdict()).collect()
}

/// All doubts about the weak scaling of the made-up study after a change; it has none before.
fn doubts(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let report = changed(change);
    let study = &report.studies[0];
    let workload = &study.workloads[1];
    answer::doubts(study, workload, &compare::workload(study, workload))
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
    assert_doubted(slow_clock, &["9.80 ms (serial) is too short", "wants 20.0 ms", "no step"]);
    let coarse_clock = |study: &mut Value| study["timer"]["resolution_ns"] = json!(980_001);
    assert_doubted(coarse_clock, &["9.80 ms (serial) is too short", "wants 9.80 ms"]);
}

#[test]
fn other_load_before_most_blocks_withholds_every_verdict() {
    let busy = |share: f64| {
        move |study: &mut Value| {
            for block in study["workloads"][1]["blocks"].as_array_mut().unwrap() {
                block["idle_foreign"] = json!([0.0, share, 0.01, 0.0]);
            }
        }
    };
    assert_doubted(busy(0.051), &["5.1 % in the median, more than 5 %, so no step is judged"]);
    assert!(doubts(busy(0.049))[0].contains("up to 4.9 % of a CPU just before a block; stop"));
    assert_eq!(verdicts(busy(0.051)), [Verdict::Withheld; 2]);
    assert_eq!(verdicts(busy(0.049)), [Verdict::Faster; 2]);
}

/// The steps are 1 → 2 and 2 → 4 workers.
#[test]
fn other_load_during_a_configuration_withholds_its_own_steps() {
    let load = |configuration: usize, of_wall: u64| {
        move |study: &mut Value| {
            samples(study, configuration, |sample| {
                let foreign_ns = sample["wall_ns"].as_u64().unwrap() * of_wall / 1000;
                sample["foreign_ns"] = json!([1, foreign_ns, 0, 0]);
            });
        }
    };
    assert_doubted(load(3, 52), &["1 of 4 configurations, 5.2 % during threads, 4 workers"]);
    assert_eq!(verdicts(load(3, 52)), [Verdict::Faster, Verdict::Withheld]);
    assert_eq!(verdicts(load(2, 52)), [Verdict::Withheld; 2]);
    assert_eq!(verdicts(load(0, 52)), [Verdict::Withheld; 2]);
    assert_eq!(verdicts(load(3, 48)), [Verdict::Faster; 2]);
}

#[test]
fn workers_that_differ_are_told() {
    let slow = |study: &mut Value| {
        samples(study, 3, |sample| {
            let busy_ns = sample["workers"][1]["busy_ns"].as_u64().unwrap();
            sample["workers"][1]["busy_ns"] = json!(busy_ns * 3 / 2);
        });
    };
    let parts = ["workers of 1 of 2 configurations differ", "threads, 4 workers: p = 0.0"];
    assert_doubted(slow, &parts);
}

#[test]
fn a_speed_up_without_a_second_baseline_is_called_one_against_serial_code_only() {
    let none = |study: &mut Value| {
        study["workloads"][1]["configurations"][1] = json!({"backend": "other", "workers": 1});
    };
    let report = changed(none);
    let study = &report.studies[0];
    let workload = &study.workloads[1];
    let told = answer::sentences(study, workload, &compare::workload(study, workload)).concat();
    assert!(told.contains("against serial code only, for want of a run with 1 worker"), "{told}");
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

/// One worker is so slow that the second one seems to be worth 148 points.
#[test]
fn a_worker_that_adds_more_than_it_can_is_told() {
    let slow = |study: &mut Value| {
        timed(study, 2, 8_064_000);
        timed(study, 3, 16_128_000);
    };
    let parts = ["threads, 1 → 2 workers added +148.0 points", "baseline was slower"];
    assert_doubted(slow, &parts);
}

/// A perfect machine with four cores and 100 whole tasks: 1, 2, 100/34 and 4 times as fast. The
/// fourth worker adds more than the third, as it must.
#[test]
fn whole_tasks_are_no_rise() {
    let doubts = |time_of_three: u64| {
        let report = changed(|study| {
            let mut workload = study["workloads"][1].take();
            workload["mode"] = json!("strong");
            workload["tasks"] = json!(100);
            let three = json!({"backend": "threads", "workers": 3, "cpus": [0, 1, 2],
                "oversubscribed": false, "role": "measured"});
            workload["configurations"].as_array_mut().unwrap().insert(3, three);
            for block in workload["blocks"].as_array_mut().unwrap() {
                let time = |workers| match workers {
                    0 | 1 => 100_000_000,
                    2 => 50_000_000,
                    3 => time_of_three,
                    _ => 25_000_000_u64,
                };
                let sample = |idx: u64| json!({"configuration": idx, "wall_ns": time(idx)});
                block["samples"] = (0..5).map(sample).collect();
                for end in ["opening", "closing"] {
                    block[end] = sample(0);
                }
            }
            study["workloads"] = json!([workload]);
        });
        let study = &report.studies[0];
        let workload = &study.workloads[0];
        answer::doubts(study, workload, &compare::workload(study, workload))
    };
    assert_eq!(doubts(34_000_000), Vec::<String>::new());
    let slower = doubts(36_000_000).concat();
    assert!(slower.contains("3 → 4 workers added more per worker"), "{slower}");
}

#[test]
fn no_step_is_judged_where_equals_differ() {
    let report = read(&study());
    let study = &report.studies[0];
    let told = |idx: usize| {
        let workload = &study.workloads[idx];
        answer::sentences(study, workload, &compare::workload(study, workload)).concat()
    };
    assert!(told(0).contains("added") && !told(0).contains("no step is judged"));
    assert!(!told(2).contains("added") && told(2).contains("no step is judged"));
}
