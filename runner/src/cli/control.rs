//! `parzen control`: how often the method sees a difference where there is none.
//!
//! Maps arguments to [`control::Options`] and the outcome to an exit code; measuring and counting are
//! [`crate::study::control`].

use std::num::NonZeroUsize;

use anyhow::Context as _;
use kernel::isa::{self, Isa};

use super::arguments::{at_least_one, backend, instruction_set, placement, seed, workers};
use super::study::{failure, seed_from_clock};
use crate::backend::{self, Backend, Scaling};
use crate::failure::Failure;
use crate::machine::{Capture, Limits, affinity};
use crate::output::{self, progress::Bar};
use crate::placement::Choice;
use crate::study::control::{self, Alarms, BAR};
use crate::study::interrupt::Interrupt;
use crate::study::plan::{FLOOR_BLOCKS, MAX_WORKERS};
use crate::study::tags::Tag;
use crate::{machine, workload};

/// What `parzen control --help` ends with.
const EXAMPLES: &str = "Examples:
  parzen control                                100 comparisons, some two minutes
  parzen control --backend serial --workers 1   without any team

The bar is at most 7 false alarms in 100. The exit code is 1 if there are more, and more than luck
explains: the 97.5 % quantile of a binomial distribution with a chance of 5 %, which is 10 of 100. It is
also 1 if a worker was not on its CPU, and 130 after Ctrl-C, which prints what was compared by then.";

/// Arguments of `parzen control`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// How often to compare
    #[arg(long, value_name = "N", default_value = "100", value_parser = at_least_one)]
    comparisons: NonZeroUsize,

    /// Backend to compare with itself [default: the first with more than one worker]
    #[arg(long, value_name = "NAME", value_parser = backend)]
    backend: Option<&'static dyn Backend>,

    /// Number of workers [default: one for each CPU that may be used all the time, where the backend can
    /// have several]
    #[arg(long, value_name = "N", value_parser = workers)]
    workers: Option<usize>,

    /// Blocks of each comparison, at least 6; in a block both sides are measured once
    #[arg(long, value_name = "N", default_value = "12", value_parser = blocks)]
    blocks_per_comparison: usize,

    /// Where workers sit: a policy, or CPUs such as 0,2 [default: physical]
    #[arg(long, value_name = "POLICY", value_parser = placement)]
    placement: Option<Choice>,

    /// Seed of the random order [default: from the clock]
    #[arg(long, value_name = "N", value_parser = seed)]
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
/// A [`Failure`]: bad input, a measurement that failed, workers that were not on their CPUs, an
/// interruption (what was compared by then is printed), or more false alarms than luck explains.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let capture = machine::capture();
    let options = arguments.options(&capture)?;
    let blocks = (options.comparisons.get() * options.blocks) as u64;
    let mut bar = Bar::start("comparing a configuration with itself", blocks);
    let alarms = control::run(&options, &capture, &mut bar).map_err(failure)?;
    drop(bar);
    let interrupted = || Failure::Interrupted("interrupted before the first comparison".into());
    let alarms = alarms.ok_or_else(interrupted)?;
    output::to_stdout(|out| {
        if arguments.json { output::json(out, &alarms) } else { writeln!(out, "{}", text(&alarms)) }
    })?;
    verdict(&alarms)
}

/// How the program fails, if it does.
fn verdict(alarms: &Alarms) -> anyhow::Result<()> {
    let unpinned = alarms.tagged.get(&Tag::Unpinned).copied().unwrap_or(0);
    if unpinned > 0 && affinity::current().is_some() {
        let of = alarms.samples;
        let why = format!("in {unpinned} of {of} samples a worker was not proven to be on its cpu");
        return Err(Failure::Measurement(why).into());
    }
    if alarms.comparisons < alarms.asked {
        let (done, asked) = (alarms.comparisons, alarms.asked);
        let why = format!("interrupted after {done} of {asked} comparisons");
        return Err(Failure::Interrupted(why).into());
    }
    if alarms.too_many {
        let why = "more false alarms than 7 % cannot be luck: distrust intervals measured here";
        return Err(Failure::Measurement(why.into()).into());
    }
    Ok(())
}

