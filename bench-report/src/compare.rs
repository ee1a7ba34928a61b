//! Speed-ups against the serial code, and what each further worker adds: pure, nothing is rounded.
//!
//! Notation: T is the time of a configuration per pass, put together over the blocks as
//! [`crate::statistics::blocks`] says, and S its speed-up; the time that is shown beside it is the
//! median. In strong scaling all workers share one job, S = T(serial) / T; in weak scaling and throughput N workers
//! do N jobs, S = N T(serial) / T (Gustafson, "Reevaluating Amdahl's Law", CACM 31(5), 1988:
//! scaled speed-up). E = S / N is the efficiency, and the gain of a step from a to b workers is
//! S(b) - S(a). Every interval comes from draws of whole blocks (see [`crate::statistics`]).
//!
//! `sweep.rs` orders configurations and judges steps, `costs.rs` adds what a wall time leaves out,
//! `resources.rs` asks the workers, `foreign.rs` what others used, in the `ticks.rs` of the system,
//! `trust.rs` asks whether any of it can be believed and
//! `judgement.rs` where it forbids a verdict, `fastest.rs` which configuration comes first, `roof.rs` what loading the samples alone allows, `law.rs` asks which law describes a backend, with the
//! cores that `placement.rs` knows. [`benchmarks`] and their parameters, and
//! [`peers`], stand apart. Next: [`crate::answer`] puts it into words.

pub mod autopsy;
pub mod benchmarks;
mod compared;
mod costs;
mod fastest;
mod foreign;
mod judgement;
mod law;
pub mod peers;
mod placement;
mod resources;
mod roof;
mod series;
mod sweep;
mod ticks;
mod trust;

pub use compared::{Compared, ComparedStudy};
pub use costs::{Costs, Phases};
pub use fastest::Fastest;
pub use foreign::Foreign;
pub use judgement::{MOST_FOREIGN, MOST_LATE, Withheld};
pub use law::{
    Description, FEWEST_COUNTS, Fitted, MOST_BACKENDS, MOST_COUNTS, MOST_TIMES, SecondThreads,
    Shared, Support, Unfitted,
};
pub use placement::lost_seats;
pub use resources::Resources;
pub use roof::UnderRoof;
pub use sweep::{Step, Sweep, Verdict};
pub use ticks::Counted;
pub use trust::{Control, Drift, GROUP_BLOCKS, MOST_DRIFT, Tagged, Trust, Untagged};

use self::series::{Series, combined};
use crate::{
    model::{Entry, Estimate, Mode, Sample, Study, Workload},
    statistics::{
        self,
        blocks::{Blocks, Center},
        rank_interval,
        scaling::{self, SerialShare},
        tukey::Spread,
    },
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
    /// The entries that loaded the samples alone, by ascending workers, each number once: their
    /// speed-ups bound those of all others.
    pub roofs: Vec<usize>,
    /// The fastest of what a verdict may be given on; `None` if there is nothing.
    pub fastest: Option<Fastest>,
    /// `withheld[i]` says why no verdict is given on entry `i`, if so.
    pub withheld: Vec<Option<Withheld>>,
}

/// The numbers of one configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Median time per pass with its rank interval, in nanoseconds.
    pub pass_ns: Estimate,
    /// Quartiles of the times per pass in nanoseconds, and how many lie far out.
    pub spread: Option<Spread>,
    /// Samples tested against a window, per second, at the median time.
    pub tests_per_s: f64,
    /// Against the serial code; exactly 1 without interval for the reference itself.
    pub speed_up: Option<Estimate>,
    /// Against one worker of the same backend; exactly 1 without interval for that one.
    pub own_speed_up: Option<Estimate>,
    /// Speed-up per worker.
    pub efficiency: Option<Estimate>,
    /// The serial share that alone would explain the speed-up over one worker of the same backend,
    /// by the law of the mode.
    pub serial_share: Option<SerialShare>,
    /// What the step from the next smaller measured number of workers added.
    pub gain: Option<Step>,
    /// Start-up, and where the time of a pass goes.
    pub costs: Costs,
    /// What the workers used and met.
    pub resources: Resources,
    /// How near it comes to loading the samples alone, if as many workers did that, too.
    pub under_roof: Option<UnderRoof>,
    /// Its disturbed samples.
    pub tagged: Tagged,
}

/// Derives the numbers of one workload of `study`.
pub fn workload(study: &Study, workload: &Workload) -> Comparison {
    let reference = reference(workload);
    let mut measured = Measured::of(study, workload, reference);
    let trust = trust::of(&measured);
    let resources = resources::all(&measured);
    measured.withheld = judgement::all(study, workload, &trust, &resources);
    let sweeps = sweep::all(&measured);
    let previous = sweep::previous(&sweeps, workload.entries.len());
    let further = costs::all(&measured).into_iter().zip(resources).enumerate();
    let roofs = roof::all(&workload.entries);
    let figures = further.map(|(idx, further)| {
        let gain = previous[idx].and_then(|before| measured.step(before, idx));
        let under_roof = roof::over(&measured, &roofs, idx);
        Figures { gain, under_roof, ..measured.figures(&sweeps, idx, further) }
    });
    let figures = figures.collect();
    let fastest = fastest::of(&measured, &sweeps);
    Comparison { reference, figures, sweeps, trust, roofs, fastest, withheld: measured.withheld }
}

