//! Typed tasks in worker processes: what comes back in which order, and what becomes of a task that
//! fails, of a worker that is lost, and of everything when the pool ends.
//!
//! With a harness of its own, because this program itself must be able to be a worker. Tasks wait for
//! files that the test makes, so that nothing depends on how fast anything is.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
#[expect(dead_code, reason = "its main is this program's")]
#[path = "../../examples/tasks.rs"]
mod example;
#[cfg(target_os = "linux")]
mod functions;
#[cfg(target_os = "linux")]
mod losses;
#[cfg(target_os = "linux")]
mod play;
#[cfg(target_os = "linux")]
#[expect(dead_code, reason = "not all that can be looked at is looked at here")]
#[path = "../kill/process.rs"]
mod process;
#[cfg(target_os = "linux")]
mod queue;

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    if let Some(code) =
        runner::tasks::serve_if_asked(&[functions::ALL, example::FUNCTIONS].concat())
    {
        return code;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == play::ARGUMENT) {
        return play::play(&arguments[1..]);
    }
    let mut arguments = libtest_mimic::Arguments::from_args();
    // Each test looks at all children of this process.
    arguments.test_threads = Some(1);
    let trials = [calls::trials(), losses::trials(), queue::trials()].concat();
    libtest_mimic::run(&arguments, trials.into_iter().map(Into::into).collect()).exit_code()
}

#[cfg(not(target_os = "linux"))]
fn main() -> ExitCode {
    ExitCode::SUCCESS
}

/// A test: its name and what it does. It fails by a panic.
#[cfg(target_os = "linux")]
#[derive(Clone, Copy)]
struct Trial(&'static str, fn());

#[cfg(target_os = "linux")]
impl From<Trial> for libtest_mimic::Trial {
    fn from(Trial(name, test): Trial) -> Self {
        Self::test(name, move || {
            test();
            assert!(process::children(std::process::id()).is_empty(), "no worker is left");
            Ok(())
        })
    }
}
