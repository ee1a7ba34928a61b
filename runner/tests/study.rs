//! Tiny studies of made-up workloads: what the file holds, that the order is a function of the seed,
//! and that a study which was interrupted goes on as if it had not been. Nothing here depends on how
//! long anything takes.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

use kernel::isa;
use runner::backend::{self, Mode};
use runner::measure;
use runner::placement::Choice;
use runner::study::grid::Role;
use runner::study::interrupt::Interrupt;
use runner::study::journal::{Content, FILE};
use runner::study::progress::Progress;
use runner::study::record::StoppedBy;
use runner::study::tags::Tag;
use runner::study::{self, Ended, Error, Extent, Options, Series, Study, plan, record};
use runner::workload::{self, Expected, Generator, Stored, Summary, WidthRange, Workload};
use serde_json::Value;
use tempfile::TempDir;

/// A twentieth of what studies take that are looked at.
const SAMPLE: Duration = Duration::from_millis(1);

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

/// A tiny workload by the first two backends.
fn series(name: &'static str, element: Stored, mode: Mode) -> Series {
    Series {
        workload: workload(name, element),
        level: None,
        mode,
        widths_per_scan: NonZeroUsize::new(2).unwrap(),
        backends: backend::ALL[..2].to_vec(),
        workers: vec![2, 3],
        assumed: None,
        shortfall: None,
    }
}

fn options(out: &TempDir, blocks: usize, seed: u64) -> Options {
    Options {
        preset: None,
        series: vec![series("tiny", Stored::Double, Mode::Strong)],
        placement: Choice::default(),
        extent: Extent::Blocks(NonZeroUsize::new(blocks).unwrap()),
        sample: SAMPLE,
        seed,
        isa: isa::best(),
        out: out.path().into(),
        progress: Progress::Silent,
        interrupt: Interrupt::default(),
    }
}

/// The study that `options` give.
fn measured(options: &Options) -> Study {
    study::run(options).into_study().unwrap().unwrap()
}

/// The configurations of every block of a series, in the order measured.
fn order(study: &Study, series: usize) -> Vec<Vec<usize>> {
    let blocks = &study.workloads[series].blocks;
    let configurations =
        |block: &study::Block| block.measured().map(|measured| measured.configuration).collect();
    blocks.iter().map(configurations).collect()
}

#[test]
fn blocks_are_permutations_between_two_baselines_and_a_function_of_the_seed() {
    let folder = tempfile::tempdir().unwrap();
    let study = measured(&options(&folder, 4, 11));
    let series = &study.workloads[0];
    // One worker is measured although 2 and 3 were asked for, and the last one is the control.
    let configurations = &series.subject.configurations;
    assert_eq!(configurations.len(), 1 + 3 + 1);
    let controls: Vec<bool> = configurations.iter().map(|c| c.role == Role::Control).collect();
    assert_eq!(controls, [false, false, false, false, true]);
    assert!(study.complete && series.stopped_by == StoppedBy::Blocks);
    let first = order(&study, 0);
    assert_eq!(first.len(), 4);
    for mut block in first.clone() {
        assert_eq!((block.remove(0), block.pop()), (0, Some(0)), "the baseline at both ends");
        block.sort_unstable();
        assert_eq!(block, (0..configurations.len()).collect::<Vec<_>>());
    }
    assert_eq!(order(&measured(&options(&folder, 4, 11)), 0), first);
    assert_ne!(order(&measured(&options(&folder, 4, 12)), 0), first);
}

