//! What others used of the CPUs while a configuration was measured.
//!
//! Separate because it is the difference of two coarse figures, and a verdict hangs on it. The file
//! tells for each sample and CPU how long the CPU was busy less what the program knows to have used of
//! it, with the sign that ticks give it. Summed over the blocks, CPU by CPU:
//!
//! - What the program used on a CPU that it cannot name (a thread that moved) may have been used on
//!   this one. All of it is taken off, so that the rest is what others used *at least*.
//! - A CPU has no more time than passes. What its workers did not use of the wall time, to the
//!   nanosecond, is the most that others can have had, whatever the ticks say.
//! - Only CPUs with a worker hold workers up. Load elsewhere shares caches and clock with them, which
//!   matters for a worker that is meant to be alone ([`Foreign::is_alone`]).
//!
//! Next: `ticks.rs` for the error of such sums, `judgement.rs` for the limit.

use super::ticks;
use crate::model::{Entry, Sample};

/// What others used, over all blocks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Foreign {
    /// At least so large a share of the CPU with a worker that they used most.
    pub share: f64,
    /// The same share as ticks count it; below 0 where they count less than our own threads used.
    counted: f64,
    /// How far rounding may have carried what is counted.
    rounding: f64,
    /// All CPUs without a worker together, in multiples of the wall time, at least.
    pub elsewhere: f64,
    wall_ns: f64,
}

/// Share of a CPU that others may use elsewhere for a worker to count as alone.
const MOST_ELSEWHERE: f64 = 0.01;

impl Foreign {
    /// Whether others used more than `limit` of a CPU with a worker for certain.
    pub fn exceeds(&self, limit: f64) -> bool {
        self.share > limit && self.counted > limit + self.rounding
    }

    /// What is left of the share when rounding is taken off.
    fn proven(&self) -> f64 {
        self.share.min(self.counted - self.rounding)
    }

    /// Whether nothing shows that others ran beside the workers.
    pub fn is_alone(&self) -> bool {
        !ticks::exceeds(self.elsewhere * self.wall_ns, MOST_ELSEWHERE, self.wall_ns)
    }
}

/// Sums of one CPU over the samples in which it had a worker.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    samples: f64,
    foreign_ns: f64,
    /// Wall time in which no worker ran there; `None` if one does not tell.
    room_ns: Option<f64>,
    wall_ns: f64,
}

/// Of an entry, whose figures per CPU are about the CPUs `allowed`; `None` if a sample does not tell.
pub(super) fn of(entry: &Entry, allowed: &[u64]) -> Option<Foreign> {
    let mut cpus: Vec<Sums> = Vec::new();
    let (mut elsewhere_ns, mut unplaced_ns, mut wall_ns) = (0.0, 0.0, 0.0);
    for sample in &entry.samples {
        let foreign_ns = sample.foreign_ns.as_ref()?;
        cpus.resize(
            foreign_ns.len().max(cpus.len()),
            Sums { room_ns: Some(0.0), ..Sums::default() },
        );
        for (place, (sums, &ns)) in cpus.iter_mut().zip(foreign_ns).enumerate() {
            if sample.concerns(allowed.get(place).copied()) {
                sums.add(sample, ns as f64, allowed.get(place).copied());
            } else {
                elsewhere_ns += ns as f64;
            }
        }
        unplaced_ns += sample.unplaced_ns.unwrap_or(0) as f64;
        wall_ns += sample.wall_ns as f64;
    }
    let worst = worst(&cpus, unplaced_ns)?;
    let elsewhere = ((elsewhere_ns - unplaced_ns) / wall_ns).max(0.0);
    Some(Foreign { elsewhere, wall_ns, ..worst })
}

/// The CPU of which others used most, or all of them where our own threads were anywhere: what is not
/// ours of all CPUs is exact, and at least one of them has its mean.
fn worst(cpus: &[Sums], unplaced_ns: f64) -> Option<Foreign> {
    let with_worker = || cpus.iter().filter(|sums| sums.wall_ns > 0.0);
    let all = with_worker().copied().reduce(|all, cpu| Sums {
        samples: all.samples + cpu.samples,
        foreign_ns: all.foreign_ns + cpu.foreign_ns,
        room_ns: all.room_ns.zip(cpu.room_ns).map(|(all, cpu)| all + cpu),
        wall_ns: all.wall_ns + cpu.wall_ns,
    })?;
    let candidates = with_worker().copied().chain([all]).map(|sums| sums.foreign(unplaced_ns));
    candidates.max_by(|a, b| a.proven().total_cmp(&b.proven()))
}

impl Sums {
    fn add(&mut self, sample: &Sample, foreign_ns: f64, cpu: Option<u64>) {
        self.samples += 1.0;
        self.foreign_ns += foreign_ns;
        self.wall_ns += sample.wall_ns as f64;
        self.room_ns = self.room_ns.zip(room_ns(sample, cpu)).map(|(sum, ns)| sum + ns);
    }

    fn foreign(&self, unplaced_ns: f64) -> Foreign {
        let at_least_ns = self.foreign_ns - unplaced_ns;
        let at_most_ns = self.room_ns.map_or(f64::INFINITY, |ns| ns.max(0.0));
        Foreign {
            share: at_least_ns.min(at_most_ns).max(0.0) / self.wall_ns,
            counted: at_least_ns / self.wall_ns,
            rounding: ticks::rounding_ns(self.samples) / self.wall_ns,
            elsewhere: 0.0,
            wall_ns: 0.0,
        }
    }
}

/// Wall time of a sample in which no worker ran on `cpu`; `None` if that is unknown.
fn room_ns(sample: &Sample, cpu: Option<u64>) -> Option<f64> {
    sample.worker_cpus()?;
    let there = sample.workers.iter().filter(|worker| worker.cpu == cpu);
    let used_ns = there.map(|worker| worker.cpu_ns).sum::<Option<u64>>()?;
    Some(sample.wall_ns as f64 - used_ns as f64)
}

#[cfg(test)]
mod tests;
