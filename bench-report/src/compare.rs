//! Speed-ups against the serial code, and what each further worker adds: pure, nothing is rounded.
//!
//! Notation: T is the median time of a configuration per pass, S = T(serial) / T its speed-up,
//! E = S / workers its efficiency, and the gain of a step from a to b workers is S(b) - S(a).
//! Every interval of S, E and gain comes from the same draws of whole blocks (see
//! [`crate::statistics`]). Next: [`crate::answer`] puts it into words.

use crate::{
    model::{Entry, Estimate, Workload},
    statistics::{Resamples, median, percentile_interval, rank_interval},
};

/// Backend whose time with one worker is the reference of every speed-up: the best serial code,
/// not one worker of a team (Hoefler & Belli 2015, rule 1).
pub const REFERENCE: &str = "serial";

/// What the numbers of one workload say.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Position of the reference among the entries, if it was measured.
    pub reference: Option<usize>,
    /// `figures[i]` belongs to entry `i`.
    pub figures: Vec<Figures>,
    /// One for each backend beside the reference, in order of appearance.
    pub sweeps: Vec<Sweep>,
}

/// The numbers of one configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Median time per pass with its rank interval, in nanoseconds.
    pub pass_ns: Estimate,
    /// Samples tested against a window, per second, at the median time.
    pub tests_per_s: f64,
    /// T(serial) / T; exactly 1 without interval for the reference itself.
    pub speed_up: Option<Estimate>,
    /// Speed-up per worker.
    pub efficiency: Option<Estimate>,
    /// What the step from the next smaller measured number of workers added.
    pub gain: Option<Step>,
    /// Median of CPU time over wall time: how many CPUs were busy for this configuration.
    pub busy_cpus: Option<f64>,
}

/// The configurations of one backend in order of their workers.
#[derive(Clone, Debug, PartialEq)]
pub struct Sweep {
    /// Name of the backend.
    pub backend: String,
    /// Positions among the entries; numbers of workers ascend, each once.
    pub entry_idxs: Vec<usize>,
    /// Each oversubscribed configuration against the largest one that is not.
    pub beyond: Vec<Step>,
}

/// From one number of workers to a larger one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Workers before the step.
    pub from_workers: u64,
    /// Workers after it.
    pub to_workers: u64,
    /// Difference of the speed-ups, in multiples of the serial speed.
    pub added: Estimate,
}

/// What an interval allows to say about a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The whole interval lies above 0.
    Faster,
    /// The whole interval lies below 0.
    Slower,
    /// The interval contains 0, or there is none.
    CannotTell,
}

impl Step {
    /// What may be said about this step.
    pub fn verdict(&self) -> Verdict {
        match self.added.interval {
            Some(interval) if interval.low > 0.0 => Verdict::Faster,
            Some(interval) if interval.high < 0.0 => Verdict::Slower,
            _ => Verdict::CannotTell,
        }
    }

    /// The gain of each of the workers that the step adds.
    pub fn added_per_worker(&self) -> Estimate {
        self.added.scaled(1.0 / (self.to_workers - self.from_workers) as f64)
    }
}

/// Derives the numbers of one workload.
pub fn workload(workload: &Workload) -> Comparison {
    let entries = &workload.entries;
    let reference = entries.iter().position(|e| e.backend == REFERENCE && e.workers == 1);
    let sweeps = sweeps(entries, reference);
    let medians = Medians::of(workload);
    let figures = (0..entries.len()).map(|idx| {
        let previous = previous(&sweeps, idx);
        figures(workload, &medians, reference, previous, idx)
    });
    let figures = figures.collect();
    let sweeps = sweeps.into_iter().map(|(backend, entry_idxs)| {
        let beyond = beyond(entries, &medians, reference, &entry_idxs);
        Sweep { backend, entry_idxs, beyond }
    });
    Comparison { reference, figures, sweeps: sweeps.collect() }
}

/// Median time per pass of every entry: as measured, and in every draw of blocks.
struct Medians {
    pass_ns: Vec<f64>,
    /// `drawn[i]` belongs to entry `i`; empty if there are too few blocks.
    drawn: Vec<Vec<f64>>,
}

impl Medians {
    fn of(workload: &Workload) -> Self {
        let times: Vec<_> = workload.entries.iter().map(|e| pass_ns(e, workload.passes)).collect();
        let resamples = Resamples::of_blocks(workload.order.len());
        let drawn = resamples.map(|r| times.iter().map(|times| r.medians(times)).collect());
        let pass_ns = times.into_iter().map(|mut times| median(&mut times)).collect();
        Self { pass_ns, drawn: drawn.unwrap_or_default() }
    }

