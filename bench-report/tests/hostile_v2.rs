//! Damaged and hostile files of version 2: what only that version has. See `hostile.rs` for the
//! rest.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files must stop")]

use std::{fs, path::Path};

use bench_report::{
    Error,
    compare::Compared,
    model::{Report, Role},
    render, report_from_study,
};
use serde_json::{Value, json};

/// The made-up study, to be damaged.
fn study() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/version-2/study.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn read(study: &Value) -> Result<Report, Error> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("damaged.json");
    fs::write(&path, study.to_string()).unwrap();
    report_from_study(&path)
}

/// `damage` to the first workload must make the study unreadable, with a message that holds all of
/// `parts`.
#[track_caller]
fn assert_refused(damage: impl FnOnce(&mut Value), parts: &[&str]) {
    let mut study = study();
    damage(&mut study["workloads"][0]);
    let error = read(&study).expect_err("must be refused");
    assert!(error.is_bad_input());
    let cause = std::error::Error::source(&error).map_or_else(String::new, ToString::to_string);
    let message = format!("{error}: {cause}");
    for part in ["damaged.json"].iter().chain(parts) {
        assert!(message.contains(part), "{part:?} is missing in {message:?}");
    }
}

/// The study must stay readable; gives the model and the text of every format.
#[track_caller]
fn assert_rendered(study: &Value) -> (Report, Vec<String>) {
    let report = read(study).map_err(|error| error.to_string()).unwrap();
    let compared = Compared::of(&report);
    let texts = render::for_people().map(|format| format.lay_out(&compared).unwrap()).collect();
    (report, texts)
}

/// Text without the line breaks of a terminal.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn unknown_and_missing_modes_and_roles_are_named() {
    let known = "strong, weak, throughput";
    assert_refused(|w| w["mode"] = json!("sideways"), &["workload \"l2\"", "\"sideways\"", known]);
    assert_refused(|w| w["mode"] = Value::Null, &["mode is missing", known]);
    assert_refused(|w| w["mode"] = json!(1), &["invalid type"]);
    let role = |role: Value| move |w: &mut Value| w["configurations"][8]["role"] = role;
    assert_refused(
        role(json!("spy")),
        &["\"spy\"", "configuration 8", "measured, control or roof"],
    );
    assert_refused(role(json!(["control"])), &["invalid type"]);
}

#[test]
fn a_control_needs_something_to_copy() {
    let control =
        |key: &'static str, value: Value| move |w: &mut Value| w["configurations"][8][key] = value;
    let parts = ["configuration 8 is a control", "backend, workers and cpus"];
    assert_refused(control("backend", json!("other")), &parts);
    assert_refused(control("cpus", json!([2, 3])), &parts);
    assert_refused(|w| w["configurations"][2]["role"] = json!("control"), &["configuration 2 is"]);
    let (report, _) = assert_rendered(&study());
    let workload = &report.studies[0].workloads[0];
    assert_eq!(workload.entries[8].role, Role::Control { original: 2 });
}

#[test]
fn an_incomplete_block_may_only_be_the_last_of_several() {
    let null = |block: usize, side: &'static str| {
        move |w: &mut Value| w["blocks"][block][side] = Value::Null
    };
    assert_refused(null(4, "closing"), &["block 4", "closing is missing"]);
    assert_refused(null(0, "opening"), &["block 0", "opening is missing"]);
    assert_refused(
        |w| drop(w["blocks"][4]["samples"].as_array_mut().unwrap().pop()),
        &["block 4", "is missing, expected once"],
    );
    assert_refused(
        |w| {
            let last = w["blocks"].as_array_mut().unwrap().pop().unwrap();
            w["blocks"] = json!([last]);
        },
        &["block 0", "is missing"],
    );
    assert_refused(|w| w["blocks"] = json!([]), &["number of blocks is 0"]);
    assert_refused(|w| w["blocks"] = json!([[]]), &["invalid"]);
}

#[test]
fn the_values_of_a_last_incomplete_block_are_checked_all_the_same() {
    let last = |key: &'static str, value: Value| {
        move |w: &mut Value| w["blocks"][10]["samples"][1][key] = value
    };
    assert_refused(last("configuration", json!(9)), &["block 10", "9 is out of range 0 to 8"]);
    assert_refused(last("wall_ns", json!(0)), &["block 10", "wall_ns", "at least 1"]);
}

