//! Samples as aligned columns (structure of arrays).
//!
//! `columns[j][i]` is coordinate j of sample i. One allocation holds all columns; its invariants
//! live in the constructors, so that every later stage may rely on them:
//!
//! 1. every value is finite (checked by [`Draft::finish`]);
//! 2. every column starts on a 64-byte boundary, so whole-column scans never split a cache line;
//! 3. columns are an *odd* number of cache lines apart. With a power of two all columns of a sample
//!    would fall into the same set of the L1 cache and evict each other from d = 8 or 12 on;
//! 4. an allocation of 2 MiB or more is aligned to 2 MiB. Alignment is how this crate, which makes
//!    no system call, says "this belongs on huge pages": a program that cares installs a global
//!    allocator that answers it (`runner::machine::pages` does).
//!
//! This file is apart because it is the only one besides `isa` that may say `unsafe`: raw memory is
//! the price of alignment that `Vec` cannot promise.

#![expect(unsafe_code, reason = "aligned memory that Vec cannot promise")]

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ops::Range;
use std::ptr::NonNull;
use std::{fmt, slice};

use crate::algorithm::{Algorithm, Build, Weigh};
use crate::error::Error;
use crate::isa::{Isa, Kernels};

/// Bytes of a cache line, and the alignment of every column.
const LINE: usize = 64;
/// Alignment, and threshold, of allocations that should lie on huge pages.
pub const HUGE_PAGE: usize = 2 << 20;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f64 {}
    impl Sealed for f32 {}
}

