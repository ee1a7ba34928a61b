//! Whether a tour makes sense, and is small enough to be shown.
//!
//! Separate from the shape of the file because these rules hold for the model, wherever it was read
//! from. A problem is the pair (place in the file, what is wrong with which value).

use super::{LEAST_SHARE, LENGTHS};
use crate::model::tour::{
    Call, Density, Memory, Outcome, Pool, Queue, Sampled, Section, Tour, Waiting, Window,
};

/// Where, and what.
type Problem = (String, String);

/// Sections of one tour.
const MOST_SECTIONS: usize = 32;

/// Workers, and tasks of one call.
const MOST_WORKERS: u64 = 1024;

/// Entries of a list that is no list of workers.
const MOST_ENTRIES: usize = 1024;

/// Blocks or repetitions.
const MOST_REPETITIONS: usize = 10_000;

/// The longest time: more than a month.
const LONGEST_NS: u64 = 1 << 52;

/// Checks all of it; the first problem ends it.
pub(super) fn tour(tour: &Tour) -> Result<(), Problem> {
    let sections = &tour.sections;
    that(!sections.is_empty() && sections.len() <= MOST_SECTIONS, "there is none, or too many")
        .map_err(|problem| ("sections".into(), problem))?;
    let mut names: Vec<&str> = sections.iter().map(|one| one.name.as_str()).collect();
    names.sort_unstable();
    if let Some([name, _]) = names.array_windows().find(|[name, next]| name == next) {
        return Err(("sections".into(), format!("there are two sections {name:?}")));
    }
    sections.iter().try_for_each(|one| {
        section(one).map_err(|problem| (format!("section {:?}", one.name), problem))
    })
}

/// The problem, unless the condition is fulfilled.
fn that(fulfilled: bool, problem: &str) -> Result<(), String> {
    if fulfilled { Ok(()) } else { Err(problem.into()) }
}

fn section(section: &Section) -> Result<(), String> {
    that(section.incidents.len() <= MOST_ENTRIES, "there are too many incidents")?;
    times(section.elapsed_ns)?;
    match &section.outcome {
        Outcome::Failed(_) | Outcome::Benchmark(_) => Ok(()),
        Outcome::Queue(data) => queue(data),
        Outcome::Pool(data) => pool(data),
        Outcome::Memory(data) => memory(data),
        Outcome::Window(data) => window(data),
        Outcome::Data(data) => sampled(data),
        Outcome::Waiting(data) => waiting(data),
    }
}

fn times(times: impl IntoIterator<Item = u64>) -> Result<(), String> {
    let too_long = times.into_iter().find(|&time| time > LONGEST_NS);
    too_long.map_or(Ok(()), |time| Err(format!("a time is {time} ns, expected at most 2^52")))
}

fn workers(workers: u64) -> Result<(), String> {
    if (1..=MOST_WORKERS).contains(&workers) {
        return Ok(());
    }
    Err(format!("workers is {workers}, expected 1 to {MOST_WORKERS}"))
}

fn entries(name: &str, found: usize, most: usize) -> Result<(), String> {
    if found <= most {
        return Ok(());
    }
    Err(format!("there are {found} {name}, expected at most {most}"))
}

fn queue(queue: &Queue) -> Result<(), String> {
    workers(queue.workers)?;
    entries("strings", queue.strings.len(), MOST_ENTRIES)?;
    queue.strings.iter().try_for_each(|one| {
        times([one.started_ns, one.began_ns, one.ended_ns, one.received_ns])?;
        that(one.began_ns <= one.ended_ns, "a string was ended before it was begun")?;
        that(one.position < queue.workers, "a position is not below workers")
    })
}

fn pool(pool: &Pool) -> Result<(), String> {
    workers(pool.workers)?;
    entries("inputs", pool.inputs.len(), MOST_ENTRIES)?;
    entries("calls", pool.calls.len(), 16)?;
    let of_call = |one: &Call| call(one, pool.workers);
    pool.calls.iter().try_for_each(|one| {
        of_call(one).map_err(|problem| format!("call {:?}: {problem}", one.call))
    })
}

