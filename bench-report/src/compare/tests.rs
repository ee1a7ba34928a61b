//! Comparisons of made-up times whose answers are known.

use super::*;
use crate::model::{Block, Interval, Mode, Role, Worker};

/// A workload whose entries took `ns[entry][block]` for two passes.
fn made_up(entries: &[(&str, u64, &[u64])]) -> Workload {
    let entry = |&(backend, workers, ns): &(&str, u64, &[u64])| Entry {
        backend: backend.into(),
        workers,
        cpus: Vec::new(),
        oversubscribed: workers > 2,
        role: Role::Measured,
        samples: ns
            .iter()
            .map(|&wall_ns| {
                let workers = vec![Worker { cpu_ns: Some(wall_ns * 3), ..Worker::default() }];
                Sample { wall_ns, workers, ..Sample::default() }
            })
            .collect(),
    };
    let blocks = entries[0].2.len();
    Workload {
        name: "made-up".into(),
        title: String::new(),
        mode: Mode::Strong,
        level: None,
        widths_per_scan: None,
        n: 1000,
        d: 1,
        element: "f8".into(),
        generator: "none".into(),
        sample_seed: None,
        checksum: "none".into(),
        center: vec![0.0],
        widths: vec![1.0, 2.0],
        task: "none".into(),
        tasks: None,
        bytes: None,
        pages: None,
        counts: vec![1, 2],
        passes: 2,
        warm_up_passes: None,
        entries: entries.iter().map(entry).collect(),
        stopped_by: None,
        blocks: vec![Block::default(); blocks],
        unfinished_samples: None,
    }
}

const SERIAL: &[u64] = &[2000; 8];

#[test]
fn figures_of_exact_times_are_exact() {
    let comparison = workload(&made_up(&[
        ("serial", 1, SERIAL),
        ("threads", 2, &[1000; 8]),
        ("threads", 1, SERIAL),
    ]));
    let two = &comparison.figures[1];
    let exactly = |value| Estimate { value, interval: Some(Interval { low: value, high: value }) };
    assert_eq!(two.pass_ns, exactly(500.0));
    assert_eq!(two.speed_up, Some(exactly(2.0)));
    assert_eq!(two.efficiency, Some(exactly(1.0)));
    assert_eq!(two.gain.unwrap().added, exactly(1.0));
    assert_eq!(two.gain.unwrap().verdict(), Verdict::Faster);
    assert_eq!(two.resources.busy_cpus, Some(3.0));
    assert!((two.tests_per_s - 4e9).abs() < 1.0);
    assert_eq!(comparison.figures[2].gain, None);
    assert_eq!(comparison.sweeps[0].entry_idxs, [2, 1]);
}

#[test]
fn without_a_serial_entry_there_is_a_time_but_no_speed_up() {
    let comparison = workload(&made_up(&[("threads", 1, SERIAL), ("threads", 2, &[1000; 8])]));
    assert_eq!(comparison.reference, None);
    assert_eq!(comparison.figures[1].speed_up, None);
    assert_eq!(comparison.figures[1].gain, None);
}

#[test]
fn with_few_blocks_there_is_no_interval_and_no_verdict() {
    let comparison = workload(&made_up(&[
        ("serial", 1, &SERIAL[..5]),
        ("threads", 1, &SERIAL[..5]),
        ("threads", 2, &[1000; 5]),
    ]));
    let gain = comparison.figures[2].gain.unwrap();
    assert_eq!(gain.added, Estimate { value: 1.0, interval: None });
    assert_eq!(gain.verdict(), Verdict::CannotTell);
    assert_eq!(comparison.figures[2].pass_ns.interval, None);
}

#[test]
fn a_step_whose_interval_holds_zero_cannot_be_told() {
    let comparison = workload(&made_up(&[
        ("serial", 1, SERIAL),
        ("threads", 1, &[1990, 2010, 1980, 2020, 1970, 2030, 2000, 2000]),
        ("threads", 2, &[2010, 1990, 2020, 1980, 2030, 1970, 2005, 1995]),
    ]));
    assert_eq!(comparison.figures[2].gain.unwrap().verdict(), Verdict::CannotTell);
}

#[test]
fn beyond_the_cpus_is_compared_with_the_last_that_fits() {
    let comparison = workload(&made_up(&[
        ("serial", 1, SERIAL),
        ("threads", 2, &[1000; 8]),
        ("threads", 3, &[1600; 8]),
        ("threads", 4, &[1000; 8]),
    ]));
    assert_eq!(comparison.figures[3].gain.unwrap().verdict(), Verdict::Faster);
    let beyond = &comparison.sweeps[0].beyond;
    let told: Vec<_> = beyond.iter().map(|s| (s.to_workers, s.verdict())).collect();
    assert_eq!(told, [(3, Verdict::Slower), (4, Verdict::CannotTell)]);
}
