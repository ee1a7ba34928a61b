//! Damaged and hostile directories of benchmarks: what is broken is named and skipped, the rest is
//! read, and nothing of it becomes markup; never a panic.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files must stop")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use bench_report::{
    compare::Compared,
    model::{Benchmarks, Unread},
    read_any, render,
    source::criterion::{self, Files},
};
use tempfile::TempDir;

const BENCHMARK: &str = r#"{"group_id":"g","function_id":"f","value_str":null,
    "throughput":{"Bytes":8},"full_id":"g/f","directory_name":"g/f","title":"g/f"}"#;
const SAMPLE: &str = r#"{"sampling_mode":"Flat","iters":[10.0,10.0],"times":[70.0,90.0]}"#;
const ESTIMATES: &str = r#"{"mean":{"confidence_interval":{"confidence_level":0.95,
    "lower_bound":7.0,"upper_bound":9.0},"point_estimate":8.0,"standard_error":0.5},
    "median":null,"slope":null}"#;

/// A directory of benchmarks: `good`, and what a test adds.
struct Tree(TempDir);

impl Tree {
    fn new() -> Self {
        let tree = Self(tempfile::tempdir().unwrap());
        tree.add("good/new", &BENCHMARK.replace("g/f", "good"), SAMPLE);
        tree
    }

    fn root(&self) -> PathBuf {
        self.0.path().join("criterion")
    }

    /// Adds a benchmark and gives its directory.
    fn add(&self, place: &str, benchmark: &str, sample: &str) -> PathBuf {
        let place = self.root().join(place);
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("benchmark.json"), benchmark).unwrap();
        fs::write(place.join("sample.json"), sample).unwrap();
        fs::write(place.join("estimates.json"), ESTIMATES).unwrap();
        place
    }

    fn read(&self) -> (Benchmarks, Vec<Unread>) {
        criterion::read(&self.root(), None).unwrap()
    }

    /// `good` must be read, and one thing be named as `name`, for a reason that holds `part`.
    #[track_caller]
    fn assert_skipped(&self, name: &str, part: &str) {
        let (read, unread) = self.read();
        let ids: Vec<&str> = read.benchmarks.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, ["good"]);
        let [Unread { name: named, reason }] = unread.as_slice() else {
            panic!("expected one complaint: {unread:?}");
        };
        assert_eq!(named, name);
        assert!(reason.contains(part), "{part:?} is missing in {reason:?}");
        assert!(!reason.contains(self.0.path().to_str().unwrap()), "a path: {reason:?}");
    }
}

/// A benchmark of these files must be skipped.
#[track_caller]
fn assert_skipped(benchmark: &str, sample: &str, part: &str) {
    let tree = Tree::new();
    tree.add("bad/new", benchmark, sample);
    tree.assert_skipped("criterion/bad/new", part);
}

fn parse(benchmark: &[u8], sample: &[u8], estimates: &[u8]) -> Result<(), String> {
    criterion::parse(&Files { benchmark, sample, estimates: Some(estimates) }).map(|_| ())
}

#[test]
fn files_cut_off_anywhere_are_named() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/criterion/0.8/sampling/odd number of samples/new");
    let file = |name: &str| fs::read(place.join(name)).unwrap();
    let [benchmark, sample, estimates] =
        ["benchmark.json", "sample.json", "estimates.json"].map(file);
    parse(&benchmark, &sample, &estimates).unwrap();
    for length in (0..benchmark.len()).step_by(50) {
        let problem = parse(&benchmark[..length], &sample, &estimates).unwrap_err();
        assert!(problem.starts_with("benchmark.json cannot be understood"), "{problem}");
    }
    for length in (0..sample.len()).step_by(50) {
        let problem = parse(&benchmark, &sample[..length], &estimates).unwrap_err();
        assert!(problem.starts_with("sample.json cannot be understood"), "{problem}");
    }
    for length in (0..estimates.len()).step_by(50) {
        let problem = parse(&benchmark, &sample, &estimates[..length]).unwrap_err();
        assert!(problem.starts_with("estimates.json cannot be understood"), "{problem}");
    }
}

