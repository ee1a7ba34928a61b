//! *CPU-bound against I/O-bound*: the same study on tasks that compute and on tasks that wait.
//!
//! The article says that parallel work pays for tasks bound by the CPU only. Three kinds of task show
//! what is true of it: one computes, one waits for an answer through a pipe, one waits for storage.
//! Each is handed to pools of 1 to 8 processes, in blocks of random order, so that the number of workers
//! that is best can be seen to differ. Processes are started before the clock is.
//!
//! Next: `storage`, how a task waits for a disk.

mod storage;

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Ran, Tour, Trouble, pool};
use crate::machine::{affinity, clock};
use crate::study::order;
use crate::tasks::{Error, Function, Options, Pool};
use storage::Storage;

/// How large the measurement is.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Tasks of each measured time.
    pub tasks: usize,
    /// Numbers of workers.
    pub workers: &'static [usize],
    /// How often everything is measured.
    pub blocks: usize,
}

impl Extent {
    /// That of the tour; with fewer than six blocks there would be no interval.
    pub const TOUR: Self = Self { tasks: 24, workers: &[1, 2, 3, 4, 6, 8], blocks: 8 };
}

/// How long an answer through the pipe takes.
const LATENCY: Duration = Duration::from_millis(5);

/// What a task is to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Wish {
    /// Compute.
    Compute,
    /// Wait for a pipe.
    Ask,
    /// Read this part of a file from its storage.
    Read { path: PathBuf, part: usize },
    /// Write a file, and wait until the storage has it.
    Write { path: PathBuf },
}

/// Does what is wished.
pub(super) static WORK: Function<Wish, ()> = Function::new("compute-or-wait", |wish| {
    let done = match wish {
        Wish::Compute => return pool::work(),
        Wish::Ask => ask(),
        Wish::Read { path, part } => storage::read(&path, part),
        Wish::Write { path } => storage::write(&path),
    };
    done.map_err(|error| error.to_string())
});

/// Waits for an answer that a thread gives through a pipe after [`LATENCY`].
fn ask() -> std::io::Result<()> {
    let (mut answers, mut answerer) = std::io::pipe()?;
    let answer = move || {
        std::thread::sleep(LATENCY);
        answerer.write_all(&[1])
    };
    let thread = std::thread::Builder::new().spawn(answer)?;
    answers.read_exact(&mut [0])?;
    thread.join().unwrap_or_else(|_| Err(std::io::Error::other("nobody answered")))
}

/// The section's data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// Tasks of each measured time.
    pub tasks: usize,
    /// Logical CPUs that the program may use.
    pub cpus: usize,
    /// The kinds of task.
    pub kinds: Vec<Kind>,
}

/// A kind of task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kind {
    /// Its name.
    pub kind: String,
    /// What one task does, or why there is none here, in words.
    pub task: String,
    /// Times for each number of workers; none where there is no such task.
    pub workers: Vec<Times>,
}

/// Times with one number of workers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// Number of workers.
    pub workers: usize,
    /// From handing in the tasks to the last result, once for each block in which nothing went wrong; some
    /// have one more if the section was interrupted inside a block.
    pub wall_ns: Vec<u64>,
}

/// The section.
#[derive(Clone, Copy, Debug)]
pub struct Section;

impl super::Section for Section {
    fn name(&self) -> &'static str {
        "waiting"
    }

    fn title(&self) -> &'static str {
        "tasks that compute, wait for a pipe or wait for storage, with 1 to 8 processes"
    }

    fn run(&self, tour: &Tour<'_>) -> Result<Ran, Trouble> {
        measure(tour, Extent::TOUR)?.into_json()
    }
}

/// A kind of task, and how to make one.
struct Source<'a> {
    kind: Kind,
    wish: Box<dyn Fn(usize) -> Wish + 'a>,
}

