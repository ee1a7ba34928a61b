//! Every backend, in every mode and with every number of workers it can have, gives the oracle's counts,
//! and loads the samples that it counts.
//!
//! Backends are taken from the table, so that a new one is tested by being there; one that cannot run
//! on this system is told by [`Backend::availability`] and left out, which is no way out on Linux.
//! Nothing here depends on how long anything takes, or on how many CPUs there are.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use kernel::isa;
use runner::backend::processes;
use runner::backend::{ALL, Backend, Changed, Error, Job, Mode, Question, Scaling, Work};
use runner::for_any;
use runner::input::AnySamples;
use runner::machine::affinity;
use runner::placement;
use runner::workload::{Expected, Generator, Stored, WidthRange, Workload};

const WORKERS: [usize; 4] = [1, 2, 3, 7];
/// Far more than anything here needs: a hang is a failure, not a wait.
const PATIENCE: Duration = Duration::from_mins(1);

/// A backend, a number of workers and a mode that go together.
type Cell = (&'static dyn Backend, usize, Mode);

fn cells() -> Vec<Cell> {
    // This test's own `main` belongs to the harness, which cannot be a worker.
    processes::set_program(env!("CARGO_BIN_EXE_parzen")).unwrap();
    let mut cells = Vec::new();
    for &backend in ALL.iter().filter(|backend| backend.availability().is_ok()) {
        for &mode in backend.modes() {
            let allowed = WORKERS.into_iter().filter(|&workers| backend.scaling().allows(workers));
            cells.extend(allowed.map(|workers| (backend, workers, mode)));
        }
    }
    cells
}

/// Cells whose backend can do a job that is only a function.
fn cells_inside_this_process() -> Vec<Cell> {
    let job = Job::from_tasks(1, &|_| 1, Mode::Strong);
    let placement = placement::in_order(1, affinity::allowed());
    let inside = |backend: &dyn Backend| backend.prepare(&job, &placement, PATIENCE).is_ok();
    let cells: Vec<Cell> = cells().into_iter().filter(|(backend, ..)| inside(*backend)).collect();
    assert!(!cells.is_empty());
    cells
}

#[cfg(target_os = "linux")]
#[test]
fn every_backend_is_available_on_linux() {
    let tested = cells();
    for backend in ALL {
        assert_eq!(backend.availability(), Ok(()), "{backend:?}");
        assert!(tested.iter().any(|(one, ..)| one.name() == backend.name()), "{backend:?}");
    }
}

fn passes(passes: usize) -> NonZeroUsize {
    NonZeroUsize::new(passes).unwrap()
}

fn workload(n: usize, widths: usize, element: Stored) -> Workload {
    Workload {
        name: "small",
        title: "a small workload",
        n,
        d: 3,
        element,
        generator: Generator::StandardNormal,
        seed: 5,
        center: &[0.1, -0.2, 0.0],
        widths: WidthRange { start: 0.2, stop: 2.5, count: widths },
        expected: Expected::Oracle,
        checksum: None,
    }
}

fn question(workload: &Workload, widths_per_scan: usize, parts: usize) -> Question {
    Question {
        work: Work::Count,
        isa: isa::best().name().into(),
        center: workload.center.to_vec(),
        widths: workload.widths.widths().unwrap().as_slice().to_vec(),
        widths_per_scan: NonZeroUsize::new(widths_per_scan).unwrap(),
        parts: NonZeroUsize::new(parts).unwrap(),
    }
}

fn check(samples: &AnySamples, workload: &Workload, widths_per_scan: usize, parts: usize) {
    let expected = for_any!(samples, samples => workload.counts(samples)).unwrap();
    for (backend, workers, mode) in cells() {
        let job = Job::new(samples, question(workload, widths_per_scan, parts), mode).unwrap();
        let placement = placement::in_order(workers, affinity::allowed());
        for (job, expected) in [(&job, &expected), (&job.loading(), &job.loading().answer())] {
            let mut team = backend.prepare(job, &placement, PATIENCE).unwrap();
            for repeated in [1, 3] {
                let mut counts = vec![u64::MAX; job.question().places()];
                let sample = team.measure(passes(repeated), &mut counts).unwrap();
                let work = job.question().work;
                let cell = format!("{backend:?}, {workers}, {mode:?}, {parts} parts, {work:?}");
                assert_eq!(job.question().totals(&counts), *expected, "{cell}");
                assert_eq!(sample.workers.len(), workers, "{cell}");
                let tasks: u64 = sample.workers.iter().map(|worker| worker.tasks).sum();
                let jobs = if mode.replicates() { workers } else { 1 };
                let each = workload.widths.count.div_ceil(widths_per_scan) * parts;
                assert_eq!(tasks, (jobs * repeated * each) as u64, "{cell}");
            }
            team.dismiss().unwrap();
        }
    }
}

#[test]
fn every_backend_gives_the_counts_of_the_oracle() {
    for (n, widths, widths_per_scan, parts) in
        [(1, 1, 1, 1), (1000, 2, 1, 1), (1000, 5, 2, 3), (4321, 20, 1, 1), (4321, 1, 1, 7)]
    {
        for element in [Stored::Double, Stored::Single] {
            let workload = workload(n, widths, element);
            check(&workload.samples().unwrap(), &workload, widths_per_scan, parts);
        }
    }
}

#[test]
fn the_tables_first_backend_is_a_baseline_of_one_worker() {
    assert_eq!((ALL[0].scaling(), ALL[0].modes()), (Scaling::One, Mode::ALL));
    assert!(ALL.iter().any(|backend| backend.scaling() == Scaling::Any));
}

#[test]
fn more_workers_than_a_backend_can_have_are_refused() {
    let job = Job::from_tasks(1, &|_| 1, Mode::Strong);
    for backend in ALL.iter().filter(|backend| backend.scaling() == Scaling::One) {
        let placement = placement::in_order(2, affinity::allowed());
        match backend.prepare(&job, &placement, PATIENCE) {
            Err(Error::Workers { workers: 2, .. }) => {}
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("{backend:?} took 2 workers"),
        }
    }
}

#[test]
fn a_mode_that_a_backend_cannot_run_is_refused() {
    for backend in ALL {
        for mode in Mode::ALL.iter().filter(|mode| !backend.modes().contains(mode)) {
            let job = Job::from_tasks(1, &|_| 1, *mode);
            let placement = placement::in_order(1, affinity::allowed());
            let refused = backend.prepare(&job, &placement, PATIENCE).err();
            assert!(matches!(refused, Some(Error::Unavailable { .. })), "{backend:?}: {refused:?}");
        }
    }
}

#[test]
fn times_of_workers_lie_inside_the_sample_and_phases_add_up() {
    let workload = workload(500, 20, Stored::Double);
    let samples = workload.samples().unwrap();
    for (backend, workers, mode) in cells() {
        let job = Job::new(&samples, question(&workload, 1, 1), mode).unwrap();
        let placement = placement::in_order(workers, affinity::allowed());
        let mut team = backend.prepare(&job, &placement, PATIENCE).unwrap();
        let sample = team.measure(passes(5), &mut [0; 20]).unwrap();
        for worker in &sample.workers {
            let inside = worker.start_ns <= worker.stop_ns
                && worker.stop_ns.is_none_or(|stop_ns| stop_ns <= sample.wall_ns);
            assert!(inside, "{backend:?}: {worker:?} in {} ns", sample.wall_ns);
        }
        if let Some(phases) = sample.phases {
            let sum = phases.dispatch_ns + phases.compute_ns + phases.reduction_ns;
            assert_eq!(sum, sample.wall_ns, "{backend:?}: {phases:?}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn workers_sit_where_they_were_placed_and_the_caller_stays_free() {
    let workload = workload(100, 7, Stored::Double);
    let samples = workload.samples().unwrap();
    for (backend, workers, mode) in cells() {
        let job = Job::new(&samples, question(&workload, 1, 1), mode).unwrap();
        let placement = placement::in_order(workers, affinity::allowed());
        let mut team = backend.prepare(&job, &placement, PATIENCE).unwrap();
        let sample = team.measure(passes(2), &mut [0; 7]).unwrap();
        let cpus: Vec<usize> = sample.workers.iter().filter_map(|worker| worker.cpu).collect();
        assert_eq!(cpus, placement.cpus(), "{backend:?}");
        assert!(sample.workers.iter().all(|worker| worker.pinned && worker.cpu_ns.is_some()));
    }
    let allowed = std::thread::available_parallelism().unwrap().get();
    let free =
        std::thread::spawn(std::thread::available_parallelism).join().unwrap().unwrap().get();
    assert_eq!(free, allowed);
    let one_cpu = affinity::allowed().len() == 1;
    assert!(one_cpu || affinity::allowed().iter().all(|&cpu| !affinity::verify(cpu)));
}

#[cfg(target_os = "linux")]
#[test]
fn workers_of_a_pinned_caller_sit_where_they_were_placed() {
    let cells: Vec<Cell> = cells().into_iter().filter(|(_, workers, _)| *workers == 2).collect();
    let pinned = std::thread::spawn(move || {
        let cpu = affinity::allowed()[0];
        affinity::pin(cpu).unwrap();
        let workload = workload(10, 2, Stored::Double);
        let samples = workload.samples().unwrap();
        for (backend, workers, mode) in cells {
            let job = Job::new(&samples, question(&workload, 1, 1), mode).unwrap();
            let placement = placement::in_order(workers, affinity::allowed());
            let mut team = backend.prepare(&job, &placement, PATIENCE).unwrap();
            assert!(affinity::verify(cpu), "{backend:?}: the caller stays where it was");
            let sample = team.measure(passes(1), &mut [0; 2]).unwrap();
            assert!(sample.workers.iter().all(|worker| worker.pinned), "{backend:?}");
        }
    });
    pinned.join().unwrap();
}

#[test]
fn a_worker_on_a_forbidden_cpu_is_reported_as_not_pinned() {
    let workload = workload(10, 2, Stored::Double);
    let samples = workload.samples().unwrap();
    for (backend, _, mode) in cells().into_iter().filter(|(_, workers, _)| *workers == 1) {
        let job = Job::new(&samples, question(&workload, 1, 1), mode).unwrap();
        let placement = placement::in_order(1, &[100_000]);
        let mut team = backend.prepare(&job, &placement, PATIENCE).unwrap();
        let sample = team.measure(passes(1), &mut [0; 2]).unwrap();
        assert!(!sample.workers[0].pinned, "{backend:?}");
    }
}

/// Nobody who waits may add to a patience that has no end.
#[test]
fn patience_without_end_is_a_patience() {
    let workload = workload(1000, 5, Stored::Double);
    let samples = workload.samples().unwrap();
    for (backend, workers, mode) in cells().into_iter().filter(|(_, workers, _)| *workers <= 2) {
        let job = Job::new(&samples, question(&workload, 1, 1), mode).unwrap();
        let placement = placement::in_order(workers, affinity::allowed());
        let mut team = backend.prepare(&job, &placement, Duration::MAX).unwrap();
        team.measure(passes(2), &mut [0; 5]).unwrap();
        team.dismiss().unwrap();
    }
}

#[test]
fn a_worker_that_panics_is_an_error_and_not_a_hang() {
    for (backend, workers, mode) in cells_inside_this_process() {
        let count = |task| if task == 4 { panic!("task 4 is bad") } else { 1 };
        let job = Job::from_tasks(7, &count, mode);
        let placement = placement::in_order(workers, affinity::allowed());
        let mut team = backend.prepare(&job, &placement, PATIENCE).unwrap();
        match team.measure(passes(3), &mut [0; 7]) {
            Err(Error::Died { backend: named, message }) => {
                assert_eq!((named, message.as_str()), (backend.name(), "task 4 is bad"));
            }
            other => panic!("{backend:?}, {workers} workers: {other:?}"),
        }
    }
}

#[test]
fn counts_that_change_between_passes_are_an_error() {
    for (backend, workers, mode) in cells_inside_this_process() {
        let changed = AtomicBool::new(false);
        let count = |task| u64::from(task == 5 && changed.swap(true, Ordering::Relaxed));
        let job = Job::from_tasks(7, &count, mode);
        let placement = placement::in_order(workers, affinity::allowed());
        let mut team = backend.prepare(&job, &placement, PATIENCE).unwrap();
        let result = team.measure(passes(2), &mut [0; 7]);
        assert!(
            matches!(result, Err(Error::Unstable { changed: Changed { width: 5, .. }, .. })),
            "{backend:?}: {result:?}"
        );
    }
}
