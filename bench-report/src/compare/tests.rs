//! Comparisons of made-up times whose answers are known.

use super::{workload as compared, *};
use crate::model::{Block, Interval, Limits, Machine, Mode, Plan, Role, State, Worker};

/// A study of which nothing is known but its workload.
pub(in crate::compare) fn study() -> Study {
    Study {
        file_name: "study.json".into(),
        created_unix_s: None,
        seed: None,
        isa: "none".into(),
        complete: true,
        fingerprint: None,
        plan: Plan::default(),
        machine: Machine::default(),
        limits: Limits::default(),
        state: State::default(),
        timer: None,
        workloads: Vec::new(),
        skipped: Vec::new(),
        warnings: Vec::new(),
    }
}

/// The comparison of a workload in that study.
fn workload(made_up: &Workload) -> Comparison {
    compared(&study(), made_up)
}

/// A workload whose entries took `ns[entry][block]` for two passes.
pub(in crate::compare) fn made_up(entries: &[(&str, u64, &[u64])]) -> Workload {
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

/// The workload of eight blocks from which the tests below take one thing each.
fn with(change: impl FnOnce(&mut Workload)) -> Comparison {
    let mut made_up = made_up(&[
        ("serial", 1, SERIAL),
        ("threads", 1, &[2200; 8]),
        ("threads", 2, &[1250; 8]),
        ("threads", 2, &[1250; 8]),
    ]);
    made_up.entries[3].role = Role::Control { original: 2 };
    change(&mut made_up);
    workload(&made_up)
}

#[track_caller]
fn assert_near(estimate: Option<Estimate>, expected: f64) {
    let value = estimate.unwrap().value;
    assert!((value - expected).abs() < 1e-12, "{value} is not {expected}");
}

#[test]
fn more_jobs_for_more_workers_count_as_more_work() {
    for (mode, jobs) in [(Mode::Strong, 1.0), (Mode::Weak, 2.0), (Mode::Throughput, 2.0)] {
        let comparison = with(|workload| workload.mode = mode);
        let two = &comparison.figures[2];
        assert_near(two.speed_up, jobs * 1.6);
        assert_near(two.efficiency, jobs * 0.8);
        assert_near(two.own_speed_up, jobs * 2200.0 / 1250.0);
        assert_near(two.gain.map(|step| step.added), jobs * 1.6 - 2000.0 / 2200.0);
        assert!((two.tests_per_s - jobs * 2000.0 / 625.0 * 1e9).abs() < 1.0);
    }
}

#[test]
fn controls_are_no_results_and_judge_equality() {
    let comparison = with(|_| {});
    assert_eq!(comparison.sweeps[0].entry_idxs, [1, 2]);
    assert_eq!(comparison.sweeps[0].baseline, Some(1));
    let control = comparison.trust.controls[0];
    assert_eq!((control.entry, control.original, control.holds()), (3, 2, Some(true)));
    assert_eq!((control.groups, control.false_alarms), (0, 0));
    let slower = |workload: &mut Workload| {
        workload.entries[3].samples.iter_mut().for_each(|sample| sample.wall_ns += 5);
    };
    let control = with(slower).trust.controls[0];
    assert_eq!(control.holds(), Some(false));
    assert_near(Some(control.ratio), 1255.0 / 1250.0);
}

#[test]
fn false_alarms_are_counted_over_groups_that_share_no_block() {
    let slow_at_the_end: Vec<u64> = (0..25).map(|block| 1000 + 100 * (block / 12)).collect();
    let mut made_up = made_up(&[("serial", 1, &[1000; 25]), ("serial", 1, &slow_at_the_end)]);
    made_up.entries[1].role = Role::Control { original: 0 };
    let comparison = workload(&made_up);
    assert_eq!(comparison.reference, Some(0));
    assert_eq!(comparison.sweeps, []);
    let control = comparison.trust.controls[0];
    assert_eq!((control.groups, control.false_alarms), (2, 1));
}

#[test]
fn start_up_is_paid_once_for_one_pass_or_for_all() {
    let comparison = with(|workload| {
        for (idx, start_up_ns) in [(0, 100), (2, 400)] {
            for sample in &mut workload.entries[idx].samples {
                sample.setup_ns = Some(start_up_ns - 30);
                (sample.transfer_ns, sample.teardown_ns) = (Some(20), Some(10));
                sample.dispatch_ns = Some(50);
            }
        }
    });
    let costs = &comparison.figures[2].costs;
    assert_eq!(costs.start_up_ns, Some(400.0));
    assert_near(costs.one_job, (1000.0 + 100.0) / (625.0 + 400.0));
    assert_near(costs.as_run, (2000.0 + 100.0) / (1250.0 + 400.0));
    assert_eq!((costs.phases.dispatch_ns, costs.phases.setup_ns), (Some(25.0), Some(370.0)));
    assert_eq!(comparison.figures[1].costs.one_job, None);
    assert!(comparison.figures[1].costs.phases.is_unknown());
}

/// Half the CPU for twice the time: the wall time doubles, the work per CPU-second stays.
#[test]
fn work_per_cpu_second_does_not_see_who_else_had_the_cpu() {
    let worker = |cpu_ns, tasks| Worker {
        cpu_ns: Some(cpu_ns),
        waiting_cpu_ns: Some(100),
        tasks: Some(tasks),
        ..Worker::default()
    };
    let comparison = with(|workload| {
        for sample in &mut workload.entries[0].samples {
            sample.workers = vec![worker(2100, 8)];
        }
        for sample in &mut workload.entries[2].samples {
            sample.wall_ns = 2000;
            sample.workers = vec![worker(1100, 4), worker(1100, 4)];
        }
    });
    let resources = comparison.figures[2].resources;
    assert_near(comparison.figures[2].speed_up, 1.0);
    assert_near(resources.work_per_cpu_s, 1.0);
    assert_eq!(resources.cpu_share, Some(0.55));
    assert_eq!(comparison.figures[1].resources.work_per_cpu_s, None);
}

#[test]
fn drift_is_closing_over_opening_and_flagged_beyond_its_limit() {
    let comparison = with(|workload| {
        let closings = [2000, 2039, 2041, 1950, 2000, 2000, 2000];
        for (block, wall_ns) in workload.blocks.iter_mut().zip(closings) {
            block.opening = Some(Sample { wall_ns: 2000, ..Sample::default() });
            block.closing = Some(Sample { wall_ns, ..Sample::default() });
        }
    });
    let drift = comparison.trust.drift.unwrap();
    assert_eq!((drift.blocks, drift.flagged), (7, 2));
    assert!((drift.farthest + 0.025).abs() < 1e-12 && drift.median.abs() < 1e-12);
    assert_eq!(with(|_| {}).trust.drift, None);
}

#[test]
fn tagged_samples_are_counted_and_the_rest_is_compared_alone() {
    let tag_all = |workload: &mut Workload, tagged: usize| {
        for sample in workload.entries.iter_mut().flat_map(|entry| &mut entry.samples) {
            sample.tags = Some(Vec::new());
        }
        for sample in &mut workload.entries[2].samples[..tagged] {
            (sample.wall_ns, sample.tags) = (2500, Some(vec!["foreign".into()]));
        }
    };
    let two = &with(|workload| tag_all(workload, 2)).figures[2].tagged;
    assert_eq!((two.samples, two.tags.as_slice()), (Some(2), &[("foreign".into(), 2)][..]));
    let untagged = two.untagged.unwrap();
    assert_eq!(untagged.blocks, 6);
    assert_near(Some(untagged.speed_up), 1.6);
    assert_eq!(with(|workload| tag_all(workload, 3)).figures[2].tagged.untagged, None);
    assert_eq!(with(|_| {}).figures[2].tagged.samples, None);
}

#[test]
fn our_own_share_is_a_ratio_of_sums() {
    let comparison = with(|workload| {
        for (block, sample) in workload.entries[2].samples.iter_mut().enumerate() {
            sample.observer_ns = Some(if block == 0 { 100 } else { 0 });
        }
    });
    assert_eq!(comparison.trust.observer_share, Some(100.0 / 10_000.0));
    assert_eq!(comparison.figures[1].tagged.observer_share, None);
}

/// T = 1000 (0.1 + 0.9 / N), whatever the serial code takes.
#[test]
fn the_serial_share_refers_to_one_worker_of_the_same_backend() {
    let comparison = workload(&made_up(&[
        ("serial", 1, &[500; 8]),
        ("threads", 1, &[1000; 8]),
        ("threads", 2, &[550; 8]),
        ("threads", 4, &[325; 8]),
        ("other", 2, &[550; 8]),
    ]));
    let share = |idx: usize| comparison.figures[idx].serial_share.map(SerialShare::estimate);
    assert_near(share(2), 0.1);
    assert_near(share(3), 0.1);
    assert!(share(2).unwrap().interval.is_some());
    assert_eq!((share(0), share(1), share(4)), (None, None, None));
}

/// Two CPUs that others use in turn: half as much of each as of both.
#[test]
fn what_others_used_is_summed_for_each_cpu() {
    let comparison = with(|workload| {
        for (block, sample) in workload.entries[2].samples.iter_mut().enumerate() {
            let foreign_ns = [[125, 0], [0, 125]][block % 2];
            sample.foreign_ns = Some(foreign_ns.into());
        }
    });
    let share = |idx: usize| comparison.figures[idx].resources.foreign.map(|foreign| foreign.share);
    assert_eq!((share(2), share(1)), (Some(0.05), None));
    assert_eq!(comparison.withheld, vec![None; 4]);
}

/// A tick in one block is a fifth of the time there, and nothing over all blocks.
#[test]
fn load_at_rest_is_summed_for_each_cpu_before_the_greatest_is_taken() {
    let with_idle = |idle: fn(usize) -> Vec<f64>| {
        with(|workload| {
            for (number, block) in workload.blocks.iter_mut().enumerate() {
                block.idle_foreign = Some(idle(number));
            }
        })
    };
    let daemons =
        with_idle(|number| (0..128).map(|cpu| [0.0, 0.2][usize::from(cpu == number)]).collect());
    let idle = daemons.trust.idle.unwrap();
    assert!((idle.share - 0.2 / 8.0).abs() < 1e-12 && !idle.exceeds(0.01));
    assert_eq!(daemons.withheld, vec![None; 4]);
    let busy = with_idle(|_| vec![0.0, 0.2]);
    assert!(
        matches!(busy.withheld[0], Some(Withheld::LoadBefore { share }) if (share - 0.2).abs() < 1e-12)
    );
}
