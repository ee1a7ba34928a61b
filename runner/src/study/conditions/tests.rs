//! Counters and warnings on made-up figures.

use super::{Around, Warning, of_machine, of_series, ours};
use crate::backend::Mode;
use crate::machine::counters::{CpuTimes, SystemCounters};
use crate::machine::{Limits, Machine};
use crate::study::grid::{Configuration, Role};
use crate::study::record::{Block, Measured, Series, StoppedBy};
use crate::study::tags::Tag;
use crate::study::tags::tests::quiet;
use crate::study::tests::subject;

fn configuration(workers: usize, oversubscribed: bool) -> Configuration {
    let (backend, role) = ("any".into(), Role::Measured);
    Configuration { backend, workers, cpus: vec![4; workers], oversubscribed, role }
}

/// One block of ten samples that `change` was done to.
fn series(change: impl Fn(&mut Measured)) -> Series {
    let sample = |_| {
        let mut measured = quiet(0, 1_000_000);
        change(&mut measured);
        measured
    };
    let mut subject = subject();
    subject.configurations = vec![configuration(1, false)];
    subject.mode = Mode::Strong;
    let block = Block { samples: (0..10).map(sample).collect(), ..Block::default() };
    Series { subject, stopped_by: StoppedBy::Blocks, pages_again: Vec::new(), blocks: vec![block] }
}

#[test]
fn what_is_neither_ours_nor_idle_is_foreign() {
    let cpu = |cpu, busy_ns, steal_ns| CpuTimes { cpu, busy_ns, steal_ns, ..CpuTimes::default() };
    let delta = SystemCounters {
        cpus: vec![cpu(0, 90, 1), cpu(4, 100, 2), cpu(5, 60, 3)],
        throttled_periods: Some(7),
        ..SystemCounters::default()
    };
    let mut measured = quiet(0, 1000);
    measured.sample.workers[0].cpu_ns = Some(70);
    let ours = ours(&measured, Some((5, 10)));
    assert_eq!(ours, [(4, 70), (5, 10)]);
    let around = Around::of(&delta, &ours, &[4, 5]);
    let expected = Around {
        stolen_ns: Some(vec![2, 3]),
        foreign_ns: Some(vec![30, 50]),
        throttled_ns: None,
        throttled_periods: Some(7),
    };
    assert_eq!(around, expected);
    assert_eq!(Around::of(&delta, &[], &[4, 9]).foreign_ns, None, "CPU 9 is unknown");
}

fn limits(allowed: &[usize], quota_cpus: Option<f64>) -> Limits {
    Limits { allowed_cpus: allowed.to_vec(), quota_cpus, ..Limits::default() }
}

#[test]
fn machines_that_cannot_scale_are_told() {
    let machine = Machine { profile: Some("debug".into()), ..Machine::default() };
    let configurations = [configuration(1, false), configuration(3, true)];
    let warnings = of_machine(&machine, &limits(&[4], Some(1.5)), &configurations);
    assert!(warnings.contains(&Warning::OneCpu { cpu: 4 }));
    assert!(warnings.contains(&Warning::Oversubscribed { workers: vec![3], cpus: 1 }));
    assert!(warnings.contains(&Warning::Quota { cpus: 1.5, workers: 3 }));
    assert!(warnings.contains(&Warning::Unoptimised { profile: "debug".into() }));
    let roomy = of_machine(&Machine::default(), &limits(&[0, 1], None), &[configuration(2, false)]);
    assert!(roomy.is_empty());
}

#[test]
fn a_quiet_series_has_no_warnings() {
    assert_eq!(of_series(&series(|_| ()), 2), []);
}

#[test]
fn steal_and_observer_are_told_above_half_a_per_cent() {
    let steal = |ns| of_series(&series(|m| m.stolen_ns = Some(vec![ns, 0])), 2);
    assert_eq!(steal(10_000), []);
    let workload: String = "made, strong".into();
    let percent = 1.0;
    assert_eq!(steal(20_000), [Warning::Steal { workload: workload.clone(), percent }]);
    let observer = |ns| of_series(&series(|m| m.observer_ns = ns), 2);
    assert_eq!(observer(5_000), []);
    assert_eq!(observer(10_000), [Warning::Observer { workload, percent }]);
}

#[test]
fn tags_on_many_samples_are_told() {
    let warnings = of_series(&series(|m| m.tags = vec![Tag::Foreign, Tag::Unpinned]), 1);
    let workload: String = "made, strong".into();
    let configuration = "any with 1 worker".into();
    let (samples, of) = (10, 10);
    let unpinned = Warning::Unpinned { workload: workload.clone(), configuration, samples, of };
    assert_eq!(warnings, [unpinned, Warning::Tagged { workload, tag: Tag::Foreign, samples, of }]);
}
