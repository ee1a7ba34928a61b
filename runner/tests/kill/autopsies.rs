//! An autopsy whose workers are killed: it is told, and nothing that was measured is lost.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::Path;

use runner::autopsy::record::FILE;
use runner::autopsy::{self, Extent, Interpreter, Options};
use runner::placement::Choice;
use runner::study::interrupt::Interrupt;
use runner::study::progress::Progress;
use runner::workload::{Expected, WidthRange, Workload};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::Trial;
use crate::process;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial("an_autopsy_holds_every_condition", an_autopsy_holds_every_condition),
        Trial("an_autopsy_survives_its_workers", an_autopsy_survives_its_workers),
    ]
}

/// A tiny autopsy of so many blocks, without Python.
fn options(out: &Path, blocks: usize) -> Options {
    Options {
        workload: Workload {
            n: 300,
            widths: WidthRange { start: 0.5, stop: 1.5, count: 5 },
            expected: Expected::Oracle,
            checksum: None,
            ..runner::workload::ALL[0].clone()
        },
        python_work: (10, 2),
        python: Interpreter::None,
        workers: vec![1, 2, 3],
        placement: Choice::default(),
        extent: Extent::Blocks(NonZeroUsize::new(blocks).unwrap()),
        target: None,
        seed: 4,
        isa: kernel::isa::best(),
        out: out.into(),
        progress: Progress::Silent,
        interrupt: Interrupt::default(),
    }
}

fn file(folder: &Path) -> Value {
    let text = std::fs::read_to_string(folder.join(FILE)).unwrap_or_else(|_| "null".into());
    serde_json::from_str(&text).unwrap()
}

fn runs(file: &Value) -> Vec<usize> {
    let blocks = file["engines"][0]["blocks"].as_array().cloned().unwrap_or_default();
    blocks.iter().map(|block| block["runs"].as_array().unwrap().len()).collect()
}

fn an_autopsy_holds_every_condition() {
    let folder = tempfile::tempdir().unwrap();
    let autopsy = autopsy::run(&options(folder.path(), 2)).unwrap();
    assert_eq!(autopsy.failures(), Vec::<String>::new());
    let file = file(folder.path());
    assert_eq!(file["complete"], true);
    let conditions = file["engines"][0]["conditions"].as_array().unwrap();
    let has = |flaw: &str| conditions.iter().any(|one| one["flaws"] == serde_json::json!([flaw]));
    assert!(["order", "baseline", "pool", "apply"].into_iter().all(has), "{conditions:?}");
    assert_eq!(runs(&file), [conditions.len(); 2]);
    for run in file["engines"][0]["blocks"][1]["runs"].as_array().unwrap() {
        let timings = run["timings"].as_array().unwrap();
        let sizes: BTreeSet<_> = timings.iter().map(|one| one["workers"].as_u64()).collect();
        assert_eq!(sizes, [0, 1, 2, 3].map(Some).into());
        let flaws = &conditions[run["condition"].as_u64().unwrap() as usize]["flaws"];
        let is_cold = flaws.as_array().unwrap().contains(&"pool".into());
        for timing in timings {
            let pool_is_started = timing["startup_ns"].as_u64().unwrap() > 0;
            assert_eq!(pool_is_started, is_cold && timing["workers"] != 0, "{flaws}: {timing}");
        }
    }
    let python = &file["engines"][1];
    assert_eq!((&python["absent"], runs_of(python)), (&"it was left out".into(), 0));
    check_last_core(&file["last_core"]);
    let report = bench_report::read_any(&[folder.path().join(FILE)]).unwrap();
    assert_eq!(report.autopsies[0].engines[0].blocks(), 2);
}

fn runs_of(engine: &Value) -> usize {
    engine["blocks"].as_array().unwrap().len()
}

/// Where there is a last core, each setting was measured once in each block.
fn check_last_core(last_core: &Value) {
    let cpus = last_core["cpus"].as_array().unwrap().len();
    if !last_core["absent"].is_null() {
        return;
    }
    for block in last_core["blocks"].as_array().unwrap() {
        let samples = block["samples"].as_array().unwrap();
        let workers = |setting: &str| -> Vec<usize> {
            let those = samples.iter().filter(|one| one["setting"] == setting);
            those.map(|one| one["workers"].as_array().unwrap().len()).collect()
        };
        assert_eq!((workers("alone"), workers("all_but_one")), (vec![1], vec![cpus - 1]));
        assert_eq!((workers("all"), workers("beside")), (vec![cpus], vec![cpus; 3]));
        let beside = samples.iter().filter(|one| one["setting"] == "beside");
        assert!(beside.clone().all(|one| !one["injected"].is_null()));
    }
}

/// After the first block is on the disk, workers are killed until that is in the file as a failure.
fn an_autopsy_survives_its_workers() {
    let folder = tempfile::tempdir().unwrap();
    let interrupt = Interrupt::default();
    let options = Options { interrupt: interrupt.clone(), ..options(folder.path(), 10_000) };
    let (autopsy, before) = std::thread::scope(|scope| {
        let path = folder.path();
        let killer = scope.spawn(move || {
            let whole =
                |file: &Value| runs(file).first().is_some_and(|&first| first == 9 || first == 11);
            process::eventually("a block", || Some(file(path)).filter(whole));
            let before = file(path)["engines"][0]["blocks"][0].clone();
            process::eventually("a failure", || {
                for worker in process::workers(std::process::id()) {
                    let id = Pid::from_raw(i32::try_from(worker).unwrap()).unwrap();
                    // It may have ended by itself a moment ago.
                    let _gone = kill_process(id, Signal::KILL);
                }
                let failures = file(path)["engines"][0]["failures"].as_array().cloned();
                failures.filter(|failures| !failures.is_empty())
            });
            interrupt.request();
            before
        });
        (autopsy::run(&options).unwrap(), killer.join().unwrap())
    });
    assert!(!autopsy.complete && !autopsy.failures().is_empty());
    assert!(autopsy.failures()[0].starts_with("ours, block "), "{:?}", autopsy.failures());
    assert_eq!(file(folder.path())["engines"][0]["blocks"][0], before, "kept as it was");
}
