//! What casts doubt on a measured sample: pure rules on plain numbers.
//!
//! A tagged sample stays where it is, in the file and in every median: who drops what looks odd
//! measures his own opinion (Hoefler & Belli, SC'15, rule 4). Tags say where to look. Separate from
//! [`super::conditions`], which reads the counters. Next: `take`, which asks for tags.

use serde::{Deserialize, Serialize};

use super::record::{Block, Measured};
use crate::backend::{Sample, WorkerSample};

/// A worker that waited longer for its CPU than this share of the sample shared it with others.
/// (1 %: the least loss that a speed-up interval of 1 % would show.)
pub const RUN_QUEUE_SHARE: f64 = 0.01;
/// Time withheld by the host above this share of the sample is told.
pub const STOLEN_SHARE: f64 = 0.005;
/// Time of others on a worker's CPU above this share of the sample is told: work of others that
/// steadily takes 5 % makes statements about single cores impossible.
pub const FOREIGN_SHARE: f64 = 0.05;
/// Counters in ticks are off by up to one; from two on there was something.
pub const FEWEST_TICKS: u64 = 2;
/// Baselines at both ends of a block that differ by more than this share mark the block.
pub const DRIFT_SHARE: f64 = 0.02;

/// A reason for doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tag {
    /// A worker was ready to run, but something else had its CPU, and no quota was used up.
    Contended,
    /// The baseline at the end of the block differs from that at its beginning.
    Drifted,
    /// Others ran on a CPU of the workers.
    Foreign,
    /// A worker was seen on different CPUs.
    Migrated,
    /// The host withheld a CPU of the workers.
    Stolen,
    /// A core or package slowed down against heat.
    Thermal,
    /// A control group had used up its quota.
    Throttled,
    /// A worker was not proven to be bound to its CPU, or was seen on another one.
    Unpinned,
    /// The warm-up ended although times had not become steady.
    Unsteady,
}

impl Tag {
    /// Every tag, sorted.
    pub const ALL: &'static [Self] = &[
        Self::Contended,
        Self::Drifted,
        Self::Foreign,
        Self::Migrated,
        Self::Stolen,
        Self::Thermal,
        Self::Throttled,
        Self::Unpinned,
        Self::Unsteady,
    ];

    /// Its name, as in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contended => "contended",
            Self::Drifted => "drifted",
            Self::Foreign => "foreign",
            Self::Migrated => "migrated",
            Self::Stolen => "stolen",
            Self::Thermal => "thermal",
            Self::Throttled => "throttled",
            Self::Unpinned => "unpinned",
            Self::Unsteady => "unsteady",
        }
    }
}

/// What the rules need besides the sample.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// The CPUs that per-CPU figures of the sample are about.
    pub allowed: &'a [usize],
    /// Length of a tick of the system's counters.
    pub tick_ns: u64,
    /// Whether workers were to be pinned.
    pub pinned: bool,
}

/// The tags of `measured`, sorted, each once. [`Tag::Drifted`] is for [`drifted`], and
/// [`Tag::Stolen`] may be added by [`pooled`](super::conditions::pooled), because a sample of 20 ms
/// is two ticks long and half a per cent of it far below one.
///
/// A worker also waits in the run queue when a quota holds it back. The counter does not tell the two
/// apart, so a sample that was throttled is not called contended.
pub fn tags(measured: &Measured, around: Around<'_>) -> Vec<Tag> {
    let sample = &measured.sample;
    let share_of = |share: f64| (sample.wall_ns as f64 * share) as u64;
    let fewest_ns = FEWEST_TICKS * around.tick_ns;
    let workers = || sample.workers.iter();
    let has_waited = longest_wait_ns(sample) > share_of(RUN_QUEUE_SHARE);
    let stolen_ns = worst_of_workers(measured, around, measured.stolen_ns.as_deref()).unwrap_or(0);
    let foreign_ns = worst_of_workers(measured, around, measured.foreign_ns.as_deref());
    // What no CPU can be named for may have been used on this one.
    let foreign_ns = foreign_ns.map_or(0, |ns| u64::try_from(ns).unwrap_or(0));
    let foreign_ns = foreign_ns.saturating_sub(measured.unplaced_ns);
    let rules = [
        (Tag::Contended, !measured.is_throttled() && has_waited),
        (Tag::Foreign, foreign_ns >= fewest_ns.max(share_of(FOREIGN_SHARE) + 1)),
        (Tag::Migrated, workers().any(|worker| worker.migrations.is_some_and(|count| count > 0))),
        (Tag::Stolen, stolen_ns >= fewest_ns.max(share_of(STOLEN_SHARE) + 1)),
        (Tag::Thermal, measured.thermal_events.is_some_and(|events| events > 0)),
        (Tag::Throttled, measured.is_throttled()),
        (Tag::Unpinned, around.pinned && !workers().all(WorkerSample::stayed)),
        (Tag::Unsteady, measured.steady == Some(false)),
    ];
    rules.into_iter().filter(|(_, applies)| *applies).map(|(tag, _)| tag).collect()
}

