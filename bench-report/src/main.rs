//! The program `bench-report`: parse, run, print the error, set the exit code.
//!
//! 2 for bad input or usage, 1 for a report that could not be written. Next: `cli.rs`.

#![forbid(unsafe_code)]

mod cli;

use std::{io::Write as _, process::ExitCode};

use clap::Parser as _;

fn main() -> ExitCode {
    match cli::run(&cli::Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // If even standard error is closed, the exit code still tells.
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            match error.downcast_ref::<bench_report::Error>() {
                Some(error) if error.is_bad_input() => ExitCode::from(2),
                _ => ExitCode::from(1),
            }
        }
    }
}
