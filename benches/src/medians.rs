//! Several ways to do the same, side by side: medians with their intervals by ranks, as a table.
//!
//! Apart from [`crate::table`], whose rows are ratios of two. The JSON file keeps every raw sample.
//! Next: `benches/dispatch.rs`.

use std::io;
use std::path::{Path, PathBuf};

use bench_report::statistics::{median, rank_interval};
use comfy_table::{CellAlignment, Table as Grid, presets};
use serde::Serialize;

use crate::table::write_both;

/// What the JSON file calls itself.
pub const FORMAT: &str = "parzen-medians";
/// Version of the format.
pub const VERSION: u32 = 1;

/// What was measured of one way.
#[derive(Clone, Debug, Serialize)]
pub struct Ranked {
    /// Its name.
    pub name: String,
    /// Nanoseconds of one pass, sample after sample.
    pub pass_ns: Vec<f64>,
}

/// Every way of one target.
#[derive(Clone, Debug, Serialize)]
pub struct Medians {
    /// [`FORMAT`].
    pub format: &'static str,
    /// [`VERSION`].
    pub version: u32,
    /// The benchmark target, and the name of the files.
    pub target: &'static str,
    /// What a pass is.
    pub caption: String,
    /// In the order of the table.
    pub ways: Vec<Ranked>,
}

impl Medians {
    /// The table of `ways`.
    pub fn new(target: &'static str, caption: String, ways: Vec<Ranked>) -> Self {
        Self { format: FORMAT, version: VERSION, target, caption, ways }
    }

    /// The table in Markdown, which is also readable as it stands.
    pub fn markdown(&self) -> String {
        let mut grid = Grid::new();
        grid.load_style(presets::ASCII_MARKDOWN);
        grid.set_header(["way", "median µs", "95 % interval", "samples"]);
        for way in &self.ways {
            let shown = |ns: f64| format!("{:.2}", ns / 1e3);
            let value = if way.pass_ns.is_empty() {
                "none".into()
            } else {
                shown(median(&mut way.pass_ns.clone()))
            };
            let interval = rank_interval(&way.pass_ns);
            grid.add_row([
                way.name.clone(),
                value,
                interval
                    .map_or("none".into(), |i| format!("{} to {}", shown(i.low), shown(i.high))),
                way.pass_ns.len().to_string(),
            ]);
        }
        for column in grid.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        format!("{}\n\n{grid}\n", self.caption)
    }

    /// Writes `<target>.json` and `<target>.md` into `folder`, which is made if need be.
    ///
    /// # Errors
    /// The system's refusal, with the path.
    pub fn write(&self, folder: &Path) -> io::Result<[PathBuf; 2]> {
        write_both(folder, self.target, self, &self.markdown())
    }
}

#[cfg(test)]
mod tests {
    use super::{Medians, Ranked};

    #[test]
    fn medians_stand_with_their_intervals() {
        let ways = vec![
            Ranked { name: "a".into(), pass_ns: vec![1_000.0; 9] },
            Ranked { name: "b".into(), pass_ns: vec![3_000.0, 1_000.0, 2_000.0] },
            Ranked { name: "c".into(), pass_ns: Vec::new() },
        ];
        let text = Medians::new("target", "what".into(), ways).markdown();
        let rows: Vec<_> = text.lines().skip(4).map(|line| line.split_whitespace()).collect();
        let cells: Vec<String> =
            rows.into_iter().map(|row| row.collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(cells[0], "| a | 1.00 | 1.00 to 1.00 | 9 |");
        assert_eq!(cells[1], "| b | 2.00 | none | 3 |");
        assert_eq!(cells[2], "| c | none | none | 0 |");
    }
}
