//! Waiting for another worker without sleeping, and telling what CPU time it took.
//!
//! Sleeping threads are woken late: on a virtual machine some 50 µs, which is as long as a share of a
//! short job. Teams under measurement therefore look again and again. How they look depends on whether
//! the one they wait for may need this very CPU ([`Manners`]).
//!
//! CPU time spent so must not be taken for work. Reading it needs a system call, which would itself
//! cost more than a short wait; so the first [`SHORT_NS`] of every wait count as CPU time in full, by
//! the wall clock, and only what goes beyond is measured. Where others run in between, the wall clock
//! says nothing, and giving the CPU away is a system call anyway: there all is measured.
//! Next: [`super::threads`].

use std::sync::atomic::{AtomicBool, Ordering};

use crate::machine::clock;

/// Waits up to so long are not measured by the CPU clock.
const SHORT_NS: u64 = 5_000;
/// Looks between two readings of the wall clock.
const LOOKS: usize = 32;
/// A worker that has a CPU of its own gives it away after so long nevertheless: the machine may have
/// fewer CPUs than it says.
const YIELD_NS: u64 = 1_000_000;

/// How to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manners {
    /// Look again at once: nobody else needs this CPU.
    Spin,
    /// Let others run between two looks.
    Yield,
}

/// What a wait took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Waited {
    /// CPU time.
    pub(super) cpu_ns: u64,
    /// How often the CPU clock was read to tell it.
    pub(super) cpu_clock_readings: u64,
}

/// Waits until `ready()` or `abandoned`; what that took.
pub(super) fn until(
    mut ready: impl FnMut() -> bool,
    abandoned: &AtomicBool,
    manners: Manners,
) -> Waited {
    if ready() {
        return Waited::default();
    }
    let began_ns = clock::now_ns();
    // While others run on this CPU, wall time says nothing about its own.
    let mut long = (manners == Manners::Yield).then(|| (0, clock::thread_cpu_ns()));
    while !ready() && !abandoned.load(Ordering::Relaxed) {
        let waited_ns = clock::now_ns() - began_ns;
        if long.is_none() && waited_ns > SHORT_NS {
            long = Some((waited_ns, clock::thread_cpu_ns()));
        }
        if manners == Manners::Yield || waited_ns > YIELD_NS {
            std::thread::yield_now();
            continue;
        }
        for _ in 0..LOOKS {
            if ready() {
                break;
            }
            std::hint::spin_loop();
        }
    }
    match long {
        Some((short_ns, Some(cpu_ns))) => Waited {
            cpu_ns: short_ns + clock::thread_cpu_ns().map_or(0, |now_ns| now_ns - cpu_ns),
            cpu_clock_readings: 2,
        },
        _ => Waited { cpu_ns: clock::now_ns() - began_ns, cpu_clock_readings: 0 },
    }
}

#[cfg(test)]
mod tests {
    use super::{Manners, Waited, until};
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    #[test]
    fn waiting_ends_when_ready_or_abandoned() {
        let abandoned = AtomicBool::new(false);
        assert_eq!(until(|| true, &abandoned, Manners::Spin), Waited::default());
        for manners in [Manners::Spin, Manners::Yield] {
            let looks = AtomicUsize::new(0);
            until(|| looks.fetch_add(1, Ordering::Relaxed) > 1000, &abandoned, manners);
            assert!(looks.into_inner() > 1000);
        }
        until(|| false, &AtomicBool::new(true), Manners::Spin);
    }
}
