//! What benchmarks and other implementations say, in sentences.
//!
//! Separate because neither is a study: no speed-up, no steps. Next: [`crate::chart::sides`] for the rows,
//! [`crate::compare::peers`] for the ratios of implementations.

use std::collections::BTreeMap;

use crate::{
    chart::{
        dots::DotMark,
        sides::{self, Side},
        work::{self, NEAR_ROOF},
    },
    compare::{
        benchmarks::{self, Timed},
        peers::{self, FailedControl},
    },
    model::{Answers, Benchmarks, Estimate, Peer, PeerWorkload, Report},
    quantity,
};

/// A name and a sentence for every job that other implementations did, and for every set of
/// benchmarks that the page shows.
pub fn of_others(report: &Report) -> Vec<(String, String)> {
    let jobs = jobs(report).map(|job| (format!("{}, implementations", job.name), of_job(job)));
    let isas = benchmarks::isas(report);
    let sets = benchmarks::latest(report).into_iter().map(|set| of_set(set, &isas));
    jobs.chain(sets).collect()
}

/// What makes other implementations no match.
pub(super) fn doubts(report: &Report) -> Vec<String> {
    jobs(report).flat_map(doubts_of_job).collect()
}

fn jobs(report: &Report) -> impl Iterator<Item = &PeerWorkload> {
    report.peers.iter().flat_map(|peers| &peers.workloads)
}

fn doubts_of_job(job: &PeerWorkload) -> Vec<String> {
    let measured = || job.entries.iter().filter(|peer| !peer.query_ns.is_empty());
    let is_wrong = |peer: &&Peer| matches!(peer.answers, Answers::Wrong { .. });
    let reference = measured().find(|peer| Some(&peer.name) == job.reference.as_ref());
    let wrong = reference.filter(is_wrong).map(|peer| {
        format!(
            "{}: the reference {} gives wrong answers ({}), so nothing is compared with it; mend it or \
             name another",
            job.name,
            sides::peer_name(peer),
            sides::answers(peer)
        )
    });
    let unchecked = measured().filter(|peer| peer.answers == Answers::Unchecked);
    let unchecked: Vec<String> = unchecked.map(sides::peer_name).collect();
    let unchecked = (!unchecked.is_empty()).then(|| {
        format!(
            "{}: nobody checked the answers of {}, which may have done other work; check them",
            job.name,
            some(&unchecked)
        )
    });
    let failed = peers::failed_controls(job).into_iter().map(|failed| of_failed(job, &failed));
    wrong.into_iter().chain(failed).chain(unchecked).collect()
}

fn of_failed(job: &PeerWorkload, failed: &FailedControl<'_>) -> String {
    format!(
        "{}: the control {}, the reference measured a second time, takes {}: no ratio of this job can be \
         trusted beyond that, {} either way; measure again on a quiet machine",
        job.name,
        sides::peer_name(failed.peer),
        as_long(failed.ratio),
        quantity::times_as_long(failed.doubt)
    )
}

/// The first names, and how many more there are.
fn some(names: &[String]) -> String {
    const MOST: usize = 3;
    let more = names.len().saturating_sub(MOST);
    let first = names[..names.len() - more].join(", ");
    if more == 0 { first } else { format!("{first} and {more} more") }
}

/// The fastest other implementation with right answers, against the reference.
fn of_job(job: &PeerWorkload) -> String {
    let sides = sides::of_peers(job);
    let right = |mark| sides.iter().filter(move |side| side.mark == mark);
    let Some(reference) = right(DotMark::Reference).next() else {
        let named = job.entries.iter().find(|peer| Some(&peer.name) == job.reference.as_ref());
        return match named {
            Some(peer) if peer.query_ns.is_empty() => {
                format!("The reference {} was not measured, so no ratio is given.", peer.name)
            }
            Some(peer) => {
                format!("The reference {} gives wrong answers, so no ratio is given.", peer.name)
            }
            None => "None of the implementations is named as the reference, so no ratio is given."
                .into(),
        };
    };
    let wrong = right(DotMark::Wrong).count() as u64;
    let wrong = match wrong {
        0 => String::new(),
        _ => format!(
            " {} with wrong answers not counted.",
            quantity::counted(wrong, "implementation")
        ),
    };
    let rivals = right(DotMark::Other).filter(|side| !side.ours);
    let rival = rivals.min_by(|a, b| a.ns.value.total_cmp(&b.ns.value));
    let rival = rival.and_then(|rival| Some((rival, rival.ratio?)));
    let time = quantity::time(reference.ns.value);
    match rival {
        None => format!("{} takes {time}; nothing else was measured.{wrong}", checked(reference)),
        Some((rival, ratio)) => format!(
            "{} takes {time}; the fastest of the others, {}, takes {}{}.{wrong}",
            checked(reference),
            checked(rival),
            as_long(ratio),
            verdict(job, ratio)
        ),
    }
}

