//! The one model of work: tasks that any worker can do, and how they grow with the workers.
//!
//! A *task* is one scan over all samples, or over one of the [`parts`](Question::parts) that they are
//! cut into. It counts [`widths_per_scan`](Question::widths_per_scan) widths: one of them, as the article does it, is bound by memory on large samples; many of them in
//! one scan do more arithmetic for each byte and give the same answer. That is the dial between
//! memory-bound and compute-bound work. Parts are for scans that are too few to be shared out: of four
//! tasks three workers cannot do more in the same time than two. Counts of parts add up.
//!
//! The same tasks can be asked to [load](Work::Load) their samples and no more: then the job is the roof
//! that memory and caches set to any count of these samples by the same workers.
//!
//! A [`Job`] is what is asked ([`Question`]), the samples, and the [`Mode`] in which it grows. A worker
//! [binds](Job::bind) it to samples once, outside the timed part, and then does tasks by number.
//! Separate from the backends, which know tasks only by number. Next: [`super::Backend`].

use std::fmt;
use std::num::NonZeroUsize;
use std::ops::Range;

use kernel::isa::{self, Isa};
use kernel::{Counter, Element, Run, Widths, Window};
use serde::{Deserialize, Serialize};

use crate::for_any;
use crate::input::AnySamples;

/// How the work grows with the number of workers N.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// It does not: one job is divided among all workers.
    Strong,
    /// N jobs, each worker one on samples of its own; a pass ends when all have done theirs.
    Weak,
    /// As weak, but nobody waits for anybody between passes.
    Throughput,
}

impl Mode {
    /// Every mode.
    pub const ALL: &'static [Self] = &[Self::Strong, Self::Weak, Self::Throughput];

    /// Its name, as on the command line and in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strong => "strong",
            Self::Weak => "weak",
            Self::Throughput => "throughput",
        }
    }

    /// What it is, in one line.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Strong => "one job, divided among the workers",
            Self::Weak => "a job for each worker on samples of its own, together pass by pass",
            Self::Throughput => "a job for each worker on samples of its own, nobody waits",
        }
    }

    /// Whether every worker has samples of its own.
    pub fn replicates(self) -> bool {
        self != Self::Strong
    }

    /// How `passes` are handed out: so many rounds, each with so many passes.
    pub(crate) fn rounds(self, passes: NonZeroUsize) -> (usize, usize) {
        match self {
            Self::Strong | Self::Weak => (passes.get(), 1),
            Self::Throughput => (1, passes.get()),
        }
    }
}

/// What a task does with the samples that it scans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// It counts those within its widths.
    Count,
    /// It loads each of their bytes once and adds them up. Its answer is the same 64 bits of that sum in
    /// each of its places: a function of samples, part and instruction set, so that it must not change
    /// from pass to pass or from backend to backend, and not a number to be read.
    Load,
}

/// What is asked of the samples: everything a worker needs besides them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// What tasks do.
    pub work: Work,
    /// Name of the instruction set that counts.
    pub isa: String,
    /// d coordinates.
    pub center: Vec<f64>,
    /// Widths, above 0.
    pub widths: Vec<f64>,
    /// How many widths one scan counts; the last scan may count fewer.
    pub widths_per_scan: NonZeroUsize,
    /// Into how many parts the samples are cut; a task scans one of them.
    pub parts: NonZeroUsize,
}

/// Parts begin at multiples of so many samples: whole cache lines, whatever the storage.
const PART_UNIT: usize = 64;

impl Question {
    /// Number of tasks that count all widths over all samples once.
    pub fn tasks(&self) -> usize {
        self.scans() * self.parts.get()
    }

    /// Scans of all samples that count all widths once.
    fn scans(&self) -> usize {
        self.widths.len().div_ceil(self.widths_per_scan.get())
    }

    /// The widths that task number `task` counts.
    pub fn widths_of(&self, task: usize) -> Range<usize> {
        let (scan, per_scan) = (task / self.parts, self.widths_per_scan.get());
        let end = self.widths.len();
        (scan * per_scan).min(end)..((scan + 1) * per_scan).min(end)
    }

    /// Number of counts that the tasks give: one for each width and part.
    pub fn places(&self) -> usize {
        self.widths.len() * self.parts.get()
    }

    /// Where among all [`places`](Self::places) the counts of task number `task` stand. Places follow
    /// each other as tasks do.
    pub fn places_of(&self, task: usize) -> Range<usize> {
        let widths = self.widths_of(task);
        let start = widths.start * self.parts.get() + task % self.parts * widths.len();
        start..start + widths.len()
    }

