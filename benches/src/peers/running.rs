//! A peer that runs, at the level of the protocol.
//!
//! Apart from `program.rs`, which knows lines and patience but not what they mean. Whatever goes wrong is a
//! sentence, which becomes the reason why an entry is absent. Next: `benches/peers/README.md`.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use runner::machine::affinity;
use runner::study::interrupt::Interrupt;

use super::entry::{Cpus, Launch};
use crate::program::Program;

/// Time that a peer has to end when it is told to.
const FAREWELL: Duration = Duration::from_secs(5);
/// Bytes at the end of what a peer complains that are looked at.
const TAIL: u64 = 4096;
/// Characters that a reason quotes.
const QUOTED: usize = 160;

/// A peer that is waiting for a question.
#[derive(Debug)]
pub struct Running {
    program: Program,
    complaints: File,
    asked: u64,
    /// What it says of itself.
    pub version: String,
}

/// What one round took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Taken {
    /// Nanoseconds of one job to prepare; 0 if it prepares nothing.
    pub build_ns: f64,
    /// Nanoseconds of one job to answer.
    pub query_ns: f64,
}

impl Taken {
    /// The whole job.
    pub fn total_ns(self) -> f64 {
        self.build_ns + self.query_ns
    }
}

/// Why a peer does not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It says that it does not take these samples, and why.
    Refused(String),
    /// It cannot be started, has died, does not answer or answers rubbish.
    Failed(String),
}

impl Trouble {
    /// The reason, as a table tells it.
    pub fn reason(self) -> String {
        match self {
            Self::Refused(reason) => format!("refuses the samples: {reason}"),
            Self::Failed(reason) => reason,
        }
    }
}

impl Running {
    /// Starts it on the files in `folder`; it may take `patience` to get ready.
    ///
    /// # Errors
    /// Why it does not run.
    pub fn start(
        launch: &Launch,
        folder: &Path,
        workers: usize,
        patience: Duration,
        interrupt: &Interrupt,
    ) -> Result<Self, Trouble> {
        let failed = |error: std::io::Error| Trouble::Failed(error.to_string());
        let complaints = tempfile::tempfile().map_err(failed)?;
        let mut command = launch.command(folder, workers);
        command.stderr(Stdio::from(complaints.try_clone().map_err(failed)?));
        let program = on(launch.cpus, || Program::start("it", command, FAREWELL))
            .map_err(|error| Trouble::Failed(error.to_string()))?
            .until(interrupt.clone());
        let mut running = Self { program, complaints, asked: 0, version: String::new() };
        let line = running.line(patience).map_err(Trouble::Failed)?;
        match line.split_once(' ') {
            Some(("ready", version)) => version.clone_into(&mut running.version),
            Some(("refused", reason)) => return Err(Trouble::Refused(quoted(reason))),
            _ => {
                return Err(Trouble::Failed(format!(
                    "it says {:?}, expected ready",
                    quoted(&line)
                )));
            }
        }
        Ok(running)
    }

    /// `passes` whole jobs; the counts of the last one go to `counts`, if given.
    ///
    /// # Errors
    /// It has died, has not answered within `patience` (then it is killed), or what it says is no answer.
    pub fn round(
        &mut self,
        passes: u32,
        counts: Option<&Path>,
        patience: Duration,
    ) -> Result<Taken, String> {
        self.asked += 1;
        let path = counts.map_or_else(String::new, |path| format!(" {}", path.display()));
        let question = format!("round {} {passes}{path}", self.asked);
        // Whoever is gone cannot be asked; what it said before it went is the better reason.
        let asked = self.program.ask(&question);
        let line = self.line(patience)?;
        asked.map_err(|error| error.to_string())?;
        let mut words = line.split(' ');
        let number = words.next().and_then(|word| word.parse::<u64>().ok());
        let mut times = words.map(|word| word.parse::<u64>().ok());
        match (number, times.next().flatten(), times.next().flatten(), times.next()) {
            (Some(number), Some(build), Some(query), None) if number == self.asked && query > 0 => {
                let each = |ns: u64| ns as f64 / f64::from(passes);
                Ok(Taken { build_ns: each(build), query_ns: each(query) })
            }
            _ => {
                let expected = format!("{} and two times", self.asked);
                Err(format!("it says {:?}, expected {expected}", quoted(&line)))
            }
        }
    }

    fn line(&mut self, patience: Duration) -> Result<String, String> {
        self.program.answer_within(patience).map_err(|error| match self.last_words() {
            Some(words) => format!("{error}: {words}"),
            None => error.to_string(),
        })
    }

    /// The last line that it has complained.
    fn last_words(&mut self) -> Option<String> {
        let length = self.complaints.seek(SeekFrom::End(0)).ok()?;
        self.complaints.seek(SeekFrom::Start(length.saturating_sub(TAIL))).ok()?;
        let mut tail = Vec::new();
        self.complaints.read_to_end(&mut tail).ok()?;
        let tail = String::from_utf8_lossy(&tail);
        tail.lines().rev().find(|line| !line.trim().is_empty()).map(quoted)
    }
}

/// Starts something that may run on `cpus` only: a process inherits what its starter may use.
fn on<T>(cpus: Cpus, start: impl FnOnce() -> T) -> T {
    let last = affinity::allowed().last().filter(|_| cpus == Cpus::One);
    let is_pinned = last.is_some_and(|&cpu| affinity::pin(cpu).is_ok());
    let started = start();
    if is_pinned {
        // It was allowed before; if it is not any more, only this thread stays where it is.
        let _as_before = affinity::reset();
    }
    started
}

fn quoted(text: &str) -> String {
    text.trim().chars().take(QUOTED).collect()
}
