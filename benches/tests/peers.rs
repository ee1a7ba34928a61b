//! Other implementations beside ours: the protocol, the driver, and the file that a report reads.
//!
//! Peers that need no installation take part for real. Whatever can go wrong is played by programs of a few
//! lines of shell, which die, hang, lie or talk rubbish. Next: `benches::peers`.

#![cfg(unix)]

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bench_report::model::{Answers, Peer, Peers};
use benches::peers::entry::{Cpus, Entry, Launch, Role};
use benches::peers::measure::{Effort, measure};
use benches::peers::record::{self, Kept, Measured, Record};
use benches::peers::task::{self, Question};
use runner::study::interrupt::Interrupt;

const PROGRAM: &str = env!("CARGO_BIN_EXE_peers");

fn launch(program: &str, arguments: &[&str]) -> Launch {
    Launch {
        program: program.into(),
        arguments: arguments.iter().map(Into::into).collect(),
        cache: PathBuf::from("unused"),
        cpus: Cpus::All,
    }
}

fn ours() -> Entry {
    let launch = Ok(launch(PROGRAM, &["serve", "parzen"]));
    Entry { name: "ours".into(), workers: 1, role: Role::Reference, launch }
}

/// A peer that says `ready 1` and then runs `script`, in which `read` takes a question.
fn fake(name: &str, script: &str) -> Entry {
    let script = format!("echo ready 1; {script}");
    let launch = Ok(launch("/bin/sh", &["-c", &script]));
    Entry { name: name.into(), workers: 1, role: Role::Other, launch }
}

/// Answers every question as fast as it can; its counts are those of `counts`, a shell command.
fn answering(name: &str, counts: &str) -> Entry {
    let loops = format!(
        "while read round number passes path; do \
         if [ -n \"$path\" ]; then {counts} > \"$path\"; fi; echo $number 0 1000; done"
    );
    fake(name, &loops)
}

/// As little as can be measured, with a short patience.
fn effort(rounds: usize) -> Effort {
    Effort { rounds: Some(rounds), patience: Duration::from_secs(2), ..Effort::ONCE }
}

fn measured(entries: &[Entry], rounds: usize, folder: &Path) -> Measured {
    let task = &task::tiny()[0];
    // Fakes are not probed: what they answer to other files is not the question.
    let mut probed: BTreeMap<_, _> = entries
        .iter()
        .map(|entry| ((Question::Counts, entry.name.clone()), String::new()))
        .collect();
    let mut keep = |now: &Measured| {
        record::write(folder, std::slice::from_ref(now), &None, &Kept::default()).map(drop)
    };
    measure(task, entries, &effort(rounds), &mut probed, folder, &Interrupt::default(), &mut keep)
        .expect("a small job can be measured")
}

fn record<'a>(measured: &'a Measured, name: &str) -> &'a Record {
    measured.records.iter().find(|record| record.name == name).expect("it was asked for")
}

fn read(folder: &Path) -> Peers {
    let path = folder.join("peers.json");
    bench_report::source::peers::parse(&std::fs::read(&path).expect("it was written"), &path)
        .expect("a report can read it")
}

fn entry<'a>(peers: &'a Peers, name: &str) -> &'a Peer {
    let mut entries = peers.workloads.iter().flat_map(|workload| &workload.entries);
    entries.find(|entry| entry.name == name).expect("it was asked for")
}

