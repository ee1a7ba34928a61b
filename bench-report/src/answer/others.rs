//! What benchmarks and other implementations say, in sentences.
//!
//! Separate because neither has blocks or workers: a sentence here compares medians that stand
//! alone. Next: [`crate::chart::sides`], which computes the ratios.

use crate::{
    chart::{dots::DotMark, sides},
    model::{Benchmarks, Estimate, PeerWorkload, Report},
    quantity,
};

/// A name and a sentence for every job that other implementations did, and for every set of
/// benchmarks.
pub fn of_others(report: &Report) -> Vec<(String, String)> {
    let jobs = report.peers.iter().flat_map(|peers| &peers.workloads);
    let jobs = jobs.map(|job| (format!("{}, implementations", job.name), of_job(job)));
    jobs.chain(report.benchmarks.iter().map(of_set)).collect()
}

/// The fastest other implementation with right answers, against the reference.
fn of_job(job: &PeerWorkload) -> String {
    let sides = sides::of_peers(job);
    let right = |mark| sides.iter().filter(move |side| side.mark == mark);
    let Some(reference) = right(DotMark::Reference).next() else {
        return "None of the implementations is named as the reference, so no ratio is given."
            .into();
    };
    let wrong = right(DotMark::Wrong).count() as u64;
    let wrong = match wrong {
        0 => String::new(),
        _ => format!(
            " {} with wrong answers not counted.",
            quantity::counted(wrong, "implementation")
        ),
    };
    let rival = right(DotMark::Other).min_by(|a, b| a.ns.value.total_cmp(&b.ns.value));
    let rival = rival.and_then(|rival| Some((rival, rival.ratio?)));
    let time = quantity::time(reference.ns.value);
    match rival {
        None => format!("{} takes {time}; nothing else was measured.{wrong}", reference.name),
        Some((rival, ratio)) => format!(
            "{} takes {time}; the fastest of the others, {}, takes {}{}.{wrong}",
            reference.name,
            rival.name,
            as_long(ratio),
            if is_unclear(ratio) { ", so nobody can tell which is faster" } else { "" }
        ),
    }
}

/// `2.60× as long (2.51–2.65×)`.
fn as_long(ratio: Estimate) -> String {
    let value = format!("{} as long", quantity::times_as_long(ratio.value));
    match ratio.interval {
        Some(interval) => format!("{value} ({})", quantity::times_as_long_range(interval)),
        None => value,
    }
}

fn is_unclear(ratio: Estimate) -> bool {
    ratio.interval.is_none_or(|interval| interval.contains(1.0))
}

fn of_set(set: &Benchmarks) -> (String, String) {
    let count = quantity::counted(set.benchmarks.len() as u64, "benchmark");
    let sentence = format!("{count} measured; each stands below with its interval.");
    (format!("{}, baseline {}", set.origin, set.baseline), sentence)
}
