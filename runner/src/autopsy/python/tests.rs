//! Interpreters that are scripts of a shell: what they say, and that they are ended.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use super::{FLAWS, PROGRAM, Python};
use crate::autopsy::blocks::{Runs as _, Stopped};
use crate::autopsy::flaw::conditions;
use crate::study::interrupt::Interrupt;

/// Somebody asked to stop: no failure.
const INTERRUPTED: &str = "(interrupted)";

/// What an interpreter that is this script answers.
fn answer(script: &str, interrupt: &Interrupt) -> Result<Vec<u64>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("python");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    asked(path, interrupt)
}

fn asked(interpreter: PathBuf, interrupt: &Interrupt) -> Result<Vec<u64>, String> {
    let mut python = Python {
        interpreter,
        n: 10,
        seed: 123,
        widths: &[1.0],
        expected: &[4],
        patience: Duration::from_secs(10),
        interrupt,
    };
    let condition = &conditions(FLAWS)[0];
    let timings = python.run(condition, &[0]).map_err(|stopped| match stopped {
        Stopped::Interrupted => INTERRUPTED.to_owned(),
        Stopped::Failed(message) => message,
    })?;
    Ok(timings.iter().map(|timing| timing.wall_ns).collect())
}

#[test]
fn a_right_answer_is_taken_and_every_other_one_is_told() {
    let quiet = Interrupt::default();
    let one = |rest: &str| {
        let json = format!("{{\"version\":\"v\",\"samples\":[{{\"workers\":0,{rest}}}]}}");
        format!("cat > /dev/null; echo '{json}'")
    };
    let right = one("\"wall_ns\":7,\"startup_ns\":0,\"counts\":[4]");
    assert_eq!(answer(&right, &quiet), Ok(vec![7]));
    let wrong = one("\"wall_ns\":7,\"startup_ns\":0,\"counts\":[5]");
    for (script, told) in [
        (wrong.as_str(), "wrong counts with 0 workers: [5]"),
        ("echo '{\"absent\":\"this Python has no NumPy\"}'", "this Python has no NumPy"),
        ("echo '{\"samples\":[]}'", "it measured the sizes [], asked for [0]"),
        ("echo nonsense", "its answer is no answer"),
        ("echo dead >&2; exit 3", "it ended with exit status: 3: dead"),
        ("kill -9 $$", "signal: 9"),
    ] {
        let error = answer(script, &quiet).unwrap_err();
        assert!(error.contains(told), "{script}: {error}");
    }
    let missing = asked("/nowhere/python3".into(), &quiet).unwrap_err();
    assert!(missing.starts_with("'/nowhere/python3' cannot be started"), "{missing}");
}

#[test]
fn an_interruption_ends_an_interpreter_that_would_not_end() {
    let interrupt = Interrupt::default();
    interrupt.request();
    let told = answer("while :; do read line; done", &interrupt);
    assert_eq!(told, Err(INTERRUPTED.into()));
}

#[test]
fn the_program_knows_every_flaw_that_it_is_asked_for() {
    let known = FLAWS.iter().filter(|flaw| PROGRAM.contains(&format!("\"{}\"", flaw.name())));
    // The order of sizes is part of the request.
    assert_eq!(known.count(), FLAWS.len() - 1);
}
