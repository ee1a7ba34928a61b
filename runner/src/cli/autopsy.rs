//! `parzen article --autopsy`: the study of 2014 again, with its flaws switched on one by one.
//!
//! Separate from [`super::article`], whose tour takes other arguments; folder and seed are shared. Maps
//! arguments to [`autopsy::Options`] and errors to exit codes; measuring is [`crate::autopsy`], the
//! report is the library `bench-report`. Next: `arguments`, how values are read.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use kernel::isa::{self, Isa};

use super::arguments::{at_least_one, duration, instruction_set, placement};
use super::report::Written;
use crate::autopsy::{self, Error, Extent, FULL, Interpreter, Options, SHORT, TARGET, WORKERS};
use crate::failure::{Failure, one_line};
use crate::placement::Choice;
use crate::study::interrupt::Interrupt;
use crate::study::progress::Progress;
use crate::workload;

/// Time for everything, if nobody says otherwise.
const BUDGET: Duration = Duration::from_mins(4);
/// The same where Python counts all that the article counted: it takes about three minutes for each of
/// its blocks.
const FULL_BUDGET: Duration = Duration::from_mins(30);
/// The fewest blocks of that take so long.
const FULL_FLOOR: Duration = Duration::from_mins(20);
/// The interpreter, if nobody names one.
const PYTHON: &str = "python3";

/// Arguments that only an autopsy takes.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Arguments {
    /// Time for everything, such as 90s or 10m [default: 4m]; at least 6 blocks of each part are measured
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "autopsy")]
    budget: Option<Duration>,

    /// Blocks of each part, instead of as many as the budget allows
    #[arg(long, value_name = "N", value_parser = at_least_one, conflicts_with = "budget",
        requires = "autopsy")]
    blocks: Option<NonZeroUsize>,

    /// Python counts the article's 10,000 samples and 100 widths, not 2,000 and 25: about three minutes
    /// for each block, so at least 20 in all [budget then: 30m]
    #[arg(long, requires = "autopsy")]
    full: bool,

    /// The interpreter for the reconstructed Python code, which must have NumPy; none leaves it out
    /// [default: python3, if it is there]
    #[arg(long, value_name = "PROGRAM", requires = "autopsy")]
    python: Option<PathBuf>,

    /// Where workers sit: a policy, or CPUs such as 0,2 [default: physical]
    #[arg(long, value_name = "POLICY", value_parser = placement, requires = "autopsy")]
    placement: Option<Choice>,

    /// Instruction set that counts: auto (the best one here) or a name [default: auto]
    #[arg(long, value_name = "NAME", value_parser = instruction_set, requires = "autopsy")]
    isa: Option<&'static Isa>,
}

/// Measures, writes autopsy.json and the report, prints the report and where the files are.
///
/// # Errors
/// A [`Failure`]: bad input, a result that cannot be written, runs that failed, or an interruption. What
/// was measured is on disk and in the report in every case but the first two.
pub fn run(arguments: &Arguments, out: &Path, seed: u64) -> anyhow::Result<()> {
    let options = arguments.options(out, seed)?;
    let autopsy = autopsy::run(&options).map_err(failure)?;
    let failures = autopsy.failures();
    if autopsy.has_complete_block() {
        let path = autopsy.write(&options.out).map_err(failure)?;
        Written::beside(&[path], crate::article::record::FILE, &options.out)?.print()?;
    } else if !autopsy.complete {
        let why = "interrupted before a block was complete; nothing was written";
        return Err(Failure::Interrupted(why.into()).into());
    } else if failures.is_empty() {
        return Err(Failure::Measurement("nothing can be measured here".into()).into());
    }
    if !autopsy.complete {
        let why = "interrupted; what was measured by then is in the report";
        return Err(Failure::Interrupted(why.into()).into());
    }
    if !failures.is_empty() {
        return Err(Failure::Measurement(failures.join("; ")).into());
    }
    Ok(())
}

impl Arguments {
    /// How long to measure.
    fn extent(&self) -> Result<Extent, Failure> {
        if let Some(blocks) = self.blocks {
            return Ok(Extent::Blocks(blocks));
        }
        match self.budget {
            Some(budget) if self.full && budget < FULL_FLOOR => Err(Failure::Input(
                "--full takes about three minutes for each block of Python, so it needs a --budget of at \
                 least 20m, or fewer --blocks"
                    .into(),
            )),
            Some(budget) => Ok(Extent::Budget(budget)),
            None => Ok(Extent::Budget(if self.full { FULL_BUDGET } else { BUDGET })),
        }
    }

    /// Who runs the reconstructed code.
    fn interpreter(&self) -> Interpreter {
        match &self.python {
            None => Interpreter::IfPresent(PYTHON.into()),
            Some(name) if name.as_os_str() == "none" => Interpreter::None,
            Some(name) => Interpreter::Named(name.clone()),
        }
    }

    fn options(&self, out: &Path, seed: u64) -> anyhow::Result<Options> {
        let extent = self.extent()?;
        let interrupt = Interrupt::on_signals()
            .with_context(|| Failure::Measurement("signals cannot be caught".into()))?;
        Ok(Options {
            workload: workload::ALL[0].clone(),
            python_work: if self.full { FULL } else { SHORT },
            python: self.interpreter(),
            workers: WORKERS.to_vec(),
            placement: self.placement.clone().unwrap_or_default(),
            extent,
            target: Some(TARGET),
            seed,
            isa: self.isa.unwrap_or_else(isa::best),
            out: out.to_owned(),
            progress: Progress::on_stderr(),
            interrupt,
        })
    }
}

/// Which exit code an error leaves with.
fn failure(error: Error) -> Failure {
    let kind = match &error {
        Error::Workload(workload::Error::WrongCounts { .. }) => Failure::WrongCount,
        Error::Backend(_) => Failure::Measurement,
        Error::Unwritable { .. } => Failure::Unwritable,
        _ => Failure::Input,
    };
    kind(one_line(&anyhow::Error::new(error)))
}

#[cfg(test)]
mod tests {
    use super::{Arguments, failure};
    use std::time::Duration;

    use crate::autopsy::{Error, Extent, Interpreter};
    use crate::failure::exit_code;

    #[test]
    fn bad_input_leaves_with_two_and_what_cannot_be_written_with_one() {
        let code = |error| exit_code(&anyhow::Error::new(failure(error)));
        assert_eq!(code(Error::Workers { workers: 0 }), 2);
        let source = std::io::Error::other("made up");
        assert_eq!(code(Error::Unwritable { path: "x".into(), source }), 1);
    }

    fn arguments() -> Arguments {
        Arguments {
            budget: None,
            blocks: None,
            full: false,
            python: None,
            placement: None,
            isa: None,
        }
    }

    #[test]
    fn a_full_run_does_not_fit_into_a_short_budget() {
        let full = Arguments { full: true, ..arguments() };
        assert_eq!(full.extent().unwrap(), Extent::Budget(Duration::from_mins(30)));
        let short = Arguments { budget: Some(Duration::from_mins(19)), ..full };
        assert_eq!(exit_code(&anyhow::Error::new(short.extent().unwrap_err())), 2);
        assert!(Arguments { full: false, ..short }.extent().is_ok());
    }

    #[test]
    fn only_an_interpreter_that_was_named_must_be_there() {
        let named = |name: &str| Arguments { python: Some(name.into()), ..arguments() };
        assert_eq!(arguments().interpreter(), Interpreter::IfPresent("python3".into()));
        assert_eq!(named("none").interpreter(), Interpreter::None);
        assert_eq!(named("x").interpreter(), Interpreter::Named("x".into()));
    }
}
