//! What happens when a process is killed, stopped or replaced: workers of a team, its parent, and
//! whole studies of such teams.
//!
//! With a harness of its own, because this program itself must be able to be a worker, and to play the
//! parent that is killed. Moments are chosen at random with a fixed seed, as CPU time that a worker has
//! used: progress, not waiting. A failure to end would be a hang, so every wait has an end, and a
//! worker that is missed only after its patience is over shows as the wrong error.

#[cfg(target_os = "linux")]
mod autopsies;
#[cfg(target_os = "linux")]
mod fakes;
#[cfg(target_os = "linux")]
mod moments;
#[cfg(target_os = "linux")]
mod play;
#[cfg(target_os = "linux")]
mod process;
#[cfg(target_os = "linux")]
mod studies;

use std::process::ExitCode;

#[cfg(target_os = "linux")]
fn main() -> ExitCode {
    if let Some(code) = runner::backend::serve_if_asked() {
        return code;
    }
    runner::machine::affinity::allowed();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == play::ARGUMENT) {
        return play::play(&arguments[1..]);
    }
    let mut arguments = libtest_mimic::Arguments::from_args();
    // Each test looks at all children of this process.
    arguments.test_threads = Some(1);
    let trials =
        [moments::trials(), fakes::trials(), studies::trials(), autopsies::trials()].concat();
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
