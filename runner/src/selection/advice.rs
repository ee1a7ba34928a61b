//! One width out of several criteria, and what to know before trusting it.
//!
//! The criteria err in different ways. The normal reference is too wide where there are several clusters.
//! Least squares cross-validation varies most from sample to sample. The likelihood follows the outliers.
//! So the one in the middle is taken: two of the three would have to be wrong in the same direction to mislead it.
//! A criterion whose best width is at an end of the grid has no vote, because its best is not known.

use serde::Serialize;

use super::Bests;
use super::curve::Best;
use super::likelihood::Likelihood;
use super::squares::Squares;
use crate::output::significant;

/// The width to take.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Advice {
    /// The width, in units of the factors.
    pub width: f64,
    /// The width of each dimension, in units of the samples.
    pub widths: Vec<f64>,
    /// The criterion that it comes from: `reference`, `squares` or `floored`.
    pub from: &'static str,
    /// Why, in a sentence without an end.
    pub reason: String,
}

/// Something to know.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Warning {
    /// What it is about, one word for programs.
    pub kind: &'static str,
    /// A sentence.
    pub text: String,
}

/// A criterion's vote.
#[derive(Clone, Copy)]
struct Vote {
    from: &'static str,
    said: &'static str,
    width: f64,
}

/// The width in the middle of the votes.
pub(super) fn advise(reference: f64, best: &Bests, squares: &Squares, factors: &[f64]) -> Advice {
    let inside = |from, said, best: Option<Best>| {
        best.filter(|best| !best.at_end).map(|best| Vote { from, said, width: best.width })
    };
    let squares = match squares.equal_pairs {
        0 => inside("squares", "least squares cross-validation", best.squares),
        _ => None,
    };
    let floored = inside("floored", "the floored likelihood", best.floored);
    let normal = Vote { from: "reference", said: "the normal reference", width: reference };
    let (vote, reason) = match (squares, floored) {
        (Some(squares), Some(floored)) => {
            let mut votes = [normal, squares, floored];
            votes.sort_by(|a, b| a.width.total_cmp(&b.width));
            let [low, vote, high] = votes;
            let reason = format!(
                "{} lies between {} and {}, which are {:.2} times apart; the middle one misleads least",
                vote.said, low.said, high.said, high.width / low.width
            );
            (vote, reason)
        }
        (None, None) => (
            normal,
            "no criterion has its best width inside the grid, or equal samples decide it; the normal \
             reference needs no grid"
                .into(),
        ),
        (vote, other) => {
            let vote = vote.or(other).unwrap_or(normal);
            let reason = format!(
                "{} is the one criterion with a vote that follows the samples: the other has its best width at an \
                 end of the grid, or equal samples take its vote",
                vote.said
            );
            (vote, reason)
        }
    };
    let widths = factors.iter().map(|factor| factor * vote.width).collect();
    Advice { width: vote.width, widths, from: vote.from, reason }
}

/// What to know about the criteria.
pub(super) fn warnings(
    n: usize,
    widths: &[f64],
    best: &Bests,
    squares: &Squares,
    likelihood: &Likelihood,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |kind, text| warnings.push(Warning { kind, text });
    let named = [
        ("least squares cross-validation", best.squares),
        ("the floored likelihood", best.floored),
    ];
    for (said, best) in named {
        if let Some(best) = best.filter(|best| best.at_end) {
            let text = format!(
                "{said} is best at {}, an end of the widths: its best width may lie beyond",
                significant(best.width)
            );
            warn("end", text);
        }
    }
    if squares.equal_pairs > 0 {
        let falls = squares.equal_pairs as f64 > n as f64 / 2.0;
        let diverges = if falls { "; it falls without end towards width 0" } else { "" };
        let text = format!(
            "{} pairs of samples are equal: at small widths both criteria judge the rounding of the samples, \
             not their density, and least squares has no vote{diverges}",
            squares.equal_pairs
        );
        warn("ties", text);
    }
    let lost = squares.values.iter().filter(|value| value.is_none()).count();
    if lost > 0 {
        let text = format!(
            "least squares cross-validation has no value at {lost} of {} widths: too many digits are lost in \
             so many dimensions, or the volume leaves the range of doubles",
            widths.len()
        );
        warn("digits", text);
    }
    if squares.local_minima > 1 {
        let text = format!(
            "least squares cross-validation has {} local minima here; the smallest is taken",
            squares.local_minima
        );
        warn("rough", text);
    }
    if let Some(text) = strict_warning(likelihood) {
        warn("strict", text);
    }
    warnings
}

/// Why the strict likelihood is not to be followed, if somebody is alone at some width.
fn strict_warning(likelihood: &Likelihood) -> Option<String> {
    if likelihood.lonely.first().is_none_or(|&lonely| lonely == 0) {
        return None;
    }
    let is_ever_finite = likelihood.lonely.last() == Some(&0);
    Some(match (likelihood.strict_from, likelihood.loneliest) {
        (Some(from), Some(row)) => format!(
            "the strict likelihood is minus infinity below {}, twice the largest distance to a nearest \
             neighbor: sample {row}, counted from 0, alone decides that, so take no width from it",
            significant(from)
        ),
        _ if is_ever_finite => "the strict likelihood is minus infinity at small widths, where many samples \
                                are alone: they decide its best, so take no width from it"
            .into(),
        _ => "the strict likelihood is minus infinity at every width that was tried: samples are alone, so \
              take no width from it"
            .into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inside(width: f64) -> Option<Best> {
        Some(Best { index: 0, width, value: 0.0, at_end: false }).filter(|best| best.width > 0.0)
    }

    fn at_end(width: f64) -> Option<Best> {
        inside(width).map(|best| Best { at_end: true, ..best })
    }

    fn advised(reference: f64, squares: Option<Best>, floored: Option<Best>, ties: u64) -> Advice {
        let best = Bests { squares, floored, strict: None };
        let squares = Squares { values: Vec::new(), local_minima: 1, equal_pairs: ties };
        advise(reference, &best, &squares, &[1.0, 2.0])
    }

    #[test]
    fn the_middle_one_is_taken_of_those_that_have_a_vote() {
        let from = |advice: Advice| (advice.from, advice.widths);
        assert_eq!(from(advised(0.8, inside(0.9), inside(0.7), 0)), ("reference", vec![0.8, 1.6]));
        assert_eq!(from(advised(2.0, inside(0.5), inside(0.7), 0)), ("floored", vec![0.7, 1.4]));
        assert_eq!(from(advised(2.0, at_end(0.1), inside(0.7), 0)), ("floored", vec![0.7, 1.4]));
        assert_eq!(from(advised(2.0, inside(0.5), at_end(3.0), 0)), ("squares", vec![0.5, 1.0]));
        assert_eq!(from(advised(2.0, inside(0.5), at_end(3.0), 9)), ("reference", vec![2.0, 4.0]));
        assert_eq!(from(advised(2.0, None, None, 0)).0, "reference");
    }
}
