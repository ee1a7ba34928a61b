//! Comma-separated values.
//!
//! One row is one sample; the first row is a header if it has text and no number; what stands for a missing number,
//! such as NA, is no text, and one with a decimal comma is a number. Values are doubles. Blank
//! lines are skipped; every other oddity is an error that names line and column. Separate from
//! [`super::npy`]: here the number of rows is known only at the end.
//!
//! Lines are counted only once something is wrong, by reading the file again up to that place: the
//! line numbers of the `csv` crate are off after blank lines and with CRLF line ends.

use std::fs::File;
use std::io::{BufReader, Read, Seek};

use ::csv::{Reader, ReaderBuilder, StringRecord, Trim};

use super::block::Block;
use super::source::{Length, Opened, Rows, Shape, Source};
use super::{Columns, NonFinite, Options, Problem};

/// Looks at an opened file of `bytes` bytes.
pub(super) fn open(file: File, bytes: u64, options: &Options) -> Result<Opened, Problem> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true) // so that ragged rows are named here, with line and allowed length
        .trim(Trim::All)
        .buffer_capacity(1 << 18)
        .from_reader(file);
    let mut record = StringRecord::new();
    match first(&mut reader, &mut record, &options.columns) {
        Ok(layout) => {
            let mut lines = Lines::new(reader, record, layout, options.non_finite);
            lines.suspect()?;
            Ok(rows(lines, bytes))
        }
        Err(trouble) => Err(trouble.problem(reader.get_mut())),
    }
}

/// The first row, in `record`, and what it says about all others.
fn first(
    reader: &mut Reader<File>,
    record: &mut StringRecord,
    columns: &Columns,
) -> Result<Layout, Trouble> {
    while reader.read_record(record)? {
        if !is_blank(record) {
            return Layout::of(record, columns);
        }
    }
    Err(Problem::Format("the file is empty; at least one row is needed".into()).into())
}

fn rows(lines: Lines, bytes: u64) -> Opened {
    let positions = lines.layout.positions.clone();
    // A row has a comma or line end for each field, and a digit in each that was chosen.
    let shortest = lines.layout.width + positions.len();
    let most = usize::try_from(bytes + 1).unwrap_or(usize::MAX) / shortest;
    let shape = Shape {
        length: Length::AtMost(most),
        elements: positions.len(),
        positions,
        non_finite: lines.non_finite,
    };
    Opened::Double(Rows { shape, source: Box::new(lines) })
}

/// A line of blanks.
fn is_blank(record: &StringRecord) -> bool {
    record.iter().all(str::is_empty) && record.len() <= 1
}

/// What stopped the reading. `byte` is where the reader stood before the row: line ends that belong to
/// no row may come first.
enum Trouble {
    /// Something in one row; `what` follows the line number.
    Row { byte: u64, what: String },
    /// A row has `found` fields; the first one, at byte `first`, has `width`.
    Ragged { byte: u64, found: usize, first: u64, width: usize, hint: String },
    /// Something that has no line.
    Other(Problem),
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self::Other(problem)
    }
}

impl From<::csv::Error> for Trouble {
    fn from(error: ::csv::Error) -> Self {
        let byte = error.position().map_or(0, ::csv::Position::byte);
        match error.into_kind() {
            ::csv::ErrorKind::Io(error) => Self::Other(Problem::Io(error)),
            ::csv::ErrorKind::Utf8 { err, .. } => {
                Self::Row { byte, what: format!(": not UTF-8 text: {err}") }
            }
            kind => Self::Row { byte, what: format!(": {kind:?}") },
        }
    }
}

impl Trouble {
    /// The problem, with line numbers.
    fn problem(self, file: &mut File) -> Problem {
        self.told(file).unwrap_or_else(|problem| problem)
    }

    fn told(self, file: &mut File) -> Result<Problem, Problem> {
        Ok(match self {
            Self::Other(problem) => problem,
            Self::Row { byte, what } => {
                Problem::Format(format!("line {}{what}", line_of(file, byte)?))
            }
            Self::Ragged { byte, found, first, width, hint } => {
                let (line, first) = (line_of(file, byte)?, line_of(file, first)?);
                Problem::Format(format!(
                    "line {line} has {found} fields; line {first} has {width}, and so must all{hint}"
                ))
            }
        })
    }
}

/// Line, counted from 1, of the row that the reader found from `byte` on.
fn line_of(file: &mut File, byte: u64) -> Result<u64, Problem> {
    file.rewind()?;
    let mut bytes = BufReader::new(file).bytes();
    let mut line = 1;
    for _ in 0..byte {
        line += u64::from(bytes.next().transpose()? == Some(b'\n'));
    }
    while let Some(end @ (b'\n' | b'\r')) = bytes.next().transpose()? {
        line += u64::from(end == b'\n');
    }
    Ok(line)
}

/// What the first row says about all others.
struct Layout {
    /// Fields per row.
    width: usize,
    /// Where the first row is.
    byte: u64,
    /// Names from the header.
    names: Option<Vec<String>>,
    /// The columns that become dimensions.
    positions: Vec<usize>,
    /// What every error ends with, if the file does not look comma-separated.
    hint: String,
}

