//! The program `parzen`: parse, run, print the error, exit code. Next: `runner::cli`.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use runner::cli::Arguments;
use runner::failure;
use runner::machine::{affinity, pages};

#[global_allocator]
static ALLOCATOR: pages::HugePages = pages::HugePages;

fn main() -> ExitCode {
    if let Some(code) = runner::tasks::serve_if_asked(runner::article::FUNCTIONS) {
        return code;
    }
    affinity::allowed(); // remembered: whatever is pinned later sees one CPU only
    match runner::cli::run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if failure::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to do if even standard error is closed.
            let _unheard = writeln!(std::io::stderr(), "error: {}", failure::one_line(&error));
            ExitCode::from(failure::exit_code(&error))
        }
    }
}
