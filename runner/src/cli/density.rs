//! `parzen density`: densities at given centers, at the samples, or on a grid.
//!
//! Next: [`crate::density`], places and what counts mean; [`crate::output::density`], which lays out;
//! [`crate::output::picture`], which draws.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::ArgGroup;
use kernel::Weights;

use super::samples::{
    Centers, Known, Method, Size, Source, counted, leave, svg_file, weighed, with_extension,
};
use super::weights::WeightsFile;
use super::widths::WIDTHS_PER_DIMENSION;
use crate::budget::{Demand, Means, Need};
use crate::density::grid::Spec;
use crate::density::{self, Estimate, Itself, Places};
use crate::failure::Failure;
use crate::input::{AnySamples, Input};
use crate::output;
use crate::output::density::{FORMATS, Report, Values, format_of, json, npy};
use crate::output::file::{self, Staged};
use crate::output::picture::{self, Picture, Scene};
use crate::query::{Counted, Query, Windows};
use crate::study::interrupt::Interrupt;

/// Points in each dimension where only a picture is asked for.
const PICTURE_ALONE: usize = 200;

/// Arguments of `parzen density`.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("windows").required(true).args(["width", "widths_per_dimension"]))]
#[command(group = ArgGroup::new("places").args(["center", "centers", "at_samples", "grid"]))]
#[command(after_help = "Examples:\n  \
    parzen density --samples points.npy --width 0.5 --center 0,0\n  \
    parzen density --samples points.npy --width 0.5 --at-samples --leave-out-self --out p.npy\n  \
    parzen density --samples points.csv --width 0.5 --grid 200 --out p.npy --svg p.svg\n  \
    parzen density --samples points.csv --widths-per-dimension 0.5,2 --grid=-3:3:61,0:10:101 --json")]
pub struct Arguments {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    centers: Centers,
    /// Every sample is a center
    #[arg(long)]
    at_samples: bool,
    /// With --at-samples: a sample is not counted in its own window, (k - 1) / (n - 1) / volume
    // `requires` alone is not enough: it gives way to the conflict of the places.
    #[arg(long, requires = "at_samples", conflicts_with_all = ["center", "centers", "grid"])]
    leave_out_self: bool,
    /// Places on a grid, up to 3 dimensions: points in each, over what the samples span and half a window
    /// more; or start:stop:points for each dimension, with commas between them
    #[arg(long, value_name = "SPEC", allow_hyphen_values = true)]
    grid: Option<Spec>,
    #[command(flatten)]
    size: Size,
    #[command(flatten)]
    weights: WeightsFile,
    #[command(flatten)]
    wanted: Wanted,
    #[command(flatten)]
    method: Method,
}

/// What comes out, and where it goes.
#[derive(Debug, clap::Args)]
struct Wanted {
    /// Give the natural logarithm of the density; it is finite where the density leaves the range of doubles
    #[arg(long)]
    log: bool,
    /// Write the densities into a file: .npy (f8, the shape of the grid or one value for each center), .csv
    /// (a row for each center), or .json
    #[arg(long, value_name = "FILE", value_parser = out_file)]
    out: Option<PathBuf>,
    /// Write the counts into a .npy file (u8: unsigned integers of 8 bytes); there are none with --weights
    #[arg(long, value_name = "FILE", value_parser = npy_file, conflicts_with = "weights")]
    counts: Option<PathBuf>,
    /// Draw the estimate of all samples, up to 2 dimensions: a curve or a heat map. Without a place, this
    /// implies --grid 200
    #[arg(long, value_name = "FILE", value_parser = svg_file)]
    svg: Option<PathBuf>,
    /// Print JSON instead of a table or a summary
    #[arg(long)]
    json: bool,
}

impl Wanted {
    /// The files that are to be written.
    fn files(&self) -> Vec<&Path> {
        [&self.out, &self.counts, &self.svg].into_iter().flatten().map(PathBuf::as_path).collect()
    }
}

fn out_file(text: &str) -> Result<PathBuf, String> {
    format_of(Path::new(text)).map(|_| text.into())
}

fn npy_file(text: &str) -> Result<PathBuf, String> {
    with_extension(text, "npy")
}

