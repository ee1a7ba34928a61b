//! A command that sets something up: it ends within its time, and says why it fails.
//!
//! Apart from [`super::set_up`], which knows what to fetch but not how processes end. Next:
//! [`super::set_up`].

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A download or a compilation takes so long at most: a network that never answers must not hold up
/// what is there.
const LIMIT: Duration = Duration::from_mins(10);
/// How often is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(50);

/// Runs a command to its end; what it says is only heard if it fails.
///
/// # Errors
/// It cannot be started, fails or takes too long; what it said of an error, or said last.
pub(super) fn run(command: &mut Command) -> Result<(), String> {
    run_within(command, LIMIT)
}

fn run_within(command: &mut Command, limit: Duration) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let failed = |error: std::io::Error| format!("{name} cannot be started: {error}");
    // Files, because a pipe that nobody reads would fill up. Some tell their reason on one, some on the
    // other.
    let [mut out, mut err] =
        [tempfile::tempfile().map_err(failed)?, tempfile::tempfile().map_err(failed)?];
    command.stdin(Stdio::null());
    command.stdout(out.try_clone().map_err(failed)?).stderr(err.try_clone().map_err(failed)?);
    let mut process = command.spawn().map_err(failed)?;
    let ended = ended_within(&mut process, limit).map_err(|error| format!("{name}: {error}"))?;
    let mut reason = || {
        let said = [text(&mut err), text(&mut out)];
        let line = said.iter().find_map(|said| telling(said));
        line.map_or_else(String::new, |line| format!(": {line}"))
    };
    match ended {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(format!("{name} failed ({status}){}", reason())),
        None => Err(format!("{name} was ended after {} s{}", limit.as_secs(), reason())),
    }
}

/// How it ended; `None` if it had to be killed.
fn ended_within(process: &mut Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let began = Instant::now();
    loop {
        if let Some(status) = process.try_wait()? {
            return Ok(Some(status));
        }
        if began.elapsed() >= limit {
            process.kill()?;
            process.wait()?;
            return Ok(None);
        }
        std::thread::sleep(LOOK);
    }
}

fn text(file: &mut File) -> String {
    let mut said = Vec::new();
    let read = file.rewind().and_then(|()| file.read_to_end(&mut said));
    read.map_or_else(|_| String::new(), |_| String::from_utf8_lossy(&said).into_owned())
}

/// The first line that speaks of an error, or the last one that says anything.
fn telling(said: &str) -> Option<&str> {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_error =
        |line: &&str| line.contains("error") || line.contains("ERROR") || line.contains("Error");
    lines().find(is_error).or_else(|| lines().next_back())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn said(script: &str, limit: Duration) -> Result<(), String> {
        run_within(Command::new("/bin/sh").args(["-c", script]), limit)
    }

    #[test]
    fn the_reason_is_heard_on_both_streams_and_nothing_takes_for_ever() {
        let minute = Duration::from_mins(1);
        assert_eq!(said("echo fine", minute), Ok(()));
        let on_output = said("echo 'Error: no ensurepip'; exit 1", minute).unwrap_err();
        assert_eq!(on_output, "/bin/sh failed (exit status: 1): Error: no ensurepip");
        let on_error = said("echo loading; echo full >&2; exit 1", minute).unwrap_err();
        assert_eq!(on_error, "/bin/sh failed (exit status: 1): full");
        let hangs = said("exec sleep 600", Duration::from_millis(100)).unwrap_err();
        assert_eq!(hangs, "/bin/sh was ended after 0 s");
    }
}
