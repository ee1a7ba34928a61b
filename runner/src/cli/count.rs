//! `parzen count`: counts the samples of a file inside windows.
//!
//! Next: [`crate::input`] reads, [`crate::query`] counts, [`crate::output::count`] lays out;
//! [`crate::budget`] says whether a file is read whole.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::{ArgGroup, ValueEnum};
use kernel::Widths;

use super::arguments::memory;
use super::widths::{LIST, WidthList, number, refusal};
use crate::budget::{Budget, Plan};
use crate::failure::Failure;
use crate::for_any;
use crate::input::{self, Caching, Columns, NonFinite, Opened, Options, Rows};
use crate::machine::{State, Tree, affinity, pages, resident};
use crate::output::{self, count::Report, progress::Progress};
use crate::query::{self, Query, chunks::Cut, sensible_workers};
use crate::study::interrupt::Leave;
use crate::workload::Rounded;

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
    /// The first row of a .csv is a header if none of its fields is a number. Builds with the feature
    /// "parquet" also read .parquet
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
    /// Several widths: a,b,c or start:stop:count (evenly spaced, both ends included; in decimals where the
    /// step is one, otherwise as NumPy's linspace)
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
    /// Memory that samples, what is prepared for them, and the answer may take, such as 1GiB, 500MB or a
    /// number of bytes. A file that does not fit is counted in chunks while it is read; the counts never
    /// depend on it [default: half of the memory that is available]
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true, value_parser = memory)]
    memory: Option<Budget>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
    /// Write JSON into this file instead of printing anything; it appears whole or not at all
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
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
/// Whatever is wrong with the arguments or the files; a result that cannot be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let leave = Leave::on_signals().context("signals cannot be caught")?;
    let widths = widths(arguments)?;
    let isa = match arguments.isa.as_str() {
        "auto" => kernel::isa::best(),
        name => kernel::isa::by_name(name)?.checked()?,
    };
    let algorithm = arguments.algorithm.as_deref().map(kernel::algorithm::by_name).transpose()?;
    if let Some(path) = &arguments.out {
        let unwritable = || Failure::Unwritable(format!("cannot write {}", path.display()));
        output::file::check(path).with_context(unwritable)?;
    }
    let options = Options {
        columns: arguments.columns.clone().map_or(Columns::All, Columns::Chosen),
        non_finite: arguments.nonfinite.into(),
    };
    let opened = input::open(&arguments.samples, &options)?;
    let d = opened.shape().d();
    let centers = centers(arguments, d)?;
    let allowed = affinity::allowed().len();
    let sensible = sensible_workers(opened.shape().length.most(), centers.len() / d, allowed);
    let workers = arguments.workers.unwrap_or(sensible);
    let query = Query { centers, widths, isa, algorithm, workers };
    let report = report(arguments, opened, &query)?;
    if arguments.explain {
        eprintln!("{}: {}", report.answer.algorithm, report.answer.reason);
    }
    match &arguments.out {
        Some(path) => output::to_file(path, &report, &leave),
        None if arguments.json => output::to_stdout(|out| output::json(out, &report)),
        None => output::to_stdout(|out| output::count::write(out, &report)),
    }
}

/// The widths, of whichever argument was given.
fn widths(arguments: &Arguments) -> anyhow::Result<Widths> {
    match (arguments.width, &arguments.widths) {
        (Some(width), _) => Widths::new(&[width]).map_err(|error| refusal("--width", error)),
        (None, Some(several)) => several.widths().map_err(|error| refusal(LIST, error)),
        (None, None) => Ok(Widths::new(&[])?),
    }
}

fn read(path: &Path, options: &Options, what: &'static str) -> Result<input::Input, input::Error> {
    let progress = Progress::start(what, input::file_bytes(path));
    input::read(path, options, &mut |bytes| progress.advance(bytes))
}

