//! Ends of windows among ascending values, for centers that ascend too: two pointers, a vector of centers
//! at a time.
//!
//! ```text
//! for each eight centers:
//!     while the next value is below the window of the last of them:
//!         for each of the eight:  its end += the value is below its window
//! ```
//!
//! The obvious loop advances a pointer for one center after the other, and the processor cannot foresee how
//! often: a misprediction for each end of each center costs more than all else. Here there is one for eight.

use super::lanes::{Job, Lanes};
use crate::samples::Element;
use crate::window::Side;

/// Centers at a time.
const TOGETHER: usize = 8;

/// Finds for each center how many of the values are below its window, and how many are not above it.
#[derive(Debug)]
pub(crate) struct Ends<'a, T> {
    /// Ascending.
    pub(crate) values: &'a [T],
    /// Ascending.
    pub(crate) centers: &'a [f64],
    pub(crate) radius: f64,
    /// `[below, up to]` for each center.
    pub(crate) found: &'a mut [[u32; 2]],
}

impl<T: Element> Job for Ends<'_, T> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self, _lanes: L) {
        let Self { values, centers, radius, found } = self;
        let Some(&first) = centers.first() else { return };
        let side = |value: &T| Side::of(first, radius, value.widen());
        let mut below = values.partition_point(|value| side(value) == Side::Below);
        let mut up_to = below + values[below..].partition_point(|value| side(value) != Side::Above);
        for (centers, found) in centers.chunks(TOGETHER).zip(found.chunks_mut(TOGETHER)) {
            // Those that are missing at the end repeat the last one.
            let mut eight = [centers[centers.len() - 1]; TOGETHER];
            eight[..centers.len()].copy_from_slice(centers);
            let lower = advance::<T, Lower>(values, &mut below, &eight, radius);
            let upper = advance::<T, Upper>(values, &mut up_to, &eight, radius);
            for ((end, lower), upper) in found.iter_mut().zip(lower).zip(upper) {
                *end = [lower as u32, upper as u32];
            }
        }
    }
}

/// Whether a value comes before an end, by its difference from the center.
trait End {
    fn is_before(difference: f64, radius: f64) -> bool;
}

/// Before: below the window.
struct Lower;

impl End for Lower {
    #[inline(always)]
    fn is_before(difference: f64, radius: f64) -> bool {
        difference < -radius
    }
}

/// Before: not above the window.
struct Upper;

impl End for Upper {
    #[inline(always)]
    fn is_before(difference: f64, radius: f64) -> bool {
        difference <= radius
    }
}

/// Number of values before the end of each of eight ascending centers, if those before `from` are; `from`
/// becomes the last of them.
#[inline(always)]
fn advance<T: Element, E: End>(
    values: &[T],
    from: &mut usize,
    centers: &[f64; TOGETHER],
    radius: f64,
) -> [u64; TOGETHER] {
    let mut ends = [*from as u64; TOGETHER];
    for value in &values[*from..] {
        let value = value.widen();
        if !E::is_before(value - centers[TOGETHER - 1], radius) {
            break;
        }
        for (end, center) in ends.iter_mut().zip(centers) {
            *end += u64::from(E::is_before(value - center, radius));
        }
    }
    *from = ends[TOGETHER - 1] as usize;
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::isa;

    fn check(values: &[f64], centers: &[f64], radius: f64) {
        for isa in isa::ALL.iter().filter(|isa| isa.is_available()) {
            let mut ends = vec![[0; 2]; centers.len()];
            (isa.double().ends)(Ends { values, centers, radius, found: &mut ends });
            for (&x, end) in centers.iter().zip(ends) {
                let sides = values.iter().map(|&s| Side::of(x, radius, s));
                let below = sides.clone().filter(|side| *side == Side::Below).count() as u32;
                let up_to = sides.filter(|side| *side != Side::Above).count() as u32;
                assert_eq!(end, [below, up_to], "{} around {x:e}, radius {radius:e}", isa.name());
            }
        }
    }

    #[test]
    fn ends_are_those_of_a_plain_search() {
        let values: Vec<f64> = (0..100).map(|i| f64::from(i / 3) * 0.25).collect();
        for m in [0, 1, 7, 8, 9, 30] {
            let centers: Vec<f64> = (0..m).map(|i| f64::from(i) * 0.375 - 1.0).collect();
            for radius in [0.0, 0.25, 0.3, 3.0, 1e300] {
                check(&values, &centers, radius);
                check(&[], &centers, radius);
                check(&values[..1], &centers, radius);
            }
        }
        let wild = [f64::MIN, -1.0, -0.0, 0.0, 5e-324, 1.0, f64::MAX];
        for radius in [0.0, 5e-324, 0.5, 1.0, f64::MAX / 2.0, f64::MAX] {
            check(&wild, &wild, radius);
        }
    }
}
