//! Instruction sets: the table, the choice, and the doors into code compiled for each.
//!
//! ```text
//! Counter ──► Isa ──► Kernels (function pointers) ──► Lanes::vectorize ──► scan::…
//!              │            one set for each storage        │ compiled with the features
//!              └ ALL, best first                            └ avx512, avx2, portable
//! ```
//!
//! To add an instruction set, write a file that implements `lanes::Lanes` and add its line to
//! [`ALL`]. Nothing outside this folder names one.

#![expect(clippy::inline_always, reason = "a function that is not inlined loses the features")]
#![cfg_attr(
    target_arch = "x86_64",
    allow(clippy::wildcard_imports, reason = "std::arch names its intrinsics one by one")
)]

mod blocks;
mod centers;
mod codes;
mod ends;
mod lanes;
mod masked;
mod near;
mod pairs;
mod pieces;
mod portable;
mod present;
mod scan;
mod slabs;
mod sweep;
mod tally;
mod widths;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;

use crate::error::Error;
use crate::ranking::Ranking;
use crate::samples::{Element, Run};
use crate::window::Reach;
pub(crate) use codes::{
    Asked, Between, CODES, Coded, Codes, DISTRICT, Limits, MOST_D, ROW, ZONE, Zone,
};
pub(crate) use ends::Ends;
pub(crate) use lanes::{GROUP, key};
use lanes::{Job, Lanes, Stored};
pub(crate) use near::Near;
pub(crate) use pairs::{Cell, Order, Sums, Walk, bounds};
pub(crate) use pieces::Piece;
pub(crate) use present::Present;
use scan::with_constant;
pub(crate) use slabs::{Fan, Slabs};
pub(crate) use sweep::Sweep;

/// Every instruction set that this build has code for, best first. The last is always available.
pub static ALL: &[Isa] = &[
    #[cfg(target_arch = "x86_64")]
    Isa::of::<avx512::Avx512>(),
    #[cfg(target_arch = "x86_64")]
    Isa::of::<avx2::Avx2>(),
    Isa::of::<portable::Portable>(),
];

/// The best instruction set that this CPU has.
pub fn best() -> &'static Isa {
    ALL.iter().find(|isa| isa.is_available()).unwrap_or(&ALL[ALL.len() - 1])
}

/// The instruction set of this name.
///
/// # Errors
/// - [`Error::UnknownIsa`] lists the known names;
/// - [`Error::IsaUnavailable`] says what the CPU lacks.
pub fn by_name(name: &str) -> Result<&'static Isa, Error> {
    let known = || ALL.iter().map(Isa::name).collect();
    let isa = ALL.iter().find(|isa| isa.name == name);
    isa.ok_or_else(|| Error::UnknownIsa { name: name.to_owned(), known: known() })?.checked()
}

