//! What enters a fit, on made-up times whose law is known.

use super::*;
use crate::{
    compare::{
        tests::{made_up, study},
        workload,
    },
    model::{CoreKind, Cpu, Mode, Role, Study, Workload},
    statistics::laws,
};

/// Times per sample of `threads` by number of workers, with a little noise that no law explains.
fn measured(ns: impl Fn(u64) -> f64, workers: &[u64], blocks: u64) -> Workload {
    let noise = |n: u64, block: u64| 1.0 + 1e-3 * ((n * 31 + block * 17) * 7 % 13) as f64;
    let column = |&n: &u64| -> Vec<u64> {
        (0..blocks).map(|block| (1e6 * ns(n) * noise(n, block)) as u64).collect()
    };
    let serial: Vec<u64> = column(&1);
    let columns: Vec<Vec<u64>> = workers.iter().map(column).collect();
    let mut entries: Vec<(&str, u64, &[u64])> = vec![("serial", 1, &serial)];
    entries
        .extend(workers.iter().zip(&columns).map(|(&n, times)| ("threads", n, times.as_slice())));
    let mut workload = made_up(&entries);
    for entry in &mut workload.entries {
        entry.oversubscribed = false;
        entry.cpus = (0..entry.workers).collect();
    }
    workload
}

/// No overhead at all.
fn ideal(n: u64) -> f64 {
    1.0 / n as f64
}

/// What is said about the law of `threads`.
fn description(study: &Study, made_up: &Workload) -> Description {
    workload(study, made_up).sweeps.remove(0).law
}

fn fitted(study: &Study, made_up: &Workload) -> Fitted {
    match description(study, made_up) {
        Description::Fitted(fitted) => *fitted,
        Description::Unfitted(unfitted) => panic!("{unfitted:?}"),
    }
}

/// The names of the laws that were fitted.
fn names(fitted: &Fitted) -> Vec<&str> {
    fitted.choice.fits.iter().map(|fit| fit.law.name).collect()
}

/// CPUs that are each of one core; those from `fast` on are of the slower kind.
fn topology(fast: u64, cpus: u64) -> Vec<Cpu> {
    let kind = |id| if id < fast { CoreKind::Performance } else { CoreKind::Efficiency };
    (0..cpus).map(|id| Cpu { id, core: Some(id), kind: Some(kind(id)) }).collect()
}

#[test]
fn two_counts_or_five_blocks_are_too_few() {
    let few = description(&study(), &measured(ideal, &[1, 2], 8));
    assert_eq!(few, Description::Unfitted(Unfitted::FewCounts { workers: vec![1, 2] }));
    let few = description(&study(), &measured(ideal, &[1, 2, 3], 5));
    assert_eq!(few, Description::Unfitted(Unfitted::FewBlocks { blocks: 5 }));
    assert_eq!(fitted(&study(), &measured(ideal, &[1, 2, 3], 6)).workers, [1, 2, 3]);
}

fn sharing(found: &Fitted) -> Vec<u32> {
    found.sharing.iter().map(|shared| shared.workers).collect()
}

#[test]
fn laws_are_predicted_along_their_line_and_not_beyond_the_cpus() {
    let farthest = |cpus: u64| {
        let mut study = study();
        study.limits.allowed_cpus = (0..cpus).collect();
        let found = fitted(&study, &measured(ideal, &[1, 2, 4], 6));
        let mut counts: Vec<u32> = found.choice.averaged.iter().map(|one| one.workers).collect();
        counts.sort_unstable();
        counts
    };
    assert_eq!(farthest(4), [1, 2, 3, 4]);
    assert_eq!(farthest(6), [1, 2, 3, 4, 5, 6]);
    assert_eq!(farthest(100), [1, 2, 3, 4, 5, 6, 7, 8]);
}

#[test]
fn more_workers_than_cpus_or_cores_never_enter() {
    let mut workload = measured(ideal, &[1, 2, 3, 4, 6], 8);
    workload.entries[5].oversubscribed = true;
    assert_eq!(fitted(&study(), &workload).workers, [1, 2, 3, 4]);
    let mut study = study();
    study.machine.physical_cores = Some(3);
    let found = fitted(&study, &workload);
    assert_eq!((sharing(&found), found.workers), (vec![4], vec![1, 2, 3]));
    study.machine.physical_cores = Some(2);
    let few = description(&study, &workload);
    assert_eq!(few, Description::Unfitted(Unfitted::FewCounts { workers: vec![1, 2] }));
}

