//! What the commands that count files share: where samples and centers come from, how they are counted, and
//! how large windows are.
//!
//! Structs that clap flattens into the arguments of a command. Next: [`super::count`].

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::ValueEnum;
use kernel::algorithm::Algorithm;
use kernel::isa::Isa;
use kernel::{Faces, Weights};

use super::arguments::{instruction_set, workers_here};
use super::widths::{WIDTH, WIDTHS_PER_DIMENSION, number, refusal};
use crate::budget::{Bytes, Means, Need};
use crate::failure::Failure;
use crate::for_any;
use crate::input::{self, AnySamples, Columns, Input, Length, NonFinite, Opened, Options, Problem};
use crate::machine::{State, Tree, affinity};
use crate::output::progress::Progress;
use crate::query::{self, Counted, Query, Windows, sensible_workers};
use crate::study::interrupt::Leave;

/// The samples, and what of them is read.
#[derive(Debug, clap::Args)]
pub struct Source {
    /// File of samples, .npy (f8 or f4; n x d, or n) or .csv: rows are samples, columns dimensions.
    /// The first row of a .csv is a header if it holds a name and no number; NA is neither. Builds with the
    /// feature "parquet" also read .parquet
    #[arg(long = "samples", value_name = "FILE")]
    path: PathBuf,
    /// Columns of the samples that are the dimensions, by header name or position counted from 0
    #[arg(long, value_name = "A,B,...", value_delimiter = ',')]
    columns: Option<Vec<String>>,
    /// What to do with rows that hold NaN or an infinity
    #[arg(long, value_enum, value_name = "WHAT", default_value_t)]
    nonfinite: NonFiniteRows,
}

/// Centers of windows.
#[derive(Debug, clap::Args)]
pub struct Centers {
    /// Center of the windows: one coordinate for each dimension, for example -1,0.5
    #[arg(long, value_name = "X,Y,...", value_delimiter = ',', allow_hyphen_values = true, value_parser = coordinate)]
    center: Option<Vec<f64>>,
    /// File of centers, .npy or .csv: one center per row
    #[arg(long, value_name = "FILE")]
    centers: Option<PathBuf>,
}

/// The size of one window, and its faces.
#[derive(Debug, clap::Args)]
pub struct Size {
    /// Width h of the window, above 0: a sample is inside if it is at most h/2 away in each dimension
    #[arg(long, value_name = "H", allow_hyphen_values = true, value_parser = number)]
    width: Option<f64>,
    /// The window is a box: a width for each dimension
    #[arg(long, value_name = "H1,H2,...", value_delimiter = ',', allow_hyphen_values = true, value_parser = number)]
    widths_per_dimension: Option<Vec<f64>>,
    /// Samples on the faces of a window, exactly h/2 away, are outside [default: they are inside]
    #[arg(long)]
    open: bool,
}

/// How it is counted; no count depends on it.
#[derive(Debug, clap::Args)]
pub struct Method {
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
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = workers_here)]
    workers: Option<usize>,
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

/// The path of a picture.
pub(super) fn svg_file(text: &str) -> Result<PathBuf, String> {
    with_extension(text, "svg")
}

/// A path with exactly this extension.
pub(super) fn with_extension(text: &str, allowed: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let found = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    if found == allowed {
        Ok(path)
    } else {
        Err(format!("unknown extension '{found}'; allowed: {allowed}"))
    }
}

/// The name of the file.
impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.display().fmt(f)
    }
}

impl Source {
    /// The file, opened but not read.
    pub(super) fn open(&self) -> Result<Opened, input::Error> {
        let options = Options {
            columns: self.columns.clone().map_or(Columns::All, Columns::Chosen),
            non_finite: self.nonfinite.into(),
        };
        input::open(&self.path, &options)
    }

    /// The samples, at least one.
    pub(super) fn read_opened(&self, opened: Opened) -> anyhow::Result<Input> {
        let progress = Progress::start("reading samples", self.bytes());
        let input = input::read_opened(&self.path, opened, &mut |bytes| progress.advance(bytes))?;
        self.check_not_empty(input.samples.n(), input.dropped.len())?;
        Ok(input)
    }

