//! The program, stopped at ten moments of a study by Ctrl-C and at ten by `kill -9`: every time it
//! goes on, and no sample of the journal is lost. Moments are numbers of lines in the journal, so that
//! nothing depends on how fast anything is.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use assert_cmd::cargo::cargo_bin;
use runner::study::journal::{Content, FILE};
use runner::study::{Block, record};

/// Far beyond what anything here takes: only a hang lasts longer.
const DEADLINE: Duration = Duration::from_mins(3);

const STUDY: &[&str] = &[
    "study",
    "--preset",
    "article",
    "--backend",
    "threads",
    "--workers",
    "2",
    "--blocks",
    "4",
    "--seed",
    "7",
    "--out",
];

fn start(arguments: &[&str], folder: &Path) -> Child {
    let mut command = Command::new(cargo_bin!("parzen"));
    command.args(arguments).arg(folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn lines(folder: &Path) -> usize {
    let journal = std::fs::read(folder.join(FILE)).unwrap_or_default();
    journal.split_inclusive(|&byte| byte == b'\n').filter(|line| line.ends_with(b"\n")).count()
}

/// Looks again and again until `done` is.
fn wait(done: &mut dyn FnMut() -> bool) {
    let began = Instant::now();
    while !done() {
        assert!(began.elapsed() < DEADLINE, "hangs");
        std::thread::yield_now();
    }
}

/// Ends the program with `signal` as soon as the journal has so many lines, or lets it end by itself.
fn stop_at(child: &mut Child, folder: &Path, moment: usize, signal: &str) -> ExitStatus {
    wait(&mut || lines(folder) >= moment || child.try_wait().unwrap().is_some());
    if child.try_wait().unwrap().is_none() {
        let id = child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }
    let mut status = None;
    wait(&mut || {
        status = child.try_wait().unwrap();
        status.is_some()
    });
    status.unwrap()
}

fn samples(folder: &Path) -> Vec<String> {
    let content = Content::read(&folder.join(FILE)).unwrap();
    let blocks = content.series().iter().flat_map(|series| &series.blocks);
    let measured = blocks.flat_map(Block::measured);
    measured.map(|one| serde_json::to_string(one).unwrap()).collect()
}

/// One study, stopped at each of ten moments and resumed after each.
fn survives(signal: &str, code: Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    let mut child = start(STUDY, folder.path());
    let (mut kept, mut before) = (Vec::<String>::new(), 0);
    // Header, series, then blocks of six samples: the moments lie at all their places.
    for moment in [1, 2, 4, 5, 7, 9, 12, 14, 17, 21] {
        // One line at least, so that the program has begun to listen for signals.
        let moment = moment.max(before + 1);
        let status = stop_at(&mut child, folder.path(), moment, signal);
        before = lines(folder.path());
        assert!(status.code() == code || status.success(), "{moment}: {status}");
        let now = samples(folder.path());
        assert_eq!(now[..kept.len()], kept, "{moment} lines: samples were lost");
        kept = now;
        child = start(&["study", "--resume", "--out"], folder.path());
    }
    let status = stop_at(&mut child, folder.path(), usize::MAX, signal);
    assert!(status.success(), "{status}");
    let content = Content::read(&folder.path().join(FILE)).unwrap();
    assert!(content.is_finished());
    assert_eq!(samples(folder.path())[..kept.len()], kept);
    let report = bench_report::report_from_study(&folder.path().join(record::FILE)).unwrap();
    assert_eq!(report.studies.len(), 1);
}

#[test]
fn a_study_survives_ctrl_c_at_ten_moments() {
    survives("-INT", Some(130));
}

#[test]
fn a_study_survives_kill_at_ten_moments() {
    survives("-KILL", None);
}
