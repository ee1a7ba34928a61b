//! The ways to call a pool, and the order of what comes back.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use runner::machine::clock;
use runner::tasks::{Error, Options, Pool};

use crate::Trial;
use crate::functions::{CUBE, FALL, FLIP, Gates, HOLD, ID, MUCH, ODD, STRANGER};
use crate::process::eventually;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial("every_call_gives_the_cubes", every_call_gives_the_cubes),
        Trial("maps_keep_the_order_of_inputs", maps_keep_the_order_of_inputs),
        Trial("unordered_results_come_as_they_arrive", unordered_results_come_as_they_arrive),
        Trial("async_calls_do_not_wait", async_calls_do_not_wait),
        Trial("errors_and_panics_leave_the_worker_alive", errors_and_panics_leave_the_worker_alive),
        Trial("one_error_of_a_map_leaves_the_others", one_error_of_a_map_leaves_the_others),
        Trial("functions_that_nobody_has_are_named", functions_that_nobody_has_are_named),
        Trial("no_tasks_and_few_tasks", no_tasks_and_few_tasks),
        Trial("big_values_travel", big_values_travel),
        Trial("too_big_values_are_refused", too_big_values_are_refused),
        Trial("records_tell_who_and_when", records_tell_who_and_when),
        Trial("the_example_shows_what_it_says", the_example_shows_what_it_says),
    ]
}

pub(crate) fn pool(workers: usize) -> Pool {
    Pool::start(workers, Options::default()).unwrap()
}

fn every_call_gives_the_cubes() {
    let cubes = [1, 8, 27, 64, 125, 216];
    let pool = pool(4);
    let applied: Vec<u64> = (1..=6).map(|x| pool.apply(&CUBE, x).unwrap()).collect();
    assert_eq!(applied, cubes);
    assert_eq!(pool.map(&CUBE, 1..=6).unwrap(), cubes);
    let handles: Vec<_> = (1..=6).map(|x| pool.apply_async(&CUBE, x)).collect();
    let collected: Vec<u64> = handles.into_iter().map(|handle| handle.get().unwrap()).collect();
    assert_eq!(collected, cubes);
    assert_eq!(pool.map_async(&CUBE, 1..=6).get().unwrap(), cubes);
    let mut arrived: Vec<u64> =
        pool.unordered(&CUBE, 1..=6).map(|done| done.value.unwrap()).collect();
    arrived.sort_unstable();
    assert_eq!(arrived, cubes);
    assert!(pool.losses().is_empty());
    pool.close().unwrap();
}

fn maps_keep_the_order_of_inputs() {
    let (pool, gates) = (pool(4), Gates::new());
    let mut handle = pool.map_async(&HOLD, (0..4).map(|x| gates.at(x)));
    for x in (0..4).rev() {
        gates.await_beginning(x);
        assert!(!handle.is_ready());
        gates.open(x);
    }
    assert_eq!(handle.get().unwrap(), [0, 1, 2, 3]);
}

fn unordered_results_come_as_they_arrive() {
    let (pool, gates) = (pool(4), Gates::new());
    let mut arrivals = pool.unordered(&HOLD, (0..4).map(|x| gates.at(x)));
    for x in [2, 0, 3, 1] {
        gates.open(x);
        let done = arrivals.next().unwrap();
        assert_eq!((done.task, done.value), (x as usize, Ok(x)));
    }
    assert!(arrivals.next().is_none());
}

/// All calls come back although not one task can end, and before more than one has begun.
fn async_calls_do_not_wait() {
    let (pool, gates) = (pool(1), Gates::new());
    let mut first = pool.apply_async(&HOLD, gates.at(0));
    let mut second = pool.apply_async(&CUBE, 3);
    let mut rest = pool.map_async(&CUBE, 0..100);
    let mut arrivals = pool.unordered(&CUBE, 4..5);
    gates.await_beginning(0);
    assert!(!first.is_ready() && !second.is_ready() && !rest.is_ready());
    gates.open(0);
    eventually("results are ready", || rest.is_ready().then_some(()));
    assert!(first.is_ready() && second.is_ready(), "tasks begin in the order handed in");
    assert_eq!((first.get(), second.get()), (Ok(0), Ok(27)));
    assert_eq!(rest.get().unwrap().len(), 100);
    assert_eq!(arrivals.next().unwrap().value, Ok(64));
}

