//! Sums under a mask on AVX2.

use std::arch::x86_64::*;

use super::super::lanes::GROUP;
use super::super::masked::Masked;
use super::Double;

impl Masked for Double {
    type Mask = __m256d;
    type Sums = __m256i;

    #[inline(always)]
    fn mul(self, a: __m256d, b: __m256d) -> __m256d {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_mul_pd(a, b) }
    }

    #[inline(always)]
    fn first(self, lanes: usize) -> __m256d {
        // SAFETY: `self` proves AVX2.
        unsafe {
            let lanes = _mm256_set1_epi64x(lanes as i64);
            _mm256_castsi256_pd(_mm256_cmpgt_epi64(lanes, _mm256_set_epi64x(3, 2, 1, 0)))
        }
    }

    #[inline(always)]
    fn at_most(self, among: __m256d, a: __m256d, b: __m256d) -> __m256d {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_and_pd(among, _mm256_cmp_pd::<_CMP_LE_OQ>(a, b)) }
    }

    #[inline(always)]
    fn less(self, among: __m256d, a: __m256d, b: __m256d) -> __m256d {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_and_pd(among, _mm256_cmp_pd::<_CMP_LT_OQ>(a, b)) }
    }

    #[inline(always)]
    fn bits(self, mask: __m256d) -> u32 {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_movemask_pd(mask).cast_unsigned() }
    }

    #[inline(always)]
    fn add_where(self, mask: __m256d, sum: __m256d, a: __m256d) -> __m256d {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_add_pd(sum, _mm256_and_pd(mask, a)) }
    }

    #[inline(always)]
    fn no_weight(self) -> __m256i {
        // SAFETY: `self` proves AVX.
        unsafe { _mm256_setzero_si256() }
    }

    #[inline(always)]
    fn add_weights(
        self,
        mask: __m256d,
        sums: __m256i,
        weights: &[u64; GROUP],
        at: usize,
    ) -> __m256i {
        let from = &weights[at..at + 4];
        // SAFETY: `self` proves AVX2; `from` holds the 32 bytes read.
        unsafe {
            let weights = _mm256_loadu_si256(from.as_ptr().cast());
            _mm256_add_epi64(sums, _mm256_and_si256(_mm256_castpd_si256(mask), weights))
        }
    }

    #[inline(always)]
    fn weight(self, sums: __m256i) -> u64 {
        let mut lanes = [0_u64; 4];
        // SAFETY: `self` proves AVX; `lanes` holds the 32 bytes written.
        unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), sums) };
        lanes.iter().sum()
    }
}
