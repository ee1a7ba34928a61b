//! Bundles of series with a name: what `parzen study --preset` offers, in one table.
//!
//! A bundle is rows of (workloads × modes × dials), with the backends and numbers of workers that run
//! them. A user's wishes narrow or replace parts of it. Separate from [`super::plan`], which holds what
//! came out. Rows may name backends; those that this program does not have are left out.
//! Next: [`crate::workload`], what the rows name.

use std::num::NonZeroUsize;
use std::time::Duration;

use super::Error;
use super::plan::{PlannedSeries, Series};
use crate::backend::{self, Backend, Mode};
use crate::machine::Capture;
use crate::machine::topology::Cache;
use crate::placement::{Choice, default_workers};
use crate::workload::sizes::{MOST_WIDTHS, Room, Sized};
use crate::workload::{self, Level, Workload};

/// A bundle of series.
#[derive(Debug)]
pub struct Preset {
    /// As it is asked for.
    pub name: &'static str,
    /// What it measures, in one line.
    pub summary: &'static str,
    /// Time for everything, unless another is asked for.
    pub budget: Duration,
    rows: &'static [Row],
}

/// Everything that some workloads are measured in.
#[derive(Debug)]
struct Row {
    workloads: &'static [Source],
    modes: &'static [Mode],
    /// Names of backends; none stands for all.
    backends: &'static [&'static str],
    /// Numbers of workers; none stands for those that fit the machine.
    workers: &'static [usize],
    dials: &'static [Dial],
}

/// Where a workload comes from.
#[derive(Clone, Copy, Debug)]
enum Source {
    Named(&'static str),
    Sized(Level),
}

/// How many widths a scan counts.
#[derive(Clone, Copy, Debug)]
enum Dial {
    Widths(usize),
    All,
}

const ARTICLE: &[Source] = &[Source::Named("article")];
const DRAM: &[Source] = &[Source::Sized(Level::Dram)];
const EVERY_SIZE: &[Source] = &[
    Source::Sized(Level::L1),
    Source::Sized(Level::L2),
    Source::Sized(Level::L3),
    Source::Sized(Level::Dram),
];
const ONE_WIDTH: &[Dial] = &[Dial::Widths(1)];

/// Every bundle, the default first.
pub const ALL: &[Preset] = &[
    Preset {
        name: "quick",
        summary: "the article's sample divided, main memory divided, L1 side by side: a minute",
        budget: Duration::from_mins(1),
        rows: &[
            Row {
                workloads: ARTICLE,
                modes: &[Mode::Strong],
                backends: &["threads", "rayon", "processes-shared-map"],
                workers: &[],
                dials: ONE_WIDTH,
            },
            Row {
                workloads: DRAM,
                modes: &[Mode::Strong],
                backends: &["threads"],
                workers: &[],
                dials: ONE_WIDTH,
            },
            Row {
                workloads: &[Source::Sized(Level::L1)],
                modes: &[Mode::Throughput],
                backends: &["threads"],
                workers: &[],
                dials: ONE_WIDTH,
            },
        ],
    },
    Preset {
        name: "article",
        summary: "the article's benchmark: its sample, 1, 2, 3, 4 and 6 workers, every backend",
        budget: Duration::from_mins(2),
        rows: &[Row {
            workloads: ARTICLE,
            modes: &[Mode::Strong],
            backends: &[],
            workers: &[1, 2, 3, 4, 6],
            dials: ONE_WIDTH,
        }],
    },
    Preset {
        name: "full",
        summary: "every size, mode and backend, and the dial from memory-bound to compute-bound",
        budget: Duration::from_mins(10),
        rows: &[
            Row {
                workloads: ARTICLE,
                modes: &[Mode::Strong],
                backends: &[],
                workers: &[],
                dials: ONE_WIDTH,
            },
            Row {
                workloads: EVERY_SIZE,
                modes: Mode::ALL,
                backends: &[],
                workers: &[],
                dials: ONE_WIDTH,
            },
            Row {
                workloads: &[Source::Sized(Level::L2), Source::Sized(Level::Dram)],
                modes: &[Mode::Strong],
                backends: &["threads"],
                workers: &[],
                dials: &[Dial::Widths(10), Dial::All],
            },
        ],
    },
];

/// What a user asks for beside a bundle; what is empty is left to the bundle.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// These backends only.
    pub backends: Vec<&'static dyn Backend>,
    /// These numbers of workers.
    pub workers: Vec<usize>,
    /// These modes.
    pub modes: Vec<Mode>,
    /// These sizes instead of the bundle's workloads.
    pub sizes: Vec<Level>,
    /// These dials.
    pub widths_per_scan: Vec<NonZeroUsize>,
}