#[test]
fn the_file_holds_everything_that_was_measured() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(&folder, 3, 1);
    options.series.push(series("single", Stored::Single, Mode::Weak));
    options.series.push(series("tiny", Stored::Double, Mode::Throughput));
    let study = measured(&options);
    let path = study.write(&folder.path().join("new/folder")).unwrap();
    let file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();

    assert_eq!((&file["format"], &file["version"]), (&"parzen-study".into(), &2.into()));
    assert_eq!((&file["seed"], &file["isa"]), (&1.into(), &isa::best().name().into()));
    assert_eq!((&file["complete"], &file["plan"]["blocks"]), (&true.into(), &3.into()));
    assert!(file["limits"]["allowed_cpus"].as_array().is_some_and(|cpus| !cpus.is_empty()));
    assert!(file["machine"].is_object() && file["state"].is_object());
    assert!(file["timer"]["clock_ns"].as_f64().unwrap() > 0.0);
    assert!(file["created_unix_s"].as_u64().unwrap() > 1_700_000_000);
    assert!(file["warnings"].as_array().unwrap().iter().all(Value::is_string));
    let workloads = file["workloads"].as_array().unwrap();
    let values = |key: &str| workloads.iter().map(|w| w[key].clone()).collect::<Vec<_>>();
    assert_eq!(values("element"), ["f8", "f4", "f8"]);
    assert_eq!(values("mode"), ["strong", "weak", "throughput"]);
    for (record, series) in workloads.iter().zip(&options.series) {
        check_record(record, &series.workload);
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
    assert_eq!((&record["widths_per_scan"], &record["tasks"]), (&2.into(), &3.into()));
    let passes = record["passes"].as_u64().unwrap();
    let configurations = record["configurations"].as_array().unwrap();
    let blocks = record["blocks"].as_array().unwrap();
    assert_eq!(blocks.len(), 3);
    for block in blocks {
        assert_eq!(block["resumed"], false);
        let inside = block["samples"].as_array().unwrap();
        for measured in inside.iter().chain([&block["opening"], &block["closing"]]) {
            let index = measured["configuration"].as_u64().unwrap() as usize;
            check_sample(measured, &configurations[index], record["mode"] == "strong", passes);
        }
    }
}

fn check_sample(measured: &Value, configuration: &Value, is_divided: bool, passes: u64) {
    let number = |key: &str| measured[key].as_u64().unwrap();
    let workers = measured["workers"].as_array().unwrap();
    assert_eq!(configuration["workers"].as_u64(), Some(workers.len() as u64));
    let parts = ["dispatch_ns", "compute_ns", "reduction_ns"].map(number);
    assert!(parts.iter().sum::<u64>() <= number("wall_ns"), "{measured}");
    for outside in ["setup_ns", "transfer_ns", "teardown_ns", "warm_up_ns", "observer_ns"] {
        assert!(measured[outside].is_u64(), "{outside}");
    }
    assert!(number("warm_up_passes") >= 1);
    assert!(measured["steady"].is_boolean() && measured["tags"].is_array());
    // Three scans of two widths at most, done once in all or once by each worker.
    let times = if is_divided { 1 } else { workers.len() as u64 };
    let tasks = workers.iter().map(|worker| worker["tasks"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(tasks, 3 * passes * times);
    for worker in workers {
        assert!(worker["pinned"].is_boolean());
        for known_or_not in ["cpu_ns", "run_queue_ns", "clock_mhz"] {
            assert!(worker[known_or_not].is_number() || worker[known_or_not].is_null());
        }
    }
}

/// A program that this one knows nothing of and that wants a whole CPU; it ends when this is dropped.
#[cfg(target_os = "linux")]
struct Spinner(std::process::Child);

#[cfg(target_os = "linux")]
impl Spinner {
    fn on(cpu: usize) -> Self {
        let mut command = std::process::Command::new("yes");
        let spinner = Self(command.stdout(std::process::Stdio::null()).spawn().unwrap());
        let mut mask = rustix::thread::CpuSet::new();
        mask.set(cpu);
        let id = rustix::process::Pid::from_child(&spinner.0);
        rustix::thread::sched_setaffinity(Some(id), &mask).unwrap();
        spinner
    }
}

#[cfg(target_os = "linux")]
impl Drop for Spinner {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _waited_already = self.0.wait();
    }
}

/// Wherever a worker sits, it has to share its CPU: its time on the wall says little about its work,
/// its CPU time says all, and the sample says why.
#[cfg(target_os = "linux")]
#[test]
fn with_foreign_spinners_both_wall_and_cpu_time_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let allowed = runner::machine::affinity::allowed();
    let spinners: Vec<Spinner> = allowed.iter().map(|&cpu| Spinner::on(cpu)).collect();
    let mut options = options(&folder, 1, 1);
    // Few passes to a sample: after every one of them workers wait for each other, and for the spinners.
    options.series[0].workload.n = 100_000;
    // And samples longer than a tick of the counters.
    options.sample = measure::SAMPLE;
    let study = measured(&options);
    drop(spinners);
    let cpus = study.limits.allowed_cpus.len();
    let all: Vec<_> =
        study.workloads[0].blocks.iter().flat_map(study::Block::measured).cloned().collect();
    let workers = || all.iter().flat_map(|measured| &measured.sample.workers);
    if workers().any(|worker| worker.counters.run_queue_ns.is_some()) {
        let disturbed = [Tag::Contended, Tag::Foreign];
        let is_told = |tags: &[Tag]| disturbed.iter().any(|tag| tags.contains(tag));
        assert!(all.iter().any(|measured| is_told(&measured.tags)), "no sample is tagged: {all:?}");
    }
    for measured in &all {
        let tasks: u64 = measured.sample.workers.iter().map(|worker| worker.tasks).sum();
        let working = |worker: &backend::WorkerSample| {
            worker.cpu_ns.unwrap().checked_sub(worker.waiting_cpu_ns?)
        };
        // A scheduler that hides how it waits tells no work per CPU time.
        let work: Option<u64> = measured.sample.workers.iter().map(working).sum();
        assert!(tasks > 0 && work.is_none_or(|cpu_ns| cpu_ns > 0), "{measured:?}");
    }
    let told = |worker: &backend::WorkerSample| worker.waiting_cpu_ns.is_some();
    assert!(workers().all(told), "work per CPU time can be told of all");
    for measured in &all {
        assert_eq!(measured.foreign_ns.as_ref().map(Vec::len), Some(cpus));
        assert_eq!(measured.stolen_ns.as_ref().map(Vec::len), Some(cpus));
        assert!(measured.sample.wall_ns > 0 && measured.tags.is_sorted());
        for worker in &measured.sample.workers {
            assert!(worker.cpu_ns.is_some() && worker.busy_ns.is_some());
            // Whoever waited for more than a hundredth of the sample is tagged, unless for a quota.
            let waited = worker.counters.run_queue_ns.unwrap_or(0);
            let is_long = waited > measured.sample.wall_ns / 100 + 1;
            let is_explained = measured.is_throttled() || measured.tags.contains(&Tag::Contended);
            assert!(!is_long || is_explained, "{measured:?}");
        }
    }
}

