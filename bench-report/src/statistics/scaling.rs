//! Speed-up, efficiency, what each worker adds, and Karp-Flatt's serial share, with intervals.
//!
//! Separate from the laws because these need no model. Next: [`mod@super::fit`] for what has one.
//!
//! Times are put together over all blocks first and divided then; ratios are never averaged
//! (Hoefler & Belli 2015, rules 3 and 4). All intervals come from the same draws of whole blocks, so
//! that drift which a block shares cancels in every ratio.
//!
//! A ratio of plain medians is not offered. The two medians come from different blocks, so drift
//! does not cancel, and the replicates are few distinct numbers: in 1,000 made-up studies for each
//! law its 95 % intervals covered the speed-up in 98.1 to 99.0 % with 10 blocks.

use super::{
    bootstrap::{Resamples, percentile_interval, stretch},
    center::{mean, steady_mean},
    series::{Aligned, Series},
};
use crate::model::Estimate;

/// How the times of all blocks become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Center {
    /// Their sum: what was really spent, outliers included.
    Sum,
    /// Their [`steady_mean`], with what each block shares taken out first (see [`Aligned`]): a
    /// disturbed time or block moves it little.
    Steady,
}

/// What speed-ups refer to: the best serial code, or one worker of the same kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reference<'a> {
    /// Its times, one per block of the series, in nanoseconds.
    pub times_ns: &'a [f64],
    /// Work done in each of these times, in the unit of the series.
    pub work: f64,
}

/// The figures of one number of workers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figures {
    /// Number of workers N.
    pub workers: u32,
    /// S: throughput over that of the reference.
    pub speed_up: Estimate,
    /// E = S / N.
    pub efficiency: Estimate,
    /// M: what each worker added since the count measured before (since none, for the first), in
    /// units of the reference's throughput.
    pub marginal_gain: Estimate,
    /// e(N) = (1/S - 1/N) / (1 - 1/N), the serial share that would explain S: constant for a serial
    /// part, rising for overhead; falling means a suspect reference (Karp & Flatt, CACM 33, 1990).
    /// `None` for one worker.
    pub karp_flatt: Option<Estimate>,
}

/// The figures of every worker count of `series`; without intervals for too few blocks, or `None`
/// if the reference does not have one time for each block.
pub fn figures(series: &Series, reference: &Reference<'_>, center: Center) -> Option<Vec<Figures>> {
    if reference.times_ns.len() != series.blocks().len() {
        return None;
    }
    let centering = Centering::of(series, center);
    let base = centering.centers(reference.times_ns);
    let speed_ups = series.points().iter().enumerate().map(|(idx, point)| {
        let times = centering.centers(&series.times_ns(idx));
        base.over(&times, point.work / reference.work)
    });
    let speed_ups: Vec<Centers> = speed_ups.collect();
    let none = Centers { value: 0.0, drawn: vec![0.0; base.drawn.len()] };
    let mut before = (0, &none);
    let mut figures = Vec::with_capacity(speed_ups.len());
    for (point, speed_up) in series.points().iter().zip(&speed_ups) {
        let derived = Derived { workers: point.workers, speed_up };
        figures.push(derived.figures(before.0, before.1));
        before = (point.workers, speed_up);
    }
    Some(figures)
}

/// How times become one time, the same way for the reference and for every worker count.
struct Centering {
    resamples: Option<Resamples>,
    /// What a time of each block is multiplied with.
    factors: Vec<f64>,
    center: fn(&[f64]) -> f64,
    /// How much too narrow the replicates lie.
    stretch: f64,
}

impl Centering {
    fn of(series: &Series, center: Center) -> Self {
        let blocks = series.blocks().len();
        let (factors, center): (_, fn(&[f64]) -> f64) = match center {
            // The mean instead of the sum: the ratio is the same.
            Center::Sum => (vec![1.0; blocks], mean),
            // A block at a high level of throughput has short times.
            Center::Steady => {
                (Aligned::of(series).levels.into_iter().map(f64::exp).collect(), steady_mean)
            }
        };
        let resamples = Resamples::of_blocks(blocks);
        Self { resamples, factors, center, stretch: stretch(blocks.max(2)) }
    }

    fn centers(&self, times_ns: &[f64]) -> Centers {
        let times: Vec<f64> = times_ns.iter().zip(&self.factors).map(|(t, f)| t * f).collect();
        let of_draw = |draw: &[u32]| {
            (self.center)(&draw.iter().map(|&block| times[block as usize]).collect::<Vec<_>>())
        };
        let value = (self.center)(&times);
        // Stretched as logarithms: times are above 0.
        let stretched = |time: f64| value * (time / value).powf(self.stretch);
        let drawn = self.resamples.iter().flat_map(Resamples::draws).map(of_draw).map(stretched);
        Centers { value, drawn: drawn.collect() }
    }
}

/// One quantity: as measured, and in every draw of blocks.
struct Centers {
    value: f64,
    drawn: Vec<f64>,
}

impl Centers {
    /// Ratio of throughputs: of the times, turned over, times that of the work.
    fn over(&self, times: &Self, work: f64) -> Self {
        let drawn = self.drawn.iter().zip(&times.drawn).map(|(base, time)| work * base / time);
        Self { value: work * self.value / times.value, drawn: drawn.collect() }
    }
}

/// One speed-up and all that follows from it.
struct Derived<'a> {
    workers: u32,
    speed_up: &'a Centers,
}

