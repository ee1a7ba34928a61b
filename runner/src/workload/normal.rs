//! Multivariate normal samples whose values do not depend on how many workers generate them.
//!
//! Samples come in chunks of [`CHUNK`]; chunk k draws from stream k of ChaCha8 under the same seed, so
//! every chunk can be generated anywhere at any time. Within a chunk sample after sample draws
//! d standard normal values z (ziggurat, `rand_distr::StandardNormal`), and the sample is
//! mean + L z with the Cholesky factor L of the covariance: Σ = L Lᵀ (Gentle, "Random Number
//! Generation and Monte Carlo Methods", 5.3). Multiplications and additions only, in a fixed order:
//! the same bits on every machine. Separate from [`super::numpy`], whose stream is sequential.

use kernel::{Draft, Samples};
use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use super::{Error, Rounded};

/// Samples per stream of the generator.
pub const CHUNK: usize = 16_384;
/// The part of a generator's description that all normal generators share.
pub(super) const STREAMS: &str =
    "ChaCha8 (seed_from_u64), stream k for samples 16384 k to 16384 k + 16383, ziggurat";

/// A normal distribution in d dimensions: its mean and the Cholesky factor of its covariance.
#[derive(Clone, Debug, PartialEq)]
pub struct Normal {
    mean: Vec<f64>,
    /// Row i holds the i + 1 values of the lower triangle.
    factor: Vec<Vec<f64>>,
}

impl Normal {
    /// Mean 0 and unit covariance in `d` dimensions.
    ///
    /// # Errors
    /// [`kernel::Error::NoDimensions`] if `d` is 0.
    pub fn standard(d: usize) -> Result<Self, Error> {
        if d == 0 {
            return Err(kernel::Error::NoDimensions.into());
        }
        let unit = |i: usize| (0..=i).map(|j| if i == j { 1.0 } else { 0.0 }).collect();
        Ok(Self { mean: vec![0.0; d], factor: (0..d).map(unit).collect() })
    }

    /// The distribution with d-dimensional `mean` and d × d `covariance`. O(d³).
    ///
    /// # Errors
    /// - [`kernel::Error::NoDimensions`] if `mean` is empty;
    /// - [`Error::Shape`] if the covariance is not d × d;
    /// - [`Error::NotFinite`] names the first value that is NaN or infinite;
    /// - [`Error::NotSymmetric`] if the covariance differs from its transpose;
    /// - [`Error::NotPositiveDefinite`] names the first pivot that is not above 0.
    pub fn new<R: AsRef<[f64]>>(mean: &[f64], covariance: &[R]) -> Result<Self, Error> {
        let rows: Vec<&[f64]> = covariance.iter().map(AsRef::as_ref).collect();
        check(mean, &rows)?;
        Ok(Self { mean: mean.to_vec(), factor: cholesky(&rows)? })
    }

    /// Number of dimensions, at least 1.
    pub fn d(&self) -> usize {
        self.mean.len()
    }

