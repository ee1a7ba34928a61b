//! Samples of every kind that real data are of, made from a seed.
//!
//! Apart from [`crate::workload`], whose samples are standard normal and whose counts are stored: here the
//! kind is what varies, and counts are compared with those of the plain scan. Next: the examples `kinds`
//! and `regret`.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};
use rand_distr::{Distribution as _, StandardNormal};

/// A kind of samples.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its name.
    pub name: &'static str,
    /// Coordinates of a sample of d dimensions.
    sample: fn(&mut ChaCha8Rng, &mut [f64]),
}

/// Every kind; the first is what others are compared with.
pub static ALL: [Kind; 8] = [
    Kind { name: "normal", sample: |random, row| row.fill_with(|| normal(random)) },
    Kind { name: "uniform", sample: |random, row| row.fill_with(|| random.random()) },
    Kind { name: "clustered", sample: clustered },
    Kind { name: "heavy-tailed", sample: |random, row| row.fill_with(|| heavy(random)) },
    Kind { name: "correlated", sample: correlated },
    Kind { name: "decimals", sample: |random, row| row.fill_with(|| rounded(random, 10.0)) },
    Kind { name: "few values", sample: |random, row| row.fill_with(|| rounded(random, 1.0)) },
    Kind { name: "one value", sample: |_, row| row.fill(0.25) },
];

impl Kind {
    /// `n` samples of `d` dimensions, row after row. A function of (kind, seed, n, d) alone.
    pub fn rows(&self, seed: u64, n: usize, d: usize) -> Vec<f64> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut rows = vec![0.0; n * d];
        for row in rows.chunks_exact_mut(d) {
            (self.sample)(&mut random, row);
        }
        rows
    }
}

fn normal(random: &mut ChaCha8Rng) -> f64 {
    StandardNormal.sample(random)
}

/// Of 20 dense clusters on a line.
fn clustered(random: &mut ChaCha8Rng, row: &mut [f64]) {
    let cluster = f64::from(random.random_range(0..20_u32));
    for (j, s) in row.iter_mut().enumerate() {
        *s = cluster * (1.0 + j as f64) + 0.01 * normal(random);
    }
}

/// Cauchy: neither mean nor variance.
fn heavy(random: &mut ChaCha8Rng) -> f64 {
    ((random.random::<f64>() - 0.5) * std::f64::consts::PI).tan()
}

/// Near the diagonal.
fn correlated(random: &mut ChaCha8Rng, row: &mut [f64]) {
    let along = normal(random);
    for s in row {
        *s = along + 0.05 * normal(random);
    }
}

/// Normal, as many places behind the point as `unit` has zeros.
fn rounded(random: &mut ChaCha8Rng, unit: f64) -> f64 {
    (normal(random) * unit).round() / unit
}

/// A width such that about `share` of the samples are inside, around the samples themselves: the quantile
/// of the distances between some pairs.
pub fn width_for(rows: &[f64], d: usize, share: f64) -> f64 {
    const PAIRS: usize = 20_000;
    let n = rows.len() / d;
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut pick = || random.random_range(0..n);
    let mut distances: Vec<f64> = (0..PAIRS)
        .map(|_| {
            let [a, b] = [pick(), pick()].map(|i| &rows[i * d..][..d]);
            a.iter().zip(b).map(|(x, y)| (x - y).abs()).fold(0.0, f64::max)
        })
        .collect();
    distances.sort_unstable_by(f64::total_cmp);
    let at = (share * PAIRS as f64) as usize;
    let width = 2.0 * distances[at.min(PAIRS - 1)];
    // Samples that are all the same have any width.
    if width > 0.0 && width.is_finite() { width } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_what_their_names_say_and_the_same_each_time() {
        for kind in &ALL {
            let rows = kind.rows(7, 500, 3);
            assert_eq!(rows, kind.rows(7, 500, 3), "{}", kind.name);
            assert!(rows.iter().all(|s| s.is_finite()), "{}", kind.name);
            let mut values: Vec<f64> = rows.clone();
            values.sort_unstable_by(f64::total_cmp);
            values.dedup();
            let expected = match kind.name {
                "one value" => 1..=1,
                "few values" => 5..=12,
                "decimals" => 30..=80,
                _ => 1400..=1500,
            };
            assert!(expected.contains(&values.len()), "{}: {}", kind.name, values.len());
        }
    }

    #[test]
    fn widths_hold_about_the_share_that_is_asked_for() {
        let rows = ALL[1].rows(3, 4_000, 2);
        let width = width_for(&rows, 2, 0.01);
        let inside = crate::plain::rows_by_quotient(&rows, &[0.5, 0.5], width);
        assert!((20..=80).contains(&inside), "{inside} of 4000");
        assert!(width_for(&ALL[7].rows(3, 100, 2), 2, 0.1) > 0.0);
    }
}
