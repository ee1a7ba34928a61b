//! What a measured series shows: pure rules on all of its samples.
//!
//! Separate because it runs when everything is measured, on what a journal holds, and because shares
//! of a few per cent can only be told of many samples. Next: [`super::pooled`],
//! [`warning`](crate::study::warning) for the wording.

use super::pooled;
use crate::study::grid::Configuration;
use crate::study::record::{Block, Measured, Series};
use crate::study::tags::{Tag, longest_wait_ns};
use crate::study::warning::Warning;

/// Observer's cost above this share is told, in per cent.
const OBSERVER_PERCENT: f64 = 0.5;
/// A tag on more than this share of all samples is told, in per cent.
const TAGGED_PERCENT: f64 = 5.0;

/// What a measured series shows, on these allowed CPUs.
pub fn of_series(series: &Series, allowed: &[usize]) -> Vec<Warning> {
    let workload = format!("{}, {}", series.subject.name, series.subject.mode.name());
    let mut warnings = unpinned(series, &workload);
    warnings.extend(stolen(series, allowed, &workload));
    warnings.extend(observed(series, &workload));
    warnings.extend(tagged(series, &workload));
    warnings
}

fn measured(series: &Series) -> impl Iterator<Item = &Measured> + Clone {
    series.blocks.iter().flat_map(Block::measured)
}

/// Every configuration with its samples.
fn by_configuration(
    series: &Series,
) -> impl Iterator<Item = (&Configuration, impl Iterator<Item = &Measured> + Clone)> {
    let configurations = series.subject.configurations.iter().enumerate();
    configurations.map(|(index, configuration)| {
        let of_it = move |measured: &&Measured| measured.configuration == index;
        (configuration, measured(series).filter(of_it))
    })
}

/// One warning for each configuration with a sample in which a worker was not proven to be pinned.
fn unpinned(series: &Series, workload: &str) -> Vec<Warning> {
    let loose = |measured: &&Measured| measured.tags.contains(&Tag::Unpinned);
    let of_each = by_configuration(series).map(|(configuration, samples)| Warning::Unpinned {
        workload: workload.into(),
        configuration: configuration.describe(),
        samples: samples.clone().filter(loose).count(),
        of: samples.count(),
    });
    of_each.filter(|warning| !matches!(warning, Warning::Unpinned { samples: 0, .. })).collect()
}

/// A warning if the host took more than half a per cent of some CPU while it had workers.
fn stolen(series: &Series, allowed: &[usize], workload: &str) -> Option<Warning> {
    let worst = pooled::stolen(measured(series), allowed)?;
    let percent = 100.0 * worst.share;
    Some(Warning::Steal { workload: workload.into(), cpu: worst.cpu, percent })
}

/// A warning for each configuration of which reading clocks took more than half a per cent.
fn observed(series: &Series, workload: &str) -> Vec<Warning> {
    let of_each = by_configuration(series).map(|(configuration, samples)| {
        let observer_ns: u64 = samples.clone().map(|m| m.observer_ns).sum();
        let wall_ns: u64 = samples.map(|m| m.sample.wall_ns).sum();
        let percent = 100.0 * observer_ns as f64 / wall_ns.max(1) as f64;
        (percent > OBSERVER_PERCENT).then(|| Warning::Observer {
            workload: workload.into(),
            configuration: configuration.describe(),
            percent,
        })
    });
    of_each.flatten().collect()
}

/// A warning for each kind of disturbance that many samples met. Workers that take turns on a CPU
/// disturb each other by design, so their samples do not count.
fn tagged(series: &Series, workload: &str) -> Vec<Warning> {
    let expected = |m: &&Measured| !series.subject.configurations[m.configuration].oversubscribed;
    let told: Vec<&Measured> = measured(series).filter(expected).collect();
    let of = told.len();
    let is_much = |samples: usize| 100.0 * samples as f64 > TAGGED_PERCENT * of as f64;
    let count = |of_it: &dyn Fn(&Measured) -> bool| told.iter().filter(|m| of_it(m)).count();
    let with = |tag: Tag| count(&|m: &Measured| m.tags.contains(&tag));
    let by_caller = count(&|m: &Measured| m.tags.contains(&Tag::Contended) && by_caller(m));
    let by_others = with(Tag::Contended) - by_caller;
    let mut warnings = Vec::new();
    if is_much(by_caller) {
        warnings.push(Warning::OwnCaller { workload: workload.into(), samples: by_caller, of });
    }
    let kinds = [Tag::Foreign, Tag::Thermal, Tag::Throttled, Tag::Drifted];
    let counts = [(Tag::Contended, by_others)].into_iter().chain(kinds.map(|tag| (tag, with(tag))));
    let much = counts.filter(|&(_, samples)| is_much(samples));
    let warning = |(tag, samples)| Warning::Tagged { workload: workload.into(), tag, samples, of };
    warnings.extend(much.map(warning));
    warnings
}

/// Whether the thread that handed the work out may have been what a worker waited for: it ran for as
/// long as the worker waited, and was on a worker's CPU or not in one place.
fn by_caller(measured: &Measured) -> bool {
    let ran_ns = measured.caller_ns.unwrap_or(0);
    let was_there = measured.caller_cpu.is_none_or(|cpu| measured.concerns(cpu));
    was_there && ran_ns >= longest_wait_ns(&measured.sample)
}
