//! Damaged and hostile files: an error that names the file, or escaped text; never a panic.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files must stop")]

use std::{fs, path::Path};

use assert_cmd::Command;
use bench_report::{Error, compare::Compared, render, report_from_study};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The recorded study, to be damaged.
fn study() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/study.json");
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Writes `text` as a study and reads it.
fn read(text: &str) -> Result<bench_report::model::Report, Error> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("damaged.json");
    fs::write(&path, text).unwrap();
    report_from_study(&path)
}

/// The error with its causes in one line.
fn message(error: &Error) -> String {
    let source = std::error::Error::source(error);
    let causes = std::iter::successors(source, |cause| cause.source());
    let causes = causes.map(ToString::to_string);
    std::iter::once(error.to_string()).chain(causes).collect::<Vec<_>>().join(": ")
}

/// `damage` must make the study unreadable, with a message that holds all of `parts`.
#[track_caller]
fn assert_refused(damage: impl FnOnce(&mut Value), parts: &[&str]) {
    let mut study = study();
    damage(&mut study);
    let error = read(&study.to_string()).expect_err("must be refused");
    assert!(error.is_bad_input());
    let message = message(&error);
    for part in ["damaged.json"].iter().chain(parts) {
        assert!(message.contains(part), "{part:?} is missing in {message:?}");
    }
}

/// The study must stay readable, and every format must make text of it.
#[track_caller]
fn assert_rendered(study: &Value) -> Vec<String> {
    let report = read(&study.to_string()).map_err(|error| message(&error)).unwrap();
    let compared = Compared::of(&report);
    render::for_people().map(|format| format.lay_out(&compared).unwrap()).collect()
}

#[test]
fn a_study_cut_off_anywhere_is_refused() {
    let text = study().to_string();
    for length in (0..text.len()).step_by(997).chain([text.len() - 1]) {
        let error = read(&text[..length]).expect_err("must be refused");
        assert!(matches!(error, Error::Parse { .. }), "at {length}: {error:?}");
    }
}

#[test]
fn other_kinds_and_versions_are_called_that() {
    assert_refused(|s| s["format"] = json!("criterion"), &["\"criterion\"", "\"parzen-study\""]);
    assert_refused(|s| s["version"] = json!(3), &["version 3", "version 1 and version 2"]);
    for text in ["[]", "null", "3", "\"\"", "\u{0}", "", "{\"format\":[]}"] {
        assert!(read(text).expect_err("must be refused").is_bad_input(), "{text:?}");
    }
    assert!(matches!(read("{}"), Err(Error::Format { .. })));
}

#[test]
fn a_missing_file_is_named() {
    let error = report_from_study(Path::new("no/such/study.json")).unwrap_err();
    assert!(message(&error).contains("no/such/study.json"));
}

#[test]
fn empty_and_incomplete_blocks_are_refused() {
    assert_refused(|s| s["workloads"] = json!([]), &["workloads", "at least 1"]);
    let first = |s: &mut Value, key: &str, value: Value| s["workloads"][0][key] = value;
    assert_refused(|s| first(s, "blocks", json!([])), &["number of blocks is 0"]);
    assert_refused(|s| first(s, "configurations", json!([])), &["number of configurations is 0"]);
    assert_refused(|s| s["workloads"][0]["blocks"][3] = json!([]), &["block 3", "is missing"]);
    let sample = |s: &mut Value, key: &str, value: Value| {
        s["workloads"][0]["blocks"][3][0][key] = value;
    };
    assert_refused(|s| sample(s, "configuration", json!(99)), &["99", "range 0 to 5"]);
    assert_refused(
        |s| {
            let other = s["workloads"][0]["blocks"][3][1]["configuration"].clone();
            sample(s, "configuration", other);
        },
        &["block 3", "occurs twice"],
    );
}

#[test]
fn zero_negative_and_overflowing_times_are_refused() {
    let wall =
        |value: Value| move |s: &mut Value| s["workloads"][0]["blocks"][0][0]["wall_ns"] = value;
    assert_refused(wall(json!(0)), &["block 0", "wall_ns", "at least 1"]);
    assert_refused(wall(json!(-1)), &["-1"]);
    assert_refused(wall(json!(1.5)), &["1.5"]);
    assert_refused(wall(json!(1e300)), &["line"]);
    let text = study().to_string().replacen("\"passes\":130", "\"passes\":1e400", 1);
    assert!(matches!(read(&text), Err(Error::Parse { .. })));
}

