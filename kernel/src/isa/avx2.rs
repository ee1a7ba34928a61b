//! Lanes on AVX2: 4 doubles or 8 singles, comparisons into vector masks.
//!
//! | instruction | for 4 samples of d = 2 | ports on Golden Cove | on Zen 4 |
//! |---|---|---|---|
//! | `vsubpd` | 2 | 1, 5 | 2 of 4 pipes |
//! | `vandnpd` | 2 | 0, 1, 5 | 4 pipes |
//! | `vmaxpd`, `vcmppd` | 1 + 1 | 0, 1 | 2 of 4 pipes |
//! | `vpsubq` | 1 | 0, 1, 5 | 4 pipes |
//!
//! Seven instructions on three ports: 2.33 cycles for 4 samples is the floor in cache (ports after
//! uops.info). Sums in 64-bit lanes overflow after 2^64 samples, in 32-bit lanes after 2^31 vectors.

#![expect(unsafe_code, reason = "std::arch intrinsics behind a token that only detection makes")]

mod masked;

use std::arch::x86_64::*;

use super::lanes::{Distances, Doubles, GROUP, Job, Lanes, Limits, ScalarSieve, Vectors};
use super::widths::CAPACITY;

/// Proof that the CPU has the features of [`Lanes::REQUIRES`].
#[derive(Clone, Copy)]
pub(crate) struct Avx2(());

/// Vectors of 4 doubles.
#[derive(Clone, Copy)]
pub(crate) struct Double(());

/// Vectors of 8 singles.
#[derive(Clone, Copy)]
pub(crate) struct Single(());

impl Lanes for Avx2 {
    const NAME: &'static str = "avx2";
    const REQUIRES: &'static str = "avx2, bmi1, bmi2, popcnt";
    type Double = Double;
    type Single = Single;
    /// What is beyond; 0 where a sample is left.
    type Left = [__m256i; 2];

    fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt"))
        .then_some(Self(()))
    }

    fn vectorize<J: Job>(self, job: J) -> J::Output {
        #[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
        fn with_features<J: Job>(lanes: Avx2, job: J) -> J::Output {
            job.run(lanes)
        }
        // SAFETY: `self` proves that detection found these features.
        unsafe { with_features(self, job) }
    }

    #[inline(always)]
    fn double(self) -> Double {
        Double(())
    }

    #[inline(always)]
    fn single(self) -> Single {
        Single(())
    }

    #[inline(always)]
    fn all_left(self) -> [__m256i; 2] {
        // SAFETY: `self` proves AVX.
        unsafe { [_mm256_setzero_si256(); 2] }
    }

    /// There is no unsigned comparison, so what is beyond in any column adds bits.
    #[inline(always)]
    fn keep(
        self,
        mut beyond: [__m256i; 2],
        codes: &[u8; 64],
        first: [u8; 4],
        span: [u8; 4],
    ) -> [__m256i; 2] {
        for (beyond, codes) in beyond.iter_mut().zip(codes.as_chunks::<32>().0) {
            // SAFETY: `self` proves AVX2; the vector reads the 32 bytes of `codes`.
            unsafe {
                let first = _mm256_set1_epi32(i32::from_ne_bytes(first));
                let span = _mm256_set1_epi32(i32::from_ne_bytes(span));
                let above = _mm256_sub_epi8(_mm256_loadu_si256(codes.as_ptr().cast()), first);
                *beyond = _mm256_or_si256(*beyond, _mm256_subs_epu8(above, span));
            }
        }
        beyond
    }

    #[inline(always)]
    fn left(self, beyond: [__m256i; 2]) -> u64 {
        let mut halves = [0; 2];
        for (half, beyond) in halves.iter_mut().zip(beyond) {
            // SAFETY: `self` proves AVX2.
            unsafe {
                let inside = _mm256_cmpeq_epi8(beyond, _mm256_setzero_si256());
                *half = u64::from(_mm256_movemask_epi8(inside).cast_unsigned());
            }
        }
        halves[0] | halves[1] << 32
    }
}

impl Vectors for Double {
    type Element = f64;
    const WIDTH: usize = 4;
    type Vector = __m256d;
    type Tally = __m256i;

    #[inline(always)]
    fn splat(self, value: f64) -> __m256d {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_set1_pd(value) }
    }

    #[inline(always)]
    fn load(self, group: &[f64; GROUP], at: usize) -> __m256d {
        let from = &group[at..at + 4];
        // SAFETY: `self` proves AVX; `from` holds the 32 bytes read.
        unsafe { _mm256_loadu_pd(from.as_ptr()) }
    }

    #[inline(always)]
    fn sub(self, a: __m256d, b: __m256d) -> __m256d {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_sub_pd(a, b) }
    }

    #[inline(always)]
    fn abs(self, a: __m256d) -> __m256d {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_andnot_pd(_mm256_set1_pd(-0.0), a) }
    }

    #[inline(always)]
    fn max(self, a: __m256d, b: __m256d) -> __m256d {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_max_pd(a, b) }
    }

    #[inline(always)]
    fn prefetch(self, address: *const u8) {
        // SAFETY: SSE is part of x86-64; a prefetch does not fault, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
    }

    #[inline(always)]
    fn no_tally(self) -> __m256i {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_setzero_si256() }
    }

    /// A true lane is −1 as an integer: subtracting the mask counts it.
    #[inline(always)]
    fn tally(self, tally: __m256i, value: __m256d, limit: __m256d) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe {
            let inside = _mm256_cmp_pd::<_CMP_LE_OQ>(value, limit);
            _mm256_sub_epi64(tally, _mm256_castpd_si256(inside))
        }
    }

    #[inline(always)]
    fn total(self, tally: __m256i) -> u64 {
        let mut lanes = [0_u64; 4];
        // SAFETY: `self` proves AVX; `lanes` holds the 32 bytes written.
        unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), tally) };
        lanes.iter().sum()
    }
}

