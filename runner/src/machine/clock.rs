//! The clocks: wall time, CPU time of a thread, what reading them costs, and how fast the core runs.
//!
//! Separate because every figure of this program goes through these few functions, in every thread
//! and every process alike. What the system says about its frequency is not used here: inside a
//! virtual machine it is a constant, and elsewhere it is an average of the past. [`mhz`] counts cycles
//! with the only thing that cannot lie, work of known length. Next: `backend`, which reads the clocks;
//! [`counters`](super::counters), which tells who else had the CPU.

use std::hint::black_box;

use serde::{Deserialize, Serialize};

use super::affinity;

/// Readings in a row of which the least step is taken.
const READINGS: usize = 1000;
/// Groups of readings of which the median cost is taken.
const GROUPS: usize = 21;
/// Readings in a group: so many that one step of a coarse clock is little beside them.
const GROUP: usize = 50;

/// How fine the clocks are, and what a reading costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timer {
    /// Least step seen between two readings of [`now_ns`]; never less than a reading takes.
    pub resolution_ns: u64,
    /// Median cost of one reading of [`now_ns`].
    pub clock_ns: f64,
    /// Median cost of one reading of [`thread_cpu_ns`]; `None` where the system does not tell.
    pub cpu_clock_ns: Option<f64>,
    /// Whether a thread that went from CPU to CPU never saw [`now_ns`] go back; `None` where no thread
    /// can be put on all allowed CPUs.
    pub is_monotonic: Option<bool>,
}

/// Measures both clocks on the calling thread, and compares the CPUs on another one; takes about a
/// millisecond, and some ten microseconds more for each CPU.
pub fn timer() -> Timer {
    let readings: Vec<u64> = (0..READINGS).map(|_| now_ns()).collect();
    Timer {
        resolution_ns: least_step(&readings),
        clock_ns: cost_ns(&|| _ = black_box(now_ns())),
        cpu_clock_ns: thread_cpu_ns().map(|_| cost_ns(&|| _ = black_box(thread_cpu_ns()))),
        is_monotonic: is_monotonic(affinity::allowed()),
    }
}

/// Whether the clock never goes back for a thread that visits `cpus` one after another, twice. A CPU
/// that lags by less than the way to it takes cannot be found so, and does no harm either.
fn is_monotonic(cpus: &[usize]) -> Option<bool> {
    let visit = |&cpu: &usize| affinity::pin(cpu).ok().map(|()| now_ns());
    let visits = || cpus.iter().chain(cpus).map(visit).collect::<Option<Vec<u64>>>();
    let readings = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().spawn_scoped(scope, visits).ok()?;
        thread.join().ok()?
    });
    readings.map(|readings| readings.is_sorted())
}

/// The least difference above zero between neighbours; 0 if there is none.
fn least_step(readings: &[u64]) -> u64 {
    let steps = readings.windows(2).map(|pair| pair[1].saturating_sub(pair[0]));
    steps.filter(|&step| step > 0).min().unwrap_or(0)
}

/// Median time of one call of `read`.
fn cost_ns(read: &dyn Fn()) -> f64 {
    let mut groups: Vec<u64> = (0..GROUPS)
        .map(|_| {
            let start = now_ns();
            (0..GROUP).for_each(|_| read());
            now_ns() - start
        })
        .collect();
    groups.sort_unstable();
    groups[GROUPS / 2] as f64 / GROUP as f64
}

/// Wall time in ns since some moment in the past, never going back.
///
/// On Linux the moment is the same for all processes (`CLOCK_MONOTONIC`), so that times which two of
/// them have taken can be compared. On other systems it is the first call in this process.
#[cfg(target_os = "linux")]
pub fn now_ns() -> u64 {
    nanoseconds(rustix::time::clock_gettime(rustix::time::ClockId::Monotonic))
}

/// Wall time in ns since the first call in this process, never going back.
#[cfg(not(target_os = "linux"))]
pub fn now_ns() -> u64 {
    static FIRST: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    FIRST.get_or_init(std::time::Instant::now).elapsed().as_nanos() as u64
}

