//! Whether a series has been measured long enough.
//!
//! Pure: times in, a verdict out, tested on made-up data. It is asked between two blocks, never while
//! something is measured, and every few blocks only, because it resamples. The statistics are those of
//! the report (`bench_report::statistics`): the study stops when the report would be tight enough.
//! Stopping when an interval is narrow, not when it says something certain, keeps its coverage
//! (Chow & Robbins 1965). Next: `sweep`, which asks.

use bench_report::statistics::{Resamples, median, stretched_interval};

use super::grid::{Configuration, Role};
use super::record::Block;

/// Blocks between two questions.
pub const EVERY: usize = 5;

/// The widest interval of all speed-ups that are claimed: half its width as a share of the estimate.
///
/// `None` with too few blocks for any interval. Configurations that take turns on CPUs are left out:
/// nothing is claimed about them; and so is the control.
pub fn widest(configurations: &[Configuration], blocks: &[Block]) -> Option<f64> {
    let blocks: Vec<&Block> = blocks.iter().filter(|block| block.is_complete()).collect();
    let resamples = Resamples::of_blocks(blocks.len())?;
    let mut baseline = wall_ns(0, &blocks)?;
    let drawn = resamples.medians(&baseline);
    let claimed = configurations.iter().enumerate().skip(1);
    let claimed = claimed.filter(|(_, one)| one.role == Role::Measured && !one.oversubscribed);
    let mut widest: f64 = 0.0;
    for (index, _) in claimed {
        let mut own = wall_ns(index, &blocks)?;
        let pairs = drawn.iter().zip(resamples.medians(&own));
        let replicates = pairs.map(|(base, own)| base / own).collect();
        let estimate = median(&mut baseline.clone()) / median(&mut own);
        let interval = stretched_interval(estimate, replicates, blocks.len());
        widest = widest.max((interval.high - interval.low) / 2.0 / estimate);
    }
    if configurations.iter().skip(1).all(|one| one.role == Role::Control) {
        // Nothing but the baseline: then its own time is what must be known.
        let estimate = median(&mut baseline);
        let interval = stretched_interval(estimate, drawn, blocks.len());
        widest = (interval.high - interval.low) / 2.0 / estimate;
    }
    Some(widest)
}

/// Times of one configuration, block by block.
fn wall_ns(configuration: usize, blocks: &[&Block]) -> Option<Vec<f64>> {
    let of_block = |block: &&Block| {
        let found = block.samples.iter().find(|one| one.configuration == configuration)?;
        Some(found.sample.wall_ns as f64)
    };
    blocks.iter().map(of_block).collect()
}

#[cfg(test)]
mod tests {
    use super::widest;
    use crate::study::grid::{Configuration, Role};
    use crate::study::record::Block;
    use crate::study::tags::tests::quiet;

    fn configuration(oversubscribed: bool, role: Role) -> Configuration {
        let backend = "any".into();
        Configuration { backend, workers: 1, cpus: vec![0], oversubscribed, role }
    }

    /// Blocks in which configuration i takes `wall_ns(i, block)`.
    fn blocks(count: u64, wall_ns: impl Fn(usize, u64) -> u64) -> Vec<Block> {
        let block = |b| Block {
            opening: Some(quiet(0, 1000)),
            samples: (0..3).map(|i| quiet(i, wall_ns(i, b))).collect(),
            closing: Some(quiet(0, 1000)),
            ..Block::default()
        };
        (0..count).map(block).collect()
    }

    fn configurations() -> Vec<Configuration> {
        vec![
            configuration(false, Role::Measured),
            configuration(false, Role::Measured),
            configuration(true, Role::Measured),
        ]
    }

    #[test]
    fn steady_times_are_tight_and_noisy_ones_are_not() {
        let tight = widest(&configurations(), &blocks(12, |_, b| 100_000 + b)).unwrap();
        assert!(tight < 1e-3, "{tight}");
        let noisy = |i: usize, b: u64| if i == 1 { 50_000 + 5_000 * (b % 4) } else { 100_000 };
        let wide = widest(&configurations(), &blocks(12, noisy)).unwrap();
        assert!(wide > 0.02, "{wide}");
    }

    #[test]
    fn oversubscribed_configurations_and_incomplete_blocks_do_not_matter() {
        let noisy = |i: usize, b: u64| if i == 2 { 50_000 + 5_000 * (b % 4) } else { 100_000 };
        let mut measured = blocks(12, noisy);
        measured[11].closing = None;
        measured[11].samples.clear();
        assert!(widest(&configurations(), &measured).unwrap() < 1e-9);
        assert_eq!(widest(&configurations(), &measured[..5]), None);
    }

    #[test]
    fn without_speed_ups_the_baseline_itself_must_be_tight() {
        let noisy = |_, b: u64| 50_000 + 5_000 * (b % 4);
        let alone = [configuration(false, Role::Measured), configuration(false, Role::Control)];
        assert!(widest(&alone, &blocks(12, noisy)).unwrap() > 0.02);
    }
}
