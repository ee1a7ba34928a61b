//! Each section by itself: its data, and its data when a worker is killed.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::Path;

use runner::article::{
    Options, Section as _, Tour, benchmark, data, memory, pool, queue, waiting, window,
};
use runner::study::grid::Configuration;
use runner::study::interrupt::Interrupt;
use runner::study::progress::Progress;
use runner::study::{self, journal, record};
use rustix::process::Signal;

use crate::Trial;
use crate::process::send;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial("strings_arrive_with_their_positions", strings_arrive_with_their_positions),
        Trial(
            "a_killed_process_leaves_the_other_strings",
            a_killed_process_leaves_the_other_strings,
        ),
        Trial("cubes_come_in_the_order_of_their_call", cubes_come_in_the_order_of_their_call),
        Trial("apply_does_one_task_after_another", apply_does_one_task_after_another),
        Trial("a_killed_worker_of_the_pool_is_told", a_killed_worker_of_the_pool_is_told),
        Trial("memory_is_measured_for_every_way", memory_is_measured_for_every_way),
        Trial("a_killed_worker_costs_one_repetition", a_killed_worker_costs_one_repetition),
        Trial(
            "an_interrupted_memory_keeps_its_repetitions",
            an_interrupted_memory_keeps_its_repetitions,
        ),
        Trial("a_window_gives_three_of_ten", a_window_gives_three_of_ten),
        Trial("data_is_what_the_user_asked_for", data_is_what_the_user_asked_for),
        Trial("a_benchmark_is_a_study_beside_the_tour", a_benchmark_is_a_study_beside_the_tour),
        Trial("a_killed_worker_ends_the_benchmark", a_killed_worker_ends_the_benchmark),
        Trial("an_interrupted_benchmark_is_no_failure", an_interrupted_benchmark_is_no_failure),
        Trial(
            "an_interrupted_benchmark_keeps_its_blocks",
            an_interrupted_benchmark_keeps_its_blocks,
        ),
        Trial("waiting_is_measured_for_every_kind", waiting_is_measured_for_every_kind),
        Trial("a_killed_worker_costs_one_time", a_killed_worker_costs_one_time),
        Trial("an_interrupted_waiting_keeps_its_blocks", an_interrupted_waiting_keeps_its_blocks),
        Trial("no_whole_block_is_nothing_to_keep", no_whole_block_is_nothing_to_keep),
    ]
}

/// What a user asks for, with somebody who watches.
pub(crate) fn options<'a>(out: &Path, watch: &'a dyn Fn(&str, &[u32])) -> Options<'a> {
    Options {
        sections: Vec::new(),
        seed: 123,
        out: out.to_owned(),
        samples: Options::SAMPLES,
        mean: Options::MEAN,
        covariance: Options::COVARIANCE,
        progress: Progress::Silent,
        interrupt: Interrupt::default(),
        watch,
    }
}

