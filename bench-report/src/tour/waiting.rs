//! Bound by the CPU or by waiting: how many workers help depends on what the tasks do.
//!
//! Separate as every section of the tour. The best number of workers is the one with the least
//! geometric mean over the blocks; its interval comes from draws of whole blocks.

use super::text;
use crate::{
    chapter::{Block, Shown, Table},
    chart::{
        axis::{Axis, spanned},
        plot::{Curve, Fill, Look, Plot, Point, Said},
        svg,
    },
    model::{
        Estimate,
        tour::{Kind, Waiting, Walls},
    },
    quantity::{self, ticks},
    statistics::{self, least::Least},
};

/// A kind of task with what was found about it.
struct Found<'a> {
    kind: &'a Kind,
    /// Those numbers of workers that were measured, with their times.
    walls: Vec<(&'a Walls, Estimate)>,
    least: Least,
}

impl<'a> Found<'a> {
    /// `None` if nothing of the kind was measured.
    fn of(kind: &'a Kind) -> Option<Self> {
        let measured = kind.workers.iter().filter(|walls| !walls.wall_ns.is_empty());
        let (mut walls, mut times) = (Vec::new(), Vec::new());
        for one in measured {
            let ns: Vec<f64> = one.wall_ns.iter().map(|&ns| ns as f64).collect();
            walls.push((one, statistics::median_with_interval(&ns)));
            times.push(ns);
        }
        let least = statistics::least::least(&times)?;
        Some(Self { kind, walls, least })
    }

    /// The best number of workers, and from where to where it may lie.
    fn best(&self) -> (u64, Option<(u64, u64)>) {
        let workers = |idx: usize| self.walls[idx].0.workers;
        let interval = self.least.interval.map(|(low, high)| (workers(low), workers(high)));
        (workers(self.least.idx), interval)
    }

    /// From how many workers on nothing is gained that can be told; `None` if one number is the best.
    ///
    /// Without an interval a number is as good as the best if its times reach into those of the best.
    fn enough(&self) -> Option<u64> {
        if let (_, Some((low, high))) = self.best() {
            return (low < high).then_some(low);
        }
        let slowest = self.walls[self.least.idx].0.wall_ns.iter().max();
        let is_as_good = |walls: &Walls| walls.wall_ns.iter().min() <= slowest;
        let (last, fewer) = self.walls.split_last()?;
        let fewest = fewer.iter().find(|(walls, _)| is_as_good(walls));
        fewest.map(|(walls, _)| walls.workers).filter(|&fewest| fewest < last.0.workers)
    }

    /// `8 workers (8–8)`, or from how many on nothing is gained.
    fn best_in_words(&self) -> String {
        match (self.enough(), self.best()) {
            (Some(fewest), _) => format!(
                "from {} on nothing is gained that can be told",
                quantity::counted(fewest, "worker")
            ),
            (None, (best, Some((low, high)))) => {
                format!("{} ({low}–{high})", quantity::counted(best, "worker"))
            }
            (None, (best, None)) => quantity::counted(best, "worker"),
        }
    }

    /// How many times as fast the best is as the fewest workers measured.
    fn speed_up(&self) -> f64 {
        self.walls[0].1.value / self.walls[self.least.idx].1.value
    }
}

fn found(waiting: &Waiting) -> Vec<Found<'_>> {
    waiting.kinds.iter().filter_map(Found::of).collect()
}

