//! What a reader must know about the conditions of a study before believing its figures.
//!
//! An enum, so that every warning has one wording, which ends in what the user can do; it is printed
//! and stored in `study.json`. Nothing here changes or drops a measured value. Next:
//! [`conditions`](super::conditions), which finds most of them.

use std::fmt;

use super::tags::Tag;
use crate::machine::pages::Pages;

/// A condition that weakens a study.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// There is one CPU: nothing can scale.
    OneCpu {
        /// Its id.
        cpu: usize,
    },
    /// Some worker counts exceed the CPUs.
    Oversubscribed {
        /// These worker counts.
        workers: Vec<usize>,
        /// Number of allowed CPUs.
        cpus: usize,
    },
    /// A control group grants less CPU time than some configuration asks for.
    Quota {
        /// CPUs' worth of time granted.
        cpus: f64,
        /// The largest number of workers.
        workers: usize,
    },
    /// The system does not tell on which CPUs this process may run.
    UnknownMask,
    /// The clock of one CPU lags behind that of another.
    ClockGoesBack,
    /// How fast a core runs cannot be measured here.
    UnknownClock,
    /// The program was built without optimisation.
    Unoptimised {
        /// The Cargo profile.
        profile: String,
    },
    /// Workers could not be proven to be on their CPUs.
    Unpinned {
        /// Name of the workload.
        workload: String,
        /// The configuration in words.
        configuration: String,
        /// Samples in which at least one worker was not proven to be pinned.
        samples: usize,
        /// All samples of the configuration.
        of: usize,
    },
    /// The hypervisor gave CPU time to other guests.
    Steal {
        /// Name of the workload.
        workload: String,
        /// The CPU of the workers that suffered most.
        cpu: usize,
        /// Share of its time, in per cent.
        percent: f64,
    },
    /// Reading clocks took a share of what was measured that can be seen.
    Observer {
        /// Name of the workload.
        workload: String,
        /// The configuration in words.
        configuration: String,
        /// Share of the measured time, in per cent.
        percent: f64,
    },
    /// In many samples a worker waited for its CPU, and the program's own handing out of work may have
    /// been what had it.
    OwnCaller {
        /// Name of the workload.
        workload: String,
        /// Samples in which that was so.
        samples: usize,
        /// All samples of the workload that are not oversubscribed.
        of: usize,
    },
    /// Many samples were disturbed in the same way.
    Tagged {
        /// Name of the workload.
        workload: String,
        /// How.
        tag: Tag,
        /// Samples with the tag.
        samples: usize,
        /// All samples of the workload that are not oversubscribed.
        of: usize,
    },
    /// Samples that would fill huge pages lie on small ones.
    SmallPages {
        /// Name of the workload.
        workload: String,
        /// What they lie on.
        pages: Pages,
    },
    /// Samples were sized for a cache whose size the system does not tell.
    Assumed {
        /// Name of the workload.
        workload: String,
        /// The cache and the size that was taken.
        assumed: String,
    },
    /// A limit keeps samples smaller than the level that they were asked for.
    Shortfall {
        /// Name of the workload.
        workload: String,
        /// What was wanted, and what was taken.
        shortfall: String,
    },
    /// Tasks are too few to be shared out evenly.
    Stairs {
        /// Name of the workload.
        workload: String,
        /// Tasks of one pass.
        tasks: usize,
        /// Numbers of workers that lose time by it.
        workers: Vec<usize>,
    },
    /// Some numbers of workers that have a core each are not measured.
    NotMeasured {
        /// The least and the greatest number of each gap.
        gaps: Vec<(usize, usize)>,
        /// The most workers that have a core each.
        cores: usize,
    },
    /// The baseline sits on a slower CPU than others that may be used.
    SlowBaseline {
        /// The CPU of the baseline.
        cpu: usize,
        /// A faster one.
        fastest: usize,
    },
    /// The study went on under other conditions than it was begun under.
    Resumed {
        /// What differs.
        what: String,
        /// As it was.
        then: String,
        /// As it was later.
        now: String,
    },
    /// The baseline's samples are much shorter than they were planned to be.
    Short {
        /// Name of the workload.
        workload: String,
        /// The median time of a sample, in ms.
        median_ms: f64,
    },
    /// The samples are not bit for bit those of the workload, although the counts are right.
    OtherSamples {
        /// Name of the workload.
        workload: String,
        /// Checksum found.
        found: String,
        /// Checksum stored with the workload.
        expected: String,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assumed { .. }
            | Self::Shortfall { .. }
            | Self::Stairs { .. }
            | Self::NotMeasured { .. }
            | Self::SlowBaseline { .. } => self.of_plan(f),
            Self::OneCpu { cpu } => write!(
                f,
                "this process may use cpu {cpu} only, so no number of workers can gain anything; \
                 allow it more CPUs (taskset, cpuset, container limits)"
            ),
            Self::Oversubscribed { workers, cpus } => oversubscribed(f, workers, *cpus),
            Self::Quota { cpus, workers } => write!(
                f,
                "the control group grants {cpus} CPUs' worth of time, and up to {workers} workers \
                 ask for more: they are throttled; raise the quota or measure fewer workers"
            ),
            Self::UnknownMask => f.write_str(UNKNOWN_MASK),
            Self::ClockGoesBack => f.write_str(CLOCK_GOES_BACK),
            Self::UnknownClock => f.write_str(UNKNOWN_CLOCK),
            Self::Unoptimised { profile } => write!(
                f,
                "this program was built with profile '{profile}', so its times say nothing about \
                 the real one; build it with --release"
            ),
            Self::Unpinned { workload, configuration, samples, of } => write!(
                f,
                "workload '{workload}', {configuration}: in {samples} of {of} samples a worker was \
                 not proven to be on its CPU; keep other programs from changing affinities, or \
                 distrust this configuration"
            ),
            Self::Steal { workload, cpu, percent } => write!(
                f,
                "workload '{workload}': the host took {percent:.1} % of cpu {cpu} for others while \
                 workers were on it; repeat the study when the host is quieter"
            ),
            Self::Observer { workload, configuration, percent } => write!(
                f,
                "workload '{workload}', {configuration}: reading clocks took {percent:.1} % of the \
                 measured time; measure with more widths, or distrust differences of this size"
            ),
            Self::OwnCaller { workload, samples, of } => own_caller(f, workload, *samples, *of),
            Self::Tagged { workload, tag, samples, of } => write!(
                f,
                "workload '{workload}': in {samples} of {of} samples {}",
                disturbance(*tag)
            ),
            Self::SmallPages { workload, pages } => write!(
                f,
                "workload '{workload}': its samples lie on {pages}, so large scans are slower than \
                 need be; set /sys/kernel/mm/transparent_hugepage/enabled to madvise or always"
            ),
            Self::Resumed { .. } | Self::Short { .. } | Self::OtherSamples { .. } => {
                self.deviation(f)
            }
        }
    }
}

