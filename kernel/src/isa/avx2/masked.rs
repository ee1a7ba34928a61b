//! Sums under a mask on AVX2.

use std::arch::x86_64::*;

use super::super::masked::Masked;
use super::Double;

impl Masked for Double {
    type Mask = __m256d;

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
}
