//! Parquet files of flat columns, behind the feature of that name.
//!
//! Columns of float64, float32, int64 and int32, chosen by name or position; a missing value is a value that
//! is not finite. Samples are singles where every chosen column is float32, otherwise doubles, and an integer
//! that no double holds is refused. Separate from [`super::npy`]: here columns are pages, compressed and
//! encoded, which the crate `parquet` unpacks.

use std::fs::File;

use ::parquet::basic::{ConvertedType, LogicalType, Type as Physical};
use ::parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use ::parquet::data_type::DataType;
use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader as _, SerializedFileReader};
use ::parquet::schema::types::ColumnDescriptor;

use super::block::Block;
use super::source::{Length, Opened, Rows, Shape, Source};
use super::{NonFinite, Options, Problem};
use crate::workload::Rounded;

/// What is allowed, as every refusal of a column says.
const ALLOWED: &str = "allowed: flat columns of float64, float32, int64 and int32";

impl From<ParquetError> for Problem {
    fn from(error: ParquetError) -> Self {
        let reason = error.to_string();
        let reason = reason.lines().next().unwrap_or_default();
        Self::Format(format!("not a readable Parquet file: {reason}"))
    }
}

/// Looks at an opened file.
pub(super) fn open(file: File, _bytes: u64, options: &Options) -> Result<Opened, Problem> {
    let reader = SerializedFileReader::new(file)?;
    let metadata = reader.metadata().file_metadata();
    let n = usize::try_from(metadata.num_rows()).unwrap_or(0);
    if n == 0 {
        return Err(Problem::Format("holds no samples; at least 1 is needed".into()));
    }
    let described = metadata.schema_descr().columns().to_vec();
    let names: Vec<String> = described.iter().map(|column| column.path().string()).collect();
    let positions = options.columns.positions(names.len(), Some(&names))?;
    for &position in &positions {
        check(&described[position], &names[position])?;
    }
    let is_single = |&position: &usize| described[position].physical_type() == Physical::FLOAT;
    let are_single = positions.iter().all(is_single);
    let shape = Shape {
        length: Length::Exactly(n),
        elements: positions.len(),
        positions: positions.clone(),
        non_finite: options.non_finite,
    };
    let columns = positions.iter().map(|&position| Column {
        position,
        name: names[position].clone(),
        present: described[position].max_def_level(),
        reader: None,
    });
    let columns = Columns {
        chosen: columns.collect(),
        reader,
        group: 0,
        left: 0,
        row: 0,
        shape: shape.clone(),
    };
    Ok(if are_single {
        Opened::Single(Rows { shape, source: Box::new(columns) })
    } else {
        Opened::Double(Rows { shape, source: Box::new(columns) })
    })
}

/// Refuses a column that is not of plain numbers: dates, times and decimals are integers in disguise.
fn check(column: &ColumnDescriptor, name: &str) -> Result<(), Problem> {
    use ConvertedType::{INT_8, INT_16, INT_32, INT_64, NONE};
    let refused =
        |found: String| Err(Problem::Format(format!("column '{name}' is {found}; {ALLOWED}")));
    if column.max_rep_level() > 0 {
        return refused("a list".into());
    }
    match column.physical_type() {
        Physical::DOUBLE | Physical::FLOAT | Physical::INT64 | Physical::INT32 => {}
        other => return refused(format!("of type {other}")),
    }
    let is_plain = matches!(column.converted_type(), NONE | INT_8 | INT_16 | INT_32 | INT_64);
    match column.logical_type_ref() {
        Some(LogicalType::Integer(integer)) if integer.is_signed => Ok(()),
        None if is_plain => Ok(()),
        Some(logical) => refused(format!("of type {logical:?}")),
        None => refused(format!("of type {}", column.converted_type())),
    }
}

/// The chosen columns of a file, on the way from its first row to its last.
struct Columns {
    reader: SerializedFileReader<File>,
    chosen: Vec<Column>,
    shape: Shape,
    /// The next group of rows.
    group: usize,
    /// Rows of the group before it that were not read yet.
    left: usize,
    /// Rows that were read.
    row: usize,
}

/// One of them.
struct Column {
    position: usize,
    name: String,
    /// Level of definition of a value that is there.
    present: i16,
    /// Where it goes on; none before the first group.
    reader: Option<ColumnReader>,
}

