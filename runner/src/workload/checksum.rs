//! Identity of a data set: XXH3-64 over its values.
//!
//! The bytes are those of the rows in row order, each value little-endian in its own storage: what
//! `ndarray.tobytes()` gives for a C-ordered array, so `xxhsum -H3` of that gives the same number.
//! Row order costs a gather from the columns, but it does not depend on how this program stores
//! samples, and it can go on from one chunk of rows to the next: [`Running`]. Separate, because a checksum
//! says which samples were counted, not how.

use std::fmt;
use std::hash::Hasher as _;

use kernel::Samples;
use twox_hash::xxhash3_64::{DEFAULT_SECRET_LENGTH, RawHasher, SecretBuffer};

use super::Rounded;

/// Bytes gathered before they are hashed: they stay in the L1 cache.
const BLOCK: usize = 16 << 10;

/// XXH3-64 of samples, printed as `xxh3:0123456789abcdef`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checksum(u64);

impl Checksum {
    /// The checksum with these 64 bits.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The checksum of `samples`. O(n d).
    pub fn of<T: Rounded>(samples: &Samples<T>) -> Self {
        let mut running = Running::new();
        running.add(samples.all().columns());
        running.finish()
    }
}

/// The checksum of rows that come in chunks: the same as that of all of them at once.
pub struct Running {
    hasher: RawHasher<&'static [u8; DEFAULT_SECRET_LENGTH]>,
}

impl Running {
    /// Of no row yet.
    #[expect(clippy::new_without_default, reason = "the checksum of nothing is no default")]
    pub fn new() -> Self {
        Self { hasher: RawHasher::new(SecretBuffer::default()) }
    }

    /// Adds rows whose d columns, of equal length, are `columns`. O(n d).
    pub fn add<T: Rounded>(&mut self, columns: &[&[T]]) {
        let d = columns.len();
        let rows = columns.first().map_or(0, |column| column.len());
        let block = (BLOCK / (d * size_of::<T>()).max(1)).max(1);
        let mut gathered = vec![T::default(); block * d];
        for start in (0..rows).step_by(block) {
            let some = start..rows.min(start + block);
            let gathered = &mut gathered[..some.len() * d];
            for (j, column) in columns.iter().enumerate() {
                for (row, &value) in gathered.chunks_exact_mut(d).zip(&column[some.clone()]) {
                    row[j] = if cfg!(target_endian = "big") { value.swapped() } else { value };
                }
            }
            self.hasher.write(bytemuck::cast_slice(gathered));
        }
    }

    /// The checksum of all rows that were added.
    pub fn finish(self) -> Checksum {
        Checksum(self.hasher.finish())
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Running")
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "xxh3:{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_hash_of_the_rows_bytes() {
        let rows: Vec<f64> = (0..7000).map(|i| f64::from(i) * 0.37).collect();
        let bytes: Vec<u8> = rows.iter().flat_map(|value| value.to_le_bytes()).collect();
        let expected = twox_hash::XxHash3_64::oneshot(&bytes);
        let samples = Samples::from_rows(&rows, 2).unwrap();
        assert_eq!(Checksum::of(&samples), Checksum::from_bits(expected));
    }

    #[test]
    fn chunks_give_the_checksum_of_all_rows() {
        let rows: Vec<f32> = (0..6000_u16).map(|i| f32::from(i) * 0.37).collect();
        let samples = Samples::from_rows(&rows, 3).unwrap();
        let mut running = Running::new();
        for chunk in [0..1, 1..700, 700..700, 700..2000] {
            running.add(samples.run(chunk).columns());
        }
        assert_eq!(running.finish(), Checksum::of(&samples));
    }

    #[test]
    fn order_shape_and_storage_matter() {
        let of = |rows: &[f64]| Checksum::of(&Samples::from_rows(rows, 2).unwrap());
        assert_ne!(of(&[1.0, 2.0, 3.0, 4.0]), of(&[3.0, 4.0, 1.0, 2.0]));
        let single = Checksum::of(&Samples::from_rows(&[1.0_f32, 2.0], 2).unwrap());
        assert_ne!(of(&[1.0, 2.0]), single);
        assert_eq!(Checksum::from_bits(10).to_string(), "xxh3:000000000000000a");
    }
}
