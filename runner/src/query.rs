//! Windows counted over one set of samples, by any number of workers.
//!
//! Scans: the samples are cut into contiguous [`shares`], each worker counts every window over its share,
//! and the counts are added. Indexes: the workers build one together and answer together; the kernel says
//! how it is cut. Either way counts are sums of integers, so the answer never depends on the number of
//! workers. Separate from the backends, which exist to be measured; here the answer is what matters, and
//! workers are not pinned. Next: `kernel::algorithm::choose`, which knows what suits, and
//! `kernel::Counter`, which does the counting; [`chunks`] for files that are larger than memory.

pub mod chunks;
mod weighted;
pub mod windows;

use kernel::algorithm::{self, Algorithm, Choice};
use kernel::isa::Isa;
use kernel::{Alone, Counter, Density, Element, Run, Samples, Team};
use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use serde::Serialize;

use crate::share::shares;
use crate::team::InPool;
use weighted::Asked;
pub use weighted::Weighing;
pub use windows::Windows;

/// Centers counted between two reports of progress.
const BATCH: usize = 1024;
/// The same where an index answers, at least: some pass over all samples for each batch.
const INDEX_BATCH: usize = 1 << 16;
/// Windows counted between two reports there.
const INDEX_WINDOWS: usize = 1 << 24;
/// Below this many visits of a sample by a center, further workers cost more than they bring.
const WORTH_SHARING: usize = 4_000_000;

/// What is wanted: windows around each of the centers.
#[derive(Clone, Debug)]
pub struct Query {
    /// m × d coordinates, center after center.
    pub centers: Vec<f64>,
    /// The windows around each of them.
    pub windows: Windows,
    /// How runs are scanned.
    pub isa: &'static Isa,
    /// How it is counted; `None` is what [`algorithm::choose`] says.
    pub algorithm: Option<&'static Algorithm>,
    /// How many workers share the samples, at least 1; see [`Query::workers_for`].
    pub workers: usize,
}

/// What came out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Answer {
    /// Number of samples counted.
    pub n: usize,
    /// Number of dimensions.
    pub d: usize,
    /// Name of the instruction set.
    pub isa: &'static str,
    /// Name of the algorithm.
    pub algorithm: &'static str,
    /// Why this one.
    pub reason: String,
    /// The widths of cubes, in the order given; none for a box.
    pub widths: Vec<f64>,
    /// The d widths of a box.
    pub widths_per_dimension: Option<Vec<f64>>,
    /// `closed` or `open`: whether samples on the faces are inside.
    pub faces: &'static str,
    /// What the samples weigh, if they have weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weighing: Option<Weighing>,
    /// One entry for each center, in the order given.
    pub queries: Vec<Counts>,
}

/// Counts without anything around them: what is enough for a million centers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// `counts[c * W + w]` belongs to center c and window w of [`Windows::counts_per_center`].
    pub counts: Vec<u64>,
    /// Name of the algorithm.
    pub algorithm: &'static str,
    /// Why this one.
    pub reason: String,
}

impl Counted {
    fn new(counts: Vec<u64>, choice: Choice) -> Self {
        Self { counts, algorithm: choice.algorithm.name(), reason: choice.reason }
    }
}

/// The counts of one center.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Counts {
    /// d coordinates.
    pub center: Vec<f64>,
    /// Samples inside, for each width; one for a box.
    pub counts: Vec<u64>,
    /// (k / n) / h^d, for each width; 0 or infinite where that leaves the range of doubles.
    pub densities: Vec<f64>,
    /// ln k - ln n - d ln h, for each width; `None` where the count is 0.
    pub log_densities: Vec<Option<f64>>,
    /// Sum of the weights inside, for each width, if the samples have weights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<Vec<f64>>,
}

