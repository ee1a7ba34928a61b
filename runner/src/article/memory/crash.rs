//! What a crash of one worker does to the others.
//!
//! A process is killed and its neighbors are looked at. For threads that cannot be done in this process,
//! because it is what would die: a worker process starts as many threads, of which one aborts.

use std::sync::Barrier;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{PATIENCE, Trouble};
use crate::backend::{Backend, Job};
use crate::machine::clock;
use crate::placement::Placement;
use crate::tasks::{Error, Function, Options, Pool};

/// What a crash did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crash {
    /// What happened, in words.
    pub what: String,
    /// How many of the other workers were alive after it.
    pub others_alive: usize,
    /// How many others there were.
    pub others: usize,
    /// Whether the process that had started the workers was alive after it.
    pub caller_alive: bool,
    /// How long it took until the caller was told; `None` if the caller died, or it was not measured.
    pub noticed_after_ns: Option<u64>,
}

/// Starts so many threads, of which one aborts while the others wait: never returns.
pub(in crate::article) static ABORT_ONE_THREAD: Function<usize, ()> =
    Function::new("abort-one-thread", |threads| {
        leave_no_core();
        let all_are_there = Barrier::new(threads);
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let all_are_there = &all_are_there;
                scope.spawn(move || {
                    all_are_there.wait();
                    if thread == 0 {
                        std::process::abort();
                    }
                    std::thread::park();
                });
            }
        });
        Ok(())
    });

/// Lets this process end without leaving its memory in a file of the user's folder.
fn leave_no_core() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        // To lower a limit is always allowed.
        let _allowed = setrlimit(Resource::Core, none);
    }
}

/// Lets one worker of a team crash.
///
/// # Errors
/// If the team cannot be started, or does not notice.
pub(super) fn of(
    backend: &dyn Backend,
    job: &Job<'_>,
    placement: &Placement,
) -> Result<Crash, Trouble> {
    let mut team = backend.prepare(job, placement, PATIENCE)?;
    let processes = team.processes();
    let Some((&victim, others)) = processes.split_first() else {
        drop(team);
        return of_threads(placement.workers());
    };
    let killed_ns = clock::now_ns();
    kill(victim)?;
    await_end(victim)?;
    // What is looked up meanwhile is not the caller's time.
    let looks_ns = clock::now_ns();
    let others_alive = others.iter().filter(|&&id| is_alive(id)).count();
    let looked_ns = clock::now_ns() - looks_ns;
    let mut counts = vec![0; job.question().places()];
    if team.measure(std::num::NonZeroUsize::MIN, &mut counts).is_ok() {
        return Err(Trouble::Failed(format!("process {victim} was killed and not missed")));
    }
    Ok(Crash {
        what: "one worker was killed (SIGKILL)".into(),
        others_alive,
        others: others.len(),
        caller_alive: true,
        noticed_after_ns: Some((clock::now_ns() - killed_ns).saturating_sub(looked_ns)),
    })
}

/// Lets one of `workers` threads abort, in a process of their own.
fn of_threads(workers: usize) -> Result<Crash, Trouble> {
    let pool = Pool::start(1, Options { patience: PATIENCE })?;
    match pool.apply(&ABORT_ONE_THREAD, workers) {
        Err(Error::Died { .. }) => Ok(Crash {
            what: "one thread aborted".into(),
            // The process is gone, and no thread outlives its process.
            others_alive: 0,
            others: workers - 1,
            caller_alive: false,
            noticed_after_ns: None,
        }),
        Err(error) => Err(error.into()),
        Ok(()) => Err(Trouble::Failed("a thread aborted and its process lived on".into())),
    }
}

/// Waits until a process has ended; nobody may have waited for it yet.
fn await_end(id: u32) -> Result<(), Trouble> {
    let began_ns = clock::now_ns();
    while is_alive(id) {
        if u128::from(clock::now_ns() - began_ns) > Duration::from_secs(10).as_nanos() {
            return Err(Trouble::Failed(format!("process {id} was killed and lives on")));
        }
        std::thread::yield_now();
    }
    Ok(())
}

/// Whether there is such a process, and it has not ended.
fn is_alive(id: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // The second field is a name in parentheses, which may hold anything; the third is the state.
    let state = stat.rsplit_once(')').and_then(|(_, fields)| fields.trim_start().chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

#[cfg(target_os = "linux")]
fn kill(id: u32) -> std::io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process};
    let id = i32::try_from(id).ok().and_then(Pid::from_raw);
    let id = id.ok_or_else(|| std::io::Error::other("no id of a process"))?;
    Ok(kill_process(id, Signal::KILL)?)
}

#[cfg(not(target_os = "linux"))]
fn kill(_: u32) -> std::io::Result<()> {
    Err(std::io::Error::other("workers that are processes need Linux"))
}

#[cfg(test)]
mod tests {
    use super::is_alive;

    #[cfg(target_os = "linux")]
    #[test]
    fn ended_processes_that_nobody_waited_for_are_not_alive() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        super::await_end(child.id()).unwrap();
        assert!(!is_alive(child.id()) && is_alive(std::process::id()));
        child.wait().unwrap();
        assert!(!is_alive(child.id()));
    }
}
