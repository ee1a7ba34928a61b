//! Comma-separated values.
//!
//! One row is one sample; the first row is a header if it has text and no number. Values are doubles. Blank lines are skipped; every other oddity is an error that names
//! line and column. Separate from [`super::npy`]: here the number of rows is known only at the end,
//! so rows are kept in blocks until then (one extra copy, which shrinks as the columns are filled).
//!
//! Lines are counted only once something is wrong, by reading the file again up to that place: the
//! line numbers of the `csv` crate are off after blank lines and with CRLF line ends.

use std::fs::File;
use std::io::{BufReader, Read, Seek};

use ::csv::{ReaderBuilder, StringRecord, Trim};
use kernel::Draft;

use super::{Advance, AnySamples, Columns, Input, NonFinite, Options, Problem, finish};

/// Values in a block of rows, roughly.
const BLOCK: usize = 1 << 16;

/// Reads an opened file.
pub(super) fn read(
    file: File,
    _bytes: u64,
    options: &Options,
    advance: Advance<'_>,
) -> Result<Input, Problem> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true) // so that ragged rows are named here, with line and allowed length
        .trim(Trim::All)
        .buffer_capacity(1 << 18)
        .from_reader(file);
    let mut rows = Rows::default();
    match read_rows(&mut reader, &mut rows, options, advance) {
        Ok(()) => rows.finish(options.non_finite),
        Err(Trouble::Other(problem)) => Err(problem),
        Err(Trouble::Row { byte, what }) => {
            let line = line_of(&mut reader.into_inner(), byte)?;
            Err(Problem::Format(format!("line {line}{what}")))
        }
        Err(Trouble::Ragged { byte, found, first, width }) => {
            let mut file = reader.into_inner();
            let (line, first) = (line_of(&mut file, byte)?, line_of(&mut file, first)?);
            Err(Problem::Format(format!(
                "line {line} has {found} fields; line {first} has {width}, and so must all"
            )))
        }
    }
}

fn read_rows(
    reader: &mut ::csv::Reader<File>,
    rows: &mut Rows,
    options: &Options,
    advance: Advance<'_>,
) -> Result<(), Trouble> {
    let mut record = StringRecord::new();
    let mut told = 0;
    while reader.read_record(&mut record)? {
        rows.push(&record, options)?;
        let position = reader.position().byte();
        if position - told >= BLOCK as u64 {
            advance(position - told);
            told = position;
        }
    }
    Ok(())
}

/// What stopped the reading. `byte` is where the reader stood before the row: line ends that belong to
/// no row may come first.
enum Trouble {
    /// Something in one row; `what` follows the line number.
    Row { byte: u64, what: String },
    /// A row has `found` fields; the first one, at byte `first`, has `width`.
    Ragged { byte: u64, found: usize, first: u64, width: usize },
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

/// What was read so far.
#[derive(Default)]
struct Rows {
    layout: Option<Layout>,
    /// Rows of the chosen columns, one after another.
    blocks: Vec<Vec<f64>>,
    n: usize,
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
}

impl Layout {
    /// Of the file that starts with `record`.
    ///
    /// A row with names and numbers is refused: as a header it would silently swallow a sample.
    fn of(record: &StringRecord, byte: u64, columns: &Columns) -> Result<Self, Trouble> {
        // An empty field is a missing number or a missing name.
        let is_number = |field: &str| field.parse::<f64>().is_ok();
        let is_name = |field: &str| !field.is_empty() && !is_number(field);
        let name = record.iter().position(is_name);
        if let Some((name, number)) = name.zip(record.iter().position(is_number)) {
            let what = format!(
                ", column {name}: '{}' is not a number, although column {number} is one; a header \
                 holds no numbers, a sample nothing else",
                &record[name]
            );
            return Err(Trouble::Row { byte, what });
        }
        let names = name.map(|_| record.iter().map(str::to_owned).collect::<Vec<_>>());
        let positions = columns.positions(record.len(), names.as_deref())?;
        Ok(Self { width: record.len(), byte, names, positions })
    }

    /// How a column is called in a message: its position, and its name if it has one.
    fn column(&self, position: usize) -> String {
        match self.names.as_ref().map(|names| names[position].as_str()) {
            Some(name) if !name.is_empty() => format!("column {position} ('{name}')"),
            _ => format!("column {position}"),
        }
    }
}

impl Rows {
    fn push(&mut self, record: &StringRecord, options: &Options) -> Result<(), Trouble> {
        if record.iter().all(str::is_empty) && record.len() <= 1 {
            return Ok(()); // a line of blanks
        }
        let byte = record.position().map_or(0, ::csv::Position::byte);
        let Some(layout) = &self.layout else {
            let layout = Layout::of(record, byte, &options.columns)?;
            let is_header = layout.names.is_some();
            self.layout = Some(layout);
            return if is_header { Ok(()) } else { self.push(record, options) };
        };
        if record.len() != layout.width {
            let (found, width, first) = (record.len(), layout.width, layout.byte);
            return Err(Trouble::Ragged { byte, found, first, width });
        }
        let d = layout.positions.len();
        if self.blocks.last().is_none_or(|block| block.len() + d > block.capacity()) {
            self.blocks.push(Vec::with_capacity(BLOCK.max(d)));
        }
        if let Some(block) = self.blocks.last_mut() {
            for &position in &layout.positions {
                let value = value(&record[position], options.non_finite).map_err(|what| {
                    Trouble::Row { byte, what: format!(", {}: {what}", layout.column(position)) }
                })?;
                block.push(value);
            }
        }
        self.n += 1;
        Ok(())
    }

    fn finish(self, non_finite: NonFinite) -> Result<Input, Problem> {
        let Some(layout) = self.layout else {
            return Err(Problem::Format("the file is empty; at least one row is needed".into()));
        };
        let d = layout.positions.len();
        let mut draft = Draft::new(self.n, d)?;
        let mut columns = draft.columns_mut();
        let mut i = 0;
        for block in self.blocks {
            for row in block.chunks_exact(d) {
                for (column, &value) in columns.iter_mut().zip(row) {
                    column[i] = value;
                }
                i += 1;
            }
        }
        let (samples, dropped_rows) = finish(draft, non_finite)?;
        Ok(Input { samples: AnySamples::Double(samples), dropped_rows })
    }
}

/// The number in one field, or what is wrong with it.
fn value(field: &str, non_finite: NonFinite) -> Result<f64, String> {
    let value: f64 = field.parse().map_err(|_| format!("'{field}' is not a number"))?;
    if !value.is_finite() && non_finite == NonFinite::Reject {
        return Err(format!("'{field}' is not finite; samples must be finite"));
    }
    Ok(value)
}
