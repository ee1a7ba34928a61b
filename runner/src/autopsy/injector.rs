//! A spinner that uses a known share of one CPU: the calibrated injector.
//!
//! Separate because it is the one thing here that disturbs on purpose. Whoever claims to see foreign load
//! must see this one, as large as it is. It is a thread of this program, ended by [`Injector::end`] or by
//! dropping it, and never outlives either. Next: `last_core`, which measures beside it.

use std::hint::spin_loop;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};

use super::record::Injected;
use crate::machine::{affinity, clock};

/// A period of spinning and sleeping lasts so long, at random: a fixed one could fall into step with the
/// scheduler's tick, which then would always or never see it.
const PERIOD_NS: std::ops::Range<u64> = 3_000_000..9_000_000;

/// A spinner at work.
#[derive(Debug)]
pub(super) struct Injector {
    share: f64,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Option<(u64, u64)>>>,
}

impl Injector {
    /// Starts one on `cpu` that uses `share` of it, 0 to 1.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn start(cpu: usize, share: f64, seed: u64) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let builder = std::thread::Builder::new().name("injector".into());
        let thread = builder.spawn(move || spin(cpu, share, seed, &told))?;
        Ok(Self { share, stop, thread: Some(thread) })
    }

    /// Ends it; what it used, or `None` if it could not be put on its CPU or the system does not tell.
    pub(super) fn end(mut self) -> Option<Injected> {
        let (cpu_ns, wall_ns) = self.join()?;
        Some(Injected { share: self.share, cpu_ns, wall_ns })
    }

    fn join(&mut self) -> Option<(u64, u64)> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take()?.join().ok().flatten()
    }
}

impl Drop for Injector {
    fn drop(&mut self) {
        self.join();
    }
}

/// CPU time and wall time of its life.
fn spin(cpu: usize, share: f64, seed: u64, stop: &AtomicBool) -> Option<(u64, u64)> {
    affinity::pin(cpu).ok()?;
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (began_ns, began_cpu_ns) = (clock::now_ns(), clock::thread_cpu_ns()?);
    let mut period_began_ns = began_ns;
    while !stop.load(Ordering::Relaxed) {
        let period_ns = random.random_range(PERIOD_NS);
        let until_ns = clock::thread_cpu_ns()? + (share * period_ns as f64) as u64;
        while clock::thread_cpu_ns()? < until_ns && !stop.load(Ordering::Relaxed) {
            spin_loop();
        }
        period_began_ns += period_ns;
        std::thread::sleep(Duration::from_nanos(period_began_ns.saturating_sub(clock::now_ns())));
    }
    Some((clock::thread_cpu_ns()? - began_cpu_ns, clock::now_ns() - began_ns))
}

#[cfg(test)]
mod tests {
    use super::Injector;
    use crate::machine::affinity;

    #[cfg(target_os = "linux")]
    #[test]
    fn it_lives_until_it_is_ended_and_tells_what_it_used() {
        let cpu = affinity::allowed()[0];
        let injector = Injector::start(cpu, 0.1, 1).unwrap();
        let injected = injector.end().unwrap();
        assert!(injected.cpu_ns <= injected.wall_ns, "{injected:?}");
        assert_eq!(injected.share.to_bits(), 0.1_f64.to_bits());
        drop(Injector::start(cpu, 0.1, 1).unwrap());
    }

    #[test]
    fn a_cpu_that_is_not_there_gives_no_figure() {
        assert_eq!(Injector::start(usize::MAX, 0.1, 1).unwrap().end(), None);
        affinity::allowed();
    }
}
