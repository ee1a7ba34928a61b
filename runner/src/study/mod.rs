//! A study: what each further worker adds, measured so that the answer can be believed.
//!
//! A study is a row of *series*: a workload in a mode. In each, every configuration (backend × number
//! of workers) is measured once per block, blocks are random permutations between two samples of the
//! baseline, and every count of every sample is checked against the oracle. Each sample is in the
//! journal as soon as it is taken; the outcome is a [`Study`], raw data only, made from the journal.
//!
//! | module | what it is |
//! |---|---|
//! | [`plan`], [`grid`], [`order`] | what is measured, in which configurations, in which order |
//! | [`preset`] | bundles of series with a name |
//! | `surroundings` | the machine around a study, then and now |
//! | `sweep`, `take` | measuring: a series, a sample |
//! | [`conditions`], [`tags`], [`deviations`], [`warning`] | what happened meanwhile |
//! | [`stop`] | whether it is enough |
//! | [`journal`], [`assemble`], [`record`] | what is written, and `study.json` made of it |
//! | [`interrupt`], [`progress`] | the user |
//! | [`control`] | the method applied to itself |
//!
//! Separate from `backend`, which runs one configuration, and from `bench-report`, which judges.
//! Next: [`plan`].

pub mod assemble;
pub mod conditions;
pub mod control;
pub mod deviations;
mod error;
pub mod grid;
pub mod interrupt;
pub mod journal;
pub mod order;
pub mod plan;
pub mod preset;
pub mod progress;
pub mod record;
pub mod stop;
mod surroundings;
mod sweep;
pub mod tags;
pub(crate) mod take;
pub mod warning;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

pub use error::Error;
pub use plan::{Extent, Options, Plan, Series};
pub use record::{Block, Measured, Study};

use journal::content::Progressed;
use journal::{Content, Journal, Line};
use surroundings::Surroundings;
use sweep::{Sweep, Turn};

/// What became of a study.
#[derive(Debug)]
pub struct Outcome {
    /// What has been measured, from the journal; `None` if there is no journal.
    pub study: Option<Study>,
    /// Why it ended.
    pub ended: Ended,
    /// Where the journal of an earlier study is now, if one was in the way that is in no other file.
    pub moved_aside: Option<PathBuf>,
}

/// Why a study ended.
#[derive(Debug)]
pub enum Ended {
    /// Everything that was planned is measured.
    Complete,
    /// Somebody asked to stop.
    Interrupted,
    /// Something failed; what was measured before is kept.
    Failed(Error),
}

impl Outcome {
    /// The study if it is complete.
    ///
    /// # Errors
    /// Why it failed; an interrupted study is as good as its blocks and comes back like a complete one.
    pub fn into_study(self) -> Result<Option<Study>, Error> {
        match self.ended {
            Ended::Failed(error) => Err(error),
            Ended::Complete | Ended::Interrupted => Ok(self.study),
        }
    }

    fn failed(error: Error) -> Self {
        Self { study: None, ended: Ended::Failed(error), moved_aside: None }
    }
}

/// Measures everything that `options` name. Takes as long as [`Options::extent`] says, and some
/// seconds to generate samples and count them with the oracle.
pub fn run(options: &Options) -> Outcome {
    run_watched(options, &|_| {})
}

/// As [`run`], and `watch` is told the ids of the worker processes of each sample before they count (none
/// where workers are threads): for whoever looks at them, or ends one to see what happens.
pub fn run_watched(options: &Options, watch: &dyn Fn(&[u32])) -> Outcome {
    let begun = options.check().and_then(|()| {
        let surroundings = Surroundings::capture(options)?;
        let header = surroundings.header(options)?;
        Ok((surroundings, Journal::create(&options.out, header)?))
    });
    match begun {
        Err(error) => Outcome::failed(error),
        Ok((surroundings, (mut journal, moved_aside))) => {
            if let Some(old) = &moved_aside {
                let name = old.display();
                options.progress.tell(&format!("the journal of an earlier study is now {name}"));
            }
            let ended = go_on(options, &surroundings, &mut journal, watch);
            Outcome { study: assemble::study(journal.content()), ended, moved_aside }
        }
    }
}

