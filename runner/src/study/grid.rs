//! Which configurations a series compares.
//!
//! Pure: backends, worker counts and seats in, cells out. The first cell is the baseline, the best
//! serial code; every other backend has one worker, too, because a speed-up needs the time of one
//! worker on the same path (Hoefler & Belli, SC'15, rule 1). Where workers share the way to their samples
//! there is a roof: the same teams, which only load them (rule 11: show upper bounds). The last cell is the control, an exact
//! copy of another one: whatever differs between the two is error of measurement. What was asked for
//! but cannot be measured is listed with its reason, not forgotten. Next: `sweep`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::plan::Series;
use super::record::Subject;
use super::warning::Warning;
use crate::backend::{Backend, Job, Scaling};
use crate::placement::Placement;
use crate::share::waste;

/// One way to run the job of a series: a cell of the study's grid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Configuration {
    /// Name of the backend.
    pub backend: String,
    /// Number of workers.
    pub workers: usize,
    /// The planned CPU of each worker; empty if workers may wander.
    pub cpus: Vec<usize>,
    /// Whether there are more workers than CPUs.
    pub oversubscribed: bool,
    /// What it is measured for.
    pub role: Role,
}

/// What a configuration is measured for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// For its own sake.
    Measured,
    /// As a copy of another one, to see how far two equal things come out apart.
    Control,
    /// For loading the samples alone: no result, but a bound on those of the same backend, whose dispatch it
    /// includes.
    Roof,
}

impl Configuration {
    /// `threads with 3 workers`, for messages.
    pub fn describe(&self) -> String {
        let plural = if self.workers == 1 { "" } else { "s" };
        let role = match self.role {
            Role::Measured => "",
            Role::Control => " (control)",
            Role::Roof => " (loading alone)",
        };
        format!("{} with {} worker{plural}{role}", self.backend, self.workers)
    }
}

/// A configuration that was asked for and is not measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// Name of the workload.
    pub workload: String,
    /// Name of the mode.
    pub mode: String,
    /// The configuration in words.
    pub configuration: String,
    /// Why not.
    pub reason: String,
}

/// A backend with a seat for each worker.
#[derive(Clone, Debug)]
pub struct Cell {
    /// How the job is run.
    pub backend: &'static dyn Backend,
    /// Where its workers sit.
    pub placement: Placement,
    /// What it is measured for.
    pub role: Role,
}

impl Cell {
    /// What files say about it.
    pub fn configuration(&self) -> Configuration {
        Configuration {
            backend: self.backend.name().into(),
            workers: self.placement.workers(),
            cpus: self.placement.cpus(),
            oversubscribed: self.placement.is_oversubscribed(),
            role: self.role,
        }
    }

    fn new(backend: &'static dyn Backend, placement: Placement) -> Self {
        Self { backend, placement, role: Role::Measured }
    }
}

/// The cells of `series`, the baseline first and without a control, and what cannot be among them.
///
/// `baseline` is in any case measured; `seat` gives so many workers their seats.
pub fn cells(
    baseline: &'static dyn Backend,
    series: &Series,
    seat: &dyn Fn(usize) -> Placement,
) -> (Vec<Cell>, Vec<Skipped>) {
    let mut workers = series.workers.clone();
    workers.push(1);
    workers.sort_unstable();
    workers.dedup();
    let mut cells = vec![Cell::new(baseline, seat(1))];
    let mut skipped = Vec::new();
    for &backend in series.backends.iter().filter(|one| one.name() != baseline.name()) {
        if let Some(reason) = refusal(backend, series) {
            skipped.push(series.skip(backend.name().into(), reason));
            continue;
        }
        let possible = match backend.scaling() {
            Scaling::One => &[1][..],
            Scaling::Any => &workers,
        };
        cells.extend(possible.iter().map(|&workers| Cell::new(backend, seat(workers))));
    }
    (cells, skipped)
}

/// Why `backend` cannot run the series at all.
fn refusal(backend: &dyn Backend, series: &Series) -> Option<String> {
    let mode = series.mode;
    match backend.availability() {
        Err(reason) => Some(reason.into()),
        Ok(()) => (!backend.modes().contains(&mode))
            .then(|| format!("it cannot run a job in {} mode", mode.name())),
    }
}

