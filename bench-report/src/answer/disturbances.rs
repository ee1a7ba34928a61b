//! What others, the host, a quota or a lost binding did while configurations were measured.
//!
//! Separate from `doubts.rs` because most of these forbid a verdict, and each is told once for all
//! configurations that it struck, with the worst of them by name. Next: `compare/judgement.rs`, which
//! decides.

use crate::{
    chart::name,
    compare::{Comparison, Figures, MOST_FOREIGN, MOST_LATE, Withheld},
    model::{Entry, Workload},
    quantity,
};

/// Share of a CPU that the hypervisor may take.
const MOST_STOLEN: f64 = 0.005;

/// Everything that happened to a workload.
pub(super) fn all(workload: &Workload, comparison: &Comparison) -> Vec<String> {
    let told = [
        unpinned(workload, comparison),
        throttled(workload, comparison),
        loaded(workload, comparison),
        late(workload, comparison),
        stolen(workload, comparison),
        accompanied(workload, comparison),
    ];
    told.into_iter().flatten().collect()
}

/// Entries of which `of` tells a number, with that of the worst one.
fn struck<'a>(
    workload: &'a Workload,
    comparison: &Comparison,
    of: impl Fn(Option<Withheld>, &Figures) -> Option<f64>,
) -> Option<(u64, f64, &'a Entry)> {
    let facts = comparison.withheld.iter().zip(&comparison.figures).zip(&workload.entries);
    let struck =
        facts.filter_map(|((withheld, figures), entry)| Some((of(*withheld, figures)?, entry)));
    let struck: Vec<(f64, &Entry)> = struck.collect();
    let (most, worst) = struck.iter().copied().max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some((struck.len() as u64, most, worst))
}

/// `2 of 5 configurations`.
fn part(count: u64, workload: &Workload) -> String {
    format!("{} configurations", quantity::part(count, workload.entries.len() as u64))
}

fn unpinned(workload: &Workload, comparison: &Comparison) -> Option<String> {
    let (count, samples, worst) = struck(workload, comparison, |withheld, _| match withheld? {
        Withheld::Unpinned { samples } => Some(samples as f64),
        _ => None,
    })?;
    Some(format!(
        "in {} workers were not proven to be on the CPUs planned for them, in {} samples of {}, so \
         nothing is said about their cores and no step from or to these is judged; keep other programs \
         from changing affinities and measure again",
        part(count, workload),
        quantity::part(samples as u64, worst.samples.len() as u64),
        name(worst),
    ))
}

fn throttled(workload: &Workload, comparison: &Comparison) -> Option<String> {
    let (count, samples, worst) = struck(workload, comparison, |withheld, _| match withheld? {
        Withheld::Throttled { samples } => Some(samples as f64),
        _ => None,
    })?;
    Some(format!(
        "a quota was used up in most samples of {}, in {} of {}, so no step from or to these is \
         judged; raise the quota or measure fewer workers",
        part(count, workload),
        quantity::part(samples as u64, worst.samples.len() as u64),
        name(worst),
    ))
}

/// Other load on the workers' CPUs, so much that nothing is claimed.
fn loaded(workload: &Workload, comparison: &Comparison) -> Option<String> {
    let (count, share, worst) = struck(workload, comparison, |withheld, _| match withheld? {
        Withheld::LoadDuring { share } => Some(share),
        _ => None,
    })?;
    Some(format!(
        "others used more than {} of a worker's CPU during {}, {} during {}, so no step from or to \
         these is judged; stop them and measure again",
        quantity::per_cent(MOST_FOREIGN, 0),
        part(count, workload),
        quantity::per_cent(share, 1),
        name(worst),
    ))
}

fn late(workload: &Workload, comparison: &Comparison) -> Option<String> {
    let (count, share, worst) = struck(workload, comparison, |withheld, _| match withheld? {
        Withheld::LateStart { share } => Some(share),
        _ => None,
    })?;
    Some(format!(
        "the workers of {} began more than {} of the measured time apart, {} in {}, so no step from \
         or to these is judged; measure more passes or look for other load",
        part(count, workload),
        quantity::per_cent(MOST_LATE, 0),
        quantity::per_cent(share, 1),
        name(worst),
    ))
}

/// Time that the hypervisor took from CPUs with workers.
fn stolen(workload: &Workload, comparison: &Comparison) -> Option<String> {
    let (count, share, worst) = struck(workload, comparison, |_, figures| {
        let stolen = figures.resources.stolen.filter(|stolen| stolen.exceeds(MOST_STOLEN))?;
        Some(stolen.share)
    })?;
    Some(format!(
        "the host took more than {} of a worker's CPU during {}, {} during {}; measure again when the \
         host is quieter, or look at work per CPU-second",
        quantity::per_cent(MOST_STOLEN, 1),
        part(count, workload),
        quantity::per_cent(share, 1),
        name(worst),
    ))
}

/// A worker that was to be alone on the machine, and was not: a neighbor on the same core or cache
/// slows the baseline down, and makes every speed-up over it look better.
fn accompanied(workload: &Workload, comparison: &Comparison) -> Option<String> {
    let single = workload.entries.iter().zip(&comparison.figures).filter(|(e, _)| e.workers == 1);
    let elsewhere = single.filter_map(|(entry, figures)| {
        let foreign = figures.resources.foreign.filter(|foreign| !foreign.is_alone())?;
        Some((foreign.elsewhere, entry))
    });
    let (share, worst) = elsewhere.max_by(|a, b| a.0.total_cmp(&b.0))?;
    Some(format!(
        "one worker was alone among others: beside {} they used {} of a CPU elsewhere, where they may \
         share core, cache and clock with it; stop them before comparing with one worker",
        name(worst),
        quantity::per_cent(share, 1),
    ))
}
