//! What becomes of the interpreter and of all that it started when nobody waits for it any more.
//!
//! Separate because only Linux kills it then. The system does so when the thread ends that started it,
//! so that a thread plays the program that is killed.

use std::ffi::OsStr;
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use serde_json::json;

use crate::process::{children, within};
use crate::start;

/// Loading NumPy takes long on a busy machine; the program itself would go on for longer than this.
const DEADLINE: Duration = Duration::from_secs(30);

/// Whether there is such a process that has not ended; somebody may still have to wait for one that has.
fn is_alive(id: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let state = status.lines().find_map(|line| line.strip_prefix("State:"));
    state.is_some_and(|state| !state.trim_start().starts_with(['Z', 'X']))
}

pub(crate) fn none_outlives_whoever_started_it(interpreter: &OsStr) {
    // A pool of two, and the serial code in an interpreter of its own; each would take minutes.
    for (size, children_of_it) in [(2, 2), (0, 1)] {
        let request = json!({"n": 10_000, "seed": 1, "widths": vec![1.0; 5_000], "sizes": [size],
            "flaws": [], "patience": 600, "fresh": true});
        let starter = || {
            let child = start(interpreter, &request);
            let started = within(DEADLINE, "it has started others", || {
                let started = children(child.id());
                (started.len() == children_of_it).then_some(started)
            });
            (child, started)
        };
        let (mut child, started) = std::thread::scope(|scope| scope.spawn(starter).join()).unwrap();
        let status = within(DEADLINE, "it ends", || child.try_wait().unwrap());
        assert_eq!(status.signal(), Some(9), "{status}");
        within(DEADLINE, "all ends", || started.iter().all(|&id| !is_alive(id)).then_some(()));
    }
}