fn check_not_empty(path: &Path, n: usize, dropped_rows: usize) -> anyhow::Result<()> {
    match (n, dropped_rows) {
        (1.., _) => Ok(()),
        (0, 0) => bail!("{}: holds no samples; at least 1 is needed", path.display()),
        (0, rows) => bail!(
            "{}: holds no finite samples; all {rows} rows were dropped, at least 1 is needed",
            path.display()
        ),
    }
}

/// All centers, one after another, each with as many coordinates as the samples have dimensions.
fn centers(arguments: &Arguments, d: usize) -> anyhow::Result<Vec<f64>> {
    let Some(path) = &arguments.centers else {
        let center = arguments.center.clone().unwrap_or_default();
        check_dimension(center.len(), d).context("--center")?;
        return Ok(center);
    };
    let input = read(path, &Options::default(), "reading centers")?;
    check_dimension(input.samples.d(), d).with_context(|| path.display().to_string())?;
    if input.samples.n() == 0 {
        bail!("{}: holds no centers; at least 1 is needed", path.display());
    }
    Ok(input.samples.to_rows())
}

fn check_dimension(found: usize, expected: usize) -> Result<(), kernel::Error> {
    if found == expected {
        return Ok(());
    }
    Err(kernel::Error::Dimension { what: "center", expected, found })
}

/// Counts, with all samples in memory or chunk by chunk, as the memory allows.
fn report(arguments: &Arguments, opened: Opened, query: &Query) -> anyhow::Result<Report> {
    let available = State::read(&Tree::new(Path::new("/"))).available_memory_bytes;
    let budget = arguments.memory.unwrap_or_else(|| Budget::of_available(available));
    let shape = opened.shape();
    let windows = query.windows(shape.d());
    let workers = query.workers_for(shape.length.most());
    let path = &arguments.samples;
    match budget.plan(shape, opened.element_bytes(), windows, workers)? {
        Plan::Whole => whole(path, opened, query, budget),
        Plan::Chunks { rows, block } => {
            let is_beyond = available.is_some_and(|bytes| input::file_bytes(path) > bytes);
            let caching = if is_beyond { Caching::Forget } else { Caching::Usual };
            let cut = Cut { rows, block, caching };
            match opened {
                Opened::Double(rows) => in_chunks(path, rows, query, cut, budget),
                Opened::Single(rows) => in_chunks(path, rows, query, cut, budget),
            }
        }
    }
}

fn whole(path: &Path, opened: Opened, query: &Query, budget: Budget) -> anyhow::Result<Report> {
    let progress = Progress::start("reading samples", input::file_bytes(path));
    let input = input::read_opened(path, opened, &mut |bytes| progress.advance(bytes))?;
    drop(progress);
    let samples = &input.samples;
    check_not_empty(path, samples.n(), input.dropped_rows)?;
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
        chunks: 1,
        memory_bytes: budget.bytes(),
        peak_memory_bytes: resident::peak_bytes(),
    })
}

fn in_chunks<T: Rounded>(
    path: &Path,
    rows: Rows<T>,
    query: &Query,
    cut: Cut,
    budget: Budget,
) -> anyhow::Result<Report> {
    let (d, most) = (rows.shape.d(), rows.shape.length.most());
    let progress = Progress::start("reading and counting", input::file_bytes(path));
    let tally = query.tally(rows, cut, &mut |bytes| progress.advance(bytes));
    let tally = tally.map_err(|error| match error {
        query::Error::Rows(problem) => anyhow::Error::from(problem.of(path)),
        error => error.into(),
    })?;
    drop(progress);
    check_not_empty(path, tally.n, tally.dropped_rows)?;
    Ok(Report {
        answer: query.answered(&tally, d)?,
        element: T::NAME,
        checksum: tally.checksum.to_string(),
        pages: tally.pages,
        dropped_rows: tally.dropped_rows,
        workers: query.workers_for(most),
        chunks: tally.chunks,
        memory_bytes: budget.bytes(),
        peak_memory_bytes: resident::peak_bytes(),
    })
}