/// Keeps the first `lines` lines of the journal and half of the next one: what a power cut leaves.
fn tear(folder: &Path, lines: usize) {
    let path = folder.join(FILE);
    let text = std::fs::read_to_string(&path).unwrap();
    let kept: Vec<&str> = text.split_inclusive('\n').take(lines + 1).collect();
    let torn =
        kept.last().filter(|_| kept.len() > lines).map_or("", |line| &line[..line.len() / 2]);
    std::fs::write(&path, kept[..lines].concat() + torn).unwrap();
}

/// Every sample in the journal, as text without its surroundings.
fn samples(content: &Content) -> Vec<String> {
    let blocks = content.series().iter().flat_map(|series| &series.blocks);
    let measured = blocks.flat_map(study::Block::measured);
    measured.map(|one| serde_json::to_string(one).unwrap()).collect()
}

#[test]
fn a_torn_study_goes_on_where_it_was_in_the_same_order_and_keeps_every_sample() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(&folder, 2, 21);
    options.series.push(series("single", Stored::Single, Mode::Strong));
    let whole = measured(&options);
    let journal = folder.path().join(FILE);
    let text = std::fs::read(&journal).unwrap();
    let lines = text.split(|&byte| byte == b'\n').count() - 1;
    // Header, two series with 2 x 7 samples and two frames each, and the end.
    assert_eq!(lines, 1 + 2 * (2 + 14) + 1);
    for kept in [1, 3, 10, 16, 17, lines - 2, lines - 1, lines] {
        std::fs::write(&journal, &text).unwrap();
        tear(folder.path(), kept);
        let before = samples(&Content::read(&journal).unwrap());
        let study = study::resume(&options).into_study().unwrap().unwrap();
        assert!(study.complete, "{kept} lines");
        for series in 0..2 {
            assert_eq!(order(&study, series), order(&whole, series), "{kept} lines");
        }
        let after = samples(&Content::read(&journal).unwrap());
        assert_eq!(after[..before.len()], before, "{kept} lines");
        let resumed = study.workloads.iter().flat_map(|w| &w.blocks).filter(|b| b.resumed).count();
        // Nothing was measured after the last sample but the end.
        assert_eq!(resumed, usize::from(kept < lines - 2), "{kept} lines");
    }
}

