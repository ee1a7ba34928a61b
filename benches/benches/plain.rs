//! The floor that every CPU has against the loops that a user would write instead.
//!
//! Apart from the other targets because the reference is not ours.
//! Next: `benches::plain`, which holds the loops, and `benches::paired`.

use std::process::ExitCode;

use benches::workload::{SCANS, Stock, shape};
use benches::{Session, job, plain, session};
use runner::machine::pages::HugePages;

/// Beyond this many samples the loops would say the same, for longer.
const MOST: usize = 1_000_000;

#[global_allocator]
static ALLOCATOR: HugePages = HugePages;

fn main() -> ExitCode {
    session::run("plain", env!("CARGO_TARGET_TMPDIR"), body)
}

fn body(session: &mut Session) {
    for scan in SCANS.iter().map(|scan| &scan.workload).filter(|scan| scan.n <= MOST) {
        let stock = Stock::new(scan);
        let isa = job::floor();
        let ours = job::count(format!("plain/{}/{}", isa.name(), shape(scan)), &stock, isa);
        session.time(&ours);
        for plain in plain::ALL.iter().filter(|plain| plain.only_d.is_none_or(|d| d == scan.d)) {
            let theirs = plain::count(format!("plain/loop/{}", shape(scan)), &stock, plain);
            session.time(&theirs);
            session.pair(&ours, &theirs);
        }
    }
}
