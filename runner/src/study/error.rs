//! Why there is no study, or only a part of one, in one enum.
//!
//! Next: [`super::run`], which ends in these; `cli::study`, which gives each its exit code.

use std::path::PathBuf;

use super::grid::Cell;
use super::journal;
use super::plan::{MAX_SAMPLES, MAX_WORKERS};
use crate::backend::{Changed, Question};
use crate::measure::Wrong;
use crate::{backend, placement, workload};

/// Why there is no study.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The numbers of workers cannot be used.
    #[error("{workers} workers asked for; allowed: 1 to {MAX_WORKERS}")]
    Workers {
        /// The first offending number.
        workers: usize,
    },
    /// More samples than a file may hold.
    #[error(
        "{blocks} blocks of {configurations} configurations asked for; \
         allowed: 1 to {} blocks, {MAX_SAMPLES} samples of a series",
        MAX_SAMPLES / (*configurations + 2)
    )]
    Samples {
        /// Blocks of each series.
        blocks: usize,
        /// Configurations in each block.
        configurations: usize,
    },
    /// Nothing to measure.
    #[error("no workload asked for; at least 1 is needed")]
    NoSeries,
    /// A plan that was read from a file cannot be followed.
    #[error("the plan of the journal makes no sense: {0}")]
    Plan(String),
    /// Something is no longer what it was when the study began.
    #[error(
        "{what} is {now} now and was {then} when the study began: it cannot go on; \
         measure anew without --resume"
    )]
    Changed {
        /// What differs.
        what: String,
        /// As the journal has it.
        then: String,
        /// As it is.
        now: String,
    },
    /// Workers cannot sit where they should.
    #[error(transparent)]
    Placement(#[from] placement::Error),
    /// A workload cannot be prepared.
    #[error("workload '{workload}' cannot be prepared")]
    Workload {
        /// Its name.
        workload: &'static str,
        /// Why.
        source: workload::Error,
    },
    /// A configuration cannot be measured.
    #[error("workload '{workload}', {configuration}: no measurement")]
    Backend {
        /// Name of the workload.
        workload: &'static str,
        /// The configuration in words.
        configuration: String,
        /// Why.
        source: backend::Error,
    },
    /// A configuration counts wrongly.
    #[error(
        "workload '{workload}', {configuration}: width {width} counted {found}, it must be {expected}"
    )]
    Count {
        /// Name of the workload.
        workload: &'static str,
        /// The configuration in words.
        configuration: String,
        /// The width of the first wrong task.
        width: f64,
        /// What was counted.
        found: u64,
        /// What had to be counted.
        expected: u64,
    },
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The result cannot be written.
    #[error("{} cannot be written", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
}

impl Error {
    /// Why a sample of `cell` could not be taken.
    pub(super) fn of_sample(
        workload: &'static str,
        cell: &Cell,
        question: &Question,
        wrong: Wrong,
    ) -> Self {
        let configuration = cell.configuration().describe();
        match wrong {
            Wrong::Failed(source) => {
                let source = naming_the_width(source, question);
                Self::Backend { workload, configuration, source }
            }
            Wrong::Count { width, found, expected } => {
                let width = question.widths[width];
                Self::Count { workload, configuration, width, found, expected }
            }
        }
    }
}

/// A team names the place of a count that changed; a reader wants to know the width.
fn naming_the_width(error: backend::Error, question: &Question) -> backend::Error {
    match error {
        backend::Error::Unstable { backend, worker, changed } => {
            let width = question.width_at(changed.width);
            backend::Error::Unstable { backend, worker, changed: Changed { width, ..changed } }
        }
        other => other,
    }
}
