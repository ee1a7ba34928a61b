//! `parzen study`: measures how counting scales, and writes the report.
//!
//! Maps arguments to [`study::Options`] and errors to exit codes; the measuring itself is
//! [`crate::study`], the report is the library `bench-report`. Next: `arguments`, how values
//! are read.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use kernel::isa::{self, Isa};

use super::arguments::{
    at_least_one, backend, duration, instruction_set, mode, per_cent, placement, preset, seed,
    size, workers,
};
use super::report::Written;
use crate::backend::{Backend, Mode};
use crate::failure::{Failure, one_line};
use crate::machine;
use crate::measure;
use crate::output;
use crate::placement::Choice;
use crate::study::interrupt::Interrupt;
use crate::study::journal::{self, Content};
use crate::study::preset::{ALL as PRESETS, Facts, Preset, Wishes};
use crate::study::progress::Progress;
use crate::study::{self, Ended, Extent, Options, Outcome, Series, Study, plan, record};
use crate::workload::{self, Level};

/// What `parzen study --help` ends with.
const EXAMPLES: &str = "Examples:
  parzen study                                  about a minute; answers the question for this machine
  parzen study --preset article --budget 5m     the article's benchmark, with tighter intervals
  parzen study --size L2,DRAM --mode weak       other working sets, a job for each worker
  parzen study --backend threads --workers 1,2  one backend only
  parzen study --resume                         goes on where a study was interrupted

Ctrl-C ends a study after the sample that is being taken; a second one ends it at once. What was
measured is kept in either case. `parzen list` shows every name that can be given here.";

/// Arguments of `parzen study`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Arguments {
    /// What to measure: a bundle of workloads, modes and backends [default: quick]
    #[arg(long, value_name = "NAME", value_parser = preset)]
    preset: Option<&'static Preset>,

    /// Backends to measure [default: those of the preset]; the serial baseline always is
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = backend)]
    backend: Vec<&'static dyn Backend>,

    /// Numbers of workers [default: those of the preset, mostly every number of cores (some of
    /// them above 16), all CPUs, and half as many again]; 1 is always measured, too
    #[arg(long, value_name = "N,N,...", value_delimiter = ',', value_parser = workers)]
    workers: Vec<usize>,

    /// How the work grows with the workers: strong, weak, throughput [default: as the preset]
    #[arg(long, value_name = "MODES", value_delimiter = ',', value_parser = mode)]
    mode: Vec<Mode>,

    /// Samples that live in L1, L2, L3 or DRAM, instead of the preset's workloads
    #[arg(long, value_name = "SIZES", value_delimiter = ',', value_parser = size)]
    size: Vec<Level>,

    /// Widths that one scan counts: 1 is bound by memory on large samples, many are not
    #[arg(long, value_name = "N,N,...", value_delimiter = ',', value_parser = at_least_one)]
    widths_per_scan: Vec<NonZeroUsize>,

    /// Where workers sit: a policy, or CPUs such as 0,2 [default: physical]
    #[arg(long, value_name = "POLICY", value_parser = placement)]
    placement: Option<Choice>,

    /// Blocks of each workload and mode, instead of as many as --precision or --budget ask for;
    /// in a block every configuration is measured once, in random order
    #[arg(long, value_name = "N", value_parser = at_least_one,
        conflicts_with_all = ["budget", "precision"])]
    blocks: Option<NonZeroUsize>,

    /// Time for everything, such as 45s or 2m [default: as the preset]; at least 6 blocks are measured
    #[arg(long, value_name = "TIME", value_parser = duration)]
    budget: Option<Duration>,

    /// Stop when every speed-up is known to this many per cent [default: 1]
    #[arg(long, value_name = "PCT", value_parser = per_cent)]
    precision: Option<f64>,

    /// Seed of the random order [default: from the clock; it is part of the result]
    #[arg(long, value_name = "N", value_parser = seed)]
    seed: Option<u64>,

    /// Instruction set that counts: auto (the best one here) or a name [default: auto]
    #[arg(long, value_name = "NAME", value_parser = instruction_set)]
    isa: Option<&'static Isa>,

    /// Folder for the journal, study.json and the report
    #[arg(long, value_name = "DIR", default_value = "target/parzen")]
    out: PathBuf,

    /// Go on with the interrupted study in the folder; only its budget, if it has one, can be changed
    #[arg(long, conflicts_with_all = ["preset", "backend", "workers", "mode", "size",
        "widths_per_scan", "placement", "blocks", "precision", "seed", "isa"])]
    resume: bool,

    /// Print study.json instead of the table
    #[arg(long)]
    json: bool,
}

