//! One configuration, measured once: its times, what disturbed it, and what its workers say.
//!
//! Separate because it is the largest record, and the one of which a study has thousands. Unknown
//! is `None`. Next: [`crate::compare`] makes figures of many of them.

use serde::{Deserialize, Serialize};

/// One measured time with all that is known about it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Wall time of all passes together, at least 1.
    pub wall_ns: u64,
    /// Of it, handing out the work, all passes.
    pub dispatch_ns: Option<u64>,
    /// Of it, counting, until the last worker is done, all passes.
    pub compute_ns: Option<u64>,
    /// Of it, collecting the counts, all passes.
    pub reduction_ns: Option<u64>,
    /// Before it, starting the workers.
    pub setup_ns: Option<u64>,
    /// Before it, bringing the samples to the workers.
    pub transfer_ns: Option<u64>,
    /// After it, ending the workers.
    pub teardown_ns: Option<u64>,
    /// Passes before the first measured one.
    pub warm_up_passes: Option<u64>,
    /// Whether the times of the passes had settled before measuring began.
    pub steady: Option<bool>,
    /// Estimated cost of our own clock readings inside the wall time.
    pub observer_ns: Option<u64>,
    /// Time that the hypervisor took from each allowed CPU.
    pub stolen_ns: Option<Vec<u64>>,
    /// Time that others used of each allowed CPU.
    pub foreign_ns: Option<Vec<u64>>,
    /// Time for which a quota stopped us.
    pub throttled_ns: Option<u64>,
    /// What disturbed it, in words of the measuring program, each once; empty if nothing did.
    pub tags: Option<Vec<String>>,
    /// What each worker says; empty if unknown.
    pub workers: Vec<Worker>,
}

/// What one worker says about one measured sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Worker {
    /// Logical CPU that it was on.
    pub cpu: Option<u64>,
    /// When it began to count, since the beginning of the sample.
    pub start_ns: Option<u64>,
    /// When it ended counting, since the beginning of the sample.
    pub stop_ns: Option<u64>,
    /// Wall time inside the kernel, all passes.
    pub busy_ns: Option<u64>,
    /// CPU time.
    pub cpu_ns: Option<u64>,
    /// Of the CPU time, what was spent waiting for others or for orders.
    pub waiting_cpu_ns: Option<u64>,
    /// Time for which it could run and no CPU was free.
    pub run_queue_ns: Option<u64>,
    /// Times it gave up its CPU.
    pub voluntary_switches: Option<u64>,
    /// Times its CPU was taken away.
    pub forced_switches: Option<u64>,
    /// Times it changed its CPU.
    pub migrations: Option<u64>,
    /// Tasks that it did, all passes.
    pub tasks: Option<u64>,
    /// Whether it was proven to be on the CPU planned for it.
    pub pinned: Option<bool>,
    /// Clock of its core, measured.
    pub clock_mhz: Option<f64>,
}

impl Worker {
    /// CPU time spent on tasks; unknown also where the file contradicts itself by more waiting
    /// than CPU time.
    pub fn working_cpu_ns(&self) -> Option<u64> {
        self.cpu_ns?.checked_sub(self.waiting_cpu_ns?)
    }
}

impl Sample {
    /// Starting workers, bringing them their data and ending them: what a wall time leaves out.
    pub fn start_up_ns(&self) -> Option<u64> {
        let setup_ns = self.setup_ns?.saturating_add(self.transfer_ns?);
        Some(setup_ns.saturating_add(self.teardown_ns?))
    }

    /// Sum of a figure over the workers, if there are any and every one tells.
    pub fn sum(&self, of: impl Fn(&Worker) -> Option<u64>) -> Option<u64> {
        let add = |sum: u64, worker| of(worker).map(|value| sum.saturating_add(value));
        self.workers.iter().try_fold(0, add).filter(|_| !self.workers.is_empty())
    }

    /// Workers that were proven to be on their CPU, and workers that told.
    pub fn pinned(&self) -> (u64, u64) {
        let told = self.workers.iter().filter_map(|worker| worker.pinned);
        let proven = told.clone().filter(|&pinned| pinned).count() as u64;
        (proven, told.count() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_over_workers_needs_every_one_of_them() {
        let worker = |cpu_ns| Worker { cpu_ns, ..Worker::default() };
        let sample = |workers: &[Worker]| Sample { workers: workers.into(), ..Sample::default() };
        let sum = |workers: &[Worker]| sample(workers).sum(|worker| worker.cpu_ns);
        assert_eq!(sum(&[worker(Some(2)), worker(Some(3))]), Some(5));
        assert_eq!(sum(&[worker(Some(2)), worker(None)]), None);
        assert_eq!(sum(&[]), None);
        assert_eq!(sum(&[worker(Some(u64::MAX)), worker(Some(3))]), Some(u64::MAX));
    }

    #[test]
    fn more_waiting_than_cpu_time_is_unknown() {
        let worker =
            |cpu_ns, waiting_cpu_ns| Worker { cpu_ns, waiting_cpu_ns, ..Worker::default() };
        assert_eq!(worker(Some(5), Some(2)).working_cpu_ns(), Some(3));
        assert_eq!(worker(Some(5), Some(6)).working_cpu_ns(), None);
        assert_eq!(worker(Some(5), None).working_cpu_ns(), None);
    }
}