    /// The samples, at least one, if they fit into the memory that is available together with what is needed
    /// `beside` n of them of d dimensions and so many bytes: known beforehand, because a system that promised
    /// more memory than it has ends a program without a word. `advice` says what to do otherwise.
    pub(super) fn read(
        &self,
        beside: &dyn Fn((usize, usize), usize) -> Need,
        advice: &'static str,
    ) -> anyhow::Result<Input> {
        let opened = self.open()?;
        let (d, element_bytes) = (opened.shape().d(), opened.element_bytes());
        // Samples that are there already are no longer in the memory that is available.
        let fits = |n: usize, there: u64| {
            let samples = (n as u64).saturating_mul((d * element_bytes) as u64);
            let mut need = beside((n, d), element_bytes);
            need.samples = need.samples.saturating_add(samples);
            let checked = need.check(available_memory().map(|bytes| bytes.saturating_add(there)));
            checked.map_err(|error| anyhow::anyhow!("{self}: {error}; {advice}"))
        };
        let length = opened.shape().length;
        if let Length::Exactly(n) = length {
            fits(n, 0)?;
        }
        let input = self.read_opened(opened)?;
        if let Length::AtMost(_) = length {
            fits(input.samples.n(), input.samples.bytes())?;
        }
        Ok(input)
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of the file, 0 if it cannot be told.
    pub(super) fn bytes(&self) -> u64 {
        input::file_bytes(&self.path)
    }

    /// The refusal of what the file holds.
    pub(super) fn refused(&self, problem: Problem) -> input::Error {
        problem.of(&self.path)
    }

    /// Refuses a file of which no row is left.
    pub(super) fn check_not_empty(&self, n: usize, dropped_rows: usize) -> anyhow::Result<()> {
        match (n, dropped_rows) {
            (1.., _) => Ok(()),
            (0, 0) => bail!("{self}: holds no samples; at least 1 is needed"),
            (0, rows) => bail!(
                "{self}: holds no finite samples; all {rows} rows were dropped, at least 1 is needed"
            ),
        }
    }

    /// Names of the d dimensions: those of the columns that were chosen by name, otherwise `x0`, `x1`, …
    pub(super) fn names(&self, d: usize) -> Vec<String> {
        let name = |j: usize| self.columns.as_ref().and_then(|columns| columns.get(j));
        let chosen = |j| name(j).filter(|name| name.trim().parse::<usize>().is_err());
        let named = |j| chosen(j).map_or_else(|| format!("x{j}"), |name| name.trim().to_owned());
        (0..d).map(named).collect()
    }
}

impl Centers {
    /// The file that they come from, if there is one.
    pub(super) fn files(&self) -> Vec<&Path> {
        self.centers.iter().map(PathBuf::as_path).collect()
    }

    /// All centers, one after another, each with d coordinates, as many as the samples have dimensions;
    /// `None` if none were given.
    pub(super) fn read(&self, d: usize) -> anyhow::Result<Option<Vec<f64>>> {
        let Some(path) = &self.centers else {
            let Some(center) = &self.center else { return Ok(None) };
            check_dimension(center.len(), d).context("--center")?;
            return Ok(Some(center.clone()));
        };
        let opened = input::open(path, &Options::default())?;
        check_dimension(opened.shape().d(), d).with_context(|| path.display().to_string())?;
        let opened = within_memory(path, opened)?;
        let progress = Progress::start("reading centers", input::file_bytes(path));
        let input = input::read_opened(path, opened, &mut |bytes| progress.advance(bytes))?;
        drop(progress);
        if input.samples.n() == 0 {
            bail!("{}: holds no centers; at least 1 is needed", path.display());
        }
        Ok(Some(input.samples.to_rows()))
    }
}

impl Size {
    /// Whether samples on the faces are inside.
    pub(super) fn faces(&self) -> Faces {
        if self.open { Faces::Open } else { Faces::Closed }
    }

