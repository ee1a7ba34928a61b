//! Speed-ups against the serial code, and what each further worker adds: pure, nothing is rounded.
//!
//! Notation: T is the median time of a configuration per pass, and S its speed-up. In strong
//! scaling all workers share one job, S = T(serial) / T; in weak scaling and throughput N workers
//! do N jobs, S = N T(serial) / T (Gustafson, "Reevaluating Amdahl's Law", CACM 31(5), 1988:
//! scaled speed-up). E = S / N is the efficiency, and the gain of a step from a to b workers is
//! S(b) - S(a). Every interval comes from draws of whole blocks (see [`crate::statistics`]).
//!
//! `sweep.rs` orders configurations and judges steps, `costs.rs` adds what a wall time leaves out,
//! `resources.rs` asks the workers, `trust.rs` asks whether any of it can be believed and
//! `judgement.rs` where it forbids a verdict, `law.rs` asks which law describes a backend, with the
//! cores that `placement.rs` knows. [`benchmarks`] and their parameters stand apart. Next: [`crate::answer`] puts it into words.

pub mod benchmarks;
mod compared;
mod costs;
mod judgement;
mod law;
mod placement;
mod resources;
mod series;
mod sweep;
mod trust;

pub use compared::{Compared, ComparedStudy};
pub use costs::{Costs, Phases};
pub use judgement::{MOST_FOREIGN, Withheld};
pub use law::{
    Description, FEWEST_COUNTS, Fitted, MOST_BACKENDS, MOST_COUNTS, MOST_TIMES, Unfitted,
};
pub use resources::Resources;
pub use sweep::{Step, Sweep, Verdict};
pub use trust::{Control, Drift, GROUP_BLOCKS, MOST_DRIFT, Tagged, Trust, Untagged};

use self::series::{Series, combined};
use crate::{
    model::{Entry, Estimate, Sample, Study, Workload},
    statistics::{Resamples, rank_interval},
};

/// Backend whose time with one worker is the reference of every speed-up: the best serial code,
/// not one worker of a team (Hoefler & Belli 2015, rule 1).
pub const REFERENCE: &str = "serial";

/// What the numbers of one workload say.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Position of the reference among the entries, if it was measured.
    pub reference: Option<usize>,
    /// `figures[i]` belongs to entry `i`, controls included.
    pub figures: Vec<Figures>,
    /// One for each backend beside the reference, in order of appearance, without controls.
    pub sweeps: Vec<Sweep>,
    /// Whether it can be believed.
    pub trust: Trust,
    /// `withheld[i]` says why no verdict is given on entry `i`, if so.
    pub withheld: Vec<Option<Withheld>>,
}

/// The numbers of one configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Median time per pass with its rank interval, in nanoseconds.
    pub pass_ns: Estimate,
    /// Samples tested against a window, per second, at the median time.
    pub tests_per_s: f64,
    /// Against the serial code; exactly 1 without interval for the reference itself.
    pub speed_up: Option<Estimate>,
    /// Against one worker of the same backend; exactly 1 without interval for that one.
    pub own_speed_up: Option<Estimate>,
    /// Speed-up per worker.
    pub efficiency: Option<Estimate>,
    /// The serial share that alone would explain the speed-up over one worker of the same backend.
    pub serial_share: Option<Estimate>,
    /// What the step from the next smaller measured number of workers added.
    pub gain: Option<Step>,
    /// Start-up, and where the time of a pass goes.
    pub costs: Costs,
    /// What the workers used and met.
    pub resources: Resources,
    /// Its disturbed samples.
    pub tagged: Tagged,
}

/// Derives the numbers of one workload of `study`.
pub fn workload(study: &Study, workload: &Workload) -> Comparison {
    let reference = workload
        .entries
        .iter()
        .position(|e| e.backend == REFERENCE && e.workers == 1 && !e.is_control());
    let mut measured = Measured::of(study, workload, reference);
    let trust = trust::of(&measured);
    let resources = resources::all(&measured);
    measured.withheld = judgement::all(study, workload, &trust, &resources);
    let sweeps = sweep::all(&measured);
    let further = costs::all(&measured).into_iter().zip(resources);
    let figures = further.enumerate().map(|(idx, further)| measured.figures(&sweeps, idx, further));
    let figures = figures.collect();
    Comparison { reference, figures, sweeps, trust, withheld: measured.withheld }
}

