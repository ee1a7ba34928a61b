//! `parzen count`: counts the samples of a file inside windows.
//!
//! Next: [`crate::input`] reads, [`crate::query`] counts, [`crate::output::count`] lays out;
//! [`crate::budget`] says whether a file is read whole; `samples` has the arguments that other commands
//! take, too.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::ArgGroup;

use super::arguments::memory;
use super::samples::{Centers, Method, Size, Source, available_memory, leave, weighed};
use super::weights::WeightsFile;
use super::widths::{LIST, WIDTHS_PER_DIMENSION, WidthList, refusal};
use crate::budget::{Budget, Bytes, Plan};
use crate::for_any;
use crate::input::{self, Caching, Length, Opened, Problem, Rows};
use crate::machine::{pages, resident};
use crate::output::{self, count::Report, file, progress::Progress};
use crate::query::{self, Query, Windows, chunks::Cut};
use crate::workload::Rounded;

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
    /// Several widths: a,b,c or start:stop:count (evenly spaced, both ends included; in decimals where the
    /// step is one, otherwise as NumPy's linspace)
    #[arg(long, value_name = "LIST", allow_hyphen_values = true)]
    widths: Option<WidthList>,
    #[command(flatten)]
    weights: WeightsFile,
    #[command(flatten)]
    method: Method,
    /// Memory that samples, what is prepared for them, and the answer may take, such as 1GiB, 500MB or a
    /// number of bytes. A file that does not fit is counted in chunks while it is read, but not one with
    /// --weights; the counts never depend on it [default: half of the memory that is available]
    #[arg(long, value_name = "SIZE", allow_hyphen_values = true, value_parser = memory)]
    memory: Option<Budget>,
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
    /// Write JSON into this file instead of printing anything; it appears whole or not at all
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Reads, counts and prints.
///
/// # Errors
/// Whatever is wrong with the arguments or the files; a result that cannot be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let leave = leave()?;
    let windows = windows(arguments)?;
    let method = arguments.method.known()?;
    arguments.weights.check(&arguments.method)?;
    if let Some(path) = &arguments.out {
        let read = [&[arguments.source.path()][..], &arguments.centers.files()].concat();
        let read = read.into_iter().chain(arguments.weights.path()).collect::<Vec<_>>();
        file::check_results(&[path], &read)?;
    }
    let opened = arguments.source.open()?;
    let (most, d) = (opened.shape().length.most(), opened.shape().d());
    let windows = windows.checked(d).context(WIDTHS_PER_DIMENSION)?;
    let centers = arguments.centers.read(d)?.unwrap_or_default();
    let report = report(arguments, opened, &method.query(centers, windows, (most, d)))?;
    arguments.method.explain(report.answer.algorithm, &report.answer.reason);
    if let Some(weighing) = &report.answer.weighing {
        arguments.method.explain(weighing.algorithm, &weighing.reason);
    }
    match &arguments.out {
        Some(path) => leave.while_writing(|interrupt| {
            file::stage(path, interrupt, |out| output::json(out, &report))?.keep().map(drop)
        }),
        None if arguments.json => output::to_stdout(|out| output::json(out, &report)),
        None => output::to_stdout(|out| output::count::write(out, &report)),
    }
}

/// The windows, of whichever argument was given.
fn windows(arguments: &Arguments) -> anyhow::Result<Windows> {
    if let Some(windows) = arguments.size.windows()? {
        return Ok(windows);
    }
    let widths = arguments.widths.as_ref().map(WidthList::widths).transpose();
    let widths = widths.map_err(|error| refusal(LIST, error))?;
    let widths = widths.as_ref().map_or(&[][..], kernel::Widths::as_slice);
    Ok(Windows::cubes(widths, arguments.size.faces())?)
}

