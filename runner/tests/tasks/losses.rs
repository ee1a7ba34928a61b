//! Workers that are killed, that end themselves, or that hang; and the end of a pool.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use runner::tasks::{Error, Handle, Options, Pool};
use rustix::process::Signal;

use crate::Trial;
use crate::calls::pool;
use crate::functions::{ABORT, CUBE, EXIT, FLIP, Gates, HOLD};
use crate::play;
use crate::process::{children, eventually, send, workers};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial("a_killed_worker_is_told_and_replaced", a_killed_worker_is_told_and_replaced),
        Trial("workers_that_end_themselves_are_told", workers_that_end_themselves_are_told),
        Trial("an_idle_worker_that_dies_is_replaced", an_idle_worker_that_dies_is_replaced),
        Trial("a_worker_that_hangs_is_killed", a_worker_that_hangs_is_killed),
        Trial("a_stopped_worker_hangs_too", a_stopped_worker_hangs_too),
        Trial("a_task_that_some_have_heard_is_lost", a_task_that_some_have_heard_is_lost),
        Trial("a_long_input_that_nobody_reads_is_hung", a_long_input_that_nobody_reads_is_hung),
        Trial("a_worker_that_stops_reading_keeps_nobody", a_worker_that_stops_reading_keeps_nobody),
        Trial("a_pool_with_pending_tasks_ends_at_once", a_pool_with_pending_tasks_ends_at_once),
        Trial("a_closed_pool_has_done_everything", a_closed_pool_has_done_everything),
        Trial("pools_move_between_threads", pools_move_between_threads),
        Trial("workers_end_with_a_killed_parent", workers_end_with_a_killed_parent),
        Trial("programs_that_are_no_workers_are_told", programs_that_are_no_workers_are_told),
    ]
}

fn a_killed_worker_is_told_and_replaced() {
    let (pool, gates) = (pool(2), Gates::new());
    let before = pool.processes();
    let handle = pool.map_async(&HOLD, (0..6).map(|x| gates.at(x)));
    gates.await_beginning(0);
    gates.await_beginning(1);
    send(before[1], Signal::KILL);
    let loss = eventually("the loss is noticed", || pool.losses().first().cloned());
    let how = "it was killed by signal 9".to_owned();
    let died = Error::Died { worker: 1, process: before[1], how };
    assert_eq!((&loss.error, loss.function), (&died, Some("hold")));
    (0..6).for_each(|x| gates.open(x));
    let done = handle.done();
    let lost: Vec<_> = done.iter().filter(|done| done.value.is_err()).collect();
    assert_eq!(lost.len(), 1, "the others are done, one by the same number of worker");
    assert_eq!(lost[0].value, Err(died));
    assert_eq!((lost[0].record.process, lost[0].record.began_ns), (Some(before[1]), None));
    let after = pool.processes();
    assert!(after[0] == before[0] && after[1] != before[1] && after.len() == 2);
    assert_eq!(pool.map(&CUBE, 1..=3), Ok(vec![1, 8, 27]));
}

fn workers_that_end_themselves_are_told() {
    let pool = pool(1);
    for (error, expected) in [
        (pool.apply(&ABORT, ()).unwrap_err(), "it was killed by signal 6"),
        (pool.apply(&EXIT, 7).unwrap_err(), "it ended with exit code 7"),
        (pool.apply(&EXIT, 0).unwrap_err(), "it ended with exit code 0"),
    ] {
        assert!(matches!(&error, Error::Died { how, .. } if how == expected), "{error}");
    }
    assert_eq!((pool.apply(&CUBE, 2), pool.losses().len()), (Ok(8), 3));
}

fn an_idle_worker_that_dies_is_replaced() {
    let pool = pool(2);
    let before = pool.processes();
    send(before[0], Signal::KILL);
    let loss = eventually("the loss is noticed", || pool.losses().first().cloned());
    assert_eq!(loss.function, None);
    eventually("another is there", || (pool.processes()[0] != before[0]).then_some(()));
    assert_eq!(pool.map(&CUBE, 0..10).unwrap().len(), 10);
}

fn impatient() -> Pool {
    Pool::start(2, Options { patience: Duration::from_millis(300) }).unwrap()
}

fn a_worker_that_hangs_is_killed() {
    let (pool, gates) = (impatient(), Gates::new());
    let before = pool.processes();
    let done = pool.apply_recorded(&HOLD, gates.at(0));
    let worker = done.record.worker.unwrap();
    let patience = Duration::from_millis(300);
    let hung = Error::Hung { worker, process: before[worker], patience };
    assert_eq!(done.value, Err(hung));
    assert!(!children(std::process::id()).contains(&before[worker]));
    assert_eq!(pool.map(&CUBE, 1..=3), Ok(vec![1, 8, 27]));
}

