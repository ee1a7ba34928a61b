//! Made-up samples with the noise of a real benchmark, for `across_alarms.rs` and the example
//! `alarms`.
//!
//! A sample is a level times exp(jitter + drift), and now and then something takes its time. Next:
//! [`alarms`] counts what the comparison says about them.

pub(crate) mod alarms;

use rand::{RngExt as _, SeedableRng as _, rngs::ChaCha8Rng};
use rand_distr::{Distribution as _, Exp1, StandardNormal};

/// One kind of noise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noise {
    /// What it stands for.
    pub(crate) name: &'static str,
    /// Standard deviation of the jitter, relative.
    pub(crate) sigma: f64,
    /// Correlation of the jitter of neighbouring samples.
    pub(crate) memory: f64,
    /// Greatest slope: how far the level drifts over one run, relative; the sign is random.
    pub(crate) drift: f64,
    /// Share of the samples that are disturbed.
    pub(crate) disturbed: f64,
    /// Mean delay of a disturbed sample, relative.
    pub(crate) delay: f64,
}

/// A quiet machine, a usual one, and two on which samples remember each other for longer than any
/// benchmark should accept.
pub(crate) const NOISES: [Noise; 4] = [
    Noise { name: "independent", sigma: 0.02, memory: 0.0, drift: 0.0, disturbed: 0.0, delay: 0.0 },
    Noise { name: "usual", sigma: 0.02, memory: 0.3, drift: 0.01, disturbed: 0.08, delay: 0.15 },
    Noise { name: "sticky", sigma: 0.02, memory: 0.6, drift: 0.02, disturbed: 0.08, delay: 0.15 },
    Noise { name: "stickier", sigma: 0.02, memory: 0.8, drift: 0.0, disturbed: 0.08, delay: 0.15 },
];

impl Noise {
    /// One run: `n` times around `level_ns`.
    pub(crate) fn run(&self, level_ns: f64, n: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
        let step = self.sigma * (1.0 - self.memory * self.memory).sqrt();
        let normal = |random: &mut ChaCha8Rng| -> f64 { StandardNormal.sample(random) };
        let mut jitter = self.sigma * normal(random);
        let slope = self.drift * random.random_range(-1.0..1.0);
        let sample = |i| {
            jitter = self.memory * jitter + step * normal(random);
            let drift = slope * (i as f64 / (n - 1) as f64 - 0.5);
            let is_disturbed = random.random::<f64>() < self.disturbed;
            let delay: f64 = Exp1.sample(random);
            let disturbance = if is_disturbed { self.delay * delay } else { 0.0 };
            level_ns * (jitter + drift).exp() * (1.0 + disturbance)
        };
        (0..n).map(sample).collect()
    }
}

/// Random numbers of one experiment; every pair has its own stream.
pub(crate) fn stream(seed: u64, pair: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(pair);
    random
}