/// What must be known of the machine.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// Its caches.
    pub caches: &'a [Cache],
    /// The memory that this process may fill.
    pub memory_bytes: Option<u64>,
    /// Numbers of workers that are worth measuring.
    pub workers: Vec<usize>,
}

impl<'a> Facts<'a> {
    /// Those of a captured machine whose workers sit as `choice` says: a list of CPUs is all the room
    /// there is.
    pub fn of(capture: &'a Capture, choice: &Choice) -> Self {
        let (machine, limits) = (&capture.machine, &capture.limits);
        let seats = choice.within(&limits.allowed_cpus);
        Self {
            caches: &machine.caches,
            memory_bytes: limits.usable_memory_bytes(machine.memory_bytes),
            workers: default_workers(&machine.topology, &seats, limits.quota_cpus),
        }
    }
}

impl Preset {
    /// The bundle called `name`.
    ///
    /// # Errors
    /// A sentence that lists the known names.
    pub fn by_name(name: &str) -> Result<&'static Self, String> {
        ALL.iter().find(|preset| preset.name == name).ok_or_else(|| {
            let known: Vec<&str> = ALL.iter().map(|preset| preset.name).collect();
            format!("unknown preset '{name}'; known: {}", known.join(", "))
        })
    }

    /// The series of this bundle on a machine, as far as `wishes` leave them; none twice.
    pub fn series(&self, wishes: &Wishes, facts: &Facts<'_>) -> Vec<Series> {
        let mut series: Vec<Series> = Vec::new();
        for new in self.rows.iter().flat_map(|row| row.series(wishes, facts)) {
            let is_same =
                |old: &&mut Series| old.describe() == new.describe() && old.workers == new.workers;
            match series.iter_mut().find(is_same) {
                Some(old) => old.join(new.backends),
                None => series.push(new),
            }
        }
        series
    }
}

impl Row {
    fn series(&self, wishes: &Wishes, facts: &Facts<'_>) -> Vec<Series> {
        let sized: Vec<Source> = wishes.sizes.iter().map(|&level| Source::Sized(level)).collect();
        let sources = if sized.is_empty() { self.workloads } else { &sized };
        let modes = if wishes.modes.is_empty() { self.modes } else { &wishes.modes };
        let mut series = Vec::new();
        for source in sources {
            for &mode in modes {
                for widths_per_scan in self.dials(wishes, source.most_widths()) {
                    let (backends, workers) = (self.backends(wishes), self.workers(wishes, facts));
                    series.push(source.series(facts, mode, widths_per_scan, backends, workers));
                }
            }
        }
        series
    }

    /// The dials, none above the number of widths.
    fn dials(&self, wishes: &Wishes, widths: usize) -> Vec<NonZeroUsize> {
        let most = NonZeroUsize::new(widths).unwrap_or(NonZeroUsize::MIN);
        let wanted = |dial: &Dial| match dial {
            Dial::Widths(widths) => NonZeroUsize::new(*widths).unwrap_or(NonZeroUsize::MIN),
            Dial::All => most,
        };
        let mut dials: Vec<NonZeroUsize> = if wishes.widths_per_scan.is_empty() {
            self.dials.iter().map(wanted).collect()
        } else {
            wishes.widths_per_scan.clone()
        };
        for dial in &mut dials {
            *dial = (*dial).min(most);
        }
        dials.dedup();
        dials
    }