    /// `n` samples, rounded to `T`; the same ones for any number of `workers`. O(n d²), in parallel
    /// on a pool that ends with the call, so that no idle thread is left beside the measured ones.
    ///
    /// # Errors
    /// [`kernel::Error::TooLarge`] if memory is lacking; [`kernel::Error::NonFinite`] if a value
    /// leaves the range of `T`.
    pub fn samples<T: Rounded>(
        &self,
        seed: u64,
        n: usize,
        workers: usize,
    ) -> Result<Samples<T>, Error> {
        let mut draft = Draft::new(n, self.d())?;
        let chunks = chunks(draft.columns_mut());
        let threads = workers.clamp(1, chunks.len().max(1));
        let fill = |(index, chunk): (usize, Vec<&mut [T]>)| self.fill(seed, index as u64, chunk);
        match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
            Ok(pool) => pool.install(|| chunks.into_par_iter().enumerate().for_each(fill)),
            // No thread to be had: the calling one does it all, with the same values.
            Err(_) => chunks.into_iter().enumerate().for_each(fill),
        }
        Ok(draft.finish()?)
    }

    /// Each of these standard normal samples z as mean + L z. O(n d²).
    ///
    /// # Errors
    /// [`Error::Shape`] if the samples have another dimension; [`kernel::Error::TooLarge`] if memory is
    /// lacking; [`kernel::Error::NonFinite`] if a value leaves the range of doubles.
    pub fn of_standard(&self, standard: &Samples<f64>) -> Result<Samples<f64>, Error> {
        let (n, d) = (standard.n(), self.d());
        if standard.d() != d {
            return Err(Error::Shape { rows: d, columns: d, d: standard.d() });
        }
        let mut draft = Draft::new(n, d)?;
        let mut z = vec![0.0; d];
        for (j, column) in draft.columns_mut().into_iter().enumerate() {
            for (i, value) in column.iter_mut().enumerate() {
                for (k, z) in z.iter_mut().enumerate() {
                    *z = standard.column(k)[i];
                }
                *value = self.coordinate(j, &z);
            }
        }
        Ok(draft.finish()?)
    }

    /// Coordinate `j` of mean + L z.
    fn coordinate(&self, j: usize, z: &[f64]) -> f64 {
        let spread: f64 = self.factor[j].iter().zip(z).map(|(l, z)| l * z).sum();
        self.mean[j] + spread
    }

    /// Chunk `index` of the samples: `columns` are its part of the d columns, of equal length.
    fn fill<T: Rounded>(&self, seed: u64, index: u64, mut columns: Vec<&mut [T]>) {
        let mut bits = ChaCha8Rng::seed_from_u64(seed);
        bits.set_stream(index);
        let mut z = vec![0.0; self.d()];
        for i in 0..columns[0].len() {
            for value in &mut z {
                *value = StandardNormal.sample(&mut bits);
            }
            for (j, column) in columns.iter_mut().enumerate() {
                column[i] = T::rounded(self.coordinate(j, &z));
            }
        }
    }
}

/// The columns cut into chunks: `chunks[k][j]` is column j of chunk k.
fn chunks<T>(columns: Vec<&mut [T]>) -> Vec<Vec<&mut [T]>> {
    let n = columns.first().map_or(0, |column| column.len());
    let mut chunks: Vec<Vec<&mut [T]>> = (0..n.div_ceil(CHUNK)).map(|_| Vec::new()).collect();
    for column in columns {
        for (chunk, part) in chunks.iter_mut().zip(column.chunks_mut(CHUNK)) {
            chunk.push(part);
        }
    }
    chunks
}

/// Checks shape, finiteness and symmetry.
fn check(mean: &[f64], rows: &[&[f64]]) -> Result<(), Error> {
    let d = mean.len();
    if d == 0 {
        return Err(kernel::Error::NoDimensions.into());
    }
    if let Some(columns) = rows.iter().map(|row| row.len()).find(|&found| found != d) {
        return Err(Error::Shape { rows: rows.len(), columns, d });
    }
    if rows.len() != d {
        return Err(Error::Shape { rows: rows.len(), columns: d, d });
    }
    if let Some(j) = mean.iter().position(|value| !value.is_finite()) {
        return Err(Error::NotFinite { what: format!("mean {j}"), value: mean[j] });
    }
    for (i, row) in rows.iter().enumerate() {
        for (j, &value) in row.iter().enumerate() {
            if !value.is_finite() {
                return Err(Error::NotFinite { what: format!("covariance {i}, {j}"), value });
            }
            if j > i && (value - rows[j][i]).abs() > 0.0 {
                return Err(Error::NotSymmetric { i, j, upper: value, lower: rows[j][i] });
            }
        }
    }
    Ok(())
}

