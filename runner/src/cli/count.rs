//! `parzen count`: counts the samples of a file inside windows.
//!
//! Next: [`crate::input`] reads, [`crate::query`] counts, [`crate::output::count`] lays out.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{ArgGroup, ValueEnum};
use kernel::Widths;

use super::widths::{WidthList, number};
use crate::for_any;
use crate::input::{self, AnySamples, Columns, NonFinite, Options};
use crate::machine::{affinity, pages};
use crate::output::{self, count::Report, progress::Progress};
use crate::query::{Query, sensible_workers};

/// More workers than this for each allowed CPU are a slip of the keyboard.
const WORKERS_PER_CPU: usize = 4;

/// Arguments of `parzen count`.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("windows").required(true).args(["width", "widths"]))]
#[command(group = ArgGroup::new("places").required(true).args(["center", "centers"]))]
#[command(after_help = "Examples:\n  \
    parzen count --samples points.npy --center 0,0 --widths 0.1:1.2:12\n  \
    parzen count --samples points.csv --columns x,y --centers grid.csv --width 0.5 --json")]
pub struct Arguments {
    /// File of samples, .npy (f8 or f4; n x d, or n) or .csv: rows are samples, columns dimensions.
    /// The first row of a .csv is a header if none of its fields is a number
    #[arg(long, value_name = "FILE")]
    samples: PathBuf,
    /// Center of the windows: one coordinate for each dimension, for example -1,0.5
    #[arg(long, value_name = "X,Y,...", value_delimiter = ',', allow_hyphen_values = true, value_parser = coordinate)]
    center: Option<Vec<f64>>,
    /// File of centers, .npy or .csv: one center per row
    #[arg(long, value_name = "FILE")]
    centers: Option<PathBuf>,
    /// Width h of the window, above 0: a sample is inside if it is at most h/2 away in each dimension
    #[arg(long, value_name = "H", allow_hyphen_values = true, value_parser = number)]
    width: Option<f64>,
    /// Several widths: a,b,c or start:stop:count (evenly spaced, both ends included)
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    widths: Option<WidthList>,
    /// Columns of the samples that are the dimensions, by header name or position counted from 0
    #[arg(long, value_name = "A,B,...", value_delimiter = ',')]
    columns: Option<Vec<String>>,
    /// Instruction set; "auto" takes the best that this CPU has, see "parzen machine"
    #[arg(long, value_name = "NAME", default_value = "auto")]
    isa: String,
    /// How to count, see "parzen list"; the counts never depend on it [default: what suits samples and
    /// windows]
    #[arg(long, value_name = "NAME")]
    algorithm: Option<String>,
    /// Say on standard error how it is counted, and why
    #[arg(long)]
    explain: bool,
    /// Number of workers, up to 4 for each allowed CPU; the counts never depend on it [default: all
    /// allowed CPUs for large data, otherwise 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = workers)]
    workers: Option<usize>,
    /// What to do with rows that hold NaN or an infinity
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    nonfinite: NonFiniteRows,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// [`NonFinite`] as it stands on the command line.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum NonFiniteRows {
    /// Stop with an error that names the first one
    #[default]
    Reject,
    /// Leave them out, of the counts and of n, and say how many
    Drop,
}

impl From<NonFiniteRows> for NonFinite {
    fn from(rows: NonFiniteRows) -> Self {
        match rows {
            NonFiniteRows::Reject => Self::Reject,
            NonFiniteRows::Drop => Self::Drop,
        }
    }
}

/// One number of `--center`.
fn coordinate(text: &str) -> Result<f64, String> {
    number(text).map_err(|wrong| format!("{wrong}; allowed: finite numbers such as -1,0.5"))
}

/// The number of `--workers`.
fn workers(text: &str) -> Result<usize, String> {
    let most = WORKERS_PER_CPU * affinity::allowed().len().max(1);
    let workers = text.parse().ok().filter(|workers| (1..=most).contains(workers));
    workers.ok_or_else(|| {
        format!("allowed: 1 to {most}, {WORKERS_PER_CPU} for each CPU that may be used")
    })
}

