//! The benchmark in Python: the function of 2014 as reconstructed, where Python 3 and NumPy are present.
//!
//! One program, `python/article.py`, is part of this one and comes to the interpreter through its
//! standard input, so that an installed `parzen` needs no file beside it. Every run is a fresh
//! interpreter, and its counts are checked. Separate from `ours` because nothing of the backends serves
//! it. Next: `python/article.py`, which holds the flaws.

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::blocks::{Runs, Stopped};
use super::flaw::{Condition, Flaw};
use super::record::Timing;
use crate::study::interrupt::Interrupt;

/// The program.
const PROGRAM: &str = include_str!("../../python/article.py");
/// Runs what comes through standard input, and lets it know its own text: a fresh interpreter that it
/// starts is given the same.
const START: &str =
    "import sys; SOURCE = sys.stdin.read(); exec(compile(SOURCE, 'article.py', 'exec'))";

/// Flaws that the program knows; the fixed order is made here.
pub(super) const FLAWS: &[Flaw] = &[Flaw::Order, Flaw::Baseline, Flaw::Pool, Flaw::Apply];

/// An answer of a pool's worker is missed after this time, and the whole interpreter after twice as long.
/// The longest run takes a minute on slow machines.
pub(super) const PATIENCE: Duration = Duration::from_mins(5);
/// So often it is looked whether somebody asked to stop.
const LOOK: Duration = Duration::from_millis(100);

/// An interpreter, and what it is to count.
#[derive(Debug)]
pub(super) struct Python<'a> {
    /// Its program.
    pub(super) interpreter: PathBuf,
    /// Number of samples of the article's generator.
    pub(super) n: usize,
    /// Seed of the generator.
    pub(super) seed: u64,
    /// The widths.
    pub(super) widths: &'a [f64],
    /// The counts that must come out.
    pub(super) expected: &'a [u64],
    /// How long an answer may take.
    pub(super) patience: Duration,
    /// Who may stop it.
    pub(super) interrupt: &'a Interrupt,
}

/// What the program is asked.
#[derive(Serialize)]
struct Request<'a> {
    n: usize,
    seed: u64,
    widths: &'a [f64],
    sizes: &'a [usize],
    flaws: Vec<&'static str>,
    patience: f64,
}

/// What it answers.
#[derive(Deserialize)]
struct Answer {
    absent: Option<String>,
    #[serde(default)]
    version: String,
    #[serde(default)]
    samples: Vec<Measured>,
}

#[derive(Deserialize)]
struct Measured {
    workers: usize,
    wall_ns: u64,
    startup_ns: u64,
    counts: Vec<u64>,
}

