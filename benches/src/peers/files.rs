//! Samples, centers and widths as `.npy` files, and counts as they come back.
//!
//! Apart from [`super::task`], which says what they are, because both sides of the protocol use it.
//! Next: `benches/peers/README.md`, the protocol.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter};
use std::path::Path;

use npyz::{NpyFile, WriterBuilder as _};

/// What a peer is given.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// `rows[i * d + j]` is coordinate j of sample i.
    pub rows: Vec<f64>,
    /// Dimensions, at least 1.
    pub d: usize,
    /// `centers[c * d + j]`.
    pub centers: Vec<f64>,
    /// The widths.
    pub widths: Vec<f64>,
}

impl Data {
    /// Writes `samples.npy`, `centers.npy` and `widths.npy` into `folder`.
    ///
    /// # Errors
    /// The system's refusal.
    pub fn write(&self, folder: &Path) -> io::Result<()> {
        let rows = |values: &[f64]| [(values.len() / self.d) as u64, self.d as u64];
        write(&folder.join("samples.npy"), &rows(&self.rows), &self.rows)?;
        write(&folder.join("centers.npy"), &rows(&self.centers), &self.centers)?;
        write(&folder.join("widths.npy"), &[self.widths.len() as u64], &self.widths)
    }

    /// The samples column by column: `columns()[j][i]` is coordinate j of sample i.
    pub fn columns(&self) -> Vec<Vec<f64>> {
        let column = |j| self.rows.iter().skip(j).step_by(self.d).copied().collect();
        (0..self.d).map(column).collect()
    }

    /// Reads what [`Data::write`] has written.
    ///
    /// # Errors
    /// A file is missing, or is no such file.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let (rows, shape) = read(&folder.join("samples.npy"))?;
        let (centers, _) = read(&folder.join("centers.npy"))?;
        let (widths, _) = read(&folder.join("widths.npy"))?;
        let d = shape.get(1).map_or(1, |&d| d as usize);
        Ok(Self { rows, d, centers, widths })
    }
}

fn write(path: &Path, shape: &[u64], values: &[f64]) -> io::Result<()> {
    let file = BufWriter::new(File::create(path)?);
    let mut file =
        npyz::WriteOptions::new().default_dtype().shape(shape).writer(file).begin_nd()?;
    file.extend(values.iter().copied())?;
    file.finish()
}

fn read(path: &Path) -> io::Result<(Vec<f64>, Vec<u64>)> {
    let file = NpyFile::new(BufReader::new(File::open(path)?))?;
    let shape = file.shape().to_vec();
    Ok((file.into_vec()?, shape))
}

/// Writes the numbers of an answer, little-endian doubles one after another.
///
/// # Errors
/// The system's refusal.
pub fn write_answer(path: &Path, counts: &[u64]) -> io::Result<()> {
    let bytes: Vec<u8> = counts.iter().flat_map(|&count| (count as f64).to_le_bytes()).collect();
    fs::write(path, bytes)
}

/// Reads the numbers of an answer. A broken last number is left out; the number of numbers tells.
///
/// # Errors
/// There is no such file.
pub fn read_answer(path: &Path) -> io::Result<Vec<f64>> {
    let bytes = fs::read(path)?;
    Ok(bytes.as_chunks::<8>().0.iter().map(|&number| f64::from_le_bytes(number)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let data = Data {
            rows: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            d: 3,
            centers: vec![0.0; 3],
            widths: vec![0.5, 1.0],
        };
        data.write(folder.path()).unwrap();
        assert_eq!(Data::read(folder.path()).unwrap(), data);
        assert_eq!(data.columns(), [[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]);
        let path = folder.path().join("answer");
        write_answer(&path, &[7, 8]).unwrap();
        assert_eq!(read_answer(&path).unwrap(), [7.0, 8.0]);
    }
}