impl Warning {
    /// What is otherwise than it was, or was meant to be; nothing for other warnings.
    fn deviation(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Resumed { what, then, now } => write!(
                f,
                "{what} was {then} and is {now} since the study was resumed: its blocks were \
                 measured under different conditions; repeat it in one go"
            ),
            Self::Short { workload, median_ms } => write!(
                f,
                "workload '{workload}': samples of the baseline took {median_ms:.1} ms, much less \
                 than planned, because the machine was slower when passes were chosen; repeat the \
                 study at rest"
            ),
            Self::OtherSamples { workload, found, expected } => write!(
                f,
                "workload '{workload}': samples have checksum {found}, the stored one is \
                 {expected}; counts are right, but compare times with other machines with care"
            ),
            _ => Ok(()),
        }
    }

    /// What follows from the plan and the machine alone.
    fn of_plan(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assumed { workload, assumed } => write!(
                f,
                "workload '{workload}' is sized for {assumed}; compare with the size that the CPU's \
                 maker tells"
            ),
            Self::Shortfall { workload, shortfall } => write!(
                f,
                "workload '{workload}' may fit in the level 3 cache and says nothing about main \
                 memory ({shortfall}); measure where there is more memory"
            ),
            Self::Stairs { workload, tasks, workers } => write!(
                f,
                "workload '{workload}': {tasks} tasks do not come out even for {} workers, so some of \
                 them wait at the end of each pass; measure numbers of workers that divide {tasks}",
                numbers(workers)
            ),
            Self::NotMeasured { gaps, cores } => write!(
                f,
                "not measured: {} workers, because the bundle thins out large numbers or others were \
                 asked for; up to {cores} workers have a core each, ask for more of them by --workers",
                ranges(gaps)
            ),
            Self::SlowBaseline { cpu, fastest } => write!(
                f,
                "the baseline sits on cpu {cpu}, which is slower than cpu {fastest}, so speed-ups \
                 are flattered; name cpu {fastest} first in --placement"
            ),
            _ => Ok(()),
        }
    }
}