impl Arguments {
    fn options(&self, capture: &Capture) -> anyhow::Result<control::Options> {
        let placement = self.placement.clone().unwrap_or_default();
        let allowed_cpus = placement.within(&capture.limits.allowed_cpus);
        let limits = Limits { allowed_cpus, ..capture.limits.clone() };
        let cpus = (limits.effective_cpus(&capture.machine.topology) as usize).max(1);
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
            placement,
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
    let tags: Vec<String> =
        alarms.tagged.iter().map(|(tag, samples)| format!("{} {samples}", tag.name())).collect();
    let tags = if tags.is_empty() { "none".into() } else { tags.join(", ") };
    format!(
        "{} compared with itself {} times, {} blocks each:\n\
         {} of {} intervals of 95 % exclude a ratio of 1: {:.1} % (95 % interval {:.1} to {:.1} %); \
         expected: 5 %, luck explains up to {}\n\
         bar: at most {:.0} of 100: {}\n\
         doubtful samples of {}: {tags}",
        alarms.configuration,
        alarms.comparisons,
        alarms.blocks_per_comparison,
        alarms.false_alarms,
        alarms.comparisons,
        100.0 * alarms.share,
        100.0 * alarms.interval[0],
        100.0 * alarms.interval[1],
        alarms.most_by_luck,
        100.0 * BAR,
        if alarms.bar_met { "met" } else { "not met" },
        alarms.samples,
    )
}

/// A number of blocks from which an interval can be made.
fn blocks(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|blocks| (FLOOR_BLOCKS..=1000).contains(blocks));
    number.ok_or_else(|| format!("'{text}'; allowed: {FLOOR_BLOCKS} to 1000"))
}

#[cfg(test)]
mod tests {
    use super::{blocks, text, verdict};
    use crate::failure::exit_code;
    use crate::study::control::Alarms;
    use std::collections::BTreeMap;

    fn alarms(comparisons: usize, false_alarms: usize) -> Alarms {
        let share = false_alarms as f64 / comparisons as f64;
        Alarms {
            configuration: "threads with 2 workers (control)".into(),
            blocks_per_comparison: 12,
            asked: 100,
            comparisons,
            false_alarms,
            share,
            interval: [share, share],
            bar_met: share <= 0.07,
            most_by_luck: 10,
            too_many: false_alarms > 10,
            samples: 24,
            tagged: BTreeMap::new(),
            ratios: Vec::new(),
        }
    }

    #[test]
    fn the_bar_is_told_and_only_what_is_no_luck_fails() {
        let code = |alarms: &Alarms| verdict(alarms).map_or_else(|why| exit_code(&why), |()| 0);
        for (comparisons, false_alarms, told, expected) in
            [(100, 7, ": met", 0), (100, 8, ": not met", 0), (100, 11, ": not met", 1)]
        {
            let alarms = alarms(comparisons, false_alarms);
            assert_eq!(code(&alarms), expected);
            let text = text(&alarms);
            assert!(text.contains(&format!("bar: at most 7 of 100{told}")), "{text}");
        }
        assert_eq!(code(&alarms(50, 2)), 130, "interrupted");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn workers_that_were_not_on_their_cpus_fail() {
        use crate::study::tags::Tag;
        let mut unpinned = alarms(100, 0);
        unpinned.tagged.insert(Tag::Unpinned, 3);
        let error = verdict(&unpinned).unwrap_err();
        assert_eq!(exit_code(&error), 1);
        assert!(error.to_string().starts_with("in 3 of 24 samples"), "{error}");
        assert!(text(&unpinned).ends_with("doubtful samples of 24: unpinned 3"));
    }

    #[test]
    fn fewer_blocks_than_an_interval_needs_are_refused() {
        assert_eq!(blocks("6"), Ok(6));
        for wrong in ["5", "1001", "x", ""] {
            assert!(blocks(wrong).unwrap_err().starts_with(&format!("'{wrong}'; allowed: 6 to")));
        }
    }
}