    fn backends(&self, wishes: &Wishes) -> Vec<&'static dyn Backend> {
        if !wishes.backends.is_empty() {
            let mut once: Vec<&'static dyn Backend> = Vec::new();
            for &wish in &wishes.backends {
                if once.iter().all(|one| one.name() != wish.name()) {
                    once.push(wish);
                }
            }
            return once;
        }
        let named = |one: &&&'static dyn Backend| {
            self.backends.is_empty() || self.backends.contains(&one.name())
        };
        backend::ALL.iter().filter(named).copied().collect()
    }

    fn workers(&self, wishes: &Wishes, facts: &Facts<'_>) -> Vec<usize> {
        match (&wishes.workers[..], self.workers) {
            ([], []) => facts.workers.clone(),
            ([], workers) | (workers, _) => workers.to_vec(),
        }
    }
}

impl Source {
    /// What it measures. The table names only workloads that exist; a test holds it to that.
    fn named(name: &str) -> &'static Workload {
        Workload::by_name(name).unwrap_or(&workload::ALL[0])
    }

    /// The most widths that one scan can count.
    fn most_widths(self) -> usize {
        match self {
            Self::Named(name) => Self::named(name).widths.count,
            Self::Sized(_) => MOST_WIDTHS,
        }
    }

    /// The series in which it is measured so.
    fn series(
        self,
        facts: &Facts<'_>,
        mode: Mode,
        widths_per_scan: NonZeroUsize,
        backends: Vec<&'static dyn Backend>,
        workers: Vec<usize>,
    ) -> Series {
        let (sized, level) = match self {
            Self::Named(name) => {
                let workload = Self::named(name).clone();
                (Sized { workload, assumed: None, shortfall: None }, None)
            }
            Self::Sized(level) => {
                let most = workers.iter().copied().max().unwrap_or(1);
                let copies = if mode.replicates() { most } else { 1 };
                let widths_per_scan = widths_per_scan.get();
                let (caches, memory_bytes) = (facts.caches, facts.memory_bytes);
                let room = Room { caches, memory_bytes, copies, widths_per_scan };
                (level.workload(room), Some(level))
            }
        };
        let Sized { workload, assumed, shortfall } = sized;
        Series { workload, level, mode, widths_per_scan, backends, workers, assumed, shortfall }
    }
}

impl Series {
    /// Adds backends that are not there yet.
    fn join(&mut self, others: Vec<&'static dyn Backend>) {
        for other in others {
            if self.backends.iter().all(|one| one.name() != other.name()) {
                self.backends.push(other);
            }
        }
    }

    /// The series that a plan names, on the same machine as then.
    ///
    /// # Errors
    /// [`Error::Plan`] if the plan names what this program does not have.
    pub fn of_plan(planned: &PlannedSeries, facts: &Facts<'_>) -> Result<Self, Error> {
        let unknown = |error: &dyn std::error::Error| Error::Plan(error.to_string());
        let source = match planned.level {
            Some(level) => Source::Sized(level),
            None => Source::Named(
                Workload::by_name(&planned.workload).map_err(|error| unknown(&error))?.name,
            ),
        };
        let backends = planned.backends.iter().map(|name| backend::by_name(name));
        let backends = backends.collect::<Result<_, _>>().map_err(|error| unknown(&error))?;
        let (dial, workers) = (planned.widths_per_scan, planned.workers.clone());
        let series = source.series(facts, planned.mode, dial, backends, workers);
        // Caches and memory may be others by now; the samples are those of the plan.
        let (assumed, shortfall) = (planned.assumed.clone(), planned.shortfall.clone());
        Ok(Self { workload: planned.sized(series.workload), assumed, shortfall, ..series })
    }
}

#[cfg(test)]
mod tests;
