//! Lanes on the `wide` crate: whatever the build's target has at least (SSE2 on x86-64, NEON on
//! AArch64, SIMD128 on wasm, plain scalars elsewhere). Always available.
//!
//! `wide` chooses at compile time, so in a default x86-64 build this is SSE2 whatever the CPU.

use wide::{bytemuck, f32x4, f64x2, i32x4, i64x2, u8x16};

use super::lanes::{Distances, Doubles, GROUP, Job, Lanes, Limits, ScalarSieve, Vectors};
use super::widths::CAPACITY;

/// No proof is needed: the build could not run otherwise.
#[derive(Clone, Copy)]
pub(crate) struct Portable(());

/// Vectors of 2 doubles.
#[derive(Clone, Copy)]
pub(crate) struct Double(());

/// Vectors of 4 singles.
#[derive(Clone, Copy)]
pub(crate) struct Single(());

impl Lanes for Portable {
    const NAME: &'static str = "portable";
    const REQUIRES: &'static str = "nothing beyond the build's target";
    type Double = Double;
    type Single = Single;
    /// What is beyond; 0 where a sample is left.
    type Left = [u8x16; 4];

    fn detect() -> Option<Self> {
        Some(Self(()))
    }

    fn vectorize<J: Job>(self, job: J) -> J::Output {
        job.run(self)
    }

    fn double(self) -> Double {
        Double(())
    }

    fn single(self) -> Single {
        Single(())
    }

    #[inline(always)]
    fn all_left(self) -> [u8x16; 4] {
        [u8x16::ZERO; 4]
    }

    #[inline(always)]
    fn keep(
        self,
        mut beyond: [u8x16; 4],
        codes: &[u8; 64],
        [first, ..]: [u8; 4],
        [span, ..]: [u8; 4],
    ) -> [u8x16; 4] {
        let (first, span) = (u8x16::splat(first), u8x16::splat(span));
        for (beyond, codes) in beyond.iter_mut().zip(codes.as_chunks::<16>().0) {
            *beyond |= (u8x16::from(*codes) - first).saturating_sub(span);
        }
        beyond
    }

    #[inline(always)]
    fn left(self, beyond: [u8x16; 4]) -> u64 {
        let mut left = 0;
        for (k, beyond) in beyond.into_iter().enumerate() {
            left |= u64::from(beyond.simd_eq(u8x16::ZERO).to_bitmask()) << (16 * k);
        }
        left
    }
}

impl Vectors for Double {
    type Element = f64;
    const WIDTH: usize = 2;
    type Vector = f64x2;
    type Tally = i64x2;

    #[inline(always)]
    fn splat(self, value: f64) -> f64x2 {
        f64x2::splat(value)
    }

    #[inline(always)]
    fn load(self, group: &[f64; GROUP], at: usize) -> f64x2 {
        f64x2::from([group[at], group[at + 1]])
    }

    #[inline(always)]
    fn sub(self, a: f64x2, b: f64x2) -> f64x2 {
        a - b
    }

    #[inline(always)]
    fn abs(self, a: f64x2) -> f64x2 {
        a.abs()
    }

    #[inline(always)]
    fn max(self, a: f64x2, b: f64x2) -> f64x2 {
        a.fast_max(b)
    }

    #[inline(always)]
    fn no_tally(self) -> i64x2 {
        i64x2::ZERO
    }

    /// A true lane is −1 as an integer: subtracting the mask counts it.
    #[inline(always)]
    fn tally(self, tally: i64x2, value: f64x2, limit: f64x2) -> i64x2 {
        tally - bytemuck::cast::<f64x2, i64x2>(value.simd_le(limit))
    }

    #[inline(always)]
    fn total(self, tally: i64x2) -> u64 {
        tally.to_array().iter().sum::<i64>().cast_unsigned()
    }
}

impl Vectors for Single {
    type Element = f32;
    const WIDTH: usize = 4;
    type Vector = f32x4;
    type Tally = i32x4;

    #[inline(always)]
    fn splat(self, value: f32) -> f32x4 {
        f32x4::splat(value)
    }

    #[inline(always)]
    fn load(self, group: &[f32; GROUP], at: usize) -> f32x4 {
        f32x4::from([group[at], group[at + 1], group[at + 2], group[at + 3]])
    }

    #[inline(always)]
    fn sub(self, a: f32x4, b: f32x4) -> f32x4 {
        a - b
    }

    #[inline(always)]
    fn abs(self, a: f32x4) -> f32x4 {
        a.abs()
    }

    #[inline(always)]
    fn max(self, a: f32x4, b: f32x4) -> f32x4 {
        a.fast_max(b)
    }

    #[inline(always)]
    fn no_tally(self) -> i32x4 {
        i32x4::ZERO
    }

    #[inline(always)]
    fn tally(self, tally: i32x4, value: f32x4, limit: f32x4) -> i32x4 {
        tally - bytemuck::cast::<f32x4, i32x4>(value.simd_le(limit))
    }

    #[inline(always)]
    fn total(self, tally: i32x4) -> u64 {
        tally.to_array().iter().map(|&sum| u64::from(sum.cast_unsigned())).sum()
    }
}

impl Doubles for Double {
    type Sieve = ScalarSieve;

    #[inline(always)]
    fn widen(self, group: &[f32; GROUP], at: usize) -> f64x2 {
        f64x2::from([f64::from(group[at]), f64::from(group[at + 1])])
    }

    #[inline(always)]
    fn store(self, vector: f64x2, group: &mut Distances, at: usize) {
        group.0[at..at + 2].copy_from_slice(&vector.to_array());
    }

    #[inline(always)]
    fn add(self, a: f64x2, b: f64x2) -> f64x2 {
        a + b
    }

    #[inline(always)]
    fn tally_first(self, tally: i64x2, value: f64x2, limit: f64x2, lanes: usize) -> i64x2 {
        let first = i64x2::from([-i64::from(lanes > 0), -i64::from(lanes > 1)]);
        tally - (bytemuck::cast::<f64x2, i64x2>(value.simd_le(limit)) & first)
    }

    #[inline(always)]
    fn sum(self, a: f64x2) -> f64 {
        a.to_array().iter().sum()
    }

    #[inline(always)]
    fn sieve(self, limits: Limits) -> ScalarSieve {
        ScalarSieve::new(limits)
    }

    #[inline(always)]
    fn sift(
        self,
        sieve: &mut ScalarSieve,
        distances: [f64x2; 2],
        keys: &mut [u32; CAPACITY],
        mut len: usize,
    ) -> usize {
        for distances in distances {
            len = sieve.sift(&distances.to_array(), keys, len);
        }
        len
    }

    #[inline(always)]
    fn below(self, sieve: ScalarSieve) -> u64 {
        sieve.below()
    }
}
