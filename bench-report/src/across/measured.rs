//! What a report measured, as one flat list: names, work, times.
//!
//! Separate because every kind of result calls its parts differently, and only here that matters.
//! Next: `align.rs` finds the same thing on two sides.

use std::{cell::OnceCell, collections::HashMap};

use super::Kind;
use crate::{
    compare::{self, Withheld},
    model::{
        Answers, Benchmark, Benchmarks, Entry, Peer, PeerWorkload, Report, Study, Throughput, Unit,
        Workload,
    },
    quantity,
    statistics::{lags::Memory, unpaired::Remembered},
};

/// One thing that was measured, with its samples.
#[derive(Debug)]
pub(super) struct Measured {
    pub(super) kind: Kind,
    /// Same name, same thing; unless `work` says otherwise.
    pub(super) name: String,
    /// Facts that are equal for the same work. A fact that one side does not know is no difference.
    pub(super) work: Vec<(&'static str, String)>,
    /// Facts that may differ, but should be seen.
    pub(super) remarks: Vec<(&'static str, String)>,
    /// Times in nanoseconds, in the order measured.
    pub(super) times_ns: Vec<f64>,
    /// Samples tested against a window in one such time, if known.
    pub(super) tests: Option<f64>,
    /// Why its times count for nothing, if so.
    pub(super) unusable: Option<String>,
    /// Whether the times are not of the work, but of preparing for it.
    pub(super) is_preparation: bool,
    /// What its times remember, once it was asked for.
    pub(super) memory: OnceCell<Memory>,
}

impl Measured {
    /// Its times with what they remember, which is computed once for all sides.
    pub(super) fn remembered(&self) -> Remembered<'_> {
        let memory = *self.memory.get_or_init(|| Memory::of(&self.times_ns));
        Remembered { times: &self.times_ns, memory }
    }

    /// Why it cannot be compared with anything, if so.
    pub(super) fn useless(&self) -> Option<String> {
        let is_time = |time: &f64| time.is_finite() && *time > 0.0;
        match &self.unusable {
            Some(reason) => Some(reason.clone()),
            None if self.times_ns.is_empty() => Some("it was not measured".into()),
            None if !self.times_ns.iter().all(is_time) => Some("a time is not above 0".into()),
            None => None,
        }
    }
}

/// Things that do the same work in different ways.
#[derive(Debug)]
pub(super) struct Rivals {
    /// Position in `all` of the one that the others are compared with; `None` if none is named.
    pub(super) reference: Option<usize>,
    pub(super) all: Vec<Measured>,
}

/// Everything that a report measured, in its order.
pub(super) fn all(report: &Report) -> Vec<Measured> {
    let benchmarks = report.benchmarks.iter().flat_map(|list| &list.benchmarks).map(benchmark);
    let studies = report.studies.iter().flat_map(|study| {
        study.workloads.iter().flat_map(move |workload| configurations(study, workload))
    });
    let peers = report.peers.iter().flat_map(|peers| &peers.workloads).flat_map(|workload| {
        workload.entries.iter().flat_map(move |peer| implementation(workload, peer))
    });
    benchmarks.chain(studies).chain(peers).collect()
}

/// Groups of implementations of the same work. (Backends of a study were measured side by side in
/// blocks; [`crate::compare`] makes use of that.)
pub(super) fn implementations(report: &Report) -> Vec<Rivals> {
    let peers = report.peers.iter().flat_map(|peers| &peers.workloads).map(|workload| {
        let all: Vec<_> =
            workload.entries.iter().flat_map(|peer| implementation(workload, peer)).collect();
        let reference = workload.reference.as_ref().and_then(|name| {
            let first = format!("{}: {name}", workload.name);
            all.iter().position(|measured| measured.name == first)
        });
        Rivals { reference, all }
    });
    peers.chain(report.benchmarks.iter().flat_map(functions)).collect()
}

/// Benchmarks of one group and one value; the first by name is the reference.
fn functions(list: &Benchmarks) -> Vec<Rivals> {
    let mut places = HashMap::new();
    let mut groups: Vec<Vec<Measured>> = Vec::new();
    for one in list.benchmarks.iter().filter(|one| one.function.is_some()) {
        let place = *places.entry((&one.group, &one.value)).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Vec::new());
        }
        groups[place].push(benchmark(one));
    }
    let rivals = groups.into_iter().map(|all| Rivals { reference: Some(0), all });
    rivals.filter(|rivals| rivals.all.len() > 1).collect()
}

fn benchmark(benchmark: &Benchmark) -> Measured {
    let work = work(&benchmark.throughput).map(|work| ("work of one iteration", work));
    Measured {
        kind: Kind::Benchmark,
        name: benchmark.id.clone(),
        work: work.into_iter().collect(),
        remarks: Vec::new(),
        times_ns: benchmark.iteration_ns(),
        tests: None,
        unusable: None,
        is_preparation: false,
        memory: OnceCell::new(),
    }
}

/// All that one iteration does as one fact, if it is known: the same for the same work in whatever
/// order it was told.
fn work(throughputs: &[Throughput]) -> Option<String> {
    let named = |work: &Throughput| format!("{} {}", work.per_iteration, unit(&work.unit));
    let mut all: Vec<String> = throughputs.iter().map(named).collect();
    all.sort_unstable();
    all.dedup();
    (!all.is_empty()).then(|| all.join(", "))
}

