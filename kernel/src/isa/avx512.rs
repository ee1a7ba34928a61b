//! Lanes on AVX-512: 8 doubles or 16 singles, comparisons into mask registers.
//!
//! | instruction | for 8 samples of d = 2 | ports on Golden Cove | on Zen 4 |
//! |---|---|---|---|
//! | `vsubpd` | 2 | 0, 5 | 2 of 4 pipes, two passes |
//! | `vrangepd` | 1 | 0, 5 | 2 of 4 pipes, two passes |
//! | `vcmppd` to mask | 1 | 5 | 2 of 4 pipes, two passes |
//! | `vpaddq` under mask | 1 | 0, 5 | 4 pipes, two passes |
//!
//! Five instructions on two ports: 2.5 cycles for 8 samples is the floor in cache (ports after
//! uops.info). Sums in 64-bit lanes overflow after 2^64 samples, in 32-bit lanes after 2^31 vectors.

#![expect(unsafe_code, reason = "std::arch intrinsics behind a token that only detection makes")]

mod masked;

use std::arch::x86_64::*;
use std::{arch::asm, hint::black_box};

use super::lanes::{Distances, Doubles, GROUP, Job, Lanes, Limits, Vectors};
use super::widths::CAPACITY;
use crate::ranking::{Bins, Ties};

/// Proof that the CPU has the features of [`Lanes::REQUIRES`].
#[derive(Clone, Copy)]
pub(crate) struct Avx512(());

/// Vectors of 8 doubles.
#[derive(Clone, Copy)]
pub(crate) struct Double(());

/// Vectors of 16 singles.
#[derive(Clone, Copy)]
pub(crate) struct Single(());

/// A sum for each lane, and the 1 to add: one that the compiler does not know to be 1.
#[derive(Clone, Copy)]
pub(crate) struct Tally {
    sums: __m512i,
    one: __m512i,
}

/// Limits in every lane, how many keys were seen, and how many not below the near limit: this mask
/// serves the far limit as well, its negation would cost a comparison of its own.
#[derive(Clone, Copy)]
pub(crate) struct Sieve {
    near: __m512i,
    far: __m512i,
    beyond: __m512i,
    one: __m512i,
    seen: u64,
}

/// `VRANGE`: the larger of the absolute values (bits 1:0 = 11, maximum of magnitudes) with the sign
/// bit cleared (bits 3:2 = 10).
const MAX_MAGNITUDE: i32 = 0b1011;

impl Lanes for Avx512 {
    const NAME: &'static str = "avx512";
    const REQUIRES: &'static str = "avx512f, avx512dq, avx512bw, avx512vl, bmi1, bmi2, popcnt";
    type Double = Double;
    type Single = Single;
    type Left = u64;

    fn detect() -> Option<Self> {
        (is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("popcnt"))
        .then_some(Self(()))
    }

    fn vectorize<J: Job>(self, job: J) -> J::Output {
        #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,bmi1,bmi2,popcnt")]
        fn with_features<J: Job>(lanes: Avx512, job: J) -> J::Output {
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
    fn all_left(self) -> u64 {
        u64::MAX
    }

    #[inline(always)]
    fn keep(self, left: u64, codes: &[u8; 64], first: [u8; 4], span: [u8; 4]) -> u64 {
        // SAFETY: `self` proves AVX-512BW; the vector reads the 64 bytes of `codes`.
        unsafe {
            let first = _mm512_set1_epi32(i32::from_ne_bytes(first));
            let span = _mm512_set1_epi32(i32::from_ne_bytes(span));
            let codes = _mm512_loadu_epi8(codes.as_ptr().cast());
            _mm512_mask_cmple_epu8_mask(left, _mm512_sub_epi8(codes, first), span)
        }
    }

    #[inline(always)]
    fn left(self, left: u64) -> u64 {
        left
    }
}

impl Vectors for Double {
    type Element = f64;
    const WIDTH: usize = 8;
    type Vector = __m512d;
    type Tally = Tally;

    #[inline(always)]
    fn splat(self, value: f64) -> __m512d {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_set1_pd(value) }
    }

    #[inline(always)]
    fn load(self, group: &[f64; GROUP], at: usize) -> __m512d {
        let from = &group[at..at + 8];
        // SAFETY: `self` proves AVX-512F; `from` holds the 64 bytes read.
        unsafe { _mm512_loadu_pd(from.as_ptr()) }
    }

    #[inline(always)]
    fn sub(self, a: __m512d, b: __m512d) -> __m512d {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_sub_pd(a, b) }
    }

