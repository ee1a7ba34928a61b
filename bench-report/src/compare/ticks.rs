//! What figures in ticks allow to say: the counters of a system step by 10 ms, and a measured sample is
//! two such steps long.
//!
//! Separate because the error of a sum is a matter of its own, and the same for everything that is
//! counted in ticks. The rule everywhere: add up with signs first, judge the sum once.
//!
//! *Rounding.* The difference of two readings of a CPU that was busy for a time w is one of the two
//! whole numbers of ticks next to w, and w on average: a standard deviation of at most half a tick. A
//! kernel that books whole ticks on whoever runs when its clock ticks (a tick of its own, at most as
//! long) adds as much again. Over B samples the variances add up, to a standard deviation of at most
//! √(B/2) ticks; twice that is [`rounding_ns`].
//!
//! *Counting.* On a CPU that is mostly idle, ticks fall like rare events. If others use a share p of a
//! time T, λ = p T / tick of them are expected, with a standard deviation of about √λ. A count proves
//! more than the share p where it exceeds λ + 2 √λ: [`exceeds`]. Next: `foreign.rs`, `trust.rs`.

/// Length of a tick.
pub(super) const TICK_NS: f64 = 1e7;

/// Ticks below which a count tells nothing.
pub(super) const FEWEST_TICKS: f64 = 3.0;

/// A share of a time, counted in ticks that fall like rare events.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Counted {
    /// The share.
    pub share: f64,
    /// The time.
    pub span_ns: f64,
}

impl Counted {
    /// Whether the share is more than `limit` for certain.
    pub fn exceeds(&self, limit: f64) -> bool {
        exceeds(self.share * self.span_ns, limit, self.span_ns)
    }

    /// The least share that can be told from nothing.
    pub fn resolution(&self) -> f64 {
        FEWEST_TICKS * TICK_NS / self.span_ns
    }
}

/// How far rounding may carry the sum of so many differences.
pub(super) fn rounding_ns(differences: f64) -> f64 {
    2.0 * (differences / 2.0).sqrt() * TICK_NS
}

/// Whether `counted_ns` of `span_ns` prove that others used more than `share` of it.
pub(super) fn exceeds(counted_ns: f64, share: f64, span_ns: f64) -> bool {
    let (ticks, expected) = (counted_ns / TICK_NS, share * span_ns / TICK_NS);
    ticks >= FEWEST_TICKS && ticks > expected + 2.0 * expected.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ticks_prove_nothing_and_many_prove_what_they_show() {
        assert!(!exceeds(2e7, 0.01, 1e8));
        assert!(exceeds(3e7, 0.01, 1e8));
        // 5 % of 2 s are 10 ticks, give or take 6.3.
        assert!(!exceeds(16e7, 0.05, 2e9));
        assert!(exceeds(17e7, 0.05, 2e9));
    }

    #[test]
    fn rounding_grows_with_the_root() {
        assert!((rounding_ns(2.0) / 2e7 - 1.0).abs() < 1e-12);
        assert!((rounding_ns(200.0) / 2e8 - 1.0).abs() < 1e-12);
    }
}
