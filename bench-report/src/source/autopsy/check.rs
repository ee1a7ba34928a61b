//! Whether figures of an autopsy make sense.
//!
//! Separate from the shape of the file because these rules hold for the model, wherever it was read
//! from. A problem is the pair (place in the file, what is wrong with which value).

use super::{MOST_FLAWS, MOST_SIZES, Problem};
use crate::model::autopsy::{
    Autopsy, Density, Engine, LastCore, LastCoreBlock, LastCoreSample, Timing,
};

/// Engines at most.
const MOST_ENGINES: usize = 16;
/// Timings of one engine at most: a thousand blocks are no problem.
const MOST_TIMINGS: usize = 100_000;
/// Blocks of an engine, and samples about the last core, at most: what is drawn of them must fit into memory.
const MOST_BLOCKS: usize = 10_000;
/// No time is longer: three centuries, and exact sums of many.
const LONGEST_NS: u64 = 1 << 53;
/// CPUs at most.
const MOST_CPUS: usize = 65_536;
/// Dimensions at most.
const MOST_DIMENSIONS: u64 = 16;

/// Checks all of it; the first problem ends it.
pub(super) fn autopsy(autopsy: &Autopsy) -> Result<(), Problem> {
    let engines = &autopsy.engines;
    that(engines.len() <= MOST_ENGINES, "there are too many").map_err(at("engines"))?;
    for one in engines {
        engine(one).map_err(|problem| (format!("engine {:?}", one.name), problem))?;
    }
    last_core(&autopsy.last_core).map_err(at("last_core"))?;
    autopsy.density.as_ref().map_or(Ok(()), density).map_err(at("density"))
}

fn at(place: &str) -> impl Fn(String) -> Problem {
    move |problem| (place.into(), problem)
}

/// The problem, unless the condition is fulfilled.
fn that(fulfilled: bool, problem: &str) -> Result<(), String> {
    if fulfilled { Ok(()) } else { Err(problem.into()) }
}

fn engine(engine: &Engine) -> Result<(), String> {
    let Engine { n, widths, passes, sizes, flaws, conditions, .. } = engine;
    that(*n > 0 && *widths > 0 && *passes > 0, "n, widths or passes is 0, expected at least 1")?;
    that(sizes.first() == Some(&0), "the first size is not 0, the serial code")?;
    that(all_different(sizes), "a size is listed twice")?;
    that(all_different(flaws), "a flaw is listed twice")?;
    that(
        flaws.len() <= MOST_FLAWS && sizes.len() <= MOST_SIZES,
        "there are too many flaws or sizes",
    )?;
    let roles = Engine::roles(flaws.len()).count();
    that(conditions.len() == roles, "conditions and flaws do not fit together")?;
    let blocks = engine.blocks();
    let timings = roles.saturating_mul(sizes.len()).saturating_mul(blocks);
    that(timings <= MOST_TIMINGS && blocks <= MOST_BLOCKS, "there are too many timings")?;
    for condition in conditions {
        that(condition.sizes.len() == sizes.len(), "a condition lacks a size, or has another one")?;
        let is_full = condition.sizes.iter().all(|column| column.len() == blocks);
        that(is_full, "a condition lacks a block, or has another one")?;
        condition.sizes.iter().flatten().try_for_each(timing)?;
    }
    that(engine.absent.is_none() || blocks == 0, "absent says why there is no time, but there is")
}

fn timing(timing: &Timing) -> Result<(), String> {
    let Timing { wall_ns, startup_ns, transfer_ns, first_pass_ns, .. } = *timing;
    that((1..=LONGEST_NS).contains(&wall_ns), "a wall_ns is 0 or too large")?;
    that(startup_ns <= wall_ns, "a startup_ns is more than its wall_ns")?;
    let is_part = transfer_ns.is_none_or(|ns| ns <= startup_ns);
    that(is_part, "a transfer_ns is more than its startup_ns")?;
    let mut around = [first_pass_ns, timing.stolen_ns, timing.throttled_ns].into_iter().flatten();
    let is_short = around.all(|ns| ns <= LONGEST_NS)
        && timing.foreign_ns.is_none_or(|ns| ns.unsigned_abs() <= LONGEST_NS);
    that(is_short, "a time around a timing is too large")
}

