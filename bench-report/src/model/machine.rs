//! Where it was measured: the machine that stays, the limits of the program, and the state that
//! changes.
//!
//! Separate because machines are compared with each other and states are not. `None` or empty
//! means unknown. Next: `source/study/machine.rs` fills it.

use serde::{Deserialize, Serialize};

/// The machine and how the program was built.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Brand of the processor.
    pub cpu: Option<String>,
    /// Architecture, as `x86_64`.
    pub architecture: Option<String>,
    /// Logical CPUs that the system shows.
    pub logical_cpus: Option<u64>,
    /// Cores, without their second threads.
    pub physical_cores: Option<u64>,
    /// Where each CPU sits; empty if unknown.
    pub topology: Vec<Cpu>,
    /// The caches that the system shows.
    pub caches: Vec<Cache>,
    /// Main memory.
    pub memory_bytes: Option<u64>,
    /// Size of a small page.
    pub base_page_bytes: Option<u64>,
    /// The system's setting, as `madvise`.
    pub transparent_huge_pages: Option<String>,
    /// Operating system.
    pub os: Option<String>,
    /// Kernel release.
    pub kernel: Option<String>,
    /// Hypervisor below the system.
    pub hypervisor: Option<String>,
    /// Nominal clock in MHz.
    pub nominal_mhz: Option<f64>,
    /// Compiler.
    pub rustc: Option<String>,
    /// Target triple.
    pub target: Option<String>,
    /// Build profile.
    pub profile: Option<String>,
    /// Instruction sets that the program knows.
    pub isas: Vec<Isa>,
    /// Facts that this program only repeats: name and value.
    pub more: Vec<(String, String)>,
}

/// What the program was allowed to use.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// CPUs on which the program was allowed to run.
    pub allowed_cpus: Vec<u64>,
    /// CPU quota of the container, in CPUs.
    pub quota_cpus: Option<f64>,
    /// Facts that this program only repeats: name and value.
    pub more: Vec<(String, String)>,
}

/// What the machine was doing when the study began.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Frequency governor.
    pub governor: Option<String>,
    /// Facts that this program only repeats: name and value.
    pub more: Vec<(String, String)>,
}

impl Limits {
    /// How many CPUs a study could keep busy: the allowed ones, cut by the quota.
    pub fn usable_cpus(&self, machine: &Machine) -> Option<f64> {
        let allowed = match self.allowed_cpus.len() {
            0 => machine.logical_cpus.map(|cpus| cpus as f64),
            count => Some(count as f64),
        };
        match (allowed, self.quota_cpus) {
            (Some(cpus), Some(quota)) => Some(cpus.min(quota)),
            (cpus, quota) => cpus.or(quota),
        }
    }
}

impl Limits {
    /// Whether so many workers ask for more CPU time than the quota grants: they are throttled by
    /// design. More workers than CPUs ask for no more than the CPUs have.
    pub fn throttles(&self, workers: u64, machine: &Machine) -> bool {
        let unlimited = Self { quota_cpus: None, ..self.clone() };
        let cpus = unlimited.usable_cpus(machine).unwrap_or(f64::INFINITY);
        self.quota_cpus.is_some_and(|quota| quota < cpus.min(workers as f64))
    }
}

impl Machine {
    /// The smallest cache below main memory that holds this many bytes, instruction caches left
    /// out.
    pub fn cache_for(&self, bytes: u64) -> Option<&Cache> {
        let holds = |cache: &&Cache| cache.kind != "instruction" && cache.bytes >= bytes;
        self.caches.iter().filter(holds).min_by_key(|cache| (cache.level, cache.bytes))
    }
}

/// One logical CPU: a core, or one of its hardware threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cpu {
    /// Its number in the system.
    pub id: u64,
    /// The core it belongs to, if known; CPUs of one core share it.
    pub core: Option<u64>,
    /// The kind of that core; `None` if unknown, also where all cores are alike.
    pub kind: Option<CoreKind>,
}

/// How fast a core is compared with the others of its machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CoreKind {
    /// Of the fastest kind.
    Performance,
    /// Of a slower kind that needs less power.
    Efficiency,
}

/// One cache.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cache {
    /// Level, 1 is next to the core.
    pub level: u64,
    /// `data`, `instruction` or `unified`.
    pub kind: String,
    /// Size.
    pub bytes: u64,
    /// CPUs that share it.
    pub shared_by_cpus: Vec<u64>,
}

/// One instruction set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Isa {
    /// Name, as on the command line.
    pub name: String,
    /// Whether this machine has it, if known.
    pub available: Option<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_of_all_cpus_throttles_nobody() {
        let throttled = |quota_cpus, workers| {
            let limits = Limits { allowed_cpus: vec![0, 1], quota_cpus, ..Limits::default() };
            limits.throttles(workers, &Machine::default())
        };
        assert!(!throttled(Some(2.0), 3) && !throttled(None, 9));
        assert!(throttled(Some(1.5), 2) && !throttled(Some(1.5), 1));
    }

    #[test]
    fn the_smallest_data_cache_that_holds_the_samples_is_named() {
        let cache = |level, kind: &str, bytes| Cache {
            level,
            kind: kind.into(),
            bytes,
            shared_by_cpus: Vec::new(),
        };
        let caches =
            vec![cache(1, "instruction", 100), cache(1, "data", 50), cache(2, "unified", 200)];
        let machine = Machine { caches, ..Machine::default() };
        let level = |bytes| machine.cache_for(bytes).map(|cache| (cache.level, cache.bytes));
        assert_eq!(level(50), Some((1, 50)));
        assert_eq!(level(51), Some((2, 200)));
        assert_eq!(level(201), None);
    }
}
