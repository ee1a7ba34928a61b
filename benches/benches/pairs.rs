//! What choosing a width takes of the kernel: sums over all pairs of samples, and counts of many widths around
//! every sample. Throughput is in pairs within the widest distance for sums, and in windows for counts.
//!
//! Apart from `indexes`, which has one width around centers of their own. Next: `benches::job`.

use std::process::ExitCode;

use benches::workload::{AROUND, PAIRS, Stock};
use benches::{Session, job, session};
use runner::machine::pages::HugePages;

#[global_allocator]
static ALLOCATOR: HugePages = HugePages;

fn main() -> ExitCode {
    session::run("pairs", env!("CARGO_TARGET_TMPDIR"), body)
}

fn body(session: &mut Session) {
    for every in &PAIRS {
        let stock = Stock::new(&every.samples);
        for isa in job::isas() {
            session.time(&job::pairs(&stock, isa, every));
        }
    }
    let stock = Stock::new(&AROUND.samples);
    session.time(&job::around(&stock, &AROUND));
}
