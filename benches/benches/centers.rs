//! One width around each of many centers, on every instruction set. Throughput is in samples ×
//! centers.
//!
//! Apart from `widths` because samples are loaded once for several centers here, which is another
//! loop. Next: `benches::job`.

use std::process::ExitCode;

use benches::workload::{CENTERS, Stock, shape};
use benches::{Session, job, session};
use runner::machine::pages::HugePages;

#[global_allocator]
static ALLOCATOR: HugePages = HugePages;

fn main() -> ExitCode {
    session::run("centers", env!("CARGO_TARGET_TMPDIR"), body)
}

fn body(session: &mut Session) {
    let stock = Stock::new(&CENTERS.samples);
    for isa in job::isas() {
        let shape = shape(&CENTERS.samples);
        let group = format!("centers/{}/{shape}/m={}", isa.name(), CENTERS.m);
        session.time(&job::batch(group, &stock, isa, &CENTERS));
    }
}
