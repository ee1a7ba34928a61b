//! One worker as a process: which program it is, how it is started, and how it ended.
//!
//! Dropping a [`Worker`] kills its process and waits for it. Separate from the
//! [`crew`](super::crew), which talks to workers, because this file alone deals with the system.

use std::fmt;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use super::channel::Channel;
use super::worker;
use crate::machine::{affinity, clock};

/// The parent looks so long for the end of a process before it sleeps between two looks, and so long
/// it then sleeps.
const AWAKE_NS: u64 = 1_000_000;

/// The program that is started as a worker, if it is not this one.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Starts `program` as workers instead of the running program. Only the first call in a process
/// counts; it is for programs that cannot call [`serve_if_asked`](super::serve_if_asked), such as
/// tests under the standard harness.
///
/// # Errors
/// The program that was named before, if it is another one.
pub fn set_program(program: impl Into<PathBuf>) -> Result<(), PathBuf> {
    let program = program.into();
    let known = PROGRAM.get_or_init(|| program.clone());
    if *known == program { Ok(()) } else { Err(known.clone()) }
}

/// Whether there is a program that can be a worker.
pub(crate) fn can_start() -> bool {
    worker::serves() || PROGRAM.get().is_some()
}

/// One worker, as its parent sees it.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    pub(super) channel: Channel,
    /// It owes an answer.
    pub(super) is_asked: bool,
    /// Since when the parent sleeps for that answer.
    pub(super) overdue_since_ns: Option<u64>,
}

/// Gives the calling thread back the mask that it had.
pub(super) struct Mask(Option<CpuSet>);

impl Mask {
    /// Lifts the calling thread's mask: a worker that inherited a pinned one could sit nowhere else.
    pub(super) fn lifted() -> Self {
        let before = sched_getaffinity(None).ok();
        // Where masks cannot be set, none was, and nothing can be inherited.
        let _unpinned = affinity::reset();
        Self(before)
    }
}

impl Drop for Mask {
    fn drop(&mut self) {
        if let Some(mask) = self.0 {
            let _best_effort = sched_setaffinity(None, &mask);
        }
    }
}

impl Worker {
    /// Starts the program as a worker.
    ///
    /// # Errors
    /// The system's refusal.
    pub(super) fn start(patience: Duration) -> std::io::Result<Self> {
        let (ours, theirs) = UnixStream::pair()?;
        let channel = Channel::new(ours, patience)?;
        let program = PROGRAM.get().map_or("/proc/self/exe".as_ref(), PathBuf::as_path);
        let child = Command::new(program)
            .args([worker::ARGUMENT, &std::process::id().to_string()])
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            // Ctrl-C is for the parent, whose end is the workers' end.
            .process_group(0)
            .spawn()?;
        Ok(Self { child, channel, is_asked: false, overdue_since_ns: None })
    }

    /// Id of its process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills the process, and does not wait until it is gone.
    pub(super) fn kill(&mut self) {
        // A process that was waited for already gives an error, and that is all that can be wrong.
        let _ended_already = self.child.kill();
    }

    /// Waits until the process has ended; `None` if it does not within `patience`.
    pub(super) fn ended(&mut self, patience: Duration) -> Option<End> {
        let began_ns = clock::now_ns();
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return Some(End::Known(status)),
                // The only error there is for a child: nobody kept its status, and it is gone.
                Err(_) => return Some(End::Unknown),
                Ok(None) => {}
            }
            let waited_ns = clock::now_ns() - began_ns;
            if u128::from(waited_ns) > patience.as_nanos() {
                return None;
            }
            if waited_ns < AWAKE_NS {
                std::thread::yield_now();
            } else {
                std::thread::sleep(Duration::from_nanos(AWAKE_NS));
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
        let _waited_already = self.child.wait();
    }
}

/// How a process ended.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// As the system says.
    Known(ExitStatus),
    /// The system does not say: this program was started by one that ignores the ends of its children
    /// (`SIGCHLD`), and so does this one.
    Unknown,
}

impl End {
    /// Whether it can be the end of a worker that was told to quit.
    pub(super) fn may_be_good(self) -> bool {
        match self {
            Self::Known(status) => status.success(),
            Self::Unknown => true,
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Known(status) = self else {
            return f.write_str("it ended, and the system does not tell how (SIGCHLD is ignored)");
        };
        match (status.code(), status.signal()) {
            (Some(code), _) => write!(f, "it ended with exit code {code}"),
            (None, Some(signal)) => write!(f, "it was killed by signal {signal}"),
            (None, None) => write!(f, "it ended: {status}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::End;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::ExitStatus;

    #[test]
    fn ends_are_told_by_code_or_signal() {
        let how = |raw| End::Known(ExitStatus::from_raw(raw));
        assert_eq!(how(3 << 8).to_string(), "it ended with exit code 3");
        assert_eq!(how(9).to_string(), "it was killed by signal 9");
        assert!(how(0).may_be_good() && !how(9).may_be_good() && End::Unknown.may_be_good());
    }
}