impl Layout {
    /// Of the file that starts with `record`.
    ///
    /// A row with names and numbers is refused: as a header it would silently swallow a sample.
    fn of(record: &StringRecord, columns: &Columns) -> Result<Self, Trouble> {
        let (byte, hint) = (start_of(record), hint(record));
        // What stands for a missing number names no column, nor does a number with a decimal comma.
        let is_number = |field: &str| field.replace(',', ".").parse::<f64>().is_ok();
        let is_name = |field: &str| !is_hole(field) && !is_number(field);
        let name = record.iter().position(is_name);
        if let Some((name, number)) = name.zip(record.iter().position(is_number)) {
            let what = format!(
                ", column {name}: '{}' is not a number, although column {number} is one; a header \
                 holds no numbers, a sample nothing else{hint}",
                &record[name]
            );
            return Err(Trouble::Row { byte, what });
        }
        let names = name.map(|_| record.iter().map(str::to_owned).collect::<Vec<_>>());
        let positions = columns.positions(record.len(), names.as_deref());
        let positions = positions.map_err(|problem| match problem {
            Problem::Column(what) => Problem::Column(what + &hint),
            problem => problem,
        })?;
        Ok(Self { width: record.len(), byte, names, positions, hint })
    }

    /// How a column is called in a message: its position, and its name if it has one.
    fn column(&self, position: usize) -> String {
        match self.names.as_ref().map(|names| names[position].as_str()) {
            Some(name) if !name.is_empty() => format!("column {position} ('{name}')"),
            _ => format!("column {position}"),
        }
    }
}

/// Where the reader stood before a row.
fn start_of(record: &StringRecord) -> u64 {
    record.position().map_or(0, ::csv::Position::byte)
}

/// Whether a field stands for a missing number, as other programs write it.
fn is_hole(field: &str) -> bool {
    ["", "na", "n/a", "nan", "null", "none"].contains(&field.to_lowercase().as_str())
}

/// What to say about a file whose first row holds what separates fields elsewhere.
fn hint(record: &StringRecord) -> String {
    let seen = |separator: char| record.iter().any(|field| field.contains(separator));
    let are_numbers = |field: &str| field.split(' ').all(|part| part.parse::<f64>().is_ok());
    let name = match (seen(';'), seen('\t')) {
        (true, _) => "';'",
        (_, true) => "tabs",
        _ if seen(' ') && record.iter().all(are_numbers) => "spaces",
        _ => return String::new(),
    };
    format!("; fields are separated by commas, and this file looks separated by {name}")
}

/// The rows of a file, on the way from its first to its last.
struct Lines {
    reader: Reader<File>,
    layout: Layout,
    non_finite: NonFinite,
    record: StringRecord,
    /// The record is a row that was read but not taken.
    is_pending: bool,
    /// Bytes that were told of.
    told: u64,
}

impl Lines {
    fn new(
        reader: Reader<File>,
        record: StringRecord,
        layout: Layout,
        non_finite: NonFinite,
    ) -> Self {
        let is_pending = layout.names.is_none();
        Self { reader, layout, non_finite, record, is_pending, told: 0 }
    }

    fn fill(&mut self, rows: usize, block: &mut Block<f64>) -> Result<(), Trouble> {
        block.values.clear();
        block.rows = 0;
        while block.rows < rows {
            if !std::mem::take(&mut self.is_pending) && !self.next()? {
                break;
            }
            self.push(&mut block.values)?;
            block.rows += 1;
        }
        let position = self.reader.position().byte();
        block.bytes = position - std::mem::replace(&mut self.told, position);
        block.step = self.layout.positions.len();
        block.starts.clear();
        block.starts.extend(0..block.step);
        Ok(())
    }

    /// Looks at the first row below a header that does not look comma-separated: of names alone nobody can
    /// tell, and whoever wonders about the number of columns should know.
    fn suspect(&mut self) -> Result<(), Problem> {
        if self.layout.hint.is_empty() || self.is_pending {
            return Ok(());
        }
        let row = self.next().and_then(|found| {
            self.is_pending = found;
            if found { self.push(&mut Vec::new()) } else { Ok(()) }
        });
        row.map_err(|trouble| trouble.problem(self.reader.get_mut()))
    }

    /// Reads the next row that is not blank; whether there is one.
    fn next(&mut self) -> Result<bool, Trouble> {
        while self.reader.read_record(&mut self.record)? {
            if !is_blank(&self.record) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The values of the record that were chosen.
    fn push(&self, values: &mut Vec<f64>) -> Result<(), Trouble> {
        let Self { layout, record, .. } = self;
        let byte = start_of(record);
        if record.len() != layout.width {
            let (found, width, first) = (record.len(), layout.width, layout.byte);
            return Err(Trouble::Ragged { byte, found, first, width, hint: layout.hint.clone() });
        }
        for &position in &layout.positions {
            let value = value(&record[position], self.non_finite).map_err(|what| {
                let (column, hint) = (layout.column(position), &layout.hint);
                Trouble::Row { byte, what: format!(", {column}: {what}{hint}") }
            })?;
            values.push(value);
        }
        Ok(())
    }
}

impl Source<f64> for Lines {
    fn read(&mut self, rows: usize, block: &mut Block<f64>) -> Result<(), Problem> {
        self.fill(rows, block).map_err(|trouble| trouble.problem(self.reader.get_mut()))
    }
}

/// The number in one field, or what is wrong with it. Where rows may be dropped, a hole is not finite.
fn value(field: &str, non_finite: NonFinite) -> Result<f64, String> {
    let hole = is_hole(field);
    if hole && non_finite == NonFinite::Drop {
        return Ok(f64::NAN);
    }
    let value: f64 = field.parse().map_err(|_| {
        let hint = if hole { "; --nonfinite drop leaves rows with holes out" } else { "" };
        format!("'{field}' is not a number{hint}")
    })?;
    if !value.is_finite() && non_finite == NonFinite::Reject {
        return Err(format!("'{field}' is not finite; it must be"));
    }
    Ok(value)
}
