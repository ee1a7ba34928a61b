//! Windows counted over a file chunk by chunk: for files that are larger than memory.
//!
//! Counts over chunks are sums, so they are those of all samples at once. A thread reads ahead; the workers
//! lay rows out as columns, and when a chunk is full they count it, by scans of a share each or by an index
//! over the chunk, and meanwhile its checksum goes on. Separate from [`query`](super), which counts samples
//! that are in memory. Next: [`crate::budget`], which says how long a chunk is, and
//! [`crate::input::ahead`], which reads.

use std::ops::Range;

use kernel::algorithm::{Algorithm, Choice};
use kernel::{Draft, Run};
use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::{Answer, Counted, Error, Query, is_scan};
use crate::budget::{Demand, Means};
use crate::input::{Block, Caching, NonFinite, Rows, Shape};
use crate::machine::pages::{self, Pages};
use crate::share::shares;
use crate::workload::Rounded;
use crate::workload::checksum::{Checksum, Running};

/// Centers for each worker from which on scans share these rather than the samples: a chunk is short, and
/// its columns stay in the caches.
const SHARED: usize = 256;

/// How a file is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Rows that are counted at a time, at least 1.
    pub rows: usize,
    /// Rows that are read at a time, at least 1.
    pub block: usize,
    /// What becomes of the file in the system's memory.
    pub caching: Caching,
}

/// What was counted over all chunks.
#[derive(Debug)]
pub struct Tally {
    /// Samples that were counted.
    pub n: usize,
    /// Rows that were left out because they were not finite.
    pub dropped_rows: usize,
    /// Chunks that were counted.
    pub chunks: usize,
    /// Of all samples.
    pub checksum: Checksum,
    /// Pages of the memory in which chunks are counted.
    pub pages: Option<Pages>,
    /// Center after center, a count for each window.
    counts: Vec<u64>,
    /// How the first chunk was counted, and why.
    choice: Option<Choice>,
}

impl Query {
    /// Counts every window over the rows of a file; `advance` is told how many further bytes are done.
    ///
    /// # Errors
    /// [`Error::Rows`] if the file cannot be read or a row is refused; otherwise as [`Query::answer`].
    pub fn tally<T: Rounded>(
        &self,
        rows: Rows<T>,
        cut: Cut,
        advance: &mut dyn FnMut(u64),
    ) -> Result<Tally, Error> {
        let mut chunk = Chunk::new(self, rows.shape.clone(), cut.rows)?;
        rows.each(cut.block, cut.caching, &mut |block: &Block<T>| {
            chunk.take(block)?;
            advance(block.bytes());
            Ok::<(), Error>(())
        })?;
        chunk.count()?;
        Ok(chunk.tally())
    }

    /// The answer that a tally of this query is, around centers of `d` dimensions.
    ///
    /// # Errors
    /// [`Error::Kernel`] if no sample was counted.
    pub fn answered(&self, tally: Tally, d: usize) -> Result<Answer, Error> {
        let choice = tally.choice.ok_or(kernel::Error::NoSamples)?;
        Ok(self.answer_of(Counted::new(tally.counts, choice), tally.n, d)?)
    }

    /// What is asked for, around centers of `d` dimensions, as far as it tells what memory is needed.
    pub fn demand(&self, d: usize) -> Demand {
        let means = means(self.algorithm);
        let (centers, widths) = (self.centers.len() / d, self.windows.counts_per_center());
        Demand { centers, widths, means }
    }
}

/// How windows are counted with this algorithm, or with what suits, as far as that is known before the samples are.
pub fn means(algorithm: Option<&Algorithm>) -> Means {
    match algorithm {
        None => Means::Either,
        Some(algorithm) if is_scan(algorithm) => Means::Scanning,
        Some(_) => Means::Indexed,
    }
}

