//! *Benchmark*: the article's own, serial against 2, 3, 4 and 6 workers on its sample and 100 widths.
//!
//! Run as a [`crate::study`], in blocks of random order with every count checked, and written as
//! `study.json` beside `article.json`. Separate from the command for studies because the backends and the
//! time are those of the tour. An interrupted study is as good as its whole blocks, which are kept. A study
//! that fails is a failed section, and leaves an older `study.json` in its place: what was measured is in
//! the journal beside it.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Ran, Tour, Trouble};
use crate::backend::published;
use crate::failure::one_line;
use crate::machine;
use crate::measure;
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
        let Ran { incidents, incomplete, .. } = measure(tour, &Extent::tour())?;
        Ran { data: Benchmark { study: record::FILE.into() }, incidents, incomplete }.into_json()
    }
}

/// Measures, and writes `study.json`; the study. If somebody asks to stop, what was measured by then is
/// kept, from one whole block on.
///
/// # Errors
/// [`Trouble::Interrupted`], or [`Trouble::Failed`] with the reason of the study; nothing is written then.
pub fn measure(tour: &Tour<'_>, extent: &Extent) -> Result<Ran<Study>, Trouble> {
    let failed = |error| Trouble::Failed(one_line(&anyhow::Error::new(error)));
    let outcome = study::run_watched(&options(tour, extent)?, &|processes| tour.watch(processes));
    let is_interrupted = match outcome.ended {
        Ended::Failed(error) => return Err(failed(error)),
        Ended::Interrupted => true,
        Ended::Complete => false,
    };
    let study = match outcome.study.filter(Study::has_complete_block) {
        Some(study) => study,
        None if is_interrupted => return Err(Trouble::Interrupted),
        None => return Err(Trouble::Failed("nothing was measured".into())),
    };
    // Before anything is written: whoever has no data leaves the file of an earlier run as it is.
    if let bad @ 1.. = study.unpinned() {
        return Err(Trouble::Failed(format!(
            "in {bad} samples a worker was not proven to be on its cpu; 'parzen study --resume --out {}' \
             shows what was measured",
            tour.out().display()
        )));
    }
    study.write(tour.out()).map_err(failed)?;
    let incomplete = is_interrupted.then(|| how_far(&study, extent.extent));
    Ok(Ran { data: study, incidents: Vec::new(), incomplete })
}

/// How far an interrupted study came, in words.
fn how_far(study: &Study, extent: study::Extent) -> String {
    let blocks = study.workloads.iter().flat_map(|series| &series.blocks);
    match (blocks.filter(|block| block.is_complete()).count(), extent) {
        (done, study::Extent::Blocks(planned)) => {
            format!("interrupted after {done} of {planned} blocks")
        }
        (1, study::Extent::Adaptive { .. }) => "interrupted after 1 block".into(),
        (done, study::Extent::Adaptive { .. }) => format!("interrupted after {done} blocks"),
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
        sample: measure::SAMPLE,
        seed: options.seed,
        isa: kernel::isa::best(),
        out: options.out.clone(),
        progress: options.progress,
        interrupt: options.interrupt.clone(),
    })
}
