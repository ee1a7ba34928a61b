//! Other implementations against the reference of their job: ratios, and what a control leaves in doubt.
//!
//! Separate from [`super::benchmarks`], whose medians stand alone: rounds of two peers in the same block
//! were measured side by side, so that what the machine did meanwhile cancels in their ratio. Next:
//! [`crate::chart::sides`] for the rows.

use super::benchmarks;
use crate::{
    model::{Answers, Estimate, Interval, Peer, PeerWorkload},
    statistics::{self, FEWEST_BLOCKS, independent::median_with_interval},
};

/// The entry that the others are held against: measured, and without a wrong answer, because whoever
/// counts something else has no time to compare with.
pub fn reference(job: &PeerWorkload) -> Option<&Peer> {
    job.entries.iter().find(|peer| Some(&peer.name) == job.reference.as_ref() && is_usable(peer))
}

fn is_usable(peer: &Peer) -> bool {
    !peer.query_ns.is_empty() && !matches!(peer.answers, Answers::Wrong { .. })
}

/// The time of `peer` over that of `reference`, both measured: paired ([`statistics::ratio`]) where they
/// have [`FEWEST_BLOCKS`] blocks in common, else of medians that stand alone ([`benchmarks::ratio`]).
pub fn ratio(peer: &Peer, reference: &Peer) -> Estimate {
    let (above, below) = common(peer, reference);
    if above.len() >= FEWEST_BLOCKS {
        return statistics::ratio(&above, &below);
    }
    let [above, below] = [peer, reference].map(|peer| median_with_interval(&peer.query_ns));
    benchmarks::ratio(above, below)
}

/// Times of the blocks in which both were measured.
fn common(peer: &Peer, reference: &Peer) -> (Vec<f64>, Vec<f64>) {
    let pairs = peer.blocks.iter().zip(&peer.query_ns).filter_map(|(block, &above)| {
        let at = reference.blocks.binary_search(block).ok()?;
        Some((above, reference.query_ns[at]))
    });
    pairs.unzip()
}

/// A control, the reference a second time, whose ratio excludes 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FailedControl<'a> {
    /// The control.
    pub peer: &'a Peer,
    /// Its time over that of the reference.
    pub ratio: Estimate,
    /// By what factor equal things may have differed, either way: the far end of the interval of
    /// `ratio` or of its inverse, above 1.
    pub doubt: f64,
}

/// The controls of a job that failed, of those with as many workers as the reference.
pub fn failed_controls(job: &PeerWorkload) -> Vec<FailedControl<'_>> {
    let Some(reference) = reference(job) else { return Vec::new() };
    let is_control =
        |peer: &&Peer| peer.control && is_usable(peer) && peer.workers == reference.workers;
    let failed = |peer| {
        let ratio = ratio(peer, reference);
        let Interval { low, high } = ratio.interval.filter(|ends| !ends.contains(1.0))?;
        Some(FailedControl { peer, ratio, doubt: high.max(1.0 / low) })
    };
    job.entries.iter().filter(is_control).filter_map(failed).collect()
}

/// Whether a ratio tells which side is faster: its interval lies beyond `doubt`, at least 1, on one side.
pub fn is_told(ratio: Estimate, doubt: f64) -> bool {
    ratio.interval.is_some_and(|ends| ends.low > doubt || ends.high < 1.0 / doubt)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(name: &str, query_ns: Vec<f64>) -> Peer {
        Peer {
            name: name.into(),
            version: None,
            ours: false,
            control: false,
            workers: Some(1),
            build_ns: Vec::new(),
            blocks: (0..query_ns.len() as u64).collect(),
            query_ns,
            answers: Answers::Exact,
            note: String::new(),
            absent: None,
        }
    }

    /// Times that grow from block to block, as on a machine that becomes slower.
    fn drifting(factor: f64) -> Vec<f64> {
        (1..=12).map(|block| factor * f64::from(block)).collect()
    }

    fn width(ratio: Estimate) -> f64 {
        ratio.interval.map(|ends| ends.high / ends.low).unwrap()
    }

    #[test]
    fn drift_cancels_where_blocks_are_known() {
        let (other, ours) = (peer("other", drifting(2.0)), peer("ours", drifting(1.0)));
        let paired = ratio(&other, &ours);
        assert!((paired.value - 2.0).abs() < 1e-12 && width(paired) < 1.0 + 1e-12, "{paired:?}");
        let unknown = Peer { blocks: Vec::new(), ..ours };
        assert!(width(ratio(&other, &unknown)) > 2.0);
    }

    #[test]
    fn only_blocks_that_both_have_are_paired_and_few_are_not() {
        let ours = peer("ours", drifting(1.0));
        let late = |blocks: std::ops::Range<usize>| {
            let mut late = peer("late", drifting(3.0)[blocks.clone()].to_vec());
            late.blocks = blocks.map(|block| block as u64).collect();
            ratio(&late, &ours)
        };
        assert!((late(6..12).value - 3.0).abs() < 1e-12);
        // Five blocks: the medians 30 and 6.5, without an interval.
        assert_eq!(late(7..12), Estimate { value: 30.0 / 6.5, interval: None });
    }

    fn job(control: f64) -> PeerWorkload {
        let control = Peer { control: true, ..peer("control", drifting(control)) };
        PeerWorkload {
            name: "job".into(),
            title: String::new(),
            n: 1,
            d: 1,
            centers: 1,
            widths: 1,
            reference: Some("ours".into()),
            entries: vec![peer("ours", drifting(1.0)), control],
        }
    }

    #[test]
    fn a_control_fails_that_differs_on_either_side() {
        assert!(failed_controls(&job(1.0)).is_empty());
        for ratio in [0.8, 1.25] {
            let job = job(ratio);
            let failed = failed_controls(&job);
            assert_eq!(failed.len(), 1);
            assert!((failed[0].doubt - 1.25).abs() < 1e-9, "{failed:?}");
        }
    }

    #[test]
    fn what_is_no_control_of_this_reference_cannot_fail() {
        let with = |change: fn(&mut Peer)| {
            let mut job = job(2.0);
            change(&mut job.entries[1]);
            failed_controls(&job).len()
        };
        assert_eq!(with(|_| ()), 1);
        assert_eq!(with(|peer| peer.workers = Some(2)), 0);
        assert_eq!(with(|peer| peer.control = false), 0);
    }

    #[test]
    fn a_ratio_tells_only_what_lies_beyond_the_doubt() {
        let ratio = |low, high| Estimate {
            value: f64::midpoint(low, high),
            interval: Some(Interval { low, high }),
        };
        let told = |ratio| [1.0, 1.25].map(|doubt| is_told(ratio, doubt));
        assert_eq!(told(ratio(1.3, 1.4)), [true, true]);
        assert_eq!(told(ratio(1.2, 1.4)), [true, false]);
        assert_eq!(told(ratio(0.7, 0.79)), [true, true]);
        assert_eq!(told(ratio(0.7, 0.9)), [true, false]);
        assert_eq!(told(ratio(0.9, 1.1)), [false, false]);
        assert_eq!(told(Estimate { value: 9.0, interval: None }), [false, false]);
    }
}
