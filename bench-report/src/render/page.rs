//! What a page shows, as finished strings in reading order, for every format that is a page.
//!
//! Separate so that a template holds no logic beyond loops and two formats cannot disagree.
//! `page/topics.rs` gathers the charts. Next: `tables.rs` fills the tables; `html.rs` and
//! `markdown.rs` lay the page out.

mod benchmarks;
mod method;
mod topics;

pub(super) use topics::{Origin, Topic};

use serde::Serialize;

use self::benchmarks::Sets;
use super::{
    chapters,
    tables::{self, Detail, Laws, Table},
};
use crate::{
    answer::{self, Warnings},
    article, autopsy,
    chapter::Chapter,
    chart::{self, Bars, svg},
    compare::{Compared, Comparison},
    model::{Mode, Study, Workload},
    quantity, tour,
};

/// A whole page.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    pub(super) title: &'static str,
    /// Which study, measured when.
    pub(super) subtitles: Vec<String>,
    pub(super) answers: Vec<Answer>,
    /// What the words of the answers mean.
    pub(super) reading: String,
    /// About everything. "None." is an answer, too.
    pub(super) warnings: Vec<String>,
    /// About one workload each.
    pub(super) warned: Vec<Warnings>,
    /// What the report explains beyond its studies.
    pub(super) chapters: Vec<Chapter>,
    pub(super) article: Figure,
    pub(super) article_caveat: &'static str,
    pub(super) workloads: Vec<Section>,
    /// Speed-up and efficiency; the laws stand behind it.
    pub(super) speed_up: Option<Topic>,
    /// The other charts.
    pub(super) topics: Vec<Topic>,
    /// Everything that was measured, whether or not a topic asks for it.
    pub(super) listed: Vec<Topic>,
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
    /// What was asked; may be empty.
    pub(super) question: String,
    pub(super) sentence: String,
    /// What each backend did, step by step; may be empty.
    pub(super) steps: Vec<String>,
}

impl Answer {
    /// An answer in one sentence.
    fn of(workload: String, sentence: String) -> Self {
        Self { workload, question: String::new(), sentence, steps: Vec::new() }
    }
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

/// Gathers the page of a report.
pub(super) fn of(compared: &Compared<'_>) -> Page {
    let studies = || compared.studies.iter().map(|of_study| of_study.study);
    let sets = Sets::of(compared.report);
    let mut page = Page {
        title: method::title(compared.report),
        subtitles: studies().map(subtitle).collect(),
        answers: Vec::new(),
        reading: method::reading(compared.report),
        warnings: Vec::new(),
        warned: answer::warnings(compared),
        chapters: chapters::of(compared),
        article: published(),
        article_caveat: article::CAVEAT,
        workloads: Vec::new(),
        speed_up: None,
        topics: Vec::new(),
        listed: Vec::new(),
        absent: Vec::new(),
        laws_note: tables::LAWS_NOTE,
        machines: Vec::new(),
        method: method::method(compared.report),
        bias: method::bias(compared.report),
    };
    page.warnings.append(&mut page.warned.remove(0).lines);
    for (study_idx, of_study) in compared.studies.iter().enumerate() {
        let study = of_study.study;
        for (idx, (workload, comparison)) in of_study.workloads().enumerate() {
            let id = format!("workload-{}-{}", study_idx + 1, idx + 1);
            page.add(study, workload, comparison, id);
        }
        let title = format!("Machine of {}", study.file_name);
        page.machines.push(Facts { title, rows: tables::machine(study) });
    }
    page.add_others(compared, &sets);
    if page.answers.is_empty() {
        page.answers.push(Answer::of("No answer".into(), method::NO_ANSWER.into()));
    }
    page.repeat_warnings();
    if page.warnings.is_empty() && page.warned.is_empty() {
        page.warnings.push("None.".into());
    }
    page
}

impl Page {
    /// What needs no study, and every chart but the article's.
    fn add_others(&mut self, compared: &Compared<'_>, sets: &Sets<'_>) {
        let report = compared.report;
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
        self.subtitles.extend(report.autopsies.iter().map(autopsy::subtitle));
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
        let answers = tour::answers(compared).into_iter().chain(autopsy::answers(report));
        let answers = answers.chain(answer::of_others(report));
        self.answers.extend(answers.map(|(workload, sentence)| Answer::of(workload, sentence)));
        let all = topics::measured(compared);
        self.speed_up = topics::speed_up(&all);
        let topics = [
            topics::gains(&all),
            topics::throughput(&all),
            sets.cost(),
            sets.roofline(),
            benchmarks::implementations(&report.peers),
            sets.isas(),
            topics::backends(&all),
            topics::noise(&all, sets.noise()),
        ];
        self.topics = topics.into_iter().flatten().collect();
        self.listed = [sets.groups(), sets.listed()].into_iter().flatten().collect();
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
        let mut steps = answer::sentences(study, workload, comparison);
        let headline = answer::headline(workload, comparison);
        self.answers.push(Answer {
            workload: answer::label(workload),
            question: answer::question(workload).into(),
            sentence: headline.unwrap_or_else(|| steps.remove(0)),
            steps,
        });
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
        (!has("implementations"), "Implementations side by side: no peers.json."),
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
