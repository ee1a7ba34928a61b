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

/// Six windows of 50 ms before the blocks: a fifth of one of them is a single tick.
fn idle(shares: [f64; 6]) -> impl Fn(&mut Value) {
    move |study: &mut Value| {
        for (block, share) in shares.iter().enumerate() {
            study["workloads"][1]["blocks"][block]["idle_foreign"] = json!([0.0, share, 0.0, 0.0]);
        }
    }
}

#[test]
fn other_load_before_the_blocks_is_told_if_it_is_more_than_a_tick_or_two() {
    assert_eq!(doubts(idle([0.2, 0.0, 0.2, 0.0, 0.0, 0.0])), Vec::<String>::new());
    assert_doubted(idle([0.2, 0.0, 0.2, 0.2, 0.0, 0.0]), &["others used 10.0 % of a CPU"]);
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

/// 5 % of six windows are one and a half ticks: at least four prove more than that.
#[test]
fn other_load_before_the_blocks_withholds_every_verdict() {
    let (busy, restless) = ([0.2; 6], [0.2, 0.2, 0.2, 0.0, 0.0, 0.0]);
    assert_doubted(idle(busy), &["used 20.0 % of a CPU", "more than 5 %, so no step is judged"]);
    assert_eq!(verdicts(idle(busy)), [Verdict::Withheld; 2]);
    assert_eq!(verdicts(idle(restless)), [Verdict::Faster; 2]);
}

/// Gives the worker on a CPU less time than passes, and what is left to others.
fn load(configuration: usize, cpu: usize, thousandths: u64) -> impl Fn(&mut Value) {
    move |study: &mut Value| {
        samples(study, configuration, |sample| {
            let wall_ns = sample["wall_ns"].as_u64().unwrap();
            let foreign_ns = wall_ns * thousandths / 1000;
            sample["foreign_ns"] = json!([0, 0, 0, 0]);
            sample["foreign_ns"][cpu] = json!(foreign_ns);
            if let Some(worker) = sample["workers"].get_mut(cpu) {
                worker["cpu_ns"] = json!(wall_ns - foreign_ns);
            }
        });
    }
}

/// The steps are 1 → 2 and 2 → 4 workers. Rounding may carry the sum of six samples by 35 ms, which is
/// much beside six samples of 2.5 to 10 ms.
#[test]
fn other_load_during_a_configuration_withholds_its_own_steps() {
    let long = |study: &mut Value| {
        for configuration in 0..4 {
            samples(study, configuration, |sample| {
                for time in ["wall_ns", "compute_ns"] {
                    sample[time] = json!(sample[time].as_u64().unwrap() * 100);
                }
                for worker in sample["workers"].as_array_mut().unwrap() {
                    worker["cpu_ns"] = json!(worker["cpu_ns"].as_u64().unwrap() * 100);
                }
            });
        }
    };
    let loaded = |configuration, cpu, thousandths| {
        move |study: &mut Value| {
            long(study);
            load(configuration, cpu, thousandths)(study);
        }
    };
    assert_doubted(loaded(3, 1, 70), &["1 of 4 configurations, 7.0 % during threads, 4 workers"]);
    assert_eq!(verdicts(loaded(3, 1, 70)), [Verdict::Faster, Verdict::Withheld]);
    assert_eq!(verdicts(loaded(2, 1, 70)), [Verdict::Withheld; 2]);
    assert_eq!(verdicts(loaded(0, 0, 70)), [Verdict::Withheld; 2]);
    assert_eq!(verdicts(loaded(3, 1, 48)), [Verdict::Faster; 2]);
    // The same beside the workers holds nobody up.
    assert_eq!(verdicts(loaded(2, 3, 70)), [Verdict::Faster; 2]);
    assert_doubted(loaded(0, 3, 70), &["alone among others: beside serial they used 7.0 %"]);
    // And what the workers used themselves cannot have been others, whatever ticks say.
    let ticks = |study: &mut Value| {
        long(study);
        samples(study, 3, |sample| sample["foreign_ns"] = json!([100_000_000, 0, 0, 0]));
    };
    assert_eq!(verdicts(ticks), [Verdict::Faster; 2]);
}

#[test]
fn a_clock_that_goes_back_withholds_every_verdict() {
    let verdicts_with = |known: Value| verdicts(|study| study["timer"]["is_monotonic"] = known);
    assert_eq!(verdicts_with(json!(false)), [Verdict::Withheld; 2]);
    assert_eq!(verdicts_with(json!(null)), [Verdict::Faster; 2]);
}

#[test]
fn lost_seats_withhold_the_steps_of_their_configuration() {
    for (key, value) in [("pinned", json!(false)), ("migrations", json!(1))] {
        let lost = |study: &mut Value| {
            let blocks = study["workloads"][1]["blocks"].as_array_mut().unwrap();
            let sample = blocks[2]["samples"].as_array_mut().unwrap().iter_mut();
            let mut sample = sample.filter(|sample| sample["configuration"] == 3);
            sample.next().unwrap()["workers"][1][key] = value.clone();
        };
        let parts = ["1 of 4 configurations", "in 1 of 6 samples of threads, 4 workers"];
        assert_doubted(lost, &parts);
        assert_eq!(verdicts(lost), [Verdict::Faster, Verdict::Withheld]);
    }
}

#[test]
fn a_quota_that_was_used_up_in_most_samples_withholds_verdicts() {
    let throttled = |blocks: std::ops::Range<usize>| {
        move |study: &mut Value| {
            for block in
                &mut study["workloads"][1]["blocks"].as_array_mut().unwrap()[blocks.clone()]
            {
                let samples = block["samples"].as_array_mut().unwrap().iter_mut();
                for sample in samples.filter(|sample| sample["configuration"] == 3) {
                    sample["throttled_ns"] = json!(5);
                }
            }
        }
    };
    assert_eq!(doubts(throttled(0..3)), Vec::<String>::new());
    assert_doubted(throttled(0..4), &["in 4 of 6 of threads, 4 workers"]);
    assert_eq!(verdicts(throttled(0..4)), [Verdict::Faster, Verdict::Withheld]);
}

#[test]
fn what_the_host_took_of_a_workers_cpu_is_told() {
    let stolen = |cpu: usize| {
        move |study: &mut Value| {
            samples(study, 2, |sample| sample["stolen_ns"][cpu] = json!(10_000_000));
        }
    };
    assert_doubted(stolen(1), &["the host took", "during threads, 2 workers"]);
    assert_eq!(doubts(stolen(3)), Vec::<String>::new());
}

/// In throughput nobody waits for anybody, so a late start is nobody's design; in weak scaling it is
/// part of handing out the work.
#[test]
fn independent_workers_that_start_late_withhold_verdicts() {
    let late = |workload: usize| {
        move |study: &mut Value| {
            for block in study["workloads"][workload]["blocks"].as_array_mut().unwrap() {
                for sample in block["samples"].as_array_mut().unwrap() {
                    if sample["configuration"] == 3 {
                        let late_ns = sample["wall_ns"].as_u64().unwrap() / 16;
                        sample["workers"][1]["start_ns"] = json!(late_ns);
                    }
                }
            }
        }
    };
    assert_eq!(doubts(late(1)), Vec::<String>::new());
    let report = changed(|study| {
        // Without the control that fails, which withholds everything.
        let workload = &mut study["workloads"][2];
        workload["configurations"].as_array_mut().unwrap().truncate(4);
        for block in workload["blocks"].as_array_mut().unwrap() {
            block["samples"].as_array_mut().unwrap().retain(|s| s["configuration"] != 4);
        }
        late(2)(study);
    });
    let study = &report.studies[0];
    let workload = &study.workloads[2];
    let told = answer::doubts(study, workload, &compare::workload(study, workload)).concat();
    assert!(told.contains("began more than 5 % of the measured time apart, 6.2 %"), "{told}");
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
    assert!(told.contains("(a run with 1 worker is missing)"), "{told}");
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
    assert_doubted(suspect, &["more per worker than the step before added threads, 2 → 4 workers"]);
}

/// One worker is so slow that the second one seems to be worth 148 points.
#[test]
fn a_worker_that_adds_more_than_it_can_is_told() {
    let slow = |study: &mut Value| {
        timed(study, 2, 8_064_000);
        timed(study, 3, 16_128_000);
    };
    let parts = ["the speed of the serial code added threads, 1 → 2 workers (+148.0 points each)"];
    assert_doubted(slow, &parts);
    let report = changed(slow);
    let study = &report.studies[0];
    let workload = &study.workloads[1];
    let comparison = compare::workload(study, workload);
    let told = answer::sentences(study, workload, &comparison).concat();
    assert!(told.contains("(doubtful: more than its workers can add)"), "{told}");
    let headline = answer::headline(workload, &comparison).unwrap();
    assert!(headline.contains("; doubtful, "), "{headline}");
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
    assert!(
        slower.contains("more per worker than the step before added threads, 3 → 4"),
        "{slower}"
    );
}

#[test]
fn no_step_is_judged_where_equals_differ() {
    let report = read(&study());
    let study = &report.studies[0];
    let told = |idx: usize| {
        let workload = &study.workloads[idx];
        answer::sentences(study, workload, &compare::workload(study, workload)).concat()
    };
    assert!(told(0).contains("added") && !told(0).contains("No step is judged"));
    assert!(!told(2).contains("added") && told(2).contains("No step is judged"));
}