    #[inline(always)]
    fn abs(self, a: __m512d) -> __m512d {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_abs_pd(a) }
    }

    #[inline(always)]
    fn max(self, a: __m512d, b: __m512d) -> __m512d {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_max_pd(a, b) }
    }

    #[inline(always)]
    fn max_abs(self, a: __m512d, b: __m512d) -> __m512d {
        // SAFETY: `self` proves AVX-512DQ.
        unsafe { _mm512_range_pd::<MAX_MAGNITUDE>(a, b) }
    }

    #[inline(always)]
    fn grow(self, a: __m512d, b: __m512d) -> __m512d {
        self.max_abs(a, b)
    }

    #[inline(always)]
    fn prefetch(self, address: *const u8) {
        // SAFETY: SSE is part of x86-64; a prefetch does not fault, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
    }

    #[inline(always)]
    fn no_tally(self) -> Tally {
        // SAFETY: `self` proves AVX-512F.
        unsafe { Tally { sums: _mm512_setzero_si512(), one: _mm512_set1_epi64(black_box(1)) } }
    }

    /// One addition under the mask. Two other ways were tried: `popcnt` of the mask costs as much,
    /// but the compiler packs several masks into a vector to count their bits, which is far slower;
    /// and a constant that it can see makes it expand the mask to a vector first.
    #[inline(always)]
    fn tally(self, tally: Tally, value: __m512d, limit: __m512d) -> Tally {
        let Tally { sums, one } = tally;
        // SAFETY: `self` proves AVX-512F.
        unsafe {
            let inside = _mm512_cmp_pd_mask::<_CMP_LE_OQ>(value, limit);
            Tally { sums: _mm512_mask_add_epi64(sums, inside, sums, one), one }
        }
    }

    #[inline(always)]
    fn total(self, tally: Tally) -> u64 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_reduce_add_epi64(tally.sums).cast_unsigned() }
    }
}

impl Vectors for Single {
    type Element = f32;
    const WIDTH: usize = 16;
    type Vector = __m512;
    type Tally = Tally;

    #[inline(always)]
    fn splat(self, value: f32) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_set1_ps(value) }
    }

    #[inline(always)]
    fn load(self, group: &[f32; GROUP], at: usize) -> __m512 {
        let from = &group[at..at + 16];
        // SAFETY: `self` proves AVX-512F; `from` holds the 64 bytes read.
        unsafe { _mm512_loadu_ps(from.as_ptr()) }
    }

    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_sub_ps(a, b) }
    }

    #[inline(always)]
    fn abs(self, a: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_abs_ps(a) }
    }

    #[inline(always)]
    fn max(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_max_ps(a, b) }
    }

    #[inline(always)]
    fn max_abs(self, a: __m512, b: __m512) -> __m512 {
        // SAFETY: `self` proves AVX-512DQ.
        unsafe { _mm512_range_ps::<MAX_MAGNITUDE>(a, b) }
    }

    #[inline(always)]
    fn grow(self, a: __m512, b: __m512) -> __m512 {
        self.max_abs(a, b)
    }

    #[inline(always)]
    fn no_tally(self) -> Tally {
        // SAFETY: `self` proves AVX-512F.
        unsafe { Tally { sums: _mm512_setzero_si512(), one: _mm512_set1_epi32(black_box(1)) } }
    }

    #[inline(always)]
    fn tally(self, tally: Tally, value: __m512, limit: __m512) -> Tally {
        let Tally { sums, one } = tally;
        // SAFETY: `self` proves AVX-512F.
        unsafe {
            let inside = _mm512_cmp_ps_mask::<_CMP_LE_OQ>(value, limit);
            Tally { sums: _mm512_mask_add_epi32(sums, inside, sums, one), one }
        }
    }

    #[inline(always)]
    fn total(self, tally: Tally) -> u64 {
        // SAFETY: `self` proves AVX-512F.
        u64::from(unsafe { _mm512_reduce_add_epi32(tally.sums).cast_unsigned() })
    }
}

/// Lanes with key >= near, and those of them with key <= far.
///
/// Written as instructions, because the compiler computes the first comparison twice if it may:
/// three on the port that has no time for them.
#[inline]
#[target_feature(enable = "avx512f")]
fn between(key: __m512i, near: __m512i, far: __m512i) -> (__mmask16, __mmask16) {
    let (beyond, band);
    // SAFETY: comparisons of registers; the feature is enabled on this function.
    unsafe {
        asm!(
            "vpcmpd {beyond}, {key}, {near}, 5",
            "vpcmpd {band}{{{beyond}}}, {key}, {far}, 2",
            key = in(zmm_reg) key,
            near = in(zmm_reg) near,
            far = in(zmm_reg) far,
            beyond = out(kreg) beyond,
            band = out(kreg) band,
            options(pure, nomem, nostack, preserves_flags),
        );
    }
    (beyond, band)
}

impl Doubles for Double {
    type Sieve = Sieve;

    #[inline(always)]
    fn widen(self, group: &[f32; GROUP], at: usize) -> __m512d {
        let from = &group[at..at + 8];
        // SAFETY: `self` proves AVX-512F; `from` holds the 32 bytes read.
        unsafe { _mm512_cvtps_pd(_mm256_loadu_ps(from.as_ptr())) }
    }

