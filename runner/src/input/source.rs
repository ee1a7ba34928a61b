//! A file that was opened and found good, before its rows are read.
//!
//! Separate from the readers because whoever reads decides where the rows go: all of them into columns, as
//! here, or chunk by chunk, as [`ahead`](super::ahead) does for files that are larger than memory. Next:
//! [`super::npy`] and [`super::csv`], the sources.

use kernel::{Draft, Samples};

use super::block::Block;
use super::{Advance, AnySamples, Dropped, Input, NonFinite, Problem};
use crate::workload::Rounded;

/// Bytes read at a time: long for a system call, short for a cache.
const BLOCK: usize = 1 << 20;

/// Gives the rows of a file one after another.
pub trait Source<T>: Send {
    /// Reads the next rows into `block`, at most `rows` of them, at least 1 unless the file ends.
    ///
    /// # Errors
    /// The file cannot be read, or holds what is no row.
    fn read(&mut self, rows: usize, block: &mut Block<T>) -> Result<(), Problem>;

    /// The system need not keep in memory what was read: the file is larger than that anyway.
    fn forget(&mut self) {}
}

/// How many rows a file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// So many.
    Exactly(usize),
    /// Only reading tells; no more than so many.
    AtMost(usize),
}

impl Length {
    /// So many rows, known as well as these are.
    #[must_use]
    pub fn with(self, rows: usize) -> Self {
        match self {
            Self::Exactly(_) => Self::Exactly(rows),
            Self::AtMost(_) => Self::AtMost(rows),
        }
    }

    /// The most that there can be.
    pub fn most(self) -> usize {
        match self {
            Self::Exactly(rows) | Self::AtMost(rows) => rows,
        }
    }
}

/// What is known of the rows before they are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// How many.
    pub length: Length,
    /// The columns of the file that become dimensions, in their order.
    pub positions: Vec<usize>,
    /// Elements of a row in a block; more than dimensions where all columns of the file are read.
    pub elements: usize,
    /// What happens to rows that are not finite.
    pub non_finite: NonFinite,
}

impl Shape {
    /// Number of dimensions.
    pub fn d(&self) -> usize {
        self.positions.len()
    }

    /// A refusal of samples, with the file's own numbers of rows and columns: the first of the samples is
    /// row number `first`.
    pub fn named(&self, error: kernel::Error, first: usize) -> Problem {
        match error {
            kernel::Error::NonFinite { row, column, value } => {
                let (row, column) = (first + row, self.positions[column]);
                kernel::Error::NonFinite { row, column, value }.into()
            }
            error => error.into(),
        }
    }
}

/// The rows of an opened file.
pub struct Rows<T> {
    /// What is known of them.
    pub shape: Shape,
    /// Where they come from.
    pub(super) source: Box<dyn Source<T>>,
}

impl<T> std::fmt::Debug for Rows<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows").field("shape", &self.shape).finish_non_exhaustive()
    }
}

/// An opened file, by how its values are stored.
#[derive(Debug)]
pub enum Opened {
    /// Double precision.
    Double(Rows<f64>),
    /// Single precision.
    Single(Rows<f32>),
}

impl Opened {
    /// What is known of the rows.
    pub fn shape(&self) -> &Shape {
        match self {
            Self::Double(rows) => &rows.shape,
            Self::Single(rows) => &rows.shape,
        }
    }

    /// The same rows, of which reading refuses more than `most` where only reading tells how many there are.
    #[must_use]
    pub fn at_most(mut self, most: usize) -> Self {
        let shape = match &mut self {
            Self::Double(rows) => &mut rows.shape,
            Self::Single(rows) => &mut rows.shape,
        };
        if let Length::AtMost(before) = &mut shape.length {
            *before = most.min(*before);
        }
        self
    }

    /// Bytes of a value.
    pub fn element_bytes(&self) -> usize {
        match self {
            Self::Double(_) => size_of::<f64>(),
            Self::Single(_) => size_of::<f32>(),
        }
    }

    /// Reads all rows into columns.
    ///
    /// # Errors
    /// As [`super::read`].
    pub(super) fn whole(self, advance: Advance<'_>) -> Result<Input, Problem> {
        Ok(match self {
            Self::Double(rows) => {
                let (samples, dropped) = rows.whole(advance)?;
                Input { samples: AnySamples::Double(samples), dropped }
            }
            Self::Single(rows) => {
                let (samples, dropped) = rows.whole(advance)?;
                Input { samples: AnySamples::Single(samples), dropped }
            }
        })
    }
}

impl<T: Rounded> Rows<T> {
    fn whole(self, advance: Advance<'_>) -> Result<(Samples<T>, Dropped), Problem> {
        let Self { shape, source } = self;
        let draft = match shape.length {
            Length::Exactly(n) => exactly(source, &shape, n, advance)?,
            Length::AtMost(most) => until_the_end(source, &shape, most, advance)?,
        };
        match shape.non_finite {
            NonFinite::Reject => match draft.finish() {
                Ok(samples) => Ok((samples, Dropped::default())),
                Err(error) => Err(shape.named(error, 0)),
            },
            NonFinite::Drop => {
                let (samples, rows) = draft.finish_dropping();
                Ok((samples, Dropped::new(rows)))
            }
        }
    }
}

/// Rows of a block that has about [`BLOCK`] bytes.
fn rows_at_a_time<T>(shape: &Shape) -> usize {
    (BLOCK / (shape.elements * size_of::<T>()).max(1)).max(1)
}

/// Reads `n` rows straight into their columns.
fn exactly<T: Rounded>(
    mut source: Box<dyn Source<T>>,
    shape: &Shape,
    n: usize,
    advance: Advance<'_>,
) -> Result<Draft<T>, Problem> {
    let mut draft = Draft::new(n, shape.d())?;
    let mut columns = draft.columns_mut();
    let mut block = Block::default();
    let mut done = 0;
    while done < n {
        source.read(rows_at_a_time::<T>(shape).min(n - done), &mut block)?;
        copy(&block, &mut columns, done);
        done += block.rows();
        advance(block.bytes());
    }
    Ok(draft)
}

/// Reads rows until there are no more; they are kept as they are until their number is known. One more
/// copy, which shrinks as the columns are filled. More than `most` are refused.
fn until_the_end<T: Rounded>(
    mut source: Box<dyn Source<T>>,
    shape: &Shape,
    most: usize,
    advance: Advance<'_>,
) -> Result<Draft<T>, Problem> {
    let (mut blocks, mut n) = (Vec::new(), 0);
    loop {
        let mut block = Block::default();
        source.read(rows_at_a_time::<T>(shape), &mut block)?;
        if block.rows() == 0 {
            break;
        }
        n += block.rows();
        if n > most {
            return Err(Problem::Longer { most });
        }
        advance(block.bytes());
        blocks.push(block);
    }
    let mut draft = Draft::new(n, shape.d())?;
    let mut columns = draft.columns_mut();
    let mut done = 0;
    for block in blocks {
        copy(&block, &mut columns, done);
        done += block.rows();
    }
    Ok(draft)
}

fn copy<T: Copy>(block: &Block<T>, columns: &mut [&mut [T]], from: usize) {
    let rows = block.rows();
    let mut places: Vec<&mut [T]> =
        columns.iter_mut().map(|column| &mut column[from..from + rows]).collect();
    block.copy(0..rows, &mut places);
}
