//! What the ratios of all rows prove together.
//!
//! Separate because a verdict is a decision, and its rule should be read in one place. Next:
//! [`crate::statistics::unpaired`] for the p-values, [`holm`] for the correction.
//!
//! # The rule
//!
//! With the least effect m that counts, a ratio of medians lies in one of three regions: above 1 + m
//! (slower), below 1 / (1 + m) (faster), between them (no difference that counts). In logarithms the
//! middle region is symmetric, so exchanging the sides exchanges the verdicts. A verdict is given
//! where the other regions are rejected, each time at 5 % for all rows together by Holm:
//!
//! - slower or faster: two one-sided tests against the nearest bound, doubled.
//! - no difference that counts: both bounds are rejected from inside (two one-sided tests;
//!   Schuirmann, J. Pharmacokinet. Biopharm. 15, 1987).
//! - otherwise one cannot tell.
//!
//! A failure is the verdict "slower" with the limit in the place of m: the same tests, the same
//! correction. So nothing fails that is not also "slower" by a lesser m: with a greater bound every
//! p-value is greater or equal, and then so is every one that Holm corrected. (A gate of its own, of
//! one-sided tests that are not doubled, would fail rows whose verdict is "cannot tell".) What does
//! not count cannot fail: a limit below m fails only what is "slower" by m. Holm's steps hold for the
//! direction as well (Shaffer, Ann. Statist. 8, 1980).
//!
//! So the chance that any of many rows within the limit fails is at most 5 %, as far as the p-values are
//! right. They are where samples remember each other little. Where they remember for long and are few,
//! that is more than the samples themselves can show, and alarms are more: in the table of
//! [`crate::statistics::unpaired`] any of 20 equal rows gets a verdict in up to 21 % of comparisons of
//! 20 samples and up to 7 % of 100.

use super::{
    LeftOut, Row, Settings,
    align::{Pair, differing},
    measured::Measured,
};
use crate::statistics::{
    difference::holm,
    median,
    unpaired::{Ratio, mann_whitney},
};

/// Chance of a false claim of one kind among all rows.
pub const ALPHA: f64 = 0.05;

/// What is proven about a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Slower than the reference by more than the least effect.
    Slower,
    /// Faster than the reference by more than the least effect.
    Faster,
    /// Within the least effect of the reference.
    NoDifference,
    /// None of these is proven.
    CannotTell,
}

impl Verdict {
    /// Every verdict, in the order of reports.
    pub const ALL: [Self; 4] = [Self::Slower, Self::Faster, Self::NoDifference, Self::CannotTell];

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Slower => "slower",
            Self::Faster => "faster",
            Self::NoDifference => "no difference that counts",
            Self::CannotTell => "cannot tell",
        }
    }
}

