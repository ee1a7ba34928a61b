//! Which law of scaling describes a backend, if the study can tell.
//!
//! Separate because it decides what may enter a fit: worker counts that were measured, with a core
//! for each worker, never more workers than CPUs. Next: [`mod@crate::statistics::choice`] fits and
//! chooses, [`crate::answer`] puts it into words.

use std::collections::BTreeSet;

use super::{Measured, law_mode, pass_ns, placement};
use crate::{
    model::{Estimate, Interval},
    statistics::{
        FEWEST_BLOCKS,
        choice::{Choice, LawFit, choose},
        laws::CAPACITY,
        rank_interval,
        series::{self, Cores, Point, Series, Setting},
        verdict::{Doubt, Verdict},
    },
};

/// Worker counts below which no law can be told from another: two points fit every law of two
/// parameters.
pub const FEWEST_COUNTS: usize = 3;

/// Worker counts that a fit takes: leaving each out in turn grows with their square.
pub const MOST_COUNTS: usize = 128;

/// Times that a fit takes, all counts and blocks together.
pub const MOST_TIMES: usize = MOST_COUNTS * 200;

/// Places along the line of a law, at most; with fewer workers each number is one.
const PLACES: u32 = 40;

/// Backends of one workload that are fitted.
pub const MOST_BACKENDS: usize = 16;

/// What can be said about the law of a backend.
#[derive(Clone, Debug, PartialEq)]
pub enum Description {
    /// The laws were fitted and compared.
    Fitted(Box<Fitted>),
    /// They were not.
    Unfitted(Unfitted),
}

/// Laws fitted to the times of one backend. Work is counted in samples tested against a window.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The worker counts that entered, each with a core for every worker.
    pub workers: Vec<u32>,
    /// All laws on these counts.
    pub choice: Choice,
    /// Counts that did not enter, because they put two workers on one core.
    pub sharing: Vec<Shared>,
    /// What a second hardware thread gives, if that can be told.
    pub second_threads: Option<SecondThreads>,
    /// Whether a verdict may be given: nothing is withheld from any of the configurations.
    pub is_judged: bool,
}

/// A measured number of workers that share cores.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shared {
    /// So many.
    pub workers: u32,
    /// Samples tested against a window, per second, with the rank interval of the median.
    pub tests_per_s: Estimate,
}

/// The capacity law on all counts, those that share cores included.
///
/// Only where no law is better on all counts, and no verdict is withheld from any of them: where
/// something else slows the workers down as well, it would blame the second threads for that.
#[derive(Clone, Debug, PartialEq)]
pub struct SecondThreads {
    /// The fit.
    pub fit: LawFit,
    /// What speaks for the law.
    pub support: Support,
}

/// What speaks for the capacity law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// It predicts counts that were left out, and no law is better.
    NoneBetter,
    /// It comes closest, but a single count tells what a second thread gives: nothing is left to
    /// test it on.
    Untested,
}

/// Why no law was fitted.
#[derive(Clone, Debug, PartialEq)]
pub enum Unfitted {
    /// Fewer than [`FEWEST_COUNTS`] worker counts with a core for every worker.
    FewCounts {
        /// These counts.
        workers: Vec<u32>,
    },
    /// Fewer than [`FEWEST_BLOCKS`] blocks.
    FewBlocks {
        /// So many.
        blocks: usize,
    },
    /// More than [`MOST_COUNTS`] counts or [`MOST_TIMES`] times.
    ManyTimes {
        /// Counts measured.
        counts: usize,
        /// Blocks measured.
        blocks: usize,
    },
    /// It comes after the first [`MOST_BACKENDS`] of its workload.
    ManyBackends,
    /// Times or work that no series can have.
    Unusable {
        /// What is wrong with them.
        error: series::Error,
    },
}

/// What can be said about the backend number `place` of its workload, whose entries in order of
/// their workers are `entry_idxs`.
pub(super) fn of(measured: &Measured<'_>, place: usize, entry_idxs: &[usize]) -> Description {
    let entries = &measured.workload.entries;
    let fitting =
        |&idx: &usize| !entries[idx].oversubscribed && u32::try_from(entries[idx].workers).is_ok();
    let all: Vec<usize> = entry_idxs.iter().copied().filter(fitting).collect();
    let machine = &measured.study.machine;
    let one_per_core = |&idx: &usize| placement::is_one_per_core(machine, &entries[idx]);
    let own_cores: Vec<usize> = all.iter().copied().filter(one_per_core).collect();
    match unfitted(measured, place, &own_cores) {
        Some(unfitted) => Description::Unfitted(unfitted),
        None => match fitted(measured, &own_cores, &all) {
            Ok(fitted) => Description::Fitted(Box::new(fitted)),
            Err(error) => Description::Unfitted(Unfitted::Unusable { error }),
        },
    }
}

fn unfitted(measured: &Measured<'_>, place: usize, idxs: &[usize]) -> Option<Unfitted> {
    let blocks = measured.workload.blocks.len();
    let counts = idxs.len();
    if counts < FEWEST_COUNTS {
        return Some(Unfitted::FewCounts { workers: workers(measured, idxs) });
    }
    if blocks < FEWEST_BLOCKS {
        return Some(Unfitted::FewBlocks { blocks });
    }
    if counts > MOST_COUNTS || counts * blocks > MOST_TIMES {
        return Some(Unfitted::ManyTimes { counts, blocks });
    }
    (place >= MOST_BACKENDS).then_some(Unfitted::ManyBackends)
}

