//! The tables beside the headline: spread, start-up, serial share, phases, what the workers used, disturbed samples.
//!
//! Separate because each answers a question of its own and none of them changes a speed-up. A
//! table of which nothing is known is left out. Next: `compare/costs.rs`, `resources.rs` and
//! `trust.rs` for the numbers.

use serde::Serialize;

use super::{Table, or_none, ratio, results, starred};
use crate::{
    compare::{Comparison, Figures, Resources},
    model::{Entry, Unit, Workload},
    quantity::{self, NONE, interval_or_none},
    statistics::{scaling::SerialShare, tukey::Spread},
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

/// One of the tables.
struct Kind {
    title: &'static str,
    note: &'static str,
    /// The columns after the first, which names the configuration.
    columns: &'static [&'static str],
    row: fn(&Entry, &Figures) -> Vec<String>,
    /// Whether a configuration has anything to show.
    is_known: fn(&Figures) -> bool,
}

/// The tables, in reading order.
const ALL: [Kind; 8] = [
    Kind {
        title: "Spread of the times",
        note: "Times per pass: the least, the quartiles, the greatest, and how many lie beyond \
               Tukey’s fences, 1.5 (mild) and 3 (far) interquartile ranges from the quartiles. \
               They are named, not dropped: every one of them is in every other table.",
        columns: &[
            "least",
            "lower quartile",
            "median",
            "upper quartile",
            "greatest",
            "mild below",
            "mild above",
            "far below",
            "far above",
        ],
        row: spread,
        is_known: |figures| figures.spread.is_some(),
    },
    Kind {
        title: "Against other baselines",
        note: "“Own 1 worker” is the second baseline: one worker of the same backend. “Started for \
               one job” adds starting the workers, bringing them the data and ending them to the \
               time of a single pass, for the serial code too; “as run” adds them to the time of \
               all passes. The headline leaves them out.",
        columns: &["headline", "over own 1 worker", "start-up", "started for one job", "as run"],
        row: baselines,
        is_known: |figures| figures.speed_up.is_some(),
    },
    Kind {
        title: "Serial share after Karp and Flatt",
        note: "e(N) = (1/S − 1/N) / (1 − 1/N) with S over one worker of the same backend: the share \
               of the work that one worker alone would have to do for this speed-up, if nothing \
               else slowed it down. Constant over N it is a serial share, rising it is overhead \
               that grows with the workers, falling or below 0 it means a suspect baseline (Karp & \
               Flatt 1990).",
        columns: &["over own 1 worker", "e(N), in %", "95 % interval"],
        row: serial_share,
        is_known: |figures| matches!(figures.serial_share, Some(SerialShare::KarpFlatt(_))),
    },
    Kind {
        title: "Serial share after Gustafson",
        note: "a = (N − S) / (N − 1) with S over one worker of the same backend: the share of the \
               time in which the work did not grow with the workers, if nothing else slowed them \
               down (Gustafson 1988). Karp and Flatt’s share is for one job that all workers share \
               and would accuse work that grows with them.",
        columns: &["over own 1 worker", "a, in %", "95 % interval"],
        row: serial_share,
        is_known: |figures| matches!(figures.serial_share, Some(SerialShare::Gustafson(_))),
    },
    Kind {
        title: "Loading alone",
        note: "As many workers of the same backend read the same samples in the same blocks and did \
               nothing else. The bound is the serial time of counting over their time, which includes \
               the dispatch of the backend: it bounds no other. “Of loading alone” is their time over \
               that of the count. Bytes are those of the samples, at the median time, in units of 1000.",
        columns: &[
            "counting reads",
            "loading alone reads",
            "of loading alone",
            "speed-up",
            "bound",
        ],
        row: under_roof,
        is_known: |figures| figures.under_roof.is_some(),
    },
    Kind {
        title: "Where the time goes",
        note: "Medians. Dispatch, compute and reduction are parts of one pass; the others happen \
               once for each measured sample and are outside its time.",
        columns: &[
            "setup",
            "transfer",
            "dispatch",
            "compute",
            "reduction",
            "teardown",
            "warm-up passes",
        ],
        row: phases,
        is_known: |figures| !figures.costs.phases.is_unknown(),
    },
    Kind {
        title: "What the workers used",
        note: "CPU share is CPU time over wall time of all workers. Work per CPU-second counts \
               tasks per second of CPU time without waiting, against the serial code: it stays at \
               100 % if only the CPU was shared with others, and falls if the core itself got \
               slower. Balance is the mean over the greatest time in the kernel; “all at once” the \
               share of the time in which every worker was counting; “others” and “hypervisor” are \
               shares of the CPU with a worker that they used most.",
        columns: &[
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
        row: resources,
        is_known: |figures| figures.resources != Resources::default(),
    },
    Kind {
        title: "Disturbed samples",
        note: "Samples that the measuring program tagged; none is left out of the headline. Beside \
               it the speed-up over the blocks in which neither this configuration nor the serial \
               code was tagged, if at least 6 are left.",
        columns: &["tagged", "tags", "headline", "without tagged", "blocks left", "clock readings"],
        row: tagged,
        is_known: |figures| figures.tagged.samples.is_some(),
    },
];

/// Every table of which something is known.
pub(in super::super) fn details(workload: &Workload, comparison: &Comparison) -> Vec<Detail> {
    let known = ALL.iter().filter(|kind| comparison.figures.iter().any(kind.is_known));
    known.map(|kind| detail(kind, workload, comparison)).collect()
}

fn detail(kind: &Kind, workload: &Workload, comparison: &Comparison) -> Detail {
    let row = |(entry, figures): (&Entry, &Figures)| {
        std::iter::once(starred(entry)).chain((kind.row)(entry, figures)).collect()
    };
    let columns = std::iter::once(&"configuration").chain(kind.columns);
    let table = Table {
        columns: columns.map(|&column| column.to_owned()).collect(),
        rows: results(workload, comparison).map(row).collect(),
    };
    Detail { title: kind.title, note: kind.note, table }
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

fn serial_share(_: &Entry, figures: &Figures) -> Vec<String> {
    let share = figures.serial_share.map(SerialShare::estimate);
    vec![
        or_none(share.and(figures.own_speed_up), ratio),
        or_none(share, |share| quantity::points(share.value)),
        or_none(share, |share| interval_or_none(share, quantity::points_range)),
    ]
}

fn spread(_: &Entry, figures: &Figures) -> Vec<String> {
    let Some(Spread { at, census }) = figures.spread else { return vec![NONE.into(); 9] };
    let times = at.map(quantity::time).into_iter();
    let counts = [census.below, census.above, census.far_below, census.far_above];
    times.chain(counts.map(|count| quantity::whole(count as u64))).collect()
}

fn under_roof(_: &Entry, figures: &Figures) -> Vec<String> {
    let Some(under) = figures.under_roof else { return vec![NONE.into(); 5] };
    let read = |per_s| or_none(per_s, |per_s| quantity::throughput(&Unit::BytesDecimal, per_s));
    vec![
        read(under.counted_per_s),
        read(under.loaded_per_s),
        ratio(under.reached),
        or_none(figures.speed_up, ratio),
        or_none(under.bound, ratio),
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
        share(resources.foreign.map(|foreign| foreign.share)),
        share(resources.stolen.map(|stolen| stolen.share)),
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
