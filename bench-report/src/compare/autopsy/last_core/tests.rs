//! Made-up machines: one whose last core is shared, one whose last core is slow, one with nothing missing.

use rand::{RngExt as _, SeedableRng as _, rngs::ChaCha8Rng};

use super::*;
use crate::model::autopsy::{Injected, LastCoreWorker};

const WALL_NS: f64 = 2e8;

/// A machine: what others take of each CPU, and how much slower every CPU is while all of them work.
#[derive(Clone, Copy)]
struct Made {
    foreign: f64,
    slowdown: f64,
    /// Seen load for each unit of it.
    seen: f64,
    cpus: usize,
}

const QUIET: Made = Made { foreign: 0.0, slowdown: 1.0, seen: 1.0, cpus: 4 };

impl Made {
    /// Workers on `seats`, the one at `place` beside a load.
    fn sample(
        self,
        seats: &[usize],
        place: usize,
        load: Option<f64>,
        random: &mut ChaCha8Rng,
    ) -> LastCoreSample {
        let is_full = seats.len() == self.cpus;
        let mut foreign_ns = vec![0; self.cpus];
        let workers = seats.iter().map(|&cpu| {
            let load = load.filter(|_| cpu == place).unwrap_or(0.0);
            let others = if is_full { self.foreign } else { 0.0 } + load;
            let slow = if is_full { self.slowdown } else { 1.0 };
            let jitter = 1.0 + random.random_range(-0.01..0.01);
            let busy_ns = WALL_NS * slow * jitter / (1.0 - others);
            foreign_ns[cpu] = (self.seen * others * WALL_NS) as i64;
            LastCoreWorker {
                cpu: Some(cpu as u64),
                busy_ns: Some(busy_ns as u64),
                cpu_ns: Some((busy_ns * (1.0 - others)) as u64),
            }
        });
        let workers = workers.collect();
        let injected = load.map(|share| Injected {
            share,
            cpu_ns: (share * 1e9) as u64,
            wall_ns: 1_000_000_000,
        });
        LastCoreSample {
            wall_ns: WALL_NS as u64,
            workers,
            foreign_ns: Some(foreign_ns),
            stolen_ns: Some(vec![0; self.cpus]),
            injected,
        }
    }

    fn measured(self, blocks: usize) -> LastCore {
        let mut random = ChaCha8Rng::seed_from_u64(9);
        let all: Vec<usize> = (0..self.cpus).collect();
        let block = |idx: usize| {
            let place = idx % self.cpus;
            let others: Vec<usize> = all.iter().copied().filter(|&cpu| cpu != place).collect();
            let mut sample = |seats: &[usize], load| self.sample(seats, place, load, &mut random);
            LastCoreBlock {
                place,
                alone: sample(&[place], None),
                all_but_one: sample(&others, None),
                all: sample(&all, None),
                beside: [0.05, 0.1, 0.2].map(|share| sample(&all, Some(share))).into(),
            }
        };
        LastCore {
            cpus: (0..self.cpus as u64).collect(),
            blocks: (0..blocks).map(block).collect(),
            ..LastCore::default()
        }
    }

    fn tested(self, blocks: usize) -> Tested {
        tested(&self.measured(blocks)).unwrap()
    }
}

#[test]
fn a_quiet_machine_has_nothing_to_explain() {
    let tested = QUIET.tested(12);
    assert!(tested.is_the_articles() && (tested.gain.value - 1.0).abs() < 0.05, "{tested:?}");
    assert_eq!(tested.verdict(), Verdict::NothingToExplain);
    let slope = tested.slope.unwrap();
    assert!((slope.value - 1.0).abs() < 0.01 && tested.sees_load(), "{slope:?}");
}

/// Others take a fifth of the only core that two workers do not have for themselves.
#[test]
fn a_core_that_others_use_supports_the_claim() {
    let mut last_core = Made { cpus: 2, ..QUIET }.measured(40);
    let mut random = ChaCha8Rng::seed_from_u64(3);
    for block in &mut last_core.blocks {
        let one = &mut block.all;
        let jitter = 1.0 + random.random_range(-0.01..0.01);
        let busy_ns = WALL_NS / 0.8 * jitter;
        one.workers[block.place].busy_ns = Some(busy_ns as u64);
        one.workers[block.place].cpu_ns = Some(WALL_NS as u64);
        one.foreign_ns.as_mut().unwrap()[block.place] = (0.2 * WALL_NS) as i64;
        for beside in &mut block.beside {
            beside.foreign_ns.as_mut().unwrap()[block.place] += (0.2 * WALL_NS) as i64;
        }
    }
    let tested = tested(&last_core).unwrap();
    assert!(!tested.is_the_articles());
    assert!((tested.gain.value - 0.8).abs() < 0.02, "{tested:?}");
    assert!((tested.foreign.value - 0.2).abs() < 1e-6);
    assert_eq!(tested.verdict(), Verdict::Supported);
}

