//! How a workload is called: its name, its mode and where its samples live.
//!
//! Separate because every title must say all three (Bailey 1991; Hoefler & Belli 2015, rules 2 and
//! 9): "scales well" means something else for a job that grows with the workers, and something
//! else again for samples that fit a private cache.

use crate::{
    model::{Cache, Machine, Mode, Study, Workload},
    quantity,
};

/// Name and mode: `article, strong scaling`.
pub fn label(workload: &Workload) -> String {
    let mode = match workload.mode {
        Mode::Strong => "strong scaling",
        Mode::Weak => "weak scaling",
        Mode::Throughput => "throughput",
    };
    format!("{}, {mode}", workload.name)
}

/// Name, mode and working set in one line, for a title.
pub fn heading(study: &Study, workload: &Workload) -> String {
    let label = label(workload);
    let job = if workload.mode == Mode::Strong { "" } else { " for each job" };
    match workload.bytes {
        None => format!("{label}: working set unknown"),
        Some(bytes) => {
            let place = fit(&study.machine, bytes).map(|fit| format!(", {fit}"));
            let size = quantity::bytes(bytes);
            format!("{label}: {size} of samples{job}{}", place.unwrap_or_default())
        }
    }
}

/// Bytes for one worker and in total, against the caches.
pub fn working_set(study: &Study, workload: &Workload) -> String {
    let Some(bytes) = workload.bytes else {
        return "unknown".into();
    };
    let told = |bytes: u64| match fit(&study.machine, bytes) {
        Some(fit) => format!("{}, {fit}", quantity::bytes(bytes)),
        None => quantity::bytes(bytes),
    };
    let sized = workload.level.as_ref().map(|level| format!(" (sized for {level})"));
    let one = format!("each worker reads {}{}", told(bytes), sized.unwrap_or_default());
    match workload.entries.iter().map(|entry| entry.workers).max() {
        None | Some(0 | 1) => one,
        Some(workers) => {
            let total = told(bytes.saturating_mul(workers));
            format!(
                "{one}; with a copy for each of {} it is {total}",
                quantity::counted(workers, "worker")
            )
        }
    }
}

/// The smallest cache that holds this many bytes, or that none does.
fn fit(machine: &Machine, bytes: u64) -> Option<String> {
    if let Some(cache) = machine.cache_for(bytes) {
        return Some(format!("fits {}", cache_words(cache)));
    }
    let largest = machine.caches.iter().max_by_key(|cache| cache.bytes)?;
    Some(format!("exceeds {}", cache_words(largest)))
}

fn cache_words(cache: &Cache) -> String {
    let shared = match cache.shared_by_cpus.len() {
        0 | 1 => String::new(),
        cpus => format!(" shared by {cpus} CPUs"),
    };
    format!("L{} of {}{shared}", cache.level, quantity::bytes(cache.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_held_against_the_caches() {
        let cache = |level, bytes, cpus: &[u64]| Cache {
            level,
            kind: "unified".into(),
            bytes,
            shared_by_cpus: cpus.into(),
        };
        let caches = vec![cache(2, 2 << 20, &[0]), cache(3, 32 << 20, &[0, 1])];
        let machine = Machine { caches, ..Machine::default() };
        let fit = |bytes| fit(&machine, bytes).unwrap();
        assert_eq!(fit(1000), "fits L2 of 2.0 MiB");
        assert_eq!(fit(3 << 20), "fits L3 of 32.0 MiB shared by 2 CPUs");
        assert_eq!(fit(33 << 20), "exceeds L3 of 32.0 MiB shared by 2 CPUs");
        assert_eq!(super::fit(&Machine::default(), 1), None);
    }
}