/// Measures, writes study.json and the report, prints the table and where the files are.
///
/// # Errors
/// A [`Failure`]: bad input, or a measurement that failed, a wrong count, an unwritable file, an
/// interruption. Whatever has been measured by then is written nevertheless. Workers that were not on
/// their CPUs are a failed measurement on systems that can tell.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    arguments.check_budget()?;
    let options = arguments.options();
    let options = options.inspect_err(|_| arguments.write_kept())?;
    let outcome = if arguments.resume {
        study::resume(&options)
    } else {
        record::check_writable(&arguments.out).map_err(failure)?;
        study::run(&options)
    };
    let measured = outcome.study.as_ref().filter(|study| study.has_complete_block());
    let printed = measured.map_or(Ok(()), |study| arguments.write(study));
    // A failed measurement outranks a report or a standard output that cannot be written.
    match ending(outcome, &arguments.out) {
        Some(failure) => Err(failure.into()),
        None => printed,
    }
}

/// How the program fails, if it does.
fn ending(outcome: Outcome, out: &Path) -> Option<Failure> {
    match outcome.ended {
        Ended::Failed(error) => Some(match (failure(error), outcome.study) {
            (Failure::Measurement(why), Some(_)) => Failure::Measurement(format!(
                "{why}; what was measured before is kept; {}",
                how_to_go_on(out)
            )),
            (failure, _) => failure,
        }),
        Ended::Complete => outcome.study.as_ref().and_then(unpinned),
        Ended::Interrupted => {
            Some(Failure::Interrupted(format!("interrupted; {}", how_to_go_on(out))))
        }
    }
}

fn how_to_go_on(out: &Path) -> String {
    format!("to go on: parzen study --resume --out {}", out.display())
}

impl Arguments {
    /// Refuses a new budget for a study that has none.
    fn check_budget(&self) -> Result<(), Failure> {
        if !self.resume || self.budget.is_none() {
            return Ok(());
        }
        // A journal that cannot be read is refused later, with a better reason.
        let content = Content::salvage(&self.out.join(journal::FILE)).ok();
        let header = content.as_ref().and_then(|(content, _)| content.header());
        header.and_then(|header| header.plan.blocks).map_or(Ok(()), |blocks| {
            let problem = "--budget cannot change a study that was begun with --blocks";
            Err(Failure::Input(format!("{problem} {blocks}; resume it without")))
        })
    }

    /// What to measure.
    fn options(&self) -> anyhow::Result<Options> {
        let capture = machine::capture();
        let facts = Facts::of(&capture, self.placement.as_ref().unwrap_or(&Choice::default()));
        if self.resume { self.resumed(&facts) } else { self.fresh(&facts) }
    }

    /// What the arguments say.
    fn fresh(&self, facts: &Facts<'_>) -> anyhow::Result<Options> {
        let preset = self.preset.unwrap_or(&PRESETS[0]);
        let wishes = Wishes {
            backends: self.backend.clone(),
            workers: self.workers.clone(),
            modes: self.mode.clone(),
            sizes: self.size.clone(),
            widths_per_scan: self.widths_per_scan.clone(),
        };
        let time = self.budget.unwrap_or(preset.budget);
        let precision = self.precision.unwrap_or(plan::PRECISION);
        let extent = self.blocks.map_or(Extent::Adaptive { time, precision }, Extent::Blocks);
        self.with(Options {
            preset: Some(preset.name.into()),
            series: preset.series(&wishes, facts),
            placement: self.placement.clone().unwrap_or_default(),
            extent,
            sample: measure::SAMPLE,
            seed: self.seed.unwrap_or_else(seed_from_clock),
            isa: self.isa.unwrap_or_else(isa::best),
            out: self.out.clone(),
            progress: Progress::on_stderr(),
            interrupt: Interrupt::default(),
        })
    }

