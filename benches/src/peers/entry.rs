//! An entry: a peer with a number of workers, and how it is started, or why it cannot be.
//!
//! Apart from [`super::table`], so that tests can measure programs of their own. Next: [`super::running`].

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How to start a program that speaks the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// Its arguments; the folder and the number of workers follow them.
    pub arguments: Vec<OsString>,
    /// Where compilers may keep what they compiled.
    pub cache: PathBuf,
    /// Where it may run.
    pub cpus: Cpus,
}

/// The CPUs of an entry: the same for all entries of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cpus {
    /// The last one of those that are allowed, where a lone thread of ours is pinned.
    One,
    /// Every one that is allowed.
    All,
}

impl Launch {
    /// The command for the files in `folder`. Libraries that choose a number of threads by themselves are
    /// told `workers`.
    pub fn command(&self, folder: &Path, workers: usize) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).arg(folder).arg(workers.to_string());
        command.env("NUMBA_CACHE_DIR", &self.cache).env("PYTHONDONTWRITEBYTECODE", "1");
        let threads = workers.to_string();
        for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"] {
            command.env(name, &threads);
        }
        command
    }
}

/// What is measured, or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, unique.
    pub name: String,
    /// Threads or processes.
    pub workers: usize,
    /// Whether the others are compared with it.
    pub role: Role,
    /// How to start it, or why it is absent.
    pub launch: Result<Launch, String>,
}

/// Whether an entry is this project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ours: measured in every block.
    Reference,
    /// Ours once more: what its ratio is off 1, no other ratio can be trusted for.
    Control,
    /// Somebody else's.
    Other,
}
