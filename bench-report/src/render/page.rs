//! What a page shows, as finished strings in reading order, for every format that is a page.
//!
//! Separate so that a template holds no logic beyond loops and two formats cannot disagree.
//! `page/topics.rs` gathers the charts. Next: `tables.rs` fills the tables; `html.rs` and
//! `markdown.rs` lay the page out.

mod benchmarks;
mod topics;

pub(super) use topics::{Origin, Topic};

use serde::Serialize;

use self::benchmarks::Sets;
use super::{
    chapters,
    tables::{self, Detail, Laws, Table},
};
use crate::{
    answer, article,
    chapter::Chapter,
    chart::{self, Bars, svg},
    compare::{Compared, Comparison, FEWEST_COUNTS, MOST_FOREIGN, MOST_LATE},
    model::{Mode, Study, Workload},
    quantity,
    statistics::{FEWEST_BLOCKS, RESAMPLES},
    tour,
};

/// A whole page.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    pub(super) title: &'static str,
    /// Which study, measured when.
    pub(super) subtitles: Vec<String>,
    pub(super) answers: Vec<Answer>,
    /// What the words of the answers mean.
    pub(super) reading: &'static str,
    /// Never empty: "None." is an answer, too.
    pub(super) warnings: Vec<String>,
    /// What the report explains beyond its studies.
    pub(super) chapters: Vec<Chapter>,
    pub(super) article: Figure,
    pub(super) article_caveat: &'static str,
    pub(super) workloads: Vec<Section>,
    /// Speed-up and efficiency; the laws stand behind it.
    pub(super) speed_up: Option<Topic>,
    /// The other charts.
    pub(super) topics: Vec<Topic>,
    /// What no file told, and which would.
    pub(super) absent: Vec<&'static str>,
    /// How to read the laws.
    pub(super) laws_note: &'static str,
    pub(super) machines: Vec<Facts>,
    pub(super) method: Vec<String>,
    pub(super) bias: Vec<&'static str>,
}

/// What a workload says.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    pub(super) workload: String,
    pub(super) sentence: String,
}

/// A chart with its words.
#[derive(Debug, Serialize)]
pub(super) struct Figure {
    pub(super) svg: String,
    pub(super) caption: String,
    /// The same figures as a table.
    pub(super) table: Table,
}

/// Everything about one workload.
#[derive(Debug, Serialize)]
pub(super) struct Section {
    pub(super) id: String,
    /// Name, mode and working set.
    pub(super) name: String,
    pub(super) title: String,
    pub(super) figure: Figure,
    /// The speed-ups of several backends side by side.
    pub(super) side_by_side: Option<Table>,
    pub(super) details: Vec<Detail>,
    /// Which law describes each backend, as far as that can be told.
    pub(super) laws: Vec<Laws>,
    /// What was done so that the numbers can be believed, and how it came out.
    pub(super) belief: Vec<(String, String)>,
    pub(super) samples: Facts,
    pub(super) raw: Table,
    pub(super) raw_summary: String,
}

/// Names with values.
#[derive(Debug, Serialize)]
pub(super) struct Facts {
    pub(super) title: String,
    pub(super) rows: Vec<(String, String)>,
}

/// Title of every page.
const TITLE: &str = "Parzen window counting: serial against parallel";

/// What the words of the answers mean.
const READING: &str = "Speed-ups are times of the serial code over those of a configuration, put \
    together over all blocks (see “Method”), in per cent of the serial speed; 1 point is 1 % of the serial speed. Parentheses hold 95 % intervals. “Cannot tell” means \
    that the interval of a step contains 0. Strong scaling: all workers share one job. Weak scaling \
    and throughput: N workers do N jobs, and a speed-up of N × 100 % means that all took as long as \
    one. Starting workers is in no headline; “Against other baselines” adds it.";

/// What could mislead.
const BIAS: [&str; 5] = [
    "The serial code and the parallel ones use the same scan; a slower scan would scale better.",
    "Each interval stands alone: of twenty, about one misses its true value.",
    "Blocks follow each other within minutes on one machine; another day, build or memory layout \
     may differ by more than these intervals show.",
    "Nothing here explains why a step gained or lost: no cause was tested.",
    "Speed-ups of two machines must not be ranked; compare times instead.",
];