/// Whether the ratio tells which is faster, as far as it does not tell that itself.
fn verdict(job: &PeerWorkload, ratio: Estimate) -> String {
    let doubts = peers::failed_controls(job).into_iter().map(|failed| failed.doubt);
    let doubt = doubts.reduce(f64::max);
    let is_told = peers::is_told(ratio, doubt.unwrap_or(1.0));
    let doubt = doubt.map(quantity::times_as_long);
    match (is_told, doubt) {
        (true, None) => String::new(),
        (false, None) => ", so which is faster cannot be told".into(),
        (true, Some(doubt)) => {
            format!(
                ", which is beyond the {doubt} either way that the failed control leaves in doubt"
            )
        }
        (false, Some(doubt)) => format!(
            ", so which is faster cannot be told: the failed control leaves {doubt} either way in doubt"
        ),
    }
}

/// A name, with a mark if nobody checked the answers.
fn checked(side: &Side) -> String {
    let is_unchecked = side.note == sides::UNCHECKED;
    format!("{}{}", side.name, if is_unchecked { " (answers unchecked)" } else { "" })
}

/// `2.60× as long (2.51–2.65×)`.
fn as_long(ratio: Estimate) -> String {
    let value = format!("{} as long", quantity::times_as_long(ratio.value));
    match ratio.interval {
        Some(interval) => format!("{value} ({})", quantity::times_as_long_range(interval)),
        None => value,
    }
}

fn of_set(set: &Benchmarks, isas: &[String]) -> (String, String) {
    let timed = benchmarks::timed(set, isas);
    let mut told = of_isas(&timed, isas);
    told.extend(of_roofs(&timed));
    if told.is_empty() {
        told.extend(range(&timed));
    }
    let few = timed.iter().filter(|one| one.ns.interval.is_none()).count() as u64;
    if few > 0 {
        let few = quantity::part(few, timed.len() as u64);
        told.push(format!("{few} have too few samples for an interval"));
    }
    let count = quantity::counted(timed.len() as u64, "benchmark");
    let sentence = format!("{count} measured: {}.", told.join("; "));
    let sentence = if told.is_empty() { format!("{count} measured.") } else { sentence };
    (format!("{}, baseline {}", set.origin, set.baseline), sentence)
}

