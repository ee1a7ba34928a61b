//! A program that answers questions line by line: what a user would run instead.
//!
//! Apart from [`crate::dispatch`] and [`crate::peers`], which ask, because this file alone deals with the
//! process: an answer that does not come within its time is an error, and then the program and all that it
//! has started are killed. Next: `peers/pool.py`, such a program.

use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};

use runner::study::interrupt::Interrupt;

/// Lines that are kept for a driver that does not ask for them; whoever writes more has to wait.
const MOST_UNREAD: usize = 64;
/// How often is looked whether somebody asked to stop; rare enough not to be in anybody's way.
const LOOK: Duration = Duration::from_millis(250);

/// A running program.
#[derive(Debug)]
pub(crate) struct Program {
    /// What messages call it.
    name: String,
    process: Child,
    /// `None` when it is to end.
    questions: Option<ChildStdin>,
    answers: Receiver<std::io::Result<String>>,
    patience: Duration,
    interrupt: Interrupt,
}

/// `python3` with `arguments` in the folder of this crate.
pub(crate) fn python(arguments: &[&str]) -> Command {
    let mut command = Command::new("python3");
    command.args(arguments).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
    command
}

impl Program {
    /// Starts `command`, which messages call `name`. An answer, and its end, may take `patience`.
    ///
    /// # Errors
    /// That it cannot be started.
    pub(crate) fn start(
        name: &str,
        mut command: Command,
        patience: Duration,
    ) -> Result<Self, Box<dyn Error>> {
        // A group of its own, so that its workers can be ended with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{name} cannot be started: {error}"))?;
        let questions = process.stdin.take();
        let output = process.stdout.take().ok_or_else(|| format!("{name} has no output"))?;
        // A read cannot be given up; a thread that waits for one can. It ends with the output.
        let (sender, answers) = sync_channel(MOST_UNREAD);
        std::thread::spawn(move || {
            BufReader::new(output).lines().map(|line| sender.send(line)).all(|sent| sent.is_ok())
        });
        let interrupt = Interrupt::default();
        Ok(Self { name: name.into(), process, questions, answers, patience, interrupt })
    }

    /// The same, but it is killed when somebody asks to stop.
    pub(crate) fn until(self, interrupt: Interrupt) -> Self {
        let mut program = self;
        program.interrupt = interrupt;
        program
    }

    /// Writes a line.
    ///
    /// # Errors
    /// That it is gone.
    pub(crate) fn ask(&mut self, question: &str) -> Result<(), Box<dyn Error>> {
        let name = &self.name;
        let questions = self.questions.as_mut().ok_or_else(|| format!("{name} was told to end"))?;
        Ok(writeln!(questions, "{question}")?)
    }

    /// The next line that it writes.
    ///
    /// # Errors
    /// That it has ended, or has not answered in time; then it is killed.
    pub(crate) fn answer(&mut self) -> Result<String, Box<dyn Error>> {
        self.answer_within(self.patience)
    }

    /// As [`Program::answer`], with a patience for this answer alone.
    ///
    /// # Errors
    /// As [`Program::answer`].
    pub(crate) fn answer_within(&mut self, patience: Duration) -> Result<String, Box<dyn Error>> {
        match self.line(patience) {
            Ok(line) => Ok(line?.trim().to_owned()),
            Err(RecvTimeoutError::Disconnected) => {
                let ended = self.process.wait().map(|status| format!(" ({status})"));
                let ended = ended.unwrap_or_default();
                Err(format!("{} has ended without an answer{ended}", self.name).into())
            }
            Err(RecvTimeoutError::Timeout) => {
                self.kill();
                if self.interrupt.is_requested() {
                    return Err("interrupted".into());
                }
                let waited_s = patience.as_secs_f64();
                Err(format!("{} has not answered for {waited_s:.1} s", self.name).into())
            }
        }
    }

    /// The next line. It takes no longer than `patience`, and ends soon after an interrupt.
    fn line(&self, patience: Duration) -> Result<std::io::Result<String>, RecvTimeoutError> {
        let began = Instant::now();
        loop {
            let left = patience.saturating_sub(began.elapsed());
            match self.answers.recv_timeout(left.min(LOOK)) {
                Err(RecvTimeoutError::Timeout) if left > LOOK && !self.interrupt.is_requested() => {
                }
                line => return line,
            }
        }
    }

    /// Kills it and its workers.
    fn kill(&mut self) {
        #[cfg(unix)]
        if let Some(group) =
            i32::try_from(self.process.id()).ok().and_then(rustix::process::Pid::from_raw)
        {
            let _gone_already =
                rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _gone_already = self.process.kill();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It ends at the end of its input, and its workers with it.
        self.questions = None;
        if self.interrupt.is_requested() {
            self.kill();
        }
        // Whoever does not answer may not end either: its output ends when all of it has.
        let began = Instant::now();
        let left = || self.patience.checked_sub(began.elapsed());
        while left().is_some_and(|left| self.answers.recv_timeout(left).is_ok()) {}
        if !matches!(self.process.try_wait(), Ok(Some(_))) {
            self.kill();
        }
        let _reaped = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::{Program, python};
    use std::time::Duration;

    #[test]
    fn an_answer_that_does_not_come_is_an_error_and_no_hang() {
        // Its child holds the output open: killing the program alone would not end it.
        let script = python(&["-c", "import subprocess; subprocess.run(['sleep', '600'])"]);
        let Ok(mut program) = Program::start("python3", script, Duration::from_millis(300)) else {
            return; // no python3, nothing to compare with
        };
        let error = program.answer().unwrap_err().to_string();
        assert_eq!(error, "python3 has not answered for 0.3 s");
        drop(program);
    }

    #[test]
    fn a_program_that_never_stops_writing_ends_all_the_same() {
        let script = python(&["-c", "while True: print('again')"]);
        let Ok(mut program) = Program::start("python3", script, Duration::from_secs(2)) else {
            return; // no python3, nothing to compare with
        };
        assert_eq!(program.answer_within(Duration::from_mins(1)).unwrap(), "again");
        drop(program);
    }

    #[test]
    fn answers_come_line_by_line_and_an_end_is_told() {
        let script = python(&["-c", "print(input() * 2)"]);
        let Ok(mut program) = Program::start("python3", script, Duration::from_mins(1)) else {
            return; // no python3, nothing to compare with
        };
        program.ask("ab").unwrap();
        assert_eq!(program.answer().unwrap(), "abab");
        assert!(program.answer().unwrap_err().to_string().contains("ended without an answer"));
    }
}
