//! The one model of work: tasks that any worker can do, and how they grow with the workers.
//!
//! A *task* is one scan over all samples. It counts [`widths_per_scan`](Question::widths_per_scan)
//! widths: one of them, as the article does it, is bound by memory on large samples; many of them in
//! one scan do more arithmetic for each byte and give the same answer. That is the dial between
//! memory-bound and compute-bound work.
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

/// What is asked of the samples: everything a worker needs besides them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// Name of the instruction set that counts.
    pub isa: String,
    /// d coordinates.
    pub center: Vec<f64>,
    /// Widths, above 0.
    pub widths: Vec<f64>,
    /// How many widths one scan counts; the last scan may count fewer.
    pub widths_per_scan: NonZeroUsize,
}

impl Question {
    /// Number of tasks: scans that count all widths once.
    pub fn tasks(&self) -> usize {
        self.widths.len().div_ceil(self.widths_per_scan.get())
    }

    /// The widths that task number `task` counts.
    pub fn widths_of(&self, task: usize) -> Range<usize> {
        let per_scan = self.widths_per_scan.get();
        let end = self.widths.len();
        (task * per_scan).min(end)..((task + 1) * per_scan).min(end)
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
        let counter = Counter::with_isa(run, isa::by_name(&self.isa)?.checked()?)?;
        if self.widths_per_scan.get() == 1 {
            self.bind_one(counter)
        } else {
            self.bind_many(counter)
        }
    }

    /// One width for each scan.
    fn bind_one<'a, T: Element>(
        &self,
        counter: Counter<'a, T>,
    ) -> Result<Bound<'a>, kernel::Error> {
        let window = |&h: &f64| Window::new(&self.center, kernel::Width::new(h)?);
        let windows: Vec<Window> = self.widths.iter().map(window).collect::<Result<_, _>>()?;
        Ok(Bound(Box::new(move |task, counts| counts[0] = never(counter.count(&windows[task])))))
    }

    /// Several widths for each scan.
    fn bind_many<'a, T: Element>(
        &self,
        counter: Counter<'a, T>,
    ) -> Result<Bound<'a>, kernel::Error> {
        let group = |task| Widths::new(&self.widths[self.widths_of(task)]);
        let groups: Vec<Widths> = (0..self.tasks()).map(group).collect::<Result<_, _>>()?;
        let center = self.center.clone();
        // The first scan would find a center that is not finite; here it is still an input error.
        groups.first().map_or(Ok(Vec::new()), |widths| counter.count_widths(&center, widths))?;
        Ok(Bound(Box::new(move |task, counts| {
            counts.copy_from_slice(&never(counter.count_widths(&center, &groups[task])));
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
            isa: Isa::name(isa::best()).into(),
            center: Vec::new(),
            widths: vec![1.0; tasks],
            widths_per_scan: NonZeroUsize::MIN,
        };
        Self { question, subject: Subject::Made(count), mode }
    }

    /// What is asked.
    pub fn question(&self) -> &Question {
        &self.question
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
mod tests {
    use super::{Job, Mode, Question};
    use crate::input::AnySamples;
    use kernel::{Error, Samples, isa};
    use std::num::NonZeroUsize;

    fn samples() -> AnySamples {
        AnySamples::Double(Samples::from_rows(&[0.0, 0.0, 0.5, -0.5, 0.6, 0.0], 2).unwrap())
    }

    fn question(center: &[f64], widths: &[f64], per_scan: usize) -> Question {
        Question {
            isa: isa::best().name().into(),
            center: center.to_vec(),
            widths: widths.to_vec(),
            widths_per_scan: NonZeroUsize::new(per_scan).unwrap(),
        }
    }

    #[test]
    fn every_dial_gives_the_same_counts() {
        let samples = samples();
        for per_scan in 1..5 {
            let question = question(&[0.0, 0.0], &[1.2, 0.1, 1.0], per_scan);
            let job = Job::new(&samples, question.clone(), Mode::Strong).unwrap();
            let bound = job.bind();
            let mut counts = [0; 3];
            for task in 0..question.tasks() {
                bound.count(task, &mut counts[question.widths_of(task)]);
            }
            assert_eq!(counts, [3, 1, 2], "{per_scan} widths per scan");
        }
    }

    #[test]
    fn questions_that_do_not_fit_are_refused() {
        let samples = samples();
        let refused = |center: &[f64], widths: &[f64], per_scan| {
            Job::new(&samples, question(center, widths, per_scan), Mode::Weak).unwrap_err()
        };
        for per_scan in [1, 2] {
            let dimension = Error::Dimension { what: "center", expected: 2, found: 1 };
            assert_eq!(refused(&[0.0], &[1.0], per_scan), dimension);
            let zero = refused(&[0.0, 0.0], &[1.0, 0.0], per_scan);
            assert!(matches!(zero, Error::WidthNotPositive { .. }));
            let nan = refused(&[0.0, f64::NAN], &[1.0], per_scan);
            assert!(matches!(nan, Error::CenterNotFinite { .. }));
        }
    }

    #[test]
    fn strong_work_is_divided_and_other_work_is_not() {
        let shares = |mode| Job::from_tasks(5, &|task| task as u64, mode).shares(2);
        assert_eq!(shares(Mode::Strong), [0..3, 3..5]);
        assert_eq!(shares(Mode::Weak), [0..5, 0..5]);
        assert_eq!(shares(Mode::Throughput), [0..5, 0..5]);
    }
}
