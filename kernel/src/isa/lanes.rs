//! The few vector operations that a scan needs, and nothing else.
//!
//! A `Lanes` value is a *token*: only [`Lanes::detect`] makes one, so holding it proves that the CPU
//! has the instructions, and the scan over it is safe code. From it come two more tokens, for
//! vectors of doubles (the exact test) and of singles (a filter before it). Adding an instruction
//! set means one file that implements these traits and one line in [`isa::ALL`](super::ALL).

use super::masked::Masked;
use super::widths::CAPACITY;
use crate::ranking::{Bins, Ties};
use crate::samples::Element;

/// Samples that the scan takes at a time: 8 vectors of 512 bits, 16 of 256, 32 of 128.
///
/// A fixed-length group lets the compiler drop every bounds check of the vectors inside it.
pub(crate) const GROUP: usize = 64;

/// Distances of one group, aligned so that no vector splits a cache line.
#[derive(Clone, Copy)]
#[repr(C, align(64))]
pub(crate) struct Distances(pub(crate) [f64; GROUP]);

/// A computation that is generic over the lanes it runs on.
pub(crate) trait Job {
    type Output;
    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// An instruction set, proven to be there.
pub(crate) trait Lanes: Copy + 'static {
    /// Its name, in Rust's feature spelling, or `portable`.
    const NAME: &'static str;
    /// The CPU features that [`Lanes::detect`] asks for.
    const REQUIRES: &'static str;
    type Double: Masked;
    type Single: Vectors<Element = f32>;
    /// Who is left of 64 samples.
    type Left: Copy;

    /// The token, if this CPU has the features.
    fn detect() -> Option<Self>;
    /// Runs `job` compiled with the features.
    fn vectorize<J: Job>(self, job: J) -> J::Output;
    fn double(self) -> Self::Double;
    fn single(self) -> Self::Single;

    /// All of 64 samples.
    fn all_left(self) -> Self::Left;
    /// Those of `left` whose codes are between `first` and `first + span`, both included; of these, four
    /// copies.
    fn keep(self, left: Self::Left, codes: &[u8; 64], first: [u8; 4], span: [u8; 4]) -> Self::Left;
    /// A bit for each who is left.
    fn left(self, left: Self::Left) -> u64;
}

/// Vectors of one element type, and the operations of the hypercube test.
pub(crate) trait Vectors: Copy {
    type Element: Element;
    /// Elements in a vector; two vectors divide [`GROUP`].
    const WIDTH: usize;
    type Vector: Copy;
    /// Counts of lanes, one or more partial sums.
    type Tally: Copy;

