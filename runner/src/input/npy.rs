//! NumPy's `.npy` files.
//!
//! Doubles and singles of either byte order, in C or Fortran order; shape (n, d), or (n,) as n samples
//! of one dimension. Values go from the file into a block as bytes, and from there into their columns.
//! Integers are refused rather than converted, because 64-bit ones would lose digits silently.
//!
//! Separate from [`super::csv`]; the header is `npyz`'s business, and everything it says is checked
//! against the length of the file before memory is reserved.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _, Seek as _, SeekFrom};

use npyz::{DType, NpyHeader, Order, TypeChar};

use super::block::Block;
use super::source::{Length, Opened, Rows, Source};
use super::{Options, Problem, source};
use crate::workload::Rounded;

/// What is allowed, as every refusal of a data type says.
const ALLOWED: &str = "allowed: 'f8' and 'f4' (float64, float32) of either byte order";
/// Bytes of a header, at most; that of plain numbers has about 100.
const LONGEST_HEADER: usize = 1 << 16;
/// Brackets inside each other in a header, at most; that of plain numbers has 2.
const DEEPEST_HEADER: usize = 4;

/// Bytes of a page, at most, on the systems that are told what to forget.
#[cfg(target_os = "linux")]
const LARGEST_PAGE: u64 = 64 << 10;

/// Looks at an opened file of `bytes` bytes.
pub(super) fn open(file: File, bytes: u64, options: &Options) -> Result<Opened, Problem> {
    let mut reader = BufReader::with_capacity(LONGEST_HEADER + (1 << 10), file);
    let head = reader.fill_buf()?;
    check_nesting(head)?;
    check_shape(head)?;
    let header = NpyHeader::from_reader(&mut reader).map_err(|error| unreadable(&error))?;
    let width = element_bytes(&header.dtype())?;
    let shape = Shape::of(&header)?;
    let data = reader.stream_position()?;
    check_length(&shape, width, bytes.saturating_sub(data))?;
    if shape.n == 0 {
        // Such a file may announce any d: nothing of that size may be reserved or visited.
        return Err(Problem::Format("holds no samples; at least 1 is needed".into()));
    }
    let body = Body { file: reader.into_inner(), data, swap: is_foreign(&header.dtype()) };
    Ok(if width == 8 {
        Opened::Double(rows(body, shape, options)?)
    } else {
        Opened::Single(rows(body, shape, options)?)
    })
}

/// Refuses headers that are long or deep: the parser's time doubles with every bracket inside a
/// bracket. `head` is the start of the file; what is no `.npy` file is left to the parser.
fn check_nesting(head: &[u8]) -> Result<(), Problem> {
    // Magic, version, length (2 bytes in version 1, afterwards 4), header: NEP 1.
    let (start, length) = match *head {
        [0x93, b'N', b'U', b'M', b'P', b'Y', 1, _, low, high, ..] => {
            (10, usize::from(u16::from_le_bytes([low, high])))
        }
        [0x93, b'N', b'U', b'M', b'P', b'Y', _, _, a, b, c, d, ..] => {
            (12, u32::from_le_bytes([a, b, c, d]) as usize)
        }
        _ => return Ok(()),
    };
    if length > LONGEST_HEADER {
        return Err(Problem::Format(format!(
            "the header has {length} bytes; allowed: up to {LONGEST_HEADER}"
        )));
    }
    let header = &head[start..head.len().min(start + length)];
    if depth(header) > DEEPEST_HEADER {
        return Err(Problem::Format(format!(
            "the header has more than {DEEPEST_HEADER} brackets inside each other; {ALLOWED}"
        )));
    }
    Ok(())
}