    #[inline(always)]
    fn store(self, vector: __m512d, group: &mut Distances, at: usize) {
        let to = &mut group.0[at..at + 8];
        // SAFETY: `self` proves AVX-512F; `to` holds the 64 bytes written.
        unsafe { _mm512_storeu_pd(to.as_mut_ptr(), vector) }
    }

    #[inline(always)]
    fn add(self, a: __m512d, b: __m512d) -> __m512d {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_add_pd(a, b) }
    }

    #[inline(always)]
    fn tally_first(self, tally: Tally, value: __m512d, limit: __m512d, lanes: usize) -> Tally {
        let Tally { sums, one } = tally;
        // SAFETY: `self` proves AVX-512F and BMI2. (The instruction reads 8 bits of the number.)
        unsafe {
            let first = _bzhi_u32(0xFF, lanes.min(8) as u32) as __mmask8;
            let inside = _mm512_mask_cmp_pd_mask::<_CMP_LE_OQ>(first, value, limit);
            Tally { sums: _mm512_mask_add_epi64(sums, inside, sums, one), one }
        }
    }

    #[inline(always)]
    fn sum(self, a: __m512d) -> f64 {
        // SAFETY: `self` proves AVX-512F.
        unsafe { _mm512_reduce_add_pd(a) }
    }

    #[inline(always)]
    fn sieve(self, limits: Limits) -> Sieve {
        // SAFETY: `self` proves AVX-512F.
        unsafe {
            Sieve {
                near: _mm512_set1_epi32(limits.near.cast_signed()),
                far: _mm512_set1_epi32(limits.far.cast_signed()),
                beyond: _mm512_setzero_si512(),
                seen: 0,
                one: _mm512_set1_epi32(black_box(1)),
            }
        }
    }

    /// 16 keys fit into a vector: half the comparisons that 8 doubles would need.
    #[inline(always)]
    fn sift(
        self,
        sieve: &mut Sieve,
        distances: [__m512d; 2],
        keys: &mut [u32; CAPACITY],
        len: usize,
    ) -> usize {
        let to = &mut keys[len..len + 16];
        // SAFETY: `self` proves AVX-512F; `to` holds the 64 bytes written.
        unsafe {
            let [low, high] = distances.map(|distances| _mm512_castpd_si512(distances));
            let odd = _mm512_set_epi32(31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
            let key = _mm512_permutex2var_epi32(low, odd, high);
            let (beyond, band) = between(key, sieve.near, sieve.far);
            sieve.beyond = _mm512_mask_add_epi32(sieve.beyond, beyond, sieve.beyond, sieve.one);
            sieve.seen += 16;
            _mm512_storeu_epi32(to.as_mut_ptr().cast(), _mm512_maskz_compress_epi32(band, key));
            len + band.count_ones() as usize
        }
    }

    #[inline(always)]
    fn below(self, sieve: Sieve) -> u64 {
        // SAFETY: `self` proves AVX-512F.
        sieve.seen - u64::from(unsafe { _mm512_reduce_add_epi32(sieve.beyond).cast_unsigned() })
    }

    /// 16 keys at a time, their bins' edges gathered. (Adding to the histogram in the same loop was
    /// slower by half: gathers wait for the stores before them.)
    #[inline(always)]
    fn slots(self, keys: &mut [u32], bins: &Bins, ties: &mut Ties) {
        for keys in keys.chunks_mut(16) {
            // SAFETY: `self` proves AVX-512F. The mask keeps load and store inside `keys`, the
            // minimum keeps the gather inside `bins.edges`.
            unsafe {
                let present = ((1_u32 << keys.len()) - 1) as u16;
                let key = _mm512_maskz_loadu_epi32(present, keys.as_ptr().cast());
                let offset = _mm512_sub_epi32(key, _mm512_set1_epi32(bins.origin.cast_signed()));
                let shift = _mm_cvtsi32_si128(bins.shift.cast_signed());
                let last = _mm512_set1_epi32((bins.edges.len() - 1) as i32);
                let bin = _mm512_min_epu32(_mm512_srl_epi32(offset, shift), last);
                let edge = _mm512_i32gather_epi32::<4>(bin, bins.edges.as_ptr().cast());
                let mut tied = _mm512_mask_cmpeq_epi32_mask(present, key, edge);
                while tied != 0 {
                    ties.note(keys[tied.trailing_zeros() as usize]);
                    tied &= tied - 1;
                }
                let beyond = _mm512_cmpgt_epi32_mask(key, edge);
                let slot = _mm512_add_epi32(bin, bin);
                let slot = _mm512_mask_add_epi32(slot, beyond, slot, _mm512_set1_epi32(1));
                _mm512_mask_storeu_epi32(keys.as_mut_ptr().cast(), present, slot);
            }
        }
    }
}