/// An instruction set: its name, what it needs, and its routines.
#[derive(Debug)]
pub struct Isa {
    name: &'static str,
    requires: &'static str,
    detect: fn() -> bool,
    double: Kernels<f64>,
    single: Kernels<f32>,
    walk: fn(Walk<'_>) -> Sums,
    near: fn(Near<'_>) -> Sums,
}

impl Isa {
    const fn of<L: Lanes>() -> Self {
        Self {
            name: L::NAME,
            requires: L::REQUIRES,
            detect: || L::detect().is_some(),
            double: Kernels::of::<L>(),
            single: Kernels::of::<L>(),
            walk: |walk| token::<L>().vectorize(walk),
            near: |near| token::<L>().vectorize(near),
        }
    }

    /// Its name, in Rust's feature spelling, or `portable`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The CPU features it needs.
    pub fn requires(&self) -> &'static str {
        self.requires
    }

    /// Whether this CPU has them.
    pub fn is_available(&self) -> bool {
        (self.detect)()
    }

    /// Itself, if available.
    ///
    /// # Errors
    /// [`Error::IsaUnavailable`] says what the CPU lacks.
    pub fn checked(&'static self) -> Result<&'static Self, Error> {
        let Self { name, requires, .. } = *self;
        if self.is_available() { Ok(self) } else { Err(Error::IsaUnavailable { name, requires }) }
    }

    pub(crate) fn double(&'static self) -> &'static Kernels<f64> {
        &self.double
    }

    /// Sums of pairs of samples in 2 or 3 dimensions.
    pub(crate) fn walk(&self, walk: Walk<'_>) -> Sums {
        (self.walk)(walk)
    }

    /// Sums of pairs of samples in any number of dimensions.
    pub(crate) fn near(&self, near: Near<'_>) -> Sums {
        (self.near)(near)
    }

    pub(crate) fn single(&'static self) -> &'static Kernels<f32> {
        &self.single
    }
}

/// Columns, pieces of them, center and reach: the number of samples inside.
type CountPieces<T> = fn(&[&[T]], &[Piece], &[f64], Reach<'_>) -> u64;

/// Columns and weights, pieces of them, center and reach: the weight of the samples inside.
type WeighPieces<T> = fn(&[&[T]], &[u64], &[Piece], &[f64], Reach<'_>) -> u64;

/// Codes, what windows ask, whether in a window, by its number, a sample is inside, and the counts of the windows.
type CountCodes = fn(&Coded<'_>, &[Asked<'_>], &dyn Fn(usize, usize) -> bool, &mut [u64]);

/// The routines of one instruction set for one storage. Each panics if the CPU lacks the
/// instructions: [`Isa::checked`] comes first.
#[derive(Debug)]
pub struct Kernels<T: Element> {
    /// Number of samples inside the window of a center and a reach.
    pub(crate) count: fn(&Run<'_, T>, &[f64], Reach<'_>) -> u64,
    /// The same for pieces of columns, each of which holds whole groups from the start of a piece to its end.
    pub(crate) count_pieces: CountPieces<T>,
    /// The weight of the samples inside, for pieces of columns and of weights, as long as columns.
    pub(crate) weigh_pieces: WeighPieces<T>,
    /// One center: adds to `counts[w]` the number of samples within the w-th radius.
    pub(crate) count_widths: fn(&Run<'_, T>, &[f64], &Ranking, &mut [u64]),
    /// One radius: adds to `counts[c]` the number of samples within it around center c.
    pub(crate) count_centers: fn(&Run<'_, T>, &[f64], f64, &mut [u64]),
    /// Adds to `counts[w]` the number of samples inside window w, by their codes and the look at a sample.
    pub(crate) count_codes: CountCodes,
    /// Ends of windows among ascending values.
    pub(crate) ends: fn(Ends<'_, T>),
    /// Slabs of values.
    pub(crate) slabs: fn(Slabs<'_, T>),
    /// Counts of windows in ascending order of their centers.
    pub(crate) sweep: fn(Sweep<'_>),
    pub(crate) sum: fn(&Run<'_, T>) -> f64,
}

#[expect(private_bounds, reason = "tables are made in this folder only")]
impl<T: Stored> Kernels<T> {
    const fn of<L: Lanes>() -> Self {
        Self {
            count: |run, center, reach| with_constant!(run.d(), D => token::<L>().vectorize(Count::<T, D> { run, center, reach })),
            count_pieces: |columns, pieces, center, reach| {
                with_constant!(columns.len(), D => {
                    token::<L>().vectorize(ScanPieces::<T, D> { columns, pieces, center, reach })
                })
            },
            weigh_pieces: |columns, weights, pieces, center, reach| {
                with_constant!(columns.len(), D => {
                    let of = (columns, weights);
                    token::<L>().vectorize(ScanWeights::<T, D> { of, pieces, center, reach })
                })
            },
            count_widths: |run, center, ranking, counts| {
                with_constant!(run.d(), D => {
                    token::<L>().vectorize(CountWidths::<T, D> { run, center, ranking, counts });
                });
            },
            count_centers: |run, centers, radius, counts| {
                with_constant!(run.d(), D => {
                    token::<L>().vectorize(CountCenters::<T, D> { run, centers, radius, counts });
                });
            },
            count_codes: |coded, asked, look, counts| {
                with_constant!(coded.d, D => {
                    token::<L>().vectorize(tally::Tally::<D> { coded, asked, look, counts });
                });
            },
            ends: |ends| token::<L>().vectorize(ends),
            slabs: |slabs| token::<L>().vectorize(slabs),
            sweep: |sweep| token::<L>().vectorize(sweep),
            sum: |run| token::<L>().vectorize(Sum { run }),
        }
    }
}

fn token<L: Lanes>() -> L {
    L::detect().expect("an instruction set is chosen only where the CPU has it")
}

struct Count<'a, T, const D: usize> {
    run: &'a Run<'a, T>,
    center: &'a [f64],
    reach: Reach<'a>,
}

impl<T: Stored, const D: usize> Job for Count<'_, T, D> {
    type Output = u64;
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> u64 {
        scan::count::<_, T, D>(lanes.double(), self.run, self.center, self.reach)
    }
}

struct ScanPieces<'a, T, const D: usize> {
    columns: &'a [&'a [T]],
    pieces: &'a [Piece],
    center: &'a [f64],
    reach: Reach<'a>,
}

impl<T: Stored, const D: usize> Job for ScanPieces<'_, T, D> {
    type Output = u64;
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> u64 {
        let Self { columns, pieces, center, reach } = self;
        pieces::count::<_, T, D>(lanes.double(), columns, pieces, center, reach)
    }
}

struct ScanWeights<'a, T, const D: usize> {
    of: (&'a [&'a [T]], &'a [u64]),
    pieces: &'a [Piece],
    center: &'a [f64],
    reach: Reach<'a>,
}

impl<T: Stored, const D: usize> Job for ScanWeights<'_, T, D> {
    type Output = u64;
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> u64 {
        let Self { of, pieces, center, reach } = self;
        pieces::weigh::<_, T, D>(lanes.double(), of, pieces, center, reach)
    }
}

struct CountWidths<'a, T, const D: usize> {
    run: &'a Run<'a, T>,
    center: &'a [f64],
    ranking: &'a Ranking,
    counts: &'a mut [u64],
}

impl<T: Stored, const D: usize> Job for CountWidths<'_, T, D> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { run, center, ranking, counts } = self;
        widths::count::<_, T, D>(lanes, run, center, ranking, counts);
    }
}

struct CountCenters<'a, T, const D: usize> {
    run: &'a Run<'a, T>,
    centers: &'a [f64],
    radius: f64,
    counts: &'a mut [u64],
}

impl<T: Stored, const D: usize> Job for CountCenters<'_, T, D> {
    type Output = ();
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        let Self { run, centers, radius, counts } = self;
        centers::count::<_, T, D>(lanes, run, centers, radius, counts);
    }
}

struct Sum<'a, T> {
    run: &'a Run<'a, T>,
}

impl<T: Stored> Job for Sum<'_, T> {
    type Output = f64;
    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> f64 {
        scan::sum(lanes.double(), self.run)
    }
}