/// The most brackets that are open at once, those in quotes left out.
fn depth(header: &[u8]) -> usize {
    let (mut open, mut deepest, mut quote) = (0_usize, 0, None);
    let mut bytes = header.iter().copied();
    while let Some(byte) = bytes.next() {
        match (byte, quote) {
            (b'\\', Some(_)) => drop(bytes.next()),
            (_, Some(end)) if end == byte => quote = None,
            (b'\'' | b'"', None) => quote = Some(byte),
            (b'{' | b'[' | b'(', None) => open += 1,
            (b'}' | b']' | b')', None) => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// Refuses a shape whose product overflows: `npyz` multiplies without looking. `head` is the start of
/// the file; a shape that cannot be found is left to the parser.
fn check_shape(head: &[u8]) -> Result<(), Problem> {
    let head = String::from_utf8_lossy(&head[..head.len().min(1 << 16)]);
    let shape = head.split_once("'shape'").and_then(|(_, rest)| rest.split_once('('));
    let axes = shape.and_then(|(_, rest)| rest.split_once(')')).map_or("", |(axes, _)| axes);
    let mut sizes = axes.split(',').filter_map(|axis| axis.trim().parse::<u64>().ok());
    match sizes.try_fold(1_u64, |product, size| product.checked_mul(size.max(1))) {
        Some(_) => Ok(()),
        None => {
            Err(Problem::Format(format!("shape is ({axes}); so many values fit into no memory")))
        }
    }
}

/// 8 for doubles, 4 for singles.
fn element_bytes(dtype: &DType) -> Result<usize, Problem> {
    let refused = |found: String| Err(Problem::Format(format!("data type is {found}; {ALLOWED}")));
    let DType::Plain(plain) = dtype else {
        return refused(format!("structured ({})", dtype.descr()));
    };
    match (plain.type_char(), plain.size_field()) {
        (TypeChar::Float, size @ (4 | 8)) => Ok(size as usize),
        (TypeChar::Object, _) => refused(format!("'{plain}' (pickled Python objects)")),
        (TypeChar::Int | TypeChar::Uint, _) => {
            refused(format!("'{plain}' (integers; convert with .astype('f8'))"))
        }
        _ => refused(format!("'{plain}'")),
    }
}

/// n samples of d dimensions, and how they lie in the file.
struct Shape {
    n: usize,
    d: usize,
    order: Order,
}

impl Shape {
    fn of(header: &NpyHeader) -> Result<Self, Problem> {
        let size = |axis: u64| usize::try_from(axis).unwrap_or(usize::MAX);
        let (n, d) = match *header.shape() {
            [n] => (size(n), 1),
            [n, d] => (size(n), size(d)),
            ref shape => {
                let shape = shape.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
                return Err(Problem::Format(format!(
                    "shape is ({shape}); allowed: (n, d), or (n) for samples of one dimension"
                )));
            }
        };
        if d == 0 {
            return Err(kernel::Error::NoDimensions.into());
        }
        Ok(Self { n, d, order: header.order() })
    }
}

/// The file must hold exactly the values that its header announces.
fn check_length(shape: &Shape, width: usize, found: u64) -> Result<(), Problem> {
    let Shape { n, d, .. } = *shape;
    let expected = n.checked_mul(d).and_then(|values| values.checked_mul(width));
    let expected = expected.ok_or(kernel::Error::TooLarge { n, d })? as u64;
    let what = match found.cmp(&expected) {
        std::cmp::Ordering::Equal => return Ok(()),
        std::cmp::Ordering::Less => "truncated",
        std::cmp::Ordering::Greater => "followed by something else",
    };
    Err(Problem::Format(format!(
        "data is {what}: the header announces {n} x {d} values, {expected} bytes; the file holds {found}"
    )))
}

/// Whether the values have another byte order than this machine.
fn is_foreign(dtype: &DType) -> bool {
    let endianness = match dtype {
        DType::Plain(plain) => plain.endianness(),
        _ => return false,
    };
    match endianness {
        npyz::Endianness::Little => cfg!(target_endian = "big"),
        npyz::Endianness::Big => cfg!(target_endian = "little"),
        npyz::Endianness::Irrelevant => false,
    }
}

/// A file behind its header.
struct Body {
    file: File,
    /// Where the first value is.
    data: u64,
    /// Whether the bytes of a value must be exchanged.
    swap: bool,
}

fn rows<T: Rounded>(body: Body, shape: Shape, options: &Options) -> Result<Rows<T>, Problem> {
    let positions = options.columns.positions(shape.d, None)?;
    let elements = match shape.order {
        Order::C => shape.d,
        Order::Fortran => positions.len(),
    };
    Ok(Rows {
        shape: source::Shape {
            length: Length::Exactly(shape.n),
            positions: positions.clone(),
            elements,
            non_finite: options.non_finite,
        },
        source: Box::new(Values { body, shape, positions, row: 0, forgotten: 0 }),
    })
}

/// The values of a file, on the way from its first row to its last.
struct Values {
    body: Body,
    shape: Shape,
    positions: Vec<usize>,
    /// The next row.
    row: usize,
    /// Rows that the system was told to forget.
    forgotten: usize,
}

impl Values {
    /// Where in the file the values of some rows are: one piece, or one for each column that was chosen.
    /// Each with its first value and their number.
    fn pieces(&self, row: usize, rows: usize) -> Vec<(u64, usize)> {
        let Shape { n, d, order } = self.shape;
        match order {
            Order::C => vec![(row as u64 * d as u64, rows * d)],
            Order::Fortran => {
                let first = |&column: &usize| column as u64 * n as u64 + row as u64;
                self.positions.iter().map(|column| (first(column), rows)).collect()
            }
        }
    }
}

impl<T: Rounded> Source<T> for Values {
    fn read(&mut self, rows: usize, block: &mut Block<T>) -> Result<(), Problem> {
        let rows = rows.min(self.shape.n - self.row);
        let (step, starts) = match self.shape.order {
            Order::C => (self.shape.d, self.positions.clone()),
            Order::Fortran => (1, (0..self.positions.len()).map(|k| k * rows).collect()),
        };
        let pieces = self.pieces(self.row, rows);
        block.values.resize(pieces.iter().map(|(_, values)| values).sum(), T::default());
        let mut rest = &mut block.values[..];
        for (first, values) in pieces {
            let piece = rest.split_off_mut(..values).unwrap_or_default();
            self.body.file.seek(SeekFrom::Start(self.body.data + first * size_of::<T>() as u64))?;
            self.body.file.read_exact(bytemuck::cast_slice_mut(piece))?;
        }
        if self.body.swap {
            block.values.iter_mut().for_each(|value| *value = value.swapped());
        }
        self.row += rows;
        (block.rows, block.step, block.starts) = (rows, step, starts);
        block.bytes = size_of_val(&block.values[..]) as u64;
        Ok(())
    }

    fn forget(&mut self) {
        let rows = self.row - std::mem::replace(&mut self.forgotten, self.row);
        for (first, values) in self.pieces(self.row - rows, rows) {
            let bytes = size_of::<T>() as u64;
            forget(&self.body.file, self.body.data + first * bytes, values as u64 * bytes);
        }
    }
}

/// Tells the system that these bytes of the file will not be read again. That it does not listen is no
/// failure.
#[cfg(target_os = "linux")]
fn forget(file: &File, first: u64, bytes: u64) {
    // Only whole pages are forgotten: the one in which the last block ended is behind us now.
    let start = first - first % LARGEST_PAGE;
    let bytes = std::num::NonZeroU64::new(first - start + bytes);
    let _unheeded = rustix::fs::fadvise(file, start, bytes, rustix::fs::Advice::DontNeed);
}

#[cfg(not(target_os = "linux"))]
fn forget(_: &File, _: u64, _: u64) {}

/// A header that cannot be read; of the parser's drawing only the first line is kept.
fn unreadable(error: &std::io::Error) -> Problem {
    let reason = error.to_string();
    let reason = reason.lines().next().unwrap_or_default().trim_end();
    Problem::Format(format!("not a readable .npy file: {reason}"))
}
