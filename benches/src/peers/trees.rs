//! kiddo's k-d tree: its visitor, which only counts, and its list of results.
//!
//! Apart from `loops.rs` because a tree is built first, for a dimension that the compiler knows. Like
//! everything in Rust here it is compiled for every CPU of its kind, so that its vector code, which is
//! chosen when it is compiled, stays out. Next: `serve.rs`.

use std::hint::black_box;

use kiddo::{Chebyshev, ImmutableKdTree};
use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};

use super::files::Data;
use super::serve::{Job, Own, Round};

/// Nothing is kept of what is found.
pub(super) const VISITOR: Own = Own { name: "kiddo-visitor", version: KIDDO, prepare: visitor };
/// What is found is collected, then counted.
pub(super) const LIST: Own = Own { name: "kiddo-list", version: KIDDO, prepare: list };

/// Built and asked by all threads; what is found is counted.
pub(super) const PARALLEL: Own = Own { name: "kiddo-rayon", version: KIDDO, prepare: parallel };

/// As the workspace pins it.
const KIDDO: &str = "6.3.0";

fn visitor(data: &Data, _threads: usize) -> Result<Job<'_>, String> {
    Ok(match data.d {
        2 => visits::<2>(data)?,
        3 => visits::<3>(data)?,
        4 => visits::<4>(data)?,
        6 => visits::<6>(data)?,
        8 => visits::<8>(data)?,
        d => return Err(format!("compiled for 2, 3, 4, 6 and 8 dimensions, not {d}")),
    })
}

fn parallel(data: &Data, threads: usize) -> Result<Job<'_>, String> {
    Ok(match data.d {
        2 => parallel_visits::<2>(data, threads)?,
        3 => parallel_visits::<3>(data, threads)?,
        4 => parallel_visits::<4>(data, threads)?,
        6 => parallel_visits::<6>(data, threads)?,
        8 => parallel_visits::<8>(data, threads)?,
        d => return Err(format!("compiled for 2, 3, 4, 6 and 8 dimensions, not {d}")),
    })
}

fn list(data: &Data, _threads: usize) -> Result<Job<'_>, String> {
    Ok(match data.d {
        2 => lists::<2>(data)?,
        3 => lists::<3>(data)?,
        4 => lists::<4>(data)?,
        6 => lists::<6>(data)?,
        8 => lists::<8>(data)?,
        d => return Err(format!("compiled for 2, 3, 4, 6 and 8 dimensions, not {d}")),
    })
}

fn visits<const D: usize>(data: &Data) -> Result<Job<'_>, String> {
    job::<D>(data, visited)
}

fn visited<const D: usize>(tree: &ImmutableKdTree<f64, D>, center: &[f64; D], radius: f64) -> u64 {
    let mut count = 0;
    tree.query(center).within::<Chebyshev<f64>>(radius).unsorted().visit(|_| count += 1);
    count
}

/// kiddo's parallel executor collects what is found; its visitor is therefore handed out by rayon.
fn parallel_visits<const D: usize>(data: &Data, threads: usize) -> Result<Job<'_>, String> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.map_err(|error| error.to_string())?;
    let (rows, []) = data.rows.as_chunks::<D>() else { return Err("a row is incomplete".into()) };
    let build = || ImmutableKdTree::<f64, D>::new_from_slice_parallel(black_box(rows));
    pool.install(build).map_err(|error| format!("{error:?}"))?;
    let query = move |tree: &ImmutableKdTree<f64, D>| {
        let (centers, widths) = (data.centers.as_chunks::<D>().0, &data.widths);
        let windows = (0..centers.len() * widths.len()).into_par_iter();
        let count = |window: usize| {
            let (c, w) = (window / widths.len(), window % widths.len());
            visited(tree, &centers[c], widths[w] / 2.0)
        };
        windows.map(count).collect()
    };
    Ok(Box::new(move || {
        let build = || build().unwrap_or_else(|error| panic!("{error:?}"));
        pool.install(|| Round::with_index(build, query))
    }))
}

fn lists<const D: usize>(data: &Data) -> Result<Job<'_>, String> {
    job::<D>(data, |tree, center, radius| {
        tree.query(center).within::<Chebyshev<f64>>(radius).unsorted().execute().len() as u64
    })
}

fn job<'a, const D: usize>(
    data: &'a Data,
    count: impl Fn(&ImmutableKdTree<f64, D>, &[f64; D], f64) -> u64 + 'a,
) -> Result<Job<'a>, String> {
    let (rows, []) = data.rows.as_chunks::<D>() else { return Err("a row is incomplete".into()) };
    let build = || ImmutableKdTree::<f64, D>::new_from_slice(black_box(rows));
    build().map_err(|error| format!("{error:?}"))?;
    let query = move |tree: &ImmutableKdTree<f64, D>| {
        let centers = data.centers.as_chunks::<D>().0;
        let one = |center| data.widths.iter().map(move |h| (center, h / 2.0));
        centers.iter().flat_map(one).map(|(center, radius)| count(tree, center, radius)).collect()
    };
    Ok(Box::new(move || {
        let build = || build().unwrap_or_else(|error| panic!("{error:?}"));
        Round::with_index(build, &query)
    }))
}
