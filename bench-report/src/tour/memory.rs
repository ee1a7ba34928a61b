//! Threads and processes: what sharing memory saves, and what it costs when a worker dies.
//!
//! Separate as every section of the tour. Sizes are medians over the workers, times medians over the
//! repetitions.

use super::{text, time};
use crate::{
    chapter::{Block, Table},
    model::tour::{Crash, Memory, Way},
    quantity, statistics,
};

/// The chapter's blocks.
pub(super) fn blocks(memory: &Memory) -> Vec<Block> {
    let mut blocks = vec![text(format!(
        "{} need the same {} of samples. Threads see the memory of their process, so nothing has to \
         be sent. Processes have memory of their own: they share a part of it if they are told to, or \
         each gets a copy through a pipe. Measured {}.",
        quantity::counted(memory.workers, "worker"),
        quantity::bytes(memory.sample_bytes),
        match memory.repetitions {
            1 => "once".into(),
            times => format!("{} times", quantity::whole(times)),
        }
    ))];
    for way in memory.ways.iter().filter(|way| !way.available) {
        let reason = way.reason.as_deref().unwrap_or("no reason is given");
        blocks.push(Block::Warning(format!("{} could not be measured: {reason}", way.way)));
    }
    let measured: Vec<&Way> = memory.ways.iter().filter(|way| way.available).collect();
    if measured.is_empty() {
        return blocks;
    }
    blocks.push(Block::Table(costs(&measured)));
    blocks.push(text(
        "Resident memory is what a worker has in use, whoever else uses it, too; private memory is \
         what is there because of this worker alone. Only the second adds up with the number of \
         workers. Times are medians, with 95 % intervals where there are enough repetitions.",
    ));
    blocks.extend(heaviest(&measured, memory.sample_bytes).map(text));
    let crashes = measured.iter().filter_map(|way| way.crash.as_ref().map(|one| crash(way, one)));
    blocks.extend(crashes.map(text));
    blocks
}

/// For the top of the page.
pub(super) fn answer(memory: &Memory) -> Option<String> {
    let measured: Vec<&Way> = memory.ways.iter().filter(|way| way.available).collect();
    heaviest(&measured, memory.sample_bytes)
}

/// What something costs in each way: its name, and how it is read.
type Cost = (&'static str, fn(&Way) -> String);

/// A row for each cost, a column for each way.
fn costs(ways: &[&Way]) -> Table {
    let costs: [Cost; 5] = [
        ("start all", |way| median(&way.start_ns)),
        ("send samples to all", sending),
        ("end all", |way| median(&way.end_ns)),
        ("resident, each", |way| size(&way.resident_bytes)),
        ("private, each", |way| size(&way.private_bytes)),
    ];
    let row = |(name, cost): &Cost| {
        std::iter::once((*name).to_owned()).chain(ways.iter().map(|way| cost(way))).collect()
    };
    let names = ways.iter().map(|way| way.way.clone());
    Table {
        columns: std::iter::once("workers as".to_owned()).chain(names).collect(),
        rows: costs.iter().map(row).collect(),
    }
}

/// Threads are sent nothing, and that takes no time.
fn sending(way: &Way) -> String {
    if !way.send_ns.is_empty() && way.send_ns.iter().all(|&ns| ns == 0) {
        "nothing to send".into()
    } else {
        median(&way.send_ns)
    }
}

fn median(times_ns: &[u64]) -> String {
    if times_ns.is_empty() {
        return quantity::NONE.into();
    }
    let times_ns: Vec<f64> = times_ns.iter().map(|&ns| ns as f64).collect();
    let found = statistics::median_with_interval(&times_ns);
    let value = quantity::time(found.value);
    match found.interval {
        Some(interval) => format!("{value} ({})", quantity::times(interval)),
        None => value,
    }
}

/// The median over the workers.
fn middle(sizes: &[u64]) -> Option<u64> {
    let mut sizes = sizes.to_vec();
    sizes.sort_unstable();
    sizes.get(sizes.len() / 2).copied()
}

fn size(sizes: &[u64]) -> String {
    middle(sizes).map_or_else(|| quantity::NONE.into(), quantity::bytes)
}

/// Which way takes most memory for each further worker, and which least.
fn heaviest(ways: &[&Way], sample_bytes: u64) -> Option<String> {
    let sized = ways.iter().filter_map(|way| Some((way, middle(&way.private_bytes)?)));
    let most = sized.clone().max_by_key(|&(_, size)| size)?;
    let least = sized.min_by_key(|&(_, size)| size)?;
    (most.1 > least.1).then(|| {
        format!(
            "A further worker costs {} of memory as {}, and {} as {}; the samples are {}.",
            quantity::bytes(most.1),
            most.0.way,
            quantity::bytes(least.1),
            least.0.way,
            quantity::bytes(sample_bytes)
        )
    })
}

/// What a worker's death did.
fn crash(way: &Way, crash: &Crash) -> String {
    let others = match (crash.others_alive, crash.others) {
        (_, 0) => "there was no other worker".into(),
        (alive, others) if alive == others && others == 1 => "the other worker lived on".into(),
        (alive, others) if alive == others => format!("all {others} other workers lived on"),
        (0, 1) => "the other worker died with it".into(),
        (0, others) => format!("all {others} other workers died with it"),
        (alive, others) => format!("{alive} of {others} other workers lived on"),
    };
    let caller = match (crash.caller_alive, crash.noticed_after_ns) {
        (false, _) => "the caller died, too, because a process dies as a whole".into(),
        (true, Some(ns)) => format!("the caller lived on and knew after {}", time(ns)),
        (true, None) => "the caller lived on and never knew".into(),
    };
    format!("A crash among {}: {}; {others}, and {caller}.", way.way, crash.what)
}
