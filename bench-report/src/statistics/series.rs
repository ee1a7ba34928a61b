//! Times of one series of worker counts in complete blocks: what scaling figures and laws start
//! from.
//!
//! Separate so that everything after it may rely on its shape: every block measured every count
//! once, all times are above 0. Next: [`super::scaling`] for ratios, [`mod@super::fit`] for laws.

use super::center::{median, steady_mean};

/// Sweeps of the polish in [`Aligned`]; the second changes little, a third changes nothing that
/// matters.
const POLISH_SWEEPS: usize = 2;

/// How the work grows with the workers: which question the series answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The same job for every number of workers: how much sooner is it done?
    Strong,
    /// A job that grows with the workers: is it done in the same time?
    Weak,
    /// Independent jobs, as many as get done: how many per second?
    Throughput,
}

/// One number of workers and what it was given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Number of workers, at least 1.
    pub workers: u32,
    /// Work done in one measured time, in any unit, the same for all points; above 0.
    pub work: f64,
    /// Which cores the workers sat on, if the placement is known.
    pub cores: Option<Cores>,
}

/// The cores that a placement filled, by kind; they add up to the workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cores {
    /// Cores of the fastest kind with at least one worker.
    pub performance: u32,
    /// Cores of a slower kind with at least one worker.
    pub efficiency: u32,
    /// Further workers on cores that have one already: second hardware threads.
    pub extra_threads: u32,
}

/// What is known beside the times.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Setting {
    /// How the work grows with the workers.
    pub mode: Mode,
    /// CPUs' worth of time that the control group grants, if it limits.
    pub quota_cpus: Option<f64>,
    /// Number of equal tasks that the work was cut into, if it was.
    pub tasks: Option<u32>,
}

/// What made a series unusable.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing was measured.
    #[error("a series needs at least 1 worker count and 1 block, not {points} and {blocks}")]
    Empty {
        /// Worker counts given.
        points: usize,
        /// Blocks given.
        blocks: usize,
    },
    /// Worker counts do not ascend, or one is 0.
    #[error("worker counts must ascend from 1, but {workers} follows {before}")]
    Order {
        /// The count before, or 0.
        before: u32,
        /// The offending count.
        workers: u32,
    },
    /// The work of a point cannot be.
    #[error("the work of {workers} workers must be finite and above 0, not {work}")]
    Work {
        /// Workers of the point.
        workers: u32,
        /// Its work.
        work: f64,
    },
    /// A block lacks times or has too many.
    #[error("block {block} has {found} times, but there are {expected} worker counts")]
    Block {
        /// Position of the block, from 0.
        block: usize,
        /// Times in it.
        found: usize,
        /// Worker counts.
        expected: usize,
    },
    /// A time cannot be.
    #[error("time {time_ns} ns of {workers} workers in block {block} must be finite and above 0")]
    Time {
        /// Position of the block, from 0.
        block: usize,
        /// Workers it belongs to.
        workers: u32,
        /// The time.
        time_ns: f64,
    },
}

/// Checked times of one series.
///
/// Points with more workers than CPUs do not belong here: no law of this module speaks of them, and
/// one such point bends every fit. The caller leaves them out.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    setting: Setting,
    points: Vec<Point>,
    /// `blocks[b][j]` is the time of point j in block b.
    blocks: Vec<Vec<f64>>,
}

impl Series {
    /// A series of `blocks[b][j]`, the time of `points[j]` in block b in nanoseconds; several times
    /// of one point in one block enter as their median.
    ///
    /// # Errors
    ///
    /// Points or blocks are missing, worker counts do not ascend, a block is incomplete, or a time
    /// or an amount of work is not finite and above 0.
    pub fn new(setting: Setting, points: Vec<Point>, blocks: Vec<Vec<f64>>) -> Result<Self, Error> {
        if points.is_empty() || blocks.is_empty() {
            return Err(Error::Empty { points: points.len(), blocks: blocks.len() });
        }
        check_points(&points)?;
        for (block, times) in blocks.iter().enumerate() {
            check_block(&points, block, times)?;
        }
        Ok(Self { setting, points, blocks })
    }