fn errors_and_panics_leave_the_worker_alive() {
    let pool = pool(1);
    let id = pool.apply(&ID, ()).unwrap();
    let failed = pool.apply(&ODD, 2).unwrap_err();
    assert_eq!(failed, Error::Failed { message: "2 is even".into() });
    let panicked = pool.apply(&FALL, 7).unwrap_err();
    assert_eq!(panicked, Error::Panicked { message: "7 is bad".into() });
    assert_eq!(pool.apply(&ID, ()), Ok(id));
    assert_eq!((pool.processes(), pool.losses().len()), (vec![id], 0));
}

fn one_error_of_a_map_leaves_the_others() {
    let pool = pool(2);
    assert!(
        matches!(pool.map(&ODD, 1..5), Err(Error::Failed { message }) if message == "2 is even")
    );
    let done = pool.map_recorded(&ODD, 1..5);
    let values: Vec<Option<u64>> = done.into_iter().map(|done| done.value.ok()).collect();
    assert_eq!(values, [Some(1), None, Some(3), None]);
}

fn functions_that_nobody_has_are_named() {
    let error = pool(1).apply(&STRANGER, 1).unwrap_err().to_string();
    assert!(error.contains("no function 'stranger'; they have: cube, odd,"), "{error}");
}

fn no_tasks_and_few_tasks() {
    let pool = pool(3);
    assert_eq!(pool.map(&CUBE, []), Ok(vec![]));
    assert!(pool.map_async(&CUBE, []).is_ready());
    assert!(pool.unordered(&CUBE, []).next().is_none());
    assert_eq!(pool.map(&CUBE, [2]), Ok(vec![8]));
    assert_eq!(Pool::start(0, Options::default()).unwrap().processes().len(), 1);
}

fn big_values_travel() {
    let pool = pool(2);
    let big: Vec<u8> = (0..8_u32 << 20).map(|i| (i % 251) as u8).collect();
    let [one, two] =
        <[Vec<u8>; 2]>::try_from(pool.map(&FLIP, [&big, &big].map(Clone::clone)).unwrap()).unwrap();
    assert!(one == two && one.iter().zip(&big).all(|(flipped, byte)| *flipped == !byte));
}

fn too_big_values_are_refused() {
    let pool = pool(1);
    let error = pool.apply(&FLIP, vec![0; 64 << 20]).unwrap_err();
    assert!(matches!(&error, Error::Encoding { problem } if problem.contains("bytes")), "{error}");
    let error = pool.apply(&MUCH, 64 << 20).unwrap_err();
    assert!(matches!(&error, Error::Encoding { problem } if problem.contains("bytes")), "{error}");
    assert_eq!(pool.apply(&CUBE, 2), Ok(8));
    assert!(pool.losses().is_empty());
}

fn records_tell_who_and_when() {
    let pool = pool(2);
    let began_ns = clock::now_ns();
    let done = pool.map_recorded(&CUBE, 0..20);
    let ended_ns = clock::now_ns();
    let processes = pool.processes();
    for one in &done {
        let record = one.record;
        assert_eq!(record.process, record.worker.map(|worker| processes[worker]));
        let times = [
            began_ns,
            record.submitted_ns,
            record.began_ns.unwrap(),
            record.ended_ns.unwrap(),
            record.received_ns,
            ended_ns,
        ];
        assert!(times.is_sorted(), "{times:?}");
    }
}

fn the_example_shows_what_it_says() {
    let mut out = Vec::new();
    crate::example::show(&mut out).unwrap();
    let expected = "queue, sorted: [1, 8, 27, 64]
apply: 8
map: [1, 8, 27, 64, 125, 216]
apply_async: 1.5
map_async: [1, 8, 27, 64, 125, 216]
unordered, sorted: [1, 8, 27, 64, 125, 216]
an error: -1 has no real root
a worker's death: it was killed by signal 6
the pool goes on: 27
";
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}
