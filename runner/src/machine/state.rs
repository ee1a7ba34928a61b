//! What changes on a machine from one minute to the next.
//!
//! Separate from [`Machine`](super::Machine), its identity: two runs are on the same machine although
//! its load was another. A study stores both, so that a reader can ask why they differ.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Tree, clock, limits, topology};

/// The volatile facts. Serialises to the `state` object of a study.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// Frequency governors of the CPUs that are online, each once.
    pub governor: Option<String>,
    /// Whether the CPU may run above its nominal frequency: "on" or "off".
    pub boost: Option<String>,
    /// Clock of the core that took this state, measured by work of known length.
    pub clock_mhz: Option<f64>,
    /// Threads that ran or wanted to, on average over 1, 5 and 15 minutes.
    pub load_average: Option<[f64; 3]>,
    /// Threads that ran or wanted to at that moment, this one included.
    pub running_threads: Option<u64>,
    /// Memory that can be had without swapping, or the limit of the tightest control group if that
    /// is less, in bytes.
    pub available_memory_bytes: Option<u64>,
    /// Share of the last 10 seconds in which some thread waited for a CPU, in per cent.
    pub cpu_pressure_percent: Option<f64>,
}

impl State {
    /// The state of this machine now; measures the clock for about 20 µs.
    pub fn now() -> Self {
        Self { clock_mhz: clock::mhz(), ..Self::read(&Tree::new(Path::new("/"))) }
    }

    /// The part that stands in files below `tree`.
    pub fn read(tree: &Tree) -> Self {
        let load = tree.text("proc/loadavg").unwrap_or_default();
        Self {
            governor: governor(tree),
            boost: boost(tree),
            clock_mhz: None,
            load_average: load_average(&load),
            running_threads: running_threads(&load),
            available_memory_bytes: tree
                .bytes("proc/meminfo", "MemAvailable")
                .into_iter()
                .chain(limits::memory(tree))
                .min(),
            cpu_pressure_percent: tree.text("proc/pressure/cpu").as_deref().and_then(pressure),
        }
    }
}

fn governor(tree: &Tree) -> Option<String> {
    let of = |cpu| tree.text(&format!("{}/cpu{cpu}/cpufreq/scaling_governor", topology::CPUS));
    let mut governors: Vec<String> = topology::online(tree)?.into_iter().filter_map(of).collect();
    governors.sort();
    governors.dedup();
    (!governors.is_empty()).then(|| governors.join(", "))
}

/// Intel's driver says whether turbo is forbidden, the others whether boost is allowed.
fn boost(tree: &Tree) -> Option<String> {
    let allowed = match tree.number(&format!("{}/intel_pstate/no_turbo", topology::CPUS)) {
        Some(forbidden) => 1 - i32::clamp(forbidden, 0, 1),
        None => tree.number(&format!("{}/cpufreq/boost", topology::CPUS))?,
    };
    Some(if allowed == 0 { "off" } else { "on" }.into())
}

/// The first fields of `/proc/loadavg`: `0.00 0.13 0.18 1/84 7015`.
fn load_average(text: &str) -> Option<[f64; 3]> {
    let averages: Option<Vec<f64>> =
        text.split(' ').take(3).map(|field| field.parse().ok()).collect();
    averages?.try_into().ok()
}

/// Its fourth field is running/all threads.
fn running_threads(text: &str) -> Option<u64> {
    text.split(' ').nth(3)?.split_once('/')?.0.parse().ok()
}

/// The value `avg10` of the line `some`.
fn pressure(text: &str) -> Option<f64> {
    let some = text.lines().find_map(|line| line.strip_prefix("some "))?;
    some.split(' ').find_map(|field| field.strip_prefix("avg10="))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_load_is_read_as_far_as_it_is_there() {
        let text = "0.50 0.13 0.18 3/84 7015";
        assert_eq!(load_average(text), Some([0.5, 0.13, 0.18]));
        assert_eq!(running_threads(text), Some(3));
        for damaged in ["", "0.5 0.1", "0.5 x 0.1 y 1"] {
            assert_eq!(
                (load_average(damaged), running_threads(damaged)),
                (None, None),
                "{damaged}"
            );
        }
    }

    #[test]
    fn pressure_is_the_ten_second_average() {
        let text = "some avg10=1.25 avg60=0.15 avg300=0.38 total=1\nfull avg10=9.00 total=0";
        assert_eq!(pressure(text), Some(1.25));
        assert_eq!(pressure("full avg10=9.00"), None);
    }
}