impl Python<'_> {
    /// The versions of interpreter and NumPy.
    ///
    /// # Errors
    /// Why the benchmark cannot run in it.
    pub(super) fn version(&self) -> Result<String, String> {
        match self.ask(&[], &[]) {
            Ok(answer) => answer.absent.map_or(Ok(answer.version), Err),
            Err(Stopped::Interrupted) => Err("interrupted".into()),
            Err(Stopped::Failed(reason)) => Err(reason),
        }
    }

    fn ask(&self, flaws: &[Flaw], sizes: &[usize]) -> Result<Answer, Stopped> {
        let request = Request {
            n: self.n,
            seed: self.seed,
            widths: self.widths,
            sizes,
            flaws: flaws.iter().map(|flaw| flaw.name()).collect(),
            patience: self.patience.as_secs_f64(),
        };
        let request = serde_json::to_string(&request).map_err(|error| error.to_string())?;
        let mut child = start(&self.interpreter, &request)?;
        let answered = self.read(&mut child);
        let text = end(child, answered)?;
        serde_json::from_str(text.trim())
            .map_err(|error| format!("its answer is no answer: {error}").into())
    }

    /// Everything that it writes until it ends.
    fn read(&self, child: &mut Child) -> Result<String, Stopped> {
        let (Some(mut stdin), Some(mut stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Stopped::Failed("it cannot be talked to".into()));
        };
        let (sender, receiver) = mpsc::channel();
        let reader = std::thread::Builder::new().name("python".into()).spawn(move || {
            let mut text = String::new();
            let read = stdout.read_to_string(&mut text).map(|_| text);
            let _nobody_listens_any_more = sender.send(read);
        });
        reader.map_err(|error| error.to_string())?;
        // An interpreter that ends at once does not read; its answer tells why.
        let _unread = stdin.write_all(PROGRAM.as_bytes());
        drop(stdin);
        let began = Instant::now();
        loop {
            match receiver.recv_timeout(LOOK) {
                Ok(read) => {
                    return read.map_err(|error| format!("its answer is no text: {error}").into());
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Stopped::Failed("it cannot be heard".into()));
                }
                Err(RecvTimeoutError::Timeout) if self.interrupt.is_requested() => {
                    return Err(Stopped::Interrupted);
                }
                Err(RecvTimeoutError::Timeout) if began.elapsed() > 2 * self.patience => {
                    let patience = 2.0 * self.patience.as_secs_f64();
                    return Err(format!("it has not answered for {patience:.1} s").into());
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

/// Starts the interpreter on a program from its standard input. It leads a group of its own, so that a
/// Ctrl-C is for us alone, and its pools end with it. On Linux the program asks to be killed when the
/// thread ends that started it, so that thread must wait for it, as [`Python::ask`] does.
fn start(interpreter: &Path, request: &str) -> Result<Child, String> {
    let mut command = Command::new(interpreter);
    command.args(["-c", START, request]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let name = interpreter.display();
    command.spawn().map_err(|error| format!("'{name}' cannot be started: {error}"))
}

/// Ends the interpreter and all that it started; its answer, or why there is none.
fn end(mut child: Child, answered: Result<String, Stopped>) -> Result<String, Stopped> {
    if answered.is_ok() {
        await_end(&mut child);
    }
    // Before it is waited for: then nobody else can have its id.
    kill(&mut child);
    let status = child.wait().map_err(|error| error.to_string())?;
    let text = answered?;
    if status.success() {
        return Ok(text);
    }
    let mut errors = String::new();
    if let Some(stderr) = child.stderr.as_mut() {
        let _as_far_as_readable = stderr.take(MOST_ERRORS).read_to_string(&mut errors);
    }
    let last = errors.lines().rev().find(|line| !line.trim().is_empty());
    Err(format!("it ended with {status}: {}", last.unwrap_or("without a word").trim()).into())
}

/// More of what it complains is not read: all of it fits into a pipe, so that nobody waits.
const MOST_ERRORS: u64 = 60_000;

/// Waits until the interpreter, which has said all, has ended, and leaves its id to it.
#[cfg(unix)]
fn await_end(child: &mut Child) {
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let id = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    // Whoever cannot be waited for is gone.
    let _status =
        id.map(|id| waitid(WaitId::Pid(id), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT));
}

/// Kills the interpreter with all its children.
#[cfg(unix)]
fn kill(child: &mut Child) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    // Nobody of the group may be left.
    let _gone = group.map(|group| kill_process_group(group, Signal::KILL));
}

/// Waits until the interpreter has ended; killing it then does nothing.
#[cfg(not(unix))]
fn await_end(child: &mut Child) {
    let _told_again = child.wait();
}

/// Kills the interpreter.
#[cfg(not(unix))]
fn kill(child: &mut Child) {
    let _gone = child.kill();
}

impl Runs for Python<'_> {
    fn run(&mut self, condition: &Condition, sizes: &[usize]) -> Result<Vec<Timing>, Stopped> {
        let answer = self.ask(&condition.flaws, sizes)?;
        if let Some(absent) = answer.absent {
            return Err(absent.into());
        }
        let found: Vec<usize> = answer.samples.iter().map(|sample| sample.workers).collect();
        if found != sizes {
            return Err(format!("it measured the sizes {found:?}, asked for {sizes:?}").into());
        }
        let timing = |sample: Measured| {
            let Measured { workers, wall_ns, startup_ns, counts } = sample;
            if counts != self.expected {
                return Err(format!("wrong counts with {workers} workers: {counts:?}").into());
            }
            let (wall_ns, startup_ns) = (wall_ns.max(1), startup_ns.min(wall_ns));
            Ok(Timing { workers, wall_ns, startup_ns, ..Timing::default() })
        };
        answer.samples.into_iter().map(timing).collect()
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests;
