//! Puts a thread on one logical CPU and proves that it is there.
//!
//! Apart because pinning is full of traps, and each is met here once:
//!
//! - A pinned thread and everything started from it see one CPU only. The mask of the process is
//!   therefore taken once, as the first thing in `main` ([`allowed`]); the main thread is never
//!   pinned; a pinned thread calls [`reset`] before it starts something else.
//! - `core_affinity` aborts the process for ids of 1024 and above, so [`pin`] refuses those, and every
//!   id that is not in that mask, before it asks.
//! - Where the mask cannot be read, ids are unknown. [`allowed`] then has as many as there are CPUs, so
//!   that work can be shared out, but [`pin`] refuses all of them and [`reset`] changes nothing.
//! - Being told that it worked is not enough: a container manager may change masks at any time. On
//!   Linux [`verify`] reads mask and CPU back; on systems that cannot be asked it is always false,
//!   and the result says "unpinned".
//!
//! Next: [`placement`](crate::placement) decides which CPU, `backend` calls [`pin`].

use std::sync::OnceLock;

/// Why a thread is not where it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PinError {
    /// The mask of the process could not be read.
    #[error(
        "nobody is pinned to cpu {cpu}, because the system does not tell which CPUs are allowed"
    )]
    Unknown {
        /// The id asked for.
        cpu: usize,
    },
    /// The id is not in the mask that the process started with.
    #[error("cpu {cpu} is not allowed for this process; allowed: {}", list(allowed()))]
    NotAllowed {
        /// The id asked for.
        cpu: usize,
    },
    /// The operating system said no.
    #[error("the operating system refused to pin a thread to cpu {cpu}")]
    Refused {
        /// The id asked for.
        cpu: usize,
    },
    /// The operating system said yes, but the mask read back is another one.
    #[error("a thread pinned to cpu {cpu} cannot be shown to be there")]
    Unproven {
        /// The id asked for.
        cpu: usize,
    },
}

/// The mask that the process was started with.
struct Started {
    cpus: Vec<usize>,
    is_known: bool,
}

/// Taken by the first call and remembered.
fn started() -> &'static Started {
    static STARTED: OnceLock<Started> = OnceLock::new();
    STARTED.get_or_init(|| started_with(mask()))
}

/// `mask`, or what stands for it where it is unknown.
fn started_with(mask: Option<Vec<usize>>) -> Started {
    let is_known = mask.is_some();
    let mut cpus = mask.unwrap_or_else(as_many_as_counted);
    cpus.sort_unstable();
    Started { cpus, is_known }
}

/// The CPUs that the process was started with, ascending; at least one. If the mask is not
/// [known](is_known), as many ids as there are CPUs.
///
/// Taken by the first call and remembered: call it first thing in `main`.
pub fn allowed() -> &'static [usize] {
    &started().cpus
}

/// Whether the system told the mask that [`allowed`] holds.
pub fn is_known() -> bool {
    started().is_known
}

/// Pins the calling thread to logical CPU `cpu`, and reads back that it is there.
///
/// Never call it on the main thread.
///
/// # Errors
/// - [`PinError::Unknown`] if the mask of the process is unknown, and with it what ids mean here;
/// - [`PinError::NotAllowed`] if `cpu` is not in [`allowed`], or is beyond the ids that can be asked
///   for;
/// - [`PinError::Refused`] if the system refuses;
/// - [`PinError::Unproven`] if [`verify`] says no afterwards.
pub fn pin(cpu: usize) -> Result<(), PinError> {
    may_pin(started(), cpu)?;
    if !core_affinity::set_for_current(core_affinity::CoreId { id: cpu }) {
        return Err(PinError::Refused { cpu });
    }
    if verify(cpu) { Ok(()) } else { Err(PinError::Unproven { cpu }) }
}

/// Refuses ids that must not reach the system.
fn may_pin(started: &Started, cpu: usize) -> Result<(), PinError> {
    if !started.is_known {
        return Err(PinError::Unknown { cpu });
    }
    if cpu >= MOST_CPUS || !started.cpus.contains(&cpu) {
        return Err(PinError::NotAllowed { cpu });
    }
    Ok(())
}