/// The longest time that one worker could have run and had no CPU.
pub(super) fn longest_wait_ns(sample: &Sample) -> u64 {
    sample.workers.iter().filter_map(|worker| worker.counters.run_queue_ns).max().unwrap_or(0)
}

/// The greatest of `per_cpu` on the CPUs that workers were on; on all of them if one may have moved.
fn worst_of_workers<N: Copy + Ord>(
    measured: &Measured,
    around: Around<'_>,
    per_cpu: Option<&[N]>,
) -> Option<N> {
    let figures = around.allowed.iter().zip(per_cpu.into_iter().flatten());
    figures.filter(|(cpu, _)| measured.concerns(**cpu)).map(|(_, &figure)| figure).max()
}

/// Whether the baseline at the end of a block differs too much from that at its beginning.
pub fn drifted(block: &Block) -> bool {
    let (Some(opening), Some(closing)) = (&block.opening, &block.closing) else { return false };
    let (before, after) = (opening.sample.wall_ns as f64, closing.sample.wall_ns as f64);
    (after - before).abs() > DRIFT_SHARE * before.min(after)
}

/// Adds `tag` in its place.
pub fn add(tags: &mut Vec<Tag>, tag: Tag) {
    if let Err(place) = tags.binary_search(&tag) {
        tags.insert(place, tag);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::{Around, Tag, add, drifted, tags};
    use crate::backend::{Sample, WorkerSample};
    use crate::machine::counters::ThreadCounters;
    use crate::study::record::{Block, Measured};

    const AROUND: Around<'_> = Around { allowed: &[4, 5], tick_ns: 10_000_000, pinned: true };

    /// A made-up sample of one worker on CPU 4 with nothing wrong about it.
    pub(in crate::study) fn quiet(configuration: usize, wall_ns: u64) -> Measured {
        let worker = WorkerSample { cpu: Some(4), pinned: true, ..WorkerSample::default() };
        Measured {
            configuration,
            sample: Sample { wall_ns, phases: None, clock_readings: 2, workers: vec![worker] },
            setup_ns: 0,
            transfer_ns: 0,
            teardown_ns: Some(0),
            warm_up_passes: 5,
            warm_up_ns: 1,
            steady: Some(true),
            observer_ns: 1,
            caller_ns: Some(0),
            caller_cpu: Some(5),
            unplaced_ns: 0,
            stolen_ns: Some(vec![0, 0]),
            foreign_ns: Some(vec![0, 0]),
            throttled_ns: Some(0),
            throttled_periods: Some(0),
            thermal_events: Some(0),
            cpu_pressure_ns: Some(0),
            tags: Vec::new(),
        }
    }

    /// The tags of a sample of one second that `change` was done to.
    fn tagged(change: impl FnOnce(&mut Measured)) -> Vec<Tag> {
        let mut measured = quiet(0, 1_000_000_000);
        change(&mut measured);
        tags(&measured, AROUND)
    }

    fn waiting(ns: u64) -> ThreadCounters {
        ThreadCounters { run_queue_ns: Some(ns), ..ThreadCounters::default() }
    }

    #[test]
    fn a_quiet_sample_has_no_tags_and_neither_has_an_unknown_one() {
        assert_eq!(tagged(|_| ()), []);
        let unknown = tagged(|m| {
            (m.stolen_ns, m.foreign_ns, m.throttled_periods) = (None, None, None);
        });
        assert_eq!(unknown, []);
    }

    #[test]
    fn each_limit_is_exceeded_not_reached() {
        let contended = |ns| tagged(|m| m.sample.workers[0].counters = waiting(ns));
        assert_eq!(contended(10_000_000), []);
        assert_eq!(contended(10_000_001), [Tag::Contended]);
        let foreign = |ns| tagged(|m| m.foreign_ns = Some(vec![ns, 0]));
        assert_eq!(foreign(-20_000_000), []);
        assert_eq!(foreign(50_000_000), []);
        assert_eq!(foreign(50_000_001), [Tag::Foreign]);
        let perhaps_ours = tagged(|m| {
            (m.foreign_ns, m.unplaced_ns) = (Some(vec![60_000_000, 0]), 10_000_000);
        });
        assert_eq!(perhaps_ours, []);
        // Half a per cent of a second is less than the two ticks that are needed.
        let stolen = |ns| tagged(|m| m.stolen_ns = Some(vec![ns, 0]));
        assert_eq!(stolen(19_999_999), []);
        assert_eq!(stolen(20_000_000), [Tag::Stolen]);
    }

    #[test]
    fn only_the_workers_cpus_count_unless_they_may_wander() {
        let busy = |m: &mut Measured| m.foreign_ns = Some(vec![0, 900_000_000]);
        assert_eq!(tagged(busy), []);
        let mut wandering = quiet(0, 1_000_000_000);
        busy(&mut wandering);
        wandering.sample.workers[0].pinned = false;
        assert_eq!(tags(&wandering, Around { pinned: false, ..AROUND }), [Tag::Foreign]);
    }

    #[test]
    fn waiting_for_a_quota_is_not_waiting_for_others() {
        let waited = |m: &mut Measured| m.sample.workers[0].counters = waiting(900_000_000);
        assert_eq!(tagged(waited), [Tag::Contended]);
        for (throttled_periods, throttled_ns) in
            [(Some(1), None), (Some(0), Some(5)), (None, Some(5))]
        {
            let tags = tagged(|m| {
                waited(m);
                (m.throttled_periods, m.throttled_ns) = (throttled_periods, throttled_ns);
            });
            assert_eq!(tags, [Tag::Throttled]);
        }
    }

    #[test]
    fn a_pinned_worker_that_was_seen_elsewhere_is_not_pinned() {
        let moved = |m: &mut Measured| m.sample.workers[0].migrations = Some(1);
        assert_eq!(tagged(moved), [Tag::Migrated, Tag::Unpinned]);
        assert_eq!(tagged(|m| m.sample.workers[0].migrations = None), []);
    }

    #[test]
    fn tags_are_sorted() {
        let all = tagged(|m| {
            m.steady = Some(false);
            (m.throttled_periods, m.thermal_events) = (Some(1), Some(1));
            m.stolen_ns = Some(vec![900_000_000, 0]);
            m.foreign_ns = Some(vec![900_000_000, 0]);
            let worker = &mut m.sample.workers[0];
            (worker.pinned, worker.migrations) = (false, Some(2));
        });
        let impossible = [Tag::Contended, Tag::Drifted];
        let expected: Vec<Tag> =
            Tag::ALL.iter().copied().filter(|tag| !impossible.contains(tag)).collect();
        assert_eq!(all, expected);
        assert!(Tag::ALL.is_sorted());
        let mut tags = vec![Tag::Contended, Tag::Unsteady];
        add(&mut tags, Tag::Drifted);
        add(&mut tags, Tag::Drifted);
        assert_eq!(tags, [Tag::Contended, Tag::Drifted, Tag::Unsteady]);
    }

    #[test]
    fn a_block_drifts_by_more_than_two_per_cent() {
        let block = |before, after| Block {
            opening: Some(quiet(0, before)),
            closing: Some(quiet(0, after)),
            ..Block::default()
        };
        assert!(!drifted(&block(1000, 1020)) && !drifted(&block(1020, 1000)));
        assert!(drifted(&block(1000, 1021)) && drifted(&block(1021, 1000)));
        assert!(!drifted(&Block { closing: None, ..block(1000, 2000) }));
    }
}