#[test]
fn an_interrupted_study_is_valid_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder, 5, 3);
    drop(measured(&options));
    tear(folder.path(), 2 + 7 + 3);
    options.interrupt.request();
    let outcome = study::resume(&options);
    assert!(matches!(outcome.ended, Ended::Interrupted));
    let study = outcome.study.unwrap();
    assert!(!study.complete && study.has_complete_block());
    assert_eq!(study.workloads[0].stopped_by, StoppedBy::Interrupt);
    assert_eq!(study.workloads[0].blocks.len(), 2);
    let path = study.write(folder.path()).unwrap();
    let report = bench_report::report_from_study(&path).unwrap();
    assert_eq!(report.studies.len(), 1, "the reader takes it");
}

#[test]
fn a_study_does_not_go_on_with_other_options_or_on_another_machine() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder, 2, 3);
    drop(measured(&options));
    tear(folder.path(), 5);
    let refused = |options: &Options| match study::resume(options).into_study().unwrap_err() {
        Error::Changed { what, then, now } => (what, then, now),
        other => panic!("{other:?}"),
    };
    let other = Options { seed: 4, ..options.clone() };
    assert_eq!(refused(&other), ("seed".into(), "3".into(), "4".into()));
    let mut other = options.clone();
    other.series[0].workload.seed += 1;
    assert!(refused(&other).0.contains("checksum of the samples"));
    let mut other = options.clone();
    other.series[0].workers.push(7);
    let more = ("plan.series[0].workers[2]".into(), "null".into(), "7".into());
    assert_eq!(refused(&other), more);

    let path = folder.path().join(FILE);
    let text = std::fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(ToString::to_string).collect();
    let mut header: Value = serde_json::from_str(&lines[0]).unwrap();
    header["machine"]["cpu"] = "Abacus".into();
    lines[0] = header.to_string();
    std::fs::write(&path, lines.join("\n") + "\n").unwrap();
    let (what, then, _) = refused(&options);
    assert_eq!((what.as_str(), then.as_str()), ("machine.cpu", "\"Abacus\""));
}

/// Changes the first line of the journal in `folder`.
fn change_header(folder: &Path, change: impl FnOnce(&mut Value)) {
    let path = folder.join(FILE);
    let text = std::fs::read_to_string(&path).unwrap();
    let (header, rest) = text.split_once('\n').unwrap();
    let mut header: Value = serde_json::from_str(header).unwrap();
    change(&mut header);
    std::fs::write(&path, format!("{header}\n{rest}")).unwrap();
}

#[test]
fn a_study_goes_on_after_a_reboot_and_tells_what_changed() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder, 2, 3);
    drop(measured(&options));
    tear(folder.path(), 5);
    change_header(folder.path(), |header| {
        header["machine"]["memory_bytes"] = 12345.into();
        for cpu in header["machine"]["topology"].as_array_mut().into_iter().flatten() {
            (cpu["max_mhz"], cpu["capacity"]) = (1.into(), 2.into());
        }
        header["limits"]["quota_file"] = "/sys/fs/cgroup/session-7.scope/cpu.max".into();
        header["timer"]["clock_ns"] = 1e6.into();
    });
    let study = study::resume(&options).into_study().unwrap().unwrap();
    assert!(study.complete);
    assert_eq!(study.resumptions.len(), 1);
    let resumed = &study.resumptions[0];
    assert!(resumed.state.is_some() && resumed.timer.is_some());
    assert_eq!(study.workloads[0].pages_again, [study.workloads[0].subject.pages]);
    let told = "a reading of the clock was 1000000.0 ns";
    assert!(study.warnings.iter().any(|warning| warning.starts_with(told)), "{:?}", study.warnings);
    let file = study.write(folder.path()).unwrap();
    let file: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert!(
        file["resumptions"][0]["state"].is_object() && file["resumptions"][0]["timer"].is_object()
    );
    assert_eq!(file["workloads"][0]["pages_again"].as_array().unwrap().len(), 1);
}

