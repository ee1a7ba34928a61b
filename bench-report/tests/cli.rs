//! The program as a black box: what it reads, what it prints, and how it leaves.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files must stop")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use assert_cmd::Command;
use rand::{SeedableRng as _, rngs::ChaCha8Rng};
use rand_distr::{Distribution as _, Normal};
use serde_json::json;
use tempfile::TempDir;

const BEGIN: &str = "<!-- bench-report:begin -->";
const END: &str = "<!-- bench-report:end -->";

fn program(directory: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bench-report"));
    command.current_dir(directory.path());
    command
}

/// Exit code, standard output and standard error.
fn run(directory: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    let output = program(directory).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Writes what criterion would leave of one benchmark of 100 samples.
fn benchmark(directory: &TempDir, name: &str, baseline: &str, level_ns: f64) {
    let letters = name.bytes().chain(baseline.bytes());
    let seed = letters.fold(7_u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let noise = Normal::new(level_ns, 0.02 * level_ns).unwrap();
    let times: Vec<f64> = (0..100).map(|_| 10.0 * noise.sample(&mut random)).collect();
    let place = directory.path().join("target/criterion/group").join(name).join(baseline);
    fs::create_dir_all(&place).unwrap();
    let about = json!({
        "group_id": "group", "function_id": name, "value_str": null, "throughput": null,
        "full_id": format!("group/{name}"), "directory_name": format!("group/{name}"),
        "title": format!("group/{name}"),
    });
    let sample = json!({ "sampling_mode": "Flat", "iters": vec![10.0; 100], "times": times });
    fs::write(place.join("benchmark.json"), about.to_string()).unwrap();
    fs::write(place.join("sample.json"), sample.to_string()).unwrap();
}

/// Two baselines: one benchmark is the same, the other takes `factor` times as long.
fn two_baselines(factor: f64) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (baseline, factor) in [("main", 1.0), ("new", factor)] {
        benchmark(&directory, "steady", baseline, 100.0);
        benchmark(&directory, "moved", baseline, 100.0 * factor);
    }
    directory
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

/// A directory with the recorded study in it.
fn with_study() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::copy(data("version-2/study.json"), directory.path().join("study.json")).unwrap();
    directory
}

#[test]
fn a_proven_regression_leaves_with_1_and_is_named() {
    let directory = two_baselines(1.2);
    let (code, out, _) = run(&directory, &["compare", "main", "new", "--fail-above", "5%"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("Proven to be slower by more than 5 %: group/moved."), "{out}");
    let (code, ..) = run(&directory, &["compare", "main", "new", "--fail-above", "50%"]);
    assert_eq!(code, 0);
    let (code, ..) = run(&directory, &["compare", "main", "new"]);
    assert_eq!(code, 0, "without a limit nothing fails");
    let (code, ..) = run(&directory, &["compare", "new", "main", "--fail-above", "5%"]);
    assert_eq!(code, 0, "faster is no regression");
}

#[test]
fn equal_runs_leave_with_0() {
    let directory = two_baselines(1.0);
    let (code, out, _) = run(&directory, &["compare", "main", "new", "--fail-above", "1%"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("No row is proven to be slower by more than 1 %."), "{out}");
}

#[test]
fn a_side_is_a_directory_a_baseline_in_it_or_a_bare_baseline() {
    let directory = two_baselines(1.2);
    let sides = [
        ["main", "new"],
        ["target/criterion@main", "target/criterion"],
        ["target/criterion@main", "target/criterion@new"],
    ];
    let json = |sides: [&str; 2]| {
        let (code, out, _) = run(&directory, &["compare", sides[0], sides[1], "--format", "json"]);
        assert_eq!(code, 0);
        serde_json::from_str::<serde_json::Value>(&out).unwrap()["rows"][0]["ratio"].clone()
    };
    let ratios: Vec<_> = sides.map(json).into();
    assert!(ratios.iter().all(|ratio| ratio.is_f64() && *ratio == ratios[0]), "{ratios:?}");
}

#[test]
fn studies_are_compared_with_studies() {
    let directory = with_study();
    let arguments = ["compare", "study.json", "study.json", "--fail-above", "1%"];
    let (code, out, _) = run(&directory, &arguments);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("not paired"), "{out}");
}

#[test]
fn bad_input_leaves_with_2_and_says_what_is_wrong() {
    let directory = two_baselines(1.0);
    let limits = ["compare", "main", "new", "--fail-above", "0.5%", "--min-effect", "2%"];
    let cases: [(&[&str], &[&str]); 9] = [
        (&limits, &["--fail-above 0.5 %", "--min-effect 2 %", "cannot fail"]),
        (&["compare", "main"], &["compared with nothing"]),
        (&["compare", "main", "old"], &["\"old\"", "main, new"]),
        (&["compare", "main", "nowhere.json"], &["nowhere.json"]),
        (&["compare", "main", "target/criterion@old"], &["old"]),
        (&["compare", "main", "new", "--fail-above", "5"], &["\"5\"", "from 0 to 1000", "5%"]),
        (&["compare", "main", "new", "--min-effect", "0.05"], &["\"0.05\"", "per cent sign"]),
        (&["compare", "main", "new", "--filter", "no such name"], &["nothing of new"]),
        (&["render", "--study", "nowhere.json"], &["nowhere.json"]),
    ];
    for (arguments, parts) in cases {
        let (code, _, error) = run(&directory, arguments);
        assert_eq!(code, 2, "{arguments:?}: {error}");
        for part in parts {
            assert!(error.contains(part), "{part:?} is missing in {error:?}");
        }
    }
}

#[test]
fn baselines_with_a_slash_are_told_apart() {
    let directory = tempfile::tempdir().unwrap();
    benchmark(&directory, "moved", "a/x", 100.0);
    benchmark(&directory, "moved", "b/x", 200.0);
    let (code, out, error) = run(&directory, &["compare", "a/x", "b/x", "--fail-above", "50%"]);
    assert_eq!(code, 1, "{out}{error}");
    assert_eq!(run(&directory, &["compare", "b/x", "a/x", "--fail-above", "50%"]).0, 0);
    let (code, _, error) = run(&directory, &["compare", "a/x", "x"]);
    assert_eq!(code, 2);
    assert!(error.contains("its baselines are a/x, b/x"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_name_in_an_error_steers_no_terminal() {
    let directory = tempfile::tempdir().unwrap();
    benchmark(&directory, "m", "r\u{1b}[31m", 100.0);
    let (code, _, error) = run(&directory, &["compare", "old", "new"]);
    assert_eq!(code, 2);
    assert!(!error.contains('\u{1b}') && error.contains("r\u{fffd}[31m"), "{error}");
}

/// With a limit and without, in every format.
#[test]
fn a_comparison_without_rows_leaves_with_2_and_says_so() {
    let directory = tempfile::tempdir().unwrap();
    benchmark(&directory, "gone", "main", 100.0);
    benchmark(&directory, "added", "new", 100.0);
    for limit in [&[][..], &["--fail-above", "5%"]] {
        for format in ["terminal", "markdown", "json"] {
            let arguments = [&["compare", "main", "new", "--format", format], limit].concat();
            let (code, out, error) = run(&directory, &arguments);
            assert_eq!(code, 2, "{out}{error}");
            assert!(error.contains("nothing of new was compared with main"), "{error}");
            let told =
                if format == "json" { "\"complete\": false" } else { "nothing was compared" };
            assert!(out.contains(told) && out.contains("not in main"), "{out}");
        }
    }
}

#[test]
fn nothing_to_report_on_names_what_was_looked_for() {
    let directory = tempfile::tempdir().unwrap();
    let (code, out, error) = run(&directory, &["render"]);
    assert_eq!((code, out.as_str()), (2, ""));
    for part in ["target/criterion", "`cargo bench`", "target/parzen/study.json", "`cargo study`"] {
        assert!(error.contains(part), "{part:?} is missing in {error:?}");
    }
}

#[test]
fn defaults_are_what_the_measuring_programs_leave() {
    let directory = with_study();
    fs::create_dir_all(directory.path().join("target/parzen")).unwrap();
    let place = directory.path().join("target/parzen/study.json");
    fs::rename(directory.path().join("study.json"), place).unwrap();
    let (code, out, error) = run(&directory, &["render"]);
    assert_eq!(code, 0, "{error}");
    assert!(out.contains("wrote target/parzen/report.html"), "{out}");
    assert!(directory.path().join("target/parzen/report.html").exists());
}

#[test]
fn what_cannot_be_read_is_warned_of_and_the_rest_is_written() {
    let directory = with_study();
    fs::write(directory.path().join("broken.json"), "{").unwrap();
    let arguments = ["render", "study.json", "broken.json", "--out", "out"];
    let (code, out, error) = run(&directory, &arguments);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("broken.json is missing from the result"), "{error}");
    assert!(error.contains("EOF"), "{error}");
    assert!(out.contains("wrote out/report.html"), "{out}");
    assert!(directory.path().join("out/report.html").exists());
}

/// Whoever names a file or writes one must not be able to steer the terminal of its reader, or to
/// begin a line that looks like ours.
#[cfg(unix)]
#[test]
fn what_steers_a_terminal_never_reaches_it() {
    const EVIL: &str = "evil\u{1b}[2J\u{202e}\nerror: all is lost";
    let directory = with_study();
    fs::write(directory.path().join(EVIL), "{").unwrap();
    let foreign = serde_json::json!({"format": EVIL}).to_string();
    fs::write(directory.path().join("foreign.json"), foreign).unwrap();
    let workload = serde_json::json!({"format": "parzen-study", "version": 2, "workloads": [EVIL]});
    fs::write(directory.path().join("typed.json"), workload.to_string()).unwrap();
    benchmark(&directory, "one", EVIL, 100.0);
    let missing = format!("target/criterion@{EVIL}?");
    let cases: [&[&str]; 8] = [
        &["render", EVIL, "--out", "out"],
        &["render", "foreign.json", "--out", "out"],
        &["render", "typed.json", "--out", "out"],
        &["render", "study.json", EVIL, "foreign.json", "--out", "out", "--format", "json"],
        &["render", "target/criterion", "--out", "out"],
        &["render", "--criterion", &missing, "--out", "out"],
        &["render", "study.json", "--out", "out", "--splice", EVIL],
        &["compare", "nothing", "target/criterion"],
    ];
    for arguments in cases {
        let (code, _, error) = run(&directory, arguments);
        assert_eq!(code, 2, "{arguments:?}: {error}");
        assert!(!error.contains(['\u{1b}', '\u{202e}']), "{arguments:?}: {error:?}");
        assert!(!error.contains("\nerror: all"), "{arguments:?}: {error:?}");
        assert!(!error.is_empty());
    }
    // The copy of a report that names such a file can be read again.
    let (code, _, error) = run(&directory, &["render", "out/report.json", "--out", "again"]);
    assert!(code == 2 && error.starts_with("warning: evil�[2J��error"), "{error}");
}

/// The name of a file that is missing does not depend on where it lies.
#[test]
fn a_report_does_not_depend_on_where_its_inputs_lie() {
    let pages = ["a", "b"].map(|place| {
        let directory = with_study();
        fs::create_dir(directory.path().join(place)).unwrap();
        let broken = directory.path().join(place).join("broken.json");
        fs::write(&broken, "{").unwrap();
        let broken = broken.to_str().unwrap();
        assert_eq!(run(&directory, &["render", "study.json", broken, "--out", "out"]).0, 2);
        fs::read_to_string(directory.path().join("out/report.md")).unwrap()
    });
    assert_eq!(pages[0], pages[1]);
}

#[test]
fn a_comparison_is_put_between_the_markers_and_nowhere_else() {
    let directory = two_baselines(1.2);
    let page = directory.path().join("README.md");
    let before = format!("# Mine\r\n{BEGIN}\r\nold\r\n{END}\r\nrest \u{fe}\r\n");
    fs::write(&page, &before).unwrap();
    let arguments = ["compare", "main", "new", "--splice", "README.md"];
    assert_eq!(run(&directory, &arguments).0, 0);
    let after = fs::read_to_string(&page).unwrap();
    assert!(
        after.starts_with(&format!("# Mine\r\n{BEGIN}\r\n**new against main**\r\n")),
        "{after}"
    );
    assert!(after.ends_with(&format!("\r\n{END}\r\nrest \u{fe}\r\n")), "{after}");
    assert!(!after.contains("old"));
    assert_eq!(run(&directory, &arguments).0, 0);
    assert_eq!(fs::read_to_string(&page).unwrap(), after, "twice is once");
}

#[test]
fn a_report_is_put_between_named_markers() {
    let directory = with_study();
    let page = directory.path().join("README.md");
    let named = |which: &str| format!("<!-- bench-report:{which} figures -->");
    fs::write(&page, format!("{BEGIN}\n{END}\n{}\n{}\n", named("begin"), named("end"))).unwrap();
    let arguments = [
        "render",
        "study.json",
        "--format",
        "terminal",
        "--splice",
        "README.md",
        "--marker",
        "figures",
    ];
    let (code, _, error) = run(&directory, &arguments);
    assert_eq!(code, 0, "{error}");
    let after = fs::read_to_string(&page).unwrap();
    assert!(after.starts_with(&format!("{BEGIN}\n{END}\n{}\n**", named("begin"))), "{after}");
}

#[test]
fn a_file_without_markers_stays_as_it_is() {
    let directory = two_baselines(1.2);
    let page = directory.path().join("README.md");
    for content in ["nothing", &format!("{BEGIN}\n{BEGIN}\n{END}\n"), &format!("{END}\n{BEGIN}\n")]
    {
        fs::write(&page, content).unwrap();
        let (code, _, error) =
            run(&directory, &["compare", "main", "new", "--splice", "README.md"]);
        assert_eq!(code, 2, "{error}");
        assert!(error.contains("README.md has"), "{error}");
        assert_eq!(fs::read_to_string(&page).unwrap(), content);
    }
}

/// A place that is not there is told before anything is written.
#[test]
fn a_report_is_not_written_if_there_is_no_place_for_its_figures() {
    let directory = with_study();
    fs::write(directory.path().join("README.md"), "nothing").unwrap();
    for page in ["README.md", "nowhere.md"] {
        let arguments = ["render", "study.json", "--out", "out", "--splice", page];
        let (code, out, error) = run(&directory, &arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{error}");
        assert!(error.contains(page), "{error}");
        assert!(!directory.path().join("out").exists());
    }
}

/// The gate does not promise what few samples cannot give.
#[test]
fn the_help_tells_where_alarms_are_more() {
    let (code, help, _) = run(&two_baselines(1.0), &["compare", "--help"]);
    assert_eq!(code, 0);
    for part in ["if samples remember each other little", "up to 21 %", "7 %"] {
        assert!(help.replace('\n', " ").contains(part), "{part:?} is missing in {help}");
    }
}

/// Two baselines of one directory lack the same: that is told once, by both commands.
#[cfg(unix)]
#[test]
fn what_two_baselines_lack_is_told_once() {
    let directory = two_baselines(1.0);
    let criterion = directory.path().join("target/criterion");
    std::os::unix::fs::symlink(&criterion, criterion.join("loop")).unwrap();
    let main = "target/criterion@main";
    let new = "target/criterion@new";
    let cases: [&[&str]; 2] = [
        &["render", "--criterion", main, "--criterion", new, "--out", "out"],
        &["compare", main, new],
    ];
    for arguments in cases {
        let (code, _, error) = run(&directory, arguments);
        assert_eq!((code, error.matches("is a link to a directory").count()), (2, 1), "{error}");
    }
    let page = fs::read_to_string(directory.path().join("out/report.md")).unwrap();
    assert_eq!(page.matches("is a link to a directory").count(), 1, "{page}");
}

/// A place that is not there is told before anything is read, and nothing is printed.
#[test]
fn a_comparison_looks_for_the_place_of_its_figures_first() {
    let directory = two_baselines(1.2);
    fs::write(directory.path().join("README.md"), "nothing").unwrap();
    for page in ["README.md", "nowhere.md"] {
        let arguments = ["compare", "no such side", "new", "--splice", page];
        let (code, out, error) = run(&directory, &arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{error}");
        assert!(error.contains(page) && !error.contains("no such side"), "{error}");
    }
}

/// The place is there, but gone or not to be written when its turn comes.
#[test]
fn a_splice_that_fails_late_does_not_hide_what_was_written() {
    let directory = with_study();
    // Named like a file that is written: it has markers before and none after.
    fs::create_dir(directory.path().join("out")).unwrap();
    fs::write(directory.path().join("out/report.md"), format!("{BEGIN}\n{END}\n")).unwrap();
    let arguments = ["render", "study.json", "--out", "out", "--splice", "out/report.md"];
    let (code, out, error) = run(&directory, &arguments);
    assert_eq!(code, 2, "{error}");
    assert!(error.contains("out/report.md has no line"), "{error}");
    assert!(out.contains("wrote out/report.html"), "{out}");
    assert_eq!(out.matches("wrote out/report.md").count(), 1, "{out}");
}

#[cfg(unix)]
#[test]
fn permissions_and_links_outlive_a_splice() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let directory = two_baselines(1.2);
    let page = directory.path().join("page.md");
    fs::write(&page, format!("{BEGIN}\n{END}\n")).unwrap();
    fs::set_permissions(&page, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("page.md", directory.path().join("link.md")).unwrap();
    assert_eq!(run(&directory, &["compare", "main", "new", "--splice", "link.md"]).0, 0);
    assert!(directory.path().join("link.md").symlink_metadata().unwrap().is_symlink());
    assert!(fs::read_to_string(&page).unwrap().contains("new against main"));
    assert_eq!(fs::metadata(&page).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn help_has_examples() {
    let directory = tempfile::tempdir().unwrap();
    for command in ["render", "compare"] {
        let (code, out, _) = run(&directory, &[command, "--help"]);
        assert_eq!(code, 0);
        assert!(out.contains("Examples:"), "{out}");
    }
}