    /// What is known beside the times.
    pub fn setting(&self) -> &Setting {
        &self.setting
    }

    /// The worker counts, ascending.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// `blocks()[b][j]` is the time of point j in block b, in nanoseconds.
    pub fn blocks(&self) -> &[Vec<f64>] {
        &self.blocks
    }

    /// The times of point `point`, one per block, in nanoseconds.
    pub fn times_ns(&self, point: usize) -> Vec<f64> {
        self.blocks.iter().map(|times| times[point]).collect()
    }

    /// The largest number of workers.
    pub fn most_workers(&self) -> u32 {
        self.points.last().map_or(0, |point| point.workers)
    }
}

fn check_points(points: &[Point]) -> Result<(), Error> {
    let mut before = 0;
    for &Point { workers, work, .. } in points {
        if workers <= before {
            return Err(Error::Order { before, workers });
        }
        if !(work.is_finite() && work > 0.0) {
            return Err(Error::Work { workers, work });
        }
        before = workers;
    }
    Ok(())
}

fn check_block(points: &[Point], block: usize, times: &[f64]) -> Result<(), Error> {
    if times.len() != points.len() {
        return Err(Error::Block { block, found: times.len(), expected: points.len() });
    }
    for (&time_ns, &Point { workers, .. }) in times.iter().zip(points) {
        if !(time_ns.is_finite() && time_ns > 0.0) {
            return Err(Error::Time { block, workers, time_ns });
        }
    }
    Ok(())
}

/// Logarithms of the throughput with the level of each block taken out.
///
/// `ln X = row + level`: the level is what a whole block shares (heat, a neighbour), the row is what
/// is left. Taking it out model-free, before any law is fitted, keeps drift out of the residuals:
/// with drift left in, the likelihoods of all laws look alike. In complete blocks it moves no
/// comparison between worker counts. A two-way polish (Tukey 1977, chapter 11), with means that
/// outliers cannot move instead of medians, which would waste a third of the data.
#[derive(Clone, Debug, PartialEq)]
pub struct Aligned {
    /// `rows[b][j]`: ln of work per second of point j in block b, without the block's level.
    pub rows: Vec<Vec<f64>>,
    /// Level of each block; their [`steady_mean`] is 0.
    pub levels: Vec<f64>,
}

impl Aligned {
    /// Splits the logarithms of the throughput into rows and levels.
    pub fn of(series: &Series) -> Self {
        let ln_throughput = |(&time_ns, point): (&f64, &Point)| (point.work * 1e9 / time_ns).ln();
        let row = |times: &Vec<f64>| times.iter().zip(&series.points).map(ln_throughput).collect();
        Self::of_rows(series.blocks.iter().map(row).collect())
    }

    /// Splits `rows[b][j]`, logarithms of throughputs in any unit for each column; at least one row
    /// and one column.
    pub(super) fn of_rows(mut rows: Vec<Vec<f64>>) -> Self {
        let mut levels = vec![0.0; rows.len()];
        for _ in 0..POLISH_SWEEPS {
            polish(&mut rows, &mut levels);
        }
        let center = steady_mean(&levels);
        for row in &mut rows {
            for value in row {
                *value += center;
            }
        }
        Self { levels: levels.into_iter().map(|level| level - center).collect(), rows }
    }

    /// The logarithms of point `point`, one per block, without the blocks' levels.
    pub fn column(&self, point: usize) -> Vec<f64> {
        self.rows.iter().map(|row| row[point]).collect()
    }
}