#[test]
fn what_was_measured_comes_back_beside_the_reason_why_it_cannot_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let options = options(&folder, 3, 3);
    drop(measured(&options));
    // Header, series, a block of seven samples, two of the next.
    tear(folder.path(), 2 + 7 + 2);
    let before = std::fs::read(folder.path().join(FILE)).unwrap();
    let check = |options: &Options, reason: &str| {
        let outcome = study::resume(options);
        let study = outcome.study.unwrap();
        assert!(!study.complete && study.has_complete_block());
        assert_eq!(study.workloads[0].blocks.len(), 2);
        match outcome.ended {
            Ended::Failed(error) => assert!(error.to_string().contains(reason), "{error}"),
            other => panic!("{other:?}"),
        }
    };
    check(&Options { seed: 4, ..options.clone() }, "seed is 4 now and was 3");
    let after = std::fs::read(folder.path().join(FILE)).unwrap();
    assert_eq!(after, before, "not even a torn line is taken off");
    // A count that no oracle gives: everything measured from here on would seem wrong.
    let text = String::from_utf8(before).unwrap();
    let at = text.find("\"counts\":[").unwrap() + "\"counts\":[".len();
    let garbled = format!("{}1{}", &text[..at], &text[at..]);
    std::fs::write(folder.path().join(FILE), garbled).unwrap();
    check(&options, "the count of width number 0");
}

#[test]
fn tight_intervals_or_used_up_time_end_a_series() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(&folder, 1, 1);
    let time = Duration::from_hours(1);
    options.extent = Extent::Adaptive { time, precision: 1e9 };
    let study = measured(&options);
    assert_eq!(study.workloads[0].stopped_by, StoppedBy::Precision);
    assert_eq!(study.workloads[0].blocks.len(), plan::MIN_BLOCKS);
    let time = Duration::ZERO;
    options.extent = Extent::Adaptive { time, precision: 1e-9 };
    let study = measured(&options);
    assert_eq!(study.workloads[0].stopped_by, StoppedBy::Budget);
    assert_eq!(study.workloads[0].blocks.len(), plan::FLOOR_BLOCKS);
}

#[test]
fn wrong_stored_counts_stop_the_study() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(&folder, 1, 1);
    options.series[0].workload.expected = Expected::Known(Summary { first: 1, last: 2, sum: 3 });
    match study::run(&options).into_study() {
        Err(Error::Workload { source: workload::Error::WrongCounts { .. }, .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_checksum_that_differs_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(&folder, 1, 1);
    options.series[0].workload.checksum = Some(workload::Checksum::from_bits(1));
    let study = measured(&options);
    let told = study.warnings.iter().any(|warning| warning.contains("xxh3:0000000000000001"));
    assert!(told, "{:?}", study.warnings);
}

#[test]
fn impossible_options_are_refused_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |options: &Options| study::run(options).into_study().unwrap_err();
    for workers in [0, plan::MAX_WORKERS + 1] {
        let mut options = options(&folder, 1, 1);
        options.series[0].workers.push(workers);
        let error = refused(&options);
        assert!(matches!(error, Error::Workers { workers: named } if named == workers), "{error}");
    }
    let error = refused(&options(&folder, 100_000, 1)).to_string();
    assert!(error.starts_with("100000 blocks of") && error.contains("allowed: 1 to"), "{error}");
    let nothing = Options { series: Vec::new(), ..options(&folder, 1, 1) };
    assert!(matches!(refused(&nothing), Error::NoSeries));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn an_unwritable_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let study = measured(&options(&folder, 1, 1));
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = study.write(file.path()).unwrap_err();
    assert!(error.to_string().contains(record::FILE), "{error}");
    let error = record::check_writable(file.path()).unwrap_err().to_string();
    assert!(error.contains(&file.path().display().to_string()), "{error}");
    let new = folder.path().join("new");
    record::check_writable(&new).unwrap();
    assert_eq!(std::fs::read_dir(&new).unwrap().count(), 0);
}