    /// What the journal in the folder says, with the budget of the arguments.
    fn resumed(&self, facts: &Facts<'_>) -> anyhow::Result<Options> {
        let content =
            Content::read(&self.out.join(journal::FILE)).map_err(|e| failure(e.into()))?;
        let header = content.header().context("the journal has no header")?;
        let mut plan = header.plan.clone();
        if let Some(time) = self.budget {
            plan.budget_s = Some(time.as_secs_f64());
        }
        let series = plan.series.iter().map(|series| Series::of_plan(series, facts));
        self.with(Options {
            preset: plan.preset.clone(),
            series: series.collect::<Result<_, _>>().map_err(failure)?,
            placement: crate::placement::parse(&plan.placement)?,
            extent: Extent::of_plan(&plan).map_err(failure)?,
            sample: measure::SAMPLE,
            seed: header.seed,
            isa: isa::by_name(&header.isa)?.checked()?,
            out: self.out.clone(),
            progress: Progress::on_stderr(),
            interrupt: Interrupt::default(),
        })
    }

    /// The options with a way to interrupt them.
    fn with(&self, options: Options) -> anyhow::Result<Options> {
        let caught = Interrupt::on_signals();
        let interrupt = caught.with_context(|| {
            Failure::Measurement("signals cannot be caught, so nothing could be interrupted".into())
        })?;
        Ok(Options { interrupt, out: self.out.clone(), ..options })
    }

    /// Writes what an interrupted study has measured, if it cannot even be asked to go on: its journal
    /// is damaged, or names what there is not here. The error that says so is told in any case.
    fn write_kept(&self) {
        let kept = if self.resume { study::kept(&self.out) } else { None };
        if let Some(study) = kept.filter(Study::has_complete_block) {
            let _less_important = self.write(&study);
        }
    }

    /// Writes `study.json` and the report, and prints what was asked for.
    fn write(&self, study: &Study) -> anyhow::Result<()> {
        let path = study.write(&self.out).map_err(failure)?;
        let written = Written::of(&[path], &self.out)?;
        if self.json { output::to_stdout(|out| output::json(out, study)) } else { written.print() }
    }
}

/// A seed below 2^53, which every reader of JSON keeps.
pub(super) fn seed_from_clock() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    (since.as_nanos() as u64) & ((1 << 53) - 1)
}

/// The failed measurement that unpinned workers are; none where the system cannot tell.
fn unpinned(study: &Study) -> Option<Failure> {
    let bad = study.unpinned();
    (bad > 0).then(|| {
        Failure::Measurement(format!(
            "in {bad} samples a worker was not proven to be on its cpu; the warnings tell which"
        ))
    })
}

/// Which exit code an error of the study leaves with.
pub(super) fn failure(error: study::Error) -> Failure {
    use journal::Error as J;
    use study::Error as E;
    let kind = match &error {
        E::Workload { source: workload::Error::WrongCounts { .. }, .. } | E::Count { .. } => {
            Failure::WrongCount
        }
        E::Backend { .. } => Failure::Measurement,
        E::Unwritable { .. } | E::Journal(J::Unwritable { .. } | J::Busy { .. }) => {
            Failure::Unwritable
        }
        _ => Failure::Input,
    };
    kind(one_line(&anyhow::Error::new(error)))
}

#[cfg(test)]
mod tests {
    use super::failure;
    use crate::failure::exit_code;
    use crate::study::{self, journal};

    #[test]
    fn bad_input_leaves_with_two_and_wrong_counts_with_one() {
        let code = |error| exit_code(&anyhow::Error::new(failure(error)));
        assert_eq!(code(study::Error::Workers { workers: 0 }), 2);
        assert_eq!(code(study::Error::NoSeries), 2);
        assert_eq!(code(study::Error::Samples { blocks: 1, configurations: 1 }), 2);
        let (then, now) = ("1".into(), "2".into());
        assert_eq!(code(study::Error::Changed { what: "seed".into(), then, now }), 2);
        let path = std::path::PathBuf::from("j");
        assert_eq!(code(journal::Error::Missing { path: path.clone() }.into()), 2);
        assert_eq!(code(journal::Error::Busy { path }.into()), 1);
        let wrong = study::Error::Count {
            workload: "w",
            configuration: "c".into(),
            width: 1.0,
            found: 1,
            expected: 2,
        };
        assert_eq!(code(wrong), 1);
    }
}
