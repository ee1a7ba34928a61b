//! *Pool*: the cube of 1 to 6 on four processes, in every way in which a pool can be called.
//!
//! The article's cube is done before anybody could see who did it. Here every task does a fixed piece of
//! work first, the article's own: it generates the 10,000 samples and counts the hundred windows with
//! the ten-line oracle. So a timeline shows what differs between the calls: which of them waits, who is
//! at work when, and in which order results come.

use serde::{Deserialize, Serialize};

use super::{Ran, Since, Tour, Trouble};
use crate::tasks::{Done, Error, Function, Options, Pool as Workers};
use crate::workload::Workload;

/// Processes of the article.
pub const WORKERS: usize = 4;
/// Inputs of the article.
pub const INPUTS: [u64; 6] = [1, 2, 3, 4, 5, 6];

/// The cube, after a fixed piece of work.
pub static CUBE: Function<u64, u64> = Function::new("cube", |x| {
    work()?;
    Ok(x * x * x)
});

/// Generates the article's sample and counts its windows with the oracle.
pub(super) fn work() -> Result<(), String> {
    let workload = Workload::by_name("article").map_err(|error| error.to_string())?;
    let samples = workload.generate::<f64>().map_err(|error| error.to_string())?;
    let widths = workload.widths.widths().map_err(|error| error.to_string())?;
    let counts = crate::workload::oracle_widths(&samples, workload.center, widths.as_slice());
    let sum: u64 = counts.iter().sum();
    if sum == SUM { Ok(()) } else { Err(format!("the counts add up to {sum} instead of {SUM}")) }
}

/// What the counts of the article's hundred windows add up to.
const SUM: u64 = 172_940;

/// The section's data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pool {
    /// Number of processes.
    pub workers: usize,
    /// What the cubes are taken of.
    pub inputs: Vec<u64>,
    /// One for each way to call.
    pub calls: Vec<Call>,
}

/// One way to call, with all inputs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Its name.
    pub call: String,
    /// When it began, in ns since the section began.
    pub called_ns: u64,
    /// When it had given control back to the caller, in ns since it began: with all inputs, where one
    /// call takes one.
    pub returned_ns: u64,
    /// When the caller had all results, in ns since it began.
    pub collected_ns: u64,
    /// The results in the order in which the caller has them; `None` for a task that was lost.
    pub results: Vec<Option<u64>>,
    /// The tasks in order of arrival.
    pub tasks: Vec<Task>,
}

/// One task. Times in ns since the section began.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Its input.
    pub input: u64,
    /// The worker that had it; `None` if none had.
    pub worker: Option<usize>,
    /// When it was handed in.
    pub submitted_ns: u64,
    /// When it began; `None` if it was lost.
    pub began_ns: Option<u64>,
    /// When it ended; `None` if it was lost.
    pub ended_ns: Option<u64>,
    /// When the caller's side knew.
    pub received_ns: u64,
}

/// The section.
#[derive(Clone, Copy, Debug)]
pub struct Section;

impl super::Section for Section {
    fn name(&self) -> &'static str {
        "pool"
    }

    fn title(&self) -> &'static str {
        "the cubes of 1 to 6 on four processes, in every way in which a pool can be called"
    }

    fn run(&self, tour: &Tour<'_>) -> Result<Ran, Trouble> {
        let (pool, incidents) = cubes(tour, WORKERS, &INPUTS)?;
        Ran::whole(pool, incidents).into_json()
    }
}

