//! One window against the roof of the memory: the time of `count` over the time of a sum that loads
//! every byte once and does nothing else, on every instruction set.
//!
//! Apart from the other targets because its ratio is an absolute figure: 1.00 means that no scan of
//! all samples can be faster. Next: `benches::job`, `benches::paired`.

use std::process::ExitCode;

use benches::workload::{SCANS, Stock, shape};
use benches::{Session, job, session};
use runner::machine::pages::HugePages;

#[global_allocator]
static ALLOCATOR: HugePages = HugePages;

fn main() -> ExitCode {
    session::run("roofline", env!("CARGO_TARGET_TMPDIR"), body)
}

fn body(session: &mut Session) {
    for scan in &SCANS {
        let stock = Stock::new(&scan.workload);
        for isa in job::isas() {
            let group = format!("roofline/{}/{}", isa.name(), shape(&scan.workload));
            let sum = job::sum(group.clone(), &stock, isa, scan);
            let count = job::count(group, &stock, isa);
            session.compare(&count, &sum);
        }
    }
}
