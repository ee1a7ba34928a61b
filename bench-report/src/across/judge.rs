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
//! A failure is a ratio above 1 + x: one one-sided test for each row, by Holm again. The chance that
//! any of many equal rows fails is at most 5 %.

use super::{
    Row, Settings,
    align::{Pair, differing},
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

/// All pairs, compared and judged together.
pub(super) fn rows(pairs: &[Pair<'_>], settings: &Settings) -> Vec<Row> {
    let mut rows: Vec<Row> = pairs.iter().filter_map(row).collect();
    let ratios: Vec<Ratio> = rows.iter().map(|row| row.ratio).collect();
    let verdicts = verdicts(&ratios, settings.least_effect);
    let fails = settings.fail_above.map(|limit| proven_above(&ratios, limit));
    let p_values: Vec<f64> = rows.iter().map(|row| row.mann_whitney.unwrap_or(1.0)).collect();
    let corrected = holm(&p_values);
    for (place, row) in rows.iter_mut().enumerate() {
        row.verdict = verdicts[place];
        row.fails = fails.as_ref().is_some_and(|fails| fails[place]);
        row.mann_whitney = row.mann_whitney.map(|_| corrected[place]);
    }
    rows
}

/// A pair compared, not yet judged.
fn row(pair: &Pair<'_>) -> Option<Row> {
    let [a, b] = pair.sides;
    let medians_ns = [a, b].map(|side| median(&mut side.times_ns.clone()));
    let per_s = |tests: Option<f64>, median_ns: f64| tests.map(|tests| tests * 1e9 / median_ns);
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
        ratio: Ratio::of(&a.times_ns, &b.times_ns)?,
        mann_whitney: mann_whitney(&a.times_ns, &b.times_ns),
        verdict: Verdict::CannotTell,
        fails: false,
        remarks: differing(&a.remarks, &b.remarks).map(remark).collect(),
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

/// Which of these ratios are proven to be above 1 + `limit`.
pub fn proven_above(ratios: &[Ratio], limit: f64) -> Vec<bool> {
    let p_values: Vec<f64> = ratios.iter().map(|ratio| ratio.p_not_above(1.0 + limit)).collect();
    holm(&p_values).into_iter().map(|p| p < ALPHA).collect()
}