impl Counts {
    /// Of one center; `densities` belong to the widths.
    fn of(center: &[f64], counts: &[u64], densities: &[Density]) -> Self {
        let pairs = || densities.iter().zip(counts.iter().copied());
        Self {
            center: center.to_vec(),
            counts: counts.to_vec(),
            densities: pairs().map(|(p, k)| p.of(k)).collect(),
            log_densities: pairs().map(|(p, k)| (k > 0).then(|| p.log_of(k))).collect(),
            weights: None,
        }
    }
}

/// How many workers are worth while for `centers` centers over `n` samples: all `allowed` CPUs for
/// large data, otherwise the calling thread alone.
pub fn sensible_workers(n: usize, centers: usize, allowed: usize) -> usize {
    if n.saturating_mul(centers) < WORTH_SHARING { 1 } else { allowed.max(1) }
}

/// Why a query was not answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A center or the samples are refused.
    #[error(transparent)]
    Kernel(#[from] kernel::Error),
    /// A file that is counted while it is read is refused.
    #[error(transparent)]
    Rows(#[from] crate::input::Problem),
    /// The system has no threads left.
    #[error("cannot start {workers} workers: {reason}")]
    Workers {
        /// How many were asked for.
        workers: usize,
        /// What the thread pool says.
        reason: rayon::ThreadPoolBuildError,
    },
}

impl Query {
    /// As [`Query::counts`], with the densities of every window.
    ///
    /// # Errors
    /// As [`Query::counts`].
    pub fn answer<T: Element>(
        &self,
        samples: &Samples<T>,
        advance: &mut dyn FnMut(u64),
    ) -> Result<Answer, Error> {
        let counted = self.counts(samples, advance)?;
        Ok(self.answer_of(counted, samples.n(), samples.d())?)
    }

    /// The answer that counts over `n` samples of `d` dimensions are.
    fn answer_of(&self, counted: Counted, n: usize, d: usize) -> Result<Answer, kernel::Error> {
        let Counted { counts, algorithm, reason } = counted;
        let densities = self.windows.densities(n, d)?;
        let each = self.windows.counts_per_center(); // may be 0, which `chunks` refuses
        let centers = self.centers.chunks(d).enumerate();
        let of = |(c, center)| Counts::of(center, &counts[c * each..][..each], &densities);
        Ok(Answer {
            n,
            d,
            isa: self.isa.name(),
            algorithm,
            reason,
            widths: self.windows.widths().to_vec(),
            widths_per_dimension: self.windows.widths_per_dimension().map(<[f64]>::to_vec),
            faces: self.windows.faces(),
            weighing: None,
            queries: centers.map(of).collect(),
        })
    }

    /// Counts every window over `samples`; `advance` is told how many further centers are done.
    ///
    /// O(m n d) at most, for m centers: what the kernel's algorithms save comes off.
    ///
    /// # Errors
    /// [`Error::Kernel`] if there is no sample, or a center or a box is not finite or not d-dimensional;
    /// [`Error::Workers`] if threads cannot be started.
    pub fn counts<T: Element>(
        &self,
        samples: &Samples<T>,
        advance: &mut dyn FnMut(u64),
    ) -> Result<Counted, Error> {
        let (run, d) = (samples.all(), samples.d());
        if run.is_empty() {
            return Err(kernel::Error::NoSamples.into());
        }
        let choice = self.choice(&run)?;
        let pool = self.pool(run.len())?;
        let (counters, batch) = if is_scan(choice.algorithm) {
            (self.scans(&run, pool.current_num_threads())?, BATCH)
        } else {
            let batch = INDEX_BATCH.max(INDEX_WINDOWS / self.windows.counts_per_center().max(1));
            (vec![pool.install(|| self.index(&run, choice.algorithm))?], batch)
        };
        let windows = self.centers.len() / d * self.windows.counts_per_center();
        let mut counts = Vec::with_capacity(windows);
        for batch in self.centers.chunks(batch * d) {
            counts.extend(pool.install(|| self.batch(&counters, batch, d))?);
            advance((batch.len() / d) as u64);
        }
        Ok(Counted::new(counts, choice))
    }

    /// The threads that count `n` samples.
    fn pool(&self, n: usize) -> Result<ThreadPool, Error> {
        let workers = self.workers_for(n);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(workers).build();
        pool.map_err(|reason| Error::Workers { workers, reason })
    }

    /// What is asked for, or what suits.
    fn choice<T: Element>(&self, run: &Run<'_, T>) -> Result<Choice, kernel::Error> {
        let query = kernel::Query::new(&self.centers, run.d(), self.windows.sizes())?;
        match self.algorithm {
            Some(algorithm) => {
                let algorithm = algorithm.checked(run.len(), run.d())?;
                Ok(Choice { algorithm, reason: "it was asked for".into() })
            }
            None => Ok(algorithm::choose(run, &query)),
        }
    }

    /// One counter for all of a run; the pool that this runs in shares the building.
    fn index<'a, T: Element>(
        &self,
        run: &Run<'a, T>,
        algorithm: &'static Algorithm,
    ) -> Result<Counter<'a, T>, kernel::Error> {
        Counter::with_algorithm(run.clone(), self.isa, algorithm, &InPool)
    }

    /// How many workers really count `n` samples: no more than there are samples.
    pub fn workers_for(&self, n: usize) -> usize {
        self.workers.clamp(1, n.max(1))
    }

    /// One counter for each worker's share of a run, at least one.
    fn scans<'a, T: Element>(
        &self,
        run: &Run<'a, T>,
        workers: usize,
    ) -> Result<Vec<Counter<'a, T>>, kernel::Error> {
        let shares = shares(run.len(), workers.min(run.len())).into_iter();
        shares.map(|share| Counter::with_isa(run.slice(share), self.isa)).collect()
    }

    /// Counts of a batch of centers: row-major, centers × windows. Several counters have a share of the
    /// samples each; one has all of them, and the workers answer together.
    fn batch(
        &self,
        counters: &[impl Asked],
        centers: &[f64],
        d: usize,
    ) -> Result<Vec<u64>, kernel::Error> {
        if let [index] = counters {
            return self.part(index, (centers, d), &InPool);
        }
        let sums: Vec<Vec<u64>> = counters
            .into_par_iter()
            .map(|counter| self.part(counter, (centers, d), &Alone))
            .collect::<Result<_, _>>()?;
        Ok(sums.into_iter().reduce(added).unwrap_or_default())
    }

    /// Counts of some of the centers by one counter.
    fn part(
        &self,
        counter: &impl Asked,
        (centers, d): (&[f64], usize),
        team: &dyn Team,
    ) -> Result<Vec<u64>, kernel::Error> {
        let query = kernel::Query::new(centers, d, self.windows.sizes())?;
        let mut counts = vec![0; query.counts()];
        counter.answer(&query, &mut counts, team)?;
        Ok(counts)
    }
}

