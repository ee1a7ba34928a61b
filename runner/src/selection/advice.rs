//! One width out of several criteria, and what to know before trusting it.
//!
//! The criteria err in different ways. The normal reference is too wide where there are several clusters.
//! Least squares cross-validation varies most from sample to sample. The likelihood follows the outliers.
//! So the one in the middle is taken: two of the three would have to be wrong in the same direction to mislead it.
//! A criterion whose best width is at an end of the grid has no vote, because its best is not known. Neither of those
//! that follow the samples has one where so many are equal that least squares fall without end
//! ([`Ties::diverge`]): then values were rounded, as a rule, and at widths of a few steps a closed window holds
//! more of them than belong to its volume, which the likelihood takes for density.
//!
//! Where one criterion was asked for, it has the say, and where it has no vote the normal reference.

use serde::Serialize;

use super::criteria::{Bests, Criteria, Curves};
use super::curve::Best;
use super::likelihood::Likelihood;
use super::squares::Squares;
use super::ties::Ties;
use crate::output::listed;

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

const SQUARES: &str = "least squares cross-validation";
const FLOORED: &str = "the floored likelihood";

/// A criterion without a vote, and why.
#[derive(Clone, Copy)]
struct Silent {
    said: &'static str,
    why: &'static str,
}

impl Vote {
    /// The vote of a criterion, or why it has none.
    fn of(from: &'static str, said: &'static str, best: Option<Best>) -> Result<Self, Silent> {
        let silent = |why| Err(Silent { said, why });
        match best {
            None => silent("it has no value at any width"),
            Some(best) if best.at_end => silent("its best width is at an end of the grid"),
            Some(best) => Ok(Self { from, said, width: best.width }),
        }
    }
}

/// The width in the middle of the votes of the criteria that were asked for.
pub(super) fn advise(
    criteria: Criteria,
    reference: f64,
    best: &Bests,
    ties: Option<Ties>,
    factors: &[f64],
) -> Advice {
    let is_tied = ties.is_some_and(Ties::diverge);
    let of = |from, said, best, why| {
        if is_tied { Err(Silent { said, why }) } else { Vote::of(from, said, best) }
    };
    let squares = "equal samples make it fall without end towards width 0";
    let squares = of("squares", SQUARES, best.squares, squares);
    let floored =
        of("floored", FLOORED, best.floored, "so many equal samples look like peaks to it");
    let normal = Vote { from: "reference", said: "the normal reference", width: reference };
    let (vote, reason) = match criteria {
        Criteria::All => of_both(normal, squares, floored),
        Criteria::Squares => of_one(normal, squares),
        Criteria::Likelihood => of_one(normal, floored),
        Criteria::Reference => {
            (normal, "the normal reference is the one criterion that was asked for".into())
        }
    };
    let widths = factors.iter().map(|factor| factor * vote.width).collect();
    Advice { width: vote.width, widths, from: vote.from, reason }
}

/// The middle one of three, the one that has a vote, or else the normal reference.
fn of_both(
    normal: Vote,
    squares: Result<Vote, Silent>,
    floored: Result<Vote, Silent>,
) -> (Vote, String) {
    match (squares, floored) {
        (Ok(squares), Ok(floored)) => middle([normal, squares, floored]),
        (Ok(vote), Err(silent)) | (Err(silent), Ok(vote)) => {
            let Silent { said, why } = silent;
            let reason = format!(
                "{} is the one criterion with a vote that follows the samples; {said} has none: {why}",
                vote.said
            );
            (vote, reason)
        }
        (Err(one), Err(other)) => {
            let reason = format!(
                "no criterion has a vote; {}: {}; {}: {}; the normal reference needs no grid",
                one.said, one.why, other.said, other.why
            );
            (normal, reason)
        }
    }
}

/// The one that was asked for, or else the normal reference.
fn of_one(normal: Vote, asked: Result<Vote, Silent>) -> (Vote, String) {
    match asked {
        Ok(vote) => {
            let reason = format!(
                "{} is the one criterion that was asked for beside the normal reference",
                vote.said
            );
            (vote, reason)
        }
        Err(Silent { said, why }) => {
            let reason = format!("{said} has no vote: {why}; the normal reference needs no grid");
            (normal, reason)
        }
    }
}

fn middle(mut votes: [Vote; 3]) -> (Vote, String) {
    votes.sort_by(|a, b| a.width.total_cmp(&b.width));
    let [low, vote, high] = votes;
    for [a, b] in [[low, vote], [vote, high]] {
        if a.width >= b.width {
            return (vote, format!("{} and {} agree", a.said, b.said));
        }
    }
    let reason = format!(
        "{} lies between {} and {}, which are {:.2} times apart; the middle one misleads least",
        vote.said,
        low.said,
        high.said,
        high.width / low.width
    );
    (vote, reason)
}

