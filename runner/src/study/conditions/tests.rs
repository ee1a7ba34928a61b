//! Counters and warnings on made-up figures.

use super::{Around, Ours, Used, Warning, of_clocks, of_machine, of_series, ours, pooled};
use crate::backend::Mode;
use crate::machine::clock::Timer;
use crate::machine::counters::{CpuTimes, SystemCounters, ThreadCounters};
use crate::machine::{Limits, Machine, State};
use crate::study::grid::{Configuration, Role};
use crate::study::record::{Block, Measured, Series, StoppedBy};
use crate::study::tags::Tag;
use crate::study::tags::tests::quiet;
use crate::study::tests::subject;

/// The worker of a quiet sample is on the first one.
const ALLOWED: &[usize] = &[4, 5];

fn configuration(workers: usize, oversubscribed: bool) -> Configuration {
    let (backend, role) = ("any".into(), Role::Measured);
    Configuration { backend, workers, cpus: vec![4; workers], oversubscribed, role }
}

/// One block of ten samples of a second that `change` was done to.
fn series(change: impl Fn(&mut Measured)) -> Series {
    let sample = |_| {
        let mut measured = quiet(0, 1_000_000_000);
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
    let ours = ours(&measured.sample, Used { cpu_ns: Some(80), cpu: Some(5) });
    assert_eq!(ours, Ours { placed: vec![(4, 70), (5, 80)], unplaced_ns: 0 });
    let around = Around::of(&delta, &ours.placed, &[4, 5]);
    let expected = Around {
        stolen_ns: Some(vec![2, 3]),
        foreign_ns: Some(vec![30, -20]),
        throttled_ns: None,
        throttled_periods: Some(7),
    };
    assert_eq!(around, expected);
    assert_eq!(Around::of(&delta, &[], &[4, 9]).foreign_ns, None, "CPU 9 is unknown");
}

/// A thread that moves would be booked where it ended, and look foreign where it came from.
#[test]
fn time_of_threads_that_may_have_moved_is_kept_apart() {
    let mut sample = quiet(0, 1000).sample;
    sample.workers[0].cpu_ns = Some(70);
    let moved = Used { cpu_ns: Some(9), cpu: None };
    assert_eq!(ours(&sample, moved), Ours { placed: vec![(4, 70)], unplaced_ns: 9 });
    sample.workers[0].pinned = false;
    assert_eq!(ours(&sample, moved), Ours { placed: Vec::new(), unplaced_ns: 79 });
    (sample.workers[0].pinned, sample.workers[0].migrations) = (true, Some(1));
    assert_eq!(ours(&sample, Used::default()), Ours { placed: Vec::new(), unplaced_ns: 70 });
}

fn limits(allowed: &[usize], quota_cpus: Option<f64>) -> Limits {
    Limits { allowed_cpus: allowed.to_vec(), quota_cpus, ..Limits::default() }
}

#[test]
fn machines_that_cannot_scale_are_told() {
    let machine = Machine { profile: Some("debug".into()), ..Machine::default() };
    let configurations = [configuration(1, false), configuration(3, true)];
    let warnings = of_machine(&machine, &limits(&[4], Some(0.5)), &configurations);
    assert!(warnings.contains(&Warning::OneCpu { cpu: 4 }));
    assert!(warnings.contains(&Warning::Oversubscribed { workers: vec![3], cpus: 1 }));
    assert!(warnings.contains(&Warning::Quota { cpus: 0.5, workers: 3 }));
    assert!(warnings.contains(&Warning::Unoptimised { profile: "debug".into() }));
    let roomy = of_machine(&Machine::default(), &limits(&[0, 1], None), &[configuration(2, false)]);
    assert!(roomy.is_empty());
    let unknown = Limits { mask_unknown: true, ..limits(&[0, 1], None) };
    assert_eq!(of_machine(&Machine::default(), &unknown, &[]), [Warning::UnknownMask]);
}

#[test]
fn a_quota_of_all_cpus_throttles_nobody() {
    let of = |quota| {
        let crowded = Configuration { cpus: vec![0, 1, 0], ..configuration(3, true) };
        let configurations = [configuration(2, false), crowded];
        of_machine(&Machine::default(), &limits(&[0, 1], Some(quota)), &configurations)
    };
    let oversubscribed = Warning::Oversubscribed { workers: vec![3], cpus: 2 };
    assert_eq!(of(2.0), std::slice::from_ref(&oversubscribed));
    assert_eq!(of(1.9), [oversubscribed, Warning::Quota { cpus: 1.9, workers: 3 }]);
}

#[test]
fn clocks_that_cannot_be_trusted_are_told() {
    let timer =
        |is_monotonic| Timer { resolution_ns: 1, clock_ns: 20.0, cpu_clock_ns: None, is_monotonic };
    let known = State { clock_mhz: Some(3000.0), ..State::default() };
    assert_eq!(of_clocks(&known, &timer(None)), []);
    assert_eq!(of_clocks(&known, &timer(Some(false))), [Warning::ClockGoesBack]);
    assert_eq!(of_clocks(&State::default(), &timer(Some(true))), [Warning::UnknownClock]);
}

#[test]
fn a_quiet_series_has_no_warnings() {
    assert_eq!(of_series(&series(|_| ()), ALLOWED), []);
}

#[test]
fn steal_and_observer_are_told_above_half_a_per_cent() {
    let steal = |ns: Vec<u64>| of_series(&series(|m| m.stolen_ns = Some(ns.clone())), ALLOWED);
    assert_eq!(steal(vec![5_000_000, 0]), []);
    assert_eq!(steal(vec![0, 900_000_000]), [], "no worker was there");
    let workload: String = "made, strong".into();
    let percent = 1.0;
    let warning = Warning::Steal { workload: workload.clone(), cpu: 4, percent };
    assert_eq!(steal(vec![10_000_000, 0]), [warning]);
    let observer = |ns| of_series(&series(|m| m.observer_ns = ns), ALLOWED);
    assert_eq!(observer(5_000_000), []);
    let configuration = "any with 1 worker".into();
    assert_eq!(observer(10_000_000), [Warning::Observer { workload, configuration, percent }]);
}

/// One configuration that reads clocks often is not hidden by another that does not.
#[test]
fn the_observer_is_told_of_each_configuration() {
    let mut series = series(|m| m.observer_ns = 8_000_000);
    series.subject.configurations.push(configuration(2, false));
    series.blocks[0].samples.extend((0..90).map(|_| quiet(1, 1_000_000_000)));
    let warnings = of_series(&series, ALLOWED);
    let [Warning::Observer { configuration, .. }] = &warnings[..] else { panic!("{warnings:?}") };
    assert_eq!(configuration, "any with 1 worker");
}

/// Samples of 20 ms, two ticks each: one tick in 20 samples is 2.5 %, and no sample alone tells.
#[test]
fn steal_that_only_many_samples_tell_tags_those_that_it_fell_on() {
    let samples = |every: usize| {
        let sample = move |number: usize| {
            let mut measured = quiet(0, 20_000_000);
            let ticks = u64::from(number.is_multiple_of(every));
            measured.stolen_ns = Some(vec![10_000_000 * ticks, 0]);
            measured
        };
        Block { samples: (0..400).map(sample).collect(), ..Block::default() }
    };
    let tagged = |every| {
        let mut blocks = [samples(every)];
        pooled::tag_stolen(&mut blocks, &[configuration(1, false)], ALLOWED);
        blocks[0].samples.iter().filter(|m| m.tags == [Tag::Stolen]).count()
    };
    assert_eq!(tagged(20), 20);
    assert_eq!(tagged(134), 0, "3 ticks in 8 s are less than half a per cent");
}

#[test]
fn who_waited_for_the_own_parent_is_told_so() {
    let waiting = |m: &mut Measured| {
        m.tags = vec![Tag::Contended];
        let run_queue_ns = Some(20_000_000);
        m.sample.workers[0].counters = ThreadCounters { run_queue_ns, ..Default::default() };
    };
    let workload: String = "made, strong".into();
    let (samples, of) = (10, 10);
    let others = Warning::Tagged { workload: workload.clone(), tag: Tag::Contended, samples, of };
    let caller = |caller_ns, caller_cpu| {
        let change = |m: &mut Measured| {
            waiting(m);
            (m.caller_ns, m.caller_cpu) = (caller_ns, caller_cpu);
        };
        of_series(&series(change), ALLOWED)
    };
    let own = Warning::OwnCaller { workload, samples, of };
    assert_eq!(caller(Some(20_000_000), Some(4)), std::slice::from_ref(&own));
    assert_eq!(caller(Some(20_000_000), None), [own], "it moved, perhaps there");
    assert_eq!(caller(Some(20_000_000), Some(5)), std::slice::from_ref(&others));
    assert_eq!(caller(Some(19_999_999), Some(4)), std::slice::from_ref(&others));
    assert_eq!(caller(None, None), [others]);
}

#[test]
fn oversubscribed_samples_count_on_neither_side() {
    let mut series = series(|m| m.tags = vec![Tag::Foreign]);
    series.subject.configurations.push(configuration(3, true));
    series.blocks[0].samples.extend((0..990).map(|_| quiet(1, 1_000_000_000)));
    let warnings = of_series(&series, ALLOWED);
    let workload = "made, strong".into();
    assert_eq!(warnings, [Warning::Tagged { workload, tag: Tag::Foreign, samples: 10, of: 10 }]);
}

#[test]
fn tags_on_many_samples_are_told() {
    let tags = vec![Tag::Foreign, Tag::Thermal, Tag::Unpinned];
    let warnings = of_series(&series(|m| m.tags = tags.clone()), ALLOWED);
    let workload: String = "made, strong".into();
    let configuration = "any with 1 worker".into();
    let (samples, of) = (10, 10);
    let unpinned = Warning::Unpinned { workload: workload.clone(), configuration, samples, of };
    let tagged = |tag| Warning::Tagged { workload: workload.clone(), tag, samples, of };
    assert_eq!(warnings, [unpinned, tagged(Tag::Foreign), tagged(Tag::Thermal)]);
}
