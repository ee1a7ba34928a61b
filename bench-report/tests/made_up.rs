//! The made-up study of version 2, `tests/data/version-2/study.json`: how every number in it comes
//! about, so that the recorded pages can be checked by hand.
//!
//! Times are round numbers times a drift that all configurations of a block share, so that ratios
//! come out exact: 2 workers of `threads` take half the time of the serial code in strong scaling.
//! What disturbs them is put in on purpose, once each. After a wanted change:
//! `BLESS=1 cargo test -p bench-report --test made_up`, then the same for `golden`.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its files must stop")]

use std::{fs, path::Path};

use serde_json::{Value, json};

/// What every block of all workloads is multiplied with, in thousandths.
const DRIFT: [u64; 10] = [1000, 1010, 990, 1020, 1000, 980, 1010, 1000, 990, 1000];

/// One configuration: backend, workers, role, time of a pass in microseconds.
type Configuration = (&'static str, u64, &'static str, u64);

/// All workers share one job; `processes` with one worker is 4 % slower than the serial code.
const STRONG: &[Configuration] = &[
    ("serial", 1, "measured", 1000),
    ("threads", 1, "measured", 1000),
    ("threads", 2, "measured", 500),
    ("threads", 4, "measured", 250),
    ("threads", 6, "measured", 300),
    ("processes", 1, "measured", 1040),
    ("processes", 2, "measured", 520),
    ("processes", 4, "measured", 260),
    ("threads", 2, "control", 500),
];

/// Every worker adds its share: 4 workers reach 4 × 1000 / 1250 = 320 %.
const WEAK: &[Configuration] = &[
    ("serial", 1, "measured", 1000),
    ("threads", 1, "measured", 1000),
    ("threads", 2, "measured", 1050),
    ("threads", 4, "measured", 1250),
];

/// The copy takes 2 % longer than its original in every block: it must fail.
const THROUGHPUT: &[Configuration] = &[
    ("serial", 1, "measured", 9000),
    ("threads", 1, "measured", 9000),
    ("threads", 2, "measured", 9900),
    ("threads", 4, "measured", 18_000),
    ("threads", 2, "control", 10_098),
];

/// The memory holds workers up: counting reaches 50, 98 and 96 % of the speed of loading alone with 1, 2
/// and 4 workers, and the bounds on its speed-up are 8000 / 4000 = 200 %, 204.1 % and 333.3 %.
const DIVIDED: &[Configuration] = &[
    ("serial", 1, "measured", 8000),
    ("threads", 1, "measured", 8000),
    ("threads", 2, "measured", 4000),
    ("threads", 4, "measured", 2500),
    ("threads", 6, "measured", 2600),
    ("threads", 1, "roof", 4000),
    ("threads", 2, "roof", 3920),
    ("threads", 4, "roof", 2400),
    ("threads", 6, "roof", 2400),
    ("threads", 4, "control", 2500),
];

/// Passes in one measured sample.
const PASSES: u64 = 10;

/// Widths, and tasks: one scan for each.
const WIDTHS: [f64; 4] = [0.5, 1.0, 1.5, 2.0];

/// What one worker says; all CPU time is work but 1 %.
fn worker((_, workers, _, _): Configuration, idx: u64, wall_ns: u64, jobs: u64) -> Value {
    let cpus = workers.min(4);
    let cpu_ns = wall_ns * cpus / workers;
    let tasks = PASSES * WIDTHS.len() as u64 * jobs;
    json!({
        "cpu": idx % 4, "start_ns": 1000 * (idx + 1), "stop_ns": wall_ns - 1000,
        "busy_ns": cpu_ns * 98 / 100, "cpu_ns": cpu_ns, "waiting_cpu_ns": cpu_ns / 100,
        "run_queue_ns": wall_ns - cpu_ns, "voluntary_switches": 1, "forced_switches": 0,
        "migrations": 0, "tasks": tasks / workers + u64::from(idx < tasks % workers),
        "pinned": true, "cpu_clock_readings": 2, "clock_mhz_before": 2800.0,
        "clock_mhz": 2800.0 - 50.0 * cpus as f64,
    })
}