/// What to know about the criteria of n samples; widths are told in units of the samples.
pub(super) fn warnings(n: usize, factors: &[f64], best: &Bests, curves: &Curves) -> Vec<Warning> {
    let told = |width: f64| listed(&factors.iter().map(|f| f * width).collect::<Vec<_>>());
    let mut warnings = Vec::new();
    let mut warn = |kind, text| warnings.push(Warning { kind, text });
    for (said, best) in [(SQUARES, best.squares), (FLOORED, best.floored)] {
        if let Some(best) = best.filter(|best| best.at_end) {
            let text = format!(
                "{said} is best at {}, an end of the widths: its best width may lie beyond",
                told(best.width)
            );
            warn("end", text);
        }
    }
    let Curves { ties, squares, likelihood } = curves;
    let (squares, likelihood) = (squares.as_ref(), likelihood.as_ref());
    if let Some(ties) = ties.filter(|ties| ties.equal_pairs > 0) {
        warn("ties", ties_warning(n, ties, curves));
    }
    if let Some(text) = squares.and_then(digits_warning) {
        warn("digits", text);
    }
    if let Some(minima) = squares.map(|squares| squares.local_minima).filter(|&minima| minima > 1) {
        let text = format!("{SQUARES} has {minima} local minima here; the lowest of them is taken");
        warn("rough", text);
    }
    if let Some(text) = likelihood.and_then(|likelihood| strict_warning(likelihood, &told)) {
        warn("strict", text);
    }
    warnings
}

/// What equal samples do to the criteria.
fn ties_warning(n: usize, Ties { equal_pairs, most }: Ties, curves: &Curves) -> String {
    let equal = match equal_pairs {
        1 => "1 pair of samples is equal".into(),
        pairs => format!("{pairs} pairs of samples are equal"),
    };
    let falls = format!("{SQUARES} falls without end towards width 0");
    let (who, is_bearable, if_not) = match (&curves.squares, &curves.likelihood) {
        (Some(_), Some(_)) => {
            ("criteria judge", "them their votes", format!("{falls}, and neither has a vote"))
        }
        (Some(_), None) => {
            ("the criterion judges", "it its vote", format!("{falls}, and has no vote"))
        }
        _ => (
            "the criterion judges",
            "it its vote",
            "they look like peaks, and it has no vote".into(),
        ),
    };
    let vote = if equal_pairs > most {
        format!("with more than {most} such pairs among {n} samples {if_not}")
    } else {
        format!("up to {most} such pairs among {n} samples leave {is_bearable}")
    };
    format!("{equal}: at small widths {who} the rounding of the samples, not their density; {vote}")
}

/// At how many widths least squares have no value, if at any.
fn digits_warning(squares: &Squares) -> Option<String> {
    let lost = squares.values.iter().filter(|value| value.is_none()).count();
    (lost > 0).then(|| {
        format!(
            "{SQUARES} has no value at {lost} of {} widths: too many digits are lost in so many dimensions, or \
             the volume leaves the range of doubles",
            squares.values.len()
        )
    })
}

