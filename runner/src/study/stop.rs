//! Whether a series has been measured long enough.
//!
//! Pure: times in, a verdict out, tested on made-up data. It is asked between two blocks, never while
//! something is measured, and at few blocks only, because it resamples. The intervals are the report's.
//!
//! Whoever looks at an interval again and again and stops when it is narrow stops more often where it
//! happens to be too narrow. Only in the limit of narrow intervals does that not matter (Chow & Robbins,
//! Annals of Mathematical Statistics 36, 1965, for means); with ten or twenty blocks it does. Therefore
//! looks are few, at blocks that grow by a quarter, and two in a row must find every interval narrow.
//! The example `stopping` prints how often intervals still hold the truth: in 94.3 % of 1,600 where the
//! rule ended the study, after 33 blocks on average, and in 94.4 % with 33 blocks each (`cargo run
//! --release -p runner --example stopping -- 400`).
//! Next: `sweep`, which asks.

use std::iter;

use bench_report::model::Interval;
use bench_report::statistics::blocks::{Blocks, Center, Centers};
use bench_report::statistics::{FEWEST_BLOCKS, median, rank_interval, scaling};

use super::grid::{Configuration, Role};
use super::record::Block;

/// The first look is after so many blocks.
pub const FIRST_LOOK: usize = 10;
/// A gain is known well enough with an interval so many times as wide as that of a speed-up: at 1 %, to
/// 5 points, of which 100 are the speed of one serial worker. A gain is a difference of two speed-ups.
pub const GAIN_FACTOR: f64 = 5.0;

/// Times of one backend, ascending by number of workers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// Numbers of workers, each once.
    pub workers: Vec<usize>,
    /// `times_ns[i][b]` is the time with `workers[i]` workers in block b.
    pub times_ns: Vec<Vec<f64>>,
}

/// Numbers of blocks after which is looked: 10, 12, 15, 18, 22, 27, ...
fn looks() -> impl Iterator<Item = usize> {
    iter::successors(Some(FIRST_LOOK), |look| Some(look + look / 4))
}

/// The look before the one after `blocks` blocks; `None` if that is no look or the first one.
pub fn look_before(blocks: usize) -> Option<usize> {
    let all = looks().zip(looks().skip(1));
    all.take_while(|&(_, next)| next <= blocks)
        .find(|&(_, next)| next == blocks)
        .map(|(look, _)| look)
}

/// Whether every interval is at most `precision` wide, now and at the look before. Only the number of
/// whole blocks and their times count, so that a study which goes on stops where it would have.
pub fn is_enough(configurations: &[Configuration], blocks: &[Block], precision: f64) -> bool {
    let whole: Vec<&Block> = blocks.iter().filter(|block| block.is_complete()).collect();
    // Most blocks are no look: then nothing is collected.
    look_before(whole.len()).is_some()
        && claimed(configurations, &whole)
            .is_some_and(|(baseline, curves)| is_enough_of(&baseline, &curves, precision))
}

/// As [`is_enough`], from the times of whole blocks.
pub fn is_enough_of(baseline: &[f64], curves: &[Curve], precision: f64) -> bool {
    let is_tight = |blocks: usize| {
        let curves: Vec<Curve> = curves.iter().map(|curve| curve.first(blocks)).collect();
        widest_of(&baseline[..blocks], &curves).is_some_and(|widest| widest <= precision)
    };
    look_before(baseline.len()).is_some_and(|look| is_tight(baseline.len()) && is_tight(look))
}

impl Curve {
    /// The same in the first `blocks` blocks.
    fn first(&self, blocks: usize) -> Self {
        let times_ns = self.times_ns.iter().map(|times_ns| times_ns[..blocks].to_vec());
        Self { workers: self.workers.clone(), times_ns: times_ns.collect() }
    }
}

/// Times of the baseline and of all that is claimed; `None` if a block lacks some.
///
/// Configurations that take turns on CPUs are left out: nothing is claimed about them; and so is the
/// control.
fn claimed(configurations: &[Configuration], blocks: &[&Block]) -> Option<(Vec<f64>, Vec<Curve>)> {
    let baseline = wall_ns(0, blocks)?;
    let claimed = configurations.iter().enumerate().skip(1);
    let claimed = claimed.filter(|(_, one)| one.role == Role::Measured && !one.oversubscribed);
    let mut claimed: Vec<_> = claimed.collect();
    claimed.sort_by_key(|(_, one)| (&one.backend, one.workers));
    let mut curves = Vec::new();
    for of_backend in claimed.chunk_by(|(_, a), (_, b)| a.backend == b.backend) {
        let times_ns = of_backend.iter().map(|&(index, _)| wall_ns(index, blocks));
        curves.push(Curve {
            workers: of_backend.iter().map(|(_, one)| one.workers).collect(),
            times_ns: times_ns.collect::<Option<_>>()?,
        });
    }
    Some((baseline, curves))
}

