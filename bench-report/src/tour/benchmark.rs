//! Benchmark: the article's chart for this machine, and that of 2014 beside it.
//!
//! Separate as every section of the tour. The figures are those of a study in the same report, which
//! has its own chapters with steps, laws and doubts; here stands what the article showed.

use super::{table, text};
use crate::{
    answer, article,
    chapter::{Block, Shown},
    chart::{self, Bars, svg},
    compare::{Compared, ComparedStudy},
    model::tour::Measured,
    quantity,
};

/// The chapter's blocks.
pub(super) fn blocks(id: &str, compared: &Compared<'_>, measured: &Measured) -> Vec<Block> {
    let mut blocks = vec![text(
        "The article’s benchmark: densities for 100 widths from 1.0 to 1.2, by serial code and by 2, 3, \
         4 and 6 workers. Where the article ran each bar once, here every bar is a median with its \
         interval.",
    )];
    match study_of(compared, measured) {
        Some(of_study) => blocks.extend(of_this_machine(id, of_study)),
        None => blocks.push(Block::Warning(format!(
            "The study “{}” with its figures is not in this report.",
            measured.study
        ))),
    }
    let mut bars = chart::of_article();
    bars.id = format!("{id}-2014");
    let caption = format!("{} ({}). {}", article::SOURCE, article::MACHINE, article::CAVEAT);
    blocks.push(Block::Figure(Box::new(shown(&bars, caption))));
    blocks
}

/// For the top of the page: where its answers stand; the study has them.
pub(super) fn answer(compared: &Compared<'_>, measured: &Measured) -> Option<String> {
    let names = study_of(compared, measured)?.workloads().map(|(workload, _)| workload);
    let names: Vec<String> = names.map(|one| format!("“{}”", answer::label(one))).collect();
    (!names.is_empty())
        .then(|| format!("It is the study {}: see {}.", measured.study, names.join(", ")))
}

fn study_of<'a>(compared: &'a Compared<'_>, measured: &Measured) -> Option<&'a ComparedStudy<'a>> {
    compared.studies.iter().find(|one| one.study.file_name == measured.study)
}

fn of_this_machine(id: &str, of_study: &ComparedStudy<'_>) -> Vec<Block> {
    let study = of_study.study;
    let mut blocks = Vec::new();
    for (idx, (workload, comparison)) in of_study.workloads().enumerate() {
        let sentences = answer::sentences(study, workload, comparison);
        blocks.extend(sentences.into_iter().map(Block::Text));
        let bars = chart::of_workload(format!("{id}-here-{}", idx + 1), workload, comparison);
        let blocks_count = quantity::counted(workload.blocks.len() as u64, "block");
        let caption = format!(
            "Median time per pass over {blocks_count}; labels: speed-up over serial. Measured on {}.",
            study.machine.cpu.as_deref().unwrap_or("a machine without a name")
        );
        blocks.push(Block::Figure(Box::new(shown(&bars, caption))));
    }
    blocks.push(text(
        "What the machine is stands under “System information”, and every figure with its doubts in \
         the parts below.",
    ));
    blocks
}

fn shown(bars: &Bars, caption: String) -> Shown {
    let row = |bar: &chart::Bar| [bar.name.clone(), bar.detail.clone(), bar.label.clone()];
    Shown {
        title: bars.title.clone(),
        svg: svg::draw(bars),
        legend: Vec::new(),
        caption,
        table: table(["bar", "time", "speed-up"], bars.bars.iter().map(row).collect()),
    }
}
