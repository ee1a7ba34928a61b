//! `parzen study`: measures how counting scales, and writes the report.
//!
//! Maps arguments to [`study::Options`] and errors to exit codes; the measuring itself is
//! [`crate::study`], the report is the library `bench-report`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use bench_report::model::Report;
use bench_report::render;
use kernel::isa::{self, Isa};

use crate::failure::{Failure, one_line};
use crate::machine::affinity;
use crate::output;
use crate::study::progress::Progress;
use crate::study::{self, Extent, Options, Study, record};
use crate::workload::{self, Workload};

/// Arguments of `parzen study`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Workloads to measure, by name [default: all]
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',', value_parser = preset)]
    preset: Vec<&'static Workload>,

    /// Numbers of workers, by default those of the article; 1 is always measured, too
    #[arg(long, value_name = "N,N,...", value_delimiter = ',', default_value = "1,2,3,4,6")]
    workers: Vec<usize>,

    /// Blocks of each workload; in a block every configuration is measured once, in random order
    /// [default: as many as fit the budget, at least 10]
    #[arg(long, value_name = "N", conflicts_with = "budget")]
    blocks: Option<NonZeroUsize>,

    /// Time for all blocks together, such as 45s or 2m
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    budget: Duration,

    /// Seed of the random order [default: from the clock; it is part of the result]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Instruction set that counts: auto (the best one here) or a name
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = instruction_set)]
    isa: &'static Isa,

    /// Folder for study.json and the report
    #[arg(long, value_name = "DIR", default_value = "target/parzen")]
    out: PathBuf,

    /// Print study.json instead of the table
    #[arg(long)]
    json: bool,
}

/// Measures, writes study.json and the report, prints the table and where the files are.
///
/// # Errors
/// A [`Failure`]: bad input, or a measurement that failed, a wrong count, an unwritable file. Workers
/// that were not on their CPUs are a failed measurement on systems that can tell: the files are then
/// written nevertheless, with the warning.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    record::check_writable(&arguments.out).map_err(failure)?;
    let study = study::run(&arguments.options()).map_err(failure)?;
    let path = study.write(&arguments.out).map_err(failure)?;
    let report = bench_report::report_from_study(&path).with_context(unwritable)?;
    let mut files = vec![path];
    files.extend(
        bench_report::write(&report, render::ALL, &arguments.out).with_context(unwritable)?,
    );
    let printed = if arguments.json {
        output::to_stdout(|out| output::json(out, &study))
    } else {
        print(&report, &files)
    };
    // A failed measurement outranks a standard output that is closed.
    unpinned(&study).map_or(printed, |failure| Err(failure.into()))
}

/// Prints the formats that have no file, which are for standard output, and where the files are.
fn print(report: &Report, files: &[PathBuf]) -> anyhow::Result<()> {
    let formats = render::ALL.iter().filter(|format| format.file_name().is_none());
    let texts: Vec<String> = formats
        .map(|format| format.render(report))
        .collect::<Result<_, _>>()
        .with_context(unwritable)?;
    output::to_stdout(|out| {
        texts.iter().try_for_each(|text| writeln!(out, "{}\n", text.trim_end()))?;
        files.iter().try_for_each(|file| writeln!(out, "{}", file.display()))
    })
}

fn unwritable() -> Failure {
    Failure::Unwritable("the report cannot be written".into())
}

impl Arguments {
    fn options(&self) -> Options {
        let all = || workload::ALL.iter().collect();
        let workloads: Vec<&Workload> =
            if self.preset.is_empty() { all() } else { self.preset.clone() };
        Options {
            workloads: workloads.into_iter().cloned().collect(),
            workers: self.workers.clone(),
            extent: self.blocks.map_or(Extent::Budget(self.budget), Extent::Blocks),
            seed: self.seed.unwrap_or_else(seed_from_clock),
            isa: self.isa,
            progress: Progress::on_stderr(),
        }
    }
}

/// A seed below 2^53, which every reader of JSON keeps.
fn seed_from_clock() -> u64 {
    let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    (since.as_nanos() as u64) & ((1 << 53) - 1)
}

/// The failed measurement that unpinned workers are; none where the system cannot tell.
fn unpinned(study: &Study) -> Option<Failure> {
    let samples = study.workloads.iter().flat_map(|workload| workload.blocks.iter().flatten());
    let bad = samples.filter(|m| m.sample.workers.iter().any(|worker| !worker.pinned)).count();
    (bad > 0 && affinity::current().is_some()).then(|| {
        Failure::Measurement(format!(
            "in {bad} samples a worker was not proven to be on its cpu; the warnings tell which"
        ))
    })
}

/// Which exit code an error of the study leaves with.
fn failure(error: study::Error) -> Failure {
    use study::Error as E;
    let kind = match &error {
        E::Workload { source: workload::Error::WrongCounts { .. }, .. } | E::Count { .. } => {
            Failure::WrongCount
        }
        E::Backend { .. } => Failure::Measurement,
        E::Unwritable { .. } => Failure::Unwritable,
        E::Workers { .. } | E::Samples { .. } | E::NoWorkload | E::Workload { .. } => {
            Failure::Input
        }
    };
    kind(one_line(&anyhow::Error::new(error)))
}

fn preset(name: &str) -> Result<&'static Workload, workload::Error> {
    Workload::by_name(name)
}

fn instruction_set(name: &str) -> Result<&'static Isa, kernel::Error> {
    if name == "auto" { Ok(isa::best()) } else { isa::by_name(name)?.checked() }
}

/// A time such as `500ms`, `45s` or `2m`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong =
        || format!("'{text}' is not a time; allowed: a number with ms, s or m, such as 45s");
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let number: f64 = digits.parse().map_err(|_| wrong())?;
    let unit = match &text[digits.len()..] {
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        _ => return Err(wrong()),
    };
    Duration::try_from_secs_f64(number * unit).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::{duration, failure, instruction_set, preset};
    use crate::failure::exit_code;
    use crate::{study, workload};
    use std::time::Duration;

    #[test]
    fn times_have_a_number_and_a_unit() {
        assert_eq!(duration("45s").unwrap(), Duration::from_secs(45));
        assert_eq!(duration("1.5m").unwrap(), Duration::from_secs(90));
        assert_eq!(duration("250ms").unwrap(), Duration::from_millis(250));
        for wrong in ["", "45", "s", "-1s", "1e30s", "nans", "4 h", "45h"] {
            let message = duration(wrong).unwrap_err();
            assert!(message.contains(&format!("'{wrong}'")), "{message}");
        }
    }

    #[test]
    fn names_that_are_not_known_are_refused() {
        assert!(preset("nosuch").is_err() && preset(workload::ALL[0].name).is_ok());
        assert!(instruction_set("nosuch").is_err() && instruction_set("auto").is_ok());
    }

    #[test]
    fn bad_input_leaves_with_two_and_wrong_counts_with_one() {
        let code = |error| exit_code(&anyhow::Error::new(failure(error)));
        assert_eq!(code(study::Error::Workers { workers: 0 }), 2);
        assert_eq!(code(study::Error::NoWorkload), 2);
        assert_eq!(code(study::Error::Samples { blocks: 1, configurations: 1 }), 2);
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
