//! What only many samples together tell: how much of a CPU the host took.
//!
//! Pure. Steal is counted in ticks of 10 ms, and a sample lasts about 20 ms: a single tick is half of
//! it, and half a per cent of it cannot be seen at all. Over all samples ticks add up to the right
//! share (none is counted too much on average), so the limit is asked of the sum, CPU by CPU, because
//! the worst CPU of the workers holds up all of them. Next: `series`, which warns.

use crate::machine::counters::system::TICK_NS;
use crate::study::grid::Configuration;
use crate::study::record::{Block, Measured};
use crate::study::tags::{self, FEWEST_TICKS, STOLEN_SHARE, Tag};

/// What the host took of one CPU.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stolen {
    /// Id of the CPU.
    pub cpu: usize,
    /// Share of the time in which it had a worker.
    pub share: f64,
}

/// The CPU of which the host took most while it had a worker, if that is more than
/// [`STOLEN_SHARE`] and at least [`FEWEST_TICKS`].
pub fn stolen<'m>(
    samples: impl Iterator<Item = &'m Measured>,
    allowed: &[usize],
) -> Option<Stolen> {
    let mut sums = vec![(0_u64, 0_u64); allowed.len()];
    for measured in samples {
        let Some(stolen_ns) = &measured.stolen_ns else { continue };
        let of_cpus = sums.iter_mut().zip(allowed).zip(stolen_ns);
        for ((sum, _), ns) in of_cpus.filter(|((_, cpu), _)| measured.concerns(**cpu)) {
            sum.0 = sum.0.saturating_add(*ns);
            sum.1 = sum.1.saturating_add(measured.sample.wall_ns);
        }
    }
    let shares = sums.iter().zip(allowed).filter(|((ns, _), _)| *ns >= FEWEST_TICKS * TICK_NS);
    let shares = shares.map(|(&(stolen_ns, wall_ns), &cpu)| Stolen {
        cpu,
        share: stolen_ns as f64 / wall_ns.max(1) as f64,
    });
    let worst = shares.max_by(|a, b| a.share.total_cmp(&b.share));
    worst.filter(|worst| worst.share > STOLEN_SHARE)
}

/// Tags the samples of each configuration from which the host took more than it may: those in which
/// a tick of it fell on a CPU with a worker.
pub fn tag_stolen(blocks: &mut [Block], configurations: &[Configuration], allowed: &[usize]) {
    for configuration in 0..configurations.len() {
        let of_it = |measured: &&Measured| measured.configuration == configuration;
        let samples = blocks.iter().flat_map(Block::measured).filter(of_it);
        if stolen(samples, allowed).is_none() {
            continue;
        }
        let samples = blocks.iter_mut().flat_map(Block::measured_mut);
        for measured in samples.filter(|measured| measured.configuration == configuration) {
            if was_hit(measured, allowed) {
                tags::add(&mut measured.tags, Tag::Stolen);
            }
        }
    }
}

/// Whether the host took any time of a CPU that may have had a worker.
fn was_hit(measured: &Measured, allowed: &[usize]) -> bool {
    let mut of_cpus = allowed.iter().zip(measured.stolen_ns.iter().flatten());
    of_cpus.any(|(&cpu, &ns)| ns > 0 && measured.concerns(cpu))
}
