//! `parzen machine`: shows what this machine is.
//!
//! The same facts that a study writes beside its figures, so that they can be looked at beforehand.
//! Next: [`crate::machine`] reads them, [`crate::output::machine`] lays them out.

use kernel::{Samples, samples::HUGE_PAGE};

use crate::machine::clock;
use crate::machine::pages::Pages;
use crate::output::{self, machine::Report};

/// Arguments of `parzen machine`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print JSON: machine, limits and state as in study.json, the clocks and the pages of samples
    #[arg(long)]
    json: bool,
}

/// Captures the machine and prints it.
///
/// # Errors
/// Only if standard output cannot be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let capture = crate::machine::capture();
    let report = Report {
        fingerprint: capture.machine.fingerprint(),
        effective_cpus: capture.limits.effective_cpus(&capture.machine.topology),
        capture,
        timer: Some(clock::timer()),
        large_samples_pages: probe_pages(),
    };
    output::to_stdout(|out| {
        if arguments.json {
            output::json(out, &report)
        } else {
            output::machine::write(out, &report)
        }
    })
}

/// The pages that samples of almost two huge pages really get. Almost, because padding would need a
/// third one, which nobody touches.
fn probe_pages() -> Option<Pages> {
    let values = vec![0.5; (2 * HUGE_PAGE - (4 << 10)) / size_of::<f64>()];
    let samples = Samples::from_columns(&[values]).ok()?;
    crate::machine::pages::of_samples(&samples)
}
