//! The tour of the article as chapters: what each part shows, with the figures measured here.
//!
//! Separate because these are explanations, not results of a study: they say in plain words what
//! happened once on one machine, and what theory expects. Pure: model in, finished strings out. One
//! file for each section. A section that failed is a warning, and what is missing of one is said and
//! never guessed. Next: [`crate::chapter`] for the shape; `render/chapters.rs` lays it out.

mod benchmark;
mod data;
mod memory;
mod pool;
mod queue;
mod waiting;
mod window;

use crate::{
    chapter::{Block, Chapter, Table},
    compare::Compared,
    model::{
        Report,
        tour::{Outcome, Section, Tour},
    },
    quantity,
};

/// Sections that this program knows: name, title.
const TITLES: [(&str, &str); 7] = [
    ("queue", "Process and queue: who answers first"),
    ("pool", "Pool: which call waits"),
    ("memory", "Threads and processes: shared and distributed memory"),
    ("window", "Parzen windows: counting in a cube"),
    ("data", "Sample data: density, and the width that suits it"),
    ("benchmark", "Benchmark: serial against parallel"),
    ("waiting", "Bound by the CPU, or by waiting"),
];

/// The chapters of all tours of a report, in the order of their files.
pub fn chapters(compared: &Compared<'_>) -> Vec<Chapter> {
    let tours = compared.report.tours.iter().enumerate();
    let each = tours.flat_map(|(tour_idx, tour)| {
        let sections = tour.sections.iter().enumerate();
        sections.map(move |(idx, section)| chapter(compared, section, &id(tour_idx, idx, section)))
    });
    each.collect()
}

/// The chapters of the sections with this name.
pub fn chapters_of(compared: &Compared<'_>, name: &str) -> Vec<Chapter> {
    let mut all = chapters(compared);
    let names = compared.report.tours.iter().flat_map(|tour| &tour.sections);
    let mut wanted = names.map(|section| section.name == name);
    all.retain(|_| wanted.next() == Some(true));
    all
}

/// Unique in a page; names from files are no part of it unless they are known.
fn id(tour_idx: usize, idx: usize, section: &Section) -> String {
    let tour = if tour_idx == 0 { "tour".into() } else { format!("tour-{}", tour_idx + 1) };
    match title_of(&section.name) {
        Some(_) => format!("{tour}-{}", section.name),
        None => format!("{tour}-section-{}", idx + 1),
    }
}

fn title_of(name: &str) -> Option<&'static str> {
    TITLES.iter().find(|(known, _)| *known == name).map(|(_, title)| *title)
}

fn chapter(compared: &Compared<'_>, section: &Section, id: &str) -> Chapter {
    let title = title_of(&section.name);
    let title = title.map_or_else(|| format!("Section “{}”", section.name), Into::into);
    let incidents = section.incidents.iter().map(|text| Block::Warning(text.clone()));
    let mut blocks: Vec<Block> = incidents.collect();
    blocks.extend(match &section.outcome {
        Outcome::Failed(reason) => {
            vec![Block::Warning(format!("This section could not be shown: {reason}"))]
        }
        Outcome::Queue(data) => queue::blocks(data),
        Outcome::Pool(data) => pool::blocks(id, data),
        Outcome::Memory(data) => memory::blocks(data),
        Outcome::Window(data) => window::blocks(id, data),
        Outcome::Data(data) => data::blocks(id, data),
        Outcome::Benchmark(data) => benchmark::blocks(id, compared, data),
        Outcome::Waiting(data) => waiting::blocks(id, data),
    });
    Chapter { id: id.into(), title, blocks }
}

/// What each tour says in a few sentences: a name and the text.
pub fn answers(report: &Report) -> Vec<(String, String)> {
    let answer = |tour: &Tour| {
        let mut told = vec![whole(tour)];
        told.extend(tour.sections.iter().filter_map(|section| match &section.outcome {
            Outcome::Window(data) => Some(window::answer(data)),
            Outcome::Data(data) => Some(data::answer(data)),
            Outcome::Waiting(data) => waiting::answer(data),
            _ => None,
        }));
        (format!("The article’s tour, {}", tour.file_name), told.join(" "))
    };
    report.tours.iter().map(answer).collect()
}

/// How many sections were run, and which failed.
fn whole(tour: &Tour) -> String {
    let failed = tour.sections.iter().filter(|one| matches!(one.outcome, Outcome::Failed(_)));
    let failed: Vec<String> = failed.map(|one| format!("“{}”", one.name)).collect();
    let count = quantity::counted(tour.sections.len() as u64, "section");
    match failed.len() {
        0 => format!("{count} ran to the end."),
        _ => format!("{count}, of which {} could not be shown.", failed.join(", ")),
    }
}

/// A paragraph.
fn text(text: impl Into<String>) -> Block {
    Block::Text(text.into())
}

/// A table.
fn table<const N: usize>(columns: [&str; N], rows: Vec<[String; N]>) -> Table {
    Table {
        columns: columns.map(String::from).into(),
        rows: rows.into_iter().map(Vec::from).collect(),
    }
}

/// A number of nanoseconds as text.
fn time(ns: u64) -> String {
    quantity::time(ns as f64)
}

/// `3 of 4 strings are missing` for what workers lost, if they lost any.
fn lost(found: usize, expected: u64, thing: &str) -> Option<Block> {
    let lost = expected.saturating_sub(found as u64);
    let verb = if lost == 1 { "is" } else { "are" };
    let expected = quantity::counted(expected, thing);
    (lost > 0).then(|| Block::Warning(format!("{lost} of {expected} {verb} missing.")))
}
