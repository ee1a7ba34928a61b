//! Sums under a mask on AVX-512.

use std::arch::x86_64::*;

use super::super::lanes::GROUP;
use super::super::masked::Masked;
use super::Double;

impl Masked for Double {
    type Mask = __mmask8;
    type Sums = __m512i;

    #[inline(always)]
    fn mul(self, a: __m512d, b: __m512d) -> __m512d {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_mul_pd(a, b) }
    }

    #[inline(always)]
    fn first(self, lanes: usize) -> __mmask8 {
        // SAFETY: `self` proves BMI2. The instruction reads 8 bits of the number.
        unsafe { _bzhi_u32(0xFF, lanes.min(8) as u32) as __mmask8 }
    }

    #[inline(always)]
    fn at_most(self, among: __mmask8, a: __m512d, b: __m512d) -> __mmask8 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_mask_cmp_pd_mask::<_CMP_LE_OQ>(among, a, b) }
    }

    #[inline(always)]
    fn less(self, among: __mmask8, a: __m512d, b: __m512d) -> __mmask8 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_mask_cmp_pd_mask::<_CMP_LT_OQ>(among, a, b) }
    }

    #[inline(always)]
    fn bits(self, mask: __mmask8) -> u32 {
        u32::from(mask)
    }

    #[inline(always)]
    fn add_where(self, mask: __mmask8, sum: __m512d, a: __m512d) -> __m512d {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_mask_add_pd(sum, mask, sum, a) }
    }

    #[inline(always)]
    fn add_product_where(self, mask: __mmask8, sum: __m512d, a: __m512d, b: __m512d) -> __m512d {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_mask3_fmadd_pd(a, b, sum, mask) }
    }

    #[inline(always)]
    fn no_weight(self) -> __m512i {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_setzero_si512() }
    }

    #[inline(always)]
    fn add_weights(
        self,
        mask: __mmask8,
        sums: __m512i,
        weights: &[u64; GROUP],
        at: usize,
    ) -> __m512i {
        let from = &weights[at..at + 8];
        // SAFETY: `self` proves AVX-512F; `from` holds the 64 bytes read.
        unsafe { _mm512_mask_add_epi64(sums, mask, sums, _mm512_loadu_epi64(from.as_ptr().cast())) }
    }

    #[inline(always)]
    fn weight(self, sums: __m512i) -> u64 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_reduce_add_epi64(sums).cast_unsigned() }
    }
}
