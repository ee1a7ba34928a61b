//! Measures one series: samples, expected answers, passes, then block after block.
//!
//! ```text
//! generate ─► oracle ─► cells ─► passes (on the baseline) ─► journal: series
//!     ─► block: idle time, opening baseline, all cells in random order, closing baseline
//!           (each sample into the journal as it is taken) ─► disk ─► enough? ─► again
//! ```
//!
//! A series that was interrupted enters at the place where the journal ends; everything before comes
//! from the journal. Separate from [`super::run`], which goes from series to series.
//! Next: `take`, a single sample; [`super::stop`], what is enough.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use super::grid::stairs;
use super::grid::{self, Cell, Skipped};
use super::journal::{Journal, Line, SeriesStart, Taken};
use super::plan::{Extent, FLOOR_BLOCKS, Options, Series};
use super::progress::{Reached, Steps, seconds};
use super::record::{StoppedBy, Subject};
use super::take::{Asked, Bench, Shot};
use super::warning::Warning;
use super::{Error, conditions, order, stop};
use crate::backend::{self, Job, Question, Work};
use crate::for_any;
use crate::input::AnySamples;
use crate::machine::clock::{self, Timer};
use crate::machine::counters::SystemReader;
use crate::machine::{State, pages};
use crate::measure::{self, Wrong};
use crate::placement::Placement;
use crate::workload;

/// The machine is watched at rest for so long before each block: five ticks of its counters.
const IDLE: Duration = Duration::from_millis(50);

/// What all series of a study have in common.
pub(super) struct Sweep<'a> {
    pub(super) options: &'a Options,
    pub(super) seat: &'a dyn Fn(usize) -> Placement,
    pub(super) reader: &'a SystemReader,
    pub(super) timer: &'a Timer,
    pub(super) allowed: &'a [usize],
    pub(super) watch: &'a dyn Fn(&[u32]),
}

/// One series of a study.
pub(super) struct Turn<'a> {
    pub(super) sweep: &'a Sweep<'a>,
    pub(super) index: usize,
    /// The time that it may take.
    pub(super) time: Duration,
}