/// One measured sample; `thousandths` multiply the time of the configuration.
fn sample(all: &[Configuration], idx: usize, mode: &str, thousandths: u64, tags: &[&str]) -> Value {
    let configuration @ (backend, workers, _, pass_us) = all[idx];
    let wall_ns = pass_us * PASSES * thousandths;
    let [setup_us, transfer_us, teardown_us] = match backend {
        "serial" => [50, 0, 10],
        "threads" => [100 * workers, 20, 30],
        _ => [2000 * workers, 500 * workers, 100],
    };
    let [dispatch_ns, reduction_ns] = if backend == "serial" { [0, 0] } else { [20_000, 10_000] };
    let jobs = if mode == "strong" { 1 } else { workers };
    json!({
        "configuration": idx, "wall_ns": wall_ns, "dispatch_ns": dispatch_ns,
        "compute_ns": wall_ns - dispatch_ns - reduction_ns, "reduction_ns": reduction_ns,
        "setup_ns": setup_us * 1000, "transfer_ns": transfer_us * 1000,
        "teardown_ns": teardown_us * 1000, "warm_up_passes": 3, "warm_up_ns": 3 * wall_ns / PASSES,
        "steady": true, "observer_ns": wall_ns / 1000, "caller_ns": 5000, "caller_cpu": 3,
        "unplaced_ns": 0, "stolen_ns": [0, 0, 0, 0], "foreign_ns": [-1000, wall_ns / 200, 0, 0],
        "throttled_ns": 0, "throttled_periods": 0, "thermal_events": 0, "cpu_pressure_ns": 0,
        "tags": tags,
        "workers": (0..workers).map(|w| worker(configuration, w, wall_ns, jobs)).collect::<Vec<_>>(),
    })
}

/// What disturbs strong scaling: block, configuration, thousandths of the time, tags.
const DISTURBED: [(usize, usize, u64, &[&str]); 3] = [
    (2, 3, 1400, &["foreign"]),
    (5, 7, 1200, &["contended", "migrated"]),
    (6, 7, 1000, &["of-the-future"]),
];

/// Block number `number`; the order rotates from block to block. In strong scaling the serial
/// time grows by 1 % in every block and by 3 % in block 3, and the copy differs by 0.4 % from its
/// original, now up, now down.
fn block(name: &str, all: &[Configuration], mode: &str, number: usize) -> Value {
    let drift = DRIFT[number % DRIFT.len()];
    let is_strong = (name, mode) == ("l2", "strong");
    let order = (0..all.len()).map(|place| (place + number) % all.len());
    let samples: Vec<Value> = order
        .map(|idx| {
            let disturbed = DISTURBED.iter().find(|d| is_strong && (d.0, d.1) == (number, idx));
            let copy = if number.is_multiple_of(2) { 1004 } else { 996 };
            let factor = match (disturbed, all[idx].2) {
                (Some(disturbed), _) => disturbed.2,
                (None, "control") if is_strong => copy,
                (None, _) => 1000,
            };
            sample(all, idx, mode, drift * factor / 1000, disturbed.map_or(&[], |d| d.3))
        })
        .collect();
    let growth = if is_strong && number == 3 { 1030 } else { 1010 };
    json!({
        "opening": sample(all, 0, mode, drift, &[]), "samples": samples,
        "closing": sample(all, 0, mode, drift * growth / 1000, &[]),
        "idle_foreign": [0.0, 0.004, 0.0, 0.0], "resumed": is_strong && number == 6,
    })
}