/// CPU time of the calling thread in ns; `None` where the system does not tell.
pub fn thread_cpu_ns() -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        Some(nanoseconds(rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime)))
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// Neither clock can be negative, and 584 years fit.
#[cfg(target_os = "linux")]
fn nanoseconds(time: rustix::time::Timespec) -> u64 {
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Multiplications in one round of [`chain`].
const ROUND: u32 = 8;
/// Rounds of the short and the long chain.
const ROUNDS: [u32; 2] = [64, 320];
/// How often both chains run; the fastest of each counts.
const ATTEMPTS: usize = 7;

/// Clock of the core that the calling thread is on, in MHz, measured in about 20 µs; `None` where
/// that cannot be done.
///
/// A chain of multiplications, each of which needs the result of the one before, takes a known number
/// of cycles, whatever a second hardware thread does. The time of a short chain is taken off that of a
/// long one, so that calls and clock readings cancel; the fastest of several runs is the one that
/// nothing interrupted.
///
/// Unknown without optimisation, where the operand travels through memory, and on architectures whose
/// latency differs between cores (`aarch64`: two cycles or three). On x86-64 a product of 32 bits
/// takes three cycles on every Intel core since 2008 but the first Atoms, and on AMD's but the
/// Bulldozer family, which needs four and would show a quarter too few (Abel & Reineke 2019, table of
/// latencies; Fog, instruction tables). Products of 64 bits take five on efficiency cores. Tried
/// before: a chain of additions, which recent cores fold while renaming: it read 14 GHz.
pub fn mhz() -> Option<f64> {
    let latency_cycles = latency_cycles(std::env::consts::ARCH, env!("PARZEN_OPT_LEVEL"))?;
    let mut best_ns = [u64::MAX; 2];
    for _ in 0..ATTEMPTS {
        for (best_ns, rounds) in best_ns.iter_mut().zip(ROUNDS) {
            let start = now_ns();
            black_box(chain(black_box(3), black_box(rounds)));
            *best_ns = (*best_ns).min(now_ns() - start);
        }
    }
    let multiplications = f64::from(ROUND * (ROUNDS[1] - ROUNDS[0]));
    let ns = best_ns[1].checked_sub(best_ns[0]).filter(|&ns| ns > 0)?;
    Some(multiplications * latency_cycles * 1000.0 / ns as f64)
}

/// Cycles of one multiplication of the chain; `None` where they are not known.
fn latency_cycles(architecture: &str, opt_level: &str) -> Option<f64> {
    (architecture == "x86_64" && opt_level != "0").then_some(3.0)
}

/// `rounds` times eight squarings, each of the result before.
///
/// Squarings, because LLVM folds `x * a * b` into `x * (a * b)`, but x to the power of 2^8 has no
/// shorter form than eight squarings. Each is one `imul` of a register with itself.
#[inline(never)]
fn chain(mut x: u32, rounds: u32) -> u32 {
    for _ in 0..rounds {
        for _ in 0..ROUND {
            x = x.wrapping_mul(x);
        }
    }
    x
}

#[cfg(test)]
mod tests {
    use super::{
        chain, is_monotonic, latency_cycles, least_step, mhz, now_ns, thread_cpu_ns, timer,
    };

    #[test]
    fn the_least_step_is_above_zero() {
        assert_eq!(least_step(&[5, 5, 8, 10, 10, 110]), 2);
        assert_eq!(least_step(&[7, 7]), 0);
    }

    #[test]
    fn clocks_never_go_back() {
        let wall: Vec<u64> = (0..1000).map(|_| now_ns()).collect();
        assert!(wall.is_sorted());
        let cpu: Vec<Option<u64>> = (0..1000).map(|_| thread_cpu_ns()).collect();
        assert!(cpu.is_sorted());
        assert_eq!(cpu[0].is_some(), cfg!(target_os = "linux"));
    }

    #[test]
    fn the_timer_tells_of_the_cpu_clock_where_there_is_one() {
        let timer = timer();
        assert_eq!(timer.cpu_clock_ns.is_some(), thread_cpu_ns().is_some());
        assert_ne!(timer.is_monotonic, Some(false));
        assert_eq!(is_monotonic(&[usize::MAX]), None, "no thread can be there");
        let text = serde_json::to_string(&timer).unwrap();
        assert_eq!(serde_json::from_str::<super::Timer>(&text).unwrap(), timer);
    }

    #[test]
    fn the_chain_is_as_long_as_it_says() {
        assert_eq!(chain(3, 0), 3);
        assert_eq!(chain(3, 1), 3_u32.wrapping_pow(256));
        // The order of an odd number modulo 2^32 divides 2^30: after 32 squarings 1 is left.
        assert_eq!(chain(3, 4), 1);
    }

    #[test]
    fn the_clock_is_known_where_the_latency_is() {
        assert_eq!(latency_cycles("x86_64", "3"), Some(3.0));
        assert_eq!(latency_cycles("x86_64", "0"), None);
        assert_eq!(latency_cycles("aarch64", "3"), None);
        if latency_cycles(std::env::consts::ARCH, env!("PARZEN_OPT_LEVEL")).is_none() {
            assert_eq!(mhz(), None);
        } else {
            assert!(mhz().is_none_or(|mhz| mhz > 0.0));
        }
    }
}
