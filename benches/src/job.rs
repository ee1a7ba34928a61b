//! Cases that ask `kernel`: one window, the roof, many widths, many centers.
//!
//! Everything that a caller does once (a counter, a window, prepared widths) is built in `prepare`,
//! outside the timed section; the job is one question. Next: [`crate::plain`] for the alternatives.

use std::hint::black_box;

use kernel::isa::{self, Isa};
use kernel::{
    Alone, Counter, PairSums, Query, Samples, Sizes, WeightedCounter, Weights, Width, Widths,
    Window, algorithm,
};
use runner::workload::{Rounded, Workload};

use crate::case::{Answer, Case, Expected, Job};
use crate::workload::{self, Centers, Every, Indexed, Scan, Stock};

/// The instruction sets that this CPU has, best first.
pub fn isas() -> impl Iterator<Item = &'static Isa> {
    isa::ALL.iter().filter(|isa| isa.is_available())
}

/// The floor: the last of the table, which every CPU of the target has.
///
/// # Panics
/// If `kernel` has no instruction set at all.
pub fn floor() -> &'static Isa {
    isa::ALL.last().expect("kernel has at least one instruction set")
}

/// One line for each instruction set that this CPU lacks, so that its rows are not missed silently.
pub fn absent() -> Vec<String> {
    let absent = isa::ALL.iter().filter(|isa| !isa.is_available());
    absent.map(|isa| format!("{}: not on this CPU, needs {}", isa.name(), isa.requires())).collect()
}

/// Whether the order of widths is worked out within the timed section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preparation {
    /// Before: the same widths for many questions.
    Outside,
    /// Within: fresh widths for every question.
    Inside,
}

/// One window over all samples.
pub fn count<'a, T: Rounded>(
    group: String,
    stock: &'a Stock<'_, T>,
    isa: &'static Isa,
) -> Case<'a> {
    let workload = stock.workload;
    let prepare = move || -> Job<'a> {
        let (counter, window) = (counter(stock.samples(), isa), window(workload));
        Box::new(move || Answer::Count(or_panic(counter.count(black_box(&window)))))
    };
    Case {
        group,
        name: "count",
        elements: workload.n as u64,
        expected: workload::expected_count(workload),
        prepare: Box::new(prepare),
    }
}

/// Every coordinate loaded and added up, nothing else: the roof.
pub fn sum<'a>(
    group: String,
    stock: &'a Stock<'_, f64>,
    isa: &'static Isa,
    scan: &Scan,
) -> Case<'a> {
    let prepare = move || -> Job<'a> {
        let counter = counter(stock.samples(), isa);
        Box::new(move || Answer::Sum(black_box(&counter).sum()))
    };
    Case {
        group,
        name: "sum",
        elements: scan.workload.n as u64,
        expected: scan.expected_sum(),
        prepare: Box::new(prepare),
    }
}

/// All widths of `workload` in one pass over the samples of `stock`.
pub fn widths<'a>(
    group: String,
    stock: &'a Stock<'_, f64>,
    isa: &'static Isa,
    workload: &'a Workload,
    preparation: Preparation,
) -> Case<'a> {
    let prepare = move || -> Job<'a> {
        let (counter, widths) = (counter(stock.samples(), isa), workload::widths(workload));
        let ask = move |widths: &Widths| {
            Answer::Counts(or_panic(counter.count_widths(black_box(workload.center), widths)))
        };
        match preparation {
            Preparation::Outside => Box::new(move || ask(black_box(&widths))),
            Preparation::Inside => {
                Box::new(move || ask(&or_panic(Widths::new(black_box(widths.as_slice())))))
            }
        }
    };
    Case {
        group,
        name: match preparation {
            Preparation::Outside => "prepared",
            Preparation::Inside => "unprepared",
        },
        elements: (workload.n * workload.widths.count) as u64,
        expected: Expected::Counts(workload::expected_counts(workload)),
        prepare: Box::new(prepare),
    }
}

/// One scan for each width of the workload of `stock`: what one pass is held against.
pub fn scans<'a>(group: String, stock: &'a Stock<'_, f64>, isa: &'static Isa) -> Case<'a> {
    let workload = stock.workload;
    let prepare = move || -> Job<'a> {
        let counter = counter(stock.samples(), isa);
        let windows: Vec<_> = workload::widths(workload)
            .as_slice()
            .iter()
            .map(|&h| or_panic(Window::new(workload.center, or_panic(Width::new(h)))))
            .collect();
        Box::new(move || {
            let windows = black_box(&windows);
            Answer::Counts(windows.iter().map(|window| or_panic(counter.count(window))).collect())
        })
    };
    Case {
        group,
        name: "scans",
        elements: (workload.n * workload.widths.count) as u64,
        expected: Expected::Counts(workload::expected_counts(workload)),
        prepare: Box::new(prepare),
    }
}

/// One width around each of many centers.
pub fn batch<'a>(
    group: String,
    stock: &'a Stock<'_, f64>,
    isa: &'static Isa,
    centers: &'a Centers,
) -> Case<'a> {
    let prepare = move || -> Job<'a> {
        let (counter, rows) = (counter(stock.samples(), isa), centers.rows());
        let widths = workload::widths(&centers.samples);
        Box::new(move || Answer::Counts(or_panic(counter.count_batch(black_box(&rows), &widths))))
    };
    Case {
        group,
        name: "batch",
        elements: (centers.samples.n * centers.m) as u64,
        expected: Expected::Counts(centers.expected),
        prepare: Box::new(prepare),
    }
}

