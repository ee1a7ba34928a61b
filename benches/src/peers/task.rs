//! The jobs that peers do, with the counts that must come out.
//!
//! Apart from [`crate::workload`], whose samples it uses, because a job here is what a user has: a file of
//! samples, any number of centers, any number of widths. Next: [`super::table`] for who does them.

use rayon::iter::ParallelIterator as _;
use rayon::slice::ParallelSlice as _;
use runner::workload::{Error, Stored, WidthRange, Workload};

use super::files::Data;
use crate::plain;
use crate::workload::{CENTERS_SEED, NEAR, normal, one, rows, same};

/// Which entries stand in one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    /// All of them beside ours on one thread.
    One,
    /// Those with one thread beside ours with one, and all others beside ours with all CPUs.
    ByThreads,
}

/// What an answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// A count for each center and width.
    Counts,
    /// For each width the sum of the counts around all samples: pairs within h/2, in both orders, and every
    /// sample with itself.
    Totals,
}

/// Where windows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Centers {
    /// Around the center of the workload.
    One,
    /// Around so many that are drawn like the samples, from another seed.
    Drawn(usize),
    /// Around every sample.
    Samples,
}

/// A job.
#[derive(Clone, Debug)]
pub struct Task {
    /// Samples and widths.
    pub workload: Workload,
    /// Where the windows are.
    pub centers: Centers,
    /// What is asked.
    pub question: Question,
    /// How entries are laid side by side.
    pub tables: Tables,
}

/// How large a job is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shape {
    /// Samples.
    pub n: f64,
    /// Dimensions.
    pub d: f64,
    /// Centers.
    pub m: f64,
    /// Widths of each center.
    pub w: f64,
}

/// Widths in eight dimensions that hold a few to a few tens of per cent of the samples.
const DEEP: WidthRange = WidthRange { start: 2.0, stop: 3.0, count: 100 };
/// Widths as an estimator of a dimension of correlation asks for them.
const EVERY: WidthRange = WidthRange { start: 0.02, stop: 0.5, count: 20 };
/// Widths among which one is chosen for 100,000 samples in the plane: the best is about 0.5.
const CHOICE: WidthRange = WidthRange { start: 0.1, stop: 1.0, count: 100 };

const MILLION: usize = 1_000_000;
const MANY: Centers = Centers::Drawn(10_000);

/// Every job that is measured. Widths of the jobs with many centers are about the best ones for such
/// samples, but for `small` and `plane-wide`.
///
/// # Panics
/// If `runner` does not know the article's workload.
pub fn all() -> Vec<Task> {
    let article = Workload::by_name("article").unwrap_or_else(|error| panic!("{error}")).clone();
    let article = Task { tables: Tables::One, ..of(article, Centers::One) };
    let one_center = [
        ("wide", "ten million samples in the plane, one window", 10 * MILLION, 2, one(1.1)),
        ("wide-100", "ten million samples in the plane, 100 widths", 10 * MILLION, 2, NEAR),
        ("deep", "a million samples of 8 dimensions, one window", MILLION, 8, one(2.5)),
        ("deep-100", "a million samples of 8 dimensions, 100 widths", MILLION, 8, DEEP),
    ];
    let many_centers = [
        ("small", "small windows in the plane, 10,000 over 100,000 samples", 100_000, 2, one(0.1)),
        ("plane", "10,000 windows over a million samples in the plane", MILLION, 2, one(0.35)),
        ("plane-wide", "10,000 wide windows over a million samples", MILLION, 2, one(1.1)),
        ("space-3", "10,000 windows over a million samples, d = 3", MILLION, 3, one(0.47)),
        ("space-4", "10,000 windows over a million samples, d = 4", MILLION, 4, one(0.6)),
        ("space-6", "10,000 windows over a million samples, d = 6", MILLION, 6, one(0.84)),
        ("space-8", "10,000 windows over a million samples, d = 8", MILLION, 8, one(1.06)),
    ];
    let every = ("every", "20 widths around each of 100,000 samples", 100_000, 2, EVERY);
    let totals = ("totals", "pairs of 100,000 samples within 100 distances", 100_000, 2, CHOICE);
    let totals_3 = ("totals-3", "the same pairs, d = 3", 100_000, 3, CHOICE);
    let mut all = vec![article];
    all.extend(one_center.map(|job| task(job, Centers::One)));
    all.extend(many_centers.map(|job| task(job, MANY)));
    all.push(task(every, Centers::Samples));
    let totals = [totals, totals_3].map(|job| task(job, Centers::Samples));
    all.extend(totals.map(|task| Task { question: Question::Totals, ..task }));
    all
}

/// Small jobs of the same kinds, to see that everything works.
pub fn tiny() -> Vec<Task> {
    let few = |widths, count| WidthRange { count, ..widths };
    let totals = ("tiny-totals", "made to be done at once", 300, 2, few(CHOICE, 4));
    vec![
        task(("tiny", "made to be done at once", 1_000, 2, few(NEAR, 5)), Centers::One),
        task(("tiny-deep", "made to be done at once", 500, 8, few(DEEP, 3)), Centers::One),
        task(("tiny-centers", "made to be done at once", 500, 3, one(0.5)), Centers::Drawn(20)),
        task(("tiny-every", "made to be done at once", 300, 2, few(EVERY, 3)), Centers::Samples),
        Task { question: Question::Totals, ..task(totals, Centers::Samples) },
    ]
}

