//! Whether a series has been measured long enough.
//!
//! Pure: times in, a verdict out, tested on made-up data. It is asked between two blocks, never while
//! something is measured, and every few blocks only, because it resamples. The statistics are those of
//! the report (`bench_report::statistics`): the study stops when the report would be tight enough.
//! Stopping when an interval is narrow, not when it says something certain, keeps its coverage
//! (Chow & Robbins 1965). Next: `sweep`, which asks.

use bench_report::model::Estimate;
use bench_report::statistics::blocks::{Blocks, Center};
use bench_report::statistics::{FEWEST_BLOCKS, median, rank_interval, scaling};

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
    if blocks.len() < FEWEST_BLOCKS {
        return None;
    }
    let times: Option<Vec<Vec<f64>>> =
        (0..configurations.len()).map(|index| wall_ns(index, &blocks)).collect();
    let times = times?;
    let baseline = times.first()?;
    if configurations.iter().skip(1).all(|one| one.role == Role::Control) {
        // Nothing but the baseline: then its own time is what must be known.
        let value = median(&mut baseline.clone());
        return half_width(Estimate { value, interval: rank_interval(baseline) });
    }
    // As the report: what the blocks share is what all configurations share.
    let columns: Vec<&[f64]> = times.iter().map(Vec::as_slice).collect();
    let shared = Blocks::of(&columns, Center::Steady);
    let base = shared.centers(baseline);
    let claimed = configurations.iter().zip(&times).skip(1);
    let claimed = claimed.filter(|(one, _)| one.role == Role::Measured && !one.oversubscribed);
    // More work with more workers changes the speed-up, not its width as a share.
    let widths =
        claimed.map(|(_, times)| half_width(scaling::speed_up(&base, &shared.centers(times), 1.0)));
    widths.collect::<Option<Vec<f64>>>().map(|widths| widths.into_iter().fold(0.0, f64::max))
}

/// Half the width of an interval as a share of the estimate.
fn half_width(Estimate { value, interval }: Estimate) -> Option<f64> {
    interval.map(|interval| (interval.high - interval.low) / 2.0 / value)
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