fn a_stopped_worker_hangs_too() {
    let pool = impatient();
    let before = pool.processes();
    for &id in &before {
        send(id, Signal::STOP);
    }
    let done = pool.map_recorded(&CUBE, 0..4);
    let hung = |error: &Error| matches!(error, Error::Hung { .. });
    assert_eq!(done.iter().filter(|done| done.value.as_ref().is_err_and(hung)).count(), 2);
    assert_eq!(done.iter().filter(|done| done.value.is_ok()).count(), 2);
}

/// Longer than what a socket holds.
fn long() -> Vec<u8> {
    vec![1; 8 << 20]
}

/// A pool of two, of which the first has stopped while it is being sent a long input.
fn stuck() -> (Pool, u32, Handle<Vec<u8>>) {
    let pool = pool(2);
    let first = pool.processes()[0];
    send(first, Signal::STOP);
    let handle = pool.apply_async(&FLIP, long());
    assert_eq!(pool.apply(&CUBE, 2), Ok(8), "the manager goes on, and the other worker does");
    (pool, first, handle)
}

fn a_task_that_some_have_heard_is_lost() {
    let (pool, process, handle) = stuck();
    send(process, Signal::KILL);
    let how = "it was killed by signal 9".to_owned();
    assert_eq!(handle.get(), Err(Error::Died { worker: 0, process, how }));
    assert_eq!((pool.losses().len(), pool.map(&CUBE, 1..=2)), (1, Ok(vec![1, 8])));
}

fn a_long_input_that_nobody_reads_is_hung() {
    let pool = impatient();
    // The other worker goes on, and does what comes after.
    send(pool.processes()[0], Signal::STOP);
    let error = pool.apply(&FLIP, long()).unwrap_err();
    assert!(matches!(error, Error::Hung { worker: 0, .. }), "{error}");
    assert_eq!((pool.losses().len(), pool.apply(&CUBE, 3)), (1, Ok(27)));
}

fn a_worker_that_stops_reading_keeps_nobody() {
    let (pool, _, handle) = stuck();
    drop(pool);
    assert_eq!(handle.get(), Err(Error::Closed));
}

fn a_pool_with_pending_tasks_ends_at_once() {
    let (pool, gates) = (pool(2), Gates::new());
    let busy = pool.map_async(&HOLD, (0..2).map(|x| gates.at(x)));
    let waiting = pool.apply_async(&CUBE, 1);
    gates.await_beginning(1);
    drop(pool);
    assert_eq!(waiting.get(), Err(Error::Closed));
    assert!(busy.done().iter().all(|done| done.value == Err(Error::Closed)));
}

fn a_closed_pool_has_done_everything() {
    let pool = pool(2);
    let mut handle = pool.map_async(&CUBE, 0..50);
    pool.close().unwrap();
    assert!(handle.is_ready());
    assert_eq!(handle.get().unwrap().len(), 50);
}

/// The thread that started the pool ends, and the workers do not.
fn pools_move_between_threads() {
    let pool = std::thread::spawn(|| pool(2)).join().unwrap();
    let before = pool.processes();
    std::thread::scope(|scope| {
        let one = scope.spawn(|| pool.map(&CUBE, 0..20).unwrap().len());
        assert_eq!(pool.map(&CUBE, 0..20).unwrap().len() + one.join().unwrap(), 40);
    });
    assert_eq!(pool.processes(), before);
}

fn workers_end_with_a_killed_parent() {
    let this = std::env::current_exe().unwrap();
    let mut parent = Command::new(this)
        .args([play::ARGUMENT, play::BUSY])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(parent.stdout.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "busy");
    assert_eq!(workers(parent.id()).len(), 2);
    parent.kill().unwrap();
    parent.wait().unwrap();
    eventually("no orphan is left", || workers(parent.id()).is_empty().then_some(()));
}

fn programs_that_are_no_workers_are_told() {
    for (program, expected) in [
        (Path::new("/bin/true"), "no worker could be started: worker 0 (process "),
        (Path::new("/nowhere/parzen"), "no worker could be started: No such file"),
    ] {
        let this = std::env::current_exe().unwrap();
        let output =
            Command::new(this).args([play::ARGUMENT, play::FAKE]).arg(program).output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(said.starts_with(expected) && said.ends_with("; 0 left\n"), "{said}");
    }
}
