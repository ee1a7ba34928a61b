//! Strips of samples in the order measured, of studies and of benchmarks.
//!
//! Separate because it asks nothing but how far times of the same thing lie apart. Next:
//! [`super::strip`].

use super::strip::{Row, Strip};
use crate::{
    answer,
    compare::benchmarks::Timed,
    model::{Benchmarks, Entry, Role, Workload},
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
    let times = |entry: &Entry| -> Vec<f64> {
        entry.samples.iter().map(|sample| sample.wall_ns as f64).collect()
    };
    let copy =
        |entry: &Entry| if matches!(entry.role, Role::Control { .. }) { " (copy)" } else { "" };
    let row = |entry: &Entry| row(super::name(entry) + copy(entry), &times(entry));
    let title = format!("Noise: every sample of {}", answer::label(workload));
    strip(id, title, workload.entries.iter().map(row).collect())
}

/// The samples of benchmarks.
pub fn of_benchmarks(set: &Benchmarks, timed: &[Timed<'_>], id: String) -> Option<Strip> {
    let row = |one: &Timed<'_>| row(one.benchmark.id.clone(), &one.benchmark.iteration_ns());
    let title = format!("Noise: every sample of {}, baseline {}", set.origin, set.baseline);
    strip(id, title, timed.iter().map(row).collect())
}

/// Center, spread and count are those of all samples, also where only the first are shown.
fn row(name: String, times: &[f64]) -> (Row, f64) {
    let spread = coefficient_of_variation(times).unwrap_or(0.0);
    let center = median(&mut times.to_vec());
    let shown = times.iter().take(MOST_SAMPLES);
    let deviations = shown.map(|time| time / center - 1.0).collect();
    let detail = format!("± {}", quantity::per_cent(spread, 2));
    (Row { name, detail, measured: times.len(), deviations }, spread)
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
    let caption = caption(&rows, reach);
    let spreads: Vec<String> = rows.iter().map(spread).collect();
    let description = format!("{title}. {caption} {}.", spreads.join("; "));
    Some(Strip { id, title, description, caption, rows, reach })
}

/// How far the rows reach, and what they do not show.
fn caption(rows: &[Row], reach: f64) -> String {
    let edges = format!("Edges of each row: ± {} of its median", quantity::per_cent(reach, 1));
    let is_beyond = |deviation: &f64| deviation.abs() > reach;
    let far = if rows.iter().flat_map(|row| &row.deviations).any(is_beyond) {
        "; samples that lie farther out stand at the edge"
    } else {
        ""
    };
    let cut = rows.iter().filter(|row| row.measured > row.deviations.len());
    let cut = cut.map(|row| row.measured as u64).max().map_or_else(String::new, |most| {
        format!("; of up to {} samples, the first {MOST_SAMPLES} are shown", quantity::whole(most))
    });
    format!("{edges}{far}{cut}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the first 400 half are slow, of all 450 fewer: the center must be that of all.
    #[test]
    fn a_row_that_is_cut_keeps_the_center_and_the_count_of_all_samples() {
        let times: Vec<f64> = (0..450).map(|idx| if idx < 200 { 120.0 } else { 100.0 }).collect();
        let strip = strip("a".into(), "a".into(), vec![row("a".into(), &times)]).unwrap();
        let row = &strip.rows[0];
        assert_eq!((row.measured, row.deviations.len()), (450, MOST_SAMPLES));
        assert!((row.deviations[0] - 0.2).abs() < 1e-12, "{}", row.deviations[0]);
        assert!(strip.caption.contains("of up to 450 samples, the first 400 are shown"));
    }

    #[test]
    fn samples_at_the_edge_are_told() {
        let times = |far: f64| -> Vec<f64> {
            (0..200).map(|idx| if idx == 7 { far } else { 100.0 }).collect()
        };
        let caption = |far| {
            strip("a".into(), "a".into(), vec![row("a".into(), &times(far))]).unwrap().caption
        };
        assert!(caption(300.0).contains("farther out stand at the edge"));
        assert!(!caption(101.0).contains("farther"));
    }
}
