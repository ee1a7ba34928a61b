//! What the system counts for all CPUs, and for the control groups around this process.
//!
//! Separate from [`thread`](super::thread) because one reading serves all workers. A [`SystemReader`]
//! finds the files once, because finding them takes longer than reading them.
//!
//! `/proc/stat` counts in ticks of [`TICK_NS`]. A difference over a sample is therefore wrong by up to
//! one tick in every figure, up or down, and on average right. Whoever wants to know a share of a few
//! per cent must add up the differences of many samples first, with their signs, and judge the sum.

use serde::{Deserialize, Serialize};

use super::difference;
use crate::machine::cgroup::{self, Group};
use crate::machine::{Tree, topology};

/// Length of a tick of `/proc/stat`: `USER_HZ` is 100 on every architecture in use.
pub const TICK_NS: u64 = 10_000_000;

/// Counters of the whole machine since it started, or between two readings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemCounters {
    /// One entry for each CPU that is online, ascending; empty where the system does not tell.
    pub cpus: Vec<CpuTimes>,
    /// Periods in which a group around this process had used up its quota, all groups together.
    pub throttled_periods: Option<u64>,
    /// Time for which CPUs were withheld in them, all CPUs and groups together; groups count for
    /// everything in them.
    pub throttled_ns: Option<u64>,
}

/// Counters of the whole machine that take longer to read: there may be two files for each CPU. They
/// are read before a warm-up and after the sample, so that workers need not wait between the two.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowCounters {
    /// Events in which a core or package slowed down against heat. A package counts once for each of
    /// its CPUs: the figure tells whether, not how often.
    pub thermal_throttles: Option<u64>,
    /// Time in which at least one thread of the machine waited for a CPU.
    pub cpu_pressure_ns: Option<u64>,
}

impl SlowCounters {
    /// What was counted after `earlier`.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            thermal_throttles: difference(self.thermal_throttles, earlier.thermal_throttles),
            cpu_pressure_ns: difference(self.cpu_pressure_ns, earlier.cpu_pressure_ns),
        }
    }
}

/// How one CPU spent its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CpuTimes {
    /// Id of the CPU.
    pub cpu: usize,
    /// Running anything at all: threads, the kernel, interrupts, guests.
    pub busy_ns: u64,
    /// Running nothing, whether or not something waited for a disk.
    pub idle_ns: u64,
    /// In interrupts; part of `busy_ns`. 0 on kernels that charge them to whoever was interrupted.
    pub irq_ns: u64,
    /// In what interrupts leave to do; part of `busy_ns`.
    pub softirq_ns: u64,
    /// Ready to run, but the hypervisor ran somebody else. Part of neither.
    pub steal_ns: u64,
}

impl SystemCounters {
    /// What was counted after `earlier`. CPUs that were not online then are left out.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let before = |cpu: usize| earlier.cpus.iter().find(|times| times.cpu == cpu);
        let cpus = self.cpus.iter();
        Self {
            cpus: cpus.filter_map(|now| Some(now.since(before(now.cpu)?))).collect(),
            throttled_periods: difference(self.throttled_periods, earlier.throttled_periods),
            throttled_ns: difference(self.throttled_ns, earlier.throttled_ns),
        }
    }

    /// CPU time of software that is not ours: (CPU, ns) for each CPU of this difference.
    ///
    /// `ours` is what our own threads used, as (CPU, ns); several entries of one CPU add up. The
    /// figure is below 0 where ticks have counted less than our threads used. It stays so: ticks err
    /// upwards as often, and a sum over samples in which one side is cut off would only grow.
    pub fn foreign_ns(&self, ours: &[(usize, u64)]) -> Vec<(usize, i64)> {
        let ours_on = |wanted: usize| -> u64 {
            ours.iter().filter(|(cpu, _)| *cpu == wanted).map(|(_, ns)| ns).sum()
        };
        let signed = |ns: u64| i64::try_from(ns).unwrap_or(i64::MAX);
        let foreign = |times: &CpuTimes| signed(times.busy_ns) - signed(ours_on(times.cpu));
        self.cpus.iter().map(|times| (times.cpu, foreign(times))).collect()
    }
}

