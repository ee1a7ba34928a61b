//! The run of one benchmark target, from pinning to the last file.
//!
//! Criterion decides what runs: filters, `--list` and baselines are its own. A pair is measured only
//! if criterion has just timed both of its cases, so every flag means the same for both. In test mode
//! each case answers once and each pair makes one round; nothing is written then.
//!
//! The measuring thread is not the main thread, and stays on one CPU; generating samples is allowed
//! all of them ([`unpinned`]). Next: [`crate::paired`], [`crate::table`].

use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use runner::machine::affinity::{self, PinError};

use crate::case::Case;
use crate::job;
use crate::paired::{self, Effort};
use crate::table::{Row, Table};

/// What the command line asks for, as far as pairs are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// `cargo bench`: figures.
    Measure,
    /// `cargo bench -- --test`, or without Cargo: see that every answer is right.
    Test,
    /// `cargo bench -- --profile-time`: only what the profiler is to see.
    Profile,
}

impl Mode {
    /// The mode that criterion takes from the same arguments.
    pub fn of<S: AsRef<str>>(arguments: impl IntoIterator<Item = S>) -> Self {
        let (mut is_bench, mut is_test, mut is_profile) = (false, false, false);
        for argument in arguments {
            is_bench |= argument.as_ref() == "--bench";
            is_test |= argument.as_ref() == "--test";
            is_profile |= argument.as_ref().starts_with("--profile-time");
        }
        match (is_bench && !is_test, is_profile) {
            (false, _) => Self::Test,
            (true, true) => Self::Profile,
            (true, false) => Self::Measure,
        }
    }
}

/// One run of one target.
pub struct Session {
    criterion: Criterion,
    mode: Mode,
    /// Ids of the cases that criterion has run.
    timed: BTreeSet<String>,
    table: Table,
}

/// Runs the benchmark target `target`: `body` on a pinned thread, then the table of its pairs.
///
/// `scratch` is `env!("CARGO_TARGET_TMPDIR")` of the target; the files go to `parzen` beside it.
pub fn run(
    target: &'static str,
    scratch: &str,
    body: impl FnOnce(&mut Session) + Send,
) -> ExitCode {
    affinity::allowed();
    let folder = Path::new(scratch).with_file_name("parzen");
    let measuring = || -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let mut session = Session::open(target)?;
        body(&mut session);
        session.close(&folder)?;
        Ok(())
    };
    match std::thread::scope(|scope| scope.spawn(measuring).join()) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
        // The panic has already said what is wrong.
        Err(_) => ExitCode::FAILURE,
    }
}

impl Session {
    fn open(target: &'static str) -> Result<Self, PinError> {
        for line in job::absent() {
            eprintln!("skipped: {line}");
        }
        let pinned_cpu = pin()?;
        let criterion = Criterion::default()
            .without_plots()
            .warm_up_time(Duration::from_millis(500))
            .measurement_time(Duration::from_secs(1))
            .sample_size(30)
            .configure_from_args();
        let table = Table::new(target, runner::machine::capture().machine, pinned_cpu);
        let mode = Mode::of(std::env::args());
        Ok(Self { criterion, mode, timed: BTreeSet::new(), table })
    }

    /// What the command line asks for.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// Times `case` with criterion, after its answer was right.
    ///
    /// # Panics
    /// If the answer is wrong.
    pub fn time(&mut self, case: &Case<'_>) {
        let mut group = self.criterion.benchmark_group(&case.group);
        group.throughput(Throughput::Elements(case.elements));
        if bench(&mut group, case) {
            self.timed.insert(case.id());
        }
        group.finish();
    }

