//! The program, stopped at ten moments of a study by Ctrl-C and at ten by `kill -9`: every time it
//! goes on, and no sample of the journal is lost. Moments are numbers of samples in the journal, so that
//! nothing depends on how fast anything is. And what becomes of a study that cannot go on.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::cargo::cargo_bin;
use runner::study::journal::{Content, FILE};
use runner::study::{Block, record};

/// Far beyond what anything here takes: only a hang lasts longer.
const DEADLINE: Duration = Duration::from_mins(3);
/// From a signal to the end: Ctrl-C waits for the sample that is being taken.
const END: Duration = Duration::from_secs(5);

const STUDY: &[&str] = &[
    "study",
    "--preset",
    "article",
    "--backend",
    "threads",
    "--workers",
    "2",
    "--blocks",
    "5",
    "--seed",
    "7",
    "--out",
];

const RESUME: &[&str] = &["study", "--resume", "--out"];

fn start(arguments: &[&str], folder: &Path) -> Child {
    let mut command = Command::new(cargo_bin!("parzen"));
    command.args(arguments).arg(folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Whole lines in the journal that begin as `Line::Sample` does, or as another one.
fn lines(folder: &Path, line: &str) -> usize {
    let journal = std::fs::read_to_string(folder.join(FILE)).unwrap_or_default();
    let begin = format!("{{\"line\":\"{line}\"");
    let lines = journal.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    lines.filter(|line| line.starts_with(&begin)).count()
}

/// Looks again and again until `done` is, for so long at most.
fn wait(deadline: Duration, done: &mut dyn FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < deadline, "not within {deadline:?}");
        std::thread::yield_now();
    }
}

fn ended(child: &mut Child, deadline: Duration) -> ExitStatus {
    let mut status = None;
    wait(deadline, &mut || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap()
}

/// Ends the program with `signal` as soon as it listens and the journal has so many samples.
fn stop_at(
    child: &mut Child,
    folder: &Path,
    moment: usize,
    begun: (&str, usize),
    signal: &str,
) -> ExitStatus {
    wait(DEADLINE, &mut || {
        assert_eq!(child.try_wait().unwrap(), None, "it ends by itself");
        lines(folder, begun.0) >= begun.1 && lines(folder, "sample") >= moment
    });
    let id = child.id().to_string();
    assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    ended(child, END)
}

fn samples(folder: &Path) -> Vec<String> {
    let content = Content::read(&folder.join(FILE)).unwrap();
    let blocks = content.series().iter().flat_map(|series| &series.blocks);
    let measured = blocks.flat_map(Block::measured);
    measured.map(|one| serde_json::to_string(one).unwrap()).collect()
}

/// One study, stopped at each of ten moments and resumed after each.
fn survives(signal: &str, is_expected: impl Fn(ExitStatus) -> bool) {
    let folder = tempfile::tempdir().unwrap();
    let mut child = start(STUDY, folder.path());
    let mut kept = Vec::<String>::new();
    // Blocks of six samples: the moments lie at all their places, and two before the first.
    for (nth, moment) in [0, 0, 1, 2, 4, 7, 10, 12, 14, 18].into_iter().enumerate() {
        // A line of this run, so that the program has begun to listen for signals.
        let begun = if nth == 0 { ("header", 1) } else { ("resumed", nth) };
        let status = stop_at(&mut child, folder.path(), moment, begun, signal);
        assert!(is_expected(status), "{moment}: {status}");
        let now = samples(folder.path());
        assert_eq!(now[..kept.len()], kept, "{moment} samples: some were lost");
        kept = now;
        child = start(RESUME, folder.path());
    }
    let status = ended(&mut child, DEADLINE);
    assert!(status.success(), "{status}");
    let content = Content::read(&folder.path().join(FILE)).unwrap();
    assert!(content.is_finished());
    assert_eq!(samples(folder.path())[..kept.len()], kept);
    let report = bench_report::report_from_study(&folder.path().join(record::FILE)).unwrap();
    assert_eq!(report.studies.len(), 1);
}

#[test]
fn a_study_survives_ctrl_c_at_ten_moments() {
    survives("-INT", |status| status.code() == Some(130));
}

#[test]
fn a_study_survives_kill_at_ten_moments() {
    survives("-KILL", |status| status.signal() == Some(9));
}

/// A folder with an interrupted study that has at least one whole block.
fn interrupted() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut child = start(STUDY, folder.path());
    stop_at(&mut child, folder.path(), 7, ("header", 1), "-KILL");
    folder
}

/// The output of a program that must refuse to go on, and its last line of errors.
fn refused(folder: &Path, arguments: &[&str]) -> (Output, String) {
    let mut command = Command::new(cargo_bin!("parzen"));
    let output = command.args(RESUME).arg(folder).args(arguments).output().unwrap();
    let errors = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    let last = errors.lines().last().unwrap().to_owned();
    (output, last)
}

#[test]
fn a_study_of_so_many_blocks_takes_no_budget() {
    let folder = interrupted();
    let (output, error) = refused(folder.path(), &["--budget", "5s"]);
    assert!(error.contains("begun with --blocks 5;"), "{error}");
    assert!(output.stdout.is_empty() && !folder.path().join(record::FILE).exists());
}

#[test]
fn a_study_with_a_damaged_journal_leaves_what_stands_before_the_damage() {
    let folder = interrupted();
    let path = folder.path().join(FILE);
    let mut journal = std::fs::read_to_string(&path).unwrap();
    journal.push_str("\n{}\n");
    std::fs::write(&path, &journal).unwrap();
    let (output, error) = refused(folder.path(), &["--json"]);
    assert!(error.contains("cannot be used: 2 lines"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), journal, "nothing is thrown away");
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["complete"], false);
    let report = bench_report::report_from_study(&folder.path().join(record::FILE)).unwrap();
    assert!(!report.studies[0].complete && !report.studies[0].workloads.is_empty());
}
