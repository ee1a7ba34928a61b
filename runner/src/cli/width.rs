//! `parzen width`: which width suits the samples of a file.
//!
//! Next: [`crate::selection`] chooses, [`crate::output::width`] lays out.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use kernel::isa::Isa;
use kernel::{Part, Team};

use super::arguments::{instruction_set, workers_here};
use super::samples::{Source, leave, svg_file};
use super::widths::{LIST, WidthList, refusal};
use crate::budget::Need;
use crate::for_any;
use crate::machine::affinity;
use crate::output::{self, curves, file, progress::Progress, width::Report};
use crate::query::sensible_workers;
use crate::selection::{self, Crew, Criteria, Request, Scale};
use crate::team::InPool;

/// Arguments of `parzen width`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    parzen width --samples points.npy\n  \
    parzen width --samples points.csv --columns x,y --widths 0.2:1.5:131 --svg curves.svg\n  \
    parzen width --samples points.npy --criteria squares")]
pub struct Arguments {
    #[command(flatten)]
    source: Source,
    /// Criteria to try beside the normal reference, which is always told
    #[arg(long, value_enum, value_name = "WHICH", default_value = "all")]
    criteria: Asked,
    /// Widths to try: a,b,c or start:stop:count; with --scale spread in units of the spreads [default: 100
    /// widths, 30 in each octave, from 0.16 to 1.6 times the normal reference]
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    widths: Option<WidthList>,
    /// One width for all dimensions, or one for each in proportion to its spread [default: spread, if the
    /// spreads differ by 10 % or more]
    #[arg(long, value_enum, value_name = "WHAT")]
    scale: Option<Scaling>,
    /// Instruction set; "auto" takes the best that this CPU has, see "parzen machine"
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = instruction_set)]
    isa: &'static Isa,
    /// Number of workers; no result depends on it [default: all allowed CPUs for large data, otherwise 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = workers_here)]
    workers: Option<usize>,
    /// Draw all curves over the width into this file
    #[arg(long, value_name = "FILE.svg", value_parser = svg_file)]
    svg: Option<PathBuf>,
    /// Print JSON, with all curves, instead of a table
    #[arg(long)]
    json: bool,
}

/// [`Criteria`] as they stand on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Asked {
    /// Least squares cross-validation and the likelihood: the width in the middle misleads least
    All,
    /// Least squares cross-validation alone
    Squares,
    /// The leave-one-out likelihood alone
    Likelihood,
    /// None, so that no width is tried: for very many samples, or a first guess
    Reference,
}

impl From<Asked> for Criteria {
    fn from(asked: Asked) -> Self {
        match asked {
            Asked::All => Self::All,
            Asked::Squares => Self::Squares,
            Asked::Likelihood => Self::Likelihood,
            Asked::Reference => Self::Reference,
        }
    }
}

/// [`Scale`] as it stands on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Scaling {
    /// One width for all dimensions
    None,
    /// A width for each dimension, in proportion to its robust spread
    Spread,
}

impl From<Scaling> for Scale {
    fn from(scaling: Scaling) -> Self {
        match scaling {
            Scaling::None => Self::None,
            Scaling::Spread => Self::Spread,
        }
    }
}

/// The pool's threads, with a bar for the parts of each job.
struct Watched(&'static str);

impl Team for Watched {
    fn size(&self) -> usize {
        InPool.size()
    }

    fn run(&self, parts: Vec<Part<'_>>) {
        let progress = Progress::start(self.0, parts.len() as u64);
        let progress = &progress;
        let counted = parts.into_iter().map(|part| -> Part<'_> {
            Box::new(move || {
                part();
                progress.advance(1);
            })
        });
        InPool.run(counted.collect());
    }
}

impl Arguments {
    /// Refuses options that need a criterion over widths where there is none.
    fn check_criteria(&self) -> anyhow::Result<()> {
        if self.criteria != Asked::Reference {
            return Ok(());
        }
        for (option, is_given) in
            [("--widths", self.widths.is_some()), ("--svg", self.svg.is_some())]
        {
            if is_given {
                bail!(
                    "{option} needs a criterion that tries widths, and --criteria reference tries none"
                );
            }
        }
        Ok(())
    }
}

/// Reads, chooses and prints.
///
/// # Errors
/// Whatever is wrong with the arguments or the file; a file or standard output that cannot be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let leave = leave()?;
    arguments.check_criteria()?;
    if let Some(path) = &arguments.svg {
        file::check_results(&[path], &[arguments.source.path()])?;
    }
    let widths = arguments.widths.as_ref().map(WidthList::widths).transpose();
    let widths = widths.map_err(|error| refusal(LIST, error))?;
    let report = report(arguments, widths.map(|widths| widths.as_slice().to_vec()))?;
    if let Some(path) = &arguments.svg {
        let text = curves::draw(&report.selection);
        leave.while_writing(|interrupt| {
            file::stage(path, interrupt, |out| out.write_all(text.as_bytes()))?.keep()
        })?;
    }
    output::to_stdout(|out| {
        if arguments.json { output::json(out, &report) } else { output::width::write(out, &report) }
    })
}

fn report(arguments: &Arguments, widths: Option<Vec<f64>>) -> anyhow::Result<Report> {
    let criteria = Criteria::from(arguments.criteria);
    let tried = widths.as_ref().map_or(selection::WIDTHS, Vec::len);
    let input = arguments.source.read(
        &|(n, d), _| Need::of_widths(criteria.counted_and_summed(tried), (n, d)),
        "a part of the samples tells the width, too, and --criteria reference takes the least; only parzen count \
         counts files that do not fit",
    )?;
    let (scale, isa) = (arguments.scale.map(Scale::from), arguments.isa);
    let dropped_rows = input.dropped.len();
    let request = &Request { criteria, widths, scale, isa, dropped: input.dropped };
    let (samples, n) = (&input.samples, input.samples.n());
    let sensible = sensible_workers(n, n, affinity::allowed().len());
    let workers = arguments.workers.unwrap_or(sensible).clamp(1, n.max(1));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(workers)
        .build()
        .with_context(|| format!("cannot start {workers} workers"))?;
    // Started by whoever advances it first: until then, the sums over pairs have a bar.
    let mut progress = None;
    let advance = &mut |done| {
        let start = || Progress::start("counting around every sample", n as u64);
        progress.get_or_insert_with(start).advance(done);
    };
    let selection = pool.install(|| {
        let crew = &mut Crew { sums: &Watched("summing over pairs"), counts: &InPool, advance };
        for_any!(samples, samples => selection::select(samples, request, crew))
    });
    Ok(Report {
        selection: selection.with_context(|| arguments.source.to_string())?,
        isa: request.isa.name(),
        element: samples.element(),
        checksum: samples.checksum().to_string(),
        dropped_rows,
        workers,
    })
}