#[test]
fn everything_that_needs_no_installation_counts_right() {
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new(PROGRAM)
        .args(["--test", "--no-set-up", "--json", "--out"])
        .arg(folder.path())
        .args(["--peer", "Rust loop;Rust loop, rayon;kiddo visitor;kiddo list"])
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&done.stdout).unwrap();
    assert!(rows.len() >= 5 * 3);
    for row in &rows {
        assert_eq!(row["wrong"][0], 0, "{row}");
        let is_totals = row["workload"].as_str().unwrap().contains("totals");
        let expected = if is_totals { "boundary: closed" } else { "boundary: closed; NaN: " };
        assert!(row["note"].as_str().unwrap().starts_with(expected), "{row}");
    }
    let peers = read(folder.path());
    for workload in &peers.workloads {
        assert!(workload.reference.as_ref().unwrap().starts_with("parzen"));
        for entry in &workload.entries {
            assert_eq!((&entry.answers, entry.query_ns.len()), (&Answers::Exact, 1), "{entry:?}");
            // Ours chooses how it counts many centers, and may build an index.
            let chooses = entry.ours && workload.centers > 1;
            let builds = chooses || entry.name.starts_with("kiddo");
            assert_eq!(entry.build_ns.is_empty(), !builds, "{entry:?}");
            assert_eq!(entry.control, entry.name.starts_with("parzen again"), "{entry:?}");
            assert_eq!(entry.blocks, [0], "{entry:?}");
        }
    }
}

#[test]
fn what_dies_hangs_or_talks_rubbish_is_absent_with_its_reason_and_the_others_are_measured() {
    let folder = tempfile::tempdir().unwrap();
    let entries = [
        ours(),
        fake("dies", "read question; echo out of memory >&2; exit 3"),
        fake("is killed", "read question; kill -9 $$"),
        fake("hangs", "read question; sleep 600"),
        fake("garbles", "read question; echo 1 2"),
        fake("answers another question", "read question; echo 7 0 1000"),
        fake("takes no time", "read question; echo 1 0 0"),
        Entry {
            launch: Ok(launch("/bin/sh", &["-c", "echo refused too many"])),
            ..fake("refuses", "")
        },
        Entry { launch: Ok(launch("/nonexistent/program", &[])), ..fake("is not there", "") },
        Entry { launch: Err("not installed".into()), ..fake("is not installed", "") },
    ];
    let measured = measured(&entries, 2, folder.path());
    assert_eq!(record(&measured, "ours").rounds.len(), 2);
    let expected = [
        ("dies", "ended without an answer (exit status: 3): out of memory"),
        ("is killed", "signal: 9"),
        ("hangs", "it has not answered for 2.0 s"),
        ("garbles", "it says \"1 2\", expected 1 and two times"),
        ("answers another question", "it says \"7 0 1000\", expected 1 and two times"),
        ("takes no time", "it says \"1 0 0\", expected 1 and two times"),
        ("refuses", "refuses the samples: too many"),
        ("is not there", "it cannot be started"),
        ("is not installed", "not installed"),
    ];
    let peers = read(folder.path());
    for (name, reason) in expected {
        let absent = entry(&peers, name).absent.as_ref().unwrap();
        assert!(absent.contains(reason), "{name}: {absent}");
    }
    assert_eq!(entry(&peers, "ours").query_ns.len(), 2);
}

#[test]
fn lies_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    // The job has five counts; a zero byte eight times is the number 0.
    let entries =
        [ours(), answering("says nothing", "true"), answering("says 0", "head -c 40 /dev/zero")];
    let _measured = measured(&entries, 1, folder.path());
    let peers = read(folder.path());
    let wrong = |name: &str| match &entry(&peers, name).answers {
        Answers::Wrong { wrong, checked, note } => (*wrong, *checked, note.clone()),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(wrong("says nothing"), (5, 5, "0 numbers instead of 5".into()));
    assert_eq!(wrong("says 0"), (5, 5, String::new()));
    assert_eq!(entry(&peers, "ours").answers, Answers::Exact);
}

#[test]
fn what_was_measured_before_a_death_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let two = "for i in 1 2 3; do read question; echo $i 0 1000; done; exit 1";
    let measured = measured(&[ours(), fake("tires", two)], 4, folder.path());
    assert_eq!(record(&measured, "tires").rounds.len(), 2, "the first answer is the check");
    assert_eq!(record(&measured, "ours").rounds.len(), 4);
    let peers = read(folder.path());
    let tired = entry(&peers, "tires");
    assert_eq!((tired.query_ns.len(), &tired.absent), (2, &None));
    let Answers::Wrong { note, .. } = &tired.answers else { panic!("{tired:?}") };
    assert!(note.contains("stopped: it has ended without an answer"), "{note}");
}