/// Whether an algorithm needs no preparation.
fn is_scan(algorithm: &Algorithm) -> bool {
    algorithm.name() == algorithm::ALL[0].name()
}

/// The sums of two lists of counts.
fn added(mut sums: Vec<u64>, part: Vec<u64>) -> Vec<u64> {
    for (sum, count) in sums.iter_mut().zip(part) {
        *sum += count;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Faces;

    fn cubes(widths: &[f64]) -> Windows {
        Windows::cubes(widths, Faces::Closed).unwrap()
    }

    fn query(centers: &[f64], workers: usize) -> Query {
        let (centers, windows) = (centers.to_vec(), cubes(&[1.0, 3.0]));
        Query { centers, windows, isa: kernel::isa::best(), algorithm: None, workers }
    }

    #[test]
    fn counts_do_not_depend_on_the_number_of_workers() {
        let rows: Vec<f64> = (0..37).flat_map(|i| [f64::from(i) * 0.1, 0.0]).collect();
        let samples = Samples::from_rows(&rows, 2).unwrap();
        let centers = [0.0, 0.0, 2.0, 0.0, 9.0, 0.0];
        let one = query(&centers, 1).answer(&samples, &mut |_| ()).unwrap();
        let counts: Vec<_> = one.queries.iter().map(|query| query.counts.clone()).collect();
        assert_eq!(counts, [[6, 16], [11, 31], [0, 0]]);
        for workers in [2, 3, 7, 37, 50] {
            let many = query(&centers, workers).answer(&samples, &mut |_| ()).unwrap();
            assert_eq!(many, one, "{workers} workers");
        }
    }

    #[test]
    fn progress_adds_up_to_all_centers() {
        let samples = Samples::from_rows(&[0.0], 1).unwrap();
        let mut done = 0;
        let centers = vec![0.0; BATCH + 5];
        let answer = query(&centers, 1).answer(&samples, &mut |more| done += more).unwrap();
        assert_eq!((answer.queries.len(), done), (BATCH + 5, (BATCH + 5) as u64));
    }

    #[test]
    fn there_are_no_more_workers_than_samples() {
        let used = |workers, n| query(&[0.0], workers).workers_for(n);
        assert_eq!([used(3, 2), used(3, 3), used(2, 9), used(0, 9), used(2, 0)], [2, 3, 2, 1, 1]);
    }

    #[test]
    fn no_width_gives_no_count() {
        let samples = Samples::from_rows(&[0.0, 1.0], 1).unwrap();
        let query = Query { windows: cubes(&[]), ..query(&[0.0, 1.0], 2) };
        let answer = query.answer(&samples, &mut |_| ()).unwrap();
        assert_eq!(answer.queries.len(), 2);
        assert!(answer.queries.iter().all(|query| query.counts.is_empty()));
    }

    #[test]
    fn log_densities_reach_where_densities_do_not() {
        let d = 64;
        let samples = Samples::from_rows(&vec![0.0; d], d).unwrap();
        let centers = [vec![0.0; d], vec![1.0; d]].concat();
        let query = Query { centers, windows: cubes(&[1e-6]), ..query(&[], 1) };
        let [inside, outside] = &query.answer(&samples, &mut |_| ()).unwrap().queries[..] else {
            panic!("two centers");
        };
        assert!(inside.densities[0].is_infinite());
        let log = inside.log_densities[0].unwrap();
        assert!((log + 64.0 * 1e-6_f64.ln()).abs() < 1e-9, "{log}");
        assert_eq!((outside.densities[0], outside.log_densities[0]), (0.0, None));
    }

    #[test]
    fn boxes_and_open_faces_count_what_they_say() {
        // One sample on a face in the first dimension, one well inside, one outside in the second.
        let samples = Samples::from_rows(&[1.0, 0.0, 0.5, 0.1, 0.0, 3.0], 2).unwrap();
        for (faces, expected) in [(Faces::Closed, [2, 0]), (Faces::Open, [1, 0])] {
            let windows = Windows::of_box(&[2.0, 0.5], faces).unwrap();
            let query = Query { windows, ..query(&[0.0, 0.0, 9.0, 9.0], 2) };
            let counted = query.counts(&samples, &mut |_| ()).unwrap();
            assert_eq!(counted.counts, expected, "{faces:?}");
            let answer = query.answer(&samples, &mut |_| ()).unwrap();
            assert_eq!(answer.queries[0].counts, expected[..1]);
            assert_eq!(
                (answer.widths.len(), answer.widths_per_dimension),
                (0, Some(vec![2.0, 0.5]))
            );
        }
    }

    #[test]
    fn no_sample_is_an_error() {
        let samples = Samples::<f64>::from_rows(&[], 2).unwrap();
        let error = query(&[0.0, 0.0], 2).answer(&samples, &mut |_| ()).unwrap_err();
        assert!(matches!(error, Error::Kernel(kernel::Error::NoSamples)), "{error}");
    }
}
