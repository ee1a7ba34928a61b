//! Signals at random moments: to a worker, and to the parent of workers.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::os::unix::process::CommandExt as _;
use std::panic::{catch_unwind, resume_unwind};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use runner::backend::{Backend, Error, Mode};
use rustix::process::{Pid, Signal, kill_process_group};

use crate::Trial;
use crate::play::{self, ENDLESS_PASSES};
use crate::process::{self, DEADLINE};

/// How often workers and parents are killed.
const MOMENTS: usize = 10;
/// The last moment, in ticks of CPU time.
const LAST_TICK: u64 = 6;
/// How long a worker that was stopped is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial("a_killed_worker_is_told_at_any_moment", a_killed_worker_is_told_at_any_moment),
        Trial("a_worker_killed_between_samples_is_told", a_worker_killed_between_samples_is_told),
        Trial("a_stopped_worker_is_told", a_stopped_worker_is_told),
        Trial("a_panic_ends_the_workers", a_panic_ends_the_workers),
        Trial("a_killed_parent_leaves_nobody", a_killed_parent_leaves_nobody),
        Trial("an_interrupted_parent_leaves_nobody", an_interrupted_parent_leaves_nobody),
    ]
}

/// The same moments every time.
fn moments(seed: u64) -> impl Iterator<Item = (usize, u64, usize)> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..MOMENTS)
        .map(move |nth| (nth, random.random_range(0..=LAST_TICK), random.random_range(0..2)))
}

/// Sends `signal` to one of the workers of `parent` when it has used so much CPU time.
fn strike(parent: u32, victim: usize, tick: u64, signal: Signal) {
    let worker = process::eventually("workers", || process::workers(parent).get(victim).copied());
    process::eventually("progress", || {
        process::cpu_ticks(worker).is_none_or(|ticks| ticks >= tick).then_some(())
    });
    process::send(worker, signal);
}

/// The error of a sample during which a worker gets `signal`.
fn befallen(
    backend: &dyn Backend,
    mode: Mode,
    patience: Duration,
    (victim, tick, signal): (usize, u64, Signal),
) -> Error {
    let samples = play::samples();
    let job = play::job(&samples, mode);
    let mut team = backend.prepare(&job, &play::placement(), patience).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| strike(std::process::id(), victim, tick, signal));
        team.measure(ENDLESS_PASSES, &mut [0; 20]).unwrap_err()
    })
}

fn a_killed_worker_is_told_at_any_moment() {
    let backends = play::backends();
    for (nth, tick, victim) in moments(3) {
        let backend = backends[nth % backends.len()];
        let mode = backend.modes()[nth % backend.modes().len()];
        let error = befallen(backend, mode, DEADLINE, (victim, tick, Signal::KILL));
        match &error {
            Error::Died { backend: named, message } => {
                assert_eq!(*named, backend.name());
                assert!(message.contains("it was killed by signal 9"), "{message}");
            }
            other => panic!("{backend:?}: {other}"),
        }
        assert!(process::children(std::process::id()).is_empty(), "{backend:?}: nobody is left");
    }
}

fn a_worker_killed_between_samples_is_told() {
    let samples = play::samples();
    let job = play::job(&samples, Mode::Strong);
    for backend in play::backends() {
        for samples_before in [0, 1] {
            let mut team = backend.prepare(&job, &play::placement(), DEADLINE).unwrap();
            for _ in 0..samples_before {
                team.measure(std::num::NonZeroUsize::MIN, &mut [0; 20]).unwrap();
            }
            strike(std::process::id(), 1, 0, Signal::KILL);
            if samples_before == 0 {
                for _ in 0..2 {
                    let error = team.measure(ENDLESS_PASSES, &mut [0; 20]).unwrap_err();
                    assert!(matches!(error, Error::Died { .. }), "{backend:?}: {error}");
                }
            } else {
                let error = team.dismiss().unwrap_err();
                assert!(matches!(error, Error::Died { .. }), "{backend:?}: {error}");
            }
        }
    }
}

fn a_stopped_worker_is_told() {
    for backend in play::backends() {
        let error = befallen(backend, Mode::Strong, PATIENCE, (1, 1, Signal::STOP));
        let told = matches!(error, Error::Hung { patience: PATIENCE, .. });
        assert!(told, "{backend:?}: {error}");
        assert!(process::children(std::process::id()).is_empty(), "{backend:?}: nobody is left");
    }
}

fn a_panic_ends_the_workers() {
    let panicked = catch_unwind(|| {
        let samples = play::samples();
        let job = play::job(&samples, Mode::Strong);
        let _team = play::backends()[0].prepare(&job, &play::placement(), DEADLINE).unwrap();
        let workers = process::children(std::process::id()).len();
        resume_unwind(Box::new(workers)); // a panic without a message
    });
    assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&2_usize));
}

/// Somebody who measures without end with the nth backend.
fn endless(nth: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([play::ARGUMENT, play::ENDLESS, &(nth % play::backends().len()).to_string()])
        .stdin(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap()
}

/// Ends `parent` when one of its workers has used so much CPU time; then its workers end, too.
fn end(mut parent: Child, tick: u64, end: impl Fn(u32)) {
    let id = parent.id();
    let worker = process::eventually("workers", || process::workers(id).first().copied());
    process::eventually("progress", || {
        process::cpu_ticks(worker).is_none_or(|ticks| ticks >= tick).then_some(())
    });
    end(id);
    assert!(!parent.wait().unwrap().success());
    process::eventually("no orphan", || process::workers(id).is_empty().then_some(()));
}

fn a_killed_parent_leaves_nobody() {
    for (nth, tick, _) in moments(4) {
        end(endless(nth), tick, |id| process::send(id, Signal::KILL));
    }
}

/// As Ctrl-C: the signal goes to the whole group of the parent, in which workers are not.
fn an_interrupted_parent_leaves_nobody() {
    end(endless(0), LAST_TICK, |id| {
        let group = Pid::from_raw(i32::try_from(id).unwrap()).unwrap();
        kill_process_group(group, Signal::INT).unwrap();
    });
}
