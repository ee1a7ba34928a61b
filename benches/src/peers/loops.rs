//! A plain loop in Rust, and its parallel form.
//!
//! Apart from [`crate::plain`], whose loops they are, because these speak the protocol. Next: `serve.rs`.

use std::hint::black_box;

use rayon::iter::{IndexedParallelIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSlice as _;

use super::files::Data;
use super::serve::{Job, Own, Round};
use crate::plain::rows_by_quotient;

/// One thread.
pub(super) const SERIAL: Own = Own { name: "loop", version: RUST, prepare: serial };
/// The same over parts of the rows, by rayon.
pub(super) const PARALLEL: Own = Own { name: "loop-rayon", version: RUST, prepare: parallel };

/// They are as new as the compiler that the project asks for.
const RUST: &str = concat!("Rust ", env!("CARGO_PKG_RUST_VERSION"), " or newer");
/// Rows of a part at least.
const PART: usize = 4096;

#[expect(clippy::unnecessary_wraps, reason = "as every peer in the table")]
fn serial(data: &Data, _threads: usize) -> Result<Job<'_>, String> {
    Ok(Box::new(move || Round::of(|| windows(black_box(data), rows_by_quotient))))
}

fn parallel(data: &Data, threads: usize) -> Result<Job<'_>, String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| error.to_string())?;
    let count = |rows: &[f64], x: &[f64], h: f64| {
        let parts = rows.par_chunks_exact(x.len()).with_min_len(PART);
        parts.filter(|row| rows_by_quotient(row, x, h) == 1).count() as u64
    };
    Ok(Box::new(move || pool.install(|| Round::of(|| windows(black_box(data), count)))))
}

/// `count` for each center and width.
fn windows(data: &Data, count: impl Fn(&[f64], &[f64], f64) -> u64) -> Vec<u64> {
    let mut counts = Vec::with_capacity(data.centers.len() / data.d * data.widths.len());
    for center in data.centers.chunks_exact(data.d) {
        counts.extend(data.widths.iter().map(|&h| count(&data.rows, center, h)));
    }
    counts
}
