//! The roles that this program plays when it starts itself: a parent that measures until it is killed,
//! and one whose workers are another program.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write as _;
use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Duration;

use runner::backend::{ALL, Backend, Error, Job, Mode, Question, Work, processes};
use runner::input::AnySamples;
use runner::machine::affinity;
use runner::placement::{self, Placement};
use rustix::process::Signal;

use crate::process;

/// The argument that makes this program play; a role and its own argument follow.
pub(crate) const ARGUMENT: &str = "play";
/// Measures until it is killed; the argument is the position of a backend in [`backends`].
pub(crate) const ENDLESS: &str = "endless";
/// Starts another program as workers, and prints what becomes of it.
pub(crate) const FAKE: &str = "fake";

/// Measures and dismisses a team, then kills a worker of another one, and prints what becomes of both.
pub(crate) const WHOLE: &str = "whole";

const WORKERS: usize = 2;
/// No measurement of so many passes ever ends by itself.
pub(crate) const ENDLESS_PASSES: NonZeroUsize = NonZeroUsize::new(1 << 40).unwrap();
/// How long the parent of another program waits for an answer.
const SHORT: Duration = Duration::from_millis(500);

/// Every backend whose workers are processes: it cannot send a function.
pub(crate) fn backends() -> Vec<&'static dyn Backend> {
    let function = |_| 1;
    let job = Job::from_tasks(1, &function, Mode::Strong);
    let refuses = |backend: &&dyn Backend| {
        let prepared = backend.prepare(&job, &placement(), process::DEADLINE);
        matches!(prepared.err(), Some(Error::Unavailable { reason, .. }) if reason.contains("sent"))
    };
    let backends: Vec<_> =
        ALL.iter().copied().filter(|b| b.scaling().allows(WORKERS)).filter(refuses).collect();
    assert!(!backends.is_empty());
    backends
}

pub(crate) fn placement() -> Placement {
    placement::in_order(WORKERS, affinity::allowed())
}

pub(crate) fn samples() -> AnySamples {
    let rows: Vec<f64> = (0..2000).map(|i| f64::from(i) / 2000.0).collect();
    AnySamples::Double(kernel::Samples::from_rows(&rows, 2).unwrap())
}

pub(crate) fn job(samples: &AnySamples, mode: Mode) -> Job<'_> {
    let question = Question {
        work: Work::Count,
        isa: kernel::isa::best().name().into(),
        center: vec![0.5; 2],
        widths: vec![0.25; 20],
        widths_per_scan: NonZeroUsize::MIN,
        parts: NonZeroUsize::MIN,
    };
    Job::new(samples, question, mode).unwrap()
}

pub(crate) fn play(arguments: &[String]) -> ExitCode {
    let [role, argument] = arguments else { return ExitCode::from(2) };
    match role.as_str() {
        ENDLESS => endless(argument.parse().unwrap()),
        FAKE => fake(argument),
        WHOLE => whole(argument.parse().unwrap()),
        other => panic!("there is no role '{other}'"),
    }
    ExitCode::SUCCESS
}

/// In the last mode that the backend can run: as far as possible without words between the processes.
fn endless(backend: usize) {
    let (backend, samples) = (backends()[backend], samples());
    let job = job(&samples, backend.modes()[backend.modes().len() - 1]);
    // Nobody is left to see what becomes of it, and its patience must not be what ends it.
    let patience = Duration::from_mins(10);
    let mut team = backend.prepare(&job, &placement(), patience).unwrap();
    team.measure(ENDLESS_PASSES, &mut [0; 20]).unwrap();
}

fn fake(program: &str) {
    processes::set_program(program).unwrap();
    let samples = samples();
    let job = job(&samples, Mode::Strong);
    let mut out = std::io::stdout();
    for backend in backends() {
        let said = match backend.prepare(&job, &placement(), SHORT) {
            Ok(_) => "a team".to_owned(),
            Err(error) => error.to_string(),
        };
        let left = process::children(std::process::id()).len();
        writeln!(out, "{said}; {left} left").unwrap();
    }
}

fn whole(backend: usize) {
    let (backend, samples) = (backends()[backend], samples());
    let job = job(&samples, Mode::Strong);
    let mut out = std::io::stdout();
    let mut team = backend.prepare(&job, &placement(), process::DEADLINE).unwrap();
    team.measure(NonZeroUsize::MIN, &mut [0; 20]).unwrap();
    let dismissed = team.dismiss().map_or_else(|error| error.to_string(), |_| "dismissed".into());
    writeln!(out, "{dismissed}").unwrap();
    let mut team = backend.prepare(&job, &placement(), process::DEADLINE).unwrap();
    process::send(process::workers(std::process::id())[0], Signal::KILL);
    writeln!(out, "{}", team.measure(ENDLESS_PASSES, &mut [0; 20]).unwrap_err()).unwrap();
}