impl Turn<'_> {
    fn series(&self) -> &Series {
        &self.sweep.options.series[self.index]
    }

    /// Measures until it is enough, or somebody interrupts: `None`.
    pub(super) fn measure(&self, journal: &mut Journal) -> Result<Option<StoppedBy>, Error> {
        let (began, workload) = (Instant::now(), &self.series().workload);
        let count = self.sweep.options.series.len();
        let about = format!("[{}/{count}] {}", self.index + 1, self.series().describe());
        self.sweep.options.progress.tell(&format!("{about}: generating and checking samples"));
        let samples = workload.samples().map_err(|error| self.unprepared(error))?;
        let refused = |error: kernel::Error| self.unprepared(error.into());
        let widths = workload.widths.widths().map_err(refused)?.as_slice().to_vec();
        let question = Question {
            work: Work::Count,
            isa: self.sweep.options.isa.name().into(),
            center: workload.center.to_vec(),
            widths,
            widths_per_scan: self.series().widths_per_scan,
            parts: self.series().parts(),
        };
        let job = Job::new(&samples, question, self.series().mode).map_err(refused)?;
        let cells = if journal.content().series().len() > self.index {
            let cells = self.cells_again(journal, &samples, &job)?;
            let pages = for_any!(&samples, samples => pages::of_samples(samples));
            journal.append(&Line::Again { series: self.index, pages })?;
            cells
        } else {
            self.begin(journal, &samples, &job)?
        };
        self.blocks(journal, &job, &cells, &Clock { began, about: &about })
    }

    /// Finds out what can be measured, and how often, and writes it down.
    fn begin(
        &self,
        journal: &mut Journal,
        samples: &AnySamples,
        job: &Job<'_>,
    ) -> Result<Vec<Cell>, Error> {
        let counts = self.counts(samples)?;
        let (mut cells, mut skipped) = grid::cells(backend::ALL[0], self.series(), self.sweep.seat);
        let free_bytes = State::now().available_memory_bytes;
        skipped.extend(grid::drop_too_large(&mut cells, self.series(), job, free_bytes));
        if self.series().has_roof() {
            grid::add_roof(&mut cells);
        }
        grid::add_control(&mut cells);
        self.sweep.options.extent.most_blocks(cells.len())?;
        let passes = self.passes(&cells[0], job)?;
        let subject = self.subject(samples, job, counts, &cells, passes);
        self.write_start(journal, subject, skipped)?;
        Ok(cells)
    }

    /// What the oracle counts.
    fn counts(&self, samples: &AnySamples) -> Result<Vec<u64>, Error> {
        for_any!(samples, samples => self.series().workload.counts(samples))
            .map_err(|error| self.unprepared(error))
    }

    /// Passes that make a sample of the baseline long enough.
    fn passes(&self, baseline: &Cell, job: &Job<'_>) -> Result<NonZeroUsize, Error> {
        let question = job.question();
        let found = baseline.backend.prepare(job, &baseline.placement, Duration::MAX);
        let found = found.and_then(|mut team| {
            let mut found = vec![0; job.question().places()];
            let passes = measure::passes_for(team.as_mut(), self.sweep.options.sample, &mut found)?;
            team.dismiss()?;
            Ok(passes)
        });
        found.map_err(|error| self.wrong(baseline, question, error.into()))
    }

    fn subject(
        &self,
        samples: &AnySamples,
        job: &Job<'_>,
        counts: Vec<u64>,
        cells: &[Cell],
        passes: NonZeroUsize,
    ) -> Subject {
        let (series, workload) = (self.series(), &self.series().workload);
        Subject {
            name: workload.name.into(),
            title: workload.title.into(),
            n: samples.n(),
            d: samples.d(),
            element: samples.element().into(),
            generator: workload.generator.description(),
            sample_seed: Some(workload.seed),
            checksum: samples.checksum().to_string(),
            center: workload.center.to_vec(),
            widths: job.question().widths.clone(),
            counts,
            mode: series.mode,
            level: series.level.filter(|_| series.shortfall.is_none()),
            widths_per_scan: series.widths_per_scan.get(),
            parts: job.question().parts.get(),
            tasks: job.question().tasks(),
            task: series.task(),
            bytes: samples.bytes(),
            pages: for_any!(samples, samples => pages::of_samples(samples)),
            configurations: cells.iter().map(Cell::configuration).collect(),
            passes: passes.get(),
        }
    }

    fn write_start(
        &self,
        journal: &mut Journal,
        subject: Subject,
        skipped: Vec<Skipped>,
    ) -> Result<(), Error> {
        let stored = self.series().workload.checksum.map(|checksum| checksum.to_string());
        let mut warnings = conditions::of_subject(&subject, stored);
        if let Some(assumed) = self.series().assumed.clone() {
            warnings.push(Warning::Assumed { workload: subject.name.clone(), assumed });
        }
        if let Some(shortfall) = self.series().shortfall.clone() {
            warnings.push(Warning::Shortfall { workload: subject.name.clone(), shortfall });
        }
        warnings.extend(stairs(&subject));
        let warnings = warnings.iter().map(ToString::to_string).collect();
        let start = SeriesStart { series: self.index, skipped, warnings, subject };
        Ok(journal.append(&Line::Series(Box::new(start)))?)
    }

    /// The cells of a series that has begun, if everything still is what it was.
    fn cells_again(
        &self,
        journal: &Journal,
        samples: &AnySamples,
        job: &Job<'_>,
    ) -> Result<Vec<Cell>, Error> {
        let subject = &journal.content().series()[self.index].start.subject;
        let changed = |what: &str, then: &str, now: &str| Error::Changed {
            what: format!("workload '{}': {what}", subject.name),
            then: then.into(),
            now: now.into(),
        };
        let now = samples.checksum().to_string();
        if now != subject.checksum {
            return Err(changed("the checksum of the samples", &subject.checksum, &now));
        }
        // Every sample is checked against the counts of the journal: so these are checked first.
        let counts = self.counts(samples)?;
        let widths = &job.question().widths;
        if let Some(at) = (0..widths.len()).find(|&at| {
            subject.counts.get(at) != Some(&counts[at])
                || subject.widths.get(at).is_none_or(|width| width.total_cmp(&widths[at]).is_ne())
        }) {
            let of = |counts: &[u64], widths: &[f64]| {
                format!("{:?} within {:?}", counts.get(at), widths.get(at))
            };
            let (then, now) = (of(&subject.counts, &subject.widths), of(&counts, widths));
            return Err(changed(&format!("the count of width number {at}"), &then, &now));
        }
        let again = |then: &grid::Configuration| {
            let unknown =
                |error: backend::Error| changed("a backend", &then.backend, &error.to_string());
            let backend = backend::by_name(&then.backend).map_err(unknown)?;
            let cell =
                Cell { backend, placement: (self.sweep.seat)(then.workers), role: then.role };
            let now = cell.configuration();
            if now != *then {
                let seats =
                    |one: &grid::Configuration| format!("{} on {:?}", one.describe(), one.cpus);
                return Err(changed("the placement", &seats(then), &seats(&now)));
            }
            Ok(cell)
        };
        subject.configurations.iter().map(again).collect()
    }

    /// Block after block from where the journal ends.
    fn blocks(
        &self,
        journal: &mut Journal,
        job: &Job<'_>,
        cells: &[Cell],
        clock: &Clock<'_>,
    ) -> Result<Option<StoppedBy>, Error> {
        let start = journal.content().series()[self.index].start.subject.clone();
        let passes = NonZeroUsize::new(start.passes).unwrap_or(NonZeroUsize::MIN);
        let most = self.sweep.options.extent.most_blocks(cells.len())?;
        let counting = Asked { job: job.clone(), expected: start.counts };
        let mut bench = Bench {
            counting: &counting,
            loading: &Asked::loading(job),
            passes,
            order: Duration::ZERO,
            reader: self.sweep.reader,
            timer: self.sweep.timer,
            allowed: self.sweep.allowed,
            watch: self.sweep.watch,
        };
        bench.order = self.serial_time(&bench, &cells[0])?;
        let people = match self.sweep.options.extent {
            Extent::Blocks(blocks) => format!("{blocks} blocks"),
            Extent::Adaptive { .. } => format!("at most about {}", seconds(self.time)),
        };
        let steps = self.sweep.options.progress.series(clock.about, cells.len(), &people);
        let first = journal.content().series()[self.index].next().0;
        let seed = self.sweep.options.seed;
        let orders = order::blocks(seed, self.index as u64, cells.len()).enumerate().skip(first);
        for (block, order) in orders {
            if let Some(reason) = self.enough(journal, clock, most) {
                return Ok(Some(reason));
            }
            if !self.block(journal, &bench, cells, &order, &(clock, &steps, most, block))? {
                return Ok(None);
            }
            journal.sync()?;
        }
        Ok(Some(StoppedBy::Blocks))
    }

    /// Time that the baseline needs for what one order asks of a worker at most, seen once: what
    /// patience is measured by.
    fn serial_time(&self, bench: &Bench<'_>, baseline: &Cell) -> Result<Duration, Error> {
        let job = &bench.counting.job;
        let began = clock::now_ns();
        let team = baseline.backend.prepare(job, &baseline.placement, Duration::MAX);
        let measured = team.and_then(|mut team| {
            team.measure(bench.passes, &mut vec![0; job.question().places()])?;
            team.dismiss()
        });
        measured.map_err(|error| self.wrong(baseline, job.question(), error.into()))?;
        let (orders, _) = job.mode().rounds(bench.passes);
        Ok(Duration::from_nanos((clock::now_ns() - began).div_ceil(orders as u64)))
    }

    /// The rest of a block; whether it was finished.
    fn block(
        &self,
        journal: &mut Journal,
        bench: &Bench<'_>,
        cells: &[Cell],
        order: &[usize],
        (clock, steps, most, block): &(&Clock<'_>, &Steps, usize, usize),
    ) -> Result<bool, Error> {
        let first = journal.content().series()[self.index].next().1;
        let last = cells.len() + 1;
        for place in first..=last {
            if self.sweep.options.interrupt.is_requested() {
                return Ok(false);
            }
            let of_block = place as f64 / (last + 1) as f64;
            let configuration = if place == 0 || place == last { 0 } else { order[place - 1] };
            let cell = &cells[configuration];
            let reached = self.reached(journal, (*block, of_block), clock.began.elapsed(), *most);
            steps.at(reached, &cell.configuration().describe());
            let idle_foreign = (place == 0)
                .then(|| conditions::idle_foreign(self.sweep.reader, self.sweep.allowed, IDLE))
                .flatten();
            let failed = |wrong| self.wrong(cell, bench.counting.job.question(), wrong);
            let Shot { measured, ended } = bench.take(configuration, cell).map_err(failed)?;
            let (series, block) = (self.index, *block);
            let taken = Taken { series, block, place, idle_foreign, measured };
            journal.append(&Line::Sample(Box::new(taken)))?;
            ended.map_err(failed)?;
        }
        Ok(true)
    }

    fn reached(
        &self,
        journal: &Journal,
        (blocks, of_block): (usize, f64),
        used: Duration,
        most: usize,
    ) -> Reached {
        let done = blocks as f64 + of_block;
        let (part, left_s) = match self.sweep.options.extent {
            Extent::Blocks(_) => {
                let part = done / most as f64;
                (part, used.as_secs_f64() * (1.0 / part.max(1e-3) - 1.0))
            }
            Extent::Adaptive { .. } => {
                let used_s = used.as_secs_f64();
                let left_s = self.time.saturating_sub(used).as_secs_f64();
                // Some blocks are measured however late it is.
                let samples_s = journal.content().series()[self.index].span_ns() as f64 / 1e9;
                let missing = (FLOOR_BLOCKS as f64 - done).max(0.0);
                let left_s = left_s.max(missing * samples_s / done.max(1e-3));
                (used_s / (used_s + left_s).max(1e-9), left_s)
            }
        };
        let left = Duration::try_from_secs_f64(left_s).unwrap_or_default();
        Reached { blocks, of_block, part, left }
    }

    /// Why no further block is needed, if none is.
    fn enough(&self, journal: &Journal, clock: &Clock<'_>, most: usize) -> Option<StoppedBy> {
        let progressed = &journal.content().series()[self.index];
        let blocks = progressed.blocks.iter().filter(|block| block.is_complete()).count();
        if blocks < progressed.blocks.len() {
            return None;
        }
        let Extent::Adaptive { precision, .. } = self.sweep.options.extent else {
            return (blocks >= most).then_some(StoppedBy::Blocks);
        };
        let configurations = &progressed.start.subject.configurations;
        if stop::is_enough(configurations, &progressed.blocks, precision) {
            return Some(StoppedBy::Precision);
        }
        if blocks >= most {
            return Some(StoppedBy::Blocks);
        }
        let is_late = clock.began.elapsed() >= self.time;
        (blocks >= FLOOR_BLOCKS && is_late).then_some(StoppedBy::Budget)
    }

    fn unprepared(&self, source: workload::Error) -> Error {
        Error::Workload { workload: self.series().workload.name, source }
    }

    fn wrong(&self, cell: &Cell, question: &Question, wrong: Wrong) -> Error {
        Error::of_sample(self.series().workload.name, cell, question, wrong)
    }
}

/// When this program began with a series, and what people call it.
struct Clock<'a> {
    began: Instant,
    about: &'a str,
}