    /// The width whose count over some part stands at `place`.
    pub fn width_at(&self, place: usize) -> usize {
        let of_scan = self.widths_per_scan.get() * self.parts.get();
        let widths = self.widths_of(place / of_scan * self.parts.get());
        widths.start + (place % of_scan) % widths.len().max(1)
    }

    /// The count of each width, added up over the parts of `counts`, which has all places.
    pub fn totals(&self, counts: &[u64]) -> Vec<u64> {
        let mut totals = vec![0_u64; self.widths.len()];
        for (place, count) in counts.iter().enumerate() {
            let total = &mut totals[self.width_at(place)];
            // What is wrong may be anything, and must not stop the comparison that finds it.
            *total = total.wrapping_add(*count);
        }
        totals
    }

    /// The part that each task scans.
    ///
    /// Every scan begins a little further on, so that workers whose shares begin with different scans
    /// do not read the same samples at the same time, where one of them would find in a shared cache
    /// what the other has just fetched from memory.
    fn parts_of_tasks(&self) -> Vec<usize> {
        let (scans, parts) = (self.scans(), self.parts.get());
        let turn = |task: usize| (task % parts + task / parts * parts / scans) % parts;
        (0..self.tasks()).map(turn).collect()
    }

    /// The tasks of `run`, ready to be done.
    ///
    /// # Errors
    /// - [`kernel::Error::Dimension`] if the center has not one coordinate for each dimension;
    /// - [`kernel::Error::CenterNotFinite`], [`kernel::Error::WidthNotPositive`];
    /// - an unknown or unavailable instruction set.
    pub fn bind<'a, T: Element>(&self, run: Run<'a, T>) -> Result<Bound<'a>, kernel::Error> {
        let (expected, found) = (run.d(), self.center.len());
        if found != expected {
            return Err(kernel::Error::Dimension { what: "center", expected, found });
        }
        let isa = isa::by_name(&self.isa)?.checked()?;
        let n = run.len();
        let parts = crate::share::shares(n.div_ceil(PART_UNIT), self.parts.get());
        let parts = parts.into_iter().map(move |units| {
            let end = (units.end * PART_UNIT).min(n);
            run.slice((units.start * PART_UNIT).min(end)..end)
        });
        let counters: Vec<_> =
            parts.map(|part| Counter::with_isa(part, isa)).collect::<Result<_, _>>()?;
        match self.work {
            Work::Load => Ok(self.bind_load(counters)),
            Work::Count if self.widths_per_scan.get() == 1 => self.bind_one(counters),
            Work::Count => self.bind_many(counters),
        }
    }

    /// Nothing but loading.
    fn bind_load<'a, T: Element>(&self, counters: Vec<Counter<'a, T>>) -> Bound<'a> {
        let of_task = self.parts_of_tasks();
        Bound(Box::new(move |task, sums| sums.fill(counters[of_task[task]].sum().to_bits())))
    }

    /// One width for each scan.
    fn bind_one<'a, T: Element>(
        &self,
        counters: Vec<Counter<'a, T>>,
    ) -> Result<Bound<'a>, kernel::Error> {
        let window = |&h: &f64| Window::new(&self.center, kernel::Width::new(h)?);
        let windows: Vec<Window> = self.widths.iter().map(window).collect::<Result<_, _>>()?;
        let (parts, of_task) = (self.parts, self.parts_of_tasks());
        Ok(Bound(Box::new(move |task, counts| {
            counts[0] = never(counters[of_task[task]].count(&windows[task / parts]));
        })))
    }

    /// Several widths for each scan.
    fn bind_many<'a, T: Element>(
        &self,
        counters: Vec<Counter<'a, T>>,
    ) -> Result<Bound<'a>, kernel::Error> {
        let (parts, of_task) = (self.parts, self.parts_of_tasks());
        let group = |scan| Widths::new(&self.widths[self.widths_of(scan * parts.get())]);
        let groups: Vec<Widths> = (0..self.scans()).map(group).collect::<Result<_, _>>()?;
        let center = self.center.clone();
        // The first scan would find a center that is not finite; here it is still an input error.
        groups
            .first()
            .map_or(Ok(Vec::new()), |widths| counters[0].count_widths(&center, widths))?;
        Ok(Bound(Box::new(move |task, counts| {
            let counted = counters[of_task[task]].count_widths(&center, &groups[task / parts]);
            counts.copy_from_slice(&never(counted));
        })))
    }
}