/// Why no verdict may be given on each entry of a workload, if so: as [`Comparison::withheld`], without the
/// laws and steps that take most of the time.
pub fn withheld(study: &Study, workload: &Workload) -> Vec<Option<Withheld>> {
    let reference = reference(workload);
    let measured = Measured::of(study, workload, reference);
    judgement::all(study, workload, &trust::of(&measured), &resources::all(&measured))
}

/// Position of the serial code.
fn reference(workload: &Workload) -> Option<usize> {
    workload.entries.iter().position(|e| e.backend == REFERENCE && e.workers == 1 && e.is_result())
}

/// A workload with the times of its entries in every draw of blocks.
struct Measured<'a> {
    study: &'a Study,
    workload: &'a Workload,
    reference: Option<usize>,
    /// What the blocks share, and draws of them.
    blocks: Blocks,
    /// Time per pass; `passes[i]` belongs to entry `i`.
    passes: Vec<Series>,
    /// Why no verdict is given on an entry; none until that is known.
    withheld: Vec<Option<Withheld>>,
}

impl<'a> Measured<'a> {
    fn of(study: &'a Study, workload: &'a Workload, reference: Option<usize>) -> Self {
        let times: Vec<Vec<f64>> = workload.entries.iter().map(|e| pass_ns(e, workload)).collect();
        let columns: Vec<&[f64]> = times.iter().map(Vec::as_slice).collect();
        let blocks = Blocks::of(&columns, Center::Steady);
        let passes = columns.iter().map(|times| Series::of(times, &blocks)).collect();
        let withheld = vec![None; workload.entries.len()];
        Self { study, workload, reference, blocks, passes, withheld }
    }

    /// How many times the serial job an entry does.
    fn jobs(&self, idx: usize) -> f64 {
        self.workload.mode.jobs(self.workload.entries[idx].workers)
    }

    /// A quantity of an entry in every draw, if every block tells.
    fn series(&self, idx: usize, of: impl Fn(&Sample) -> Option<f64>) -> Option<Series> {
        let samples = &self.workload.entries[idx].samples;
        let values = samples.iter().map(of).collect::<Option<Vec<f64>>>()?;
        Some(Series::of(&values, &self.blocks))
    }

    /// Speed-up of an entry over another that does its own number of jobs.
    fn speed_up(&self, base: usize, idx: usize) -> Estimate {
        if base == idx {
            return Estimate { value: 1.0, interval: None };
        }
        let jobs = self.jobs(idx) / self.jobs(base);
        scaling::speed_up(&self.passes[base].centers, &self.passes[idx].centers, jobs)
    }

    /// The serial share over one worker of the same backend; `None` for one worker and where jobs
    /// share nothing.
    fn serial_share(&self, base: usize, idx: usize) -> Option<SerialShare> {
        let mode = law_mode(self.workload.mode);
        let jobs = self.jobs(idx) / self.jobs(base);
        let [own, base] = [idx, base].map(|idx| &self.passes[idx].centers);
        scaling::serial_share(mode, base, own, jobs, self.workload.entries[idx].workers as f64)
    }

    /// What the step between two entries added to the speed-up over the serial code.
    fn step(&self, before: usize, after: usize) -> Option<Step> {
        let base = self.reference?;
        let jobs = [before, after].map(|idx| self.jobs(idx) / self.jobs(base));
        let steps = [before, after].map(|idx| &self.passes[idx].centers);
        let added = scaling::gain(&self.passes[base].centers, steps, jobs);
        let entries = &self.workload.entries;
        let [from_workers, to_workers] = [before, after].map(|idx| entries[idx].workers);
        let is_judged = [base, before, after].iter().all(|&idx| self.withheld[idx].is_none());
        Some(Step { from_workers, to_workers, added, is_judged })
    }

    /// All figures but the gain, which needs the entry before.
    fn figures(
        &self,
        sweeps: &[Sweep],
        idx: usize,
        (costs, resources): (Costs, Resources),
    ) -> Figures {
        let entry = &self.workload.entries[idx];
        let times_ns = pass_ns(entry, self.workload);
        let pass_ns =
            Estimate { value: self.passes[idx].median, interval: rank_interval(&times_ns) };
        let speed_up = self.reference.map(|base| self.speed_up(base, idx));
        let sweep = sweeps.iter().find(|sweep| sweep.backend == entry.backend);
        let own = sweep.and_then(|sweep| sweep.baseline);
        Figures {
            pass_ns,
            spread: Spread::of(&times_ns),
            tests_per_s: self.workload.tests_per_pass(entry.workers) / pass_ns.value * 1e9,
            speed_up,
            own_speed_up: own.map(|base| self.speed_up(base, idx)),
            efficiency: speed_up.map(|speed_up| speed_up.scaled(1.0 / entry.workers as f64)),
            serial_share: own.and_then(|base| self.serial_share(base, idx)),
            gain: None,
            under_roof: None,
            costs,
            resources,
            tagged: trust::tagged(self, idx),
        }
    }
}

/// How the work grows with the workers, as the statistics call it.
fn law_mode(mode: Mode) -> statistics::series::Mode {
    match mode {
        Mode::Strong => statistics::series::Mode::Strong,
        Mode::Weak => statistics::series::Mode::Weak,
        Mode::Throughput => statistics::series::Mode::Throughput,
    }
}

/// The measured times of an entry per pass, one per block.
fn pass_ns(entry: &Entry, workload: &Workload) -> Vec<f64> {
    let passes = workload.passes as f64;
    entry.samples.iter().map(|sample| sample.wall_ns as f64 / passes).collect()
}

#[cfg(test)]
mod tests;
