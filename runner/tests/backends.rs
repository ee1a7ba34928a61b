//! Every backend, with every number of workers it can have, gives the counts of the oracle.
//!
//! Backends are taken from the table, so that a new one is tested by being there. Nothing here depends
//! on how long anything takes, or on how many CPUs there are.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering};

use kernel::{Element, Samples, isa};
use runner::backend::{ALL, Backend, Error, Job, Scaling};
use runner::machine::affinity;
use runner::placement;
use runner::workload::{Expected, Generator, Stored, WidthRange, Workload};

const WORKERS: [usize; 4] = [1, 2, 3, 7];

fn workload(n: usize, widths: usize) -> Workload {
    Workload {
        name: "small",
        title: "a small workload",
        n,
        d: 3,
        element: Stored::Double,
        generator: Generator::StandardNormal,
        seed: 5,
        center: &[0.1, -0.2, 0.0],
        widths: WidthRange { start: 0.2, stop: 2.5, count: widths },
        expected: Expected::Oracle,
        checksum: None,
    }
}

/// Every backend with every number of workers that it can have.
fn cells() -> Vec<(&'static dyn Backend, usize)> {
    let cells = ALL.iter().flat_map(|&backend| WORKERS.map(|workers| (backend, workers)));
    cells.filter(|(backend, workers)| backend.scaling().allows(*workers)).collect()
}

fn passes(passes: usize) -> NonZeroUsize {
    NonZeroUsize::new(passes).unwrap()
}

fn check<T: Element>(samples: &Samples<T>, workload: &Workload) {
    let expected = workload.counts(samples).unwrap();
    let widths = workload.widths.widths().unwrap();
    let job = Job::new(samples.all(), isa::best(), workload.center, widths.as_slice()).unwrap();
    for (backend, workers) in cells() {
        let placement = placement::in_order(workers, affinity::allowed());
        let mut team = backend.prepare(&job, &placement).unwrap();
        for repeated in [1, 3] {
            let mut counts = vec![u64::MAX; expected.len()];
            let sample = team.measure(passes(repeated), &mut counts).unwrap();
            assert_eq!(counts, expected, "{backend:?}, {workers} workers");
            assert_eq!(sample.workers.len(), workers, "{backend:?}");
        }
    }
}

#[test]
fn every_backend_gives_the_counts_of_the_oracle() {
    for (n, widths) in [(1, 1), (1000, 2), (1000, 5), (4321, 20)] {
        let workload = workload(n, widths);
        check(&workload.generate::<f64>().unwrap(), &workload);
        check(&workload.generate::<f32>().unwrap(), &workload);
    }
}

#[test]
fn the_tables_first_backend_is_a_baseline_of_one_worker() {
    assert_eq!(ALL[0].scaling(), Scaling::One);
    assert!(ALL.iter().any(|backend| backend.scaling() == Scaling::Any));
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = ALL.iter().map(|backend| backend.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), ALL.len());
}

#[test]
fn numbers_of_workers_that_a_backend_cannot_have_are_refused() {
    let job = Job::from_tasks(3, |task| task as u64);
    for backend in ALL {
        for workers in [0, 1, 2] {
            let prepared = backend.prepare(&job, &placement::in_order(workers, &[0]));
            match prepared {
                Ok(_) => assert!(backend.scaling().allows(workers), "{backend:?}, {workers}"),
                Err(Error::Workers { workers: named, .. }) => {
                    assert_eq!(named, workers);
                    assert!(!backend.scaling().allows(workers), "{backend:?}, {workers}");
                }
                Err(error) => panic!("{backend:?}, {workers}: {error}"),
            }
        }
    }
}

#[test]
fn times_of_workers_lie_inside_the_sample() {
    let job = Job::from_tasks(20, |task| (0..task as u64 * 1000).map(std::hint::black_box).sum());
    for (backend, workers) in cells() {
        let placement = placement::in_order(workers, affinity::allowed());
        let mut team = backend.prepare(&job, &placement).unwrap();
        let sample = team.measure(passes(5), &mut [0; 20]).unwrap();
        for worker in &sample.workers {
            let inside = worker.start_ns <= worker.stop_ns && worker.stop_ns <= sample.wall_ns;
            assert!(inside, "{backend:?}: {worker:?} in {} ns", sample.wall_ns);
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn workers_sit_where_they_were_placed_and_the_caller_stays_free() {
    let job = Job::from_tasks(7, |task| task as u64);
    for (backend, workers) in cells() {
        let placement = placement::in_order(workers, affinity::allowed());
        let mut team = backend.prepare(&job, &placement).unwrap();
        let sample = team.measure(passes(2), &mut [0; 7]).unwrap();
        let cpus: Vec<usize> = sample.workers.iter().map(|worker| worker.cpu).collect();
        assert_eq!(cpus, placement.cpus, "{backend:?}");
        assert!(sample.workers.iter().all(|worker| worker.pinned && worker.cpu_ns.is_some()));
    }
    let allowed = std::thread::available_parallelism().unwrap().get();
    let free =
        std::thread::spawn(std::thread::available_parallelism).join().unwrap().unwrap().get();
    assert_eq!(free, allowed);
    let one_cpu = affinity::allowed().len() == 1;
    assert!(one_cpu || affinity::allowed().iter().all(|&cpu| !affinity::verify(cpu)));
}

#[test]
fn a_worker_on_a_forbidden_cpu_is_reported_as_not_pinned() {
    let job = Job::from_tasks(2, |task| task as u64 + 1);
    for backend in ALL {
        let placement = placement::in_order(1, &[100_000]);
        let mut team = backend.prepare(&job, &placement).unwrap();
        let mut counts = [0; 2];
        let sample = team.measure(passes(1), &mut counts).unwrap();
        assert_eq!(counts, [1, 2]);
        assert!(!sample.workers[0].pinned, "{backend:?}");
    }
}

#[test]
fn a_worker_that_dies_is_an_error_and_not_a_hang() {
    for (backend, workers) in cells() {
        let job = Job::from_tasks(7, |task| if task == 4 { panic!("task 4 is bad") } else { 1 });
        let placement = placement::in_order(workers, affinity::allowed());
        let mut team = backend.prepare(&job, &placement).unwrap();
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
    for (backend, workers) in cells() {
        let changed = AtomicBool::new(false);
        let job = Job::from_tasks(7, |task| {
            u64::from(task == 5 && changed.swap(true, Ordering::Relaxed))
        });
        let placement = placement::in_order(workers, affinity::allowed());
        let mut team = backend.prepare(&job, &placement).unwrap();
        let result = team.measure(passes(2), &mut [0; 7]);
        assert!(matches!(result, Err(Error::Unstable { task: 5, .. })), "{backend:?}: {result:?}");
    }
}
