//! Single-precision storage against double: half the bytes, and what is left of that in time.
//!
//! Apart from `roofline` because two sets of samples are alive at once.
//! Next: `benches::job`, `benches::paired`.

use std::process::ExitCode;

use benches::workload::{SCANS, SINGLES, Stock, shape};
use benches::{Session, job, session};
use runner::machine::pages::HugePages;

#[global_allocator]
static ALLOCATOR: HugePages = HugePages;

fn main() -> ExitCode {
    session::run("storage", env!("CARGO_TARGET_TMPDIR"), body)
}

fn body(session: &mut Session) {
    for single in &SINGLES {
        let shape = shape(single);
        let scans = SCANS.iter().map(|scan| &scan.workload);
        for double in scans.filter(|scan| (scan.n, scan.d) == (single.n, single.d)) {
            let (doubles, singles) = (Stock::<f64>::new(double), Stock::<f32>::new(single));
            for isa in job::isas() {
                let group = |element: &str| format!("storage/{}/{element}/{shape}", isa.name());
                let wide = job::count(group(double.element.name()), &doubles, isa);
                let narrow = job::count(group(single.element.name()), &singles, isa);
                session.compare(&narrow, &wide);
            }
        }
    }
}
