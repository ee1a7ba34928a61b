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
    model::tour::{Outcome, Section, Tour},
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
    blocks.extend(section.incomplete.as_ref().map(|how_far| {
        let text =
            format!("This section is incomplete: {how_far}. It shows what was measured by then.");
        Block::Warning(text)
    }));
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

/// What each tour says in short: a name and the text, first of the whole, then of each chapter that has
/// something to say.
pub fn answers(compared: &Compared<'_>) -> Vec<(String, String)> {
    let tours = &compared.report.tours;
    let of_tour = |tour: &Tour| {
        let whole = (format!("The article’s tour, {}", tour.file_name), whole(tour));
        let of = if tours.len() > 1 { format!("{}, ", tour.file_name) } else { String::new() };
        let each = tour.sections.iter().filter_map(|section| {
            let name = format!("{of}{}", title_of(&section.name)?);
            Some((name, answer(compared, &section.outcome)?))
        });
        std::iter::once(whole).chain(each).collect::<Vec<_>>()
    };
    tours.iter().flat_map(of_tour).collect()
}

/// The main sentence of a chapter.
fn answer(compared: &Compared<'_>, outcome: &Outcome) -> Option<String> {
    match outcome {
        Outcome::Failed(_) => None,
        Outcome::Queue(data) => queue::answer(data),
        Outcome::Pool(data) => pool::answer(data),
        Outcome::Memory(data) => memory::answer(data),
        Outcome::Window(data) => Some(window::answer(data)),
        Outcome::Data(data) => Some(data::answer(data)),
        Outcome::Benchmark(data) => benchmark::answer(compared, data),
        Outcome::Waiting(data) => waiting::answer(data),
    }
}

/// How many sections were run, which failed, and which are incomplete.
fn whole(tour: &Tour) -> String {
    let named = |is_it: fn(&Section) -> bool| {
        let names = tour.sections.iter().filter(|&one| is_it(one));
        names.map(|one| format!("“{}”", one.name)).collect::<Vec<_>>().join(", ")
    };
    let failed = named(|one| matches!(one.outcome, Outcome::Failed(_)));
    let incomplete = named(|one| one.incomplete.is_some());
    let count = quantity::counted(tour.sections.len() as u64, "section");
    match (failed.as_str(), incomplete.as_str()) {
        ("", "") => format!("{count} ran to the end."),
        (failed, "") => format!("{count}, of which {failed} could not be shown."),
        ("", part) => format!("{count}, of which {part} did not run to the end."),
        (failed, part) => format!(
            "{count}, of which {failed} could not be shown and {part} did not run to the end."
        ),
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
