//! Programs in the place of workers that are none: each is an error that says so.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use crate::Trial;
use crate::play;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial("an_echo_is_not_a_worker", an_echo_is_not_a_worker),
        Trial("programs_that_end_are_named", programs_that_end_are_named),
        Trial("rubbish_is_named", rubbish_is_named),
        Trial("another_version_is_named", another_version_is_named),
        Trial("a_program_that_says_nothing_hangs", a_program_that_says_nothing_hangs),
        Trial("ends_that_nobody_is_told_of_are_ends", ends_that_nobody_is_told_of_are_ends),
        Trial("a_program_that_is_missing_is_named", a_program_that_is_missing_is_named),
    ]
}

/// What every backend says when `program` is started as its workers.
fn all_say(program: &Path, expected: &str) {
    let this = std::env::current_exe().unwrap();
    let output =
        Command::new(this).arg(play::ARGUMENT).arg(play::FAKE).arg(program).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(said.lines().count(), play::backends().len(), "{said}{errors}");
    for line in said.lines() {
        assert!(line.contains(expected) && line.ends_with("; 0 left"), "'{line}' for '{expected}'");
    }
}

/// As [`all_say`], of a shell script. Its standard input is the socket to the parent.
fn all_say_of(script: &str, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("worker");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
    all_say(&path, expected);
}

fn an_echo_is_not_a_worker() {
    all_say_of("exec cat >&0", "gave an answer that makes no sense: it says Hello");
}

fn programs_that_end_are_named() {
    all_say_of("exit 3", "it ended with exit code 3");
    all_say_of("exit 0", "it ended with exit code 0");
    all_say_of("kill -9 $$", "it was killed by signal 9");
}

fn rubbish_is_named() {
    all_say_of("echo Segmentation fault >&0; exec sleep 60", "a frame of 1835492691 bytes");
    all_say_of(r"printf '\002\000\000\000\143\143' >&0; exec sleep 60", "cannot be decoded");
}

fn another_version_is_named() {
    let hello = r"printf '\012\000\000\000\000parzen<w\143' >&0; exec sleep 60";
    all_say_of(hello, "it speaks version 99, this program speaks 4");
}

fn a_program_that_says_nothing_hangs() {
    all_say_of("exec sleep 60", "has not answered for 0.5 s");
}

fn a_program_that_is_missing_is_named() {
    all_say(Path::new("/nowhere/parzen"), "could not start 2 workers");
}

/// A program whose parent ignores `SIGCHLD` ignores it, too: then the system keeps no exit status, and
/// asking for one is an error. A worker that has ended is neither hung nor lost.
fn ends_that_nobody_is_told_of_are_ends() {
    let this = std::env::current_exe().unwrap();
    let output = Command::new("env")
        .arg("--ignore-signal=CHLD")
        .arg(this)
        .args([play::ARGUMENT, play::WHOLE, "0"])
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{errors}");
    let said = String::from_utf8(output.stdout).unwrap();
    let (dismissed, died) = said.split_once('\n').unwrap();
    assert_eq!(dismissed, "dismissed");
    assert!(died.contains("it ended, and the system does not tell how"), "{died}");
}
