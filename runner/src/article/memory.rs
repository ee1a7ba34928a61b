//! *Threads and processes*: shared against distributed memory, shown by measuring.
//!
//! Three ways to give workers the same samples: threads of one process, processes that map the same
//! sealed memory, and processes with a copy each. For each: what workers cost to start, to bring them
//! their samples and to end, how many bytes each of them holds, and what becomes of the others when one
//! crashes. Memory is read when every worker has counted once, so that all pages have been touched.
//!
//! Separate from the studies, which measure how fast such workers count. Next: `crash`, how one is
//! ended.

mod crash;

use serde::{Deserialize, Serialize};

use super::{Ran, Tour, Trouble};
use crate::backend::{BY_MEMORY, Backend, Job, Mode, Question, Work};
use crate::machine::affinity;
use crate::machine::resident::{self, Resident};
use crate::placement::{self, Placement};
use crate::study::order;
use crate::workload::Workload;

pub(super) use crash::ABORT_ONE_THREAD;
pub use crash::Crash;

/// How large the measurement is.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// Number of workers.
    pub workers: usize,
    /// The workload whose samples they get.
    pub workload: &'static str,
    /// How often workers of each way are started.
    pub repetitions: usize,
}

impl Extent {
    /// That of the tour: a million samples, 16 MB.
    pub const TOUR: Self = Self { workers: 4, workload: "large", repetitions: 7 };
}

/// Nobody takes longer, unless it hangs.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);

/// The section's data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// Number of workers.
    pub workers: usize,
    /// Bytes of the samples.
    pub sample_bytes: u64,
    /// How often workers of each way were started; an interrupted repetition is not among them.
    pub repetitions: usize,
    /// The ways to give workers the same samples.
    pub ways: Vec<Way>,
}

/// One way to give workers the same samples. Of its times there is one for each repetition in which no
/// worker was lost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Way {
    /// Its name.
    pub way: String,
    /// Whether there is anything of it.
    pub available: bool,
    /// Why not.
    pub reason: Option<String>,
    /// Starting all workers.
    pub start_ns: Vec<u64>,
    /// Bringing all of them the samples.
    pub send_ns: Vec<u64>,
    /// Ending all of them.
    pub end_ns: Vec<u64>,
    /// Bytes in main memory, of each worker in the first repetition without an incident. For threads: what
    /// the process grew by, divided by the workers.
    pub resident_bytes: Vec<u64>,
    /// Of these, bytes that no other process has mapped.
    pub private_bytes: Vec<u64>,
    /// What a crash of one worker did to the others.
    pub crash: Option<Crash>,
}

/// The section.
#[derive(Clone, Copy, Debug)]
pub struct Section;

impl super::Section for Section {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn title(&self) -> &'static str {
        "shared against distributed memory: bytes of each worker, cost to start and send, a crash"
    }

    fn run(&self, tour: &Tour<'_>) -> Result<Ran, Trouble> {
        measure(tour, Extent::TOUR)?.into_json()
    }
}

/// Measures every way. If somebody asks to stop, what was measured by then is kept, from one whole
/// repetition on.
///
/// # Errors
/// If the samples cannot be had, or somebody asks to stop before the first repetition is done.
pub fn measure(tour: &Tour<'_>, extent: Extent) -> Result<Ran<Memory>, Trouble> {
    let workload = Workload::by_name(extent.workload)?;
    let samples = workload.samples()?;
    // A width for each worker: each of them reads all samples once.
    let widths = workload.widths.widths()?;
    let widths = widths.as_slice().iter().copied().cycle().take(extent.workers).collect();
    let question = Question {
        work: Work::Count,
        isa: kernel::isa::best().name().into(),
        center: workload.center.to_vec(),
        widths,
        widths_per_scan: std::num::NonZeroUsize::MIN,
        parts: std::num::NonZeroUsize::MIN,
    };
    let job = Job::new(&samples, question, Mode::Strong)?;
    let placement = placement::in_order(extent.workers, affinity::allowed());
    let mut ways: Vec<Way> = BY_MEMORY.iter().map(|(name, backend)| way(name, *backend)).collect();
    let mut incidents = Vec::new();
    let mut steps = tour.steps((extent.repetitions + 1) * ways.len());
    let mut orders = order::blocks(tour.options().seed, 0, ways.len());
    let repetitions = tour.blocks(extent.repetitions, || {
        for index in orders.next().into_iter().flatten() {
            tour.go_on()?;
            let (name, backend) = BY_MEMORY[index];
            if ways[index].available {
                match once(tour, backend, &job, &placement) {
                    Ok(one) => ways[index].add(&one),
                    Err(lost) => incidents.push(format!("{name}: {lost}")),
                }
            }
            steps.advance();
        }
        Ok(())
    })?;
    let mut incomplete = repetitions.incomplete();
    for (way, (name, backend)) in ways.iter_mut().zip(BY_MEMORY) {
        if tour.go_on().is_err() {
            incomplete
                .get_or_insert_with(|| format!("interrupted before a worker of {name} crashed"));
            break;
        }
        if way.available {
            match crash::of(backend, &job, &placement) {
                Ok(crash) => way.crash = Some(crash),
                Err(trouble) => incidents.push(format!("{name}, one worker crashed: {trouble}")),
            }
        }
        steps.advance();
    }
    let (workers, sample_bytes) = (extent.workers, samples.bytes());
    let data = Memory { workers, sample_bytes, repetitions: repetitions.done, ways };
    Ok(Ran { data, incidents, incomplete })
}