#[test]
fn more_than_a_fit_takes_is_refused() {
    let all: Vec<u64> = (1..=129).collect();
    let many = description(&study(), &measured(ideal, &all, 6));
    assert_eq!(many, Description::Unfitted(Unfitted::ManyTimes { counts: 129, blocks: 6 }));
}

#[test]
fn the_quota_law_is_fitted_only_with_a_quota() {
    let throttled = |n: u64| 1.0 / (n as f64).min(2.5);
    let workload = measured(throttled, &[1, 2, 3, 4], 8);
    assert!(!names(&fitted(&study(), &workload)).contains(&"quota"));
    let mut study = study();
    study.limits.quota_cpus = Some(2.5);
    let found = fitted(&study, &workload);
    assert_eq!(found.choice.verdict, Verdict::Best(&laws::QUOTA));
}

#[test]
fn capacity_is_fitted_only_where_kinds_of_cores_are_known() {
    let hybrid = |n: u64| 1.0 / (n.min(2) as f64 + 0.5 * n.saturating_sub(2) as f64);
    let workload = measured(hybrid, &[1, 2, 3, 4, 5], 8);
    assert!(!names(&fitted(&study(), &workload)).contains(&"capacity"));
    let mut study = study();
    study.machine.topology = topology(2, 5);
    let found = fitted(&study, &workload);
    let capacity = found.choice.fits.iter().find(|fit| *fit.law == CAPACITY).unwrap();
    assert!((capacity.parameters[1].estimate.value - 0.5).abs() < 0.02);
    // Nobody knows which core the next worker would get.
    let beyond = |one: &crate::statistics::choice::Prediction| one.workers == 10;
    assert!(!found.choice.averaged.iter().any(beyond));
    study.machine.topology = topology(5, 5);
    assert!(fitted(&study, &workload).choice.averaged.iter().any(beyond));
}

/// Four cores with two threads each: CPU c and CPU c + 4.
#[test]
fn second_threads_are_told_where_nothing_else_slows_the_workers() {
    let mut study = study();
    let cpu = |id| Cpu { id, core: Some(id % 4), kind: None };
    study.machine.topology = (0..8).map(cpu).collect();
    let threads = |n: u64| 1.0 / (n.min(4) as f64 + 0.25 * n.saturating_sub(4) as f64);
    let found = fitted(&study, &measured(threads, &[1, 2, 3, 4, 6, 8], 8));
    assert_eq!((sharing(&found), &found.workers), (vec![6, 8], &vec![1, 2, 3, 4]));
    let given = found.second_threads.unwrap();
    assert_eq!(given.support, Support::NoneBetter);
    let r_t = given.fit.parameters.iter().find(|given| given.parameter.symbol == "r_T").unwrap();
    assert!((r_t.estimate.value - 0.25).abs() < 0.02);
    let with_serial_share = |n: u64| 0.1 + 0.9 * threads(n);
    let found = fitted(&study, &measured(with_serial_share, &[1, 2, 3, 4, 6, 8], 8));
    assert_eq!(found.second_threads, None);
}

#[test]
fn a_failed_control_withholds_the_verdict_and_keeps_the_fits() {
    let mut workload = measured(ideal, &[1, 2, 3], 8);
    let mut copy = workload.entries[2].clone();
    copy.role = Role::Control { original: 2 };
    workload.entries.push(copy);
    assert!(fitted(&study(), &workload).is_judged);
    workload.entries[4].samples.iter_mut().for_each(|sample| sample.wall_ns *= 2);
    let found = fitted(&study(), &workload);
    assert!(!found.is_judged && !found.choice.fits.is_empty());
}

#[test]
fn every_mode_has_its_laws() {
    let laws = |mode| {
        let mut workload = measured(ideal, &[1, 2, 3], 6);
        workload.mode = mode;
        names(&fitted(&study(), &workload)).join(" ")
    };
    assert!(laws(Mode::Strong).contains("Amdahl") && !laws(Mode::Strong).contains("Gustafson"));
    assert!(laws(Mode::Weak).contains("Gustafson") && !laws(Mode::Weak).contains("Amdahl"));
    assert!(laws(Mode::Throughput).contains("Amdahl"));
}
