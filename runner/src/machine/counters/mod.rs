//! What the operating system counts beside our own clocks: waiting, switches, other software,
//! throttling.
//!
//! Read before and after a measured sample; the difference says why a worker got less than it could
//! use. Separate from [`clock`](super::clock), which is read inside a sample: a reading here costs
//! microseconds. What a system does not count is `None`, never 0.
//!
//! Next: [`thread`], of the calling thread; [`system`], of all CPUs.

pub mod system;
pub mod thread;

pub use system::{CpuTimes, SystemCounters, SystemReader};
pub use thread::ThreadCounters;

/// `later - earlier`, if both are known.
fn difference(later: Option<u64>, earlier: Option<u64>) -> Option<u64> {
    later.zip(earlier).map(|(later, earlier)| later.saturating_sub(earlier))
}