#[test]
fn empty_and_foreign_files_are_named() {
    for foreign in ["", "{}", "[]", "null", "3", "\"\"", "\u{0}", "[1,2]", "<script>"] {
        assert_skipped(foreign, SAMPLE, "benchmark.json cannot be understood");
        assert_skipped(BENCHMARK, foreign, "sample.json");
        let tree = Tree::new();
        let other = tree.add("other/new", BENCHMARK, SAMPLE);
        fs::write(other.join("estimates.json"), foreign).unwrap();
        if foreign == "{}" {
            assert_eq!(tree.read().0.benchmarks.len(), 2, "no estimate is no error");
        } else {
            tree.assert_skipped("criterion/other/new", "estimates.json");
        }
    }
}

#[test]
fn times_and_counts_out_of_range_are_named() {
    let sample = |iters: &str, times: &str| {
        format!("{{\"sampling_mode\":\"Flat\",\"iters\":{iters},\"times\":{times}}}")
    };
    let refused = |iters: &str, times: &str, part: &str| {
        assert_skipped(BENCHMARK, &sample(iters, times), part);
    };
    refused("[1,1]", "[5,-1]", "times[1] is -1");
    refused("[1,1]", "[0,5]", "times[0] is 0");
    refused("[1,1]", "[5,1e400]", "number out of range");
    refused("[1,1]", "[5,NaN]", "sample.json cannot be understood");
    refused("[1,1]", "[5,null]", "sample.json cannot be understood");
    refused("[1e308,1]", "[5e-324,1]", "times[0]");
    refused("[0,1]", "[5,5]", "iters[0] is 0");
    refused("[-3,1]", "[5,5]", "iters[0] is -3");
    refused("[1]", "[5,5]", "2 times, expected as many as iters = 1");
    refused("[]", "[]", "0 samples");
    let many = format!("[{}1]", "1,".repeat(100_000));
    refused(&many, &many, "100001 samples");
    let tree = Tree::new();
    tree.add("many/new", BENCHMARK, &sample("[1000000000]", "[1e9]"));
    let (read, unread) = tree.read();
    assert_eq!((read.benchmarks[0].iteration_ns(), unread.len()), (vec![1.0], 0));
}

#[test]
fn estimates_in_the_wrong_order_are_named() {
    let tree = Tree::new();
    let bad = tree.add("bad/new", BENCHMARK, SAMPLE);
    let estimates = ESTIMATES.replace("\"lower_bound\":7.0", "\"lower_bound\":70.0");
    fs::write(bad.join("estimates.json"), estimates).unwrap();
    tree.assert_skipped("criterion/bad/new", "estimates.json: mean lies between 70 and 9");
}

#[test]
fn deep_nesting_ends_in_an_error() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    assert_skipped(&BENCHMARK.replace("{\"Bytes\":8}", &deep), SAMPLE, "recursion limit");
    assert_skipped(BENCHMARK, &deep, "sample.json cannot be understood");
}

#[test]
fn a_name_of_ten_megabytes_is_cut() {
    let tree = Tree::new();
    let long = "é".repeat(5 << 20);
    tree.add("long/new", &BENCHMARK.replace("g/f", &long), SAMPLE);
    let (read, unread) = tree.read();
    assert_eq!((read.benchmarks.len(), unread.len()), (2, 0));
    assert_eq!(read.benchmarks[1].id.chars().count(), 501);
}

#[test]
fn a_file_beyond_the_limit_is_not_read() {
    let tree = Tree::new();
    let bad = tree.add("bad/new", BENCHMARK, SAMPLE);
    let file = fs::OpenOptions::new().write(true).open(bad.join("sample.json")).unwrap();
    file.set_len((64 << 20) + 1).unwrap();
    tree.assert_skipped("criterion/bad/new", "sample.json is too large: more than 64 MiB");
}

