//! A report with the numbers of all its workloads, computed once for every format.
//!
//! Separate because drawing blocks and fitting laws takes longer than laying out pages: three
//! formats that each compare again would take three times as long. Next: [`crate::render`].

use super::{Comparison, workload};
use crate::model::{Report, Study, Workload};

/// The studies of a report, in its order, with their comparisons.
#[derive(Debug)]
pub struct Compared<'a> {
    /// The report itself, for what needs no comparison in blocks.
    pub report: &'a Report,
    /// The studies.
    pub studies: Vec<ComparedStudy<'a>>,
}

/// A study with the comparisons of its workloads.
#[derive(Debug)]
pub struct ComparedStudy<'a> {
    /// The study itself.
    pub study: &'a Study,
    /// One for each workload.
    comparisons: Vec<Comparison>,
}

impl<'a> Compared<'a> {
    /// Compares every workload of the report.
    pub fn of(report: &'a Report) -> Self {
        let compared = |study: &'a Study| {
            let comparisons = study.workloads.iter().map(|one| workload(study, one)).collect();
            ComparedStudy { study, comparisons }
        };
        Self { report, studies: report.studies.iter().map(compared).collect() }
    }
}

impl ComparedStudy<'_> {
    /// The workloads with their comparisons.
    pub fn workloads(&self) -> impl Iterator<Item = (&Workload, &Comparison)> {
        self.study.workloads.iter().zip(&self.comparisons)
    }
}
