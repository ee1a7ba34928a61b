//! What a report is made from: plain data with units in the names, nothing derived.
//!
//! Separate because every source ends here and every format starts here, so that neither knows
//! the other. Next: [`crate::source`] fills it, [`crate::compare`] derives numbers from it.

/// Everything that one report is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The studies, in the order in which they were named.
    pub studies: Vec<Study>,
}

/// One run of the measuring program on one machine.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// Name of the file it was read from, without its directory.
    pub file_name: String,
    /// When it was measured, in seconds since 1970 (UTC), if known.
    pub created_unix_s: Option<u64>,
    /// Seed of the order of measuring, if known.
    pub seed: Option<u64>,
    /// Name of the instruction set that the scans used.
    pub isa: String,
    /// Where it was measured.
    pub machine: Machine,
    /// What was measured; at least one.
    pub workloads: Vec<Workload>,
    /// What the measuring program complained about, each ending in what to do.
    pub warnings: Vec<String>,
}

/// One problem, solved in several configurations, block by block.
#[derive(Clone, Debug, PartialEq)]
pub struct Workload {
    /// Short name, as on the command line.
    pub name: String,
    /// One human sentence.
    pub title: String,
    /// Number of samples, at least 1.
    pub n: u64,
    /// Number of dimensions, at least 1.
    pub d: u64,
    /// Name of the element type, as `f8`.
    pub element: String,
    /// Where the samples come from, as `text`.
    pub generator: String,
    /// Seed of the generator, if it has one and it is known.
    pub sample_seed: Option<u64>,
    /// Checksum of the samples with its method, as `xxh3:…`.
    pub checksum: String,
    /// Center of the window; `d` coordinates.
    pub center: Vec<f64>,
    /// Widths of the windows, at least one.
    pub widths: Vec<f64>,
    /// What one task is.
    pub task: String,
    /// Size of the samples in memory.
    pub bytes: Option<u64>,
    /// Which pages hold the samples, if known.
    pub pages: Option<Pages>,
    /// The checked answer: one count per width.
    pub counts: Vec<u64>,
    /// How often one measured sample repeats the whole job; at least 1.
    pub passes: u64,
    /// Passes that ran before the first measured one.
    pub warm_up_passes: Option<u64>,
    /// The configurations, in the order of the file; at least one.
    pub entries: Vec<Entry>,
    /// `order[b]` lists the entries in the order in which block `b` measured them.
    pub order: Vec<Vec<usize>>,
}

/// One configuration with what was measured of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Name of the backend.
    pub backend: String,
    /// Number of workers, at least 1.
    pub workers: u64,
    /// The CPU planned for each worker; empty if unknown.
    pub cpus: Vec<u64>,
    /// More workers than CPUs.
    pub oversubscribed: bool,
    /// `samples[b]` was measured in block `b`; the same blocks for every entry of a workload.
    pub samples: Vec<Sample>,
}

/// One measured time with what its workers said.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Wall time of all passes together, at least 1.
    pub wall_ns: u64,
    /// CPU time of all workers and passes together, if every worker told.
    pub cpu_ns: Option<u64>,
    /// Workers that were seen on the CPU planned for them, and workers that told.
    pub pinned: (u64, u64),
}

/// Which pages hold the samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pages {
    /// Memory looked at.
    pub bytes: u64,
    /// Part of it on huge pages.
    pub huge_bytes: u64,
    /// Size of the small pages.
    pub base_page_bytes: Option<u64>,
}

/// The machine and how the program was built; `None` or empty means unknown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Machine {
    /// Brand of the processor.
    pub cpu: Option<String>,
    /// Architecture, as `x86_64`.
    pub architecture: Option<String>,
    /// Logical CPUs that the system shows.
    pub logical_cpus: Option<u64>,
    /// Cores, without their second threads.
    pub physical_cores: Option<u64>,
    /// CPUs on which the program was allowed to run.
    pub allowed_cpus: Vec<u64>,
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
    /// CPU quota of the container, in CPUs.
    pub quota_cpus: Option<f64>,
    /// Frequency governor.
    pub governor: Option<String>,
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
}

impl Machine {
    /// How many CPUs a study could keep busy: the allowed ones, cut by the quota.
    pub fn usable_cpus(&self) -> Option<f64> {
        let allowed = match self.allowed_cpus.len() {
            0 => self.logical_cpus.map(|cpus| cpus as f64),
            count => Some(count as f64),
        };
        match (allowed, self.quota_cpus) {
            (Some(cpus), Some(quota)) => Some(cpus.min(quota)),
            (cpus, quota) => cpus.or(quota),
        }
    }
}

/// One cache.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Isa {
    /// Name, as on the command line.
    pub name: String,
    /// Whether this machine has it, if known.
    pub available: Option<bool>,
}

/// A value with its 95 % interval, if there are enough blocks for one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The value itself.
    pub value: f64,
    /// Its interval.
    pub interval: Option<Interval>,
}

impl Estimate {
    /// The same estimate in another unit; `factor` is positive.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        let interval = self
            .interval
            .map(|Interval { low, high }| Interval { low: low * factor, high: high * factor });
        Self { value: self.value * factor, interval }
    }
}

/// A closed interval, `low <= high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Interval {
    /// Whether `value` lies inside, ends included.
    pub fn contains(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}
