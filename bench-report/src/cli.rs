//! The command line: what can be asked, and the three steps that answer it.
//!
//! Separate so that `main.rs` stays a page of exit codes. The formats come from
//! [`bench_report::render::ALL`], so a new one needs no change here.

use std::{
    io::{self, Write as _},
    path::PathBuf,
};

use anyhow::Context as _;
use bench_report::{
    compare::Compared,
    read,
    render::{self, Format},
    write_compared,
};
use clap::{
    Args, Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser as _},
};

/// Turns studies into reports: what more workers gave, with intervals, and on which machine
#[derive(Debug, Parser)]
#[command(version, after_help = "Exit codes: 0 done, 1 a report could not be written, 2 bad input")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Read studies and write reports
    ///
    /// Pages go into files in the output directory, the table for a terminal to standard output.
    /// The same studies give the same bytes, whenever and wherever this is run.
    Render(Render),
}

#[derive(Debug, Args)]
struct Render {
    /// A study to report on; give it again for more studies in one report
    #[arg(long = "study", value_name = "FILE", default_value = "target/parzen/study.json")]
    studies: Vec<PathBuf>,

    /// Directory for the files, made if missing
    #[arg(long, value_name = "DIR", default_value = "target/parzen")]
    out: PathBuf,

    /// What to make; give it again for more; all if left out
    #[arg(long = "format", value_name = "NAME", value_parser = format_name())]
    formats: Vec<String>,
}

/// Accepts the names of [`render::ALL`] and lists them in the help.
fn format_name() -> impl clap::builder::TypedValueParser<Value = String> {
    let names = render::ALL.iter().map(|format| format.name());
    PossibleValuesParser::new(names).map(|name| name)
}

/// Does what was asked.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    match &arguments.command {
        Command::Render(render) => render.run(),
    }
}

impl Render {
    fn run(&self) -> anyhow::Result<()> {
        let report = read(&self.studies)?;
        let compared = Compared::of(&report);
        let formats = self.formats();
        let paths = write_compared(&compared, &formats, &self.out)?;
        let mut text = String::new();
        for format in formats.iter().filter(|format| format.file_name().is_none()) {
            text += &format.lay_out(&compared)?;
        }
        print(&text, &paths).context("cannot write to standard output")
    }

    /// The formats asked for, each once, in the order of [`render::ALL`].
    fn formats(&self) -> Vec<&'static dyn Format> {
        let is_wanted = |format: &&dyn Format| {
            self.formats.is_empty() || self.formats.iter().any(|name| name == format.name())
        };
        render::ALL.iter().copied().filter(is_wanted).collect()
    }
}

/// What belongs on standard output, then where the files are.
fn print(text: &str, paths: &[PathBuf]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    for path in paths {
        writeln!(out, "wrote {}", path.display())?;
    }
    out.flush()
}
