//! Samples in memory that several processes read.
//!
//! The parent writes the columns into a file that exists in memory only, each on a 64-byte boundary
//! and an odd number of cache lines from the next, as `kernel::samples` lays them out. Then it seals
//! the file: from then on nobody, the parent included, can write it, shrink it or take the seals off.
//! Workers find it among the parent's open files, and map it read-only.
//!
//! The pages are small unless the system gives huge ones to shared memory
//! (`/sys/kernel/mm/transparent_hugepage/shmem_enabled`), while copies that workers make for themselves
//! ask for huge ones: on large samples that is a difference of its own between the two transfers.
//!
//! This file is apart because mapping a file is the one `unsafe` of the backend: memory that somebody
//! else may change is no Rust slice. The seals are the proof that nobody can.

#![expect(unsafe_code, reason = "a mapped file is a slice only as long as nobody changes the file")]

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

use bytemuck::Pod;
use kernel::{Element, Run, Samples};
use memmap2::Mmap;
use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, memfd_create};

use super::wire::Shape;
use crate::for_any;
use crate::input::AnySamples;

/// Bytes of a cache line, and the alignment of every column.
const LINE_BYTES: usize = 64;
/// What must be impossible before a file is mapped.
const SEALS: SealFlags =
    SealFlags::WRITE.union(SealFlags::SHRINK).union(SealFlags::GROW).union(SealFlags::SEAL);

/// Samples that other processes can map as long as this lives.
#[derive(Debug)]
pub(super) struct Memory {
    file: File,
    stride_bytes: usize,
}

impl Memory {
    /// A copy of `samples`, sealed.
    ///
    /// # Errors
    /// The system's refusal, such as too little memory.
    pub(super) fn of(samples: &AnySamples) -> io::Result<Self> {
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let file = File::from(memfd_create("parzen-samples", flags)?);
        let stride_bytes = for_any!(samples, samples => write(&file, samples))?;
        fcntl_add_seals(&file, SEALS)?;
        Ok(Self { file, stride_bytes })
    }

    /// Where another process finds the file.
    pub(super) fn path(&self) -> String {
        let number = std::os::fd::AsRawFd::as_raw_fd(&self.file);
        format!("/proc/{}/fd/{number}", std::process::id())
    }

    /// Bytes between the beginnings of two columns.
    pub(super) fn stride_bytes(&self) -> usize {
        self.stride_bytes
    }
}

/// Writes the columns into `file`; how far apart they are.
fn write<T: Element + Pod>(file: &File, samples: &Samples<T>) -> io::Result<usize> {
    let lines = (samples.n() * size_of::<T>()).div_ceil(LINE_BYTES) | 1;
    let stride_bytes = lines * LINE_BYTES;
    file.set_len((stride_bytes * samples.d()) as u64)?;
    for j in 0..samples.d() {
        let bytes = bytemuck::cast_slice(samples.column(j));
        file.write_all_at(bytes, (j * stride_bytes) as u64)?;
    }
    Ok(stride_bytes)
}

/// Samples that another process has sealed.
#[derive(Debug)]
pub(super) struct Mapping {
    map: Mmap,
    stride_bytes: usize,
    n: usize,
    d: usize,
}

impl Mapping {
    /// Maps the file at `path`.
    ///
    /// # Errors
    /// Why it cannot be opened or mapped; that it lacks seals, or is too short for its `shape`.
    pub(super) fn open(path: &str, stride_bytes: usize, shape: &Shape) -> io::Result<Self> {
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{path}: {error}"));
        let file = File::open(path).map_err(named)?;
        if !fcntl_get_seals(&file).map_err(|error| named(error.into()))?.contains(SEALS) {
            return Err(named(io::Error::other("the shared samples are not sealed")));
        }
        // SAFETY: the file is sealed against writing, growing and shrinking, and the seals themselves
        // are sealed: its bytes cannot change, nor can pages vanish, as long as the mapping lives.
        let map = unsafe { Mmap::map(&file) }.map_err(named)?;
        let (n, d) = (shape.n, shape.d);
        if d == 0 || stride_bytes.checked_mul(d).is_none_or(|bytes| bytes > map.len()) {
            let found = map.len();
            let problem = format!("shared samples of {found} bytes are too short for {shape:?}");
            return Err(named(io::Error::other(problem)));
        }
        Ok(Self { map, stride_bytes, n, d })
    }

