//! Algorithms: the table, and what each of them answers.
//!
//! An algorithm narrows the samples to contiguous runs or pieces; the scan of these, in [`crate::isa`], is
//! the only place that knows vectors. So algorithms and instruction sets add up, they do not multiply. Each
//! gives the same counts, bit for bit. To add one, write a file with its `Recipe` and add its line to
//! [`ALL`].

mod brute_force;
mod codes;
mod distinct;
mod edges;
mod grid;
mod kd_build;
mod kd_tree;
mod kd_walk;
mod kd_weights;
mod kd_widths;
mod order;
mod plan;
mod questions;
mod scale;
mod shape;
mod sorted;
mod sweep;
mod weighted;

use std::fmt;

use crate::error::Error;
use crate::isa::Isa;
use crate::query::Query;
use crate::samples::{Element, Run};
use crate::team::{self, Team};
use crate::window::{Reach, Window};
use brute_force::BruteForce;
use codes::Quantized;
use grid::Grid;
use kd_tree::KdTree;
pub use plan::Choice;
use plan::Cost;
use shape::Shape;
use sorted::Sorted;
use sweep::Sweeping;

/// Every algorithm. The first needs no preparation and takes any samples.
pub static ALL: &[Algorithm] = &[
    Algorithm::of::<BruteForce>(),
    Algorithm::of::<Sorted>(),
    Algorithm::of::<Grid>(),
    Algorithm::of::<Sweeping>(),
    Algorithm::of::<KdTree>(),
    Algorithm::of::<Quantized>(),
];

/// The algorithm of this name.
///
/// # Errors
/// [`Error::UnknownAlgorithm`] lists the known names.
pub fn by_name(name: &str) -> Result<&'static Algorithm, Error> {
    let known = || ALL.iter().map(Algorithm::name).collect();
    let algorithm = ALL.iter().find(|algorithm| algorithm.name == name);
    algorithm.ok_or_else(|| Error::UnknownAlgorithm { name: name.to_owned(), known: known() })
}

/// The algorithm that suits these samples and windows, by a sum of what it costs to build and to answer.
/// O(1) but for a look at some samples.
pub fn choose<T: Element>(run: &Run<'_, T>, query: &Query<'_>) -> Choice {
    plan::choose(run, query)
}

/// The same among the algorithms that take weights.
pub fn choose_weighted<T: Element>(run: &Run<'_, T>, query: &Query<'_>) -> Choice {
    weighted::choose(run, query)
}

/// The scan of all samples.
pub(crate) fn scan() -> &'static Algorithm {
    &ALL[0]
}

/// Samples prepared for questions.
pub(crate) trait Index<T: Element>: fmt::Debug + Send + Sync {
    /// Number of samples inside the window of `center`, of d finite coordinates, and `reach`; their weight, if
    /// they have weights.
    fn count(&self, center: &[f64], reach: Reach<'_>) -> u64;

    /// Adds the answers to `counts`: see [`Query::counts`].
    fn answer(&self, query: &Query<'_>, counts: &mut [u64]) {
        query.add_each(counts, |center, reach| self.count(center, reach));
    }

    /// The same by a team; as a rule its members share the centers.
    fn share(&self, query: &Query<'_>, counts: &mut [u64], team: &dyn Team) {
        share_centers(self, query, counts, team);
    }

    /// Bytes that it holds besides the samples.
    fn bytes(&self) -> usize;
}

/// Adds the answers to `counts`; each member of the team takes some centers at a time.
fn share_centers<T: Element>(
    index: &(impl Index<T> + ?Sized),
    query: &Query<'_>,
    counts: &mut [u64],
    team: &dyn Team,
) {
    /// Centers that a member takes.
    const PART: usize = 256;
    if team.size() == 1 {
        return index.answer(query, counts);
    }
    let counts = counts.chunks_mut(PART * query.counts_per_center());
    let parts = (0..query.centers()).step_by(PART).zip(counts).collect();
    team::map(team, parts, |(first, counts)| {
        index.answer(&query.part(first..query.centers().min(first + PART)), counts);
    });
}

/// How an algorithm prepares samples.
pub(crate) trait Recipe {
    /// Its name on command lines and in reports.
    const NAME: &'static str;
    /// What it does, in one sentence.
    const ABOUT: &'static str;

    /// Whether [`Recipe::weigh`] prepares anything.
    const TAKES_WEIGHTS: bool = false;
    /// Whether it passes over all centers for one width after the other.
    const BY_WIDTH: bool = false;

    /// What it needs, if it is not made for n samples of d dimensions.
    fn check(n: usize, d: usize) -> Result<(), String>;

    /// What it costs.
    fn cost(shape: &Shape) -> Cost;

    /// Prepares the samples of a run, which [`Recipe::check`] has let pass.
    fn build<'a, T: Element>(
        run: &Run<'a, T>,
        isa: &'static Isa,
        team: &dyn Team,
    ) -> Box<dyn Index<T> + 'a>;

    /// Prepares the samples of a run, which [`Recipe::check`] has let pass, and a weight for each; nothing, if
    /// the algorithm cannot.
    fn weigh<'a, T: Element>(
        _run: &Run<'a, T>,
        _weights: &'a [u64],
        _isa: &'static Isa,
        _team: &dyn Team,
    ) -> Option<Box<dyn Index<T> + 'a>> {
        None
    }
}

