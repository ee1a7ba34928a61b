//! Speed-up, efficiency, what each worker adds, and the serial share, with intervals.
//!
//! Separate from the laws because these need no model. Next: [`mod@super::fit`] for what has one.
//!
//! Times are put together over all blocks first and divided then; ratios are never averaged
//! (Hoefler & Belli 2015, rules 3 and 4). All intervals come from the same draws of whole blocks, so
//! that drift which a block shares cancels in every ratio: see [`super::blocks`]. The reports call
//! [`speed_up`], [`gain`] and [`serial_share`]; [`figures`] calls the same for one series.

use super::{
    blocks::{Blocks, Center, Centers, combined},
    series::{Mode, Series},
};
use crate::model::Estimate;

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
    /// The share that would explain S alone, by the law of the mode; `None` for one worker and for
    /// throughput.
    pub serial_share: Option<SerialShare>,
}

/// The share of serial time that alone would explain a speed-up S of N workers.
///
/// Which formula holds depends on how the work grows: Karp and Flatt's on a weak series accuses
/// every program that scales well, because its serial part would have to grow with the workers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SerialShare {
    /// Strong scaling: e(N) = (1/S - 1/N) / (1 - 1/N), of the time of one worker. Constant for a
    /// serial part, rising for overhead; falling means a suspect reference (Karp & Flatt, CACM 33,
    /// 1990).
    KarpFlatt(Estimate),
    /// Weak scaling: a = (N - S) / (N - 1), of the time of N workers (Gustafson, CACM 31, 1988).
    Gustafson(Estimate),
}

/// Throughput of `own` over that of `base`; `own` did `work` times the work of `base`.
pub fn speed_up(base: &Centers, own: &Centers, work: f64) -> Estimate {
    combined([base, own], |[base, own]| work * base / own)
}

/// What the step from `before` to `after` added to the speed-up over `base`; they did `work` times
/// the work of `base`.
pub fn gain(base: &Centers, [before, after]: [&Centers; 2], work: [f64; 2]) -> Estimate {
    combined([base, before, after], |[base, before, after]| {
        work[1] * base / after - work[0] * base / before
    })
}

/// The serial share of `workers` workers that did `work` times the work of one, `base`; `None` for
/// one worker, and for throughput, whose jobs share nothing.
pub fn serial_share(
    mode: Mode,
    base: &Centers,
    own: &Centers,
    work: f64,
    workers: f64,
) -> Option<SerialShare> {
    let n = workers;
    if n <= 1.0 {
        return None;
    }
    let karp_flatt = |[base, own]: [f64; 2]| (own / (work * base) - 1.0 / n) / (1.0 - 1.0 / n);
    let gustafson = |[base, own]: [f64; 2]| (n - work * base / own) / (n - 1.0);
    match mode {
        Mode::Strong => Some(SerialShare::KarpFlatt(combined([base, own], karp_flatt))),
        Mode::Weak => Some(SerialShare::Gustafson(combined([base, own], gustafson))),
        Mode::Throughput => None,
    }
}

impl SerialShare {
    /// The share itself.
    pub fn estimate(self) -> Estimate {
        match self {
            Self::KarpFlatt(estimate) | Self::Gustafson(estimate) => estimate,
        }
    }
}

/// The figures of every worker count of `series`; without intervals for too few blocks, or `None`
/// if the reference does not have one time for each block.
pub fn figures(series: &Series, reference: &Reference<'_>, center: Center) -> Option<Vec<Figures>> {
    if reference.times_ns.len() != series.blocks().len() {
        return None;
    }
    let columns: Vec<Vec<f64>> = (0..series.points().len()).map(|j| series.times_ns(j)).collect();
    let blocks = Blocks::of(&columns.iter().map(Vec::as_slice).collect::<Vec<_>>(), center);
    let base = blocks.centers(reference.times_ns);
    let mode = series.setting().mode;
    let mut before: Option<(u32, f64, Centers)> = None;
    let mut figures = Vec::with_capacity(columns.len());
    for (point, times) in series.points().iter().zip(&columns) {
        let (own, work) = (blocks.centers(times), point.work / reference.work);
        let n = f64::from(point.workers);
        let speed_up = speed_up(&base, &own, work);
        let marginal_gain = match &before {
            None => speed_up.scaled(1.0 / n),
            Some((workers, work_before, centers)) => {
                let added = gain(&base, [centers, &own], [*work_before, work]);
                added.scaled(1.0 / f64::from(point.workers - workers))
            }
        };
        figures.push(Figures {
            workers: point.workers,
            speed_up,
            efficiency: speed_up.scaled(1.0 / n),
            marginal_gain,
            serial_share: serial_share(mode, &base, &own, work, n),
        });
        before = Some((point.workers, work, own));
    }
    Some(figures)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::statistics::series::{Point, Setting};

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
            assert!(near(figures[0].marginal_gain, 1.0) && figures[0].serial_share.is_none());
            assert!(near(figures[1].speed_up, 1.0 / 0.55));
            assert!(near(figures[2].efficiency, 1.0 / 1.3));
            assert!(near(figures[2].marginal_gain, (1.0 / 0.325 - 1.0 / 0.55) / 2.0));
            for figures in &figures[1..] {
                let Some(SerialShare::KarpFlatt(share)) = figures.serial_share else {
                    panic!("{figures:?}")
                };
                assert!(near(share, 0.1));
            }
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
        let exact = series(12);
        let mut blocks = exact.blocks().to_vec();
        // Times that agree to the last digit have no spread to call anything far by.
        for (b, row) in blocks.iter_mut().enumerate() {
            row.iter_mut()
                .zip(1..)
                .for_each(|(t, j)| *t *= 1.0 + 1e-3 * ((b * 5 + j * 3) % 7) as f64);
        }
        let of_blocks =
            |blocks| Series::new(*exact.setting(), exact.points().to_vec(), blocks).unwrap();
        let series = of_blocks(blocks.clone());
        blocks[5][2] *= 10.0;
        let hurt = of_blocks(blocks);
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
        assert!(figures[1].serial_share.unwrap().estimate().value.abs() < 1e-12);
    }

    /// A weak series whose serial share is 10 % for every number of workers: the formula of strong
    /// scaling would call it a suspect reference, falling from 5 to 1 %.
    #[test]
    fn a_weak_series_has_gustafsons_share_and_throughput_none() {
        let of = |mode| {
            let setting = Setting { mode, quota_cpus: None, tasks: None };
            let points =
                [1, 2, 4, 8].map(|n| Point { workers: n, work: f64::from(n), cores: None });
            let time = |n: f64| 100.0 * n / (n - 0.1 * (n - 1.0));
            let times = [1.0, 2.0, 4.0, 8.0].map(time).to_vec();
            let series = Series::new(setting, points.to_vec(), vec![times; 6]).unwrap();
            let reference = Reference { times_ns: &[100.0; 6], work: 1.0 };
            figures(&series, &reference, Center::Steady).unwrap()
        };
        for figures in &of(Mode::Weak)[1..] {
            let Some(SerialShare::Gustafson(share)) = figures.serial_share else {
                panic!("{figures:?}")
            };
            assert!((share.value - 0.1).abs() < 1e-12, "{figures:?}");
        }
        assert!(of(Mode::Throughput).iter().all(|figures| figures.serial_share.is_none()));
    }
}