impl CpuTimes {
    /// Idle time may go back by a little when a CPU wakes, so no difference is below 0.
    fn since(&self, earlier: &Self) -> Self {
        Self {
            cpu: self.cpu,
            busy_ns: self.busy_ns.saturating_sub(earlier.busy_ns),
            idle_ns: self.idle_ns.saturating_sub(earlier.idle_ns),
            irq_ns: self.irq_ns.saturating_sub(earlier.irq_ns),
            softirq_ns: self.softirq_ns.saturating_sub(earlier.softirq_ns),
            steal_ns: self.steal_ns.saturating_sub(earlier.steal_ns),
        }
    }
}

/// Reads [`SystemCounters`] and [`SlowCounters`] again and again.
#[derive(Clone, Debug)]
pub struct SystemReader {
    tree: Tree,
    /// `cpu.stat` of every group around this process.
    throttling: Vec<String>,
    /// Counters of heat.
    thermal: Vec<String>,
}

impl SystemReader {
    /// Looks up which files there are below `tree`.
    pub fn find(tree: &Tree) -> Self {
        let stat = |group: Group| format!("{}/cpu.stat", group.folder);
        let groups = cgroup::groups(tree, "cpu").into_iter().map(stat);
        let thermal = |cpu: usize| {
            ["core", "package"].map(|part| {
                format!("{}/cpu{cpu}/thermal_throttle/{part}_throttle_count", topology::CPUS)
            })
        };
        let online = topology::online(tree).unwrap_or_default();
        let exists = |path: &String| tree.has_file(path);
        Self {
            throttling: groups.filter(exists).collect(),
            thermal: online.into_iter().flat_map(thermal).filter(exists).collect(),
            tree: tree.clone(),
        }
    }

    /// The counters now. Takes some ten microseconds, more on machines with many CPUs.
    pub fn read(&self) -> SystemCounters {
        let stats = self.throttling.iter().filter_map(|path| self.tree.text(path));
        let throttling: Vec<_> = stats.map(|stat| parse_throttling(&stat)).collect();
        SystemCounters {
            cpus: parse_stat(&self.tree.text("proc/stat").unwrap_or_default()),
            throttled_periods: sum(throttling.iter().map(|(periods, _)| *periods)),
            throttled_ns: sum(throttling.iter().map(|(_, ns)| *ns)),
        }
    }

    /// The counters that take longer, now: up to milliseconds on machines with many CPUs.
    pub fn read_slow(&self) -> SlowCounters {
        let pressure = self.tree.text("proc/pressure/cpu");
        SlowCounters {
            thermal_throttles: sum(self.thermal.iter().map(|path| self.tree.number(path))),
            cpu_pressure_ns: pressure.as_deref().and_then(parse_pressure),
        }
    }
}

/// The sum of what is known; `None` if nothing is.
fn sum(counters: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    counters.flatten().reduce(u64::saturating_add)
}

/// The lines `cpuN user nice system idle iowait irq softirq steal guest …` of `/proc/stat`; guest
/// times are contained in user and nice.
fn parse_stat(stat: &str) -> Vec<CpuTimes> {
    let times = |line: &str| {
        // The first line, `cpu` without a number, is the sum of all.
        let numbered = line.strip_prefix("cpu").filter(|rest| !rest.starts_with(' '));
        let mut fields = numbered?.split_ascii_whitespace();
        let cpu = fields.next()?.parse().ok()?;
        let ns: Vec<u64> = fields
            .map(|ticks| ticks.parse::<u64>().ok()?.checked_mul(TICK_NS))
            .collect::<Option<_>>()?;
        let [user, nice, system, idle, iowait, irq, softirq, steal, ..] = ns[..] else {
            return None;
        };
        Some(CpuTimes {
            cpu,
            busy_ns: user + nice + system + irq + softirq,
            idle_ns: idle + iowait,
            irq_ns: irq,
            softirq_ns: softirq,
            steal_ns: steal,
        })
    };
    stat.lines().take_while(|line| line.starts_with("cpu")).filter_map(times).collect()
}

