//! The criteria that can be asked for, alone or together, and what comes of them.
//!
//! Apart from [`super::advice`], which weighs them: here they are run, and their best widths found. Least squares
//! need the number of pairs within half of each width. The likelihood counts them anyway; where it was not asked
//! for, they are found with the sums over pairs.

use kernel::Element;
use serde::Serialize;

use super::curve::{self, Best, Found};
use super::likelihood::{self, Likelihood};
use super::squares::{self, Near, Shape, Squares};
use super::ties::Ties;
use super::{Crew, Error, Request, Tried};

/// Which criteria beside the normal reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Criteria {
    /// Both.
    All,
    /// Least squares cross-validation.
    Squares,
    /// The leave-one-out likelihood.
    Likelihood,
    /// None: no width is tried, no pair is looked at.
    Reference,
}

impl Criteria {
    /// Of so many widths, how many are counted around every sample, and within how many distances pairs are summed.
    pub(crate) fn counted_and_summed(self, widths: usize) -> [usize; 2] {
        match self {
            Self::All => [widths, widths],
            Self::Squares => [0, 2 * widths],
            Self::Likelihood => [widths, 0],
            Self::Reference => [0, 0],
        }
    }
}

/// What was asked for beside the normal reference.
#[derive(Default)]
pub(super) struct Curves {
    pub(super) ties: Option<Ties>,
    pub(super) squares: Option<Squares>,
    pub(super) likelihood: Option<Likelihood>,
}

/// What was asked for, over the widths tried.
pub(super) fn curves<T: Element>(
    tried: &Tried<'_, T>,
    request: &Request,
    crew: &mut Crew<'_>,
) -> Result<Curves, Error> {
    let Tried { samples, widths, log_factors, .. } = *tried;
    let shape = Shape { n: samples.n(), d: samples.d(), log_factors };
    let mut found = Curves { ties: Some(Ties::of(samples)), ..Curves::default() };
    match request.criteria {
        Criteria::All => {
            let near = Near::widths(tried, crew.sums)?;
            let likelihood = of_rows(tried, request, crew)?;
            found.squares = Some(squares::curve(shape, widths, &near, &likelihood.pairs));
            found.likelihood = Some(likelihood);
        }
        Criteria::Squares => {
            let near = Near::widths_and_halves(tried, crew.sums)?;
            found.squares = Some(squares::curve(shape, widths, &near, &near.halves(widths)));
        }
        Criteria::Likelihood => found.likelihood = Some(of_rows(tried, request, crew)?),
        Criteria::Reference => {}
    }
    Ok(found)
}

/// The likelihood, with a row of the file for the loneliest sample.
fn of_rows<T: Element>(
    tried: &Tried<'_, T>,
    request: &Request,
    crew: &mut Crew<'_>,
) -> Result<Likelihood, Error> {
    let mut likelihood = likelihood::curve(tried, crew.counts, crew.advance)?;
    likelihood.loneliest = likelihood.loneliest.map(|sample| request.dropped.row_of(sample));
    Ok(likelihood)
}

/// The best width of each criterion on the grid, of those that were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bests {
    /// Smallest least squares criterion.
    pub squares: Option<Best>,
    /// Largest likelihood with floored counts.
    pub floored: Option<Best>,
    /// Largest likelihood among the widths at which nobody is alone.
    pub strict: Option<Best>,
}

impl Bests {
    pub(super) fn of(widths: &[f64], Curves { squares, likelihood, .. }: &Curves) -> Self {
        let best = |values: &Vec<Option<f64>>, found| curve::best(widths, values, found);
        let (squares, likelihood) = (squares.as_ref(), likelihood.as_ref());
        Self {
            squares: squares.and_then(|curve| best(&curve.values, Found::Least)),
            floored: likelihood.and_then(|curve| best(&curve.floored, Found::Greatest)),
            strict: likelihood.and_then(|curve| best(&curve.strict, Found::Greatest)),
        }
    }
}
