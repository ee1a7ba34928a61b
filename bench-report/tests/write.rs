//! A report that cannot be written leaves the old one whole and the exit code 1.

#![expect(clippy::unwrap_used, reason = "a test that cannot set up its files must stop")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use assert_cmd::Command;
use bench_report::{Error, compare::Compared, render, report_from_study, write};
use serde_json::Value;
use tempfile::TempDir;

fn study() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/study.json")
}

/// A directory that holds a report, which nobody would take for a new one.
fn old_report() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for name in render::ALL.iter().filter_map(|format| format.file_name()) {
        fs::write(directory.path().join(name), "old").unwrap();
    }
    directory
}

/// All files of `directory` must be the old ones, and no other may be there.
#[track_caller]
fn assert_old(directory: &Path) {
    let mut files = 0;
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let is_old = fs::read_to_string(&path).unwrap() == "old";
        assert!(is_old, "{} was replaced", path.display());
        files += 1;
    }
    assert_eq!(files, render::ALL.iter().filter(|format| format.file_name().is_some()).count());
}

#[test]
fn a_directory_that_is_a_file_is_an_error_and_stays() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "old").unwrap();
    let report = report_from_study(&study()).unwrap();
    for out in [file.clone(), file.join("below")] {
        let error = write(&report, render::ALL, &out).unwrap_err();
        assert!(matches!(error, Error::Write { .. }) && !error.is_bad_input(), "{error:?}");
    }
    assert_eq!(fs::read_to_string(file).unwrap(), "old");
}

#[test]
fn a_name_that_is_taken_by_a_directory_leaves_no_temporary_file() {
    let directory = tempfile::tempdir().unwrap();
    let taken = directory.path().join("report.html");
    fs::create_dir_all(taken.join("full")).unwrap();
    let report = report_from_study(&study()).unwrap();
    let error = write(&report, render::ALL, directory.path()).unwrap_err();
    assert!(matches!(error, Error::Write { path, .. } if path == taken));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

/// Every place is looked at before the first file is replaced.
#[test]
fn a_directory_in_the_place_of_any_file_leaves_all_old_ones() {
    let report = report_from_study(&study()).unwrap();
    let names = render::ALL.iter().filter_map(|format| format.file_name());
    for taken in names {
        let directory = old_report();
        fs::remove_file(directory.path().join(taken)).unwrap();
        fs::create_dir(directory.path().join(taken)).unwrap();
        let error = write(&report, render::ALL, directory.path()).unwrap_err();
        assert!(matches!(error, Error::Write { path, .. } if path.ends_with(taken)));
        fs::remove_dir(directory.path().join(taken)).unwrap();
        fs::write(directory.path().join(taken), "old").unwrap();
        assert_old(directory.path());
    }
}

#[cfg(unix)]
#[test]
fn a_report_that_only_its_owner_may_read_stays_so() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};

    let directory = old_report();
    let private = directory.path().join("report.html");
    fs::set_permissions(&private, fs::Permissions::from_mode(0o600)).unwrap();
    // Only the superuser may give a file away; all others keep their own, and see that they do.
    let _ = chown(&private, Some(12_345), Some(54_321));
    let owner = |path: &Path| {
        let metadata = fs::metadata(path).unwrap();
        (metadata.uid(), metadata.gid(), metadata.mode() & 0o777)
    };
    let before = owner(&private);
    let report = report_from_study(&study()).unwrap();
    write(&report, render::ALL, directory.path()).unwrap();
    assert_ne!(fs::read_to_string(&private).unwrap(), "old");
    assert_eq!(owner(&private), before);
    assert_eq!(before.2, 0o600);
}

/// The program under a shell that limits it; gives its exit code and its errors.
#[cfg(unix)]
fn under(limits: &str, out: &Path) -> (Option<i32>, String) {
    render_under(limits, &study(), out)
}

#[cfg(unix)]
fn render_under(limits: &str, study: &Path, out: &Path) -> (Option<i32>, String) {
    let program = assert_cmd::cargo::cargo_bin!("bench-report");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{limits}; exec \"$@\"")).arg("sh").arg(program);
    let output = shell.arg("render").arg("--study").arg(study).arg("--out").arg(out).output();
    let output = output.unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// No file may grow beyond 512 or 1024 bytes, whatever a shell calls a block: as on a full disk,
/// writing fails half-way.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full_leaves_the_old_report_whole() {
    let directory = old_report();
    let (code, errors) = under("trap '' XFSZ; ulimit -f 1", directory.path());
    assert_eq!(code, Some(1), "{errors}");
    assert!(errors.contains("cannot write"), "{errors}");
    assert_old(directory.path());
}

/// The size of one block of `ulimit -f`, which depends on the shell.
#[cfg(unix)]
fn block_bytes() -> usize {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    let mut shell = Command::new("sh");
    shell.args(["-c", "trap '' XFSZ; ulimit -f 1; printf %4000s x >\"$1\"", "sh"]).arg(&file);
    assert!(!shell.output().unwrap().status.success());
    fs::metadata(file).unwrap().len() as usize
}

/// The recorded study with ten times its blocks: the copy of what was read becomes the longest file,
/// and it is not the first one.
#[cfg(unix)]
fn long_study(directory: &Path) -> PathBuf {
    let mut study: Value = serde_json::from_str(&fs::read_to_string(study()).unwrap()).unwrap();
    let blocks = study["workloads"][0]["blocks"].as_array().unwrap();
    study["workloads"][0]["blocks"] = (0..10).flat_map(|_| blocks.clone()).collect();
    let path = directory.join("study.json");
    fs::write(&path, study.to_string()).unwrap();
    path
}

/// The longest file does not fit where those before it did: they, too, stay the old ones.
#[cfg(unix)]
#[test]
fn a_disk_that_fills_between_two_files_leaves_all_old_ones() {
    let inputs = tempfile::tempdir().unwrap();
    let study = long_study(inputs.path());
    let compared = report_from_study(&study).unwrap();
    let compared = Compared::of(&compared);
    let lengths: Vec<usize> = render::ALL
        .iter()
        .filter(|format| format.file_name().is_some())
        .map(|format| format.lay_out(&compared).unwrap().len())
        .collect();
    let longest = *lengths.iter().max().unwrap();
    let blocks = (longest - 1) / block_bytes();
    assert!(lengths[0] < blocks * block_bytes(), "the first file must fit: {lengths:?}");
    let directory = old_report();
    let limit = format!("trap '' XFSZ; ulimit -f {blocks}");
    let (code, errors) = render_under(&limit, &study, directory.path());
    assert_eq!(code, Some(1), "{errors}");
    assert_old(directory.path());
}

/// The same command without limits replaces every file: the tests above do not pass for nothing.
#[cfg(unix)]
#[test]
fn without_limits_every_file_is_new() {
    let directory = old_report();
    let (code, errors) = under("true", directory.path());
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    for entry in fs::read_dir(directory.path()).unwrap() {
        assert_ne!(fs::read_to_string(entry.unwrap().path()).unwrap(), "old");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn standard_output_that_is_full_is_an_error() {
    let directory = old_report();
    let (code, errors) = under("exec >/dev/full", directory.path());
    assert_eq!(code, Some(1), "{errors}");
    assert!(errors.contains("cannot write to standard output"), "{errors}");
}
