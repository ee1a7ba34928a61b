//! A hundred widths in one pass against one width, with the widths prepared before and within the
//! timed section, on every instruction set.
//!
//! Apart from `roofline` because the reference is our own scan, not the memory.
//! Next: `benches::job`, `benches::paired`.

use std::process::ExitCode;

use benches::job::Preparation;
use benches::workload::{SCANS, Stock, WIDTHS, shape};
use benches::{Session, job, session};
use runner::machine::pages::HugePages;
use runner::workload::Workload;

#[global_allocator]
static ALLOCATOR: HugePages = HugePages;

fn main() -> ExitCode {
    session::run("widths", env!("CARGO_TARGET_TMPDIR"), body)
}

fn body(session: &mut Session) {
    for scan in SCANS.iter().map(|scan| &scan.workload) {
        let many: Vec<_> =
            WIDTHS.iter().filter(|widths| (widths.n, widths.d) == (scan.n, scan.d)).collect();
        against_one(session, scan, &many);
    }
}

/// Each of `many` sets of widths against the one width of `scan`, over the same samples.
fn against_one(session: &mut Session, scan: &Workload, many: &[&Workload]) {
    let stock = Stock::new(scan);
    for isa in job::isas().filter(|_| !many.is_empty()) {
        let path = format!("widths/{}/{}", isa.name(), shape(scan));
        let one = job::count(path.clone(), &stock, isa);
        session.time(&one);
        for &widths in many {
            for preparation in [Preparation::Outside, Preparation::Inside] {
                let group = format!("{path}/{}", widths.name);
                let case = job::widths(group, &stock, isa, widths, preparation);
                session.time(&case);
                session.pair(&case, &one);
            }
        }
    }
}