fn call(call: &Call, workers: u64) -> Result<(), String> {
    entries("results", call.results.len(), MOST_ENTRIES)?;
    entries("tasks", call.tasks.len(), MOST_ENTRIES)?;
    times([call.returned_ns, call.collected_ns])?;
    that(call.returned_ns <= call.collected_ns, "collected_ns is before returned_ns")?;
    call.tasks.iter().try_for_each(|task| {
        times([task.submitted_ns, task.began_ns, task.ended_ns, task.received_ns])?;
        that(task.began_ns <= task.ended_ns, "a task was ended before it was begun")?;
        that(task.worker < workers, "the worker of a task is not below workers")
    })
}

fn memory(memory: &Memory) -> Result<(), String> {
    workers(memory.workers)?;
    entries("ways", memory.ways.len(), 16)?;
    memory.ways.iter().try_for_each(|way| {
        for list in [&way.start_ns, &way.send_ns, &way.end_ns] {
            entries("times", list.len(), MOST_REPETITIONS)?;
            times(list.iter().copied())?;
        }
        for list in [&way.resident_bytes, &way.private_bytes] {
            entries("sizes", list.len(), MOST_ENTRIES)?;
        }
        let Some(crash) = &way.crash else { return Ok(()) };
        times(crash.noticed_after_ns)?;
        that(crash.others_alive <= crash.others, "others_alive is above others")
    })
}

fn window(window: &Window) -> Result<(), String> {
    let Window { h, center, points, inside, count, n, density } = window;
    that(LENGTHS.contains(h), "h is out of range")?;
    entries("points", points.len(), MOST_ENTRIES)?;
    let mut coordinates = points.iter().flatten().chain(center);
    that(coordinates.all(|one| one.abs() <= *LENGTHS.end()), "a coordinate is out of range")?;
    that(!points.is_empty() && points.len() as u64 == *n, "there are not n points")?;
    that(inside.len() == points.len(), "inside has not one entry for each point")?;
    let counted = inside.iter().filter(|&&is_inside| is_inside).count() as u64;
    that(counted == *count, "count is not the number of points inside")?;
    that(agree(*density, *count as f64 / *n as f64 / h.powi(3)), "density is not k / n / h³")
}

/// Whether two ways to the same figure differ by rounding only.
fn agree(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

fn sampled(data: &Sampled) -> Result<(), String> {
    that((1..=1 << 52).contains(&data.n), "n is out of range")?;
    that(data.mean.iter().all(|one| one.abs() <= *LENGTHS.end()), "mean is out of range")?;
    let [[xx, xy], [yx, yy]] = data.covariance;
    let are_squares = [xx, yy].iter().all(|&one| one > 0.0 && LENGTHS.contains(&one.sqrt()));
    that(are_squares, "a variance is out of range")?;
    that(xy.to_bits() == yx.to_bits(), "covariance is not symmetric")?;
    let is_round = 1.0 - xy * xy / (xx * yy) >= LEAST_SHARE;
    that(is_round, "the correlation is too close to 1 or −1, or none")?;
    entries("widths", data.twelve.len(), 256)?;
    entries("widths of the curve", data.curve.len(), 512)?;
    data.twelve.iter().try_for_each(|one| {
        counted(one.h, one.count, data.n)?;
        densities(one, data.n)
    })?;
    data.curve.iter().try_for_each(|one| counted(one.h, one.count, data.n))
}

fn counted(h: f64, count: u64, n: u64) -> Result<(), String> {
    that(LENGTHS.contains(&h), "h is out of range")?;
    that(count <= n, "a count is above n")
}

fn densities(one: &Density, n: u64) -> Result<(), String> {
    let share = one.count as f64 / n as f64;
    that(agree(one.as_published, share / one.h), "as_published is not k / n / h")?;
    that(agree(one.density, share / one.h.powi(2)), "density is not k / n / h²")
}

fn waiting(waiting: &Waiting) -> Result<(), String> {
    that(waiting.tasks > 0 && waiting.cpus > 0, "tasks or cpus is 0")?;
    entries("kinds", waiting.kinds.len(), 6)?;
    waiting.kinds.iter().try_for_each(|kind| {
        entries("numbers of workers", kind.workers.len(), 128)?;
        let ascending = kind.workers.is_sorted_by(|a, b| a.workers < b.workers);
        that(ascending, "the numbers of workers are not ascending, each once")?;
        kind.workers.iter().try_for_each(|one| {
            workers(one.workers)?;
            entries("blocks", one.wall_ns.len(), MOST_REPETITIONS)?;
            that(!one.wall_ns.contains(&0), "a time is 0")?;
            times(one.wall_ns.iter().copied())
        })
    })
}
