//! `parzen count`: counts the samples of a file inside windows.
//!
//! Next: [`crate::input`] reads, [`crate::query`] counts, [`crate::output::count`] lays out; `samples` has
//! the arguments that other commands take, too.

use anyhow::Context as _;
use clap::ArgGroup;

use super::samples::{Centers, Method, Size, Source};
use super::widths::WidthList;
use crate::for_any;
use crate::input::Input;
use crate::machine::pages;
use crate::output::{self, count::Report, progress::Progress};
use crate::query::{Query, Windows};

/// Arguments of `parzen count`.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("windows").required(true).args(["width", "widths", "widths_per_dimension"]))]
#[command(group = ArgGroup::new("places").required(true).args(["center", "centers"]))]
#[command(after_help = "Examples:\n  \
    parzen count --samples points.npy --center 0,0 --widths 0.1:1.2:12\n  \
    parzen count --samples points.csv --columns x,y --centers grid.csv --width 0.5 --json")]
pub struct Arguments {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    centers: Centers,
    #[command(flatten)]
    size: Size,
    /// Several widths: a,b,c or start:stop:count (evenly spaced, both ends included)
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    widths: Option<WidthList>,
    #[command(flatten)]
    method: Method,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
}

/// Reads, counts and prints.
///
/// # Errors
/// Whatever is wrong with the arguments or the files; a standard output that cannot be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let windows = windows(arguments)?;
    let method = arguments.method.known()?;
    let input = arguments.source.read()?;
    let windows = windows.checked(input.samples.d()).context("--widths-per-dimension")?;
    let centers = arguments.centers.read(&input.samples)?.unwrap_or_default();
    let report = report(&input, &method.query(centers, windows, &input.samples))?;
    arguments.method.explain(report.answer.algorithm, &report.answer.reason);
    output::to_stdout(|out| {
        if arguments.json { output::json(out, &report) } else { output::count::write(out, &report) }
    })
}

/// The windows, of whichever argument was given.
fn windows(arguments: &Arguments) -> anyhow::Result<Windows> {
    if let Some(windows) = arguments.size.windows()? {
        return Ok(windows);
    }
    let widths = arguments.widths.as_ref().map(WidthList::widths).transpose()?;
    let widths = widths.as_ref().map_or(&[][..], kernel::Widths::as_slice);
    Ok(Windows::cubes(widths, arguments.size.faces())?)
}

fn report(input: &Input, query: &Query) -> anyhow::Result<Report> {
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
