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
    /// Time that each allowed CPU was busy, less what our own threads are known to have used of it;
    /// ticks may make it negative.
    pub foreign_ns: Option<Vec<i64>>,
    /// CPU time of our own threads that may have been on any CPU; still in `foreign_ns`.
    pub unplaced_ns: Option<u64>,
    /// Time for which a quota stopped us.
    pub throttled_ns: Option<u64>,
    /// Periods in which it did.
    pub throttled_periods: Option<u64>,
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
    /// Whether it is known not to have been on its planned CPU all the time.
    pub fn left_its_seat(&self) -> bool {
        self.pinned == Some(false) || self.migrations.is_some_and(|migrations| migrations > 0)
    }

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

    /// The CPUs that its workers were on from its beginning to its end; `None` if one may have moved, or
    /// nothing is known.
    pub fn worker_cpus(&self) -> Option<Vec<u64>> {
        let stayed = |worker: &Worker| worker.pinned == Some(true) && !worker.left_its_seat();
        let cpu = |worker: &Worker| worker.cpu.filter(|_| stayed(worker));
        let cpus: Option<Vec<u64>> = self.workers.iter().map(cpu).collect();
        cpus.filter(|cpus| !cpus.is_empty())
    }

    /// Whether a CPU may have had a worker; one without a number may.
    pub fn concerns(&self, cpu: Option<u64>) -> bool {
        let Some((cpu, cpus)) = cpu.zip(self.worker_cpus()) else { return true };
        cpus.contains(&cpu)
    }

    /// Whether a control group withheld CPU time from it.
    pub fn is_throttled(&self) -> bool {
        [self.throttled_ns, self.throttled_periods].iter().flatten().any(|&counted| counted > 0)
    }

    /// Whether a worker is known to have left its planned CPU.
    pub fn lost_a_seat(&self) -> bool {
        self.workers.iter().any(Worker::left_its_seat)
    }

    /// From the first worker's beginning to the last one's; `None` unless every one tells.
    pub fn lateness_ns(&self) -> Option<u64> {
        let starts = self.workers.iter().map(|worker| worker.start_ns);
        let starts = starts.collect::<Option<Vec<u64>>>()?;
        Some(starts.iter().max()?.saturating_sub(*starts.iter().min()?))
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
    fn a_worker_that_may_have_moved_concerns_every_cpu() {
        let worker =
            |cpu, pinned, migrations| Worker { cpu, migrations, pinned, ..Worker::default() };
        let of = |workers: &[Worker]| Sample { workers: workers.into(), ..Sample::default() };
        let still = worker(Some(3), Some(true), None);
        assert_eq!(of(&[still]).worker_cpus(), Some(vec![3]));
        assert!(of(&[still]).concerns(Some(3)) && !of(&[still]).concerns(Some(4)));
        assert!(of(&[still]).concerns(None) && of(&[]).concerns(Some(4)));
        let moved = worker(Some(4), Some(true), Some(1));
        let loose = worker(Some(4), Some(false), Some(0));
        for other in [moved, loose] {
            assert!(of(&[still, other]).lost_a_seat() && of(&[still, other]).concerns(Some(7)));
        }
        let unknown = worker(Some(4), None, None);
        assert!(!of(&[unknown]).lost_a_seat() && of(&[unknown]).worker_cpus().is_none());
    }

    #[test]
    fn a_sample_is_throttled_by_time_or_by_periods() {
        let of = |throttled_ns, throttled_periods| {
            Sample { throttled_ns, throttled_periods, ..Sample::default() }.is_throttled()
        };
        assert!(!of(None, None) && !of(Some(0), Some(0)));
        assert!(of(Some(1), None) && of(None, Some(1)) && of(Some(1), Some(0)));
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
