//! *Benchmark*: the article's own, serial against 2, 3, 4 and 6 workers on its sample and 100 widths.
//!
//! Run as a [`crate::study`], in blocks of random order with every count checked, and written as
//! `study.json` beside `article.json`. Separate from the command for studies because the backends and the
//! time are those of the tour. A study that fails is a failed section: part of a comparison would not be
//! the article's. What was measured is then still in the journal beside it.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Ran, Tour, Trouble};
use crate::backend::published;
use crate::failure::one_line;
use crate::machine;
use crate::placement::Choice;
use crate::study::preset::{Facts, Preset, Wishes};
use crate::study::{self, Ended, Study, plan, record};

/// The bundle that the section takes its workload and its numbers of workers from.
const PRESET: &str = "article";

/// How large the measurement is.
#[derive(Clone, Debug)]
pub struct Extent {
    /// Numbers of workers; none stands for those of the article.
    pub workers: Vec<usize>,
    /// How long to measure.
    pub extent: study::Extent,
}

impl Extent {
    /// That of the tour.
    pub fn tour() -> Self {
        let (time, precision) = (Duration::from_secs(25), plan::PRECISION);
        Self { workers: Vec::new(), extent: study::Extent::Adaptive { time, precision } }
    }
}

/// The section's data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Benchmark {
    /// The file of the study, in the folder of `article.json`.
    pub study: PathBuf,
}

/// The section.
#[derive(Clone, Copy, Debug)]
pub struct Section;

impl super::Section for Section {
    fn name(&self) -> &'static str {
        "benchmark"
    }

    fn title(&self) -> &'static str {
        "the article's benchmark: serial against 2, 3, 4 and 6 processes and threads, as a study"
    }

    fn run(&self, tour: &Tour<'_>) -> Result<Ran, Trouble> {
        measure(tour, &Extent::tour())?;
        let data = Benchmark { study: record::FILE.into() };
        Ran::whole(data, Vec::new()).into_json()
    }
}

/// Measures, and writes `study.json`; the study.
///
/// # Errors
/// [`Trouble::Interrupted`], or [`Trouble::Failed`] with the reason of the study.
pub fn measure(tour: &Tour<'_>, extent: &Extent) -> Result<Study, Trouble> {
    let failed = |error| Trouble::Failed(one_line(&anyhow::Error::new(error)));
    let outcome = study::run_watched(&options(tour, extent)?, &|processes| tour.watch(processes));
    match outcome.ended {
        Ended::Failed(error) => return Err(failed(error)),
        Ended::Interrupted => return Err(Trouble::Interrupted),
        Ended::Complete => {}
    }
    let nothing = || Trouble::Failed("nothing was measured".into());
    let study = outcome.study.filter(Study::has_complete_block).ok_or_else(nothing)?;
    study.write(tour.out()).map_err(failed)?;
    match study.unpinned() {
        0 => Ok(study),
        bad => Err(Trouble::Failed(format!(
            "in {bad} samples a worker was not proven to be on its cpu; the warnings of {} tell which",
            record::FILE
        ))),
    }
}

/// The article's benchmark, as a study.
fn options(tour: &Tour<'_>, extent: &Extent) -> Result<study::Options, Trouble> {
    let options = tour.options();
    let preset = Preset::by_name(PRESET).map_err(Trouble::Failed)?;
    let (backends, workers) = (published::COMPARED.to_vec(), extent.workers.clone());
    let wishes = Wishes { backends, workers, ..Wishes::default() };
    let placement = Choice::default();
    let capture = machine::capture();
    Ok(study::Options {
        preset: Some(preset.name.into()),
        series: preset.series(&wishes, &Facts::of(&capture, &placement)),
        placement,
        extent: extent.extent,
        seed: options.seed,
        isa: kernel::isa::best(),
        out: options.out.clone(),
        progress: options.progress,
        interrupt: options.interrupt.clone(),
    })
}
