//! Identity of a data set: XXH3-64 over its values.
//!
//! The bytes are those of the rows in row order, each value little-endian in its own storage: what
//! `ndarray.tobytes()` gives for a C-ordered array, so `xxhsum -H3` of that gives the same number.
//! Row order costs a gather from the columns, but it does not depend on how this program stores
//! samples. Separate, because a checksum says which samples were counted, not how.

use std::fmt;
use std::hash::Hasher as _;

use kernel::Samples;
use twox_hash::xxhash3_64::{RawHasher, SecretBuffer};

use super::Rounded;

/// Rows gathered before they are hashed.
const BLOCK: usize = 1024;

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
        let mut hasher = RawHasher::new(SecretBuffer::default());
        let columns: Vec<&[T]> = (0..samples.d()).map(|j| samples.column(j)).collect();
        let mut bytes = Vec::with_capacity(BLOCK * samples.d() * size_of::<T>());
        for start in (0..samples.n()).step_by(BLOCK) {
            bytes.clear();
            for i in start..samples.n().min(start + BLOCK) {
                for column in &columns {
                    column[i].append_le(&mut bytes);
                }
            }
            hasher.write(&bytes);
        }
        Self(hasher.finish())
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
    fn order_shape_and_storage_matter() {
        let of = |rows: &[f64]| Checksum::of(&Samples::from_rows(rows, 2).unwrap());
        assert_ne!(of(&[1.0, 2.0, 3.0, 4.0]), of(&[3.0, 4.0, 1.0, 2.0]));
        let single = Checksum::of(&Samples::from_rows(&[1.0_f32, 2.0], 2).unwrap());
        assert_ne!(of(&[1.0, 2.0]), single);
        assert_eq!(Checksum::from_bits(10).to_string(), "xxh3:000000000000000a");
    }
}
