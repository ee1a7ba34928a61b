//! A chapter: what one part of a report explains, as blocks in reading order.
//!
//! Separate so that whoever explains something (the tour of the article, its autopsy) writes
//! finished strings and knows no format, and no format knows what is explained. Next:
//! `render/chapters.rs` gathers the chapters of a report and lays them out.

use serde::Serialize;

use crate::chart::svg::LegendKey;

/// One heading of a report with everything below it.
#[derive(Debug, Serialize)]
pub struct Chapter {
    /// Unique in a page; letters, digits and dashes.
    pub id: String,
    /// The heading.
    pub title: String,
    /// From top to bottom.
    pub blocks: Vec<Block>,
}

impl Chapter {
    /// What is wrong in it, in the order of the blocks.
    pub fn warnings(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Warning(text) => Some(text.as_str()),
            _ => None,
        })
    }
}

/// One part of a chapter; every text is plain and is escaped by the format.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", content = "content", rename_all = "snake_case")]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// Lines that keep their shape: code, or what a program printed.
    Code(String),
    /// A table that belongs to the text, as finished strings.
    Table(Table),
    /// A chart with its words; formats without pictures name it.
    Figure(Box<Shown>),
    /// What failed or is missing; pages repeat it among their warnings.
    Warning(String),
}

/// A table: every row has as many cells as there are columns.
#[derive(Debug, Serialize)]
pub struct Table {
    /// Its head.
    pub columns: Vec<String>,
    /// The lines below.
    pub rows: Vec<Vec<String>>,
}

/// A chart with its words.
#[derive(Debug, Serialize)]
pub struct Shown {
    /// What it shows.
    pub title: String,
    /// The chart as markup, escaped by [`crate::chart::svg`].
    pub svg: String,
    /// What its signs mean; may be empty.
    pub legend: Vec<LegendKey>,
    /// How to read it.
    pub caption: String,
    /// The same numbers as a table.
    pub table: Table,
}