impl Vectors for Single {
    type Element = f32;
    const WIDTH: usize = 8;
    type Vector = __m256;
    type Tally = __m256i;

    #[inline(always)]
    fn splat(self, value: f32) -> __m256 {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_set1_ps(value) }
    }

    #[inline(always)]
    fn load(self, group: &[f32; GROUP], at: usize) -> __m256 {
        let from = &group[at..at + 8];
        // SAFETY: `self` proves AVX; `from` holds the 32 bytes read.
        unsafe { _mm256_loadu_ps(from.as_ptr()) }
    }

    #[inline(always)]
    fn sub(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_sub_ps(a, b) }
    }

    #[inline(always)]
    fn abs(self, a: __m256) -> __m256 {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_andnot_ps(_mm256_set1_ps(-0.0), a) }
    }

    #[inline(always)]
    fn max(self, a: __m256, b: __m256) -> __m256 {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_max_ps(a, b) }
    }

    #[inline(always)]
    fn no_tally(self) -> __m256i {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_setzero_si256() }
    }

    #[inline(always)]
    fn tally(self, tally: __m256i, value: __m256, limit: __m256) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe {
            let inside = _mm256_cmp_ps::<_CMP_LE_OQ>(value, limit);
            _mm256_sub_epi32(tally, _mm256_castps_si256(inside))
        }
    }

    #[inline(always)]
    fn total(self, tally: __m256i) -> u64 {
        let mut lanes = [0_u32; 8];
        // SAFETY: `self` proves AVX; `lanes` holds the 32 bytes written.
        unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), tally) };
        lanes.iter().map(|&sum| u64::from(sum)).sum()
    }
}

impl Doubles for Double {
    type Sieve = ScalarSieve;

    #[inline(always)]
    fn widen(self, group: &[f32; GROUP], at: usize) -> __m256d {
        let from = &group[at..at + 4];
        // SAFETY: `self` proves AVX; `from` holds the 16 bytes read.
        unsafe { _mm256_cvtps_pd(_mm_loadu_ps(from.as_ptr())) }
    }

    #[inline(always)]
    fn store(self, vector: __m256d, group: &mut Distances, at: usize) {
        let to = &mut group.0[at..at + 4];
        // SAFETY: `self` proves AVX; `to` holds the 32 bytes written.
        unsafe { _mm256_storeu_pd(to.as_mut_ptr(), vector) }
    }

    #[inline(always)]
    fn add(self, a: __m256d, b: __m256d) -> __m256d {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_add_pd(a, b) }
    }

    #[inline(always)]
    fn tally_first(self, tally: __m256i, value: __m256d, limit: __m256d, lanes: usize) -> __m256i {
        // SAFETY: `self` proves AVX2.
        unsafe {
            let first =
                _mm256_cmpgt_epi64(_mm256_set1_epi64x(lanes as i64), _mm256_set_epi64x(3, 2, 1, 0));
            let inside = _mm256_castpd_si256(_mm256_cmp_pd::<_CMP_LE_OQ>(value, limit));
            _mm256_sub_epi64(tally, _mm256_and_si256(inside, first))
        }
    }

    #[inline(always)]
    fn sum(self, a: __m256d) -> f64 {
        let mut lanes = [0.0; 4];
        // SAFETY: `self` proves AVX; `lanes` holds the 32 bytes written.
        unsafe { _mm256_storeu_pd(lanes.as_mut_ptr(), a) };
        lanes.iter().sum()
    }

    #[inline(always)]
    fn sieve(self, limits: Limits) -> ScalarSieve {
        ScalarSieve::new(limits)
    }

    #[inline(always)]
    fn sift(
        self,
        sieve: &mut ScalarSieve,
        distances: [__m256d; 2],
        keys: &mut [u32; CAPACITY],
        len: usize,
    ) -> usize {
        let mut lanes = [[0.0; 4]; 2];
        for (lanes, distances) in lanes.iter_mut().zip(distances) {
            // SAFETY: `self` proves AVX; `lanes` holds the 32 bytes written.
            unsafe { _mm256_storeu_pd(lanes.as_mut_ptr(), distances) };
        }
        sieve.sift(lanes.as_flattened(), keys, len)
    }

    #[inline(always)]
    fn below(self, sieve: ScalarSieve) -> u64 {
        sieve.below()
    }
}