/// Takes the cubes of `inputs` on `workers` processes in every way; the data, and what went wrong.
///
/// # Errors
/// If the processes cannot be started, or somebody asks to stop.
pub fn cubes(
    tour: &Tour<'_>,
    workers: usize,
    inputs: &[u64],
) -> Result<(Pool, Vec<String>), Trouble> {
    let since = Since::now();
    let pool = Workers::start(workers, Options::default())?;
    let caller = Caller { tour, pool: &pool, inputs, since };
    let ways: [(&str, &Way); 5] = [
        ("apply", &|caller| caller.apply()),
        ("map", &|caller| caller.map()),
        ("apply_async", &|caller| caller.apply_async()),
        ("map_async", &|caller| caller.map_async()),
        ("unordered", &|caller| caller.unordered()),
    ];
    let (mut calls, mut incidents) = (Vec::new(), Vec::new());
    for (name, way) in ways {
        tour.go_on()?;
        let called_ns = since.elapsed_ns();
        let collected = way(&caller);
        let collected_ns = since.elapsed_ns() - called_ns;
        incidents.extend(failures(name, &collected.done));
        calls.push(caller.call(name, called_ns, collected_ns, &collected));
    }
    let idle = pool.losses().into_iter().filter(|loss| loss.function.is_none());
    incidents.extend(idle.map(|loss| format!("a worker without a task was lost: {}", loss.error)));
    if let Err(error) = pool.close() {
        incidents.push(error.to_string());
    }
    Ok((Pool { workers, inputs: inputs.to_vec(), calls }, incidents))
}

/// A way to call, with all inputs.
type Way = dyn Fn(&Caller<'_>) -> Collected;

/// Results as the caller has them, and when it had control back.
struct Collected {
    returned_ns: u64,
    done: Vec<Done<u64>>,
}

/// Somebody who calls the pool.
struct Caller<'a> {
    tour: &'a Tour<'a>,
    pool: &'a Workers,
    inputs: &'a [u64],
    since: Since,
}

impl Caller<'_> {
    fn inputs(&self) -> impl Iterator<Item = u64> {
        self.inputs.iter().copied()
    }

    fn watch(&self) {
        self.tour.watch(&self.pool.processes());
    }

    fn apply(&self) -> Collected {
        self.watch();
        let done = self.inputs().enumerate();
        let done =
            done.map(|(task, x)| Done { task, ..self.pool.apply_recorded(&CUBE, x) }).collect();
        Collected { returned_ns: self.since.elapsed_ns(), done }
    }

    fn map(&self) -> Collected {
        self.watch();
        let done = self.pool.map_recorded(&CUBE, self.inputs());
        Collected { returned_ns: self.since.elapsed_ns(), done }
    }

    fn apply_async(&self) -> Collected {
        let handles: Vec<_> = self.inputs().map(|x| self.pool.apply_async(&CUBE, x)).collect();
        let returned_ns = self.since.elapsed_ns();
        self.watch();
        let done = handles.into_iter().enumerate();
        let done = done.map(|(task, handle)| Done { task, ..handle.done() }).collect();
        Collected { returned_ns, done }
    }

    fn map_async(&self) -> Collected {
        let handle = self.pool.map_async(&CUBE, self.inputs());
        let returned_ns = self.since.elapsed_ns();
        self.watch();
        Collected { returned_ns, done: handle.done() }
    }

    fn unordered(&self) -> Collected {
        let arrivals = self.pool.unordered(&CUBE, self.inputs());
        let returned_ns = self.since.elapsed_ns();
        self.watch();
        Collected { returned_ns, done: arrivals.collect() }
    }

    fn call(&self, name: &str, called_ns: u64, collected_ns: u64, collected: &Collected) -> Call {
        let mut tasks: Vec<Task> = collected.done.iter().map(|done| self.task(done)).collect();
        tasks.sort_by_key(|task| task.received_ns);
        Call {
            call: name.into(),
            called_ns,
            returned_ns: collected.returned_ns - called_ns,
            collected_ns,
            results: collected.done.iter().map(|done| done.value.clone().ok()).collect(),
            tasks,
        }
    }

    fn task(&self, done: &Done<u64>) -> Task {
        let record = done.record;
        let ns = |at: Option<u64>| at.map(|at| self.since.ns(at));
        Task {
            input: self.inputs[done.task],
            worker: record.worker,
            submitted_ns: self.since.ns(record.submitted_ns),
            began_ns: ns(record.began_ns),
            ended_ns: ns(record.ended_ns),
            received_ns: self.since.ns(record.received_ns),
        }
    }
}

/// What went wrong with tasks of a call.
fn failures(call: &str, done: &[Done<u64>]) -> Vec<String> {
    let error = |done: &Done<u64>| -> Option<Error> { done.value.clone().err() };
    done.iter().filter_map(error).map(|error| format!("{call}: {error}")).collect()
}
