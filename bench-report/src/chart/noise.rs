//! Strips of samples in the order measured, of studies and of benchmarks.
//!
//! Separate because it asks nothing but how far times of the same thing lie apart. Next:
//! [`super::strip`].

use super::strip::{Row, Strip};
use crate::{
    answer,
    compare::benchmarks::Timed,
    model::{Benchmarks, Entry, Workload},
    quantity,
    statistics::{center::coefficient_of_variation, median},
};

/// Rows of one chart; those that spread most are shown.
pub const MOST_ROWS: usize = 24;

/// Samples of one row; of more, the first are shown.
const MOST_SAMPLES: usize = 400;

/// The least deviation that reaches the edge of a row: smaller noise should look small.
const LEAST_REACH: f64 = 0.02;

/// The samples of every configuration of a workload, block by block.
pub fn of_workload(workload: &Workload, id: String) -> Option<Strip> {
    let times = |entry: &Entry| entry.samples.iter().map(|sample| sample.wall_ns as f64).collect();
    let row = |entry: &Entry| row(super::name(entry), times(entry));
    let title = format!("Noise: every sample of {}", answer::label(workload));
    strip(id, title, workload.entries.iter().map(row).collect())
}

/// The samples of benchmarks.
pub fn of_benchmarks(set: &Benchmarks, timed: &[Timed<'_>], id: String) -> Option<Strip> {
    let row = |one: &Timed<'_>| row(one.benchmark.id.clone(), one.benchmark.iteration_ns());
    let title = format!("Noise: every sample of {}, baseline {}", set.origin, set.baseline);
    strip(id, title, timed.iter().map(row).collect())
}

fn row(name: String, mut times: Vec<f64>) -> (Row, f64) {
    let spread = coefficient_of_variation(&times).unwrap_or(0.0);
    times.truncate(MOST_SAMPLES);
    let center = median(&mut times.clone());
    let deviations = times.iter().map(|time| time / center - 1.0).collect();
    (Row { name, detail: format!("± {}", quantity::per_cent(spread, 2)), deviations }, spread)
}

/// The rows that spread most, in their old order.
fn strip(id: String, title: String, rows: Vec<(Row, f64)>) -> Option<Strip> {
    let mut spreads: Vec<f64> = rows.iter().map(|(_, spread)| *spread).collect();
    spreads.sort_by(|a, b| b.total_cmp(a));
    let least = spreads.get(MOST_ROWS.min(spreads.len()).checked_sub(1)?).copied()?;
    let shown =
        rows.into_iter().filter(|(row, spread)| *spread >= least && row.deviations.len() > 1);
    let rows: Vec<Row> = shown.map(|(row, _)| row).take(MOST_ROWS).collect();
    let mut all: Vec<f64> = rows.iter().flat_map(|row| &row.deviations).map(|d| d.abs()).collect();
    all.sort_by(f64::total_cmp);
    // One sample in a hundred may be drawn at the edge: it must not flatten all others.
    let reach = all.get(all.len() * 99 / 100)?.max(LEAST_REACH);
    let spread = |row: &Row| format!("{}: {}", row.name, row.detail);
    let description = format!(
        "{title}. Edges of each row: ± {} of its median. {}.",
        quantity::per_cent(reach, 1),
        rows.iter().map(spread).collect::<Vec<_>>().join("; ")
    );
    Some(Strip { id, title, description, rows, reach })
}
