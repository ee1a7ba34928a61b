//! The charts of a page by topic, each chart with its words, its legend and its table.
//!
//! Separate from `page.rs`, which orders the page: here a topic finds out whether the report has
//! anything for it. A topic without data is absent, and `absent` says which file would fill it.
//! Next: `benchmarks.rs` for topics that need no study; [`crate::chart`] for the charts.

use serde::Serialize;

use super::super::tables::Table;
pub(in super::super) use crate::chapter::Shown;
use crate::{
    answer,
    chart::{
        noise,
        plot::Plot,
        scaling::{self, Measured},
        sides::{self, Told},
        svg,
    },
    compare::{Compared, Sweep},
    model::Mode,
};

/// Workloads that a note names.
const MOST_NAMED: usize = 6;

/// Charts of one kind in a page.
const MOST_CHARTS: usize = 24;

/// Charts under one heading.
#[derive(Debug, Serialize)]
pub(in super::super) struct Topic {
    pub(in super::super) id: &'static str,
    pub(in super::super) title: &'static str,
    /// How to read the charts.
    pub(in super::super) note: String,
    /// At least one.
    pub(in super::super) charts: Vec<Shown>,
    /// Where the numbers of the charts come from.
    #[serde(skip)]
    pub(in super::super) origin: Origin,
}

/// Where the numbers of a topic come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Origin {
    /// Of studies, whose tables hold them, too.
    Studies,
    /// Of benchmarks or other implementations: they stand nowhere else.
    Others,
}

/// Every workload of every study, with an id that is unique in the page.
pub(super) fn measured<'a>(compared: &'a Compared<'_>) -> Vec<(String, Measured<'a>)> {
    let mut all = Vec::new();
    for (study_idx, of_study) in compared.studies.iter().enumerate() {
        for (idx, (workload, comparison)) in of_study.workloads().enumerate() {
            let id = format!("workload-{}-{}", study_idx + 1, idx + 1);
            all.push((id, Measured { study: of_study.study, workload, comparison }));
        }
    }
    all
}

