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
//!                        |          |                 |
//!                        |      statistics    chart, quantity
//!                        +--> tour --> chapter ----------> render
//!                        +--> across ---------------------> render
//! ```
//!
//! - [`source`]: one file per kind of result file; everything hostile or damaged stops here.
//! - [`model`]: plain data, units in the names.
//! - [`compare`] on [`statistics`]: speed-ups and gains with intervals, and which law of scaling
//!   describes them; pure, unrounded; once for all formats.
//! - [`across`]: results against results of another run, build or machine.
//! - [`answer`]: what the numbers allow to say.
//! - [`chart`]: charts as data, and one way to draw them.
//! - [`quantity`]: numbers into text; the only place that rounds.
//! - [`article`]: the figures that were published in 2014.
//! - [`tour`]: the parts of the article, explained with what was measured here.
//! - [`chapter`]: what a part of the report explains, as blocks that every format can lay out.
//! - [`autopsy`]: the study of 2014, flaw by flaw, as a chapter.
//! - [`render`]: one file per format.

#![forbid(unsafe_code)]

pub mod across;
pub mod answer;
pub mod article;
pub mod autopsy;
pub mod chapter;
pub mod chart;
pub mod compare;
mod error;
pub mod model;
pub mod quantity;
pub mod render;
pub mod source;
pub mod statistics;
pub mod tour;
mod write;

use std::path::Path;

pub use error::Error;
pub use write::{check_splice, splice, write, write_compared};

use model::Report;

/// Reads studies, in this order, into one report.
///
/// # Errors
///
/// A file cannot be read, is no study of a known version, or contradicts itself.
pub fn read<P: AsRef<Path>>(studies: &[P]) -> Result<Report, Error> {
    let studies = studies.iter().map(|path| source::study::read(path.as_ref()));
    Ok(Report { studies: studies.collect::<Result<_, _>>()?, ..Report::default() })
}

/// Reads one study into a report.
///
/// # Errors
///
/// As [`read`].
pub fn report_from_study(path: &Path) -> Result<Report, Error> {
    read(&[path])
}

/// Reads inputs of any kind, in this order, into one report: directories of benchmarks, of which
/// only what was measured last is taken, and files that say themselves what they are.
///
/// What cannot be read is named in [`Report::unread`], and the rest is read all the same;
/// [`Report::is_whole`] tells whether anything is missing.
///
/// # Errors
///
/// Nothing at all could be read: why not the first of it.
pub fn read_any<P: AsRef<Path>>(inputs: &[P]) -> Result<Report, Error> {
    read_baselines(inputs, &[])
}

/// Reads inputs as [`read_any`], and of each directory of benchmarks the baselines that are named,
/// in this order; without a name, what was measured last.
///
/// # Errors
///
/// As [`read_any`].
pub fn read_baselines<P: AsRef<Path>>(inputs: &[P], baselines: &[&str]) -> Result<Report, Error> {
    let inputs: Vec<&Path> = inputs.iter().map(AsRef::as_ref).collect();
    let mut report = Report::default();
    let mut first_error = None;
    for (path, name) in inputs.iter().zip(source::names(&inputs)) {
        let added = if path.is_dir() {
            source::add_directory(path, &name, baselines, &mut report)
        } else {
            source::add_file(path, &mut report)
        };
        if let Err(error) = added {
            report.unread.push(source::unread(&name, &error));
            first_error.get_or_insert(error);
        }
    }
    first_error.filter(|_| report.is_empty()).map_or(Ok(report), Err)
}
