//! `parzen width`: which width suits the samples of a file.
//!
//! Next: [`crate::selection`] chooses, [`crate::output::width`] lays out.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::ValueEnum;
use kernel::isa::Isa;
use kernel::{Part, Team};

use super::arguments::{instruction_set, workers};
use super::widths::WidthList;
use crate::failure::Failure;
use crate::for_any;
use crate::input::{self, Columns, Options};
use crate::machine::affinity;
use crate::output::{self, curves, progress::Progress, width::Report};
use crate::query::sensible_workers;
use crate::selection::{self, Request, Scale};
use crate::study::record::write_text;
use crate::team::InPool;

/// Arguments of `parzen width`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    parzen width --samples points.npy\n  \
    parzen width --samples points.csv --columns x,y --widths 0.2:1.5:131 --svg curves.svg")]
pub struct Arguments {
    /// File of samples, .npy (f8 or f4; n x d, or n) or .csv: rows are samples, columns dimensions
    #[arg(long, value_name = "FILE")]
    samples: PathBuf,
    /// Columns of the samples that are the dimensions, by header name or position counted from 0
    #[arg(long, value_name = "A,B,...", value_delimiter = ',')]
    columns: Option<Vec<String>>,
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
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = workers)]
    workers: Option<usize>,
    /// Draw all curves over the width into this file
    #[arg(long, value_name = "FILE.svg")]
    svg: Option<PathBuf>,
    /// Print JSON, with all curves, instead of a table
    #[arg(long)]
    json: bool,
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

/// Reads, chooses and prints.
///
/// # Errors
/// Whatever is wrong with the arguments or the file; a file or standard output that cannot be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if let Some(path) = arguments.svg.as_deref() {
        check_svg(path)?;
    }
    let widths = arguments.widths.as_ref().map(WidthList::widths).transpose()?;
    let request = Request {
        widths: widths.map(|widths| widths.as_slice().to_vec()),
        scale: arguments.scale.map(Scale::from),
        isa: arguments.isa,
    };
    let report = report(arguments, &request)?;
    if let Some(path) = arguments.svg.as_deref() {
        let text = curves::draw(&report.selection);
        write_text(&text, path)
            .with_context(|| Failure::Unwritable(format!("cannot write {}", path.display())))?;
    }
    output::to_stdout(|out| {
        if arguments.json { output::json(out, &report) } else { output::width::write(out, &report) }
    })
}

/// Refuses what would fail after all the work.
fn check_svg(path: &Path) -> anyhow::Result<()> {
    if path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("svg")) {
        anyhow::bail!("--svg {}: the name must end in .svg", path.display());
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) || path.is_dir() {
        anyhow::bail!("--svg {}: not a file in a folder that exists", path.display());
    }
    Ok(())
}

fn report(arguments: &Arguments, request: &Request) -> anyhow::Result<Report> {
    let path = &arguments.samples;
    let options = Options {
        columns: arguments.columns.clone().map_or(Columns::All, Columns::Chosen),
        ..Options::default()
    };
    let reading = Progress::start("reading samples", input::file_bytes(path));
    let input = input::read(path, &options, &mut |bytes| reading.advance(bytes))?;
    drop(reading);
    let (samples, n) = (&input.samples, input.samples.n());
    let sensible = sensible_workers(n, n, affinity::allowed().len());
    let workers = arguments.workers.unwrap_or(sensible).clamp(1, n.max(1));
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(workers)
        .build()
        .with_context(|| format!("cannot start {workers} workers"))?;
    // Started by whoever advances it first: until then, parts of the sums have a bar.
    let mut progress = None;
    let advance = &mut |done| {
        let start = || Progress::start("counting around every sample", n as u64);
        progress.get_or_insert_with(start).advance(done);
    };
    let selection = pool.install(|| {
        for_any!(samples, samples => selection::select(samples, request, &Watched("summing over pairs"), advance))
    });
    Ok(Report {
        selection: selection.with_context(|| path.display().to_string())?,
        isa: request.isa.name(),
        element: samples.element(),
        checksum: samples.checksum().to_string(),
        dropped_rows: input.dropped_rows,
        workers,
    })
}
