//! The tables beside the headline: start-up, phases, what the workers used, disturbed samples.
//!
//! Separate because each answers a question of its own and none of them changes a speed-up. A
//! table of which nothing is known is left out. Next: `compare/costs.rs`, `resources.rs` and
//! `trust.rs` for the numbers.

use serde::Serialize;

use super::{Table, or_none, ratio, results, starred};
use crate::{
    compare::{Comparison, Figures},
    model::{Entry, Workload},
    quantity::{self, NONE},
};

/// Kinds of tags that one cell lists.
const MOST_TAGS: usize = 8;

/// A table with its words.
#[derive(Debug, Serialize)]
pub(in super::super) struct Detail {
    pub(in super::super) title: &'static str,
    /// How to read it.
    pub(in super::super) note: &'static str,
    pub(in super::super) table: Table,
}

/// One row of a table without the name of its configuration.
type Row = fn(&Entry, &Figures) -> Vec<String>;

/// Every table of which something is known.
pub(in super::super) fn details(workload: &Workload, comparison: &Comparison) -> Vec<Detail> {
    let all: [(&str, &str, &[&str], Row); 4] = [
        (
            "Against other baselines",
            "“Own 1 worker” is the second baseline: one worker of the same backend. “Started for \
             one job” adds starting the workers, bringing them the data and ending them to the time \
             of a single pass, for the serial code too; “as run” adds them to the time of all \
             passes. The headline leaves them out.",
            &["headline", "over own 1 worker", "start-up", "started for one job", "as run"],
            baselines,
        ),
        (
            "Where the time goes",
            "Medians. Dispatch, compute and reduction are parts of one pass; the others happen once \
             for each measured sample and are outside its time.",
            &[
                "setup",
                "transfer",
                "dispatch",
                "compute",
                "reduction",
                "teardown",
                "warm-up passes",
            ],
            phases,
        ),
        (
            "What the workers used",
            "CPU share is CPU time over wall time of all workers. Work per CPU-second counts tasks \
             per second of CPU time without waiting, against the serial code: it stays at 100 % if \
             only the CPU was shared with others, and falls if the core itself got slower. \
             Balance is the mean over the greatest time in the kernel; “all at once” the share of \
             the time in which every worker was counting.",
            &[
                "CPU share",
                "work per CPU-second",
                "clock",
                "balance",
                "all at once",
                "waiting for a CPU",
                "CPU taken away",
                "changed CPU",
                "others",
                "hypervisor",
            ],
            resources,
        ),
        (
            "Disturbed samples",
            "Samples that the measuring program tagged; none is left out of the headline. Beside it \
             the speed-up over the blocks in which neither this configuration nor the serial code \
             was tagged, if at least 6 are left.",
            &["tagged", "tags", "headline", "without tagged", "blocks left", "clock readings"],
            tagged,
        ),
    ];
    let detail = |(title, note, columns, row): (_, _, &[&str], Row)| {
        let rows: Vec<Vec<String>> = results(workload, comparison)
            .map(|(entry, figures)| {
                std::iter::once(starred(entry)).chain(row(entry, figures)).collect()
            })
            .collect();
        let columns = std::iter::once(&"configuration").chain(columns);
        let table = Table { columns: columns.map(|&c| c.to_owned()).collect(), rows };
        Detail { title, note, table }
    };
    let known = |detail: &Detail| match detail.title {
        "Where the time goes" => {
            comparison.figures.iter().any(|figures| !figures.costs.phases.is_unknown())
        }
        _ => true,
    };
    all.into_iter().map(detail).filter(known).collect()
}

fn baselines(_: &Entry, figures: &Figures) -> Vec<String> {
    vec![
        or_none(figures.speed_up, ratio),
        or_none(figures.own_speed_up, ratio),
        or_none(figures.costs.start_up_ns, quantity::time),
        or_none(figures.costs.one_job, ratio),
        or_none(figures.costs.as_run, ratio),
    ]
}

fn phases(_: &Entry, figures: &Figures) -> Vec<String> {
    let phases = figures.costs.phases;
    let times = [
        phases.setup_ns,
        phases.transfer_ns,
        phases.dispatch_ns,
        phases.compute_ns,
        phases.reduction_ns,
        phases.teardown_ns,
    ];
    let times = times.into_iter().map(|time| or_none(time, quantity::time));
    times.chain([or_none(phases.warm_up_passes, quantity::length)]).collect()
}

fn resources(_: &Entry, figures: &Figures) -> Vec<String> {
    let resources = figures.resources;
    let share = |share| or_none(share, |share| quantity::per_cent(share, 1));
    let whole = |count| or_none(count, quantity::whole);
    vec![
        share(resources.cpu_share),
        or_none(resources.work_per_cpu_s, ratio),
        or_none(resources.clock_mhz, quantity::megahertz),
        share(resources.balance),
        share(resources.together),
        share(resources.run_queue_share),
        whole(resources.forced_switches),
        whole(resources.migrations),
        share(resources.foreign_share),
        share(resources.stolen_share),
    ]
}

fn tagged(entry: &Entry, figures: &Figures) -> Vec<String> {
    let tagged = &figures.tagged;
    let tag = |(tag, samples): &(String, u64)| format!("{tag} {}", quantity::whole(*samples));
    let mut tags: Vec<String> = tagged.tags.iter().take(MOST_TAGS).map(tag).collect();
    if tagged.tags.len() > MOST_TAGS {
        tags.push(format!("{} more kinds", tagged.tags.len() - MOST_TAGS));
    }
    let untagged = tagged.untagged;
    vec![
        or_none(tagged.samples, |samples| quantity::part(samples, entry.samples.len() as u64)),
        if tags.is_empty() { NONE.into() } else { tags.join(", ") },
        or_none(figures.speed_up, ratio),
        or_none(untagged, |untagged| ratio(untagged.speed_up)),
        or_none(untagged, |untagged| quantity::whole(untagged.blocks)),
        or_none(tagged.observer_share, |share| quantity::per_cent(share, 2)),
    ]
}