/// Goes on with the study whose journal is in [`Options::out`]; `options` must be those that the
/// journal was begun with, except for the time. If it cannot go on, what was measured before comes
/// back beside the error.
pub fn resume(options: &Options) -> Outcome {
    let opened = options.check().and_then(|()| {
        let surroundings = Surroundings::capture(options)?;
        let mut journal = Journal::reopen(&options.out)?;
        if !journal.content().is_finished() {
            surroundings.compare(options, &journal)?;
            journal.append(&Line::Resumed(Box::new(surroundings.resumed(options))))?;
        }
        Ok((surroundings, journal))
    });
    match opened {
        // Whoever writes the journal now makes a study of it.
        Err(error @ Error::Journal(journal::Error::Busy { .. })) => Outcome::failed(error),
        Err(error) => Outcome { study: kept(&options.out), ..Outcome::failed(error) },
        Ok((surroundings, mut journal)) => {
            let ended = go_on(options, &surroundings, &mut journal, &|_| {});
            Outcome { study: assemble::study(journal.content()), ended, moved_aside: None }
        }
    }
}

/// The study that the journal in `folder` holds, as far as the journal makes sense; `None` if there is
/// nothing that does. Nothing is measured.
pub fn kept(folder: &Path) -> Option<Study> {
    let (content, damage) = Content::salvage(&folder.join(journal::FILE)).ok()?;
    let mut study = assemble::study(&content)?;
    study.warnings.extend(damage.map(|damage| damage.to_string()));
    Some(study)
}

/// Measures whatever the journal does not hold yet.
fn go_on(
    options: &Options,
    around: &Surroundings,
    journal: &mut Journal,
    watch: &dyn Fn(&[u32]),
) -> Ended {
    if journal.content().is_finished() {
        return Ended::Complete;
    }
    let sweep = Sweep {
        options,
        seat: &|workers| around.seat(workers),
        reader: &around.reader,
        timer: &around.timer,
        allowed: around.allowed(),
        watch,
    };
    match all_series(&sweep, journal) {
        Ok(true) => Ended::Complete,
        Ok(false) => Ended::Interrupted,
        Err(error) => {
            // What was measured is kept, whatever went wrong; if that fails, too, the first error counts.
            let _second = journal.sync();
            Ended::Failed(error)
        }
    }
}

/// One series after another; whether all of them were finished.
fn all_series(sweep: &Sweep<'_>, journal: &mut Journal) -> Result<bool, Error> {
    let mut used = Duration::ZERO;
    for index in 0..sweep.options.series.len() {
        let before = journal.content().series().get(index);
        let earlier = Duration::from_nanos(before.map_or(0, Progressed::span_ns));
        if before.is_none_or(|series| series.stopped_by.is_none()) {
            let began = Instant::now();
            let time = share(sweep.options, used, index).saturating_sub(earlier);
            let Some(stopped_by) = Turn { sweep, index, time }.measure(journal)? else {
                journal.sync()?;
                return Ok(false);
            };
            journal.append(&Line::End { series: index, stopped_by })?;
            used += began.elapsed();
        }
        used += earlier;
    }
    journal.append(&Line::Finished)?;
    journal.sync()?;
    Ok(true)
}

/// The time of series `index`: an equal part of what is left, so that what one does not need comes to
/// those after it.
fn share(options: &Options, used: Duration, index: usize) -> Duration {
    match options.extent {
        Extent::Blocks(_) => Duration::MAX,
        Extent::Adaptive { time, .. } => {
            time.saturating_sub(used) / (options.series.len() - index).max(1) as u32
        }
    }
}

pub(crate) fn unix_s() -> u64 {
    SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests;