/// Samples that are gathered until there are enough to be counted.
struct Chunk<'q, T> {
    query: &'q Query,
    shape: Shape,
    pool: ThreadPool,
    /// Memory of the columns, used again for every chunk.
    draft: Draft<T>,
    capacity: usize,
    /// Rows that are in it.
    filled: usize,
    /// Rows of the file before them.
    before: usize,
    checksum: Running,
    tally: Tally,
}

impl<'q, T: Rounded> Chunk<'q, T> {
    fn new(query: &'q Query, shape: Shape, capacity: usize) -> Result<Self, Error> {
        let d = shape.d();
        let windows = kernel::Query::new(&query.centers, d, query.windows.sizes())?;
        Ok(Self {
            pool: query.pool(shape.length.most())?,
            query,
            draft: Draft::new(capacity, d)?,
            shape,
            capacity,
            filled: 0,
            before: 0,
            checksum: Running::new(),
            tally: Tally {
                n: 0,
                dropped_rows: 0,
                chunks: 0,
                checksum: Running::new().finish(),
                pages: None,
                counts: vec![0; windows.counts()],
                choice: None,
            },
        })
    }

    /// Takes the rows of a block, and counts as often as the chunk is full.
    fn take(&mut self, block: &Block<T>) -> Result<(), Error> {
        let mut taken = 0;
        while taken < block.rows() {
            let more = (block.rows() - taken).min(self.capacity - self.filled);
            self.copy(block, taken..taken + more);
            taken += more;
            self.filled += more;
            if self.filled == self.capacity {
                self.count()?;
            }
        }
        Ok(())
    }

    /// Lays rows out as columns, every worker a share of them.
    fn copy(&mut self, block: &Block<T>, rows: Range<usize>) {
        let places = self.filled..self.filled + rows.len();
        let columns = self.draft.columns_mut().into_iter();
        let mut columns: Vec<&mut [T]> =
            columns.map(|column| &mut column[places.clone()]).collect();
        let mut parts = Vec::new();
        for share in shares(rows.len(), self.pool.current_num_threads()) {
            let part: Vec<&mut [T]> = columns
                .iter_mut()
                .map(|rest| rest.split_off_mut(..share.len()).unwrap_or_default())
                .collect();
            parts.push((rows.start + share.start..rows.start + share.end, part));
        }
        self.pool.install(|| {
            parts.into_par_iter().for_each(|(rows, mut columns)| block.copy(rows, &mut columns));
        });
    }

    /// Counts what was gathered, and begins anew.
    fn count(&mut self) -> Result<(), Error> {
        let filled = std::mem::take(&mut self.filled);
        if filled == 0 {
            return Ok(());
        }
        let columns = self.draft.columns_mut().into_iter();
        let mut columns: Vec<&mut [T]> = columns.map(|column| &mut column[..filled]).collect();
        let kept = match self.shape.non_finite {
            NonFinite::Reject => filled,
            NonFinite::Drop => without_non_finite(&mut columns),
        };
        let columns: Vec<&[T]> = columns.iter().map(|column| &column[..kept]).collect();
        let run = Run::from_columns(&columns)
            .map_err(|error| Error::Rows(self.shape.named(error, self.before)))?;
        self.before += filled;
        self.tally.dropped_rows += filled - kept;
        if kept == 0 {
            return Ok(());
        }
        let (query, tally, checksum) = (self.query, &mut self.tally, &mut self.checksum);
        let hash = || checksum.add(run.columns());
        let ((), choice) =
            self.pool.install(|| rayon::join(hash, || query.add(&run, &mut tally.counts)));
        tally.n += kept;
        tally.chunks += 1;
        let choice = choice?;
        if tally.choice.is_none() {
            tally.choice = Some(choice);
            tally.pages = pages_of(&run);
        }
        Ok(())
    }

    fn tally(self) -> Tally {
        Tally { checksum: self.checksum.finish(), ..self.tally }
    }
}

