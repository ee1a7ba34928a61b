//! The made-up study of six worker counts, `tests/data/six-counts/study.json`: times whose law is
//! known, so that the recorded pages show what is said about laws.
//!
//! Apart from `made_up.rs`, whose times are round: a law needs noise to be judged. `threads` follows
//! Amdahl's law with a serial share of 5 %, `rayon` has a cost for each pair of workers as well; both
//! have second hardware threads that are worth 30 % of a core. After a wanted change:
//! `BLESS=1 cargo test -p bench-report --test made_up_laws`, then the same for `golden`.

use std::{fs, path::Path};

use bench_report::{
    compare::{Compared, Description, Fitted},
    report_from_study,
    statistics::{laws, verdict::Verdict},
};
use rand::{SeedableRng as _, rngs::ChaCha8Rng};
use rand_distr::{Distribution as _, StandardNormal};
use serde_json::{Value, json};

/// Physical cores; CPU c and CPU c + CORES are the hardware threads of one.
const CORES: u64 = 8;

/// Workers of both backends; the last number puts two on each of four cores.
const WORKERS: [u64; 7] = [1, 2, 3, 4, 6, 8, 12];

const BLOCKS: usize = 20;
const PASSES: f64 = 10.0;

/// Of every time, and of what a block shares: relative standard deviations.
const NOISE: f64 = 0.01;
const BLOCK_NOISE: f64 = 0.02;

/// Of the returns to the first configuration: below what flags a block.
const RETURN_NOISE: f64 = 0.002;

/// True shares of the time of one worker.
const SERIAL_SHARE: f64 = 0.05;
const PAIR_COST: f64 = 0.004;
const SECOND_THREAD: f64 = 0.3;

const SEED: u64 = 5;

/// Backend, workers, role.
type Configuration = (&'static str, u64, &'static str);

fn configurations() -> Vec<Configuration> {
    let of = |backend| WORKERS.map(|workers| (backend, workers, "measured"));
    let serial = [("serial", 1, "measured")];
    let control = [("threads", 4, "control")];
    [&serial[..], &of("threads"), &of("rayon"), &control].concat()
}

/// The time of a pass without noise: the serial code and one worker take 1 ms.
fn pass_ns((backend, workers, _): Configuration) -> f64 {
    let n = workers.min(CORES) as f64;
    let more = 1.0 + SECOND_THREAD * workers.saturating_sub(CORES) as f64 / n;
    let pairs = if backend == "rayon" { PAIR_COST * (n - 1.0) } else { 0.0 };
    1e6 * (SERIAL_SHARE + (1.0 - SERIAL_SHARE) / (n * more) + pairs)
}

/// Block number `number`; the order rotates from block to block.
fn block(all: &[Configuration], number: usize, random: &mut ChaCha8Rng) -> Value {
    let mut normal = |sigma: f64| -> f64 {
        let z: f64 = StandardNormal.sample(random);
        sigma * z
    };
    let level = normal(BLOCK_NOISE);
    let mut sample = |idx: usize, noise: f64| {
        let wall_ns = PASSES * pass_ns(all[idx]) * (level + normal(noise)).exp();
        json!({"configuration": idx, "wall_ns": wall_ns.round() as u64, "tags": []})
    };
    let order = (0..all.len()).map(|place| (place + number) % all.len());
    let samples: Vec<Value> = order.map(|idx| sample(idx, NOISE)).collect();
    let [opening, closing] = [0, 0].map(|idx| sample(idx, RETURN_NOISE));
    json!({"opening": opening, "samples": samples, "closing": closing,
        "idle_foreign": vec![0.0; 2 * CORES as usize], "resumed": false})
}

fn study() -> Value {
    let all = configurations();
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let blocks: Vec<Value> = (0..BLOCKS).map(|number| block(&all, number, &mut random)).collect();
    let configuration = |&(backend, workers, role): &Configuration| {
        json!({"backend": backend, "workers": workers, "cpus": (0..workers).collect::<Vec<_>>(),
            "oversubscribed": false, "role": role})
    };
    let topology =
        (0..2 * CORES).map(|id| json!({"id": id, "core": id % CORES, "kind": "unknown"}));
    json!({
        "format": "parzen-study", "version": 2, "created_unix_s": 1_790_000_000, "seed": SEED,
        "isa": "portable", "complete": true,
        "machine": {"cpu": "Made-up CPU with eight cores", "logical_cpus": 2 * CORES,
            "physical_cores": CORES, "topology": topology.collect::<Vec<_>>()},
        "limits": {"allowed_cpus": (0..2 * CORES).collect::<Vec<_>>(), "quota_cpus": null},
        "timer": {"resolution_ns": 1, "clock_ns": 25.0, "cpu_clock_ns": 300.0},
        "workloads": [{
            "name": "l2", "title": "Made-up times with noise, strong", "mode": "strong",
            "level": "L2", "widths_per_scan": 1, "n": 10_000, "d": 2, "element": "f8",
            "generator": "normal", "sample_seed": 7, "checksum": "xxh3:0123456789abcdef",
            "center": [0.0, 0.0], "widths": [0.5, 1.0, 1.5, 2.0],
            "counts": [100, 400, 900, 1600], "task": "one width, one scan", "tasks": 24,
            "bytes": 160_000, "passes": PASSES as u64, "stopped_by": "precision",
            "configurations": all.iter().map(configuration).collect::<Vec<_>>(), "blocks": blocks,
        }],
        "skipped": [], "warnings": [],
    })
}

/// The study as a file: one line for each block.
fn text() -> String {
    study().to_string().replace("{\"closing\":", "\n{\"closing\":") + "\n"
}

fn recorded() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/six-counts/study.json")
}

#[test]
fn the_recorded_study_is_made_by_these_rules() {
    let path = recorded();
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, text()).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == text(), "{} is another", path.display());
}

/// The law is found, its parameter within the interval, and the counts that share cores stay out.
#[test]
fn the_true_law_is_named_and_its_interval_holds_the_truth() {
    let report = report_from_study(&recorded()).unwrap();
    let compared = Compared::of(&report);
    let (_, comparison) = compared.studies[0].workloads().next().unwrap();
    let Description::Fitted(threads) = &comparison.sweeps[0].law else { panic!("not fitted") };
    let Fitted { workers, sharing, choice, second_threads, is_judged } = threads.as_ref();
    let sharing: Vec<u32> = sharing.iter().map(|shared| shared.workers).collect();
    assert_eq!((workers.as_slice(), sharing), (&[1, 2, 3, 4, 6, 8][..], vec![12]));
    assert!(*is_judged);
    assert_eq!(choice.verdict, Verdict::Best(&laws::AMDAHL));
    let amdahl = choice.fits.iter().find(|fit| *fit.law == laws::AMDAHL).unwrap();
    assert!(amdahl.parameters[1].estimate.interval.unwrap().contains(SERIAL_SHARE));
    assert_eq!(amdahl.parameters[1].at_bound, None);
    // Capacity knows no serial share and would blame the second threads for it.
    assert_eq!(*second_threads, None);
    for figures in comparison.figures.iter().filter(|figures| figures.serial_share.is_some()) {
        assert!(figures.serial_share.unwrap().estimate().interval.is_some());
    }
}
