//! Made-up CPUs whose time is counted in ticks.

use super::*;
use crate::model::{Role, Worker};

const TICK: u64 = 10_000_000;

/// Numbers that look random, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// How a made-up machine is used.
#[derive(Clone, Copy)]
struct Use {
    blocks: usize,
    wall_ns: u64,
    /// Per cent of the wall time in which the worker runs, and others do.
    worker: u64,
    others: u64,
}

/// What a counter in ticks shows of `busy_ns`: time before the sample has filled a part of a tick, and
/// a kernel that books 4 ms on whoever runs when its own clock ticks errs by up to one of these.
fn counted_ns(random: &mut Random, busy_ns: u64) -> i64 {
    const JIFFY: u64 = 4_000_000;
    let booked_ns = (random.below(JIFFY) + busy_ns) / JIFFY * JIFFY;
    ((random.below(TICK) + booked_ns) / TICK * TICK) as i64
}

/// One pinned worker on CPU 4 of the CPUs 4 and 5; others run on both.
fn entry(random: &mut Random, how: Use) -> Entry {
    let Use { blocks, wall_ns, worker, others } = how;
    let cpu_ns = wall_ns * worker / 100;
    let worker = Worker {
        cpu: Some(4),
        cpu_ns: Some(cpu_ns),
        pinned: Some(true),
        migrations: Some(0),
        ..Worker::default()
    };
    let sample = |_| {
        let others_ns = wall_ns * others / 100;
        let here_ns = counted_ns(random, cpu_ns + others_ns) - cpu_ns as i64;
        let there_ns = counted_ns(random, others_ns);
        let foreign_ns = Some(vec![here_ns, there_ns]);
        Sample { wall_ns, foreign_ns, workers: vec![worker], ..Sample::default() }
    };
    Entry {
        backend: "any".into(),
        workers: 1,
        cpus: vec![4],
        oversubscribed: false,
        role: Role::Measured,
        samples: (0..blocks).map(sample).collect(),
    }
}

fn foreign(entry: &Entry) -> Foreign {
    of(entry, &[4, 5]).unwrap()
}

/// Worst are workers that sleep half of the time: then ticks alone tell.
#[test]
fn rounding_alone_withholds_nothing_on_a_quiet_machine() {
    let mut random = Random(1);
    for blocks in [6, 10, 40] {
        for (wall_ns, worker) in
            [(7_000_000, 100), (22_000_000, 99), (7_000_000, 50), (22_000_000, 60)]
        {
            for _ in 0..100 {
                let found =
                    foreign(&entry(&mut random, Use { blocks, wall_ns, worker, others: 0 }));
                assert!(!found.exceeds(0.05), "{blocks} blocks of {wall_ns} ns: {found:?}");
                assert!(found.is_alone(), "{found:?}");
            }
        }
    }
}

#[test]
fn a_load_of_a_fifth_is_seen() {
    let mut random = Random(2);
    for (wall_ns, worker) in [(22_000_000, 80), (22_000_000, 50)] {
        for _ in 0..100 {
            let found =
                foreign(&entry(&mut random, Use { blocks: 100, wall_ns, worker, others: 20 }));
            assert!(found.exceeds(0.05) && !found.is_alone(), "{found:?}");
            assert!((found.share - 0.2).abs() < 0.06, "{found:?}");
        }
    }
}

/// Sums cut off at 0 in every sample would show about 7 % here.
#[test]
fn what_ticks_miscount_cancels_out() {
    let mut random = Random(3);
    let how = Use { blocks: 4000, wall_ns: 22_000_000, worker: 60, others: 0 };
    assert!(foreign(&entry(&mut random, how)).share < 0.01);
}

#[test]
fn load_on_a_cpu_without_workers_is_elsewhere() {
    let mut random = Random(4);
    let mut entry =
        entry(&mut random, Use { blocks: 40, wall_ns: 20 * TICK, worker: 100, others: 0 });
    for sample in &mut entry.samples {
        sample.foreign_ns = Some(vec![0, 10 * TICK as i64]);
    }
    let found = foreign(&entry);
    assert!(found.share.abs() < 1e-12 && !found.exceeds(0.05) && !found.is_alone());
    assert!((found.elsewhere - 0.5).abs() < 1e-12);
    // The thread that handed the work out may have been all of it.
    entry.samples.iter_mut().for_each(|sample| sample.unplaced_ns = Some(10 * TICK));
    assert!(foreign(&entry).is_alone());
}

/// Three quarters of one CPU of two, and nobody knows where our own thread was: over both CPUs it can
/// be told what was not ours.
#[test]
fn of_workers_that_wander_the_sum_is_known() {
    let mut random = Random(5);
    let mut entry =
        entry(&mut random, Use { blocks: 40, wall_ns: 20 * TICK, worker: 100, others: 0 });
    for sample in &mut entry.samples {
        sample.workers[0].pinned = Some(false);
        sample.foreign_ns = Some(vec![20 * TICK as i64, 15 * TICK as i64]);
        sample.unplaced_ns = Some(20 * TICK);
    }
    let found = foreign(&entry);
    assert!((found.share - 0.375).abs() < 1e-12 && found.exceeds(0.05), "{found:?}");
    entry.samples.iter_mut().for_each(|sample| sample.foreign_ns = Some(vec![20 * TICK as i64, 0]));
    assert!(!foreign(&entry).exceeds(0.05), "all of it was ours");
}