#[test]
fn a_last_incomplete_block_is_left_out_and_told() {
    let mut shortened = study();
    shortened["workloads"][0]["blocks"].as_array_mut().unwrap().pop();
    let whole = assert_rendered(&shortened).0;
    let (report, texts) = assert_rendered(&study());
    let [whole, cut] = [&whole, &report].map(|report| &report.studies[0].workloads[0]);
    assert_eq!((whole.unfinished_samples, cut.unfinished_samples), (None, Some(3)));
    assert_eq!((&whole.entries, &whole.blocks), (&cut.entries, &cut.blocks));
    for text in texts {
        assert!(unwrapped(&text).contains("the last block was not finished, its 3 samples"));
        assert!(
            unwrapped(&text).contains("study.json was interrupted") || text.contains("damaged")
        );
    }
}

#[test]
fn returns_to_another_configuration_are_refused() {
    assert_refused(
        |w| w["blocks"][1]["opening"]["configuration"] = json!(3),
        &["block 1", "opening is of configuration 3, expected 0"],
    );
    assert_refused(|w| w["blocks"][1]["closing"]["wall_ns"] = json!(0), &["block 1", "closing"]);
    assert_refused(|w| w["blocks"][1]["closing"] = json!(7), &["invalid type"]);
}

#[test]
fn numbers_out_of_range_are_refused() {
    let sample = |key: &'static str, value: Value| {
        move |w: &mut Value| w["blocks"][1]["samples"][0][key] = value
    };
    for key in ["setup_ns", "transfer_ns", "teardown_ns", "observer_ns", "warm_up_passes"] {
        assert_refused(sample(key, json!(-1)), &["-1"]);
        assert_refused(sample(key, json!(1.5)), &["1.5"]);
        assert_refused(sample(key, json!("1")), &["invalid type"]);
    }
    assert_refused(sample("dispatch_ns", json!(u64::MAX)), &["block 1", "at most wall_ns"]);
    assert_refused(sample("stolen_ns", json!([-1])), &["-1"]);
    assert_refused(sample("tags", json!("foreign")), &["invalid type"]);
    assert_refused(sample("workers", json!([{}, {}])), &["2 workers in a sample", "planned = 1"]);
    let idle = |share: Value| move |w: &mut Value| w["blocks"][1]["idle_foreign"] = json!([share]);
    assert_refused(idle(json!(-0.1)), &["block 1", "idle_foreign -0.1", "0 to 1"]);
    assert_refused(idle(json!(1.1)), &["idle_foreign 1.1"]);
    assert_refused(|w| w["widths_per_scan"] = json!(0), &["widths_per_scan is 0"]);
    assert_refused(|w| w["tasks"] = json!(0), &["tasks is 0"]);
}

#[test]
fn unknown_tags_are_shown_and_harmless() {
    let mut study = study();
    study["workloads"][0]["blocks"][0]["samples"][0]["tags"] =
        json!(["<script>\u{1b}[2J", "b", "b", "", "c", "d", "e", "f", "g", "h", "i"]);
    let (report, texts) = assert_rendered(&study);
    let tags = report.studies[0].workloads[0].entries[0].samples[0].tags.as_ref().unwrap();
    assert_eq!(tags.len(), 10);
    assert!(texts.iter().all(|text| !text.contains('\u{1b}') && !text.contains("<script")));
    assert!(texts.iter().any(|text| text.contains("2 more kinds")));
}

/// Sets every value to null whose name is not needed.
fn nulled(value: &mut Value, needed: &[&str]) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| nulled(value, needed)),
        Value::Object(fields) => fields.iter_mut().for_each(|(name, value)| {
            if needed.contains(&name.as_str()) {
                nulled(value, needed);
            } else {
                *value = Value::Null;
            }
        }),
        _ => {}
    }
}