/// A workload with the times of its entries in every draw of blocks.
struct Measured<'a> {
    study: &'a Study,
    workload: &'a Workload,
    reference: Option<usize>,
    resamples: Option<Resamples>,
    /// Time per pass; `passes[i]` belongs to entry `i`.
    passes: Vec<Series>,
    /// Why no verdict is given on an entry; none until that is known.
    withheld: Vec<Option<Withheld>>,
}

impl<'a> Measured<'a> {
    fn of(study: &'a Study, workload: &'a Workload, reference: Option<usize>) -> Self {
        let resamples = Resamples::of_blocks(workload.blocks.len());
        let series = |entry: &Entry| Series::of(&pass_ns(entry, workload), resamples.as_ref());
        let passes = workload.entries.iter().map(series).collect();
        let withheld = vec![None; workload.entries.len()];
        Self { study, workload, reference, resamples, passes, withheld }
    }

    /// How many times the serial job an entry does.
    fn jobs(&self, idx: usize) -> f64 {
        self.workload.mode.jobs(self.workload.entries[idx].workers)
    }

    /// A quantity of an entry in every draw, if every block tells.
    fn series(&self, idx: usize, of: impl Fn(&Sample) -> Option<f64>) -> Option<Series> {
        let samples = &self.workload.entries[idx].samples;
        let values = samples.iter().map(of).collect::<Option<Vec<f64>>>()?;
        Some(Series::of(&values, self.resamples.as_ref()))
    }

    /// Speed-up of an entry over another that does its own number of jobs.
    fn speed_up(&self, base: usize, idx: usize) -> Estimate {
        if base == idx {
            return Estimate { value: 1.0, interval: None };
        }
        let jobs = self.jobs(idx) / self.jobs(base);
        combined([&self.passes[base], &self.passes[idx]], |[base, time]| jobs * base / time)
    }

    /// e(N) = (1/S - 1/N) / (1 - 1/N) with S over one worker of the same backend: constant for a
    /// serial part, rising for overhead, falling for a suspect baseline (Karp & Flatt, CACM 33,
    /// 1990). `None` for one worker.
    fn serial_share(&self, base: usize, idx: usize) -> Option<Estimate> {
        let n = self.workload.entries[idx].workers as f64;
        let jobs = self.jobs(idx) / self.jobs(base);
        let share = |[base, time]: [f64; 2]| (time / (jobs * base) - 1.0 / n) / (1.0 - 1.0 / n);
        (n > 1.0).then(|| combined([&self.passes[base], &self.passes[idx]], share))
    }

    /// What the step between two entries added to the speed-up over the serial code.
    fn step(&self, before: usize, after: usize) -> Option<Step> {
        let base = self.reference?;
        let jobs = [before, after].map(|idx| self.jobs(idx) / self.jobs(base));
        let times = [base, before, after].map(|idx| &self.passes[idx]);
        let added = combined(times, |[base, before, after]| {
            jobs[1] * base / after - jobs[0] * base / before
        });
        let entries = &self.workload.entries;
        let [from_workers, to_workers] = [before, after].map(|idx| entries[idx].workers);
        let is_judged = [base, before, after].iter().all(|&idx| self.withheld[idx].is_none());
        Some(Step { from_workers, to_workers, added, is_judged })
    }

    fn figures(
        &self,
        sweeps: &[Sweep],
        idx: usize,
        (costs, resources): (Costs, Resources),
    ) -> Figures {
        let entry = &self.workload.entries[idx];
        let pass_ns = Estimate {
            value: self.passes[idx].median,
            interval: rank_interval(&pass_ns(entry, self.workload)),
        };
        let speed_up = self.reference.map(|base| self.speed_up(base, idx));
        let sweep = sweeps.iter().find(|sweep| sweep.backend == entry.backend);
        let own = sweep.and_then(|sweep| sweep.baseline);
        Figures {
            pass_ns,
            tests_per_s: self.workload.tests_per_pass(entry.workers) / pass_ns.value * 1e9,
            speed_up,
            own_speed_up: own.map(|base| self.speed_up(base, idx)),
            efficiency: speed_up.map(|speed_up| speed_up.scaled(1.0 / entry.workers as f64)),
            serial_share: own.and_then(|base| self.serial_share(base, idx)),
            gain: sweep::previous(sweeps, idx).and_then(|before| self.step(before, idx)),
            costs,
            resources,
            tagged: trust::tagged(self, idx),
        }
    }
}

/// The measured times of an entry per pass, one per block.
fn pass_ns(entry: &Entry, workload: &Workload) -> Vec<f64> {
    let passes = workload.passes as f64;
    entry.samples.iter().map(|sample| sample.wall_ns as f64 / passes).collect()
}

#[cfg(test)]
mod tests;
