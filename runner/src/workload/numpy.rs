//! NumPy's legacy normal generator, bit for bit: the article's own sample.
//!
//! `RandomState(seed).standard_normal((n, d))` is MT19937 seeded by Knuth's `init_genrand`, 53-bit
//! doubles from pairs of words, and Marsaglia's polar method. NumPy froze this stream
//! (NEP 19), so the values are a fixed reference. Separate from [`super::normal`], because nothing
//! about it may ever be improved: a sequential stream, whatever the number of workers.
//!
//! `ln` and `sqrt` are the platform's: square roots are exact everywhere, logarithms agree with NumPy's
//! bit for bit on the systems tried (x86-64 Linux, glibc), and the checksum that is stored with the
//! workload tells where they do not.

use kernel::{Draft, Samples};
use rand_mt::Mt;

use super::Rounded;

/// The state of NumPy's `legacy_gauss`.
struct Gauss {
    bits: Mt,
    /// The second value of the last pair, until it is asked for.
    kept: Option<f64>,
}

impl Gauss {
    fn new(seed: u32) -> Self {
        Self { bits: Mt::new(seed), kept: None }
    }

    /// Uniform in [0, 1): 27 bits of one word above 26 bits of the next, over 2^53.
    fn uniform(&mut self) -> f64 {
        let high = f64::from(self.bits.next_u32() >> 5);
        let low = f64::from(self.bits.next_u32() >> 6);
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    /// The next standard normal value; of each pair the second point comes first.
    fn next(&mut self) -> f64 {
        if let Some(value) = self.kept.take() {
            return value;
        }
        loop {
            let x1 = 2.0 * self.uniform() - 1.0;
            let x2 = 2.0 * self.uniform() - 1.0;
            let r2 = x1 * x1 + x2 * x2;
            if r2 < 1.0 && r2 > 0.0 {
                let f = (-2.0 * r2.ln() / r2).sqrt();
                self.kept = Some(f * x1);
                return f * x2;
            }
        }
    }
}

/// `n` × `d` standard normal values, row after row as NumPy draws them, rounded to `T`. O(n d).
///
/// # Errors
/// [`kernel::Error::NoDimensions`] if `d` is 0, [`kernel::Error::TooLarge`] if memory is lacking.
pub fn standard_normal<T: Rounded>(
    seed: u32,
    n: usize,
    d: usize,
) -> Result<Samples<T>, kernel::Error> {
    let mut draft = Draft::new(n, d)?;
    let mut columns = draft.columns_mut();
    let mut gauss = Gauss::new(seed);
    for i in 0..n {
        for column in &mut columns {
            column[i] = T::rounded(gauss.next());
        }
    }
    draft.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_rows_are_the_articles() {
        let samples = standard_normal::<f64>(123, 2, 2).unwrap();
        let shown = |value: f64| (value * 1e8).round() / 1e8;
        let rows: Vec<_> = (0..2).map(|i| [0, 1].map(|j| shown(samples.column(j)[i]))).collect();
        assert_eq!(rows, [[-1.085_630_6, 0.997_345_45], [0.282_978_5, -1.506_294_71]]);
    }

    #[test]
    fn a_shorter_sample_is_the_start_of_a_longer_one() {
        let (short, long) = (standard_normal::<f64>(7, 5, 3), standard_normal::<f64>(7, 50, 3));
        let (short, long) = (short.unwrap(), long.unwrap());
        for j in 0..3 {
            assert_eq!(short.column(j), &long.column(j)[..5]);
        }
    }
}
