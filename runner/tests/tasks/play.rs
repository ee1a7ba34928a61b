//! This program in other parts: a parent that is killed, and one whose workers are none.

#![expect(clippy::unwrap_used, reason = "a part that cannot go on has failed")]

use std::io::{Write as _, stdout};
use std::process::ExitCode;

use runner::tasks::{Options, Pool};

use crate::functions::{Gates, HOLD};
use crate::process::children;

/// Makes this program play a part.
pub(crate) const ARGUMENT: &str = "play";
/// A parent whose two workers are busy for ever.
pub(crate) const BUSY: &str = "busy";
/// A parent that starts the program named next as workers.
pub(crate) const FAKE: &str = "fake";

pub(crate) fn play(arguments: &[String]) -> ExitCode {
    if arguments[0] == BUSY {
        busy();
    } else {
        fake(&arguments[1]);
    }
    ExitCode::SUCCESS
}

fn busy() {
    let (pool, gates) = (Pool::start(2, Options::default()).unwrap(), Gates::new());
    let handle = pool.map_async(&HOLD, (0..2).map(|x| gates.at(x)));
    (0..2).for_each(|x| gates.await_beginning(x));
    let mut out = stdout();
    writeln!(out, "busy").unwrap();
    handle.get().unwrap();
}

fn fake(program: &str) {
    runner::backend::processes::set_program(program).unwrap();
    let error = Pool::start(1, Options::default()).unwrap_err();
    let left = children(std::process::id()).len();
    let mut out = stdout();
    writeln!(out, "{error}; {left} left").unwrap();
}