    fn splat(self, value: Self::Element) -> Self::Vector;
    /// `group[at..at + WIDTH]`.
    fn load(self, group: &[Self::Element; GROUP], at: usize) -> Self::Vector;
    fn sub(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    fn abs(self, a: Self::Vector) -> Self::Vector;
    fn max(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// max(|a|, |b|).
    #[inline(always)]
    fn max_abs(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        self.max(self.abs(a), self.abs(b))
    }
    /// max(a, |b|) for a ≥ 0.
    #[inline(always)]
    fn grow(self, a: Self::Vector, b: Self::Vector) -> Self::Vector {
        self.max(a, self.abs(b))
    }

    /// Asks for the cache line at an address, which need not be valid, to be fetched.
    #[inline(always)]
    fn prefetch(self, _address: *const u8) {}

    fn no_tally(self) -> Self::Tally;
    /// Adds the number of lanes with value <= limit. Good for 2^31 vectors.
    fn tally(self, tally: Self::Tally, value: Self::Vector, limit: Self::Vector) -> Self::Tally;
    fn total(self, tally: Self::Tally) -> u64;
}

/// Vectors of doubles: the exact test, and the pass over many widths.
pub(crate) trait Doubles: Vectors<Element = f64> {
    /// Two limits, and how many keys were below the near one.
    type Sieve: Copy;

    /// `group[at..at + WIDTH]`, each value widened.
    fn widen(self, group: &[f32; GROUP], at: usize) -> Self::Vector;
    /// Writes to `group[at..at + WIDTH]`.
    fn store(self, vector: Self::Vector, group: &mut Distances, at: usize);
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// As [`Vectors::tally`] for the first `lanes` lanes only, all of them if there are fewer.
    fn tally_first(
        self,
        tally: Self::Tally,
        value: Self::Vector,
        limit: Self::Vector,
        lanes: usize,
    ) -> Self::Tally;
    /// Sum of all lanes, in any order.
    fn sum(self, a: Self::Vector) -> f64;

    /// Makes the sieve for [`Doubles::sift`].
    fn sieve(self, limits: Limits) -> Self::Sieve;
    /// Counts the distances of two vectors whose keys are below the near limit, and writes the keys
    /// between the limits, both included, to `keys[len..]` in any order. `keys` has room for every
    /// key of both vectors; what stands behind the new length, which is returned, is undefined.
    fn sift(
        self,
        sieve: &mut Self::Sieve,
        distances: [Self::Vector; 2],
        keys: &mut [u32; CAPACITY],
        len: usize,
    ) -> usize;
    /// Number of keys that were below the near limit.
    fn below(self, sieve: Self::Sieve) -> u64;

    /// Replaces every key by its slot. A key that equals its bin's edge cannot say on which side of
    /// the edge its distance is: it is taken to be within, and the edge is noted.
    #[inline(always)]
    fn slots(self, keys: &mut [u32], bins: &Bins, ties: &mut Ties) {
        for key in keys {
            let bin = bins.of(*key);
            let edge = bins.edges[bin];
            if *key == edge {
                ties.note(edge);
            }
            *key = Bins::slot(bin, *key > edge) as u32;
        }
    }
}

/// The upper half of a distance's bits. Distances are not negative, so keys order as distances do,
/// except that distances with equal keys remain to be compared.
#[inline(always)]
pub(crate) fn key(distance: f64) -> u32 {
    (distance.to_bits() >> 32) as u32
}

/// Keys of the smallest and the largest radius of a pass over many widths.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) near: u32,
    pub(crate) far: u32,
}

/// A sieve that looks at one key after the other.
#[derive(Clone, Copy)]
pub(crate) struct ScalarSieve {
    limits: Limits,
    below: u64,
}

impl ScalarSieve {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, below: 0 }
    }

    /// [`Doubles::sift`] for distances in memory.
    #[inline(always)]
    pub(crate) fn sift(
        &mut self,
        distances: &[f64],
        keys: &mut [u32; CAPACITY],
        mut len: usize,
    ) -> usize {
        for &distance in distances {
            let key = key(distance);
            // Written always, kept only if in between: no branch to mispredict.
            keys[len] = key;
            len += usize::from((self.limits.near..=self.limits.far).contains(&key));
            self.below += u64::from(key < self.limits.near);
        }
        len
    }

    pub(crate) fn below(&self) -> u64 {
        self.below
    }
}

/// Storage as lanes of doubles read it.
pub(crate) trait Stored: Element {
    /// A value that lies outside every window: |x − ∞| = ∞.
    const OUTSIDE: Self;
    fn load<V: Doubles>(vectors: V, group: &[Self; GROUP], at: usize) -> V::Vector;
    /// The nearest single.
    fn narrow(self) -> f32;
}

impl Stored for f64 {
    const OUTSIDE: Self = Self::INFINITY;
    #[inline(always)]
    fn load<V: Doubles>(vectors: V, group: &[Self; GROUP], at: usize) -> V::Vector {
        vectors.load(group, at)
    }
    #[inline(always)]
    fn narrow(self) -> f32 {
        self as f32
    }
}

impl Stored for f32 {
    const OUTSIDE: Self = Self::INFINITY;
    #[inline(always)]
    fn load<V: Doubles>(vectors: V, group: &[Self; GROUP], at: usize) -> V::Vector {
        vectors.widen(group, at)
    }
    #[inline(always)]
    fn narrow(self) -> f32 {
        self
    }
}