/// Counts, with all samples in memory or chunk by chunk, as the memory allows.
fn report(arguments: &Arguments, opened: Opened, query: &Query) -> anyhow::Result<Report> {
    let available = available_memory();
    let budget = arguments.memory.unwrap_or_else(|| Budget::of_available(available));
    let shape = opened.shape();
    let workers = query.workers_for(shape.length.most());
    if arguments.weights.is_given() {
        return with_weights(arguments, opened, query, budget);
    }
    let source = &arguments.source;
    match budget.plan(shape, opened.element_bytes(), query.demand(shape.d()), workers)? {
        Plan::Whole => whole(arguments, opened, query, budget),
        Plan::Chunks { rows, block } => {
            let is_beyond = available.is_some_and(|bytes| source.bytes() > bytes);
            let caching = if is_beyond { Caching::Forget } else { Caching::Usual };
            let cut = Cut { rows, block, caching };
            match opened {
                Opened::Double(rows) => in_chunks(source, rows, query, cut, budget),
                Opened::Single(rows) => in_chunks(source, rows, query, cut, budget),
            }
        }
    }
}

/// With weights, for which all samples are in memory. Where only reading tells how many there are, it ends as soon
/// as there are too many.
fn with_weights(
    arguments: &Arguments,
    opened: Opened,
    query: &Query,
    budget: Budget,
) -> anyhow::Result<Report> {
    let (source, shape, element_bytes) =
        (&arguments.source, opened.shape().clone(), opened.element_bytes());
    let (demand, workers) = (query.demand(shape.d()), query.workers_for(shape.length.most()));
    let most = budget.most_weighed(&shape, element_bytes, demand, workers)?;
    let beyond = |remedy: &str| {
        format!(
            "--weights: {source} and its weights take more than --memory, {}; samples with weights are not \
             counted in chunks: {remedy}",
            Bytes(budget.bytes())
        )
    };
    if let Length::Exactly(n) = shape.length
        && n > most
    {
        let least = Budget::least_weighed(n, &shape, element_bytes, demand, workers);
        bail!(beyond(&format!("raise it to at least {} bytes", least.bytes())));
    }
    whole(arguments, opened.at_most(most), query, budget).map_err(|error| {
        match error.downcast_ref::<input::Error>() {
            Some(input::Error { problem: Problem::Longer { .. }, path })
                if path == source.path() =>
            {
                error.context(beyond("raise it"))
            }
            _ => error,
        }
    })
}

/// With all samples in memory.
fn whole(
    arguments: &Arguments,
    opened: Opened,
    query: &Query,
    budget: Budget,
) -> anyhow::Result<Report> {
    let input = arguments.source.read_opened(opened)?;
    let weights = arguments.weights.read(&arguments.source, &input)?;
    let samples = &input.samples;
    let progress = Progress::start("counting", (query.centers.len() / samples.d()) as u64);
    let mut answer =
        for_any!(samples, samples => query.answer(samples, &mut |done| progress.advance(done)))?;
    drop(progress);
    if let Some(weights) = &weights {
        answer = answer.with_weights(weighed(query, samples, weights, "weighing")?, weights);
    }
    Ok(Report {
        answer,
        element: samples.element(),
        checksum: samples.checksum().to_string(),
        pages: for_any!(samples, samples => pages::of_samples(samples)),
        dropped_rows: input.dropped.len(),
        workers: query.workers_for(samples.n()),
        chunks: 1,
        memory_bytes: budget.bytes(),
        peak_memory_bytes: resident::peak_bytes(),
    })
}

fn in_chunks<T: Rounded>(
    source: &Source,
    rows: Rows<T>,
    query: &Query,
    cut: Cut,
    budget: Budget,
) -> anyhow::Result<Report> {
    let (d, most) = (rows.shape.d(), rows.shape.length.most());
    let progress = Progress::start("reading and counting", source.bytes());
    let tally = query.tally(rows, cut, &mut |bytes| progress.advance(bytes));
    let tally = tally.map_err(|error| match error {
        query::Error::Rows(problem) => anyhow::Error::from(source.refused(problem)),
        error => error.into(),
    })?;
    drop(progress);
    source.check_not_empty(tally.n, tally.dropped_rows)?;
    Ok(Report {
        element: T::NAME,
        checksum: tally.checksum.to_string(),
        pages: tally.pages,
        dropped_rows: tally.dropped_rows,
        workers: query.workers_for(most),
        chunks: tally.chunks,
        answer: query.answered(tally, d)?,
        memory_bytes: budget.bytes(),
        peak_memory_bytes: resident::peak_bytes(),
    })
}
