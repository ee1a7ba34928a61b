//! A tiny study of a made-up workload: what the file holds, and that its order is a function of the
//! seed. Nothing here depends on how long anything takes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::num::NonZeroUsize;

use kernel::isa;
use runner::backend;
use runner::study::progress::Progress;
use runner::study::{self, Error, Extent, Options, Study};
use runner::workload::{self, Expected, Generator, Stored, Summary, WidthRange, Workload};
use serde_json::Value;

fn workload(name: &'static str, element: Stored) -> Workload {
    Workload {
        name,
        title: "a tiny workload",
        n: 300,
        d: 2,
        element,
        generator: Generator::StandardNormal,
        seed: 9,
        center: &[0.0, 0.5],
        widths: WidthRange { start: 0.5, stop: 1.5, count: 5 },
        expected: Expected::Oracle,
        checksum: None,
    }
}

fn options(blocks: usize, seed: u64) -> Options {
    Options {
        workloads: vec![workload("tiny", Stored::Double)],
        workers: vec![2, 3],
        extent: Extent::Blocks(NonZeroUsize::new(blocks).unwrap()),
        seed,
        isa: isa::best(),
        progress: Progress::Silent,
    }
}

/// The configurations of every block of the first workload, in the order measured.
fn order(study: &Study) -> Vec<Vec<usize>> {
    let blocks = &study.workloads[0].blocks;
    blocks
        .iter()
        .map(|block| block.iter().map(|measured| measured.configuration).collect())
        .collect()
}

#[test]
fn blocks_are_complete_permutations_and_a_function_of_the_seed() {
    let study = study::run(&options(4, 11)).unwrap();
    let configurations = study.workloads[0].configurations.len();
    // One worker is measured although 2 and 3 were asked for.
    assert_eq!(configurations, 1 + 3 * (backend::ALL.len() - 1));
    for mut block in order(&study) {
        block.sort_unstable();
        assert_eq!(block, (0..configurations).collect::<Vec<_>>());
    }
    assert_eq!(order(&study::run(&options(4, 11)).unwrap()), order(&study));
    assert_ne!(order(&study::run(&options(4, 12)).unwrap()), order(&study));
}

#[test]
fn the_file_holds_everything_that_was_measured() {
    let mut options = options(3, 1);
    options.workloads.push(workload("single", Stored::Single));
    let study = study::run(&options).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = study.write(&folder.path().join("new/folder")).unwrap();
    let file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();

    assert_eq!((&file["format"], &file["version"]), (&"parzen-study".into(), &1.into()));
    assert_eq!((&file["seed"], &file["isa"]), (&1.into(), &isa::best().name().into()));
    assert!(file["machine"]["allowed_cpus"].as_array().is_some_and(|cpus| !cpus.is_empty()));
    assert!(file["created_unix_s"].as_u64().unwrap() > 1_700_000_000);
    assert!(file["warnings"].as_array().unwrap().iter().all(Value::is_string));
    let workloads = file["workloads"].as_array().unwrap();
    assert_eq!(workloads.iter().map(|w| &w["element"]).collect::<Vec<_>>(), ["f8", "f4"]);
    for (record, workload) in workloads.iter().zip(&options.workloads) {
        check_record(record, workload);
    }
}

fn check_record(record: &Value, workload: &Workload) {
    assert_eq!(record["name"], workload.name);
    assert_eq!((record["n"].as_u64(), record["d"].as_u64()), (Some(300), Some(2)));
    let samples = workload.samples().unwrap();
    let counts = runner::for_any!(&samples, samples => workload.counts(samples)).unwrap();
    assert_eq!(record["counts"], serde_json::json!(counts));
    assert_eq!(record["checksum"], samples.checksum().to_string());
    assert_eq!(record["widths"].as_array().unwrap().len(), counts.len());
    assert_eq!(record["center"], serde_json::json!(workload.center));
    assert_eq!(record["sample_seed"], workload.seed);
    assert!(record["passes"].as_u64().unwrap() >= 1);
    assert!(record["warm_up_passes"].as_u64().unwrap() >= 1);
    let configurations = record["configurations"].as_array().unwrap();
    for configuration in configurations {
        let cpus = configuration["cpus"].as_array().unwrap().len() as u64;
        assert_eq!(configuration["workers"].as_u64(), Some(cpus));
        assert!(configuration["oversubscribed"].is_boolean());
    }
    let blocks = record["blocks"].as_array().unwrap();
    assert_eq!(blocks.len(), 3);
    for measured in blocks.iter().flat_map(|block| block.as_array().unwrap()) {
        let index = measured["configuration"].as_u64().unwrap() as usize;
        let workers = measured["workers"].as_array().unwrap();
        assert_eq!(configurations[index]["workers"].as_u64(), Some(workers.len() as u64));
        let wall_ns = measured["wall_ns"].as_u64().unwrap();
        for worker in workers {
            let at = |key: &str| worker[key].as_u64().unwrap();
            assert!(at("start_ns") <= at("stop_ns") && at("stop_ns") <= wall_ns);
            assert!(worker["pinned"].is_boolean() && worker["cpu"].is_u64());
            assert!(worker["cpu_ns"].is_u64() || worker["cpu_ns"].is_null());
        }
    }
}

#[test]
fn wrong_stored_counts_stop_the_study() {
    let mut options = options(1, 1);
    options.workloads[0].expected = Expected::Known(Summary { first: 1, last: 2, sum: 3 });
    match study::run(&options) {
        Err(Error::Workload { source: workload::Error::WrongCounts { .. }, .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_checksum_that_differs_is_told() {
    let mut options = options(6, 1);
    options.workloads[0].checksum = Some(workload::Checksum::from_bits(1));
    let study = study::run(&options).unwrap();
    let told = study.warnings.iter().any(|warning| warning.contains("xxh3:0000000000000001"));
    assert!(told, "{:?}", study.warnings);
}

#[test]
fn impossible_options_are_refused() {
    for workers in [0, study::MAX_WORKERS + 1] {
        let options = Options { workers: vec![1, workers], ..options(1, 1) };
        let error = study::run(&options).unwrap_err();
        assert!(matches!(error, Error::Workers { workers: named } if named == workers), "{error}");
    }
    let error = study::run(&options(100_000, 1)).unwrap_err().to_string();
    assert!(error.starts_with("100000 blocks of") && error.contains("allowed: 1 to"), "{error}");
    let nothing = Options { workloads: Vec::new(), ..options(1, 1) };
    assert!(matches!(study::run(&nothing), Err(Error::NoWorkload)));
}

#[test]
fn an_unwritable_folder_is_named() {
    let study = study::run(&options(1, 1)).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = study.write(file.path()).unwrap_err();
    assert!(error.to_string().contains(study::record::FILE), "{error}");
    let error = study::record::check_writable(file.path()).unwrap_err().to_string();
    assert!(error.contains(&file.path().display().to_string()), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("new");
    study::record::check_writable(&new).unwrap();
    assert_eq!(std::fs::read_dir(&new).unwrap().count(), 0);
}