/// Moves what each row shares, measured from the median of each column, into its level.
fn polish(rows: &mut [Vec<f64>], levels: &mut [f64]) {
    let column = |j: usize| median(&mut rows.iter().map(|row| row[j]).collect::<Vec<_>>());
    let centers: Vec<f64> = (0..rows[0].len()).map(column).collect();
    for (row, level) in rows.iter_mut().zip(levels) {
        let from_center: Vec<f64> = row.iter().zip(&centers).map(|(x, c)| x - c).collect();
        let shared = steady_mean(&from_center);
        *level += shared;
        for value in row {
            *value -= shared;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRONG: Setting = Setting { mode: Mode::Strong, quota_cpus: None, tasks: None };

    fn points(workers: &[u32]) -> Vec<Point> {
        workers.iter().map(|&workers| Point { workers, work: 8e9, cores: None }).collect()
    }

    #[test]
    fn refuses_what_cannot_be_and_says_why() {
        let refuse = |workers: &[u32], blocks: &[&[f64]]| {
            let blocks = blocks.iter().map(|times| times.to_vec()).collect();
            Series::new(STRONG, points(workers), blocks).unwrap_err().to_string()
        };
        assert!(refuse(&[], &[&[]]).contains("not 0 and 1"));
        assert!(refuse(&[1, 1], &[&[1.0, 1.0]]).contains("1 follows 1"));
        assert!(refuse(&[0], &[&[1.0]]).contains("0 follows 0"));
        assert!(refuse(&[1, 2], &[&[1.0, 1.0], &[1.0]]).contains("block 1 has 1 times"));
        assert!(refuse(&[1, 2], &[&[1.0, 0.0]]).contains("time 0 ns of 2 workers in block 0"));
        assert!(refuse(&[1], &[&[f64::NAN]]).contains("NaN"));
        let idle = vec![Point { workers: 1, work: 0.0, cores: None }];
        let error = Series::new(STRONG, idle, vec![vec![1.0]]).unwrap_err();
        assert_eq!(error, Error::Work { workers: 1, work: 0.0 });
    }

    /// Times that are a product of block and count leave nothing in the rows but the counts.
    #[test]
    fn alignment_takes_out_exactly_what_blocks_share() {
        let drift = [1.0, 1.1, 0.9, 1.05, 0.95, 1.0, 1.2];
        let blocks = drift.iter().map(|d| vec![8.0 * d, 4.0 * d, 2.0 * d]).collect();
        let series = Series::new(STRONG, points(&[1, 2, 4]), blocks).unwrap();
        let aligned = Aligned::of(&series);
        for row in &aligned.rows {
            assert!((row[1] - row[0] - 2_f64.ln()).abs() < 1e-12, "{row:?}");
            assert!((row[0] - aligned.rows[0][0]).abs() < 1e-12, "{row:?}");
        }
        assert!(aligned.levels.iter().sum::<f64>().abs() < 1e-12);
        assert!((aligned.levels[0] - aligned.levels[1] - 1.1_f64.ln()).abs() < 1e-12);
    }

    /// One disturbed time stays in its own cell; it does not lift the rest of its block.
    #[test]
    fn an_outlier_stays_in_its_cell() {
        let mut blocks = vec![vec![8.0, 4.0, 2.7, 2.0, 1.0]; 8];
        for (b, row) in blocks.iter_mut().enumerate() {
            row.iter_mut()
                .zip(1..)
                .for_each(|(t, j)| *t *= 1.0 + 1e-3 * f64::from((b as i32 * 7 + j * 3) % 5));
        }
        blocks[2][4] = 4.0;
        let series = Series::new(STRONG, points(&[1, 2, 3, 4, 8]), blocks).unwrap();
        let aligned = Aligned::of(&series);
        let error = aligned.rows[2][0] - median(&mut aligned.column(0));
        assert!(error.abs() < 0.01, "{error}");
        let error = aligned.rows[2][4] - median(&mut aligned.column(4));
        assert!((error + 4_f64.ln()).abs() < 0.01, "{error}");
    }
}
