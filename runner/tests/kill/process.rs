//! Looks at other processes, through `/proc`, and sends them signals.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::time::{Duration, Instant};

use runner::backend::processes::ARGUMENT;
use rustix::process::{Pid, Signal, kill_process};

/// Nothing here takes longer; if it does, something hangs.
pub(crate) const DEADLINE: Duration = Duration::from_secs(5);

/// Fields of `/proc/ID/stat` from the third on, the state; none if there is no such process.
fn stat(id: u32) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The second field is a name in parentheses, which may hold anything.
    let (_, fields) = text.rsplit_once(')')?;
    Some(fields.split_whitespace().map(ToOwned::to_owned).collect())
}

fn ids() -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

/// The children of process `parent`, the dead among them that nobody has waited for.
pub(crate) fn children(parent: u32) -> Vec<u32> {
    let is_child = |&id: &u32| stat(id).is_some_and(|fields| fields[1] == parent.to_string());
    ids().into_iter().filter(is_child).collect()
}

/// The living workers that process `parent` has started, whoever is their parent now.
pub(crate) fn workers(parent: u32) -> Vec<u32> {
    let arguments = format!("\0{ARGUMENT}\0{parent}\0");
    let is_worker = |&id: &u32| {
        let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        line.ends_with(arguments.as_bytes())
    };
    ids().into_iter().filter(is_worker).collect()
}

/// CPU time that a process has used, in ticks; none if it is gone.
pub(crate) fn cpu_ticks(id: u32) -> Option<u64> {
    let fields = stat(id)?;
    Some(fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap())
}

/// Waits until `found` gives something.
///
/// # Panics
/// If it takes longer than [`DEADLINE`].
pub(crate) fn eventually<T>(what: &str, found: impl FnMut() -> Option<T>) -> T {
    within(DEADLINE, what, found)
}

/// Waits until `found` gives something.
///
/// # Panics
/// If it takes longer than `deadline`.
pub(crate) fn within<T>(deadline: Duration, what: &str, mut found: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(began.elapsed() < deadline, "{what}: not within {deadline:?}");
        std::thread::yield_now();
    }
}

pub(crate) fn send(id: u32, signal: Signal) {
    let id = Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
    kill_process(id, signal).unwrap();
}
