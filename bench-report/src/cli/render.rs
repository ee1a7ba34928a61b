//! `bench-report render`: results into reports.
//!
//! Separate from `compare.rs`, which sets results against results. Next: [`bench_report::render`].

use std::{fmt::Write as _, path::PathBuf};

use bench_report::{
    compare::Compared,
    render::{self, Format},
    write_compared,
};
use clap::Args;

use super::{
    Outcome, Splice,
    inputs::{self, Place},
    one_of, print, warn,
};

/// Read results and write reports
///
/// Pages go into files in the output directory, the table for a terminal to standard output. The
/// same results give the same bytes, whenever and wherever this is run. What cannot be read is named
/// in a warning, in the report and by exit code 2; the rest is reported on all the same.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Render {
    /// Results: directories of criterion, studies, files of other implementations, machines,
    /// reports; what `cargo bench` and `cargo study` leave, if nothing is named
    #[arg(value_name = "INPUT")]
    inputs: Vec<PathBuf>,

    /// A directory of criterion; with @BASELINE a baseline in it; may be given again
    #[arg(long, value_name = "DIR[@BASELINE]")]
    criterion: Vec<String>,

    /// A study; may be given again
    #[arg(long = "study", value_name = "FILE")]
    studies: Vec<PathBuf>,

    /// Other implementations on the same work; may be given again
    #[arg(long, value_name = "FILE")]
    peers: Vec<PathBuf>,

    /// A machine that nothing was measured on; may be given again
    #[arg(long = "machine", value_name = "FILE")]
    machines: Vec<PathBuf>,

    /// Directory for the files, made if missing
    #[arg(long, value_name = "DIR", default_value = "target/parzen")]
    out: PathBuf,

    /// What to make; give it again for more; all if left out
    #[arg(long = "format", value_name = "NAME", value_parser = format_name())]
    formats: Vec<String>,

    #[command(flatten)]
    splice: Splice,
}

const EXAMPLES: &str = "\
Examples:
  bench-report render
      report on target/criterion, target/parzen/study.json and
      target/parzen/peers/peers.json, whichever are there
  bench-report render --study monday.json --study friday.json --out reports
      two studies on one page
  bench-report render --criterion target/criterion@main --format html
      the baseline `main`, as a page only
  bench-report render --format terminal --splice README.md --marker figures
      keep the figures between two marked lines of a file";

/// Accepts the names of [`render::ALL`] and lists them in the help.
fn format_name() -> impl clap::builder::TypedValueParser<Value = String> {
    one_of(render::ALL.iter().map(|format| format.name()).collect())
}

impl Render {
    pub(super) fn run(&self) -> anyhow::Result<Outcome> {
        self.splice.check()?;
        let report = inputs::read(&self.places()?)?;
        let outcome = warn(&report.unread);
        let compared = Compared::of(&report);
        let formats = self.formats();
        let mut text = String::new();
        for format in formats.iter().filter(|format| format.file_name().is_none()) {
            text += &format.lay_out(&compared)?;
        }
        let paths = write_compared(&compared, &formats, &self.out)?;
        // Whatever becomes of the splice, the files are there, and that must be told.
        let spliced = self.splice.put(|| render::SPLICED.lay_out(&compared));
        for path in paths.iter().chain(self.splice.splice.iter().filter(|_| spliced.is_ok())) {
            writeln!(text, "wrote {}", path.display())?;
        }
        print(&text)?;
        spliced?;
        Ok(outcome)
    }

    /// Everything that is named, or else the defaults.
    fn places(&self) -> anyhow::Result<Vec<Place>> {
        let criterion = self.criterion.iter().map(|text| Place::of_benchmarks(text));
        let files = [&self.studies, &self.peers, &self.machines].into_iter().flatten();
        let inputs = self.inputs.iter().map(|path| Place::at(path));
        let named: Vec<Place> =
            inputs.chain(criterion).chain(files.map(|path| Place::at(path))).collect();
        Ok(if named.is_empty() { inputs::defaults()? } else { named })
    }

    /// The formats asked for, each once, in the order of [`render::ALL`].
    fn formats(&self) -> Vec<&'static dyn Format> {
        let is_wanted = |format: &&dyn Format| {
            self.formats.is_empty() || self.formats.iter().any(|name| name == format.name())
        };
        render::ALL.iter().copied().filter(is_wanted).collect()
    }
}