    /// T(base) / T(entry).
    fn ratio(&self, base: usize, entry: usize) -> Estimate {
        let value = self.pass_ns[base] / self.pass_ns[entry];
        self.estimate(value, base, |draws, draw, base| base / draws[entry][draw])
    }

    /// T(base) / T(after) - T(base) / T(before).
    fn difference(&self, base: usize, before: usize, after: usize) -> Estimate {
        let value =
            self.pass_ns[base] / self.pass_ns[after] - self.pass_ns[base] / self.pass_ns[before];
        self.estimate(value, base, |draws, draw, base| {
            base / draws[after][draw] - base / draws[before][draw]
        })
    }

    /// A value with the interval of `replicate(medians, draw, median of base in this draw)`.
    fn estimate(
        &self,
        value: f64,
        base: usize,
        replicate: impl Fn(&[Vec<f64>], usize, f64) -> f64,
    ) -> Estimate {
        let interval = self.drawn.get(base).map(|base| {
            let draws = base.iter().enumerate();
            percentile_interval(draws.map(|(d, &b)| replicate(&self.drawn, d, b)).collect())
        });
        Estimate { value, interval }
    }
}

/// The measured times of an entry per pass, one per block.
fn pass_ns(entry: &Entry, passes: u64) -> Vec<f64> {
    entry.samples.iter().map(|sample| sample.wall_ns as f64 / passes as f64).collect()
}

/// Backends with their entries by ascending workers; of equal numbers the first stays.
fn sweeps(entries: &[Entry], reference: Option<usize>) -> Vec<(String, Vec<usize>)> {
    let mut sweeps: Vec<(String, Vec<usize>)> = Vec::new();
    for (idx, entry) in entries.iter().enumerate().filter(|&(idx, _)| Some(idx) != reference) {
        match sweeps.iter_mut().find(|(backend, _)| *backend == entry.backend) {
            Some((_, idxs)) => idxs.push(idx),
            None => sweeps.push((entry.backend.clone(), vec![idx])),
        }
    }
    for (_, idxs) in &mut sweeps {
        idxs.sort_by_key(|&idx| entries[idx].workers);
        idxs.dedup_by_key(|idx| entries[*idx].workers);
    }
    sweeps
}

/// The entry of the same backend with the next smaller number of workers.
fn previous(sweeps: &[(String, Vec<usize>)], entry: usize) -> Option<usize> {
    let pairs = sweeps.iter().flat_map(|(_, idxs)| idxs.windows(2));
    pairs.filter(|pair| pair[1] == entry).map(|pair| pair[0]).next()
}

fn figures(
    workload: &Workload,
    medians: &Medians,
    reference: Option<usize>,
    previous: Option<usize>,
    idx: usize,
) -> Figures {
    let entry = &workload.entries[idx];
    let pass_ns = Estimate {
        value: medians.pass_ns[idx],
        interval: rank_interval(&pass_ns(entry, workload.passes)),
    };
    let speed_up = reference.map(|base| {
        if base == idx { Estimate { value: 1.0, interval: None } } else { medians.ratio(base, idx) }
    });
    let gain = reference.zip(previous).map(|(base, before)| Step {
        from_workers: workload.entries[before].workers,
        to_workers: entry.workers,
        added: medians.difference(base, before, idx),
    });
    Figures {
        pass_ns,
        tests_per_s: workload.n as f64 * workload.widths.len() as f64 / pass_ns.value * 1e9,
        speed_up,
        efficiency: speed_up.map(|speed_up| speed_up.scaled(1.0 / entry.workers as f64)),
        gain,
        busy_cpus: busy_cpus(entry),
    }
}

/// CPU time over wall time, the median over the blocks, if every sample has a CPU time.
fn busy_cpus(entry: &Entry) -> Option<f64> {
    let share = |sample: &crate::model::Sample| {
        sample.cpu_ns.map(|cpu_ns| cpu_ns as f64 / sample.wall_ns as f64)
    };
    let mut shares: Vec<f64> = entry.samples.iter().map(share).collect::<Option<_>>()?;
    (!shares.is_empty()).then(|| median(&mut shares))
}

