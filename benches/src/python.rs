//! A Python program that answers questions line by line: what a user would run instead.
//!
//! Apart from [`crate::dispatch`], which asks, because this file alone deals with the process: an answer
//! that does not come within its time is an error, and then the program and all that it has started are
//! killed. Next: `peers/pool.py`, such a program.

use std::error::Error;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

/// A running program.
#[derive(Debug)]
pub(crate) struct Python {
    process: Child,
    /// `None` when it is to end.
    questions: Option<ChildStdin>,
    answers: Receiver<std::io::Result<String>>,
    patience: Duration,
}

impl Python {
    /// Starts `python3` with `arguments` in the folder of this crate. An answer may take `patience`.
    ///
    /// # Errors
    /// That it cannot be started.
    pub(crate) fn start(arguments: &[&str], patience: Duration) -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new("python3");
        command.args(arguments).current_dir(Path::new(env!("CARGO_MANIFEST_DIR")));
        // A group of its own, so that its workers can be ended with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("python3 cannot be started: {error}"))?;
        let questions = process.stdin.take();
        let lines = BufReader::new(process.stdout.take().ok_or("python3 has no output")?).lines();
        // A read cannot be given up; a thread that waits for one can. It ends with the output.
        let (sender, answers) = channel();
        std::thread::spawn(move || lines.map(|line| sender.send(line)).all(|sent| sent.is_ok()));
        Ok(Self { process, questions, answers, patience })
    }

    /// Writes a line.
    ///
    /// # Errors
    /// That it is gone.
    pub(crate) fn ask(&mut self, question: &str) -> Result<(), Box<dyn Error>> {
        let questions = self.questions.as_mut().ok_or("python3 was told to end")?;
        Ok(writeln!(questions, "{question}")?)
    }

    /// The next line that it writes.
    ///
    /// # Errors
    /// That it has ended, or has not answered in time; then it is killed.
    pub(crate) fn answer(&mut self) -> Result<String, Box<dyn Error>> {
        match self.answers.recv_timeout(self.patience) {
            Ok(line) => Ok(line?.trim().to_owned()),
            Err(RecvTimeoutError::Disconnected) => {
                Err("python3 has ended without an answer".into())
            }
            Err(RecvTimeoutError::Timeout) => {
                self.kill();
                let waited_s = self.patience.as_secs_f64();
                Err(format!("python3 has not answered for {waited_s:.1} s").into())
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

impl Drop for Python {
    fn drop(&mut self) {
        // It ends at the end of its input, and its workers with it.
        self.questions = None;
        // Whoever does not answer may not end either: its output ends when all of it has.
        while let Ok(_unread) = self.answers.recv_timeout(self.patience) {}
        if !matches!(self.process.try_wait(), Ok(Some(_))) {
            self.kill();
        }
        let _reaped = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::Python;
    use std::time::Duration;

    #[test]
    fn an_answer_that_does_not_come_is_an_error_and_no_hang() {
        // Its child holds the output open: killing the program alone would not end it.
        let script = "import subprocess; subprocess.run(['sleep', '600'])";
        let Ok(mut python) = Python::start(&["-c", script], Duration::from_millis(300)) else {
            return; // no python3, nothing to compare with
        };
        let error = python.answer().unwrap_err().to_string();
        assert_eq!(error, "python3 has not answered for 0.3 s");
        drop(python);
    }

    #[test]
    fn answers_come_line_by_line_and_an_end_is_told() {
        let script = "print(input() * 2)";
        let Ok(mut python) = Python::start(&["-c", script], Duration::from_mins(1)) else {
            return; // no python3, nothing to compare with
        };
        python.ask("ab").unwrap();
        assert_eq!(python.answer().unwrap(), "abab");
        assert!(python.answer().unwrap_err().to_string().contains("ended without an answer"));
    }
}