    /// Times `subject` and `reference` in turn, if criterion has timed both.
    ///
    /// # Panics
    /// If an answer is wrong.
    pub fn pair(&mut self, subject: &Case<'_>, reference: &Case<'_>) {
        let effort = match self.mode {
            Mode::Measure => Effort::FULL,
            Mode::Test => Effort::ONCE,
            Mode::Profile => return,
        };
        if [subject.id(), reference.id()].iter().all(|id| self.timed.contains(id)) {
            let mut jobs = [subject.checked(), reference.checked()];
            let rounds = paired::measure(&mut jobs, effort);
            self.table.rows.push(Row::new(subject, reference, rounds));
        }
    }

    /// Times both, and then in turn.
    ///
    /// # Panics
    /// If an answer is wrong.
    pub fn compare(&mut self, subject: &Case<'_>, reference: &Case<'_>) {
        self.time(reference);
        self.time(subject);
        self.pair(subject, reference);
    }

    /// Prints and writes what was measured.
    fn close(self, folder: &Path) -> io::Result<()> {
        self.criterion.final_summary();
        if self.table.rows.is_empty() || self.mode != Mode::Measure {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        writeln!(out, "\n{}", self.table.markdown())?;
        for path in self.table.write(folder)? {
            writeln!(out, "wrote {}", path.display())?;
        }
        out.flush()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({}, {:?}, {} timed)", self.table.target, self.mode, self.timed.len())
    }
}

/// Hands `case` to criterion; whether criterion ran it.
fn bench(group: &mut BenchmarkGroup<'_, WallTime>, case: &Case<'_>) -> bool {
    let mut has_run = false;
    group.bench_function(case.name, |bencher| {
        let mut job = case.checked();
        bencher.iter(&mut job);
        has_run = true;
    });
    has_run
}

/// Pins the calling thread to the last allowed CPU (the first is where most interrupts go), and
/// says which. `None` on systems that cannot be asked where a thread is.
fn pin() -> Result<Option<usize>, PinError> {
    let Some(&cpu) = affinity::allowed().last() else { return Ok(None) };
    match affinity::pin(cpu) {
        Ok(()) => Ok(Some(cpu)),
        Err(PinError::Unproven { .. }) if affinity::current().is_none() => {
            eprintln!("warning: nothing proves that cpu {cpu} was kept; expect wider intervals");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Does `work` with every allowed CPU at its service, and returns to the CPU of the caller.
///
/// A thread started by a pinned thread is pinned, too: without this, all workers that generate
/// samples would share one CPU.
///
/// # Panics
/// If the calling thread was pinned and cannot be set free, or not be pinned again.
pub fn unpinned<R>(work: impl FnOnce() -> R) -> R {
    let pinned = affinity::current().filter(|&cpu| affinity::verify(cpu));
    let Some(cpu) = pinned else { return work() };
    affinity::reset().unwrap_or_else(|error| panic!("cannot leave cpu {cpu}: {error}"));
    let result = work();
    affinity::pin(cpu).unwrap_or_else(|error| panic!("{error}"));
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_those_of_criterion() {
        assert_eq!(Mode::of(["program", "--bench"]), Mode::Measure);
        assert_eq!(
            Mode::of(["program", "filter", "--bench", "--save-baseline", "x"]),
            Mode::Measure
        );
        assert_eq!(Mode::of(["program", "--bench", "--test"]), Mode::Test);
        assert_eq!(Mode::of(["program"]), Mode::Test);
        assert_eq!(Mode::of(["program", "--profile-time", "5", "--bench"]), Mode::Profile);
        assert_eq!(Mode::of(["program", "--profile-time=5", "--bench"]), Mode::Profile);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn unpinned_work_sees_every_cpu_and_the_thread_returns() {
        affinity::allowed();
        let there_and_back = || {
            let cpu = pin().unwrap().unwrap();
            assert_eq!(std::thread::available_parallelism().unwrap().get(), 1);
            let inside = unpinned(|| std::thread::available_parallelism().unwrap().get());
            assert!(affinity::verify(cpu));
            inside
        };
        let inside = std::thread::spawn(there_and_back).join().unwrap();
        assert!(inside == affinity::allowed().len() || inside == 1, "{inside}");
    }
}
