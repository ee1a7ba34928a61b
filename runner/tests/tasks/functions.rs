//! What the workers of these tests can be called with.

#![expect(clippy::unwrap_used, reason = "a task that cannot go on has failed")]

use std::fs::File;
use std::path::{Path, PathBuf};

use runner::tasks::{Callable, Function};
use tempfile::TempDir;

pub(crate) static CUBE: Function<u64, u64> = Function::new("cube", |x| Ok(x * x * x));
pub(crate) static ODD: Function<u64, u64> =
    Function::new("odd", |x| if x % 2 == 1 { Ok(x) } else { Err(format!("{x} is even")) });
pub(crate) static FALL: Function<u64, u64> = Function::new("fall", |x| panic!("{x} is bad"));
pub(crate) static ABORT: Function<(), ()> = Function::new("abort", |()| std::process::abort());
pub(crate) static EXIT: Function<i32, ()> = Function::new("exit", |code| std::process::exit(code));
pub(crate) static FLIP: Function<Vec<u8>, Vec<u8>> =
    Function::new("flip", |bytes| Ok(bytes.iter().map(|byte| !byte).collect()));
/// So many bytes.
pub(crate) static MUCH: Function<usize, Vec<u8>> = Function::new("much", |n| Ok(vec![7; n]));
pub(crate) static ID: Function<(), u32> = Function::new("id", |()| Ok(std::process::id()));
/// Says that it has begun, waits until it may go on, and gives its input.
pub(crate) static HOLD: Function<(PathBuf, u64), u64> = Function::new("hold", |(folder, x)| {
    File::create(began(&folder, x)).unwrap();
    while !may_go_on(&folder, x).exists() {
        std::thread::yield_now();
    }
    Ok(x)
});
/// Not among those that workers have.
pub(crate) static STRANGER: Function<u64, u64> = Function::new("stranger", Ok);

pub(crate) const ALL: &[&dyn Callable] =
    &[&CUBE, &ODD, &FALL, &ABORT, &EXIT, &FLIP, &MUCH, &ID, &HOLD];

fn began(folder: &Path, x: u64) -> PathBuf {
    folder.join(format!("{x} began"))
}

fn may_go_on(folder: &Path, x: u64) -> PathBuf {
    folder.join(format!("{x} may go on"))
}

/// A folder in which tasks of [`HOLD`] wait.
pub(crate) struct Gates(TempDir);

impl Gates {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// The input for a task that waits at gate `x`.
    pub(crate) fn at(&self, x: u64) -> (PathBuf, u64) {
        (self.0.path().to_owned(), x)
    }

    /// Lets the task at gate `x` go on.
    pub(crate) fn open(&self, x: u64) {
        File::create(may_go_on(self.0.path(), x)).unwrap();
    }

    /// Waits until the task at gate `x` has begun.
    pub(crate) fn await_beginning(&self, x: u64) {
        crate::process::eventually("a task begins", || {
            began(self.0.path(), x).exists().then_some(())
        });
    }
}