#[test]
fn sizes_that_disagree_are_refused() {
    let first =
        |key: &'static str, value: Value| move |s: &mut Value| s["workloads"][0][key] = value;
    assert_refused(first("center", json!([0.0])), &["1 coordinates of center", "d = 2"]);
    assert_refused(first("counts", json!([1, 2])), &["2 counts", "widths = 5"]);
    assert_refused(first("counts", json!([1, 2, 3, 4, 10_001])), &["count 10001", "n = 10000"]);
    assert_refused(first("widths", json!([1, 2, 3, 4, 0])), &["width 0"]);
    assert_refused(first("passes", json!(0)), &["passes is 0"]);
    assert_refused(first("n", json!(0)), &["n is 0"]);
    assert_refused(first("sample_seed", json!(-1)), &["-1"]);
    assert_refused(first("pages", json!({"bytes": 1, "huge_bytes": 2})), &["huge_bytes 2"]);
    assert_refused(
        |s| s["workloads"][0]["configurations"][2]["cpus"] = json!([0]),
        &["1 cpus of configuration 2", "workers = 2"],
    );
    assert_refused(
        |s| s["workloads"][0]["configurations"][2]["workers"] = json!(0),
        &["workers of configuration 2 is 0"],
    );
}

#[test]
fn more_samples_than_the_bootstrap_handles_are_refused() {
    let block = json!([{"configuration": 0, "wall_ns": 1}]);
    assert_refused(
        |s| {
            s["workloads"][0]["configurations"] = json!([{"backend": "serial", "workers": 1}]);
            s["workloads"][0]["blocks"] = json!(vec![block; 100_001]);
        },
        &["100001 samples", "at most 100000"],
    );
}

#[test]
fn more_than_a_report_can_lay_out_is_refused() {
    let configurations = |count: usize, backend: fn(usize) -> String| {
        let one = |idx| json!({"backend": backend(idx), "workers": idx + 1});
        (0..count).map(one).collect::<Vec<Value>>()
    };
    assert_refused(
        |study| {
            study["workloads"][0]["configurations"] =
                json!(configurations(4097, |_| "threads".into()));
        },
        &["4097 configurations", "at most 4096"],
    );
    assert_refused(
        |study| {
            study["workloads"][0]["configurations"] =
                json!(configurations(65, |idx| format!("backend-{idx}")));
        },
        &["65 backends", "at most 64"],
    );
    assert_refused(
        |study| study["workloads"][0]["configurations"][1]["workers"] = json!(u64::MAX),
        &["18446744073709551615 workers of configuration 1", "at most 1048576"],
    );
    assert_refused(
        |study| {
            let cpu = |id| json!({"id": id});
            study["machine"]["topology"] = (0..8193).map(cpu).collect();
        },
        &["8193 CPUs", "at most 8192"],
    );
    assert_refused(
        |study| study["warnings"] = json!(vec!["w"; 10_001]),
        &["10001 warnings", "at most 10000"],
    );
}

#[test]
fn the_greatest_numbers_are_rendered() {
    let mut study = study();
    study["created_unix_s"] = json!(u64::MAX);
    study["seed"] = json!(u64::MAX);
    study["machine"]["memory_bytes"] = json!(u64::MAX);
    study["machine"]["allowed_cpus"] = json!([u64::MAX, 0]);
    study["machine"]["quota_cpus"] = json!(1e300);
    study["machine"]["nominal_mhz"] = json!(-1e300);
    let workload = &mut study["workloads"][0];
    workload["n"] = json!(u64::MAX);
    workload["counts"] = json!(vec![u64::MAX; 5]);
    workload["passes"] = json!(u64::MAX);
    workload["widths"] = json!(vec![1e308; 5]);
    workload["center"] = json!([-1e308, 5e-324]);
    workload["configurations"][5]["workers"] = json!(1 << 20);
    workload["configurations"][5]["cpus"] = json!([]);
    for (idx, sample) in workload["blocks"][0].as_array_mut().unwrap().iter_mut().enumerate() {
        sample["wall_ns"] = json!(if idx % 2 == 0 { u64::MAX } else { 1 });
        for worker in sample["workers"].as_array_mut().unwrap() {
            worker["cpu_ns"] = json!(u64::MAX);
        }
    }
    for text in assert_rendered(&study) {
        let mut words = text.split(|c: char| !c.is_alphanumeric());
        assert_eq!(words.find(|&word| word == "NaN" || word == "inf"), None);
    }
}