/// Reads, counts, writes the files and prints.
///
/// # Errors
/// Whatever is wrong with the arguments or the files; a file or a standard output that cannot be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let leave = leave()?;
    let Some(windows) = arguments.size.windows()? else { bail!("there is no width") };
    let method = arguments.method.known()?;
    arguments.weights.check(&arguments.method)?;
    let read = [&[arguments.source.path()][..], &arguments.centers.files()].concat();
    let read = read.into_iter().chain(arguments.weights.path()).collect::<Vec<_>>();
    file::check_results(&arguments.wanted.files(), &read)?;
    let centers = arguments.centers.read(arguments.source.open()?.shape().d())?;
    let input = arguments.read(method.means(), centers.as_deref())?;
    let weights = arguments.weights.read_some(&arguments.source, &input)?;
    let samples = &input.samples;
    let windows = windows.checked(samples.d()).context(WIDTHS_PER_DIMENSION)?;
    if arguments.wanted.svg.is_some() {
        picture::check_dimensions(samples.d()).map_err(Failure::Input)?;
    }
    let (places, centers) = arguments.places(samples, &windows, centers)?;
    let of = (&input, weights.as_ref());
    let report = report(arguments, &method, of, (places, centers, windows))?;
    arguments.method.explain(report.algorithm, &report.reason);
    let picture = match &arguments.wanted.svg {
        Some(_) => Some(drawn(arguments, &method, (samples, weights.as_ref()), &report)?),
        None => None,
    };
    let written = leave.while_writing(|interrupt| {
        write_files(&arguments.wanted, &report, picture.as_deref(), interrupt)
    })?;
    output::to_stdout(|out| {
        if arguments.wanted.json {
            return output::json(out, &json::fields(&report));
        }
        output::density::write(out, &report)?;
        for path in &written {
            writeln!(out, "wrote {}", path.display())?;
        }
        if written.is_empty() && report.is_summarized() {
            let formats = FORMATS.iter().map(|format| format!(".{}", format.extension));
            let formats = formats.collect::<Vec<_>>().join(", ");
            writeln!(out, "--out FILE writes every value: {formats}")?;
        }
        Ok(())
    })
}

impl Arguments {
    /// The samples, if there is memory for them and their densities.
    fn read(&self, means: Means, centers: Option<&[f64]>) -> anyhow::Result<Input> {
        let beside = |(n, d): (usize, usize), element_bytes| {
            let places = match (centers, &self.grid) {
                (Some(centers), _) => centers.len() / d,
                _ if self.at_samples => n,
                (None, Some(spec)) => spec.points(d),
                (None, None) => Spec::Points(PICTURE_ALONE).points(d),
            };
            let demand = Demand { centers: places, widths: 1, means };
            let need = Need::of_densities(demand, (n, d), element_bytes);
            if self.weights.is_given() { need.with_weights(n) } else { need }
        };
        self.source.read(
            &beside,
            "ask for fewer places, take --algorithm brute_force, which has no index, or parzen count, which \
             counts files that do not fit",
        )
    }

    /// Where densities are wanted, and the coordinates of these places.
    fn places(
        &self,
        samples: &AnySamples,
        windows: &Windows,
        centers: Option<Vec<f64>>,
    ) -> anyhow::Result<(Places, Vec<f64>)> {
        if let Some(centers) = centers {
            return Ok((Places::Centers, centers));
        }
        if self.at_samples {
            let itself = if self.leave_out_self { Itself::LeftOut } else { Itself::Counted };
            return Ok((Places::Samples(itself), samples.to_rows()));
        }
        let alone = Spec::Points(PICTURE_ALONE);
        let implied = self.wanted.svg.as_ref().map(|_| &alone);
        let Some(spec) = self.grid.as_ref().or(implied) else {
            bail!("where? One of --center, --centers, --at-samples, --grid or --svg is needed")
        };
        let grid = spec.grid(&samples.ranges(), &widths(windows, samples.d())).context("--grid")?;
        let centers = grid.centers();
        Ok((Places::Grid(grid), centers))
    }
}