/// All pairs, compared and judged together. A pair that gives no ratio is left out; `names` are those
/// of the other sides.
pub(super) fn rows(
    pairs: &[Pair<'_>],
    names: &[String],
    settings: &Settings,
    left_out: &mut Vec<LeftOut>,
) -> Vec<Row> {
    let mut rows = Vec::new();
    for pair in pairs {
        match row(pair) {
            Some(row) => rows.push(row),
            None => left_out.push(LeftOut {
                side: names[pair.other].clone(),
                name: pair.name.clone(),
                reason: "its times give no ratio".into(),
                others: vec![pair.other],
            }),
        }
    }
    let ratios: Vec<Ratio> = rows.iter().map(|row| row.ratio).collect();
    let verdicts = verdicts(&ratios, settings.least_effect);
    let fails = settings.fail_above.map(|limit| proven_above(&ratios, limit));
    let p_values: Vec<f64> = rows.iter().map(|row| row.mann_whitney.unwrap_or(1.0)).collect();
    let corrected = holm(&p_values);
    for (place, row) in rows.iter_mut().enumerate() {
        row.verdict = verdicts[place];
        let is_beyond = fails.as_ref().is_some_and(|fails| fails[place]);
        row.fails = is_beyond && row.verdict == Verdict::Slower;
        row.mann_whitney = row.mann_whitney.map(|_| corrected[place]);
    }
    rows
}

/// A pair compared, not yet judged; `None` if there is no ratio.
fn row(pair: &Pair<'_>) -> Option<Row> {
    let [a, b] = pair.sides;
    let remembered = pair.sides.map(Measured::remembered);
    let ratio = Ratio::between(remembered).filter(|ratio| ratio.ln.is_finite())?;
    let medians_ns = [a, b].map(|side| median(&mut side.times_ns.clone()));
    let per_s = |tests: Option<f64>, median_ns: f64| {
        tests.map(|tests| tests * 1e9 / median_ns).filter(|rate| rate.is_finite())
    };
    let tests_per_s = match (per_s(a.tests, medians_ns[0]), per_s(b.tests, medians_ns[1])) {
        (Some(a), Some(b)) => Some([a, b]),
        _ => None,
    };
    let remark = |(what, one, other)| format!("{what} {one} and {other}");
    Some(Row {
        other: pair.other,
        kind: a.kind,
        name: pair.name.clone(),
        samples: [a.times_ns.len(), b.times_ns.len()],
        medians_ns,
        tests_per_s,
        ratio,
        mann_whitney: mann_whitney(remembered),
        verdict: Verdict::CannotTell,
        fails: false,
        remarks: differing(&a.remarks, &b.remarks).map(remark).collect(),
        cluster: pair.cluster,
    })
}

/// What is proven about each of these ratios, with differences beyond `least_effect` (at least 0).
pub fn verdicts(ratios: &[Ratio], least_effect: f64) -> Vec<Verdict> {
    let (upper, lower) = (1.0 + least_effect, 1.0 / (1.0 + least_effect));
    let differs = |ratio: &Ratio| 2.0 * ratio.p_not_above(upper).min(ratio.p_not_below(lower));
    let is_same = |ratio: &Ratio| ratio.p_not_above(lower).max(ratio.p_not_below(upper));
    let differs = holm(&ratios.iter().map(differs).collect::<Vec<_>>());
    let is_same = holm(&ratios.iter().map(is_same).collect::<Vec<_>>());
    let verdict = |(place, ratio): (usize, &Ratio)| match () {
        () if differs[place] < ALPHA && ratio.ln > 0.0 => Verdict::Slower,
        () if differs[place] < ALPHA => Verdict::Faster,
        () if is_same[place] < ALPHA => Verdict::NoDifference,
        () => Verdict::CannotTell,
    };
    ratios.iter().enumerate().map(verdict).collect()
}

/// Which of these ratios are proven to be above 1 + `limit` (at least 0): the verdict "slower" with
/// `limit` as the least effect.
pub fn proven_above(ratios: &[Ratio], limit: f64) -> Vec<bool> {
    verdicts(ratios, limit).into_iter().map(|verdict| verdict == Verdict::Slower).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::OnceCell;

    use super::{super::Kind, *};
    use crate::statistics::unpaired::StandardError;

    fn measured(times_ns: &[f64]) -> Measured {
        Measured {
            kind: Kind::Benchmark,
            name: "a".into(),
            work: Vec::new(),
            remarks: Vec::new(),
            times_ns: times_ns.into(),
            tests: None,
            unusable: None,
            is_preparation: false,
            memory: OnceCell::new(),
        }
    }

    #[test]
    fn a_pair_without_a_ratio_is_left_out_with_its_reason() {
        let [some, none, endless] = [&[1.0, 2.0][..], &[], &[f64::INFINITY]].map(measured);
        let pair = |name: &str, other| Pair {
            other: 1,
            name: name.into(),
            sides: [&some, other],
            cluster: 0,
        };
        let pairs = [pair("whole", &some), pair("empty", &none), pair("endless", &endless)];
        let names = ["x".to_owned(), "y".to_owned()];
        let mut left_out = Vec::new();
        let rows = rows(&pairs, &names, &Settings::default(), &mut left_out);
        assert_eq!((rows.len(), rows[0].name.as_str()), (1, "whole"));
        let left: Vec<_> = left_out.iter().map(|l| (l.side.as_str(), l.name.as_str())).collect();
        assert_eq!(left, [("y", "empty"), ("y", "endless")]);
        assert!(left_out.iter().all(|left| !left.reason.is_empty() && left.others == [1]));
    }

    /// A ratio whose logarithm lies `errors` standard errors above that of 1 + `bound`.
    fn ratio(bound: f64, errors: f64) -> Ratio {
        const ERROR: f64 = 0.01;
        let error = StandardError { below: ERROR, above: ERROR, freedom: 1e6, resolution: 0.0 };
        Ratio { ln: bound.ln_1p() + errors * ERROR, error: Some(error) }
    }

    /// 1.8 standard errors: 3.6 % one-sided and 7.2 % two-sided.
    #[test]
    fn what_only_a_one_sided_test_rejects_does_not_fail() {
        let borderline = [ratio(0.05, 1.8)];
        assert!(borderline[0].p_not_above(1.05) < ALPHA);
        assert_eq!(verdicts(&borderline, 0.05), [Verdict::CannotTell]);
        assert_eq!(proven_above(&borderline, 0.05), [false]);
        let clear = [ratio(0.05, 2.0)];
        assert_eq!(verdicts(&clear, 0.05), [Verdict::Slower]);
        assert_eq!(proven_above(&clear, 0.05), [true]);
    }

    /// Rows far and near, slower and faster, which take each other's place in Holm's order.
    #[test]
    fn what_fails_a_limit_is_slower_by_every_lesser_effect() {
        let steps = || (-12..=12).map(f64::from);
        let rows = |scale: f64| steps().map(|step| ratio(0.02, scale * step)).collect::<Vec<_>>();
        let mut failing = 0;
        for scale in [0.3, 0.5, 0.8] {
            for count in 1..=rows(scale).len() {
                let ratios = &rows(scale)[rows(scale).len() - count..];
                let fails = proven_above(ratios, 0.02);
                failing += fails.iter().filter(|&&fails| fails).count();
                for least_effect in [0.0, 0.005, 0.01, 0.02] {
                    let verdicts = verdicts(ratios, least_effect);
                    let agree = |(&fails, &verdict): (&bool, &Verdict)| {
                        !fails || verdict == Verdict::Slower
                    };
                    assert!(fails.iter().zip(&verdicts).all(agree), "{verdicts:?} {fails:?}");
                }
            }
        }
        assert!(failing > 0);
    }
}