/// Counting fails for a wrong dimension only, which binding has refused.
fn never<T>(counted: Result<T, kernel::Error>) -> T {
    counted.unwrap_or_else(|error| unreachable!("{error}"))
}

/// Puts the counts of a task's widths into their places.
type Count<'a> = dyn Fn(usize, &mut [u64]) + Send + Sync + 'a;

/// The tasks of a [`Question`] about certain samples.
pub struct Bound<'a>(Box<Count<'a>>);

impl Bound<'_> {
    /// Does one task: `counts` becomes the count of each of its widths.
    ///
    /// # Panics
    /// If there is no such task, or `counts` has not as many places as it has widths.
    pub fn count(&self, task: usize, counts: &mut [u64]) {
        (self.0)(task, counts);
    }
}

impl fmt::Debug for Bound<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bound")
    }
}

/// A function that does a task, for tests of backends.
pub type Made<'a> = dyn Fn(usize) -> u64 + Send + Sync + 'a;

/// What is counted: real samples, or nothing but a function.
#[derive(Clone, Copy)]
enum Subject<'a> {
    Samples(&'a AnySamples),
    Made(&'a Made<'a>),
}

/// Work for a team: a question, its samples, and the mode in which it grows.
#[derive(Clone)]
pub struct Job<'a> {
    question: Question,
    subject: Subject<'a>,
    mode: Mode,
}

impl<'a> Job<'a> {
    /// `question` about `samples`.
    ///
    /// # Errors
    /// As [`Question::bind`]: a job that exists can be bound.
    pub fn new(
        samples: &'a AnySamples,
        question: Question,
        mode: Mode,
    ) -> Result<Self, kernel::Error> {
        for_any!(samples, samples => question.bind(samples.all()))?;
        Ok(Self { question, subject: Subject::Samples(samples), mode })
    }

    /// `tasks` tasks of one width each, done by `count`, which gives the same whenever it is called.
    /// Only teams inside this process can do them.
    pub fn from_tasks(tasks: usize, count: &'a Made<'a>, mode: Mode) -> Self {
        let question = Question {
            work: Work::Count,
            isa: Isa::name(isa::best()).into(),
            center: Vec::new(),
            widths: vec![1.0; tasks],
            widths_per_scan: NonZeroUsize::MIN,
            parts: NonZeroUsize::MIN,
        };
        Self { question, subject: Subject::Made(count), mode }
    }

    /// What is asked.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// The same tasks over the same samples, which are only loaded; a job that is only a function stays
    /// what it is.
    #[must_use]
    pub fn loading(&self) -> Self {
        let question = Question { work: Work::Load, ..self.question.clone() };
        Self { question, ..self.clone() }
    }

    /// What comes out when every task is done once, here and one after another: the answer for each
    /// width, as [`Question::totals`].
    pub fn answer(&self) -> Vec<u64> {
        let (bound, mut counts) = (self.bind(), vec![0; self.question.places()]);
        for task in 0..self.question.tasks() {
            bound.count(task, &mut counts[self.question.places_of(task)]);
        }
        self.question.totals(&counts)
    }

    /// How the work grows with the workers.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The samples; `None` for a job that is only a function.
    pub fn samples(&self) -> Option<&'a AnySamples> {
        match self.subject {
            Subject::Samples(samples) => Some(samples),
            Subject::Made(_) => None,
        }
    }

    /// The tasks over the job's own samples.
    pub fn bind(&self) -> Bound<'a> {
        match self.subject {
            Subject::Samples(samples) => self.bind_to(samples),
            Subject::Made(count) => Bound(Box::new(move |task, counts| counts[0] = count(task))),
        }
    }

    /// The tasks over `samples`, a copy of the job's own.
    pub fn bind_to<'b>(&self, samples: &'b AnySamples) -> Bound<'b> {
        for_any!(samples, samples => never(self.question.bind(samples.all())))
    }

    /// The tasks of each of `workers` workers: a share of them, or all of them for each.
    pub fn shares(&self, workers: usize) -> Vec<Range<usize>> {
        let tasks = self.question.tasks();
        match self.mode {
            Mode::Strong => crate::share::shares(tasks, workers),
            Mode::Weak | Mode::Throughput => vec![0..tasks; workers],
        }
    }
}

impl fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Job({} tasks, {})", self.question.tasks(), self.mode.name())
    }
}

#[cfg(test)]
mod parts;
#[cfg(test)]
mod tests;