/// [`Recipe::build`] for one storage.
#[doc(hidden)]
pub type Build<T> = for<'a> fn(&Run<'a, T>, &'static Isa, &dyn Team) -> Prepared<'a, T>;

/// [`Recipe::weigh`] for one storage.
#[doc(hidden)]
pub type Weigh<T> =
    for<'a> fn(&Run<'a, T>, &'a [u64], &'static Isa, &dyn Team) -> Option<Prepared<'a, T>>;

/// What [`Recipe::build`] gives.
#[doc(hidden)]
#[derive(Debug)]
pub struct Prepared<'a, T>(pub(crate) Box<dyn Index<T> + 'a>);

impl<T: Element> Prepared<'_, T> {
    /// What is inside `window`, over samples of `d` dimensions.
    pub(crate) fn count(&self, d: usize, window: &Window) -> Result<u64, Error> {
        check_dimension(d, window.d())?;
        Ok(self.0.count(window.center(), window.reach()))
    }

    /// Adds what is inside every window of `query` to `counts`; the members of `team` share the work.
    pub(crate) fn answer(
        &self,
        d: usize,
        query: &Query<'_>,
        counts: &mut [u64],
        team: &dyn Team,
    ) -> Result<(), Error> {
        check_dimension(d, query.d())?;
        assert_eq!(counts.len(), query.counts(), "a place for each window");
        if !counts.is_empty() {
            self.0.share(query, counts, team);
        }
        Ok(())
    }
}

/// Refuses centers that have not the dimensions of the samples.
pub(crate) fn check_dimension(expected: usize, found: usize) -> Result<(), Error> {
    if found == expected {
        Ok(())
    } else {
        Err(Error::Dimension { what: "center", expected, found })
    }
}

/// An algorithm: its name, what it is made for, and how it prepares samples.
#[derive(Clone, Copy)]
pub struct Algorithm {
    name: &'static str,
    about: &'static str,
    takes_weights: bool,
    by_width: bool,
    check: fn(usize, usize) -> Result<(), String>,
    cost: fn(&Shape) -> Cost,
    double: Build<f64>,
    single: Build<f32>,
    weigh_double: Weigh<f64>,
    weigh_single: Weigh<f32>,
}

impl Algorithm {
    const fn of<R: Recipe>() -> Self {
        Self {
            name: R::NAME,
            about: R::ABOUT,
            takes_weights: R::TAKES_WEIGHTS,
            by_width: R::BY_WIDTH,
            check: R::check,
            cost: R::cost,
            double: |run, isa, team| Prepared(R::build(run, isa, team)),
            single: |run, isa, team| Prepared(R::build(run, isa, team)),
            weigh_double: |run, weights, isa, team| R::weigh(run, weights, isa, team).map(Prepared),
            weigh_single: |run, weights, isa, team| R::weigh(run, weights, isa, team).map(Prepared),
        }
    }

    /// Its name on command lines and in reports.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it does, in one sentence.
    pub fn about(&self) -> &'static str {
        self.about
    }

    /// Whether it takes weights of samples.
    pub fn takes_weights(&self) -> bool {
        self.takes_weights
    }

    /// Whether it passes over all centers for one width after the other. A query of many is better cut by widths then,
    /// though each part has to find the order of the centers; for any other algorithm it is better cut by centers.
    pub fn is_by_width(&self) -> bool {
        self.by_width
    }

    /// Itself, if it takes weights and is made for n samples of d dimensions.
    ///
    /// # Errors
    /// [`Error::Unsuited`] says what it needs.
    pub fn checked_for_weights(&'static self, n: usize, d: usize) -> Result<&'static Self, Error> {
        if self.takes_weights { self.checked(n, d) } else { Err(self.takes_no_weights(n, d)) }
    }

    pub(crate) fn takes_no_weights(&self, n: usize, d: usize) -> Error {
        let needs = "samples without weights".to_owned();
        Error::Unsuited { algorithm: self.name, n, d, needs }
    }

    /// Itself, if it is made for n samples of d dimensions.
    ///
    /// # Errors
    /// [`Error::Unsuited`] says what it needs.
    pub fn checked(&'static self, n: usize, d: usize) -> Result<&'static Self, Error> {
        let unsuited = |needs| Error::Unsuited { algorithm: self.name, n, d, needs };
        (self.check)(n, d).map(|()| self).map_err(unsuited)
    }

    fn cost(&self, shape: &Shape) -> Cost {
        (self.cost)(shape)
    }

    pub(crate) fn double(&self) -> Build<f64> {
        self.double
    }

    pub(crate) fn single(&self) -> Build<f32> {
        self.single
    }

    pub(crate) fn weigh_double(&self) -> Weigh<f64> {
        self.weigh_double
    }

    pub(crate) fn weigh_single(&self) -> Weigh<f32> {
        self.weigh_single
    }
}

impl fmt::Debug for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Algorithm").field(&self.name).finish()
    }
}

/// Whether positions of n samples, and of what stands behind them, fit into 32 bits.
fn fits(n: usize) -> Result<(), String> {
    const MOST: usize = (u32::MAX >> 1) as usize;
    if n <= MOST { Ok(()) } else { Err(format!("at most {MOST} samples")) }
}