/// The width of the window in each dimension.
fn widths(windows: &Windows, d: usize) -> Vec<f64> {
    (0..d).map(|j| windows.width(j)).collect()
}

/// Counts, or weighs if there are weights.
fn found(
    query: &Query,
    (samples, weights): (&AnySamples, Option<&Weights>),
    [counting, weighing]: [&'static str; 2],
) -> anyhow::Result<Counted> {
    match weights {
        None => counted(query, samples, counting),
        Some(weights) => weighed(query, samples, weights, weighing),
    }
}

/// Counts, and makes densities of the counts.
fn report(
    arguments: &Arguments,
    method: &Known<'_>,
    (input, weights): (&Input, Option<&Weights>),
    (places, centers, windows): (Places, Vec<f64>, Windows),
) -> anyhow::Result<Report> {
    let samples = &input.samples;
    let query = method.query(centers, windows, (samples.n(), samples.d()));
    let workers = query.workers_for(samples.n());
    let found = found(&query, (samples, weights), ["counting", "weighing"])?;
    let itself = match places {
        Places::Samples(itself) => itself,
        Places::Centers | Places::Grid(_) => Itself::Counted,
    };
    let (of, windows) = ((query.centers, samples.d()), &query.windows);
    let estimate = match weights {
        None => Estimate::new(of, found.counts, (windows, samples.n()), itself),
        Some(weights) => Estimate::weighted(of, found.counts, (windows, weights), itself),
    };
    let estimate = estimate.map_err(|error| match error {
        density::Error::AllWeight(sample) => {
            density::Error::AllWeight(input.dropped.row_of(sample))
        }
        error => error,
    });
    let estimate = estimate.context("--leave-out-self")?;
    Ok(Report {
        estimate,
        places,
        windows: query.windows,
        values: if arguments.wanted.log { Values::LogDensity } else { Values::Density },
        n: samples.n(),
        element: samples.element(),
        checksum: samples.checksum().to_string(),
        dropped_rows: input.dropped.len(),
        isa: query.isa.name(),
        algorithm: found.algorithm,
        reason: found.reason,
        workers,
    })
}

/// Writes every file that was asked for, all of them before the first gets its name.
fn write_files(
    wanted: &Wanted,
    report: &Report,
    picture: Option<&str>,
    interrupt: &Interrupt,
) -> anyhow::Result<Vec<PathBuf>> {
    let mut staged = Vec::new();
    if let Some(path) = &wanted.out {
        let format = format_of(path).map_err(Failure::Input)?;
        staged.push(file::stage(path, interrupt, |out| (format.write)(out, report))?);
    }
    if let Some(path) = &wanted.counts {
        staged.push(file::stage(path, interrupt, |out| npy::counts(out, report))?);
    }
    if let (Some(path), Some(picture)) = (&wanted.svg, picture) {
        staged.push(file::stage(path, interrupt, |out| out.write_all(picture.as_bytes()))?);
    }
    staged.into_iter().map(Staged::keep).collect()
}

/// The picture; its places are counted apart, unless they are those of the grid.
fn drawn(
    arguments: &Arguments,
    method: &Known<'_>,
    (samples, weights): (&AnySamples, Option<&Weights>),
    report: &Report,
) -> anyhow::Result<String> {
    let d = samples.d();
    let (ranges, widths) = (samples.ranges(), widths(&report.windows, d));
    let picture = Picture::of(report, samples, &ranges, &widths).context("--svg")?;
    let counts = if let Some(counts) = picture.known(report) {
        counts
    } else {
        let query = method.query(picture.centers(), report.windows.clone(), (samples.n(), d));
        let what = ["counting for the picture", "weighing for the picture"];
        found(&query, (samples, weights), what)?.counts
    };
    let density = report.windows.densities(samples.n(), d)?.swap_remove(0);
    let scene = Scene {
        names: arguments.source.names(d),
        n: samples.n(),
        is_weighted: weights.is_some(),
        window: report.window(),
        faces: report.windows.faces(),
        values: report.values,
        density: weights.map_or(density, |weights| density.over(weights.total())),
    };
    picture.draw(&scene, &counts, samples).map_err(|wrong| Failure::Input(wrong).into())
}