/// The chapter's blocks.
pub(super) fn blocks(id: &str, waiting: &Waiting) -> Vec<Block> {
    let mut blocks = vec![text(format!(
        "{} were done by more and more workers on {}. A task that computes needs a CPU all the time, so \
         workers beyond the CPUs only take turns. A task that waits needs none meanwhile, so other \
         tasks can wait at the same time.",
        quantity::counted(waiting.tasks, "equal task"),
        quantity::counted(waiting.cpus, "CPU"),
    ))];
    let all = found(waiting);
    let is_found = |kind: &&Kind| all.iter().any(|one| one.kind.kind == kind.kind);
    for kind in waiting.kinds.iter().filter(|kind| !is_found(kind)) {
        blocks.push(Block::Warning(format!("Nothing of the kind “{}” was measured.", kind.kind)));
    }
    if all.is_empty() {
        return blocks;
    }
    blocks.extend(all.iter().map(|one| text(explained(one))));
    blocks.push(text(difference(&all)));
    blocks.push(Block::Table(bests(&all)));
    blocks.extend(figure(id, &all).map(|shown| Block::Figure(Box::new(shown))));
    blocks
}

/// For the top of the page.
pub(super) fn answer(waiting: &Waiting) -> Option<String> {
    let all = found(waiting);
    let told: Vec<String> =
        all.iter().map(|one| format!("{}: {}", one.kind.kind, one.best_in_words())).collect();
    (!told.is_empty()).then(|| format!("Best numbers of workers: {}.", told.join("; ")))
}

fn explained(found: &Found<'_>) -> String {
    let task = match found.kind.task.as_str() {
        "" => "no words for its task".into(),
        task => format!("a task {}", task.trim_end_matches('.')),
    };
    let (best, words) = (quantity::counted(found.best().0, "worker"), found.best_in_words());
    let told = match found.enough() {
        Some(_) => format!("{words}; the fastest, {best}, was"),
        None => format!("best with {words},"),
    };
    format!(
        "Kind “{}” ({task}): {told} {} as fast as {}.",
        found.kind.kind,
        quantity::times_as_long(found.speed_up()),
        quantity::counted(found.walls[0].0.workers, "worker"),
    )
}

/// Whether the best numbers of workers differ by more than chance, against the kind that computes.
fn difference(all: &[Found<'_>]) -> String {
    let Some(cpu) = all.iter().find(|one| one.kind.kind == "cpu") else {
        return "No kind “cpu” was measured, so there is nothing to compare waiting with.".into();
    };
    let others = all.iter().filter(|one| one.kind.kind != "cpu");
    let verdict = |one: &Found<'_>| {
        let name = &one.kind.kind;
        let Some((own, other)) = cpu.best().1.zip(one.best().1) else {
            return format!("{name}: cannot tell, too few blocks");
        };
        match () {
            () if other.0 > own.1 => format!("{name} wants more workers than cpu"),
            () if other.1 < own.0 => format!("{name} wants fewer workers than cpu"),
            () => format!("{name}: cannot tell, the intervals overlap"),
        }
    };
    let told: Vec<String> = others.map(verdict).collect();
    match told.len() {
        0 => "No kind that waits was measured beside it.".into(),
        _ => format!("{}.", told.join("; ")),
    }
}

/// All times: a row for each number of workers, two columns for each kind.
fn bests(all: &[Found<'_>]) -> Table {
    let mut counts: Vec<u64> =
        all.iter().flat_map(|one| one.walls.iter().map(|(walls, _)| walls.workers)).collect();
    counts.sort_unstable();
    counts.dedup();
    let cell = |found: &Found<'_>, workers: u64| {
        let own = found.walls.iter().find(|(walls, _)| walls.workers == workers);
        own.map_or_else(|| quantity::NONE.into(), |(_, estimate)| said(*estimate))
    };
    let row = |&workers: &u64| {
        let cells = all.iter().map(|found| cell(found, workers));
        std::iter::once(quantity::whole(workers)).chain(cells).collect()
    };
    let names = all.iter().map(|one| one.kind.kind.clone());
    Table {
        columns: std::iter::once("workers".to_owned()).chain(names).collect(),
        rows: counts.iter().map(row).collect(),
    }
}

fn said(estimate: Estimate) -> String {
    let value = quantity::time(estimate.value);
    match estimate.interval {
        Some(interval) => format!("{value} ({})", quantity::times(interval)),
        None => value,
    }
}