/// The lower triangle L with L Lᵀ = Σ, row by row (Golub & Van Loan, "Matrix Computations", 4.2).
fn cholesky(rows: &[&[f64]]) -> Result<Vec<Vec<f64>>, Error> {
    let mut factor: Vec<Vec<f64>> = Vec::with_capacity(rows.len());
    for (i, row) in rows.iter().enumerate() {
        let mut line = Vec::with_capacity(i + 1);
        for (j, above) in factor.iter().enumerate() {
            let known: f64 = line.iter().zip(above).map(|(a, b)| a * b).sum();
            line.push((row[j] - known) / above[j]);
        }
        let pivot = row[i] - line.iter().map(|value: &f64| value * value).sum::<f64>();
        if pivot.is_nan() || pivot <= 0.0 {
            return Err(Error::NotPositiveDefinite { pivot: i, value: pivot });
        }
        line.push(pivot.sqrt());
        factor.push(line);
    }
    Ok(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factor_times_its_transpose_is_the_covariance() {
        let covariance = [[4.0, 2.0, 0.6], [2.0, 5.0, -1.0], [0.6, -1.0, 3.0]];
        let normal = Normal::new(&[0.0; 3], &covariance).unwrap();
        for (i, row) in covariance.iter().enumerate() {
            for (j, expected) in row.iter().enumerate() {
                let (a, b) = (&normal.factor[i], &normal.factor[j]);
                let found: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                assert!((found - expected).abs() < 1e-12, "{i}, {j}: {found}");
            }
        }
    }

    #[test]
    fn bad_distributions_are_typed_errors() {
        let new = |mean: &[f64], rows: &[[f64; 2]]| Normal::new(mean, rows).unwrap_err();
        let error = new(&[0.0, 0.0], &[[1.0, 2.0], [2.0, 1.0]]);
        assert!(matches!(error, Error::NotPositiveDefinite { pivot: 1, .. }), "{error}");
        let error = new(&[0.0, 0.0], &[[1.0, 0.5], [0.4, 1.0]]);
        assert!(matches!(error, Error::NotSymmetric { i: 0, j: 1, .. }), "{error}");
        assert!(matches!(new(&[0.0], &[[1.0, 0.0]]), Error::Shape { d: 1, .. }));
        assert!(matches!(new(&[0.0, 0.0], &[[1.0, 0.0]]), Error::Shape { rows: 1, .. }));
        let error = new(&[0.0, f64::NAN], &[[1.0, 0.0], [0.0, 1.0]]);
        assert!(matches!(error, Error::NotFinite { .. }), "{error}");
        assert!(Normal::standard(0).is_err());
    }

    #[test]
    fn standard_samples_become_those_of_the_distribution() {
        // L is (2, 0; 1, 3), and every value is exact.
        let normal = Normal::new(&[0.5, -1.0], &[[4.0, 2.0], [2.0, 10.0]]).unwrap();
        let standard = Samples::from_rows(&[1.0, 2.0, -0.5, 0.25], 2).unwrap();
        let samples = normal.of_standard(&standard).unwrap();
        assert_eq!([samples.column(0), samples.column(1)], [[2.5, -0.5], [6.0, -0.75]]);
        let line = Samples::from_rows(&[1.0], 1).unwrap();
        assert!(matches!(normal.of_standard(&line), Err(Error::Shape { d: 1, .. })));
    }

    #[test]
    fn every_chunk_is_its_own_stream() {
        let normal = Normal::standard(2).unwrap();
        let samples = normal.samples::<f64>(5, 2 * CHUNK + 3, 2).unwrap();
        let mut again = Draft::<f64>::new(3, 2).unwrap();
        normal.fill(5, 2, again.columns_mut());
        let again = again.finish().unwrap();
        for j in 0..2 {
            assert_eq!(&samples.column(j)[2 * CHUNK..], again.column(j));
            assert_ne!(samples.column(j)[..3], samples.column(j)[CHUNK..CHUNK + 3]);
        }
    }

    #[test]
    fn moments_are_those_asked_for() {
        let normal = Normal::new(&[1.0, -2.0], &[[4.0, 1.2], [1.2, 1.0]]).unwrap();
        let n = 60_000;
        let samples = normal.samples::<f32>(9, n, 2).unwrap();
        let column = |j: usize| samples.column(j).iter().map(|&x| f64::from(x));
        let mean = |j: usize| column(j).sum::<f64>() / n as f64;
        let (a, b) = (mean(0), mean(1));
        let cross =
            column(0).zip(column(1)).map(|(x, y)| (x - a) * (y - b)).sum::<f64>() / n as f64;
        assert!((a - 1.0).abs() < 0.05 && (b + 2.0).abs() < 0.03, "{a} {b}");
        assert!((cross - 1.2).abs() < 0.06, "{cross}");
    }
}