impl Derived<'_> {
    fn figures(&self, workers_before: u32, before: &Centers) -> Figures {
        let n = f64::from(self.workers);
        let added = f64::from(self.workers - workers_before);
        let serial_share = |s: f64, _: f64| (1.0 / s - 1.0 / n) / (1.0 - 1.0 / n);
        Figures {
            workers: self.workers,
            speed_up: self.estimate(before, |s, _| s),
            efficiency: self.estimate(before, |s, _| s / n),
            marginal_gain: self.estimate(before, |s, before| (s - before) / added),
            karp_flatt: (self.workers > 1).then(|| self.estimate(before, serial_share)),
        }
    }

    /// `of(this speed-up, the one before)`, with its interval.
    fn estimate(&self, before: &Centers, of: impl Fn(f64, f64) -> f64) -> Estimate {
        let pairs = self.speed_up.drawn.iter().zip(&before.drawn);
        let replicates: Vec<f64> = pairs.map(|(&s, &before)| of(s, before)).collect();
        let is_known = !replicates.is_empty();
        let interval = is_known.then(|| percentile_interval(replicates));
        Estimate { value: of(self.speed_up.value, before.value), interval }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::series::{Mode, Point, Setting};

    /// Times of Amdahl's law with a serial share of 10 %, with drift that each block shares.
    fn series(blocks: i32) -> Series {
        let setting = Setting { mode: Mode::Strong, quota_cpus: None, tasks: None };
        let points = [1, 2, 4].map(|workers| Point { workers, work: 7.0, cores: None });
        let row = |b: i32| [1.0, 0.55, 0.325].map(|t| t * (1e6 + 1e4 * f64::from(b * b % 7)));
        Series::new(setting, points.to_vec(), (0..blocks).map(|b| row(b).to_vec()).collect())
            .unwrap()
    }

    fn of(series: &Series, center: Center) -> Vec<Figures> {
        let times_ns = series.times_ns(0);
        figures(series, &Reference { times_ns: &times_ns, work: 7.0 }, center).unwrap()
    }

    #[test]
    fn figures_of_a_known_law() {
        for center in [Center::Sum, Center::Steady] {
            let figures = of(&series(9), center);
            let near = |estimate: Estimate, told: f64| {
                let interval = estimate.interval.unwrap();
                (estimate.value - told).abs() < 1e-12
                    && interval.low <= told + 1e-12
                    && interval.high >= told - 1e-12
            };
            assert!(near(figures[0].marginal_gain, 1.0) && figures[0].karp_flatt.is_none());
            assert!(near(figures[1].speed_up, 1.0 / 0.55));
            assert!(near(figures[2].efficiency, 1.0 / 1.3));
            assert!(near(figures[2].marginal_gain, (1.0 / 0.325 - 1.0 / 0.55) / 2.0));
            assert!(near(figures[1].karp_flatt.unwrap(), 0.1));
            assert!(near(figures[2].karp_flatt.unwrap(), 0.1));
        }
    }

    /// Shared drift cancels: the intervals have no width.
    #[test]
    fn drift_that_blocks_share_cancels() {
        for center in [Center::Sum, Center::Steady] {
            let interval = of(&series(12), center)[2].speed_up.interval.unwrap();
            assert!(interval.high - interval.low < 1e-12, "{center:?}: {interval:?}");
        }
    }

    /// One time of twelve is ten times too long: the sum tells it, the steady mean hardly does.
    #[test]
    fn an_outlier_moves_sums_but_not_steady_means() {
        let series = series(12);
        let mut blocks = series.blocks().to_vec();
        blocks[5][2] *= 10.0;
        let hurt = Series::new(*series.setting(), series.points().to_vec(), blocks).unwrap();
        let moved = |center| {
            let speed_up = |series| of(series, center)[2].speed_up.value;
            (speed_up(&hurt) / speed_up(&series) - 1.0_f64).abs()
        };
        assert!(moved(Center::Sum) > 0.3, "{}", moved(Center::Sum));
        assert!(moved(Center::Steady) < 0.03, "{}", moved(Center::Steady));
    }

    #[test]
    fn gains_add_up_to_the_speed_up() {
        let figures = of(&series(8), Center::Sum);
        let mut before = 0;
        let sum: f64 = figures
            .iter()
            .map(|f| {
                f.marginal_gain.value
                    * f64::from(f.workers - std::mem::replace(&mut before, f.workers))
            })
            .sum();
        assert!((sum - figures[2].speed_up.value).abs() < 1e-12);
    }

    #[test]
    fn few_blocks_give_no_interval_and_a_short_reference_nothing() {
        let series = series(5);
        assert!(of(&series, Center::Sum).iter().all(|f| f.speed_up.interval.is_none()));
        let reference = Reference { times_ns: &[1.0], work: 7.0 };
        assert!(figures(&series, &reference, Center::Sum).is_none());
    }

    #[test]
    fn more_work_in_the_same_time_is_a_speed_up() {
        let setting = Setting { mode: Mode::Weak, quota_cpus: None, tasks: None };
        let points = [1, 3].map(|workers| Point { workers, work: f64::from(workers), cores: None });
        let series = Series::new(setting, points.to_vec(), vec![vec![5.0, 5.0]; 6]).unwrap();
        let reference = Reference { times_ns: &[5.0; 6], work: 1.0 };
        let figures = figures(&series, &reference, Center::Sum).unwrap();
        assert!((figures[1].speed_up.value - 3.0).abs() < 1e-12);
        assert!(figures[1].karp_flatt.unwrap().value.abs() < 1e-12);
    }
}
