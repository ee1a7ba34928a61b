//! Who takes part, in one table.
//!
//! Apart from [`super::entry`], which starts them, so that a further peer is one line here and one file in
//! `benches/peers/`. Costs are rough, from one run on a 2-core machine: they only tell what would take
//! minutes from what would not. Next: [`super::set_up`] for what a peer needs.

use super::entry::Cpus;
use super::task::{Question, Shape};

/// A program that does the job.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// Its name in tables.
    pub name: &'static str,
    /// Where it is.
    pub source: Source,
    /// How many threads or processes it can use.
    pub threads: Threads,
    /// About how many nanoseconds a job takes on one thread.
    pub cost_ns: fn(&Shape) -> f64,
}

/// Where a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// In this program: the name of an [`Own`](super::serve::Own).
    Own(&'static str),
    /// A file of `benches/peers` without its ending, in Python.
    Python(&'static str),
    /// A file of `benches/peers` without its ending, in C++.
    Cpp(&'static str),
}

/// How many threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// One, always.
    One,
    /// As many as it is told.
    Any,
    /// The article's numbers of processes.
    Processes,
}

/// The article's numbers of processes.
pub const PROCESSES: [usize; 5] = [1, 2, 3, 4, 6];
/// What the others are compared with.
pub const OURS: &str = "parzen";
/// The same once more: what its ratio is off 1, no other ratio can be trusted for.
pub const CONTROL: &str = "parzen again (control)";
/// Who takes part whatever is asked for.
pub const ALWAYS: [&str; 2] = [OURS, CONTROL];

/// Every peer that counts around centers, ours first.
pub const ALL: &[Peer] = &[
    Peer { name: OURS, source: Source::Own("parzen"), threads: Threads::Any, cost_ns: scan },
    Peer { name: CONTROL, source: Source::Own("parzen"), threads: Threads::Any, cost_ns: scan },
    Peer { name: "Rust loop", source: Source::Own("loop"), threads: Threads::One, cost_ns: each },
    Peer {
        name: "Rust loop, rayon",
        source: Source::Own("loop-rayon"),
        threads: Threads::Any,
        cost_ns: each,
    },
    Peer {
        name: "Rust loop, rows and division",
        source: Source::Own("loop-quotient"),
        threads: Threads::One,
        cost_ns: each,
    },
    Peer {
        name: "article's loop",
        source: Source::Python("article_loop"),
        threads: Threads::One,
        cost_ns: |s| 5_000.0 * visits(s),
    },
    Peer {
        name: "article's Pool",
        source: Source::Python("article_pool"),
        threads: Threads::Processes,
        cost_ns: |s| 5_000.0 * visits(s),
    },
    Peer {
        name: "NumPy per width",
        source: Source::Python("numpy_per_width"),
        threads: Threads::One,
        cost_ns: |s| visits(s) * (1.5 * s.d + 1.0),
    },
    Peer {
        name: "NumPy per width, rows",
        source: Source::Python("numpy_rows"),
        threads: Threads::One,
        cost_ns: |s| visits(s) * (10.0 * s.d + 8.0),
    },
    Peer {
        name: "NumPy one pass",
        source: Source::Python("numpy_one_pass"),
        threads: Threads::One,
        cost_ns: |s| s.n * s.m * (2.0 * s.d + 4.0),
    },
    Peer {
        name: "numba per width",
        source: Source::Python("numba_per_width"),
        threads: Threads::Any,
        cost_ns: |s| 0.5 * each(s),
    },
    Peer {
        name: "numba per width, rows",
        source: Source::Python("numba_rows"),
        threads: Threads::Any,
        cost_ns: each,
    },
    Peer {
        name: "numba one pass",
        source: Source::Python("numba_one_pass"),
        threads: Threads::Any,
        cost_ns: |s| s.n * s.m * (s.d + 2.0),
    },
    Peer {
        name: "scipy cKDTree ball",
        source: Source::Python("scipy_ball"),
        threads: Threads::Any,
        cost_ns: |s| tree(s, 600.0, 0.3),
    },
    Peer {
        name: "scipy cKDTree neighbors",
        source: Source::Python("scipy_neighbors"),
        threads: Threads::One,
        cost_ns: |s| 600.0 * s.n + s.m * (s.n * 0.5 + 100.0 * s.w),
    },
    Peer {
        name: "scikit-learn KDTree",
        source: Source::Python("sklearn_radius"),
        threads: Threads::One,
        cost_ns: |s| tree(s, 1_500.0, 0.4),
    },
    Peer {
        name: "scikit-learn KernelDensity",
        source: Source::Python("sklearn_density"),
        threads: Threads::One,
        cost_ns: |s| s.w * tree(&Shape { w: 1.0, ..*s }, 1_500.0, 10.0),
    },
    Peer {
        name: "KDEpy box",
        source: Source::Python("kdepy_box"),
        threads: Threads::One,
        cost_ns: |s| s.n * s.w * (10_000.0 + 5.0 * s.m * s.d),
    },
    Peer {
        name: "kiddo visitor",
        source: Source::Own("kiddo-visitor"),
        threads: Threads::One,
        cost_ns: |s| tree(s, 400.0, 0.7),
    },
    Peer {
        name: "kiddo visitor, rayon",
        source: Source::Own("kiddo-rayon"),
        threads: Threads::Any,
        cost_ns: |s| tree(s, 400.0, 0.7),
    },
    Peer {
        name: "kiddo list",
        source: Source::Own("kiddo-list"),
        threads: Threads::One,
        cost_ns: |s| tree(s, 400.0, 1.0),
    },
    Peer {
        name: "nanoflann maximum",
        source: Source::Cpp("nanoflann"),
        threads: Threads::One,
        cost_ns: |s| tree(s, 500.0, 1.0),
    },
    Peer {
        name: "CGAL iso box",
        source: Source::Cpp("cgal"),
        threads: Threads::One,
        cost_ns: |s| tree(s, 500.0, 1.0),
    },
    Peer {
        name: "Boost R-tree",
        source: Source::Cpp("boost_rtree"),
        threads: Threads::One,
        cost_ns: |s| tree(s, 500.0, 1.5),
    },
];

/// Every peer that adds up the counts around all samples, ours first.
pub const TOTALS: &[Peer] = &[
    Peer { name: OURS, source: Source::Own("parzen-totals"), threads: Threads::Any, cost_ns: scan },
    Peer {
        name: CONTROL,
        source: Source::Own("parzen-totals"),
        threads: Threads::Any,
        cost_ns: scan,
    },
    Peer {
        name: "numba pairs",
        source: Source::Python("numba_pairs"),
        threads: Threads::Any,
        cost_ns: |s| 0.5 * s.n * s.n * (s.d + 1.0),
    },
    Peer {
        name: "scipy cKDTree pairs",
        source: Source::Python("scipy_pairs"),
        threads: Threads::One,
        cost_ns: |s| 1.5 * s.n * s.n,
    },
    Peer {
        name: "scikit-learn KDTree pairs",
        source: Source::Python("sklearn_pairs"),
        threads: Threads::One,
        cost_ns: |s| 2.0 * s.n * s.n * s.w.sqrt(),
    },
];

/// Those that answer it.
pub fn of(question: Question) -> &'static [Peer] {
    match question {
        Question::Counts => ALL,
        Question::Totals => TOTALS,
    }
}