/// A workload of `blocks` blocks in a mode.
fn workload(name: &str, mode: &str, all: &[Configuration], blocks: usize) -> Value {
    let n: u64 = if name == "dram" { 4_000_000 } else { 10_000 };
    let configuration = |&(backend, workers, role, _): &Configuration| {
        let cpus: Vec<u64> = (0..workers).map(|worker| worker % 4).collect();
        json!({"backend": backend, "workers": workers, "cpus": cpus,
            "oversubscribed": workers > 4, "role": role})
    };
    json!({
        "name": name, "title": format!("Made-up times, {mode}"), "mode": mode,
        "level": name.to_uppercase(), "widths_per_scan": 1, "n": n, "d": 2, "element": "f8",
        "generator": "normal", "sample_seed": 7, "checksum": "xxh3:0123456789abcdef",
        "center": [0.0, 0.0], "widths": WIDTHS, "counts": [100, 400, 900, 1600],
        "task": "one width, one scan", "tasks": WIDTHS.len(), "bytes": n * 16,
        "pages": {"bytes": n * 16, "huge_bytes": 0, "base_page_bytes": 4096},
        "configurations": all.iter().map(configuration).collect::<Vec<_>>(), "passes": PASSES,
        "stopped_by": if (name, mode) == ("l2", "strong") { "interrupt" } else { "precision" },
        "blocks": (0..blocks).map(|number| block(name, all, mode, number)).collect::<Vec<_>>(),
    })
}

/// The whole study. The first workload ends in a block that was not finished.
fn study() -> Value {
    let mut strong = workload("l2", "strong", STRONG, DRIFT.len() + 1);
    let unfinished = &mut strong["blocks"][DRIFT.len()];
    unfinished["closing"] = Value::Null;
    unfinished["samples"].as_array_mut().unwrap().truncate(3);
    let cache = |level: u64, kind: &str, bytes: u64, cpus: &[u64]| json!({"level": level, "kind": kind, "bytes": bytes, "shared_by_cpus": cpus});
    json!({
        "format": "parzen-study", "version": 2, "created_unix_s": 1_790_000_000, "seed": 123,
        "isa": "portable", "complete": false, "fingerprint": "xxh3:fedcba9876543210",
        "plan": {"preset": "quick", "placement": "physical", "budget_s": 60.0, "precision": 0.01,
            "blocks": null},
        "machine": {"cpu": "Made-up CPU @ 2.80GHz", "architecture": "x86_64", "logical_cpus": 4,
            "physical_cores": 4, "packages": 1, "smt": "off", "memory_bytes": 25_000_000_000_u64,
            "base_page_bytes": 4096, "os": "Debian GNU/Linux 12 (bookworm)", "kernel": "6.18.44",
            "hypervisor": "none", "mitigations": {"meltdown": "Not affected"},
            "caches": [cache(1, "data", 49_152, &[0]), cache(2, "unified", 2 << 20, &[0]),
                cache(3, "unified", 33 << 20, &[0, 1, 2, 3])]},
        "limits": {"allowed_cpus": [0, 1, 2, 3], "mask_unknown": false, "quota_cpus": null,
            "memory_bytes": null},
        "state": {"governor": "performance", "load_average": 0.1},
        "timer": {"resolution_ns": 1, "clock_ns": 25.0, "cpu_clock_ns": 300.0, "is_monotonic": true},
        "workloads": [strong, workload("l2", "weak", WEAK, 6),
            workload("dram", "throughput", THROUGHPUT, 6),
            workload("dram", "strong", DIVIDED, 6)],
        "skipped": [{"workload": "dram", "mode": "strong",
            "configuration": "processes with 4 workers",
            "reason": "needs 3.1 GB, 2.0 GB are free"}],
        "warnings": ["6 workers share 4 CPUs: use a machine with more CPUs or fewer workers"],
    })
}

/// The study as a file: one line for each block.
fn text() -> String {
    study().to_string().replace("{\"closing\":", "\n{\"closing\":") + "\n"
}

#[test]
fn the_recorded_study_is_made_by_these_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/version-2/study.json");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, text()).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == text(), "{} is another", path.display());
}
