//! `parzen article`: the tour through the 2014 article, run on this machine.
//!
//! Maps arguments to [`article::Options`] and outcomes to exit codes; the sections are in
//! [`crate::article`].

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::arguments::{at_least_one, covariance, mean, section, seed};
use super::autopsy;
use super::report::Written;
use crate::article::{self, Options, Outcome, Section, Unfinished, Unkept, data, record};
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
  parzen article --autopsy --budget 10m               its study, with its flaws one by one

Ctrl-C ends the tour after the step that is being done; a second one ends it at once. The sections that
are done are kept in either case, and after the first one also the blocks that the interrupted section
has measured.";

/// Arguments of `parzen article`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// Sections to run [default: all, in the order of the article]; `parzen list` shows their names.
    /// Other sections that are in the folder's article.json already stay there
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = section)]
    section: Vec<&'static dyn Section>,

    /// Repeat the article's study with its flaws switched on one by one, instead of the tour
    #[arg(long, conflicts_with_all = ["section", "samples", "mean", "covariance", "json"])]
    autopsy: bool,

    /// What only the autopsy takes.
    #[command(flatten)]
    of_autopsy: autopsy::Arguments,

    /// Folder for article.json, or for autopsy.json and its report
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

    /// Print article.json instead of the report
    #[arg(long)]
    json: bool,
}

/// Runs the sections, writes article.json after each, and a report at the end, which it prints.
///
/// # Errors
/// A [`Failure`]: bad input, a section that failed, an unwritable file, an interruption. The sections
/// that were run by then are written nevertheless.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.autopsy {
        return autopsy::run(&arguments.of_autopsy, &arguments.out, arguments.seed);
    }
    arguments.check()?;
    let interrupt = Interrupt::on_signals().with_context(|| {
        Failure::Measurement("signals cannot be caught, so nothing could be interrupted".into())
    })?;
    let options = Options {
        sections: arguments.sections(),
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
    let outcome = match article::run(&options) {
        Err(other @ Unkept::Other { .. }) => return Err(Failure::Input(other.to_string()).into()),
        ended => ended.with_context(unwritable)?,
    };
    let printed = if outcome.written {
        report(&outcome, &path, arguments)
    } else {
        // A file that is there is of an older tour, and so is its report.
        Ok(())
    };
    // A failed section outranks a standard output that cannot be written.
    ending(&outcome, &path).map_or(printed, |failure| Err(failure.into()))
}

impl Arguments {
    /// The sections to run, each once.
    fn sections(&self) -> Vec<&'static dyn Section> {
        let mut sections: Vec<&'static dyn Section> = Vec::new();
        let wanted = if self.section.is_empty() { article::ALL } else { &self.section };
        for section in wanted {
            if !sections.iter().any(|known| known.name() == section.name()) {
                sections.push(*section);
            }
        }
        sections
    }

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
        let what = if outcome.written {
            format!("interrupted; what was done is in {path}")
        } else {
            "interrupted before a section had data; nothing was written".into()
        };
        return Some(Failure::Interrupted(what));
    }
    let failed: Vec<String> = outcome.failures.iter().map(told).collect();
    let rest = if outcome.written {
        format!("the other sections are in {path}")
    } else {
        "nothing was written".into()
    };
    let message = format!("{}; {rest}", failed.join("; "));
    (!failed.is_empty()).then_some(Failure::Measurement(message))
}

/// What went wrong in a section.
fn told(failure: &Unfinished) -> String {
    let Unfinished { name, reason, has_earlier } = failure;
    let kept = if *has_earlier { " (what an earlier run found out is kept)" } else { "" };
    format!("section {name} failed: {reason}{kept}")
}

/// Writes the report of what was done beside it, and prints what was asked for.
fn report(outcome: &Outcome, path: &Path, arguments: &Arguments) -> anyhow::Result<()> {
    let mut results = vec![path.to_owned()];
    results.extend(outcome.article.studies(&arguments.out));
    let written = Written::beside(&results, crate::autopsy::record::FILE, &arguments.out)?;
    if arguments.json {
        output::to_stdout(|out| output::json(out, &outcome.article))
    } else {
        written.print()
    }
}
