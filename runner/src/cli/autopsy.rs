//! `parzen article --autopsy`: the study of 2014 again, with its flaws switched on one by one.
//!
//! Separate from [`super::article`], whose tour takes other arguments; folder and seed are shared. Maps arguments to [`autopsy::Options`] and errors to exit codes; measuring is [`crate::autopsy`], the
//! report is the library `bench-report`. Next: `arguments`, how values are read.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use kernel::isa::{self, Isa};

use super::arguments::{at_least_one, duration, instruction_set, placement};
use super::report::Written;
use crate::autopsy::{self, Error, Extent, FULL, Options, SHORT, TARGET, WORKERS};
use crate::failure::{Failure, one_line};
use crate::placement::Choice;
use crate::study::interrupt::Interrupt;
use crate::study::progress::Progress;
use crate::workload;

/// Time for everything, if nobody says otherwise.
const BUDGET: Duration = Duration::from_mins(4);

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

    /// Python counts the article's 10,000 samples and 100 widths, not 2,000 and 25: about a minute for
    /// each block
    #[arg(long, requires = "autopsy")]
    full: bool,

    /// The interpreter for the reconstructed Python code; none leaves it out
    #[arg(long, value_name = "PROGRAM", default_value = "python3", requires = "autopsy")]
    python: PathBuf,

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
    let path = autopsy.write(&options.out).map_err(failure)?;
    Written::of(&[path], &options.out)?.print()?;
    let failures = autopsy.failures();
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
    fn options(&self, out: &Path, seed: u64) -> anyhow::Result<Options> {
        let budget = Extent::Budget(self.budget.unwrap_or(BUDGET));
        let interrupt = Interrupt::on_signals()
            .with_context(|| Failure::Measurement("signals cannot be caught".into()))?;
        Ok(Options {
            workload: workload::ALL[0].clone(),
            python_work: if self.full { FULL } else { SHORT },
            python: Some(self.python.clone()).filter(|name| name.as_os_str() != "none"),
            workers: WORKERS.to_vec(),
            placement: self.placement.clone().unwrap_or_default(),
            extent: self.blocks.map_or(budget, Extent::Blocks),
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
    use super::failure;
    use crate::autopsy::Error;
    use crate::failure::exit_code;

    #[test]
    fn bad_input_leaves_with_two_and_what_cannot_be_written_with_one() {
        let code = |error| exit_code(&anyhow::Error::new(failure(error)));
        assert_eq!(code(Error::Workers { workers: 0 }), 2);
        let source = std::io::Error::other("made up");
        assert_eq!(code(Error::Unwritable { path: "x".into(), source }), 1);
    }
}
