//! The ratios of a target: as text on the terminal, and as Markdown and JSON in the target folder.
//!
//! The JSON file keeps every raw sample, so that each figure can be computed again; the Markdown file
//! is what the terminal shows. Both appear whole or not at all. Apart from measuring: nothing here
//! looks at a clock. Next: [`crate::session`], which fills it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use comfy_table::{CellAlignment, Table as Grid, presets};
use runner::machine::Machine;
use runner::output::file;
use serde::Serialize;

use crate::case::Case;
use crate::paired::{CONFIDENCE, Ratio, Rounds};

/// What the JSON file calls itself.
pub const FORMAT: &str = "parzen-pairs";
/// Version of the format.
pub const VERSION: u32 = 1;

/// Every pair of one target.
#[derive(Clone, Debug, Serialize)]
pub struct Table {
    /// [`FORMAT`].
    pub format: &'static str,
    /// [`VERSION`].
    pub version: u32,
    /// The benchmark target, and the name of the files.
    pub target: &'static str,
    /// Where it was measured.
    pub machine: Machine,
    /// The CPU of the measuring thread; `None` if nothing proves that it stayed on one.
    pub pinned_cpu: Option<usize>,
    /// Share of the intervals that hold the true ratio.
    pub confidence: f64,
    /// The pairs, in the order measured.
    pub rows: Vec<Row>,
}

/// One pair.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Id of the case whose time is the numerator.
    pub subject: String,
    /// Id of the case whose time is the denominator.
    pub reference: String,
    /// Time of the subject over time of the reference.
    pub ratio: Ratio,
    /// What was measured.
    pub rounds: Rounds,
}

impl Row {
    /// The row for `rounds` of `subject` and `reference`.
    pub fn new(subject: &Case<'_>, reference: &Case<'_>, rounds: Rounds) -> Self {
        let (subject, reference) = (subject.id(), reference.id());
        Self { subject, reference, ratio: rounds.ratio(), rounds }
    }
}

impl Table {
    /// No row yet.
    pub fn new(target: &'static str, machine: Machine, pinned_cpu: Option<usize>) -> Self {
        let (format, version, confidence) = (FORMAT, VERSION, CONFIDENCE);
        Self { format, version, target, machine, pinned_cpu, confidence, rows: Vec::new() }
    }

    /// The table in Markdown, which is also readable as it stands.
    pub fn markdown(&self) -> String {
        let mut grid = Grid::new();
        grid.load_style(presets::ASCII_MARKDOWN);
        grid.set_header(["subject", "reference", "µs", "µs", "ratio", "95 % interval", "rounds"]);
        for row in &self.rows {
            let [subject, reference] = row.rounds.medians().map(|ns| format!("{:.2}", ns / 1e3));
            grid.add_row([
                row.subject.clone(),
                row.reference.clone(),
                subject,
                reference,
                shown(row.ratio.estimate),
                format!("{} to {}", shown(row.ratio.low), shown(row.ratio.high)),
                row.rounds.pass_ns.len().to_string(),
            ]);
        }
        for column in grid.column_iter_mut().skip(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        format!("{}\n\n{grid}\n", self.caption())
    }

    /// What the table shows, and where.
    fn caption(&self) -> String {
        let cpu = self.machine.cpu.as_deref().unwrap_or("unknown CPU");
        let place = match self.pinned_cpu {
            Some(id) => format!("pinned to CPU {id}"),
            None => "unpinned".to_owned(),
        };
        let target = self.target;
        format!("{target}: time of subject / time of reference, interleaved; {cpu}, {place}")
    }

    /// Writes `<target>.json` and `<target>.md` into `folder`, which is made if need be.
    ///
    /// # Errors
    /// The system's refusal, with the path.
    pub fn write(&self, folder: &Path) -> io::Result<[PathBuf; 2]> {
        write_both(folder, self.target, self, &self.markdown())
    }
}

/// Writes `table` as `<target>.json` and `markdown` as `<target>.md` into `folder`.
///
/// # Errors
/// The system's refusal, with the path.
pub(crate) fn write_both(
    folder: &Path,
    target: &str,
    table: &impl Serialize,
    markdown: &str,
) -> io::Result<[PathBuf; 2]> {
    let paths = ["json", "md"].map(|extension| folder.join(target).with_extension(extension));
    let mut text = serde_json::to_string(table)?;
    text.push('\n');
    for (path, text) in paths.iter().zip([text.as_str(), markdown]) {
        replace(path, text).map_err(|error| naming(path, &error))?;
    }
    Ok(paths)
}

/// A ratio as text: three decimals, and two more where three would hide it.
fn shown(ratio: f64) -> String {
    if ratio < 0.1 { format!("{ratio:.5}") } else { format!("{ratio:.3}") }
}

/// Writes `text` into the file at `path`, whole or not at all.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    file::whole(path, |out| out.write_all(text.as_bytes())).map(drop)
}

fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let rounds = Rounds { passes: [4, 2], pass_ns: vec![[3_000.0, 2_000.0]; 9] };
        let mut table = Table::new("roofline", Machine::default(), Some(1));
        let (subject, reference) = ("roofline/n=1/count".into(), "roofline/n=1/sum".into());
        table.rows.push(Row { subject, reference, ratio: rounds.ratio(), rounds });
        table
    }

    #[test]
    fn markdown_shows_medians_ratio_and_interval() {
        let text = table().markdown();
        assert!(text.starts_with("roofline: time of subject / time of reference"), "{text}");
        let row = text.lines().last().unwrap();
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let figures = ["3.00", "2.00", "1.500", "1.500 to 1.500", "9"];
        assert_eq!(cells[..2], ["roofline/n=1/count", "roofline/n=1/sum"]);
        assert_eq!(cells[2..], figures);
    }

    #[test]
    fn files_are_written_whole_and_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("parzen");
        let mut table = table();
        table.write(&inside).unwrap();
        table.rows.clear();
        let [json, markdown] = table.write(&inside).unwrap();
        let json: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(json).unwrap()).unwrap();
        assert_eq!(json["format"], FORMAT);
        assert_eq!(json["pinned_cpu"], 1);
        assert_eq!(json["rows"].as_array().unwrap().len(), 0);
        assert_eq!(fs::read_to_string(markdown).unwrap(), table.markdown());
        assert_eq!(fs::read_dir(&inside).unwrap().count(), 2, "no temporary file is left");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let message = table().write(&file).unwrap_err().to_string();
        assert!(message.starts_with("cannot write ") && message.contains("file"), "{message}");
    }
}
