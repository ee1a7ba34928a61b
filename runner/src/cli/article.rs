//! `parzen article`: the tour through the 2014 article, run on this machine.
//!
//! Maps arguments to [`article::Options`] and outcomes to exit codes; the sections are in
//! [`crate::article`].

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::arguments::{at_least_one, covariance, mean, section, seed};
use crate::article::{self, Options, Outcome, Section, data, record};
use crate::failure::Failure;
use crate::output;
use crate::study::interrupt::Interrupt;
use crate::study::progress::Progress;
use crate::workload::Normal;

/// What `parzen article --help` ends with.
const EXAMPLES: &str = "Examples:
  parzen article                                      the whole tour
  parzen article --section pool                       one section of it
  parzen article --section data --mean 1,2 --covariance 2,0.5,0.5,1

Ctrl-C ends the tour after the step that is being done; a second one ends it at once. The sections that
are done are kept in either case.";

/// Arguments of `parzen article`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Sections to run [default: all, in the order of the article]; `parzen list` shows their names
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = section)]
    section: Vec<&'static dyn Section>,

    /// Folder for article.json
    #[arg(long, value_name = "DIR", default_value = "target/parzen/article")]
    out: PathBuf,

    /// Seed of everything random
    #[arg(long, value_name = "N", value_parser = seed, default_value_t = Options::SEED)]
    seed: u64,

    /// Samples of the section on data
    #[arg(long, value_name = "N", value_parser = at_least_one, default_value = "10000")]
    samples: std::num::NonZeroUsize,

    /// Mean of the normal distribution of the section on data
    #[arg(long, value_name = "X,Y", value_parser = mean, default_value = "0,0",
        allow_hyphen_values = true)]
    mean: [f64; 2],

    /// Its covariance, row by row; symmetric and positive definite
    #[arg(long, value_name = "XX,XY,YX,YY", value_parser = covariance, default_value = "1,0,0,1",
        allow_hyphen_values = true)]
    covariance: [[f64; 2]; 2],

    /// Print article.json instead of the summary
    #[arg(long)]
    json: bool,
}

/// Runs the sections, writes article.json after each, and prints a summary.
///
/// # Errors
/// A [`Failure`]: bad input, a section that failed, an unwritable file, an interruption. The sections
/// that were run by then are written nevertheless.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.check()?;
    let interrupt = Interrupt::on_signals().with_context(|| {
        Failure::Measurement("signals cannot be caught, so nothing could be interrupted".into())
    })?;
    let sections = &arguments.section;
    let options = Options {
        sections: if sections.is_empty() { article::ALL.to_vec() } else { sections.clone() },
        seed: arguments.seed,
        out: arguments.out.clone(),
        samples: arguments.samples.get(),
        mean: arguments.mean,
        covariance: arguments.covariance,
        progress: Progress::on_stderr(),
        interrupt,
        watch: &|_, _| {},
    };
    crate::study::record::check_writable(&options.out).map_err(super::study::failure)?;
    let path = options.out.join(record::FILE);
    let unwritable = || Failure::Unwritable(format!("{} cannot be written", path.display()));
    let outcome = article::run(&options).with_context(unwritable)?;
    let printed = if arguments.json {
        output::to_stdout(|out| output::json(out, &outcome.article))
    } else {
        print(&outcome, &path)
    };
    // A failed section outranks a standard output that cannot be written.
    ending(&outcome, &path).map_or(printed, |failure| Err(failure.into()))
}

impl Arguments {
    /// Refuses samples that the section on data could not take, before anything is run.
    fn check(&self) -> anyhow::Result<()> {
        Normal::new(&self.mean, &self.covariance)?;
        let is_data = |section: &&dyn Section| section.name() == data::Section.name();
        if !self.section.is_empty() && !self.section.iter().any(is_data) {
            return Ok(());
        }
        let &Self { samples, seed, mean, covariance, .. } = self;
        let source = data::Source { n: samples.get(), seed, mean, covariance };
        source.check().map_err(|trouble| Failure::Input(trouble.to_string()).into())
    }
}

/// How the program fails, if it does.
fn ending(outcome: &Outcome, path: &Path) -> Option<Failure> {
    let path = path.display();
    if outcome.interrupted {
        return Some(Failure::Interrupted(format!("interrupted; what was done is in {path}")));
    }
    let failed: Vec<String> = outcome
        .article
        .failed()
        .map(|(name, why)| format!("section {name} failed: {why}"))
        .collect();
    let message = format!("{}; the other sections are in {path}", failed.join("; "));
    (!failed.is_empty()).then_some(Failure::Measurement(message))
}

/// A few lines for each section, and where the file is.
fn print(outcome: &Outcome, path: &Path) -> anyhow::Result<()> {
    output::to_stdout(|out| {
        for section in &outcome.article.sections {
            writeln!(out, "{} ({:.1} s)", section.name, section.elapsed_ns as f64 / 1e9)?;
            let summary = outcome.summaries.iter().find(|(name, _)| *name == section.name);
            for line in summary.iter().flat_map(|(_, lines)| lines) {
                writeln!(out, "  {line}")?;
            }
            for incident in section.failed.iter().chain(&section.incidents) {
                writeln!(out, "  ! {incident}")?;
            }
            writeln!(out)?;
        }
        writeln!(out, "{}", path.display())
    })
}
