//! Turns result files into a report: what more workers gave, with intervals, and on which machine.
//!
//! It reads files and writes files. It never measures, never looks at the machine it runs on and
//! never asks for the time: the same inputs give the same bytes, so a report can be made again
//! years later and compared.
//!
//! ```no_run
//! use bench_report::{read, render, write};
//! use std::path::Path;
//!
//! let report = read(&[Path::new("target/parzen/study.json")])?;
//! for path in write(&report, render::ALL, Path::new("target/parzen"))? {
//!     eprintln!("{}", path.display());
//! }
//! # Ok::<(), bench_report::Error>(())
//! ```
//!
//! # The map
//!
//! ```text
//! files --> source --> model --> compare --> answer --+--> render --> files, standard output
//!                                   |                 |
//!                               statistics    chart, quantity
//! ```
//!
//! - [`source`]: one file per kind of result file; everything hostile or damaged stops here.
//! - [`model`]: plain data, units in the names.
//! - [`compare`] on [`statistics`]: speed-ups and gains with intervals, and which law of scaling
//!   describes them; pure, unrounded; once for all formats.
//! - [`answer`]: what the numbers allow to say.
//! - [`chart`]: charts as data, and one way to draw them.
//! - [`quantity`]: numbers into text; the only place that rounds.
//! - [`article`]: the figures that were published in 2014.
//! - [`render`]: one file per format.

#![forbid(unsafe_code)]

pub mod answer;
pub mod article;
pub mod chart;
pub mod compare;
mod error;
pub mod model;
pub mod quantity;
pub mod render;
pub mod source;
pub mod statistics;
mod write;

use std::path::Path;

pub use error::Error;
pub use write::{write, write_compared};

use model::Report;
use source::{Source, study::Study};

/// Reads studies, in this order, into one report.
///
/// # Errors
///
/// A file cannot be read, is no study of a known version, or contradicts itself.
pub fn read<P: AsRef<Path>>(studies: &[P]) -> Result<Report, Error> {
    let mut report = Report::default();
    for path in studies {
        Study.add(path.as_ref(), &mut report)?;
    }
    Ok(report)
}

/// Reads one study into a report.
///
/// # Errors
///
/// As [`read`].
pub fn report_from_study(path: &Path) -> Result<Report, Error> {
    read(&[path])
}