fn figure(id: &str, all: &[Found<'_>]) -> Option<Shown> {
    let ends = all.iter().flat_map(|one| &one.walls).flat_map(|(_, estimate)| {
        let interval = estimate.interval;
        [Some(estimate.value), interval.map(|ends| ends.low), interval.map(|ends| ends.high)]
    });
    let reach = spanned(ends.flatten())?;
    let most = all.iter().flat_map(|one| &one.walls).map(|(walls, _)| walls.workers).max()?;
    let plot = Plot {
        id: format!("{id}-walls"),
        title: "Time for all tasks against workers".into(),
        x: Axis::workers(most as f64),
        y: Axis::log("time for all tasks", reach, ticks::time),
        zones: Vec::new(),
        columns: Vec::new(),
        curves: all.iter().enumerate().map(|(idx, one)| curve(idx, one)).collect(),
    };
    Some(Shown {
        title: plot.title.clone(),
        svg: svg::plot(&plot),
        legend: svg::of_plot(&plot),
        caption: "Medians over the blocks. A line that goes on falling beyond the number of CPUs \
            belongs to tasks that wait."
            .into(),
        table: bests(all),
    })
}

fn curve(idx: usize, found: &Found<'_>) -> Curve {
    let point = |(walls, estimate): &(&Walls, Estimate)| Point {
        x: walls.workers as f64,
        y: *estimate,
        fill: Fill::Full,
        said: Said {
            name: format!("{}, {}", found.kind.kind, quantity::counted(walls.workers, "worker")),
            value: said(*estimate),
        },
    };
    let place = |(walls, estimate): &(&Walls, Estimate)| (walls.workers as f64, estimate.value);
    Curve {
        name: found.kind.kind.clone(),
        look: Look::Measured(idx),
        lines: vec![found.walls.iter().map(place).collect()],
        band: Vec::new(),
        points: found.walls.iter().map(point).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(name: &str, best: u64) -> Kind {
        let walls = |workers: u64| Walls {
            workers,
            wall_ns: (0..8).map(|b| 1000 + 100 * workers.abs_diff(best) + b % 3).collect(),
        };
        Kind { kind: name.into(), task: String::new(), workers: [1, 2, 4, 8].map(walls).into() }
    }

    #[test]
    fn best_numbers_differ_only_if_their_intervals_do() {
        let kinds = [kind("cpu", 2), kind("pipe", 8), kind("storage", 2)];
        let found: Vec<Found<'_>> = kinds.iter().filter_map(Found::of).collect();
        assert_eq!(found[1].best_in_words(), "8 workers (8–8)");
        assert_eq!(
            difference(&found),
            "pipe wants more workers than cpu; storage: cannot tell, the intervals overlap."
        );
    }

    #[test]
    fn numbers_that_cannot_be_told_apart_have_no_best() {
        let mut close = kind("cpu", 8);
        let all = [400, 210, 205, 200];
        for (walls, wall_ns) in close.workers.iter_mut().zip(all) {
            walls.wall_ns = vec![wall_ns, wall_ns + 20];
        }
        let found = Found::of(&close).unwrap();
        assert_eq!(found.best().1, None, "two blocks give no interval");
        assert!(explained(&found).contains("from 2 workers on nothing is gained that can be told"));
    }

    #[test]
    fn few_blocks_give_no_verdict_and_none_no_kind() {
        let mut short = kind("pipe", 8);
        short.workers.iter_mut().for_each(|walls| walls.wall_ns.truncate(2));
        let kinds = [kind("cpu", 2), short];
        let found: Vec<Found<'_>> = kinds.iter().filter_map(Found::of).collect();
        assert_eq!(difference(&found), "pipe: cannot tell, too few blocks.");
        let mut none = kind("pipe", 1);
        none.workers.iter_mut().for_each(|walls| walls.wall_ns.clear());
        assert!(Found::of(&none).is_none());
    }
}