#[test]
fn a_file_that_is_missing_or_a_directory_is_named() {
    let tree = Tree::new();
    let bad = tree.add("bad/new", BENCHMARK, SAMPLE);
    fs::remove_file(bad.join("sample.json")).unwrap();
    tree.assert_skipped("criterion/bad/new", "sample.json cannot be read");
    fs::create_dir(bad.join("sample.json")).unwrap();
    tree.assert_skipped("criterion/bad/new", "sample.json is no regular file, but a directory");
    fs::remove_file(bad.join("benchmark.json")).unwrap();
    fs::create_dir(bad.join("benchmark.json")).unwrap();
    tree.assert_skipped("criterion/bad/new/benchmark.json", "is no regular file");
}

#[test]
fn of_two_benchmarks_of_one_name_one_is_kept() {
    let tree = Tree::new();
    tree.add("other/new", &BENCHMARK.replace("g/f", "good"), SAMPLE);
    tree.assert_skipped("criterion/other/new", "the name of another benchmark, \"good\"");
}

#[test]
fn directories_too_deep_are_named_and_not_entered() {
    let tree = Tree::new();
    let deep: String = "a/".repeat(12);
    tree.add(&format!("{deep}new"), BENCHMARK, SAMPLE);
    tree.assert_skipped(&format!("criterion/{deep}new"), "too deep");
}

#[test]
fn a_directory_with_only_broken_benchmarks_is_an_error_that_names_one() {
    let tree = Tree::new();
    fs::write(tree.root().join("good/new/sample.json"), "").unwrap();
    let error = criterion::read(&tree.root(), None).unwrap_err();
    assert!(error.is_bad_input());
    let reason = error.reason();
    assert!(
        reason
            .contains("no benchmark of \"new\" that can be read: criterion/good/new: sample.json"),
        "{reason}"
    );
    let error = criterion::read(Path::new("no/such/directory"), None).unwrap_err();
    assert!(error.to_string().contains("no/such/directory"));
}

/// The baseline is there, so nobody may be told that it is not.
#[test]
fn a_baseline_of_which_all_is_broken_is_told_as_broken() {
    let tree = Tree::new();
    fs::rename(tree.root().join("good/new"), tree.root().join("good/main")).unwrap();
    fs::create_dir_all(tree.root().join("other/new/benchmark.json")).unwrap();
    // Something of another baseline that is broken is not the reason.
    fs::create_dir_all(tree.root().join("a/main/benchmark.json")).unwrap();
    let reason = criterion::read(&tree.root(), None).unwrap_err().reason();
    let expected = "holds no benchmark of \"new\" that can be read: \
                    criterion/other/new/benchmark.json: is no regular file, but a directory";
    assert_eq!(reason, expected);
    fs::remove_dir(tree.root().join("other/new/benchmark.json")).unwrap();
    let reason = criterion::read(&tree.root(), None).unwrap_err().reason();
    assert_eq!(reason, "holds no baseline \"new\", but main");
}

#[test]
fn script_in_names_never_reaches_a_file_as_markup() {
    let evil = "<script>alert(1)</script>&\\u001b[31m{{ title }}";
    let benchmark = BENCHMARK.replace("g/f", evil).replace("\"f\"", &format!("\"{evil}\""));
    let benchmark = benchmark.replace("\"g\"", &format!("\"{evil}\"")).replace("Bytes", evil);
    let tree = Tree::new();
    tree.add("evil/new", &benchmark, SAMPLE);
    tree.add("<script>bad<", &benchmark, "");
    let (read, _) = tree.read();
    assert!(
        read.benchmarks.iter().any(|one| one.id.starts_with("<script>alert(1)</script>&�[31m"))
    );
    let broken = tree.0.path().join("<script>broken.json");
    fs::write(&broken, "\"<script>\"").unwrap();
    let report = read_any(&[tree.root(), broken]).unwrap();
    assert_eq!(report.unread.len(), 1, "{:?}", report.unread);
    let compared = Compared::of(&report);
    for format in render::ALL {
        let text = format.lay_out(&compared).unwrap();
        assert!(!text.contains('\u{1b}'), "{}", format.name());
        assert!(format.file_name().is_none() || !text.contains("<script"), "{}", format.name());
    }
}

#[cfg(unix)]
mod unix {
    use std::{
        ffi::OsStr,
        os::unix::{ffi::OsStrExt as _, fs::symlink},
    };