/// Measures every kind with every number of workers. If somebody asks to stop, what was measured by then
/// is kept, from one whole block on.
///
/// # Errors
/// If the output folder cannot hold files, processes cannot be started, or somebody asks to stop before
/// the first block is done.
pub fn measure(tour: &Tour<'_>, extent: Extent) -> Result<Ran<Waiting>, Trouble> {
    let storage = Storage::prepare(tour.out(), extent.tasks)?;
    let mut sources = [
        source("cpu", "generates the article's sample and counts its hundred windows", |_| {
            Wish::Compute
        }),
        source("pipe", "waits for a byte that a thread writes into a pipe after 5 ms", |_| {
            Wish::Ask
        }),
        source("storage", storage.task(), |task| storage.wish(task)),
    ];
    for source in &mut sources {
        let times = |&workers: &usize| Times { workers, wall_ns: Vec::new() };
        source.kind.workers = extent.workers.iter().map(times).collect();
    }
    if !storage.is_available() {
        sources[2].kind.workers.clear();
    }
    let cells: Vec<(usize, usize)> = (0..sources.len())
        .flat_map(|kind| (0..sources[kind].kind.workers.len()).map(move |row| (kind, row)))
        .collect();
    let mut incidents = Vec::new();
    let mut steps = tour.steps(extent.blocks * cells.len());
    let mut orders = order::blocks(tour.options().seed, 1, cells.len());
    let blocks = tour.blocks(extent.blocks, || {
        for (kind, row) in orders.next().into_iter().flatten().map(|cell| cells[cell]) {
            tour.go_on()?;
            incidents.extend(sources[kind].measure(tour, row, extent.tasks)?);
            steps.advance();
        }
        Ok(())
    })?;
    let kinds = sources.into_iter().map(|source| source.kind).collect();
    let data = Waiting { tasks: extent.tasks, cpus: affinity::allowed().len(), kinds };
    Ok(Ran { data, incidents, incomplete: blocks.incomplete() })
}

impl Source<'_> {
    /// Measures one time more with the number of workers at `row`, or tells what went wrong.
    ///
    /// # Errors
    /// If processes cannot be started here at all.
    fn measure(
        &mut self,
        tour: &Tour<'_>,
        row: usize,
        tasks: usize,
    ) -> Result<Option<String>, Trouble> {
        let Times { workers, wall_ns: times } = &mut self.kind.workers[row];
        match wall_ns(tour, *workers, (0..tasks).map(&self.wish).collect()) {
            Ok(wall_ns) => times.push(wall_ns),
            Err(Trouble::Tasks(never @ Error::Unavailable { .. })) => return Err(never.into()),
            Err(trouble) => {
                return Ok(Some(format!("{} with {workers} workers: {trouble}", self.kind.kind)));
            }
        }
        Ok(None)
    }
}

fn source<'a>(kind: &str, task: &str, wish: impl Fn(usize) -> Wish + 'a) -> Source<'a> {
    let kind = Kind { kind: kind.into(), task: task.into(), workers: Vec::new() };
    Source { kind, wish: Box::new(wish) }
}

/// From handing in `wishes` to the last of them, on a fresh pool.
///
/// # Errors
/// That a task was lost: then the time says nothing.
fn wall_ns(tour: &Tour<'_>, workers: usize, wishes: Vec<Wish>) -> Result<u64, Trouble> {
    let pool = Pool::start(workers, Options::default())?;
    let began_ns = clock::now_ns();
    let handle = pool.map_async(&WORK, wishes);
    tour.watch(&pool.processes());
    let done = handle.done();
    let wall_ns =
        done.iter().map(|done| done.record.received_ns).max().unwrap_or(began_ns) - began_ns;
    done.into_iter().try_for_each(|done| done.value)?;
    if let Some(loss) = pool.losses().pop() {
        return Err(loss.error.into());
    }
    pool.close()?;
    Ok(wall_ns)
}

#[cfg(test)]
mod tests {
    use super::{LATENCY, ask};
    use std::time::Instant;

    #[test]
    fn an_answer_takes_its_time() {
        let began = Instant::now();
        ask().unwrap();
        assert!(began.elapsed() >= LATENCY);
    }
}