/// Four workers that slow each other down, each with a CPU of its own: what two physical cores do.
#[test]
fn a_worker_that_has_its_cpu_and_gains_little_refutes_the_claim() {
    let made = Made { slowdown: 1.2, ..QUIET };
    let tested = made.tested(12);
    // 4 / 1.2 − 3.
    assert!((tested.gain.value - 0.333).abs() < 0.05, "{tested:?}");
    assert!(tested.own.value > 0.999);
    assert_eq!(tested.verdict(), Verdict::Refuted);
}

#[test]
fn nothing_is_refuted_beside_others_or_an_unknown_host() {
    let mut last_core = Made { slowdown: 1.2, ..QUIET }.measured(12);
    last_core.blocks[4].all.stolen_ns = None;
    let verdict = tested(&last_core).unwrap().verdict();
    assert_eq!(verdict, Verdict::CannotTell(Doubt::StealUnknown));
    for block in &mut last_core.blocks {
        block.all.stolen_ns = Some(vec![(0.1 * WALL_NS) as u64; 4]);
        for beside in &mut block.beside {
            beside.stolen_ns = Some(vec![(0.1 * WALL_NS) as u64; 4]);
        }
    }
    let verdict = tested(&last_core).unwrap().verdict();
    assert_eq!(verdict, Verdict::CannotTell(Doubt::OtherCause));
}

/// The verdict where others take `foreign` of the CPU, and the last worker of two adds `gain`.
fn verdict_of(gain: f64, foreign: f64, slope: f64) -> Verdict {
    let known = |value: f64, half: f64| Estimate {
        value,
        interval: Some(crate::model::Interval { low: value - half, high: value + half }),
    };
    let tested = Tested {
        cpus: 2,
        blocks: 12,
        gain: known(gain, 0.02),
        own: known(0.99, 0.001),
        foreign: known(foreign, 0.01),
        missed: known(gain - 1.0 + foreign, 0.03),
        explained: known(foreign / (1.0 - gain), 0.2),
        is_steal_known: true,
        loads: Vec::new(),
        slope: Some(known(slope, 0.1)),
    };
    tested.verdict()
}

#[test]
fn without_certain_load_that_explains_what_is_missing_nothing_is_supported() {
    assert_eq!(verdict_of(0.8, 0.2, 1.0), Verdict::Supported);
    assert_eq!(verdict_of(0.8, 0.05, 1.0), Verdict::CannotTell(Doubt::OtherCause));
    // Gain and prediction agree to ±3 points, and no load is certain.
    assert_eq!(verdict_of(0.99, 0.009, 1.0), Verdict::NothingToExplain);
    assert_eq!(verdict_of(0.96, 0.0099, 1.0), Verdict::CannotTell(Doubt::OtherCause));
    assert_eq!(verdict_of(0.9, 0.0099, 1.0), Verdict::CannotTell(Doubt::OtherCause));
    // Half of the load is not seen.
    assert_eq!(verdict_of(0.8, 0.2, 0.5), Verdict::CannotTell(Doubt::LoadNotSeen));
    assert_eq!(verdict_of(0.8, 0.2, 0.85), Verdict::CannotTell(Doubt::LoadNotSeen));
}

#[test]
fn what_cannot_be_decided_is_said_to_be_so() {
    let slow = Made { slowdown: 1.08, ..QUIET };
    assert_eq!(slow.tested(40).verdict(), Verdict::CannotTell(Doubt::OtherCause));
    let blind = Made { slowdown: 1.08, seen: 0.3, ..QUIET };
    assert_eq!(blind.tested(40).verdict(), Verdict::CannotTell(Doubt::LoadNotSeen));
    assert_eq!(slow.tested(5).verdict(), Verdict::CannotTell(Doubt::TooFewBlocks));
}

#[test]
fn blocks_with_a_worker_elsewhere_are_left_out() {
    let mut last_core = QUIET.measured(12);
    last_core.blocks[3].all_but_one.workers[0].cpu = None;
    last_core.blocks[5].all.foreign_ns = None;
    assert_eq!(tested(&last_core).unwrap().blocks, 10);
    for block in &mut last_core.blocks {
        block.alone.workers[0].busy_ns = None;
    }
    assert_eq!(tested(&last_core), None);
}