    /// The window; `None` if neither a width nor a box was given.
    pub(super) fn windows(&self) -> anyhow::Result<Option<Windows>> {
        if let Some(widths) = &self.widths_per_dimension {
            let windows = Windows::of_box(widths, self.faces());
            return windows.map(Some).map_err(|error| refusal(WIDTHS_PER_DIMENSION, error));
        }
        let windows = self.width.map(|width| Windows::cubes(&[width], self.faces())).transpose();
        windows.map_err(|error| refusal(WIDTH, error))
    }
}

/// [`Method`] with its names looked up.
#[derive(Debug)]
pub(super) struct Known<'a> {
    isa: &'static Isa,
    algorithm: Option<&'static Algorithm>,
    method: &'a Method,
}

impl Method {
    /// Looks the names up, before any file is read.
    pub(super) fn known(&self) -> Result<Known<'_>, kernel::Error> {
        let isa = instruction_set(&self.isa)?;
        Ok(Known { isa, algorithm: self.algorithm()?, method: self })
    }

    /// The algorithm that was asked for.
    pub(super) fn algorithm(&self) -> Result<Option<&'static Algorithm>, kernel::Error> {
        self.algorithm.as_deref().map(kernel::algorithm::by_name).transpose()
    }

    /// Says how it was counted, if that was asked for.
    pub(super) fn explain(&self, algorithm: &str, reason: &str) {
        if self.explain {
            eprintln!("{algorithm}: {reason}");
        }
    }
}

impl Known<'_> {
    /// How it is counted, as far as that is known before the samples are.
    pub(super) fn means(&self) -> Means {
        query::chunks::means(self.algorithm)
    }

    /// These windows around these centers, to be counted over n samples of d dimensions.
    pub(super) fn query(
        &self,
        centers: Vec<f64>,
        windows: Windows,
        (n, d): (usize, usize),
    ) -> Query {
        let sensible = sensible_workers(n, centers.len() / d, affinity::allowed().len());
        let workers = self.method.workers.unwrap_or(sensible);
        Query { centers, windows, isa: self.isa, algorithm: self.algorithm, workers }
    }
}

/// Counts, and shows how far it is.
pub(super) fn counted(
    query: &Query,
    samples: &AnySamples,
    what: &'static str,
) -> anyhow::Result<Counted> {
    let progress = Progress::start(what, (query.centers.len() / samples.d()) as u64);
    Ok(for_any!(samples, samples => query.counts(samples, &mut |done| progress.advance(done)))?)
}

/// Weighs what is in the windows, and shows how far it is.
pub(super) fn weighed(
    query: &Query,
    samples: &AnySamples,
    weights: &Weights,
    what: &'static str,
) -> anyhow::Result<Counted> {
    let progress = Progress::start(what, (query.centers.len() / samples.d()) as u64);
    let advance = &mut |done| progress.advance(done);
    Ok(for_any!(samples, samples => query.weighed(samples, weights, advance))?)
}

/// How Ctrl-C ends a command that measures nothing, from now on.
pub(super) fn leave() -> anyhow::Result<Leave> {
    Leave::on_signals().with_context(|| Failure::Measurement("signals cannot be caught".into()))
}

/// Memory that can be had, in bytes; `None` where the system does not tell.
pub(super) fn available_memory() -> Option<u64> {
    State::read(&Tree::new(Path::new("/"))).available_memory_bytes
}

/// Opened centers, if there is memory for them, or until there is none.
fn within_memory(path: &Path, opened: Opened) -> anyhow::Result<Opened> {
    let Some(available) = available_memory() else { return Ok(opened) };
    // In columns, row by row, and for a while as they were read.
    let bytes = 3 * (size_of::<f64>() * opened.shape().d()) as u64;
    let most = available / bytes;
    match opened.shape().length {
        Length::Exactly(n) if n as u64 > most => bail!(
            "{}: its {n} centers take up to {}, and {} of memory are available",
            path.display(),
            Bytes(bytes.saturating_mul(n as u64)),
            Bytes(available)
        ),
        _ => Ok(opened.at_most(usize::try_from(most).unwrap_or(usize::MAX))),
    }
}

fn check_dimension(found: usize, expected: usize) -> Result<(), kernel::Error> {
    if found == expected {
        return Ok(());
    }
    Err(kernel::Error::Dimension { what: "center", expected, found })
}