#[test]
fn an_unknown_machine_and_unknown_fields_are_accepted() {
    let mut study = study();
    study["machine"] = json!({"cpu": null, "of_the_future": [1, 2]});
    study["of_the_future"] = json!({"a": 1});
    study["workloads"][0]["of_the_future"] = json!(1);
    assert_rendered(&study);
    for key in ["machine", "seed", "created_unix_s", "isa", "warnings"] {
        study.as_object_mut().unwrap().remove(key);
    }
    for key in ["pages", "bytes", "title", "task", "warm_up_passes", "checksum"] {
        study["workloads"][0].as_object_mut().unwrap().remove(key);
    }
    assert!(assert_rendered(&study).iter().any(|text| text.contains("unknown")));
}

#[test]
fn one_block_gives_no_interval_and_says_so() {
    let mut study = study();
    study["workloads"][0]["blocks"].as_array_mut().unwrap().truncate(1);
    for text in assert_rendered(&study) {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains("1 block is too few for a 95 % interval"), "{text}");
    }
}

#[test]
fn without_serial_code_there_is_no_speed_up() {
    let mut study = study();
    for workload in study["workloads"].as_array_mut().unwrap() {
        workload["configurations"][0]["backend"] = json!("something else");
    }
    for text in assert_rendered(&study) {
        assert!(text.contains("No serial code was measured"), "{text}");
    }
}

#[test]
fn sixty_configurations_and_one_are_rendered() {
    let mut study = study();
    let configurations: Vec<Value> = (0..60)
        .map(|idx| json!({"backend": if idx == 0 { "serial" } else { "b" }, "workers": idx.max(1)}))
        .collect();
    let block: Vec<Value> =
        (0..60).map(|idx| json!({"configuration": idx, "wall_ns": 1000 + idx})).collect();
    study["workloads"][0]["configurations"] = json!(configurations);
    study["workloads"][0]["blocks"] = json!(vec![block; 6]);
    study["workloads"][1]["configurations"] = json!([{"backend": "serial", "workers": 1}]);
    study["workloads"][1]["blocks"] = json!([[{"configuration": 0, "wall_ns": 7}]]);
    assert_rendered(&study);
}

#[test]
fn markup_and_terminal_codes_in_names_stay_text() {
    let evil = "<script>alert(1)</script>\"'&|`*_[x](javascript:1)\u{1b}[31m\n{{ title }}{% raw %}";
    let mut study = study();
    study["isa"] = json!(evil);
    study["warnings"] = json!([evil]);
    for key in ["cpu", "os", "kernel", "rustc", "governor"] {
        study["machine"][key] = json!(evil);
    }
    for key in ["name", "title", "generator", "checksum", "task", "element"] {
        study["workloads"][0][key] = json!(evil);
    }
    study["workloads"][0]["configurations"][1]["backend"] = json!(evil);
    let report = read(&study.to_string()).unwrap();
    let compared = Compared::of(&report);
    for format in render::ALL {
        let text = format.lay_out(&compared).unwrap();
        assert!(!text.contains('\u{1b}'), "{}", format.name());
        if format.file_name().is_some() {
            assert!(!text.contains("<script"), "{}", format.name());
        }
    }
}

/// Runs the program on `text` and gives its exit code and its standard error.
fn run(text: &str, out: &Path) -> (Option<i32>, String) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("study.json");
    fs::write(&path, text).unwrap();
    let mut command = Command::cargo_bin("bench-report").unwrap();
    let output = command.arg("render").arg("--study").arg(&path).arg("--out").arg(out).output();
    let output = output.unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn exit_codes_tell_bad_input_from_failed_writing() {
    let directory = TempDir::new().unwrap();
    let good = study().to_string();
    let (code, errors) = run(&good, directory.path());
    assert_eq!((code, errors.as_str()), (Some(0), ""));

    let empty = TempDir::new().unwrap();
    let (code, errors) = run("{", empty.path());
    assert_eq!(code, Some(2));
    assert!(errors.starts_with("error: ") && errors.contains("study.json"), "{errors}");
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);

    let file = directory.path().join("report.md");
    let (code, errors) = run(&good, &file);
    assert_eq!(code, Some(1), "{errors}");
    assert!(errors.contains("cannot write"), "{errors}");
}

#[test]
fn wrong_usage_names_the_alternatives() {
    let output = Command::cargo_bin("bench-report")
        .unwrap()
        .args(["render", "--format", "gopher"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8(output.stderr).unwrap();
    for format in render::ALL {
        assert!(errors.contains(format.name()), "{errors}");
    }
}