/// Why the strict likelihood is not to be followed, if somebody is alone at some width.
fn strict_warning(likelihood: &Likelihood, told: &dyn Fn(f64) -> String) -> Option<String> {
    if likelihood.lonely.first().is_none_or(|&lonely| lonely == 0) {
        return None;
    }
    let is_ever_finite = likelihood.lonely.last() == Some(&0);
    Some(match (likelihood.strict_from, likelihood.loneliest) {
        (Some(from), Some(row)) => format!(
            "the strict likelihood is minus infinity below {}, twice the largest distance to a nearest \
             neighbor: the sample at row {row}, counted from 0, alone decides that, so take no width from it",
            told(from)
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

    /// Of 100 samples, of which up to 49 pairs may be equal.
    fn advised(reference: f64, squares: Option<Best>, floored: Option<Best>, ties: u64) -> Advice {
        advised_by(Criteria::All, reference, squares, floored, ties)
    }

    fn advised_by(
        criteria: Criteria,
        reference: f64,
        squares: Option<Best>,
        floored: Option<Best>,
        ties: u64,
    ) -> Advice {
        let best = Bests { squares, floored, strict: None };
        advise(criteria, reference, &best, Some(tied(ties)), &[1.0, 2.0])
    }

    fn tied(equal_pairs: u64) -> Ties {
        Ties { equal_pairs, most: 49 }
    }

    #[test]
    fn the_middle_one_is_taken_of_those_that_have_a_vote() {
        let from = |advice: Advice| (advice.from, advice.widths);
        assert_eq!(from(advised(0.8, inside(0.9), inside(0.7), 0)), ("reference", vec![0.8, 1.6]));
        assert_eq!(from(advised(2.0, inside(0.5), inside(0.7), 0)), ("floored", vec![0.7, 1.4]));
        assert_eq!(from(advised(2.0, at_end(0.1), inside(0.7), 0)), ("floored", vec![0.7, 1.4]));
        assert_eq!(from(advised(2.0, inside(0.5), at_end(3.0), 0)), ("squares", vec![0.5, 1.0]));
        assert_eq!(from(advised(2.0, inside(0.5), at_end(3.0), 49)), ("squares", vec![0.5, 1.0]));
        assert_eq!(from(advised(2.0, inside(0.5), at_end(3.0), 50)), ("reference", vec![2.0, 4.0]));
        assert_eq!(from(advised(2.0, inside(0.5), inside(3.0), 50)), ("reference", vec![2.0, 4.0]));
        assert_eq!(from(advised(2.0, None, None, 0)).0, "reference");
    }

    #[test]
    fn one_criterion_is_followed_where_it_has_a_vote() {
        use Criteria::{Likelihood, Reference, Squares};
        let from = |criteria, squares, floored, ties| {
            let advice = advised_by(criteria, 2.0, squares, floored, ties);
            (advice.from, advice.reason)
        };
        let (squares, reason) = from(Squares, inside(0.5), None, 0);
        assert!(squares == "squares" && reason.contains("the one criterion that was asked for"));
        let (floored, reason) = from(Likelihood, None, inside(0.7), 49);
        assert!(floored == "floored" && reason.starts_with("the floored likelihood is the one"));
        for (criteria, squares, ties, why) in [
            (Squares, at_end(3.0), 0, "validation has no vote: its best width is at an end"),
            (Squares, inside(0.5), 50, "validation has no vote: equal samples make it fall"),
            (Likelihood, inside(0.5), 0, "likelihood has no vote: it has no value at any width"),
            (Reference, None, 50, "the normal reference is the one criterion that was asked for"),
        ] {
            let (reference, reason) = from(criteria, squares, None, ties);
            assert!(reference == "reference" && reason.contains(why), "{reason}");
        }
    }

    #[test]
    fn reasons_say_which_criterion_has_no_vote_and_why() {
        let reason = |squares, floored, ties| advised(2.0, squares, floored, ties).reason;
        let tied = reason(inside(0.5), inside(3.0), 50);
        assert!(tied.contains("least squares cross-validation: equal samples"), "{tied}");
        assert!(tied.contains("the floored likelihood: so many equal samples"), "{tied}");
        let agreed = reason(inside(0.5), inside(0.5), 0);
        assert_eq!(agreed, "least squares cross-validation and the floored likelihood agree");
        let end = reason(inside(0.5), at_end(3.0), 0);
        assert!(end.contains("the floored likelihood has none: its best width is at an"), "{end}");
        let neither = reason(None, at_end(3.0), 0);
        assert!(neither.contains("it has no value") && neither.contains("at an end"), "{neither}");
    }

    #[test]
    fn warnings_tell_widths_in_units_of_the_samples_and_what_ties_do() {
        let likelihood = Likelihood {
            strict: Vec::new(),
            floored: Vec::new(),
            lonely: vec![1, 0],
            pairs: vec![0, 0],
            strict_from: Some(0.5),
            loneliest: Some(7),
            algorithm: "some-algorithm",
        };
        let best = Bests { squares: at_end(0.25), floored: inside(0.5), strict: None };
        let squares = Squares { values: Vec::new(), local_minima: 1 };
        let curves = |ties| Curves {
            ties: Some(tied(ties)),
            squares: Some(squares.clone()),
            likelihood: Some(likelihood.clone()),
        };
        let texts = |ties| {
            let warnings = warnings(100, &[2.0, 30.0], &best, &curves(ties));
            warnings.into_iter().map(|warning| (warning.kind, warning.text)).collect::<Vec<_>>()
        };
        let [(_, end), (_, strict)] = &texts(0)[..] else { panic!("{:?}", texts(0)) };
        assert!(end.contains("is best at 0.500000 x 7.50000, an end"), "{end}");
        assert!(strict.contains("minus infinity below 1.00000 x 15.0000, twice"), "{strict}");
        let told = |ties| texts(ties)[1].1.clone();
        assert!(told(1).starts_with("1 pair of samples is equal: "), "{}", told(1));
        assert!(
            told(49).contains("up to 49 such pairs among 100 samples leave them"),
            "{}",
            told(49)
        );
        assert!(
            told(50).contains("with more than 49 such pairs among 100 samples"),
            "{}",
            told(50)
        );
        let alone = |squares: bool, ties| {
            let both = curves(ties);
            let curves = if squares {
                Curves { likelihood: None, ..both }
            } else {
                Curves { squares: None, ..both }
            };
            ties_warning(100, tied(ties), &curves)
        };
        for squares in [true, false] {
            assert!(alone(squares, 49).contains("leave it its vote"), "{}", alone(squares, 49));
            let tied = alone(squares, 50);
            assert!(tied.ends_with("has no vote") && !tied.contains("neither"), "{tied}");
            assert_eq!(tied.contains(SQUARES), squares, "{tied}");
        }
    }
}