/// All of them.
pub fn every() -> impl Iterator<Item = &'static Peer> + Clone {
    ALL.iter().chain(TOTALS)
}

fn visits(s: &Shape) -> f64 {
    s.n * s.m * s.w
}

/// Scans for some centers; where they are many there is an index.
fn scan(s: &Shape) -> f64 {
    0.3 * s.n * s.m.min(1e3) * s.d + 1e4 * s.m
}

fn each(s: &Shape) -> f64 {
    visits(s) * s.d
}

/// Nanoseconds to build for each sample, and to answer a window for each sample.
fn tree(s: &Shape, build: f64, answer: f64) -> f64 {
    build * s.n + s.m * s.w * (1_000.0 + answer * s.n)
}

impl Peer {
    /// Whether it can be asked that.
    pub fn answers(&self, question: Question) -> bool {
        of(question).iter().any(|peer| (peer.name, peer.source) == (self.name, self.source))
    }

    /// With how many threads or processes it is measured where there are `cpus`.
    pub fn workers(&self, cpus: usize) -> Vec<usize> {
        match self.threads {
            Threads::Any if cpus > 1 => vec![1, cpus],
            Threads::One | Threads::Any => vec![1],
            Threads::Processes => PROCESSES.into(),
        }
    }

    /// Where it may run with `workers`. A pool of processes has one that waits for the others.
    pub fn cpus(&self, workers: usize) -> Cpus {
        if workers == 1 && self.threads != Threads::Processes { Cpus::One } else { Cpus::All }
    }

    /// Its name with `workers`.
    pub fn entry_name(&self, workers: usize) -> String {
        let s = if workers == 1 { "" } else { "s" };
        match self.threads {
            Threads::One => self.name.into(),
            Threads::Any => format!("{}, {workers} thread{s}", self.name),
            Threads::Processes => {
                let s = if workers == 1 { "" } else { "es" };
                format!("{}, {workers} process{s}", self.name)
            }
        }
    }

    /// About how many seconds a job takes with `workers` on `cpus`.
    pub fn cost_s(&self, shape: &Shape, workers: usize, cpus: usize) -> f64 {
        (self.cost_ns)(shape) / 1e9 / workers.min(cpus).max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn names_are_unique_and_every_program_exists() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        for peer in every() {
            let exists = match peer.source {
                Source::Own(name) => super::super::serve::ALL.iter().any(|own| own.name == name),
                Source::Python(file) => folder.join(file).with_extension("py").is_file(),
                Source::Cpp(file) => folder.join(file).with_extension("cpp").is_file(),
            };
            assert!(exists, "{}", peer.name);
        }
        for question in [Question::Counts, Question::Totals] {
            let workers = |peer: &Peer| peer.workers(2).into_iter();
            let all = of(question).iter();
            let mut names: Vec<_> =
                all.flat_map(|peer| workers(peer).map(|count| peer.entry_name(count))).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all);
        }
    }

    #[test]
    fn the_articles_loop_on_ten_million_samples_would_take_minutes() {
        let loops = ALL.iter().find(|peer| peer.name == "article's loop").unwrap();
        let shape = Shape { n: 1e7, d: 2.0, m: 1.0, w: 100.0 };
        assert!(loops.cost_s(&shape, 1, 2) > 1_000.0);
        assert!(loops.cost_s(&Shape { n: 1e4, ..shape }, 1, 2) < 20.0);
    }

    #[test]
    fn ours_fits_into_every_job_with_one_thread() {
        let longest_s = super::super::measure::Effort::FULL.longest().as_secs_f64();
        for task in super::super::task::all() {
            assert!(ALL[0].cost_s(&task.shape(), 1, 2) < longest_s, "{}", task.workload.name);
        }
    }
}
