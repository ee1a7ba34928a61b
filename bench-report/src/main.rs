//! The program `bench-report`: parse, run, print the error, set the exit code.
//!
//! 2 for bad input or usage, also where only a part could not be read; 1 for a proven regression or a
//! report that could not be written. Next: `cli/mod.rs`.

#![forbid(unsafe_code)]

mod cli;

use std::{io::Write as _, process::ExitCode};

use bench_report::source::harmless;
use clap::Parser as _;

fn main() -> ExitCode {
    match cli::run(&cli::Arguments::parse()) {
        Ok(cli::Outcome::Done) => ExitCode::SUCCESS,
        Ok(cli::Outcome::Regression) => ExitCode::from(1),
        Ok(cli::Outcome::Incomplete) => ExitCode::from(2),
        Err(error) => {
            // If even standard error is closed, the exit code still tells.
            let _ = writeln!(std::io::stderr(), "error: {}", told(&error));
            ExitCode::from(code(&error))
        }
    }
}

/// The error and its causes, without anything that could steer the terminal: paths and names in it
/// are somebody else's. Only what this program words itself has several lines.
fn told(error: &anyhow::Error) -> String {
    let text = format!("{error:#}");
    match error.downcast_ref::<cli::BadInput>() {
        Some(_) => text.lines().map(harmless).collect::<Vec<_>>().join("\n"),
        None => harmless(&text),
    }
}

/// Who is to blame: the input (2) or the writing (1).
fn code(error: &anyhow::Error) -> u8 {
    let is_bad_input = error.is::<cli::BadInput>()
        || error
            .downcast_ref::<bench_report::Error>()
            .is_some_and(bench_report::Error::is_bad_input);
    if is_bad_input { 2 } else { 1 }
}
