//! Sums under a mask: what pairs of samples, and weights, need of vectors of doubles, beyond a scan.
//!
//! Apart from [`super::lanes`], because only [`super::pairs`], [`super::near`], [`super::slabs`] and
//! [`super::pieces`] need it. Each instruction
//! set implements it next to its lanes; this file has the portable one.

use wide::{bytemuck, f64x2, i64x2, u64x2};

use super::lanes::{Doubles, GROUP};
use super::portable::Double;

/// Vectors of doubles, some lanes of which are chosen.
pub(crate) trait Masked: Doubles {
    /// Some of the lanes.
    type Mask: Copy;
    /// Sums of integers, one for each lane.
    type Sums: Copy;

    fn mul(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;
    /// The first `lanes` lanes, all of them if there are fewer.
    fn first(self, lanes: usize) -> Self::Mask;
    /// Those of `among` with a <= b.
    fn at_most(self, among: Self::Mask, a: Self::Vector, b: Self::Vector) -> Self::Mask;
    /// Those of `among` with a < b.
    fn less(self, among: Self::Mask, a: Self::Vector, b: Self::Vector) -> Self::Mask;
    /// One bit for each lane, the first lowest.
    fn bits(self, mask: Self::Mask) -> u32;
    /// sum + a in the lanes of `mask`, sum in the others, whatever `a` is there.
    fn add_where(self, mask: Self::Mask, sum: Self::Vector, a: Self::Vector) -> Self::Vector;
    /// sum + a · b in the lanes of `mask`, rounded once or twice; sum in the others.
    #[inline(always)]
    fn add_product_where(
        self,
        mask: Self::Mask,
        sum: Self::Vector,
        a: Self::Vector,
        b: Self::Vector,
    ) -> Self::Vector {
        self.add_where(mask, sum, self.mul(a, b))
    }

    fn no_weight(self) -> Self::Sums;
    /// Adds `weights[at..at + WIDTH]` in the lanes of `mask`.
    fn add_weights(
        self,
        mask: Self::Mask,
        sums: Self::Sums,
        weights: &[u64; GROUP],
        at: usize,
    ) -> Self::Sums;
    /// The sum of all lanes.
    fn weight(self, sums: Self::Sums) -> u64;
}

impl Masked for Double {
    type Mask = f64x2;
    type Sums = u64x2;

    #[inline(always)]
    fn mul(self, a: f64x2, b: f64x2) -> f64x2 {
        a * b
    }

    #[inline(always)]
    fn first(self, lanes: usize) -> f64x2 {
        bytemuck::cast(i64x2::from([-i64::from(lanes > 0), -i64::from(lanes > 1)]))
    }

    #[inline(always)]
    fn at_most(self, among: f64x2, a: f64x2, b: f64x2) -> f64x2 {
        among & a.simd_le(b)
    }

    #[inline(always)]
    fn less(self, among: f64x2, a: f64x2, b: f64x2) -> f64x2 {
        among & a.simd_lt(b)
    }

    #[inline(always)]
    fn bits(self, mask: f64x2) -> u32 {
        mask.to_bitmask()
    }

    #[inline(always)]
    fn add_where(self, mask: f64x2, sum: f64x2, a: f64x2) -> f64x2 {
        sum + (mask & a)
    }

    #[inline(always)]
    fn no_weight(self) -> u64x2 {
        u64x2::ZERO
    }

    #[inline(always)]
    fn add_weights(self, mask: f64x2, sums: u64x2, weights: &[u64; GROUP], at: usize) -> u64x2 {
        let weights = u64x2::from([weights[at], weights[at + 1]]);
        sums + (bytemuck::cast::<f64x2, u64x2>(mask) & weights)
    }

    #[inline(always)]
    fn weight(self, sums: u64x2) -> u64 {
        sums.to_array().iter().sum()
    }
}