    /// The samples, where they lie.
    ///
    /// # Errors
    /// [`kernel::Error`] for values that no samples can have.
    ///
    /// # Panics
    /// If columns are shorter than n values: the parent has laid them out otherwise.
    pub(super) fn run<T: Element + Pod>(&self) -> Result<Run<'_, T>, kernel::Error> {
        Run::from_columns(&self.columns())
    }

    /// A copy of the samples in memory of this process, which the calling thread touches first.
    ///
    /// # Errors
    /// [`kernel::Error::TooLarge`] if there is no memory for them.
    ///
    /// # Panics
    /// As [`run`](Self::run).
    pub(super) fn copy<T: Element + Pod>(&self) -> Result<Samples<T>, kernel::Error> {
        Samples::from_columns(&self.columns::<T>())
    }

    fn columns<T: Pod>(&self) -> Vec<&[T]> {
        let column = |j: usize| &self.map[j * self.stride_bytes..][..self.n * size_of::<T>()];
        (0..self.d).map(|j| bytemuck::cast_slice(column(j))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{LINE_BYTES, Mapping, Memory, Shape};
    use crate::input::AnySamples;
    use kernel::Samples;
    use std::io::Write as _;

    fn shape(n: usize, d: usize) -> Shape {
        Shape { n, d, element: "f8".into() }
    }

    #[test]
    fn what_is_shared_is_mapped_in_aligned_columns() {
        for n in [0, 1, 8, 1000] {
            let columns = [vec![1.5; n], vec![-2.5; n], vec![0.25; n]];
            let samples = Samples::from_columns(&columns).unwrap();
            let memory = Memory::of(&AnySamples::Double(samples)).unwrap();
            let mapping =
                Mapping::open(&memory.path(), memory.stride_bytes(), &shape(n, 3)).unwrap();
            let run = mapping.run::<f64>().unwrap();
            assert_eq!(run.columns(), columns);
            assert!(run.columns().iter().all(|column| column.as_ptr().addr() % LINE_BYTES == 0));
            assert_eq!(memory.stride_bytes() / LINE_BYTES % 2, 1);
            let copy = mapping.copy::<f64>().unwrap();
            assert_eq!(copy.column(1), columns[1]);
        }
    }

    #[test]
    fn sealed_memory_cannot_be_changed() {
        let samples = Samples::from_columns(&[[1.0_f32, 2.0]]).unwrap();
        let memory = Memory::of(&AnySamples::Single(samples)).unwrap();
        assert!((&memory.file).write_all(&[0]).is_err());
        assert!(memory.file.set_len(0).is_err() && memory.file.set_len(1 << 20).is_err());
    }

    #[test]
    fn files_that_are_not_sealed_or_too_short_are_refused() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().to_str().unwrap();
        let error = Mapping::open(path, 64, &shape(1, 1)).unwrap_err().to_string();
        assert!(error.starts_with(path), "{error}");
        let missing = Mapping::open("/nowhere/samples", 64, &shape(1, 1)).unwrap_err().to_string();
        assert!(missing.starts_with("/nowhere/samples: "), "{missing}");
        let samples = AnySamples::Double(Samples::from_columns(&[[1.0]]).unwrap());
        let memory = Memory::of(&samples).unwrap();
        let error = Mapping::open(&memory.path(), 64, &shape(1, 2)).unwrap_err().to_string();
        assert!(error.contains("too short"), "{error}");
    }
}