/// The answer of an index that is built before: one width around each of many centers.
pub fn query<'a>(stock: &'a Stock<'_, f64>, indexed: &'a Indexed) -> Case<'a> {
    let centers = &indexed.centers;
    let prepare = move || -> Job<'a> {
        let index = index(stock.samples(), indexed.algorithm);
        let (rows, widths) = (centers.rows(), workload::widths(&centers.samples));
        Box::new(move || Answer::Counts(or_panic(index.count_batch(black_box(&rows), &widths))))
    };
    Case {
        group: format!("indexes/{}/{}", indexed.algorithm, indexed.shape()),
        name: "query",
        elements: centers.m as u64,
        expected: Expected::Counts(centers.expected),
        prepare: Box::new(prepare),
    }
}

/// The same windows over samples with weights, by the same algorithm.
pub fn weigh<'a>(
    stock: &'a Stock<'_, f64>,
    weights: &'a Weights,
    indexed: &'a Indexed,
) -> Case<'a> {
    let centers = &indexed.centers;
    let prepare = move || -> Job<'a> {
        let algorithm = or_panic(algorithm::by_name(indexed.algorithm));
        let (run, weights) = (stock.samples().all(), weights.all());
        let index = WeightedCounter::with_algorithm(run, weights, isa::best(), algorithm, &Alone);
        let index = or_panic(index);
        let (rows, widths) = (centers.rows(), workload::widths(&centers.samples));
        Box::new(move || {
            let sizes = Sizes::Shared(&widths);
            let query = or_panic(Query::new(black_box(&rows), centers.samples.d, sizes));
            let mut sums = vec![0; query.counts()];
            or_panic(index.answer(&query, &mut sums, &Alone));
            Answer::Counts(sums)
        })
    };
    Case {
        group: format!("indexes/weighted {}/{}", indexed.algorithm, indexed.shape()),
        name: "query",
        elements: centers.m as u64,
        expected: Expected::Counts(centers.expected),
        prepare: Box::new(prepare),
    }
}

/// What it takes to build the index, and one answer to see that it is right.
pub fn build<'a>(stock: &'a Stock<'_, f64>, indexed: &'a Indexed) -> Case<'a> {
    let Indexed { algorithm, centers } = indexed;
    let prepare = move || -> Job<'a> {
        let (samples, rows) = (stock.samples(), centers.rows());
        let window = window_around(&rows[..centers.samples.d], &centers.samples);
        Box::new(move || {
            let index = index(black_box(samples), algorithm);
            Answer::Count(or_panic(index.count(&window)))
        })
    };
    Case {
        group: format!("indexes/{algorithm}/{}", indexed.shape()),
        name: "build",
        elements: centers.samples.n as u64,
        expected: Expected::Count(centers.expected.first),
        prepare: Box::new(prepare),
    }
}

/// The same question put to the scan.
pub fn scanned<'a>(stock: &'a Stock<'_, f64>, indexed: &'a Indexed) -> Case<'a> {
    let group = format!("indexes/{}/{}", algorithm::ALL[0].name(), indexed.shape());
    batch(group, stock, isa::best(), &indexed.centers)
}

/// Sums over the pairs within each of many distances.
pub fn pairs<'a>(stock: &'a Stock<'_, f64>, isa: &'static Isa, every: &'a Every) -> Case<'a> {
    let prepare = move || -> Job<'a> {
        let (samples, widths) = (stock.samples(), workload::widths(&every.samples));
        Box::new(move || {
            let (run, widths) = (black_box(samples).all(), widths.as_slice());
            let sums = or_panic(PairSums::new(&run, widths, isa, &Alone));
            Answer::Counts((0..widths.len()).map(|b| sums.count(b)).collect())
        })
    };
    Case {
        group: format!("pairs/{}/{}", isa.name(), workload::shape(&every.samples)),
        name: "sums",
        elements: every.expected.last,
        expected: Expected::Counts(every.expected),
        prepare: Box::new(prepare),
    }
}

/// Many widths around every sample, by the algorithm that the planner chooses; building is timed as well.
pub fn around<'a>(stock: &'a Stock<'_, f64>, every: &'a Every) -> Case<'a> {
    let Workload { n, d, widths: range, .. } = every.samples;
    let prepare = move || -> Job<'a> {
        let (samples, widths) = (stock.samples(), workload::widths(&every.samples));
        let rows = workload::rows(samples);
        Box::new(move || {
            let query = or_panic(Query::new(black_box(&rows), d, Sizes::Shared(&widths)));
            let chosen = algorithm::choose(&samples.all(), &query).algorithm;
            let counter = Counter::with_algorithm(samples.all(), isa::best(), chosen, &Alone);
            let mut counts = vec![0; query.counts()];
            or_panic(or_panic(counter).answer(&query, &mut counts, &Alone));
            Answer::Counts(counts)
        })
    };
    Case {
        group: format!("around/{}", workload::shape(&every.samples)),
        name: "widths",
        elements: (n * range.count) as u64,
        expected: Expected::Counts(every.expected),
        prepare: Box::new(prepare),
    }
}

fn index<'a>(samples: &'a Samples<f64>, name: &str) -> Counter<'a, f64> {
    let algorithm = or_panic(algorithm::by_name(name));
    or_panic(Counter::with_algorithm(samples.all(), isa::best(), algorithm, &Alone))
}

fn counter<'a, T: Rounded>(samples: &'a Samples<T>, isa: &'static Isa) -> Counter<'a, T> {
    or_panic(Counter::with_isa(samples.all(), isa))
}

/// The window of the first width of `workload`.
fn window(workload: &Workload) -> Window {
    window_around(workload.center, workload)
}

/// The same around another center.
fn window_around(center: &[f64], workload: &Workload) -> Window {
    or_panic(Window::new(center, or_panic(Width::new(workload.widths.start))))
}

/// What a table of right workloads never meets.
fn or_panic<T>(result: Result<T, kernel::Error>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}