/// Takes out every cell but the baseline whose samples need more than half of the free memory.
pub fn drop_too_large(
    cells: &mut Vec<Cell>,
    series: &Series,
    job: &Job<'_>,
    free_bytes: Option<u64>,
) -> Vec<Skipped> {
    let (Some(free_bytes), Some(samples)) = (free_bytes, job.samples()) else { return Vec::new() };
    let mut skipped = Vec::new();
    let mut is_first = true;
    cells.retain(|cell| {
        let extra = cell.backend.extra_bytes(job, cell.placement.workers());
        let needed = extra.saturating_add(samples.bytes());
        let fits = std::mem::take(&mut is_first) || needed <= free_bytes / 2;
        if !fits {
            let reason = format!(
                "it needs {} for samples, more than half of the {} that are free",
                gigabytes(needed),
                gigabytes(free_bytes)
            );
            skipped.push(series.skip(cell.configuration().describe(), reason));
        }
        fits
    });
    skipped
}

/// More than this share of the workers' time is told if it is lost because tasks are too few.
const STAIRS: f64 = 0.02;

/// A warning if some numbers of workers cannot share the tasks of one job evenly. Those that take
/// turns on CPUs are left out: nothing is claimed about them.
pub(super) fn stairs(subject: &Subject) -> Option<Warning> {
    let tasks = subject.tasks;
    let claimed = subject.configurations.iter().filter(|one| !one.oversubscribed);
    let uneven = claimed.map(|one| one.workers).filter(|&n| waste(tasks, n) > STAIRS);
    let workers: BTreeSet<usize> = uneven.collect();
    (!subject.mode.replicates() && !workers.is_empty()).then(|| Warning::Stairs {
        workload: subject.name.clone(),
        tasks,
        workers: workers.into_iter().collect(),
    })
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

/// The measured cells of the first backend after the baseline; the baseline if there is no other.
fn of_first_backend(cells: &[Cell]) -> impl Iterator<Item = &Cell> {
    let first = cells.get(1).or(cells.first()).map(|cell| cell.backend.name());
    let is_of_it = move |c: &&Cell| Some(c.backend.name()) == first && c.role == Role::Measured;
    cells.iter().filter(is_of_it)
}

/// Adds the roof: loading alone, by the first backend after the baseline with each of its numbers of
/// workers; by the baseline if there is no other. It bounds that backend alone: another one spends other
/// times on handing out the work.
pub fn add_roof(cells: &mut Vec<Cell>) {
    let roof = |cell: &Cell| Cell { role: Role::Roof, ..cell.clone() };
    let roofs: Vec<Cell> = of_first_backend(cells).map(roof).collect();
    cells.extend(roofs);
}

/// Adds the control: a copy of the configuration with most workers that have a CPU each, of the first
/// backend after the baseline; of the baseline if there is no other.
pub fn add_control(cells: &mut Vec<Cell>) {
    let candidates = of_first_backend(cells).filter(|cell| !cell.placement.is_oversubscribed());
    let copied = candidates.max_by_key(|cell| cell.placement.workers()).or(cells.first());
    if let Some(copied) = copied {
        cells.push(Cell { role: Role::Control, ..copied.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::{Cell, Role, add_control, add_roof, cells, drop_too_large};
    use crate::backend::{ALL, Backend, Job, Mode, Question, Work};
    use crate::placement;
    use crate::study::plan::Series;
    use crate::workload;
    use std::num::NonZeroUsize;

    fn series(workers: &[usize]) -> Series {
        Series {
            workload: workload::ALL[0].clone(),
            level: None,
            mode: Mode::Weak,
            widths_per_scan: NonZeroUsize::MIN,
            backends: ALL.to_vec(),
            workers: workers.to_vec(),
            assumed: None,
            shortfall: None,
        }
    }

    fn on_two_cpus(workers: &[usize]) -> Vec<Cell> {
        cells(ALL[0], &series(workers), &|workers| placement::in_order(workers, &[4, 5])).0
    }

    #[test]
    fn the_grid_holds_both_baselines_and_nothing_twice() {
        let names: Vec<_> = on_two_cpus(&[3, 2, 3])
            .iter()
            .map(|cell| (cell.backend.name(), cell.placement.workers()))
            .collect();
        assert_eq!(names[0], (ALL[0].name(), 1));
        let can =
            |one: &&&dyn Backend| one.modes().contains(&Mode::Weak) && one.availability().is_ok();
        for backend in ALL.iter().filter(can) {
            assert!(names.contains(&(backend.name(), 1)), "{backend:?} with 1 worker");
        }
        let mut unique = names.clone();
        unique.dedup();
        assert_eq!(unique, names);
        assert!(names.iter().any(|&(_, workers)| workers == 3));
    }

    #[test]
    fn what_a_backend_cannot_do_is_listed() {
        for mode in Mode::ALL {
            let series = Series { mode: *mode, ..series(&[2]) };
            let seat = |workers| placement::in_order(workers, &[0, 1]);
            let (cells, skipped) = cells(ALL[0], &series, &seat);
            for backend in &ALL[1..] {
                let measured = cells.iter().any(|cell| cell.backend.name() == backend.name());
                let listed = skipped.iter().any(|one| one.configuration == backend.name());
                assert!(measured != listed, "{} in {mode:?}", backend.name());
            }
        }
    }

    #[test]
    fn the_control_copies_the_largest_that_is_not_oversubscribed() {
        let mut cells = on_two_cpus(&[1, 2, 3]);
        add_control(&mut cells);
        let control = cells.last().unwrap().configuration();
        assert_eq!((control.role, control.workers), (Role::Control, 2));
        assert_eq!(control.backend, cells[1].backend.name());
        assert!(control.describe().ends_with("with 2 workers (control)"));
        let mut alone = vec![on_two_cpus(&[])[0].clone()];
        add_control(&mut alone);
        assert_eq!(alone[1].backend.name(), alone[0].backend.name());
    }

    #[test]
    fn the_roof_is_over_every_number_of_workers_of_the_first_backend_and_is_never_the_control() {
        let mut cells = on_two_cpus(&[1, 2, 3]);
        let measured = cells.len();
        add_roof(&mut cells);
        let roofs: Vec<_> = cells[measured..].iter().map(Cell::configuration).collect();
        assert!(roofs.iter().all(|roof| roof.role == Role::Roof));
        assert!(roofs.iter().all(|roof| roof.backend == cells[1].backend.name()));
        assert_eq!(roofs.iter().map(|roof| roof.workers).collect::<Vec<_>>(), [1, 2, 3]);
        assert!(roofs[1].describe().ends_with("with 2 workers (loading alone)"));
        add_control(&mut cells);
        let controls = cells.iter().filter(|cell| cell.role == Role::Control);
        assert_eq!((controls.count(), cells.len()), (1, measured + 3 + 1));
        let mut alone = vec![on_two_cpus(&[])[0].clone()];
        add_roof(&mut alone);
        assert_eq!(alone[1].backend.name(), alone[0].backend.name());
    }

    #[test]
    fn configurations_that_memory_cannot_hold_are_left_out_with_the_figures() {
        let workload = workload::Workload { n: 1000, ..workload::ALL[0].clone() };
        let samples = workload.samples().unwrap();
        let question = Question {
            work: Work::Count,
            isa: kernel::isa::best().name().into(),
            center: workload.center.to_vec(),
            widths: vec![1.0],
            widths_per_scan: NonZeroUsize::MIN,
            parts: NonZeroUsize::MIN,
        };
        let job = Job::new(&samples, question, Mode::Weak).unwrap();
        let all = on_two_cpus(&[4]);
        let mut cells = all.clone();
        // 16 kB of samples, 32 kB with one copy, 80 kB with four.
        let skipped = drop_too_large(&mut cells, &series(&[4]), &job, Some(70_000));
        assert_eq!(cells.len() + skipped.len(), all.len());
        assert!(cells.iter().all(|cell| cell.placement.workers() == 1), "{cells:?}");
        assert!(skipped[0].reason.contains("half of the"), "{skipped:?}");
        assert!(drop_too_large(&mut all.clone(), &series(&[4]), &job, None).is_empty());
    }
}
