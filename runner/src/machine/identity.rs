//! [`Machine`]: what does not change between two runs on one machine with one build.
//!
//! Separate from [`Limits`](super::Limits) and [`State`](super::State): whether two studies may be
//! compared, or one be resumed, is asked of the identity alone ([`Machine::fingerprint`]). Next:
//! [`system`] and [`topology`], which find the facts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use twox_hash::XxHash3_64;

use super::build::{Build, stated};
use super::{Cache, Topology, Tree, system, topology};

/// A machine and a build, as far as they tell. Serialises to the `machine` object of a study.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Machine {
    /// Brand of the CPU.
    pub cpu: Option<String>,
    /// Architecture this program was built for, as Rust names it.
    pub architecture: Option<String>,
    /// Logical CPUs that are online.
    pub logical_cpus: Option<usize>,
    /// Physical cores among them, as the system (or the hypervisor) shows them.
    pub physical_cores: Option<usize>,
    /// Packages (sockets) with CPUs that are online.
    pub packages: Option<usize>,
    /// NUMA nodes with CPUs that are online.
    pub nodes: Option<usize>,
    /// Where each CPU that is online sits.
    pub topology: Topology,
    /// Ids of the CPUs that are there but switched off.
    pub offline_cpus: Option<Vec<usize>>,
    /// Ids of the CPUs that the scheduler leaves alone.
    pub isolated_cpus: Option<Vec<usize>>,
    /// Hardware threads: "on", "off", or why they cannot be switched.
    pub smt: Option<String>,
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
    /// Frequency that the CPU is sold with, in MHz.
    pub nominal_mhz: Option<f64>,
    /// Revision of the microcode of the first CPU.
    pub microcode: Option<String>,
    /// What the kernel does about each weakness of the CPU that it knows; some of it costs time.
    pub mitigations: BTreeMap<String, String>,
    /// Compiler that built this program.
    pub rustc: Option<String>,
    /// Target it was built for.
    pub target: Option<String>,
    /// Cargo profile it was built with.
    pub profile: Option<String>,
    /// How it was compiled beyond the profile.
    pub build: Build,
    /// Every instruction set that this build has code for, best first.
    pub isas: Vec<IsaSupport>,
}

/// An instruction set, and whether this machine has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IsaSupport {
    /// Its name, as on the command line.
    pub name: String,
    /// CPU features it needs.
    pub requires: String,
    /// Whether this machine has them.
    pub available: bool,
}

/// The part of a machine that stands in files under `tree`; everything else is left unknown.
pub fn describe(tree: &Tree) -> Machine {
    let topology = Topology::read(tree);
    Machine {
        cpu: system::cpu(tree),
        logical_cpus: topology::online(tree).map(|cpus| cpus.len()),
        physical_cores: topology.cores(),
        packages: topology.packages(),
        nodes: topology.nodes(),
        topology,
        offline_cpus: topology::offline(tree),
        isolated_cpus: topology::isolated(tree),
        smt: system::smt(tree),
        caches: topology::caches(tree),
        memory_bytes: tree.bytes("proc/meminfo", "MemTotal"),
        base_page_bytes: tree.bytes("proc/self/smaps", "KernelPageSize"),
        transparent_huge_pages: system::transparent_huge_pages(tree),
        os: system::os(tree),
        kernel: tree.text("proc/sys/kernel/osrelease"),
        hypervisor: system::hypervisor(tree),
        nominal_mhz: system::nominal_mhz(tree),
        microcode: tree.field("proc/cpuinfo", "microcode"),
        mitigations: system::mitigations(tree),
        ..Machine::default()
    }
}

