//! The program `peers`: parse, run, print the error, exit code. Next: `benches::peers`.

use std::io::Write as _;
use std::process::ExitCode;

use benches::peers::cli::{Arguments, run};
use clap::Parser as _;
use runner::failure;
use runner::machine::{affinity, pages};

#[global_allocator]
static ALLOCATOR: pages::HugePages = pages::HugePages;

fn main() -> ExitCode {
    affinity::allowed(); // remembered: whatever is pinned later sees one CPU only
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if failure::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if even standard error is closed.
            let _unheard = writeln!(std::io::stderr(), "error: {}", failure::one_line(&error));
            ExitCode::from(failure::exit_code(&error))
        }
    }
}
