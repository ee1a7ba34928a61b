//! What this machine is: the frame without which a measured figure means nothing.
//!
//! [`capture`] fills a [`Machine`], the machine part of `study.json`. Every value is optional: what
//! the system does not tell is `None`, printed as "unknown", and never guessed. Reading is apart from
//! measuring, and everything under `/sys` and `/proc` goes through a [`Tree`] whose root is passed in,
//! so that tests can make up machines.
//!
//! Next: [`topology`] (CPUs, cores, caches), [`limits`] (quota), [`system`] (names of things),
//! [`affinity`] and [`pages`], which also act.

pub mod affinity;
pub mod cgroup;
pub mod clock;
pub mod counters;
pub mod limits;
pub mod pages;
pub mod system;
pub mod topology;
pub mod tree;

use std::path::Path;

use serde::Serialize;

pub use topology::{Cache, Topology};
pub use tree::Tree;

/// A machine, as far as it tells. Serialises to the `machine` object of `study.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Machine {
    /// Brand of the CPU.
    pub cpu: Option<String>,
    /// Architecture this program was built for, as Rust names it.
    pub architecture: Option<String>,
    /// Logical CPUs that are online.
    pub logical_cpus: Option<usize>,
    /// Physical cores among them, as the system (or the hypervisor) shows them.
    pub physical_cores: Option<usize>,
    /// Ids of the CPUs that this process may use, ascending.
    pub allowed_cpus: Vec<usize>,
    /// Caches, each once, by level, kind and first CPU.
    pub caches: Vec<Cache>,
    /// Main memory in bytes.
    pub memory_bytes: Option<u64>,
    /// Size of a small page in bytes.
    pub base_page_bytes: Option<u64>,
    /// Setting of transparent huge pages: "always", "madvise" or "never".
    pub transparent_huge_pages: Option<String>,
    /// Operating system.
    pub os: Option<String>,
    /// Release of its kernel.
    pub kernel: Option<String>,
    /// Hypervisor; "none" if the CPU says that there is none.
    pub hypervisor: Option<String>,
    /// CPUs' worth of time that the control group allows; `None` also if there is no limit.
    pub quota_cpus: Option<f64>,
    /// Frequency governors of the CPUs.
    pub governor: Option<String>,
    /// Frequency that the CPU is sold with, in MHz.
    pub nominal_mhz: Option<f64>,
    /// Compiler that built this program.
    pub rustc: Option<String>,
    /// Target it was built for.
    pub target: Option<String>,
    /// Cargo profile it was built with.
    pub profile: Option<String>,
    /// Every instruction set that this build has code for, best first.
    pub isas: Vec<IsaSupport>,
}

/// An instruction set, and whether this machine has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IsaSupport {
    /// Its name, as on the command line.
    pub name: String,
    /// CPU features it needs.
    pub requires: String,
    /// Whether this machine has them.
    pub available: bool,
}

/// The machine this program runs on.
pub fn capture() -> Machine {
    let mut machine = describe(&Tree::new(Path::new("/")));
    system::fill_gaps(&mut machine);
    machine.architecture = Some(std::env::consts::ARCH.into());
    machine.allowed_cpus = affinity::allowed().to_vec();
    machine.rustc = stated(env!("PARZEN_RUSTC"));
    machine.target = stated(env!("PARZEN_TARGET"));
    machine.profile = stated(env!("PARZEN_PROFILE"));
    machine.isas = kernel::isa::ALL
        .iter()
        .map(|isa| IsaSupport {
            name: isa.name().into(),
            requires: isa.requires().into(),
            available: isa.is_available(),
        })
        .collect();
    machine
}

/// The part of a machine that stands in files under `tree`; everything else is left unknown.
pub fn describe(tree: &Tree) -> Machine {
    Machine {
        cpu: system::cpu(tree),
        logical_cpus: topology::online(tree).map(|cpus| cpus.len()),
        physical_cores: Topology::read(tree).cores(),
        caches: topology::caches(tree),
        memory_bytes: system::memory_bytes(tree),
        base_page_bytes: system::base_page_bytes(tree),
        transparent_huge_pages: system::transparent_huge_pages(tree),
        os: system::os(tree),
        kernel: tree.text("proc/sys/kernel/osrelease"),
        hypervisor: system::hypervisor(tree),
        quota_cpus: limits::quota_cpus(tree),
        governor: system::governor(tree),
        nominal_mhz: system::nominal_mhz(tree),
        ..Machine::default()
    }
}

/// A text that a build may have left empty.
fn stated(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