/// Throttled periods and time of a `cpu.stat`, of either version.
fn parse_throttling(stat: &str) -> (Option<u64>, Option<u64>) {
    let value = |key: &str| -> Option<u64> {
        stat.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')?.parse().ok())
    };
    let from_us = || value("throttled_usec")?.checked_mul(1000);
    (value("nr_throttled"), value("throttled_time").or_else(from_us))
}

/// The total of the line `some avg10=… avg60=… avg300=… total=µs`, in ns.
fn parse_pressure(pressure: &str) -> Option<u64> {
    let some = pressure.lines().find_map(|line| line.strip_prefix("some "))?;
    let total = some.split(' ').find_map(|field| field.strip_prefix("total="))?;
    total.parse::<u64>().ok()?.checked_mul(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "cpu  3 3 3 3 3 3 3 3 0 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n\
                        cpu2 10 0 0 90 0 0 0 0 0 0\nintr 5 1\ncpu7 1 1 1 1 1 1 1 1\n";

    #[test]
    fn ticks_become_nanoseconds_of_each_cpu() {
        let cpus = parse_stat(STAT);
        let first = CpuTimes {
            cpu: 0,
            busy_ns: 19 * TICK_NS,
            idle_ns: 9 * TICK_NS,
            irq_ns: 6 * TICK_NS,
            softirq_ns: 7 * TICK_NS,
            steal_ns: 8 * TICK_NS,
        };
        assert_eq!(cpus[0], first);
        assert_eq!(cpus.iter().map(|times| times.cpu).collect::<Vec<_>>(), [0, 2]);
        for damaged in ["cpu0 1 2 3", "cpu0 1 2 x 4 5 6 7 8", "", "cpux 1 2 3 4 5 6 7 8"] {
            assert_eq!(parse_stat(damaged), [], "{damaged}");
        }
    }

    #[test]
    fn throttling_is_read_in_both_versions() {
        let v1 = "nr_periods 9\nnr_throttled 4\nthrottled_time 5000\nwait_sum 1";
        let v2 = "usage_usec 1\nnr_periods 9\nnr_throttled 4\nthrottled_usec 5\n";
        assert_eq!(parse_throttling(v1), (Some(4), Some(5000)));
        assert_eq!(parse_throttling(v2), (Some(4), Some(5000)));
        assert_eq!(parse_throttling("usage_usec 1"), (None, None));
    }

    #[test]
    fn pressure_is_the_total_of_the_line_some() {
        let text = "some avg10=0.00 avg60=0.15 avg300=0.38 total=11338859\nfull avg10=0 total=7";
        assert_eq!(parse_pressure(text), Some(11_338_859_000));
        assert_eq!(parse_pressure("full avg10=0 total=7"), None);
    }

    #[test]
    fn differences_are_taken_cpu_by_cpu() {
        let cpu = |cpu, busy_ns, idle_ns| CpuTimes { cpu, busy_ns, idle_ns, ..CpuTimes::default() };
        let earlier = SystemCounters {
            cpus: vec![cpu(0, 10, 50), cpu(3, 1, 1)],
            throttled_periods: Some(2),
            ..SystemCounters::default()
        };
        let later = SystemCounters {
            cpus: vec![cpu(0, 30, 49), cpu(1, 5, 5), cpu(3, 2, 2)],
            throttled_periods: Some(5),
            throttled_ns: Some(9),
        };
        let expected = SystemCounters {
            cpus: vec![cpu(0, 20, 0), cpu(3, 1, 1)],
            throttled_periods: Some(3),
            ..SystemCounters::default()
        };
        assert_eq!(later.since(&earlier), expected);
    }

    #[test]
    fn foreign_time_is_what_is_not_ours() {
        let cpu = |cpu, busy_ns| CpuTimes { cpu, busy_ns, ..CpuTimes::default() };
        let delta = SystemCounters {
            cpus: vec![cpu(0, 100), cpu(1, 100), cpu(2, 40)],
            ..SystemCounters::default()
        };
        let ours = [(1, 30), (2, 50), (1, 60), (9, 7)];
        assert_eq!(delta.foreign_ns(&ours), [(0, 100), (1, 10), (2, -10)]);
    }
}
