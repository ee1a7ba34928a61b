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
        plot::Plot,
        sides::{self, MOST_CHARTS, MOST_ROWS, Side, Told},
        strip::Strip,
        svg,
        work::{self, NEAR_ROOF, UnderRoof},
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
            let shown = plots.shown.iter().map(|plot| of_plot(plot, source(set)));
            and_more(shown.collect(), plots.left_out)
        });
        let note = "Benchmarks whose names differ in n only share a sign; signs of one n stand beside \
            each other. Both axes are logarithmic: a cost in proportion to n runs beside the dotted line. Nothing is drawn \
            between sizes that were measured.";
        topic("cost", "Cost against n", note, charts, Origin::Others)
    }

    pub(super) fn roofline(&self) -> Option<Topic> {
        let charts = self.charts("roofline", |set, timed, id| {
            let plots = work::rooflines(timed, &id);
            let under = work::under_roofs(timed);
            let shown = |plot: &Plot| {
                let mut shown = of_plot(plot, source(set));
                shown.table = under_roofs(&under, &plot.title);
                shown.caption += over_roof(&under, &plot.title);
                shown
            };
            and_more(plots.shown.iter().map(shown).collect(), plots.left_out)
        });
        let note = format!(
            "A dashed line is a measured roof: loading all samples of that size once and doing \
             nothing else, with the instruction set that did it fastest, times the tests made with \
             each sample loaded. A scan is called near its roof from {} of it on; what holds back one \
             far below it was not tested. No roof of computing was measured, so none is drawn.",
            quantity::per_cent(NEAR_ROOF, 0)
        );
        topic("roofline", "Roofline", &note, charts, Origin::Others)
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

    /// Functions of one group: they may do different work, so nothing is called faster.
    pub(super) fn groups(&self) -> Option<Topic> {
        let charts = self.charts("group", |set, timed, id| {
            side_by_side(sides::of_groups(timed), &id, &source(set))
        });
        let note = "Benchmarks that share their group and value. Nobody declared that they do the \
            same work, or one of them the reference, so no ratio is given.";
        topic("groups", "Functions of one group", note, charts, Origin::Others)
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

/// Peers on the same job, measured in turn.
pub(super) fn implementations(peers: &[Peers]) -> Option<Topic> {
    let charts = peers.iter().enumerate().flat_map(of_peers).collect();
    let note = "Labels: time over that of the reference; above 1× is slower. A ratio is of the times in the \
        blocks that an implementation shares with the reference. Where fewer than 6 such blocks are known, it \
        is of the two medians, and its interval divides the far ends of both intervals, which is wider than it \
        need be.";
    topic("implementations", "Implementations side by side", note, charts, Origin::Others)
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
        let dots = sides::dots(&sides::shown(&rows), title, Told::Times, id)?;
        let cpu = peers.cpu.as_ref().map_or_else(String::new, |cpu| format!(", measured on {cpu}"));
        let mut shown = of_dots(&dots, &rows, &format!("From {}{cpu}.", peers.file_name));
        shown.caption += &cut(&rows);
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
    let left_out = groups.len().saturating_sub(MOST_CHARTS);
    let charts = groups.into_iter().take(MOST_CHARTS).enumerate();
    let chart = |(idx, (title, rows)): (usize, (String, Vec<Side>))| {
        let shown = sides::shown(&rows);
        let dots = sides::dots(&shown, title, Told::Times, format!("{id}-{}", idx + 1))?;
        let mut shown = of_dots(&dots, &rows, source);
        shown.caption += &cut(&rows);
        Some(shown)
    };
    and_more(charts.filter_map(chart).collect(), left_out)
}

/// Charts, the last of which says how many more there would be.
fn and_more(mut charts: Vec<Shown>, left_out: usize) -> Vec<Shown> {
    if let Some(last) = charts.last_mut().filter(|_| left_out > 0) {
        let more = match left_out {
            1 => " 1 more chart of this kind is left out.".to_owned(),
            more => format!(" {more} more charts of this kind are left out."),
        };
        last.caption.push_str(&more);
    }
    charts
}

/// What a chart does not show of its rows, whose table has all.
fn cut(rows: &[Side]) -> String {
    match rows.len() {
        0..=MOST_ROWS => String::new(),
        count => format!(
            " The chart shows {MOST_ROWS} of {}, the reference among them if there is one.",
            quantity::whole(count as u64)
        ),
    }
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

/// Whether a benchmark belongs to the chart with this title.
fn is_of(one: &UnderRoof<'_>, title: &str) -> bool {
    title.strip_suffix(one.d.as_str()).is_some_and(|rest| rest.ends_with(' '))
}

/// What a share above the whole means, if there is one.
fn over_roof(under: &[UnderRoof<'_>], title: &str) -> &'static str {
    let is_over = |one: &UnderRoof<'_>| is_of(one, title) && one.share() > 1.0;
    if !under.iter().any(is_over) {
        return "";
    }
    " Shares above 100 % do not break a law: the roof is a measured loop, too, with noise of its own, \
     and another scan may load a little faster."
}

/// Benchmarks of one chart with their roofs.
fn under_roofs(under: &[UnderRoof<'_>], title: &str) -> Table {
    let row = |one: &UnderRoof<'_>| {
        vec![
            one.id.to_owned(),
            quantity::coefficient(one.intensity),
            quantity::rate(one.rate.value),
            interval_or_none(one.rate, quantity::rates),
            quantity::rate(one.roof),
            quantity::per_cent(one.share(), 1),
            if one.share() >= NEAR_ROOF { "near" } else { "far" }.into(),
        ]
    };
    let columns = [
        "name",
        "tests for each sample loaded",
        "tests per second",
        "95 % interval",
        "roof",
        "share of the roof",
        "its roof is",
    ];
    let rows = under.iter().filter(|one| is_of(one, title));
    Table {
        columns: columns.map(String::from).into(),
        rows: rows.take(MOST_LISTED).map(row).collect(),
    }
}