    use super::*;

    #[test]
    fn links_are_not_followed() {
        let tree = Tree::new();
        symlink("..", tree.root().join("good/circle")).unwrap();
        symlink(tree.root(), tree.root().join("good/root")).unwrap();
        symlink("/", tree.root().join("out")).unwrap();
        // Where nothing of a benchmark can be behind a link, there is nothing to say.
        symlink("good/new/sample.json", tree.root().join("file")).unwrap();
        symlink("nowhere", tree.root().join("broken")).unwrap();
        let (read, unread) = tree.read();
        assert_eq!(read.benchmarks.len(), 1);
        let names: Vec<&str> = unread.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["criterion/out", "criterion/good/circle", "criterion/good/root"]);
        for one in &unread {
            assert_eq!(one.reason, "is a link to a directory, which is not followed");
        }
        for link in ["good/circle", "good/root", "out"] {
            fs::remove_file(tree.root().join(link)).unwrap();
        }
        let bad = tree.root().join("bad/new");
        fs::create_dir_all(&bad).unwrap();
        symlink("../../good/new/benchmark.json", bad.join("benchmark.json")).unwrap();
        tree.assert_skipped("criterion/bad/new/benchmark.json", "is no regular file");
    }

    #[test]
    fn no_file_of_a_benchmark_may_be_a_link() {
        for name in ["benchmark.json", "sample.json", "estimates.json"] {
            let tree = Tree::new();
            let bad = tree.add("bad/new", BENCHMARK, SAMPLE);
            fs::rename(bad.join(name), tree.0.path().join(name)).unwrap();
            symlink(tree.0.path().join(name), bad.join(name)).unwrap();
            let is_walked = name == "benchmark.json";
            let place =
                if is_walked { "criterion/bad/new/benchmark.json" } else { "criterion/bad/new" };
            tree.assert_skipped(place, "is no regular file, but a link, which is not followed");
        }
    }

    /// A pipe that nobody writes to would hold up its reader for ever.
    #[cfg(target_os = "linux")]
    #[test]
    fn no_file_of_a_benchmark_may_be_a_pipe() {
        for name in ["benchmark.json", "sample.json", "estimates.json"] {
            let tree = Tree::new();
            let bad = tree.add("bad/new", BENCHMARK, SAMPLE);
            fs::remove_file(bad.join(name)).unwrap();
            let made = std::process::Command::new("mkfifo").arg(bad.join(name)).status().unwrap();
            assert!(made.success());
            let is_walked = name == "benchmark.json";
            let place =
                if is_walked { "criterion/bad/new/benchmark.json" } else { "criterion/bad/new" };
            tree.assert_skipped(place, "is no regular file, but a pipe");
        }
    }

    #[test]
    fn the_named_directory_itself_may_be_a_link() {
        let tree = Tree::new();
        let link = tree.0.path().join("link");
        symlink(tree.root(), &link).unwrap();
        let (read, unread) = criterion::read(&link, None).unwrap();
        assert_eq!((read.origin.as_str(), read.benchmarks.len(), unread.len()), ("link", 1, 0));
    }

    #[test]
    fn names_that_are_no_text_are_shown_as_far_as_they_are() {
        let tree = Tree::new();
        let strange = tree.root().join(OsStr::from_bytes(b"b\xffd\x1b")).join("new");
        fs::create_dir_all(&strange).unwrap();
        fs::write(strange.join("benchmark.json"), BENCHMARK).unwrap();
        tree.assert_skipped("criterion/b�d�/new", "sample.json cannot be read");
        fs::write(strange.join("sample.json"), SAMPLE).unwrap();
        assert_eq!(tree.read().0.benchmarks.len(), 2);
        let baseline = tree.root().join("good").join(OsStr::from_bytes(b"\xfe"));
        fs::rename(strange, &baseline).unwrap();
        assert_eq!(criterion::baselines(&tree.root()).unwrap(), ["new", "�"]);
        assert_eq!(criterion::read(&tree.root(), Some("�")).unwrap().0.benchmarks.len(), 1);
    }
}