/// Name, title, n, d and widths.
type Job = (&'static str, &'static str, usize, usize, WidthRange);

fn task((name, title, n, d, widths): Job, centers: Centers) -> Task {
    let counts = same(0);
    of(Workload { title, ..normal(name, Stored::Double, n, d, widths, counts) }, centers)
}

fn of(workload: Workload, centers: Centers) -> Task {
    Task { workload, centers, question: Question::Counts, tables: Tables::ByThreads }
}

impl Task {
    /// Number of centers.
    pub fn m(&self) -> usize {
        match self.centers {
            Centers::One => 1,
            Centers::Drawn(m) => m,
            Centers::Samples => self.workload.n,
        }
    }

    /// How large it is.
    pub fn shape(&self) -> Shape {
        let Workload { n, d, widths, .. } = &self.workload;
        let [n, d, m, w] = [*n, *d, self.m(), widths.count].map(|size| size as f64);
        Shape { n, d, m, w }
    }

    /// Samples, centers and widths.
    ///
    /// # Errors
    /// Memory is lacking.
    pub fn data(&self) -> Result<Data, Error> {
        let samples = rows(&self.workload.generate::<f64>()?);
        let centers = match self.centers {
            Centers::One => self.workload.center.to_vec(),
            Centers::Samples => samples.clone(),
            Centers::Drawn(m) => {
                let drawn = Workload { seed: CENTERS_SEED, n: m, ..self.workload.clone() };
                rows(&drawn.generate::<f64>()?)
            }
        };
        let widths = self.workload.widths.widths()?.as_slice().to_vec();
        Ok(Data { rows: samples, d: self.workload.d, centers, widths })
    }

    /// The answer that must come out, from the article's test: nothing here comes from the code that is
    /// measured.
    pub fn exact(&self, data: &Data) -> Vec<u64> {
        let counts = exact(data);
        match self.question {
            Question::Counts => counts,
            Question::Totals => totals(&counts, data.widths.len()),
        }
    }
}

/// For each of so many widths the sum of its counts, which stand center after center.
pub fn totals(counts: &[u64], widths: usize) -> Vec<u64> {
    (0..widths).map(|w| counts.iter().skip(w).step_by(widths).sum()).collect()
}

/// The counts that must come out, center after center, by the article's test. A wider window holds whatever
/// a narrower one holds, so that a sample is counted at the narrowest width that holds it. O(n m log W).
pub fn exact(data: &Data) -> Vec<u64> {
    let mut order: Vec<usize> = (0..data.widths.len()).collect();
    order.sort_by(|&a, &b| data.widths[a].total_cmp(&data.widths[b]));
    let around = |center: &[f64]| counts_around(center, data, &order);
    data.centers.par_chunks(data.d).flat_map_iter(around).collect()
}

/// The counts around a center; `order` sorts the widths.
fn counts_around(center: &[f64], data: &Data, order: &[usize]) -> Vec<u64> {
    let mut counts = vec![0; order.len()];
    let Some(&widest) = order.last() else { return counts };
    for row in data.rows.chunks_exact(data.d) {
        if plain::is_row_inside(row, center, data.widths[widest]) {
            let is_outside = |&w: &usize| !plain::is_row_inside(row, center, data.widths[w]);
            counts[order[order.partition_point(is_outside)]] += 1;
        }
    }
    let mut sum = 0;
    for &w in order {
        sum += counts[w];
        counts[w] = sum;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use runner::workload::Summary;

    #[test]
    fn the_article_has_the_counts_of_its_workload() {
        let article = &all()[0];
        let counts = exact(&article.data().unwrap());
        assert_eq!(Summary::of(&counts), Summary { first: 1445, last: 2022, sum: 172_940 });
    }

    #[test]
    fn widths_in_any_order_have_the_counts_of_plain_loops() {
        let data = Data { widths: vec![0.4, 1.0, 0.2, 1.0], ..tiny()[2].data().unwrap() };
        let counts = exact(&data);
        for (place, count) in counts.iter().enumerate() {
            let (c, w) = (place / 4, place % 4);
            let center = &data.centers[c * data.d..][..data.d];
            assert_eq!(*count, plain::rows_by_quotient(&data.rows, center, data.widths[w]));
        }
        assert_eq!(totals(&[1, 2, 3, 4, 5, 6], 3), [5, 7, 9]);
    }

    #[test]
    fn names_are_unique_and_shapes_are_those_of_the_data() {
        let mut tasks = all();
        tasks.extend(tiny());
        let mut names: Vec<_> = tasks.iter().map(|task| task.workload.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), tasks.len());
        for task in tiny() {
            let (data, shape) = (task.data().unwrap(), task.shape());
            assert_eq!(data.rows.len(), (shape.n * shape.d) as usize);
            assert_eq!(exact(&data).len(), (shape.m * shape.w) as usize);
        }
    }
}
