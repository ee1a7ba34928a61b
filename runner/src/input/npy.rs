//! NumPy's `.npy` files.
//!
//! Doubles and singles of either byte order, in C or Fortran order; shape (n, d), or (n,) as n samples
//! of one dimension. Values go straight from the file into their columns: no second copy. Integers
//! are refused rather than converted, because 64-bit ones would lose digits silently.
//!
//! Separate from [`super::csv`]; the header is `npyz`'s business, and everything it says is checked
//! against the length of the file before memory is reserved.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};

use kernel::{Draft, Element};
use npyz::{DType, Deserialize, NpyFile, NpyHeader, Order, TypeChar};

use super::{Advance, AnySamples, Input, NonFinite, Options, Problem, finish};

/// What is allowed, as every refusal of a data type says.
const ALLOWED: &str = "allowed: 'f8' and 'f4' (float64, float32) of either byte order";
/// Values read between two reports of progress.
const STEP: usize = 1 << 16;
/// Bytes of a header, at most; that of plain numbers has about 100.
const LONGEST_HEADER: usize = 1 << 16;
/// Brackets inside each other in a header, at most; that of plain numbers has 2.
const DEEPEST_HEADER: usize = 4;

/// Reads an opened file of `bytes` bytes.
pub(super) fn read(
    file: File,
    bytes: u64,
    options: &Options,
    advance: Advance<'_>,
) -> Result<Input, Problem> {
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let head = reader.fill_buf()?;
    check_nesting(head)?;
    check_shape(head)?;
    let header = NpyHeader::from_reader(&mut reader).map_err(|error| unreadable(&error))?;
    let width = element_bytes(&header.dtype())?;
    let shape = Shape::of(&header)?;
    check_length(&shape, width, bytes.saturating_sub(reader.stream_position()?))?;
    if shape.n == 0 {
        // Such a file may announce any d: nothing of that size may be reserved or visited.
        return Err(Problem::Format("holds no samples; at least 1 is needed".into()));
    }
    let file = NpyFile::with_header(header, reader);
    Ok(if width == 8 {
        let (samples, dropped_rows) = fill::<f64>(file, &shape, options, advance)?;
        Input { samples: AnySamples::Double(samples), dropped_rows }
    } else {
        let (samples, dropped_rows) = fill::<f32>(file, &shape, options, advance)?;
        Input { samples: AnySamples::Single(samples), dropped_rows }
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

/// Reads all values into the columns that were chosen.
fn fill<T: Element + Deserialize>(
    file: NpyFile<impl Read>,
    shape: &Shape,
    options: &Options,
    advance: Advance<'_>,
) -> Result<(kernel::Samples<T>, usize), Problem> {
    let positions = options.columns.positions(shape.d, None)?;
    // `targets[source]` is the dimension that a column of the file becomes, if any.
    let mut targets = vec![None; shape.d];
    for (dimension, &source) in positions.iter().enumerate() {
        targets[source] = Some(dimension);
    }
    let mut draft = Draft::new(shape.n, positions.len())?;
    let mut columns = draft.columns_mut();
    let mut values = file.data::<T>().map_err(|error| Problem::Format(error.to_string()))?;
    let (rows, of_rows) = match shape.order {
        Order::C => (shape.n, shape.d),
        Order::Fortran => (shape.d, shape.n),
    };
    let mut unreported = 0;
    for outer in 0..rows {
        for inner in 0..of_rows {
            let value = values.next().ok_or_else(ended)??;
            let (i, source) = if shape.order == Order::C { (outer, inner) } else { (inner, outer) };
            if let Some(dimension) = targets[source] {
                columns[dimension][i] = value;
            }
            unreported += 1;
            if unreported == STEP {
                advance((STEP * size_of::<T>()) as u64);
                unreported = 0;
            }
        }
    }
    finish_named(draft, options.non_finite, &positions)
}

/// As [`finish`], with the file's own column number in the error.
fn finish_named<T: Element>(
    draft: Draft<T>,
    non_finite: NonFinite,
    positions: &[usize],
) -> Result<(kernel::Samples<T>, usize), Problem> {
    finish(draft, non_finite).map_err(|error| match error {
        kernel::Error::NonFinite { row, column, value } => {
            kernel::Error::NonFinite { row, column: positions[column], value }.into()
        }
        error => error.into(),
    })
}

/// A header that cannot be read; of the parser's drawing only the first line is kept.
fn unreadable(error: &std::io::Error) -> Problem {
    let reason = error.to_string();
    let reason = reason.lines().next().unwrap_or_default().trim_end();
    Problem::Format(format!("not a readable .npy file: {reason}"))
}

/// The file became shorter while it was read.
fn ended() -> std::io::Error {
    std::io::ErrorKind::UnexpectedEof.into()
}