fn way(name: &str, backend: &dyn Backend) -> Way {
    let availability = backend.availability();
    let available = availability.is_ok();
    let reason = availability.err().map(str::to_owned);
    Way { way: name.into(), available, reason, ..Way::default() }
}

/// What workers of one team cost and hold.
struct Once {
    start_ns: u64,
    send_ns: u64,
    end_ns: u64,
    memory: Vec<Resident>,
}

/// Starts a team, lets it count once, looks at its memory, and ends it.
fn once(
    tour: &Tour<'_>,
    backend: &dyn Backend,
    job: &Job<'_>,
    placement: &Placement,
) -> Result<Once, Trouble> {
    let before = resident::of(std::process::id());
    let mut team = backend.prepare(job, placement, PATIENCE)?;
    let startup = team.startup();
    let processes = team.processes();
    tour.watch(&processes);
    let mut counts = vec![0; job.question().places()];
    team.measure(std::num::NonZeroUsize::MIN, &mut counts)?;
    let memory = if processes.is_empty() {
        let growth = before.zip(resident::of(std::process::id()));
        growth.map(|(before, after)| {
            vec![share(before, after, placement.workers()); placement.workers()]
        })
    } else {
        processes.into_iter().map(resident::of).collect()
    };
    let end_ns = team.dismiss()?;
    let (start_ns, send_ns) = (startup.setup_ns, startup.transfer_ns);
    Ok(Once { start_ns, send_ns, end_ns, memory: memory.unwrap_or_default() })
}

/// What each of `workers` threads made the process grow by.
fn share(before: Resident, after: Resident, workers: usize) -> Resident {
    let each = |before: u64, after: u64| after.saturating_sub(before) / workers.max(1) as u64;
    Resident {
        resident_bytes: each(before.resident_bytes, after.resident_bytes),
        private_bytes: each(before.private_bytes, after.private_bytes),
    }
}

impl Way {
    fn add(&mut self, once: &Once) {
        self.start_ns.push(once.start_ns);
        self.send_ns.push(once.send_ns);
        self.end_ns.push(once.end_ns);
        // Later threads take the stacks that ended ones have left, and would seem to cost nothing.
        if !self.resident_bytes.is_empty() {
            return;
        }
        self.resident_bytes = once.memory.iter().map(|one| one.resident_bytes).collect();
        self.private_bytes = once.memory.iter().map(|one| one.private_bytes).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::{Once, Resident, Way, share};

    #[test]
    fn the_first_repetition_tells_the_memory() {
        let mut way = Way::default();
        for bytes in [500, 0] {
            let memory = vec![Resident { resident_bytes: bytes, private_bytes: bytes }];
            way.add(&Once { start_ns: 1, send_ns: 2, end_ns: 3, memory });
        }
        assert_eq!((way.resident_bytes, way.private_bytes), (vec![500], vec![500]));
        assert_eq!(way.start_ns.len(), 2);
    }

    #[test]
    fn threads_share_what_their_process_grew_by() {
        let before = Resident { resident_bytes: 1000, private_bytes: 500 };
        let after = Resident { resident_bytes: 1400, private_bytes: 400 };
        let each = Resident { resident_bytes: 100, private_bytes: 0 };
        assert_eq!(share(before, after, 4), each);
    }
}
