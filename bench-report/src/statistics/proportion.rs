//! A share of yes among many: its interval, and the range that chance alone allows.
//!
//! Separate because a false-alarm rate and a coverage are counts, not times. Next:
//! [`super::difference`], whose tests raise the alarms.

use statrs::distribution::{Binomial, ContinuousCDF as _, DiscreteCDF as _, Normal};

use crate::model::{Estimate, Interval};

/// `yes` of `of` with Wilson's 95 % interval, or `None` for none at all.
///
/// It stays within 0 and 1 and is honest for 0 of n, where the textbook interval has no width
/// (Wilson, JASA 22, 1927; recommended by Brown, Cai & DasGupta, Statistical Science 16, 2001).
///
/// # Panics
///
/// `yes` is greater than `of`.
pub fn wilson(yes: u64, of: u64) -> Option<Estimate> {
    assert!(yes <= of, "{yes} of {of}");
    if of == 0 {
        return None;
    }
    let z = Normal::standard().inverse_cdf(0.975);
    let n = of as f64;
    let value = yes as f64 / n;
    let center = (value + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (value * (1.0 - value) / n + z * z / (4.0 * n * n)).sqrt();
    // The two ends are exact where rounding would leave a trace beyond them.
    let low = if yes == 0 { 0.0 } else { center - half };
    let high = if yes == of { 1.0 } else { center + half };
    Some(Estimate { value, interval: Some(Interval { low, high }) })
}

/// The counts that `of` trials with probability `share` leave with probability at most `tail` at
/// each end: least and greatest count that is no surprise.
///
/// # Panics
///
/// `share` is not within 0 and 1.
pub fn expected_counts(share: f64, of: u64, tail: f64) -> (u64, u64) {
    assert!((0.0..=1.0).contains(&share), "a share is within 0 and 1, not {share}");
    let Ok(binomial) = Binomial::new(share, of) else { return (0, of) };
    let least = (0..=of).find(|&count| binomial.cdf(count) > tail).unwrap_or(0);
    let greatest = (0..=of).rev().find(|&count| count == 0 || binomial.sf(count - 1) > tail);
    (least, greatest.unwrap_or(of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilson_gives_published_values() {
        // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        let told = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611)];
        for (yes, of, low, high) in told {
            let interval = wilson(yes, of).unwrap().interval.unwrap();
            assert!((interval.low - low).abs() < 5e-5, "{yes} of {of}: {interval:?}");
            assert!((interval.high - high).abs() < 5e-5, "{yes} of {of}: {interval:?}");
        }
        assert_eq!(wilson(0, 0), None);
    }

    #[test]
    fn wilson_of_all_ends_at_one() {
        let interval = wilson(29, 29).unwrap().interval.unwrap();
        assert!((interval.low - 0.8830).abs() < 5e-5);
        assert!(interval.contains(1.0));
    }

    #[test]
    fn expected_counts_of_ten_fair_coins() {
        // P(0) = 1/1024, P(at most 1) = 11/1024.
        assert_eq!(expected_counts(0.5, 10, 0.001), (1, 9));
        assert_eq!(expected_counts(0.5, 10, 0.0005), (0, 10));
        assert_eq!(expected_counts(0.5, 10, 0.02), (2, 8));
        assert_eq!(expected_counts(1.0, 10, 0.02), (10, 10));
        assert_eq!(expected_counts(0.0, 10, 0.02), (0, 0));
    }
}
