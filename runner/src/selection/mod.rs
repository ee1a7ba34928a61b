//! Which width suits the samples: criteria over a whole grid of widths, and one recommendation.
//!
//! ```text
//! spread ──► normal reference ──► grid of widths ──► pairs ────────────► least squares cross-validation ─┐
//!                                       │                                    ▲ pairs within h/2          ├──► advice
//!                                       └──────────► counts of the others ───┴───► likelihood ───────────┤
//! samples ─────────────────────────────────────────────────────────────────────────► ties ───────────────┘
//! ```
//!
//! Each criterion can be asked for alone ([`Criteria`]): least squares then find the pairs within h/2 themselves.
//!
//! Apart from `kernel`, which counts and sums exactly and judges nothing: what follows from counts takes
//! logarithms and opinions. No file, clock or thread here; the caller brings a team, and runs this in its
//! pool. Formulas after Scott (1992) and Wand & Jones (1995), with the box's constants: ∫ K² = 1, variance
//! 1/12 in each dimension.
//!
//! Next: `criteria`, which runs [`squares`] and [`likelihood`], one criterion each; [`spread`]; [`ties`] says what
//! equal samples do to them, [`curve`] finds the best of a curve, and [`advice`] weighs them.

pub mod advice;
mod criteria;
pub mod curve;
pub mod likelihood;
pub mod spread;
pub mod squares;
pub mod ties;

use kernel::isa::Isa;
use kernel::{Element, Samples, Team, Width};
use serde::Serialize;

use crate::input::Dropped;
use advice::{Advice, Warning};
pub use criteria::{Bests, Criteria};
use criteria::{Curves, curves};
use likelihood::Likelihood;
use spread::Spread;
use squares::Squares;
use ties::Ties;

/// Widths of the default grid.
pub(crate) const WIDTHS: usize = 100;
/// Of these, widths in each octave: half of a width is a width as well.
const PER_OCTAVE: usize = 30;
/// Where the default grid begins, in normal references; it ends ten times as high.
const GRID_START: f64 = 0.16;
/// Spreads that differ by less than this factor are not worth another width for each dimension.
const ALIKE: f64 = 1.1;

/// Whether every dimension has the same width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scale {
    /// One width for all dimensions; the samples are taken as they are.
    None,
    /// Widths in proportion to the spreads: the samples are divided by them.
    Spread,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Request {
    /// The criteria.
    pub criteria: Criteria,
    /// The widths to try; `None` is the default grid. None is tried for the normal reference alone.
    pub widths: Option<Vec<f64>>,
    /// `None` is [`Scale::Spread`] if the spreads differ by 10 % or more.
    pub scale: Option<Scale>,
    /// How pairs and samples are scanned.
    pub isa: &'static Isa,
    /// The rows of the file that the samples are: what is told of one names its row.
    pub dropped: Dropped,
}

/// Who sums and counts, and who is told how far that is.
pub struct Crew<'a> {
    /// Sums over pairs.
    pub sums: &'a dyn Team,
    /// Counts around the samples.
    pub counts: &'a dyn Team,
    /// Told how many further samples were counted around; 0 when that begins.
    pub advance: &'a mut dyn FnMut(u64),
}

impl std::fmt::Debug for Crew<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Crew").finish_non_exhaustive()
    }
}

/// What the criteria are asked about.
struct Tried<'a, T> {
    samples: &'a Samples<T>,
    /// Ascending.
    widths: &'a [f64],
    /// The logarithm of the volume that the samples were divided by.
    log_factors: f64,
    isa: &'static Isa,
}

/// The criteria over the widths, and what follows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Selection {
    /// Number of samples, at least 2.
    pub n: usize,
    /// Number of dimensions.
    pub d: usize,
    /// Whether the samples were divided by the spreads.
    pub scale: Scale,
    /// Spread of each dimension.
    pub spreads: Vec<Spread>,
    /// What widths of the grid are multiplied by in each dimension: 1, or the robust spread.
    pub factors: Vec<f64>,
    /// The normal reference.
    pub reference: f64,
    /// The widths tried, ascending.
    pub widths: Vec<f64>,
    /// Equal samples, if any criterion follows the samples.
    pub ties: Option<Ties>,
    /// Least squares cross-validation, if it was asked for.
    pub squares: Option<Squares>,
    /// Leave-one-out likelihood, if it was asked for.
    pub likelihood: Option<Likelihood>,
    /// The best width of each criterion.
    pub best: Bests,
    /// The width to take.
    pub advice: Advice,
    /// What to know before trusting any of it.
    pub warnings: Vec<Warning>,
}

/// Why no width can be chosen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Too few samples.
    #[error("to choose a width at least 2 samples are needed; found: {found}")]
    Few {
        /// How many there are.
        found: usize,
    },
    /// A column has no spread.
    #[error(
        "column {column} (of those chosen, counted from 0) has the one value {value}; a width needs columns \
         that vary, see --columns"
    )]
    OneValue {
        /// Its number.
        column: usize,
        /// Its value.
        value: f64,
    },
    /// The spread of a column, or a width, leaves the range of doubles.
    #[error(
        "column {column} (of those chosen, counted from 0) spreads over more than doubles can hold"
    )]
    Wide {
        /// Its number.
        column: usize,
    },
    /// A width or the samples are refused.
    #[error(transparent)]
    Kernel(#[from] kernel::Error),
}