/// What is counted. How multiples are to be shown does not make it other work.
fn unit(unit: &Unit) -> &str {
    match unit {
        Unit::Elements => "elements",
        Unit::Bytes | Unit::BytesDecimal => "bytes",
        Unit::Bits => "bits",
        Unit::Other(name) => name,
    }
}

/// The entries of a workload that were measured for their own sake; those that its study gives no verdict
/// on are no use here either.
fn configurations<'a>(
    study: &'a Study,
    workload: &'a Workload,
) -> impl Iterator<Item = Measured> + 'a {
    let entries = workload.entries.iter().zip(compare::withheld(study, workload));
    entries.filter(|(entry, _)| entry.is_result()).map(move |(entry, withheld)| {
        let unusable = withheld.map(|withheld| not_judged(withheld, entry));
        Measured { unusable, ..configuration(study, workload, entry) }
    })
}

/// Why a configuration proves nothing, for a list of what was left out.
fn not_judged(withheld: Withheld, entry: &Entry) -> String {
    let of_samples = |samples: u64| {
        let all = quantity::counted(entry.samples.len() as u64, "sample");
        format!("{} of {all}", quantity::whole(samples))
    };
    let share = |share: f64| quantity::per_cent(share, 0);
    let reason = match withheld {
        Withheld::UnequalCopies => "equal configurations differed in its workload".into(),
        Withheld::ClockGoesBack => "the clock goes back from one CPU to another".into(),
        Withheld::LoadBefore { share: of } => {
            format!("others used up to {} of a CPU before the blocks", share(of))
        }
        Withheld::Unpinned { samples } => {
            format!("workers were not on their CPUs in {}", of_samples(samples))
        }
        Withheld::Throttled { samples } => format!("a quota held up {}", of_samples(samples)),
        Withheld::LateStart { share: of } => {
            format!("its workers began one after another, over {} of the time", share(of))
        }
        Withheld::LoadDuring { share: of } => {
            format!("others used up to {} of one of its CPUs", share(of))
        }
        Withheld::ShortTime { wall_ns, least_ns } => format!(
            "a time of {} is too short for the clock, which wants {}",
            quantity::time(wall_ns as f64),
            quantity::time(least_ns)
        ),
    };
    format!("it is not judged: {reason}")
}

fn configuration(study: &Study, workload: &Workload, entry: &Entry) -> Measured {
    let passes = workload.passes.max(1) as f64;
    let name = match entry.workers {
        1 => format!("{} {}: {}", workload.name, workload.mode.name(), entry.backend),
        workers => {
            format!("{} {}: {} × {workers}", workload.name, workload.mode.name(), entry.backend)
        }
    };
    let known = |text: &str| (text != "unknown").then(|| text.to_owned());
    let work = [
        ("n", Some(workload.n.to_string())),
        ("d", Some(workload.d.to_string())),
        ("element type", known(&workload.element)),
        ("checksum of the samples", known(&workload.checksum)),
        ("center", Some(format!("{:?}", workload.center))),
        ("widths", Some(format!("{:?}", workload.widths))),
        ("counts", Some(format!("{:?}", workload.counts))),
    ];
    let work = work.into_iter().filter_map(|(name, value)| Some((name, value?)));
    Measured {
        kind: Kind::Study,
        name,
        work: work.collect(),
        remarks: known(&study.isa).map(|isa| ("instruction set", isa)).into_iter().collect(),
        times_ns: entry.samples.iter().map(|sample| sample.wall_ns as f64 / passes).collect(),
        tests: Some(workload.tests_per_pass(entry.workers)),
        unusable: None,
        is_preparation: false,
        memory: OnceCell::new(),
    }
}

/// The time to answer, and the time to prepare if there is one.
fn implementation(workload: &PeerWorkload, peer: &Peer) -> Vec<Measured> {
    let unusable = match (&peer.answers, &peer.absent) {
        (_, Some(reason)) => Some(format!("it was not measured: {reason}")),
        (Answers::Wrong { wrong, checked, .. }, None) => {
            Some(format!("its answers are wrong: {wrong} of {checked}"))
        }
        _ => None,
    };
    let of = |name: String, times_ns: &[f64], tests| Measured {
        kind: Kind::Peer,
        name,
        work: vec![
            ("n", workload.n.to_string()),
            ("d", workload.d.to_string()),
            ("centers", workload.centers.to_string()),
            ("widths", workload.widths.to_string()),
        ],
        remarks: peer_remarks(peer),
        times_ns: times_ns.to_vec(),
        tests,
        unusable: unusable.clone(),
        is_preparation: tests.is_none(),
        memory: OnceCell::new(),
    };
    let name = format!("{}: {}", workload.name, peer.name);
    let mut all = vec![of(name.clone(), &peer.query_ns, Some(workload.tests()))];
    if !peer.build_ns.is_empty() {
        all.push(of(format!("{name}, preparation"), &peer.build_ns, None));
    }
    all
}

fn peer_remarks(peer: &Peer) -> Vec<(&'static str, String)> {
    let version = peer.version.clone().map(|version| ("version", version));
    let workers = peer.workers.map(|workers| ("workers", workers.to_string()));
    version.into_iter().chain(workers).collect()
}
