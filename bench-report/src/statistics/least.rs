//! Which of several configurations is the fastest, and how sure that is.
//!
//! Separate because its answer is a place in a list and not a number: an interval of it says which
//! places chance alone could have put first. Next: [`super::bootstrap`], whose draws it uses.

use super::bootstrap::Resamples;

/// The place of the least times among several configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Least {
    /// Which configuration.
    pub idx: usize,
    /// First and last place that are least in all but 2.5 % of the draws at each end; `None` with
    /// too few blocks.
    pub interval: Option<(usize, usize)>,
}

/// Draws left out at each end.
const TAIL: f64 = 0.025;

/// The configuration whose geometric mean over the blocks is least. `times[c][b]`, above 0, is that
/// of configuration c in block b; blocks that not all configurations have are left out. `None`
/// without configurations or blocks.
pub fn least(times: &[Vec<f64>]) -> Option<Least> {
    let blocks = times.iter().map(Vec::len).min().filter(|&blocks| blocks > 0)?;
    let logs: Vec<Vec<f64>> =
        times.iter().map(|of| of[..blocks].iter().map(|time| time.ln()).collect()).collect();
    let least_of = |drawn: &[u32]| {
        let sums = logs.iter().map(|of| drawn.iter().map(|&block| of[block as usize]).sum());
        sums.enumerate().min_by(|(_, a): &(usize, f64), (_, b)| a.total_cmp(b)).map(|(idx, _)| idx)
    };
    let every: Vec<u32> = (0..blocks as u32).collect();
    let idx = least_of(&every)?;
    let interval = Resamples::of_blocks(blocks).and_then(|resamples| {
        let mut places: Vec<usize> = resamples.draws().filter_map(least_of).collect();
        places.sort_unstable();
        let outside = (places.len() as f64 * TAIL) as usize;
        let low = *places.get(outside)?;
        let high = *places.get(places.len() - 1 - outside)?;
        Some((low.min(idx), high.max(idx)))
    });
    Some(Least { idx, interval })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clear_winner_stands_alone() {
        let of = |level: f64| (0..8).map(|b| level + f64::from(b % 3)).collect::<Vec<_>>();
        let found = least(&[of(200.0), of(100.0), of(150.0)]).unwrap();
        assert_eq!(found, Least { idx: 1, interval: Some((1, 1)) });
    }

    #[test]
    fn equal_ones_share_the_interval() {
        let one: Vec<f64> = (0..12).map(|b| 100.0 + f64::from(b * 7 % 12)).collect();
        let other: Vec<f64> = one.iter().rev().copied().collect();
        let found = least(&[vec![300.0; 12], one, other]).unwrap();
        assert_eq!(found.interval, Some((1, 2)));
    }

    #[test]
    fn few_blocks_have_no_interval_and_none_no_answer() {
        assert_eq!(least(&[vec![2.0], vec![1.0, 9.0]]), Some(Least { idx: 1, interval: None }));
        assert_eq!(least(&[vec![], vec![1.0]]), None);
        assert_eq!(least(&[]), None);
    }
}