#[test]
fn everything_that_may_be_unknown_may_be_missing_or_null() {
    let needed = [
        "format",
        "version",
        "workloads",
        "name",
        "n",
        "d",
        "center",
        "widths",
        "counts",
        "mode",
        "configurations",
        "backend",
        "workers",
        "passes",
        "blocks",
        "samples",
        "opening",
        "closing",
        "configuration",
        "wall_ns",
        "role",
        "level",
        "bytes",
        "kind",
        "huge_bytes",
        "cpus",
    ];
    let mut study = study();
    nulled(&mut study, &needed);
    for block in study["workloads"][0]["blocks"].as_array_mut().unwrap() {
        for sample in block["samples"].as_array_mut().unwrap() {
            sample.as_object_mut().unwrap().remove("workers");
        }
    }
    let (report, texts) = assert_rendered(&study);
    assert_eq!(report.studies[0].workloads[0].entries[2].samples[0].start_up_ns(), None);
    assert!(texts.iter().all(|text| text.contains("unknown")));
}

#[test]
fn the_greatest_numbers_are_rendered() {
    let mut study = study();
    study["timer"] = json!({"resolution_ns": 1e300, "clock_ns": -1e300, "cpu_clock_ns": 0});
    study["plan"] = json!({"budget_s": 1e300, "precision": -1, "blocks": u64::MAX});
    study["limits"]["quota_cpus"] = json!(1e-300);
    for (idx, workload) in study["workloads"].as_array_mut().unwrap().iter_mut().enumerate() {
        workload["bytes"] = json!(u64::MAX);
        workload["tasks"] = json!(u64::MAX);
        for (place, sample) in
            workload["blocks"][0]["samples"].as_array_mut().unwrap().iter_mut().enumerate()
        {
            sample["wall_ns"] = json!(if (place + idx) % 2 == 0 { u64::MAX } else { 1 });
            (sample["dispatch_ns"], sample["compute_ns"]) = (json!(0), json!(1));
            sample["reduction_ns"] = json!(0);
            for key in ["setup_ns", "transfer_ns", "teardown_ns", "observer_ns"] {
                sample[key] = json!(u64::MAX);
            }
            (sample["stolen_ns"], sample["foreign_ns"]) = (json!([]), json!([i64::MAX, 0]));
            (sample["unplaced_ns"], sample["throttled_periods"]) = (json!(u64::MAX), json!(0));
            for worker in sample["workers"].as_array_mut().unwrap() {
                for key in ["cpu_ns", "busy_ns", "run_queue_ns", "tasks", "migrations"] {
                    worker[key] = json!(u64::MAX);
                }
                (worker["waiting_cpu_ns"], worker["clock_mhz"]) = (json!(0), json!(1e300));
            }
        }
        workload["blocks"][0]["opening"]["wall_ns"] = json!(1);
        for (key, value) in [("dispatch_ns", 0), ("compute_ns", 0), ("reduction_ns", 0)] {
            workload["blocks"][0]["opening"][key] = json!(value);
        }
        workload["blocks"][0]["closing"]["wall_ns"] = json!(u64::MAX);
    }
    for text in assert_rendered(&study).1 {
        let mut words = text.split(|c: char| !c.is_alphanumeric());
        assert_eq!(words.find(|&word| word == "NaN" || word == "inf"), None);
    }
}

/// Ten backends with six numbers of workers: the terminal stays a screen, the pages have it all.
#[test]
fn many_backends_stay_readable() {
    let mut study = study();
    let backends = (0..10).flat_map(|backend| {
        [1, 2, 3, 4, 8, 12].map(|workers| {
            json!({"backend": format!("backend-{backend}"),
            "workers": workers, "cpus": [], "oversubscribed": workers > 4})
        })
    });
    let serial = json!({"backend": "serial", "workers": 1});
    let configurations: Vec<Value> = std::iter::once(serial).chain(backends).collect();
    let sample = |idx: usize| json!({"configuration": idx, "wall_ns": 100_000 + 10 * idx});
    let block = json!({"opening": sample(0), "closing": sample(0),
        "samples": (0..configurations.len()).map(sample).collect::<Vec<_>>()});
    let workload = &mut study["workloads"][0];
    workload["configurations"] = json!(configurations);
    workload["blocks"] = json!(vec![block; 6]);
    study["workloads"].as_array_mut().unwrap().truncate(1);
    let (_, texts) = assert_rendered(&study);
    let terminal = texts.last().unwrap();
    assert!(terminal.lines().count() < 60, "{terminal}");
    assert!(terminal.lines().all(|line| line.chars().count() <= 130), "{terminal}");
    assert!(texts[1].contains("backend-9, 12 workers"));
}
