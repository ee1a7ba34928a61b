//! The tour: every part of the 2014 article, run for real on this machine.
//!
//! A [`Section`] runs one part and gives raw data; [`run`] runs sections one after another and writes
//! `article.json` after each, so that whatever happens, what is done is kept. A section that fails is
//! told in the file, and the next one runs. Separate from [`study`](crate::study), which answers one
//! question with intervals, and from `bench-report`, which derives and draws.
//!
//! To add a section, write one file here and one line in [`ALL`]; if its tasks run in worker processes,
//! also their functions in [`FUNCTIONS`].
//!
//! | module | what it is |
//! |---|---|
//! | [`queue`] | a process for each random string, and a queue of results |
//! | [`pool`] | the cube in every way in which a pool can be called |
//! | [`memory`] | shared against distributed memory, measured |
//! | [`window`] | a hypercube window in three dimensions |
//! | [`data`] | a normal sample, counted in windows of many widths |
//! | [`benchmark`] | the article's benchmark, as a study |
//! | [`waiting`] | tasks that compute against tasks that wait |
//! | [`record`] | `article.json` |
//! | `tour` | what a section is given |

pub mod benchmark;
pub mod data;
pub mod memory;
pub mod pool;
pub mod queue;
pub mod record;
mod tour;
pub mod waiting;
pub mod window;

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::machine;
use crate::machine::clock;
use crate::tasks::Callable;
use record::Older;
pub use record::{Article, SectionRecord, Unkept};
pub use tour::{Options, Since, Tour};

/// Every section, in the order of the tour.
pub const ALL: &[&dyn Section] = &[
    &queue::Section,
    &pool::Section,
    &memory::Section,
    &window::Section,
    &data::Section,
    &benchmark::Section,
    &waiting::Section,
];

/// What worker processes of the sections are called with; for
/// [`serve_if_asked`](crate::tasks::serve_if_asked).
pub const FUNCTIONS: &[&dyn Callable] =
    &[&queue::RANDOM_STRING, &pool::CUBE, &memory::ABORT_ONE_THREAD, &waiting::WORK];

/// The section called `name`.
///
/// # Errors
/// A message with the known names.
pub fn by_name(name: &str) -> Result<&'static dyn Section, String> {
    ALL.iter().find(|section| section.name() == name).copied().ok_or_else(|| {
        let known: Vec<&str> = ALL.iter().map(|section| section.name()).collect();
        format!("unknown section '{name}'; known: {}", known.join(", "))
    })
}

/// A part of the article.
pub trait Section: fmt::Debug + Sync {
    /// Short name, as on the command line and in `article.json`.
    fn name(&self) -> &'static str;

    /// What it shows, in one line.
    fn title(&self) -> &'static str;

    /// Runs it.
    ///
    /// # Errors
    /// Why there is no data. What goes wrong while there still is some is an incident.
    fn run(&self, tour: &Tour<'_>) -> Result<Ran, Trouble>;
}

/// What a section found out.
#[derive(Clone, Debug, PartialEq)]
pub struct Ran<T = Value> {
    /// Its raw data, as `docs/formats.md` describes it.
    pub data: T,
    /// What went wrong meanwhile, in words.
    pub incidents: Vec<String>,
    /// How far it came, in words, if somebody asked to stop and there is data all the same.
    pub incomplete: Option<String>,
}

impl<T> Ran<T> {
    /// All that was planned.
    pub fn whole(data: T, incidents: Vec<String>) -> Self {
        Self { data, incidents, incomplete: None }
    }
}

impl<T: Serialize> Ran<T> {
    /// The same with its data as they are written.
    ///
    /// # Errors
    /// [`Trouble::Json`] if they cannot be.
    pub fn into_json(self) -> Result<Ran, Trouble> {
        let Self { data, incidents, incomplete } = self;
        Ok(Ran { data: serde_json::to_value(&data)?, incidents, incomplete })
    }
}

/// Why a section has no data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// Somebody asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// It cannot be done here, or went wrong.
    #[error("{0}")]
    Failed(String),
    /// Tasks could not be done.
    #[error(transparent)]
    Tasks(#[from] crate::tasks::Error),
    /// A backend could not run.
    #[error(transparent)]
    Backend(#[from] crate::backend::Error),
    /// A workload could not be prepared.
    #[error(transparent)]
    Workload(#[from] crate::workload::Error),
    /// Samples or windows make no sense.
    #[error(transparent)]
    Kernel(#[from] kernel::Error),
    /// The system refused something.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The data cannot be written down.
    #[error("the data cannot be written down: {0}")]
    Json(#[from] serde_json::Error),
}

/// How a tour ended.
#[derive(Debug)]
pub struct Outcome {
    /// What is known: the sections that were run, and those of an older file that were kept.
    pub article: Article,
    /// Names of the sections that were run, in this order.
    pub ran: Vec<&'static str>,
    /// Those of them that have no data.
    pub failures: Vec<Unfinished>,
    /// Whether anything was written; if not, a file in the folder is as it was before.
    pub written: bool,
    /// Whether somebody asked to stop.
    pub interrupted: bool,
}

/// A section that was run and has no data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Its name.
    pub name: &'static str,
    /// Why it has none.
    pub reason: String,
    /// Whether what an earlier run found out stays in its place.
    pub has_earlier: bool,
}

impl Outcome {
    /// Names and reasons of the sections that were run and failed.
    pub fn failed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.failures.iter().map(|failure| (failure.name, failure.reason.as_str()))
    }

    /// Takes in what became of a section; whether it changes what is known.
    fn take(&mut self, name: &'static str, section: SectionRecord) -> bool {
        self.ran.push(name);
        let reason = section.failed.clone();
        let is_put = self.article.put(section);
        let failure = |reason| Unfinished { name, reason, has_earlier: !is_put };
        self.failures.extend(reason.map(failure));
        is_put
    }
}

/// Runs the sections of `options`, one after another. The file is written after each. An older file in the
/// folder keeps its sections, and each of those that are run takes the place of the older one once it has
/// data. A file that cannot be kept stays as it is until there is data to replace it.
///
/// # Errors
/// That the file cannot be written, or that the other sections of an older one cannot be kept; what
/// goes wrong in a section is part of the outcome.
pub fn run(options: &Options<'_>) -> Result<Outcome, Unkept> {
    let article = Article::new(options.seed, machine::capture());
    let (ran, failures) = (Vec::new(), Vec::new());
    let mut outcome = Outcome { article, ran, failures, written: false, interrupted: false };
    let names: Vec<&str> = options.sections.iter().map(|section| section.name()).collect();
    let older = outcome.article.keep(&names, &options.out)?;
    let total = options.sections.len();
    for (nth, section) in options.sections.iter().enumerate() {
        if options.interrupt.is_requested() {
            outcome.interrupted = true;
            break;
        }
        let (name, title) = (section.name(), section.title());
        options.progress.tell(&format!("section {} of {total}, {name}: {title}", nth + 1));
        let began_ns = clock::now_ns();
        let ran = section.run(&Tour::new(options, name));
        outcome.interrupted = match &ran {
            Ok(ran) => ran.incomplete.is_some(),
            Err(trouble) => matches!(trouble, Trouble::Interrupted),
        };
        let elapsed_ns = clock::now_ns() - began_ns;
        let is_news = outcome.take(name, SectionRecord::new(name, elapsed_ns, ran));
        if is_news && (older != Older::Foreign || outcome.article.has_data()) {
            outcome.article.write(&options.out)?;
            outcome.written = true;
        }
    }
    Ok(outcome)
}
