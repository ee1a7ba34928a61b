//! The jobs that peers do, with the counts that must come out.
//!
//! Apart from [`crate::workload`], whose samples it uses, because a job here is what a user has: a file of
//! samples, any number of centers, any number of widths. Next: [`super::table`] for who does them.

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
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

/// A job.
#[derive(Clone, Debug)]
pub struct Task {
    /// Samples and widths; its center is the only one if `centers` is 1.
    pub workload: Workload,
    /// Centers; more than one are drawn like the samples, from another seed.
    pub centers: usize,
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

/// Every job that is measured.
///
/// # Panics
/// If `runner` does not know the article's workload.
pub fn all() -> Vec<Task> {
    let article = Workload::by_name("article").unwrap_or_else(|error| panic!("{error}")).clone();
    vec![
        Task { workload: article, centers: 1, tables: Tables::One },
        task("wide", "ten million samples in the plane, one window", [10_000_000, 2, 1], one(1.1)),
        task("wide-100", "ten million samples in the plane, 100 widths", [10_000_000, 2, 1], NEAR),
        task("deep", "a million samples of 8 dimensions, one window", [1_000_000, 8, 1], one(2.5)),
        task("deep-100", "a million samples of 8 dimensions, 100 widths", [1_000_000, 8, 1], DEEP),
        task("centers-1e5", "10,000 windows over 100,000 samples", [100_000, 2, 10_000], one(0.5)),
        task(
            "centers-1e6",
            "10,000 windows over 1,000,000 samples",
            [1_000_000, 3, 10_000],
            one(0.5),
        ),
    ]
}

/// Small jobs of the same kinds, to see that everything works.
pub fn tiny() -> Vec<Task> {
    vec![
        task("tiny", "made to be done at once", [1_000, 2, 1], WidthRange { count: 5, ..NEAR }),
        task("tiny-deep", "made to be done at once", [500, 8, 1], WidthRange { count: 3, ..DEEP }),
        task("tiny-centers", "made to be done at once", [500, 3, 20], one(0.5)),
    ]
}

fn task(name: &'static str, title: &'static str, size: [usize; 3], widths: WidthRange) -> Task {
    let [n, d, centers] = size;
    let workload = Workload { title, ..normal(name, Stored::Double, n, d, widths, same(0)) };
    Task { workload, centers, tables: Tables::ByThreads }
}

impl Task {
    /// How large it is.
    pub fn shape(&self) -> Shape {
        let Workload { n, d, widths, .. } = &self.workload;
        let [n, d, m, w] = [*n, *d, self.centers, widths.count].map(|size| size as f64);
        Shape { n, d, m, w }
    }

    /// Samples, centers and widths.
    ///
    /// # Errors
    /// Memory is lacking.
    pub fn data(&self) -> Result<Data, Error> {
        let samples = self.workload.generate::<f64>()?;
        let centers = match self.centers {
            1 => self.workload.center.to_vec(),
            m => {
                let drawn = Workload { seed: CENTERS_SEED, n: m, ..self.workload.clone() };
                rows(&drawn.generate::<f64>()?)
            }
        };
        let widths = self.workload.widths.widths()?.as_slice().to_vec();
        Ok(Data { rows: rows(&samples), d: samples.d(), centers, widths })
    }
}

/// The counts that must come out, center after center, from the article's loop: nothing here comes from
/// the code that is measured. O(n m W).
pub fn exact(data: &Data) -> Vec<u64> {
    let windows = data.centers.len() / data.d * data.widths.len();
    let count = |window: usize| {
        let (c, w) = (window / data.widths.len(), window % data.widths.len());
        plain::rows_by_quotient(&data.rows, &data.centers[c * data.d..][..data.d], data.widths[w])
    };
    (0..windows).into_par_iter().map(count).collect()
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