fn fitted(
    measured: &Measured<'_>,
    own_cores: &[usize],
    all: &[usize],
) -> Result<Fitted, series::Error> {
    let series = series(measured, own_cores)?;
    let sharing = all.iter().filter(|idx| !own_cores.contains(idx));
    let sharing: Vec<Shared> = sharing.map(|&idx| shared(measured, idx)).collect();
    Ok(Fitted {
        choice: choose(&series, &ahead(measured, &series, &sharing)),
        sharing,
        second_threads: second_threads(measured, own_cores, all)?,
        workers: workers(measured, own_cores),
        is_judged: own_cores.iter().all(|&idx| measured.withheld[idx].is_none()),
    })
}

fn shared(measured: &Measured<'_>, idx: usize) -> Shared {
    let entry = &measured.workload.entries[idx];
    let rate = |ns: f64| measured.workload.tests_per_pass(entry.workers) / ns * 1e9;
    let times = rank_interval(&pass_ns(entry, measured.workload));
    let interval = times.map(|i| Interval { low: rate(i.high), high: rate(i.low) });
    let tests_per_s = Estimate { value: rate(measured.passes[idx].median), interval };
    Shared { workers: entry.workers as u32, tests_per_s }
}

/// Where laws are predicted beside the counts that entered: places along the whole line, because a
/// law is no chord, and the counts that were measured otherwise. They end at twice the most that
/// entered and at the CPUs, beyond which no law of cores applies. On a machine with several kinds of
/// cores nobody knows which the next ones would be, and then the choice leaves the points out.
fn ahead(measured: &Measured<'_>, series: &Series, sharing: &[Shared]) -> Vec<Point> {
    let most = series.most_workers();
    let cpus = measured.study.limits.usable_cpus(&measured.study.machine);
    let cpus = cpus.map_or(u32::MAX, |cpus| cpus as u32);
    let farthest = most.saturating_mul(2).min(cpus.max(most));
    let share = |place: u32| f64::from(farthest) * f64::from(place) / f64::from(PLACES);
    let places = (1..=PLACES).map(|place| share(place) as u32);
    let shared = sharing.iter().map(|shared| shared.workers).filter(|&n| n <= farthest);
    let counts: BTreeSet<u32> = places.chain(shared).filter(|&n| n > 0).collect();
    let is_alike = |point: &Point| point.cores.is_some_and(|c| c.performance == point.workers);
    let is_alike = series.points().iter().all(is_alike);
    let alike = |performance| Cores { performance, efficiency: 0, extra_threads: 0 };
    let placed = |n: u32| Point { cores: is_alike.then(|| alike(n)), ..point(measured, n) };
    counts.into_iter().map(placed).collect()
}

/// What a second thread gives, if some counts put two workers on one core and capacity holds.
fn second_threads(
    measured: &Measured<'_>,
    own_cores: &[usize],
    all: &[usize],
) -> Result<Option<SecondThreads>, series::Error> {
    let times = all.len() * measured.workload.blocks.len();
    let is_judged = all.iter().all(|&idx| measured.withheld[idx].is_none());
    let is_too_much = all.len() > MOST_COUNTS || times > MOST_TIMES;
    if all.len() == own_cores.len() || is_too_much || !is_judged {
        return Ok(None);
    }
    let Choice { fits, verdict, .. } = choose(&series(measured, all)?, &[]);
    let Some(support) = support(&verdict) else { return Ok(None) };
    let capacity = fits.into_iter().find(|fit| *fit.law == CAPACITY);
    Ok(capacity.map(|fit| SecondThreads { fit, support }))
}

/// What speaks for the capacity law; `None` if another law is better.
fn support(verdict: &Verdict) -> Option<Support> {
    match verdict {
        Verdict::Best(law) => (**law == CAPACITY).then_some(Support::NoneBetter),
        Verdict::CannotTell { candidates, doubt } => {
            let holds = candidates.iter().any(|&law| *law == CAPACITY);
            let support = match doubt {
                Doubt::AsGood => Support::NoneBetter,
                Doubt::Untested => Support::Untested,
                Doubt::TooFewObservations | Doubt::PredictsWorse => return None,
            };
            holds.then_some(support)
        }
    }
}

fn workers(measured: &Measured<'_>, idxs: &[usize]) -> Vec<u32> {
    idxs.iter().map(|&idx| measured.workload.entries[idx].workers as u32).collect()
}

fn point(measured: &Measured<'_>, workers: u32) -> Point {
    Point { workers, work: measured.workload.tests_per_pass(u64::from(workers)), cores: None }
}

/// The times of entries, whose workers ascend, as the laws take them.
fn series(measured: &Measured<'_>, idxs: &[usize]) -> Result<Series, series::Error> {
    let workload = measured.workload;
    let entries = idxs.iter().map(|&idx| &workload.entries[idx]);
    let points = entries.clone().map(|entry| Point {
        cores: placement::cores(&measured.study.machine, entry),
        ..point(measured, entry.workers as u32)
    });
    let columns: Vec<Vec<f64>> = entries.map(|entry| pass_ns(entry, workload)).collect();
    let row = |block: usize| columns.iter().map(|column| column[block]).collect();
    let setting = Setting {
        mode: law_mode(workload.mode),
        quota_cpus: measured.study.limits.quota_cpus,
        tasks: workload.tasks.and_then(|tasks| u32::try_from(tasks).ok()),
    };
    let blocks = (0..workload.blocks.len()).map(row).collect();
    Series::new(setting, points.collect(), blocks)
}

#[cfg(test)]
mod tests;