/// Gathers the page of a report.
pub(super) fn of(compared: &Compared<'_>) -> Page {
    let studies = || compared.studies.iter().map(|of_study| of_study.study);
    let sets = Sets::of(compared.report);
    let mut page = Page {
        title: TITLE,
        subtitles: studies().map(subtitle).collect(),
        answers: Vec::new(),
        reading: READING,
        warnings: Vec::new(),
        chapters: chapters::of(compared),
        article: published(),
        article_caveat: article::CAVEAT,
        workloads: Vec::new(),
        speed_up: None,
        topics: Vec::new(),
        absent: Vec::new(),
        laws_note: tables::LAWS_NOTE,
        machines: Vec::new(),
        method: method(studies()),
        bias: BIAS.into(),
    };
    for (study_idx, of_study) in compared.studies.iter().enumerate() {
        let study = of_study.study;
        page.warnings.extend_from_slice(&study.warnings);
        page.warnings.extend(answer::study_doubts(study));
        for (idx, (workload, comparison)) in of_study.workloads().enumerate() {
            let id = format!("workload-{}-{}", study_idx + 1, idx + 1);
            page.add(study, workload, comparison, id);
        }
        let title = format!("Machine of {}", study.file_name);
        page.machines.push(Facts { title, rows: tables::machine(study) });
    }
    page.add_others(compared, &sets);
    page.repeat_warnings();
    if page.warnings.is_empty() {
        page.warnings.push("None.".into());
    }
    page
}

impl Page {
    /// What needs no study, and every chart but the article's.
    fn add_others(&mut self, compared: &Compared<'_>, sets: &Sets<'_>) {
        let report = compared.report;
        let unread = report.unread.iter();
        self.warnings.splice(0..0, unread.map(|one| format!("{}: {}", one.name, one.reason)));
        self.subtitles.extend(report.benchmarks.iter().map(|set| {
            let benchmarks = quantity::counted(set.benchmarks.len() as u64, "benchmark");
            format!("{}, baseline {}: {benchmarks}", set.origin, set.baseline)
        }));
        self.subtitles.extend(report.peers.iter().map(|peers| match peers.created_unix_s {
            Some(unix_s) => format!("{}, measured {}", peers.file_name, quantity::moment(unix_s)),
            None => format!("{}, time of measuring unknown", peers.file_name),
        }));
        self.subtitles.extend(report.tours.iter().map(|tour| match tour.created_unix_s {
            Some(unix_s) => format!("{}, run {}", tour.file_name, quantity::moment(unix_s)),
            None => format!("{}, time of running unknown", tour.file_name),
        }));
        for tour in &report.tours {
            self.machines.push(Facts {
                title: format!("Machine of {}", tour.file_name),
                rows: tables::described(&tour.machine, &tour.limits, &tour.state),
            });
        }
        for described in &report.machines {
            self.machines.push(Facts {
                title: format!("Machine of {}", described.file_name),
                rows: tables::described(&described.machine, &described.limits, &described.state),
            });
        }
        let answers = tour::answers(report).into_iter().chain(answer::of_others(report));
        self.answers.extend(answers.map(|(workload, sentence)| Answer { workload, sentence }));
        let all = topics::measured(compared);
        self.speed_up = topics::speed_up(&all);
        let topics = [
            topics::gains(&all),
            topics::throughput(&all),
            sets.cost(),
            sets.roofline(),
            sets.implementations(&report.peers),
            sets.isas(),
            topics::backends(&all),
            sets.listed(),
            topics::noise(&all, sets.noise()),
        ];
        self.topics = topics.into_iter().flatten().collect();
        self.absent = absent(self, sets);
    }

    /// What is wrong in a chapter is told before anything else, too.
    fn repeat_warnings(&mut self) {
        let told = self.chapters.iter().flat_map(|chapter| {
            chapter.warnings().map(|text| format!("{}: {text}", chapter.title))
        });
        self.warnings.extend(told);
    }

    fn add(&mut self, study: &Study, workload: &Workload, comparison: &Comparison, id: String) {
        self.warnings.extend(answer::doubts(study, workload, comparison));
        for sentence in answer::sentences(study, workload, comparison) {
            self.answers.push(Answer { workload: answer::label(workload), sentence });
        }
        let bars = chart::of_workload(format!("{id}-chart"), workload, comparison);
        let caption = format!(
            "Median time per pass{}; labels: speed-up over serial; * more workers than CPUs. {}.",
            match workload.mode {
                Mode::Strong => "",
                Mode::Weak => ", in which N workers do N times the serial work",
                Mode::Throughput => ", in which N workers do N independent jobs",
            },
            tables::size(workload)
        );
        let table = tables::figures(workload, comparison);
        self.workloads.push(Section {
            id,
            name: answer::heading(study, workload),
            title: workload.title.clone(),
            figure: figure(&bars, caption, table),
            side_by_side: (comparison.sweeps.len() > 1)
                .then(|| tables::side_by_side(workload, comparison)),
            details: tables::details(workload, comparison),
            laws: tables::laws(comparison),
            belief: answer::belief(workload, comparison),
            samples: Facts { title: "Samples".into(), rows: tables::samples(study, workload) },
            raw: tables::raw(workload),
            raw_summary: format!(
                "{} of {}{}: wall time in ns of {} together, and the order of measuring",
                quantity::counted(workload.blocks.len() as u64, "block"),
                answer::label(workload),
                tables::raw_left_out(workload),
                match workload.passes {
                    1 => "1 pass".into(),
                    passes => format!("{} passes", quantity::whole(passes)),
                }
            ),
        });
    }
}