fn all_different<T: Ord>(values: &[T]) -> bool {
    let mut sorted: Vec<&T> = values.iter().collect();
    sorted.sort_unstable();
    sorted.windows(2).all(|pair| pair[0] != pair[1])
}

fn last_core(last_core: &LastCore) -> Result<(), String> {
    let LastCore { cpus, blocks, .. } = last_core;
    that(cpus.len() <= MOST_CPUS, "there are too many CPUs")?;
    that(all_different(cpus), "a CPU is listed twice")?;
    let samples: usize = blocks.iter().map(|block| 3 + block.beside.len()).sum();
    that(samples <= MOST_BLOCKS, "there are too many samples")?;
    blocks.iter().enumerate().try_for_each(|(idx, one)| {
        block(one, cpus.len()).map_err(|problem| format!("block {}: {problem}", idx + 1))
    })
}

fn block(block: &LastCoreBlock, cpus: usize) -> Result<(), String> {
    let LastCoreBlock { place, alone, all_but_one, all, beside } = block;
    that(*place < cpus && cpus > 1, "it is about a CPU that is not listed, or the only one")?;
    for (one, workers) in [(alone, 1), (all_but_one, cpus - 1), (all, cpus)] {
        that(one.injected.is_none(), "a sample has a spinner and should not")?;
        sample(one, workers, cpus)?;
    }
    beside.iter().try_for_each(|one| {
        let injected = one.injected.ok_or("a sample lacks its spinner")?;
        that((0.0..=1.0).contains(&injected.share), "a share is not within 0 and 1")?;
        let is_time = (1..=LONGEST_NS).contains(&injected.wall_ns);
        that(is_time && injected.cpu_ns <= LONGEST_NS, "a time of a spinner is 0 or too large")?;
        sample(one, cpus, cpus)
    })
}

fn sample(sample: &LastCoreSample, workers: usize, cpus: usize) -> Result<(), String> {
    let LastCoreSample { wall_ns, foreign_ns, stolen_ns, .. } = sample;
    that((1..=LONGEST_NS).contains(wall_ns), "a wall_ns is 0 or too large")?;
    that(sample.workers.len() == workers, "a sample has not as many workers as its setting")?;
    let foreign = foreign_ns.as_ref().is_none_or(|all| all.len() == cpus);
    let stolen = stolen_ns.as_ref().is_none_or(|all| all.len() == cpus);
    that(foreign && stolen, "a list per CPU has not one entry for each")?;
    let mut foreign = foreign_ns.iter().flatten();
    let mut stolen = stolen_ns.iter().flatten();
    let is_short = foreign.all(|ns| ns.unsigned_abs() <= LONGEST_NS)
        && stolen.all(|&ns| ns <= LONGEST_NS)
        && sample.workers.iter().all(|worker| {
            worker.busy_ns.is_none_or(|ns| (1..=LONGEST_NS).contains(&ns))
                && worker.cpu_ns.is_none_or(|ns| ns <= LONGEST_NS)
        });
    that(is_short, "a time is too large, or a busy_ns is 0")
}

fn density(density: &Density) -> Result<(), String> {
    let Density { n, d, widths, counts, truth } = density;
    that((1..=MOST_DIMENSIONS).contains(d), "d is not within 1 and 16")?;
    that(!widths.is_empty() && widths.len() == counts.len(), "widths and counts do not match")?;
    that(widths.len() <= MOST_TIMINGS, "there are too many widths")?;
    that(widths.iter().all(|width| width.is_normal() && *width > 0.0), "a width is not above 0")?;
    that(counts.iter().all(|count| count <= n), "a count is more than n")?;
    that(*n > 0 && truth.is_normal() && *truth > 0.0, "n or truth is not above 0")
}