/// How a coordinate is stored: `f64` or `f32`.
///
/// Storage never changes the answer for the values stored: windows are `f64`, an `f32` sample is
/// widened exactly and then treated like any other.
pub trait Element:
    sealed::Sealed + Copy + Default + PartialOrd + fmt::Debug + Send + Sync + 'static
{
    /// NumPy's name for it: `"f8"` or `"f4"`.
    const NAME: &'static str;
    /// The same value as `f64`; exact.
    fn widen(self) -> f64;
    /// Neither NaN nor infinite.
    fn is_finite(self) -> bool;
    /// The routines of `isa` for this storage.
    #[doc(hidden)]
    fn kernels(isa: &'static Isa) -> &'static Kernels<Self>;
    /// How `algorithm` prepares samples of this storage.
    #[doc(hidden)]
    fn build(algorithm: &Algorithm) -> Build<Self>;
    /// How `algorithm` prepares weighted samples of this storage.
    #[doc(hidden)]
    fn weigh(algorithm: &Algorithm) -> Weigh<Self>;
}

impl Element for f64 {
    const NAME: &'static str = "f8";
    fn widen(self) -> f64 {
        self
    }
    fn is_finite(self) -> bool {
        self.is_finite()
    }
    fn kernels(isa: &'static Isa) -> &'static Kernels<Self> {
        isa.double()
    }
    fn build(algorithm: &Algorithm) -> Build<Self> {
        algorithm.double()
    }
    fn weigh(algorithm: &Algorithm) -> Weigh<Self> {
        algorithm.weigh_double()
    }
}

impl Element for f32 {
    const NAME: &'static str = "f4";
    fn widen(self) -> f64 {
        f64::from(self)
    }
    fn is_finite(self) -> bool {
        self.is_finite()
    }
    fn kernels(isa: &'static Isa) -> &'static Kernels<Self> {
        isa.single()
    }
    fn build(algorithm: &Algorithm) -> Build<Self> {
        algorithm.single()
    }
    fn weigh(algorithm: &Algorithm) -> Weigh<Self> {
        algorithm.weigh_single()
    }
}

/// n × d zero-initialised values in aligned columns; no statement about finiteness yet.
struct Storage<T> {
    start: NonNull<T>,
    layout: Layout,
    /// Distance of two columns in elements.
    stride: usize,
}

// SAFETY: Storage owns plain numbers and hands them out under the usual borrow rules.
unsafe impl<T: Send> Send for Storage<T> {}
// SAFETY: as above; there is no interior mutability.
unsafe impl<T: Sync> Sync for Storage<T> {}

impl<T: Element> Storage<T> {
    /// Memory for `d` columns of `n` elements, zeroed.
    fn zeroed(n: usize, d: usize) -> Result<Self, Error> {
        let too_large = || Error::TooLarge { n, d };
        let lines = n.checked_mul(size_of::<T>()).ok_or_else(too_large)?.div_ceil(LINE) | 1;
        let bytes =
            LINE.checked_mul(d).and_then(|row| lines.checked_mul(row)).ok_or_else(too_large)?;
        let align = if bytes >= HUGE_PAGE { HUGE_PAGE } else { LINE };
        let layout = Layout::from_size_align(bytes, align).map_err(|_| too_large())?;
        // SAFETY: the size is not 0, because d >= 1 and lines >= 1.
        let start = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or_else(too_large)?;
        Ok(Self { start: start.cast(), layout, stride: lines * LINE / size_of::<T>() })
    }

    fn column(&self, j: usize, n: usize) -> &[T] {
        assert!((j + 1) * self.stride * size_of::<T>() <= self.layout.size() && n <= self.stride);
        // SAFETY: the assertion keeps the slice inside the allocation, which is initialised
        // (zeroed, all-zero bits are a valid number) and borrowed from `self`.
        unsafe { slice::from_raw_parts(self.start.as_ptr().add(j * self.stride), n) }
    }

    fn columns_mut(&mut self, n: usize) -> Vec<&mut [T]> {
        let len = self.layout.size() / size_of::<T>();
        // SAFETY: the whole allocation, initialised and exclusively borrowed through `self`.
        let all = unsafe { slice::from_raw_parts_mut(self.start.as_ptr(), len) };
        all.chunks_exact_mut(self.stride).map(|column| &mut column[..n]).collect()
    }
}

impl<T> Drop for Storage<T> {
    fn drop(&mut self) {
        // SAFETY: allocated in `zeroed` with this very layout, and freed once.
        unsafe { dealloc(self.start.as_ptr().cast(), self.layout) }
    }
}

/// Columns that are being filled: zeros at first, not yet known to be finite.
///
/// Memory is only reserved when the draft is made. Whoever writes a page first decides on which
/// NUMA node it lies.
pub struct Draft<T> {
    storage: Storage<T>,
    n: usize,
    d: usize,
}

impl<T: Element> Draft<T> {
    /// Room for `n` samples of `d` dimensions, all 0.
    ///
    /// # Errors
    /// - [`Error::NoDimensions`] if `d` is 0;
    /// - [`Error::TooLarge`] if the memory cannot be had.
    pub fn new(n: usize, d: usize) -> Result<Self, Error> {
        if d == 0 {
            return Err(Error::NoDimensions);
        }
        Ok(Self { storage: Storage::zeroed(n, d)?, n, d })
    }

    /// The d columns, each of n elements.
    pub fn columns_mut(&mut self) -> Vec<&mut [T]> {
        self.storage.columns_mut(self.n)
    }

    /// The samples, if all are finite. O(n d).
    ///
    /// # Errors
    /// [`Error::NonFinite`] names the first offending column's first offending row.
    pub fn finish(self) -> Result<Samples<T>, Error> {
        (0..self.d).try_for_each(|j| check_finite(j, self.storage.column(j, self.n)))?;
        Ok(Samples { storage: self.storage, n: self.n, d: self.d })
    }

    /// The samples without the rows that are not finite, and the positions of these, ascending.
    ///
    /// A dropped row is in neither k nor n: the density is that of the rest. O(n d).
    pub fn finish_dropping(mut self) -> (Samples<T>, Vec<usize>) {
        let mut columns = self.storage.columns_mut(self.n);
        let (mut kept, mut dropped) = (0, Vec::new());
        for i in 0..self.n {
            if columns.iter().all(|column| column[i].is_finite()) {
                for column in &mut columns {
                    column[kept] = column[i];
                }
                kept += 1;
            } else {
                dropped.push(i);
            }
        }
        (Samples { storage: self.storage, n: kept, d: self.d }, dropped)
    }
}

/// Refuses column number `index` if a value in it is not finite.
fn check_finite<T: Element>(index: usize, column: &[T]) -> Result<(), Error> {
    // Two passes: the first has no exit and is vectorised, the second runs only on failure.
    if column.iter().fold(true, |finite, value| finite & value.is_finite()) {
        return Ok(());
    }
    let row = column.iter().position(|value| !value.is_finite()).unwrap_or(0);
    Err(Error::NonFinite { row, column: index, value: column[row].widen() })
}

/// The length of all columns.
fn equal_length<T, C: AsRef<[T]>>(columns: &[C]) -> Result<usize, Error> {
    let expected = columns.first().ok_or(Error::NoDimensions)?.as_ref().len();
    for (index, column) in columns.iter().enumerate() {
        let found = column.as_ref().len();
        if found != expected {
            return Err(Error::Ragged { what: "column", index, expected, found });
        }
    }
    Ok(expected)
}

/// n × d finite coordinates in 64-byte-aligned columns: `column(j)[i]` is coordinate j of sample i.
///
/// ```
/// use kernel::Samples;
/// let samples = Samples::from_rows(&[0.0, 1.0, 2.0, 3.0], 2)?;
/// assert_eq!((samples.n(), samples.d()), (2, 2));
/// assert_eq!(samples.column(1), &[1.0, 3.0]);
/// # Ok::<(), kernel::Error>(())
/// ```
pub struct Samples<T> {
    storage: Storage<T>,
    n: usize,
    d: usize,
}

impl<T: Element> Samples<T> {
    /// Samples from `rows`, row after row: `rows[i * d + j]` is coordinate j of sample i.
    ///
    /// # Errors
    /// - [`Error::NoDimensions`] if `d` is 0;
    /// - [`Error::Ragged`] if the last row is incomplete;
    /// - [`Error::NonFinite`], [`Error::TooLarge`].
    pub fn from_rows(rows: &[T], d: usize) -> Result<Self, Error> {
        if d == 0 {
            return Err(Error::NoDimensions);
        }
        let (n, found) = (rows.len() / d, rows.len() % d);
        if found != 0 {
            return Err(Error::Ragged { what: "row", index: n, expected: d, found });
        }
        let mut draft = Draft::new(n, d)?;
        for (j, column) in draft.columns_mut().into_iter().enumerate() {
            for (to, row) in column.iter_mut().zip(rows.chunks_exact(d)) {
                *to = row[j];
            }
        }
        draft.finish()
    }

    /// Samples from d columns of equal length.
    ///
    /// # Errors
    /// - [`Error::NoDimensions`] if there is no column;
    /// - [`Error::Ragged`] if the columns differ in length;
    /// - [`Error::NonFinite`], [`Error::TooLarge`].
    pub fn from_columns<C: AsRef<[T]>>(columns: &[C]) -> Result<Self, Error> {
        let n = equal_length(columns)?;
        let mut draft = Draft::new(n, columns.len())?;
        for (to, from) in draft.columns_mut().into_iter().zip(columns) {
            to.copy_from_slice(from.as_ref());
        }
        draft.finish()
    }

    /// Samples from an iterator over rows of `d` coordinates each.
    ///
    /// # Errors
    /// - [`Error::NoDimensions`] if `d` is 0;
    /// - [`Error::Ragged`] names the first row that has not `d` coordinates;
    /// - [`Error::NonFinite`], [`Error::TooLarge`].
    pub fn from_iter<R: AsRef<[T]>>(
        rows: impl IntoIterator<Item = R>,
        d: usize,
    ) -> Result<Self, Error> {
        if d == 0 {
            return Err(Error::NoDimensions);
        }
        let mut columns = vec![Vec::new(); d];
        for (index, row) in rows.into_iter().enumerate() {
            let row = row.as_ref();
            if row.len() != d {
                return Err(Error::Ragged { what: "row", index, expected: d, found: row.len() });
            }
            for (column, &value) in columns.iter_mut().zip(row) {
                column.push(value);
            }
        }
        Self::from_columns(&columns)
    }

    /// Number of samples.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Number of dimensions, at least 1.
    pub fn d(&self) -> usize {
        self.d
    }

    /// Coordinate `j` of every sample.
    ///
    /// # Panics
    /// If `j >= d`.
    pub fn column(&self, j: usize) -> &[T] {
        assert!(j < self.d, "column {j} of {} columns", self.d);
        self.storage.column(j, self.n)
    }

    /// The samples with positions in `range`, without copying.
    ///
    /// # Panics
    /// If `range` reaches beyond n.
    pub fn run(&self, range: Range<usize>) -> Run<'_, T> {
        Run { columns: (0..self.d).map(|j| &self.column(j)[range.clone()]).collect() }
    }

    /// Every sample.
    pub fn all(&self) -> Run<'_, T> {
        self.run(0..self.n)
    }

    /// Bytes of all columns, without padding: what one scan reads.
    pub fn bytes(&self) -> usize {
        self.n * self.d * size_of::<T>()
    }
}

impl<T: Element> fmt::Debug for Samples<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Samples<{}>({} x {})", T::NAME, self.n, self.d)
    }
}

