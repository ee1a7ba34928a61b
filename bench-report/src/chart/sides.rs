//! Rows side by side: implementations, instruction sets, backends, and benchmarks as they are.
//!
//! Separate because all of them are the same picture: a time with its interval in each row, and a
//! ratio at its end. Next: [`super::dots`].

use super::{
    axis::Axis,
    dots::{Dot, DotMark, Dots},
    scaling::Measured,
    work::positive,
};
use crate::{
    answer,
    compare::{
        Sweep,
        benchmarks::{Timed, grouped, ratio},
        peers,
    },
    model::{Answers, Estimate, Peer, PeerWorkload},
    quantity,
    statistics::independent::median_with_interval,
};

/// Rows of one chart.
pub const MOST_ROWS: usize = 60;

/// Charts of one kind in a page; tables have all.
pub const MOST_CHARTS: usize = 12;

/// A row of a chart and of its table: a name, a time, and the time over that of the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Side {
    /// What it belongs to.
    pub name: String,
    /// Nanoseconds.
    pub ns: Estimate,
    /// Its time over that of the reference; `None` for the reference itself, or without one.
    pub ratio: Option<Estimate>,
    /// Whether it belongs to the project whose reference this is, and so is no rival.
    pub ours: bool,
    /// How it is marked.
    pub mark: DotMark,
    /// What else is to be said; may be empty.
    pub note: String,
}

/// The implementations of one job that were measured, and in `note` whether they are right.
pub fn of_peers(workload: &PeerWorkload) -> Vec<Side> {
    let measured = || workload.entries.iter().filter(|peer| !peer.query_ns.is_empty());
    let reference = peers::reference(workload);
    let side = |peer: &Peer| {
        let is_reference = reference.is_some_and(|reference| reference.name == peer.name);
        let others = reference.filter(|_| !is_reference);
        let mark = match peer.answers {
            Answers::Wrong { .. } => DotMark::Wrong,
            _ if is_reference => DotMark::Reference,
            _ if peer.control => DotMark::Control,
            Answers::Exact | Answers::Unchecked => DotMark::Other,
        };
        Side {
            name: peer_name(peer),
            ns: median_with_interval(&peer.query_ns),
            ratio: others.map(|reference| peers::ratio(peer, reference)),
            ours: is_reference || peer.ours || peer.control,
            mark,
            note: answers(peer),
        }
    };
    measured().map(side).collect()
}

/// Name and version.
pub fn peer_name(peer: &Peer) -> String {
    match &peer.version {
        Some(version) => format!("{} {version}", peer.name),
        None => peer.name.clone(),
    }
}

/// [`answers`] that nobody looked at.
pub const UNCHECKED: &str = "unchecked";

/// Whether answers are right, in words.
pub fn answers(peer: &Peer) -> String {
    match &peer.answers {
        Answers::Exact if !peer.note.is_empty() => format!("exact; {}", peer.note),
        Answers::Exact => "exact".into(),
        Answers::Unchecked => UNCHECKED.into(),
        Answers::Wrong { wrong, checked, note } => {
            let note = if note.is_empty() { String::new() } else { format!(": {note}") };
            format!("{} wrong{note}", quantity::part(*wrong, *checked))
        }
    }
}

