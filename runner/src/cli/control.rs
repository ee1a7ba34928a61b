//! `parzen control`: how often the method sees a difference where there is none.
//!
//! Maps arguments to [`control::Options`] and the outcome to an exit code; measuring and counting are
//! [`crate::study::control`].

use std::num::NonZeroUsize;

use anyhow::Context as _;
use kernel::isa::{self, Isa};

use super::arguments::{backend, instruction_set, placement};
use super::study::{failure, seed_from_clock};
use crate::backend::{self, Backend, Scaling};
use crate::failure::Failure;
use crate::output::{self, progress::Bar};
use crate::placement::Choice;
use crate::study::control::{self, Alarms, TOO_MANY};
use crate::study::interrupt::Interrupt;
use crate::study::plan::{FLOOR_BLOCKS, MAX_WORKERS};
use crate::{machine, workload};

/// What `parzen control --help` ends with.
const EXAMPLES: &str = "Examples:
  parzen control                                100 comparisons, some two minutes
  parzen control --backend serial --workers 1   without any team

The exit code is 1 if the 95 % interval of the share (after Wilson) lies wholly above 7 %.";

/// Arguments of `parzen control`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// How often to compare
    #[arg(long, value_name = "N", default_value = "100")]
    comparisons: NonZeroUsize,

    /// Backend to compare with itself [default: the first with more than one worker]
    #[arg(long, value_name = "NAME", value_parser = backend)]
    backend: Option<&'static dyn Backend>,

    /// Number of workers [default: one for each allowed CPU, where the backend can have several]
    #[arg(long, value_name = "N")]
    workers: Option<usize>,

    /// Blocks of each comparison, at least 6; in a block both sides are measured once
    #[arg(long, value_name = "N", default_value = "12", value_parser = blocks)]
    blocks_per_comparison: usize,

    /// Where workers sit: a policy, or CPUs such as 0,2 [default: physical]
    #[arg(long, value_name = "POLICY", value_parser = placement)]
    placement: Option<Choice>,

    /// Seed of the random order [default: from the clock]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Instruction set that counts: auto (the best one here) or a name [default: auto]
    #[arg(long, value_name = "NAME", value_parser = instruction_set)]
    isa: Option<&'static Isa>,

    /// Print JSON, with every ratio
    #[arg(long)]
    json: bool,
}

/// Measures and prints how many of the comparisons were false alarms.
///
/// # Errors
/// A [`Failure`]: bad input, a measurement that failed, an interruption before the first comparison,
/// or more false alarms than the method allows.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let capture = machine::capture();
    let options = arguments.options(capture.limits.allowed_cpus.len())?;
    let blocks = (options.comparisons.get() * options.blocks) as u64;
    let mut bar = Bar::start("comparing a configuration with itself", blocks);
    let alarms = control::run(&options, &capture, &mut bar).map_err(failure)?;
    drop(bar);
    let interrupted = || Failure::Interrupted("interrupted before the first comparison".into());
    let alarms = alarms.ok_or_else(interrupted)?;
    output::to_stdout(|out| {
        if arguments.json { output::json(out, &alarms) } else { writeln!(out, "{}", text(&alarms)) }
    })?;
    if alarms.too_many {
        let why = "more false alarms than 7 % cannot be luck: distrust intervals measured here";
        return Err(Failure::Measurement(why.into()).into());
    }
    Ok(())
}

impl Arguments {
    fn options(&self, cpus: usize) -> anyhow::Result<control::Options> {
        let team = backend::ALL.iter().find(|one| one.scaling() == Scaling::Any);
        let backend = self.backend.or(team.copied()).unwrap_or(backend::ALL[0]);
        let most = if backend.scaling() == Scaling::Any { MAX_WORKERS } else { 1 };
        let workers = self.workers.unwrap_or(cpus.min(most));
        if workers == 0 || workers > most {
            let name = backend.name();
            let text = format!("{workers} workers of '{name}' asked for; allowed: 1 to {most}");
            return Err(Failure::Input(text).into());
        }
        Ok(control::Options {
            workload: workload::ALL[0].clone(),
            backend,
            workers,
            placement: self.placement.clone().unwrap_or_default(),
            isa: self.isa.unwrap_or_else(isa::best),
            comparisons: self.comparisons,
            blocks: self.blocks_per_comparison,
            seed: self.seed.unwrap_or_else(seed_from_clock),
            interrupt: Interrupt::on_signals()
                .with_context(|| Failure::Measurement("signals cannot be caught".into()))?,
        })
    }
}

fn text(alarms: &Alarms) -> String {
    format!(
        "{} compared with itself {} times, {} blocks each:\n\
         {} of {} intervals of 95 % exclude a ratio of 1: {:.1} % (95 % interval {:.1} to {:.1} %); \
         expected: 5 %, too many: surely above {:.0} %",
        alarms.configuration,
        alarms.comparisons,
        alarms.blocks_per_comparison,
        alarms.false_alarms,
        alarms.comparisons,
        100.0 * alarms.share,
        100.0 * alarms.interval[0],
        100.0 * alarms.interval[1],
        100.0 * TOO_MANY,
    )
}

/// A number of blocks from which an interval can be made.
fn blocks(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|blocks| (FLOOR_BLOCKS..=1000).contains(blocks));
    number.ok_or_else(|| format!("'{text}'; allowed: {FLOOR_BLOCKS} to 1000"))
}

#[cfg(test)]
mod tests {
    use super::blocks;

    #[test]
    fn fewer_blocks_than_an_interval_needs_are_refused() {
        assert_eq!(blocks("6"), Ok(6));
        for wrong in ["5", "1001", "x", ""] {
            assert!(blocks(wrong).unwrap_err().starts_with(&format!("'{wrong}'; allowed: 6 to")));
        }
    }
}
