//! Processes with a call each, and the queue of their results.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use runner::tasks::{Error, Process, Queue};
use rustix::process::Signal;

use crate::Trial;
use crate::functions::{CUBE, FALL, Gates, HOLD};
use crate::process::send;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial("a_queue_gives_results_as_they_arrive", a_queue_gives_results_as_they_arrive),
        Trial("a_killed_process_is_told_by_its_queue", a_killed_process_is_told_by_its_queue),
        Trial("an_empty_queue_does_not_wait", an_empty_queue_does_not_wait),
        Trial("a_dropped_process_is_told", a_dropped_process_is_told),
    ]
}

fn a_queue_gives_results_as_they_arrive() {
    let (queue, gates) = (Queue::new(), Gates::new());
    let start = |x| Process::start(&HOLD, gates.at(x), &queue).unwrap();
    let processes: Vec<Process> = (0..4).map(start).collect();
    let ids: Vec<u32> = processes.iter().map(Process::id).collect();
    for x in [3, 1, 0, 2] {
        gates.open(x);
        let done = queue.get_done().unwrap();
        assert_eq!((done.task, done.value), (x as usize, Ok(x)));
        assert_eq!(done.record.process, Some(ids[x as usize]));
    }
    assert_eq!(queue.get(), Err(Error::Empty));
    for process in processes {
        process.join().unwrap();
    }
}

fn a_killed_process_is_told_by_its_queue() {
    let (queue, gates) = (Queue::new(), Gates::new());
    let start = |x| Process::start(&HOLD, gates.at(x), &queue).unwrap();
    let (killed, other) = (start(0), start(1));
    gates.await_beginning(0);
    send(killed.id(), Signal::KILL);
    let error = queue.get().unwrap_err();
    assert!(matches!(&error, Error::Died { how, .. } if how.contains("signal 9")), "{error}");
    assert_eq!(killed.join(), Err(error));
    gates.open(1);
    assert_eq!((queue.get(), queue.get()), (Ok(1), Err(Error::Empty)));
    other.join().unwrap();
}

fn an_empty_queue_does_not_wait() {
    assert_eq!(Queue::<u64>::new().get(), Err(Error::Empty));
    let queue = Queue::new();
    let process = Process::start(&FALL, 1, &queue).unwrap();
    assert_eq!(queue.get(), Err(Error::Panicked { message: "1 is bad".into() }));
    assert_eq!(queue.get(), Err(Error::Empty));
    process.join().unwrap();
}

fn a_dropped_process_is_told() {
    let (queue, gates) = (Queue::new(), Gates::new());
    let process = Process::start(&HOLD, gates.at(0), &queue).unwrap();
    drop(process);
    assert_eq!(queue.get(), Err(Error::Closed));
    let process = Process::start(&CUBE, 2, &Queue::new()).unwrap();
    process.join().unwrap();
}
