//! Every algorithm in its regimes: what an index takes to build, and what its answers take. Throughput is in
//! samples for builds and in windows for answers.
//!
//! Apart from `centers`, which holds instruction sets against each other on the scan. Pairs: codes against
//! the scan of the same samples; and the same windows over 100 times as many samples, whose ratio is 10 if
//! the cost of a window grows with the root of n. Samples with weights are weighed by the algorithms that take
//! them. In test mode samples
//! of many coordinates are replaced by few of the same kind. Next: `benches::job`.

use std::process::ExitCode;

use benches::session::Mode;
use benches::workload::{self, CODED, INDEXED, Indexed, Stock, WEIGHTED};
use benches::{Session, job, session};
use runner::machine::pages::HugePages;

#[global_allocator]
static ALLOCATOR: HugePages = HugePages;

fn main() -> ExitCode {
    session::run("indexes", env!("CARGO_TARGET_TMPDIR"), body)
}

fn body(session: &mut Session) {
    let sized = |indexed: &Indexed| match session.mode() {
        Mode::Test => indexed.small(),
        Mode::Measure | Mode::Profile => indexed.clone(),
    };
    let [indexed, coded] =
        [&INDEXED[..], &CODED].map(|all| all.iter().map(sized).collect::<Vec<_>>());
    for indexed in indexed.iter().chain(&coded) {
        let stock = Stock::new(&indexed.centers.samples);
        session.time(&job::build(&stock, indexed));
        let query = job::query(&stock, indexed);
        if indexed.algorithm == "codes" {
            session.compare(&query, &job::scanned(&stock, indexed));
        } else {
            session.time(&query);
        }
    }
    if let [least, _, most, ..] = &indexed[..] {
        growth(session, [least, most]);
    }
    for weighted in &WEIGHTED {
        let weights = workload::weights(weighted.centers.samples.n);
        session.time(&job::weigh(&Stock::new(&weighted.centers.samples), &weights, weighted));
    }
}

/// The answers over few samples and over many.
fn growth(session: &mut Session, [least, most]: [&Indexed; 2]) {
    let [few, many] = [least, most].map(|indexed| Stock::new(&indexed.centers.samples));
    session.pair(&job::query(&many, most), &job::query(&few, least));
}