/// From the fastest to the slowest.
fn range(timed: &[Timed<'_>]) -> Option<String> {
    let by_time = |a: &&Timed<'_>, b: &&Timed<'_>| a.ns.value.total_cmp(&b.ns.value);
    let (least, most) = (timed.iter().min_by(by_time)?, timed.iter().max_by(by_time)?);
    let told =
        |one: &Timed<'_>| format!("{} for {}", quantity::time(one.ns.value), one.benchmark.id);
    Some(match timed.len() {
        1 => told(least),
        _ => format!("from {} to {}", told(least), told(most)),
    })
}

/// Which instruction set was the fastest how often, and what the last one of the list took.
fn of_isas(timed: &[Timed<'_>], isas: &[String]) -> Vec<String> {
    let groups = sides::of_isas(timed, isas);
    let mut fastest: BTreeMap<usize, (&str, u64)> = BTreeMap::new();
    let mut taken: Vec<f64> = Vec::new();
    for (_, sides) in &groups {
        let by_time = |a: &&Side, b: &&Side| a.ns.value.total_cmp(&b.ns.value);
        let best = sides.iter().min_by(by_time);
        let last = sides.iter().find(|side| side.mark == DotMark::Reference);
        if let Some((best, last)) = best.zip(last) {
            let place = isas.iter().position(|isa| *isa == best.name).unwrap_or(isas.len());
            fastest.entry(place).or_insert((&best.name, 0)).1 += 1;
            taken.push(last.ns.value / best.ns.value);
        }
    }
    taken.sort_by(f64::total_cmp);
    let (Some(least), Some(most)) = (taken.first(), taken.last()) else { return Vec::new() };
    let fastest: Vec<String> =
        fastest.values().map(|(name, times)| format!("{name} in {times}")).collect();
    vec![format!(
        "of {} done with several instruction sets, the fastest was, by its median, {}; the last of \
         the machine's list took {} to {} as long as the fastest",
        quantity::counted(taken.len() as u64, "scan"),
        fastest.join(", "),
        quantity::times_as_long(*least),
        quantity::times_as_long(*most)
    )]
}

/// How many scans run near the rate of loading alone.
fn of_roofs(timed: &[Timed<'_>]) -> Option<String> {
    let under = work::under_roofs(timed);
    let near = under.iter().filter(|one| one.share() >= NEAR_ROOF).count() as u64;
    (!under.is_empty()).then(|| {
        format!(
            "{} scans reach {} of the rate of loading their samples once",
            quantity::part(near, under.len() as u64),
            quantity::per_cent(NEAR_ROOF, 0)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(reference: Answers, other: Answers) -> PeerWorkload {
        let peer = |name: &str, ns: f64, answers| Peer {
            name: name.into(),
            version: None,
            ours: false,
            control: false,
            workers: None,
            build_ns: Vec::new(),
            query_ns: vec![ns; 8],
            blocks: Vec::new(),
            answers,
            note: String::new(),
            absent: None,
        };
        PeerWorkload {
            name: "job".into(),
            title: String::new(),
            n: 1,
            d: 1,
            centers: 1,
            widths: 1,
            reference: Some("ours".into()),
            entries: vec![peer("ours", 10.0, reference), peer("theirs", 20.0, other)],
        }
    }

    #[test]
    fn a_wrong_reference_is_no_reference() {
        let wrong = Answers::Wrong { wrong: 1, checked: 9, note: String::new() };
        let job = job(wrong, Answers::Exact);
        let sides = sides::of_peers(&job);
        assert!(sides.iter().all(|side| side.ratio.is_none()), "{sides:?}");
        assert_eq!(sides[0].mark, DotMark::Wrong);
        assert!(of_job(&job).contains("wrong answers"), "{}", of_job(&job));
        assert!(doubts_of_job(&job)[0].contains("the reference ours gives wrong answers (1 of 9"));
    }

    #[test]
    fn no_other_entry_of_the_project_is_a_rival() {
        let mut job = job(Answers::Exact, Answers::Exact);
        let again = Peer { name: "ours, 2 threads".into(), ours: true, ..job.entries[0].clone() };
        job.entries.insert(1, again);
        assert!(of_job(&job).contains("the fastest of the others, theirs"), "{}", of_job(&job));
        job.entries.pop();
        assert!(of_job(&job).contains("nothing else was measured"), "{}", of_job(&job));
    }

    #[test]
    fn a_failed_control_is_told_and_withholds_what_it_leaves_in_doubt() {
        let mut job = job(Answers::Exact, Answers::Exact);
        let again = Peer { name: "again".into(), control: true, ..job.entries[0].clone() };
        job.entries.push(again);
        assert!(doubts_of_job(&job).is_empty() && !of_job(&job).contains("control"));
        job.entries[2].query_ns.fill(8.0);
        let doubts = doubts_of_job(&job);
        assert_eq!(doubts.len(), 1, "{doubts:?}");
        let told = "job: the control again, the reference measured a second time, takes 0.800× as long \
                    (0.800–0.800×): no ratio of this job can be trusted beyond that, 1.25× either way";
        assert!(doubts[0].starts_with(told), "{doubts:?}");
        let sentence = of_job(&job);
        assert!(sentence.contains("others, theirs, takes 2.00× as long"), "{sentence}");
        assert!(sentence.contains("which is beyond the 1.25× either way"), "{sentence}");
        job.entries[1].query_ns.fill(12.0);
        let sentence = of_job(&job);
        assert!(sentence.contains("so which is faster cannot be told: the failed"), "{sentence}");
    }

    #[test]
    fn unchecked_rivals_are_called_so() {
        let job = job(Answers::Exact, Answers::Unchecked);
        assert!(of_job(&job).contains("theirs (answers unchecked)"), "{}", of_job(&job));
        assert!(doubts_of_job(&job)[0].contains("nobody checked the answers of theirs"));
        assert!(doubts_of_job(&self::job(Answers::Exact, Answers::Exact)).is_empty());
    }
}