impl Columns {
    /// Opens the next group of rows, if nothing is left of the last one.
    fn advance(&mut self) -> Result<(), Problem> {
        while self.left == 0 && self.group < self.reader.num_row_groups() {
            let group = self.reader.get_row_group(self.group)?;
            self.left = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            for column in &mut self.chosen {
                column.reader = Some(group.get_column_reader(column.position)?);
            }
            self.group += 1;
        }
        Ok(())
    }
}

impl<T: Rounded> Source<T> for Columns {
    fn read(&mut self, rows: usize, block: &mut Block<T>) -> Result<(), Problem> {
        self.advance()?;
        let rows = rows.min(self.left);
        let d = self.chosen.len();
        block.values.clear();
        block.values.reserve(rows * d);
        for column in &mut self.chosen {
            column.read(rows, self.row, self.shape.non_finite, &mut block.values)?;
        }
        self.left -= rows;
        self.row += rows;
        (block.rows, block.step) = (rows, 1);
        block.starts = (0..d).map(|k| k * rows).collect();
        // Only whole groups know how long they are in the file: about as long as in memory.
        block.bytes = size_of_val(&block.values[..]) as u64;
        let is_short = rows == 0 && self.row < self.shape.length.most();
        if is_short {
            return Err(Problem::Format(
                "ends before the last of the rows that it announces".into(),
            ));
        }
        Ok(())
    }
}

impl Column {
    /// Appends the next `rows` values.
    fn read<T: Rounded>(
        &mut self,
        rows: usize,
        first: usize,
        non_finite: NonFinite,
        values: &mut Vec<T>,
    ) -> Result<(), Problem> {
        let Some(reader) = &mut self.reader else { return Ok(()) };
        let numbers = match reader {
            ColumnReader::DoubleColumnReader(reader) => numbers(reader, rows, self.present, Some),
            ColumnReader::FloatColumnReader(reader) => {
                numbers(reader, rows, self.present, |value| Some(f64::from(value)))
            }
            ColumnReader::Int32ColumnReader(reader) => {
                numbers(reader, rows, self.present, |value| Some(f64::from(value)))
            }
            ColumnReader::Int64ColumnReader(reader) => numbers(reader, rows, self.present, exactly),
            _ => return Err(Problem::Format(format!("column '{}'; {ALLOWED}", self.name))),
        }?;
        for (i, number) in numbers.into_iter().enumerate() {
            let value = match number {
                Number::Is(value) => value,
                Number::Missing if non_finite == NonFinite::Drop => f64::NAN,
                Number::Missing => return Err(self.refusal(first + i, "is missing")),
                Number::TooLong => {
                    return Err(self.refusal(first + i, "has digits that no double holds"));
                }
            };
            values.push(T::rounded(value));
        }
        Ok(())
    }

    fn refusal(&self, row: usize, what: &str) -> Problem {
        Problem::Format(format!(
            "the value at row {row} of column '{}' {what}; samples must be finite numbers (rows are \
             counted from 0)",
            self.name
        ))
    }
}

/// A value of a column.
enum Number {
    Is(f64),
    Missing,
    TooLong,
}

/// The double that an integer is.
fn exactly(value: i64) -> Option<f64> {
    let double = value as f64;
    (double as i128 == i128::from(value)).then_some(double)
}

/// The next `rows` values, missing ones included.
fn numbers<D: DataType>(
    reader: &mut ColumnReaderImpl<D>,
    rows: usize,
    present: i16,
    convert: impl Fn(D::T) -> Option<f64>,
) -> Result<Vec<Number>, Problem> {
    let (mut values, mut levels, mut done) = (Vec::new(), Vec::new(), 0);
    while done < rows {
        let (read, ..) = reader.read_records(rows - done, Some(&mut levels), None, &mut values)?;
        if read == 0 {
            return Err(Problem::Format("a column ends before the others".into()));
        }
        done += read;
    }
    let mut values = values.into_iter();
    let mut next = || {
        values.next().map_or(Number::Missing, |value| match convert(value) {
            Some(value) => Number::Is(value),
            None => Number::TooLong,
        })
    };
    Ok((0..rows)
        .map(|i| if present == 0 || levels[i] == present { next() } else { Number::Missing })
        .collect())
}

#[cfg(test)]
mod tests;