impl<T: Element> fmt::Debug for Draft<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Draft<{}>({} x {})", T::NAME, self.n, self.d)
    }
}

/// A contiguous range of candidates: d columns of equal length and finite values, usually borrowed
/// from [`Samples`].
#[derive(Clone, Debug)]
pub struct Run<'a, T> {
    columns: Vec<&'a [T]>,
}

impl<'a, T: Element> Run<'a, T> {
    /// A run over columns that lie anywhere, such as in a file that is mapped into memory. Nothing is
    /// copied; scans are fastest where every column starts on a 64-byte boundary. O(n d).
    ///
    /// # Errors
    /// - [`Error::NoDimensions`] if there is no column;
    /// - [`Error::Ragged`] if the columns differ in length;
    /// - [`Error::NonFinite`] names the first offending column's first offending row.
    pub fn from_columns(columns: &[&'a [T]]) -> Result<Self, Error> {
        let n = equal_length(columns)?;
        (0..columns.len()).try_for_each(|j| check_finite(j, &columns[j][..n]))?;
        Ok(Self { columns: columns.to_vec() })
    }

    /// A run over columns of equal length, of which there is one, and values known to be finite.
    pub(crate) fn of_finite(columns: Vec<&'a [T]>) -> Self {
        Self { columns }
    }

    /// Number of samples in the run.
    pub fn len(&self) -> usize {
        self.columns[0].len()
    }

    /// Whether the run holds no sample.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Number of dimensions, at least 1.
    pub fn d(&self) -> usize {
        self.columns.len()
    }

    /// `columns()[j][i]` is coordinate j of the run's sample i; all columns have `len()` elements.
    pub fn columns(&self) -> &[&'a [T]] {
        &self.columns
    }

    /// A part of the run.
    ///
    /// # Panics
    /// If `range` reaches beyond the run.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        Self { columns: self.columns.iter().map(|column| &column[range.clone()]).collect() }
    }
}

#[cfg(test)]
mod tests;
