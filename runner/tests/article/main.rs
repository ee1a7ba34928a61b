//! The tour: every section gives its data, and a worker that is killed in one of them is told there
//! while the tour goes on.
//!
//! With a harness of its own, because this program itself must be able to be a worker.

#[cfg(target_os = "linux")]
#[expect(dead_code, reason = "not all that can be looked at is looked at here")]
#[path = "../kill/process.rs"]
mod process;
#[cfg(target_os = "linux")]
mod sections;
#[cfg(target_os = "linux")]
mod tour;

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    if let Some(code) = runner::tasks::serve_if_asked(runner::article::FUNCTIONS) {
        return code;
    }
    runner::machine::affinity::allowed();
    let mut arguments = libtest_mimic::Arguments::from_args();
    // Each test looks at all children of this process.
    arguments.test_threads = Some(1);
    let trials = [sections::trials(), tour::trials()].concat();
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
