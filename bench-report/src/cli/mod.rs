//! The command line: one file per command, and what the commands share.
//!
//! Separate so that `main.rs` stays a page of exit codes. Formats come from the tables in
//! [`bench_report::render`], so a new one needs no change here. `inputs.rs` finds what is named,
//! `percent.rs` reads shares. Next: `render.rs`, `compare.rs`.

mod compare;
mod inputs;
mod percent;
mod render;

use std::{
    collections::BTreeSet,
    io::{self, Write as _},
    path::PathBuf,
};

use anyhow::Context as _;
use bench_report::{check_splice, model::Unread, splice};
use clap::{
    Args, Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};

/// Turns results into reports, and compares them: with intervals, and on which machine
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Exit codes: 0 done; 1 a regression is proven (compare --fail-above) or a report could \
                  not be written; 2 bad input, also if only a part of it could not be read, or if nothing of a \
                  side could be compared"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Render(render::Render),
    Compare(compare::Compare),
}

/// How a command that did its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well.
    Done,
    /// A slowdown beyond the limit is proven.
    Regression,
    /// Something that was named is missing from the result.
    Incomplete,
}

/// What was asked cannot be done with what is there; the input is to blame.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct BadInput(String);

/// Does what was asked.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    match &arguments.command {
        Command::Render(render) => render.run(),
        Command::Compare(compare) => compare.run(),
    }
}

/// A place in a file that is kept up to date.
#[derive(Debug, Args)]
struct Splice {
    /// Also put the result as Markdown, a report in brief, between two lines of this file:
    /// `<!-- bench-report:begin -->` and `<!-- bench-report:end -->`
    #[arg(long, value_name = "FILE")]
    splice: Option<PathBuf>,

    /// Of several places in the file, the one marked `<!-- bench-report:begin NAME -->`
    #[arg(long, value_name = "NAME", requires = "splice", value_parser = marker)]
    marker: Option<String>,
}

/// The name of a place: what can stand in a comment and be found again.
fn marker(name: &str) -> Result<String, String> {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.is_empty() && name.chars().all(is_fit) && !name.contains("--") {
        return Ok(name.into());
    }
    Err(format!("{name:?} is no name of a place: use letters, digits, '-', '_' and '.'"))
}

impl Splice {
    /// Looks for the place, before anything else is written.
    fn check(&self) -> Result<(), bench_report::Error> {
        self.splice.as_ref().map_or(Ok(()), |path| check_splice(path, self.marker.as_deref()))
    }

    /// Puts the text into the file, if one is named; makes the text only then.
    fn put(
        &self,
        text: impl FnOnce() -> Result<String, bench_report::Error>,
    ) -> anyhow::Result<()> {
        if let Some(path) = &self.splice {
            splice(path, self.marker.as_deref(), &text()?)?;
        }
        Ok(())
    }
}

/// Accepts these names and lists them in the help.
fn one_of(names: Vec<&'static str>) -> impl TypedValueParser<Value = String> {
    PossibleValuesParser::new(names).map(|name| name)
}

/// A warning for everything that is missing, the same once; whether something is.
fn warn(unread: &[Unread]) -> Outcome {
    let mut told = BTreeSet::new();
    for Unread { name, reason } in unread {
        if !told.insert((name, reason)) {
            continue;
        }
        // If standard error is closed, the exit code still tells.
        let _ = writeln!(io::stderr(), "warning: {name} is missing from the result: {reason}");
    }
    if unread.is_empty() { Outcome::Done } else { Outcome::Incomplete }
}

/// Text for standard output.
fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.context("cannot write to standard output")
}