#[test]
fn ratios_are_of_common_blocks() {
    let folder = tempfile::tempdir().unwrap();
    let measured = measured(&[ours(), answering("constant", "true")], 3, folder.path());
    let (ours, constant) = (record(&measured, "ours"), record(&measured, "constant"));
    let blocks = |record: &Record| record.rounds.iter().map(|round| round.0).collect::<Vec<_>>();
    assert_eq!((blocks(ours), blocks(constant)), (vec![0, 1, 2], vec![0, 1, 2]));
    let mut late = constant.clone();
    late.rounds.remove(0);
    late.rounds[1].0 = 9;
    let [whole, _] = late.ratios(ours).unwrap();
    let only = late.rounds[0].1.total_ns() / ours.rounds[1].1.total_ns();
    assert!((whole.estimate / only - 1.0).abs() < 1e-12, "block 9 has no time of ours");
}

#[test]
fn jobs_of_an_earlier_run_stay_beside_those_of_this_one() {
    let folder = tempfile::tempdir().unwrap();
    let run = |job: &str, rounds: &str| {
        let done = Command::new(PROGRAM)
            .args(["--test", "--no-set-up", "--rounds", rounds, "--workload", job, "--out"])
            .arg(folder.path())
            .args(["--peer", "Rust loop"])
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let of = |workload: &bench_report::model::PeerWorkload| {
            (workload.name.clone(), workload.entries[0].query_ns.len())
        };
        let peers = read(folder.path());
        let first = peers.workloads.iter().filter(|workload| workload.name.ends_with("1 thread"));
        first.map(of).collect::<Vec<_>>()
    };
    let of = |name: &str, rounds| (name.to_owned(), rounds);
    assert_eq!(run("tiny", "1"), [of("tiny, 1 thread", 1)]);
    let both = [of("tiny, 1 thread", 1), of("tiny-deep, 1 thread", 2)];
    assert_eq!(run("tiny-deep", "2"), both);
    let anew = [of("tiny-deep, 1 thread", 2), of("tiny, 1 thread", 3)];
    assert_eq!(run("tiny", "3"), anew);
}

#[test]
fn bad_input_is_told_by_the_exit_code() {
    for arguments in [["--workload", "nosuch"], ["--peer", "nosuch"], ["--precision", "0"]] {
        let done = Command::new(PROGRAM).args(arguments).output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

#[test]
fn an_interrupt_ends_a_peer_that_would_answer_much_later() {
    let folder = tempfile::tempdir().unwrap();
    let interrupt = Interrupt::default();
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // It answers the first question, tells the pipe of the second one, and would then take ten minutes.
    let hangs = format!("read q; echo 1 0 1000; read q; echo > '{}'; sleep 600", pipe.display());
    let entries = [ours(), fake("hangs", &hangs)];
    let effort = Effort { patience: Duration::from_mins(10), ..effort(100_000) };
    let mut probed: BTreeMap<_, _> =
        ["ours", "hangs"].map(|name| ((Question::Counts, name.to_owned()), String::new())).into();
    let started = std::thread::spawn({
        let (interrupt, folder) = (interrupt.clone(), folder.path().to_owned());
        move || {
            let mut keep = |_: &Measured| Ok(());
            let task = &task::tiny()[0];
            measure(task, &entries, &effort, &mut probed, &folder, &interrupt, &mut keep)
        }
    });
    let mut heard = String::new();
    std::fs::File::open(&pipe).unwrap().read_to_string(&mut heard).unwrap();
    interrupt.request();
    let measured = started.join().unwrap().expect("an interrupt is no error");
    assert!(measured.records.iter().all(|record| !record.has_failed));
    let left: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(left, [pipe], "the samples are removed");
}