/// Every oversubscribed entry against the one with the most workers that is not.
///
/// Against this one and not against its neighbor: three workers on two CPUs lose to two, and four
/// win that back. That is no gain from more workers than CPUs.
fn beyond(
    entries: &[Entry],
    medians: &Medians,
    reference: Option<usize>,
    idxs: &[usize],
) -> Vec<Step> {
    let fits = idxs.iter().copied().rfind(|&idx| !entries[idx].oversubscribed);
    let Some((base, fits)) = reference.zip(fits) else {
        return Vec::new();
    };
    let is_beyond =
        |&idx: &usize| entries[idx].oversubscribed && entries[idx].workers > entries[fits].workers;
    let step = |idx: usize| Step {
        from_workers: entries[fits].workers,
        to_workers: entries[idx].workers,
        added: medians.difference(base, fits, idx),
    };
    idxs.iter().copied().filter(is_beyond).map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Interval, Sample};

    /// A workload whose entries took `ns[entry][block]` for two passes.
    fn made_up(entries: &[(&str, u64, &[u64])]) -> Workload {
        let entry = |&(backend, workers, ns): &(&str, u64, &[u64])| Entry {
            backend: backend.into(),
            workers,
            cpus: Vec::new(),
            oversubscribed: workers > 2,
            samples: ns
                .iter()
                .map(|&wall_ns| Sample { wall_ns, cpu_ns: Some(wall_ns * 3), pinned: (0, 0) })
                .collect(),
        };
        let blocks = entries[0].2.len();
        Workload {
            name: "made-up".into(),
            title: String::new(),
            n: 1000,
            d: 1,
            element: "f8".into(),
            generator: "none".into(),
            sample_seed: None,
            checksum: "none".into(),
            center: vec![0.0],
            widths: vec![1.0, 2.0],
            task: "none".into(),
            bytes: None,
            pages: None,
            counts: vec![1, 2],
            passes: 2,
            warm_up_passes: None,
            entries: entries.iter().map(entry).collect(),
            order: vec![(0..entries.len()).collect(); blocks],
        }
    }

    const SERIAL: &[u64] = &[2000; 8];

    #[test]
    fn figures_of_exact_times_are_exact() {
        let comparison = workload(&made_up(&[
            ("serial", 1, SERIAL),
            ("threads", 2, &[1000; 8]),
            ("threads", 1, SERIAL),
        ]));
        let two = &comparison.figures[1];
        let exactly =
            |value| Estimate { value, interval: Some(Interval { low: value, high: value }) };
        assert_eq!(two.pass_ns, exactly(500.0));
        assert_eq!(two.speed_up, Some(exactly(2.0)));
        assert_eq!(two.efficiency, Some(exactly(1.0)));
        assert_eq!(two.gain.unwrap().added, exactly(1.0));
        assert_eq!(two.gain.unwrap().verdict(), Verdict::Faster);
        assert_eq!(two.busy_cpus, Some(3.0));
        assert!((two.tests_per_s - 4e9).abs() < 1.0);
        assert_eq!(comparison.figures[2].gain, None);
        assert_eq!(comparison.sweeps[0].entry_idxs, [2, 1]);
    }

    #[test]
    fn without_a_serial_entry_there_is_a_time_but_no_speed_up() {
        let comparison = workload(&made_up(&[("threads", 1, SERIAL), ("threads", 2, &[1000; 8])]));
        assert_eq!(comparison.reference, None);
        assert_eq!(comparison.figures[1].speed_up, None);
        assert_eq!(comparison.figures[1].gain, None);
    }

    #[test]
    fn with_few_blocks_there_is_no_interval_and_no_verdict() {
        let comparison = workload(&made_up(&[
            ("serial", 1, &SERIAL[..5]),
            ("threads", 1, &SERIAL[..5]),
            ("threads", 2, &[1000; 5]),
        ]));
        let gain = comparison.figures[2].gain.unwrap();
        assert_eq!(gain.added, Estimate { value: 1.0, interval: None });
        assert_eq!(gain.verdict(), Verdict::CannotTell);
        assert_eq!(comparison.figures[2].pass_ns.interval, None);
    }

    #[test]
    fn a_step_whose_interval_holds_zero_cannot_be_told() {
        let comparison = workload(&made_up(&[
            ("serial", 1, SERIAL),
            ("threads", 1, &[1990, 2010, 1980, 2020, 1970, 2030, 2000, 2000]),
            ("threads", 2, &[2010, 1990, 2020, 1980, 2030, 1970, 2005, 1995]),
        ]));
        assert_eq!(comparison.figures[2].gain.unwrap().verdict(), Verdict::CannotTell);
    }

    #[test]
    fn beyond_the_cpus_is_compared_with_the_last_that_fits() {
        let comparison = workload(&made_up(&[
            ("serial", 1, SERIAL),
            ("threads", 2, &[1000; 8]),
            ("threads", 3, &[1600; 8]),
            ("threads", 4, &[1000; 8]),
        ]));
        assert_eq!(comparison.figures[3].gain.unwrap().verdict(), Verdict::Faster);
        let beyond = &comparison.sweeps[0].beyond;
        let told: Vec<_> = beyond.iter().map(|s| (s.to_workers, s.verdict())).collect();
        assert_eq!(told, [(3, Verdict::Slower), (4, Verdict::CannotTell)]);
    }
}