/// Reads, counts and prints.
///
/// # Errors
/// Whatever is wrong with the arguments or the files; a standard output that cannot be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let widths = widths(arguments)?;
    let isa = match arguments.isa.as_str() {
        "auto" => kernel::isa::best(),
        name => kernel::isa::by_name(name)?,
    };
    let algorithm = arguments.algorithm.as_deref().map(kernel::algorithm::by_name).transpose()?;
    let options = Options {
        columns: arguments.columns.clone().map_or(Columns::All, Columns::Chosen),
        non_finite: arguments.nonfinite.into(),
    };
    let input = read(&arguments.samples, &options, "reading samples")?;
    check_not_empty(&arguments.samples, &input)?;
    let centers = centers(arguments, &input.samples)?;
    let allowed = affinity::allowed().len();
    let m = centers.len() / input.samples.d();
    let sensible = sensible_workers(input.samples.n(), m, allowed);
    let workers = arguments.workers.unwrap_or(sensible);
    let report = report(&input, &Query { centers, widths, isa, algorithm, workers })?;
    if arguments.explain {
        eprintln!("{}: {}", report.answer.algorithm, report.answer.reason);
    }
    output::to_stdout(|out| {
        if arguments.json { output::json(out, &report) } else { output::count::write(out, &report) }
    })
}

/// The widths, of whichever argument was given.
fn widths(arguments: &Arguments) -> Result<Widths, kernel::Error> {
    let single = arguments.width.map(|width| Widths::new(&[width]));
    let several = || arguments.widths.as_ref().map(WidthList::widths);
    single.or_else(several).unwrap_or_else(|| Widths::new(&[]))
}

fn read(path: &Path, options: &Options, what: &'static str) -> Result<input::Input, input::Error> {
    let progress = Progress::start(what, input::file_bytes(path));
    input::read(path, options, &mut |bytes| progress.advance(bytes))
}

fn check_not_empty(path: &Path, input: &input::Input) -> anyhow::Result<()> {
    if input.samples.n() > 0 {
        return Ok(());
    }
    match input.dropped_rows {
        0 => bail!("{}: holds no samples; at least 1 is needed", path.display()),
        rows => bail!(
            "{}: holds no finite samples; all {rows} rows were dropped, at least 1 is needed",
            path.display()
        ),
    }
}

/// All centers, one after another, each with as many coordinates as the samples have dimensions.
fn centers(arguments: &Arguments, samples: &AnySamples) -> anyhow::Result<Vec<f64>> {
    let Some(path) = &arguments.centers else {
        let center = arguments.center.clone().unwrap_or_default();
        check_dimension(center.len(), samples).context("--center")?;
        return Ok(center);
    };
    let input = read(path, &Options::default(), "reading centers")?;
    check_dimension(input.samples.d(), samples).with_context(|| path.display().to_string())?;
    if input.samples.n() == 0 {
        bail!("{}: holds no centers; at least 1 is needed", path.display());
    }
    Ok(input.samples.to_rows())
}

fn check_dimension(found: usize, samples: &AnySamples) -> Result<(), kernel::Error> {
    match samples.d() {
        expected if expected == found => Ok(()),
        expected => Err(kernel::Error::Dimension { what: "center", expected, found }),
    }
}

fn report(input: &input::Input, query: &Query) -> anyhow::Result<Report> {
    let samples = &input.samples;
    let progress = Progress::start("counting", (query.centers.len() / samples.d()) as u64);
    let answer =
        for_any!(samples, samples => query.answer(samples, &mut |done| progress.advance(done)))?;
    Ok(Report {
        answer,
        element: samples.element(),
        checksum: samples.checksum().to_string(),
        pages: for_any!(samples, samples => pages::of_samples(samples)),
        dropped_rows: input.dropped_rows,
        workers: query.workers_for(samples.n()),
    })
}