/// Speed-up and efficiency.
pub(super) fn speed_up(all: &[(String, Measured<'_>)]) -> Option<Topic> {
    let charts = all.iter().flat_map(|(id, measured)| {
        measured.groups().enumerate().flat_map(move |(group, sweeps)| {
            let chart = |what: &str| format!("{id}-{what}-{}", group + 1);
            let charts = [
                scaling::speed_up(measured, sweeps, chart("speed-up")),
                scaling::efficiency(measured, sweeps, chart("efficiency")),
            ];
            charts.into_iter().flatten().map(|plot| of_plot(&plot, growth(measured)))
        })
    });
    let mut note = "Points are joined only where their numbers of workers follow each other and \
        both were measured. Dashed lines with bands are fitted laws and their 95 % intervals, \
        dotted ones Amdahl's law; gray ones are bounds that no speed-up should exceed."
        .to_owned();
    note += &memory_bounds(all);
    note += &backends_left_out(all);
    topic("speed-up", "Speed-up and efficiency", &note, charts.collect(), Origin::Studies)
}

/// Which workloads have a bound of the memory, and why others have none.
fn memory_bounds(all: &[(String, Measured<'_>)]) -> String {
    let has = |measured: &Measured<'_>| !measured.comparison.roofs.is_empty();
    let mut note = String::new();
    if all.iter().any(|(_, measured)| has(measured)) {
        note.push_str(
            " Gray bars are the bound of the memory: as many workers read the same samples in the \
             same blocks and did nothing else. They include the dispatch of the backend that is named \
             beside them, and bound that backend only.",
        );
    }
    let mut lacking: Vec<String> = Vec::new();
    for (_, measured) in all.iter().filter(|(_, measured)| !has(measured)) {
        let label = answer::label(measured.workload);
        if !lacking.contains(&label) {
            lacking.push(label);
        }
    }
    if lacking.is_empty() {
        return note;
    }
    let more = lacking.len().saturating_sub(MOST_NAMED);
    lacking.truncate(MOST_NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!(
        "{note} No bound of the memory is drawn for {}{more}: it needs a run that only loads the \
         samples, which a study makes where they were sized for a third-level cache or main memory.",
        lacking.join("; ")
    )
}

/// Backends that no chart has room for; empty if none.
fn backends_left_out(all: &[(String, Measured<'_>)]) -> String {
    let left_out = |(_, measured): &(String, Measured<'_>)| {
        measured.comparison.sweeps.len().checked_sub(scaling::MOST_SWEEPS)
    };
    match all.iter().filter_map(left_out).max() {
        None | Some(0) => String::new(),
        Some(_) => format!(
            " Charts against workers show the first {} backends of a workload; tables have all.",
            scaling::MOST_SWEEPS
        ),
    }
}

/// What each worker added.
pub(super) fn gains(all: &[(String, Measured<'_>)]) -> Option<Topic> {
    let charts = all.iter().flat_map(|(id, measured)| {
        let sweeps = measured.groups().flatten().enumerate();
        let chart = move |(place, sweep): (usize, &Sweep)| {
            let plot = scaling::gains(measured, sweep, format!("{id}-gain-{}", place + 1))?;
            let mut shown = of_plot(&plot, growth(measured));
            shown.table.columns.push("the whole step, in points".into());
            let steps = scaling::steps(measured, sweep);
            for (row, step) in shown.table.rows.iter_mut().zip(steps) {
                row.push(scaling::in_points(step.added));
            }
            Some(shown)
        };
        sweeps.filter_map(chart)
    });
    let note = "1 point is 1 % of the serial speed. A bar from 0 shows what a step added for each \
        further worker; where the step was of several workers, it is the mean over them, and the \
        table has the whole step, too.";
    topic("gains", "What each worker adds", note, charts.collect(), Origin::Studies)
}

/// Work per second of each worker.
pub(super) fn throughput(all: &[(String, Measured<'_>)]) -> Option<Topic> {
    let charts = all.iter().flat_map(|(id, measured)| {
        measured.groups().enumerate().filter_map(move |(group, sweeps)| {
            let id = format!("{id}-throughput-{}", group + 1);
            Some(of_plot(&scaling::throughput(measured, sweeps, id)?, growth(measured)))
        })
    });
    let note = "Where the points stay level, each further worker does as much as those before it; \
        why they fall where they do was not tested. A test is one sample \
        held against one window.";
    topic("throughput", "Throughput of each worker", note, charts.collect(), Origin::Studies)
}

/// Backends with the same number of workers.
pub(super) fn backends(all: &[(String, Measured<'_>)]) -> Option<Topic> {
    let charts = all.iter().filter_map(|(id, measured)| {
        let (workers, rows) = sides::of_backends(measured)?;
        let title = sides::backends_title(measured, workers);
        let dots = sides::dots(&rows, title, Told::SpeedUp, format!("{id}-backends"))?;
        Some(super::benchmarks::of_dots(
            &dots,
            &rows,
            "Time per pass; labels: speed-up over serial.",
        ))
    });
    let note = "The largest number of workers that all backends were measured with, each on a CPU \
        of its own.";
    topic("backends", "Backends side by side", note, charts.collect(), Origin::Studies)
}

/// Samples in the order measured, of studies and of benchmarks.
pub(super) fn noise(all: &[(String, Measured<'_>)], of_benchmarks: Vec<Shown>) -> Option<Topic> {
    let of_studies = all.iter().filter_map(|(id, measured)| {
        let strip = noise::of_workload(measured.workload, format!("{id}-noise"))?;
        Some(super::benchmarks::of_strip(&strip))
    });
    let note = format!(
        "Each dot is a measured sample, in the order of measuring, as its deviation from the median \
         of its row; up is slower. Where there are more than {} rows, those that spread most are \
         shown. ± is the standard deviation over the mean.",
        noise::MOST_ROWS
    );
    let charts = of_studies.chain(of_benchmarks).collect();
    topic("noise", "Noise", &note, charts, Origin::Studies)
}

/// A topic, unless it is empty.
pub(super) fn topic(
    id: &'static str,
    title: &'static str,
    note: &str,
    mut charts: Vec<Shown>,
    origin: Origin,
) -> Option<Topic> {
    let left_out = charts.len().saturating_sub(MOST_CHARTS);
    charts.truncate(MOST_CHARTS);
    let note = match left_out {
        0 => note.to_owned(),
        _ => format!(
            "{note} The first {MOST_CHARTS} charts are shown; {left_out} more are left out, and \
             their numbers are in the tables and input files."
        ),
    };
    (!charts.is_empty()).then_some(Topic { id, title, note, charts, origin })
}

/// What grows with the workers.
fn growth(measured: &Measured<'_>) -> String {
    let growth = match measured.workload.mode {
        Mode::Strong => "All workers share one job",
        Mode::Weak => "N workers do N times the serial work",
        Mode::Throughput => "N workers do N independent jobs",
    };
    format!("{growth}; {}.", answer::heading(measured.study, measured.workload))
}

/// A chart on two axes with the table of its points.
pub(super) fn of_plot(plot: &Plot, caption: String) -> Shown {
    let rows = plot.said().map(|said| vec![said.name.clone(), said.value.clone()]);
    Shown {
        title: plot.title.clone(),
        svg: svg::plot(plot),
        legend: svg::of_plot(plot),
        caption,
        table: Table {
            columns: vec!["measured".into(), plot.y.label.clone()],
            rows: rows.collect(),
        },
    }
}