/// The widest interval: half its width as a share of the estimate for speed-ups over the `baseline`;
/// half its width divided by [`GAIN_FACTOR`] for gains of each further worker, in serial workers.
///
/// Without any curve the time of the baseline itself must be known. `None` for fewer blocks than an
/// interval needs. More work with more workers changes a speed-up, not its width as a share; gains are
/// those of strong scaling.
pub fn widest_of(baseline: &[f64], curves: &[Curve]) -> Option<f64> {
    if baseline.len() < FEWEST_BLOCKS {
        return None;
    }
    if curves.is_empty() {
        let value = median(&mut baseline.to_vec());
        return Some(half(rank_interval(baseline)?) / value);
    }
    // As the report: what the blocks share is what all configurations share.
    let all = curves.iter().flat_map(|curve| &curve.times_ns);
    let columns: Vec<&[f64]> = iter::once(baseline).chain(all.map(Vec::as_slice)).collect();
    let blocks = Blocks::of(&columns, Center::Steady);
    let base = blocks.centers(baseline);
    let mut widest: f64 = 0.0;
    for curve in curves {
        let mut before: Option<(usize, Centers)> = None;
        for (&workers, times_ns) in curve.workers.iter().zip(&curve.times_ns) {
            let own = blocks.centers(times_ns);
            let speed_up = scaling::speed_up(&base, &own, 1.0);
            widest = widest.max(half(speed_up.interval?) / speed_up.value);
            if let Some((fewer, slower)) = &before {
                let gain = scaling::gain(&base, [slower, &own], [1.0; 2]);
                let steps = (workers - fewer) as f64;
                widest = widest.max(half(gain.interval?) / steps / GAIN_FACTOR);
            }
            before = Some((workers, own));
        }
    }
    Some(widest)
}

/// Half the width of an interval.
fn half(interval: Interval) -> f64 {
    (interval.high - interval.low) / 2.0
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
    use super::{Curve, is_enough, look_before, looks, widest_of};
    use crate::study::grid::{Configuration, Role};
    use crate::study::record::Block;
    use crate::study::tags::tests::quiet;

    /// The widest interval of all whole blocks.
    fn widest(configurations: &[Configuration], blocks: &[Block]) -> Option<f64> {
        let whole: Vec<&Block> = blocks.iter().filter(|block| block.is_complete()).collect();
        let (baseline, curves) = super::claimed(configurations, &whole)?;
        widest_of(&baseline, &curves)
    }

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

    #[test]
    fn looks_are_few_and_two_in_a_row_must_be_tight() {
        assert_eq!(looks().take(6).collect::<Vec<_>>(), [10, 12, 15, 18, 22, 27]);
        assert_eq!([10, 11, 12, 13, 15].map(look_before), [None, None, Some(10), None, Some(12)]);
        let enough = |blocks: &[Block]| is_enough(&configurations(), blocks, 0.01);
        let steady = blocks(30, |_, b| 100_000 + b);
        let stops: Vec<usize> = (0..=30).filter(|&count| enough(&steady[..count])).collect();
        assert_eq!(stops, [12, 15, 18, 22, 27]);
        // Noisy at first: the look after 12 blocks does not count, whatever that after 15 says.
        let noisy = |i: usize, b: u64| {
            let time = if i == 1 && b < 5 { 50_000 + 20_000 * (b % 2) } else { 100_000 };
            time + 20 * ((b * 5 + i as u64) % 16)
        };
        let late = blocks(30, noisy);
        let first = (0..=30).find(|&count| enough(&late[..count])).unwrap();
        assert!(first > 12, "{first}");
    }

    #[test]
    fn gains_count_even_where_speed_ups_are_known() {
        // Speed-ups of 16 and 17, each known to 0.3 %: the gain only to half a worker.
        let wave = |time: f64, phase: usize| -> Vec<f64> {
            (0..16).map(|b| time * (1.0 + 0.01 * (((b * 5 + phase) % 16) as f64 / 16.0))).collect()
        };
        let (base, one, two) = (vec![170.0; 16], wave(170.0 / 16.0, 0), wave(10.0, 7));
        let curve = |times_ns: Vec<Vec<f64>>, workers: &[usize]| {
            widest_of(&base, &[Curve { workers: workers.to_vec(), times_ns }]).unwrap()
        };
        let alone = curve(vec![one.clone()], &[16]);
        let both = curve(vec![one, two], &[16, 17]);
        assert!(both > 1.5 * alone, "{both} is not above {alone}");
    }
}