/// `1, 2, 3`.
fn numbers(numbers: &[usize]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// `9 to 11, 13`.
fn ranges(ranges: &[(usize, usize)]) -> String {
    let text = |&(first, last): &(usize, usize)| {
        if first == last { first.to_string() } else { format!("{first} to {last}") }
    };
    ranges.iter().map(text).collect::<Vec<_>>().join(", ")
}

const UNKNOWN_MASK: &str = "\
    the system does not tell on which CPUs this process may run, so no worker is bound to \
    one and nothing can be said about single cores; measure where sched_getaffinity is \
    allowed";
const CLOCK_GOES_BACK: &str = "\
    the clock goes back when a thread moves from one CPU to another, so times of two \
    workers cannot be compared; choose another clock source of the kernel";
const UNKNOWN_CLOCK: &str = "\
    how fast the cores run cannot be measured in this build, so a lower clock looks like \
    any other loss; measure with an optimised build on x86-64, or watch the clock by other \
    means";

fn oversubscribed(f: &mut fmt::Formatter<'_>, workers: &[usize], cpus: usize) -> fmt::Result {
    write!(
        f,
        "{} workers take turns on {cpus} {} and are marked as oversubscribed; for a \
         statement about so many cores measure on a machine that has them",
        numbers(workers),
        if cpus == 1 { "CPU" } else { "CPUs" }
    )
}

fn own_caller(
    f: &mut fmt::Formatter<'_>,
    workload: &str,
    samples: usize,
    of: usize,
) -> fmt::Result {
    write!(
        f,
        "workload '{workload}': in {samples} of {of} samples a worker waited for its CPU, \
         perhaps for this program's own parent, which hands out the work; leave it a CPU by \
         measuring one worker fewer"
    )
}

/// What a tag says, and what can be done about it.
fn disturbance(tag: Tag) -> &'static str {
    match tag {
        Tag::Contended => {
            "a worker waited for its CPU, because something else ran there; end other programs and \
             repeat the study"
        }
        Tag::Foreign => {
            "other programs ran on a worker's CPU; end them and repeat the study, or look at work \
             per CPU time instead of wall time"
        }
        Tag::Thermal => {
            "a core slowed down against heat; cool the machine, or let it rest and repeat the study"
        }
        Tag::Throttled => {
            "the quota of a control group was used up; raise it or measure fewer workers"
        }
        Tag::Drifted => {
            "the baseline differed by more than 2 % between the two ends of a block; let the machine \
             come to rest and repeat the study"
        }
        Tag::Stolen => "the host ran other guests; repeat the study when it is quieter",
        Tag::Migrated => "a worker changed its CPU; pin workers by --placement",
        Tag::Unpinned => "a worker was not bound to its CPU; keep other programs from unbinding it",
        Tag::Unsteady => "times had not become steady before measuring; repeat the study at rest",
    }
}

#[cfg(test)]
mod tests {
    use super::Warning;

    #[test]
    fn warnings_name_the_values_and_end_in_what_to_do() {
        let text = Warning::Oversubscribed { workers: vec![3, 6], cpus: 2 }.to_string();
        assert!(text.starts_with("3, 6 workers take turns on 2 CPUs"), "{text}");
        assert!(text.ends_with("measure on a machine that has them"), "{text}");
        let gaps = vec![(9, 11), (13, 13)];
        let gaps = Warning::NotMeasured { gaps, cores: 14 }.to_string();
        assert!(gaps.starts_with("not measured: 9 to 11, 13 workers, because"), "{gaps}");
        let steal = Warning::Steal { workload: "a".into(), cpu: 3, percent: 1.26 }.to_string();
        assert!(steal.contains("took 1.3 % of cpu 3"), "{steal}");
    }
}
