//! What a section is given: what the user asked for, and a way to tell how far it is.
//!
//! Separate from the sections, so that each can be run by itself, by a test above all.

use std::path::{Path, PathBuf};

use super::{Section, Trouble};
use crate::machine::clock;
use crate::output::progress::{Bar, Steps as _};
use crate::study::interrupt::Interrupt;
use crate::study::progress::Progress;

/// What the user asked for.
pub struct Options<'a> {
    /// The sections to run, in this order.
    pub sections: Vec<&'static dyn Section>,
    /// Seed of everything random.
    pub seed: u64,
    /// Folder for `article.json` and whatever else sections write.
    pub out: PathBuf,
    /// Samples of the section on data.
    pub samples: usize,
    /// Mean of its normal distribution.
    pub mean: [f64; 2],
    /// Its covariance, row by row.
    pub covariance: [[f64; 2]; 2],
    /// Where progress is shown.
    pub progress: Progress,
    /// How it is told to stop.
    pub interrupt: Interrupt,
    /// Told the name of the section and the ids of its worker processes each time that they have been
    /// given work: for whoever looks at them, or ends one to see what happens.
    pub watch: &'a dyn Fn(&str, &[u32]),
}

impl Options<'_> {
    /// Seed of the article.
    pub const SEED: u64 = 123;
    /// Samples of the article.
    pub const SAMPLES: usize = 10_000;
    /// Mean of the article's distribution.
    pub const MEAN: [f64; 2] = [0.0, 0.0];
    /// Covariance of the article's distribution.
    pub const COVARIANCE: [[f64; 2]; 2] = [[1.0, 0.0], [0.0, 1.0]];
}

impl std::fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sections: Vec<&str> = self.sections.iter().map(|section| section.name()).collect();
        f.debug_struct("Options")
            .field("sections", &sections)
            .field("seed", &self.seed)
            .field("out", &self.out)
            .field("samples", &self.samples)
            .field("mean", &self.mean)
            .field("covariance", &self.covariance)
            .finish_non_exhaustive()
    }
}

/// A section's view of the tour.
#[derive(Clone, Copy, Debug)]
pub struct Tour<'a> {
    options: &'a Options<'a>,
    section: &'static str,
}

impl<'a> Tour<'a> {
    /// The tour for the section called `section`.
    pub fn new(options: &'a Options<'a>, section: &'static str) -> Self {
        Self { options, section }
    }

    /// What the user asked for.
    pub fn options(&self) -> &'a Options<'a> {
        self.options
    }

    /// The output folder.
    pub fn out(&self) -> &'a Path {
        &self.options.out
    }

    /// Says that these processes have been given work.
    pub fn watch(&self, processes: &[u32]) {
        (self.options.watch)(self.section, processes);
    }

    /// Looks whether to go on.
    ///
    /// # Errors
    /// [`Trouble::Interrupted`] if not.
    pub fn go_on(&self) -> Result<(), Trouble> {
        if self.options.interrupt.is_requested() { Err(Trouble::Interrupted) } else { Ok(()) }
    }

    /// Does `block` so often as `planned`, and no more once it says that somebody asked to stop.
    ///
    /// # Errors
    /// As `block`; but [`Trouble::Interrupted`] only if no block is done.
    pub fn blocks(
        &self,
        planned: usize,
        mut block: impl FnMut() -> Result<(), Trouble>,
    ) -> Result<Blocks, Trouble> {
        for done in 0..planned {
            match block() {
                Err(Trouble::Interrupted) if done > 0 => return Ok(Blocks { done, planned }),
                ended => ended?,
            }
        }
        Ok(Blocks { done: planned, planned })
    }

    /// Begins `total` steps of the section, to be told to whoever waits.
    pub fn steps(&self, total: usize) -> Steps {
        let shown = self.options.progress != Progress::Silent;
        Steps(shown.then(|| Bar::start(self.section, total as u64)))
    }
}

/// How far a section came that measures in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blocks {
    /// Blocks that were measured to their end.
    pub done: usize,
    /// Blocks that were to be measured.
    pub planned: usize,
}

impl Blocks {
    /// How far it came, in words; `None` if it came to its end.
    pub fn incomplete(self) -> Option<String> {
        let Self { done, planned } = self;
        (done < planned).then(|| format!("interrupted after {done} of {planned} blocks"))
    }
}

/// Steps of a section; the bar disappears when this is dropped.
#[derive(Debug)]
pub struct Steps(Option<Bar>);

impl Steps {
    /// One step more is done. To be called while nothing is measured.
    pub fn advance(&mut self) {
        if let Some(bar) = &mut self.0 {
            bar.advance(1);
        }
    }
}

/// The moment from which the times of a section are told.
#[derive(Clone, Copy, Debug)]
pub struct Since(u64);

impl Since {
    /// From now on.
    pub fn now() -> Self {
        Self(clock::now_ns())
    }

    /// What `ns` of the clock is since then.
    pub fn ns(self, ns: u64) -> u64 {
        ns.saturating_sub(self.0)
    }

    /// What has passed since then.
    pub fn elapsed_ns(self) -> u64 {
        self.ns(clock::now_ns())
    }
}