/// Benchmarks of one group with several functions. Nobody said that they do the same work or which
/// of them is the reference, and the fastest of many is fast by chance, too: no ratio.
pub fn of_groups(timed: &[Timed<'_>]) -> Vec<(String, Vec<Side>)> {
    let groups = grouped(timed, |one| {
        let benchmark = one.benchmark;
        benchmark.function.as_ref()?;
        (!one.is_roof()).then(|| (benchmark.group.clone(), benchmark.value.clone()))
    });
    let named = groups.into_iter().map(|((group, value), members)| {
        let title = value.map_or(group.clone(), |value| format!("{group}, {value}"));
        let name = |one: &Timed<'_>| one.benchmark.function.clone().unwrap_or_default();
        (title, sides(&members, name, None))
    });
    named.filter(|(_, sides)| sides.len() > 1).collect()
}

/// Benchmarks whose names differ in their instruction set only. The last of the list, which every
/// machine has, is the reference.
pub fn of_isas(timed: &[Timed<'_>], isas: &[String]) -> Vec<(String, Vec<Side>)> {
    let groups = grouped(timed, |one| one.isa.map(|_| one.family("", isas)));
    let named = groups.into_iter().map(|(family, mut members)| {
        members.sort_by_key(|one| one.isa);
        let name = |one: &Timed<'_>| one.isa.map_or_else(String::new, |isa| isas[isa].clone());
        let last = members.len() - 1;
        (family, sides(&members, name, Some(last)))
    });
    named.filter(|(_, sides)| sides.len() > 1).collect()
}

fn sides(
    members: &[&Timed<'_>],
    name: impl Fn(&Timed<'_>) -> String,
    reference: Option<usize>,
) -> Vec<Side> {
    let side = |(idx, one): (usize, &&Timed<'_>)| Side {
        name: name(one),
        ns: one.ns,
        ratio: reference.filter(|&base| base != idx).map(|base| ratio(one.ns, members[base].ns)),
        ours: true,
        mark: if Some(idx) == reference { DotMark::Reference } else { DotMark::Other },
        note: rate(one),
    };
    members.iter().enumerate().map(side).collect()
}

/// Benchmarks as they are, without a reference.
pub fn of_all(timed: &[Timed<'_>]) -> Vec<Side> {
    let side = |one: &Timed<'_>| Side {
        name: one.benchmark.id.clone(),
        ns: one.ns,
        ratio: None,
        ours: true,
        mark: DotMark::Other,
        note: rate(one),
    };
    timed.iter().map(side).collect()
}

/// The throughput in its unit.
pub fn rate(one: &Timed<'_>) -> String {
    one.rate().map_or_else(String::new, |(throughput, rate)| {
        quantity::throughput(&throughput.unit, rate.value)
    })
}

/// Backends with the largest number of workers that all of them were measured with on CPUs of
/// their own; the serial code is the reference.
pub fn of_backends(measured: &Measured<'_>) -> Option<(u64, Vec<Side>)> {
    let (workload, comparison) = (measured.workload, measured.comparison);
    let at = |sweep: &Sweep, workers: u64| {
        let is_it = |&&idx: &&usize| {
            workload.entries[idx].workers == workers && !workload.entries[idx].oversubscribed
        };
        sweep.entry_idxs.iter().find(is_it).copied()
    };
    let first = comparison.sweeps.first().filter(|_| comparison.sweeps.len() > 1)?;
    let common = first.entry_idxs.iter().map(|&idx| workload.entries[idx].workers);
    let is_common = |&n: &u64| comparison.sweeps.iter().all(|sweep| at(sweep, n).is_some());
    let workers = common.filter(is_common).max()?;
    let side = |(name, idx): (String, usize)| Side {
        name,
        ns: comparison.figures[idx].pass_ns,
        ratio: comparison.figures[idx].speed_up.filter(|_| Some(idx) != comparison.reference),
        ours: true,
        mark: if Some(idx) == comparison.reference { DotMark::Reference } else { DotMark::Other },
        note: String::new(),
    };
    let serial = comparison.reference.map(|idx| (workload.entries[idx].backend.clone(), idx));
    let backends = comparison
        .sweeps
        .iter()
        .filter_map(|sweep| at(sweep, workers).map(|idx| (sweep.backend.clone(), idx)));
    Some((workers, serial.into_iter().chain(backends).take(MOST_ROWS).map(side).collect()))
}

/// The first rows that a chart holds; the reference is kept, because all ratios are against it.
pub fn shown(rows: &[Side]) -> Vec<Side> {
    let mut shown: Vec<Side> = rows.iter().take(MOST_ROWS).cloned().collect();
    let reference = rows.iter().skip(MOST_ROWS).find(|side| side.mark == DotMark::Reference);
    if let Some(reference) = reference {
        shown.truncate(MOST_ROWS - 1);
        shown.push(reference.clone());
    }
    shown
}

/// What the chart of backends is called.
pub fn backends_title(measured: &Measured<'_>, workers: u64) -> String {
    let workers = quantity::counted(workers, "worker");
    format!("{}, {workers}", answer::label(measured.workload))
}

/// How the ratio of a row is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Time over the time of the reference.
    Times,
    /// Speed in per cent of that of the reference.
    SpeedUp,
}

/// Sides as a chart, or `None` without any.
pub fn dots(sides: &[Side], title: String, told: Told, id: String) -> Option<Dots> {
    let shown = positive(sides.iter().map(|side| side.ns))?;
    let label = |side: &Side| match (side.ratio, told) {
        (Some(ratio), Told::Times) => quantity::times_as_long(ratio.value),
        (Some(ratio), Told::SpeedUp) => quantity::per_cent(ratio.value, 1),
        (None, _) => String::new(),
    };
    let dot = |side: &Side| Dot {
        name: side.name.clone(),
        detail: quantity::time(side.ns.value),
        label: label(side),
        value: side.ns,
        mark: side.mark,
    };
    let told = |side: &Side| match label(side).as_str() {
        "" => format!("{}: {}", side.name, quantity::time(side.ns.value)),
        label => format!("{}: {}, {label}", side.name, quantity::time(side.ns.value)),
    };
    let reference = sides.iter().find(|side| side.mark == DotMark::Reference);
    Some(Dots {
        id,
        description: format!("{}.", sides.iter().map(told).collect::<Vec<_>>().join("; ")),
        title,
        axis: Axis::log("time, logarithmic", shown, quantity::ticks::time),
        rows: sides.iter().map(dot).collect(),
        reference: reference.map(|side| side.ns.value),
    })
}
