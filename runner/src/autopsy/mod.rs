//! The autopsy: the study of 2014 again, with its flaws switched on one by one.
//!
//! Every *condition* is a set of flaws: none, each alone, the first two, three and so on, and all at
//! once. Every block runs the whole benchmark (serial code and pools of each size) once under each
//! condition, in random order, so that speed-ups under two conditions are compared within a block. An
//! *engine* runs the benchmark: our own backends, and the reconstructed function of 2014 where Python 3
//! with NumPy is present. Beside it the article's explanation is put to the test: whether the last core
//! is busy with something else. The outcome is `autopsy.json`, raw data only.
//!
//! | module | what it is |
//! |---|---|
//! | [`flaw`] | the flaws and the conditions made of them; pure |
//! | `seats` | where workers sit if hardware threads count as cores; pure |
//! | `blocks` | measuring: block after block |
//! | `parts` | what is asked of each engine and of the last core |
//! | `ours`, `python` | the engines |
//! | `last_core`, `injector` | what else runs on the last core, and whether that would be seen |
//! | [`record`] | `autopsy.json` |
//!
//! Separate from [`crate::study`], which measures well; from there come the order, the samples and the
//! checks. Next: [`flaw`].

mod blocks;
pub mod flaw;
mod injector;
mod last_core;
mod ours;
mod parts;
mod python;
pub mod record;
mod seats;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use kernel::isa::Isa;

use crate::backend;
use crate::machine::{self, Capture};
use crate::placement::{self, Choice};
use crate::study::interrupt::Interrupt;
use crate::study::plan::MAX_WORKERS;
use crate::study::progress::Progress;
use crate::study::record::check_writable;
use crate::workload::presets::TWELVE;
use crate::workload::{self, Expected, Workload};

use blocks::Ended;
use record::{Autopsy, Density, LastCore};

/// What to run.
#[derive(Clone, Debug)]
pub struct Options {
    /// What our backends count.
    pub workload: Workload,
    /// What Python counts: as many samples of the same generator, and so many widths.
    pub python_work: (usize, usize),
    /// The interpreter.
    pub python: Interpreter,
    /// Pools of so many workers.
    pub workers: Vec<usize>,
    /// Where workers sit.
    pub placement: Choice,
    /// How long to measure.
    pub extent: Extent,
    /// The serial code takes at least this long for all passes; `None` is a single pass, for tests.
    pub target: Option<Duration>,
    /// Seed of the random order.
    pub seed: u64,
    /// The instruction set that counts.
    pub isa: &'static Isa,
    /// Folder of the file.
    pub out: PathBuf,
    /// Where to tell how far it is.
    pub progress: Progress,
    /// Who may stop it.
    pub interrupt: Interrupt,
}

/// Who runs the reconstructed code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interpreter {
    /// Nobody: it is left out.
    None,
    /// This program, or nobody if it is not there or has no NumPy.
    IfPresent(PathBuf),
    /// This program, which somebody named: without it there is no autopsy.
    Named(PathBuf),
}

/// Pools of the study of 2014, and one of a single worker.
pub const WORKERS: [usize; 5] = [1, 2, 3, 4, 6];
/// Samples and widths of the study of 2014.
pub const FULL: (usize, usize) = (10_000, 100);
/// Samples and widths that Python counts in a quarter of a second.
pub const SHORT: (usize, usize) = (2_000, 25);
/// The serial code on our backends takes at least this long: starting a pool is not everything then.
pub const TARGET: Duration = Duration::from_millis(50);

/// How long to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// So many blocks of each part.
    Blocks(NonZeroUsize),
    /// About so long; but at least [`FLOOR_BLOCKS`](crate::study::plan::FLOOR_BLOCKS) blocks.
    Budget(Duration),
}

/// Why there is no autopsy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The numbers of workers cannot be used.
    #[error("{workers} workers asked for; allowed: 1 to {MAX_WORKERS}")]
    Workers {
        /// The first offending number.
        workers: usize,
    },
    /// The workload cannot be prepared.
    #[error("the workload cannot be prepared")]
    Workload(#[from] workload::Error),
    /// Workers cannot sit where they should.
    #[error(transparent)]
    Placement(#[from] placement::Error),
    /// The interpreter that was named cannot do it.
    #[error("the interpreter that was asked for cannot be used: {reason}")]
    Python {
        /// Why not.
        reason: String,
    },
    /// The serial code cannot be measured.
    #[error("the serial code cannot be measured")]
    Backend(#[from] backend::Error),
    /// The result cannot be written.
    #[error("{} cannot be written", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl From<kernel::Error> for Error {
    fn from(error: kernel::Error) -> Self {
        Self::Workload(error.into())
    }
}

/// Runs all of it and writes `autopsy.json` after every block from the first complete one on, so that
/// the file of an earlier run is replaced by something and never by nothing. What fails is in the result;
/// an interruption leaves [`Autopsy::complete`] unset.
///
/// # Errors
/// Nothing can be measured, or the file cannot be written.
pub fn run(options: &Options) -> Result<Autopsy, Error> {
    if let Some(&workers) = options.workers.iter().find(|w| !(1..=MAX_WORKERS).contains(*w)) {
        return Err(Error::Workers { workers });
    }
    let capture = machine::capture();
    let topology = &capture.machine.topology;
    options.placement.place(1, topology, &capture.limits.allowed_cpus)?;
    let version = parts::version(options)?;
    check_writable(&options.out).map_err(|error| match error {
        crate::study::Error::Unwritable { path, source } => Error::Unwritable { path, source },
        other => {
            Error::Unwritable { path: options.out.clone(), source: std::io::Error::other(other) }
        }
    })?;
    let mut autopsy = begun(options, &capture)?;
    let is_over = |ended| ended == Ended::Interrupted || options.interrupt.is_requested();
    if is_over(parts::ours(options, &capture, &mut autopsy)?)
        || is_over(parts::python(options, &mut autopsy, version)?)
        || is_over(parts::last_core(options, &capture, &mut autopsy)?)
    {
        return Ok(autopsy);
    }
    autopsy.complete = true;
    autopsy.keep(&options.out)?;
    Ok(autopsy)
}

/// An autopsy of which nothing is measured yet.
fn begun(options: &Options, capture: &Capture) -> Result<Autopsy, Error> {
    let Capture { machine, limits, state } = capture.clone();
    let density = density()?;
    Ok(Autopsy {
        format: record::FORMAT,
        version: record::VERSION,
        created_unix_s: crate::study::unix_s(),
        seed: options.seed,
        isa: options.isa.name().into(),
        complete: false,
        machine,
        limits,
        state,
        engines: Vec::new(),
        last_core: LastCore { absent: Some("it was not reached".into()), ..LastCore::default() },
        density,
    })
}

/// The published sample under its twelve widths, counted.
fn density() -> Result<Density, Error> {
    let expected = Expected::Oracle;
    let twelve = Workload { widths: TWELVE, expected, checksum: None, ..workload::ALL[0].clone() };
    let samples = twelve.samples()?;
    Ok(Density {
        n: samples.n(),
        d: samples.d(),
        widths: twelve.widths.widths()?.as_slice().to_vec(),
        counts: parts::counts(&twelve, &samples)?,
        truth: 0.5 / std::f64::consts::PI,
    })
}

#[cfg(test)]
mod tests {
    use crate::workload::presets::TWELVE_COUNTS;

    #[test]
    fn the_published_counts_are_counted() {
        assert_eq!(super::density().unwrap().counts, TWELVE_COUNTS);
    }
}