/// Tries every width. Takes O(pairs near in one dimension) for least squares, and the counts of all samples around
/// each for the likelihood.
///
/// # Errors
/// [`Error`] says why there is no width to choose.
pub fn select<T: Element>(
    samples: &Samples<T>,
    request: &Request,
    crew: &mut Crew<'_>,
) -> Result<Selection, Error> {
    let (n, d) = (samples.n(), samples.d());
    if n < 2 {
        return Err(Error::Few { found: n });
    }
    let spreads = spreads(samples)?;
    let scale = request.scale.unwrap_or_else(|| suitable(&spreads));
    let factors: Vec<f64> = match scale {
        Scale::None => vec![1.0; d],
        Scale::Spread => spreads.iter().map(|spread| spread.robust).collect(),
    };
    let of_cube =
        spreads.iter().zip(&factors).map(|(spread, factor)| (spread.robust / factor).ln());
    let reference = spread::normal_reference(n, d) * (of_cube.sum::<f64>() / d as f64).exp();
    let (widths, isa) = (widths(request, reference)?, request.isa);
    let log_factors = factors.iter().map(|factor| factor.ln()).sum();
    let curves = match (request.criteria, scale) {
        (Criteria::Reference, _) => Curves::default(),
        (_, Scale::None) => {
            curves(&Tried { samples, widths: &widths, log_factors, isa }, request, crew)?
        }
        (_, Scale::Spread) => {
            let samples = &divided(samples, &factors)?;
            curves(&Tried { samples, widths: &widths, log_factors, isa }, request, crew)?
        }
    };
    let best = Bests::of(&widths, &curves);
    let advice = advice::advise(request.criteria, reference, &best, curves.ties, &factors);
    let warnings = advice::warnings(n, &factors, &best, &curves);
    let Curves { ties, squares, likelihood } = curves;
    Ok(Selection {
        n,
        d,
        scale,
        spreads,
        factors,
        reference,
        widths,
        ties,
        squares,
        likelihood,
        best,
        advice,
        warnings,
    })
}

fn spreads<T: Element>(samples: &Samples<T>) -> Result<Vec<Spread>, Error> {
    let spread = |column: usize| {
        let spread = Spread::of(samples.column(column));
        match spread.robust {
            robust if !robust.is_finite() => Err(Error::Wide { column }),
            robust if robust > 0.0 => Ok(spread),
            _ => Err(Error::OneValue { column, value: samples.column(column)[0].widen() }),
        }
    };
    (0..samples.d()).map(spread).collect()
}

fn suitable(spreads: &[Spread]) -> Scale {
    let robust = || spreads.iter().map(|spread| spread.robust);
    let (least, most) = (robust().fold(f64::INFINITY, f64::min), robust().fold(0.0, f64::max));
    if most < least * ALIKE { Scale::None } else { Scale::Spread }
}

/// The widths asked for, ascending and each once, or the default grid; none if no criterion tries any.
fn widths(request: &Request, reference: f64) -> Result<Vec<f64>, Error> {
    if request.criteria == Criteria::Reference {
        return Ok(Vec::new());
    }
    let mut widths = request.widths.clone().unwrap_or_else(|| grid(reference));
    for &width in &widths {
        Width::new(width)?;
    }
    widths.sort_by(f64::total_cmp);
    widths.dedup();
    Ok(widths)
}

/// Geometric, every octave the double of the one before, digit for digit.
fn grid(reference: f64) -> Vec<f64> {
    let in_octave = |k: usize| (k as f64 / PER_OCTAVE as f64).exp2();
    let octave = |k: usize| 2.0_f64.powi((k / PER_OCTAVE) as i32);
    let start = GRID_START * reference;
    (0..WIDTHS).map(|k| start * in_octave(k % PER_OCTAVE) * octave(k)).collect()
}

/// The samples with every column divided by its factor.
fn divided<T: Element>(
    samples: &Samples<T>,
    factors: &[f64],
) -> Result<Samples<f64>, kernel::Error> {
    let column = |(j, factor): (usize, &f64)| -> Vec<f64> {
        samples.column(j).iter().map(|value| value.widen() / factor).collect()
    };
    Samples::from_columns(&factors.iter().enumerate().map(column).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use kernel::{Alone, Part};

    use super::*;

    /// Two hands that count the parts they are given.
    #[derive(Default)]
    struct Counting(AtomicUsize);

    impl Counting {
        fn parts(&self) -> usize {
            self.0.load(Ordering::Relaxed)
        }
    }

    impl Team for Counting {
        fn size(&self) -> usize {
            2
        }

        fn run(&self, parts: Vec<Part<'_>>) {
            self.0.fetch_add(parts.len(), Ordering::Relaxed);
            Alone.run(parts);
        }
    }

    #[test]
    fn sums_and_counts_have_a_team_each() {
        let value = |i: usize, j: usize| ((i * (2 * j + 31) + j) % 997) as f64 / 997.0;
        let rows: Vec<f64> = (0..4000).flat_map(|i| [value(i, 0), value(i, 7)]).collect();
        let samples = Samples::from_rows(&rows, 2).unwrap();
        let isa = kernel::isa::best();
        let request = Request {
            criteria: Criteria::All,
            widths: None,
            scale: None,
            isa,
            dropped: Dropped::default(),
        };
        let (sums, counts) = (Counting::default(), Counting::default());
        let (mut calls, mut told) = (Vec::new(), 0);
        let advance = &mut |done| {
            // The bar of the counts begins once the sums have ended, and before the first part of its own.
            calls.push((sums.parts(), counts.parts()));
            told += done;
        };
        select(&samples, &request, &mut Crew { sums: &sums, counts: &counts, advance }).unwrap();
        assert_eq!(calls[0], (sums.parts(), 0));
        assert!(sums.parts() > 0 && counts.parts() > 0 && told == 4000, "{calls:?}");
    }
}
