//! What this project does, as a peer among the others.
//!
//! Apart from [`crate::job`], whose cases are one thread's: here threads share the samples, or the centers
//! if those are many; then the kernel may choose an index, which is built anew in every round. Threads are
//! pinned. The widths are put in order within every job, as whoever comes with fresh widths has to. Next:
//! `kernel::Counter`.

use std::hint::black_box;
use std::time::Instant;

use kernel::{Alone, Counter, Query, Samples, Sizes, Team, Widths, algorithm, isa};
use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use rayon::slice::ParallelSlice as _;
use runner::machine::affinity;
use runner::placement;
use runner::share::shares;
use runner::team::InPool;

use super::files::Data;
use super::serve::{Job, Own, Round};
use super::task::totals;

/// This project.
pub(super) const PARZEN: Own = Own { name: "parzen", version: env!("CARGO_PKG_VERSION"), prepare };

/// The same, adding up the counts of each width.
pub(super) const TOTALS: Own = Own { name: "parzen-totals", prepare: prepare_totals, ..PARZEN };

/// From so many centers for each thread on, threads share the centers.
const CENTERS_PER_THREAD: usize = 16;
/// Parts of the centers for each thread, so that there is something to balance.
const PARTS_PER_THREAD: usize = 8;

fn prepare(data: &Data, threads: usize) -> Result<Job<'_>, String> {
    let text = |error: kernel::Error| error.to_string();
    let samples = Samples::from_rows(&data.rows, data.d).map_err(text)?;
    let pool = match threads {
        1 => {
            // A lone thread needs no pool: handing over would cost more than a short job.
            if let Some(&cpu) = affinity::allowed().last() {
                affinity::pin(cpu).map_err(|error| error.to_string())?;
            }
            None
        }
        _ => Some(pool(threads)?),
    };
    if data.centers.len() > data.d {
        return Ok(Box::new(move || chosen(&samples, data, pool.as_ref(), threads)));
    }
    Ok(Box::new(move || {
        Round::of(|| {
            let data = black_box(data);
            let counts = match &pool {
                None => Widths::new(&data.widths).and_then(|widths| {
                    Counter::new(samples.all()).count_batch(&data.centers, &widths)
                }),
                Some(pool) => pool.install(|| shared(&samples, data, threads)),
            };
            counts.unwrap_or_else(|error| panic!("{error}"))
        })
    }))
}

fn prepare_totals(data: &Data, threads: usize) -> Result<Job<'_>, String> {
    let mut job = prepare(data, threads)?;
    Ok(Box::new(move || {
        let Round { build_ns, query_ns, counts } = job();
        let began = Instant::now();
        let counts = totals(&counts, data.widths.len());
        let query_ns = query_ns + began.elapsed().as_nanos() as u64;
        Round { build_ns, query_ns, counts }
    }))
}

fn pool(threads: usize) -> Result<ThreadPool, String> {
    let seats = placement::in_order(threads, affinity::allowed()).seats;
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .start_handler(move |worker| {
            if let Some(cpu) = seats.get(worker).copied().flatten() {
                affinity::pin(cpu).unwrap_or_else(|error| panic!("{error}"));
            }
        })
        .build()
        .map_err(|error| error.to_string())
}

/// A job with many centers: choosing how it is counted, and building an index if that is the choice, is part of
/// it.
fn chosen(samples: &Samples<f64>, data: &Data, pool: Option<&ThreadPool>, threads: usize) -> Round {
    let prepare = |team: &dyn Team| {
        let widths = Widths::new(&data.widths)?;
        let query = Query::new(&data.centers, data.d, Sizes::Shared(&widths))?;
        let algorithm = algorithm::choose(&samples.all(), &query).algorithm;
        Counter::with_algorithm(samples.all(), isa::best(), algorithm, team)
    };
    let build = || match pool {
        None => prepare(&Alone),
        Some(pool) => pool.install(|| prepare(&InPool)),
    };
    let query = |index: &Result<Counter<'_, f64>, kernel::Error>| {
        let data = black_box(data);
        let answer = index.as_ref().map_err(Clone::clone).and_then(|index| {
            let widths = Widths::new(&data.widths)?;
            match pool {
                None => index.count_batch(&data.centers, &widths),
                Some(pool) if index.algorithm().name() == algorithm::ALL[0].name() => {
                    pool.install(|| shared(samples, data, threads))
                }
                Some(pool) => pool.install(|| together(index, data, &widths)),
            }
        });
        answer.unwrap_or_else(|error| panic!("{error}"))
    };
    Round::with_index(build, query)
}

/// The counts of an index, by the threads of the pool that this runs in.
fn together(
    counter: &Counter<'_, f64>,
    data: &Data,
    widths: &Widths,
) -> Result<Vec<u64>, kernel::Error> {
    let query = Query::new(&data.centers, data.d, Sizes::Shared(widths))?;
    let mut counts = vec![0; query.counts()];
    counter.answer(&query, &mut counts, &InPool)?;
    Ok(counts)
}

/// The counts of parts of the centers, by the threads of the pool that this runs in.
fn in_parts(
    counter: &Counter<'_, f64>,
    data: &Data,
    widths: &Widths,
    threads: usize,
) -> Result<Vec<u64>, kernel::Error> {
    let centers = data.centers.len() / data.d;
    let part = centers.div_ceil(PARTS_PER_THREAD * threads) * data.d;
    let parts = data.centers.par_chunks(part);
    let counts: Result<Vec<_>, _> = parts.map(|part| counter.count_batch(part, widths)).collect();
    Ok(counts?.concat())
}

/// The counts, by the threads of the pool that this runs in.
fn shared(samples: &Samples<f64>, data: &Data, threads: usize) -> Result<Vec<u64>, kernel::Error> {
    let widths = Widths::new(&data.widths)?;
    let centers = data.centers.len() / data.d;
    if centers >= CENTERS_PER_THREAD * threads {
        return in_parts(&Counter::new(samples.all()), data, &widths, threads);
    }
    let parts: Result<Vec<Vec<u64>>, _> = shares(samples.n(), threads)
        .par_iter()
        .map(|share| Counter::new(samples.run(share.clone())).count_batch(&data.centers, &widths))
        .collect();
    let mut sums = vec![0; centers * data.widths.len()];
    for part in parts? {
        sums.iter_mut().zip(part).for_each(|(sum, count)| *sum += count);
    }
    Ok(sums)
}