/// What the page lacks, and which file would fill it.
fn absent(page: &Page, sets: &Sets<'_>) -> Vec<&'static str> {
    let has = |id: &str| page.topics.iter().any(|topic| topic.id == id);
    let lacks = [
        (
            page.workloads.is_empty(),
            "Speed-ups, gains, backends: no study. “cargo study” writes one, study.json.",
        ),
        (
            sets.is_empty(),
            "Cost against n, roofline, instruction sets: no benchmarks. “cargo bench” leaves them \
             in target/criterion.",
        ),
        (
            !sets.is_empty() && !has("cost"),
            "Cost against n: no two benchmarks differ only in a part “n=…” of their names.",
        ),
        (
            !sets.is_empty() && !has("roofline"),
            "Roofline: no benchmark “…/sum” that only loads the samples of others; the benchmark \
             “roofline” of this project has them.",
        ),
        (
            !sets.is_empty() && !sets.knows_isas(),
            "Instruction sets side by side: no study and no machine file lists them.",
        ),
        (
            !has("implementations"),
            "Implementations side by side: no peers.json, and no group of benchmarks with several \
             functions.",
        ),
        (page.machines.is_empty(), "System information: no study and no machine file."),
    ];
    lacks.into_iter().filter(|(lacks, _)| *lacks).map(|(_, line)| line).collect()
}

fn figure(bars: &Bars, caption: String, table: Table) -> Figure {
    Figure { svg: svg::draw(bars), caption, table }
}

/// The article's own figure.
fn published() -> Figure {
    let caption = format!("{} ({}).", article::SOURCE, article::MACHINE);
    figure(&chart::of_article(), caption, tables::published())
}

/// Which study, measured when.
fn subtitle(study: &Study) -> String {
    match study.created_unix_s {
        Some(unix_s) => format!("{}, measured {}", study.file_name, quantity::moment(unix_s)),
        None => format!("{}, time of measuring unknown", study.file_name),
    }
}

/// How it was measured and computed.
fn method<'a>(studies: impl Iterator<Item = &'a Study>) -> Vec<String> {
    let mut method = vec![
        "The measuring program says that every block measured each configuration once, in random \
         order, and that every count was checked against the expected one before a time was kept; a \
         report cannot see either. What disturbs a block disturbs its neighbors in it alike."
            .to_owned(),
        "A time is the wall time that a caller waits for one pass over the whole job. Handing out \
         the work, waiting for each other, and collecting it, until the last worker has handed in \
         its counts, are inside the wall time; starting workers, bringing them their data and \
         ending them are not."
            .to_owned(),
        format!(
            "The times that are shown are medians over the blocks with rank intervals; they need \
             {FEWEST_BLOCKS} blocks and no normal distribution (Hoefler & Belli 2015)."
        ),
        format!(
            "Speed-ups, gains and what follows from them are not ratios of these medians. What all \
             configurations of a block share is taken out of its times; the times of each \
             configuration become their mean, with those farther than 3 robust standard deviations \
             from their median moved to that distance. Intervals are 95 % percentiles over \
             {RESAMPLES} bootstrap draws of whole blocks with a fixed seed (Kalibera & Jones 2013). \
             Before that, the logarithms of the drawn times are moved away from the estimate by \
             √(B / (B − 1)) t / z, because draws of B blocks lie too close together (the factor \
             after Hesterberg 2015). In made-up studies with known answers such intervals hold the \
             truth in 93 to 97 % of cases."
        ),
        "The gain of a step is the difference of two speed-ups, and its interval that of the \
         difference in each draw. Nothing is left out as an outlier; “Spread of the times” counts \
         what lies far out."
            .to_owned(),
        "Where a study returns to its first configuration at both ends of a block, and measures one \
         configuration twice under two names, this shows what the same thing differs by; disturbed \
         samples are tagged and stay in every headline."
            .to_owned(),
        format!(
            "Verdicts are withheld, and numbers kept, where a configuration differs from its copy, \
             where a worker was not proven to be on its CPU, where a quota was used up in most \
             samples, where others used more than {} of a worker's CPU beyond what its ticks may \
             miscount, where independent workers began more than {} of the time apart, and for \
             times shorter than 20 readings or 10 steps of the clock.",
            quantity::per_cent(MOST_FOREIGN, 0),
            quantity::per_cent(MOST_LATE, 0)
        ),
        format!(
            "Laws of scaling are fitted to the logarithm of the throughput of every block without \
             the level of its block, with Huber's loss, for at least {FEWEST_COUNTS} numbers of \
             workers; their intervals come from the same draws of whole blocks. What all laws \
             together expect is weighted by Akaike’s weights, and its interval holds what the laws \
             differ by."
        ),
        "“CPUs busy” is the CPU time of all workers over the wall time; a worker that waits in a \
         loop counts as busy."
            .to_owned(),
    ];
    for study in studies {
        let seed = study.seed.map_or_else(|| "unknown".into(), |seed| seed.to_string());
        method.push(format!("Order of measuring in {}: seed {seed}.", study.file_name));
    }
    method
}
