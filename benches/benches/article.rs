//! The article's job: 10,000 samples, 100 widths. One scan for each width and all widths in one
//! pass, on every instruction set, against the article's own loop over rows.
//!
//! Apart from `widths` because samples, widths and baseline are the article's.
//! Next: `runner::workload::presets`, `benches::plain`.

use std::process::ExitCode;

use benches::job::Preparation;
use benches::workload::{Stock, shape};
use benches::{Session, job, plain, session};
use runner::machine::pages::HugePages;
use runner::workload::Workload;

#[global_allocator]
static ALLOCATOR: HugePages = HugePages;

fn main() -> ExitCode {
    session::run("article", env!("CARGO_TARGET_TMPDIR"), body)
}

fn body(session: &mut Session) {
    let workload = Workload::by_name("article").unwrap_or_else(|error| panic!("{error}"));
    let stock = Stock::new(workload);
    let shape = shape(workload);
    let baseline = plain::article(format!("article/loop/{shape}"), &stock);
    session.time(&baseline);
    for isa in job::isas() {
        let group = format!("article/{}/{shape}", isa.name());
        let scans = job::scans(group.clone(), &stock, isa);
        let pass = job::widths(group, &stock, isa, workload, Preparation::Inside);
        for ours in [scans, pass] {
            session.time(&ours);
            session.pair(&ours, &baseline);
        }
    }
}