/// Runs `section` with nobody watching.
fn undisturbed<T>(section: impl FnOnce(&Tour<'_>) -> T) -> T {
    let out = tempfile::tempdir().unwrap();
    section(&Tour::new(&options(out.path(), &|_, _| {}), "test"))
}

/// Runs `section` while the last process of the watched time number `nth` is killed.
fn disturbed<T>(nth: usize, section: impl FnOnce(&Tour<'_>) -> T) -> T {
    let (out, times) = (tempfile::tempdir().unwrap(), Cell::new(0));
    let kill = |_: &str, processes: &[u32]| {
        // Threads are no processes.
        let Some(&last) = processes.last() else { return };
        if times.replace(times.get() + 1) == nth {
            send(last, Signal::KILL);
        }
    };
    let ran = section(&Tour::new(&options(out.path(), &kill), "test"));
    assert!(times.get() > nth, "nobody was killed");
    ran
}

/// Runs `section`, of which somebody asks to stop while the watched time number `nth` is measured.
fn interrupted<T>(nth: usize, section: impl FnOnce(&Tour<'_>) -> T) -> T {
    let (out, times, interrupt) =
        (tempfile::tempdir().unwrap(), Cell::new(0), Interrupt::default());
    let ask = |_: &str, _: &[u32]| {
        if times.replace(times.get() + 1) == nth {
            interrupt.request();
        }
    };
    let mut options = options(out.path(), &ask);
    options.interrupt = interrupt.clone();
    let ran = section(&Tour::new(&options, "test"));
    assert_eq!(times.get(), nth + 1, "nothing more is begun");
    ran
}

fn strings_arrive_with_their_positions() {
    let run = || undisturbed(|tour| queue::strings(tour, 4, 5)).unwrap();
    let (strings, incidents) = run();
    assert_eq!((strings.strings.len(), incidents.len()), (4, 0));
    let text = |strings: &queue::Queue| {
        let mut strings: Vec<_> =
            strings.strings.iter().map(|one| (one.position, one.text.clone())).collect();
        strings.sort_unstable();
        strings
    };
    assert_eq!(text(&strings), text(&run().0), "strings are a function of the seed");
    let different: BTreeSet<_> = strings.strings.iter().map(|one| &one.text).collect();
    let processes: BTreeSet<_> = strings.strings.iter().map(|one| one.process_id).collect();
    assert_eq!((different.len(), processes.len()), (4, 4));
    for one in &strings.strings {
        assert!(one.text.len() == 5 && one.text.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert!([one.began_ns, one.ended_ns, one.received_ns].is_sorted(), "{one:?}");
    }
    assert!(strings.strings.is_sorted_by_key(|one| one.received_ns));
}

fn a_killed_process_leaves_the_other_strings() {
    let (strings, incidents) = disturbed(0, |tour| queue::strings(tour, 4, 5)).unwrap();
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    assert!(incidents[0].contains("it was killed by signal 9"), "{incidents:?}");
    // Its string may have arrived before it was killed.
    let arrived: BTreeSet<_> = strings.strings.iter().map(|one| one.position).collect();
    assert!(arrived.is_superset(&BTreeSet::from([0, 1, 2])), "{arrived:?}");
}

fn cubes_come_in_the_order_of_their_call() {
    let (pool, incidents) = undisturbed(|tour| pool::cubes(tour, 4, &pool::INPUTS)).unwrap();
    assert!(incidents.is_empty(), "{incidents:?}");
    let names: Vec<_> = pool.calls.iter().map(|call| call.call.as_str()).collect();
    assert_eq!(names, ["apply", "map", "apply_async", "map_async", "unordered"]);
    for call in &pool.calls {
        let mut cubes: Vec<u64> = call.results.iter().copied().collect::<Option<_>>().unwrap();
        if call.call == "unordered" {
            let arrived: Vec<u64> = call.tasks.iter().map(|task| task.input.pow(3)).collect();
            assert_eq!(cubes, arrived);
            cubes.sort_unstable();
        }
        assert_eq!(cubes, [1, 8, 27, 64, 125, 216], "{}", call.call);
        assert!(call.returned_ns <= call.collected_ns && call.tasks.len() == 6);
        assert!(call.tasks.is_sorted_by_key(|task| task.received_ns));
        for task in &call.tasks {
            let times =
                [Some(call.called_ns), Some(task.submitted_ns), task.began_ns, task.ended_ns];
            assert!(times.is_sorted() && task.ended_ns <= Some(task.received_ns), "{task:?}");
        }
    }
}

fn apply_does_one_task_after_another() {
    let (pool, _) = undisturbed(|tour| pool::cubes(tour, 2, &[1, 2, 3])).unwrap();
    let apply = &pool.calls[0];
    for pair in apply.tasks.windows(2) {
        assert!(pair[0].received_ns <= pair[1].submitted_ns, "{pair:?}");
    }
}

fn a_killed_worker_of_the_pool_is_told() {
    // While the fourth call's tasks are done; there are more of them than workers.
    let (pool, incidents) = disturbed(3, |tour| pool::cubes(tour, 2, &[1, 2, 3])).unwrap();
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    assert!(incidents[0].contains("it was killed by signal 9"), "{incidents:?}");
    assert_eq!(pool.calls.len(), 5);
    for (nth, call) in pool.calls.iter().enumerate() {
        let lost = call.results.iter().filter(|cube| cube.is_none()).count();
        assert!(lost == 0 || (lost == 1 && nth == 3), "{call:?}");
        assert_eq!(call.tasks.len(), 3);
    }
}

const SMALL: memory::Extent = memory::Extent { workers: 3, workload: "article", repetitions: 2 };

fn memory_is_measured_for_every_way() {
    let ran = undisturbed(|tour| memory::measure(tour, SMALL)).unwrap();
    assert!(ran.incidents.is_empty() && ran.incomplete.is_none(), "{ran:?}");
    let memory = ran.data;
    assert_eq!(memory.sample_bytes, 160_000);
    let names: Vec<_> = memory.ways.iter().map(|way| way.way.as_str()).collect();
    assert_eq!(names, ["threads", "processes-shared", "processes-copied"]);
    for way in &memory.ways {
        assert!(way.available && way.reason.is_none());
        let times = [way.start_ns.len(), way.send_ns.len(), way.end_ns.len()];
        assert_eq!(times, [2, 2, 2], "{way:?}");
        assert_eq!((way.resident_bytes.len(), way.private_bytes.len()), (3, 3), "{way:?}");
        let crash = way.crash.as_ref().unwrap();
        let are_processes = way.way != "threads";
        assert_eq!(crash.others, 2);
        assert_eq!(crash.others_alive, if are_processes { 2 } else { 0 }, "{way:?}");
        assert_eq!(
            (crash.caller_alive, crash.noticed_after_ns.is_some()),
            (are_processes, are_processes)
        );
    }
    let private = |way: usize| memory.ways[way].private_bytes.iter().min().copied().unwrap();
    assert!(private(2) >= private(1) + 100_000, "copies are private: {:?}", memory.ways);
}

fn a_killed_worker_costs_one_repetition() {
    let ran = disturbed(1, |tour| memory::measure(tour, SMALL)).unwrap();
    let (memory, incidents) = (ran.data, ran.incidents);
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    assert!(incidents[0].contains("it was killed by signal 9"), "{incidents:?}");
    let measured: usize = memory.ways.iter().map(|way| way.start_ns.len()).sum();
    assert_eq!(measured, 5);
    assert!(memory.ways.iter().all(|way| way.crash.is_some()));
}

fn an_interrupted_memory_keeps_its_repetitions() {
    // The first time of the second of two repetitions of three ways.
    let ran = interrupted(3, |tour| memory::measure(tour, SMALL)).unwrap();
    assert_eq!(ran.incomplete.as_deref(), Some("interrupted after 1 of 2 blocks"));
    assert_eq!(ran.data.repetitions, 1);
    let mut measured: Vec<_> = ran.data.ways.iter().map(|way| way.start_ns.len()).collect();
    measured.sort_unstable();
    assert_eq!(measured, [1, 1, 2], "what was measured of the second one is kept, too");
    assert!(ran.data.ways.iter().all(|way| way.crash.is_none()));
    let ran = interrupted(5, |tour| memory::measure(tour, SMALL)).unwrap();
    let told = ran.incomplete.unwrap();
    assert!(ran.data.repetitions == 2 && told.ends_with("a worker of threads crashed"), "{told}");
}

fn a_window_gives_three_of_ten() {
    let ran = undisturbed(|tour| window::Section.run(tour)).unwrap();
    let window: window::Window = serde_json::from_value(ran.data).unwrap();
    assert_eq!((window.count, window.n, window.points.len()), (3, 10, 10));
    assert!((window.density - 0.3).abs() < 1e-15);
}

fn data_is_what_the_user_asked_for() {
    let ran = undisturbed(|tour| data::Section.run(tour)).unwrap();
    let articles: data::Data = serde_json::from_value(ran.data).unwrap();
    assert!(articles.is_articles && articles.twelve[11].count == 2022);

    let out = tempfile::tempdir().unwrap();
    let mut options = options(out.path(), &|_, _| {});
    (options.samples, options.mean) = (500, [1.0, -1.0]);
    options.covariance = [[2.0, 0.5], [0.5, 1.0]];
    let ran = data::Section.run(&Tour::new(&options, "data")).unwrap();
    let own: data::Data = serde_json::from_value(ran.data).unwrap();
    assert!(!own.is_articles && own.n == 500);
    assert_eq!((own.mean, own.covariance), (options.mean, options.covariance));
    assert_ne!(own.twelve, articles.twelve);
}

/// So many blocks of the benchmark with up to two workers.
fn blocks(blocks: usize) -> benchmark::Extent {
    let extent = study::Extent::Blocks(blocks.try_into().unwrap());
    benchmark::Extent { workers: vec![2], extent }
}

fn a_benchmark_is_a_study_beside_the_tour() {
    let out = tempfile::tempdir().unwrap();
    let teams = Cell::new(0);
    let count = |_: &str, processes: &[u32]| teams.set(teams.get() + processes.len());
    let options = options(out.path(), &count);
    let ran = benchmark::measure(&Tour::new(&options, "benchmark"), &blocks(1)).unwrap();
    let (study, incomplete) = (ran.data, ran.incomplete);
    assert_eq!(incomplete, None);
    assert_eq!(teams.get(), 3, "one worker, and two");
    let written: serde_json::Value =
        serde_json::from_slice(&std::fs::read(out.path().join(record::FILE)).unwrap()).unwrap();
    assert_eq!(written["plan"]["preset"], "article");
    assert_eq!(written["workloads"][0]["n"], 10_000);
    let configurations = &study.workloads[0].subject.configurations;
    let names: Vec<_> = configurations.iter().map(Configuration::describe).collect();
    let expected = [
        "serial with 1 worker",
        "threads with 1 worker",
        "threads with 2 workers",
        "processes-copied-apply-async with 1 worker",
        "processes-copied-apply-async with 2 workers",
    ];
    assert_eq!(names[..5], expected);
}

fn a_killed_worker_ends_the_benchmark() {
    let measured = disturbed(0, |tour| benchmark::measure(tour, &blocks(1)));
    let reason = measured.unwrap_err().to_string();
    assert!(reason.contains("processes-copied-apply-async with "), "{reason}");
    assert!(reason.contains("it was killed by signal 9"), "{reason}");
}

fn an_interrupted_benchmark_is_no_failure() {
    let measured = undisturbed(|tour| {
        tour.options().interrupt.request();
        benchmark::measure(tour, &blocks(1))
    });
    assert!(matches!(measured, Err(runner::article::Trouble::Interrupted)), "{measured:?}");
}

fn an_interrupted_benchmark_keeps_its_blocks() {
    let (out, interrupt) = (tempfile::tempdir().unwrap(), Interrupt::default());
    // While the first sample after a whole block is taken.
    let ask = |_: &str, _: &[u32]| {
        let path = out.path().join(journal::FILE);
        let content = journal::Content::read(&path).unwrap();
        let done = content.series().iter().flat_map(|series| &series.blocks);
        if done.filter(|block| block.is_complete()).count() == 1 {
            interrupt.request();
        }
    };
    let mut options = options(out.path(), &ask);
    options.interrupt = interrupt.clone();
    let ran = benchmark::measure(&Tour::new(&options, "benchmark"), &blocks(3)).unwrap();
    assert_eq!(ran.incomplete.as_deref(), Some("interrupted after 1 of 3 blocks"));
    assert!(ran.incidents.is_empty() && !ran.data.complete);
    let report = bench_report::report_from_study(&out.path().join(record::FILE)).unwrap();
    assert!(!report.studies[0].complete && !report.studies[0].workloads.is_empty());
}

pub(crate) const FEW: waiting::Extent = waiting::Extent { tasks: 3, workers: &[1, 2], blocks: 2 };

fn waiting_is_measured_for_every_kind() {
    let ran = undisturbed(|tour| waiting::measure(tour, FEW)).unwrap();
    assert!(ran.incidents.is_empty() && ran.incomplete.is_none(), "{ran:?}");
    let waiting = ran.data;
    let names: Vec<_> = waiting.kinds.iter().map(|kind| kind.kind.as_str()).collect();
    assert_eq!(names, ["cpu", "pipe", "storage"]);
    for kind in &waiting.kinds {
        if kind.task.starts_with("not available") {
            assert!(kind.workers.is_empty());
            continue;
        }
        let times: Vec<_> =
            kind.workers.iter().map(|one| (one.workers, one.wall_ns.len())).collect();
        assert_eq!(times, [(1, 2), (2, 2)], "{kind:?}");
    }
    // Each of three answers in a row takes 5 ms.
    let pipe = &waiting.kinds[1].workers[0];
    assert!(pipe.wall_ns.iter().all(|&ns| ns >= 15_000_000), "{pipe:?}");
}

fn a_killed_worker_costs_one_time() {
    let ran = disturbed(2, |tour| waiting::measure(tour, FEW)).unwrap();
    let (waiting, incidents) = (ran.data, ran.incidents);
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    assert!(incidents[0].contains("it was killed by signal 9"), "{incidents:?}");
    let times = waiting.kinds.iter().flat_map(|kind| &kind.workers);
    let missing = times.filter(|times| times.wall_ns.len() == 1).count();
    assert_eq!(missing, 1, "{waiting:?}");
}

fn an_interrupted_waiting_keeps_its_blocks() {
    // Without storage there are times of two kinds only.
    let whole = undisturbed(|tour| waiting::measure(tour, FEW)).unwrap().data;
    let of_a_block: usize = whole.kinds.iter().map(|kind| kind.workers.len()).sum();
    let ran = interrupted(of_a_block, |tour| waiting::measure(tour, FEW)).unwrap();
    assert_eq!(ran.incomplete.as_deref(), Some("interrupted after 1 of 2 blocks"));
    assert!(ran.incidents.is_empty(), "{:?}", ran.incidents);
    let times = ran.data.kinds.iter().flat_map(|kind| &kind.workers);
    let mut measured: Vec<_> = times.map(|times| times.wall_ns.len()).collect();
    measured.sort_unstable();
    let mut expected = vec![1; of_a_block];
    expected[of_a_block - 1] = 2;
    assert_eq!(measured, expected, "the time that was being measured is kept, too");
}

fn no_whole_block_is_nothing_to_keep() {
    let measured = interrupted(0, |tour| waiting::measure(tour, FEW));
    assert!(matches!(measured, Err(runner::article::Trouble::Interrupted)), "{measured:?}");
}
