//! The topics that need no study: cost against n, roofline, implementations, instruction sets, and
//! benchmarks as they are.
//!
//! Separate because they read benchmarks and peers, which know neither blocks nor workers. Next:
//! [`crate::chart::work`] and [`crate::chart::sides`].

use super::topics::{Origin, Shown, Topic, of_plot, topic};
use crate::{
    chart::{
        dots::Dots,
        noise,
        sides::{self, MOST_CHARTS, MOST_ROWS, Side, Told},
        strip::Strip,
        svg, work,
    },
    compare::benchmarks::{self, Timed},
    model::{Benchmarks, Estimate, Peers, Report},
    quantity::{self, NONE, interval_or_none},
    render::tables::Table,
};

/// Rows of one table of benchmarks.
const MOST_LISTED: usize = 4000;

/// The benchmarks of a report, measured last, with their medians.
pub(super) struct Sets<'a> {
    sets: Vec<(&'a Benchmarks, Vec<Timed<'a>>)>,
    isas: Vec<String>,
}

impl<'a> Sets<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let isas = benchmarks::isas(report);
        let timed = |set: &'a Benchmarks| (set, benchmarks::timed(set, &isas));
        let sets = benchmarks::latest(report).into_iter().map(timed).collect();
        Self { sets, isas }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.sets.iter().all(|(_, timed)| timed.is_empty())
    }

    /// Whether any machine told its instruction sets.
    pub(super) fn knows_isas(&self) -> bool {
        !self.isas.is_empty()
    }

    /// Charts of every set, each with an id of its own.
    fn charts(
        &self,
        what: &str,
        of: impl Fn(&Benchmarks, &[Timed<'a>], String) -> Vec<Shown>,
    ) -> Vec<Shown> {
        let sets = self.sets.iter().enumerate();
        sets.flat_map(|(idx, (set, timed))| {
            of(set, timed, format!("benchmarks-{}-{what}", idx + 1))
        })
        .collect()
    }

    pub(super) fn cost(&self) -> Option<Topic> {
        let charts = self.charts("cost", |set, timed, id| {
            let plots = work::cost(timed, &self.isas, &id);
            plots.iter().map(|plot| of_plot(plot, source(set))).collect()
        });
        let note = "Benchmarks whose names differ in n only share a sign. Both axes are \
            logarithmic: a cost in proportion to n runs beside the dotted line. Nothing is drawn \
            between sizes that were measured.";
        topic("cost", "Cost against n", note, charts, Origin::Others)
    }

    pub(super) fn roofline(&self) -> Option<Topic> {
        let charts = self.charts("roofline", |set, timed, id| {
            let plots = work::rooflines(timed, &id);
            let mut shown: Vec<Shown> =
                plots.iter().map(|plot| of_plot(plot, source(set))).collect();
            if let Some(first) = shown.first_mut() {
                first.table = under_roofs(timed);
            }
            shown
        });
        let note = "A dashed line is a measured roof: loading all samples of that size once and \
            doing nothing else, times the tests made with each sample loaded. A point near its \
            line is bound by loading; one far below it is bound by computing. No roof of computing \
            was measured, so none is drawn.";
        topic("roofline", "Roofline", note, charts, Origin::Others)
    }

    pub(super) fn isas(&self) -> Option<Topic> {
        let charts = self.charts("isa", |set, timed, id| {
            let groups = sides::of_isas(timed, &self.isas);
            side_by_side(groups, &id, &source(set))
        });
        let note = "Benchmarks whose names differ in the instruction set only. Labels: time over \
            that of the last instruction set of the machine's list; below 1× is faster.";
        topic("isas", "Instruction sets side by side", note, charts, Origin::Others)
    }

    /// Peers first: they were measured on the same job, in turn.
    pub(super) fn implementations(&self, peers: &[Peers]) -> Option<Topic> {
        let mut charts: Vec<Shown> = peers.iter().enumerate().flat_map(of_peers).collect();
        charts.extend(self.charts("group", |set, timed, id| {
            side_by_side(sides::of_groups(timed), &id, &source(set))
        }));
        let note = "Labels: time over that of the reference; above 1× is slower. The interval of a \
            ratio in the tables divides the far ends of both intervals, which is wider than it need \
            be. Among benchmarks of one group, the fastest is the reference.";
        topic("implementations", "Implementations side by side", note, charts, Origin::Others)
    }

    /// Every benchmark, whatever its name.
    pub(super) fn listed(&self) -> Option<Topic> {
        let charts = self.charts("all", |set, timed, id| {
            let rows = sides::of_all(timed);
            let title = format!("{}, baseline {}", set.origin, set.baseline);
            let shown = &rows[..rows.len().min(MOST_ROWS)];
            let Some(dots) = sides::dots(shown, title, Told::Times, id) else {
                return Vec::new();
            };
            let mut shown = of_dots(&dots, &rows[..rows.len().min(MOST_LISTED)], &source(set));
            shown.caption += &left_out(rows.len());
            vec![shown]
        });
        let note = "Medians of the time of one iteration with 95 % intervals.";
        topic("benchmarks", "Every benchmark", note, charts, Origin::Others)
    }

    pub(super) fn noise(&self) -> Vec<Shown> {
        self.charts("noise", |set, timed, id| {
            noise::of_benchmarks(set, timed, id).iter().map(of_strip).collect()
        })
    }
}

/// What chart and table do not show of so many benchmarks.
fn left_out(count: usize) -> String {
    let chart =
        format!(" The chart shows the first {MOST_ROWS} of {}.", quantity::whole(count as u64));
    let table =
        format!(" The table has the first {MOST_LISTED}; the others are in the input files.");
    match () {
        () if count <= MOST_ROWS => String::new(),
        () if count <= MOST_LISTED => chart,
        () => chart + &table,
    }
}

/// Where benchmarks come from.
fn source(set: &Benchmarks) -> String {
    format!("From {}, baseline {}.", set.origin, set.baseline)
}

fn of_peers((file_idx, peers): (usize, &Peers)) -> Vec<Shown> {
    let chart = |(idx, workload): (usize, &crate::model::PeerWorkload)| {
        let id = format!("peers-{}-{}", file_idx + 1, idx + 1);
        let rows = sides::of_peers(workload);
        let title = format!("{}: {}", workload.name, workload.title);
        let dots = sides::dots(&rows[..rows.len().min(MOST_ROWS)], title, Told::Times, id)?;
        let cpu = peers.cpu.as_ref().map_or_else(String::new, |cpu| format!(", measured on {cpu}"));
        let mut shown = of_dots(&dots, &rows, &format!("From {}{cpu}.", peers.file_name));
        let absent = workload.entries.iter().filter(|peer| peer.query_ns.is_empty()).map(|peer| {
            let why = peer.absent.as_deref().unwrap_or("the file does not say why");
            format!(" Not measured: {} ({why}).", sides::peer_name(peer))
        });
        shown.caption.extend(absent);
        Some(shown)
    };
    peers.workloads.iter().enumerate().filter_map(chart).collect()
}

/// Groups of sides, one chart each.
fn side_by_side(groups: Vec<(String, Vec<Side>)>, id: &str, source: &str) -> Vec<Shown> {
    let charts = groups.into_iter().take(MOST_CHARTS).enumerate();
    let chart = |(idx, (title, rows)): (usize, (String, Vec<Side>))| {
        let shown = &rows[..rows.len().min(MOST_ROWS)];
        let dots = sides::dots(shown, title, Told::Times, format!("{id}-{}", idx + 1))?;
        Some(of_dots(&dots, &rows, source))
    };
    charts.filter_map(chart).collect()
}

/// Rows as a chart and as a table, which may have more of them.
pub(super) fn of_dots(dots: &Dots, rows: &[Side], caption: &str) -> Shown {
    let has_note = rows.iter().any(|side| !side.note.is_empty());
    let has_ratio = rows.iter().any(|side| side.ratio.is_some());
    let mut columns = vec!["name", "time", "95 % interval"];
    columns.extend(has_ratio.then_some(["ratio", "its interval"]).into_iter().flatten());
    columns.extend(has_note.then_some("remark"));
    let row = |side: &Side| {
        let mut cells = vec![
            side.name.clone(),
            quantity::time(side.ns.value),
            interval_or_none(side.ns, quantity::times),
        ];
        if has_ratio {
            cells.extend(ratio(side.ratio));
        }
        if has_note {
            cells.push(side.note.clone());
        }
        cells
    };
    Shown {
        title: dots.title.clone(),
        svg: svg::dots(dots),
        legend: svg::of_dots(dots),
        caption: caption.into(),
        table: Table {
            columns: columns.into_iter().map(String::from).collect(),
            rows: rows.iter().map(row).collect(),
        },
    }
}

/// A ratio and its interval.
fn ratio(ratio: Option<Estimate>) -> [String; 2] {
    let value = ratio.map_or_else(|| NONE.into(), |ratio| quantity::times_as_long(ratio.value));
    let interval = ratio.map_or_else(
        || NONE.into(),
        |ratio| interval_or_none(ratio, quantity::times_as_long_range),
    );
    [value, interval]
}

/// Samples in order; the table has the spread of each row.
pub(super) fn of_strip(strip: &Strip) -> Shown {
    let row = |row: &crate::chart::strip::Row| {
        let samples = quantity::whole(row.measured as u64);
        vec![row.name.clone(), row.detail.clone(), samples]
    };
    Shown {
        title: strip.title.clone(),
        svg: svg::strip(strip),
        legend: Vec::new(),
        caption: strip.caption.clone(),
        table: Table {
            columns: ["name", "standard deviation over mean", "samples"].map(String::from).into(),
            rows: strip.rows.iter().map(row).collect(),
        },
    }
}

/// Benchmarks with their roofs.
fn under_roofs(timed: &[Timed<'_>]) -> Table {
    let row = |one: &work::UnderRoof<'_>| {
        vec![
            one.id.to_owned(),
            quantity::coefficient(one.intensity),
            quantity::rate(one.rate.value),
            interval_or_none(one.rate, quantity::rates),
            quantity::rate(one.roof),
            quantity::per_cent(one.rate.value / one.roof, 1),
        ]
    };
    let columns = [
        "name",
        "tests for each sample loaded",
        "tests per second",
        "95 % interval",
        "roof",
        "share of the roof",
    ];
    let rows = work::under_roofs(timed);
    Table {
        columns: columns.map(String::from).into(),
        rows: rows.iter().take(MOST_LISTED).map(row).collect(),
    }
}
