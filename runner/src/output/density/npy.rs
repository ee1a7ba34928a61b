//! Values or counts as NumPy's `.npy`: shape (m), or that of the grid, in C order.
//!
//! The counterpart of [`crate::input::npy`].

use std::io::{self, Write};

use npyz::{AutoSerialize, WriteOptions, WriterBuilder as _};

use super::Report;

/// Densities, or their logarithms, as `f8`.
///
/// # Errors
/// Those of `out`.
pub fn values(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    array(out, report, report.values())
}

/// Counts as `u8`, unsigned integers of 8 bytes.
///
/// # Errors
/// Those of `out`.
pub fn counts(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    array(out, report, report.estimate.counts.iter().copied())
}

fn array<T: AutoSerialize>(
    out: &mut dyn Write,
    report: &Report,
    values: impl Iterator<Item = T>,
) -> io::Result<()> {
    let shape = report.places.shape(report.estimate.len());
    let shape: Vec<u64> = shape.into_iter().map(|points| points as u64).collect();
    let options = WriteOptions::new().default_dtype().shape(&shape).writer(out);
    let mut writer = options.begin_nd()?;
    writer.extend(values)?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::super::tests::report;
    use super::*;
    use npyz::NpyFile;

    #[test]
    fn what_is_written_is_read_again() {
        let report = report(&[0, 3, 8]);
        let mut bytes = Vec::new();
        values(&mut bytes, &report).unwrap();
        let file = NpyFile::new(&bytes[..]).unwrap();
        assert_eq!((file.shape(), file.dtype().descr()), (&[3][..], "'<f8'".into()));
        assert_eq!(file.into_vec::<f64>().unwrap(), [0.0, 0.75, 2.0]);
        let mut bytes = Vec::new();
        counts(&mut bytes, &report).unwrap();
        let file = NpyFile::new(&bytes[..]).unwrap();
        assert_eq!(file.dtype().descr(), "'<u8'");
        assert_eq!(file.into_vec::<u64>().unwrap(), [0, 3, 8]);
    }
}
