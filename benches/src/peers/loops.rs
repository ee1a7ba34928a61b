//! Plain loops in Rust, one for each width, and their parallel form.
//!
//! Apart from [`crate::plain`] because these speak the protocol. The best plain loop goes over columns,
//! for a number of dimensions that the compiler knows, without division and without an early exit, so
//! that the compiler makes vector code of it. Beside it stands the loop as one writes it first. Columns
//! are made outside the clock, as ours are. Next: `serve.rs`.

use std::hint::black_box;
use std::ops::Range;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use runner::share::shares;

use super::files::Data;
use super::serve::{Job, Own, Round};
use crate::plain::rows_by_quotient;

/// One thread.
pub(super) const SERIAL: Own = Own { name: "loop", version: RUST, prepare: serial };
/// The same over parts of the samples, by rayon.
pub(super) const PARALLEL: Own = Own { name: "loop-rayon", version: RUST, prepare: parallel };
/// As one writes it first, from the article: rows, a division, out at the first coordinate outside.
pub(super) const QUOTIENT: Own = Own { name: "loop-quotient", version: RUST, prepare: quotient };

/// They are as new as the compiler that the project asks for.
const RUST: &str = concat!("Rust ", env!("CARGO_PKG_RUST_VERSION"), " or newer");
/// Parts of the samples for each thread, so that there is something to balance.
const PARTS_PER_THREAD: usize = 8;

/// (columns, samples, center, half the width) → samples inside.
type Count = fn(&[Vec<f64>], Range<usize>, &[f64], f64) -> u64;

fn serial(data: &Data, _threads: usize) -> Result<Job<'_>, String> {
    let (columns, count) = (data.columns(), counting(data.d)?);
    let all = 0..columns[0].len();
    Ok(Box::new(move || {
        let one = |x: &[f64], h: f64| count(black_box(&columns), all.clone(), x, h / 2.0);
        Round::of(|| windows(data, one))
    }))
}

fn parallel(data: &Data, threads: usize) -> Result<Job<'_>, String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| error.to_string())?;
    let (columns, count) = (data.columns(), counting(data.d)?);
    let parts = shares(columns[0].len(), PARTS_PER_THREAD * threads);
    Ok(Box::new(move || {
        let one = |x: &[f64], h: f64| {
            let columns = black_box(&columns);
            parts.par_iter().map(|part| count(columns, part.clone(), x, h / 2.0)).sum()
        };
        pool.install(|| Round::of(|| windows(data, one)))
    }))
}

#[expect(clippy::unnecessary_wraps, reason = "as every peer in the table")]
fn quotient(data: &Data, _threads: usize) -> Result<Job<'_>, String> {
    let one = |x: &[f64], h: f64| rows_by_quotient(black_box(&data.rows), x, h);
    Ok(Box::new(move || Round::of(|| windows(data, one))))
}

/// The loop for `d` dimensions.
fn counting(d: usize) -> Result<Count, String> {
    Ok(match d {
        2 => inside::<2>,
        3 => inside::<3>,
        4 => inside::<4>,
        6 => inside::<6>,
        8 => inside::<8>,
        d => return Err(format!("compiled for 2, 3, 4, 6 and 8 dimensions, not {d}")),
    })
}

/// `columns` are at least D, `x` has D coordinates.
fn inside<const D: usize>(
    columns: &[Vec<f64>],
    range: Range<usize>,
    x: &[f64],
    radius: f64,
) -> u64 {
    let columns: [&[f64]; D] = std::array::from_fn(|j| &columns[j][range.clone()]);
    let x: [f64; D] = std::array::from_fn(|j| x[j]);
    let is_inside =
        |i: usize| (0..D).fold(true, |all, j| all & ((x[j] - columns[j][i]).abs() <= radius));
    (0..range.len()).map(|i| u64::from(is_inside(i))).sum()
}

/// `count` for each center and width.
fn windows(data: &Data, count: impl Fn(&[f64], f64) -> u64) -> Vec<u64> {
    let data = black_box(data);
    let mut counts = Vec::with_capacity(data.centers.len() / data.d * data.widths.len());
    for center in data.centers.chunks_exact(data.d) {
        counts.extend(data.widths.iter().map(|&h| count(center, h)));
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::super::task::Question;
    use super::*;

    #[test]
    fn every_loop_counts_what_the_articles_counts() {
        let tasks = super::super::task::tiny();
        for task in tasks.into_iter().filter(|task| task.question == Question::Counts) {
            let data = task.data().unwrap();
            let exact = super::super::task::exact(&data);
            for own in [SERIAL, PARALLEL, QUOTIENT] {
                assert_eq!((own.prepare)(&data, 2).unwrap()().counts, exact, "{}", own.name);
            }
        }
    }
}