impl Query {
    /// Adds the counts over a run, which the pool that this runs in shares; says how they were counted.
    fn add<T: Rounded>(&self, run: &Run<'_, T>, counts: &mut [u64]) -> Result<Choice, Error> {
        let choice = self.choice(run)?;
        let (workers, centers) = (rayon::current_num_threads(), self.centers.len() / run.d());
        let counters = if is_scan(choice.algorithm) && centers < SHARED * workers {
            self.scans(run, workers)?
        } else {
            vec![self.index(run, choice.algorithm)?]
        };
        for (sum, count) in counts.iter_mut().zip(self.batch(&counters, &self.centers, run.d())?) {
            *sum += count;
        }
        Ok(choice)
    }
}

/// Moves rows that are finite to the front, in their order; how many there are.
fn without_non_finite<T: Rounded>(columns: &mut [&mut [T]]) -> usize {
    let rows = columns.first().map_or(0, |column| column.len());
    let mut kept = 0;
    for i in 0..rows {
        if columns.iter().all(|column| column[i].is_finite()) {
            if kept < i {
                for column in columns.iter_mut() {
                    column[kept] = column[i];
                }
            }
            kept += 1;
        }
    }
    kept
}

/// The pages under all columns of a run.
fn pages_of<T>(run: &Run<'_, T>) -> Option<Pages>
where
    T: Rounded,
{
    let (first, last) = (run.columns().first()?, run.columns().last()?);
    let (start, stop) = (first.as_ptr_range().start, last.as_ptr_range().end);
    pages::of(start.cast(), stop.addr() - start.addr())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use kernel::Faces;

    use super::*;
    use crate::input::{self, Opened, Options};
    use crate::query::Windows;

    /// Two columns of 1000 doubles: 0, 1, 2 ... and nothing but 0.
    fn write(path: &Path) {
        let mut bytes = b"\x93NUMPY\x01\x00\x76\x00".to_vec();
        let head = "{'descr': '<f8', 'fortran_order': True, 'shape': (1000, 2), }";
        bytes.extend(format!("{head:<117}\n").bytes());
        bytes.extend((0..1000).flat_map(|i| f64::from(i).to_le_bytes()));
        bytes.resize(128 + 16_000, 0);
        std::fs::write(path, bytes).unwrap();
    }

    fn query() -> Query {
        let windows = Windows::cubes(&[7.0, 600.0], Faces::Closed).unwrap();
        let (isa, centers) = (kernel::isa::best(), vec![500.0, 0.0]);
        Query { centers, windows, isa, algorithm: None, workers: 3 }
    }

    /// The rows of a file, which becomes shorter once it is open, if asked for.
    fn tally(rows: usize, block: usize, cut: Option<u64>) -> Result<Tally, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.npy");
        write(&path);
        let Ok(Opened::Double(opened)) = input::open(&path, &Options::default()) else {
            panic!("doubles were expected");
        };
        if let Some(bytes) = cut {
            std::fs::File::options().write(true).open(&path).unwrap().set_len(bytes).unwrap();
        }
        let cut = Cut { rows, block, caching: Caching::Forget };
        let mut told = 0;
        let tally = query().tally(opened, cut, &mut |bytes| told += bytes)?;
        assert_eq!(told, 16_000, "bytes that were told of");
        Ok(tally)
    }

    #[test]
    fn chunks_of_any_length_add_up() {
        let all = tally(1000, 1000, None).unwrap();
        assert_eq!((all.n, all.chunks, &all.counts[..]), (1000, 1, &[7, 601][..]));
        for (rows, block) in [(1, 1), (999, 10), (7, 7), (64, 5), (10, 1000), (5000, 300)] {
            let some = tally(rows, block, None).unwrap();
            assert_eq!((some.n, some.chunks), (1000, 1000_usize.div_ceil(rows)));
            assert_eq!((&some.counts, some.checksum), (&all.counts, all.checksum));
        }
    }

    #[test]
    fn a_file_that_shrinks_is_an_error() {
        let error = tally(100, 50, Some(128 + 15_000)).unwrap_err();
        assert!(error.to_string().starts_with("cannot read the file: "), "{error}");
    }
}
