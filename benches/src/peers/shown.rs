//! What was measured, for people and for programs.
//!
//! Apart from [`super::record`], because `peers.json` is raw and these are ratios. A ratio is of blocks in
//! which both sides were measured. Next: `bench-report`, which makes a page of `peers.json`.

use comfy_table::{CellAlignment, Table as Grid, presets};
use serde::Serialize;

use super::record::{Measured, Record, Table};
use super::running::Taken;
use crate::paired::Ratio;
use bench_report::statistics::median;

/// One entry of a table.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The job, and which of its tables.
    pub workload: String,
    /// The entry.
    pub name: String,
    /// What it says of itself.
    pub version: Option<String>,
    /// Threads or processes.
    pub workers: usize,
    /// Rounds.
    pub rounds: usize,
    /// Median time to prepare.
    pub build_ns: Option<f64>,
    /// Median time to answer.
    pub query_ns: Option<f64>,
    /// Time of whole jobs over that of ours; 1 for ours.
    pub whole_ratio: Option<Ratio>,
    /// The same of answers alone.
    pub query_ratio: Option<Ratio>,
    /// Counts that are wrong, of how many.
    pub wrong: Option<[u64; 2]>,
    /// What else is known of its answers.
    pub note: String,
    /// Why it was not measured, or not to the end.
    pub trouble: Option<String>,
}

/// Every row of every table.
pub fn rows(measured: &[Measured]) -> Vec<Row> {
    let tables = measured.iter().flat_map(Measured::tables);
    let of = |table: &Table<'_>| -> Vec<Row> {
        table.records.iter().map(|record| row(table, record)).collect()
    };
    tables.flat_map(|table| of(&table)).collect()
}

fn row(table: &Table<'_>, record: &Record) -> Row {
    let middle = |ns: fn(Taken) -> f64| {
        let mut times: Vec<_> = record.rounds.iter().map(|&(_, taken)| ns(taken)).collect();
        (!times.is_empty()).then(|| median(&mut times))
    };
    let ratios = table.reference.and_then(|ours| record.ratios(ours));
    let score = record.score.as_ref();
    Row {
        workload: table.name.clone(),
        name: record.name.clone(),
        version: record.version.clone(),
        workers: record.workers,
        rounds: record.rounds.len(),
        build_ns: middle(|taken| taken.build_ns).filter(|&ns| ns > 0.0),
        query_ns: middle(|taken| taken.query_ns),
        whole_ratio: ratios.map(|[whole, _]| whole),
        query_ratio: ratios.map(|[_, query]| query),
        wrong: score.map(|score| [score.wrong, score.checked]),
        note: score.map_or_else(String::new, |score| score.note.clone()),
        trouble: record.trouble.clone(),
    }
}

/// The rows as tables in Markdown, which are also readable as they stand.
pub fn markdown(rows: &[Row]) -> String {
    let mut text = String::new();
    for table in rows.chunk_by(|a, b| a.workload == b.workload) {
        let mut grid = Grid::new();
        grid.load_style(presets::ASCII_MARKDOWN);
        grid.set_header([
            "entry",
            "build",
            "query",
            "whole job, × ours",
            "query, × ours",
            "answers",
        ]);
        for row in table {
            grid.add_row(cells(row));
        }
        for column in grid.column_iter_mut().skip(1).take(4) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        let name = table[0].workload.as_str();
        text.extend([name, "\n\n", &grid.to_string(), "\n\n"]);
    }
    text
}

fn cells(row: &Row) -> [String; 6] {
    let time = |ns: Option<f64>| ns.map_or_else(String::new, |ns| format!("{:.3} ms", ns / 1e6));
    let ratio = |ratio: Option<Ratio>| {
        ratio.map_or_else(String::new, |Ratio { estimate, low, high }| {
            if high.is_finite() {
                format!("{estimate:.2} ({low:.2} to {high:.2})")
            } else {
                format!("{estimate:.2}")
            }
        })
    };
    let wrong = match row.wrong {
        None => String::new(),
        Some([0, _]) => "exact".into(),
        Some([wrong, checked]) => format!("{wrong} of {checked} wrong"),
    };
    let parts = [Some(wrong), Some(row.note.clone()), row.trouble.clone()];
    let parts: Vec<_> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    let [whole, query] = [ratio(row.whole_ratio), ratio(row.query_ratio)];
    [row.name.clone(), time(row.build_ns), time(row.query_ns), whole, query, parts.join("; ")]
}