/// CPU ids as text: `0, 1, 5`.
fn list(cpus: &[usize]) -> String {
    cpus.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// As many ids as the standard library counts CPUs.
fn as_many_as_counted() -> Vec<usize> {
    (0..std::thread::available_parallelism().map_or(1, std::num::NonZero::get)).collect()
}

use system::{MOST_CPUS, mask};
pub use system::{current, reset, verify};

#[cfg(target_os = "linux")]
mod system {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};

    /// Ids below this one can be asked for.
    pub(super) const MOST_CPUS: usize = CpuSet::MAX_CPU;

    /// Whether the mask of the calling thread is exactly `{cpu}` and it runs there now.
    pub fn verify(cpu: usize) -> bool {
        mask().is_some_and(|mask| mask == [cpu]) && sched_getcpu() == cpu
    }

    /// The logical CPU that the calling thread runs on now; `None` where it cannot be asked.
    pub fn current() -> Option<usize> {
        Some(sched_getcpu())
    }

    /// Gives the calling thread every allowed CPU back, so that what it starts is not pinned.
    ///
    /// # Errors
    /// The system's refusal.
    pub fn reset() -> std::io::Result<()> {
        if !super::is_known() {
            return Ok(());
        }
        let mut mask = CpuSet::new();
        for &cpu in super::allowed().iter().filter(|&&cpu| cpu < CpuSet::MAX_CPU) {
            mask.set(cpu);
        }
        Ok(sched_setaffinity(None, &mask)?)
    }

    pub(super) fn mask() -> Option<Vec<usize>> {
        let mask = sched_getaffinity(None).ok()?;
        let cpus: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|&cpu| mask.is_set(cpu)).collect();
        (!cpus.is_empty()).then_some(cpus)
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    /// Ids below this one can be asked for.
    pub(super) const MOST_CPUS: usize = 1024;

    /// Always false: this system cannot be asked where a thread is bound.
    pub fn verify(_cpu: usize) -> bool {
        false
    }

    /// Always `None`: this system cannot be asked.
    pub fn current() -> Option<usize> {
        None
    }

    /// Gives the calling thread every allowed CPU back: nothing to do where pinning is not proven.
    ///
    /// # Errors
    /// None here.
    pub fn reset() -> std::io::Result<()> {
        Ok(())
    }

    pub(super) fn mask() -> Option<Vec<usize>> {
        let cpus: Vec<usize> = core_affinity::get_core_ids()?.iter().map(|cpu| cpu.id).collect();
        (!cpus.is_empty()).then_some(cpus)
    }
}

#[cfg(test)]
mod tests {
    use super::{PinError, Started, allowed, may_pin, pin, started_with};
    #[cfg(target_os = "linux")]
    use super::{mask, reset, verify};

    #[test]
    fn there_is_an_allowed_cpu_and_the_list_ascends() {
        assert!(!allowed().is_empty());
        assert!(allowed().is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn cpus_outside_the_mask_are_refused_before_the_system_is_asked() {
        for cpu in [1024, 100_000, usize::MAX] {
            assert_eq!(pin(cpu), Err(PinError::NotAllowed { cpu }));
        }
        let message = PinError::NotAllowed { cpu: 1024 }.to_string();
        assert!(message.starts_with("cpu 1024 is not allowed for this process; allowed: "));
    }

    #[test]
    fn without_a_mask_nobody_is_pinned() {
        let unknown = started_with(None);
        assert!(!unknown.is_known && !unknown.cpus.is_empty());
        assert_eq!(may_pin(&unknown, 0), Err(PinError::Unknown { cpu: 0 }));
        let huge = Started { cpus: vec![0, 1024], is_known: true };
        assert_eq!(may_pin(&huge, 0), Ok(()));
        assert_eq!(may_pin(&huge, 1024), Err(PinError::NotAllowed { cpu: 1024 }));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn pinned_threads_are_proven_and_can_be_set_free() {
        allowed();
        let pinned = std::thread::spawn(|| {
            for &cpu in allowed() {
                pin(cpu).unwrap();
                assert!(verify(cpu));
                assert!(!verify(cpu + 1));
            }
            reset().unwrap();
            assert_eq!(mask().unwrap(), allowed());
            assert!(allowed().len() == 1 || allowed().iter().all(|&cpu| !verify(cpu)));
        });
        pinned.join().unwrap();
    }
}
