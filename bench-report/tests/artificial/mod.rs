//! Made-up studies whose truth is known, for tests and for the example `coverage`.
//!
//! Separate because a test and an example share it. The formulas are written here a second time, as
//! times, on purpose: an error in the library's would otherwise hide behind itself.

#![allow(dead_code, unreachable_pub, reason = "a test and an example share this")]

use bench_report::statistics::{
    laws::{self, Law},
    series::{Cores, Mode, Point, Series, Setting},
};
use rand::{Rng, SeedableRng as _, rngs::ChaCha8Rng};
use rand_distr::{Distribution as _, StandardNormal};

/// Work of one measured time; times come out in nanoseconds.
const WORK: f64 = 1e6;

/// A law with its true parameters, and where it is measured.
pub struct Truth {
    pub law: &'static Law,
    /// As the library reports them.
    pub values: &'static [f64],
    pub setting: Setting,
    pub workers: &'static [u32],
    /// Work per second at a point.
    throughput: fn(&[f64], &Point) -> f64,
}

/// Relative standard deviations of the noise of every time and of what each block shares.
#[derive(Clone, Copy)]
pub struct Noise {
    pub cell: f64,
    pub block: f64,
}

pub const USUAL_NOISE: Noise = Noise { cell: 0.02, block: 0.03 };

const STRONG: Setting = Setting { mode: Mode::Strong, quota_cpus: None, tasks: None };
const FEW: &[u32] = &[1, 2, 3, 4, 6, 8];
const MANY: &[u32] = &[1, 2, 3, 4, 6, 8, 12, 16, 24, 32];

/// One truth for each law, all within the bounds.
pub const TRUTHS: &[Truth] = &[
    Truth {
        law: &laws::LINEAR,
        values: &[5e9],
        setting: STRONG,
        workers: FEW,
        throughput: |v, p| v[0] * f64::from(p.workers),
    },
    Truth {
        law: &laws::AMDAHL,
        values: &[5e9, 0.06],
        setting: STRONG,
        workers: FEW,
        throughput: |v, p| v[0] / (v[1] + (1.0 - v[1]) / f64::from(p.workers)),
    },
    Truth {
        law: &laws::GUSTAFSON,
        values: &[5e9, 0.15],
        setting: Setting { mode: Mode::Weak, ..STRONG },
        workers: FEW,
        throughput: |v, p| v[0] * (v[1] + (1.0 - v[1]) * f64::from(p.workers)),
    },
    Truth {
        law: &laws::SATURATION,
        values: &[5e9, 2.2e10],
        setting: Setting { mode: Mode::Throughput, ..STRONG },
        workers: FEW,
        throughput: |v, p| {
            let linear = v[0] * f64::from(p.workers);
            linear / (1.0 + (linear / v[1]).powi(8)).powf(0.125)
        },
    },
    Truth {
        law: &laws::QUOTA,
        values: &[5e9],
        setting: Setting { quota_cpus: Some(2.5), ..STRONG },
        workers: FEW,
        throughput: |v, p| v[0] * if p.workers < 3 { f64::from(p.workers) } else { 2.5 },
    },
    Truth {
        law: &laws::CAPACITY,
        values: &[5e9, 0.55, 0.3],
        setting: STRONG,
        workers: &[1, 2, 4, 6, 8, 10, 12],
        throughput: |v, p| {
            let n = f64::from(p.workers);
            v[0] * (n.min(4.0) + v[1] * (n - 4.0).clamp(0.0, 4.0) + v[2] * (n - 8.0).max(0.0))
        },
    },
    Truth {
        law: &laws::USL,
        values: &[5e9, 0.06, 0.012],
        setting: STRONG,
        workers: FEW,
        throughput: |v, p| {
            let n = f64::from(p.workers);
            v[0] / (1.0 / n + v[1] * (1.0 - 1.0 / n) + v[2] * (n - 1.0))
        },
    },
    Truth {
        law: &laws::OVERHEAD,
        values: &[2e6, 3e7, 1e6, 1.5e7],
        setting: Setting { tasks: Some(100), ..STRONG },
        workers: MANY,
        throughput: |v, p| {
            let n = f64::from(p.workers);
            WORK * 1e9 / (v[0] * (100.0 / n).ceil() + v[1] + v[2] * n + v[3] * n.log2())
        },
    },
];

impl Truth {
    /// The point of a number of workers: four fast cores, four slower ones, then second threads.
    pub fn point(&self, workers: u32) -> Point {
        let cores = Cores {
            performance: workers.min(4),
            efficiency: workers.saturating_sub(4).min(4),
            extra_threads: workers.saturating_sub(8),
        };
        let grows = if self.setting.mode == Mode::Weak { f64::from(workers) } else { 1.0 };
        Point { workers, work: WORK * grows, cores: Some(cores) }
    }

    pub fn points(&self) -> Vec<Point> {
        self.workers.iter().map(|&workers| self.point(workers)).collect()
    }

    /// The true throughput, in work per second.
    pub fn throughput(&self, workers: u32) -> f64 {
        (self.throughput)(self.values, &self.point(workers))
    }

    /// Study number `number`: lognormal noise on every time, and on every block.
    pub fn study(&self, blocks: usize, noise: Noise, number: u64) -> Series {
        let mut random = ChaCha8Rng::seed_from_u64(number);
        // No law and no number of blocks sees the noise of another.
        let law = TRUTHS.iter().position(|truth| truth.law == self.law).unwrap_or(TRUTHS.len());
        random.set_stream((law * 1000 + blocks) as u64);
        let blocks = (0..blocks).map(|_| self.block(noise, &mut random)).collect();
        Series::new(self.setting, self.points(), blocks).expect("made-up times are above 0")
    }

    fn block(&self, noise: Noise, random: &mut impl Rng) -> Vec<f64> {
        let mut normal = |sigma: f64| -> f64 {
            let z: f64 = StandardNormal.sample(random);
            sigma * z
        };
        let level = normal(noise.block);
        let time = |point: &Point| {
            let exact_ns = point.work * 1e9 / (self.throughput)(self.values, point);
            exact_ns * (level + normal(noise.cell)).exp()
        };
        self.points().iter().map(time).collect()
    }
}
