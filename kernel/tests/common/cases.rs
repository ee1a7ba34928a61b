//! Adversarial samples: coordinates on every face and one or two floats beside it, signed zeros,
//! subnormals, huge values, duplicates, and ordinary ones between.

use super::random::Random;

/// A coordinate near a face of the window of center x and width h, or of a special kind.
pub(crate) fn coordinate(random: &mut Random, x: f64, h: f64) -> f64 {
    let face = if random.below(2) == 0 { x - h * 0.5 } else { x + h * 0.5 };
    match random.below(16) {
        0..=2 => face,
        3 => face.next_up(),
        4 => face.next_down(),
        5 => face.next_up().next_up(),
        6 => face.next_down().next_down(),
        7 => 0.0,
        8 => -0.0,
        9 => f64::from_bits(random.below(1 << 52)) * if random.below(2) == 0 { 1.0 } else { -1.0 },
        10 => {
            if random.below(2) == 0 {
                f64::MAX
            } else {
                f64::MIN
            }
        }
        11 => x,
        // Agrees with a face in its upper half: what keys cannot tell.
        12 => f64::from_bits(face.to_bits() ^ random.below(1 << 32)),
        _ => x + random.unit() * h,
    }
}

/// `n` rows of `d` coordinates around windows of the given widths; some rows repeat the one before.
pub(crate) fn rows(seed: u64, n: usize, center: &[f64], widths: &[f64]) -> Vec<Vec<f64>> {
    let mut random = Random(seed);
    let mut rows: Vec<Vec<f64>> = Vec::with_capacity(n);
    for _ in 0..n {
        let again = random.below(8) == 0;
        // One adversarial coordinate decides; the others are inside, or nothing would ever be.
        let odd = random.below(center.len() as u64) as usize;
        let h = widths[random.below(widths.len() as u64) as usize];
        let row = match rows.last() {
            Some(last) if again => last.clone(),
            _ => center
                .iter()
                .enumerate()
                .map(|(j, &x)| {
                    if j == odd {
                        coordinate(&mut random, x, h)
                    } else {
                        x + random.unit() * 0.4 * widths[0]
                    }
                })
                .map(|s| if s.is_finite() { s } else { 0.0 })
                .collect(),
        };
        rows.push(row);
    }
    rows
}
