//! What can be said of effects that are looked at together, and of their sum.
//!
//! Separate from the decomposition, which is numbers. Every flaw is looked at with every pool, so one of
//! many effects would seem to be there by chance: whether an effect is greater than [`BAND`] is a test
//! whose p-values are corrected for having been looked at together ([`holm`]). Next: [`super`].

use statrs::distribution::{ContinuousCDF as _, StudentsT};

use crate::{
    model::{Estimate, Interval},
    statistics::difference::holm,
};

/// A flaw that changes the figure by less than this, as a logarithm, does not matter: 1 %.
pub const BAND: f64 = 0.01;
/// A sum that misses the flawed figure by less than this, as a logarithm, adds up: 5 %.
pub const MARGIN: f64 = 0.05;
/// The chance of any false alarm among all effects.
const LEVEL: f64 = 0.05;
/// An interval of 95 % ends at this quantile.
const QUANTILE: f64 = 0.975;

/// An effect, and what can be said of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// Its logarithm.
    pub log: Estimate,
    /// What can be said of it.
    pub verdict: Verdict,
}

/// What can be said of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its whole interval is within [`BAND`].
    DoesNotMatter,
    /// The speed-up looks greater by more than [`BAND`].
    Raises,
    /// The speed-up looks less by more than [`BAND`].
    Lowers,
    /// Neither; or there are too few blocks for an interval.
    CannotTell,
}

/// Whether a sum of effects reproduces the flawed figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sum {
    /// What it leaves is within [`MARGIN`], with its whole interval.
    AddsUp,
    /// The interval of what it leaves is not within [`MARGIN`] and leaves out 0.
    Unexplained,
    /// Neither; or there are too few blocks for an interval.
    CannotTell,
}

impl Sum {
    /// Of what a sum leaves.
    pub fn of(rest: Estimate) -> Self {
        match rest.interval {
            Some(rest) if is_within(rest, MARGIN) => Self::AddsUp,
            Some(rest) if !rest.contains(0.0) => Self::Unexplained,
            Some(_) | None => Self::CannotTell,
        }
    }
}

fn is_within(interval: Interval, band: f64) -> bool {
    -band <= interval.low && interval.high <= band
}

/// Judges effects that were looked at together, in their order; `blocks` are behind their intervals.
pub(super) fn judged(logs: &[Estimate], blocks: usize) -> Vec<Effect> {
    let p_values: Vec<f64> = logs.iter().map(|&log| p_value(log, blocks)).collect();
    let judge = |(&log, p): (&Estimate, f64)| {
        let verdict = match log.interval {
            Some(interval) if is_within(interval, BAND) => Verdict::DoesNotMatter,
            Some(_) if p <= LEVEL && log.value > 0.0 => Verdict::Raises,
            Some(_) if p <= LEVEL => Verdict::Lowers,
            Some(_) | None => Verdict::CannotTell,
        };
        Effect { log, verdict }
    };
    logs.iter().zip(holm(&p_values)).map(judge).collect()
}

/// How likely an effect of [`BAND`], in either direction, would look as great as this: twice the tail of
/// Student's distribution, whose quantile the interval was stretched to. 1 without an interval.
fn p_value(log: Estimate, blocks: usize) -> f64 {
    let beyond = log.value.abs() - BAND;
    let freedom = blocks.saturating_sub(1) as f64;
    let (Some(Interval { low, high }), Ok(student)) =
        (log.interval, StudentsT::new(0.0, 1.0, freedom))
    else {
        return 1.0;
    };
    let error = (high - low) / 2.0 / student.inverse_cdf(QUANTILE);
    if beyond <= 0.0 {
        1.0
    } else if error > 0.0 {
        2.0 * student.sf(beyond / error)
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(value: f64, half: f64) -> Estimate {
        Estimate { value, interval: Some(Interval { low: value - half, high: value + half }) }
    }

    fn verdicts(logs: &[Estimate]) -> Vec<Verdict> {
        judged(logs, 12).into_iter().map(|effect| effect.verdict).collect()
    }

    /// An interval that begins right behind the band is a p-value of 5 %.
    #[test]
    fn one_effect_is_judged_by_its_interval_and_the_least_effect() {
        let p = p_value(log(0.05 + BAND, 0.05), 12);
        assert!((p - LEVEL).abs() < 1e-9, "{p}");
        assert_eq!(verdicts(&[log(0.062, 0.05)]), [Verdict::Raises]);
        assert_eq!(verdicts(&[log(-0.062, 0.05)]), [Verdict::Lowers]);
        // Its interval leaves out 0, but not the least effect.
        assert_eq!(verdicts(&[log(0.015, 0.01)]), [Verdict::CannotTell]);
        assert_eq!(verdicts(&[log(0.005, 0.004)]), [Verdict::DoesNotMatter]);
    }

    #[test]
    fn the_same_effect_among_many_is_no_longer_certain() {
        let mut many = vec![log(0.0, 0.05); 24];
        many.push(log(0.062, 0.05));
        assert_eq!(verdicts(&many)[24], Verdict::CannotTell);
        many.push(log(0.3, 0.05));
        assert_eq!(verdicts(&many)[25], Verdict::Raises);
    }

    #[test]
    fn a_sum_adds_up_within_the_margin_only() {
        for (rest, sum) in [
            (log(0.0, 0.04), Sum::AddsUp),
            (log(0.03, 0.01), Sum::AddsUp),
            (log(0.0, 0.06), Sum::CannotTell),
            (log(-0.08, 0.04), Sum::Unexplained),
            (Estimate { value: 0.0, interval: None }, Sum::CannotTell),
        ] {
            assert_eq!(Sum::of(rest), sum, "{rest:?}");
        }
    }
}