impl Machine {
    /// The machine that `tree` describes, with what the running program knows of itself.
    pub(super) fn this(tree: &Tree) -> Self {
        let mut machine = describe(tree);
        system::fill_gaps(&mut machine);
        machine.architecture = Some(std::env::consts::ARCH.into());
        machine.rustc = stated(env!("PARZEN_RUSTC"));
        machine.target = stated(env!("PARZEN_TARGET"));
        machine.profile = stated(env!("PARZEN_PROFILE"));
        machine.build = Build::this();
        let support = |isa: &kernel::isa::Isa| IsaSupport {
            name: isa.name().into(),
            requires: isa.requires().into(),
            available: isa.is_available(),
        };
        machine.isas = kernel::isa::ALL.iter().map(support).collect();
        machine
    }

    /// One word that is the same on the same machine with the same build, and almost certainly another
    /// elsewhere: `xxh3:0123456789abcdef`, of the compact JSON of this value.
    ///
    /// Three figures are left out, because they move on a machine that stays the same: the size of
    /// memory (what the kernel keeps for itself differs from start to start, and a hypervisor may take
    /// some back), and each CPU's capacity and highest frequency (they follow the turbo switch, which
    /// is part of the state).
    ///
    /// # Panics
    /// Never: a machine is plain data, and plain data has a JSON form.
    pub fn fingerprint(&self) -> String {
        let json = serde_json::to_vec(&self.lasting()).expect("plain data has a JSON form");
        format!("xxh3:{:016x}", XxHash3_64::oneshot(&json))
    }

    /// This machine without the figures that [`fingerprint`](Self::fingerprint) leaves out: they are
    /// unknown in it.
    #[must_use]
    pub fn lasting(&self) -> Self {
        let mut lasting = self.clone();
        lasting.memory_bytes = None;
        for cpu in &mut lasting.topology.cpus {
            (cpu.capacity, cpu.max_mhz) = (None, None);
        }
        lasting
    }
}

#[cfg(test)]
mod tests {
    use super::Machine;
    use crate::machine::Topology;
    use crate::machine::topology::Cpu;

    fn machine() -> Machine {
        Machine {
            cpu: Some("Some CPU".into()),
            memory_bytes: Some(1 << 30),
            nominal_mhz: Some(2599.998),
            mitigations: [("mds".to_owned(), "Not affected".to_owned())].into(),
            topology: Topology { cpus: vec![Cpu { max_mhz: Some(3000), ..Cpu::default() }] },
            ..Machine::default()
        }
    }

    #[test]
    fn what_moves_on_one_machine_is_not_in_the_fingerprint() {
        let mut moved = machine();
        moved.memory_bytes = Some((1 << 30) - 4096);
        moved.topology.cpus[0].max_mhz = Some(2000);
        moved.topology.cpus[0].capacity = Some(700);
        assert_eq!(moved.fingerprint(), machine().fingerprint());
    }

    #[test]
    fn another_machine_or_build_has_another_fingerprint() {
        let other = |change: fn(&mut Machine)| {
            let mut machine = machine();
            change(&mut machine);
            machine.fingerprint()
        };
        let all = [
            machine().fingerprint(),
            other(|m| m.kernel = Some("6.1".into())),
            other(|m| m.build.rustflags.push("-g".into())),
            other(|m| m.topology.cpus[0].core = Some(0)),
            other(|m| m.mitigations.clear()),
        ];
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert!(all[0].starts_with("xxh3:") && all[0].len() == 21, "{}", all[0]);
    }

    #[test]
    fn json_keeps_everything_and_so_the_fingerprint() {
        let text = serde_json::to_string(&machine()).unwrap();
        let read: Machine = serde_json::from_str(&text).unwrap();
        assert_eq!(read, machine());
        assert_eq!(read.fingerprint(), machine().fingerprint());
    }

    #[test]
    fn an_older_file_without_newer_fields_is_read() {
        let read: Machine = serde_json::from_str(r#"{"cpu":"Some CPU","quota_cpus":1.5}"#).unwrap();
        assert_eq!(read, Machine { cpu: Some("Some CPU".into()), ..Machine::default() });
    }
}
